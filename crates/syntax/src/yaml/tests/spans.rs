//! Places of nodes, and ways back from a scalar's text to the source.

use super::{dump, list};
use crate::span::Span;
use crate::tree::{NodeId, NodeKind, Scalar, Style, Tree};
use crate::yaml::parse;

fn tree(text: &str) -> Tree {
    let (tree, diagnostics) = parse(text);
    assert!(
        diagnostics.is_empty(),
        "{text}: {:?}",
        list(text, &diagnostics)
    );
    tree
}

fn scalar<'t>(tree: &'t Tree, path: &[&str]) -> (&'t Scalar, Span) {
    let mut id: NodeId = tree.root.unwrap();
    for step in path {
        id = match tree.kind(id) {
            NodeKind::Seq(items) => items[step.parse::<usize>().unwrap()],
            _ => tree.field(id, step).unwrap(),
        };
    }
    let NodeKind::Scalar(s) = tree.kind(id) else {
        panic!("{path:?}")
    };
    (s, tree.span(id))
}

/// Where each character of a scalar's text stands.
fn places<'s>(source: &'s str, s: &Scalar) -> Vec<(char, &'s str)> {
    s.text
        .char_indices()
        .map(|(i, c)| (c, &source[s.map.span(i, i + c.len_utf8()).range()]))
        .collect()
}

#[test]
fn nodes_of_all_forms_behind_multibyte_text() {
    let text = "é: ü # ö\nлист:\n  - [a, {b: 'c'}]\n  - \"x\"\nend: 1\n";
    let t = tree(text);
    let root = t.root.unwrap();
    let at = |id: NodeId| &text[t.span(id).range()];
    assert_eq!(at(root), text.trim_end());
    let list = t.field(root, "лист").unwrap();
    assert_eq!(at(list), "- [a, {b: 'c'}]\n  - \"x\"");
    let NodeKind::Seq(items) = t.kind(list) else {
        panic!()
    };
    assert_eq!(at(items[0]), "[a, {b: 'c'}]");
    assert_eq!(at(items[1]), "\"x\"");
    let NodeKind::Seq(inner) = t.kind(items[0]) else {
        panic!()
    };
    assert_eq!(at(inner[1]), "{b: 'c'}");
    assert_eq!(at(t.field(inner[1], "b").unwrap()), "'c'");
    let NodeKind::Map(entries) = t.kind(root) else {
        panic!()
    };
    let keys: Vec<_> = entries.iter().map(|e| &text[e.key_span.range()]).collect();
    assert_eq!(keys, ["é", "лист", "end"]);
    assert_eq!(&text[t.comments[0].span.range()], "# ö");
    assert!(!t.comments[0].own_line);
}

#[test]
fn absent_values_stand_after_their_sign() {
    let (t, _) = parse("a:\nb: # c\nc: [x]\n");
    assert_eq!(scalar(&t, &["a"]).1, Span::at(2));
    assert_eq!(scalar(&t, &["b"]).1, Span::at(5));
    let seq = tree("- a\n-\n- b\n");
    assert_eq!(scalar(&seq, &["1"]).1, Span::at(5));
}

#[test]
fn plain_scalars_over_several_lines() {
    let text = "a: één\n  twee  \n\n  drie\nb: 1\n";
    let t = tree(text);
    let (s, span) = scalar(&t, &["a"]);
    assert_eq!((&*s.text, s.style), ("één twee\ndrie", Style::Plain));
    assert_eq!(&text[span.range()], "één\n  twee  \n\n  drie");
    let at = s.text.find("twee").unwrap();
    assert_eq!(&text[s.map.span(at, at + 4).range()], "twee");
    assert_eq!(
        &text[s.map.span(0, s.text.len()).range()],
        "één\n  twee  \n\n  drie"
    );
}

#[test]
fn quoted_scalars_with_all_escapes() {
    let text = r#"a: "\0\a\b\t\n\v\f\r\e\ \"\/\\\N\_\L\P\x41\u00e9\ud83d\ude00\U0001F600é""#;
    let t = tree(text);
    let (s, span) = scalar(&t, &["a"]);
    assert_eq!(&text[span.range()], &text[3..]);
    let want = "\0\u{7}\u{8}\t\n\u{b}\u{c}\r\u{1b} \"/\\\u{85}\u{a0}\u{2028}\u{2029}Aé😀😀é";
    assert_eq!(&*s.text, want);
    let found: Vec<_> = places(text, s).into_iter().map(|p| p.1).collect();
    assert_eq!(
        found,
        [
            r"\0",
            r"\a",
            r"\b",
            r"\t",
            r"\n",
            r"\v",
            r"\f",
            r"\r",
            r"\e",
            r"\ ",
            r#"\""#,
            r"\/",
            r"\\",
            r"\N",
            r"\_",
            r"\L",
            r"\P",
            r"\x41",
            r"\u00e9",
            r"\ud83d\ude00",
            r"\U0001F600",
            "é"
        ]
    );
    let text = "a: 'it''s {{ x }}'";
    let t = tree(text);
    let (s, _) = scalar(&t, &["a"]);
    assert_eq!(&*s.text, "it's {{ x }}");
    assert_eq!(&text[s.map.span(2, 3).range()], "''");
    assert_eq!(&text[s.map.span(8, 9).range()], "x");
}

