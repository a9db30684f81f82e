/** A workflow's inputs, read from its JSON spelling. Nothing here knows the editor. */

export interface Input {
  name: string;
  /** As people read it: `string`, `"a" | "b"`. */
  type: string;
  description?: string;
  /** Whether a run needs it. */
  required: boolean;
  default?: unknown;
}

function typeText(type: unknown): string {
  return typeof type === "string" ? type : JSON.stringify(type);
}

function nullable(type: string): boolean {
  return type.endsWith("?") || /(^|\|)\s*null\s*(\||$)/.test(type);
}

function isDeclaration(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && ("type" in value || "default" in value);
}

/** The inputs that `wfc convert --to json` prints. */
export function inputsOf(json: string): Input[] {
  const root: unknown = JSON.parse(json);
  const declared = (root as { inputs?: Record<string, unknown> } | null)?.inputs ?? {};
  return Object.entries(declared).map(([name, value]) => {
    if (!isDeclaration(value)) {
      const type = typeText(value);
      return { name, type, required: !nullable(type) };
    }
    const type = "type" in value ? typeText(value.type) : "any";
    const input: Input = {
      name,
      type,
      required: !("default" in value) && value.required !== false && !nullable(type),
    };
    if (typeof value.description === "string") input.description = value.description;
    if ("default" in value) input.default = value.default;
    return input;
  });
}

/** The arguments of `wfc run` that give these inputs. */
export function inputArguments(values: ReadonlyMap<string, string>): string[] {
  return [...values].flatMap(([name, value]) => ["--input", `${name}=${value}`]);
}
