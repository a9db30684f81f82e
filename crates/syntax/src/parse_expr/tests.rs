use super::*;
use crate::expr::{BinaryOp, Exprs};
use crate::print_expr::expr_text;
use crate::span::Span;
use crate::tree::SpanMap;

fn parse(text: &str) -> (Exprs, ExprId, Vec<Diagnostic>) {
    let mut exprs = Exprs::default();
    let mut faults = Vec::new();
    let map = SpanMap::identity(0, Span::of(0, text.len()).end);
    let id = parse_embedded(text, &map, &mut exprs, &mut faults);
    (exprs, id, faults)
}

fn good(text: &str) -> (Exprs, ExprId) {
    let (exprs, id, faults) = parse(text);
    assert_eq!(faults, [], "{text}");
    (exprs, id)
}

/// The kinds of an expression without its places.
fn shape(exprs: &Exprs, id: ExprId) -> String {
    let mut kids = String::new();
    exprs.children(id, |child| {
        kids.push_str(&format!(" ({})", shape(exprs, child)));
    });
    let head = match exprs.kind(id) {
        ExprKind::Select {
            field, optional, ..
        } => format!("select {} {optional}", field.text),
        ExprKind::Index { optional, .. } => format!("index {optional}"),
        ExprKind::Call { target, name, args } => {
            format!("call {} {} {}", name.text, target.is_some(), args.len())
        }
        ExprKind::Unary { op, .. } => format!("{op:?}"),
        ExprKind::Binary { op, .. } => format!("{op:?}"),
        ExprKind::Ternary { .. } => "?:".to_owned(),
        ExprKind::List(items) => format!(
            "list {:?}",
            items.iter().map(|i| i.optional).collect::<Vec<_>>()
        ),
        ExprKind::Map(entries) => {
            format!(
                "map {:?}",
                entries.iter().map(|e| e.optional).collect::<Vec<_>>()
            )
        }
        leaf => format!("{leaf:?}"),
    };
    format!("{head}{kids}")
}

#[track_caller]
fn prints(text: &str, want: &str) {
    let (exprs, id) = good(text);
    let printed = expr_text(&exprs, id);
    assert_eq!(printed, want);
    let (again, again_id) = good(&printed);
    assert_eq!(shape(&again, again_id), shape(&exprs, id), "{text}");
}

#[test]
fn precedence_and_canonical_text() {
    for (text, want) in [
        ("1+2*3-4", "1 + 2 * 3 - 4"),
        ("(1+2)*3", "(1 + 2) * 3"),
        ("a-(b-c)", "a - (b - c)"),
        ("(a-b)-c", "a - b - c"),
        ("a||b&&c", "a || b && c"),
        ("(a||b)&&!c", "(a || b) && !c"),
        ("a<=b==c>=d", "a <= b == c >= d"),
        ("a in b", "a in b"),
        ("a?b:c?d:e", "a ? b : c ? d : e"),
        ("(a?b:c)?(d?e:f):g", "(a ? b : c) ? (d ? e : f) : g"),
        ("-(1)", "-(1)"),
        ("-1", "-1"),
        ("- 1.5", "-1.5"),
        ("--1", "--1"),
        ("-(1.x())", "-(1.x())"),
        ("(-1).abs()", "(-1).abs()"),
        ("-x.y", "-x.y"),
        ("(-x).y", "(-x).y"),
        ("!!a", "!!a"),
        (
            "9223372036854775807 + -9223372036854775808",
            "9223372036854775807 + -9223372036854775808",
        ),
        ("0xFF", "255"),
        ("42U", "42u"),
        ("1e3", "1000.0"),
        ("'a\"b\\n\\u0001é'", "\"a\\\"b\\n\\u0001é\""),
        ("b'\\x00a\\xff'", "b\"\\x00a\\xff\""),
        (".x.y", ".x.y"),
        ("a.?b[?0].orValue(c)", "a.?b[?0].orValue(c)"),
        ("a.`b-c`.`d`", "a.`b-c`.d"),
        ("[1,?x,]", "[1, ?x]"),
        ("{?'k':v,1:2}", "{?\"k\": v, 1: 2}"),
        (
            "has(a.b) && xs.all(x, x > 0)",
            "has(a.b) && xs.all(x, x > 0)",
        ),
        ("a.if.in.namespace()", "a.if.in.namespace()"),
        ("math.greatest(1, 2)", "math.greatest(1, 2)"),
        ("r'\\d' + '''a'''", "\"\\\\d\" + \"a\""),
        ("a // b\n + c", "a + c"),
    ] {
        prints(text, want);
    }
}

