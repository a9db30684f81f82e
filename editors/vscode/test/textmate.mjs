// The extension's TextMate grammars, loaded as the editor loads them.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const { Registry, INITIAL, parseRawGrammar } = require("vscode-textmate");
const { createOnigScanner, createOnigString, loadWASM } = require("vscode-oniguruma");

export const extension = join(dirname(fileURLToPath(import.meta.url)), "..");
export const manifest = JSON.parse(await readFile(join(extension, "package.json"), "utf8"));

const { grammars } = manifest.contributes;

/** Grammars that the editor itself brings along. */
const foreign = { "source.yaml": "yaml", "source.json": "json", "source.shell": "shellscript" };

const wasm = await readFile(require.resolve("vscode-oniguruma/release/onig.wasm"));
await loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));

const registry = new Registry({
  onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
  async loadGrammar(scope) {
    const own = grammars.find((g) => g.scopeName === scope);
    if (own) return parseRawGrammar(await readFile(join(extension, own.path), "utf8"), own.path);
    if (foreign[scope] === undefined) return null;
    const { default: list } = await import(`@shikijs/langs/${foreign[scope]}`);
    return list.find((g) => g.scopeName === scope) ?? null;
  },
  getInjections: (scope) => grammars.filter((g) => g.injectTo?.includes(scope)).map((g) => g.scopeName),
});

/** The tokens of each line, and how many rules are open behind the last. */
export async function tokenize(scope, text) {
  const grammar = await registry.loadGrammar(scope);
  let stack = INITIAL;
  const lines = text.split("\n").map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    return tokens.map((t) => ({ text: line.slice(t.startIndex, t.endIndex), scopes: t.scopes.slice(1) }));
  });
  return { lines, open: stack.depth - 1 };
}

/** The scopes of the token that `part` starts, in a line that holds it; `part` may name a later one: `x#2`. */
export function scopesOf(lines, line, part) {
  const [text, nth] = part.split("#");
  const row = lines[line];
  const whole = row.map((t) => t.text).join("");
  let at = -1;
  for (let n = 0; n < Number(nth ?? 1); n += 1) at = whole.indexOf(text, at + 1);
  if (at < 0) throw new Error(`no \`${part}\` in \`${whole}\``);
  let from = 0;
  for (const token of row) {
    if (from + token.text.length > at) return token.scopes.join(" ");
    from += token.text.length;
  }
  throw new Error("unreachable");
}
