//! `wfc check --bounds` as a user meets it.

use super::Folder;

const FLOW: &str = "workflow w {\n  input pages: list<string>\n  for page in pages parallel 4 {\n    agent \"Read {{ page }}\"\n  }\n  \
     approval \"Done?\"\n  call other { pages: [\"a\", \"b\"] }\n}\n";
const OTHER: &str = "workflow other {\n  input pages: list<string>\n  for page in pages { bash \"echo $P\" { env: { P: page } } }\n}\n";

#[test]
fn people_read_formulas_and_why_there_is_no_bound() {
    let folder = Folder::new();
    folder.file("w.wf", FLOW);
    folder.file("other.wf", OTHER);
    let said = folder.run(&["check", "--bounds", "--fail-on", "never", "w.wf"]);
    let start = "w.wf\n  \
         agent calls     at most pages.size()\n  \
         commands        at most 2\n  \
         approvals       1\n  \
         workflow calls  1\n  \
         steps           at least 3, at most pages.size() + 3\n  \
         time            without bound\n  \
         pages.size() is read at w.wf:3:15\n  \
         unbounded: nobody may answer: the approval has no timeout (w.wf:6:3)\n";
    assert!(said.out.starts_with(start), "{}", said.out);
}

#[test]
fn machines_get_what_the_schema_says() {
    let folder = Folder::new();
    folder.file("w.wf", FLOW);
    folder.file("other.wf", OTHER);
    folder.file(
        "wfc.toml",
        "[agents.main]\ncommand = \"x\"\ntimeout = \"90s\"\n",
    );
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let schema = std::fs::read(root.join("docs/schema/check-output.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let said = folder.run(&["check", "--bounds", "--format", "json", "w.wf", "other.wf"]);
    let document = said.json();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|e| e.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
    let bounds = &document["bounds"][1];
    assert_eq!(bounds["file"], "w.wf", "{document:#}");
    assert_eq!(bounds["commands"]["most"], 2);
    assert_eq!(bounds["agent_calls"]["most"], serde_json::Value::Null);
    assert_eq!(bounds["agent_calls"]["formula"], "pages.size()");
    assert_eq!(bounds["unknowns"][1]["input"], "pages");
    assert_eq!(bounds["time"]["unbounded"][0]["span"]["start"]["line"], 6);
    // A line each, in the other form for machines.
    let lines = folder
        .run(&["check", "--bounds", "--format", "jsonl", "w.wf"])
        .lines();
    assert!(lines.iter().any(|l| l["type"] == "bounds"), "{lines:?}");
}

#[test]
fn settings_say_how_long_agents_take() {
    let folder = Folder::new();
    folder.file("w.wf", "workflow w {\n  agent \"a\"\n}\n");
    let said = folder.run(&["check", "--bounds", "w.wf"]);
    assert!(
        said.out.contains("time            at most 1h\n"),
        "{}",
        said.out
    );
    folder.file(
        "wfc.toml",
        "[agents.main]\ncommand = \"x\"\ntimeout = \"90s\"\n",
    );
    let said = folder.run(&["check", "--bounds", "w.wf"]);
    assert!(
        said.out.contains("time            at most 1m30s\n"),
        "{}",
        said.out
    );
}
