//! Places in a vector, sorted by what is there, in pieces: inserting moves one piece only.

use std::cmp::Ordering;

/// How long a piece may be before it is cut in two.
const PIECE: usize = 512;

/// Sorted places. Every piece holds at least one.
#[derive(Clone, Default)]
pub(crate) struct Order(Vec<Vec<u32>>);

impl Order {
    /// The places from 0 up to `len`, sorted.
    pub(crate) fn new(len: usize, compare: impl Fn(u32, u32) -> Ordering) -> Self {
        let mut all: Vec<u32> = (0..u32::try_from(len).unwrap_or(u32::MAX)).collect();
        all.sort_by(|a, b| compare(*a, *b));
        Self(all.chunks(PIECE / 2).map(<[u32]>::to_vec).collect())
    }

    /// The places in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + Clone {
        self.0.iter().flatten().copied()
    }

    /// The place for which `compare` says equal; it says how a place lies to what is sought.
    pub(crate) fn find(&self, compare: impl Fn(u32) -> Ordering) -> Option<u32> {
        let (_, piece) = self.piece(&compare)?;
        let at = piece.binary_search_by(|place| compare(*place)).ok()?;
        piece.get(at).copied()
    }

    /// Adds a place where `compare` says that it belongs.
    pub(crate) fn insert(&mut self, place: u32, compare: impl Fn(u32) -> Ordering) {
        let Some((at, _)) = self.piece(&compare) else {
            self.0.push(vec![place]);
            return;
        };
        let Some(piece) = self.0.get_mut(at) else {
            return;
        };
        piece.insert(
            piece.partition_point(|p| compare(*p) == Ordering::Less),
            place,
        );
        if piece.len() > PIECE {
            let tail = piece.split_off(PIECE / 2);
            self.0.insert(at + 1, tail);
        }
    }

    /// The piece that what is sought is in, or belongs into.
    fn piece(&self, compare: impl Fn(u32) -> Ordering) -> Option<(usize, &Vec<u32>)> {
        let later = self.0.partition_point(|piece| {
            piece
                .first()
                .is_some_and(|first| compare(*first) != Ordering::Greater)
        });
        let at = later.saturating_sub(1);
        Some((at, self.0.get(at)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inserting_keeps_the_order_through_splits() {
        let n = 5_000_u32;
        // Places hold a permutation of the numbers: 7 has no factor in common with 5000.
        let number = |place: u32| (place * 7) % n;
        let mut grown = Order::default();
        for place in 0..n {
            grown.insert(place, |p| number(p).cmp(&number(place)));
        }
        let at_once = Order::new(n as usize, |a, b| number(a).cmp(&number(b)));
        assert_eq!(
            grown.iter().collect::<Vec<_>>(),
            at_once.iter().collect::<Vec<_>>()
        );
        for wanted in 0..n {
            for order in [&grown, &at_once] {
                let place = order.find(|p| number(p).cmp(&wanted)).unwrap();
                assert_eq!(number(place), wanted);
            }
        }
        assert_eq!(grown.find(|p| number(p).cmp(&n)), None);
        assert!(
            grown
                .0
                .iter()
                .all(|piece| !piece.is_empty() && piece.len() <= PIECE)
        );
    }
}
