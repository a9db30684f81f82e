// Bundles the extension into dist/, and copies the schemas that it associates with files.
//
//     node scripts/build.mjs [--production]

import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const production = process.argv.includes("--production");

await build({
  absWorkingDir: root,
  entryPoints: ["src/extension.ts", ...(production ? [] : ["src/program.ts", "src/inputs.ts", "src/files.ts", "src/preview/page.ts", "src/preview/problems.ts"])],
  outbase: "src",
  outdir: "dist",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify: production,
  sourcemap: false,
  legalComments: "none",
  logLevel: "warning",
});

const schemas = join(root, "../../docs/schema");
mkdirSync(join(root, "schemas"), { recursive: true });
for (const name of ["workflow", "tests", "tools", "settings"].map((n) => `${n}.schema.json`)) {
  if (!readdirSync(schemas).includes(name)) throw new Error(`docs/schema/${name} is missing`);
  copyFileSync(join(schemas, name), join(root, "schemas", name));
}
