//! Snapshots: a machine that was written and read back is the same machine; bytes from anywhere
//! give an error or a machine that runs.

use std::sync::Arc;

use proptest::prelude::*;
use wfc_program::Program;
use wfc_value::{Map, Value};
use wfc_vm::{
    Delivery, Event, EventKind, Machine, MemoryPayloads, Meta, Outcome, SnapshotError, Turn,
};

use crate::corpus::CORPUS;
use crate::random::{Act, act, event, meta, turn};
use crate::support::{asm, at, value};

/// The same run, made anew from its bytes; they are the same a second time.
fn reborn(machine: &Machine, inputs: &Map, payloads: &mut MemoryPayloads) -> Machine {
    let bytes = machine.snapshot(payloads).unwrap();
    let program = Arc::clone(machine.program());
    let again = Machine::restore(program, inputs, machine.meta().clone(), &bytes, payloads);
    let again = again.unwrap_or_else(|error| panic!("{error}\n{bytes:02x?}"));
    assert_eq!(again.snapshot(payloads).unwrap(), bytes);
    assert_eq!(live(&again), live(machine));
    again
}

/// What a machine counts as live data: nothing else shows it before the limit is met.
fn live(machine: &Machine) -> String {
    let text = format!("{machine:?}");
    let (before, _) = text.rsplit_once(", in_turn: ").unwrap();
    before.rsplit_once(" live: ").unwrap().1.to_owned()
}

/// What can be seen of a machine.
fn seen(machine: &Machine) -> String {
    let effects: Vec<_> = machine.outstanding().collect();
    let allowances: Vec<_> = effects.iter().map(|e| machine.allowance(e.id)).collect();
    format!(
        "{effects:?} {allowances:?} {:?} {:?} {:?} {}",
        machine.next_wake(),
        machine.outcome(),
        machine.now(),
        machine.is_cancelled()
    )
}

fn start(program: Program) -> Machine {
    let mut machine = Machine::start(Arc::new(program), &Map::default(), meta()).unwrap();
    assert!(turn(&mut machine, 10_000));
    machine
}

/// Gives both machines the acts, one of them anew before each.
fn in_step(plain: &mut Machine, acts: &[Act]) {
    if plain.outcome().is_some() {
        return;
    }
    let mut payloads = MemoryPayloads::default();
    let mut restored = reborn(plain, &Map::default(), &mut payloads);
    for act in acts {
        let event = event(plain, act);
        let (a, b) = (plain.deliver(event.clone()), restored.deliver(event));
        assert_eq!(a, b);
        assert!(turn(plain, 10_000) && turn(&mut restored, 10_000));
        assert_eq!(seen(plain), seen(&restored));
        if plain.outcome().is_some() {
            break;
        }
        assert_eq!(
            plain.snapshot(&mut payloads).unwrap(),
            restored.snapshot(&mut payloads).unwrap()
        );
        restored = reborn(&restored, &Map::default(), &mut payloads);
    }
}

