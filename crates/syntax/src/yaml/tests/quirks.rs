//! What YAML does to people.

use super::{dump, list, mended};
use crate::yaml::parse;

/// Text, code, place, tree, and the text after the fix; without the last, the value in double quotes.
const CASES: &[(&str, &str, &str, &str, &str)] = &[
    (
        "id: {{ x }}",
        "WF0009",
        "{{ x }}",
        "{id: {{ x }}}",
        "id: \"{{ x }}\"",
    ),
    (
        "id: {{ x.y[0] + \"a\" }} # c",
        "WF0009",
        "{{ x.y[0] + \"a\" }}",
        "{id: {{ x.y[0] + \"a\" }}}",
        "id: '{{ x.y[0] + \"a\" }}' # c",
    ),
    (
        "id: {{ a }} and {{ b }}\nz: 1",
        "WF0009",
        "{{ a }} and {{ b }}",
        "{id: {{ a }} and {{ b }}, z: 1}",
        "id: \"{{ a }} and {{ b }}\"\nz: 1",
    ),
    (
        "id: {{ a ? b : c }}",
        "WF0009",
        "{{ a ? b : c }}",
        "{id: {{ a ? b : c }}}",
        "id: \"{{ a ? b : c }}\"",
    ),
    (
        "- {{ x }}\n- b",
        "WF0009",
        "{{ x }}",
        "[{{ x }}, b]",
        "- \"{{ x }}\"\n- b",
    ),
    (
        "a: { id: {{ x }}, b: 1 }",
        "WF0009",
        "{{ x }}",
        "{a: {id: {{ x }}, b: 1}}",
        "a: { id: \"{{ x }}\", b: 1 }",
    ),
    (
        "a: { when: l[0] > 1, b: 1 }",
        "WF0009",
        "l[0] > 1",
        "{a: {when: l[0] > 1, b: 1}}",
        "a: { when: \"l[0] > 1\", b: 1 }",
    ),
    (
        "a: [ { b: c.d[\"e\"] == 1 }, { b: f(g)[0] } ]",
        "WF0009 WF0009",
        "c.d[\"e\"] == 1|f(g)[0]",
        "{a: [{b: c.d[\"e\"] == 1}, {b: f(g)[0]}]}",
        "a: [ { b: 'c.d[\"e\"] == 1' }, { b: \"f(g)[0]\" } ]",
    ),
    (
        "a: [ {{ x }}, {{ y }} ]",
        "WF0009 WF0009",
        "{{ x }}|{{ y }}",
        "{a: [{{ x }}, {{ y }}]}",
        "a: [ \"{{ x }}\", \"{{ y }}\" ]",
    ),
    (
        "a: { id: see {{ x }}, b: 1 }",
        "WF0009",
        "see {{ x }}",
        "{a: {id: see {{ x }}, b: 1}}",
        "a: { id: \"see {{ x }}\", b: 1 }",
    ),
    (
        "when: !done",
        "WF0009",
        "!done",
        "{when: !done}",
        "when: \"!done\"",
    ),
    (
        "when: !done && x == \"a\"\nb: 1",
        "WF0009",
        "!done && x == \"a\"",
        "{when: !done && x == \"a\", b: 1}",
        "when: '!done && x == \"a\"'\nb: 1",
    ),
    (
        "when: !(a || b)",
        "WF0009",
        "!(a || b)",
        "{when: !(a || b)}",
        "when: \"!(a || b)\"",
    ),
    (
        "when: !has(steps.x)",
        "WF0009",
        "!has(steps.x)",
        "{when: !has(steps.x)}",
        "when: \"!has(steps.x)\"",
    ),
    (
        "{ when: !done, b: 1 }",
        "WF0009",
        "!done",
        "{when: !done, b: 1}",
        "{ when: \"!done\", b: 1 }",
    ),
    (
        "type: \"a\" | \"b\"\nz: 1",
        "WF0009",
        "\"a\" | \"b\"",
        "{type: \"a\" | \"b\", z: 1}",
        "type: '\"a\" | \"b\"'\nz: 1",
    ),
    (
        "{ type: \"a\" | \"b\", z: 1 }",
        "WF0009",
        "\"a\" | \"b\"",
        "{type: \"a\" | \"b\", z: 1}",
        "{ type: '\"a\" | \"b\"', z: 1 }",
    ),
    (
        "c: 'it' == \"don't\"",
        "WF0009",
        "'it' == \"don't\"",
        "{c: 'it' == \"don't\"}",
        "c: '''it'' == \"don''t\"'",
    ),
    (
        "c: a ? b : c",
        "WF0009",
        "a ? b : c",
        "{c: a ? b : c}",
        "c: \"a ? b : c\"",
    ),
    (
        "{ c: a ? b : c, d: 1 }",
        "WF0009",
        "a ? b : c",
        "{c: a ? b : c, d: 1}",
        "{ c: \"a ? b : c\", d: 1 }",
    ),
    (
        "key: a: b",
        "WF0009",
        "a: b",
        "{key: a: b}",
        "key: \"a: b\"",
    ),
    (
        "- key: note: this\n  b: 1",
        "WF0009",
        "note: this",
        "[{key: note: this, b: 1}]",
        "- key: \"note: this\"\n  b: 1",
    ),
    (
        "t: list<{ id: string }>",
        "WF0009",
        "list<{ id: string }>",
        "{t: list<{ id: string }>}",
        "t: \"list<{ id: string }>\"",
    ),
    (
        "t: { a: list<{ id: string }>, b: int }",
        "WF0009",
        "list<{ id: string }>",
        "{t: {a: list<{ id: string }>, b: int}}",
        "t: { a: \"list<{ id: string }>\", b: int }",
    ),
    (
        "{ m: map<string, int> }",
        "WF0009",
        "map<string, int>",
        "{m: map<string, int>}",
        "{ m: \"map<string, int>\" }",
    ),
    (
        "{ m: list<map<string, int>>, n: int }",
        "WF0009",
        "list<map<string, int>>",
        "{m: list<map<string, int>>, n: int}",
        "{ m: \"list<map<string, int>>\", n: int }",
    ),
    (
        "{ m: max(a, b), n: 1 }",
        "WF0009",
        "max(a, b)",
        "{m: max(a, b), n: 1}",
        "{ m: \"max(a, b)\", n: 1 }",
    ),
    (
        "{ m: a[0], n: 1 }",
        "WF0009",
        "a[0]",
        "{m: a[0], n: 1}",
        "{ m: \"a[0]\", n: 1 }",
    ),
    (
        "cron: */5 * * * *",
        "WF0009",
        "*/5 * * * *",
        "{cron: */5 * * * *}",
        "cron: \"*/5 * * * *\"",
    ),
    (
        "cron: * * * * *",
        "WF0009",
        "* * * * *",
        "{cron: * * * * *}",
        "cron: \"* * * * *\"",
    ),
    (
        "{ cron: */5 * * * *, b: 1 }",
        "WF0009",
        "*/5 * * * *",
        "{cron: */5 * * * *, b: 1}",
        "{ cron: \"*/5 * * * *\", b: 1 }",
    ),
    ("a: *", "WF0009", "*", "{a: *}", "a: \"*\""),
    (
        "a: **bold** text",
        "WF0009",
        "**bold** text",
        "{a: **bold** text}",
        "a: \"**bold** text\"",
    ),
    ("a: & b", "WF0009", "& b", "{a: & b}", "a: \"& b\""),
    ("a: && b", "WF0009", "&& b", "{a: && b}", "a: \"&& b\""),
    (
        "who: @oncall\nb: 1",
        "WF0009",
        "@oncall",
        "{who: @oncall, b: 1}",
        "who: \"@oncall\"\nb: 1",
    ),
    (
        "- @a\n- @b",
        "WF0009 WF0009",
        "@a|@b",
        "[@a, @b]",
        "- \"@a\"\n- \"@b\"",
    ),
    ("a: `ls`", "WF0009", "`ls`", "{a: `ls`}", "a: \"`ls`\""),
    (
        "a: %d items",
        "WF0009",
        "%d items",
        "{a: %d items}",
        "a: \"%d items\"",
    ),
    (
        "a: [1].filter(x, x > 0)\nb: 1",
        "WF0009",
        "[1].filter(x, x > 0)",
        "{a: [1].filter(x, x > 0), b: 1}",
        "a: \"[1].filter(x, x > 0)\"\nb: 1",
    ),
    (
        "a: [1, 2] + [3]",
        "WF0009",
        "[1, 2] + [3]",
        "{a: [1, 2] + [3]}",
        "a: \"[1, 2] + [3]\"",
    ),
    (
        "{ a: [1].filter(x, x > 0), b: 1 }",
        "WF0009",
        "[1].filter(x, x > 0)",
        "{a: [1].filter(x, x > 0), b: 1}",
        "{ a: \"[1].filter(x, x > 0)\", b: 1 }",
    ),
    (
        "a: {\"k\": 1}.k",
        "WF0009",
        "{\"k\": 1}.k",
        "{a: {\"k\": 1}.k}",
        "a: '{\"k\": 1}.k'",
    ),
    ("a: >= 5", "WF0009", ">= 5", "{a: >= 5}", "a: \">= 5\""),
    (
        "a: | grep x",
        "WF0009",
        "| grep x",
        "{a: | grep x}",
        "a: \"| grep x\"",
    ),
    (
        "a: echo \"x #1\" # note",
        "WF0010",
        "echo \"x #1\"",
        "{a: echo \"x #1\"}",
        "a: 'echo \"x #1\"' # note",
    ),
    (
        "a: see {{ x # y }}",
        "WF0010",
        "see {{ x # y }}",
        "{a: see {{ x # y }}}",
        "a: \"see {{ x # y }}\"",
    ),
    (
        "c: x == \"a\" &&\n  !y ? b : c\nd: 1",
        "WF0009",
        "x == \"a\" &&\n  !y ? b : c",
        "{c: x == \"a\" && !y ? b : c, d: 1}",
        "c: 'x == \"a\" &&\n  !y ? b : c'\nd: 1",
    ),
    (
        "a: &x {{ y }}\nb: *x",
        "WF0009",
        "{{ y }}",
        "{a: {{ y }}, b: {{ y }}}",
        "a: &x \"{{ y }}\"\nb: *x",
    ),
];

