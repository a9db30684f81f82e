//! Properties over random event orders and damaged programs.

use std::sync::Arc;

use proptest::prelude::*;
use wfc_program::{Parts, Program, codec};
use wfc_value::{Map, Value};
use wfc_vm::{
    Delivery, EffectId, ErrorRecord, Event, EventKind, Limits, Machine, Meta, Outcome, Turn, Usage,
};

use crate::corpus::CORPUS;
use crate::support::{asm, at};

/// What a test does next; numbers pick among what is outstanding.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Complete(usize, Option<i64>),
    Fail(usize, bool),
    Cancelled(usize),
    Unknown(usize),
    Again(u64),
    Tick(i64),
    Message,
    Cancel,
}

pub(crate) fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (any::<usize>(), any::<Option<i64>>()).prop_map(|(n, v)| Act::Complete(n, v)),
        3 => (any::<usize>(), any::<bool>()).prop_map(|(n, fatal)| Act::Fail(n, fatal)),
        1 => any::<usize>().prop_map(Act::Cancelled),
        1 => any::<usize>().prop_map(Act::Unknown),
        1 => (0_u64..20).prop_map(Act::Again),
        3 => (0_i64..40).prop_map(Act::Tick),
        1 => Just(Act::Message),
        1 => Just(Act::Cancel),
    ]
}

/// The event of an act, for the machine as it is now.
pub(crate) fn event(machine: &Machine, act: &Act) -> Event {
    let pick = |n: usize| {
        let ids: Vec<EffectId> = machine.outstanding().map(|e| e.id).collect();
        ids.get(n % ids.len().max(1))
            .copied()
            .unwrap_or(EffectId(1))
    };
    let usage = Some(Usage {
        tokens: 20,
        ..Usage::default()
    });
    let kind = match act {
        Act::Complete(n, value) => {
            let value = value.map_or(Value::Null, Value::Int);
            EventKind::Completed {
                effect: pick(*n),
                value,
                usage,
            }
        }
        Act::Fail(n, fatal) => {
            let code = wfc_value::FaultCode::from_name(if *fatal { "fatal" } else { "tool_error" });
            let error = Box::new(ErrorRecord::new(code, "m"));
            EventKind::Failed {
                effect: pick(*n),
                error,
                usage: None,
            }
        }
        Act::Cancelled(n) => EventKind::Cancelled { effect: pick(*n) },
        Act::Unknown(n) => EventKind::Unknown { effect: pick(*n) },
        Act::Again(id) => EventKind::Completed {
            effect: EffectId(*id),
            value: Value::Null,
            usage: None,
        },
        Act::Tick(_) => EventKind::Tick,
        Act::Message => EventKind::Message {
            name: "go".into(),
            key: None,
            payload: Value::Int(7),
            id: None,
        },
        Act::Cancel => EventKind::Cancel {
            reason: "because".into(),
        },
    };
    let later = match act {
        Act::Tick(seconds) => *seconds,
        _ => 0,
    };
    let nanos = machine.now().nanos() + i128::from(later) * 1_000_000_000;
    Event {
        at: wfc_value::Timestamp::from_nanos(nanos).unwrap_or(machine.now()),
        kind,
    }
}

/// Runs a turn to its end in slices of `slice`; false when it takes too long.
pub(crate) fn turn(machine: &mut Machine, slice: u64) -> bool {
    let mut left = 200_000_u64;
    while left > 0 {
        if machine.run(slice) != Turn::Yielded {
            return true;
        }
        left = left.saturating_sub(slice);
    }
    false
}

pub(crate) fn meta() -> Meta {
    let limits = Limits {
        live_bytes: 8 << 20,
        max_steps: 5_000,
        ..Limits::default()
    };
    Meta {
        limits,
        ..Meta::new("exec-1", at(0))
    }
}

fn machine(program: Program) -> Option<Machine> {
    Machine::start(Arc::new(program), &Map::default(), meta()).ok()
}

