// What the TextMate grammars say of workflows in the three spellings.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { extension, scopesOf, tokenize } from "./textmate.mjs";

/** Each row: a line, then pairs of a part of it and a scope that it must have. */
async function hold(scope, rows) {
  const { lines, open } = await tokenize(scope, rows.map(([line]) => line).join("\n"));
  rows.forEach(([line, ...pairs], at) => {
    for (let i = 0; i < pairs.length; i += 2) {
      const [part, wanted] = [pairs[i], pairs[i + 1]];
      const found = scopesOf(lines, at, part);
      const fits = wanted.startsWith("!") ? !found.includes(wanted.slice(1)) : found.includes(wanted);
      assert.ok(fits, `\`${part}\` in \`${line}\`: ${wanted} expected, found ${found || "nothing"}`);
    }
  });
  return open;
}

test("declarations of the text form", async () => {
  const open = await hold("source.wf", [
    ["// note", "note", "comment.line"],
    ["workflow triage \"Triage\" {", "workflow", "keyword.declaration", "triage", "entity.name.namespace", "Triage", "string.quoted.double"],
    ["  description \"what\" /* why */", "description", "keyword", "why", "comment.block"],
    ["  type Order = { id: string, n?: list<int> }", "type", "keyword", "Order", "entity.name.type", "id", "property", "string", "support.type", "n?", "property", "list", "support.type", "int", "support.type"],
    ["  input a: \"x\" | string = \"x\"", "input", "keyword", "a", "variable.parameter", "|", "operator", "string", "support.type"],
    ["  secret token, other", "secret", "keyword", "token", "variable.parameter", "other", "variable.parameter"],
    ["  on schedule \"0 9 * * *\" in \"UTC\"", "on", "keyword", "schedule", "keyword", "in", "keyword"],
    ["  on webhook \"/t\" verify github secret key { id: trigger.body.id }", "verify", "keyword", "github", "constant", "key", "variable", "trigger", "variable.language", "body", "member"],
    ["  returns { message: string }", "returns", "keyword", "message", "property"],
    ["}"],
  ]);
  assert.equal(open, 0);
});

test("steps of the text form", async () => {
  const open = await hold("source.wf", [
    ["let review = agent \"Look at {{ ticket.body }}\\n\" {", "let", "keyword", "review", "definition", "agent", "support.function", "{{", "punctuation.section.embedded", "ticket", "meta.embedded.expression", "body", "member", "\\n", "escape"],
    ["  timeout: 10m", "timeout", "property", "10m", "duration"],
    ["  on_timeout: deny", "on_timeout", "property", "deny", "constant.language"],
    ["  returns: { a: \"x\" | int }", "returns", "property", "int", "support.type"],
    ["} when a.size() > 0 compensate { tool a.b { issue: dup } }", "when", "keyword", "size", "function", ">", "operator", "compensate", "keyword", "tool", "support.function", "b", "entity.name.function", "issue", "property"],
    ["for x index i in xs.filter(y, math.abs(y) > .5) parallel 4 {", "for", "keyword", "x", "variable.parameter", "index", "keyword", "in xs", "keyword", "filter", "macro", "math", "support.module", "abs", "support.function", ".5", "float", "parallel", "keyword", "4", "integer"],
    ["  if a in b && !c { break } else if d { continue } else { fail x.y \"no\" }", "if", "conditional", "in", "operator", "&&", "operator", "break", "keyword", "else", "conditional", "fail", "keyword", "y", "constant"],
    ["  switch a { case \"b\", -1 { } default { } }", "switch", "conditional", "case", "conditional", "default", "conditional"],
    ["  collect { default: a ? b : c, if: 1 }", "collect", "keyword", "default", "property", "if", "property"],
    ["}"],
    ["parallel { branch notify { } branch \"a-b\" { } }", "parallel", "keyword", "branch", "keyword", "notify", "section", "\"a-b\"", "section"],
    ["try { wait for 5m } catch e { set n = n + 1 } finally { wait event \"e\" key k.id }", "try", "exception", "wait", "support.function", "for", "keyword", "catch", "exception", "set", "keyword", "finally", "exception", "event", "keyword", "key", "keyword"],
    ["return { a: steps.b.output, c: null }", "return", "keyword", "a#1", "property", "steps", "variable.language", "null", "constant.language"],
  ]);
  assert.equal(open, 0);
});