#[test]
fn each_gets_one_finding_with_the_quotes_and_is_read_as_it_was_meant() {
    let mut wrong = Vec::new();
    for (text, codes, places, tree, fixed) in CASES {
        let (parsed, diagnostics) = parse(text);
        let found: Vec<_> = diagnostics.iter().map(|d| d.code.id).collect();
        let at: Vec<_> = diagnostics.iter().map(|d| &text[d.span.range()]).collect();
        let after = mended(text, &diagnostics);
        let again = list(&after, &parse(&after).1);
        let right = found.join(" ") == *codes
            && at.join("|") == *places
            && dump(&parsed) == *tree
            && after == *fixed
            && again.is_empty();
        if !right {
            wrong.push(format!(
                "{text}\n  {:?}\n  {}\n  {after}\n  {again:?}",
                list(text, &diagnostics),
                dump(&parsed)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn spans_in_a_mended_value_are_exact() {
    let text = "x: é\nid: {{ a }} é\n";
    let (tree, _) = parse(text);
    let id = tree.field(tree.root.unwrap(), "id").unwrap();
    assert_eq!(&text[tree.span(id).range()], "{{ a }} é");
    let crate::tree::NodeKind::Scalar(s) = tree.kind(id) else {
        panic!()
    };
    assert_eq!(&text[s.map.span(3, 4).range()], "a");
}

#[test]
fn what_is_plain_yaml_is_left_alone() {
    for text in [
        "a: text {{ x }} and more",
        "a: don't # it's a comment",
        "a: 6\" pipe # a remark",
        "a: b # \"quoted\" remark",
        "a: x - y * z & w",
        "a: http://x.y/z",
        "a: [f(x), g(y)]",
        "a: [a<b, c>d]",
        "a: map<string, int>",
        "a: {b: 1}\nc: [{d: 2}]",
        "command: |\n  when: !done\n  id: {{ x }}\n  a: */5 @x\n",
        "a: \"{{ x }} # y\"",
        "a: x ? y\nb: -1",
        "a: &x 1\nb: *x",
        "a: 'it''s' # {{ fine }}",
    ] {
        let (_, diagnostics) = parse(text);
        assert!(
            diagnostics.is_empty(),
            "{text}: {:?}",
            list(text, &diagnostics)
        );
    }
}

#[test]
fn what_to_write_is_whole_or_only_says_the_quotes() {
    let help = |text: &str| {
        let (_, found) = parse(text);
        found[0].help.clone().unwrap_or_default()
    };
    let long = r#"when: steps["a-b"].output.exit_code == 0 && "x: y" != '# no comment'"#;
    assert_eq!(
        help(long),
        r#"write `'steps["a-b"].output.exit_code == 0 && "x: y" != ''# no comment'''`"#
    );
    let longer = format!("{long} && {}", "\"c: d\" != 'x' && ".repeat(10));
    assert_eq!(
        help(&longer),
        "put single quotes around it, and double each `'` inside"
    );
    assert_eq!(help("command: `date`"), "put double quotes around it");
}
