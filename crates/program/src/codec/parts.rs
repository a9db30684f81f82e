//! The sections of a program file.

use std::sync::Arc;

use wfc_value::limits::MAX_VALUE_DEPTH;
use wfc_value::{Str, TypeTable};

use super::types::{MAX_TYPE_DEPTH, read_type, write_type};
use super::values::{read_value, write_value};
use crate::bytes::{DecodeError, Reader, Writer};
use crate::isa::{ConstId, Instr, Label, Slot, TypeId};
use crate::program::{
    Branch, DebugMap, ForkSpec, Identity, InputSpec, Join, OnOverlap, Parts, Policy, Program,
    StepInfo,
};

/// The sections' tags, in the order in which they stand in a file.
mod tag {
    pub(super) const IDENTITY: u8 = 1;
    pub(super) const CONSTS: u8 = 2;
    pub(super) const TYPES: u8 = 3;
    pub(super) const FUNCTIONS: u8 = 4;
    pub(super) const STEPS: u8 = 5;
    pub(super) const FORKS: u8 = 6;
    pub(super) const INPUTS: u8 = 7;
    pub(super) const CODE: u8 = 8;
    pub(super) const DEBUG: u8 = 9;
}

fn section(out: &mut Writer, tag: u8, write: impl FnOnce(&mut Writer)) {
    let mut body = Writer::default();
    write(&mut body);
    out.u8(tag);
    out.blob(&body.into_bytes());
}

pub(super) fn write_sections(out: &mut Writer, parts: &Parts) {
    section(out, tag::IDENTITY, |out| {
        out.text(&parts.identity.slug);
        out.option(parts.identity.version.as_ref(), |out, version| {
            out.text(version);
        });
        out.option(parts.policy.max_steps, Writer::u64);
        write_admission(out, &parts.policy);
    });
    section(out, tag::CONSTS, |out| {
        out.len(parts.consts.len());
        parts
            .consts
            .iter()
            .for_each(|value| write_value(out, value));
    });
    section(out, tag::TYPES, |out| {
        out.len(parts.type_table.len());
        for (name, ty) in parts.type_table.iter() {
            out.text(name);
            write_type(out, ty);
        }
        out.len(parts.types.len());
        parts.types.iter().for_each(|ty| write_type(out, ty));
        out.option(parts.output, |out, ty| out.u32(ty.0));
    });
    section(out, tag::FUNCTIONS, |out| {
        out.len(parts.functions.len());
        parts.functions.iter().for_each(|name| out.text(name));
    });
    section(out, tag::STEPS, |out| {
        out.len(parts.steps.len());
        parts.steps.iter().for_each(|step| write_step(out, step));
    });
    section(out, tag::FORKS, |out| {
        out.len(parts.forks.len());
        parts.forks.iter().for_each(|fork| write_fork(out, fork));
    });
    section(out, tag::INPUTS, |out| {
        out.len(parts.inputs.len());
        for input in &parts.inputs {
            out.text(&input.name);
            out.u32(input.ty.0);
            out.u32(input.slot.0);
            // One byte, the schema's number only where there is one.
            out.u8(u8::from(input.required) | u8::from(input.schema.is_some()) << 1);
            if let Some(schema) = input.schema {
                out.u32(schema.0);
            }
        }
    });
    section(out, tag::CODE, |out| {
        out.u32(parts.slots);
        out.len(parts.code.len());
        parts.code.iter().for_each(|instr| instr.write(out));
    });
}

/// The rest of the policy, only where there is any: programs without one have the bytes that they
/// always had.
fn write_admission(out: &mut Writer, policy: &Policy) {
    if policy.max_concurrency.is_none() && policy.on_overlap.is_none() && policy.key.is_none() {
        return;
    }
    out.option(policy.max_concurrency, Writer::u64);
    out.option(policy.on_overlap, |out, how| {
        out.u8(match how {
            OnOverlap::Queue => 0,
            OnOverlap::Skip => 1,
            OnOverlap::Cancel => 2,
        });
    });
    out.option(policy.key.as_ref(), |out, key| {
        let mut body = Writer::default();
        write_sections(&mut body, key);
        out.blob(&body.into_bytes());
    });
}

