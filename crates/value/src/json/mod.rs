//! JSON in and out: plain for the world, tagged for journals.

mod format;
mod parse;
mod read;
mod tagged;

pub use format::{double, format, format_into, format_pretty, from_base64, quoted, to_base64};
pub use parse::{JsonError, parse};
pub use tagged::{from_tagged, to_tagged, write_tagged};