#[test]
fn places_are_exact() {
    let text = "é + foo(a . b) * 2";
    let err = parse(text).2;
    assert_eq!(err.len(), 1);
    let text = "'é' + foo(a . b) * (2)";
    let (exprs, id) = good(text);
    let ExprKind::Binary {
        op: BinaryOp::Add,
        op_span,
        right,
        ..
    } = exprs.kind(id)
    else {
        panic!("no sum")
    };
    assert_eq!(&text[op_span.range()], "+");
    assert_eq!(&text[exprs.span(*right).range()], "foo(a . b) * (2)");
    let ExprKind::Binary { left, .. } = exprs.kind(*right) else {
        panic!("no product")
    };
    let ExprKind::Call { args, name, .. } = exprs.kind(*left) else {
        panic!("no call")
    };
    assert_eq!(&text[name.span.range()], "foo");
    assert_eq!(&text[exprs.span(args[0]).range()], "a . b");
}

#[track_caller]
fn faulty(text: &str, found: &[(&str, &str)]) {
    let (_, _, faults) = parse(text);
    let got: Vec<(&str, &str)> = faults
        .iter()
        .map(|f| (f.message.as_str(), &text[f.span.range()]))
        .collect();
    assert_eq!(got, found, "{text}");
    assert!(faults.iter().all(|f| f.help.is_some()), "{text}");
}

#[test]
fn one_fault_one_finding() {
    faulty("a &&", &[("an expression is missing after `&&`", "&&")]);
    faulty("", &[("an expression is missing", "")]);
    faulty("* a", &[("expected an expression, found `*`", "*")]);
    faulty("f(a b, c)", &[("expected `,` or `)`, found `b`", "b")]);
    faulty(
        "f(1 +, * 2) + [3 4]",
        &[
            ("expected an expression, found `,`", ","),
            ("expected an expression, found `*`", "*"),
            ("expected `,` or `]`, found `4`", "4"),
        ],
    );
    faulty(
        "a b",
        &[("expected the end of the expression, found `b`", "b")],
    );
    faulty("a ? b", &[("this `?` has no `:`", "?")]);
    faulty("a ? b ? c : d : e", &[("this `?` has no `:`", "?")]);
    faulty("a.", &[("a field's name is missing after `.`", ".")]);
    faulty(
        "namespace + 1",
        &[("`namespace` is a reserved word in expressions", "namespace")],
    );
    faulty("Foo{a: 1}.b", &[("`Foo{...}` constructs a message", "Foo")]);
    faulty("{a}", &[("this key has no value", "a")]);
    faulty("(a, b)", &[("expected `)`, found `,`", ",")]);
    faulty("a[1:2]", &[("expected `]`, found `:`", ":")]);
    faulty("a.?b()", &[("a call cannot be optional", ".?b")]);
    faulty(
        "9223372036854775808",
        &[(
            "`9223372036854775808` does not fit an int",
            "9223372036854775808",
        )],
    );
    faulty(
        "18446744073709551616u",
        &[(
            "`18446744073709551616u` does not fit a uint",
            "18446744073709551616u",
        )],
    );
    faulty("1e999", &[("`1e999` does not fit a double", "1e999")]);
    faulty("f('abc", &[("this string has no closing quote", "'abc")]);
    faulty("f(a", &[("`(` is never closed", "")]);
    faulty("f(a))", &[("this `)` closes nothing", ")")]);
    faulty(
        "xs.0",
        &[("expected the end of the expression, found `.0`", ".0")],
    );
    faulty("f\"a\"", &[("strings have no prefix `f`", "f")]);
}

#[track_caller]
fn mended(text: &str, message: &str, want: Option<&str>) {
    let (_, _, faults) = parse(text);
    assert_eq!(faults.len(), 1, "{text}: {faults:?}");
    assert_eq!(faults[0].message, message, "{text}");
    let fixed = faults[0].fixes.first().map(|fix| {
        let mut out = text.to_owned();
        for edit in fix.edits.iter().rev() {
            out.replace_range(edit.span.range(), &edit.text);
        }
        out
    });
    assert_eq!(fixed.as_deref(), want, "{text}");
    if let Some(fixed) = fixed {
        assert_eq!(parse(&fixed).2, [], "{fixed}");
    }
}

#[test]
fn other_languages_get_the_right_spelling() {
    mended("a and b", "`and` is no operator", Some("a && b"));
    mended("a or b", "`or` is no operator", Some("a || b"));
    mended("not a", "`not` is no operator", Some("!a"));
    mended("not (a)", "`not` is no operator", Some("!(a)"));
    mended("a === b", "`===` is no operator", Some("a == b"));
    mended("a !== b", "`!==` is no operator", Some("a != b"));
    mended("a <> b", "`<>` is no operator", Some("a != b"));
    mended("a = b", "`=` is no operator", Some("a == b"));
    mended("a & b", "`&` is no operator", Some("a && b"));
    mended("a | b", "`|` is no operator", Some("a || b"));
    mended(
        "a is not null",
        "`is not` is no operator",
        Some("a != null"),
    );
    mended("a not in b", "`not in` is no operator", None);
    mended("a ** 2", "`**` is no operator", None);
    mended(
        "a.b ?? 'x'",
        "`??` is no operator",
        Some("a.?b.orValue('x')"),
    );
    mended("a ?? 'x'", "`??` is no operator", None);
    mended("x?.y", "`?.` is no operator", Some("x.?y"));
    mended("x?[0]", "`?[` is no operator", Some("x[?0]"));
    mended("${x}", "`${` does not start an expression", Some("x"));
    mended(
        "${{ x }} + 1",
        "`${{` does not start an expression",
        Some("x + 1"),
    );
    mended(
        "{{ x }}",
        "an expression stands here without `{{ }}`",
        Some("x"),
    );
    mended(
        "xs.filter(x => x > 1)",
        "there are no functions of the author's own",
        Some("xs.filter(x, x > 1)"),
    );
    mended(
        "x == ‘a’",
        "typographic quotes make no string",
        Some("x == 'a'"),
    );
    mended(
        "t > 10m",
        "`10m` is a duration only in fields that hold one",
        Some("t > duration('10m')"),
    );
    mended("x ≥ 1", "`≥` means nothing here", Some("x >= 1"));
}

