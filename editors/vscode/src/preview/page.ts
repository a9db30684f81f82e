/** The preview's page. Nothing here knows the editor. */

import type { Problem, Status } from "./problems";

export interface Sources {
  /** The page's style sheet and script, as the web view may load them. */
  style: string;
  script: string;
  /** What the web view's own files come from. */
  origin: string;
  nonce: string;
}

const escapeText = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The page; pictures and problems come by messages. Nothing but its own two files is loaded. */
export function page(sources: Sources, title: string): string {
  const policy = [
    "default-src 'none'",
    `style-src ${sources.origin} 'unsafe-inline'`,
    `script-src 'nonce-${sources.nonce}'`,
    "img-src data:",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escapeText(title)}</title>
  <link rel="stylesheet" href="${sources.style}">
</head>
<body>
  <header>
    <span id="summary" role="status" aria-live="polite"></span>
    <span class="tools">
      <button id="smaller" title="Smaller" aria-label="Smaller">−</button>
      <button id="fit" title="Fit into the window" aria-label="Fit into the window">fit</button>
      <button id="larger" title="Larger" aria-label="Larger">+</button>
    </span>
  </header>
  <ul id="rest"></ul>
  <main id="picture"></main>
  <script nonce="${sources.nonce}" src="${sources.script}"></script>
</body>
</html>
`;
}

/** What the page is told. */
export type ToPage =
  | { type: "picture"; svg: string }
  | {
      type: "problems";
      steps: Status[];
      rest: Problem[];
      /** Why the picture is not of the text as it is. */
      stale: string | undefined;
    }
  | { type: "select"; at: number };

/** What the page tells. */
export type FromPage = { type: "open"; at: number } | { type: "ready" };
