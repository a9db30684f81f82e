//! Google's own tests of the standard, and what the harness makes of lines that are no tests.

use xtask::cel::{Count, Tally, default_folder, files, run_file, run_text};

#[test]
fn the_standards_own_tests_pass() {
    let folder = default_folder();
    let Ok(files) = files(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let mut all = Tally::default();
    for file in files {
        all.join(run_file(&file));
    }
    println!("{}", all.line());
    assert_eq!(all.failures, Vec::<String>::new());
    assert!(all.values.total > 1_000 && all.types.total > 10, "{all:?}");
}

fn judged(line: &str) -> Tally {
    run_text("x.jsonl", line)
}

#[test]
fn a_value_of_another_type_a_missing_error_and_a_wrong_type_are_failures() {
    for line in [
        r#"{"expr": "1", "value": {"uint64Value": "1"}}"#,
        r#"{"expr": "1", "value": {"doubleValue": 1}}"#,
        r#"{"expr": "[1]", "value": {"listValue": {"values": [{"doubleValue": 1}]}}}"#,
        r#"{"expr": "1", "evalError": {}}"#,
        r#"{"expr": "1 / 0", "value": {"int64Value": "0"}}"#,
        r#"{"expr": "1 +", "evalError": {}}"#,
        r#"{"expr": "1 + 'a'", "evalError": {}}"#,
    ] {
        let tally = judged(line);
        let one = Count {
            passed: 0,
            total: 1,
        };
        assert_eq!((tally.values, tally.failures.len()), (one, 1), "{line}");
    }
    let line = r#"{"expr": "[1]", "typedResult": {"deducedType": {"listType": {"elemType": {"primitive": "UINT64"}}}},
        "checkOnly": true}"#
        .replace('\n', "");
    let tally = judged(&line);
    assert_eq!((tally.values.total, tally.types.total), (0, 1));
    assert_eq!(
        tally.failures,
        ["x.jsonl:1: /: `[1]`: type `list<int>`, not `list<uint>`"]
    );
}

#[test]
fn not_a_number_is_itself_and_what_is_not_said_is_true() {
    let lines = r#"
{"expr": "0.0 / 0.0", "value": {"doubleValue": "NaN"}}
{"expr": "[0.0 / 0.0]", "value": {"listValue": {"values": [{"doubleValue": "NaN"}]}}}
{"expr": "1 < 2"}
{"expr": "duration('1s')", "value": {"objectValue": {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "1s"}}}
"#;
    let tally = judged(lines);
    assert_eq!(tally.failures, Vec::<String>::new());
    assert_eq!(tally.values.total, 4);
}

#[test]
fn a_line_that_is_no_case_is_named_by_file_and_line() {
    for line in [
        "{",
        "[]",
        "3",
        r#"{"value": {"boolValue": true}}"#,
        r#"{"expr": 3}"#,
        r#"{"expr": "1", "value": {}}"#,
        r#"{"expr": "1", "value": 1}"#,
        r#"{"expr": "1", "value": {"int64Value": "x"}}"#,
        r#"{"expr": "1", "value": {"int64Value": 1.5}}"#,
        r#"{"expr": "1", "value": {"bytesValue": "?"}}"#,
        r#"{"expr": "1", "value": {"listValue": {"values": 3}}}"#,
        r#"{"expr": "1", "value": {"mapValue": {"entries": [{"key": {"doubleValue": 1}, "value": {"nullValue": null}}]}}}"#,
        r#"{"expr": "1", "value": {"objectValue": {"@type": "a/b.C"}}}"#,
        r#"{"expr": "1", "typeEnv": [{"name": "x"}]}"#,
        r#"{"expr": "1", "typeEnv": [{"name": "x", "ident": {"type": {"primitive": "FLOAT"}}}]}"#,
        r#"{"expr": "1", "typeEnv": [{"name": "x", "ident": {"type": {}}}]}"#,
        r#"{"expr": "1", "bindings": {"x": {"error": {}}}}"#,
        r#"{"expr": "1", "bindings": []}"#,
        r#"{"expr": "1", "checkOnly": "yes"}"#,
        r#"{"expr": "1", "unknown": {}}"#,
        r#"{"expr": "has({}.a)", "disableMacros": true}"#,
    ] {
        let text = format!("{{\"expr\": \"true\"}}\n\n{line}\n");
        let tally = judged(&text);
        assert_eq!((tally.values.total, tally.unreadable), (1, 1), "{line}");
        assert!(
            tally.failures[0].starts_with("x.jsonl:3: no case: "),
            "{:?}",
            tally.failures
        );
    }
    let deep = format!(
        r#"{{"expr": "1", "value": {}1{}}}"#,
        "[".repeat(9_999),
        "]".repeat(9_999)
    );
    assert_eq!(judged(&deep).unreadable, 1);
}