/// Runs what bytes made, for a while.
fn poke(mut machine: Machine, acts: &[Act]) {
    for act in acts {
        if !turn(&mut machine, 10_000) {
            return;
        }
        let event = event(&machine, act);
        machine.deliver(event);
    }
    if turn(&mut machine, 10_000) && machine.outcome().is_none() {
        let mut payloads = MemoryPayloads::default();
        let bytes = machine.snapshot(&mut payloads).unwrap();
        let program = Arc::clone(machine.program());
        // It was made of hostile bytes, and is whole all the same.
        Machine::restore(program, &Map::default(), meta(), &bytes, &payloads).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_machine_that_was_read_back_is_the_same(
        which in 0..CORPUS.len(),
        acts in prop::collection::vec(act(), 0..40),
    ) {
        in_step(&mut start(asm(CORPUS[which])), &acts);
    }

    #[test]
    fn damaged_snapshots_are_refused_or_run(
        which in 0..CORPUS.len(),
        before in prop::collection::vec(act(), 0..12),
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..3),
        acts in prop::collection::vec(act(), 0..12),
    ) {
        let mut machine = start(asm(CORPUS[which]));
        for act in &before {
            let event = event(&machine, act);
            machine.deliver(event);
            prop_assert!(turn(&mut machine, 10_000));
        }
        let mut payloads = MemoryPayloads::default();
        if let Ok(mut bytes) = machine.snapshot(&mut payloads) {
            for (at, byte) in hits {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let program = Arc::clone(machine.program());
            if let Ok(machine) = Machine::restore(program, &Map::default(), meta(), &bytes, &payloads) {
                poke(machine, &acts);
            }
        }
    }
}

/// Snapshots on the way of a run that answers everything in order.
fn on_the_way(program: Program) -> Vec<(Vec<u8>, MemoryPayloads)> {
    let mut machine = start(program);
    let mut out = Vec::new();
    for n in 0..60 {
        let mut payloads = MemoryPayloads::default();
        match machine.snapshot(&mut payloads) {
            Ok(bytes) => out.push((bytes, payloads)),
            Err(_) => break,
        }
        let act = match n % 5 {
            3 => Act::Tick(10),
            4 => Act::Fail(n, false),
            _ => Act::Complete(n, Some(1)),
        };
        let event = event(&machine, &act);
        machine.deliver(event);
        assert!(turn(&mut machine, 10_000));
    }
    out
}

#[test]
fn every_byte_can_be_damaged_and_every_snapshot_cut_short() {
    for text in CORPUS {
        let program = Arc::new(asm(text));
        for (bytes, payloads) in on_the_way(asm(text)) {
            let read = |bytes: &[u8]| {
                Machine::restore(
                    Arc::clone(&program),
                    &Map::default(),
                    meta(),
                    bytes,
                    &payloads,
                )
            };
            for at in 0..bytes.len() {
                assert!(read(&bytes[..at]).is_err());
                for flip in [0x01, 0x02, 0x80, 0xff] {
                    let mut damaged = bytes.clone();
                    damaged[at] ^= flip;
                    if let Ok(machine) = read(&damaged) {
                        poke(
                            machine,
                            &[Act::Complete(0, Some(1)), Act::Tick(40), Act::Cancel],
                        );
                    }
                }
            }
            assert!(read(&[bytes.as_slice(), &[0]].concat()).is_err());
        }
    }
}

/// A run of a listing, at rest.
fn run(text: &str) -> Machine {
    let mut machine =
        Machine::start(Arc::new(asm(text)), &Map::default(), Meta::new("e", at(0))).unwrap();
    assert_eq!(machine.run(1_000_000), Turn::Quiescent);
    machine
}

#[test]
fn a_turn_that_goes_on_and_a_run_that_has_ended_have_no_snapshot() {
    let text = "push {}\neffect bash\nreturn";
    let payloads = &mut MemoryPayloads::default();
    let mut machine =
        Machine::start(Arc::new(asm(text)), &Map::default(), Meta::new("e", at(0))).unwrap();
    assert_eq!(machine.snapshot(payloads), Err(SnapshotError::Unsettled));
    machine.run(100);
    machine.snapshot(payloads).unwrap();
    let kind = EventKind::Completed {
        effect: wfc_vm::EffectId(1),
        value: Value::Null,
        usage: None,
    };
    assert_eq!(
        machine.deliver(Event { at: at(1), kind }),
        Delivery::Accepted
    );
    assert_eq!(machine.snapshot(payloads), Err(SnapshotError::Unsettled));
    assert_eq!(
        machine.run(100),
        Turn::Done(Outcome::Succeeded(Value::Null))
    );
    assert_eq!(machine.snapshot(payloads), Err(SnapshotError::Ended));
}

#[test]
fn another_program_is_told_by_its_fingerprint() {
    let mut payloads = MemoryPayloads::default();
    let bytes = run("push {}\neffect bash\nreturn")
        .snapshot(&mut payloads)
        .unwrap();
    let other = Arc::new(asm("push {}\neffect tool\nreturn"));
    let read = Machine::restore(
        other,
        &Map::default(),
        Meta::new("e", at(0)),
        &bytes,
        &payloads,
    );
    assert_eq!(read.unwrap_err(), SnapshotError::Program);
}

#[test]
fn what_is_read_no_more_is_not_kept_and_what_is_shared_is_written_once() {
    let long = "x".repeat(500);
    let text = format!(
        "push \"{long}\"\npush \"-\"\ntemplate 2\nstore $a\nload $a\nstore $b\nload $b\nload $a\nlist 2\nstore $l\n\
         load $a\nstore $unread\npush {{}}\neffect bash\npop\nload $a\nload $b\nload $l\nlist 3\nreturn"
    );
    let bytes = run(&text).snapshot(&mut MemoryPayloads::default()).unwrap();
    assert!((500..600).contains(&bytes.len()), "{}", bytes.len());
}

#[test]
fn large_values_are_payloads_named_by_their_hash() {
    let text = "push {}\neffect tool\nstore $a\npush {}\neffect bash\npop\nload $a\nreturn";
    let mut machine = run(text);
    let long = "y".repeat(5_000);
    let result = value(&format!(r#"{{"long": "{long}", "n": [1, 2, "{long}"]}}"#));
    let kind = EventKind::Completed {
        effect: wfc_vm::EffectId(1),
        value: result.clone(),
        usage: None,
    };
    machine.deliver(Event { at: at(1), kind });
    machine.run(1_000);
    let mut payloads = MemoryPayloads::default();
    let bytes = machine.snapshot(&mut payloads).unwrap();
    assert!(bytes.len() < 200, "{}", bytes.len());
    assert_eq!(payloads.0.len(), 1);
    assert!(payloads.0.values().all(|p| p.len() < 5_100));
    let mut again = reborn(&machine, &Map::default(), &mut payloads);
    let read = |payloads: &MemoryPayloads| {
        let program = Arc::clone(machine.program());
        Machine::restore(
            program,
            &Map::default(),
            machine.meta().clone(),
            &bytes,
            payloads,
        )
    };
    let hash = *payloads.0.keys().next().unwrap();
    assert_eq!(
        read(&MemoryPayloads::default()).unwrap_err(),
        SnapshotError::Missing(hash)
    );
    let mut damaged = payloads.clone();
    damaged.0.get_mut(&hash).unwrap().push(0);
    assert_eq!(read(&damaged).unwrap_err(), SnapshotError::Payload(hash));
    let kind = EventKind::Completed {
        effect: wfc_vm::EffectId(2),
        value: Value::Null,
        usage: None,
    };
    again.deliver(Event { at: at(2), kind });
    assert_eq!(again.run(1_000), Turn::Done(Outcome::Succeeded(result)));
}

#[test]
fn a_secret_s_text_is_in_no_snapshot_only_its_name() {
    let mut machine = run(
        "push {}\neffect tool\nstore $s\npush \"Bearer \"\nload $s\ntemplate 2\nstore $t\n\
                           push {}\neffect bash\npop\nload $t\nreturn",
    );
    let kind = EventKind::Completed {
        effect: wfc_vm::EffectId(1),
        value: Value::secret("api_key"),
        usage: None,
    };
    machine.deliver(Event { at: at(1), kind });
    machine.run(1_000);
    let bytes = machine.snapshot(&mut MemoryPayloads::default()).unwrap();
    let has = |text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    assert!(has("api_key") && has("Bearer "));
    reborn(&machine, &Map::default(), &mut MemoryPayloads::default());
}

#[test]
fn errors_say_what_is_wrong() {
    let machine = run("push {}\neffect bash\nreturn");
    let program = machine.program();
    let read = |bytes: &[u8]| {
        let payloads = MemoryPayloads::default();
        let meta = machine.meta().clone();
        let read = Machine::restore(Arc::clone(program), &Map::default(), meta, bytes, &payloads);
        read.unwrap_err().to_string()
    };
    assert_eq!(
        read(&[]),
        "the snapshot is damaged: at byte 0: it has no version"
    );
    assert_eq!(
        read(&[0xff, 0xff, 0]),
        "the snapshot was made by machine version 65535, and this one reads up to 2"
    );
    let mut bytes = machine.snapshot(&mut MemoryPayloads::default()).unwrap();
    bytes.push(0);
    let len = bytes.len() - 1;
    assert_eq!(
        read(&bytes),
        format!("the snapshot is damaged: at byte {len}: something follows the last fiber")
    );
}
