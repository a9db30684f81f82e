//! Events.

use wfc_program::DecodeError;
use wfc_program::bytes::{Reader, Writer};
use wfc_value::{FaultCode, Str};
use wfc_vm::{EffectId, ErrorRecord, EventKind, Usage};

use super::{Lookup, put, read_large, read_str, read_usage, write_large, write_usage};
use crate::store::Contents;

const COMPLETED: u8 = 0;
const FAILED: u8 = 1;
const UNKNOWN: u8 = 2;
const CANCELLED: u8 = 3;
const FIRED: u8 = 4;
const MESSAGE: u8 = 5;
const CANCEL: u8 = 6;
const TICK: u8 = 7;
const SPENT: u8 = 8;
/// Added to the kind when usage follows.
const WITH_USAGE: u8 = 16;

/// Adds what happened.
pub(super) fn write_kind(bytes: &mut Vec<u8>, kind: &EventKind, payloads: &mut Vec<Contents>) {
    let of_effect = |bytes: &mut Vec<u8>, tag: u8, effect: EffectId| {
        put(bytes, |out| {
            out.u8(tag);
            out.u64(effect.0);
        });
    };
    match kind {
        EventKind::Completed {
            effect,
            value,
            usage,
        } => {
            of_effect(bytes, COMPLETED | flag(*usage), *effect);
            write_known(bytes, *usage);
            write_large(bytes, value, payloads);
        }
        EventKind::Failed {
            effect,
            error,
            usage,
        } => {
            of_effect(bytes, FAILED | flag(*usage), *effect);
            write_known(bytes, *usage);
            put(bytes, |out| {
                out.text(error.code.as_str());
                out.text(&error.message);
            });
            write_large(bytes, &error.details, payloads);
        }
        EventKind::Unknown { effect } => of_effect(bytes, UNKNOWN, *effect),
        EventKind::Cancelled { effect } => of_effect(bytes, CANCELLED, *effect),
        EventKind::Fired { effect } => of_effect(bytes, FIRED, *effect),
        EventKind::Message {
            name,
            key,
            payload,
            id,
        } => {
            put(bytes, |out| {
                out.u8(MESSAGE);
                out.text(name);
                out.option(key.as_deref(), Writer::text);
                out.option(id.as_deref(), Writer::text);
            });
            write_large(bytes, payload, payloads);
        }
        EventKind::Cancel { reason } => put(bytes, |out| {
            out.u8(CANCEL);
            out.text(reason);
        }),
        EventKind::Tick => bytes.push(TICK),
        EventKind::Spent { effect, usage } => {
            of_effect(bytes, SPENT, *effect);
            write_known(bytes, Some(*usage));
        }
    }
}

pub(super) fn read_kind(
    input: &mut Reader<'_>,
    payloads: Lookup<'_>,
) -> Result<EventKind, DecodeError> {
    let tag = input.u8()?;
    let effect = |input: &mut Reader<'_>| input.u64().map(EffectId);
    Ok(match tag & !WITH_USAGE {
        COMPLETED => {
            let effect = effect(input)?;
            let usage = read_known(input, tag)?;
            let value = read_large(input, payloads)?;
            EventKind::Completed {
                effect,
                value,
                usage,
            }
        }
        FAILED => {
            let effect = effect(input)?;
            let usage = read_known(input, tag)?;
            let code = FaultCode::from_name(input.text()?);
            let error = ErrorRecord::new(code, input.text()?);
            let error = Box::new(error.with_details(read_large(input, payloads)?));
            EventKind::Failed {
                effect,
                error,
                usage,
            }
        }
        UNKNOWN => EventKind::Unknown {
            effect: effect(input)?,
        },
        CANCELLED => EventKind::Cancelled {
            effect: effect(input)?,
        },
        FIRED => EventKind::Fired {
            effect: effect(input)?,
        },
        MESSAGE => {
            let name = read_str(input)?;
            let key: Option<Str> = input.option(read_str)?;
            let id = input.option(read_str)?;
            let payload = read_large(input, payloads)?;
            EventKind::Message {
                name,
                key,
                payload,
                id,
            }
        }
        CANCEL => EventKind::Cancel {
            reason: read_str(input)?,
        },
        TICK => EventKind::Tick,
        SPENT => EventKind::Spent {
            effect: effect(input)?,
            usage: read_usage(input)?,
        },
        _ => return Err(input.error(format!("{tag} is no kind of event"))),
    })
}

fn flag(usage: Option<Usage>) -> u8 {
    if usage.is_some() { WITH_USAGE } else { 0 }
}

fn write_known(bytes: &mut Vec<u8>, usage: Option<Usage>) {
    if let Some(usage) = usage {
        put(bytes, |out| write_usage(out, usage));
    }
}

fn read_known(input: &mut Reader<'_>, tag: u8) -> Result<Option<Usage>, DecodeError> {
    (tag & WITH_USAGE != 0)
        .then(|| read_usage(input))
        .transpose()
}
