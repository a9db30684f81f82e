//! The standard's language definition, section by section, in cases of our own: what the standard's tests leave out.

use xtask::cel::{Case, judge, run_text};

/// Each is true.
fn hold(section: &str, exprs: &[&str]) {
    let lines: Vec<String> = exprs.iter().map(|e| line(section, e, "")).collect();
    let tally = run_text(section, &lines.join("\n"));
    assert_eq!(tally.failures, Vec::<String>::new());
    assert_eq!(tally.values.total, exprs.len());
}

/// Each is taken by the checker and ends with an error.
fn fail(section: &str, exprs: &[&str]) {
    let more = r#", "evalError": {}"#;
    let lines: Vec<String> = exprs.iter().map(|e| line(section, e, more)).collect();
    let tally = run_text(section, &lines.join("\n"));
    assert_eq!(tally.failures, Vec::<String>::new());
}

/// Each is refused before it runs, with this in the message.
#[track_caller]
fn refused(cases: &[(&str, &str)]) {
    for (expr, why) in cases {
        let case = Case::read(&line("", expr, "")).unwrap();
        let found = judge(&case).value.unwrap().unwrap_err();
        assert!(
            found.starts_with("refused: ") && found.contains(why),
            "{expr}: {found}"
        );
    }
}

/// The type that the checker deduces, written as the standard's JSON has it.
fn deduces(cases: &[(&str, &str)]) {
    for (expr, ty) in cases {
        let more = format!(r#", "checkOnly": true, "typedResult": {{"deducedType": {ty}}}"#);
        let tally = run_text("types", &line("", expr, &more));
        assert_eq!(tally.failures, Vec::<String>::new());
        assert_eq!(tally.types.total, 1);
    }
}

fn line(section: &str, expr: &str, more: &str) -> String {
    let expr = serde_json::to_string(expr).unwrap();
    format!(r#"{{"section": "{section}", "expr": {expr}{more}}}"#)
}

#[test]
fn blanks_and_comments_stand_between_any_two_signs() {
    hold(
        "syntax",
        &[
            "[\n1\n,\n2\n]\n==\n[1,2]",
            "\t1\t+\t1\t==\t2\t",
            "1\x0c+\x0c1\x0c==\x0c2",
            "1\r+\r1\r\n==\r\n2",
            "1 + // one more\n1 == 2 // done",
            "//first\n//second\ntrue",
            "'// no comment' == '/' + '/ no comment'",
            "[1, 2,].size() == 2 && {'a': 1,}.size() == 1",
        ],
    );
    refused(&[
        ("", "an expression is missing"),
        ("// alone", "an expression is missing"),
    ]);
}

#[test]
fn texts_and_bytes_are_written_in_many_ways() {
    hold(
        "literals",
        &[
            r#""\a\b\f\n\r\t\v\\\?\"\'\`" == "\x07\x08\x0c\x0a\x0d\x09\x0b\x5c\x3f\x22\x27\x60""#,
            r#""\101\x41\X41\u0041\U00000041" == "AAAAA""#,
            r#"r"\n".size() == 2 && R'\n' == r"\n""#,
            r#"'''a "b" 'c' ''' == "a \"b\" 'c' ""#,
            "\"\"\"a\nb\"\"\" == 'a\\nb'",
            "'''a\r\nb''' == 'a\\nb' || '''a\r\nb''' == 'a\\r\\nb'",
            r#"b"\xff\377" == b'\377\xff' && b'é' == b'\303\251'"#,
            r#"br"\n".size() == 2 && rb'\n'.size() == 2 || bR"\n".size() == 2"#,
            "'\\U0001F600'.size() == 1 && '😀'.size() == 1 && b'😀'.size() == 4",
            "0x7fffffffffffffff == 9223372036854775807 && -0x8000000000000000 == -9223372036854775808",
            "0xffffffffffffffffu == 18446744073709551615U",
            "1e3 == 1000.0 && 1.5E-1 == 0.15 && .5 == 0.5",
        ],
    );
    refused(&[
        (r"'\400'", "escape"),
        (r"'\ud800'", ""),
        (r"'\U00110000'", ""),
        (r"b'\u0041'", ""),
        ("9223372036854775808", ""),
        ("18446744073709551616u", ""),
        ("'a\nb'", ""),
        ("1.", ""),
    ]);
}

#[test]
fn reserved_words_are_no_names_but_fields() {
    hold(
        "names",
        &["{'while': 1}.while == 1", "{'in-a': 1}.`in-a` == 1"],
    );
    refused(&[("while", ""), ("[1].map(while, while)", ""), ("in", "")]);
}

#[test]
fn numbers_are_one_line_and_nothing_is_equal_to_not_a_number() {
    hold(
        "equality",
        &[
            "dyn(1) == 1u && dyn(1u) == 1.0 && dyn(1.0) == 1",
            "dyn(1) < 1.5 && dyn(2u) > 1.5 && dyn(-1) < 0u && dyn(18446744073709551615u) > -1",
            "dyn(9223372036854775807) < 1e19 && dyn(18446744073709551615u) < 1e20",
            "!(0.0 / 0.0 == 0.0 / 0.0) && 0.0 / 0.0 != 0.0 / 0.0",
            "!(0.0 / 0.0 < 1.0) && !(0.0 / 0.0 >= 1.0)",
            "[0.0 / 0.0] != [0.0 / 0.0] && !(0.0 / 0.0 in [0.0 / 0.0])",
            "0.0 == -0.0",
            "dyn([1, 2u, 3.0]) == [1.0, 2, 3u] && dyn({1: 'a'}) == {1u: 'a'}",
            "dyn('1') != 1 && dyn(null) != false && dyn([]) != {} && dyn(1) != '1'",
            "{1: 'a'}[dyn(1.0)] == 'a' && dyn(1u) in {1: 'a'} && !(dyn(1.5) in {1: 'a'})",
            "[10, 20][dyn(1.0)] == 20 && [10, 20][dyn(1u)] == 20",
            "{'a': 1, 'b': 2} == {'b': 2, 'a': 1}",
            "type(1) == int && type(type(1)) == type && type([]) == list && type(null) == null_type",
        ],
    );
    fail(
        "equality",
        &[
            "[1][dyn(0.5)]",
            "[1][-1]",
            "[1][1]",
            "{1: 1}[2]",
            "{1: 1, dyn(1u): 2}",
            "{dyn(1.5): 1}",
            "dyn(1) < 'a'",
            "dyn([1]) < dyn([2])",
        ],
    );
}

#[test]
fn arithmetic_ends_where_its_numbers_end() {
    hold(
        "arithmetic",
        &[
            "-7 / 2 == -3 && -7 % 2 == -1 && 7 % -2 == 1",
            "1.0 / 0.0 == -(-1.0 / 0.0) && 1.7e308 * 10.0 > 1.7e308",
            "duration('1h') - duration('90m') == duration('-30m')",
            "timestamp('2024-02-28T23:59:59Z') + duration('1s') == timestamp('2024-02-29T00:00:00Z')",
        ],
    );
    fail(
        "arithmetic",
        &[
            "9223372036854775807 + 1",
            "-9223372036854775808 - 1",
            "-(-9223372036854775808)",
            "-9223372036854775808 / -1",
            "-9223372036854775808 * -1",
            "-9223372036854775808 % 0",
            "1 / 0",
            "1u % 0u",
            "0u - 1u",
            "18446744073709551615u * 2u",
            "timestamp('9999-12-31T23:59:59Z') + duration('1s')",
            "timestamp('0001-01-01T00:00:00Z') - duration('1s')",
            "duration('9223372036s') + duration('9223372036s')",
        ],
    );
}

#[test]
fn errors_are_absorbed_on_either_side() {
    hold(
        "logic",
        &[
            "true || 1 / 0 > 0",
            "1 / 0 > 0 || true",
            "!(1 / 0 > 0 && false)",
            "[1, 0].exists(x, 1 / x > 0)",
            "[0, 1].exists(x, 1 / x > 0)",
            "![0, 1].all(x, 1 / x < 1)",
            "[0, 1].exists(i, x, 1 / x > 0)",
            "true ? true : 1 / 0 > 0",
        ],
    );
    fail(
        "logic",
        &[
            "1 / 0 > 0 || false",
            "1 / 0 > 0 && true",
            "[0, 1].exists_one(x, 1 / x > 0)",
            "[0].exists(x, 1 / x > 0)",
            "[0].filter(x, 1 / x > 0).size() == 0",
            "[1 / 0, 2].size() == 2",
            "dyn('a') || dyn('b')",
            "dyn('a') ? true : true",
        ],
    );
}

#[test]
fn comprehensions_of_two_variables_name_them_apart() {
    hold(
        "macros",
        &[
            "[5, 6].transformList(i, v, i * 10 + v) == [5, 16]",
            "[5, 6].transformList(i, v, i > 0, v) == [6]",
            "{'a': 1, 'b': 2}.transformMap(k, v, v > 1, k) == {'b': 'b'}",
            "{'a': 1}.transformMapEntry(k, v, {v: k}) == {1: 'a'}",
            "{'a': 1}.all(k, v, k == 'a' && v == 1) && {'a': 1}.existsOne(k, v, v == 1)",
        ],
    );
    fail(
        "macros",
        &["{'a': 1, 'b': 1}.transformMapEntry(k, v, {v: k})"],
    );
    refused(&[
        ("[].all(i, i, i < i)", "both are called `i`"),
        ("[].exists(i, i, i < i)", "both are called `i`"),
        ("{}.transformMap(v, v, v)", "both are called `v`"),
        ("[1].all(i.j, true)", "name of a variable"),
        ("has(1)", "takes a field"),
    ]);
}

#[test]
fn types_hold_no_type_within_itself() {
    let dyn_list = r#"{"listType": {"elemType": {"listType": {"elemType": {"dyn": {}}}}}}"#;
    deduces(&[
        ("{}.map(c, [c, type(c)])", dyn_list),
        ("[].map(c, [c, type(c)])", dyn_list),
        ("type(1)", r#"{"type": {"primitive": "INT64"}}"#),
        (
            "[[], [1]]",
            r#"{"listType": {"elemType": {"listType": {"elemType": {"primitive": "INT64"}}}}}"#,
        ),
        ("[1, 'a']", r#"{"listType": {"elemType": {"dyn": {}}}}"#),
        (
            "{'a': 1, 'b': 2u}",
            r#"{"mapType": {"keyType": {"primitive": "STRING"}, "valueType": {"dyn": {}}}}"#,
        ),
        ("true ? 1 : dyn('a')", r#"{"dyn": {}}"#),
        (
            "optional.of(1)",
            r#"{"abstractType": {"name": "optional_type", "parameterTypes": [{"primitive": "INT64"}]}}"#,
        ),
    ]);
    refused(&[
        ("true ? 1 : 'a'", "no matching overload"),
        ("1 + 1u", "no matching overload"),
        ("1 == 'a'", "no matching overload"),
        ("'a' in 'abc'", "no matching overload"),
        ("nothing", "nothing is called `nothing`"),
    ]);
}

#[test]
fn times_have_parts_in_any_zone() {
    hold(
        "times",
        &[
            "timestamp('2024-12-31T23:30:00Z').getFullYear('+01:00') == 2025",
            "timestamp('2024-12-31T23:30:00Z').getDayOfYear('-00:30') == 365",
            "timestamp('2024-07-14T12:00:00Z').getHours('America/Los_Angeles') == 5",
            "timestamp('2024-07-14T12:00:00Z').getHours('02:00') == 14",
            "timestamp('2024-07-14T12:00:00.987654321Z').getMilliseconds() == 987",
            "timestamp('2024-01-01T00:00:00+05:30') == timestamp('2023-12-31T18:30:00Z')",
            "string(timestamp('2024-01-01T00:00:00.100Z')) == '2024-01-01T00:00:00.1Z'",
            "string(duration('1.5s')) == '1.5s' && duration('1h1m1s1ms1us1ns').getSeconds() == 3661",
            "int(timestamp(-1)) == -1 && timestamp(0) == timestamp('1970-01-01T00:00:00Z')",
        ],
    );
    fail(
        "times",
        &[
            "timestamp('2023-02-29T00:00:00Z')",
            "timestamp('2024-01-01')",
            "timestamp('10000-01-01T00:00:00Z')",
            "timestamp(253402300800)",
            "duration('1')",
            "duration('1d')",
            "duration('320000000000s')",
            "timestamp(0).getHours('Mars/Olympus')",
            "timestamp(0).getHours('+25:00')",
        ],
    );
}

#[test]
fn an_expression_may_be_deep_and_long() {
    let wrap = |n: usize| format!("{}1{} == 1", "(".repeat(n), ")".repeat(n));
    let chain = |n: usize| format!("{} == {n}", vec!["1"; n].join(" + "));
    let logic = |n: usize| vec!["true"; n].join(" && ");
    let fields = |n: usize| {
        format!(
            "dyn({}1{}){} == 1",
            "{'a': ".repeat(n),
            "}".repeat(n),
            ".a".repeat(n)
        )
    };
    let terns = |n: usize| format!("{}true", "false ? false : ".repeat(n));
    let lists = |n: usize| format!("{}{}.size() >= 0", "[".repeat(n), "]".repeat(n));
    let exprs = [
        wrap(32),
        chain(64),
        logic(64),
        fields(12),
        terns(24),
        lists(12),
    ];
    hold("limits", &exprs.each_ref().map(String::as_str));
}
