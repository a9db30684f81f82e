//! Code actions of the table of features.

use serde_json::{Value, json};

use super::answers::list;
use super::client::Editor;

/// What is offered for a part of the file.
fn offered(e: &mut Editor, name: &str, needle: &str, kind: &str) -> Vec<Value> {
    let params = json!({
        "textDocument": e.document(name),
        "range": e.range(name, needle),
        "context": { "diagnostics": [], "only": [kind] },
    });
    list(&e.request("textDocument/codeAction", params)).clone()
}

/// The texts after an action.
fn after(e: &mut Editor, action: &Value) -> std::collections::BTreeMap<String, String> {
    let action = match action["edit"].is_null() {
        true => e.request("codeAction/resolve", action.clone()),
        false => action.clone(),
    };
    e.after(&action["edit"])
}

fn titled<'a>(all: &'a [Value], start: &str) -> &'a Value {
    let found = all
        .iter()
        .find(|a| a["title"].as_str().unwrap().starts_with(start));
    found.unwrap_or_else(|| panic!("no `{start}`: {all:#?}"))
}

pub fn fix(e: &mut Editor, name: &str, _: bool) {
    let right = e.text(name).to_owned();
    e.replace(name, "{{ review.summary }}", "{{ reveiw.summary }}");
    let all = offered(e, name, "reveiw", "quickfix");
    let fix = titled(&all, "rename to");
    assert_eq!(fix["diagnostics"][0]["code"], "WF0201");
    assert_eq!(after(e, fix)[name], right);
}

pub fn fix_all(e: &mut Editor, name: &str, _: bool) {
    let (old, new) = match name.ends_with(".json") {
        true => (
            "\"returns\": \"Review\"",
            "\"returns\": \"Review\", \"timeuot\": \"3m\"",
        ),
        false => ("returns: Review }", "returns: Review, timeuot: 3m }"),
    };
    e.replace(name, old, new);
    let all = offered(e, name, "timeuot", "source.fixAll");
    let text = after(e, &all[0]).remove(name).unwrap();
    let right = new.replace("timeuot", "timeout");
    assert!(text.contains(&right), "{text}");
}

/// A file beside this one in each other spelling; none of a broken one.
pub fn convert(e: &mut Editor, name: &str, broken: bool) {
    // Those that are there are not written over.
    let first = e.text(name).lines().next().unwrap().to_owned();
    let all = offered(e, name, &first, "source");
    let converts = |a: &&Value| {
        a["data"]["what"]
            .as_str()
            .is_some_and(|w| w.starts_with("convert"))
    };
    assert_eq!(all.iter().filter(converts).count(), 0);
    let copy = format!("copy.{}", name.split_once('.').unwrap().1);
    let text = e.text(name).to_owned();
    e.open_unsaved(&copy, &text);
    let all = offered(e, &copy, &first, "source");
    let all: Vec<Value> = all.iter().filter(converts).cloned().collect();
    assert_eq!(all.len(), if broken { 0 } else { 2 }, "{all:#?}");
    for action in all {
        let made = after(e, &action);
        let (made, text) = made.first_key_value().unwrap();
        assert!(text.contains("😀 {{ review.summary }}"), "{text}");
        e.folder.file(made, text);
        let said = e.folder.run(&["check", "--deny", "error", made]);
        assert!(!said.out.contains("error"), "{said:?}");
        std::fs::remove_file(e.folder.path().join(made)).unwrap();
    }
    e.close(&copy);
}

/// A value gets a name, and steps a workflow of their own; nothing of a broken file moves.
pub fn extract(e: &mut Editor, name: &str, broken: bool) {
    let all = offered(e, name, "review.summary", "refactor.extract");
    if broken {
        assert!(all.is_empty(), "{all:#?}");
        return;
    }
    let text = after(e, titled(&all, "extract into")).remove(name).unwrap();
    assert!(text.contains("😀 {{ summary_value }}"), "{text}");
    let steps = after(e, titled(&all, "move"));
    assert_eq!(steps.len(), 2, "{steps:#?}");
    let moved = steps.iter().find(|(made, _)| *made != name).unwrap().1;
    assert!(moved.contains("board.post"), "{moved}");
}

/// A variable that is set once is written out, into a text behind signs of several bytes.
pub fn inline(e: &mut Editor, name: &str, broken: bool) {
    let (step, at) = match name.rsplit('.').next() {
        Some("wf") => ("  let extra = ticket + \"!\"\n", "  let review"),
        Some("yaml") => (
            "  - { type: set, values: { extra: \"{{ ticket + '!' }}\" } }\n",
            "  - { id: review",
        ),
        _ => (
            "    { \"type\": \"set\", \"values\": { \"extra\": \"{{ ticket + '!' }}\" } },\n",
            "    { \"id\": \"review\"",
        ),
    };
    e.replace(name, at, &format!("{step}{at}"));
    e.replace(name, "😀 {{ ticket }}", "😀 {{ extra }}");
    let all = offered(e, name, "extra }}", "refactor.inline");
    if broken {
        assert!(all.is_empty(), "{all:#?}");
        return;
    }
    let text = after(e, titled(&all, "inline `extra`"))
        .remove(name)
        .unwrap();
    assert!(
        !text.contains("extra") && text.contains("😀 {{ ticket + "),
        "{text}"
    );
}

/// Steps in a `try`, an approval before one, joined texts as a template.
pub fn rewrite(e: &mut Editor, name: &str, broken: bool) {
    e.replace(
        name,
        "😀 {{ review.summary }}",
        "{{ '😀 ' + review.summary }}",
    );
    let all = offered(e, name, "+ review.summary", "refactor.rewrite");
    let wrapped = after(e, titled(&all, "wrap the step in `try`"))
        .remove(name)
        .unwrap();
    assert!(wrapped.contains("error.message"), "{wrapped}");
    let all_templates: Vec<&Value> = all
        .iter()
        .filter(|a| a["title"] == "write as a template")
        .collect();
    if broken {
        assert!(all_templates.is_empty(), "{all_templates:#?}");
        return;
    }
    let text = after(e, all_templates[0]).remove(name).unwrap();
    assert!(text.contains("😀 {{ review.summary }}"), "{text}");
    // A tool that is not described may do anything.
    e.replace(name, "board.post", "other.post");
    let all = offered(e, name, "other.post", "refactor.rewrite");
    let asked = after(e, titled(&all, "ask for approval before"))
        .remove(name)
        .unwrap();
    assert!(asked.contains("approval"), "{asked}");
}
