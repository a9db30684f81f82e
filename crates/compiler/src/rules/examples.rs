//! The files that the examples of codes refer to.

use std::sync::Arc;

use wfc_syntax::source::Source;

use crate::world::World;

/// A world with a few workflows and the catalogue `linear.tools.json`: whoever checks the examples of
/// [`super::codes`], or the corpus, gives it.
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
  { "name": "find_issue",
    "inputSchema": { "type": "object", "required": ["text"], "properties": { "text": { "type": "string" } } },
    "outputSchema": { "type": "object", "required": ["id", "title", "votes"], "properties": {
      "id": { "type": "string" }, "title": { "type": "string" }, "votes": { "type": "integer" } } },
    "annotations": { "readOnlyHint": true, "openWorldHint": true } },
  { "name": "delete_issue",
    "inputSchema": { "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } },
    "annotations": { "destructiveHint": true } }
] }"#;

/// The workflows by slug, each in the file of that name. The second one destroys something without asking, the third
/// one makes a command of its input, the fourth one asks a person.
const WORKFLOWS: &[(&str, &str)] = &[
    (
        "archive_ticket",
        "workflow archive_ticket {\n  input id: string\n  returns { archived: bool }\n  \
         let done = bash \"./archive.sh\" { env: { ID: id } }\n  return { archived: done.exit_code == 0 }\n}\n",
    ),
    (
        "delete_ticket",
        "workflow delete_ticket {\n  tools \"linear.tools.json\"\n  input id: string\n  tool linear.delete_issue { id: id }\n}\n",
    ),
    (
        "label_ticket",
        "workflow label_ticket {\n  input id: string\n  input label: string\n  returns { id: string, printed: string }\n  \
         let done = bash \"./label.sh {{ label }}\"\n  return { id: id, printed: done.stdout }\n}\n",
    ),
    (
        "ask_first",
        "workflow ask_first {\n  input what: string\n  returns { by: string? }\n  \
         let asked = approval \"Delete {{ what }}?\" { timeout: 24h }\n  return { by: asked.by }\n}\n",
    ),
];

impl World for ExampleWorld {
    fn source(&self, from: &str, path: &str) -> Option<Arc<Source>> {
        let slug = path.strip_prefix("./")?.strip_suffix(".wf")?;
        self.workflow(from, slug)
    }

    fn workflow(&self, _: &str, slug: &str) -> Option<Arc<Source>> {
        let (_, text) = WORKFLOWS.iter().find(|(known, _)| *known == slug)?;
        Some(Arc::new(Source::new(format!("{slug}.wf"), *text)))
    }

    fn catalogue(&self, _: &str, path: &str) -> Option<Arc<Source>> {
        (path == "linear.tools.json").then(|| Arc::new(Source::new(path, CATALOGUE)))
    }

    fn slugs(&self) -> Vec<String> {
        WORKFLOWS
            .iter()
            .map(|(slug, _)| (*slug).to_owned())
            .collect()
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
