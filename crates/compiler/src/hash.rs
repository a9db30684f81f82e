//! Hash tables for names and ids. The standard hasher is made to withstand keys chosen by an attacker on a server; it took a tenth of a
//! check. This one is quick and always starts from the same state. Like all hash tables here, these are for look-ups: nothing
//! that is shown depends on their order.

use foldhash::fast::FixedState;

/// A table without an order.
pub type HashMap<K, V> = std::collections::HashMap<K, V, FixedState>;

/// A set without an order.
pub type HashSet<K> = std::collections::HashSet<K, FixedState>;
