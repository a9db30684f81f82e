//! Faults and what is said of them.

use super::*;

#[test]
fn several_faults_are_all_reported_and_the_rest_is_read() {
    let text = concat!(
        "workflow w {\n  input é: integer\n  agnet \"a\"\n  if x = 3 {\n    bash \"b\" { timeout 5m }\n  }\n",
        "  bash \"c\" { env: { A: * } }\n  retrun f(\n  bash \"d\"\n}\n",
    );
    let root = finds(
        text,
        &[
            ("`é` means nothing here", "é"),
            ("there is no type `integer`", "integer"),
            ("`agnet` is no keyword", "agnet"),
            ("`=` is no operator", "="),
            ("expected `:`, found `5m`", "5m"),
            ("expected an expression, found `*`", "*"),
            ("`retrun` is no keyword", "retrun"),
            ("a `)` is missing here", "@130"),
        ],
    );
    assert!(root.ends_with(concat!(
        r#"steps: [{type: agent, goal: "a"}, {type: conditional, condition: =x == 3=, then: [{type: bash, command: "b"}]}, "#,
        r#"{type: bash, command: "c", env: {A: ERR}}, {type: return, value: =f()=}, {type: bash, command: "d"}]}"#
    )), "{root}");
}

#[test]
fn a_missing_closing_brace_is_one_finding() {
    let root = finds_in(
        "  if a {\n    bash \"b\"\n  bash \"c\"",
        &[("a `}` is missing here", "@34")],
    );
    assert!(
        root.ends_with(r#"then: [{type: bash, command: "b"}]}, {type: bash, command: "c"}]}"#),
        "{root}"
    );
    finds_in(
        "  bash \"b\" { timeout: 5m\n  bash \"c\"",
        &[("a `}` is missing here", "@37")],
    );
    finds_in(
        "  parallel {\n    branch a {\n      bash \"b\"\n    branch c {\n      bash \"d\"\n    }\n  }",
        &[("a `}` is missing here", "@55")],
    );
    finds_in(
        "  if a {\n    bash \"b\"\n  else {\n    bash \"c\"\n  }",
        &[("a `}` is missing here", "@34")],
    );
    finds(
        "workflow w {\n  if a {\n    bash \"b\"\n",
        &[("the end comes while 2 brackets are open", "@34")],
    );
}

#[test]
fn a_missing_opening_brace_is_one_finding() {
    let root = finds_in(
        "  if a\n    bash \"b\"\n  }\n  bash \"c\"",
        &[("a `{` is missing here", "@19")],
    );
    assert!(
        root.ends_with(r#"then: [{type: bash, command: "b"}]}, {type: bash, command: "c"}]}"#),
        "{root}"
    );
    let root = finds_in(
        "  if a:\n    bash \"b\"\n  bash \"c\"",
        &[("`:` does not open a block", ":")],
    );
    assert!(
        root.ends_with(r#"then: [{type: bash, command: "b"}]}, {type: bash, command: "c"}]}"#),
        "{root}"
    );
    finds_in(
        "  if a then {\n    bash \"b\"\n  }",
        &[("`then` does not open a block", "then")],
    );
    finds_in(
        "  for x in xs\n    bash \"b\"\n    bash \"d\"\n  }",
        &[("a `{` is missing here", "@26")],
    );
}

#[test]
fn a_brace_too_many_is_one_finding() {
    finds(
        "workflow w {\n  bash \"a\" }\n  bash \"b\"\n}\n",
        &[("this `}` closes nothing", "}")],
    );
    let root = finds(
        "workflow w {\n  bash \"a\"\n}\n  bash \"b\"\n}\n",
        &[("this `}` ends the workflow, but more follows", "}")],
    );
    assert!(root.ends_with(r#"{type: bash, command: "b"}]}"#), "{root}");
    finds(
        "workflow w {\n  bash \"a\"\n}\n}\n",
        &[("this `}` closes nothing", "}")],
    );
    finds(
        "workflow w { }\nworkflow v { }\n",
        &[("nothing may stand behind the workflow", "workflow")],
    );
}

#[test]
fn keywords_of_other_languages() {
    for (body, message, at) in [
        (
            "foreach x in xs { bash \"a\" }",
            "`foreach` is no keyword",
            "foreach",
        ),
        ("if a { } elif b { }", "`elif` is no keyword", "elif"),
        ("function f() { }", "`function` is no keyword", "function"),
        ("if a { var x = 1 }", "`var` is no keyword", "var"),
        ("if a { const x = 1 }", "`const` is no keyword", "const"),
        ("run \"ls\"", "`run` is no keyword", "run"),
        ("sleep 10s", "`sleep` is no keyword", "sleep"),
        ("wait 10s", "expected `for`, `until` or `event`", "10s"),
        ("throw \"x\"", "`throw` is no keyword", "throw"),
        ("x = 1", "`x` is assigned without a keyword", "x"),
        ("x += 1", "`x` is assigned without a keyword", "x"),
        ("set x += 1", "`+=` is no assignment", "+="),
        ("echo \"x\"", "`echo` is no keyword", "echo"),
        ("bash \"ls\";", "steps do not end with `;`", ";"),
        (
            "bash \"ls\" { timeout = 5m }",
            "a field and its value stand around `:`",
            "=",
        ),
        (
            "bash \"ls\" { timeout: 5m; check: true }",
            "fields do not end with `;`",
            ";",
        ),
        ("let x := 1", "a name and its value stand around `=`", ":="),
        (
            "let a-b = bash \"ls\"",
            "`a-b` is no name: it has `-` in it",
            "a-b",
        ),
        ("let x: int = 1", "`let` takes no type", ": int"),
        ("let x = run \"ls\"", "`run` is no keyword", "run"),
        (
            "for (x in xs) { bash \"a\" }",
            "the head of `for` stands without parentheses",
            "(x in xs)",
        ),
        (
            "for i, x in xs { bash \"a\" }",
            "`for` has one name before `in`",
            "i, x",
        ),
        (
            "for x of xs { bash \"a\" }",
            "`of` is no keyword here",
            "of",
        ),
        ("match x { case 1 { } }", "`match` is no keyword", "match"),
        (
            "switch x { case 1 | 2 { } }",
            "the values of a case have commas between them",
            "|",
        ),
        (
            "switch x { case \"a\": { } }",
            "a block follows its case without `:`",
            ":",
        ),
        (
            "switch x { case a { } }",
            "expected a constant, found `a`",
            "a",
        ),
        (
            "try { } catch (e) { }",
            "the error's name stands without parentheses",
            "(e)",
        ),
        ("repeat 3 { bash \"a\" }", "expected `max`", "3"),
        ("tool a.b(1)", "arguments do not stand in parentheses", "("),
        (
            "tool a.get-b { }",
            "`a.get-b` is no name: it has `-` in it",
            "a.get-b",
        ),
        (
            "bash x.y",
            "`bash` takes a text in quotes, found `x.y`",
            "x.y",
        ),
        ("bash \"a\" + x", "`bash` takes one text, found `+`", "+"),
        ("else { }", "`else` means nothing here", "else"),
        (
            "if a { input b: int }",
            "`input` means nothing here",
            "input",
        ),
        (
            "timeout: 5m",
            "the field `timeout` stands where a step should",
            "timeout:",
        ),
        ("inputs { a: string }", "`inputs` is no keyword", "inputs"),
        ("steps: { bash \"ls\" }", "`steps` is no keyword", "steps"),
        ("inptu a: string", "`inptu` is no keyword", "inptu"),
        (
            "descripton \"x\"",
            "`descripton` is no keyword",
            "descripton",
        ),
        (
            "input a = 5 input",
            "the input's name is missing after `input`",
            "input",
        ),
        ("input a", "the input's type is missing after `a`", "a"),
        (
            "version 1.2.0",
            "expected a text in quotes, found `1.2.0`",
            "1.2.0",
        ),
        (
            "version: \"1\"",
            "`version` and what it declares stand without a sign between them",
            ":",
        ),
        (
            "on cron \"0 9 * * *\"",
            "there is no trigger `cron`",
            "cron",
        ),
        (
            "on schedul \"0 9 * * *\"",
            "`schedul` is no keyword",
            "schedul",
        ),
        (
            "on error { bash \"a\" }",
            "`error` is no keyword here",
            "error",
        ),
        ("type A { a: int }", "a `=` is missing here", ""),
        ("bash", "a text in quotes is missing after `bash`", "bash"),
        (
            "bash \"a\" bash \"b\" c",
            "expected the next step, found `c`",
            "c",
        ),
        ("f(x)", "expected a step, found `f`", "f"),
        ("- bash: ls", "expected a step, found `-`", "-"),
        ("return a b", "expected the next step, found `b`", "b"),
        (
            "if a && { bash \"x\" }",
            "expected an expression, found `{`",
            "{",
        ),
        (
            "bash \"a\" { env: { A: 1 B } }",
            "expected the next field or `}`, found `B`",
            "B",
        ),
        ("return [1 2]", "expected `,` or `]`, found `2`", "2"),
        ("tool a.b { x: 1, x: 2 }", "`x` stands twice here", "x"),
    ] {
        let text = format!("workflow w {{\n  {body}\n  bash \"end\"\n}}\n");
        let (root, faults) = shown(&text);
        let got: Vec<(&str, &str)> = faults
            .iter()
            .map(|(m, a)| (m.as_str(), if a.starts_with('@') { "" } else { a }))
            .collect();
        assert_eq!(got, [(message, at)], "{text}");
        assert!(
            root.contains(r#"{type: bash, command: "end"}]"#),
            "{text}{root}"
        );
    }
}

#[test]
fn a_file_without_its_head() {
    finds(
        "name: x\nsteps:\n  - bash: ls\n",
        &[("expected `workflow`, found `name`", "name")],
    );
    finds(
        "{ \"steps\": [] }",
        &[("expected `workflow`, found `{`", "{")],
    );
    let root = finds(
        "worfklow w { bash \"a\" }",
        &[("`worfklow` is no keyword", "worfklow")],
    );
    assert_eq!(root, "{slug: w, steps: [{type: bash, command: \"a\"}]}");
    finds(
        "workflow w\n  bash \"a\"\n",
        &[("a `{` is missing after `w`", "@10")],
    );
    assert_eq!(shown(""), (String::new(), vec![]));
    assert_eq!(shown("// nothing\n"), (String::new(), vec![]));
}

/// Examples of codes: the bad file gets the finding and no other, the good one none.
#[test]
fn examples_of_codes_are_true() {
    let all = [
        lexer::codes::CODES,
        crate::parse_expr::codes::CODES,
        crate::type_parse::codes::CODES,
        codes::CODES,
    ];
    for code in all.into_iter().flatten() {
        if !code.bad.file.ends_with(".wf") {
            continue;
        }
        let found: Vec<&str> = parse(code.bad.text).1.iter().map(|f| f.code.id).collect();
        assert_eq!(found, [code.id], "{}", code.bad.text);
        assert_eq!(parse(code.good.text).1, [], "{}", code.good.text);
    }
}

/// Fixes that a machine may apply unasked mend the file.
#[test]
fn safe_fixes_of_examples_mend_them() {
    for code in codes::CODES.iter().chain(lexer::codes::CODES) {
        let found = parse(code.bad.text).1;
        for fix in found.iter().flat_map(|f| &f.fixes) {
            let mut text = code.bad.text.to_owned();
            for edit in fix.edits.iter().rev() {
                text.replace_range(edit.span.range(), &edit.text);
            }
            assert_eq!(parse(&text).1, [], "{} {text}", code.id);
        }
    }
}
