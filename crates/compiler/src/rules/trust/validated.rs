//! Expressions whose values were held against a pattern or against constants.

use std::collections::HashMap;

/// What was held against something on every path to one place of the walk, as text.
#[derive(Default)]
pub(super) struct Validated {
    order: Vec<String>,
    counts: HashMap<String, u32>,
}

impl Validated {
    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// A place to go back to.
    pub(super) fn mark(&self) -> usize {
        self.order.len()
    }

    pub(super) fn add(&mut self, found: Vec<String>) {
        for text in found {
            *self.counts.entry(text.clone()).or_insert(0) += 1;
            self.order.push(text);
        }
    }

    /// Forgets what was added since `mark`.
    pub(super) fn back_to(&mut self, mark: usize) {
        while self.order.len() > mark {
            let Some(text) = self.order.pop() else { return };
            if let Some(count) = self.counts.get_mut(&text) {
                *count -= 1;
            }
        }
    }

    pub(super) fn contains(&self, text: &str) -> bool {
        self.counts.get(text).is_some_and(|n| *n > 0)
    }
}
