//! Quantities in words: `3 × pages.size() + 2`, `10m × ceil(pages.size() / 4)`, `max(a, b)`.

use wfc_syntax::print_expr::duration_text;

use super::quantity::{Poly, Quantity};

/// What a quantity counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Nanoseconds.
    Time,
}

impl Quantity {
    /// The quantity as a formula; `unbounded` when it has no bound.
    #[must_use]
    pub fn formula(&self, unit: Unit) -> String {
        if !self.reasons().is_empty() {
            return "unbounded".to_owned();
        }
        match self.polys.as_slice() {
            [] => amount(0, unit),
            [one] => one.text(unit),
            several => {
                let mut texts: Vec<String> = several.iter().map(|p| p.text(unit)).collect();
                texts.sort();
                format!("max({})", texts.join(", "))
            }
        }
    }
}

impl Poly {
    fn text(&self, unit: Unit) -> String {
        let mut parts: Vec<String> = self
            .terms
            .iter()
            .map(|(unknowns, coefficient)| {
                let timed = unknowns.iter().any(|u| u.is_time);
                let mut factors = Vec::with_capacity(unknowns.len() + 1);
                if *coefficient != 1 || (unit == Unit::Time && !timed) {
                    let unit = if timed { Unit::Count } else { unit };
                    factors.push(amount(*coefficient, unit));
                }
                factors.extend(unknowns.iter().map(|u| u.text.to_string()));
                factors.join(" × ")
            })
            .collect();
        if self.constant > 0 || parts.is_empty() {
            parts.push(amount(self.constant, unit));
        }
        parts.join(" + ")
    }
}

/// A number, or a length of time in units that people read.
fn amount(n: u128, unit: Unit) -> String {
    match unit {
        Unit::Count if n == u128::MAX => "more than can be counted".to_owned(),
        Unit::Count => n.to_string(),
        Unit::Time => i64::try_from(n).map_or_else(
            |_| "more than 290 years".to_owned(),
            |n| duration_text(rounded(n)),
        ),
    }
}

/// Long times without what nobody asks about: parts of a second from a minute on.
fn rounded(nanos: i64) -> i64 {
    const SECOND: i64 = 1_000_000_000;
    if nanos > 60 * SECOND {
        nanos.div_ceil_by(SECOND)
    } else {
        nanos
    }
}

trait DivCeil {
    /// The next multiple of `unit`, as long as there is one.
    fn div_ceil_by(self, unit: Self) -> Self;
}

impl DivCeil for i64 {
    fn div_ceil_by(self, unit: Self) -> Self {
        let over = self % unit;
        if over == 0 {
            self
        } else {
            self.checked_add(unit - over).unwrap_or(self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::quantity::{Place, Unknown};
    use super::*;
    use wfc_syntax::span::Span;

    fn unknown(text: &str, is_time: bool) -> Quantity {
        Quantity::unknown(Unknown {
            text: text.into(),
            is_time,
            input: None,
            place: Place {
                file: None,
                span: Span::at(0),
            },
        })
    }

    #[test]
    fn formulas_read_as_people_write_them() {
        let n = unknown("pages.size()", false);
        let three = n.scaled(3).plus(&Quantity::of(2));
        assert_eq!(three.formula(Unit::Count), "3 × pages.size() + 2");
        let minute = 60_000_000_000;
        assert_eq!(
            n.scaled(10 * minute).formula(Unit::Time),
            "10m × pages.size()"
        );
        let delay = unknown("delay", true);
        assert_eq!(delay.times(&n).formula(Unit::Time), "delay × pages.size()");
        assert_eq!(Quantity::zero().formula(Unit::Time), "0s");
        assert_eq!(
            n.max(&Quantity::of(4)).formula(Unit::Count),
            "max(4, pages.size())"
        );
        assert_eq!(Quantity::of(90_000_000_001).formula(Unit::Time), "1m31s");
    }
}
