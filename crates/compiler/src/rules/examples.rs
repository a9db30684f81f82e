//! The files that the examples of codes refer to.

use std::sync::Arc;

use wfc_syntax::source::Source;

use crate::world::World;

/// A world with the workflow `archive_ticket` and the catalogue `linear.tools.json`: whoever checks the examples
/// of [`super::codes`] gives it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExampleWorld;

const CATALOGUE: &str = r#"{ "tools": [
  { "name": "create_issue",
    "inputSchema": { "type": "object", "required": ["title"], "properties": {
      "title": { "type": "string" }, "labels": { "type": "array", "items": { "type": "string" } } } },
    "outputSchema": { "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } },
    "annotations": { "destructiveHint": false, "openWorldHint": false } },
  { "name": "archive_issue",
    "inputSchema": { "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } } },
  { "name": "delete_issue",
    "inputSchema": { "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } },
    "annotations": { "destructiveHint": true } }
] }"#;

const WORKFLOW: &str = "workflow archive_ticket {\n  input id: string\n  returns { archived: bool }\n  \
    let done = bash \"./archive.sh\" { env: { ID: id } }\n  return { archived: done.exit_code == 0 }\n}\n";

impl World for ExampleWorld {
    fn source(&self, _: &str, path: &str) -> Option<Arc<Source>> {
        (path == "./archive_ticket.wf")
            .then(|| Arc::new(Source::new("archive_ticket.wf", WORKFLOW)))
    }

    fn workflow(&self, _: &str, slug: &str) -> Option<Arc<Source>> {
        (slug == "archive_ticket").then(|| Arc::new(Source::new("archive_ticket.wf", WORKFLOW)))
    }

    fn catalogue(&self, _: &str, path: &str) -> Option<Arc<Source>> {
        (path == "linear.tools.json").then(|| Arc::new(Source::new(path, CATALOGUE)))
    }

    fn slugs(&self) -> Vec<String> {
        vec!["archive_ticket".to_owned()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;
    use crate::rules::codes;
    use crate::settings::Settings;
    use std::fmt::Write as _;
    use wfc_syntax::code::Example;
    use wfc_syntax::tree::Spelling;

    fn findings(example: &Example) -> Vec<String> {
        let source = Source::new(example.file, example.text);
        let spelling = Spelling::of(example.file, example.text);
        let checked = check(&source, spelling, &ExampleWorld, &Settings::default());
        let show = |d: &wfc_syntax::diagnostic::Diagnostic| {
            format!("{} `{}`: {}", d.code.id, source.slice(d.span), d.message)
        };
        checked.diagnostics.iter().map(show).collect()
    }

    #[test]
    fn every_bad_example_gets_its_finding_and_every_good_one_none() {
        let mut wrong = String::new();
        // A file that is too large for a program is too large for its documentation too.
        // What settings say of a tool wants settings.
        for code in codes().filter(|c| !matches!(c.id, "WF0090" | "WF0611")) {
            let bad = findings(&code.bad);
            if bad.is_empty() || bad.iter().any(|f| !f.starts_with(code.id)) {
                let _ = writeln!(wrong, "{} bad: {bad:#?}", code.id);
            }
            let good = findings(&code.good);
            if !good.is_empty() {
                let _ = writeln!(wrong, "{} good: {good:#?}", code.id);
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    }

    #[test]
    fn ids_and_names_are_given_once() {
        let mut ids: Vec<&str> = codes().flat_map(|c| [c.id, c.name]).collect();
        ids.sort_unstable();
        let before = ids.len();
        ids.dedup();
        assert_eq!(before, ids.len());
    }
}
