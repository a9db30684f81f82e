//! Mutants of a corpus, judged: all of them, or an even sample of each kind and spelling.

use wfc_syntax::tree::Spelling;

use super::judge::{Verdict, judge};
use super::report::{Row, Table};
use super::subject::Subject;
use super::{Kind, Mutant, kinds};

/// What is tried.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only this kind.
    pub kind: Option<String>,
    /// Only this spelling.
    pub spelling: Option<Spelling>,
    /// Mutants of each kind in each spelling at most; none for all.
    pub limit: Option<usize>,
}

/// The three spellings.
pub const SPELLINGS: [Spelling; 3] = [Spelling::Yaml, Spelling::Json, Spelling::Text];

/// Injects faults and counts what was found; `see` gets every verdict.
pub fn run(
    subjects: &[Subject],
    options: &Options,
    mut see: impl FnMut(&Kind, &Subject, &Mutant, &Verdict),
) -> Table {
    let mut table = Table::default();
    let chosen = |k: &&Kind| options.kind.as_ref().is_none_or(|name| k.name == name);
    for kind in kinds::all().filter(chosen) {
        for spelling in SPELLINGS {
            if options.spelling.is_some_and(|only| only != spelling) {
                continue;
            }
            let mutants = mutants(subjects, kind, spelling);
            let mut row = Row::new(kind.name, spelling);
            for (subject, mutant) in sample(&mutants, options.limit) {
                if let Some(verdict) = judge(subject, mutant) {
                    row.count(&verdict);
                    see(kind, subject, mutant, &verdict);
                }
            }
            if row.injected > 0 {
                table.rows.push(row);
            }
        }
    }
    table
}

fn mutants<'a>(
    subjects: &'a [Subject],
    kind: &Kind,
    spelling: Spelling,
) -> Vec<(&'a Subject, Mutant)> {
    let mut out = Vec::new();
    for subject in subjects.iter().filter(|s| s.spelling == spelling) {
        let mut here = Vec::new();
        (kind.make)(subject, &mut here);
        out.extend(here.into_iter().map(|m| (subject, m)));
    }
    out
}

/// `limit` of them, at even distances.
fn sample<T>(all: &[T], limit: Option<usize>) -> impl Iterator<Item = &T> {
    let step = limit.map_or(1, |limit| all.len().div_ceil(limit.max(1)).max(1));
    all.iter().step_by(step)
}
