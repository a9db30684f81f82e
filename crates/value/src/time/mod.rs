//! Points in time, lengths of time, and time zones.

mod civil;
mod duration;
mod parse;
mod timestamp;
mod zone;

pub use civil::{Civil, civil_of, days_of};
pub use duration::{Duration, DurationUnit};
pub use parse::{TimeError, parse_duration, parse_timestamp, parse_workflow_duration};
pub use timestamp::Timestamp;
pub use zone::{Zone, ZoneError, timezone_exists, timezones};
