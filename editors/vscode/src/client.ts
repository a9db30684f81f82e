/** The language client: starts `wfc lsp`, shows how it is, and starts it again. */

import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  type ServerOptions,
  State,
} from "vscode-languageclient/node";

import { BESIDE, LANGUAGES, TESTS, WORKFLOWS } from "./files";
import { type ProgramSettings, programPath, serverCommand } from "./program";

/** What the user has set; an untrusted workspace has no say in it (`restrictedConfigurations`). */
export function settings(): ProgramSettings {
  const section = vscode.workspace.getConfiguration("wfc.server");
  return { path: section.get<string>("path", "wfc"), arguments: section.get<string[]>("arguments", ["lsp"]) };
}

export function firstFolder(): string | undefined {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
}

/** The program `wfc` as it can be started. */
export function program(): string {
  return programPath(settings().path, firstFolder());
}

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private readonly output = vscode.window.createOutputChannel("wfc", { log: true });
  private readonly status = vscode.languages.createLanguageStatusItem("wfc.server", [
    ...LANGUAGES.map((language) => ({ language })),
    { pattern: WORKFLOWS },
  ]);
  /** Starts and stops one after the other. */
  private queue: Promise<void> = Promise.resolve();

  constructor() {
    this.status.name = "wfc";
    this.status.command = { command: "wfc.restartServer", title: "restart" };
    this.show("stopped", true);
  }

  private show(detail: string, busy = false, severity = vscode.LanguageStatusSeverity.Information): void {
    this.status.text = "wfc";
    this.status.detail = detail;
    this.status.busy = busy;
    this.status.severity = severity;
  }

  start(): Promise<void> {
    return this.next(() => this.startNow());
  }

  restart(): Promise<void> {
    return this.next(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  stop(): Promise<void> {
    return this.next(() => this.stopNow());
  }

  showOutput(): void {
    this.output.show(true);
  }

  private next(action: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(action, action);
    return this.queue;
  }

  private async startNow(): Promise<void> {
    if (this.client !== undefined) return;
    const { command, args } = serverCommand(settings(), firstFolder());
    const run = { command, args };
    const server: ServerOptions = { run, debug: run };
    const client = new LanguageClient("wfc", "wfc", server, this.options());
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        const info = client.initializeResult?.serverInfo;
        this.show([info?.name ?? "wfc", info?.version].filter(Boolean).join(" "));
      } else {
        this.show(newState === State.Starting ? "starting" : "stopped", newState === State.Starting);
      }
    });
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.client = undefined;
      this.show(`\`${command}\` does not start`, false, vscode.LanguageStatusSeverity.Error);
      this.output.error(error instanceof Error ? error : String(error));
      void this.explain(command);
    }
  }

  private async explain(command: string): Promise<void> {
    const set = "Open Settings";
    const show = "Show Output";
    const choice = await vscode.window.showErrorMessage(
      `The program \`${command}\` cannot be started as a language server. Install wfc, or say where it is.`,
      set,
      show,
    );
    if (choice === set) await vscode.commands.executeCommand("workbench.action.openSettings", "wfc.server.path");
    if (choice === show) this.showOutput();
  }

  private options(): LanguageClientOptions {
    const beside = vscode.workspace.createFileSystemWatcher(BESIDE);
    const workflows = vscode.workspace.createFileSystemWatcher(WORKFLOWS);
    return {
      documentSelector: [
        ...LANGUAGES.flatMap((language) => [
          { language, scheme: "file" },
          { language, scheme: "untitled" },
        ]),
        { pattern: WORKFLOWS, scheme: "file" },
        { pattern: TESTS, scheme: "file" },
      ],
      synchronize: { configurationSection: "wfc", fileEvents: [workflows, beside] },
      initializationOptions: { ...vscode.workspace.getConfiguration("wfc") },
      outputChannel: this.output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      markdown: { isTrusted: { enabledCommands: ["wfc.run", "wfc.dryRun", "wfc.test", "wfc.showGraph", "wfc.open"] } },
      errorHandler: {
        error: (_error, _message, count) => ({
          action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
        }),
        closed: () => this.closed(),
      },
    };
  }

  private readonly ends: number[] = [];

  /** A server that ends is started again, but not for ever. */
  private closed() {
    const now = Date.now();
    this.ends.push(now);
    const often = this.ends.filter((at) => now - at < 180_000).length > 4;
    if (!often) return { action: CloseAction.Restart, handled: true };
    this.client = undefined;
    this.show("ended too often", false, vscode.LanguageStatusSeverity.Error);
    return {
      action: CloseAction.DoNotRestart,
      message: "The server has ended five times within three minutes. `wfc: Restart the Server` starts it again.",
    };
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) return;
    await client.stop().catch((error: unknown) => this.output.warn(String(error)));
    await client.dispose().catch(() => undefined);
  }

  dispose(): void {
    void this.stop();
    this.status.dispose();
    this.output.dispose();
  }
}
