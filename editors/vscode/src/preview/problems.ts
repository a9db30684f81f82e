/** Which step has which problems. Nothing here knows the editor. */

/** A problem by its place in bytes of the text. */
export interface Problem {
  start: number;
  severity: "error" | "warning" | "note";
  message: string;
}

/** A step's box in the picture, by the step's place in bytes. */
export interface Box {
  start: number;
  end: number;
}

/** What is shown on a box. */
export interface Status {
  box: Box;
  /** The gravest. */
  severity: Problem["severity"];
  problems: Problem[];
}

const GRAVITY = { error: 0, warning: 1, note: 2 } as const;

/** The boxes of a picture: `data-span="start end"`. */
export function boxesOf(svg: string): Box[] {
  return [...svg.matchAll(/ data-span="(\d+) (\d+)"/g)].map((m) => ({ start: Number(m[1]), end: Number(m[2]) }));
}

/** The smallest box around a place. */
function innermost(boxes: readonly Box[], at: number): Box | undefined {
  let found: Box | undefined;
  for (const box of boxes) {
    const fits = box.start <= at && at < box.end;
    if (fits && (found === undefined || box.end - box.start < found.end - found.start)) found = box;
  }
  return found;
}

/** What each box shows, and the problems that are of no step. */
export function statusOf(boxes: readonly Box[], problems: readonly Problem[]): { steps: Status[]; rest: Problem[] } {
  const steps = new Map<Box, Status>();
  const rest: Problem[] = [];
  for (const problem of problems) {
    const box = innermost(boxes, problem.start);
    if (box === undefined) {
      rest.push(problem);
      continue;
    }
    const status = steps.get(box) ?? { box, severity: problem.severity, problems: [] };
    if (GRAVITY[problem.severity] < GRAVITY[status.severity]) status.severity = problem.severity;
    status.problems.push(problem);
    steps.set(box, status);
  }
  return { steps: [...steps.values()], rest };
}

/** Bytes of UTF-8 before a place that is counted in UTF-16. */
export function byteOffset(text: string, at: number): number {
  return Buffer.byteLength(text.slice(0, at), "utf8");
}

/** The place in UTF-16 of a place that is counted in bytes. */
export function charOffset(text: string, at: number): number {
  return Buffer.from(text, "utf8").subarray(0, at).toString("utf8").length;
}
