/** What a workflow compiles to, as a document beside it that follows the file. */

import * as vscode from "vscode";

import { program } from "./client";
import { target } from "./commands";
import { call } from "./program";

const SCHEME = "wfc-program";

export class Listing implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly parts: vscode.Disposable[];

  constructor() {
    this.parts = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => this.changed.fire(this.listing(uri))),
    ];
  }

  private listing(uri: vscode.Uri): vscode.Uri {
    return vscode.Uri.from({ scheme: SCHEME, path: `${uri.path}.program`, query: uri.toString() });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const file = vscode.Uri.parse(uri.query).fsPath;
    const said = await call(program(), ["disasm", file]);
    return said.status === 0 ? said.out : `There is no program: the workflow has errors.\n\n${said.err || said.out}`;
  }

  /** Opens the listing to the side. */
  async open(given: unknown): Promise<void> {
    const uri = target(given);
    if (uri === undefined) {
      void vscode.window.showInformationMessage("No workflow is open.");
      return;
    }
    const listing = this.listing(uri);
    this.changed.fire(listing);
    await vscode.window.showTextDocument(listing, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }
}
