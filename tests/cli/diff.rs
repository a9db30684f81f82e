//! `wfc diff` as a user meets it.

use super::{Folder, Said};

const OLD: &str = r#"workflow release "Release" {
  input version: string
  let built = bash "make build" { env: { V: version } }
  let ok = approval "Release {{ version }}?" { timeout: 24h }
  bash "./upload.sh" { env: { V: version, LOG: built.stdout, BY: "{{ ok.decision }}" } }
}
"#;

fn compare(old: &str, new: &str, more: &[&str]) -> Said {
    let folder = Folder::new();
    folder.file("old.wf", old);
    folder.file("new.wf", new);
    let args: Vec<&str> = ["diff", "old.wf", "new.wf"]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    folder.run(&args)
}

#[test]
fn nothing_changed_in_meaning() {
    let folder = Folder::new();
    folder.file("old.wf", OLD);
    let commented = OLD.replace("  let ok", "  // who says yes\n\n  let ok");
    folder.file("new.wf", commented);
    let said = folder.run(&["diff", "old.wf", "new.wf"]);
    assert_eq!(
        (said.status, &*said.out),
        (Some(0), "no change in meaning\n"),
        "{said:?}"
    );
    // Another spelling of the same.
    for to in ["yaml", "json"] {
        let name = format!("release.wf.{to}");
        let said = folder.run(&["convert", "old.wf", "--to", to, "--output", &name]);
        assert_eq!(said.status, Some(0), "{said:?}");
        let said = folder.run(&["diff", "new.wf", &name]);
        assert_eq!(said.out, "no change in meaning\n", "{said:?}");
    }
}

#[test]
fn the_exit_status_follows_the_changes() {
    let plain = OLD.replace("make build", "make all");
    assert_eq!(compare(OLD, &plain, &[]).status, Some(1));
    assert_eq!(compare(OLD, &plain, &["--breaking"]).status, Some(0));
    let breaking = OLD.replace(
        "version: string\n",
        "version: string\n  input notes: string\n",
    );
    let breaking = breaking.replace("LOG:", "N: notes, LOG:");
    assert_eq!(compare(OLD, &breaking, &["--breaking"]).status, Some(1));
    let less_safe = OLD.replace("timeout: 24h", "timeout: 24h, on_timeout: approve");
    let said = compare(OLD, &less_safe, &["--breaking"]);
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(
        said.out.contains(
            "~ approval `ok` on_timeout: none -> approve (less safe: no answer counts as a yes)"
        ),
        "{}",
        said.out
    );
    // What has errors has no meaning.
    let said = compare(OLD, "workflow w { bash missing }", &[]);
    assert_eq!((said.status, &*said.out), (Some(2), ""), "{said:?}");
    assert!(
        said.err.contains("WF0211") || said.err.contains("missing"),
        "{said:?}"
    );
    assert_eq!(Folder::new().run(&["diff", "a.wf", "b.wf"]).status, Some(2));
}

#[test]
fn people_read_what_changed_and_where_a_run_could_go_on() {
    let new = OLD.replace("./upload.sh", "./publish.sh");
    let said = compare(OLD, &new, &[]);
    assert_eq!(
        said.out,
        "effects\n  \
         ~ bash `steps[2]` command: \"./upload.sh\" -> \"./publish.sh\"  [new.wf:5:3]\n\n\
         a run that is suspended in the old workflow could go on in the new one\n  \
         yes at bash `built`\n  \
         yes at approval `ok`\n  \
         no  at bash `steps[2]`: it asks for something else: `command` changed\n\n\
         1 change; suspended runs could go on at 2 of 3 places\n"
    );
}

#[test]
fn machines_get_what_the_schema_says() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let schema = std::fs::read(root.join("docs/schema/diff-output.schema.json")).unwrap();
    let schema = serde_json::from_slice(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let moved = "workflow release {\n  input version: string | int = \"1\"\n  if version != \"2\" { approval \"Go?\" { timeout: 1h } }\n  bash \"make build\" { env: { V: string(version) } }\n}\n";
    for new in [OLD, moved, &OLD.replace("24h", "2h")] {
        let document = compare(OLD, new, &["--format", "json"]).json();
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
        assert_eq!(document["same"], new == OLD);
    }
    let document = compare(OLD, moved, &["--format", "json"]).json();
    assert!(document["less_safe"].as_u64() > Some(0), "{document:#}");
    assert_eq!(
        document["changes"][0]["old_span"]["start"]["line"], 2,
        "{document:#}"
    );
}

#[test]
fn a_pipe_goes_by_the_other_files_name() {
    let folder = Folder::new();
    let catalogue = r#"{"tools": [{"name": "close", "inputSchema": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}]}"#;
    folder.file("flows/desk.tools.json", catalogue);
    let text = "workflow w {\n  tools \"desk.tools.json\"\n  input id: string\n  tool desk.close { id: id }\n}\n";
    folder.file("flows/w.wf", text);
    // The catalogue is found beside the file that standard input is a version of.
    let old = text.replace("id: id", "id: \"1\" + id");
    let said = folder.run_with(&["diff", "-", "flows/w.wf"], &old);
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(
        said.out
            .contains("~ tool `steps[0]` arguments.id: \"1\" + id -> id"),
        "{said:?}"
    );
    let yaml = "slug: w\ntools: [desk.tools.json]\ninputs: { id: string }\nsteps:\n  - { type: tool, tool: desk.close, arguments: { id: \"{{ id }}\" } }\n";
    let said = folder.run_with(&["diff", "-", "flows/w.wf"], yaml);
    assert_eq!(said.out, "no change in meaning\n", "{said:?}");
    let said = folder.run_with(
        &["diff", "flows/w.wf", "-", "--new-name", "flows/w.wf.yaml"],
        yaml,
    );
    assert_eq!(said.out, "no change in meaning\n", "{said:?}");
    assert_eq!(folder.run(&["diff", "-", "-"]).status, Some(2));
}
