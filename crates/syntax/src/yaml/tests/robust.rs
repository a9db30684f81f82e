//! Whatever the text, there is a tree and a bounded list of findings at places that exist.

use proptest::prelude::*;

use super::list;
use crate::diagnostic::Diagnostic;
use crate::tree::{NodeId, NodeKind, Tree};
use crate::yaml::parse;

/// The design's own example.
pub(super) const TRIAGE: &str = include_str!("triage.wf.yaml");

fn check(text: &str) -> (Tree, Vec<Diagnostic>) {
    let (tree, diagnostics) = parse(text);
    for d in &diagnostics {
        let edits = d.fixes.iter().flat_map(|f| &f.edits).map(|e| e.span);
        for span in edits.chain(d.labels.iter().map(|l| l.span)).chain([d.span]) {
            assert!(text.get(span.range()).is_some(), "{text:?}: {d:?}");
        }
        assert!(d.help.is_some(), "{d:?}");
    }
    let mut todo: Vec<NodeId> = tree.root.into_iter().collect();
    let mut seen = 0;
    while let Some(id) = todo.pop() {
        seen += 1;
        assert!(seen < 200_000, "a tree without end");
        assert!(
            text.get(tree.span(id).range()).is_some(),
            "{text:?}: {:?}",
            tree.span(id)
        );
        match tree.kind(id) {
            NodeKind::Seq(items) => todo.extend(items),
            NodeKind::Map(entries) => todo.extend(entries.iter().map(|e| e.value)),
            NodeKind::Scalar(s) => {
                for (i, c) in s.text.char_indices() {
                    let span = s.map.span(i, i + c.len_utf8());
                    assert!(
                        text.get(span.range()).is_some(),
                        "{text:?}: {:?} at {span:?}",
                        s.text
                    );
                }
            }
            _ => {}
        }
    }
    assert!(
        tree.root.is_some() || !diagnostics.is_empty() || text.trim().is_empty(),
        "{text:?}"
    );
    (tree, diagnostics)
}

#[test]
fn the_design_example_is_read_without_findings() {
    let (tree, diagnostics) = check(TRIAGE);
    assert!(diagnostics.is_empty(), "{:?}", list(TRIAGE, &diagnostics));
    let steps = tree.field(tree.root.unwrap(), "steps").unwrap();
    assert!(matches!(tree.kind(steps), NodeKind::Seq(items) if items.len() == 4));
}

#[test]
fn cut_off_anywhere_it_is_read() {
    let mut most = 0;
    for end in (0..TRIAGE.len()).filter(|i| TRIAGE.is_char_boundary(*i)) {
        let (_, diagnostics) = check(&TRIAGE[..end]);
        let found = list(&TRIAGE[..end], &diagnostics);
        assert!(
            diagnostics.len() <= 1,
            "one cut is one fault: {:?}\n{found:?}",
            &TRIAGE[end.saturating_sub(60)..end]
        );
        most = most.max(diagnostics.len());
    }
    assert_eq!(most, 1);
}

#[test]
fn with_any_line_left_out_it_is_read() {
    let lines: Vec<&str> = TRIAGE.split_inclusive('\n').collect();
    for i in 0..lines.len() {
        let text = [&lines[..i], &lines[i + 1..]].concat().concat();
        let (_, diagnostics) = check(&text);
        assert!(
            diagnostics.len() <= 1,
            "without {:?}: {:?}",
            lines[i],
            list(&text, &diagnostics)
        );
    }
}

#[test]
fn with_any_sign_left_out_it_gets_few_findings() {
    for (i, c) in TRIAGE
        .char_indices()
        .filter(|(_, c)| "[]{}\"':,-|".contains(*c))
    {
        let text = format!("{}{}", &TRIAGE[..i], &TRIAGE[i + c.len_utf8()..]);
        let (_, diagnostics) = check(&text);
        let line = TRIAGE[..i].lines().count();
        assert!(
            diagnostics.len() <= 2,
            "without {c} in line {line}: {:#?}",
            list(&text, &diagnostics)
        );
    }
}

