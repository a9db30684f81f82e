//! Lines of block collections that stand at the wrong column, or are no entries at all.

use super::codes::{INDENTATION, SYNTAX, UNCLOSED};
use super::diagnose::{Diagnosis, Scene};
use super::events::Fault;
use super::frame::Kind;
use super::lines;
use super::quirk::shorten;
use super::repairs::{LostKey, Repair};
use crate::code::Code;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::span::Span;

/// An entry below a plain value, indented as if it went on with it.
pub(super) fn deeper(scene: &Scene<'_>, value: usize) -> Diagnosis {
    let source = scene.source();
    let line = lines::line_start(source, scene.stop.at);
    let content = lines::skip_blanks(source, line);
    let end = lines::trimmed_end(source, content, lines::line_end(source, content));
    let name = lines::key_at(source, content).unwrap_or((content, end));
    let what = shorten(scene.place.text(name.0, name.1));
    let span = Span::of(name.0, name.1);
    match scene.top() {
        Some(top) if top.is_map() && !top.flow => {
            let column = lines::column(source, top.start as usize);
            let before = top.last_key().unwrap_or(Span::at(top.start));
            let before_text = source.get(before.range()).unwrap_or("");
            let message =
                format!("`{what}` is indented deeper than `{before_text}`, the key before it");
            let diagnostic = Diagnostic::new(&INDENTATION, span, message)
                .label(before, "the keys of this mapping start at this column")
                .help(format!("indent it by {column} spaces"));
            let run = Run::new(source, line);
            let mut diagnosis = run.blank(diagnostic.fix(run.align(column)));
            diagnosis.repairs.extend(run.lost_keys(top.start));
            diagnosis
        }
        _ => {
            let first_end = lines::trimmed_end(source, value, lines::line_end(source, value));
            let message = format!("`{what}` starts a mapping inside of the text above it");
            let diagnostic = Diagnostic::new(&INDENTATION, span, message)
                .label(
                    Span::of(value, first_end),
                    "this text goes on in the lines below it",
                )
                .help(
                    "write the text as `key: value` too, or put it in quotes if all of it is text",
                );
            Diagnosis::error(diagnostic, value, scene.block_end(value))
        }
    }
}

/// A line where an entry was expected, and is not, or not at this column.
pub(super) fn line(scene: &Scene<'_>) -> Diagnosis {
    let source = scene.source();
    let line = lines::line_start(source, scene.stop.at);
    let content = lines::skip_blanks(source, line);
    let end = lines::trimmed_end(source, content, lines::line_end(source, content));
    let text = scene.place.text(content, end);
    if text.starts_with([']', '}']) {
        let sign = text.get(..1).unwrap_or("");
        let diagnostic = Diagnostic::new(
            &UNCLOSED,
            Span::of(content, content + 1),
            format!("`{sign}` closes nothing"),
        )
        .help("remove it, or open the collection before")
        .replace(
            Applicability::Suggested,
            "remove it",
            Span::of(content, content + 1),
            "",
        );
        return Diagnosis::blank(diagnostic, content, end);
    }
    match scene.stop.fault {
        Fault::Directive => return directive(content, end, text),
        Fault::Marker => {
            let at = scene.stop.at;
            let message = "nothing but a comment may follow `...`".to_owned();
            let finding = Diagnostic::new(&SYNTAX, Span::of(at, end), message)
                .help("start a new line, or remove it");
            return Diagnosis::blank(finding, at, end);
        }
        _ => {}
    }
    let entry = lines::key_at(source, content).is_some() || lines::is_dash(source, content);
    if entry
        && matches!(
            scene.stop.fault,
            Fault::Key | Fault::Dash | Fault::Indentation | Fault::Colon
        )
    {
        return unfit(scene, line, content, end);
    }
    no_entry(scene, line, content, end)
}

fn directive(content: usize, end: usize, text: &str) -> Diagnosis {
    let span = Span::of(content, end);
    let message = format!("`{}` is no directive that applies here", shorten(text));
    let finding = Diagnostic::new(&SYNTAX, span, message)
        .help("remove the line: workflows are YAML 1.2 without directives")
        .replace(Applicability::Suggested, "remove it", span, "");
    Diagnosis::blank(finding, content, end)
}

