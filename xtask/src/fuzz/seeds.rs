//! Inputs to begin with, from what the repository has: examples, the corpus, the examples of all codes, the standard's
//! expressions.

use std::path::{Path, PathBuf};

use wfc_compiler::compile;
use wfc_compiler::settings::Settings;
use wfc_compiler::world::NoWorld;
use wfc_program::codec;
use wfc_syntax::shape;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use crate::cel;

/// The repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Workflows that there are, valid and not: name and text.
///
/// # Errors
/// When a file cannot be read.
pub fn workflows() -> std::io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for path in files(&root().join("examples"))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.contains(".wf") {
            found.push((name.into_owned(), std::fs::read_to_string(&path)?));
        }
    }
    for path in files(&root().join("tests/suite/check"))? {
        let text = std::fs::read_to_string(&path)?;
        for case in format!("\n{text}").split("\n=== ").skip(1) {
            let (name, body) = case.split_once('\n').unwrap_or((case, ""));
            let lines = body.lines().filter(|l| !l.trim_start().starts_with("#~"));
            found.push((
                name.trim().to_owned(),
                lines.flat_map(|l| [l, "\n"]).collect(),
            ));
        }
    }
    for code in wfc_compiler::rules::codes() {
        for example in [&code.good, &code.bad] {
            found.push((example.file.to_owned(), example.text.to_owned()));
        }
    }
    Ok(found)
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The first inputs of a target.
///
/// # Errors
/// When a file of the repository cannot be read.
pub fn of(target: &str) -> std::io::Result<Vec<Vec<u8>>> {
    let spelled = |name: &str, text: &str| Spelling::of(name, text);
    let only = |wanted: Spelling| -> std::io::Result<Vec<Vec<u8>>> {
        let all = workflows()?.into_iter();
        let of = all.filter(|(name, text)| spelled(name, text) == wanted);
        Ok(of.map(|(_, text)| text.into_bytes()).collect())
    };
    match target {
        "parse_yaml" => only(Spelling::Yaml),
        "parse_json" => only(Spelling::Json),
        "parse_text" => only(Spelling::Text),
        "expression" | "template" => Ok(expressions(target)),
        "types" => Ok(TYPES.iter().map(|t| t.as_bytes().to_vec()).collect()),
        "cron" => Ok(TIMES.iter().map(|t| t.as_bytes().to_vec()).collect()),
        "schema" => {
            let mut found: Vec<Vec<u8>> = SCHEMAS.iter().map(|t| t.as_bytes().to_vec()).collect();
            for path in files(&root().join("examples"))? {
                if path.to_string_lossy().ends_with(".json") {
                    found.push(std::fs::read(&path)?);
                }
            }
            Ok(found)
        }
        "program" => Ok(programs(&workflows()?)),
        "snapshot" => Ok(super::machine::seeds()),
        "server" => Ok(super::server::seeds()),
        _ => Ok(workflows()?
            .iter()
            .map(|(name, text)| {
                let first = match spelled(name, text) {
                    Spelling::Yaml => "y",
                    Spelling::Json => "j",
                    Spelling::Text => "t",
                };
                format!("{first}{text}").into_bytes()
            })
            .collect()),
    }
}

fn programs(workflows: &[(String, String)]) -> Vec<Vec<u8>> {
    let compiled = workflows.iter().filter_map(|(name, text)| {
        let source = Source::new(name.as_str(), text);
        let settings = Settings::default();
        compile(&source, Spelling::of(name, text), &NoWorld, &settings).program
    });
    compiled.map(|p| codec::encode(&p)).collect()
}

/// The standard's expressions, when they are there.
fn expressions(target: &str) -> Vec<Vec<u8>> {
    let mut found: Vec<String> = EXPRESSIONS.iter().map(|e| (*e).to_owned()).collect();
    for file in cel::files(&cel::default_folder()).unwrap_or_default() {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let cases = text.lines().filter_map(|l| cel::Case::read(l).ok());
        found.extend(cases.map(|c| c.expr));
    }
    let wrap = |e: String| match target {
        "template" => format!("a {{{{ {e} }}}} b"),
        _ => e,
    };
    found.into_iter().map(|e| wrap(e).into_bytes()).collect()
}

