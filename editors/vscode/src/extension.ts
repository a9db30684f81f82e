/** The extension: the server, the commands, the tasks, and the preview. */

import * as vscode from "vscode";

import { Server } from "./client";
import { registerCommands } from "./commands";
import { Preview } from "./preview/panel";
import { Tasks } from "./tasks";

let server: Server | undefined;

/** Starts everything. The answer comes once the server runs, or could not be started. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const started = new Server();
  const preview = new Preview(vscode.Uri.joinPath(context.extensionUri, "media"));
  server = started;
  context.subscriptions.push(
    started,
    preview,
    ...registerCommands(),
    vscode.commands.registerCommand("wfc.restartServer", () => started.restart()),
    vscode.commands.registerCommand("wfc.showOutput", () => started.showOutput()),
    vscode.commands.registerCommand("wfc.showGraph", (given: unknown) => preview.open(given)),
    vscode.commands.registerCommand("wfc.saveGraph", (given: unknown) => preview.save(given)),
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
