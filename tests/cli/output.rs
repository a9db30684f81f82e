//! What `wfc check` prints: held to the published schemas over every finding of the corpus, and to the exact places on
//! text that is hard to count in.

use std::path::Path;

use serde_json::Value;

use super::{Folder, Said};
use crate::corpus::cases;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn schema(path: &str) -> Value {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap()
}

/// The standard's schema, but for one pattern (of a field that we do not write) that has a bracket too many.
fn sarif_schema() -> Value {
    let mut schema = schema("tests/data/sarif-schema-2.1.0.json");
    for of in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][of]["properties"]["language"];
        assert!(
            language
                .as_object_mut()
                .unwrap()
                .remove("pattern")
                .is_some()
        );
    }
    schema
}

fn assert_valid(validator: &jsonschema::Validator, value: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .take(3)
        .map(|e| format!("{} at {}", e, e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// All files of the corpus.
fn corpus() -> Folder {
    let folder = Folder::new();
    let suite = std::fs::read_dir(root().join("tests/suite/check")).unwrap();
    let mut files: Vec<_> = suite.map(|e| e.unwrap().path()).collect();
    files.sort();
    for (n, file) in files.iter().enumerate() {
        let (_, cases) = cases::split(&std::fs::read_to_string(file).unwrap());
        for case in cases {
            folder.file(&format!("{n}/{}/{}", case.line, case.name), case.input());
        }
    }
    folder
}

fn check(folder: &Folder, args: &[&str]) -> Said {
    let said = Said::of(folder.wfc(&[&["check"], args].concat()).output().unwrap());
    assert!(!said.err.contains("panicked"), "{}", said.err);
    said
}

#[test]
fn every_finding_of_the_corpus_fits_the_published_schemas_and_all_formats_agree() {
    let folder = corpus();
    let published = schema("docs/schema/check-output.schema.json");
    let json = check(&folder, &["--format", "json"]).json();
    assert_valid(&validator(&published), &json);
    let findings = json["diagnostics"].as_array().unwrap();
    assert!(findings.len() > 300, "{}", findings.len());

    let mut line_schema = published;
    line_schema
        .as_object_mut()
        .unwrap()
        .retain(|key, _| key.starts_with('$'));
    line_schema["$ref"] = "#/$defs/line".into();
    let line = validator(&line_schema);
    let lines = check(&folder, &["--format", "jsonl"]).lines();
    lines.iter().for_each(|l| assert_valid(&line, l));
    assert_eq!(lines.len(), findings.len() + 1);
    assert_eq!(lines.last().unwrap()["errors"], json["errors"]);

    let sarif = check(&folder, &["--format", "sarif"]).json();
    assert_valid(&validator(&sarif_schema()), &sarif);
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), findings.len());

    let gcc = check(&folder, &["--format", "gcc"]).out;
    assert_eq!(gcc.lines().count(), findings.len(), "one line a finding");
    let github = check(&folder, &["--format", "github"]).out;
    assert_eq!(
        github.lines().count(),
        findings.len() + 1,
        "and the summary"
    );

    let each = findings
        .iter()
        .zip(&lines)
        .zip(results)
        .zip(gcc.lines().zip(github.lines()));
    for (((finding, line), result), (gcc, github)) in each {
        let mut same = finding.clone();
        same["type"] = "finding".into();
        assert_eq!(&same, line);
        assert_eq!(result["ruleId"], finding["code"]);
        let rule = &run["tool"]["driver"]["rules"]
            [usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], finding["code"], "ruleIndex");
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let start = &finding["span"]["start"];
        assert_eq!(region["byteOffset"], start["byte"]);
        assert_eq!(region["startLine"], start["line"]);
        assert_eq!(
            result["partialFingerprints"]["wfcFinding/v1"],
            finding["fingerprint"]
        );
        let edits = |fix: &Value| fix["edits"].as_array().unwrap().len();
        let fixes = finding["fixes"].as_array().unwrap();
        assert_eq!(fixes.len(), result["fixes"].as_array().map_or(0, Vec::len));
        for (fix, sarif) in fixes
            .iter()
            .zip(result["fixes"].as_array().into_iter().flatten())
        {
            let replaced = sarif["artifactChanges"][0]["replacements"]
                .as_array()
                .unwrap();
            assert_eq!(edits(fix), replaced.len());
        }
        let file = finding["file"].as_str().unwrap();
        let place = format!("{file}:{}:{}: ", start["line"], start["column"]);
        assert!(gcc.starts_with(&place), "{place} {gcc}");
        assert!(gcc.ends_with(&format!("[{}]", finding["code"].as_str().unwrap())));
        let place = format!(" file={file},line={},", start["line"]);
        assert!(github.contains(&place), "{place} {github}");
    }
    let paths = results.iter().filter(|r| r["codeFlows"].is_array()).count();
    assert!(paths > 5, "trust findings walk their paths");
}

