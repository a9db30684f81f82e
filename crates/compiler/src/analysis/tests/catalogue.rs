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

/// Files by name.
struct Files(Vec<(&'static str, &'static str)>);

impl Files {
    fn file(&self, name: &str) -> Option<std::sync::Arc<Source>> {
        let (_, text) = self.0.iter().find(|(known, _)| *known == name)?;
        Some(std::sync::Arc::new(Source::new(name, *text)))
    }

    fn check(&self, text: &str) -> Checked {
        let source = Source::new("a.wf", text);
        check(&source, Spelling::Text, self, &Settings::default())
    }
}

impl crate::world::World for Files {
    fn source(&self, _: &str, path: &str) -> Option<std::sync::Arc<Source>> {
        self.file(path)
    }
    fn workflow(&self, _: &str, _: &str) -> Option<std::sync::Arc<Source>> {
        None
    }
    fn catalogue(&self, _: &str, path: &str) -> Option<std::sync::Arc<Source>> {
        self.file(path)
    }
}

#[test]
fn a_faulty_catalogue_is_shown_at_its_own_characters() {
    let odd = r##"{ "tools": [ { "name": "t", "inputSchema": { "properties": {
        "a": { "type": "text" }, "b": { "$ref": "#/$defs/B" } } } } ] }"##;
    let cut = r#"{ "tools": [ { "name": "t", } ] }"#;
    let files = Files(vec![("odd.tools.json", odd), ("cut.tools.json", cut)]);
    let text = "workflow a {\n  tools \"odd.tools.json\", \"cut.tools.json\"\n  tool odd.t { a: 1, b: 2 }\n  tool odd.t { a: 2 }\n  tool cut.t {}\n}\n";
    let checked = files.check(text);
    let labels: Vec<String> = checked
        .diagnostics
        .iter()
        .filter(|d| ["WF0324", "WF0325"].contains(&d.code.id))
        .flat_map(|d| &d.labels)
        .map(|label| {
            let file = label.file.clone().unwrap();
            let source = files.file(&file).unwrap();
            let at = &source.text[label.span.start as usize..label.span.end as usize];
            format!("{file} {at}: {}", label.message)
        })
        .collect();
    assert_eq!(
        labels,
        [
            "cut.tools.json ,: here",
            "odd.tools.json \"text\": JSON Schema has no type `text`",
            "odd.tools.json \"#/$defs/B\": `#/$defs/B` is not in the schema",
        ]
    );
}

#[test]
fn types_of_two_callees_with_one_stem_are_kept_apart() {
    let files = Files(vec![
        (
            "./x/job.wf",
            "workflow job {\n  type R = { a: int }\n  returns R\n  return { a: 1 }\n}\n",
        ),
        (
            "./y/job.wf",
            "workflow job {\n  type R = { b: string }\n  returns R\n  return { b: \"x\" }\n}\n",
        ),
    ]);
    let text = "workflow a {\n  let x = call \"./x/job.wf\" {}\n  let y = call \"./y/job.wf\" {}\n  return { a: x.a + 1, b: y.b + \"x\" }\n}\n";
    assert_eq!(
        of_names_and_types(&files.check(text), text),
        [] as [&str; 0]
    );
}
