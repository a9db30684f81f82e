// The queries of the other editors, made from the grammar's own: only the names of captures differ.
//
//     node test/queries.mjs [--write]

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const editors = join(dirname(fileURLToPath(import.meta.url)), "..");
const own = (name) => readFileSync(join(editors, "tree-sitter-wf/queries", name), "utf8");

/** Captures under the names that an editor's themes know; the longest name counts. */
const HELIX = {
  "function.method.call": "function.method",
  "function.call": "function",
  "function.macro": "function.macro",
  "keyword.conditional": "keyword.control.conditional",
  "keyword.conditional.ternary": "keyword.operator",
  "keyword.coroutine": "keyword.control",
  "keyword.exception": "keyword.control.exception",
  "keyword.repeat": "keyword.control.repeat",
  "keyword.return": "keyword.control.return",
  "keyword.type": "keyword.storage.type",
  module: "namespace",
  "module.builtin": "variable.builtin",
  none: "none",
  number: "constant.numeric.integer",
  "number.float": "constant.numeric.float",
  boolean: "constant.builtin.boolean",
  property: "variable.other.member",
  "string.documentation": "string",
  "string.escape": "constant.character.escape",
  "string.regexp": "string.regexp",
  "string.special.path": "string.special.path",
  "type.definition": "type",
  "variable.member": "variable.other.member",
};
const ZED = {
  "constant.builtin": "constant",
  "function.builtin": "function.special",
  "function.call": "function",
  "function.macro": "function.special",
  "function.method.call": "function.method",
  "keyword.conditional": "keyword",
  "keyword.conditional.ternary": "operator",
  "keyword.coroutine": "keyword",
  "keyword.exception": "keyword",
  "keyword.operator": "keyword",
  "keyword.repeat": "keyword",
  "keyword.return": "keyword",
  "keyword.type": "keyword",
  module: "namespace",
  "module.builtin": "variable.special",
  none: "embedded",
  "number.float": "number",
  "string.documentation": "string",
  "string.regexp": "string.regex",
  "string.special.path": "string.special",
  "type.builtin": "type",
  "type.definition": "type",
  "variable.member": "property",
  "variable.parameter": "variable",
};

const renamed = (text, names) =>
  text.replace(/@([a-z][a-z.]*)/g, (whole, name) => (names[name] === undefined ? whole : `@${names[name]}`));
const without = (text, pattern) => text.replace(pattern, "");
const spell = /\(comment\) @spell\n\n/;
const note = (text) => text.replace(/^; Captures are .*\n\n/, "; Made by editors/test/queries.mjs.\n\n");

const made = {
  ...Object.fromEntries(
    ["highlights", "folds", "indents", "injections", "locals"].map((n) => [`neovim/queries/wf/${n}.scm`, own(`${n}.scm`)]),
  ),
  "helix/queries/wf/highlights.scm": note(renamed(without(own("highlights.scm"), spell), HELIX)),
  "zed/languages/wf/highlights.scm": note(renamed(without(own("highlights.scm"), spell), ZED)),
};

let wrong = 0;
for (const [name, text] of Object.entries(made)) {
  const path = join(editors, name);
  if (process.argv.includes("--write")) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } else if (readFileSync(path, "utf8") !== text) {
    console.error(`editors/${name} is not what the grammar's queries say: node editors/test/queries.mjs --write`);
    wrong += 1;
  }
}
console.log(`${Object.keys(made).length - wrong} of ${Object.keys(made).length} queries are up to date`);
process.exit(wrong === 0 ? 0 : 1);
