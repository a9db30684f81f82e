//! Faults: exact places, our own words, and the rest of the tree.

use super::{dump, list, mended};
use crate::yaml::{CODES, parse};

/// Text, findings as `code@text`, and the tree.
const CASES: &[(&str, &[&str], &str)] = &[
    // Indentation.
    (
        "s:\n  - type: bash\n     command: ls\n     cwd: x\n  - b: 1\n",
        &["WF0007@command"],
        "{s: [{type: bash, command: ERROR, cwd: ERROR}, {b: 1}]}",
    ),
    (
        "s:\n  - type: bash\n   command: ls\n   cwd: x\n  - b: 1\n",
        &["WF0007@command"],
        "{s: [{type: bash, command: ERROR, cwd: ERROR}, {b: 1}]}",
    ),
    (
        "s:\n  - a: 1\n - b: 2\nn: x\n",
        &["WF0007@-"],
        "{s: [{a: 1}, ERROR], n: x}",
    ),
    (
        "foo: 1\n bar: 2\nqux: 3\n",
        &["WF0007@bar"],
        "{foo: 1, bar: ERROR, qux: 3}",
    ),
    (
        "a:\n    b: 1\n  c: 2\nd: 3\n",
        &["WF0007@c"],
        "{a: {b: 1, c: ERROR}, d: 3}",
    ),
    (
        " a: 1\nb: 2\nc: 3\n",
        &["WF0007@a"],
        "{a: ERROR, b: 2, c: 3}",
    ),
    (
        "s:\n  - bash ls\n    cwd: x\n  - b: 1\n",
        &["WF0007@cwd"],
        "{s: [ERROR, {b: 1}]}",
    ),
    (
        "s:\n\t- type: bash\n\t  command: ls\n",
        &["WF0005@\t"],
        "{s: [{type: bash, command: ls}]}",
    ),
    (
        "s:\n  - type: bash\n\tcommand: ls\n  - b: 1\n",
        &["WF0005@\t"],
        "{s: [{type: bash, command: ERROR}, {b: 1}]}",
    ),
    // Quotes and brackets.
    (
        "a: \"x\nb: \"y\"\nc: 1\n",
        &["WF0008@\""],
        "{a: ERROR, b: \"y\", c: 1}",
    ),
    (
        "a: 'it is\nb: don't\nc: 1\n",
        &["WF0008@'"],
        "{a: ERROR, b: don't, c: 1}",
    ),
    (
        "t: [a, b\ns:\n  - x: 1\n",
        &["WF0008@["],
        "{t: ERROR, s: [{x: 1}]}",
    ),
    ("a: {b: 1\nc: 2\n", &["WF0008@{"], "{a: ERROR, c: 2}"),
    ("a: [1, 2}\nb: 1\n", &["WF0008@}"], "{a: ERROR, b: 1}"),
    ("a: ]\nb: 1\n", &["WF0008@]"], "{a: ERROR, b: 1}"),
    ("\"foo: bar\nb: \"1\"\n", &["WF0008@\""], "{b: \"1\"}"),
    // Commas and colons.
    ("b: {c: 1 d: 2}\n", &["WF0006@"], "{b: {c: 1, d: 2}}"),
    ("b: [\"x\" \"y\"]\n", &["WF0006@"], "{b: [\"x\", \"y\"]}"),
    (
        "b: {c \"x\", d: 1}\ne: 1\n",
        &[],
        "{b: {c \"x\": , d: 1}, e: 1}",
    ),
    (
        "b: {\"c\": 1 \"d\": 2}\n",
        &["WF0006@"],
        "{b: {c: 1, d: 2}}",
    ),
    (
        "a: 1\nbar\nb: 2\n",
        &["WF0006@bar"],
        "{a: 1, bar: ERROR, b: 2}",
    ),
    (
        "a: 1\ncommand ls -l\nb: 2\n",
        &["WF0006@command ls -l"],
        "{a: 1, command: ERROR, b: 2}",
    ),
    (
        "a: 1\ncommand:ls -l\nb: 2\n",
        &["WF0006@:"],
        "{a: 1, command: ls -l, b: 2}",
    ),
    ("a: - b\nc: 1\n", &["WF0006@- b"], "{a: ERROR, c: 1}"),
    ("a: 1\n- b\nc: 1\n", &["WF0006@-"], "{a: 1, c: 1}"),
    ("a: \"y\"# bad\nc: 1\n", &["WF0006@#"], "{a: \"y\", c: 1}"),
    ("*a: 1\nb: 2\n", &["WF0006@*"], "{a: 1, b: 2}"),
    (
        "a: | foo\n  x\nb: 1\n",
        &["WF0006@| foo"],
        "{a: ERROR, b: 1}",
    ),
    ("{a: 1}\nb: 2\nc: 3\n", &["WF0006@b: 2"], "{a: 1}"),
    // Escapes.
    (
        "a: \"\\d+ \\s\"\nb: 1\n",
        &["WF0019@\\d"],
        "{a: \"\\\\d+ \\\\s\", b: 1}",
    ),
    // What YAML has and workflows do not.
    ("a: 1\na: 2\n", &["WF0014@a"], "{a: 1}"),
    (
        "a: &b {x: 1}\nc: {<<: *b, d: 1}\n",
        &["WF0013@<<"],
        "{a: {x: 1}, c: {d: 1}}",
    ),
    ("a: !include x.yaml\n", &["WF0011@!include"], "{a: x.yaml}"),
    ("a: !!str 12\n", &["WF0011@!!str"], "{a: 12}"),
    ("a: !foo {b: 1}\n", &["WF0011@!foo"], "{a: {b: 1}}"),
    ("a: *x\nb: 1\n", &["WF0012@*x"], "{a: ERROR, b: 1}"),
    ("a: &r [*r]\n", &["WF0012@*r"], "{a: [ERROR]}"),
    ("a: {[b]: c, d: 1}\n", &["WF0015@[b]"], "{a: {d: 1}}"),
    ("? {a: 1}\n: b\nc: 1\n", &["WF0015@{a: 1}"], "{c: 1}"),
    (": a\nc: 1\n", &["WF0015@"], "{c: 1}"),
    ("a: 1\n---\nb: [\n", &["WF0016@---"], "{a: 1}"),
    ("# only\n", &["WF0002@"], "-"),
    ("a: 1\n... x\n", &["WF0006@x"], "{a: 1}"),
];

