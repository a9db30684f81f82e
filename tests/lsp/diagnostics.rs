//! Findings, for clients that wait for them and for clients that ask.

use serde_json::{Value, json};

use super::SPELLINGS;
use super::client::{Abilities, Editor};

/// A workflow with one undefined name, in each spelling.
fn broken(spelling: &str) -> &'static str {
    match spelling {
        "wf" => "workflow w {\n  // 😀\n  bash \"ls\"\n  return nope\n}\n",
        "wf.yaml" => {
            "# 😀\nslug: w\nsteps:\n  - { type: bash, command: ls }\nreturn: \"é {{ nope }}\"\n"
        }
        _ => {
            "{ \"slug\": \"w\", \"steps\": [{ \"type\": \"bash\", \"command\": \"ls\" }], \"return\": \"é {{ nope }}\" }\n"
        }
    }
}

fn both() -> [Abilities; 2] {
    [Abilities::default(), Abilities::pulling()]
}

fn published(editor: &mut Editor, name: &str) -> usize {
    editor.drain();
    let uri = editor.uri(name);
    let of_it = |m: &&Value| {
        m["method"] == "textDocument/publishDiagnostics" && m["params"]["uri"] == uri.as_str()
    };
    editor.told.iter().filter(of_it).count()
}

#[test]
fn both_kinds_of_clients_get_the_same_findings_and_lose_them_when_mended() {
    for spelling in SPELLINGS {
        let name = format!("w.{spelling}");
        let mut seen = Vec::new();
        for abilities in both() {
            let mut editor = Editor::new(abilities);
            editor.open(&name, broken(spelling));
            let found = editor.diagnostics(&name);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(editor.slice(&name, &found[0]["range"]), "nope");
            assert_eq!(found[0]["source"], "wfc");
            assert_eq!(found[0]["code"], "WF0201");
            seen.push(found);
            editor.replace(&name, "nope", "1");
            assert_eq!(editor.diagnostics(&name), [Value::Null; 0]);
        }
        assert_eq!(seen[0], seen[1]);
    }
}

#[test]
fn a_client_that_asks_is_not_sent_any() {
    let mut editor = Editor::new(Abilities::pulling());
    editor.open("w.wf", broken("wf"));
    editor.diagnostics("w.wf");
    assert_eq!(published(&mut editor, "w.wf"), 0);
}

#[test]
fn findings_go_when_the_file_is_closed() {
    let mut editor = Editor::new(Abilities::default());
    editor.open("w.wf", broken("wf"));
    editor.diagnostics("w.wf");
    editor.close("w.wf");
    editor.request("workspace/symbol", json!({ "query": "x" }));
    let last = editor
        .told
        .iter()
        .rfind(|m| m["method"] == "textDocument/publishDiagnostics")
        .unwrap();
    assert_eq!(last["params"]["diagnostics"], json!([]));
}

#[test]
fn what_did_not_change_is_not_sent_again() {
    let mut editor = Editor::new(Abilities::pulling());
    editor.open("w.wf", broken("wf"));
    let mut params = json!({ "textDocument": editor.document("w.wf") });
    let first = editor.request("textDocument/diagnostic", params.clone());
    params["previousResultId"] = first["resultId"].clone();
    let second = editor.request("textDocument/diagnostic", params);
    assert_eq!(second["kind"], "unchanged");
    assert_eq!(second["resultId"], first["resultId"]);
}

