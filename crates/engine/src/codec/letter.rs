//! Letters: what a run is told through the inbox.

use std::fmt;

use wfc_program::bytes::{Reader, Writer};
use wfc_vm::{EffectId, EventKind};

use super::end;
use super::event::{read_kind, write_kind};
use super::put;
use crate::answer::Decision;

const VERSION: u8 = 1;
const EVENT: u8 = 0;
const PERMISSION: u8 = 1;
const ENDED: u8 = 2;

/// What a letter says.
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    /// Something happened to the run.
    Event(EventKind),
    /// A run that this one called by an effect has ended: the store tells how.
    Ended(EffectId),
    /// A person decides on what work under way asks: that of the step of this name, or the only one.
    Permission(Option<String>, Decision),
}

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

/// The body of a letter that decides on what work under way asks, such as an agent that wants to call a destructive tool:
/// of the step that is called `step` (its id, its path or `EXECUTION/PATH`), or on the only question that there is. The
/// process that works on the run is given it ([`crate::Round::permissions`]).
#[must_use]
pub fn permission_letter(step: Option<&str>, decision: &Decision) -> Vec<u8> {
    let mut bytes = vec![VERSION, PERMISSION];
    put(&mut bytes, |out| {
        out.option(step, Writer::text);
        out.bool(decision.approve);
        out.option(decision.by.as_deref(), Writer::text);
        out.option(decision.comment.as_deref(), Writer::text);
    });
    bytes
}

/// The body of a letter to a caller: what it called by `effect` has ended.
pub(crate) fn ended_letter(effect: EffectId) -> Vec<u8> {
    let mut bytes = vec![VERSION, ENDED];
    put(&mut bytes, |out| out.u64(effect.0));
    bytes
}

/// Reads a letter's body.
pub(crate) fn read_letter(bytes: &[u8]) -> Result<Said, LetterError> {
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
                Said::Event(read_kind(&mut input, &mut find)?)
            }
            ENDED => Said::Ended(EffectId(input.u64()?)),
            PERMISSION => {
                let text = |input: &mut Reader<'_>| input.text().map(str::to_owned);
                let step = input.option(text)?;
                let decision = Decision {
                    approve: input.bool()?,
                    by: input.option(text)?,
                    comment: input.option(text)?,
                };
                Said::Permission(step, decision)
            }
            other => return Err(input.error(format!("{other} is no kind of letter"))),
        };
        end(&input)?;
        Ok(body)
    };
    read().map_err(|error| LetterError(format!("a letter is damaged {error}")))
}
