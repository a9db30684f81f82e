//! The part of a text around its faults: edits are tried in it, so that a try takes as long in a large file as in a small one.
//!
//! What the part is depends on the lines of the text and on the places of its faults alone. It is the head of the file up to the first
//! step, the steps that faults stand in with those around them, and the last step with all behind it; a step is what begins
//! where steps are seen to begin by the columns of the lines. A part in which not the same faults are found is no good: then
//! edits are tried in the whole text.

use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::parse;
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use super::candidates::{Candidate, goes_on};
use super::{is_syntax, steps};
use crate::cut::{Cut, move_spans};

/// The share of a text that its part may have, in quarters.
const MAX_QUARTERS: usize = 3;

/// A text in which edits are tried.
pub(super) struct Near {
    /// The text: a part of the whole, or the whole.
    pub(super) source: Source,
    /// The faults, at their places in it.
    pub(super) faults: Vec<Diagnostic>,
    /// Steps of it that can be read.
    pub(super) steps: usize,
    /// The way back to the whole; none when it is the whole.
    cut: Option<Cut>,
}

impl Near {
    pub(super) fn of(whole: &Source, spelling: Spelling, faults: &[&Diagnostic]) -> Self {
        Self::part(whole, spelling, faults).unwrap_or_else(|| Self {
            source: whole.clone(),
            faults: faults.iter().map(|d| (*d).clone()).collect(),
            steps: steps(&parse(whole, spelling)),
            cut: None,
        })
    }

    fn part(whole: &Source, spelling: Spelling, faults: &[&Diagnostic]) -> Option<Self> {
        let parts = parts(&whole.text, spelling, faults)?;
        let cut = Cut::of(parts.into_iter(), &whole.text)?;
        if cut.text.len() / MAX_QUARTERS > whole.text.len() / 4 {
            return None;
        }
        let place = |d: &&Diagnostic| {
            let mut d = (*d).clone();
            move_spans(&mut d, |span| {
                Some(Span::new(cut.forth(span.start)?, cut.forth(span.end)?))
            })?;
            Some(d)
        };
        let faults = faults.iter().map(place).collect::<Option<Vec<_>>>()?;
        let source = Source::new(whole.name.as_str(), cut.text.as_str());
        let parsed = parse(&source, spelling);
        let place = |d: &Diagnostic| (d.span, d.code.id);
        let read = parsed.diagnostics.iter().filter(|d| is_syntax(d));
        if !read.map(place).eq(faults.iter().map(place)) {
            return None;
        }
        Some(Self {
            source,
            faults,
            steps: steps(&parsed),
            cut: Some(cut),
        })
    }

    /// An edit at its places in the whole text; none when it stands where something was left out.
    pub(super) fn back(&self, mut candidate: Candidate) -> Option<Candidate> {
        let Some(cut) = &self.cut else {
            return Some(candidate);
        };
        for edit in &mut candidate.edits {
            let span = cut.back(edit.span)?;
            if span.len() != edit.span.len() {
                return None;
            }
            edit.span = span;
        }
        if let Some(said) = &mut candidate.said {
            for span in said.at.iter_mut().chain(&mut said.opener) {
                *span = cut.back(*span)?;
            }
        }
        Some(candidate)
    }
}

/// The parts of a text that belong to its faults; none when its lines do not show where steps begin.
fn parts(text: &str, spelling: Spelling, faults: &[&Diagnostic]) -> Option<Vec<Span>> {
    let rows = Rows::of(text, spelling)?;
    let mut wanted: Vec<(usize, usize)> = faults.iter().map(|d| rows.around(d)).collect();
    wanted.push((rows.before(text.len())?, text.len()));
    wanted.sort_unstable();
    let mut out = vec![(0, rows.first)];
    for (start, end) in wanted {
        match out.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => out.push((start, end)),
        }
    }
    Some(out.into_iter().map(|(a, b)| Span::of(a, b)).collect())
}

/// The lines with which steps of the body begin, as their columns show.
struct Rows<'t> {
    text: &'t str,
    spelling: Spelling,
    indent: usize,
    /// Where the first of them begins.
    first: usize,
}

impl<'t> Rows<'t> {
    fn of(text: &'t str, spelling: Spelling) -> Option<Self> {
        let opening = match spelling {
            Spelling::Yaml if text.starts_with("steps:") => 0,
            Spelling::Yaml => text.find("\nsteps:")? + 1,
            Spelling::Json => text.find("\"steps\"")?,
            Spelling::Text if text.starts_with("workflow") => 0,
            Spelling::Text => text.find("\nworkflow")? + 1,
        };
        let mut first = opening;
        loop {
            first += text.get(first..)?.find('\n')? + 1;
            let line = text.get(first..)?;
            let said = line.trim_start_matches(' ');
            if !said.trim_start().starts_with(['#', '/']) && !said.starts_with(['\n', '\r']) {
                let indent = line.len() - said.len();
                let rows = Self {
                    text,
                    spelling,
                    indent,
                    first,
                };
                return rows.starts(first).then_some(rows);
            }
        }
    }

