/** How the program `wfc` is found and called. Nothing here knows the editor. */

import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** What the user has set. */
export interface ProgramSettings {
  path: string;
  arguments: string[];
}

export interface Command {
  command: string;
  args: string[];
}

/** The program as it can be started: `~` and `${workspaceFolder}` are put in; a bare name stays for `PATH`. */
export function programPath(path: string, folder: string | undefined): string {
  const said = path.trim() || "wfc";
  const home = said === "~" || /^~[\\/]/.test(said) ? join(homedir(), said.slice(1)) : said;
  const filled = home.replaceAll("${workspaceFolder}", folder ?? "");
  const bare = !/[\\/]/.test(filled);
  return bare || isAbsolute(filled) || folder === undefined ? filled : join(folder, filled);
}

/** The server's command line. */
export function serverCommand(settings: ProgramSettings, folder: string | undefined): Command {
  return { command: programPath(settings.path, folder), args: settings.arguments };
}

/** What can be done with a file from the editor. */
export type Action = "run" | "dry-run" | "test" | "check";

/** The arguments of `wfc` for an action; `more` are the user's own. */
export function actionArguments(action: Action, file: string | undefined, more: readonly string[] = []): string[] {
  const target = file === undefined ? [] : [file];
  switch (action) {
    case "run":
      return ["run", ...target, ...more];
    case "dry-run":
      return ["run", "--dry", ...target, ...more];
    case "test":
      return ["test", ...target, ...more];
    case "check":
      return ["check", "--format", "gcc", ...target, ...more];
  }
}

/** The tests beside a workflow: the file itself when it holds tests. */
export function testFiles(file: string): string[] {
  if (/\.wf\.test\.(yaml|yml|json)$/.test(file)) return [file];
  const stem = file.replace(/\.wf(\.(yaml|yml|json))?$/, ".wf.test");
  return [`${stem}.yaml`, `${stem}.yml`, `${stem}.json`];
}

/** The test's name as `--filter` takes it. */
export function testArguments(name: string | undefined): string[] {
  return name === undefined ? [] : ["--filter", name];
}

/** What came of a program. */
export interface Said {
  /** Its exit status; none when it could not be started. */
  status: number | undefined;
  out: string;
  err: string;
}

/** Runs the program and waits for it. `input` is its standard input. */
export function call(command: string, args: readonly string[], options: { cwd?: string; input?: string } = {}): Promise<Said> {
  return new Promise((resolve) => {
    const limits = { maxBuffer: 64 * 1024 * 1024, timeout: 30_000, cwd: options.cwd, windowsHide: true };
    const child = execFile(command, [...args], limits, (error, out, err) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : undefined;
      resolve({ status, out, err: err || (error !== null && status === undefined ? error.message : "") });
    });
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input ?? "");
  });
}
