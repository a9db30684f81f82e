//! JSON Schema to types and back.

mod bounds;
mod follow;
mod formats;
mod meet;
mod read;
mod refine;
mod write;

pub use bounds::{hold, says_more};
pub use meet::meet;
pub use read::{SchemaProblem, SchemaType, to_type};
pub use refine::{Violation, flat, of_item, of_property, violations};
pub use write::to_schema;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use crate::ty::{Type, TypeTable};

    fn read(text: &str) -> (String, Vec<String>) {
        let mut table = TypeTable::new();
        let read = to_type(&json::parse(text).unwrap(), "t", &mut table);
        let problems = read
            .problems
            .iter()
            .map(|p| format!("{}: {}", p.pointer, p.message));
        (read.ty.to_string(), problems.collect())
    }

    fn clean(text: &str) -> String {
        let (ty, problems) = read(text);
        assert_eq!(problems, [] as [String; 0], "{text}");
        ty
    }

    #[test]
    fn scalars_enums_and_nullables() {
        assert_eq!(clean("true"), "any");
        assert_eq!(clean("{}"), "any");
        assert_eq!(clean(r#"{"type":"integer"}"#), "int");
        assert_eq!(clean(r#"{"type":["string","null"]}"#), "string?");
        assert_eq!(clean(r#"{"type":"number","nullable":true}"#), "double?");
        assert_eq!(clean(r#"{"type":"string","format":"date-time"}"#), "string");
        assert_eq!(
            clean(r#"{"type":"string","enum":["a","b"]}"#),
            r#""a" | "b""#
        );
        assert_eq!(clean(r#"{"enum":["a",1,null]}"#), r#""a" | 1 | null"#);
        assert_eq!(clean(r#"{"const":"x"}"#), r#""x""#);
        assert_eq!(clean(r#"{"type":"number","enum":[1,2.5]}"#), "1 | 2.5");
    }

    #[test]
    fn objects_lists_and_maps() {
        assert_eq!(
            clean(
                r#"{"type":"object","required":["a"],"properties":{
                    "a":{"type":"string"},"b":{"type":"array","items":{"type":"integer"}},
                    "c":{"type":"object","additionalProperties":{"type":"boolean"}},
                    "d":{"type":"object"}, "e":{"type":"array"}}}"#
            ),
            "{ a: string, b?: list<int>, c?: map<string, bool>, d?: map<string, any>, e?: list<any> }"
        );
    }

    #[test]
    fn combinations() {
        assert_eq!(
            clean(r#"{"anyOf":[{"type":"string"},{"type":"integer"}]}"#),
            "string | int"
        );
        assert_eq!(
            clean(
                r#"{"allOf":[
                    {"type":"object","properties":{"a":{"type":"string"}}},
                    {"type":"object","properties":{"b":{"type":"integer"}},"required":["b"]}]}"#
            ),
            "{ a?: string, b: int }"
        );
        assert_eq!(
            clean(
                r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},
                    "oneOf":[{"required":["a"]},{"required":["b"]}]}"#
            ),
            "{ a: string, b?: int } | { a?: string, b: int }"
        );
    }

    #[test]
    fn what_no_value_can_be_stays_never() {
        for text in ["false", r#"{"not":{}}"#, r#"{"not":true,"type":"string"}"#] {
            assert_eq!(clean(text), "never");
        }
        let record =
            r#"{"type":"object","properties":{"a":{"not":{}}},"additionalProperties":false}"#;
        assert_eq!(clean(record), "{ a?: never }");
        assert_eq!(clean(r#"{"not":{"const":1},"type":"integer"}"#), "int");
        assert_eq!(clean(r#"{"not":false,"type":"integer"}"#), "int");
    }

    #[test]
    fn local_references_become_names_and_may_be_recursive() {
        let text = r##"{"$ref":"#/$defs/Tree","$defs":{"Tree":{"type":"object",
            "properties":{"kids":{"type":"array","items":{"$ref":"#/$defs/Tree"}}}}}}"##;
        let mut table = TypeTable::new();
        let read = to_type(&json::parse(text).unwrap(), "t", &mut table);
        assert_eq!(read.ty.to_string(), "Tree");
        assert_eq!(
            table.get("Tree").unwrap().to_string(),
            "{ kids?: list<Tree> }"
        );
        // A second schema with another `Tree` gets a name of its own.
        let other = text.replace("kids", "children");
        let read = to_type(&json::parse(&other).unwrap(), "t", &mut table);
        assert_eq!(read.ty.to_string(), "t.Tree");
        // The same one again is the same type.
        assert_eq!(
            to_type(&json::parse(text).unwrap(), "u", &mut table).ty,
            Type::named("Tree")
        );
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn conflicting_names_take_no_exponential_time() {
        let chain = |leaf: &str| {
            let mut defs: Vec<String> = (0..60)
                .map(|i| {
                    format!(
                        r##""D{i}":{{"properties":{{"n":{{"$ref":"#/$defs/D{}"}}}}}}"##,
                        i + 1
                    )
                })
                .collect();
            defs.push(format!(r#""D60":{{"type":"{leaf}"}}"#));
            json::parse(&format!(
                r##"{{"$ref":"#/$defs/D0","$defs":{{{}}}}}"##,
                defs.join(",")
            ))
            .unwrap()
        };
        let mut table = TypeTable::new();
        assert_eq!(
            to_type(&chain("string"), "t", &mut table).ty,
            Type::named("D0")
        );
        let second = to_type(&chain("integer"), "t", &mut table);
        assert_eq!((second.ty, second.problems.len()), (Type::named("t.D0"), 0));
        assert_eq!(table.get("t.D60"), Some(&Type::Int));
        // The same prefix again, with a third type.
        let third = to_type(&chain("boolean"), "t", &mut table);
        assert_eq!(third.ty, Type::named("t.D0.2"));
        assert_eq!(table.get("t.D0").unwrap().to_string(), "{ n?: t.D1 }");
        assert_eq!(table.get("t.D0.2").unwrap().to_string(), "{ n?: t.D1.2 }");
    }

    #[test]
    fn what_cannot_be_read_is_any_with_a_problem() {
        for (text, ty, problem) in [
            (r#"{"type":"text"}"#, "any", "/type: "),
            (r#"{"$ref":"other.json"}"#, "any", "/$ref: "),
            (r##"{"$ref":"#/$defs/X"}"##, "any", "/$ref: "),
            (r##"{"$ref":"#"}"##, "any", "/$ref: "),
            (
                r#"{"properties":{"a/b":5}}"#,
                "{ \"a/b\"?: any }",
                "/properties/a~1b: ",
            ),
            (
                r#"{"allOf":[{"type":"string"},{"type":"integer"}]}"#,
                "never",
                "/allOf/1: ",
            ),
        ] {
            let (got, problems) = read(text);
            assert_eq!(got, ty, "{text}");
            assert!(
                problems.len() == 1 && problems[0].starts_with(problem),
                "{text}: {problems:?}"
            );
        }
        let deep: Vec<String> = (0..200)
            .map(|i| {
                format!(
                    r##""D{i}":{{"items":{{"$ref":"#/$defs/D{}"}}}}"##,
                    (i + 1) % 200
                )
            })
            .collect();
        let deep = format!(
            r##"{{"$ref":"#/$defs/D0","$defs":{{{}}}}}"##,
            deep.join(",")
        );
        assert!(!read(&deep).1.is_empty());
    }

    #[test]
    fn a_type_and_its_schema_say_the_same() {
        let text = r#"{"type":"object","properties":{"s":{"type":"string","enum":["low","high"]},
            "n":{"anyOf":[{"type":"integer"},{"type":"null"}]},
            "m":{"type":"object","additionalProperties":{"type":"number"}},
            "l":{"type":"array","items":{"type":"boolean"}}},
            "required":["s","m"],"additionalProperties":false}"#;
        let schema = json::parse(text).unwrap();
        let ty = to_type(&schema, "t", &mut TypeTable::new()).ty;
        assert_eq!(
            ty.to_string(),
            r#"{ s: "low" | "high", n?: int?, m: map<string, double>, l?: list<bool> }"#
        );
        let written = to_schema(&ty, &TypeTable::new());
        assert_eq!(json::format(&written), json::format(&schema));
    }

    #[test]
    fn recursive_types_are_written_with_definitions() {
        let mut table = TypeTable::new();
        let tree = r##"{"$ref":"#/$defs/Tree","$defs":{"Tree":{"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#/$defs/Tree"}}},"additionalProperties":false}}}"##;
        let ty = to_type(&json::parse(tree).unwrap(), "t", &mut table).ty;
        assert_eq!(json::format(&to_schema(&ty, &table)), tree);
    }

    #[test]
    fn what_a_reference_adds_to_is_kept() {
        let text = r##"{"allOf":[{"$ref":"#/$defs/Base"},{"properties":{"b":{"type":"integer"}},"required":["b"]}],
            "$defs":{"Base":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}}}"##;
        assert_eq!(clean(text), "{ a: string, b: int }");
        // What is required beside a reference is required of what it refers to.
        let text = r##"{"$ref":"#/$defs/Base","required":["a"],
            "$defs":{"Base":{"type":"object","properties":{"a":{"type":"string"}}}}}"##;
        assert_eq!(clean(text), "{ a: string }");
        // Until draft 7 nothing counts beside a reference.
        let older = text.replacen(
            '{',
            r#"{"$schema":"http://json-schema.org/draft-07/schema#","#,
            1,
        );
        assert_eq!(clean(&older), "Base");
    }

    #[test]
    fn tuples_leave_room_for_what_follows_them() {
        for (text, ty) in [
            (r#"{"prefixItems":[{"type":"string"}]}"#, "list<any>"),
            (
                r#"{"prefixItems":[{"type":"string"}],"items":false}"#,
                "list<string>",
            ),
            (
                r#"{"items":[{"type":"string"},{"type":"integer"}],"maxItems":2}"#,
                "list<string | int>",
            ),
            (
                r#"{"items":[{"type":"string"}],"additionalItems":{"type":"integer"}}"#,
                "list<string | int>",
            ),
        ] {
            assert_eq!(clean(text), ty, "{text}");
        }
    }

    #[test]
    fn properties_that_are_only_required_or_matched_are_known() {
        assert_eq!(
            clean(r#"{"type":"object","required":["id"]}"#),
            "{ id: any }"
        );
        assert_eq!(
            clean(
                r#"{"type":"object","required":["id"],"additionalProperties":{"type":"integer"}}"#
            ),
            "{ id: int }"
        );
        assert_eq!(
            clean(
                r#"{"type":"object","patternProperties":{"^a":{"type":"integer"}},"additionalProperties":false}"#
            ),
            "map<string, int>"
        );
    }

    #[test]
    fn references_go_by_anchor_by_the_own_id_and_by_escaped_names() {
        for text in [
            r##"{"$ref":"#here","$defs":{"x":{"$anchor":"here","type":"integer"}}}"##,
            r##"{"$ref":"#here","definitions":{"x":{"id":"#here","type":"integer"}}}"##,
            r##"{"$id":"https://x.org/s","$ref":"https://x.org/s#/$defs/here","$defs":{"here":{"type":"integer"}}}"##,
        ] {
            let mut table = TypeTable::new();
            let read = to_type(&json::parse(text).unwrap(), "t", &mut table);
            assert_eq!(read.problems, [], "{text}");
            assert_eq!(table.resolve(&read.ty), Type::Int, "{text}");
        }
        let text = r##"{"$ref":"#/$defs/a%20b","$defs":{"a b":{"type":"integer"}}}"##;
        assert_eq!(clean(text), "a b");
    }

    #[test]
    fn references_that_lead_nowhere_are_a_problem_and_end() {
        for text in [
            r##"{"$ref":"#/$defs/A","$defs":{"A":{"$ref":"#/$defs/A"}}}"##,
            r##"{"$ref":"#/$defs/A","$defs":{"A":{"allOf":[{"$ref":"#/$defs/A"}]}}}"##,
            r##"{"$ref":"#/$defs/A","$defs":{"A":{"anyOf":[{"$ref":"#/$defs/B"}]},"B":{"anyOf":[{"$ref":"#/$defs/A"}]}}}"##,
            r##"{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}"##,
        ] {
            let mut table = TypeTable::new();
            let read = to_type(&json::parse(text).unwrap(), "t", &mut table);
            let all: Vec<&str> = read.problems.iter().map(|p| p.message.as_str()).collect();
            assert!(
                all.len() == 1 && all[0].contains("refers to itself"),
                "{text}: {all:?} {}",
                read.ty
            );
            assert_eq!(table.resolve(&read.ty), Type::Any, "{text}");
        }
        // A list of itself is a type.
        let text = r##"{"$ref":"#/$defs/A","$defs":{"A":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/A"}},{"type":"null"}]}}}"##;
        assert_eq!(read(text), ("A".to_owned(), vec![]));
    }

    #[test]
    fn keywords_of_the_wrong_form_are_a_problem_at_their_place() {
        for (text, pointer) in [
            (r#"{"properties":[]}"#, "/properties"),
            (r#"{"type":"object","required":true}"#, "/required"),
            (r#"{"enum":[]}"#, "/enum"),
            (r#"{"anyOf":{}}"#, "/anyOf"),
            (r#"{"type":[]}"#, "/type"),
            (r#"{"items":5}"#, "/items"),
            (r#"{"prefixItems":{}}"#, "/prefixItems"),
        ] {
            let (_, problems) = read(text);
            assert!(
                problems.len() == 1 && problems[0].starts_with(&format!("{pointer}: ")),
                "{text}: {problems:?}"
            );
        }
    }

    #[test]
    fn schemas_made_to_be_large_end() {
        let records = |n: usize| {
            let each = (0..n).map(|i| {
                format!(r#"{{"properties":{{"k{i}":{{"const":"v{i}"}}}},"required":["k{i}"]}}"#)
            });
            each.collect::<Vec<_>>().join(",")
        };
        let many = records(1000);
        let mut table = TypeTable::new();
        let wide = to_type(
            &json::parse(&format!(r#"{{"oneOf":[{many}]}}"#)).unwrap(),
            "t",
            &mut table,
        );
        assert_eq!((wide.ty.members().len(), wide.problems.len()), (1000, 0));
        // Alternatives of alternatives multiply.
        let two = format!(r#"{{"anyOf":[{}]}}"#, records(2));
        let product = vec![two; 40].join(",");
        to_type(
            &json::parse(&format!(r#"{{"allOf":[{product}]}}"#)).unwrap(),
            "t",
            &mut table,
        );
        to_type(
            &json::parse(&format!(
                r#"{{"allOf":[{{"oneOf":[{many}]}},{{"anyOf":[{many}]}}]}}"#
            ))
            .unwrap(),
            "t",
            &mut table,
        );
        let words: Vec<String> = (0..100_000).map(|i| format!("\"w{i}\"")).collect();
        let words = json::parse(&format!(
            r#"{{"type":"string","enum":[{}]}}"#,
            words.join(",")
        ))
        .unwrap();
        let read = to_type(&words, "t", &mut table);
        assert_eq!(read.ty.members().len(), 100_000);
    }

    fn asked(schema: &str, value: &str) -> Vec<String> {
        let (schema, value) = (json::parse(schema).unwrap(), json::parse(value).unwrap());
        violations(&value, &schema, &schema)
            .into_iter()
            .map(|v| v.rule)
            .collect()
    }

    #[test]
    fn bounds_are_told_in_words() {
        for (schema, good, bad, says) in [
            (r#"{"minimum":1}"#, "1", "0", "has to be at least `1`"),
            (
                r#"{"minimum":1,"exclusiveMinimum":true}"#,
                "2",
                "1",
                "has to be more than `1`",
            ),
            (
                r#"{"exclusiveMaximum":5}"#,
                "4.5",
                "5",
                "has to be less than `5`",
            ),
            (
                r#"{"multipleOf":0.1}"#,
                "0.3",
                "0.25",
                "has to be a multiple of `0.1`",
            ),
            (r#"{"minLength":1}"#, "\"a\"", "\"\"", "must not be empty"),
            (
                r#"{"maxLength":2}"#,
                "\"äö\"",
                "\"äöü\"",
                "has to have at most 2 characters, not 3",
            ),
            (
                r#"{"pattern":"^[A-Z]+-\\d+$"}"#,
                "\"AB-1\"",
                "\"ab\"",
                "has to match `^[A-Z]+-\\d+$`",
            ),
            (
                r#"{"minItems":1}"#,
                "[1]",
                "[]",
                "has to have at least 1 item, not 0",
            ),
            (
                r#"{"uniqueItems":true}"#,
                "[1,2]",
                "[1,1]",
                "must not have `1` twice",
            ),
            (
                r#"{"enum":[{"a":1},"b"]}"#,
                "{\"a\":1}",
                "{\"a\":2}",
                "has to be one of `{\"a\":1}`, `\"b\"`",
            ),
            (
                r#"{"format":"date-time"}"#,
                "\"2026-01-31T09:00:00Z\"",
                "\"tomorrow\"",
                "has to be a time such as `2026-01-31T09:00:00Z`",
            ),
            (
                r#"{"format":"email"}"#,
                "\"a@b.c\"",
                "\"a at b\"",
                "has to be an address such as `ann@example.org`",
            ),
            (
                r#"{"format":"uri"}"#,
                "\"https://x.org/a\"",
                "\"x org\"",
                "has to be a URI such as `https://example.org/`",
            ),
            (
                r#"{"format":"uuid"}"#,
                "\"123e4567-e89b-12d3-a456-426614174000\"",
                "\"123\"",
                "has to be a UUID",
            ),
        ] {
            assert_eq!(asked(schema, good), [] as [&str; 0], "{schema} {good}");
            assert_eq!(asked(schema, bad), [says], "{schema} {bad}");
        }
        // Patterns that are not known here hold.
        assert_eq!(asked(r#"{"pattern":"(?<=a)b"}"#, "\"x\""), [] as [&str; 0]);
        // A reference that leads to itself asks for nothing.
        assert_eq!(asked(r##"{"$ref":"#"}"##, "1"), [] as [&str; 0]);
    }
}
