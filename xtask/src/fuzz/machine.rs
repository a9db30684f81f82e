//! Machines: programs and snapshots of any bytes, run with events of any kind.

use std::sync::{Arc, LazyLock};

use wfc_compiler::settings::Settings;
use wfc_compiler::world::NoWorld;
use wfc_program::{Program, codec};
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::{CallCtx, Duration, FaultCode, Map, Timestamp, Value, json};
use wfc_vm::{
    Delivery, EffectId, ErrorRecord, Event, EventKind, Limits, MACHINE_ABI, Machine,
    MemoryPayloads, Meta, Turn, Usage, eval_with,
};

use super::parts::{FUEL, context};

/// Workflows that between them wait in every way that there is.
const WORKFLOWS: &[&str] = &[
    r#"workflow a "A" {
  input who: string = "me"
  secret key
  var n: int = 0
  let review = agent "look at {{ who }}" { returns: { text: string, level: int } timeout: 10m retry: { max_attempts: 3, delay: 5s, backoff: 2.0 } }
  try {
    let got = tool demo.act { x: review.level } compensate { tool demo.undo { id: review.text } }
    for i in [1, 2, 3] { set n = n + i  bash "echo $N" { env: { N: string(n) } timeout: 1m }  wait for 2s collect n }
    if review.level > 1 { fail own.code "too much of {{ who }}" }
  } catch err {
    approval "Go on after {{ err.message }}?" { timeout: 24h, on_timeout: deny, on_deny: continue }
  } finally { agent_message "done {{ who }}" }
  wait event "go" key who with { timeout: 5m, on_timeout: continue }
  return { n: n, text: review.text }
}"#,
    r#"workflow b "B" {
  let race = parallel with { join: any } {
    branch one { tool demo.a {} compensate { bash "undo a" }  wait for 1h }
    branch two { bash "b" compensate { bash "undo b" }  wait event "two" }
  }
  let all = for x index i in lists.range(5) parallel 2 with { join: settled } { bash "{{ 1 }}" { check: false } collect { at: i, x: x } }
  let both = parallel { branch p { agent "p" } branch q { call other {} } }
  on failure { bash "clean" }
  on finally { agent_message "bye" }
  return { a: all.size() }
}"#,
    r#"workflow c "C" {
  var tries: int = 0
  repeat max 4 { bash "try" { on_interrupt: retry }  set tries = tries + 1 } until tries > 2
  try with { timeout: 30s, retry: { max_attempts: 2, delay: 1s } } {
    tool demo.a {} compensate { tool demo.b {} }
    wait until now() + duration("20s")
    bash "x" on_error { bash "y" }
  } catch e { set tries = tries + e.attempt }
  return tries
}"#,
];

/// The workflows' programs; those that this version does not take are left out.
static PROGRAMS: LazyLock<Vec<Arc<Program>>> = LazyLock::new(|| {
    let compiled = WORKFLOWS.iter().filter_map(|text| {
        let source = Source::new("flow.wf", *text);
        let settings = Settings::default();
        let program = wfc_compiler::compile(&source, Spelling::Text, &NoWorld, &settings).program?;
        Some(Arc::new(program))
    });
    compiled.collect()
});

/// Instructions of one turn, and of a whole input.
const TURN: u64 = 20_000;

fn meta() -> Meta {
    let limits = Limits {
        live_bytes: 8 << 20,
        max_steps: 2_000,
        fuel: 400_000,
        ..Limits::default()
    };
    let start = Timestamp::from_millis(1_767_225_600_000).unwrap_or_default();
    Meta {
        limits,
        ..Meta::new("run-1", start)
    }
}

/// The event that a byte stands for, for the machine as it is.
fn event(machine: &Machine, byte: u8) -> Event {
    let ids: Vec<EffectId> = machine.outstanding().map(|e| e.id).collect();
    let pick = usize::from(byte >> 4) % ids.len().max(1);
    let effect = ids.get(pick).copied().unwrap_or(EffectId(1));
    let usage = (byte & 0x10 != 0).then_some(Usage {
        usd: 0.5,
        tokens: 20,
        agent_calls: 1,
    });
    let kind = match byte & 0x0f {
        0..=5 => {
            let values = [
                "null",
                "7",
                r#"{"text": "some text", "level": 2}"#,
                r#"{"stdout": "out", "stderr": "", "exit_code": 0}"#,
                r#"{"decision": "approve", "by": "me", "at": "now"}"#,
                "[1, [2, \"three\"]]",
            ];
            let text = values.get(usize::from(byte & 0x0f)).unwrap_or(&"null");
            let value = json::parse(text).unwrap_or_default();
            EventKind::Completed {
                effect,
                value,
                usage,
            }
        }
        6 | 7 => {
            let code = FaultCode::from_name("tool_error");
            let error = Box::new(ErrorRecord::new(code, "it failed"));
            EventKind::Failed {
                effect,
                error,
                usage,
            }
        }
        8 => EventKind::Unknown { effect },
        9 => EventKind::Cancelled { effect },
        10 => EventKind::Fired { effect },
        11 => EventKind::Message {
            name: if byte & 0x10 == 0 { "go" } else { "two" }.into(),
            key: (byte & 0x20 != 0).then(|| "me".into()),
            payload: Value::Int(i64::from(byte)),
            id: (byte & 0x40 != 0).then(|| "id".into()),
        },
        12 => EventKind::Cancel {
            reason: "because".into(),
        },
        _ => EventKind::Tick,
    };
    let seconds = match byte & 0x0f {
        13 => i64::from(byte >> 4),
        14 => 60,
        15 => 100_000,
        _ => 0,
    };
    let at = machine.now().checked_add(Duration::from_secs(seconds));
    Event {
        at: at.unwrap_or(machine.now()),
        kind,
    }
}

