//! `docs/codes`: a page for each code and the list of them, from the codes' own declarations.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wfc_compiler::rules::examples::ExampleWorld;
use wfc_compiler::settings::Settings;
use wfc_syntax::code::{Code, Example};
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use super::{folder, hold, updates};

/// What the first two digits of a code say.
const FAMILIES: [(&str, &str); 9] = [
    ("00", "syntax"),
    ("01", "shape"),
    ("02", "names"),
    ("03", "types"),
    ("04", "flow"),
    ("05", "time"),
    ("06", "trust"),
    ("07", "style and cost"),
    ("08", "tests"),
];

fn codes() -> Vec<&'static Code> {
    let mut all: Vec<&'static Code> = wfc_syntax::codes()
        .into_iter()
        .chain(wfc_compiler::rules::codes())
        .chain(wfc_testing::codes::CODES.iter().copied())
        .collect();
    all.sort_by_key(|code| code.id);
    all
}

fn family(code: &Code) -> &'static str {
    let found = FAMILIES
        .iter()
        .find(|(digits, _)| &code.id[2..4] == *digits);
    found.expect("each code belongs to a family").1
}

/// What `check` says of an example, one finding a line, its help and fixes below it.
fn said(example: &Example) -> String {
    let source = Source::new(example.file, example.text);
    let spelling = Spelling::of(example.file, example.text);
    let settings = Settings::default();
    let found = if wfc_testing::file::is_tests(example.file) {
        wfc_testing::suite::check(source.clone(), &ExampleWorld, &settings)
    } else {
        wfc_compiler::check(&source, spelling, &ExampleWorld, &settings).diagnostics
    };
    let mut out = String::new();
    for d in &found {
        let before = &source.text[..d.span.start as usize];
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        let severity = d.severity.word();
        let _ = writeln!(
            out,
            "{}:{line}:{column}: {severity}: {}",
            example.file, d.message
        );
        if let Some(help) = &d.help {
            let _ = writeln!(out, "  help: {help}");
        }
        for fix in &d.fixes {
            let _ = writeln!(out, "  fix ({}): {}", fix.applicability.word(), fix.title);
        }
    }
    out
}

fn fence(example: &Example) -> &'static str {
    match Spelling::of(example.file, example.text) {
        Spelling::Yaml => "yaml",
        Spelling::Json => "json",
        Spelling::Text => "wf",
    }
}

/// A fenced block; a text that ends without a line's end gets one.
fn block(language: &str, text: &str) -> String {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("```{language}\n{text}{end}```\n")
}

fn page(code: &Code) -> String {
    let mut out = format!(
        "# {} `{}`\n\n{} · {}\n\n**{}**\n\n{}\n",
        code.id,
        code.name,
        code.severity.word(),
        family(code),
        code.summary,
        code.why
    );
    // A file that is too large for a program is too large for its documentation too.
    if code.id != "WF0090" {
        let _ = write!(
            out,
            "\n## What gets it\n\n`{}`\n\n{}\n{}\n## What does not\n\n{}",
            code.bad.file,
            block(fence(&code.bad), code.bad.text),
            block("text", &said(&code.bad)),
            block(fence(&code.good), code.good.text)
        );
    }
    out
}

fn list() -> String {
    let mut out = String::from(
        "# Codes\n\nEvery finding has a code that never changes its meaning, and a name that may be written wherever the code may. \
         `wfc explain CODE` shows the same pages. `wfc.toml` sets severities; `allow` lets a single finding be.\n",
    );
    for (digits, name) in FAMILIES {
        let _ = writeln!(
            out,
            "\n## {digits} {name}\n\n| code | name | severity | |\n| --- | --- | --- | --- |"
        );
        for code in codes().into_iter().filter(|c| &c.id[2..4] == digits) {
            let (id, summary) = (code.id, code.summary.replace('|', "\\|"));
            let _ = writeln!(
                out,
                "| [{id}]({id}.md) | `{}` | {} | {summary} |",
                code.name,
                code.severity.word()
            );
        }
    }
    out
}

#[test]
fn each_code_has_its_page() {
    let folder = folder().join("codes");
    let mut wanted: BTreeSet<String> = BTreeSet::from(["README.md".to_owned()]);
    for code in codes() {
        let name = format!("{}.md", code.id);
        hold(&folder.join(&name), &page(code));
        wanted.insert(name);
    }
    hold(&folder.join("README.md"), &list());
    let have = std::fs::read_dir(&folder).unwrap();
    for name in have.map(|e| e.unwrap().file_name().into_string().unwrap()) {
        if !wanted.contains(&name) && updates() {
            std::fs::remove_file(folder.join(&name)).unwrap();
        } else {
            assert!(
                wanted.contains(&name),
                "docs/codes/{name} belongs to no code"
            );
        }
    }
}

#[test]
fn there_are_at_least_a_hundred_rules() {
    assert!(codes().len() >= 100, "{}", codes().len());
}
