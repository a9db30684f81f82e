// The extension's modules that do not need the editor.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { test } from "node:test";

const require = createRequire(import.meta.url);
const { actionArguments, call, programPath, testArguments, testFiles } = require("../dist/program.js");
const { inputArguments, inputsOf } = require("../dist/inputs.js");
const { ending, isTests, isWorkflow } = require("../dist/files.js");
const { boxesOf, byteOffset, charOffset, statusOf } = require("../dist/preview/problems.js");
const { page } = require("../dist/preview/page.js");

test("the program is found where the setting says", () => {
  assert.equal(programPath("wfc", "/work"), "wfc");
  assert.equal(programPath("  ", undefined), "wfc");
  assert.equal(programPath("~/bin/wfc", "/work"), `${homedir()}/bin/wfc`);
  assert.equal(programPath("${workspaceFolder}/target/wfc", "/work"), "/work/target/wfc");
  assert.equal(programPath("target/wfc", "/work"), "/work/target/wfc");
  assert.equal(programPath("/opt/wfc", "/work"), "/opt/wfc");
});

test("actions are command lines", () => {
  assert.deepEqual(actionArguments("run", "a.wf", ["--input", "x=1"]), ["run", "a.wf", "--input", "x=1"]);
  assert.deepEqual(actionArguments("dry-run", "a.wf"), ["run", "--dry", "a.wf"]);
  assert.deepEqual(actionArguments("test", undefined), ["test"]);
  assert.deepEqual(actionArguments("check", undefined), ["check", "--format", "gcc"]);
  assert.deepEqual(testArguments("a case"), ["--filter", "a case"]);
});

test("tests stand beside workflows", () => {
  assert.deepEqual(testFiles("/a/b.wf.yaml"), ["/a/b.wf.test.yaml", "/a/b.wf.test.yml", "/a/b.wf.test.json"]);
  assert.deepEqual(testFiles("/a/b.wf"), testFiles("/a/b.wf.json"));
  assert.deepEqual(testFiles("/a/b.wf.test.json"), ["/a/b.wf.test.json"]);
});

test("files by their names", () => {
  for (const name of ["a.wf", "a.wf.yaml", "a.wf.yml", "a.wf.json"]) assert.ok(isWorkflow(name) && !isTests(name), name);
  for (const name of ["a.wf.test.yaml", "a.wf.test.json"]) assert.ok(!isWorkflow(name) && isTests(name), name);
  for (const name of ["a.yaml", "wf", "a.wf.txt"]) assert.ok(!isWorkflow(name) && !isTests(name), name);
  assert.equal(ending("/x.wf/a.wf.yml"), ".wf.yml");
});

test("a program's answer, and that it is not there", async () => {
  const said = await call(process.execPath, ["-e", "process.stdin.pipe(process.stdout); process.exitCode = 3"], { input: "héllo" });
  assert.deepEqual(said, { status: 3, out: "héllo", err: "" });
  const none = await call("/nowhere/wfc", []);
  assert.equal(none.status, undefined);
  assert.match(none.err, /ENOENT/);
});

test("inputs with what a run needs", () => {
  const inputs = inputsOf(
    JSON.stringify({
      inputs: {
        a: "string",
        b: { type: "int", default: 2, description: "how many" },
        c: "string?",
        d: { type: "bool", required: false },
        e: { x: "int" },
        f: { default: 1 },
        g: "int | null",
      },
    }),
  );
  assert.deepEqual(inputs.filter((i) => i.required).map((i) => [i.name, i.type]), [["a", "string"], ["e", '{"x":"int"}']]);
  assert.equal(inputs[1].description, "how many");
  assert.deepEqual(inputsOf("{}"), []);
  assert.deepEqual(inputArguments(new Map([["a", "x=y z"]])), ["--input", "a=x=y z"]);
});

test("a problem is shown on the innermost step around it", () => {
  const svg = '<rect x="1" data-span="10 90"/><rect data-span="20 40"/><rect data-span="50 60"/>';
  const boxes = boxesOf(svg);
  assert.deepEqual(boxes.map((b) => [b.start, b.end]), [[10, 90], [20, 40], [50, 60]]);
  const problem = (start, severity) => ({ start, severity, message: `${severity} ${start}` });
  const { steps, rest } = statusOf(boxes, [problem(25, "warning"), problem(30, "error"), problem(45, "note"), problem(5, "error")]);
  assert.deepEqual(
    steps.map((s) => [s.box.start, s.severity, s.problems.length]),
    [[20, "error", 2], [10, "note", 1]],
  );
  assert.deepEqual(rest.map((p) => p.start), [5]);
});

test("places in bytes and in UTF-16", () => {
  const text = "aé😀b";
  for (const [chars, bytes] of [[0, 0], [1, 1], [2, 3], [4, 7], [5, 8]]) {
    assert.equal(byteOffset(text, chars), bytes);
    assert.equal(charOffset(text, bytes), chars);
  }
});

test("the preview's page loads nothing but its own files", () => {
  const html = page({ style: "s.css", script: "s.js", origin: "vscode-webview:", nonce: "n0" }, "<Graph>");
  assert.match(html, /default-src 'none'/);
  assert.match(html, /script-src 'nonce-n0'/);
  assert.match(html, /&lt;Graph&gt;/);
  assert.doesNotMatch(html, /https?:/);
});