/// Runs a turn to its end; false when it takes too long.
fn turn(machine: &mut Machine) -> bool {
    machine.run(TURN) != Turn::Yielded
}

/// Gives a machine events; each time it is at rest its snapshot must give the same machine.
fn step(machine: &mut Machine, inputs: &Map, events: &[u8]) -> Result<(), String> {
    for byte in events {
        if !turn(machine) {
            return Ok(());
        }
        let event = event(machine, *byte);
        if machine.deliver(event) == Delivery::Busy {
            return Err("an event is not taken by a machine at rest".to_owned());
        }
    }
    if !turn(machine) || machine.outcome().is_some() {
        return Ok(());
    }
    let mut payloads = MemoryPayloads::default();
    let bytes = machine.snapshot(&mut payloads).map_err(|e| e.to_string())?;
    let program = Arc::clone(machine.program());
    let again = Machine::restore(program, inputs, machine.meta().clone(), &bytes, &payloads);
    let again = again.map_err(|why| format!("a snapshot is refused: {why}"))?;
    let effects = |m: &Machine| format!("{:?}", m.outstanding().collect::<Vec<_>>());
    if again.snapshot(&mut payloads) != Ok(bytes) || effects(machine) != effects(&again) {
        return Err("a snapshot gives another machine".to_owned());
    }
    Ok(())
}

/// Bytes of a program; its own bytes say what happens.
pub(super) fn program(bytes: &[u8]) -> Result<(), String> {
    // A file of several programs leads to those of one.
    let _ = codec::decode_bundle(bytes);
    let Ok(program) = codec::decode(bytes) else {
        return Ok(());
    };
    if program.verify().is_err() {
        return Ok(());
    }
    let ctx: CallCtx = context();
    let _ = eval_with(&program, Vec::new(), &ctx, FUEL);
    let inputs = Map::default();
    let Ok(mut machine) = Machine::start(Arc::new(program), &inputs, meta()) else {
        return Ok(());
    };
    // A mix of what the bytes are, so that programs that are alike meet unlike events.
    let mut seed = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, b| {
        (hash ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let events: Vec<u8> = (0..24)
        .map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 56) as u8
        })
        .collect();
    step(&mut machine, &inputs, &events)
}

/// A byte for the program, one for how many events follow, the events, a snapshot without its
/// first six bytes (the version and the program's fingerprint, which are put before it).
pub(super) fn snapshot(bytes: &[u8]) -> Result<(), String> {
    let Some((&[which, count], rest)) = bytes.split_first_chunk::<2>() else {
        return Ok(());
    };
    let programs = &*PROGRAMS;
    let Some(program) = programs.get(usize::from(which) % programs.len().max(1)) else {
        return Err("the workflows of this target do not compile".to_owned());
    };
    let (events, state) = rest.split_at(usize::from(count % 32).min(rest.len()));
    let version = MACHINE_ABI.to_le_bytes();
    let whole = [version.as_slice(), &program.fingerprint(), state].concat();
    let inputs = Map::default();
    let payloads = MemoryPayloads::default();
    match Machine::restore(Arc::clone(program), &inputs, meta(), &whole, &payloads) {
        Ok(mut machine) => step(&mut machine, &inputs, events),
        Err(_) => Ok(()),
    }
}

/// Snapshots on the ways of runs, as [`snapshot`] takes them.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for (which, program) in (0_u8..).zip(PROGRAMS.iter()) {
        for way in 0_u8..12 {
            let inputs = Map::default();
            let Ok(mut machine) = Machine::start(Arc::clone(program), &inputs, meta()) else {
                continue;
            };
            for n in 0_u8..30 {
                if !turn(&mut machine) {
                    break;
                }
                let mut payloads = MemoryPayloads::default();
                let Ok(bytes) = machine.snapshot(&mut payloads) else {
                    break;
                };
                let state = bytes.get(6..).unwrap_or_default();
                out.push([&[which, 6, 2, 13, 3, 6, 14, 4], state].concat());
                let byte = way.wrapping_mul(37).wrapping_add(n.wrapping_mul(way | 1));
                let event = event(&machine, byte);
                machine.deliver(event);
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_workflows_compile_and_give_snapshots() {
        assert_eq!(super::PROGRAMS.len(), super::WORKFLOWS.len());
        let seeds = super::seeds();
        assert!(seeds.len() > 50, "{}", seeds.len());
        for seed in seeds {
            super::snapshot(&seed).unwrap();
        }
    }
}
