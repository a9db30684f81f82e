//! Files that are cut, broken or overdone anywhere.

use super::*;

#[test]
fn a_file_cut_anywhere_ends_with_few_findings() {
    for (end, _) in TRIAGE.char_indices() {
        let (tree, faults) = parse(&TRIAGE[..end]);
        assert!(faults.len() <= 3, "{end}: {faults:#?}");
        assert!(end < 9 || tree.root.is_some(), "{end}");
        if end > 0 && end < TRIAGE.len() - 2 {
            assert!(!faults.is_empty(), "{end}");
        }
    }
}

#[test]
fn a_character_that_is_missing_anywhere_gives_two_findings_at_most() {
    let mut double = 0;
    for (at, c) in TRIAGE.char_indices() {
        let text = format!("{}{}", &TRIAGE[..at], &TRIAGE[at + c.len_utf8()..]);
        let (_, faults) = parse(&text);
        assert!(faults.len() <= 2, "{at} {c:?}: {faults:#?}");
        double += usize::from(faults.len() > 1);
    }
    assert!(double <= 6, "{double} places give more than one finding");
}

#[test]
fn nesting_is_limited() {
    for (open, close) in [
        ("if a { ", "}"),
        ("parallel { branch a { ", "} }"),
        ("switch a { case 1 { ", "} }"),
    ] {
        let text = format!(
            "workflow w {{ {} {} }}",
            open.repeat(3000),
            close.repeat(3000)
        );
        let (_, faults) = parse(&text);
        assert_eq!(faults.len(), 1, "{open} {faults:?}");
    }
    let chain = format!(
        "workflow w {{ if a {{ }} {} }}",
        "else if a { } ".repeat(5000)
    );
    assert_eq!(parse(&chain).1.len(), 1);
    let values = format!(
        "workflow w {{ return {}1{} }}",
        "[".repeat(3000),
        "]".repeat(3000)
    );
    assert_eq!(parse(&values).1.len(), 1);
}

/// Findings beyond the limit are dropped, and nothing grows with the square of the file's length.
#[test]
fn many_faults_end() {
    for line in [
        "  bash \"a\n",
        "  if (a {\n",
        "  x = = 1\n",
        "  f(\"\n",
        ") ] }\n",
        "  { ( }\n",
        "“ ” @\n",
        "else {\n",
        "  bash \"a\" { b: [ }\n",
    ] {
        let text = format!("workflow w {{\n{}}}\n", line.repeat(20_000));
        assert!(
            parse(&text).1.len() <= crate::limits::MAX_DIAGNOSTICS,
            "{line}"
        );
    }
}

const WORDS: &[&str] = &[
    "workflow",
    "w",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "let",
    "x",
    "=",
    "bash",
    "\"a\"",
    "if",
    "else",
    "for",
    "in",
    "switch",
    "case",
    "default",
    "while",
    "max",
    "3",
    "repeat",
    "until",
    "parallel",
    "branch",
    "try",
    "catch",
    "finally",
    "return",
    "fail",
    "set",
    "wait",
    "10m",
    "event",
    "with",
    "when",
    "on_error",
    "compensate",
    "tool",
    "a.b",
    ":",
    ",",
    "?",
    "|",
    "&&",
    "-",
    "\n",
    "\n  ",
    "input",
    "type",
    "on",
    "schedule",
    "env",
    "var",
    "secret",
    "policy",
    "collect",
    ";",
    "*",
    "\"",
    "é",
    "schema",
    "list<",
    ">",
    "timeout:",
];

proptest::proptest! {
    #[test]
    fn any_words_give_a_tree(words in proptest::collection::vec(0..WORDS.len(), 0..60)) {
        let text: Vec<&str> = words.into_iter().map(|i| WORDS[i]).collect();
        let text = text.join(" ");
        for text in [text.clone(), format!("workflow w {{ {text}")] {
            for fault in parse(&text).1 {
                proptest::prop_assert!(text.get(fault.span.range()).is_some());
                for edit in fault.fixes.iter().flat_map(|f| &f.edits) {
                    proptest::prop_assert!(text.get(edit.span.range()).is_some());
                }
            }
        }
    }

    #[test]
    fn any_characters_give_a_tree(text in "\\PC{0,80}") {
        let _ = parse(&text);
        let _ = parse(&format!("workflow w {{ {text}"));
    }
}

/// What the parser writes is what lowering reads: good examples lower without a finding, and bad ones add none.
#[test]
fn examples_lower_without_further_findings() {
    let all = [
        lexer::codes::CODES,
        crate::parse_expr::codes::CODES,
        crate::type_parse::codes::CODES,
        codes::CODES,
    ];
    let texts = all
        .into_iter()
        .flatten()
        .flat_map(|code| [code.bad.text, code.good.text])
        .chain([TRIAGE]);
    for text in texts {
        let (tree, _) = parse(text);
        let found = crate::lower::lower(&tree, text).1;
        assert_eq!(found, [], "{text}");
    }
}

/// One sign too many, at every place: mostly one or two findings.
#[test]
fn a_sign_too_many_anywhere_gives_few_findings() {
    let (mut tried, mut many) = (0, 0);
    for sign in [
        "{", "}", "(", ")", "[", "]", "\"", ":", ",", ";", "=", "\n", "#", "x",
    ] {
        for (at, _) in TRIAGE.char_indices() {
            let text = format!("{}{sign}{}", &TRIAGE[..at], &TRIAGE[at..]);
            let (_, faults) = parse(&text);
            tried += 1;
            many += usize::from(faults.len() > 2);
        }
    }
    assert!(many * 100 < tried * 2, "{many} of {tried}");
}

/// Pasted text may hold any number of characters that take several bytes, wherever they stand: neither the stack nor
/// the time may depend on them.
#[test]
fn long_runs_of_wide_characters_are_read_anywhere() {
    for (wide, count) in [("\u{a0}", 300_000), ("é", 60_000), ("“", 60_000)] {
        let run = wide.repeat(count);
        for (before, after) in [
            ("", "workflow w { let a = 1 }"),
            ("workflow w { let a = 1\n", "\nlet b = 2 }"),
            ("workflow w { let a = 1 +", "2 }"),
            ("workflow w { let a =", "}"),
            ("workflow w { let a = b", "(2) }"),
            ("workflow w { let a = \"{{ 1 +", "2 }}\" }"),
            ("workflow w { let a = \"{{ 1 }}", "{{ 2 }}\" }"),
            ("workflow w { let a = '", "' }"),
            ("workflow w { let a = \"", "\n }"),
            ("workflow w { let a = `", "` }"),
            ("workflow w { // ", "\n let a = 1 }"),
            ("workflow w { # ", "\n let a = 1 }"),
            ("workflow w { /* ", " */ let a = 1 }"),
            ("workflow w { /* ", " let a = 1 }"),
            ("workflow w { let a: list<", "string> = 1 }"),
            ("workflow w { let a = 1 }", ""),
        ] {
            let (tree, _) = parse(&format!("{before}{run}{after}"));
            assert!(tree.root.is_some(), "{wide:?} in {before}..{after}");
        }
    }
}
