//! Records as lines.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use wfc_value::{Duration, Map, Str, Timestamp, Value, json};
use wfc_vm::{EffectId, Limits};

use super::{JOURNAL_VERSION, event};
use crate::journal::header::{Header, Parent, RunId};
use crate::journal::record::{Digest, Record};

#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Line {
    run: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    begun: Option<Begun>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<event::EventLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Begun {
    journal: u32,
    execution: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<ParentLine>,
    reference: String,
    workflow: String,
    source_hash: String,
    program_hash: String,
    inputs: Box<RawValue>,
    started_at: String,
    attempt: u32,
    trigger: Box<RawValue>,
    env: Box<RawValue>,
    limits: LimitsLine,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ParentLine {
    run: u32,
    effect: u64,
    wait: bool,
}

/// Limits; times in nanoseconds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsLine {
    fuel: u64,
    max_steps: u64,
    live_bytes: u64,
    effect_grace: i64,
    finally_grace: i64,
    compensation_grace: i64,
    mailbox: u64,
    trace: u64,
}

/// A value as tagged JSON inside a line.
pub(super) fn tagged(value: &Value) -> Box<RawValue> {
    // Tagged JSON is JSON, so the null never comes of it.
    RawValue::from_string(json::to_tagged(value)).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// A value from tagged JSON inside a line.
pub(super) fn untagged(raw: &RawValue) -> Result<Value, String> {
    json::from_tagged(raw.get()).map_err(|error| error.to_string())
}

/// A time in a line.
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).map_err(|_| format!("`{text}` is no time"))
}

pub(super) fn encode(record: &Record) -> String {
    let line = match record {
        Record::Begun { header, digest } => Line {
            run: header.run.0,
            begun: Some(begun_line(header)),
            digest: Some(digest.to_string()),
            ..Line::default()
        },
        Record::Event { run, event, digest } => Line {
            run: run.0,
            event: Some(event::EventLine::of(event)),
            digest: Some(digest.to_string()),
            ..Line::default()
        },
        Record::Started {
            run,
            effect,
            attempt,
        } => Line {
            run: run.0,
            started: Some(effect.0),
            attempt: Some(*attempt),
            ..Line::default()
        },
    };
    // Maps with texts as keys, numbers and texts can always be written.
    let mut text = serde_json::to_string(&line).unwrap_or_default();
    text.push('\n');
    text
}

pub(super) fn decode(line: &str) -> Result<Record, String> {
    let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let run = RunId(line.run);
    match line {
        Line {
            begun: Some(begun),
            event: None,
            started: None,
            attempt: None,
            digest,
            ..
        } => {
            let header = Box::new(header(run, begun)?);
            Ok(Record::Begun {
                header,
                digest: digest_of(digest)?,
            })
        }
        Line {
            begun: None,
            event: Some(event),
            started: None,
            attempt: None,
            digest,
            ..
        } => {
            let event = Box::new(event.read()?);
            Ok(Record::Event {
                run,
                event,
                digest: digest_of(digest)?,
            })
        }
        Line {
            begun: None,
            event: None,
            started: Some(effect),
            attempt: Some(attempt),
            digest: None,
            ..
        } => Ok(Record::Started {
            run,
            effect: EffectId(effect),
            attempt,
        }),
        _ => Err("it is neither a beginning, an event nor a start".to_owned()),
    }
}

fn digest_of(text: Option<String>) -> Result<Digest, String> {
    let text = text.ok_or("its digest is missing")?;
    let wrong = || format!("`{text}` is no digest");
    if text.len() != 16 {
        return Err(wrong());
    }
    let number = u64::from_str_radix(&text, 16).map_err(|_| wrong())?;
    Ok(Digest(number.to_be_bytes()))
}

fn begun_line(header: &Header) -> Begun {
    let limits = &header.limits;
    let size = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    Begun {
        journal: JOURNAL_VERSION,
        execution: header.execution.to_string(),
        parent: header.parent.map(|p| ParentLine {
            run: p.run.0,
            effect: p.effect.0,
            wait: p.wait,
        }),
        reference: header.reference.clone(),
        workflow: header.workflow.to_string(),
        source_hash: header.source_hash.clone(),
        program_hash: header.program_hash.clone(),
        inputs: tagged(&Value::Map(header.inputs.clone())),
        started_at: header.started_at.to_string(),
        attempt: header.attempt,
        trigger: tagged(&header.trigger),
        env: tagged(&Value::Map(header.env.clone())),
        limits: LimitsLine {
            fuel: limits.fuel,
            max_steps: limits.max_steps,
            live_bytes: limits.live_bytes,
            effect_grace: limits.effect_grace.nanos(),
            finally_grace: limits.finally_grace.nanos(),
            compensation_grace: limits.compensation_grace.nanos(),
            mailbox: size(limits.mailbox),
            trace: size(limits.trace),
        },
    }
}

fn header(run: RunId, begun: Begun) -> Result<Header, String> {
    if begun.journal != JOURNAL_VERSION {
        return Err(format!(
            "it is of version {} of the format, and this program reads version {JOURNAL_VERSION}",
            begun.journal
        ));
    }
    let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let limits = begun.limits;
    Ok(Header {
        run,
        execution: Str::from(begun.execution),
        parent: begun.parent.map(|p| Parent {
            run: RunId(p.run),
            effect: EffectId(p.effect),
            wait: p.wait,
        }),
        reference: begun.reference,
        workflow: Str::from(begun.workflow),
        source_hash: begun.source_hash,
        program_hash: begun.program_hash,
        inputs: map(&begun.inputs)?,
        started_at: time(&begun.started_at)?,
        attempt: begun.attempt,
        trigger: untagged(&begun.trigger)?,
        env: map(&begun.env)?,
        limits: Limits {
            fuel: limits.fuel,
            max_steps: limits.max_steps,
            live_bytes: limits.live_bytes,
            effect_grace: Duration::from_nanos(limits.effect_grace),
            finally_grace: Duration::from_nanos(limits.finally_grace),
            compensation_grace: Duration::from_nanos(limits.compensation_grace),
            mailbox: size(limits.mailbox),
            trace: size(limits.trace),
        },
    })
}

fn map(raw: &RawValue) -> Result<Map, String> {
    match untagged(raw)? {
        Value::Map(map) => Ok(map),
        other => Err(format!(
            "a map is expected, and this is a {}",
            other.type_name()
        )),
    }
}