#[test]
fn all_workflows_are_checked_open_or_not_and_told_once() {
    let mut editor = Editor::new(Abilities::pulling());
    for spelling in SPELLINGS {
        editor
            .folder
            .file(&format!("deep/w.{spelling}"), broken(spelling));
    }
    editor.folder.file("deep/notes.yaml", "a: b");
    editor.open("open.wf", broken("wf"));
    let report = editor.request(
        "workspace/diagnostic",
        json!({ "previousResultIds": [], "workDoneToken": "t" }),
    );
    let items = report["items"].as_array().unwrap();
    assert_eq!(items.len(), 4, "{items:#?}");
    assert!(
        items
            .iter()
            .all(|i| i["kind"] == "full" && i["items"][0]["code"] == "WF0201")
    );
    let progress: Vec<_> = editor
        .told
        .iter()
        .filter(|m| m["params"]["token"] == "t")
        .collect();
    assert_eq!(progress[0]["params"]["value"]["kind"], "begin");
    assert_eq!(
        progress[progress.len() - 1]["params"]["value"]["kind"],
        "end"
    );

    let known: Vec<Value> = items
        .iter()
        .map(|i| json!({ "uri": i["uri"], "value": i["resultId"] }))
        .collect();
    editor.replace("open.wf", "nope", "1");
    std::fs::remove_file(editor.folder.path().join("deep/w.wf")).unwrap();
    let gone = editor.uri("deep/w.wf");
    editor.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": gone, "type": 3 }] }),
    );
    let report = editor.request(
        "workspace/diagnostic",
        json!({ "previousResultIds": known, "partialResultToken": 5 }),
    );
    let kinds: Vec<(String, &str, usize)> = report["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| {
            (
                editor.name_of(&i["uri"]),
                i["kind"].as_str().unwrap(),
                i["items"].as_array().map_or(0, Vec::len),
            )
        })
        .collect();
    let wanted = [
        ("deep/w.wf.json", "unchanged", 0),
        ("deep/w.wf.yaml", "unchanged", 0),
        ("open.wf", "full", 0),
        ("deep/w.wf", "full", 0),
    ];
    assert_eq!(kinds, wanted.map(|(n, k, c)| (n.to_owned(), k, c)));
}

const CALLER: &str = "workflow caller {\n  call callee { id: 1 }\n}\n";

#[test]
fn a_file_is_checked_again_when_one_that_it_calls_changes_in_the_editor_or_on_disk() {
    let mut editor = Editor::new(Abilities::default());
    editor.folder.file(
        "callee.wf",
        "workflow callee {\n  input id: int\n  bash \"{{ id }}\"\n}\n",
    );
    editor.open("caller.wf", CALLER);
    assert_eq!(editor.diagnostics("caller.wf"), [Value::Null; 0]);
    let before = published(&mut editor, "caller.wf");
    editor.open_unsaved(
        "callee.wf",
        "workflow callee {\n  input name: string\n  bash \"{{ name }}\"\n}\n",
    );
    while published(&mut editor, "caller.wf") == before {
        editor.receive();
    }
    let found = editor.diagnostics("caller.wf");
    assert!(found.iter().any(|d| d["severity"] == 1), "{found:?}");

    editor.close("callee.wf");
    let before = published(&mut editor, "caller.wf");
    editor
        .folder
        .file("callee.wf", "workflow callee {\n  bash \"ls\"\n}\n");
    let uri = editor.uri("callee.wf");
    editor.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": uri, "type": 2 }] }),
    );
    while published(&mut editor, "caller.wf") == before {
        editor.receive();
    }
}

#[test]
fn files_are_watched_for_an_editor_that_cannot() {
    let more =
        json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": false } } });
    let mut editor = Editor::new(Abilities {
        more,
        ..Abilities::default()
    });
    editor.open("caller.wf", CALLER);
    assert!(
        !editor.diagnostics("caller.wf").is_empty(),
        "there is no such workflow"
    );
    let before = published(&mut editor, "caller.wf");
    editor.folder.file(
        "callee.wf",
        "workflow callee {\n  input id: int\n  bash \"{{ id }}\"\n}\n",
    );
    while published(&mut editor, "caller.wf") == before {
        editor.receive();
    }
    assert_eq!(editor.diagnostics("caller.wf"), [Value::Null; 0]);
}

#[test]
fn settings_count_and_their_faults_are_shown_where_they_are() {
    let mut editor = Editor::new(Abilities::default());
    editor
        .folder
        .file("wfc.toml", "[rules]\nundefined-nam = \"off\"\n");
    editor.open(
        "w.wf",
        "workflow w {\n  input unused: int\n  bash \"ls\"\n}\n",
    );
    assert!(!editor.diagnostics("w.wf").is_empty());
    while published(&mut editor, "wfc.toml") == 0 {
        editor.receive();
    }
    let toml = editor.uri("wfc.toml");
    let told = editor
        .told
        .iter()
        .rfind(|m| m["params"]["uri"] == toml.as_str())
        .unwrap();
    let fault = &told["params"]["diagnostics"][0];
    assert!(
        fault["message"].as_str().unwrap().contains("undefined-nam"),
        "{fault}"
    );
    assert_eq!(editor.slice("wfc.toml", &fault["range"]), "undefined-nam");

    editor
        .folder
        .file("wfc.toml", "[rules]\nunused-input = \"off\"\n");
    let before = published(&mut editor, "w.wf");
    editor.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": toml, "type": 2 }] }),
    );
    while published(&mut editor, "w.wf") == before {
        editor.receive();
    }
    assert_eq!(editor.diagnostics("w.wf"), [Value::Null; 0]);
}

