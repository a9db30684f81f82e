// Every valid `.wf` file of the repository, every block of the docs that is one, every case of the checker whose
// text is right, and what YAML and JSON say in the text form, parses without a fault.
//
//     node test/files.mjs [TREE_SITTER]
//
// WFC names the program that writes other spellings in the text form; without it they are left out.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../../..");
const treeSitter = process.argv[2] ?? "tree-sitter";

const filesBelow = (folder, ending) =>
  readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(root, folder, name))
    .filter((path) => path.endsWith(ending) && !path.includes("node_modules"))
    .sort();

/** Whether a code is about syntax or shape. */
const isSyntax = (word) => /^WF0[01]/.test(word);

/** Blocks of a page in the text form: all but those that have a fault of syntax, or are a piece only. */
function blocks(page) {
  const out = [];
  let block;
  let heading = "";
  readFileSync(page, "utf8")
    .split("\n")
    .forEach((line, at) => {
      if (block === undefined && line.startsWith("#")) heading = line;
      const fence = line.match(/^```(.*)$/);
      if (!fence) block?.lines.push(line);
      else if (block) {
        out.push(block);
        block = undefined;
      } else block = { info: fence[1].split(/\s+/), heading, lines: [], place: `${relative(root, page)}:${at + 1}` };
    });
  const codePage = /^WF\d+\.md$/.test(basename(page));
  return out.filter(({ info: [language, word, ...rest], heading }) => {
    if (language !== "wf" || word === "part") return false;
    if (word === "fault") return !rest.some(isSyntax);
    // The first block of a code's page is what the code finds.
    return !(codePage && isSyntax(basename(page)) && !/does not/.test(heading));
  });
}

const work = mkdtempSync(join(tmpdir(), "wf-files-"));
const places = new Map();
for (const folder of ["examples", "tests/suite/valid", "crates", "xtask"]) {
  for (const path of filesBelow(folder, ".wf")) places.set(path, relative(root, path));
}
for (const page of filesBelow("docs", ".md")) {
  blocks(page).forEach(({ lines, place }, n) => {
    const path = join(work, `${basename(page)}-${n}.wf`);
    writeFileSync(path, lines.join("\n") + "\n");
    places.set(path, place);
  });
}
// Cases of the checker whose findings are none of syntax or shape.
for (const file of filesBelow("tests/suite/check", ".cases")) {
  const parts = readFileSync(file, "utf8").split(/^=== (.*)$/m);
  for (let n = 1; n < parts.length; n += 2) {
    const name = parts[n].trim();
    const lines = parts[n + 1].split("\n");
    const found = lines.filter((line) => line.startsWith("#~")).join("\n").match(/WF\d+/g) ?? [];
    if (!name.endsWith(".wf") || found.some(isSyntax)) continue;
    const path = join(work, `${basename(file)}-${n}.wf`);
    writeFileSync(path, lines.filter((line) => !line.startsWith("#~")).join("\n"));
    places.set(path, `${relative(root, file)}: ${name}`);
  }
}
const wfc = process.env.WFC;
if (wfc) {
  const others = ["examples", "tests/suite/valid"].flatMap((f) => [...filesBelow(f, ".wf.yaml"), ...filesBelow(f, ".wf.json")]);
  others.forEach((other, n) => {
    const path = join(work, `converted-${n}.wf`);
    const said = spawnSync(wfc, ["convert", other, "--to", "text", "--output", path], { encoding: "utf8" });
    if (said.status !== 0) throw new Error(`${other}: ${said.stderr}`);
    places.set(path, `${relative(root, other)} in the text form`);
  });
}
const list = join(work, "paths.txt");
writeFileSync(list, [...places.keys()].join("\n") + "\n");
const run = spawnSync(treeSitter, ["parse", "--quiet", "--paths", list], { cwd: join(here, ".."), encoding: "utf8" });
let wrong = 0;
for (const line of run.stdout.split("\n")) {
  const path = [...places.keys()].find((p) => line.startsWith(p));
  if (path === undefined) continue;
  wrong += 1;
  console.error(`${places.get(path)}: ${line.slice(path.length).trim()}`);
}
rmSync(work, { recursive: true });
if (run.error || (run.status !== 0 && wrong === 0)) {
  console.error(run.error ?? run.stderr);
  process.exit(1);
}
console.log(`${places.size - wrong} of ${places.size} files and blocks parse`);
process.exit(wrong === 0 ? 0 : 1);
