//! Values, templates, expressions, durations and types.

use super::{Read, mend, read, yaml};
use crate::expr::{ExprId, ExprKind};
use crate::tree::Spelling;
use crate::type_expr::TypeExprKind;

/// The root's `return` after reading it.
fn returned(text: &str) -> (Read, ExprId) {
    let r = yaml(&format!("return: {text}\n"));
    let id = r.ast.workflow.return_value.unwrap();
    (r, id)
}

#[test]
fn scalars_are_resolved_by_what_is_expected() {
    for (text, expr) in [
        ("5", "5"),
        ("5.0", "5.0"),
        ("1e3", "1000.0"),
        ("18446744073709551615", "18446744073709551615u"),
        ("true", "true"),
        ("null", "null"),
        ("~", "null"),
        ("yes", "\"yes\""),
        ("\"5\"", "\"5\""),
        ("normal", "\"normal\""),
        ("'{{ a.b }}'", "a.b"),
        ("'{{ [1, 2] }}'", "[1, 2]"),
        ("[1, x]", "[1, \"x\"]"),
        ("{ a: 1, b: '{{ c }}' }", "{\"a\": 1, \"b\": c}"),
        (r"'\{{ a }}'", "\"{{ a }}\""),
        (".inf", "double(\"Infinity\")"),
    ] {
        let (r, id) = returned(text);
        assert!(r.found.is_empty(), "{text}: {:#?}", r.found);
        assert_eq!(r.expr(id), expr, "{text}");
    }
    let version = yaml("version: 1.10\nreturn: 1\n").clean();
    assert_eq!(&*version.ast.workflow.version.unwrap().text, "1.10");
    let big = yaml("return: 18446744073709551616\n");
    assert_eq!(big.codes(), [("number-too-large", "18446744073709551616")]);
    let json = read("{\"return\": 1E2}", Spelling::Json).clean();
    assert_eq!(json.expr(json.ast.workflow.return_value.unwrap()), "100.0");
}

#[test]
fn templates_have_their_parts_at_exact_places() {
    let text = "return: |\n  Grüße {{ name }},\n  bis {{ when }}!\n";
    let r = yaml(text).clean();
    let id = r.ast.workflow.return_value.unwrap();
    let ExprKind::Template(parts) = r.ast.exprs.kind(id) else {
        panic!("no template")
    };
    let places: Vec<&str> = parts
        .iter()
        .filter_map(|p| match p {
            crate::expr::Part::Expr(e) => Some(&r.text[r.ast.exprs.span(*e).range()]),
            crate::expr::Part::Text(..) => None,
        })
        .collect();
    assert_eq!(places, ["name", "when"]);
    assert_eq!(
        &r.text[r.ast.exprs.span(id).range()],
        text["return: ".len()..].trim_end_matches('\n')
    );
}

#[test]
fn faults_inside_templates_point_into_the_file() {
    let r = yaml("return: \"ü\\n{{ a + }} and {{ }} and {{ b\"\n");
    let codes = r.codes();
    assert_eq!(
        codes[1..],
        [("empty-template", "{{ }}"), ("unclosed-template", "{{")]
    );
    assert_eq!(r.found.len(), 3);
    assert!(r.found[0].span.start > 12, "{:?}", r.found[0]);
}

#[test]
fn an_expression_in_braces_is_accepted_with_a_fix() {
    for (bad, good) in [
        ("\"{{ a }}\"", "\"a\""),
        ("'${{ a }}'", "'a'"),
        ("${{ a }}", "a"),
        ("${{ !a }}", "\"!a\""),
        ("${{ [a] == 'x' }}", "\"[a] == 'x'\""),
        ("\"{{ a }} == 'x'\"", "\"a == 'x'\""),
        ("'{{ a || b }} && c'", "'(a || b) && c'"),
    ] {
        let r = yaml(&format!(
            "return: 1\nsteps:\n  - type: bash\n    command: ls\n    when: {bad}\n"
        ));
        let names: Vec<&str> = r.found.iter().map(|d| d.code.name).collect();
        assert_eq!(names, ["braces-in-expression"], "{bad}: {:#?}", r.found);
        let mended = r.mended();
        assert!(mended.ends_with(&format!("when: {good}\n")), "{mended}");
        let again = yaml(&mended).clean();
        assert_eq!(
            r.expr(r.step().when.unwrap()),
            again.expr(again.step().when.unwrap())
        );
    }
}

