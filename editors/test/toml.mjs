// The configuration of Helix and Zed: TOML of the form that they read, and files where they look for them.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const editors = join(dirname(fileURLToPath(import.meta.url)), "..");
const read = (name) =>
  JSON.parse(execFileSync("python3", ["-c", "import json,sys,tomllib; print(json.dumps(tomllib.load(open(sys.argv[1],'rb'))))", join(editors, name)], { encoding: "utf8" }));
let wrong = 0;
const check = (what, ok) => {
  if (!ok) wrong += 1;
  console.log(`${ok ? "ok  " : "FAIL"} ${what}`);
};
const only = (object, keys) => Object.keys(object).every((key) => keys.includes(key));

const helix = read("helix/languages.toml");
// The keys of Helix 25.07's languages: https://docs.helix-editor.com/languages.html
const LANGUAGE = ["name", "language-id", "scope", "injection-regex", "file-types", "shebangs", "roots", "auto-format", "diagnostic-severity", "comment-token", "comment-tokens", "block-comment-tokens", "indent", "language-servers", "grammar", "config", "formatter", "soft-wrap", "text-width", "rulers", "path-completion", "workspace-lsp-roots", "persistent-diagnostic-sources", "auto-pairs"];
check("helix: keys of languages", helix.language.every((l) => only(l, LANGUAGE)));
check("helix: servers that are named are there", helix.language.every((l) => l["language-servers"].every((s) => helix["language-server"][s])));
check("helix: keys of servers", Object.values(helix["language-server"]).every((s) => only(s, ["command", "args", "config", "timeout", "environment", "required-root-patterns"])));
check("helix: the grammar", helix.grammar.some((g) => g.name === "wf" && existsSync(join(editors, g.source.path.replace(/.*\/editors\//, ""), "src/parser.c"))));
for (const { name } of helix.language) check(`helix: colours of ${name}`, existsSync(join(editors, "helix/queries", name, "highlights.scm")));

const zed = read("zed/extension.toml");
const EXTENSION = ["id", "name", "description", "version", "schema_version", "authors", "repository", "grammars", "language_servers", "themes", "icon_themes", "snippets", "slash_commands", "context_servers"];
check("zed: keys of the extension", only(zed, EXTENSION) && zed.schema_version === 1);
const config = read("zed/languages/wf/config.toml");
check("zed: the language's grammar is there", zed.grammars[config.grammar] !== undefined);
check("zed: the grammar's folder is there", existsSync(join(editors, "..", zed.grammars.wf.path, "src/parser.c")));
check("zed: the server's languages are there", zed.language_servers.wfc.languages.every((l) => l === config.name));
check("zed: versions agree", read("zed/Cargo.toml").package.version === zed.version);
JSON.parse(readFileSync(join(editors, "zed/languages/wf/tasks.json"), "utf8"));
process.exit(wrong === 0 ? 0 : 1);