/// An entry at a column that fits nothing that is open.
fn unfit(scene: &Scene<'_>, line: usize, content: usize, end: usize) -> Diagnosis {
    let source = scene.source();
    let column = content - line;
    let dash = lines::is_dash(source, content);
    let (what, span) = match lines::key_at(source, content) {
        Some((start, stop)) => (scene.place.text(start, stop), Span::of(start, stop)),
        None => ("-", Span::of(content, content + 1)),
    };
    let top = scene.top();
    // The collection that the line was meant for: the one that just ended, when it stood deeper; else the open one.
    let open = top
        .filter(|t| !matches!(t.kind, Kind::Document(_)))
        .map(|t| t.start);
    let ended = top.and_then(|t| t.last).map(|l| l.start);
    let own = open.map(|o| lines::column(source, o as usize));
    let meant = if own.is_none_or(|c| column > c) {
        ended.or(open)
    } else {
        open
    };
    let wanted = meant.map(|m| lines::column(source, m as usize));
    let same = wanted == Some(column);
    let (code, message, help): (&'static Code, _, _) = if same && dash {
        (
            &SYNTAX,
            "a list item cannot stand between the keys of a mapping".to_owned(),
            "write `key: value`, or indent the list under a key".to_owned(),
        )
    } else if same {
        (
            &SYNTAX,
            format!(
                "`{}` cannot stand between the items of a list",
                shorten(what)
            ),
            "start each item with `- `, and indent its keys by two more spaces".to_owned(),
        )
    } else {
        (
            &INDENTATION,
            format!(
                "`{}` is indented by {column} spaces, which fits nothing above it",
                shorten(what)
            ),
            wanted.map_or_else(
                || "align it with the lines above".to_owned(),
                |c| format!("indent it by {c} spaces"),
            ),
        )
    };
    let mut diagnostic = Diagnostic::new(code, span, message).help(help);
    let run = Run::new(source, line);
    if let (Some(wanted), Some(meant), false) = (wanted, meant, same) {
        diagnostic = diagnostic
            .label(Span::at(meant), "this is what it may belong to")
            .fix(run.align(wanted));
    }
    let mut diagnosis = run.blank(diagnostic);
    match (meant, dash) {
        (Some(seq), true) => diagnosis
            .repairs
            .push(Repair::LostItem(seq, Span::of(content, end))),
        (Some(map), false) => diagnosis.repairs.extend(run.lost_keys(map)),
        (None, _) => {}
    }
    diagnosis
}

/// A line that is neither `key: value` nor `- item`.
fn no_entry(scene: &Scene<'_>, line: usize, content: usize, end: usize) -> Diagnosis {
    let source = scene.source();
    let text = scene.place.text(content, end);
    let word_len = text
        .find(|c: char| !(c.is_alphanumeric() || "_-.$".contains(c)))
        .unwrap_or(text.len());
    let word = text.get(..word_len).unwrap_or("");
    let rest = text.get(word_len..).unwrap_or("");
    let word_end = content + word_len;
    let map = scene.top().filter(|t| t.is_map()).map(|t| t.start);
    let span = Span::of(content, end);
    let mut lost = LostKey {
        map: map.unwrap_or(0),
        key: Span::of(content, word_end),
        value: None,
    };
    let short = shorten(text);
    let diagnostic = if word.is_empty() {
        let help =
            "write `key: value`, or `- item`; put quotes around text that starts with a sign";
        Diagnostic::new(&SYNTAX, span, format!("YAML cannot read `{short}` here")).help(help)
    } else if map.is_none() && scene.top().is_some_and(|t| matches!(t.kind, Kind::Seq(_))) {
        Diagnostic::new(&SYNTAX, span, format!("`{short}` is no list item"))
            .help(format!("write `- {short}`"))
            .replace(
                Applicability::Suggested,
                "make it an item",
                Span::of(content, content),
                "- ",
            )
    } else if let Some(value) = rest.strip_prefix(':').filter(|v| !v.is_empty()) {
        let at = Span::of(word_end, word_end + 1);
        if !value.starts_with(['[', '{', '|', '>', '&', '*', '!', ' ']) {
            lost.value = Some(Span::of(word_end + 1, end));
        }
        Diagnostic::new(&SYNTAX, at, format!("a space is missing after `{word}:`"))
            .help(format!("write `{word}: {value}`"))
            .replace(
                Applicability::Safe,
                "insert a space",
                Span::of(word_end + 1, word_end + 1),
                " ",
            )
    } else {
        let finding = Diagnostic::new(&SYNTAX, span, format!("`{short}` is no `key: value`"));
        let value = rest.trim_start_matches([' ', '=']);
        if value.is_empty() {
            finding.help(format!(
                "write `{word}: ` and a value, or indent the line if it belongs to the one above"
            ))
        } else {
            let gap = Span::of(word_end, end - value.len());
            finding.help(format!("write `{word}: {value}`")).replace(
                Applicability::Suggested,
                "write a colon",
                gap,
                ": ",
            )
        }
    };
    let block = lines::block_end(source, content, Some(content - line)).max(end);
    let mut diagnosis = Diagnosis::blank(diagnostic, content, block);
    match map {
        Some(_) if !word.is_empty() => diagnosis.repairs.push(Repair::LostKey(lost)),
        None => {
            if let Some(top) = scene.top() {
                diagnosis.repairs.push(Repair::LostItem(top.start, span));
            }
        }
        Some(_) => {}
    }
    diagnosis
}