fn read_policy(input: &mut Reader<'_>, whole: bool) -> Result<Policy, DecodeError> {
    let mut policy = Policy {
        max_steps: input.option(Reader::u64)?,
        ..Policy::default()
    };
    if input.is_empty() {
        return Ok(policy);
    }
    if !whole {
        return Err(input.error("the program of a key has a policy of its own"));
    }
    policy.max_concurrency = input.option(Reader::u64)?;
    policy.on_overlap = input.option(|input| match input.u8()? {
        0 => Ok(OnOverlap::Queue),
        1 => Ok(OnOverlap::Skip),
        2 => Ok(OnOverlap::Cancel),
        other => Err(input.error(format!("{other} says nothing of runs that overlap"))),
    })?;
    policy.key = input.option(|input| {
        let len = input.len()?;
        let mut body = input.section(len)?;
        let parts = read_parts(&mut body, false)?;
        if parts.debug.is_some() {
            return Err(body.error("the program of a key has a debug map"));
        }
        Ok(Arc::new(Program::new(parts)))
    })?;
    if policy.max_concurrency.is_none() && policy.on_overlap.is_none() && policy.key.is_none() {
        return Err(input.error("a policy is there that says nothing"));
    }
    Ok(policy)
}

fn write_step(out: &mut Writer, step: &StepInfo) {
    out.text(&step.id);
    out.text(&step.path);
    out.text(&step.kind);
    out.option(step.name.as_ref(), |out, name| out.text(name));
    out.option(step.status_slot, |out, slot| out.u32(slot.0));
    out.option(step.error_slot, |out, slot| out.u32(slot.0));
    out.bool(step.retry_on_interrupt);
}

fn join_number(join: Join) -> u8 {
    match join {
        Join::All => 0,
        Join::Any => 1,
        Join::Settled => 2,
    }
}

fn write_slots(out: &mut Writer, slots: &[Slot]) {
    out.len(slots.len());
    slots.iter().for_each(|slot| out.u32(slot.0));
}

fn write_fork(out: &mut Writer, fork: &ForkSpec) {
    match fork {
        ForkSpec::Branches {
            branches,
            limit,
            join,
        } => {
            out.u8(0);
            out.u32(*limit);
            out.u8(join_number(*join));
            out.len(branches.len());
            for branch in branches {
                out.text(&branch.name);
                out.u32(branch.entry.0);
                write_slots(out, &branch.merge);
                write_slots(out, &branch.always);
            }
        }
        ForkSpec::Each {
            entry,
            item,
            index,
            limit,
            join,
            collect,
        } => {
            out.u8(1);
            out.u32(*limit);
            out.u8(join_number(*join));
            out.u32(entry.0);
            out.u32(item.0);
            out.option(*index, |out, slot| out.u32(slot.0));
            out.bool(*collect);
        }
    }
}

fn write_span(out: &mut Writer, last: &mut (u32, u32), span: (u32, u32)) {
    // Neighbours are near each other: differences are short.
    out.i64(i64::from(span.0) - i64::from(last.0));
    out.i64(i64::from(span.1) - i64::from(last.1));
    *last = span;
}

pub(super) fn write_debug(out: &mut Writer, debug: &DebugMap) {
    section(out, tag::DEBUG, |out| {
        for spans in [&debug.spans, &debug.steps] {
            out.len(spans.len());
            let mut last = (0, 0);
            spans
                .iter()
                .for_each(|span| write_span(out, &mut last, *span));
        }
        out.len(debug.slots.len());
        debug.slots.iter().for_each(|name| out.text(name));
    });
}

pub(super) fn read_sections(input: &mut Reader<'_>) -> Result<Parts, DecodeError> {
    read_parts(input, true)
}

/// The parts of a whole program, or of the one that gives a key: that one has none inside of it.
fn read_parts(input: &mut Reader<'_>, whole: bool) -> Result<Parts, DecodeError> {
    let (identity, policy) = read_section(input, tag::IDENTITY, |input| {
        let slug = text(input)?;
        let version = input.option(text)?;
        let policy = read_policy(input, whole)?;
        Ok((Identity { slug, version }, policy))
    })?;
    let consts = read_section(input, tag::CONSTS, |input| {
        input.many(|input| read_value(input, MAX_VALUE_DEPTH))
    })?;
    let (type_table, types, output) = read_section(input, tag::TYPES, |input| {
        let table = read_type_table(input)?;
        let types = input.many(|input| read_type(input, MAX_TYPE_DEPTH))?;
        Ok((table, types, input.option(|input| input.u32().map(TypeId))?))
    })?;
    let functions = read_section(input, tag::FUNCTIONS, |input| input.many(text))?;
    let steps = read_section(input, tag::STEPS, |input| input.many(read_step))?;
    let forks = read_section(input, tag::FORKS, |input| input.many(read_fork))?;
    let inputs = read_section(input, tag::INPUTS, |input| input.many(read_input))?;
    let (slots, code) = read_section(input, tag::CODE, |input| {
        Ok((input.u32()?, input.many(Instr::read)?))
    })?;
    let debug = match input.is_empty() {
        true => None,
        false => Some(read_section(input, tag::DEBUG, read_debug)?),
    };
    if !input.is_empty() {
        return Err(input.error("something follows the last section"));
    }
    Ok(Parts {
        code,
        consts,
        types,
        type_table,
        functions,
        steps,
        forks,
        slots,
        inputs,
        output,
        identity,
        policy,
        debug,
    })
}

