//! What holds when a field is not written.

/// A command's time when neither `timeout` nor `attempt_timeout` is written, in nanoseconds: 120 s.
pub const DEFAULT_BASH_TIMEOUT: i64 = 120_000_000_000;

/// Attempts in all of a `retry` without `max_attempts`.
pub const DEFAULT_RETRY_ATTEMPTS: u64 = 3;

/// The code of a `fail` without one.
pub const DEFAULT_FAIL_CODE: &str = "failed";
