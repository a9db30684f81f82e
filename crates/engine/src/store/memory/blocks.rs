//! A sorted map that keeps many small entries without slack.

/// Entries of a block at most. To insert one moves half of them: a few kilobytes.
const FULL: usize = 256;

/// A sorted map in sorted blocks. Nodes of the standard library's tree are half empty when keys come in
/// their order, as those of runs and times do; blocks are full then.
#[derive(Clone, Debug)]
pub(super) struct Blocks<K, V> {
    /// None is empty; all keys of one come before those of the next.
    blocks: Vec<Vec<(K, V)>>,
}

impl<K, V> Default for Blocks<K, V> {
    fn default() -> Self {
        Self { blocks: Vec::new() }
    }
}

impl<K: Ord + Copy, V> Blocks<K, V> {
    /// The block that has the key, or would.
    fn block_of(&self, key: &K) -> usize {
        let behind = |block: &Vec<(K, V)>| block.first().is_some_and(|(first, _)| first <= key);
        self.blocks.partition_point(behind).saturating_sub(1)
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        let block = self.blocks.get(self.block_of(key))?;
        let place = block.binary_search_by(|(k, _)| k.cmp(key)).ok()?;
        block.get(place).map(|(_, value)| value)
    }

    /// Puts an entry in, instead of the one that the key had.
    pub(super) fn insert(&mut self, key: K, value: V) {
        let number = self.block_of(&key);
        let Some(block) = self.blocks.get_mut(number) else {
            self.blocks.push(vec![(key, value)]);
            return;
        };
        let place = match block.binary_search_by(|(k, _)| k.cmp(&key)) {
            Ok(place) => {
                if let Some((_, old)) = block.get_mut(place) {
                    *old = value;
                }
                return;
            }
            Err(place) => place,
        };
        if block.len() < FULL {
            insert(block, place, (key, value));
            return;
        }
        // What is nearly in order goes on behind; the block stays nearly full.
        let cut = if place * 4 >= FULL * 3 {
            place
        } else {
            FULL / 2
        };
        let mut upper = block.split_off(cut);
        if place <= cut && cut < FULL {
            block.insert(place, (key, value));
        } else {
            insert(&mut upper, place - cut, (key, value));
        }
        block.shrink_to_fit();
        self.blocks.insert(number + 1, upper);
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let number = self.block_of(key);
        let block = self.blocks.get_mut(number)?;
        let place = block.binary_search_by(|(k, _)| k.cmp(key)).ok()?;
        let (_, value) = block.remove(place);
        if block.is_empty() {
            self.blocks.remove(number);
        } else if block.len() * 2 < block.capacity() {
            block.shrink_to(block.len() + block.len() / 4);
        }
        Some(value)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// All entries, in their order.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        let all = self.blocks.iter().flatten();
        all.map(|(key, value)| (key, value))
    }
}

/// Inserts; a block grows by a quarter, where the standard library would double it.
fn insert<T>(block: &mut Vec<T>, place: usize, entry: T) {
    if block.len() == block.capacity() {
        block.reserve_exact(block.len().div_ceil(4).clamp(4, FULL));
    }
    block.insert(place, entry);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Keys in an order of their own: a step that has no factor in common with the number of them.
    fn mixed(n: u64) -> impl Iterator<Item = u64> {
        (0..n).map(move |k| k * 617 % n)
    }

    fn same(blocks: &Blocks<u64, u64>, map: &BTreeMap<u64, u64>) {
        assert!(blocks.iter().eq(map.iter()));
        assert!(blocks.iter().rev().eq(map.iter().rev()));
        assert_eq!(blocks.is_empty(), map.is_empty());
    }

    #[test]
    fn it_is_a_map_in_whatever_order_keys_come() {
        let n = 5_000;
        let orders: [Vec<u64>; 3] = [(0..n).collect(), (0..n).rev().collect(), mixed(n).collect()];
        for order in orders {
            let (mut blocks, mut map) = (Blocks::default(), BTreeMap::new());
            for key in &order {
                blocks.insert(*key, key * 2);
                map.insert(*key, key * 2);
            }
            same(&blocks, &map);
            for key in mixed(n).take(4_000) {
                assert_eq!(blocks.remove(&key), map.remove(&key));
                assert_eq!(blocks.remove(&key), None);
            }
            same(&blocks, &map);
            for key in order {
                blocks.insert(key, 1);
                assert_eq!(blocks.get(&key), Some(&1));
            }
            assert_eq!(blocks.iter().count(), 5_000);
            for key in mixed(n) {
                blocks.remove(&key);
            }
            same(&blocks, &BTreeMap::new());
        }
    }

    #[test]
    fn keys_that_come_in_order_leave_no_room_unused() {
        let mut blocks = Blocks::default();
        // Nearly in order, as runs that wait.
        (0..50_000_u64).for_each(|key| blocks.insert(key ^ 3, ()));
        let room: usize = blocks.blocks.iter().map(Vec::capacity).sum();
        assert!(room < 52_000, "{room}");
    }
}
