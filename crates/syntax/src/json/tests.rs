//! What a user relies on.

use proptest::prelude::*;

use super::parse;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::yaml::tests::{dump, list, mended};

fn one(text: &str) -> (String, Diagnostic) {
    let (tree, mut diagnostics) = parse(text);
    assert_eq!(
        diagnostics.len(),
        1,
        "{text}: {:?}",
        list(text, &diagnostics)
    );
    (dump(&tree), diagnostics.remove(0))
}

#[test]
fn plain_json_comes_out_as_it_is() {
    let text = r#"{"a": [1, -2.5e+3, true, false, null], "b": {"c": "x\né\u00e9\ud83d\ude00"}, "": {}, "e": []}"#;
    let (tree, diagnostics) = parse(text);
    assert!(diagnostics.is_empty(), "{:?}", list(text, &diagnostics));
    assert_eq!(
        dump(&tree),
        r#"{a: [1, -2.5e+3, true, false, null], b: {c: "x\néé😀"}, : {}, e: []}"#
    );
}

#[test]
fn spans_are_exact_behind_multibyte_text_and_escapes() {
    let text = r#"{"ключ": "é\u00e9x"}"#;
    let (tree, _) = parse(text);
    let root = tree.root.unwrap();
    let value = tree.field(root, "ключ").unwrap();
    assert_eq!(&text[tree.span(value).range()], r#""é\u00e9x""#);
    assert_eq!(&text[tree.span(root).range()], text);
    let crate::tree::NodeKind::Scalar(s) = tree.kind(value) else {
        panic!()
    };
    assert_eq!(&*s.text, "ééx");
    assert_eq!(&text[s.map.span(0, 2).range()], "é");
    assert_eq!(&text[s.map.span(2, 4).range()], r"\u00e9");
    assert_eq!(&text[s.map.span(4, 5).range()], "x");
}

#[test]
fn each_leniency_is_reported_with_its_fix_and_accepted() {
    for (text, code, at, tree, fixed) in [
        (r#"{"a": 1,}"#, "WF0018", ",", "{a: 1}", r#"{"a": 1}"#),
        ("[1, 2, ]", "WF0018", ",", "[1, 2]", "[1, 2 ]"),
        ("{'a': 1}", "WF0018", "'a'", "{a: 1}", r#"{"a": 1}"#),
        (
            r#"['say "hi", it\'s']"#,
            "WF0018",
            r#"'say "hi", it\'s'"#,
            r#"["say \"hi\", it's"]"#,
            r#"["say \"hi\", it's"]"#,
        ),
        ("{a: 1}", "WF0018", "a", "{a: 1}", r#"{"a": 1}"#),
        ("[1 // one\n]", "WF0018", "// one", "[1]", "[1 \n]"),
        ("[1 /* one */]", "WF0018", "/* one */", "[1]", "[1 ]"),
        ("[1] # one", "WF0018", "# one", "[1]", "[1] "),
        ("[1 2]", "WF0017", "", "[1, 2]", "[1, 2]"),
        (
            "{\"a\": 1\n\"b\": 2}",
            "WF0017",
            "",
            "{a: 1, b: 2}",
            "{\"a\": 1,\n\"b\": 2}",
        ),
        (r#"{"a" 1}"#, "WF0017", "", "{a: 1}", r#"{"a": 1}"#),
        (r#"{"a" = 1}"#, "WF0017", "=", "{a: 1}", r#"{"a" : 1}"#),
        (
            r#"{"a": 1; "b": 2}"#,
            "WF0017",
            ";",
            "{a: 1, b: 2}",
            r#"{"a": 1, "b": 2}"#,
        ),
        ("[True]", "WF0017", "True", "[true]", "[true]"),
        ("[.5]", "WF0017", ".5", "[0.5]", "[0.5]"),
        ("[+1]", "WF0017", "+1", "[1]", "[1]"),
        ("[007]", "WF0017", "007", "[7]", "[7]"),
        ("[0x1F]", "WF0017", "0x1F", "[31]", "[31]"),
        (
            r#"{"command": ls -la, "b": 1}"#,
            "WF0017",
            "ls -la",
            r#"{command: "ls -la", b: 1}"#,
            r#"{"command": "ls -la", "b": 1}"#,
        ),
        (r#"["a\d"]"#, "WF0019", r"\d", r#"["a\\d"]"#, r#"["a\\d"]"#),
        ("[\"a\nb\"]", "WF0019", "\n", r#"["a\nb"]"#, r#"["a\nb"]"#),
        ("[\"a\tb\"]", "WF0019", "\t", r#"["a\tb"]"#, r#"["a\tb"]"#),
        ("[1, 2", "WF0008", "[", "[1, 2]", "[1, 2]"),
        (
            r#"{"a": [1, 2}"#,
            "WF0008",
            "[",
            "{a: [1, 2]}",
            r#"{"a": [1, 2]}"#,
        ),
        ("[1, 2}", "WF0008", "}", "[1, 2]", "[1, 2]"),
        (
            "{\"a\": \"x,\n\"b\": 1}",
            "WF0008",
            "\"",
            r#"{a: "x", b: 1}"#,
            "{\"a\": \"x\",\n\"b\": 1}",
        ),
        ("[1,,2]", "WF0017", ",", "[1, 2]", "[1,2]"),
    ] {
        let (dumped, d) = one(text);
        assert_eq!(
            (d.code.id, &text[d.span.range()]),
            (code, at),
            "{text}: {}",
            d.message
        );
        assert_eq!(dumped, tree, "{text}");
        assert!(d.help.is_some(), "{text}");
        let fixed_text = mended(text, std::slice::from_ref(&d));
        assert_eq!(fixed_text, fixed, "{text}");
        assert!(
            parse(&fixed_text).1.is_empty(),
            "the fix of {text} is no JSON: {fixed_text}"
        );
    }
}

#[test]
fn faults_without_an_evident_fix() {
    for (text, code, at, tree) in [
        (r#"{"a": , "b": 1}"#, "WF0017", "", "{a: ERROR, b: 1}"),
        (r#"{"a"}"#, "WF0017", "", "{a: ERROR}"),
        (r#"{"a": }"#, "WF0017", "", "{a: ERROR}"),
        (r#"{: 1, "b": 2}"#, "WF0017", ":", "{b: 2}"),
        (r#"["a": 1]"#, "WF0017", ":", r#"["a", 1]"#),
        (r#"{} {"a": 1}"#, "WF0017", r#"{"a": 1}"#, "{}"),
        ("[1]]", "WF0008", "]", "[1]"),
        (r#"["\ud800"]"#, "WF0019", r"\ud800", r#"["�"]"#),
        (r#"{"a": 1, "a": 2}"#, "WF0014", r#""a""#, "{a: 1}"),
    ] {
        let (dumped, d) = one(text);
        assert_eq!(
            (d.code.id, &text[d.span.range()]),
            (code, at),
            "{text}: {}",
            d.message
        );
        assert_eq!(dumped, tree, "{text}");
    }
}

#[test]
fn all_faults_are_found_in_one_run() {
    let text = "{\n  // steps\n  steps: [\n    {'type': \"bash\" \"command\": 'ls',},\n  ]\n}\n";
    let (tree, diagnostics) = parse(text);
    assert_eq!(dump(&tree), r#"{steps: [{type: "bash", command: "ls"}]}"#);
    assert_eq!(diagnostics.len(), 7, "{:?}", list(text, &diagnostics));
    assert_eq!(tree.comments.len(), 1);
    let fixed = mended(text, &diagnostics);
    assert!(parse(&fixed).1.is_empty(), "{fixed}");
}

#[test]
fn messages_never_speak_of_yaml() {
    for text in [
        "[",
        "{",
        "{'a'",
        "[1 2",
        "{]",
        "\"",
        "[\"\\q\"]",
        "nul",
        "{a b}",
    ] {
        for d in parse(text).1 {
            let all = format!("{} {:?}", d.message, d.help).to_lowercase();
            assert!(!all.contains("yaml"), "{text}: {all}");
        }
    }
}

#[test]
fn deep_nesting_is_one_finding() {
    for text in ["[".repeat(100_000), "{\"a\":".repeat(100_000)] {
        let (_, diagnostics) = parse(&text);
        let codes: Vec<_> = diagnostics.iter().map(|d| d.code.id).collect();
        assert_eq!(codes, ["WF0008", "WF0004"]);
    }
    let closed = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(one(&closed).1.code.id, "WF0004");
    let most = format!("{}{}", "[".repeat(128), "]".repeat(128));
    assert!(parse(&most).1.is_empty());
}

#[test]
fn white_space_alone_is_left_to_its_file() {
    let (tree, diagnostics) = parse(" \n");
    assert!(tree.root.is_none() && diagnostics.is_empty());
}

fn strict(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Pieces of JSON and of what is nearly JSON.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"a\"", "\"b", "'c'", "1", "-", "0.5", "true", "nul", " ",
        "\n", "//", "/*", "*/", "\\", "\"", "é", "\\u00", "\u{1}", "\u{a0}", "#", "=",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|p| p.concat())
}

fn check(text: &str) {
    let (tree, diagnostics) = parse(text);
    for d in &diagnostics {
        assert!(text.get(d.span.range()).is_some(), "{text:?}: {d:?}");
        for edit in d.fixes.iter().flat_map(|f| &f.edits) {
            assert!(text.get(edit.span.range()).is_some(), "{text:?}: {d:?}");
        }
    }
    if strict(text) {
        // Only what JSON allows and a workflow does not.
        let beyond = ["WF0004", "WF0014", "WF0019"];
        assert!(
            diagnostics.iter().all(|d| beyond.contains(&d.code.id)),
            "{text:?}: {:?}",
            list(text, &diagnostics)
        );
    } else if !text.trim().is_empty() {
        assert!(!diagnostics.is_empty(), "{text:?} is no JSON");
        assert!(
            !diagnostics
                .iter()
                .any(|d| d.message.contains("from here on")),
            "only the gate saw it: {text:?}"
        );
    }
    assert!(
        tree.root.is_some() || !diagnostics.is_empty() || text.trim().is_empty(),
        "{text:?}"
    );
}

proptest! {
    #[test]
    fn agrees_with_the_strict_parser_on_anything(text in pieces()) {
        check(&text);
    }

    #[test]
    fn random_text_never_panics(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn safe_fixes_of_accepted_faults_leave_fewer_faults(text in pieces()) {
        let (_, diagnostics) = parse(&text);
        if !diagnostics.is_empty()
            && diagnostics.iter().all(|d| {
                d.code.id == "WF0018"
                    && d.fixes.iter().any(|f| f.applicability == Applicability::Safe)
            })
        {
            let fixed = mended(&text, &diagnostics);
            prop_assert!(parse(&fixed).1.len() < diagnostics.len(), "{text:?} {fixed:?}");
        }
    }
}
