// A stand-in for the module `vscode`: enough for the extension to be activated and its client to speak with the real
// server under node. What is registered and shown is written down. It is no editor: no documents change by themselves.

import { createRequire } from "node:module";
import Module from "node:module";
import { pathToFileURL, fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);

class Disposable {
  constructor(end = () => undefined) {
    this.end = end;
  }
  dispose() {
    this.end();
  }
  static from(...all) {
    return new Disposable(() => all.forEach((d) => d.dispose()));
  }
}

class EventEmitter {
  listeners = new Set();
  event = (listener, self) => {
    const bound = self ? listener.bind(self) : listener;
    this.listeners.add(bound);
    return new Disposable(() => this.listeners.delete(bound));
  };
  fire(value) {
    for (const listener of [...this.listeners]) listener(value);
  }
  dispose() {
    this.listeners.clear();
  }
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}

class Range {
  constructor(a, b, c, d) {
    this.start = a instanceof Position ? a : new Position(a, b);
    this.end = a instanceof Position ? b : new Position(c, d);
  }
}

class Uri {
  constructor(text) {
    const url = new URL(text);
    this.text = text;
    this.scheme = url.protocol.slice(0, -1);
    this.authority = url.host;
    this.path = decodeURIComponent(url.pathname);
    this.fsPath = this.scheme === "file" ? fileURLToPath(url) : this.path;
  }
  toString() {
    return this.text;
  }
  with({ path }) {
    return Uri.file(path);
  }
  static parse(text) {
    return new Uri(text);
  }
  static from({ scheme, path, query }) {
    return Object.assign(new Uri(`${scheme}:${encodeURI(path)}`), { query });
  }
  static file(path) {
    return new Uri(pathToFileURL(path).href);
  }
  static joinPath(uri, ...parts) {
    return Uri.file([uri.fsPath, ...parts].join("/"));
  }
}

/** Kinds of code actions by their words with points. */
class ActionKind {
  constructor(value) {
    this.value = value;
  }
  append(part) {
    return new ActionKind(this.value ? `${this.value}.${part}` : part);
  }
  static Empty = new ActionKind("");
  static QuickFix = new ActionKind("quickfix");
  static Refactor = new ActionKind("refactor");
  static RefactorExtract = new ActionKind("refactor.extract");
  static RefactorInline = new ActionKind("refactor.inline");
  static RefactorMove = new ActionKind("refactor.move");
  static RefactorRewrite = new ActionKind("refactor.rewrite");
  static Source = new ActionKind("source");
  static SourceFixAll = new ActionKind("source.fixAll");
  static SourceOrganizeImports = new ActionKind("source.organizeImports");
  static Notebook = new ActionKind("notebook");
}

