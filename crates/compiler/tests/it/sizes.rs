//! How many bytes a run takes while it waits.

use std::sync::Arc;

use serde_json::json;
use wfc_syntax::tree::Spelling;
use wfc_value::Value;
use wfc_vm::{Event, EventKind, Machine, MemoryPayloads, Meta, Turn};

use crate::case::{compile, from_json};

const TRIAGE: &str = include_str!("../../../../examples/triage.wf");

/// Bytes of the texts in a value, and one for each other thing in it: what a compact form of it
/// takes at the least.
fn payload(value: &Value) -> usize {
    match value {
        Value::List(list) => 1 + list.iter().map(payload).sum::<usize>(),
        Value::Map(map) => map.values().map(payload).sum::<usize>() + 1,
        Value::String(text) => text.len() + 1,
        _ => 1,
    }
}

#[test]
fn a_ticket_that_waits_for_its_approval_takes_few_bytes_beside_its_values() {
    // The catalogue's types do not matter here.
    let text = TRIAGE.replace("tools \"memory.tools.json\"", "tools \"tools.json\"");
    let program = Arc::new(compile(Spelling::Text, &text).stripped());
    let inputs = from_json(&json!({ "ticket_id": "T-1", "body": "It does not start any more." }));
    let start = wfc_value::Timestamp::from_millis(1_767_225_600_000).unwrap();
    let meta = Meta::new("01KDV3T8000000000000000000", start);
    let mut machine = Machine::start(program, inputs.as_map().unwrap(), meta).unwrap();
    assert_eq!(machine.run(10_000), Turn::Quiescent);
    let review = from_json(&json!({
        "summary": "The device has stopped starting.", "duplicates": [], "severity": "high"
    }));
    let kind = EventKind::Completed {
        effect: wfc_vm::EffectId(1),
        value: review.clone(),
        usage: None,
    };
    let at = wfc_value::Timestamp::from_millis(1_767_225_612_345).unwrap();
    machine.deliver(Event { at, kind });
    assert_eq!(machine.run(10_000), Turn::Quiescent);
    let effect = machine.outstanding().next().unwrap();
    assert_eq!(effect.kind.word(), "approval");
    let live = payload(&review) + payload(&effect.args);
    let mut payloads = MemoryPayloads::default();
    let bytes = machine.snapshot(&mut payloads).unwrap();
    assert!(payloads.0.is_empty());
    let beside = bytes.len().saturating_sub(live);
    assert!(
        beside <= 48,
        "{beside} of {} bytes: {bytes:02x?}",
        bytes.len()
    );
}
