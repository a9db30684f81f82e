//! Journals as JSON lines.
//!
//! Every line is one record with the number of its run:
//!
//! ```text
//! {"run":0,"begun":{"journal":1,"execution":"...",...},"digest":"0123456789abcdef"}
//! {"run":0,"started":1,"attempt":1}
//! {"run":0,"event":{"at":"2026-11-22T10:00:00Z","is":{"completed":{"effect":1,"value":...}}},"digest":"..."}
//! ```
//!
//! Values are tagged JSON, so that they read back as they were. A journal whose last line has no
//! line end was being written when its process died; that line does not count.

mod event;
mod line;

use std::fmt;

use crate::journal::record::Record;

/// The version of the format, in each run's first record.
pub const JOURNAL_VERSION: u32 = 1;

/// A journal that was read.
#[derive(Debug, Default)]
pub struct Journal {
    /// Its records.
    pub records: Vec<Record>,
    /// How many of its bytes count.
    pub valid_len: usize,
    /// The bytes of a last line that was not written to its end.
    pub torn: usize,
}

/// Why a journal could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it: lower case, no full stop.
    pub message: String,
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the journal is damaged in line {}: {}",
            self.line, self.message
        )
    }
}

impl std::error::Error for JournalError {}

/// A record as a line, line end included.
#[must_use]
pub fn encode(record: &Record) -> String {
    line::encode(record)
}

/// Reads a journal.
///
/// # Errors
/// The first line that is no record, except a last one without its line end.
pub fn decode(bytes: &[u8]) -> Result<Journal, JournalError> {
    let end = bytes
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1);
    let whole = bytes.get(..end).unwrap_or_default();
    let mut journal = Journal {
        records: Vec::new(),
        valid_len: end,
        torn: bytes.len() - end,
    };
    for (at, line) in whole.split(|b| *b == b'\n').enumerate() {
        // After the last line end there is an empty rest.
        if line.is_empty() && journal_ends(whole, at) {
            break;
        }
        let record = std::str::from_utf8(line)
            .map_err(|_| "it is not UTF-8".to_owned())
            .and_then(line::decode)
            .map_err(|message| JournalError {
                line: at + 1,
                message,
            })?;
        journal.records.push(record);
    }
    Ok(journal)
}

fn journal_ends(whole: &[u8], at: usize) -> bool {
    at == whole.iter().filter(|b| **b == b'\n').count()
}