test("keywords are names where names stand", async () => {
  await hold("source.wf", [
    ["let x = event.default.if", "default", "member", "if", "member"],
    ["let agent = approval.decision", "agent", "definition", "approval", "!support.function"],
    ["{ return: 1, for: 2, with: 3 }", "return", "property", "for", "property", "with", "property"],
  ]);
});

test("strings and their templates", async () => {
  const open = await hold("source.wf", [
    ["let a = \"{{ b.orValue(\\\"c\\\") }} d\"", "orValue", "function", "c", "string", "d", "string.quoted.double", "d", "!embedded"],
    ["let e = \"\\{{ f }} {{ {'g': {'h': 1}} }} i\"", "f", "!embedded", "g", "embedded", "i", "!embedded"],
    ["let j = r\"\\d {{ k }}\" + b'l'", "\\d", "!escape", "k", "embedded", "'l'", "string"],
    ["let m = \"{{ n\"", "n", "!embedded"],
    ["let o = \"p"],
    ["let q = \"\"\"", "let", "keyword"],
    ["  a \"quoted\" {{ f(\"}}\", {\"a\": {\"b\": 1}}) }} r", "quoted", "string.quoted.triple", "quoted", "!embedded", "f", "embedded", "r", "!embedded"],
    ["\"\"\""],
    ["bash \"\"\"", "bash", "support.function"],
    ["  if [ -n \"$A\" ]; then echo {{ b }}; fi", "if", "meta.embedded.block.shell", "b", "meta.embedded.expression"],
    ["\"\"\" { parse: json }", "parse", "property", "json", "constant"],
    ["let s = 1", "let", "keyword"],
  ]);
  assert.equal(open, 0);
});

test("expressions in YAML", async () => {
  await hold("source.yaml.wf", [
    ["steps:", "steps", "entity.name.tag"],
    ["  - id: review", "review", "string"],
    ["    when: review.severity == \"high\" && size(xs) > 0 # why", "when", "entity.name.tag", "severity", "member", "==", "operator", "size", "support.function", "why", "comment"],
    ["    goal: Look at {{ ticket.body }} now", "{{", "punctuation.section.embedded", "ticket", "meta.embedded.expression", "now", "!embedded"],
    ["    command: \"echo {{ a.orValue('b') }}\"", "orValue", "function"],
    ["    returns: list<string>", "list", "support.type"],
    ["    context: |-"],
    ["      Some {{ text.here }} and", "here", "member", "and", "!embedded"],
    ["  - { type: bash, command: ls, when: ready, id: x }", "ready", "meta.embedded.expression", "id", "entity.name.tag"],
  ]);
});

test("expressions in JSON", async () => {
  await hold("source.json.wf", [
    ["{ \"goal\": \"Look at {{ ticket.body }} now\",", "ticket", "meta.embedded.expression", "body", "member", "now", "!embedded"],
    ["  \"n\": \"{{ a == \\\"b\\\" }}\" }", "==", "operator", "b", "string.quoted.double.wf"],
  ]);
});

test("valid workflows leave nothing open, and nothing in them is illegal", async () => {
  const root = join(extension, "../..");
  const names = ["examples", "tests/suite/valid"].flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)));
  const scopes = { ".wf": "source.wf", ".wf.yaml": "source.yaml.wf", ".wf.json": "source.json.wf" };
  let files = 0;
  for (const name of names) {
    const scope = scopes[name.match(/\.wf(\.yaml|\.json)?$/)?.[0]];
    if (scope === undefined) continue;
    const { lines, open } = await tokenize(scope, readFileSync(name, "utf8").trimEnd());
    const illegal = lines.flatMap((tokens, at) => tokens.filter((t) => t.scopes.some((s) => s.startsWith("invalid"))).map((t) => `${name}:${at + 1}: ${t.text}`));
    assert.deepEqual(illegal, []);
    if (scope === "source.wf") assert.equal(open, 0, `${name} ends within ${lines.at(-1).at(-1)?.scopes}`);
    files += 1;
  }
  assert.ok(files > 40, `${files} files only`);
});
