// The extension is activated with a stand-in for the editor; its client starts the real server.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { extension } from "./textmate.mjs";
import { editor, load } from "./vscode.mjs";

const manifest = JSON.parse(readFileSync(join(extension, "package.json"), "utf8"));
const built = join(extension, "../../target/debug/wfc");
const wfc = process.env.WFC || (existsSync(built) ? built : undefined);
const needs = wfc === undefined ? { skip: "no program wfc: cargo build -p wfc-cli" } : {};
const folder = mkdtempSync(join(tmpdir(), "wfc-vscode-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const TEXT = 'workflow broken {\n  input who: string\n  bash "echo é {{ missing }}" { env: { A: who } }\n}\n';

async function activated(settings) {
  const host = editor({ folder, settings });
  const module = load(host.api);
  const context = { subscriptions: [], extensionUri: host.api.Uri.file(extension), extensionMode: 1 };
  await module.activate(context);
  const end = async () => {
    await module.deactivate();
    for (const one of context.subscriptions) one.dispose();
  };
  return { ...host, module, end };
}

async function until(what, ready) {
  const limit = Date.now() + 20_000;
  while (!ready()) {
    assert.ok(Date.now() < limit, `${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("every command of the manifest is there, with or without a server", async () => {
  const { seen, end } = await activated({ "wfc.server.path": join(folder, "nowhere") });
  for (const { command } of manifest.contributes.commands) assert.ok(seen.commands.has(command), command);
  for (const command of ["wfc.open", "wfc.showReferences"]) assert.ok(seen.commands.has(command), command);
  await until("the message", () => seen.messages.some((m) => /cannot be started/.test(m)));
  assert.match(seen.status.detail, /does not start/);
  await end();
});

test("what the manifest names exists", () => {
  const { contributes } = manifest;
  const paths = [manifest.icon, ...contributes.grammars.map((g) => g.path), ...contributes.languages.map((l) => l.configuration), ...contributes.snippets.map((s) => s.path), ...contributes.languages.map((l) => l.icon.dark)];
  const schemas = [...contributes.jsonValidation, ...contributes.yamlValidation, ...contributes.tomlValidation].map((v) => v.url);
  for (const path of [...paths, ...schemas]) assert.ok(existsSync(join(extension, path)), path);
  for (const { configuration } of contributes.languages) JSON.parse(readFileSync(join(extension, configuration), "utf8"));
});

test("the client starts the server, offers what it can, and shows its problems", needs, async () => {
  const { seen, open, end, api } = await activated({ "wfc.server.path": wfc, "wfc.server.arguments": ["lsp"], "wfc.inlayHints.enable": true });
  assert.match(seen.status.detail ?? "", /wfc/);
  for (const name of [
    "registerCompletionItemProvider",
    "registerHoverProvider",
    "registerSignatureHelpProvider",
    "registerDefinitionProvider",
    "registerReferenceProvider",
    "registerDocumentHighlightProvider",
    "registerDocumentSymbolProvider",
    "registerWorkspaceSymbolProvider",
    "registerDocumentFormattingEditProvider",
    "registerRenameProvider",
    "registerDocumentLinkProvider",
    "registerFoldingRangeProvider",
    "registerSelectionRangeProvider",
    "registerCallHierarchyProvider",
    "registerDocumentSemanticTokensProvider",
    "registerInlayHintsProvider",
    "registerCodeLensProvider",
    "registerCodeActionsProvider",
  ]) {
    assert.ok(seen.providers.includes(name), `${name} is missing; there are ${[...new Set(seen.providers)].sort()}`);
  }
  const path = join(folder, "broken.wf");
  writeFileSync(path, TEXT);
  const document = open(path, "wf", TEXT);
  await until("a problem", () => (seen.diagnostics.get(document.uri.toString()) ?? []).length > 0);
  const problems = seen.diagnostics.get(document.uri.toString());
  const missing = problems.find((d) => /missing/.test(d.message));
  assert.ok(missing, problems.map((d) => d.message).join("; "));
  assert.deepEqual([missing.range.start.line, missing.range.start.character], [2, TEXT.split("\n")[2].indexOf("missing")]);

  // The preview: a picture, and the problem on its step.
  await seen.commands.get("wfc.showGraph")(document.uri);
  const [panel] = seen.panels;
  assert.equal(panel.title, "Graph: broken.wf");
  await until("the picture", () => panel.sent.some((m) => m.type === "picture"));
  const told = panel.sent.filter((m) => m.type === "problems").at(-1);
  assert.equal(told.steps.length, 1);
  assert.equal(told.steps[0].box.start, Buffer.byteLength(TEXT.slice(0, TEXT.indexOf("bash"))));
  assert.equal(told.stale, undefined);

  const good = 'workflow good {\n  input who: string\n  input n: int = 1\n  return who + string(n)\n}\n';
  const runs = join(folder, "good.wf");
  writeFileSync(runs, good);
  const runnable = open(runs, "wf", good);
  // What stands above a workflow are commands that the extension has.
  const [, lenses] = seen.given.get("registerCodeLensProvider");
  const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose() {} }) };
  const commands = (await lenses.provideCodeLenses(runnable, token)).map((lens) => lens.command);
  assert.deepEqual(commands.map((c) => c.command).slice(0, 2), ["wfc.run", "wfc.dryRun"]);
  for (const { command, arguments: given } of commands) {
    assert.ok(seen.commands.has(command), command);
    assert.equal(api.Uri.parse(given[0]).fsPath, runs);
  }

  // Runs are tasks; needed inputs are asked for.
  await seen.commands.get("wfc.run")(api.Uri.file(runs).toString());
  assert.deepEqual([seen.tasks[0].execution.process, ...seen.tasks[0].execution.args], [wfc, "run", runs, "--input", "who=asked"]);
  await seen.commands.get("wfc.dryRun")(api.Uri.file(runs));
  assert.deepEqual(seen.tasks[1].execution.args.slice(0, 3), ["run", "--dry", runs]);
  await seen.commands.get("wfc.test")(api.Uri.file(runs));
  assert.equal(seen.tasks.length, 2, "there are no tests beside it");
  const tests = join(folder, "good.wf.test.yaml");
  writeFileSync(tests, "workflow: good.wf\ntests: []\n");
  await seen.commands.get("wfc.test")(api.Uri.file(runs), "a case");
  assert.deepEqual(seen.tasks[2].execution.args, ["test", tests, "--filter", "a case"]);

  // What it compiles to.
  await seen.commands.get("wfc.showProgram")(api.Uri.file(runs));
  const listing = await seen.contents.get("wfc-program").provideTextDocumentContent(seen.shown.at(-1));
  assert.match(listing, /good/);
  assert.doesNotMatch(listing, /There is no program/);

  // Another start is another process, with the same problems.
  await seen.commands.get("wfc.restartServer")();
  await until("the problem again", () => (seen.diagnostics.get(document.uri.toString()) ?? []).length > 0);
  await end();
});
