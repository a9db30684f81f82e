/** Which files are the language's. Nothing here knows the editor. */

/** Language ids of workflows. */
export const LANGUAGES = ["wf", "wf-yaml", "wf-json"] as const;

/** Workflows by name, whatever language the user has given them. */
export const WORKFLOWS = "**/*.{wf,wf.yaml,wf.yml,wf.json}";

/** Files of tests. */
export const TESTS = "**/*.wf.test.{yaml,yml,json}";

/** Files of tests, catalogues and settings: what the check of a workflow depends on. */
export const BESIDE = "**/{*.wf.test.yaml,*.wf.test.yml,*.wf.test.json,*.tools.json,wfc.toml}";

export function isWorkflow(name: string): boolean {
  return /\.wf(\.(yaml|yml|json))?$/.test(name);
}

export function isTests(name: string): boolean {
  return /\.wf\.test\.(yaml|yml|json)$/.test(name);
}

/** The ending that says the spelling: `.wf`, `.wf.yaml`. */
export function ending(name: string): string {
  return name.match(/\.wf(\.(yaml|yml|json))?$/)?.[0] ?? ".wf";
}