/// Everything that can be seen from outside, after each event.
fn history(
    program: Program,
    events: &mut dyn FnMut(&Machine, usize) -> Option<Event>,
    slice: u64,
) -> Vec<String> {
    let mut out = Vec::new();
    let mut machine = machine(program).unwrap();
    let mut n = 0;
    loop {
        assert!(turn(&mut machine, slice));
        let effects: Vec<_> = machine.outstanding().collect();
        out.push(format!(
            "{effects:?} {:?} {:?}",
            machine.next_wake(),
            machine.outcome()
        ));
        let Some(event) = events(&machine, n) else {
            break;
        };
        let delivery = machine.deliver(event);
        out.push(format!("{delivery:?}"));
        if delivery != Delivery::Accepted {
            // Nothing has changed.
            assert_eq!(
                machine.run(slice),
                machine
                    .outcome()
                    .map_or(Turn::Quiescent, |o| Turn::Done(o.clone()))
            );
        }
        n += 1;
    }
    out.push(format!("{:?}", machine.take_trace()));
    out
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The same events give the same effects, however the turns are cut into slices.
    #[test]
    fn a_machine_is_a_function_of_its_events(
        which in 0..CORPUS.len(),
        acts in prop::collection::vec(act(), 0..40),
        slice in 1_u64..50,
    ) {
        let mut events = Vec::new();
        let first = history(asm(CORPUS[which]), &mut |machine, n| {
            let event = event(machine, acts.get(n)?);
            events.push(event.clone());
            Some(event)
        }, 1_000);
        let second = history(asm(CORPUS[which]), &mut |_, n| events.get(n).cloned(), slice);
        prop_assert_eq!(first, second);
    }

    /// Whatever happened before: once everything that is asked for is answered and time passes,
    /// every run ends, and a cancelled one ends cancelled or as it would have.
    #[test]
    fn every_run_ends_when_the_world_answers(
        which in 0..CORPUS.len(),
        acts in prop::collection::vec(act(), 0..30),
        cancel in any::<bool>(),
    ) {
        let mut machine = machine(asm(CORPUS[which])).unwrap();
        prop_assert!(turn(&mut machine, 10_000));
        for act in &acts {
            let event = event(&machine, act);
            machine.deliver(event);
            prop_assert!(turn(&mut machine, 10_000));
        }
        if cancel {
            let event = event(&machine, &Act::Cancel);
            machine.deliver(event);
            prop_assert!(turn(&mut machine, 10_000));
        }
        for n in 0..500_usize {
            if machine.outcome().is_some() {
                break;
            }
            let waits = machine.outstanding().next().is_some() || machine.next_wake().is_some();
            prop_assert!(waits, "a run that has not ended waits for something");
            // Timers need time, everything else an answer.
            let act = if n % 3 == 2 { Act::Tick(3_600) } else { Act::Complete(0, Some(1)) };
            let event = event(&machine, &act);
            machine.deliver(event);
            prop_assert!(turn(&mut machine, 10_000));
        }
        prop_assert!(machine.outcome().is_some());
        if machine.is_cancelled() {
            let ended_before = !matches!(machine.outcome(), Some(Outcome::Cancelled { .. }));
            prop_assert!(!ended_before, "{:?}", machine.outcome());
        }
        prop_assert_eq!(machine.outstanding().count(), 0);
        prop_assert_eq!(machine.next_wake(), None);
    }

    /// A damaged program file is refused or runs; nothing panics.
    #[test]
    fn damaged_files_are_refused_or_run(
        which in 0..CORPUS.len(),
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..3),
        acts in prop::collection::vec(act(), 0..12),
    ) {
        let mut bytes = codec::encode(&asm(CORPUS[which]));
        for (at, byte) in hits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(program) = codec::decode(&bytes) {
            poke(program, &acts);
        }
    }

    /// So is a program whose instructions were exchanged.
    #[test]
    fn shuffled_instructions_are_refused_or_run(
        which in 0..CORPUS.len(),
        swaps in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>()), 1..4),
        acts in prop::collection::vec(act(), 0..12),
    ) {
        let mut parts: Parts = asm(CORPUS[which]).into_parts();
        for (a, b, copy) in swaps {
            let (a, b) = (a.index(parts.code.len()), b.index(parts.code.len()));
            if copy {
                parts.code[a] = parts.code[b];
            } else {
                parts.code.swap(a, b);
            }
        }
        poke(Program::new(parts), &acts);
    }
}

/// Runs a program that may be anything, for a while.
fn poke(program: Program, acts: &[Act]) {
    let Some(mut machine) = machine(program) else {
        return;
    };
    for act in acts {
        if !turn(&mut machine, 10_000) {
            return;
        }
        let event = event(&machine, act);
        machine.deliver(event);
    }
    turn(&mut machine, 10_000);
}

#[test]
fn the_corpus_uses_every_instruction_and_is_sound() {
    let mut used = std::collections::BTreeSet::new();
    for text in CORPUS {
        let program = asm(text);
        if let Err(error) = program.verify() {
            panic!(
                "{error}\n{}",
                wfc_program::disasm::disassemble(&program, None)
            );
        }
        used.extend(program.code.iter().map(|instr| instr.mnemonic()));
    }
    let all = wfc_program::isa::INSTRUCTIONS
        .iter()
        .map(|info| info.mnemonic);
    let missing: Vec<&str> = all.filter(|name| !used.contains(name)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn every_single_byte_of_a_file_can_be_damaged() {
    for text in CORPUS {
        let bytes = codec::encode(&asm(text));
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= flip;
                if let Ok(program) = codec::decode(&damaged) {
                    poke(
                        program,
                        &[
                            Act::Complete(0, Some(1)),
                            Act::Tick(10),
                            Act::Fail(1, false),
                        ],
                    );
                }
            }
        }
    }
}