    /// Whether a step begins with the line that starts there.
    fn starts(&self, line: usize) -> bool {
        let line = self.text.get(line..).unwrap_or_default();
        let said = line.trim_start_matches(' ');
        let first = said.chars().next().unwrap_or('\n');
        line.len() - said.len() == self.indent
            && match self.spelling {
                Spelling::Yaml => said.starts_with("- "),
                Spelling::Json => first == '{',
                Spelling::Text => (first.is_ascii_alphabetic() || first == '_') && !goes_on(said),
            }
    }

    /// The last step that begins at a place or before.
    fn before(&self, place: usize) -> Option<usize> {
        let mut end = place;
        // A line that starts at the place itself is one, too.
        if self.is_line(place) && self.starts(place) {
            return Some(place);
        }
        loop {
            let line = self.text.get(..end)?.rfind('\n')? + 1;
            if line < self.first {
                return None;
            }
            if self.starts(line) {
                return Some(line);
            }
            end = line - 1;
        }
    }

    fn is_line(&self, place: usize) -> bool {
        place >= self.first && self.text.get(..place).is_some_and(|t| t.ends_with('\n'))
    }

    /// The first step that begins behind a place.
    fn behind(&self, place: usize) -> Option<usize> {
        let mut line = place;
        loop {
            line += self.text.get(line..)?.find('\n')? + 1;
            if self.starts(line) {
                return Some(line);
            }
        }
    }

    /// The steps that a finding points into, the one before and the one behind.
    fn around(&self, found: &Diagnostic) -> (usize, usize) {
        let labels = found.labels.iter().filter(|l| l.file.is_none());
        let labels = labels.map(|l| l.span);
        let edits = found.fixes.iter().flat_map(|f| &f.edits).map(|e| e.span);
        let all = std::iter::once(found.span).chain(labels).chain(edits);
        let (mut from, mut to) = (self.text.len(), self.first);
        for span in all {
            from = from.min(span.start as usize);
            to = to.max(span.end as usize);
        }
        let own = self.before(from).and_then(|own| own.checked_sub(1));
        let start = own.and_then(|above| self.before(above));
        let end = self.behind(to).and_then(|next| self.behind(next));
        (start.unwrap_or(self.first), end.unwrap_or(self.text.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(text: &str, spelling: Spelling) -> (String, usize) {
        let source = Source::new("test.wf", text);
        let found = parse(&source, spelling).diagnostics;
        let faults: Vec<&Diagnostic> = found.iter().filter(|d| is_syntax(d)).collect();
        assert!(!faults.is_empty());
        let near = Near::of(&source, spelling, &faults);
        (near.source.text.to_string(), near.faults.len())
    }

    #[test]
    fn the_part_is_the_head_the_steps_around_the_fault_and_the_last_one() {
        let step = |n: usize| format!("  - id: s{n}\n    type: bash\n    command: ls\n");
        let head = "name: x\nsteps:\n  # all\n";
        let text: String = (0..30).map(step).collect();
        let text = format!("{head}{text}return: 1\n").replace("  - id: s9\n", "  - id: \"s9\n");
        let (part, faults) = near(&text, Spelling::Yaml);
        let steps: String = (8..=10).map(step).collect();
        let steps = steps.replace("s9", "\"s9");
        assert_eq!(part, format!("{head}{steps}{}return: 1\n", step(29)));
        assert_eq!(faults, 1);
    }

    #[test]
    fn json_and_text_have_parts_too() {
        let step = |n: usize| format!("    {{ \"id\": \"s{n}\", \"type\": \"break\" }}");
        let steps: Vec<String> = (0..30).map(step).collect();
        let text = format!("{{\n  \"steps\": [\n{}\n  ]\n}}\n", steps.join(",\n"));
        let (part, _) = near(&text.replace("\"s9\",", "\"s9\""), Spelling::Json);
        assert_eq!(part.matches("\"id\"").count(), 4, "{part}");
        assert!(
            part.ends_with("\"s29\", \"type\": \"break\" }\n  ]\n}\n"),
            "{part}"
        );

        let step = |n: usize| format!("  let s{n} = bash \"ls\" {{\n    timeout: 5m\n  }}\n");
        let text: String = (0..30).map(step).collect();
        let text =
            format!("workflow w {{\n{text}}}\n").replace("s9 = bash \"ls\"", "s9 = bash \"ls");
        let (part, _) = near(&text, Spelling::Text);
        assert_eq!(part.matches("let").count(), 4, "{part}");
    }

    #[test]
    fn a_text_whose_lines_do_not_show_its_steps_is_looked_at_whole() {
        let text = "{ \"steps\": [ { \"id\": \"a\" \"type\": \"break\" } ] }";
        assert_eq!(near(text, Spelling::Json).0, text);
    }
}
