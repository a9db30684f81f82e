//! Lines of block collections that stand at the wrong column, or are no entries at all.

use super::codes::{INDENTATION, SYNTAX, UNCLOSED};
use super::events::Fault;
use super::frame::Kind;
use super::lines;
use super::quirk::shorten;
use super::repairs::{LostKey, Repair};
use super::scene::{Diagnosis, Scene};
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
                .help(format!("indent it by {}", spaces(column)));
            let run = Run::new(source, line);
            let mut diagnosis = run.blank(diagnostic.fix(run.align(column)));
            diagnosis.repairs.extend(run.lost_keys(top.start));
            diagnosis
        }
        _ => {
            let first_end = lines::trimmed_end(source, value, lines::line_end(source, value));
            if let Some(finding) = no_space(scene.place.text(value, first_end), value) {
                return Diagnosis::error(finding, value, scene.block_end(value));
            }
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

/// A line after the outermost node: that started deeper, or the file should have ended.
pub(super) fn after_root(scene: &Scene<'_>) -> Diagnosis {
    let source = scene.source();
    let at = scene.stop.at;
    let root = scene
        .top()
        .and_then(|t| t.last)
        .map_or(0, |l| l.start as usize);
    let line = lines::line_start(source, root);
    let column = root - line;
    let own = lines::column(source, at);
    let below = lines::key_at(source, at);
    if let (Some(first), Some(below)) = (lines::key_at(source, root), below)
        && own < column
        && lines::skip_blanks(source, line) == root
    {
        let name = scene.place.text(first.0, first.1);
        let message = format!(
            "`{name}` is indented by {}, but the keys below it by {}",
            spaces(column),
            spaces(own)
        );
        let diagnostic = Diagnostic::new(&INDENTATION, Span::of(first.0, first.1), message)
            .label(
                Span::of(below.0, below.1),
                "the same mapping goes on at this column",
            )
            .help("start all keys of a mapping at one column");
        let run = Run::until(source, line, at);
        let mut diagnosis = run.blank(diagnostic.fix(run.align(own)));
        // The mapping starts at the line below, once these are gone.
        diagnosis
            .repairs
            .extend(run.lost_keys(Span::of(at, at).start));
        return diagnosis;
    }
    let end = lines::trimmed_end(source, at, source.len());
    let line_end = lines::trimmed_end(source, at, lines::line_end(source, at));
    let text = shorten(scene.place.text(at, line_end));
    let diagnostic = Diagnostic::new(
        &SYNTAX,
        Span::of(at, line_end),
        format!("`{text}` stands after the end of the outermost value"),
    )
    .help("a file is one mapping: write `key: value` lines that all start at one column");
    Diagnosis::blank(diagnostic, at, end)
}

/// A line where an entry was expected, and is not, or not at this column.
pub(super) fn line(scene: &Scene<'_>) -> Diagnosis {
    let source = scene.source();
    let line = lines::line_start(source, scene.stop.at);
    let content = lines::skip_blanks(source, line);
    let end = lines::trimmed_end(source, content, lines::line_end(source, content));
    let text = scene.place.text(content, end);
    match scene.stop.fault {
        Fault::Directive => return directive(content, end, text),
        Fault::Marker => {
            let at = scene.stop.at;
            let finding = Diagnostic::new(
                &SYNTAX,
                Span::of(at, end),
                "nothing but a comment may follow `...`",
            )
            .help("start a new line, or remove it");
            return Diagnosis::blank(finding, at, end);
        }
        _ => {}
    }
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
    let entry = lines::key_at(source, content).is_some() || lines::is_dash(source, content);
    if entry
        && matches!(
            scene.stop.fault,
            Fault::Key | Fault::Dash | Fault::DashHere | Fault::Indentation | Fault::Colon
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
    // A key is aligned with keys, never with the value of one.
    let fits = |at: &u32| dash || lines::key_at(source, *at as usize).is_some();
    let meant = if own.is_none_or(|c| column > c) {
        ended.filter(fits).or(open)
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
                "`{}` is indented by {}, which fits nothing above it",
                shorten(what),
                spaces(column)
            ),
            wanted.map_or_else(
                || "align it with the lines above".to_owned(),
                |c| format!("indent it by {}", spaces(c)),
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
    let word = first_word(text);
    let word_end = content + word.len();
    let value = text.get(word.len() + 1..).unwrap_or("");
    let map = scene.top().filter(|t| t.is_map()).map(|t| t.start);
    let in_list = scene.top().is_some_and(|t| matches!(t.kind, Kind::Seq(_)));
    let span = Span::of(content, end);
    let mut certain = None;
    let diagnostic = if in_list {
        let short = shorten(text);
        Diagnostic::new(&SYNTAX, span, format!("`{short}` is no list item"))
            .help(format!("write `- {short}`"))
            .replace(
                Applicability::Suggested,
                "make it an item",
                Span::at(span.start),
                "- ",
            )
    } else if let Some(finding) = no_space(text, content) {
        if !value.starts_with(['[', '{', '|', '>', '&', '*', '!']) {
            certain = Some(Span::of(word_end + 1, end));
        }
        finding
    } else {
        no_colon(text, word, content)
    };
    let block = lines::block_end(source, content, Some(content - line)).max(end);
    let mut diagnosis = Diagnosis::blank(diagnostic, content, block);
    match (map, scene.top()) {
        (Some(map), _) => {
            // A line that is indented deeper goes on with the one above.
            let own = content - line <= lines::column(source, map as usize);
            if own && !word.is_empty() {
                let key = Span::of(content, word_end);
                diagnosis.repairs.push(Repair::LostKey(LostKey {
                    map,
                    key,
                    value: certain,
                }));
            }
        }
        (None, Some(top)) => diagnosis.repairs.push(Repair::LostItem(top.start, span)),
        (None, None) => {}
    }
    diagnosis
}

/// The characters of a name that a text starts with.
fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || "_-.$".contains(c)));
    text.get(..end.unwrap_or(text.len())).unwrap_or("")
}

