//! JSON Schema to types and back.

mod meet;
mod read;
mod write;

pub use meet::meet;
pub use read::{SchemaProblem, SchemaType, to_type};
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
}
