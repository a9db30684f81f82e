//! Family 01: what a file's shape can have wrong. Each code stands beside what reports it.

mod durations;
mod fields;
mod kinds;
mod names;
mod older;
mod root;
mod steps;
mod values;

pub use durations::{AWAIT_TIMEOUT_TOO_SHORT, DURATION_WITHOUT_UNIT, INVALID_DURATION};
pub use fields::{FOREIGN_FIELD, MISSING_FIELD, REPEATED_FIELD, UNKNOWN_FIELD};
pub use kinds::{FOREIGN_KIND, STEP_WITHOUT_TYPE, UNKNOWN_KIND};
pub use names::{DUPLICATE_DECLARATION, DUPLICATE_ID, INVALID_NAME};
pub use older::{BASH_AS_TOOL, BASH_TIMEOUT_TOO_LONG, DEPRECATED_SPELLING};
pub use root::{EDITIONS, MISSING_STEPS, ROOT_NOT_MAPPING, UNKNOWN_EDITION};
pub use steps::{
    ALLOW_WITHOUT_REASON, EMPTY_BODY, FIELD_WITHOUT_EFFECT, LOOP_WITH_SEVERAL_HEADS,
    LOOP_WITHOUT_HEAD, PARALLEL_BRANCHES, SEVERAL_CONTENTS, WAIT_HEAD,
};
pub use values::{
    BOOLEAN_AS_TEXT, CASE_NOT_CONSTANT, EXPECTED_MAPPING, NUMBER_TOO_LARGE, UNKNOWN_WORD,
    WRONG_KIND,
};

pub(super) use durations::in_words;
pub(super) use fields::{Owner, What, needs_other_value};
pub(super) use older::OLDER_BASH_LIMIT_MS;

use crate::code::Code;

/// All codes of the family, in the order of their ids.
pub static CODES: &[&Code] = &[
    &UNKNOWN_FIELD,
    &FOREIGN_FIELD,
    &MISSING_FIELD,
    &WRONG_KIND,
    &UNKNOWN_KIND,
    &FOREIGN_KIND,
    &DUPLICATE_ID,
    &EMPTY_BODY,
    &DEPRECATED_SPELLING,
    &UNKNOWN_WORD,
    &ROOT_NOT_MAPPING,
    &MISSING_STEPS,
    &INVALID_NAME,
    &LOOP_WITHOUT_HEAD,
    &LOOP_WITH_SEVERAL_HEADS,
    &PARALLEL_BRANCHES,
    &WAIT_HEAD,
    &SEVERAL_CONTENTS,
    &AWAIT_TIMEOUT_TOO_SHORT,
    &ALLOW_WITHOUT_REASON,
    &UNKNOWN_EDITION,
    &DUPLICATE_DECLARATION,
    &EXPECTED_MAPPING,
    &BOOLEAN_AS_TEXT,
    &DURATION_WITHOUT_UNIT,
    &INVALID_DURATION,
    &BASH_TIMEOUT_TOO_LONG,
    &STEP_WITHOUT_TYPE,
    &BASH_AS_TOOL,
    &NUMBER_TOO_LARGE,
    &REPEATED_FIELD,
    &CASE_NOT_CONSTANT,
    &FIELD_WITHOUT_EFFECT,
];