/// The same two files checked twice give the same bytes, in all formats for machines.
#[test]
fn outputs_for_machines_do_not_change_with_the_time() {
    let folder = Folder::new();
    folder.file("a.wf.yaml", "steps:\n  - { type: bash, comand: ls }\n");
    for format in ["json", "jsonl", "sarif", "gcc"] {
        let once = || check(&folder, &["--format", format]).out;
        assert_eq!(once(), once());
    }
}

#[test]
fn places_are_right_behind_multibyte_text_tabs_marks_and_all_line_ends() {
    for (mark, end) in [
        ("", "\n"),
        ("", "\r\n"),
        ("\u{feff}", "\n"),
        ("\u{feff}", "\r\n"),
        ("", "\r"),
    ] {
        for last in ["", end] {
            let folder = Folder::new();
            let text = [
                "# \u{85}\u{2028} größer",
                "steps:",
                "  - { type: bash, name: \"ä€😀\té\", comand: ls }",
            ];
            let text = format!("{mark}{}{last}", text.join(end));
            folder.file("w.wf.yaml", &text);
            let json = check(&folder, &["--format", "json"]).json();
            let found = &json["diagnostics"][0];
            assert_eq!(found["code"], "WF0101", "{json}");
            let byte = text.find("comand").unwrap();
            let line = text[..byte].rsplit(['\n', '\r']).next().unwrap();
            let characters = line.chars().count() + 1;
            let units = line.encode_utf16().count() + 1;
            assert_eq!(units, characters + 1, "one character of two units");
            let start = &found["span"]["start"];
            assert_eq!(start["byte"], byte);
            assert_eq!(
                (&start["line"], &start["column"]),
                (&3.into(), &characters.into())
            );
            let edit = &found["fixes"][0]["edits"][0]["span"];
            assert_eq!(edit["start"], *start);

            let sarif = check(&folder, &["--format", "sarif"]).json();
            assert_eq!(sarif["runs"][0]["columnKind"], "utf16CodeUnits");
            let result = &sarif["runs"][0]["results"][0];
            let region = &result["locations"][0]["physicalLocation"]["region"];
            assert_eq!(region["startColumn"], units);
            assert_eq!(region["endColumn"], units + 6);
            assert_eq!(
                (&region["byteOffset"], &region["byteLength"]),
                (&byte.into(), &6.into())
            );
            let change = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
            assert_eq!(change["deletedRegion"], *region);

            let gcc = check(&folder, &["--format", "gcc"]).out;
            assert!(
                gcc.starts_with(&format!("w.wf.yaml:3:{characters}: error: ")),
                "{gcc}"
            );
            let github = check(&folder, &["--format", "github"]).out;
            let columns = format!(
                "line=3,endLine=3,col={characters},endColumn={},",
                characters + 6
            );
            assert!(github.contains(&columns), "{github}");
            let human = check(&folder, &["--color", "never"]).out;
            assert!(
                human.contains(&format!("w.wf.yaml:3:{characters} ")),
                "{human}"
            );
        }
    }
}

#[test]
fn names_of_files_keep_to_the_form_of_each_format() {
    let folder = Folder::new();
    let name = "a b:c,d%e\nf.wf.yaml";
    folder.file(name, "steps:\n  - { type: bash, comand: ls }\n");
    let json = check(&folder, &["--format", "json"]).json();
    assert_eq!(json["diagnostics"][0]["file"], name);
    let github = check(&folder, &["--format", "github"]).out;
    assert!(
        github.starts_with("::error file=a b%3Ac%2Cd%25e%0Af.wf.yaml,line=2,"),
        "{github}"
    );
    assert_eq!(github.lines().count(), 2, "{github}");
    let gcc = check(&folder, &["--format", "gcc"]).out;
    assert!(gcc.starts_with("a b:c,d%e\\nf.wf.yaml:2:"), "{gcc}");
    let sarif = check(&folder, &["--format", "sarif"]).json();
    let uri =
        &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(uri["uri"], "a%20b%3Ac%2Cd%25e%0Af.wf.yaml");
    assert_eq!(uri["uriBaseId"], "%SRCROOT%");
}