#[test]
fn a_ternary_with_a_rooted_name_is_no_optional() {
    prints("x?.y:z", "x ? .y : z");
}

#[test]
fn places_lead_back_through_escapes() {
    // As in YAML's "a == \"é\" &&": the text without backslashes, each quote an escape.
    let text = "a == \"é\" &&";
    let mut map = SpanMap::default();
    map.run(100, 5);
    map.escape(105, 2, 1);
    map.run(107, 2);
    map.escape(109, 2, 1);
    map.run(111, 3);
    let mut faults = Vec::new();
    parse_embedded(text, &map, &mut Exprs::default(), &mut faults);
    assert_eq!(faults[0].span, Span::new(112, 114));
    let mut exprs = Exprs::default();
    let id = parse_embedded("a == \"é\"", &map, &mut exprs, &mut Vec::new());
    assert_eq!(exprs.span(id), Span::new(100, 111));
}

#[test]
fn long_chains_are_loops_and_high_ones_are_refused() {
    for text in [
        "1".to_owned() + &"+1".repeat(100_000),
        "-".repeat(100_000) + "x",
        "a?b:".repeat(100_000) + "c",
        "a".to_owned() + &".b".repeat(100_000),
        "a".to_owned() + &"[0]".repeat(100_000),
        "(".repeat(100_000) + "1" + &")".repeat(100_000),
    ] {
        let (_, _, faults) = parse(&text);
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].code, &NESTED_TOO_DEEP);
    }
    let (_, _, faults) = parse(&("a".to_owned() + &" | trim".repeat(100_000)));
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].code.id, "WF0034");
    good(&("1".to_owned() + &"+1".repeat(100)));
    good(&("[".repeat(100) + &"]".repeat(100)));
}

#[test]
fn templates_end_where_brackets_do() {
    for (text, rest) in [
        ("{{ x }} y", " y"),
        ("{{ {'a': {'b': 1}} }}!", "!"),
        ("{{ '}}' }}!", "!"),
        ("{{ r'\\' }}!", "!"),
        ("{{ '\\'}}' }}!", "!"),
        ("{{ '''a'}}''' }}!", "!"),
        ("{{ f(x }}!", "!"),
        ("{{ it's }}!", "!"),
        ("{{ br'\\' }}!", "!"),
        ("{{}}!", "!"),
        ("{{ {'a': 1}}}!", "!"),
    ] {
        let end = template_end(text, 2).unwrap();
        assert_eq!(&text[end + 2..], rest, "{text}");
    }
    assert_eq!(template_end("{{ x }", 2), None);
    assert_eq!(template_end("{{ '}}", 2), Some(4));
    assert_eq!(
        template_end(&format!("{{{{ {}", "'\\".repeat(200_000)), 2),
        None
    );
}

/// The standard's own tests: every expression of theirs parses, and prints as what parses to the same.
#[test]
fn conformance_expressions_round_trip() {
    #![expect(clippy::disallowed_macros, reason = "a skipped test says so")]
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/cel");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: no conformance data at {}", folder.display());
        return;
    };
    let mut count = 0;
    for entry in entries {
        #[expect(clippy::disallowed_methods, reason = "tests read the standard's data")]
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text.lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let source = case["expr"].as_str().unwrap();
            let (exprs, id) = good(source);
            let printed = expr_text(&exprs, id);
            let (again, again_id) = good(&printed);
            assert_eq!(shape(&again, again_id), shape(&exprs, id), "{source}");
            assert_eq!(expr_text(&again, again_id), printed);
            count += 1;
        }
    }
    assert!(count > 1000, "{count}");
}

proptest::proptest! {
    #[test]
    fn any_text_parses(text in "[a-c0-9 .,:?!&|=<>+*/%(){}\\[\\]\"'\\\\$`é\n-]{0,60}") {
        let (exprs, id, faults) = parse(&text);
        if faults.is_empty() {
            let printed = expr_text(&exprs, id);
            let (again, again_id, faults) = parse(&printed);
            proptest::prop_assert_eq!(faults, []);
            proptest::prop_assert_eq!(shape(&again, again_id), shape(&exprs, id));
        }
        for fault in &faults {
            proptest::prop_assert!(text.get(fault.span.range()).is_some());
        }
        let _ = template_end(&text, 0);
    }
}