/// Takes out a line and those below it at the same column, as entries that the mapping above misses.
pub(super) fn lost_lines(scene: &Scene<'_>, diagnostic: Diagnostic, line: usize) -> Diagnosis {
    let run = Run::new(scene.source(), line);
    let mut diagnosis = run.blank(diagnostic);
    let map = scene.frames.iter().rev().find(|f| f.is_map() && !f.flow);
    if let Some(map) = map {
        diagnosis.repairs.extend(run.lost_keys(map.start));
    }
    diagnosis
}

/// A line and those that follow at its column or deeper.
struct Run<'s> {
    source: &'s str,
    /// Starts of the lines.
    lines: Vec<usize>,
    column: usize,
    end: usize,
}

impl<'s> Run<'s> {
    fn new(source: &'s str, first: usize) -> Self {
        let column = lines::skip_blanks(source, first) - first;
        let mut run = Self {
            source,
            lines: Vec::new(),
            column,
            end: first,
        };
        let mut next = Some(first);
        while let Some(line) = next {
            let content = lines::skip_blanks(source, line);
            let line_end = lines::line_end(source, line);
            if content < line_end {
                if content - line < column {
                    break;
                }
                run.lines.push(line);
                run.end = lines::trimmed_end(source, content, line_end);
            }
            next = lines::next_line(source, line);
        }
        run
    }

    fn blank(&self, diagnostic: Diagnostic) -> Diagnosis {
        let first = self.lines.first().copied().unwrap_or(self.end);
        Diagnosis::blank(
            diagnostic,
            lines::skip_blanks(self.source, first).min(self.end),
            self.end,
        )
    }

    /// Moves the lines so that the first starts at `column`.
    fn align(&self, column: usize) -> Fix {
        let edits = self.lines.iter().map(|line| {
            let spaces = lines::skip_blanks(self.source, *line) - line;
            let wanted = (spaces + column).saturating_sub(self.column);
            Edit {
                span: Span::of(*line, line + spaces),
                text: " ".repeat(wanted),
            }
        });
        Fix {
            title: format!("indent by {column} spaces"),
            applicability: Applicability::Suggested,
            edits: edits.collect(),
        }
    }

    fn lost_keys(&self, map: u32) -> impl Iterator<Item = Repair> + '_ {
        self.lines.iter().filter_map(move |line| {
            let content = lines::skip_blanks(self.source, *line);
            let (start, end) = lines::key_at(self.source, content)?;
            (content - line == self.column).then(|| {
                Repair::LostKey(LostKey {
                    map,
                    key: Span::of(start, end),
                    value: None,
                })
            })
        })
    }
}