#[test]
fn a_github_workflow_gets_paths_from_its_checkout() {
    let folder = Folder::new();
    folder.file("sub/w.wf.yaml", "steps:\n  - { type: bash, comand: ls }\n");
    let run = |format: &str, path: &str| {
        let mut command = folder.wfc(&["check", "--format", format, path]);
        command.current_dir(folder.path().join("sub"));
        command.env("GITHUB_WORKSPACE", folder.path());
        Said::of(command.output().unwrap())
    };
    let absolute = folder.path().join("sub/../sub/w.wf.yaml");
    for path in ["w.wf.yaml", "./w.wf.yaml", ".", absolute.to_str().unwrap()] {
        let said = run("github", path);
        assert!(said.out.contains(" file=sub/w.wf.yaml,"), "{}", said.out);
        let sarif = run("sarif", path).json();
        let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "sub/w.wf.yaml");
    }
}

#[test]
fn text_of_others_does_nothing_to_the_terminal_or_to_the_log() {
    let folder = Folder::new();
    folder.file(
        "w.wf.yaml",
        "steps:\n  - { type: bash, \"co\\u001b[31mm\\n::error::x\": 1, name: \"\u{1b}]0;title\u{7}\u{202e}\" }\n",
    );
    for format in ["human", "gcc", "github"] {
        let said = check(&folder, &["--color", "never", "--format", format]);
        assert_eq!(said.status, Some(1));
        assert!(
            !said.out.contains('\u{1b}') && !said.out.contains('\u{202e}'),
            "{:?}",
            said.out
        );
        assert!(
            !said.out.lines().any(|l| l.starts_with("::error::")),
            "{}",
            said.out
        );
    }
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    use std::io::Read as _;
    let folder = Folder::new();
    let step = "  - { type: bash, comand: ls }\n".repeat(900);
    folder.file("w.wf.yaml", format!("steps:\n{step}"));
    let mut child = folder
        .wfc(&["check", "--format", "json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 8];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!((said.status, said.err.as_str()), (Some(1), ""));
}

#[test]
fn the_output_file_has_the_findings_and_the_summary_is_told_beside() {
    let folder = Folder::new();
    folder.file("w.wf.yaml", "steps:\n  - { type: bash, comand: ls }\n");
    let said = check(&folder, &["--format", "sarif", "--output", "out.sarif"]);
    assert_eq!((said.status, said.out.as_str()), (Some(1), ""));
    assert!(said.err.starts_with("1 file: 1 error ("), "{}", said.err);
    let text = std::fs::read_to_string(folder.path().join("out.sarif")).unwrap();
    assert_eq!(text, check(&folder, &["--format", "sarif"]).out);
    let said = check(
        &folder,
        &["--format", "sarif", "--output", "no/such/out.sarif"],
    );
    assert_eq!(said.status, Some(2));
}

#[test]
fn the_environment_names_the_format_and_the_argument_wins() {
    let folder = Folder::new();
    folder.file("w.wf.yaml", "steps:\n  - { type: bash, comand: ls }\n");
    let run = |args: &[&str], format: &str| {
        Said::of(
            folder
                .wfc(args)
                .env("WFC_CHECK_FORMAT", format)
                .output()
                .unwrap(),
        )
    };
    assert!(run(&["check"], "gcc").out.starts_with("w.wf.yaml:2:"));
    assert_eq!(
        run(&["check", "--format", "json"], "gcc").json()["files"],
        1
    );
    assert_eq!(run(&["check"], "xml").status, Some(2));
}

#[test]
fn the_example_of_the_documentation_is_what_is_printed() {
    let page = std::fs::read_to_string(root().join("docs/output.md")).unwrap();
    let example = page.split("```json\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let example: Value = serde_json::from_str(example).unwrap();
    let folder = Folder::new();
    let text = "workflow greet {\n  input name: string\n  bash \"./greet\" { env: { N: nme, M: name } }\n}\n";
    folder.file("greet.wf", text);
    assert_eq!(check(&folder, &["--format", "json"]).json(), example);
}

#[test]
fn the_published_schema_is_what_the_command_prints() {
    let said = Folder::new().run(&["schema", "check-output"]);
    assert_eq!(said.json(), schema("docs/schema/check-output.schema.json"));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_checked() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    folder.file("clean.wf", "workflow w { bash \"ls\" }\n");
    folder.file("closed/w.wf", "workflow w { bash \"ls\" }\n");
    let closed = folder.path().join("closed");
    let allow =
        |mode| std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(mode)).unwrap();
    allow(0);
    let readable = std::fs::read_dir(&closed).is_ok();
    let json = check(&folder, &["--format", "json"]);
    allow(0o700);
    if readable {
        println!("skipped: this user reads everything");
        return;
    }
    assert_eq!(json.status, Some(2));
    let json = json.json();
    assert_eq!(
        (&json["files"], &json["failures"][0]["file"]),
        (&1.into(), &"closed".into())
    );
}

#[test]
fn folders_that_lead_back_to_themselves_end() {
    let folder = Folder::new();
    folder.file("a/w.wf", "workflow w { bash \"ls\" }\n");
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/loop")).unwrap();
    std::os::unix::fs::symlink("nowhere.wf", folder.path().join("a/dangling.wf")).unwrap();
    let json = check(&folder, &["--format", "json"]).json();
    assert_eq!(json["files"], 1, "{json}");
    let json = check(&folder, &["--format", "json", "a/loop/a/w.wf", "a/w.wf"]).json();
    assert_eq!(json["files"], 2, "as they were named");
}

#[test]
fn pipes_and_open_streams_are_written_to_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt as _;
    let folder = Folder::new();
    folder.file("w.wf.yaml", "steps:\n  - { type: bash, comand: ls }\n");
    let wfc = env!("CARGO_BIN_EXE_wfc");
    let shell = |script: &str| {
        let mut command = std::process::Command::new("bash");
        command.args(["-c", script]).current_dir(folder.path());
        Said::of(command.output().unwrap())
    };
    // The reader gives up at some time, so that a fault does not hang the test.
    shell(&format!(
        "mkfifo p; timeout 30 cat p > got & {wfc} check --format gcc --output p; wait"
    ));
    let got = std::fs::read_to_string(folder.path().join("got")).unwrap();
    assert!(got.starts_with("w.wf.yaml:2:"), "{got}");
    let kind = std::fs::metadata(folder.path().join("p"))
        .unwrap()
        .file_type();
    assert!(kind.is_fifo());

    let said = shell(&format!(
        "{wfc} check --format gcc --output /dev/fd/1; echo behind"
    ));
    assert!(
        said.out.starts_with("w.wf.yaml:2:") && said.out.ends_with("behind\n"),
        "{said:?}"
    );
}

#[test]
fn a_path_through_another_file_has_its_lines_too() {
    let folder = Folder::new();
    folder.file(
        "sub.wf",
        "workflow sub {\n  input cmd: string\n  bash \"run {{ cmd }}\"\n}\n",
    );
    let call = "workflow top {\n  input x: string\n  on webhook \"/x\" { x: string(trigger.body.x) }\n  call sub { cmd: x }\n}\n";
    folder.file("call.wf", call);
    let json = check(
        &folder,
        &["--format", "json", "--select", "trust", "call.wf"],
    )
    .json();
    let labels = json["diagnostics"][0]["labels"].as_array().unwrap();
    let other: Vec<&Value> = labels.iter().filter(|l| l["file"] == "sub.wf").collect();
    assert!(!other.is_empty(), "{json}");
    assert_eq!(other.last().unwrap()["span"]["start"]["line"], 3);
    let human = check(&folder, &["--color", "never", "call.wf"]).out;
    assert!(human.contains("sub.wf:3:"), "{human}");
    let sarif = check(
        &folder,
        &["--format", "sarif", "--select", "trust", "call.wf"],
    )
    .json();
    let flow = &sarif["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"];
    let uris: Vec<&str> = flow
        .as_array()
        .unwrap()
        .iter()
        .map(|l| {
            l["location"]["physicalLocation"]["artifactLocation"]["uri"]
                .as_str()
                .unwrap()
        })
        .collect();
    assert!(
        uris.contains(&"sub.wf") && uris.last() == Some(&"call.wf"),
        "{uris:?}"
    );
}
