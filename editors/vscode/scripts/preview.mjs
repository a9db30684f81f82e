// Renders the graph's page without the editor, in a headless Chromium, to look at it:
//
//     node scripts/preview.mjs WORKFLOW OUT.png [--dark]
//
// WFC names the program, CHROMIUM the browser. The problems are those of `wfc check`.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { page } = require(join(root, "dist/preview/page.js"));
const { boxesOf, statusOf } = require(join(root, "dist/preview/problems.js"));

const [workflow, out, ...more] = process.argv.slice(2);
const dark = more.includes("--dark");
const wfc = process.env.WFC ?? join(root, "../../target/debug/wfc");

const svg = execFileSync(wfc, ["graph", "--format", "svg", workflow], { encoding: "utf8" });
const checked = spawnSync(wfc, ["check", "--format", "json", workflow], { encoding: "utf8" });
const problems = JSON.parse(checked.stdout).diagnostics.map((d) => ({
  start: d.span.start.byte,
  severity: d.severity,
  message: d.message,
}));

const folder = mkdtempSync(join(tmpdir(), "wfc-page-"));
const messages = [{ type: "picture", svg }, { type: "problems", ...statusOf(boxesOf(svg), problems), stale: undefined }];
const media = (name) => pathToFileURL(join(root, "media", name)).href;
const colours = dark
  ? "--vscode-foreground:#cccccc;--vscode-editor-background:#1f1f1f;--vscode-panel-border:#2b2b2b;--vscode-button-secondaryForeground:#cccccc;--vscode-button-secondaryBackground:#313131"
  : "";
const html = page({ style: media("preview.css"), script: media("preview.js"), origin: "file:", nonce: "preview" }, "Graph")
  .replace("<html ", `<html style="${colours}" `)
  // What the editor would do: it answers the page's `ready` with the picture and the problems.
  .replace(
    '<script nonce="preview" src',
    `<script nonce="preview">
      const messages = ${JSON.stringify(messages).replaceAll("<", "\\u003c")};
      window.acquireVsCodeApi = () => ({ postMessage: (m) => m.type === "ready" && messages.forEach((data) => window.postMessage(data, "*")) });
    </script>
    <script nonce="preview" src`,
  );
const file = join(folder, "page.html");
writeFileSync(file, html);

const browser = process.env.CHROMIUM ?? "chromium";
const common = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files", `--user-data-dir=${folder}/profile`, "--virtual-time-budget=3000"];
const url = pathToFileURL(file).href;
execFileSync(browser, [...common, "--window-size=1000,900", `--screenshot=${resolve(out)}`, url], { stdio: "pipe" });
const dom = execFileSync(browser, [...common, "--dump-dom", url], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
// Processes of the browser may still be writing to their profile.
rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });

const badges = (dom.match(/class="badge /g) ?? []).length;
const wanted = new Set(statusOf(boxesOf(svg), problems).steps.map((s) => s.box.start)).size;
const boxes = (dom.match(/data-span="/g) ?? []).length;
console.log(`${boxes} steps, ${badges} of them with problems; ${readFileSync(out).length} bytes in ${out}`);
if (badges !== wanted || boxes === 0) {
  console.error(`${wanted} badges were expected`);
  process.exit(1);
}