/** A new editor. `settings` are by their full names, `folder` is the workspace. */
export function editor({ settings = {}, folder, trusted = true }) {
  const seen = { commands: new Map(), providers: [], given: new Map(), diagnostics: new Map(), tasks: [], messages: [], panels: [], contents: new Map(), shown: [], status: undefined };
  const emitters = new Map();
  const on = (name) => {
    if (!emitters.has(name)) emitters.set(name, new EventEmitter());
    return emitters.get(name);
  };
  const documents = [];

  const configuration = (section = "") => {
    const values = {};
    for (const [name, value] of Object.entries(settings)) {
      if (section !== "" && !name.startsWith(`${section}.`)) continue;
      const keys = (section === "" ? name : name.slice(section.length + 1)).split(".");
      let at = values;
      for (const key of keys.slice(0, -1)) at = at[key] ??= {};
      at[keys.at(-1)] = value;
    }
    const get = (key, otherwise) => key.split(".").reduce((at, part) => at?.[part], values) ?? otherwise;
    return { ...values, get, has: (key) => get(key) !== undefined, inspect: () => undefined };
  };

  const log = () => {
    const write = (...words) => seen.messages.push(words.map(String).join(" "));
    const names = ["append", "appendLine", "trace", "debug", "info", "warn", "error", "clear", "show", "hide", "replace"];
    return { name: "wfc", logLevel: 3, onDidChangeLogLevel: on("log").event, dispose() {}, ...Object.fromEntries(names.map((n) => [n, write])) };
  };

  const collection = () => ({
    set: (uri, list) => seen.diagnostics.set(uri.toString(), list ?? []),
    delete: (uri) => seen.diagnostics.delete(uri.toString()),
    clear: () => seen.diagnostics.clear(),
    has: (uri) => seen.diagnostics.has(uri.toString()),
    get: (uri) => seen.diagnostics.get(uri.toString()),
    forEach: () => undefined,
    dispose: () => undefined,
  });

  const register = (name) => (...args) => {
    seen.providers.push(name);
    seen.given.set(name, args);
    if (name === "registerDocumentSemanticTokensProvider") seen.legend = args[2];
    return new Disposable();
  };

  // Events, providers and classes that nothing above needs are made when they are asked for.
  const lazy = (own) =>
    new Proxy(own, {
      get(target, name) {
        if (name in target || typeof name === "symbol") return target[name];
        if (/^on(Did|Will)/.test(name)) return (target[name] = on(name).event);
        if (name === "registerTextDocumentContentProvider") return (scheme, provider) => (seen.contents.set(scheme, provider), new Disposable());
        if (/^register/.test(name)) return (target[name] = register(name));
        if (/^create.*Emitter|^create/.test(name)) return (target[name] = () => ({ dispose() {} }));
        return undefined;
      },
    });

  const watcher = () => ({ onDidCreate: on("create").event, onDidChange: on("change").event, onDidDelete: on("delete").event, dispose() {} });
  const ask = (text) => {
    seen.messages.push(text);
    return Promise.resolve(undefined);
  };

  const own = {
    __esModule: true,
    version: "1.91.0",
    Disposable,
    EventEmitter,
    Position,
    Range,
    Uri,
    Selection: Range,
    env: { appName: "node", language: "en", appHost: "desktop", isTelemetryEnabled: false, onDidChangeTelemetryEnabled: on("telemetry").event },
    commands: {
      registerCommand(name, action) {
        if (seen.commands.has(name)) throw new Error(`command '${name}' already exists`);
        seen.commands.set(name, action);
        return new Disposable(() => seen.commands.delete(name));
      },
      executeCommand: async (name, ...args) => seen.commands.get(name)?.(...args),
      getCommands: async () => [...seen.commands.keys()],
    },
    languages: lazy({
      createDiagnosticCollection: collection,
      createLanguageStatusItem: () => (seen.status = { dispose() {} }),
      getDiagnostics: (uri) => seen.diagnostics.get(uri.toString()) ?? [],
      match: (selector, document) => {
        const one = (s) => {
          if (typeof s === "string") return s === document.languageId ? 10 : 0;
          const pattern = s.pattern?.pattern ?? s.pattern;
          const fits = pattern === undefined || /\.wf(\.(test\.)?(ya?ml|json))?$/.test(document.uri.path);
          return (s.language === undefined || s.language === document.languageId) && (s.scheme === undefined || s.scheme === document.uri.scheme) && fits ? 10 : 0;
        };
        return Math.max(0, ...[selector].flat().map(one));
      },
    }),
    workspace: lazy({
      textDocuments: documents,
      notebookDocuments: [],
      isTrusted: trusted,
      workspaceFolders: folder ? [{ uri: Uri.file(folder), name: "work", index: 0 }] : undefined,
      getConfiguration: configuration,
      getWorkspaceFolder: (uri) => (folder && uri.fsPath.startsWith(folder) ? { uri: Uri.file(folder), name: "work", index: 0 } : undefined),
      asRelativePath: (path) => String(path.fsPath ?? path).replace(`${folder}/`, ""),
      createFileSystemWatcher: watcher,
      openTextDocument: async (uri) => documents.find((d) => d.uri.toString() === uri.toString()),
    }),
    window: lazy({
      visibleTextEditors: [],
      tabGroups: { all: [], onDidChangeTabs: on("tabs").event, onDidChangeTabGroups: on("groups").event },
      state: { focused: true },
      createOutputChannel: log,
      showErrorMessage: ask,
      showWarningMessage: ask,
      showInformationMessage: ask,
      showInputBox: async ({ title }) => (seen.messages.push(title), "asked"),
      withProgress: async (_options, work) => work({ report() {} }, { isCancellationRequested: false, onCancellationRequested: on("cancel").event }),
      showTextDocument: async (what) => void seen.shown.push(what),
      createWebviewPanel(kind, title) {
        const panel = {
          kind,
          title,
          sent: [],
          receive: new EventEmitter(),
          end: new EventEmitter(),
          reveal() {},
          dispose() {
            this.end.fire();
          },
          webview: { cspSource: "vscode-webview:", html: "", asWebviewUri: (uri) => uri, postMessage: async (m) => void panel.sent.push(m) },
        };
        panel.webview.onDidReceiveMessage = panel.receive.event;
        panel.onDidDispose = panel.end.event;
        seen.panels.push(panel);
        return panel;
      },
    }),
    tasks: lazy({ executeTask: async (task) => void seen.tasks.push(task), taskExecutions: [] }),
    Task: class {
      constructor(definition, scope, name, source, execution, matchers) {
        Object.assign(this, { definition, scope, name, source, execution, matchers });
      }
    },
    ProcessExecution: class {
      constructor(process, args, options) {
        Object.assign(this, { process, args, options });
      }
    },
    CancellationTokenSource: class {
      emitter = new EventEmitter();
      token = { isCancellationRequested: false, onCancellationRequested: this.emitter.event };
      cancel() {
        this.token.isCancellationRequested = true;
        this.emitter.fire();
      }
      dispose() {}
    },
    CancellationError: class extends Error {},
    CodeActionKind: ActionKind,
    Diagnostic: class {
      constructor(range, message, severity) {
        Object.assign(this, { range, message, severity });
      }
    },
  };
  // Enumerations by their numbers; classes that are only extended or made.
  const enums = {
    DiagnosticSeverity: ["Error", "Warning", "Information", "Hint"],
    LanguageStatusSeverity: ["Information", "Warning", "Error"],
    DiagnosticTag: [undefined, "Unnecessary", "Deprecated"],
    TaskScope: [undefined, "Global", "Workspace"],
    TaskPanelKind: [undefined, "Shared", "Dedicated", "New"],
    ViewColumn: [undefined, "One", "Two"],
    LogLevel: ["Off", "Trace", "Debug", "Info", "Warning", "Error"],
    TextDocumentSaveReason: [undefined, "Manual", "AfterDelay", "FocusOut"],
  };
  for (const [name, words] of Object.entries(enums)) own[name] = Object.fromEntries(words.flatMap((w, n) => (w ? [[w, n], [n, w]] : [])));
  own.ViewColumn.Beside = -2;
  const numbers = () => new Proxy({}, { get: (_t, name) => (typeof name === "string" ? name.length : undefined) });
  const made = new Map();
  const api = new Proxy(own, {
    get(target, name) {
      if (name in target || typeof name === "symbol" || name === "default") return target[name];
      if (!made.has(name)) {
        const listed = /(Kind|Tag|Severity|Reason|Type|Modifiers|Group|Location|Policy|Rule|Level)$/.test(name) && !/^(SemanticTokens|TaskGroup)/.test(name);
        made.set(name, listed ? numbers() : class { constructor(...args) { Object.assign(this, { args }); } });
      }
      return made.get(name);
    },
  });

  /** Opens a document: the extension hears of it. */
  const open = (path, languageId, text) => {
    const lines = text.split("\n");
    const document = {
      uri: Uri.file(path),
      fileName: path,
      languageId,
      version: 1,
      isDirty: false,
      isClosed: false,
      isUntitled: false,
      lineCount: lines.length,
      getText: () => text,
      save: async () => true,
      offsetAt: ({ line, character }) => lines.slice(0, line).reduce((n, l) => n + l.length + 1, 0) + character,
      positionAt: (offset) => new Position(text.slice(0, offset).split("\n").length - 1, offset - (text.lastIndexOf("\n", offset - 1) + 1)),
    };
    documents.push(document);
    on("onDidOpenTextDocument").fire(document);
    return document;
  };
  const fire = (name, value) => on(name).fire(value);
  // The bundle copies a module's own properties and keeps its prototype: that is where the lazy ones are.
  return { api: Object.create(api), seen, open, fire };
}

/** The extension as the editor loads it: its `vscode` is `api`. */
export function load(api) {
  const bundle = require.resolve("../dist/extension.js");
  const resolve = Module._load;
  Module._load = function (name, ...rest) {
    return name === "vscode" ? api : resolve.call(this, name, ...rest);
  };
  try {
    delete require.cache[bundle];
    return require(bundle);
  } finally {
    Module._load = resolve;
  }
}
