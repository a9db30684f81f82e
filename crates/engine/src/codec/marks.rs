//! What the engine knows of a run, before the machine's snapshot.

use wfc_program::bytes::{Reader, Writer};
use wfc_vm::{EffectId, Usage};

use super::{put, read_usage, seal, unseal, write_usage};

const VERSION: u8 = 1;

/// What the engine has to know besides the machine's state.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Marks {
    /// The number of the last effect that the machine had asked for; 0 for none.
    pub(crate) last_effect: u64,
    /// Effects that were handed out and not answered, and how many times.
    pub(crate) started: Vec<(EffectId, u32)>,
    /// What the run has used up.
    pub(crate) usage: Usage,
    /// The numbers of the kept events that it was told, in their order.
    pub(crate) heard: Vec<u64>,
}

/// The marks and the machine's snapshot as one.
pub(crate) fn write_marks(marks: &Marks, machine: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(machine.len() + 16);
    put(&mut bytes, |out: &mut Writer| {
        out.u8(VERSION);
        out.u64(marks.last_effect);
        out.len(marks.started.len());
        for (effect, times) in &marks.started {
            out.u64(effect.0);
            out.u32(*times);
        }
        let used = (marks.usage != Usage::default()).then_some(marks.usage);
        out.option(used, write_usage);
        out.len(marks.heard.len());
        marks.heard.iter().for_each(|event| out.u64(*event));
        out.raw(machine);
    });
    seal(&mut bytes, 0, 0);
    bytes
}

/// The marks, and the machine's snapshot.
pub(crate) fn read_marks(bytes: &[u8]) -> Result<(Marks, &[u8]), String> {
    let Some(body) = unseal(bytes, 0) else {
        return Err("the snapshot is damaged: its checksum does not fit".to_owned());
    };
    let read = || {
        let mut input = Reader::new(body);
        let version = input.u8()?;
        if version != VERSION {
            return Err(input.error(format!("{version} is no version of snapshots")));
        }
        let last_effect = input.u64()?;
        let started = input.many(|input| Ok((EffectId(input.u64()?), input.u32()?)))?;
        let usage = input.option(read_usage)?.unwrap_or_default();
        let heard = input.many(Reader::u64)?;
        let marks = Marks {
            last_effect,
            started,
            usage,
            heard,
        };
        let machine = input.raw(input.left())?;
        Ok((marks, machine))
    };
    read().map_err(|error| format!("the snapshot is damaged {error}"))
}
