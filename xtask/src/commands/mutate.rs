//! `cargo xtask mutate`: faults injected into the valid corpus, and what the checker said of them.

use std::path::Path;
use std::process::ExitCode;

use wfc_syntax::line_index::{Encoding, LineIndex};
use wfc_syntax::tree::Spelling;
use xtask::mutate::corpus::load;
use xtask::mutate::judge::Verdict;
use xtask::mutate::kinds;
use xtask::mutate::run::{Options, run as run_all};
use xtask::mutate::subject::Subject;

/// Mutants of each kind and spelling unless `--limit` or `--all` says otherwise.
const LIMIT: usize = 60;

struct Args {
    options: Options,
    /// Failing samples that are shown of each kind and spelling.
    show: usize,
    /// What counts as failing.
    failing: Failing,
}

#[derive(Clone, Copy, PartialEq)]
enum Failing {
    Any,
    Missed,
    Elsewhere,
    Many,
    Unrestored,
    /// Nothing need fail: samples to read the messages of.
    None,
}

pub(crate) fn run(args: &[&str]) -> ExitCode {
    let args = match parse(args) {
        Ok(args) => args,
        Err(why) => {
            eprintln!("mutate: {why}");
            return ExitCode::from(2);
        }
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let corpus = load(&root);
    for (name, findings) in &corpus.faulty {
        println!("{name} is not valid:");
        for finding in findings {
            println!("  {finding}");
        }
    }
    println!("{} valid workflows", corpus.subjects.len());
    let mut shown = std::collections::BTreeMap::new();
    let table = run_all(
        &corpus.subjects,
        &args.options,
        |kind, subject, _, verdict| {
            let key = (kind.name, ending(subject.spelling));
            let seen = shown.entry(key).or_insert(0);
            if *seen < args.show && fails(verdict, args.failing) {
                *seen += 1;
                show(kind.name, subject, verdict);
            }
        },
    );
    print!("{}", table.markdown());
    if corpus.faulty.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn parse(args: &[&str]) -> Result<Args, String> {
    let mut out = Args {
        options: Options {
            limit: Some(LIMIT),
            ..Options::default()
        },
        show: 0,
        failing: Failing::Any,
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || {
            let given = args.next().copied();
            given.ok_or_else(|| format!("`{arg}` takes a value"))
        };
        match *arg {
            "--kind" => {
                let name = value()?;
                if !kinds::all().any(|k| k.name == name) {
                    return Err(format!("there is no kind `{name}`: `--kinds` lists them"));
                }
                out.options.kind = Some(name.to_owned());
            }
            "--spelling" => {
                out.options.spelling = Some(match value()? {
                    "yaml" => Spelling::Yaml,
                    "json" => Spelling::Json,
                    "text" => Spelling::Text,
                    other => return Err(format!("no spelling `{other}`: yaml, json or text")),
                });
            }
            "--show" => out.show = number(value()?)?,
            "--limit" => out.options.limit = Some(number(value()?)?),
            "--all" => out.options.limit = None,
            "--failing" => {
                out.failing = match value()? {
                    "missed" => Failing::Missed,
                    "elsewhere" => Failing::Elsewhere,
                    "many" => Failing::Many,
                    "unrestored" => Failing::Unrestored,
                    "none" => Failing::None,
                    "any" => Failing::Any,
                    other => return Err(format!("no failure `{other}`")),
                };
            }
            "--kinds" => {
                for kind in kinds::all() {
                    println!("{:32} {}", kind.name, kind.breaks);
                }
            }
            other => return Err(format!("no option `{other}`")),
        }
    }
    Ok(out)
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

fn fails(v: &Verdict, failing: Failing) -> bool {
    match failing {
        Failing::Any => !v.found() || !v.at || !v.one(),
        Failing::Missed => !v.found(),
        Failing::Elsewhere => v.found() && !v.at,
        Failing::Many => v.diagnostics.len() > 1,
        Failing::Unrestored => v.found() && !v.restored,
        Failing::None => true,
    }
}

fn ending(spelling: Spelling) -> &'static str {
    match spelling {
        Spelling::Yaml => "yaml",
        Spelling::Json => "json",
        Spelling::Text => "text",
    }
}

/// A mutant with the lines of its fault and all that was found.
fn show(kind: &str, subject: &Subject, v: &Verdict) {
    let index = LineIndex::new(v.text.as_str());
    println!("--- {kind}: {}", subject.name);
    let place = |at: u32| index.position(at, Encoding::Utf32);
    let lines: Vec<&str> = v.text.lines().collect();
    let mut last = None;
    for fault in &v.fault {
        let (start, end) = (place(fault.start).line, place(fault.end).line);
        for n in start..=end.min(start + 6) {
            if last.is_none_or(|l| n > l) {
                let line = lines.get(n as usize).copied().unwrap_or_default();
                println!("{:5} | {line}", n + 1);
                last = Some(n);
            }
        }
    }
    for d in &v.diagnostics {
        let at = place(d.span.start);
        let end = place(d.span.end);
        println!(
            "  {}:{}-{}:{} {} {} {}",
            at.line + 1,
            at.column + 1,
            end.line + 1,
            end.column + 1,
            d.severity,
            d.code.id,
            d.message
        );
        if let Some(help) = &d.help {
            println!("      help: {help}");
        }
        for fix in &d.fixes {
            let edits: Vec<String> = fix
                .edits
                .iter()
                .map(|e| format!("{}..{} -> {:?}", e.span.start, e.span.end, e.text))
                .collect();
            println!(
                "      {}: {} [{}]",
                fix.applicability.word(),
                fix.title,
                edits.join("; ")
            );
        }
    }
}