#[test]
fn deep_nesting_is_one_finding() {
    for text in [
        "[".repeat(100_000),
        "{".repeat(100_000),
        "- ".repeat(100_000),
        "[\n".repeat(100_000),
        "{a: ".repeat(100_000),
    ] {
        let (_, diagnostics) = check(&text);
        assert_eq!(diagnostics.len(), 1, "{:.10}: {}", text, diagnostics.len());
        assert_eq!(
            diagnostics[0].code.id, "WF0004",
            "{:.10}: {}",
            text, diagnostics[0].message
        );
    }
    for text in [
        "? ".repeat(100_000),
        "a: ".repeat(100_000),
        "\"".repeat(100_000),
        "!a ".repeat(100_000),
        "&a ".repeat(100_000),
        "*a ".repeat(100_000),
        "#".repeat(100_000),
        "a\n".repeat(50_000),
        "\t".repeat(100_000),
        ", ".repeat(50_000),
        "{{".repeat(50_000) + &"}}".repeat(50_000),
    ] {
        check(&text);
    }
    let blocks: String = (0..1000)
        .map(|i| format!("{}a:\n", " ".repeat(i)))
        .collect();
    let (_, diagnostics) = check(&blocks);
    assert_eq!(
        diagnostics.iter().map(|d| d.code.id).collect::<Vec<_>>(),
        ["WF0004"]
    );
    let most = format!("{}{}", "[".repeat(128), "]".repeat(128));
    assert!(check(&most).1.is_empty());
}

#[test]
fn an_alias_bomb_is_one_finding() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        let refs = vec![format!("*a{}", i - 1); 10].join(", ");
        text.push_str(&format!("a{i}: &a{i} [{refs}]\n"));
    }
    let (_, diagnostics) = parse(&text);
    assert_eq!(
        diagnostics.iter().map(|d| d.code.id).collect::<Vec<_>>(),
        ["WF0003"]
    );
}

#[test]
fn many_faults_stop_somewhere() {
    let (_, diagnostics) = check(&"a: \"x\" y: z\n- b\n".repeat(2000));
    assert!(diagnostics.len() <= 60, "{}", diagnostics.len());
    let quotes: String = (0..500).map(|i| format!("a{i}: {{{{ x }}}}\n")).collect();
    assert_eq!(
        check(&quotes).1.len(),
        500,
        "quoting faults cost no attempt each"
    );
}

/// Pieces of YAML and of what is nearly YAML.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a: ",
        "b:",
        "- ",
        "\n",
        "\n  ",
        "\n    ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\"",
        "'",
        "|\n",
        ">-\n",
        "#",
        " # c",
        "&a ",
        "*a",
        "!t ",
        "? ",
        ": ",
        "é",
        "x",
        " ",
        "\t",
        "\r\n",
        "{{ x }}",
        "---\n",
        "...",
        "%",
        "@",
        "`",
        "\\",
        "\\u12",
        "<<: ",
        "\u{feff}",
        "list<{ a: b }>",
        "\r",
        "\u{85}",
        "\u{0}",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn pieces_of_yaml_never_panic(text in pieces()) {
        check(&text);
    }

    #[test]
    fn random_text_never_panics(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn edits_of_a_valid_file_get_few_findings(
        edits in prop::collection::vec((0..TRIAGE.len(), 0..6_usize, pieces()), 1..3),
    ) {
        let mut text = TRIAGE.to_owned();
        for (at, len, piece) in edits {
            let from = text.floor_char_boundary(at.min(text.len()));
            let to = text.floor_char_boundary((from + len).min(text.len()));
            text.replace_range(from..to, &piece);
        }
        check(&text);
    }
}

/// What stands beside it can make one sign look like several faults; that is rare.
#[test]
fn with_any_sign_put_in_it_gets_few_findings() {
    let signs = [
        "\"", "'", "[", "]", "{", "}", ":", ",", "#", "\t", "&", "*", "!", "|", "- ", "x",
    ];
    let (mut many, mut all) = (Vec::new(), 0);
    for (i, _) in TRIAGE.char_indices().step_by(5) {
        for sign in signs {
            let text = format!("{}{sign}{}", &TRIAGE[..i], &TRIAGE[i..]);
            let (_, diagnostics) = check(&text);
            all += 1;
            if diagnostics.len() > 2 {
                many.push(format!("{sign:?} at {i}: {:#?}", list(&text, &diagnostics)));
            }
        }
    }
    assert!(
        many.len() * 200 < all,
        "{}: {}",
        many.len(),
        many.join("\n")
    );
}
