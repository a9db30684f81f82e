//! What `diff` says of suspended runs holds: where it says that a run could go on in the new workflow, the new program asks
//! for the same things when it gets the same events.

use std::collections::BTreeMap;
use std::sync::Arc;

use wfc_compiler::bounds::Assumptions;
use wfc_compiler::diff::{Diff, Side, Verdict, diff};
use wfc_compiler::settings::Settings;
use wfc_compiler::world::NoWorld;
use wfc_compiler::{Checked, compile};
use wfc_program::Program;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::{Timestamp, json};
use wfc_vm::{Delivery, EffectClass, EventKind, Machine, Meta, Turn};

use crate::bounds::{Mood, Random, inputs, next, plan, workflow};

/// Workflows made, each with a change.
const WORKFLOWS: u64 = 400;
/// Runs of each.
const RUNS: u64 = 12;
/// Events of one run.
const MAX_EVENTS: usize = 400;

fn compiled(text: &str) -> Option<(Checked, Program)> {
    let source = Source::new("flow.wf", text);
    let compiled = compile(&source, Spelling::Text, &NoWorld, &Settings::default());
    Some((compiled.checked, compiled.program?))
}

/// The text with one change: a command is another, a step is new or gone, a number differs.
fn changed(random: &mut Random, text: &str) -> String {
    let changes: [(&str, &str); 8] = [
        ("bash \"x\"", "bash \"other\""),
        ("agent \"a\"", "agent \"b\""),
        ("\nset n = n + 1", "\nset n = n + 2"),
        ("\nbash \"x\"", "\nbash \"new\"\nbash \"x\""),
        ("wait for 3m", "wait for 4m"),
        ("if p", "if !p"),
        ("timeout: 5m", "timeout: 6m"),
        ("tool demo.act { x: 1 }", "bash \"gone\""),
    ];
    let places: Vec<(usize, &str, &str)> = changes
        .iter()
        .flat_map(|(from, to)| {
            text.match_indices(from)
                .map(move |(at, _)| (at, *from, *to))
        })
        .collect();
    if places.is_empty() {
        return text.to_owned();
    }
    let n = usize::try_from(random.below(places.len() as u64)).unwrap();
    let (at, from, to) = places[n];
    format!("{}{to}{}", &text[..at], &text[at + from.len()..])
}

/// What a machine waits for, without the numbers of effects.
fn waits(machine: &Machine) -> Vec<String> {
    let effects = machine.outstanding();
    effects
        .map(|e| {
            format!(
                "{:?} {} {} {:?}",
                e.kind,
                e.key,
                json::format(&e.args),
                e.deadline.filter(|_| e.class == EffectClass::Timer)
            )
        })
        .collect()
}

/// Whether all that the run waits for are places where it could go on.
fn all_yes(machine: &Machine, program: &Program, verdicts: &BTreeMap<String, Verdict>) -> bool {
    let mut effects = machine.outstanding().peekable();
    effects.peek().is_some()
        && effects.all(|e| {
            let path = e.step.and_then(|s| program.steps.get(s.index()));
            path.is_some_and(|info| verdicts.get(&*info.path) == Some(&Verdict::Yes))
        })
}

fn by_path(diff: &Diff) -> BTreeMap<String, Verdict> {
    let places = diff.suspensions.iter();
    places
        .map(|s| (s.step.split('`').nth(1).unwrap().to_owned(), s.verdict))
        .collect()
}

/// Runs both programs on the events of the old one; says how many suspensions were held against the verdicts.
fn lockstep(
    (old, new): (&Program, &Program),
    verdicts: &BTreeMap<String, Verdict>,
    bits: u64,
    mut mood: Mood,
) -> Result<u64, String> {
    let at = Timestamp::from_millis(1_767_225_600_000).unwrap();
    let start = |program: &Program| {
        Machine::start(
            Arc::new(program.clone()),
            &inputs(bits),
            Meta::new("run-1", at),
        )
        .unwrap()
    };
    let (mut a, mut b) = (start(old), start(new));
    let mut planned = BTreeMap::new();
    let (mut apart, mut held) = (None, 0);
    for _ in 0..MAX_EVENTS {
        if matches!(a.run(u64::MAX), Turn::Done(_)) {
            break;
        }
        if matches!(b.run(u64::MAX), Turn::Done(_)) {
            apart.get_or_insert_with(|| "it has ended".to_owned());
        }
        let now = a.now();
        for effect in a.outstanding().filter(|e| e.class != EffectClass::Timer) {
            planned
                .entry(effect.id)
                .or_insert_with(|| plan(&mut mood, effect, now));
        }
        // What is being stopped is no suspension.
        if !a.outstanding().any(|e| e.cancelling) && all_yes(&a, old, verdicts) {
            if let Some(why) = &apart {
                return Err(format!("{:#?}: {why}", waits(&a)));
            }
            if waits(&a) != waits(&b) {
                return Err(format!("{:#?}\nis not\n{:#?}", waits(&a), waits(&b)));
            }
            held += 1;
        }
        let event = next(&a, &planned);
        if apart.is_none() {
            let tick = matches!(event.kind, EventKind::Tick);
            if !tick && waits(&a) != waits(&b) {
                apart = Some("it waited for something else before".to_owned());
            } else if !matches!(b.deliver(event.clone()), Delivery::Accepted) && !tick {
                apart = Some("it did not take an event".to_owned());
            }
        }
        assert!(matches!(a.deliver(event), Delivery::Accepted));
    }
    Ok(held)
}

#[test]
fn where_a_run_could_go_on_the_new_program_asks_for_the_same() {
    let (mut held, mut pairs) = (0, 0);
    let mut yes_and_no = [0_u64; 3];
    for seed in 0..WORKFLOWS {
        let mut random = Random(seed + 50_000);
        let text = workflow(&mut random);
        let other = changed(&mut random, &text);
        let (Some((a, old)), Some((b, new))) = (compiled(&text), compiled(&other)) else {
            continue;
        };
        pairs += 1;
        let (a, b) = (
            Side::new(&a, "flow.wf", &NoWorld),
            Side::new(&b, "flow.wf", &NoWorld),
        );
        let found = diff(&a, &b, &Assumptions::default());
        assert_eq!(found.same, text == other, "{text}\n{other}");
        let verdicts = by_path(&found);
        for verdict in verdicts.values() {
            yes_and_no[*verdict as usize] += 1;
        }
        for round in 0..RUNS {
            let mood = Mood {
                failures: [0, 3, 7][usize::try_from(round % 3).unwrap()],
                fail_first: 0,
                slow: round % 2 == 0,
                cancelled_at: None,
                random: Random(seed * 100 + round),
            };
            match lockstep((&old, &new), &verdicts, round % 8, mood) {
                Ok(n) => held += n,
                Err(why) => panic!("seed {seed}: {why}\n{verdicts:#?}\n{text}\n---\n{other}"),
            }
        }
    }
    println!("{pairs} pairs, {held} suspensions; yes, if, no: {yes_and_no:?}");
    assert!(held > 500, "{held}");
}
