//! What printing a file promises: every spelling means the same, keeps every comment, and is printed the same again.

use std::fmt::Write as _;

use wfc_format::{FormatError, convert, format};
use wfc_syntax::canonical::canonical_bytes;
use wfc_syntax::code::Severity;
use wfc_syntax::parse::{Parsed, parse};
use wfc_syntax::source::Source;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling, Tree};

/// The three spellings.
pub const ALL: [Spelling; 3] = [Spelling::Yaml, Spelling::Json, Spelling::Text];

/// A text, parsed by the spelling that its name says.
#[must_use]
pub fn read(name: &str, text: &str) -> (Source, Parsed) {
    let source = Source::new(name, text);
    let parsed = parse(&source, Spelling::of(name, text));
    (source, parsed)
}

/// Whether a file has no errors of syntax and shape, so that it can be printed.
#[must_use]
pub fn is_valid(parsed: &Parsed) -> bool {
    parsed.tree.root.is_some()
        && parsed
            .diagnostics
            .iter()
            .all(|d| d.severity != Severity::Error)
}

/// A file's name in a spelling.
#[must_use]
pub const fn name_in(spelling: Spelling) -> &'static str {
    match spelling {
        Spelling::Yaml => "x.wf.yaml",
        Spelling::Json => "x.wf.json",
        Spelling::Text => "x.wf",
    }
}

/// All lines of comments in a file, `x-comments` included, sorted.
#[must_use]
pub fn comments(parsed: &Parsed) -> Vec<String> {
    let mut lines: Vec<String> = parsed
        .tree
        .comments
        .iter()
        .flat_map(|c| c.text.lines())
        .map(|l| l.trim().trim_start_matches('*').trim().to_owned())
        .collect();
    if let Some(root) = parsed.tree.root {
        said(&parsed.tree, root, false, &mut lines);
    }
    for line in &mut lines {
        *line = line.chars().map(legible).collect();
    }
    lines.retain(|l| !l.is_empty());
    lines.sort();
    lines
}

/// What a comment's sign becomes at the most: YAML's comments hold no control characters.
fn legible(sign: char) -> char {
    match sign {
        '\t' | '\u{85}' => sign,
        '\u{feff}' | '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        sign if sign.is_control() => char::REPLACEMENT_CHARACTER,
        sign => sign,
    }
}

/// How many keys `x-note` there are.
fn kept(tree: &Tree) -> usize {
    fn count(tree: &Tree, id: NodeId) -> usize {
        match tree.kind(id) {
            NodeKind::Map(entries) => entries
                .iter()
                .filter(|e| &*e.key != "x-comments")
                .map(|e| usize::from(&*e.key == "x-note") + count(tree, e.value))
                .sum(),
            NodeKind::Seq(items) => items.iter().map(|i| count(tree, *i)).sum(),
            _ => 0,
        }
    }
    tree.root.map_or(0, |root| count(tree, root))
}

fn said(tree: &Tree, id: NodeId, within: bool, out: &mut Vec<String>) {
    match tree.kind(id) {
        NodeKind::Map(entries) => {
            for e in entries {
                said(tree, e.value, within || &*e.key == "x-comments", out);
            }
        }
        NodeKind::Seq(items) => items.iter().for_each(|i| said(tree, *i, within, out)),
        NodeKind::Scalar(s) if within => out.extend(s.text.lines().map(|l| l.trim().to_owned())),
        _ => {}
    }
}

/// A valid file, with what must stay as it is.
struct Original {
    name: String,
    source: Source,
    parsed: Parsed,
    meaning: Vec<u8>,
    comments: Vec<String>,
}

/// What is wrong with how a valid file is printed in all spellings and back; empty when nothing is. A file that is not
/// valid has nothing wrong with it here.
#[must_use]
pub fn faults(name: &str, text: &str) -> String {
    let mut wrong = String::new();
    let (source, parsed) = read(name, text);
    if !is_valid(&parsed) {
        return wrong;
    }
    let file = Original {
        name: name.to_owned(),
        meaning: canonical_bytes(&parsed.ast),
        comments: comments(&parsed),
        source,
        parsed,
    };
    for to in ALL {
        printed(&file, to, &mut wrong);
    }
    if !wrong.is_empty() {
        wrong.insert_str(0, &format!("===== {name}\n{text}\n-----\n"));
    }
    wrong
}

/// What is wrong with how a valid file is laid out in its own spelling; empty when nothing is.
#[must_use]
pub fn layout_faults(name: &str, text: &str) -> String {
    let mut wrong = String::new();
    let (source, parsed) = read(name, text);
    if !is_valid(&parsed) {
        return wrong;
    }
    let said = comments(&parsed);
    let once = match format(&parsed, &source) {
        Ok(once) => once,
        Err(FormatError::NoPlace { .. }) => return wrong,
        Err(e) => return format!("{name}: {e}"),
    };
    let (again_source, again) = read(name, &once);
    if comments(&again) != said {
        let now = comments(&again);
        let _ = writeln!(wrong, "{name}: comments {said:?}, then {now:?}\n{once}");
    }
    not_stable(name, &once, &again_source, &again, &mut wrong);
    wrong
}

fn not_stable(name: &str, once: &str, source: &Source, parsed: &Parsed, wrong: &mut String) {
    match format(parsed, source) {
        Ok(twice) if twice == once => {}
        Ok(twice) => {
            let _ = writeln!(wrong, "{name}: not stable\n{once}--- then\n{twice}");
        }
        Err(e) => {
            let _ = writeln!(wrong, "{name}, formatted: {e}\n{once}");
        }
    }
}

/// The file in one spelling, laid out again, and from there in all.
fn printed(file: &Original, to: Spelling, wrong: &mut String) {
    let name = format!("{} to {to:?}", file.name);
    let there = match convert(&file.parsed, &file.source, to) {
        Ok(there) => there,
        Err(FormatError::NoPlace { .. }) if to == Spelling::Text => return,
        Err(e) => {
            let _ = writeln!(wrong, "{name}: {e}");
            return;
        }
    };
    let (source, parsed) = read(name_in(to), &there);
    differs(file, &name, &there, &parsed, wrong);
    if kept(&parsed.tree) != kept(&file.parsed.tree) {
        let _ = writeln!(wrong, "{name}: a key is lost\n{there}");
    }
    not_stable(&name, &there, &source, &parsed, wrong);
    for back in ALL {
        match convert(&parsed, &source, back) {
            Ok(again) => {
                let (_, again_parsed) = read(name_in(back), &again);
                let way = format!("{name} to {back:?}");
                differs(
                    file,
                    &way,
                    &format!("{there}---\n{again}"),
                    &again_parsed,
                    wrong,
                );
            }
            Err(FormatError::NoPlace { .. }) if back == Spelling::Text => {}
            Err(e) => {
                let _ = writeln!(wrong, "{name} to {back:?}: {e}\n{there}");
            }
        }
    }
}

fn differs(file: &Original, name: &str, text: &str, now: &Parsed, wrong: &mut String) {
    if canonical_bytes(&now.ast) != file.meaning {
        let _ = writeln!(wrong, "{name}: other meaning\n{text}");
    }
    let said = comments(now);
    if said != file.comments {
        let _ = writeln!(
            wrong,
            "{name}: comments {:?}, then {said:?}\n{text}",
            file.comments
        );
    }
}
