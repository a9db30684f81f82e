//! Tabs in the indentation.

use super::codes::TAB;
use super::repairs::Repair;
use super::scene::{Diagnosis, Scene};
use super::{lines, misplaced};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::span::Span;

impl Scene<'_> {
    /// Tabs in the indentation, at the stop or after it.
    pub(super) fn tabs(&self) -> Option<Diagnosis> {
        let source = self.source();
        let first = tab_line(source, self.stop.at)?;
        let content = lines::skip_blanks(source, first);
        let tab = first + source.get(first..content)?.find('\t')?;
        let all: Vec<(usize, usize)> = tab_lines(source).collect();
        let only_tabs = all.iter().all(|(start, end)| {
            source
                .get(*start..*end)
                .is_some_and(|s| s.trim_start_matches('\t').len() < 4 && s.starts_with('\t'))
        }) && !lines_with_spaces(source);
        let run: Vec<(usize, usize)> = if only_tabs {
            all
        } else {
            all.into_iter().filter(|l| l.0 == first).collect()
        };
        let edits = run
            .iter()
            .filter_map(|(start, end)| {
                let text = if only_tabs {
                    source.get(*start..*end)?.replace('\t', "  ")
                } else {
                    " ".repeat(aligned(source, *start, *end))
                };
                Some(Edit {
                    span: Span::of(*start, *end),
                    text,
                })
            })
            .collect();
        let diagnostic = Diagnostic::new(
            &TAB,
            Span::of(tab, content),
            "a tab in the indentation; YAML counts spaces only",
        )
        .help("indent with spaces, two for each level")
        .fix(Fix {
            title: if only_tabs {
                "write two spaces for each tab".into()
            } else {
                "indent with spaces, as the line above".into()
            },
            applicability: Applicability::Suggested,
            edits,
        });
        if only_tabs {
            let repairs = run.iter().flat_map(|(start, end)| {
                (*start..*end).filter(|i| source.as_bytes().get(*i) == Some(&b'\t'))
            });
            let repairs: Vec<Repair> = repairs
                .map(|i| Repair::Byte(Span::of(i, i).start, b' '))
                .collect();
            return Some(Diagnosis {
                diagnostic,
                repairs,
                extent: Span::of(tab, content),
            });
        }
        Some(misplaced::lost_lines(self, diagnostic, first))
    }
}

/// The column at which the line from `start`, whose text begins at `end`, goes on with the lines above: that of the
/// key above, or two further behind a key without a value.
fn aligned(source: &str, start: usize, end: usize) -> usize {
    let above = indentations(source)
        .take_while(|(line, _)| *line < start)
        .filter(|(line, content)| {
            let text = source.get(*content..).unwrap_or_default();
            let indent = source.get(*line..*content).unwrap_or_default();
            !text.starts_with('#') && !indent.contains('\t')
        })
        .last();
    let Some((line, content)) = above else {
        return 0;
    };
    if lines::is_dash(source, end) {
        return content - line
            + if lines::is_dash(source, content) {
                0
            } else {
                2
            };
    }
    let entry = lines::entry_start(source, content);
    let stop = lines::line_end(source, content);
    let text = source.get(entry..stop).unwrap_or_default();
    let value = text.split(" #").next().unwrap_or_default().trim_end();
    entry - line + if value.ends_with(':') { 2 } else { 0 }
}

/// Start of the first line at or after `at` whose indentation has a tab.
fn tab_line(source: &str, at: usize) -> Option<usize> {
    let from = lines::line_start(source, at);
    tab_lines(source).map(|l| l.0).find(|l| *l >= from)
}

/// Indentations with a tab in them, of lines that are not empty.
fn tab_lines(source: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    indentations(source)
        .filter(|(start, end)| source.get(*start..*end).is_some_and(|s| s.contains('\t')))
}

fn lines_with_spaces(source: &str) -> bool {
    indentations(source)
        .any(|(start, end)| source.get(start..end).is_some_and(|s| s.starts_with(' ')))
}

fn indentations(source: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut next = (!source.is_empty()).then_some(0);
    std::iter::from_fn(move || {
        let start = next?;
        next = lines::next_line(source, start);
        Some((start, lines::skip_blanks(source, start)))
    })
    .filter(move |(_, end)| {
        source
            .as_bytes()
            .get(*end)
            .is_some_and(|b| !lines::is_break(*b))
    })
}
