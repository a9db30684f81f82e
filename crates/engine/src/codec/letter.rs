//! Letters: what a run is told through the inbox.

use std::fmt;

use wfc_program::bytes::Reader;
use wfc_vm::EventKind;

use super::end;
use super::event::{read_kind, write_kind};
use super::put;

const VERSION: u8 = 1;
const EVENT: u8 = 0;

/// Why a letter says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterError(String);

impl fmt::Display for LetterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LetterError {}

/// The body of a letter that tells a run that this happened: an answer, a message, a cancel.
#[must_use]
pub fn letter(kind: &EventKind) -> Vec<u8> {
    let mut bytes = vec![VERSION, EVENT];
    let mut large = Vec::new();
    write_kind(&mut bytes, kind, &mut large);
    // What is large goes along: nobody keeps payloads for letters.
    let mut whole = Vec::with_capacity(bytes.len());
    let (head, tail) = bytes.split_at(2);
    put(&mut whole, |out| {
        out.raw(head);
        out.len(large.len());
        for contents in &large {
            out.raw(&contents.hash.0);
            out.blob(&contents.bytes);
        }
        out.raw(tail);
    });
    whole
}

/// Reads a letter's body.
pub(crate) fn read_letter(bytes: &[u8]) -> Result<EventKind, LetterError> {
    let read = || {
        let mut input = Reader::new(bytes);
        let version = input.u8()?;
        if version != VERSION {
            return Err(input.error(format!("{version} is no version of letters")));
        }
        let body = match input.u8()? {
            EVENT => {
                let large = input.many(|input| {
                    let hash = super::read_hash(input)?;
                    Ok((hash, input.blob()?.to_vec()))
                })?;
                let mut find = |hash| {
                    let found = large.iter().find(|(known, _)| *known == hash);
                    let found = found.map(|(_, bytes)| bytes.clone());
                    found.ok_or_else(|| "a large value is missing".to_owned())
                };
                read_kind(&mut input, &mut find)?
            }
            other => return Err(input.error(format!("{other} is no kind of letter"))),
        };
        end(&input)?;
        Ok(body)
    };
    read().map_err(|error| LetterError(format!("a letter is damaged {error}")))
}