/// Words that the fuzzer puts together: those of the language's own tables.
#[must_use]
pub fn dictionary() -> String {
    let mut words: Vec<&str> = WORDS.to_vec();
    let kinds = || shape::STEP_KINDS.iter().chain(shape::TRIGGER_KINDS);
    let common = [shape::COMMON, shape::ROOT, shape::POLICY, shape::RETRY];
    for fields in kinds().map(|k| k.fields).chain(common) {
        words.extend(fields.iter().map(|f| f.name));
    }
    words.extend(kinds().map(|k| k.name));
    words.extend(wfc_value::funcs::FUNCTIONS.iter().map(|f| f.name));
    words.sort_unstable();
    words.dedup();
    words
        .iter()
        .map(|w| format!("\"{}\"\n", w.replace('\\', "\\\\").replace('"', "\\\"")))
        .collect()
}

const WORDS: &[&str] = &[
    "{{ ",
    " }}",
    "\\\\{{",
    "\"\"\"",
    "'''",
    "//",
    "/*",
    "*/",
    "# ",
    "- ",
    ": ",
    "|-",
    "&a ",
    "*a",
    "? ",
    "optional.of(",
    ".orValue(",
    "cel.bind(x, ",
    ".map(x, ",
    ".all(k, v, ",
    "has(",
    "dyn(",
    "list<",
    "map<string, ",
    "x-note",
    "x-comments",
    "schema {",
    "$ref",
    "#/$defs/a",
    "properties",
    "oneOf",
    "@0",
    "L",
    "MON-FRI",
    "T00:00:00Z",
    "9223372036854775807",
];

const EXPRESSIONS: &[&str] = &[
    "[1, 2].map(x, x * 2)",
    "{'a': 1}.?a.orValue(2) + size('b')",
    "\"%s %d %.2f\".format(['a', 1, 2.5])",
    "cel.bind(x, [1, 2], x.all(i, v, v > i))",
    "timestamp('2024-01-01T00:00:00Z').getHours('Europe/Berlin')",
    "regex.replace('abc', 'b(.)', r'\\1')",
    "json.parse('[1]')[0]",
    "lists.range(3).transformMap(i, v, {i: v}).size() > 0 ? 'x' : b'y' == b'' ? 'z' : ''",
];

const TYPES: &[&str] = &[
    "list<{ id: string, b?: int? }>",
    "map<string, list<any>> | null",
    "\"a\" | \"b\" | 1 | -2.5 | true",
    "(int | string)?",
    "{ \"odd-name\": bytes, t: timestamp, d: duration }",
];

const TIMES: &[&str] = &[
    "0 9 * * MON-FRI",
    "*/5 0-6,22 L * *",
    "0 0 12 1,15 * 5#2",
    "@daily",
    "0 30 2 * * *",
    "2024-02-29T23:59:59.123456789+05:30",
    "-1h30m1.5s2ms3us4ns",
];

const SCHEMAS: &[&str] = &[
    r##"{"type":"object","properties":{"a":{"type":["string","null"]},"b":{"$ref":"#/$defs/B"}},"required":["a"],"additionalProperties":false,"$defs":{"B":{"anyOf":[{"type":"integer"},{"type":"array","items":{"$ref":"#/$defs/B"}}]}}}"##,
    r#"{"oneOf":[{"const":"a"},{"enum":[1,true,null]}]}"#,
    r#"{"allOf":[{"type":"object","properties":{"x":{"type":"number"}}},{"required":["x"]}]}"#,
    r#"{"tools":[{"name":"a.b","inputSchema":{"type":"object"},"outputSchema":{"type":"object","properties":{"x":{}}},"annotations":{"destructiveHint":true}}]}"#,
    r#"{"type":"object","additionalProperties":{"type":"string","format":"date-time"}}"#,
];