#[test]
fn constants_and_lists_stand_for_expressions() {
    let r = yaml("steps:\n  - { type: loop, over: [1, a], steps: [ { type: bash, command: ls, when: false } ] }\n").clean();
    assert!(
        matches!(r.kind(), crate::ast::StepKind::Loop { head: crate::ast::LoopHead::Over { over, .. }, .. }
        if r.expr(*over) == "[1, \"a\"]")
    );
    let r = yaml(
        "steps:\n  - { type: bash, command: ls, when: [1] }\n  - { type: bash, command: ls, when: '' }\n",
    );
    assert_eq!(
        r.codes(),
        [
            ("wrong-kind-of-value", "[1]"),
            ("wrong-kind-of-value", "''")
        ]
    );
}

#[test]
fn durations() {
    for (text, nanos) in [
        ("10m", 600_000_000_000),
        ("1h30m", 5_400_000_000_000),
        ("500ms", 500_000_000),
        ("2d", 172_800_000_000_000),
        ("0s", 0),
        ("-5s", -5_000_000_000),
    ] {
        let r = yaml(&format!(
            "steps: [ {{ type: bash, command: ls, timeout: {text} }} ]\n"
        ))
        .clean();
        let kind = r.ast.exprs.kind(r.step().timeout.unwrap());
        assert_eq!(*kind, ExprKind::Duration(nanos), "{text}");
    }
    let r = yaml("steps: [ { type: bash, command: ls, timeout: '{{ limit }}' } ]\n").clean();
    assert_eq!(r.expr(r.step().timeout.unwrap()), "limit");
    for (bad, code, fix) in [
        ("30", "duration-without-unit", Some("30s")),
        ("'30'", "duration-without-unit", Some("'30s'")),
        ("10 minutes", "invalid-duration", Some("10m")),
        ("PT1H", "invalid-duration", Some("1h")),
        (
            "inputs.limit",
            "invalid-duration",
            Some("\"{{ inputs.limit }}\""),
        ),
        ("soon", "invalid-duration", None),
        ("'{{ n }}m'", "invalid-duration", None),
        ("[1]", "wrong-kind-of-value", None),
    ] {
        let r = yaml(&format!(
            "steps: [ {{ type: bash, command: ls, timeout: {bad} }} ]\n"
        ));
        assert_eq!(r.codes(), [(code, bad)]);
        match fix {
            Some(fix) => assert!(
                r.mended().contains(&format!("timeout: {fix} }}")),
                "{}",
                r.mended()
            ),
            None => assert!(r.found[0].fixes.is_empty()),
        }
    }
}

fn ty(text: &str) -> (Read, TypeExprKind) {
    let r = yaml(&format!(
        "types: {{ T: string }}\nreturn: 1\nreturns: {text}\n"
    ));
    let id = r.ast.workflow.returns.unwrap();
    let kind = r.ast.types.get(id).kind.clone();
    (r, kind)
}

