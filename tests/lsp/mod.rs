//! The language server as an editor meets it: the real process, the real protocol.

mod agreement;
mod answers;
mod client;
mod diagnostics;
mod features;
mod hostile;
mod lifecycle;
mod matrix;
mod matrix_actions;
mod neovim;
mod storm;
mod sync;
mod text;

use crate::cli::Folder;

/// The spellings, by the endings of their files.
const SPELLINGS: [&str; 3] = ["wf", "wf.yaml", "wf.json"];

const MAIN: &str = r#"workflow groesse "Größe 😀" {
  // 😀 a remark of several bytes a sign
  tools "board.tools.json"
  type Review = { summary: string, ok: bool }
  input ticket: string
  on schedule "0 9 * * MON-FRI" in "Europe/Berlin" { ticket: "é" }

  let review = agent "Look at 😀 {{ ticket }}" { returns: Review }
  let made = call helper { id: ticket }
  if review.ok && ticket.startsWith("é") {
    tool board.post { text: "😀 {{ review.summary }}" }
  }
  let sizes = [1, 2].map(x, x * 2)
  return { summary: review.summary, made: made, sizes: sizes }
}
"#;

const HELPER: &str = r#"workflow helper {
  input id: string
  let out = bash "echo \"$ID\"" { env: { ID: id } }
  return out.stdout
}
"#;

const BOARD: &str = r#"{ "tools": [ { "name": "post", "description": "Posts a text",
  "inputSchema": { "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] },
  "annotations": { "readOnlyHint": false, "destructiveHint": false, "openWorldHint": false } } ] }"#;

/// A folder with one workflow in three spellings, the workflow that it calls, and its catalogue.
fn world() -> Folder {
    let folder = Folder::new();
    folder.file("helper.wf", HELPER);
    folder.file("board.tools.json", BOARD);
    folder.file("main.wf", MAIN);
    for (spelling, to) in [("wf.yaml", "yaml"), ("wf.json", "json")] {
        let said = folder.run(&["convert", "main.wf", "--to", to]);
        assert_eq!(said.status, Some(0), "{said:?}");
        folder.file(&format!("main.{spelling}"), said.out);
    }
    folder
}
