//! Quantities: the largest of a few polynomials over numbers that are known only when a run is under way.
//!
//! All coefficients and unknowns are zero or more, so that a polynomial whose coefficients are all at most those of
//! another is never the larger one.

use std::cmp::Ordering;
use std::sync::Arc;

use smallvec::{SmallVec, smallvec};
use wfc_syntax::span::Span;

/// Polynomials that are kept apart in one quantity; beyond, the larger coefficients are taken together.
const MAX_POLYNOMIALS: usize = 6;
/// Terms of one polynomial; beyond, nothing is said of the quantity.
const MAX_TERMS: usize = 48;
/// Reasons that one quantity keeps.
const MAX_REASONS: usize = 16;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, when it is not the one that was asked about.
    pub file: Option<Arc<str>>,
    /// Where in it.
    pub span: Span,
}

/// A number that is known only when a run is under way: the size of a list, or a length of time.
///
/// One that belongs to a loop's item stands for its largest value.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// As it is written: `pages.size()`.
    pub text: Arc<str>,
    /// Whether it is a length of time, in nanoseconds.
    pub is_time: bool,
    /// The input whose value it is (of a length of time) or whose size it is.
    pub input: Option<Arc<str>>,
    /// Where it is read.
    pub place: Place,
}

impl Unknown {
    fn key(&self) -> (&str, bool) {
        (&self.text, self.is_time)
    }
}

impl PartialEq for Unknown {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Unknown {}

impl PartialOrd for Unknown {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Unknown {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// Why something has no bound.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// What has none.
    pub place: Place,
    /// Why, in words.
    pub text: Arc<str>,
}

/// `constant + Σ coefficient × unknowns`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Poly {
    pub(crate) constant: u128,
    /// Sorted by their unknowns; no coefficient is zero.
    pub(crate) terms: Vec<(Vec<Unknown>, u128)>,
}

impl Poly {
    fn is_zero(&self) -> bool {
        self.constant == 0 && self.terms.is_empty()
    }

    fn insert(&mut self, unknowns: Vec<Unknown>, coefficient: u128, join: fn(u128, u128) -> u128) {
        if coefficient == 0 {
            return;
        }
        match self.terms.binary_search_by(|(have, _)| have.cmp(&unknowns)) {
            Ok(at) => {
                if let Some((_, have)) = self.terms.get_mut(at) {
                    *have = join(*have, coefficient);
                }
            }
            Err(at) => self.terms.insert(at, (unknowns, coefficient)),
        }
    }

    fn combined(&self, other: &Self, join: fn(u128, u128) -> u128) -> Self {
        let mut out = self.clone();
        out.constant = join(out.constant, other.constant);
        for (unknowns, coefficient) in &other.terms {
            out.insert(unknowns.clone(), *coefficient, join);
        }
        out
    }

    fn plus(&self, other: &Self) -> Self {
        self.combined(other, u128::saturating_add)
    }

    fn times(&self, other: &Self) -> Self {
        let mut out = Self {
            constant: self.constant.saturating_mul(other.constant),
            terms: Vec::new(),
        };
        for (a, x) in &self.terms {
            out.insert(
                a.clone(),
                x.saturating_mul(other.constant),
                u128::saturating_add,
            );
            for (b, y) in &other.terms {
                let mut both: Vec<Unknown> = a.iter().chain(b).cloned().collect();
                both.sort();
                out.insert(both, x.saturating_mul(*y), u128::saturating_add);
            }
        }
        for (b, y) in &other.terms {
            out.insert(
                b.clone(),
                y.saturating_mul(self.constant),
                u128::saturating_add,
            );
        }
        out
    }

    fn coefficient(&self, unknowns: &[Unknown]) -> u128 {
        self.terms
            .iter()
            .find(|(have, _)| have == unknowns)
            .map_or(0, |(_, c)| *c)
    }

    /// Whether it is never more than the other.
    fn is_within(&self, other: &Self) -> bool {
        self.constant <= other.constant
            && self.terms.iter().all(|(u, c)| *c <= other.coefficient(u))
    }
}

/// How much at most: a number, a formula over unknowns, or without bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quantity {
    /// The largest of them counts; none is zero.
    pub(crate) polys: SmallVec<[Poly; 1]>,
    /// Why there is no bound; none when there is one.
    unbounded: Vec<Reason>,
}