/// The finding that a text at `start` is a key and a value without the space between.
fn no_space(text: &str, start: usize) -> Option<Diagnostic> {
    let word = first_word(text);
    let value = text.get(word.len()..)?.strip_prefix(':')?;
    if word.is_empty() || value.is_empty() || value.starts_with([' ', '\t', ':', '/']) {
        return None;
    }
    let colon = start + word.len();
    let message = format!("a space is missing after `{word}:`");
    let gap = Span::of(colon + 1, colon + 1);
    Some(
        Diagnostic::new(&SYNTAX, Span::of(colon, colon + 1), message)
            .help(format!("write `{word}: {}`", shorten(value)))
            .replace(Applicability::Safe, "insert a space", gap, " "),
    )
}

/// The finding that a line of a mapping has no colon.
fn no_colon(text: &str, word: &str, start: usize) -> Diagnostic {
    let span = Span::of(start, start + text.len());
    let short = shorten(text);
    let finding = Diagnostic::new(&SYNTAX, span, format!("`{short}` is no `key: value`"));
    let value = text
        .get(word.len()..)
        .unwrap_or("")
        .trim_start_matches([' ', '=']);
    if word.is_empty() {
        return finding.help("write `key: value`; put quotes around text that starts with a sign");
    }
    if value.is_empty() {
        let help = "and a value, or indent the line if it belongs to the one above";
        return finding.help(format!("write `{word}: ` {help}"));
    }
    let gap = Span::of(start + word.len(), start + text.len() - value.len());
    finding
        .help(format!("write `{word}: {}`", shorten(value)))
        .replace(Applicability::Suggested, "write a colon", gap, ": ")
}

/// Takes out a line and those below it at the same column, as entries that the mapping above misses.
pub(super) fn lost_lines(scene: &Scene<'_>, diagnostic: Diagnostic, line: usize) -> Diagnosis {
    let run = Run::tabs(scene.source(), line);
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
    /// Lines of the same kind at the column of `first`, and deeper ones.
    fn new(source: &'s str, first: usize) -> Self {
        let content = lines::skip_blanks(source, first);
        let (column, dash) = (content - first, lines::is_dash(source, content));
        Self::of(source, first, |line, content| {
            let own = content - line;
            own > column || own == column && lines::is_dash(source, content) == dash
        })
    }

    /// The lines before `end`.
    fn until(source: &'s str, first: usize, end: usize) -> Self {
        let mut run = Self::of(source, first, |_, _| true);
        run.lines.retain(|line| *line < end);
        run.end = lines::trimmed_end(source, first, end);
        run
    }

    /// Lines with a tab in their indentation.
    fn tabs(source: &'s str, first: usize) -> Self {
        Self::of(source, first, |line, content| {
            source
                .get(line..content)
                .is_some_and(|indent| indent.contains('\t'))
        })
    }

    /// The lines from `first` on that belong, given where they start and where their content does.
    fn of(source: &'s str, first: usize, belongs: impl Fn(usize, usize) -> bool) -> Self {
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
                if !belongs(line, content) {
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
            title: format!("indent by {}", spaces(column)),
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

fn spaces(n: usize) -> String {
    match n {
        0 => "no space".to_owned(),
        1 => "1 space".to_owned(),
        n => format!("{n} spaces"),
    }
}
