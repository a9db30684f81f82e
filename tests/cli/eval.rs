//! `eval`: an expression's type and value, for people and for programs.

use serde_json::json;

use super::{Folder, Said};

#[track_caller]
fn prints(args: &[&str], want: &str) {
    let said = Folder::new().run(&[&["eval"], args].concat());
    assert_eq!(
        (said.status, said.out.trim_end()),
        (Some(0), want),
        "{said:?}"
    );
}

fn object(args: &[&str]) -> (Said, serde_json::Value) {
    let said = Folder::new().run(&[&["eval", "--format", "json"], args].concat());
    let object = said.json();
    (said, object)
}

#[test]
fn an_expression_gives_its_value_as_json() {
    prints(&["xs.map(x, x * 2)", "--bind", "xs=[1, 2, 3]"], "[2,4,6]");
    prints(&["1 + 1"], "2");
    prints(&["-1"], "-1");
    prints(&["1.0"], "1.0");
    prints(&["18446744073709551615u"], "18446744073709551615");
    prints(&["0.0 / 0.0"], "\"NaN\"");
    prints(&["-1.0 / 0.0"], "\"-Infinity\"");
    prints(&["b'a'"], "\"YQ==\"");
    prints(
        &["timestamp('2024-01-01T01:00:00+01:00')"],
        "\"2024-01-01T00:00:00Z\"",
    );
    prints(&["duration('90m')"], "\"5400s\"");
    prints(&["type(1)"], "\"int\"");
    prints(&["{1: [null, true]}"], "{\"1\":[null,true]}");
    prints(&["a.?b", "--bind", "a={}"], "null");
}

#[test]
fn a_declared_type_is_checked_against_and_decodes_the_value() {
    prints(
        &[
            "xs.map(x, x.id)",
            "--type",
            "xs=list<{ id: string }>",
            "--check",
        ],
        "list<string>",
    );
    let at = [
        "--type",
        "t=timestamp",
        "--bind",
        "t=\"2024-05-06T00:00:00Z\"",
    ];
    prints(&[&["t.getFullYear()"], &at[..]].concat(), "2024");
    prints(&["x / 2.0", "--type", "x=double", "--bind", "x=1"], "0.5");
    let folder = Folder::new();
    for (args, why) in [
        (&["x", "--type", "x=int"][..], "no value"),
        (&["x", "--type", "x=int", "--bind", "x=\"a\""], "int"),
        (&["x", "--type", "x=inth", "--check"], "inth"),
        (&["x", "--type", "x"], "no `=`"),
        (
            &["x", "--type", "x=int", "--type", "x=int", "--check"],
            "twice",
        ),
        (&["x", "--bind", "x=1", "--bind", "x=1"], "twice"),
        (&["x", "--bind", "x=01"], "--bind x=01"),
        (&["x", "--bind", "x y=1"], "no name"),
        (&["x", "--bind", "a.b=1"], "no name"),
        (&["x", "--bind", "x=99999999999999999999"], "64 bits"),
    ] {
        let said = folder.run(&[&["eval"], args].concat());
        assert_eq!(said.status, Some(2), "{args:?}: {said:?}");
        assert!(
            said.err.replace("\n  │ ", " ").contains(why),
            "{args:?}: {said:?}"
        );
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_the_status_is_one() {
    let folder = Folder::new();
    for (expr, why) in [
        ("1 +", "missing"),
        ("1 + y", "nothing is called `y`"),
        ("1 + 'a'", "does not take"),
        ("", "missing"),
    ] {
        let said = folder.run(&["eval", expr]);
        assert_eq!((said.status, &*said.out), (Some(1), ""), "{said:?}");
        assert!(said.err.contains(why), "{said:?}");
    }
    let said = folder.run(&["eval", "[1, 0].map(x,\n  10 / x)"]);
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(
        said.err.contains("divide by zero") && said.err.contains("at 2:3: 10 / x"),
        "{said:?}"
    );
}

#[test]
fn programs_get_type_value_and_findings_as_one_object() {
    let (said, found) = object(&["[1, 2].map(x, x + 1)"]);
    assert_eq!(said.status, Some(0));
    assert_eq!(
        found,
        json!({ "type": "list<int>", "value": [2, 3], "diagnostics": [] })
    );
    let (said, found) = object(&["10 / x", "--bind", "x=0"]);
    assert_eq!(said.status, Some(1));
    assert_eq!(found["type"], "int");
    assert_eq!(found["error"]["code"], "expression_error");
    assert_eq!(
        found["error"]["span"]["start"],
        json!({ "byte": 0, "line": 1, "column": 1 })
    );
    assert_eq!(found["error"]["span"]["end"]["byte"], 6);
    let (said, found) = object(&["1 + colour", "--bind", "color=2"]);
    assert_eq!(said.status, Some(1));
    assert_eq!(found["diagnostics"][0]["code"], "WF0201");
    assert_eq!(found["diagnostics"][0]["near"][0], "color");
    assert_eq!(found["diagnostics"][0]["span"]["start"]["column"], 5);
    assert!(
        found.get("type").is_none() && found.get("value").is_none(),
        "{found}"
    );
    let (_, found) = object(&["18446744073709551615u"]);
    assert_eq!(found["value"].to_string(), "18446744073709551615");
}

#[test]
fn the_standards_dialect_takes_what_workflows_refuse() {
    let folder = Folder::new();
    let mixed = "[1, 'a'][0] == 1";
    prints(&["type([1, 'a']) == list", "--standard"], "true");
    prints(&["[1, 'a']", "--standard", "--check"], "list<dyn>");
    prints(&[mixed, "--standard"], "true");
    prints(&["a.b + 1", "--standard", "--bind", "a.b=1"], "2");
    let said = folder.run(&["eval", "true ? 1 : 'a'", "--standard"]);
    assert_eq!(said.status, Some(1), "{said:?}");
}

#[test]
fn an_expression_may_come_from_standard_input() {
    let folder = Folder::new();
    let said = folder.run_with(&["eval", "-"], "1 +\n  1 // two\n");
    assert_eq!(
        (said.status, said.out.trim_end()),
        (Some(0), "2"),
        "{said:?}"
    );
    let said = folder.run_with(&["eval", "-"], b"\xff");
    assert_eq!(said.status, Some(1), "{said:?}");
    let deep = format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000));
    let said = folder.run_with(&["eval", "-"], deep);
    assert_eq!(said.status, Some(1), "{:?}", said.status);
}
