//! The steps of a file's body as parts of its text: what can be left out of a slice.

use wfc_syntax::ast::Ast;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use super::change::Change;
use crate::cut::Cut;

/// Where each step of the body begins. A unit goes on to the start of the next one, the last to the end of the text; what stands
/// before the first is the head.
#[derive(Clone, Debug)]
pub(super) struct Units {
    starts: Vec<u32>,
    len: u32,
}

impl Units {
    /// The units of a text; none when steps are not written one behind the other.
    pub(super) fn of(ast: &Ast, text: &str, spelling: Spelling) -> Option<Self> {
        let mut starts = Vec::with_capacity(ast.workflow.steps.steps.len());
        let mut last = 0;
        for id in &ast.workflow.steps.steps {
            let span = ast.step(*id).span;
            let start = match spelling {
                Spelling::Yaml => start_of_item(text, span.start as usize),
                Spelling::Json | Spelling::Text => span.start,
            };
            if start < last || span.end <= start {
                return None;
            }
            starts.push(start);
            last = span.end;
        }
        let len = u32::try_from(text.len()).ok()?;
        (last <= len).then_some(Self { starts, len })
    }

    pub(super) fn count(&self) -> usize {
        self.starts.len()
    }

    /// Where the head ends.
    pub(super) fn head(&self) -> u32 {
        self.starts.first().copied().unwrap_or(self.len)
    }

    /// A unit's part of the text.
    pub(super) fn span(&self, unit: usize) -> Span {
        let start = self.starts.get(unit).copied().unwrap_or(self.len);
        let end = self.starts.get(unit + 1).copied().unwrap_or(self.len);
        Span::new(start, end)
    }

    /// The head and some of the units, in their order.
    pub(super) fn cut(&self, wanted: impl Iterator<Item = u32>, text: &str) -> Option<Cut> {
        let head = Span::new(0, self.head());
        let units = wanted.map(|unit| self.span(unit as usize));
        Cut::of(std::iter::once(head).chain(units), text)
    }

    /// The unit that a place is in; none for the head.
    pub(super) fn at(&self, place: u32) -> Option<usize> {
        self.starts.partition_point(|s| *s <= place).checked_sub(1)
    }

    /// Leaves the blank lines that a unit begins with to the unit before: what is typed there goes on with that one. Tells
    /// how many bytes they are.
    pub(super) fn without_lead(&mut self, unit: usize, text: &str, spelling: Spelling) -> u32 {
        let own = text.get(self.span(unit).range()).unwrap_or_default();
        let mut blank = own.len() - own.trim_start().len();
        if spelling == Spelling::Yaml {
            let lines = own.get(..blank).and_then(|b| b.rfind('\n'));
            blank = lines.map_or(0, |end| end + 1);
        }
        if unit == 0 || blank == own.len() {
            return 0;
        }
        let blank = u32::try_from(blank).unwrap_or(0);
        if let Some(start) = self.starts.get_mut(unit) {
            *start += blank;
        }
        blank
    }

    /// The unit that a change stays in.
    pub(super) fn holding(&self, change: Change) -> Option<usize> {
        let unit = self.at(change.span.start)?;
        let span = self.span(unit);
        let last = unit + 1 == self.count();
        (change.span.end < span.end || last).then_some(unit)
    }

    /// The units after a change in one of them.
    pub(super) fn after(&self, unit: usize, change: Change) -> Option<Self> {
        let mut out = self.clone();
        for start in out.starts.iter_mut().skip(unit + 1) {
            *start = change.place(*start)?;
        }
        out.len = (self.len + change.len).checked_sub(change.span.len())?;
        Some(out)
    }
}

/// Where an item of a list in YAML begins: at the start of its line, when nothing but its dash stands before it.
fn start_of_item(text: &str, at: usize) -> u32 {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |n| n + 1);
    let alone = before
        .get(line..)
        .is_some_and(|b| b.chars().all(|c| c == ' ' || c == '-'));
    u32::try_from(if alone { line } else { at }).unwrap_or(u32::MAX)
}

/// Whether nothing is written between two steps but what separates them.
pub(super) fn is_gap(between: &str, spelling: Spelling) -> bool {
    match spelling {
        Spelling::Json => between.chars().all(|c| c.is_whitespace() || c == ','),
        Spelling::Yaml => between.lines().all(|line| {
            let said = line.trim_start_matches([' ', '-', ',']);
            said.trim().is_empty() || said.starts_with('#')
        }),
        Spelling::Text => {
            let mut rest = between.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            while !rest.is_empty() {
                let behind = if rest.starts_with("//") {
                    rest.find('\n').map(|n| n + 1)
                } else if rest.starts_with("/*") {
                    rest.find("*/").map(|n| n + 2)
                } else {
                    return false;
                };
                rest = behind.and_then(|n| rest.get(n..)).unwrap_or_default();
                rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            }
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(starts: &[u32], len: u32) -> Units {
        Units {
            starts: starts.to_vec(),
            len,
        }
    }

    #[test]
    fn a_change_belongs_to_the_unit_that_it_begins_in() {
        let units = units(&[2, 4, 6], 8);
        let change = |start, end| Change {
            span: Span::new(start, end),
            len: 3,
        };
        assert_eq!(units.holding(change(1, 1)), None, "the head");
        assert_eq!(units.holding(change(2, 3)), Some(0));
        assert_eq!(units.holding(change(3, 4)), None, "the next one's start");
        assert_eq!(units.holding(change(4, 4)), Some(1));
        assert_eq!(units.holding(change(6, 8)), Some(2));
        let after = units.after(1, change(5, 5)).unwrap();
        assert_eq!((after.starts, after.len), (vec![2, 4, 9], 11));
        let after = units.after(2, change(8, 8)).unwrap();
        assert_eq!(after.len, 11, "at the end of the text");
    }

    #[test]
    fn blank_lines_before_a_step_belong_to_the_one_before() {
        let text = "s:\n- a\n\n \n- b\n\n";
        let mut all = units(&[3, 7, 14], 14);
        assert_eq!(all.without_lead(1, text, Spelling::Yaml), 3);
        assert_eq!(all.span(1), Span::new(10, 14));
        assert_eq!(all.without_lead(1, text, Spelling::Yaml), 0);
        assert_eq!(all.without_lead(2, text, Spelling::Yaml), 0, "nothing");
    }

    #[test]
    fn gaps_hold_comments_and_separators_alone() {
        assert!(is_gap(" # x\n\n  # y: z\n  - ", Spelling::Yaml));
        assert!(!is_gap("\n  id: x\n", Spelling::Yaml));
        assert!(is_gap(",\n  ", Spelling::Json));
        assert!(is_gap("\n // input\n /* a\n b */\n", Spelling::Text));
        assert!(!is_gap("\n input x: int\n", Spelling::Text));
    }
}
