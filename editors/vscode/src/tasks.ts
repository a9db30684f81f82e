/** Runs, dry runs and tests as tasks, so that they have a terminal, a history and a problem matcher. */

import * as vscode from "vscode";

import { program } from "./client";
import { type Action, actionArguments } from "./program";

interface Definition extends vscode.TaskDefinition {
  type: "wfc";
  command: Action;
  file?: string;
  arguments?: string[];
}

/** A task that does `action` with `file`. */
export function task(action: Action, file: string | undefined, more: string[], scope?: vscode.WorkspaceFolder): vscode.Task {
  const definition: Definition = { type: "wfc", command: action };
  if (file !== undefined) definition.file = file;
  if (more.length > 0) definition.arguments = more;
  return resolved(definition, scope);
}

function resolved(definition: Definition, scope: vscode.WorkspaceFolder | undefined): vscode.Task {
  const { command, file, arguments: more } = definition;
  const args = actionArguments(command, file, more);
  const options = scope === undefined ? {} : { cwd: scope.uri.fsPath };
  const name = [command, file === undefined ? undefined : vscode.workspace.asRelativePath(file)].filter(Boolean).join(" ");
  const made = new vscode.Task(
    definition,
    scope ?? vscode.TaskScope.Workspace,
    name,
    "wfc",
    new vscode.ProcessExecution(program(), args, options),
    command === "check" ? ["$wfc"] : [],
  );
  made.presentationOptions = { clear: true, focus: command === "run", panel: vscode.TaskPanelKind.Dedicated };
  if (command === "test") made.group = vscode.TaskGroup.Test;
  if (command === "check") made.group = vscode.TaskGroup.Build;
  return made;
}

export class Tasks implements vscode.TaskProvider {
  provideTasks(): vscode.Task[] {
    const folders = vscode.workspace.workspaceFolders ?? [];
    return folders.flatMap((folder) => [task("check", undefined, [], folder), task("test", undefined, [], folder)]);
  }

  resolveTask(given: vscode.Task): vscode.Task | undefined {
    const scope = typeof given.scope === "object" ? given.scope : vscode.workspace.workspaceFolders?.[0];
    return resolved(given.definition as Definition, scope);
  }
}
