//! `docs/fixes.md`: which codes have fixes, in which spellings.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use wfc_syntax::tree::Spelling;

use super::sources::{codes, files};

/// Findings of a code in a spelling: all, those with a safe fix, those with one that is suggested only.
#[derive(Default)]
struct Count {
    all: usize,
    safe: usize,
    suggested: usize,
}

#[test]
fn table() {
    let mut counts: BTreeMap<(&str, u8), Count> = BTreeMap::new();
    for file in files() {
        for d in file.check(&file.text) {
            let count = counts.entry((d.code.id, file.spelling as u8)).or_default();
            count.all += 1;
            let best = d.fixes.iter().map(|f| f.applicability.word()).min();
            match best {
                Some("safe") => count.safe += 1,
                Some(_) => count.suggested += 1,
                None => {}
            }
        }
    }
    let mut out = String::new();
    for code in codes() {
        let cell = |spelling: Spelling| match counts.get(&(code.id, spelling as u8)) {
            None => "".to_owned(),
            Some(c) => format!("{}+{}/{}", c.safe, c.suggested, c.all),
        };
        let _ = writeln!(
            out,
            "{} {:32} {:12} {:12} {:12}",
            code.id,
            code.name,
            cell(Spelling::Yaml),
            cell(Spelling::Json),
            cell(Spelling::Text)
        );
    }
    println!("{out}");
}

#[test]
fn dump_without_fix() {
    let mut seen = std::collections::BTreeSet::new();
    let mut lines = Vec::new();
    for file in files() {
        for d in file.check(&file.text) {
            let key = (
                d.code.id,
                file.spelling as u8,
                d.message.split('`').step_by(2).collect::<String>(),
            );
            if d.fixes.is_empty() && seen.insert(key) {
                lines.push(format!(
                    "{} {:?} {:?} | {} | {}",
                    d.code.id,
                    file.spelling,
                    &file.text[d.span.range()],
                    d.message,
                    d.help.clone().unwrap_or_default()
                ));
            }
        }
    }
    lines.sort();
    println!("{}", lines.join("\n"));
}
