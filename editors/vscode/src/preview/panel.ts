/** The preview of a workflow's graph beside its text. */

import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";

import { program } from "../client";
import { target } from "../commands";
import { ending, isWorkflow } from "../files";
import { call } from "../program";
import { type FromPage, type ToPage, page } from "./page";
import { type Problem, boxesOf, byteOffset, charOffset, statusOf } from "./problems";

const SEVERITIES: Problem["severity"][] = ["error", "warning", "note", "note"];

/** The picture of a text, or why there is none. The text may differ from the file: it is drawn from a copy. */
async function draw(document: vscode.TextDocument): Promise<{ svg: string } | { fault: string }> {
  const folder = await mkdtemp(join(tmpdir(), "wfc-graph-"));
  try {
    const file = join(folder, `workflow${ending(document.uri.path)}`);
    await writeFile(file, document.getText());
    const said = await call(program(), ["graph", "--format", "svg", file]);
    if (said.status === 0) return { svg: said.out };
    return { fault: said.status === undefined ? `\`${program()}\` cannot be started` : "the text has errors" };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export class Preview implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private document: vscode.TextDocument | undefined;
  private svg = "";
  /** The text of the picture: problems are placed in the text as it is, which may be another. */
  private stale: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private drawing = 0;
  private readonly listeners: vscode.Disposable[];

  constructor(private readonly media: vscode.Uri) {
    this.listeners = [
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === this.document) this.later();
      }),
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        if (uris.some((uri) => uri.toString() === this.document?.uri.toString())) this.problems();
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        const follow = vscode.workspace.getConfiguration("wfc.preview").get<boolean>("follow", true);
        if (follow && this.panel !== undefined && editor && isWorkflow(editor.document.uri.path)) this.show(editor.document);
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
        const at = selections[0]?.active;
        if (textEditor.document !== this.document || at === undefined) return;
        const { document } = textEditor;
        this.tell({ type: "select", at: byteOffset(document.getText(), document.offsetAt(at)) });
      }),
    ];
  }

  /** Opens the preview to the side. */
  async open(given: unknown): Promise<void> {
    const uri = target(given);
    if (uri === undefined) {
      void vscode.window.showInformationMessage("No workflow is open.");
      return;
    }
    const document = await vscode.workspace.openTextDocument(uri);
    if (this.panel === undefined) this.create();
    else this.panel.reveal(undefined, true);
    this.show(document);
  }

  /** Writes the picture into a file. */
  async save(given: unknown): Promise<void> {
    const uri = target(given);
    if (uri === undefined) return;
    const drawn = await draw(await vscode.workspace.openTextDocument(uri));
    if ("fault" in drawn) {
      void vscode.window.showErrorMessage(`There is no picture: ${drawn.fault}.`);
      return;
    }
    const defaultUri = uri.with({ path: uri.path.replace(/\.wf(\.(yaml|yml|json))?$/, ".svg") });
    const to = await vscode.window.showSaveDialog({ defaultUri, filters: { SVG: ["svg"] } });
    if (to !== undefined) await vscode.workspace.fs.writeFile(to, Buffer.from(drawn.svg, "utf8"));
  }

  private create(): void {
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel("wfc.graph", "Graph", column, {
      enableScripts: true,
      localResourceRoots: [this.media],
      retainContextWhenHidden: false,
    });
    panel.webview.onDidReceiveMessage((told: FromPage) => {
      if (told.type === "ready") this.repeat();
      else void this.reveal(told.at);
    });
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.document = undefined;
      clearTimeout(this.timer);
    });
    const file = (name: string) => panel.webview.asWebviewUri(vscode.Uri.joinPath(this.media, name)).toString();
    this.panel = panel;
    panel.webview.html = page(
      {
        style: file("preview.css"),
        script: file("preview.js"),
        origin: panel.webview.cspSource,
        nonce: randomBytes(16).toString("hex"),
      },
      "Graph",
    );
  }

  private tell(message: ToPage): void {
    void this.panel?.webview.postMessage(message);
  }

  private show(document: vscode.TextDocument): void {
    if (this.document === document && this.svg !== "") return;
    this.document = document;
    this.svg = "";
    if (this.panel) this.panel.title = `Graph: ${vscode.workspace.asRelativePath(document.uri)}`;
    void this.redraw();
  }

  /** Draws once typing has paused. */
  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.redraw(), 250);
  }

  private async redraw(): Promise<void> {
    const { document } = this;
    if (document === undefined) return;
    const number = ++this.drawing;
    const drawn = await draw(document);
    // Another picture may have been asked for meanwhile.
    if (number !== this.drawing || document !== this.document) return;
    if ("svg" in drawn) {
      this.svg = drawn.svg;
      this.stale = undefined;
      this.tell({ type: "picture", svg: drawn.svg });
    } else {
      this.stale = drawn.fault;
    }
    this.problems();
  }

  /** The page is new: it is told all of it. */
  private repeat(): void {
    if (this.svg !== "") this.tell({ type: "picture", svg: this.svg });
    this.problems();
  }

  private problems(): void {
    const { document } = this;
    if (document === undefined) return;
    const text = document.getText();
    const problems = vscode.languages.getDiagnostics(document.uri).map(
      (d): Problem => ({
        start: byteOffset(text, document.offsetAt(d.range.start)),
        severity: SEVERITIES[d.severity] ?? "note",
        message: d.message,
      }),
    );
    // The boxes of an old picture have other places.
    const boxes = this.stale === undefined ? boxesOf(this.svg) : [];
    this.tell({ type: "problems", ...statusOf(boxes, problems), stale: this.stale });
  }

  private async reveal(at: number): Promise<void> {
    const { document } = this;
    if (document === undefined) return;
    const place = document.positionAt(charOffset(document.getText(), at));
    const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
    const viewColumn = shown?.viewColumn ?? vscode.ViewColumn.One;
    await vscode.window.showTextDocument(document, { viewColumn, selection: new vscode.Range(place, place) });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.panel?.dispose();
    for (const listener of this.listeners) listener.dispose();
  }
}