#[test]
fn faults_of_settings_reach_a_client_that_asks() {
    let mut editor = Editor::new(Abilities::pulling());
    editor.folder.file("wfc.toml", "[rules\n");
    editor.open("w.wf", broken("wf"));
    assert_eq!(
        editor.diagnostics("w.wf").len(),
        1,
        "the checker's own settings are used"
    );
    while published(&mut editor, "wfc.toml") == 0 {
        editor.receive();
    }
}

#[test]
fn files_of_tests_get_the_findings_of_tests_and_none_of_workflows() {
    for (workflow, text) in [
        (
            "w.wf",
            "workflow w {\n  input n: int\n  let out = bash \"é $N\" { env: { N: \"{{ n }}\" } }\n  return out.stdout\n}\n",
        ),
        (
            "w.wf.yaml",
            "slug: w\ninputs: { n: int }\nsteps:\n  - { id: out, type: bash, command: \"é $N\", env: { N: \"{{ n }}\" } }\nreturn: \"{{ out.stdout }}\"\n",
        ),
        (
            "w.wf.json",
            "{ \"slug\": \"w\", \"inputs\": { \"n\": \"int\" }, \"steps\": [ { \"id\": \"out\", \"type\": \"bash\", \"command\": \"é $N\", \"env\": { \"N\": \"{{ n }}\" } } ], \"return\": \"{{ out.stdout }}\" }\n",
        ),
    ] {
        for (name, right, wrong) in [
            (
                "w.wf.test.yaml",
                "tests:\n  - name: 😀 one\n    inputs: { n: 1 }\n    mocks: { out: { returns: { stdout: x } } }\n",
                "tests:\n  - name: 😀 one\n    inputs: { nn: 1 }\n    mocks: { out: { returns: { stdout: x } } }\n",
            ),
            (
                "w.wf.test.json",
                "{ \"tests\": [ { \"name\": \"😀 one\", \"inputs\": { \"n\": 1 }, \"mocks\": { \"out\": { \"returns\": { \"stdout\": \"x\" } } } } ] }\n",
                "{ \"tests\": [ { \"name\": \"😀 one\", \"inputs\": { \"nn\": 1 }, \"mocks\": { \"out\": { \"returns\": { \"stdout\": \"x\" } } } } ] }\n",
            ),
        ] {
            for abilities in both() {
                let mut editor = Editor::new(abilities);
                editor.open(workflow, text);
                editor.open(name, right);
                assert_eq!(
                    editor.diagnostics(name),
                    [Value::Null; 0],
                    "{workflow} {name}"
                );
                let end = right.len();
                editor.edit(name, 0, end, wrong);
                let found = editor.diagnostics(name);
                assert!(!found.is_empty(), "{workflow} {name}");
                let said = {
                    editor.folder.file(name, wrong);
                    editor.folder.run(&["test", "--format", "json", name])
                };
                for d in &found {
                    let code = d["code"].as_str().unwrap();
                    assert!(
                        said.out.contains(code) || said.err.contains(code),
                        "{d}: {said:?}"
                    );
                }
                // Nothing of a workflow is offered or laid out there.
                let document = json!({ "textDocument": editor.document(name) });
                for method in ["textDocument/documentSymbol", "textDocument/documentLink"] {
                    let found = editor.request(method, document.clone());
                    assert_eq!(found.as_array().map_or(0, Vec::len), 0, "{method}: {found}");
                }
                // When the workflow changes, so do the findings of its tests.
                editor.edit(name, 0, wrong.len(), right);
                assert_eq!(editor.diagnostics(name), [Value::Null; 0]);
                let old = editor.text(workflow).to_owned();
                let renamed = old
                    .replace("n: int", "k: int")
                    .replace("\"n\": \"int\"", "\"k\": \"int\"")
                    .replace("{{ n }}", "{{ k }}");
                editor.edit(workflow, 0, old.len(), &renamed);
                editor.edit(
                    name,
                    0,
                    0,
                    if name.ends_with("yaml") {
                        "# é\n"
                    } else {
                        " "
                    },
                );
                assert!(!editor.diagnostics(name).is_empty(), "{workflow} {name}");
                editor.close(name);
            }
        }
    }
}
