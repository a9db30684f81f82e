use super::*;
use crate::diagnostic::Edit;
use crate::fix::splice;

fn tree(spelling: Spelling, text: &str) -> Tree {
    let (tree, found) = match spelling {
        Spelling::Yaml => crate::yaml::parse(text),
        Spelling::Json => crate::json::parse(text),
        Spelling::Text => crate::text::parse(text),
    };
    assert!(found.is_empty(), "{found:?}");
    tree
}

fn edited(
    spelling: Spelling,
    text: &str,
    edit: impl Fn(Editor<'_>, NodeId) -> Option<Edit>,
) -> String {
    let tree = tree(spelling, text);
    let edit = edit(Editor::new(&tree, text), tree.root.unwrap());
    edit.map_or_else(
        || "not offered".to_owned(),
        |edit| splice(text, &[edit]).unwrap(),
    )
}

fn without(spelling: Spelling, text: &str, key: &str) -> String {
    edited(spelling, text, |e, root| e.remove_field(root, key))
}

#[test]
fn a_field_goes_with_its_line_and_no_more() {
    use Spelling::{Json, Yaml};
    assert_eq!(without(Yaml, "a: 1\nb: 2\nc: 3\n", "b"), "a: 1\nc: 3\n");
    assert_eq!(without(Yaml, "a: 1\r\nb: 2\r\n", "b"), "a: 1\r\n");
    assert_eq!(
        without(Yaml, "a: 1\nb:\n  c: 2\n  d: 3\ne: 4\n", "b"),
        "a: 1\ne: 4\n"
    );
    assert_eq!(without(Yaml, "a: |\n  x\n  y\nb: 2\n", "a"), "b: 2\n");
    assert_eq!(without(Yaml, "{ a: 1, b: 2, c: 3 }", "b"), "{ a: 1, c: 3 }");
    assert_eq!(without(Yaml, "{ a: 1, b: 2 }", "b"), "{ a: 1 }");
    assert_eq!(without(Json, "{ \"a\": 1, \"b\": 2 }", "a"), "{ \"b\": 2 }");
    assert_eq!(
        without(Json, "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "b"),
        "{\n  \"a\": 1\n}\n"
    );
    assert_eq!(
        without(Json, "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "a"),
        "{\n  \"b\": 2\n}\n"
    );
}

#[test]
fn comments_stay_when_a_field_goes() {
    use Spelling::Yaml;
    assert_eq!(
        without(Yaml, "a: 1\nb: 2 # why\nc: 3\n", "b"),
        "a: 1\n# why\nc: 3\n"
    );
    assert_eq!(
        without(Yaml, "a: 1\nb:\n  c: 2 # why\n  d: 3\ne: 4\n", "b"),
        "not offered"
    );
    assert_eq!(
        without(Yaml, "a: 1\n# why\nb: 2\nc: 3\n", "b"),
        "a: 1\n# why\nc: 3\n"
    );
}

fn without_item(spelling: Spelling, text: &str, place: usize) -> String {
    edited(spelling, text, |e, root| {
        let list = e.tree.field(root, "s")?;
        let NodeKind::Seq(items) = e.tree.kind(list) else {
            return None;
        };
        e.remove_item(list, items[place])
    })
}

#[test]
fn an_item_goes_with_its_dash() {
    use Spelling::{Json, Yaml};
    let text = "s:\n  - a: 1\n    b: 2\n  - c: 3\n  - d\nt: 1\n";
    assert_eq!(without_item(Yaml, text, 0), "s:\n  - c: 3\n  - d\nt: 1\n");
    assert_eq!(
        without_item(Yaml, text, 2),
        "s:\n  - a: 1\n    b: 2\n  - c: 3\nt: 1\n"
    );
    assert_eq!(without_item(Yaml, "s: [a, b, c]\n", 1), "s: [a, c]\n");
    assert_eq!(without_item(Yaml, "s: [a, b]\n", 1), "s: [a]\n");
    assert_eq!(without_item(Json, "{ \"s\": [1, 2] }", 0), "{ \"s\": [2] }");
}

#[test]
fn the_first_field_of_an_item_leaves_the_dash() {
    let first = |text: &str| {
        edited(Spelling::Yaml, text, |e, root| {
            let list = e.tree.field(root, "s")?;
            let NodeKind::Seq(items) = e.tree.kind(list) else {
                return None;
            };
            e.remove_field(items[0], "a")
        })
    };
    assert_eq!(first("s:\n  - a: 1\n    b: 2\n"), "s:\n  - b: 2\n");
    assert_eq!(
        first("s:\n  - a: 1 # why\n    b: 2\n"),
        "s:\n  -  # why\n    b: 2\n"
    );
    assert_eq!(first("s:\n  - a: 1\n"), "not offered");
}

#[test]
fn declarations_of_the_text_form_go_with_their_word() {
    let text = "workflow w {\n  input a: string\n  input b: int = 2 // why\n  secret c, d\n  bash \"x\" { timeout: 1s }\n}\n";
    let without = |group: &str, key: &str| {
        edited(Spelling::Text, text, |e, root| {
            e.remove_declaration(root, group, key)
        })
    };
    assert_eq!(
        without("inputs", "a"),
        text.replace("  input a: string\n", "")
    );
    assert_eq!(
        without("inputs", "b"),
        text.replace("input b: int = 2 ", "")
    );
    let secret = edited(Spelling::Text, text, |e, root| {
        let at = Span::of(text.find("c, d").unwrap(), text.find("c, d").unwrap() + 1);
        e.remove_declared_item(root, "secrets", at)
    });
    assert_eq!(secret, text.replace("c, d", "d"));
    let timeout = edited(Spelling::Text, text, |e, root| {
        let steps = e.tree.field(root, "steps")?;
        let NodeKind::Seq(items) = e.tree.kind(steps) else {
            return None;
        };
        e.remove_field(items[0], "timeout")
    });
    assert_eq!(timeout, text.replace(" { timeout: 1s }", ""));
}

#[test]
fn what_only_one_use_of_an_anchor_has_is_no_safe_fix() {
    let fix_of = |text: &str| {
        let source = crate::source::Source::new("a.wf.yaml", text);
        let parsed = crate::parse(&source, Spelling::Yaml);
        let with = parsed.diagnostics.into_iter().find(|d| !d.fixes.is_empty());
        with.map(|d| (d.message, d.fixes[0].applicability.word()))
    };
    // `comand` is at fault wherever the step is used, `returns` only where it is no agent's.
    let everywhere = "x-s: &s { type: bash, comand: ls }\nsteps: [*s, *s]\n";
    let once = "steps:\n  - { type: bash, command: ls, retry: &r { max_attemps: 3 } }\n";
    let (message, word) = fix_of(once).unwrap();
    assert!(message.contains("max_attemps"), "{message}");
    assert_eq!(word, "safe");
    let (_, word) = fix_of(everywhere).unwrap();
    assert_eq!(word, "suggested", "the copy under `x-s` is no step");
}
