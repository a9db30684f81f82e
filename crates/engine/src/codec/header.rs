//! The facts of a run that do not stand in its row.

use wfc_program::DecodeError;
use wfc_program::bytes::{Reader, Writer};
use wfc_program::codec::{read_value, write_value};
use wfc_value::limits::MAX_VALUE_DEPTH;
use wfc_value::{Duration, Str, Timestamp, Value};
use wfc_vm::{Allowance, EffectId, Limits};

use super::{end, read_map, read_usd, write_map};
use crate::header::{Header, Parent};
use crate::store::RunRow;

/// Of a header with a purse; 1 is one without, and nothing else is new.
const VERSION: u8 = 2;

/// A header as a store keeps it.
pub(crate) fn write_header(header: &Header) -> Vec<u8> {
    let mut out = Writer::default();
    match header.purse {
        None => out.u8(1),
        Some(purse) => {
            out.u8(VERSION);
            out.option(purse.usd, |out, n| out.raw(&n.to_bits().to_le_bytes()));
            out.option(purse.tokens, Writer::u64);
            out.option(purse.agent_calls, Writer::u64);
        }
    }
    out.u32(header.attempt);
    out.u32(header.depth);
    out.u32(header.group_max);
    out.option(header.parent, |out, parent| {
        out.u64(parent.effect.0);
        out.bool(parent.wait);
    });
    // Most runs are started by hand, and that says nothing that is not in the row.
    let own = (header.trigger != by_hand(header.started_at)).then_some(&header.trigger);
    out.option(own, write_value);
    write_map(&mut out, &header.inputs);
    write_map(&mut out, &header.env);
    // Nearly all runs have the usual limits.
    let own = (header.limits != Limits::default()).then_some(&header.limits);
    out.option(own, write_limits);
    out.into_bytes()
}

/// Reads a header; the row gives the rest of it.
pub(crate) fn read_header(bytes: &[u8], row: &RunRow) -> Result<Header, DecodeError> {
    let mut input = Reader::new(bytes);
    let version = input.u8()?;
    let purse = match version {
        1 => None,
        VERSION => Some(read_purse(&mut input)?),
        _ => {
            return Err(input.error(format!(
                "it is of version {version} of the format, and this program reads up to version {VERSION}"
            )));
        }
    };
    let attempt = input.u32()?;
    let depth = input.u32()?;
    let group_max = input.u32()?;
    let call = input.option(|input| Ok((EffectId(input.u64()?), input.bool()?)))?;
    let parent = row.parent.zip(call);
    let header = Header {
        key: row.key,
        execution: Str::from(row.key.execution.to_string()),
        parent: parent.map(|(run, (effect, wait))| Parent { run, effect, wait }),
        purse,
        retry_of: row.retry_of,
        workflow: row.workflow.clone(),
        deployment: row.deployment,
        started_at: row.started_at,
        group: row.group.clone(),
        attempt,
        depth,
        group_max,
        trigger: input
            .option(|input| read_value(input, MAX_VALUE_DEPTH))?
            .unwrap_or_else(|| by_hand(row.started_at)),
        inputs: read_map(&mut input)?,
        env: read_map(&mut input)?,
        limits: input.option(read_limits)?.unwrap_or_default(),
    };
    end(&input)?;
    Ok(header)
}

fn read_purse(input: &mut Reader<'_>) -> Result<Allowance, DecodeError> {
    Ok(Allowance {
        usd: input.option(read_usd)?,
        tokens: input.option(Reader::u64)?,
        agent_calls: input.option(Reader::u64)?,
    })
}

/// The trigger of a run that was started by hand.
fn by_hand(at: Timestamp) -> Value {
    let fields = [("type", Value::from("manual")), ("time", Value::from(at))];
    Value::record(fields).unwrap_or_default()
}

fn write_limits(out: &mut Writer, limits: &Limits) {
    out.u64(limits.fuel);
    out.u64(limits.max_steps);
    out.u64(limits.live_bytes);
    out.i64(limits.effect_grace.nanos());
    out.i64(limits.finally_grace.nanos());
    out.i64(limits.compensation_grace.nanos());
    out.len(limits.mailbox);
    out.len(limits.trace);
}

fn read_limits(input: &mut Reader<'_>) -> Result<Limits, DecodeError> {
    let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    Ok(Limits {
        fuel: input.u64()?,
        max_steps: input.u64()?,
        live_bytes: input.u64()?,
        effect_grace: Duration::from_nanos(input.i64()?),
        finally_grace: Duration::from_nanos(input.i64()?),
        compensation_grace: Duration::from_nanos(input.i64()?),
        mailbox: size(input.u64()?),
        trace: size(input.u64()?),
    })
}
