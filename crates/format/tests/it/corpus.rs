//! The promise, on every valid file that there is.

use std::fmt::Write as _;

use wfc_format::{FormatError, convert, format};
use wfc_syntax::canonical::canonical_bytes;
use wfc_syntax::parse::Parsed;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling, Tree};

use crate::files::{ALL, cases, examples, is_valid, name_in, of_codes, read};

/// All lines of comments in a file, `x-comments` included, sorted.
pub(crate) fn comments(parsed: &Parsed) -> Vec<String> {
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
    lines.retain(|l| !l.is_empty());
    lines.sort();
    lines
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

/// What is wrong with how a valid file is printed in all spellings and back; empty when nothing is.
pub(crate) fn faults(name: &str, text: &str) -> String {
    let mut wrong = String::new();
    let (source, parsed) = read(name, text);
    if !is_valid(&parsed) {
        return wrong;
    }
    let meaning = canonical_bytes(&parsed.ast);
    let said = comments(&parsed);
    for to in ALL {
        let there = match convert(&parsed, &source, to) {
            Ok(there) => there,
            Err(FormatError::NoPlace { .. }) if to == Spelling::Text => continue,
            Err(e) => {
                let _ = writeln!(wrong, "{name} to {to:?}: {e}");
                continue;
            }
        };
        let (there_source, there_parsed) = read(name_in(to), &there);
        if canonical_bytes(&there_parsed.ast) != meaning {
            let _ = writeln!(wrong, "{name} to {to:?}: other meaning\n{there}");
        }
        if comments(&there_parsed) != said {
            let _ = writeln!(
                wrong,
                "{name} to {to:?}: comments {said:?}, then {:?}\n{there}",
                comments(&there_parsed)
            );
        }
        if kept(&there_parsed.tree) != kept(&parsed.tree) {
            let _ = writeln!(wrong, "{name} to {to:?}: a key is lost\n{there}");
        }
        match format(&there_parsed, &there_source) {
            Ok(twice) if twice == there => {}
            Ok(twice) => {
                let _ = writeln!(
                    wrong,
                    "{name} to {to:?}: not stable\n{there}--- then\n{twice}"
                );
            }
            Err(e) => {
                let _ = writeln!(wrong, "{name} to {to:?}, formatted: {e}\n{there}");
            }
        }
        for back in ALL {
            match convert(&there_parsed, &there_source, back) {
                Ok(again) => {
                    let (_, again_parsed) = read(name_in(back), &again);
                    if canonical_bytes(&again_parsed.ast) != meaning {
                        let _ = writeln!(wrong, "{name} to {to:?} to {back:?}: other meaning");
                    }
                    if comments(&again_parsed) != said {
                        let _ = writeln!(
                            wrong,
                            "{name} to {to:?} to {back:?}: comments {said:?}, then {:?}\n{there}---\n{again}",
                            comments(&again_parsed)
                        );
                    }
                }
                Err(FormatError::NoPlace { .. }) if back == Spelling::Text => {}
                Err(e) => {
                    let _ = writeln!(wrong, "{name} to {to:?} to {back:?}: {e}\n{there}");
                }
            }
        }
    }
    if !wrong.is_empty() {
        wrong.insert_str(0, &format!("===== {name}\n{text}\n-----\n"));
    }
    wrong
}

fn check(files: &[(String, String)]) {
    let wrong: Vec<String> = files
        .iter()
        .map(|(name, text)| faults(name, text))
        .filter(|w| !w.is_empty())
        .collect();
    assert!(
        wrong.is_empty(),
        "{} files\n{}",
        wrong.len(),
        wrong.concat()
    );
}

#[test]
fn examples_are_printed_and_read_back() {
    check(&examples());
}

#[test]
fn cases_of_the_corpus_are_printed_and_read_back() {
    check(&cases());
}

#[test]
fn examples_of_all_codes_are_printed_and_read_back() {
    check(&of_codes());
}
