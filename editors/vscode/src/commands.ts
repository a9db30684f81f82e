/** The commands: of the palette, of the editor's title, and those that the server's code lenses name. */

import { existsSync } from "node:fs";
import * as vscode from "vscode";

import { program } from "./client";
import { isTests, isWorkflow } from "./files";
import { inputArguments, inputsOf } from "./inputs";
import { type Action, call, testArguments, testFiles } from "./program";
import { task } from "./tasks";

/** The file that a command is about: what it is given (a URI or its text), or the editor's. */
export function target(given: unknown): vscode.Uri | undefined {
  if (given instanceof vscode.Uri) return given;
  if (typeof given === "string" && given !== "") {
    return /^[a-z][a-z0-9+.-]+:/i.test(given) ? vscode.Uri.parse(given) : vscode.Uri.file(given);
  }
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri !== undefined && (isWorkflow(uri.path) || isTests(uri.path)) ? uri : undefined;
}

/** Saves the file, so that what is run is what is seen; false when there is no such file. */
async function saved(uri: vscode.Uri | undefined): Promise<boolean> {
  if (uri === undefined) {
    void vscode.window.showInformationMessage("No workflow is open.");
    return false;
  }
  if (uri.scheme !== "file") {
    void vscode.window.showInformationMessage("Save the workflow first.");
    return false;
  }
  const open = vscode.workspace.textDocuments.find((d) => d.uri.toString() === uri.toString());
  return open === undefined || !open.isDirty || (await open.save());
}

async function start(action: Action, uri: vscode.Uri, more: string[]): Promise<void> {
  await vscode.tasks.executeTask(task(action, uri.fsPath, more, vscode.workspace.getWorkspaceFolder(uri)));
}

/** Asks for the inputs that a run needs; nothing when the user has given up. */
async function askInputs(uri: vscode.Uri): Promise<string[] | undefined> {
  const said = await call(program(), ["convert", uri.fsPath, "--to", "json"]);
  // Without its JSON spelling the workflow has faults: the run says which.
  if (said.status !== 0) return [];
  const values = new Map<string, string>();
  for (const input of inputsOf(said.out).filter((i) => i.required)) {
    const value = await vscode.window.showInputBox({
      title: `Input ${input.name}: ${input.type}`,
      prompt: input.description ?? `The value of \`${input.name}\``,
      placeHolder: input.type,
      ignoreFocusOut: true,
    });
    if (value === undefined) return undefined;
    values.set(input.name, value);
  }
  return inputArguments(values);
}

async function run(given: unknown): Promise<void> {
  const uri = target(given);
  if (!(await saved(uri)) || uri === undefined) return;
  const inputs = await askInputs(uri);
  if (inputs !== undefined) await start("run", uri, inputs);
}

async function dryRun(given: unknown): Promise<void> {
  const uri = target(given);
  if (!(await saved(uri)) || uri === undefined) return;
  const inputs = await askInputs(uri);
  if (inputs !== undefined) await start("dry-run", uri, inputs);
}

async function test(given: unknown, name: unknown): Promise<void> {
  const uri = target(given);
  if (!(await saved(uri)) || uri === undefined) return;
  const file = testFiles(uri.fsPath).find((path) => existsSync(path));
  if (file === undefined) {
    void vscode.window.showInformationMessage(`There are no tests beside ${vscode.workspace.asRelativePath(uri)}.`);
    return;
  }
  await start("test", vscode.Uri.file(file), testArguments(typeof name === "string" ? name : undefined));
}

interface WirePosition {
  line: number;
  character: number;
}

interface WireLocation {
  uri: string;
  range: { start: WirePosition; end: WirePosition };
}

const position = (p: WirePosition) => new vscode.Position(p.line, p.character);

/** The editor's own command takes its own objects; what comes from the server is plain data. */
async function showReferences(uri: unknown, at: unknown, locations: unknown): Promise<void> {
  const found = (locations as WireLocation[]).map(
    (l) => new vscode.Location(vscode.Uri.parse(l.uri), new vscode.Range(position(l.range.start), position(l.range.end))),
  );
  const from = vscode.Uri.parse(String(uri));
  await vscode.commands.executeCommand("editor.action.showReferences", from, position(at as WirePosition), found);
}

/** Shows a file that a code lens names. */
async function open(given: unknown): Promise<void> {
  const uri = target(given);
  if (uri !== undefined) await vscode.window.showTextDocument(uri);
}

/** Registers the commands that start something. */
export function registerCommands(): vscode.Disposable[] {
  const commands: Record<string, (...args: unknown[]) => Promise<void>> = {
    "wfc.run": run,
    "wfc.dryRun": dryRun,
    "wfc.test": test,
    "wfc.open": open,
    "wfc.showReferences": showReferences,
  };
  return Object.entries(commands).map(([name, action]) => vscode.commands.registerCommand(name, action));
}