#[test]
fn one_finding_at_the_exact_characters_and_the_rest_of_the_tree() {
    let mut wrong = Vec::new();
    for (text, findings, tree) in CASES {
        let (parsed, diagnostics) = parse(text);
        let found: Vec<_> = diagnostics
            .iter()
            .map(|d| format!("{}@{}", d.code.id, &text[d.span.range()]))
            .collect();
        if found != *findings
            || dump(&parsed) != *tree
            || diagnostics.iter().any(|d| d.help.is_none())
        {
            wrong.push(format!(
                "{text}\n  {:?}\n  {}",
                list(text, &diagnostics),
                dump(&parsed)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn fixes_leave_nothing_to_find() {
    for text in [
        "s:\n  - type: bash\n     command: ls\n     cwd: x\n",
        "s:\n  - type: bash\n   command: ls\n",
        "s:\n  - a: 1\n - b: 2\n   c: 3\n",
        " a: 1\n b: 1\nc: 2\n",
        "s:\n\t- type: bash\n\t  command: ls\n",
        "a: \"x\nb: 1\n",
        "t: [a, {b: c} # d\ns: 1\n",
        "a: [1, 2}\n",
        "b: {c: 1 d: 2}\n",
        "a: 1\ncommand ls\n",
        "a: 1\ncommand = ls\n",
        "a: 1\ncommand:ls\n",
        "a: \"y\"# bad\n",
        "a: \"\\d \\s\"\n",
        "a: !!str 12\n",
        "a: !include x\n",
        "a: *x\n",
        "*a: 1\n",
    ] {
        let (_, diagnostics) = parse(text);
        assert!(!diagnostics.is_empty(), "{text}");
        let after = mended(text, &diagnostics);
        let again = parse(&after).1;
        assert!(
            again.is_empty(),
            "{text} became {after}: {:?}",
            list(&after, &again)
        );
    }
}

#[test]
fn several_faults_in_one_file_are_all_found() {
    let text = "\
name: x
tools: [a, b
inputs: { a: string b: int }
steps:
  - type: bash
    command: echo \"hi\" > \"x\": y
  - type: agent
     goal: {{ x }}
  - id: \"c
    when: !done
  - type: tool
    arguments x y
    tool: a.b
  - {type: bash, command: \"l\\s\"}
policy:
  timeout: 1h
  timeout: 2h
return: @me
";
    let (tree, diagnostics) = parse(text);
    let codes: Vec<_> = diagnostics
        .iter()
        .map(|d| (d.code.id, &text[d.span.range()]))
        .collect();
    assert_eq!(
        codes,
        [
            ("WF0008", "["),
            ("WF0006", ""),
            ("WF0009", "echo \"hi\" > \"x\": y"),
            ("WF0007", "goal"),
            ("WF0008", "\""),
            ("WF0009", "!done"),
            ("WF0006", "arguments x y"),
            ("WF0019", "\\s"),
            ("WF0014", "timeout"),
            ("WF0009", "@me"),
        ]
    );
    assert_eq!(
        dump(&tree),
        "{name: x, tools: ERROR, inputs: {a: string, b: int}, steps: [{type: bash, command: echo \"hi\" > \"x\": y}, \
         {type: agent, goal: ERROR}, {id: ERROR, when: !done}, {type: tool, arguments: ERROR, tool: a.b}, \
         {type: bash, command: \"l\\\\s\"}], policy: {timeout: 1h}, return: @me}"
    );
}

#[test]
fn a_duplicate_points_at_the_first() {
    let text = "a: 1\nb: 2\na: 3\n";
    let d = &parse(text).1[0];
    assert_eq!((d.span.range(), d.labels[0].span.range()), (10..11, 0..1));
    let many: String = (0..100).map(|i| format!("k{i}: 1\n")).collect();
    let d = parse(&format!("{many}k7: 2\n")).1;
    assert_eq!(&many[d[0].labels[0].span.range()], "k7");
}

#[test]
fn each_code_has_an_example_that_gets_it_and_one_that_does_not() {
    use crate::source::Source;
    let all = CODES
        .iter()
        .chain(crate::source::CODES)
        .chain(crate::json::CODES);
    let mut ids = Vec::new();
    for code in all {
        ids.push(code.id);
        let read = |text: &str, file: &str| {
            let (source, mut diagnostics) = Source::from_bytes(file, text.as_bytes().to_vec());
            let parsed = if file.ends_with("json") {
                crate::json::parse(&source.text)
            } else {
                parse(&source.text)
            };
            diagnostics.extend(parsed.1);
            diagnostics
        };
        let bad = read(code.bad.text, code.bad.file);
        let found: Vec<_> = bad.iter().map(|d| d.code.id).collect();
        assert_eq!(found, [code.id], "the bad example of {}", code.id);
        assert!(
            read(code.good.text, code.good.file).is_empty(),
            "the good example of {}",
            code.id
        );
    }
    ids.sort_unstable();
    let wanted: Vec<String> = (1..=19).map(|i| format!("WF{i:04}")).collect();
    assert_eq!(ids, wanted);
}
