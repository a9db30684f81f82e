//! Types of expressions, and what is wrong with them.

use super::*;

#[test]
fn operators_take_what_they_take() {
    for (inputs, expression, ty) in [
        ("", "1 + 2", "int"),
        ("", "\"a\" + \"b\"", "string"),
        ("", "[1] + [\"a\"]", r#"list<int | "a">"#),
        ("input t: timestamp", "t - t", "duration"),
        ("input t: timestamp", "t + duration(\"1h\")", "timestamp"),
        ("input d: double", "d / 2.0 < 3.0", "bool"),
        ("input d: double", "1 < d", "bool"),
        ("input a: any", "a + 1", "int"),
        ("input a: any", "a.b.c", "any"),
        ("input a: any", "a + a", "any"),
        ("input a: any", "a > 3 && a.ok", "bool"),
        ("input m: map<string, int>", "m.x + m[\"y\"]", "int"),
        ("input l: list<{ a: int }>", "l[0].a", "int"),
        ("input m: map<string, int>", "\"x\" in m ? m.x : 0", "int"),
        ("", "{\"a\": 1}.a", "1"),
        ("", "true ? 1 : \"a\"", r#"1 | "a""#),
        ("", "-1", "-1"),
    ] {
        assert_eq!(typed(inputs, expression), ty, "{expression}");
    }
}

#[test]
fn wrong_operands_are_told_at_the_operator() {
    assert_eq!(
        typed("input n: int", "\"a\" + n"),
        r#"WF0301 "+": `+` does not take `string` and `int`"#
    );
    assert_eq!(
        typed("input n: int", "n + 1.5"),
        r#"WF0301 "+": `+` does not take `int` and `double`"#
    );
    assert_eq!(
        typed("input n: int?", "n + 1"),
        r#"WF0307 "n": `n` may be null, which `+` does not take"#
    );
    assert_eq!(
        typed("input u: string | int", "u < 3"),
        r#"WF0301 "<": `<` does not take `string | int` and `int`"#
    );
    assert_eq!(
        typed("input l: list<int>", "l[\"a\"]"),
        r#"WF0301 "\"a\"": `[ ]` does not take `string` in `list<int>`"#
    );
    assert_eq!(
        typed("input s: string", "!s"),
        r#"WF0308 "s": `s` is `string`, and a condition has to be `bool`"#
    );
    assert_eq!(
        typed("input s: string", "s && true"),
        r#"WF0308 "s": `s` is `string`, and a condition has to be `bool`"#
    );
}

#[test]
fn a_conversion_is_a_fix() {
    let text = "workflow w {\n  input n: int\n  return \"a\" + n\n}\n";
    let d = &checked_as("w.wf", text).diagnostics[0];
    assert_eq!(d.help.as_deref(), Some("write `string(n)`"));
    let edits: Vec<_> = d.fixes[0]
        .edits
        .iter()
        .map(|e| (e.span.start, e.text.as_str()))
        .collect();
    let at = u32::try_from(text.find("n\n}").unwrap()).unwrap();
    assert_eq!(edits, [(at, "string("), (at + 1, ")")]);
    let facts = d.facts.as_ref().unwrap();
    assert_eq!(
        (facts.expected.as_deref(), facts.found.as_deref()),
        (Some("string"), Some("int"))
    );
}

#[test]
fn comparisons_that_are_never_true() {
    let inputs = "input p: \"low\" | \"high\"\ninput n: int\ninput q: \"low\" | null";
    assert_eq!(
        typed(inputs, "p == \"hihg\""),
        "WF0322 \"\\\"hihg\\\"\": `p` is never `\"hihg\"`"
    );
    assert_eq!(
        typed(inputs, "q == \"hihg\""),
        "WF0322 \"\\\"hihg\\\"\": `q` is never `\"hihg\"`"
    );
    assert_eq!(
        typed(inputs, "n == \"3\""),
        r#"WF0322 "==": this is always false: `int` is never equal to `string`"#
    );
    assert_eq!(
        typed(inputs, "n in [\"a\"]"),
        r#"WF0322 "in": this is always false: nothing in it is ever `int`"#
    );
    assert_eq!(typed(inputs, "n == 1.0 || n == 2u"), "bool");
    assert_eq!(
        typed(inputs, "n == null"),
        r#"WF0322 "==": this is always false: `int` is never equal to `null`"#
    );
    // A setting at the top of a file is there to be changed.
    clean("var mode = \"fast\" if mode == \"slow\" { bash \"x\" }");
}

#[test]
fn macros_bind_and_type_their_variables() {
    let inputs = "input l: list<{ name: string, n?: int }>\ninput m: map<string, int>";
    for (expression, ty) in [
        ("l.map(x, x.name)", "list<string>"),
        ("l.filter(x, has(x.n)).size()", "int"),
        ("l.map(x, has(x.n), x.n)", "list<int>"),
        ("l.all(x, x.name != \"\") || l.exists(i, x, i > 0)", "bool"),
        ("l.exists_one(x, x.name == \"a\")", "bool"),
        ("m.map(k, k + \"!\")", "list<string>"),
        ("m.transformList(k, v, v + 1)", "list<int>"),
        ("m.transformMap(k, v, string(v))", "map<string, string>"),
        ("l.transformMapEntry(i, x, {x.name: i})", "map<string, int>"),
        ("l.sortBy(x, x.name).first().name.orValue(\"\")", "string"),
        ("l.first().optMap(x, x.name)", "optional<string>"),
        ("cel.bind(x, l.size(), x + x)", "int"),
    ] {
        assert_eq!(typed(inputs, expression), ty, "{expression}");
    }
    for (expression, finding) in [
        (
            "l.map(x)",
            r#"WF0304 "map": `map` takes 2 or 3 arguments, not 1"#,
        ),
        (
            "l.filter(x, x.name)",
            r#"WF0308 "x.name": `x.name` is `string`, and a condition has to be `bool`"#,
        ),
        (
            "l.map(1, 2)",
            r#"WF0327 "1": `map` takes the name of a variable here"#,
        ),
        (
            "l.size().map(x, x)",
            r#"WF0309 "l.size()": `l.size()` is `int`, neither a list nor a map"#,
        ),
        (
            "has(l)",
            r#"WF0327 "l": `has` takes a field, such as `has(a.b)`"#,
        ),
        ("l.map(x, x.nam)", r#"WF0305 "nam": `x` has no field `nam`"#),
    ] {
        assert_eq!(typed(inputs, expression), finding, "{expression}");
    }
}

#[test]
fn functions_of_other_languages_are_named() {
    let help = |expression: &str| {
        let text = format!("workflow w {{\n  input l: list<string>\n  return {expression}\n}}\n");
        let found = checked_as("w.wf", &text).diagnostics;
        let d = found.into_iter().find(|d| d.code.id != "WF0211").unwrap();
        format!("{} {}", d.code.id, d.help.unwrap_or_default())
    };
    for (expression, says) in [
        ("len(l)", "WF0303 write `size(l)`"),
        ("l.length()", "WF0303 write `l.size()`"),
        ("l.length", "WF0305 write `l.size()`"),
        ("l.push(\"a\")", "WF0303 write `l + [\"a\"]`"),
        (
            "l.includes(\"a\")",
            "WF0303 write `\"a\" in l`, in a string `l.contains(\"a\")`",
        ),
        ("l[0].lower()", "WF0303 write `l[0].lowerAscii()`"),
        ("l[0].toString()", "WF0303 write `string(l[0])`"),
        ("JSON.parse(l[0])", "WF0303 write `json.parse(l[0])`"),
        ("json.stringify(l)", "WF0303 write `json.format(a)`"),
        (
            "startsWith(l[0], \"a\")",
            "WF0303 write `l[0].startsWith(\"a\")`",
        ),
        ("l[0].startWith(\"a\")", "WF0303 did you mean `startsWith`?"),
        ("math.floors(1.5)", "WF0303 did you mean `math.floor`?"),
    ] {
        assert_eq!(help(expression), says, "{expression}");
    }
}

#[test]
fn arguments_are_held_to_signatures() {
    let inputs = "input s: string\ninput n: int\ninput o: { a?: string }";
    for (expression, finding) in [
        (
            "n.startsWith(\"a\")",
            r#"WF0302 "n": `startsWith` is not called on `int`, but on `string`"#,
        ),
        (
            "s.startsWith(n)",
            r#"WF0302 "n": `startsWith` takes `string` here, not `int`"#,
        ),
        (
            "s.replace(\"a\")",
            r#"WF0304 "replace": `replace` takes 2 or 3 arguments, not 1"#,
        ),
        (
            "size(n)",
            r#"WF0302 "n": `size` takes `string | bytes | list<any> | map<any, any>` here, not `int`"#,
        ),
        (
            "o.?a.size()",
            r#"WF0302 "o.?a": `size` is not called on `optional<string>`, but on `string | bytes | list<any> | map<any, any>`"#,
        ),
    ] {
        assert_eq!(typed(inputs, expression), finding, "{expression}");
    }
    for (expression, ty) in [
        ("o.?a.orValue(\"none\")", "string"),
        ("[[1], [2]].flatten()", "list<int>"),
        ("optional.none().orValue(n)", "int"),
        ("math.greatest(n, 2)", "int"),
        ("json.parse(s)", "any"),
        ("s.split(\",\").map(p, int(p))", "list<int>"),
        ("int(s) + n", "int"),
    ] {
        assert_eq!(typed(inputs, expression), ty, "{expression}");
    }
}

#[test]
fn templates_take_what_has_a_spelling() {
    clean(
        r#"input n: int input l: list<int> input z: string? bash "{{ n }} {{ l }} {{ z }} {{ {'a': n} }}""#,
    );
    assert_eq!(
        findings(r#"input o: { a?: string } bash "x {{ o.?a }}""#),
        [r#"WF0310 "o.?a": `o.?a` is `optional<string>`, which has no spelling as text"#]
    );
}

#[test]
fn a_fault_is_told_once_and_nothing_follows_from_it() {
    assert_eq!(
        findings("set x = nope + 1 set y = x.foo + x return y.map(a, a.b)").len(),
        1
    );
    assert_eq!(
        codes("for i in nope { set q = i.x + 1 bash \"{{ q }}\" }"),
        ["WF0201"]
    );
    assert_eq!(codes("return [nope.a, 1 + \"a\"]"), ["WF0201", "WF0301"]);
}