fn read_section<T>(
    input: &mut Reader<'_>,
    tag: u8,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let found = input.u8()?;
    if found != tag {
        return Err(input.error(format!("section {tag} is expected here, found {found}")));
    }
    let len = input.len()?;
    let mut body = input.section(len)?;
    let out = read(&mut body)?;
    if !body.is_empty() {
        return Err(body.error(format!("section {tag} is longer than what it holds")));
    }
    Ok(out)
}

fn text(input: &mut Reader<'_>) -> Result<Str, DecodeError> {
    input.text().map(Str::from)
}

fn slot(input: &mut Reader<'_>) -> Result<Slot, DecodeError> {
    input.u32().map(Slot)
}

fn read_type_table(input: &mut Reader<'_>) -> Result<TypeTable, DecodeError> {
    /// The table is searched from front to back: a hostile one must not make that quadratic.
    const MAX_NAMED_TYPES: usize = 4096;
    let named = input.many(|input| Ok((text(input)?, read_type(input, MAX_TYPE_DEPTH)?)))?;
    if named.len() > MAX_NAMED_TYPES {
        return Err(input.error(format!("there are more than {MAX_NAMED_TYPES} named types")));
    }
    let mut table = TypeTable::new();
    for (name, ty) in named {
        if table.insert(name, ty).is_some() {
            return Err(input.error("a type is named twice"));
        }
    }
    Ok(table)
}

fn read_step(input: &mut Reader<'_>) -> Result<StepInfo, DecodeError> {
    Ok(StepInfo {
        id: text(input)?,
        path: text(input)?,
        kind: text(input)?,
        name: input.option(text)?,
        status_slot: input.option(slot)?,
        error_slot: input.option(slot)?,
        retry_on_interrupt: input.bool()?,
    })
}

fn read_join(input: &mut Reader<'_>) -> Result<Join, DecodeError> {
    Ok(match input.u8()? {
        0 => Join::All,
        1 => Join::Any,
        2 => Join::Settled,
        other => return Err(input.error(format!("{other} is no kind of join"))),
    })
}

fn read_fork(input: &mut Reader<'_>) -> Result<ForkSpec, DecodeError> {
    let kind = input.u8()?;
    let limit = input.u32()?;
    let join = read_join(input)?;
    match kind {
        0 => {
            let branches = input.many(|input| {
                Ok(Branch {
                    name: text(input)?,
                    entry: Label(input.u32()?),
                    merge: input.many(slot)?,
                    always: input.many(slot)?,
                })
            })?;
            Ok(ForkSpec::Branches {
                branches,
                limit,
                join,
            })
        }
        1 => Ok(ForkSpec::Each {
            entry: Label(input.u32()?),
            item: slot(input)?,
            index: input.option(slot)?,
            limit,
            join,
            collect: input.bool()?,
        }),
        other => Err(input.error(format!("{other} is no kind of fork"))),
    }
}

fn read_input(input: &mut Reader<'_>) -> Result<InputSpec, DecodeError> {
    let (name, ty, slot) = (text(input)?, TypeId(input.u32()?), slot(input)?);
    let flags = input.u8()?;
    if flags > 3 {
        return Err(input.error(format!("{flags} says nothing of an input: 0 to 3 do")));
    }
    Ok(InputSpec {
        name,
        ty,
        slot,
        required: flags & 1 != 0,
        schema: if flags & 2 == 0 {
            None
        } else {
            Some(ConstId(input.u32()?))
        },
    })
}

fn read_span(input: &mut Reader<'_>, last: &mut (u32, u32)) -> Result<(u32, u32), DecodeError> {
    let mut next = |last: u32| {
        let n = i64::from(last).checked_add(input.i64()?);
        n.and_then(|n| u32::try_from(n).ok())
            .ok_or_else(|| input.error("a span is out of range"))
    };
    *last = (next(last.0)?, next(last.1)?);
    Ok(*last)
}

fn read_debug(input: &mut Reader<'_>) -> Result<DebugMap, DecodeError> {
    let mut last = (0, 0);
    let spans = input.many(|input| read_span(input, &mut last))?;
    last = (0, 0);
    let steps = input.many(|input| read_span(input, &mut last))?;
    Ok(DebugMap {
        spans,
        steps,
        slots: input.many(text)?,
    })
}
