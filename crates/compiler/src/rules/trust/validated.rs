//! Expressions whose values were held against a pattern or against constants.

use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, Exprs, UnaryOp};
use wfc_syntax::print_expr::expr_text;

use crate::analysis::constant::constant;

/// What an expression was held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Against {
    /// Constants: nobody's own words are left.
    Words,
    /// A pattern that lets nothing through that means something to a shell.
    Pattern,
}

enum Entry {
    Held(String, Against),
    /// A variable was assigned: what was known of it before is past.
    Assigned(String),
}

/// What was held against something on every path to one place of the walk, as text, in the order of the walk.
#[derive(Default)]
pub(super) struct Validated(Vec<Entry>);

impl Validated {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A place to go back to.
    pub(super) fn mark(&self) -> usize {
        self.0.len()
    }

    /// Forgets what was added since `mark`, save for assignments.
    pub(super) fn back_to(&mut self, mark: usize) {
        let since = self.0.split_off(mark.min(self.0.len()));
        // Without anything held before, there is nothing that an assignment could change.
        if mark > 0 {
            let assigned = since
                .into_iter()
                .filter(|e| matches!(e, Entry::Assigned(_)));
            self.0.extend(assigned);
        }
    }

    pub(super) fn assigned(&mut self, name: &str) {
        if !self.0.is_empty() {
            self.0.push(Entry::Assigned(name.to_owned()));
        }
    }

    /// What the expression with this text was held against.
    pub(super) fn of(&self, text: &str) -> Option<Against> {
        let end = |c: char| !(c.is_alphanumeric() || c == '_');
        let root = text.split(end).next().unwrap_or_default();
        let mut found = None;
        for entry in self.0.iter().rev() {
            match entry {
                Entry::Held(held, against) if held == text => {
                    found = Some(found.map_or(*against, |f: Against| f.min(*against)));
                }
                Entry::Assigned(name) if name == root => break,
                _ => {}
            }
        }
        found
    }

    /// Notes what is known when a condition comes out as `holds`.
    pub(super) fn assume(&mut self, exprs: &Exprs, condition: ExprId, holds: bool) {
        match exprs.kind(condition) {
            ExprKind::Unary {
                op: UnaryOp::Not,
                arg,
            } => self.assume(exprs, *arg, !holds),
            ExprKind::Binary {
                op, left, right, ..
            } => match (op, holds) {
                (BinaryOp::And, true) | (BinaryOp::Or, false) => {
                    self.assume(exprs, *left, holds);
                    self.assume(exprs, *right, holds);
                }
                (BinaryOp::Eq, true) | (BinaryOp::Ne, false) => {
                    for (one, other) in [(left, right), (right, left)] {
                        if constant(exprs, *other).is_some() {
                            self.add(exprs, *one, Against::Words);
                        }
                    }
                }
                (BinaryOp::In, true) if constant(exprs, *right).is_some() => {
                    self.add(exprs, *left, Against::Words);
                }
                _ => {}
            },
            ExprKind::Call { target, name, args } if holds && &*name.text == "matches" => {
                let ((Some(of), [pattern]) | (None, [of, pattern])) = (target, args.as_slice())
                else {
                    return;
                };
                if matches!(exprs.kind(*pattern), ExprKind::String(p) if is_tight(p)) {
                    self.add(exprs, *of, Against::Pattern);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, exprs: &Exprs, id: ExprId, against: Against) {
        self.0.push(Entry::Held(expr_text(exprs, id), against));
    }
}

/// Whether a pattern holds a whole text to characters that mean nothing to a shell. It errs on the side of no.
fn is_tight(pattern: &str) -> bool {
    let Some(inner) = pattern
        .strip_prefix('^')
        .and_then(|p| p.strip_suffix('$'))
        .filter(|p| !p.ends_with('\\'))
    else {
        return false;
    };
    let safe = |c: char| c.is_ascii_alphanumeric() || "_-./:@,+=% ".contains(c);
    let mut chars = inner.chars().peekable();
    let mut nested = 0_u32;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('d' | 'w' | 'b' | '.' | '-' | '/' | '+') => {}
                _ => return false,
            },
            '[' => {
                if !is_tight_class(&mut chars, safe) {
                    return false;
                }
            }
            '(' => {
                nested += 1;
                if chars.peek() == Some(&'?') {
                    chars.next();
                    if chars.next() != Some(':') {
                        return false;
                    }
                }
            }
            ')' => nested = nested.saturating_sub(1),
            '|' if nested > 0 => {}
            '{' => {
                for c in chars.by_ref() {
                    match c {
                        '}' => break,
                        '0'..='9' | ',' => {}
                        _ => return false,
                    }
                }
            }
            '*' | '+' | '?' => {}
            '.' => return false,
            c if safe(c) => {}
            _ => return false,
        }
    }
    true
}

/// The rest of a class behind its `[`: characters, ranges within letters or digits, and `\d`, `\w`.
fn is_tight_class(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    safe: impl Fn(char) -> bool,
) -> bool {
    let mut last: Option<char> = None;
    while let Some(c) = chars.next() {
        match c {
            ']' => return true,
            '\\' => match chars.next() {
                Some('d' | 'w' | '.' | '-' | '/' | '+') => last = None,
                _ => return false,
            },
            '-' if last.is_some() && chars.peek().is_some_and(|c| *c != ']') => {
                let end = chars.next().unwrap_or(']');
                let alike = |a: char, b: char| {
                    a.is_ascii_lowercase() && b.is_ascii_lowercase()
                        || a.is_ascii_uppercase() && b.is_ascii_uppercase()
                        || a.is_ascii_digit() && b.is_ascii_digit()
                };
                if !last.is_some_and(|start| alike(start, end)) {
                    return false;
                }
                last = None;
            }
            c if safe(c) => last = Some(c),
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_tight;

    #[test]
    fn patterns_that_hold_the_whole_text_to_harmless_characters() {
        for pattern in [
            "^[a-z-]+$",
            "^[A-Za-z0-9_./-]{1,64}$",
            r"^v\d+\.\d+(?:-(rc|beta)\d+)?$",
            r"^[\w.-]+@[\w-]+$",
            "^(main|next)$",
            "^T-[0-9]+$",
        ] {
            assert!(is_tight(pattern), "{pattern}");
        }
    }

    #[test]
    fn patterns_that_let_something_through() {
        for pattern in [
            "[a-z]+",
            "^[a-z]+",
            "[a-z]+$",
            "^.*$",
            "^a|b$",
            "^[^;]+$",
            r"^\S+$",
            r"^[a-z\s]+$",
            "^[ -~]+$",
            "^[+-z]+$",
            "^[a-z]+\\$",
            "(?m)^[a-z]+$",
            "^(?s:.+)$",
            "^[a-z;]+$",
            "^'[a-z]+'$",
        ] {
            assert!(!is_tight(pattern), "{pattern}");
        }
    }
}
