//! Limits on values, enforced whenever a text or a container is made.

use crate::fault::Fault;

/// The greatest logical size of one value: see [`crate::Value::size`].
pub const MAX_VALUE_SIZE: u64 = 16 * 1024 * 1024;

/// The greatest nesting of lists, maps and optionals; a scalar has depth 0.
pub const MAX_VALUE_DEPTH: u32 = 96;

/// The greatest number of entries in one list or map.
pub const MAX_CONTAINER_LEN: usize = 1_000_000;

/// The greatest length of a regular expression's pattern, in bytes.
pub const MAX_REGEX_PATTERN: usize = 1_000;

/// The greatest size of a compiled regular expression, in bytes.
pub const MAX_REGEX_COMPILED: usize = 64 * 1024;

/// The greatest length of a text that a regular expression reads, in bytes.
pub const MAX_REGEX_TEXT: usize = 1024 * 1024;

/// Checks a value's logical size.
///
/// # Errors
/// `limit_exceeded` when it is over [`MAX_VALUE_SIZE`].
pub fn check_size(size: u64) -> Result<(), Fault> {
    if size > MAX_VALUE_SIZE {
        return Err(Fault::limit(format!(
            "a value would hold {size} units of data, and the most is {MAX_VALUE_SIZE}"
        )));
    }
    Ok(())
}

/// Checks the length in bytes of a text that is about to be made.
///
/// # Errors
/// `limit_exceeded` when it is over [`MAX_VALUE_SIZE`].
pub fn check_text(len: usize) -> Result<(), Fault> {
    check_size(u64::try_from(len).unwrap_or(u64::MAX))
}

/// Checks a value's nesting.
///
/// # Errors
/// `limit_exceeded` when it is over [`MAX_VALUE_DEPTH`].
pub fn check_depth(depth: u32) -> Result<(), Fault> {
    if depth > MAX_VALUE_DEPTH {
        return Err(Fault::limit(format!(
            "a value would be nested {depth} levels deep, and the most is {MAX_VALUE_DEPTH}"
        )));
    }
    Ok(())
}

/// Checks the number of entries of a list or map that is about to be made.
///
/// # Errors
/// `limit_exceeded` when it is over [`MAX_CONTAINER_LEN`].
pub fn check_len(len: usize) -> Result<(), Fault> {
    if len > MAX_CONTAINER_LEN {
        return Err(Fault::limit(format!(
            "a list or map would hold {len} entries, and the most is {MAX_CONTAINER_LEN}"
        )));
    }
    Ok(())
}
