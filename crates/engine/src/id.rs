//! Names of runs, owners and contents.

use std::fmt;

/// An execution's id: the milliseconds from 1970 in the upper 48 bits, so that later ones sort
/// later, and 80 bits that tell those of one millisecond apart. Shown as 26 characters of
/// Crockford's base 32, as a ULID is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExecutionId(pub u128);

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LEN: usize = 26;
const RANDOM_BITS: u32 = 80;

impl ExecutionId {
    /// The id for a time in milliseconds from 1970, and 80 random bits.
    #[must_use]
    pub const fn new(millis: u64, random: u128) -> Self {
        let time = (millis as u128) << RANDOM_BITS;
        Self(time | (random & ((1 << RANDOM_BITS) - 1)))
    }

    /// The id of the run that `effect` of this one calls: the same whenever it is asked for, and
    /// near to this one in order.
    #[must_use]
    pub fn callee(self, effect: u64) -> Self {
        self.derived(b"call", effect)
    }

    /// The id of the run that is the `attempt`th try of this one.
    #[must_use]
    pub fn retry(self, attempt: u32) -> Self {
        self.derived(b"retry", u64::from(attempt))
    }

    fn derived(self, what: &[u8], number: u64) -> Self {
        let mut bytes = Vec::with_capacity(32);
        bytes.extend_from_slice(what);
        bytes.extend_from_slice(&self.0.to_be_bytes());
        bytes.extend_from_slice(&number.to_be_bytes());
        let hash = Hash::of(&bytes);
        let random = hash.0.iter().take(10);
        let random = random.fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        Self(self.0 >> RANDOM_BITS << RANDOM_BITS | random)
    }

    /// Reads what `Display` shows, in either case; `I` and `L` are read as 1, `O` as 0.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != LEN {
            return None;
        }
        let mut number = 0_u128;
        for (place, c) in text.bytes().enumerate() {
            let c = match c.to_ascii_uppercase() {
                b'I' | b'L' => b'1',
                b'O' => b'0',
                c => c,
            };
            let digit = DIGITS.iter().position(|d| *d == c)?;
            if place == 0 && digit > 7 {
                return None;
            }
            number = number << 5 | digit as u128;
        }
        Some(Self(number))
    }
}

impl fmt::Display for ExecutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [b'0'; LEN];
        for (place, c) in text.iter_mut().enumerate() {
            let digit = (self.0 >> (5 * (LEN - 1 - place))) as usize & 31;
            *c = DIGITS.get(digit).copied().unwrap_or(b'0');
        }
        f.pad(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// Where a run lives. Every key of a store begins with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Whose it is; 0 where there is one only.
    pub tenant: u32,
    /// Which part of the tenant's runs it is among; 0 where there is one only.
    pub shard: u32,
}

/// By which a run is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunKey {
    /// Where it lives.
    pub place: Place,
    /// The execution.
    pub execution: ExecutionId,
}

impl RunKey {
    /// A run of the only tenant and shard.
    #[must_use]
    pub fn local(execution: ExecutionId) -> Self {
        Self {
            place: Place::default(),
            execution,
        }
    }

    /// Another execution in the same place.
    #[must_use]
    pub const fn sibling(self, execution: ExecutionId) -> Self {
        Self { execution, ..self }
    }
}

impl fmt::Display for RunKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place != Place::default() {
            write!(f, "{}/{}/", self.place.tenant, self.place.shard)?;
        }
        write!(f, "{}", self.execution)
    }
}

/// A process that works on runs of a store: a random number, new for every process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnerId(pub u128);

impl fmt::Display for OwnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// SHA-256 of contents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The hash of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(sha2::Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_read_back() {
        let early = ExecutionId::new(1_700_000_000_000, u128::MAX);
        let late = ExecutionId::new(1_700_000_000_001, 0);
        assert!(early < late);
        assert_eq!(early.to_string(), "01HF7YAT00ZZZZZZZZZZZZZZZZ");
        assert!(early.to_string() < late.to_string());
        for id in [early, late, ExecutionId(0), ExecutionId(u128::MAX)] {
            assert_eq!(ExecutionId::parse(&id.to_string()), Some(id));
            assert_eq!(ExecutionId::parse(&id.to_string().to_lowercase()), Some(id));
        }
        assert_eq!(ExecutionId::parse("8ZZZZZZZZZZZZZZZZZZZZZZZZZ"), None);
        assert_eq!(ExecutionId::parse("01HF7YAT"), None);
        assert_eq!(ExecutionId::parse("01HF7YAT00ZZZZZZZZZZZZZZU!"), None);
    }

    #[test]
    fn a_callee_has_the_same_id_each_time() {
        let parent = ExecutionId::new(7, 7);
        assert_eq!(parent.callee(3), parent.callee(3));
        assert_ne!(parent.callee(3), parent.callee(4));
        assert_ne!(parent.callee(2), parent.retry(2));
        assert_eq!(parent.callee(3).0 >> 80, 7);
    }
}
