//! A mistake in each of twenty-four places, one a family and a spelling: all of them in one run, at the exact
//! characters, and nothing else. The files are those of `tests/suite/check/twenty.cases`.

use super::Folder;

const CASES: &str = include_str!("../suite/check/twenty.cases");

/// File, code, and the exact characters.
const EXPECTED: &[(&str, &str, &str)] = &[
    ("deploy.wf.json", "WF0018", "// read by the ops team"),
    ("deploy.wf.json", "WF0207", "verison"),
    ("deploy.wf.json", "WF0102", "\"run\""),
    ("deploy.wf.json", "WF0305", "exitcode"),
    ("deploy.wf.json", "WF0504", "\"0s\""),
    ("deploy.wf.json", "WF0404", "\"us\""),
    ("deploy.wf.json", "WF0604", "secrets.token"),
    ("deploy.wf.json", "WF0701", "8"),
    ("release.wf", "WF0312", "\"three\""),
    ("release.wf", "WF0048", "="),
    ("release.wf", "WF0110", "jsn"),
    ("release.wf", "WF0202", "notes"),
    ("release.wf", "WF0704", "count"),
    ("release.wf", "WF0510", "approval"),
    ("release.wf", "WF0603", "secrets.key"),
    ("release.wf", "WF0401", "bash"),
    ("triage.wf.yaml", "WF0503", "Europe/Berlim"),
    ("triage.wf.yaml", "WF0201", "tiket_id"),
    ("triage.wf.yaml", "WF0101", "timout"),
    ("triage.wf.yaml", "WF0009", "!urgent"),
    ("triage.wf.yaml", "WF0301", "+"),
    ("triage.wf.yaml", "WF0403", "review.severity"),
    ("triage.wf.yaml", "WF0601", "review.summary"),
    ("triage.wf.yaml", "WF0703", "json"),
];

/// The cases as files: name and text, without what is expected of them.
fn files() -> Vec<(&'static str, String)> {
    CASES
        .split("\n=== ")
        .skip(1)
        .map(|case| {
            let (name, text) = case.split_once('\n').unwrap();
            let kept = text
                .split_inclusive('\n')
                .filter(|l| !l.trim_start().starts_with("#~"));
            (name, kept.collect())
        })
        .collect()
}

#[test]
fn a_mistake_in_each_family_and_spelling_is_reported_once_in_one_run() {
    let folder = Folder::new();
    let files = files();
    for (name, text) in &files {
        folder.file(name, text);
    }
    let mut args = vec!["check", "--format", "json"];
    args.extend(files.iter().map(|(name, _)| *name));
    let said = folder.run(&args);
    assert_eq!(said.status, Some(1), "{}", said.err);

    let document = said.json();
    let found: Vec<(String, String, String)> = document["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| {
            let file = d["file"].as_str().unwrap();
            let (_, text) = files.iter().find(|(name, _)| *name == file).unwrap();
            let byte =
                |end: &str| usize::try_from(d["span"][end]["byte"].as_u64().unwrap()).unwrap();
            (
                file.to_owned(),
                d["code"].as_str().unwrap().to_owned(),
                text[byte("start")..byte("end")].to_owned(),
            )
        })
        .collect();
    let mut sorted = found;
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    let expected: Vec<(String, String, String)> = EXPECTED
        .iter()
        .map(|(file, code, text)| ((*file).to_owned(), (*code).to_owned(), (*text).to_owned()))
        .collect();
    assert_eq!(sorted, expected);
}

#[test]
fn every_family_has_its_mistake_in_every_spelling() {
    for (name, _) in files() {
        let mut families: Vec<&str> = EXPECTED
            .iter()
            .filter(|(file, _, _)| *file == name)
            .map(|(_, code, _)| &code[..4])
            .collect();
        families.sort_unstable();
        let all = [
            "WF00", "WF01", "WF02", "WF03", "WF04", "WF05", "WF06", "WF07",
        ];
        assert_eq!(families, all, "{name}");
    }
}
