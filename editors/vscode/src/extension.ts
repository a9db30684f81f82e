/** The extension: the server, the commands, the tasks, the preview, and the listing. */

import * as vscode from "vscode";

import { Server } from "./client";
import { registerCommands } from "./commands";
import { Listing } from "./listing";
import { Preview } from "./preview/panel";
import { Tasks } from "./tasks";

let server: Server | undefined;

/** Starts everything. The answer comes once the server runs, or could not be started. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const started = new Server();
  const preview = new Preview(vscode.Uri.joinPath(context.extensionUri, "media"));
  const listing = new Listing();
  server = started;
  context.subscriptions.push(
    started,
    preview,
    listing,
    ...registerCommands(),
    vscode.commands.registerCommand("wfc.restartServer", () => started.restart()),
    vscode.commands.registerCommand("wfc.showOutput", () => started.showOutput()),
    vscode.commands.registerCommand("wfc.showGraph", (given: unknown) => preview.open(given)),
    vscode.commands.registerCommand("wfc.saveGraph", (given: unknown) => preview.save(given)),
    vscode.commands.registerCommand("wfc.showProgram", (given: unknown) => listing.open(given)),
    vscode.tasks.registerTaskProvider("wfc", new Tasks()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("wfc.server")) void started.restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void started.restart()),
  );
  await started.start();
}

/** Stops the server. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