#[test]
fn quoted_scalars_fold_and_continue() {
    let text = "a: \"x  \n   y\\\n   z \\\n   \\ w\"\n";
    let t = tree(text);
    let (s, _) = scalar(&t, &["a"]);
    assert_eq!(&*s.text, "x yz  w");
    let at = |i: usize| &text[s.map.span(i, i + 1).range()];
    assert_eq!((at(0), at(2), at(3), at(6)), ("x", "y", "z", "w"));
}

#[test]
fn block_scalars_include_their_header_and_map_each_line() {
    for (text, decoded, whole) in [
        (
            "a: |\n  één\n   in\n\n  x\n\nb: 1\n",
            "één\n in\n\nx\n",
            "|\n  één\n   in\n\n  x",
        ),
        ("a: |-  # c\n  x\n  y\n", "x\ny", "|-  # c\n  x\n  y"),
        ("a: |+\n  x\n\nb: 1\n", "x\n\n", "|+\n  x\n"),
        (
            "a: >\n  one\n  two\n\n  three\n    four\n  five\n",
            "one two\nthree\n  four\nfive\n",
            ">\n  one\n  two\n\n  three\n    four\n  five",
        ),
        ("a: |2-\n    x\n  y\n", "  x\ny", "|2-\n    x\n  y"),
        (
            "a: &n |\r\n  x\r\n  y\r\nb: 1\r\n",
            "x\ny\n",
            "|\r\n  x\r\n  y",
        ),
        ("a: |\n  x", "x\n", "|\n  x"),
        ("a: |\nb: 1\n", "", "|"),
    ] {
        let t = tree(text);
        let (s, span) = scalar(&t, &["a"]);
        assert_eq!(&*s.text, decoded, "{text:?}");
        assert_eq!(&text[span.range()], whole, "{text:?}");
        for (c, raw) in places(text, s) {
            let folds = c == ' ' || c == '\n';
            assert!(raw.starts_with(c) || folds, "{text:?}: {c:?} is at {raw:?}");
        }
    }
    let text = "- - |\n    {{ x }}\n";
    let t = tree(text);
    let (s, _) = scalar(&t, &["0", "0"]);
    assert_eq!(&text[s.map.span(3, 4).range()], "x");
}

#[test]
fn aliases_repeat_the_original_with_its_place() {
    let text = "x: &a {k: é}\ny: *a\nz: [*a, *a]\nw: &s text\nv: *s\n*s : key\n";
    let t = tree(text);
    assert_eq!(
        dump(&t),
        "{x: {k: é}, y: {k: é}, z: [{k: é}, {k: é}], w: text, v: text, text: key}"
    );
    let y = t.field(t.root.unwrap(), "y").unwrap();
    assert_eq!(&text[t.span(y).range()], "{k: é}");
    assert_eq!(&text[scalar(&t, &["v"]).1.range()], "text");
}

#[test]
fn line_ends_of_windows_and_old_macs() {
    for (text, b) in [("a: x\r\nb:\r\n  - y\r\n", 14), ("a: x\rb:\r  - y\r", 12)] {
        let t = tree(text);
        assert_eq!(dump(&t), "{a: x, b: [y]}");
        assert_eq!(scalar(&t, &["b", "0"]).1, Span::new(b, b + 1), "{text:?}");
    }
}

#[test]
fn comments_of_all_places() {
    let text = "# one\na: 1 # two\nb:\n  # three\n  - x\n# four";
    let t = tree(text);
    let found: Vec<_> = t
        .comments
        .iter()
        .map(|c| (&*c.text, c.own_line, &text[c.span.range()]))
        .collect();
    assert_eq!(
        found,
        [
            ("one", true, "# one"),
            ("two", false, "# two"),
            ("three", true, "# three"),
            ("four", true, "# four")
        ]
    );
    let many = format!("{}a: 1\n{}", "# c\n".repeat(5000), "# d\n".repeat(5000));
    assert_eq!(tree(&many).comments.len(), 10_000);
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let text = "\u{feff}a: 1\nb: 2\n";
    let t = tree(text);
    assert_eq!(dump(&t), "{a: 1, b: 2}");
    assert_eq!(scalar(&t, &["a"]).1, Span::new(6, 7));
}
