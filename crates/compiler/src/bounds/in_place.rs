//! Sums and maxima in place. Nearly all quantities are numbers, and along a block one is added to the other for every step and
//! every way out of it: these need no new memory.

use super::quantity::Quantity;

impl Quantity {
    /// `first.plus(self)`
    pub(crate) fn add_to(&mut self, first: &Self) {
        self.combine(first, u128::saturating_add, |mine| first.plus(mine));
    }

    /// `first.max(self)`
    pub(crate) fn raise_from(&mut self, first: &Self) {
        self.combine(first, u128::max, |mine| first.max(mine));
    }

    /// `self.max(other)`
    pub(crate) fn raise(&mut self, other: &Self) {
        self.combine(other, u128::max, |mine| mine.max(other));
    }

    /// With nothing each of these gives the other; two numbers give a number; `full` does the rest.
    fn combine(
        &mut self,
        other: &Self,
        numbers: fn(u128, u128) -> u128,
        full: impl FnOnce(&Self) -> Self,
    ) {
        if other.is_zero() {
            return;
        }
        if self.is_zero() {
            self.clone_from(other);
            return;
        }
        match (self.number(), other.number(), self.polys.as_mut_slice()) {
            (Some(a), Some(b), [poly]) => poly.constant = numbers(a, b),
            _ => *self = full(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::quantity::{Place, Reason, Unknown};
    use wfc_syntax::span::Span;

    #[test]
    fn in_place_is_what_it_is_anew() {
        let place = || Place {
            file: None,
            span: Span::at(0),
        };
        let size = |text: &str| {
            Quantity::unknown(Unknown {
                text: text.into(),
                is_time: false,
                input: None,
                place: place(),
            })
        };
        let endless = Quantity::without_bound(Reason {
            place: place(),
            text: "no end".into(),
        });
        let some = [
            Quantity::zero(),
            Quantity::of(1),
            Quantity::of(7),
            Quantity::of(u128::MAX),
            size("n"),
            size("n").plus(&Quantity::of(3)),
            size("m").max(&Quantity::of(5)),
            endless.plus(&Quantity::of(2)),
            endless.plus(&size("n")),
            endless,
        ];
        for a in &some {
            for b in &some {
                let changed = |change: fn(&mut Quantity, &Quantity)| {
                    let mut out = b.clone();
                    change(&mut out, a);
                    out
                };
                assert_eq!(changed(Quantity::add_to), a.plus(b), "{a:?} {b:?}");
                assert_eq!(changed(Quantity::raise_from), a.max(b), "{a:?} {b:?}");
                assert_eq!(changed(Quantity::raise), b.max(a), "{a:?} {b:?}");
            }
        }
    }
}
