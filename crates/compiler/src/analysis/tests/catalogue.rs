//! Tools against their catalogues, types against their declarations.

use super::*;

#[test]
fn tools_are_held_to_their_catalogue() {
    assert_eq!(
        findings(
            r#"tools "linear.tools.json"
            tool linear.create_issue { title: 5, lables: ["x"] }
            tool linear.create_issue
            tool linear.create_isue { title: "x" }
            agent "go" { tools: ["linear.delete_isue"] }
            let i = tool linear.create_issue { title: "x" }
            return i.key"#
        ),
        [
            r#"WF0317 "5": argument `title` of `linear.create_issue` takes `string`, not `int`"#,
            r#"WF0316 "lables": there is no `lables` in the arguments of `linear.create_issue`"#,
            r#"WF0315 "tool": `title` is missing in the arguments of `linear.create_issue`"#,
            r#"WF0314 "linear.create_isue": the server `linear` has no tool `create_isue`"#,
            r#"WF0314 "linear.delete_isue": the server `linear` has no tool `delete_isue`"#,
            r#"WF0305 "key": `i` has no field `key`"#,
        ]
    );
}

#[test]
fn without_a_catalogue_everything_goes_with_a_lint() {
    assert_eq!(
        findings(r#"let i = tool jira.create { a: 1 } return i.key.x + 1"#),
        [
            r#"WF0321 "jira.create": nothing is known of the tool `jira.create`: its arguments and output are not checked"#
        ]
    );
    assert_eq!(
        codes(r#"tools "jira.tools.json" tool jira.create { a: 1 }"#),
        ["WF0324"],
        "the missing catalogue is the one fault"
    );
}

#[test]
fn declared_types_are_found_and_may_be_recursive() {
    assert_eq!(
        returned(
            "type Tree = { v: int, kids: list<Tree> } input t: Tree return t.kids[0].kids[0].v"
        ),
        "int"
    );
    assert_eq!(
        findings("type Review = { s: string } input r: Reviw return r"),
        [r#"WF0216 "Reviw": there is no type `Reviw`"#]
    );
    assert_eq!(
        findings("type A = B type B = A | null input a: A return a"),
        [r#"WF0326 "A": the type `A` stands for nothing but itself"#]
    );
    assert_eq!(
        findings("type int = string return 1"),
        [r#"WF0326 "int": `int` is a built-in type"#]
    );
}

#[test]
fn json_schema_is_a_type() {
    assert_eq!(
        returned(
            r#"let r = agent "x" { returns: schema { "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"] } } return r.n"#
        ),
        "int"
    );
}