impl Quantity {
    /// Nothing.
    pub(crate) const fn zero() -> Self {
        Self {
            polys: SmallVec::new_const(),
            unbounded: Vec::new(),
        }
    }

    pub(crate) fn of(n: u128) -> Self {
        Self::from_poly(Poly {
            constant: n,
            terms: Vec::new(),
        })
    }

    fn from_poly(poly: Poly) -> Self {
        let mut out = Self::zero();
        if !poly.is_zero() {
            out.polys.push(poly);
        }
        out
    }

    pub(crate) fn unknown(unknown: Unknown) -> Self {
        Self::from_poly(Poly {
            constant: 0,
            terms: vec![(vec![unknown], 1)],
        })
    }

    pub(crate) fn without_bound(reason: Reason) -> Self {
        Self {
            polys: SmallVec::new_const(),
            unbounded: vec![reason],
        }
    }

    /// Whether it is nothing for sure.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.polys.is_empty() && self.unbounded.is_empty()
    }

    /// The number, when it is one.
    #[must_use]
    pub fn number(&self) -> Option<u128> {
        match self.polys.as_slice() {
            _ if !self.unbounded.is_empty() => None,
            [] => Some(0),
            [poly] if poly.terms.is_empty() => Some(poly.constant),
            _ => None,
        }
    }

    /// The number that it comes to when each unknown is what `value` says; none without a bound.
    #[must_use]
    pub fn evaluate(&self, value: &dyn Fn(&Unknown) -> u128) -> Option<u128> {
        let of = |poly: &Poly| {
            let terms = poly.terms.iter().map(|(unknowns, coefficient)| {
                unknowns
                    .iter()
                    .fold(*coefficient, |product, u| product.saturating_mul(value(u)))
            });
            terms.fold(poly.constant, u128::saturating_add)
        };
        self.unbounded
            .is_empty()
            .then(|| self.polys.iter().map(of).max().unwrap_or(0))
    }

    /// Why there is no bound; empty when there is one.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.unbounded
    }

    /// The unknowns that it depends on, in the order of their texts.
    #[must_use]
    pub fn unknowns(&self) -> Vec<Unknown> {
        let all = self.polys.iter().flat_map(|p| &p.terms);
        let mut out: Vec<Unknown> = all.flat_map(|(u, _)| u.iter().cloned()).collect();
        out.sort();
        out.dedup();
        out
    }

    fn add_reasons(&mut self, reasons: &[Reason]) {
        if self.unbounded.is_empty() {
            // Those of one quantity are few, and none is there twice.
            self.unbounded.extend_from_slice(reasons);
            return;
        }
        for reason in reasons {
            if self.unbounded.len() < MAX_REASONS && !self.unbounded.contains(reason) {
                self.unbounded.push(reason.clone());
            }
        }
    }

    fn push(&mut self, poly: Poly) {
        if poly.is_zero() || self.polys.iter().any(|have| poly.is_within(have)) {
            return;
        }
        self.polys.retain(|have| !have.is_within(&poly));
        self.polys.push(poly);
    }

    /// Few polynomials of few terms.
    fn kept_small(mut self) -> Self {
        if self.polys.len() > MAX_POLYNOMIALS {
            self.polys = smallvec![self.collapsed()];
        }
        if self.polys.iter().any(|p| p.terms.len() > MAX_TERMS) {
            let place = self.unknowns().into_iter().next().map(|u| u.place);
            self.polys.clear();
            self.add_reasons(&place.map_or_else(Vec::new, |place| {
                vec![Reason {
                    place,
                    text: "depends on too many sizes".into(),
                }]
            }));
        }
        self
    }

    fn collapsed(&self) -> Poly {
        let all = self.polys.iter();
        all.fold(Poly::default(), |sum, p| sum.combined(p, u128::max))
    }

    fn each_pair(&self, other: &Self, join: fn(&Poly, &Poly) -> Poly) -> Vec<Poly> {
        if self.polys.len() * other.polys.len() > MAX_POLYNOMIALS * 2 {
            return vec![join(&self.collapsed(), &other.collapsed())];
        }
        let pairs = self.polys.iter();
        pairs
            .flat_map(|a| other.polys.iter().map(move |b| join(a, b)))
            .collect()
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        if other.is_zero() {
            return self.clone();
        }
        if self.is_zero() {
            return other.clone();
        }
        let mut out = Self::zero();
        out.add_reasons(&self.unbounded);
        out.add_reasons(&other.unbounded);
        match (self.polys.is_empty(), other.polys.is_empty()) {
            (true, _) => out.polys.clone_from(&other.polys),
            (_, true) => out.polys.clone_from(&self.polys),
            _ => {
                for poly in self.each_pair(other, Poly::plus) {
                    out.push(poly);
                }
            }
        }
        out.kept_small()
    }

    pub(crate) fn max(&self, other: &Self) -> Self {
        let mut out = self.clone();
        out.add_reasons(&other.unbounded);
        for poly in &other.polys {
            out.push(poly.clone());
        }
        out.kept_small()
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::zero();
        }
        let mut out = Self::zero();
        out.add_reasons(&self.unbounded);
        out.add_reasons(&other.unbounded);
        for poly in self.each_pair(other, Poly::times) {
            out.push(poly);
        }
        out.kept_small()
    }

    pub(crate) fn scaled(&self, n: u128) -> Self {
        self.times(&Self::of(n))
    }

    /// At most `limit` too. A number is kept when it is smaller; for anything else the limit is what is known.
    pub(crate) fn capped(&self, limit: &Self) -> Self {
        match (self.number(), limit.number()) {
            (Some(a), Some(b)) if a <= b => self.clone(),
            (_, Some(_)) => limit.clone(),
            (Some(_), None) => self.clone(),
            (None, None) if self.unbounded.is_empty() => self.clone(),
            (None, None) => limit.clone(),
        }
    }

    /// The same with each unknown replaced.
    pub(crate) fn replaced(&self, with: &mut dyn FnMut(&Unknown) -> Self) -> Self {
        let mut out = Self::zero();
        out.add_reasons(&self.unbounded);
        for poly in &self.polys {
            let mut sum = Self::of(poly.constant);
            for (unknowns, coefficient) in &poly.terms {
                let term = unknowns
                    .iter()
                    .fold(Self::of(*coefficient), |product, u| product.times(&with(u)));
                sum = sum.plus(&term);
            }
            out = out.max(&sum);
        }
        out.kept_small()
    }

    /// The reasons' places made those of another file.
    pub(crate) fn in_file(mut self, file: &Arc<str>) -> Self {
        for reason in &mut self.unbounded {
            reason.place.file.get_or_insert_with(|| file.clone());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> Quantity {
        Quantity::unknown(Unknown {
            text: text.into(),
            is_time: false,
            input: None,
            place: Place {
                file: None,
                span: Span::at(0),
            },
        })
    }

    fn endless() -> Quantity {
        Quantity::without_bound(Reason {
            place: Place {
                file: None,
                span: Span::at(0),
            },
            text: "no end".into(),
        })
    }

    #[test]
    fn sums_products_and_largest() {
        let n = size("n");
        let twice = n.plus(&n);
        assert_eq!(twice, n.scaled(2));
        assert_eq!(n.plus(&Quantity::of(1)).times(&n), n.times(&n).plus(&n));
        // The larger coefficients win, others stay apart.
        assert_eq!(n.max(&twice), twice);
        let apart = n.max(&Quantity::of(7));
        assert_eq!(apart.polys.len(), 2);
        assert_eq!(apart.plus(&Quantity::of(1)).polys.len(), 2);
        assert_eq!(
            apart.max(&n.plus(&Quantity::of(7))),
            n.plus(&Quantity::of(7))
        );
    }

    #[test]
    fn nothing_times_without_end_is_nothing() {
        assert!(endless().times(&Quantity::zero()).is_zero());
        assert_eq!(endless().plus(&Quantity::of(3)).number(), None);
        assert_eq!(endless().capped(&Quantity::of(3)).number(), Some(3));
        assert_eq!(size("n").capped(&Quantity::of(3)).number(), Some(3));
        assert_eq!(Quantity::of(2).capped(&Quantity::of(3)).number(), Some(2));
        assert_eq!(endless().capped(&size("n")), size("n"));
    }

    #[test]
    fn many_polynomials_become_one_that_holds_them_all() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let all = names
            .iter()
            .fold(Quantity::zero(), |all, n| all.max(&size(n)));
        assert!(all.polys.len() < names.len());
        for name in names {
            assert_eq!(all.max(&size(name)), all);
        }
    }

    #[test]
    fn unknowns_are_replaced() {
        let n = size("n").plus(&Quantity::of(1));
        let mut with = |_: &Unknown| Quantity::of(4);
        assert_eq!(n.times(&n).replaced(&mut with).number(), Some(25));
    }
}
