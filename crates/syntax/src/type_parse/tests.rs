use super::*;
use crate::print_expr::expr_text;
use crate::tree::SpanMap;

fn show(types: &TypeExprs, exprs: &Exprs, id: TypeId) -> String {
    let one = |id: &TypeId| show(types, exprs, *id);
    match &types.get(id).kind {
        TypeExprKind::Name(name) => name.to_string(),
        TypeExprKind::List(item) => format!("list<{}>", one(item)),
        TypeExprKind::Map(key, value) => format!("map<{}, {}>", one(key), one(value)),
        TypeExprKind::Record(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|f| {
                    format!(
                        "{}{}: {}",
                        f.name.text,
                        if f.optional { "?" } else { "" },
                        one(&f.ty)
                    )
                })
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        TypeExprKind::Literal(id) => expr_text(exprs, *id),
        TypeExprKind::Union(all) => {
            format!("({})", all.iter().map(one).collect::<Vec<_>>().join(" | "))
        }
        TypeExprKind::Nullable(inner) => format!("{}?", one(inner)),
        TypeExprKind::Schema(id) => format!("schema {}", expr_text(exprs, *id)),
        TypeExprKind::Error => "<error>".to_owned(),
    }
}

fn parse(text: &str) -> (String, Vec<Diagnostic>) {
    let (mut types, mut exprs, mut faults) = (TypeExprs::default(), Exprs::default(), Vec::new());
    let map = SpanMap::identity(0, Span::of(0, text.len()).end);
    let declared = |name: &str| name == "date";
    let id = parse_embedded_type(text, &map, &mut types, &mut exprs, &mut faults, &declared);
    (show(&types, &exprs, id), faults)
}

#[test]
fn the_grammar_of_types() {
    for (text, want) in [
        ("string", "string"),
        (
            "list<map<string,list<int>>>",
            "list<map<string, list<int>>>",
        ),
        (
            "'low' | \"high\" | -1 | 2.5 | null | true",
            "(\"low\" | \"high\" | -1 | 2.5 | null | true)",
        ),
        ("T? | U", "(T? | U)"),
        ("(A | B)?", "(A | B)?"),
        (
            "{ a: int, b?: string 'c-d': {} }",
            "{a: int, b?: string, c-d: {}}",
        ),
        (
            "schema { type: 'array', items: { enum: [1, 'a', null] } }",
            "schema {\"type\": \"array\", \"items\": {\"enum\": [1, \"a\", null]}}",
        ),
        ("list", "list"),
        ("date", "date"),
        ("| A | B", "(A | B)"),
    ] {
        assert_eq!(parse(text), (want.to_owned(), vec![]), "{text}");
    }
}

#[test]
fn foreign_spellings_are_named_and_mended() {
    for (text, at, fixed) in [
        ("integer", "integer", Some("int")),
        ("list<boolean>", "boolean", Some("list<bool>")),
        ("number", "number", Some("double")),
        ("string[]", "string[]", Some("list<string>")),
        ("{ a: Foo[] }", "Foo[]", Some("{ a: list<Foo> }")),
        ("[string]", "[string]", Some("list<string>")),
        ("Optional<int>", "Optional", Some("int?")),
        ("List[int]", "List", Some("list<int>")),
        ("list[int]", "list", Some("list<int>")),
        ("dict[string, int]", "dict", Some("map<string, int>")),
        ("Array<int>", "Array", Some("list<int>")),
        ("?string", "?", Some("string?")),
        ("A || B", "||", Some("A | B")),
        ("map<int>", "map<int>", Some("map<string, int>")),
        ("object", "object", Some("map<string, any>")),
        ("enum['a', 'b']", "enum", None),
        ("list<int, int>", "list<int, int>", None),
        ("string<int>", "string<int>", None),
        ("{ a: int, a: string }", "a", None),
    ] {
        let (_, faults) = parse(text);
        assert_eq!(faults.len(), 1, "{text}: {faults:?}");
        assert_eq!(&text[faults[0].span.range()], at, "{text}");
        let got = faults[0].fixes.first().map(|fix| {
            let mut out = text.to_owned();
            for edit in fix.edits.iter().rev() {
                out.replace_range(edit.span.range(), &edit.text);
            }
            out
        });
        assert_eq!(got.as_deref(), fixed, "{text}");
        if let Some(fixed) = fixed {
            assert_eq!(parse(fixed).1, [], "{text}");
        }
    }
}

#[test]
fn faults_are_single_and_exact() {
    for (text, message, at) in [
        ("", "a type is missing", 0..0),
        ("list<", "a type is missing after `<`", 4..5),
        ("list<int", "a `>` is missing here", 8..8),
        ("int |", "a type is missing after `|`", 4..5),
        ("int int", "expected the end of the type, found `int`", 4..7),
        ("{ a }", "the field `a` has no type", 2..3),
        ("{ a: }", "a type is missing after `:`", 3..4),
        ("{ a: * b: int }", "expected a type, found `*`", 5..6),
        (
            "{ [key: string]: int }",
            "expected a field's name, found `[`",
            2..3,
        ),
        ("{ a: int", "`{` is never closed", 8..8),
        ("'é", "this string has no closing quote", 0..3),
    ] {
        let (_, faults) = parse(text);
        let got: Vec<_> = faults
            .iter()
            .map(|f| (f.message.as_str(), f.span.range()))
            .collect();
        assert_eq!(got, [(message, at)], "{text}");
    }
    assert_eq!(parse(&"list<".repeat(100_000)).1.len(), 1);
}

proptest::proptest! {
    #[test]
    fn any_text_parses(text in "[a-c1 .,:?|<>(){}\\[\\]\"'&;=-]{0,50}") {
        for fault in parse(&text).1 {
            proptest::prop_assert!(text.get(fault.span.range()).is_some());
        }
    }
}