#[test]
fn mappings_are_record_types_or_json_schemas() {
    for (text, schema) in [
        ("{ a: string, b?: int }", false),
        ("{ type: string, id: string }", false),
        ("{ type: T, format: string }", false),
        ("{ properties: T, items: list<int> }", false),
        ("{ required: bool }", false),
        ("{ type: string }", true),
        (
            "{ type: object, properties: { a: { type: string } } }",
            true,
        ),
        ("{ type: [string, 'null'] }", true),
        ("{ $ref: '#/a' }", true),
        ("{ enum: [a, b] }", true),
        ("{ minimum: 0 }", true),
        ("{ pattern: '^[a-z]+$' }", true),
        ("{ anyOf: [ { type: string }, { type: integer } ] }", true),
        ("{ properties: { a: { type: integer } } }", true),
    ] {
        let (r, kind) = ty(text);
        assert!(r.found.is_empty(), "{text}: {:#?}", r.found);
        assert_eq!(
            matches!(kind, TypeExprKind::Schema(_)),
            schema,
            "{text}: {kind:?}"
        );
        assert_eq!(
            matches!(kind, TypeExprKind::Record(_)),
            !schema,
            "{text}: {kind:?}"
        );
    }
    let (_, list) = ty("[string]");
    assert!(matches!(list, TypeExprKind::List(_)));
    let (r, _) = ty("[a, b]");
    assert_eq!(r.codes(), [("wrong-kind-of-value", "[a, b]")]);
    let (_, literal) = ty("'\"low\" | \"high\"'");
    assert!(matches!(literal, TypeExprKind::Union(_)));
}

#[test]
fn strings_of_a_schema_are_no_templates() {
    let (r, kind) = ty("{ type: string, pattern: 'a{{b' }");
    assert!(r.found.is_empty(), "{:#?}", r.found);
    let TypeExprKind::Schema(schema) = kind else {
        panic!()
    };
    assert_eq!(
        r.expr(schema),
        "{\"type\": \"string\", \"pattern\": \"a{{b\"}"
    );
}

#[test]
fn an_input_may_be_declared_by_a_schema() {
    let r = yaml(
        "inputs: { a: { type: string, minLength: 2, default: xy, description: Two } }\nreturn: 1\n",
    )
    .clean();
    let input = &r.ast.workflow.inputs[0];
    assert!(matches!(
        r.ast.types.get(input.ty.unwrap()).kind,
        TypeExprKind::Schema(_)
    ));
    assert_eq!(r.expr(input.default.unwrap()), "\"xy\"");
    let r = yaml("inputs: { a: { type: string, defualt: x } }\nreturn: 1\n");
    assert_eq!(r.codes(), [("unknown-field", "defualt")]);
}

#[test]
fn words_booleans_and_numbers_in_quotes() {
    let r = yaml(
        "steps:\n  - { type: bash, command: ls, check: no, parse: JSON }\n  - { type: loop, max_iterations: \"5\", steps: [ { type: break } ] }\n",
    );
    assert_eq!(
        r.codes(),
        [
            ("boolean-as-text", "no"),
            ("unknown-word", "JSON"),
            ("wrong-kind-of-value", "\"5\"")
        ]
    );
    let mut text = r.text.clone();
    for found in r.found.iter().rev() {
        text = mend(&text, found);
    }
    yaml(&text).clean();
}

#[test]
fn names_that_are_none() {
    let r = yaml(
        "inputs: { a-b: string }\nvariables: { 1x: 2 }\nsteps:\n  - { type: bash, command: ls, outputVariable: '' }\n",
    );
    assert_eq!(
        r.codes(),
        [
            ("invalid-name", "a-b"),
            ("invalid-name", "1x"),
            ("wrong-kind-of-value", "''")
        ]
    );
}

#[test]
fn a_dollar_is_taken_out_without_making_a_mapping() {
    for (bad, good) in [
        ("${{ a }}", "\"{{ a }}\""),
        ("${{ a[\"b\"] }} c", "'{{ a[\"b\"] }} c'"),
        ("b ${{ a }}", "b {{ a }}"),
        ("\"${{ a }}\"", "\"{{ a }}\""),
    ] {
        let r = yaml(&format!("return: {bad}\n"));
        assert_eq!(r.codes(), [("dollar-template", "$")]);
        assert_eq!(r.mended(), format!("return: {good}\n"));
        yaml(&r.mended()).clean();
    }
}
