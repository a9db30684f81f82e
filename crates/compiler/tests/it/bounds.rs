//! Bounds hold: workflows made at random are run with answers that are as bad as can be, and no run calls, waits or
//! enters more than its workflow's bounds say.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use wfc_compiler::bounds::{Assumptions, Bounds, Range, Unknown, bounds};
use wfc_compiler::settings::Settings;
use wfc_compiler::world::NoWorld;
use wfc_program::Program;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::{Duration, FaultCode, Map, Timestamp, Value, json};
use wfc_vm::{
    Delivery, Effect, EffectClass, EffectId, ErrorRecord, Event, EventKind, Machine, Meta, Outcome,
    TraceWhat, Turn,
};

/// Workflows made.
const WORKFLOWS: u64 = 500;
/// Runs of each.
const RUNS: u64 = 64;
/// Events of one run; none comes near.
const MAX_EVENTS: usize = 20_000;
/// The size of the input `xs`.
const SIZE: u128 = 3;

/// A small generator of numbers, the same on every run (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

/// Where a step is made.
#[derive(Clone, Copy, Default)]
struct Around {
    depth: u32,
    in_fork: bool,
    in_loop: bool,
    /// Inside of `finally`, `compensate`, `on failure`: no jumps.
    apart: bool,
}

impl Around {
    const fn deeper(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }
    const fn apart(self) -> Self {
        Self {
            apart: true,
            in_loop: false,
            ..self.deeper()
        }
    }
}

pub(crate) fn workflow(random: &mut Random) -> String {
    let mut out = String::from(
        "workflow w {\n input p: bool\n input q: bool\n input r: bool\n input xs: list<string>\n var n: int = 0\n",
    );
    match random.below(8) {
        0 => out.push_str(" policy { timeout: 30m }\n"),
        1 => out.push_str(" policy { budget: { agent_calls: 2 } }\n"),
        2 => out.push_str(" policy { max_concurrency: 2 }\n"),
        _ => {}
    }
    block(random, Around::default(), &mut out);
    if random.one_in(6) {
        out.push_str(" on failure {");
        block(random, Around::default().apart(), &mut out);
        out.push('}');
    }
    if random.one_in(6) {
        out.push_str(" on finally {");
        block(random, Around::default().apart(), &mut out);
        out.push('}');
    }
    out.push_str("\n}\n");
    out
}

fn block(random: &mut Random, around: Around, out: &mut String) {
    for _ in 0..=random.below(3) {
        out.push('\n');
        step(random, around, out);
    }
    out.push('\n');
}

fn braces(random: &mut Random, around: Around, out: &mut String) {
    out.push_str(" {");
    block(random, around, out);
    out.push('}');
}

fn step(random: &mut Random, around: Around, out: &mut String) {
    let kinds = if around.depth >= 3 { 9 } else { 17 };
    match random.below(kinds) {
        0 => leaf(random, around, "agent \"a\"", &[], out),
        1 => leaf(random, around, "tool demo.act { x: 1 }", &[], out),
        2 | 3 => leaf(random, around, "bash \"x\"", &[], out),
        4 => {
            let more = [
                random.pick(&["timeout: 20m", "timeout: 5m"]),
                random.pick(&[
                    "on_timeout: deny",
                    "on_timeout: approve",
                    "on_timeout: fail",
                ]),
                random.pick(&["on_deny: skip", "on_deny: fail", "on_deny: continue"]),
            ];
            let _ = write!(out, "approval \"go?\" {{ {} }}", more.join(", "));
        }
        5 => out.push_str(random.pick(&["wait for 3m", "wait for 10m", "wait for 90s when p"])),
        6 => out.push_str("set n = n + 1"),
        7 if around.in_loop => out.push_str(random.pick(&[
            "break when p",
            "continue when q",
            "if r { bash \"before\" break }",
            "if q { agent \"before\" continue }",
        ])),
        8 if !around.apart && !around.in_fork => {
            out.push_str(random.pick(&[
                "return when p",
                "if q { bash \"last\" return }",
                "fail \"broken\" when r",
            ]));
        }
        7 | 8 => leaf(random, around, "bash \"y\"", &[], out),
        _ => composite(random, around, out),
    }
}

/// A step that asks for something, with common fields.
fn leaf(random: &mut Random, around: Around, text: &str, fields: &[&str], out: &mut String) {
    out.push_str(text);
    let mut fields: Vec<&str> = fields.to_vec();
    if random.one_in(4) {
        fields.push(random.pick(&[
            "retry: 2",
            "retry: 3",
            "retry: { max_attempts: 3, delay: 10s, backoff: 2.0 }",
            "retry: { max_attempts: 4, delay: 20s, backoff: 3.0, max_delay: 1m, jitter: true }",
        ]));
    }
    if random.one_in(5) {
        fields.push(random.pick(&["timeout: 4m", "attempt_timeout: 1m", "timeout: 1h"]));
    }
    if random.one_in(8) {
        fields.push("on_error: continue");
    }
    if !fields.is_empty() {
        let with = if text.starts_with("tool") {
            " with"
        } else {
            ""
        };
        let _ = write!(out, "{with} {{ {} }}", fields.join(", "));
    }
    if random.one_in(8) {
        out.push_str(" when q");
    }
    clauses(random, around, fields.contains(&"on_error: continue"), out);
}

fn clauses(random: &mut Random, around: Around, handled: bool, out: &mut String) {
    if around.depth < 3 && !handled && random.one_in(9) {
        out.push_str(" on_error");
        braces(random, around.deeper(), out);
    }
    if around.depth < 3 && !around.apart && random.one_in(7) {
        out.push_str(" compensate");
        let apart = Around {
            in_fork: true,
            ..around.apart()
        };
        braces(random, apart, out);
    }
}

fn with(random: &mut Random) -> &'static str {
    random.pick(&[
        "",
        "",
        "",
        " with { retry: 2 }",
        " with { timeout: 7m }",
        " with { retry: { max_attempts: 2, delay: 30s } }",
        " with { budget: { agent_calls: 1 } }",
        " with { on_error: continue }",
        " with { timeout: 15m, retry: 2 }",
    ])
}

fn composite(random: &mut Random, around: Around, out: &mut String) {
    let inner = around.deeper();
    let looped = Around {
        in_loop: true,
        ..inner
    };
    let forked = Around {
        in_loop: false,
        in_fork: true,
        ..inner
    };
    match random.below(8) {
        0 => {
            let _ = write!(
                out,
                "if {}{}",
                random.pick(&["p", "q", "r && !p"]),
                with(random)
            );
            braces(random, inner, out);
            if random.one_in(2) {
                out.push_str(" else");
                braces(random, inner, out);
            }
        }
        1 => {
            let list = random.pick(&[
                "[1, 2]",
                "[1, 2, 3]",
                "xs",
                "xs.filter(x, x != \"a\")",
                "xs + [\"z\"]",
            ]);
            let _ = write!(out, "for i in {list}{}", with(random));
            braces(random, looped, out);
        }
        2 => {
            let list = random.pick(&["[1, 2]", "[1, 2, 3, 4, 5]", "xs"]);
            let join = random.pick(&["", "", " with { join: settled }", " with { join: any }"]);
            let _ = write!(
                out,
                "for i in {list} parallel {}{join}",
                1 + random.below(3)
            );
            braces(random, forked, out);
        }
        3 => {
            let head = random.pick(&[
                "while p max 3",
                "while true max 2",
                "while q max 2 with { on_limit: stop }",
            ]);
            out.push_str(head);
            braces(random, looped, out);
        }
        4 => {
            out.push_str("repeat max 3");
            braces(random, looped, out);
            out.push_str(random.pick(&[" until p", " until q || n > 2"]));
        }
        5 => {
            out.push_str("parallel ");
            out.push_str(random.pick(&["", "", "1 ", "2 "]));
            out.push_str(random.pick(&[
                "",
                "",
                "with { join: settled } ",
                "with { join: any } ",
                "with { retry: 2 } ",
            ]));
            out.push('{');
            for name in ["a", "b", "c"]
                .iter()
                .take(2 + usize::from(random.one_in(2)))
            {
                let _ = write!(out, " branch {name}");
                braces(random, forked, out);
            }
            out.push('}');
        }
        6 => {
            let _ = write!(out, "try{}", with(random));
            braces(random, inner, out);
            out.push_str(" catch");
            braces(random, inner, out);
        }
        _ => {
            let _ = write!(out, "try{}", with(random));
            braces(random, inner, out);
            if random.one_in(2) {
                out.push_str(" catch");
                braces(random, inner, out);
            }
            out.push_str(" finally");
            braces(random, inner.apart(), out);
        }
    }
}

/// How a run's world behaves.
pub(crate) struct Mood {
    pub(crate) random: Random,
    /// Of 10 answers, so many are failures.
    pub(crate) failures: u64,
    /// So many first attempts of each step fail.
    pub(crate) fail_first: u32,
    /// Whether answers take as long as they may.
    pub(crate) slow: bool,
    /// The run is cancelled at this event.
    pub(crate) cancelled_at: Option<usize>,
}

#[derive(Clone, Copy)]
pub(crate) enum Answer {
    Ok,
    Fail,
    Unknown,
    Deny,
}

/// What a run did.
#[derive(Debug, Default)]
struct Counts {
    by_kind: BTreeMap<&'static str, u128>,
    steps: u128,
    nanos: u128,
    succeeded: bool,
}

fn run(program: &Program, inputs: &Map, mut mood: Mood) -> Counts {
    let start = Timestamp::from_millis(1_767_225_600_000).unwrap();
    let mut machine =
        Machine::start(Arc::new(program.clone()), inputs, Meta::new("run-1", start)).unwrap();
    let mut counts = Counts::default();
    let mut planned: BTreeMap<EffectId, (Option<Timestamp>, Answer)> = BTreeMap::new();
    for count in 0..MAX_EVENTS {
        let turn = machine.run(1_000_000);
        let started = |t: &wfc_vm::TraceEvent| matches!(t.what, TraceWhat::Started);
        counts.steps += machine.take_trace().iter().filter(|t| started(t)).count() as u128;
        match turn {
            Turn::Yielded => continue,
            Turn::Done(outcome) => {
                counts.succeeded = matches!(outcome, Outcome::Succeeded(_));
                counts.nanos = u128::try_from(machine.now().nanos() - start.nanos()).unwrap();
                return counts;
            }
            Turn::Quiescent => {}
        }
        let now = machine.now();
        for effect in machine.outstanding() {
            if effect.class == EffectClass::Timer || planned.contains_key(&effect.id) {
                continue;
            }
            *counts.by_kind.entry(effect.kind.word()).or_default() += 1;
            planned.insert(effect.id, plan(&mut mood, effect, now));
        }
        let event = if mood.cancelled_at == Some(count) {
            let reason = "asked to".into();
            Event {
                at: now,
                kind: EventKind::Cancel { reason },
            }
        } else {
            next(&machine, &planned)
        };
        let cancel = matches!(event.kind, EventKind::Cancel { .. });
        let delivery = machine.deliver(event);
        assert!(
            cancel || matches!(delivery, Delivery::Accepted),
            "{delivery:?}"
        );
    }
    panic!("the run does not end");
}

/// When an effect is answered, and how.
pub(crate) fn plan(
    mood: &mut Mood,
    effect: &Effect,
    now: Timestamp,
) -> (Option<Timestamp>, Answer) {
    let minutes = match effect.kind.word() {
        "agent" => 60,
        "tool" => 10,
        _ => 0,
    };
    let fails = effect.attempt <= mood.fail_first || mood.random.below(10) < mood.failures;
    let answer = if fails {
        match (effect.kind.word(), mood.random.below(6)) {
            ("approval", _) => Answer::Deny,
            (_, 0) => Answer::Unknown,
            _ => Answer::Fail,
        }
    } else {
        Answer::Ok
    };
    let waits = mood.slow && mood.random.below(4) > 0;
    // Commands and approvals are ended by their timeouts.
    let never = waits && minutes == 0 && effect.deadline.is_some();
    let after = if waits {
        Duration::from_secs(minutes * 60)
    } else {
        Duration::from_secs(0)
    };
    ((!never).then(|| now.checked_add(after).unwrap()), answer)
}

pub(crate) fn next(
    machine: &Machine,
    planned: &BTreeMap<EffectId, (Option<Timestamp>, Answer)>,
) -> Event {
    let mut best: Option<(Timestamp, EventKind)> = None;
    for effect in machine.outstanding() {
        let id = effect.id;
        if effect.cancelling {
            let kind = EventKind::Cancelled { effect: id };
            return Event {
                at: machine.now(),
                kind,
            };
        }
        let Some((Some(at), answer)) = planned.get(&id) else {
            continue;
        };
        if best.as_ref().is_none_or(|(first, _)| at < first) {
            best = Some((*at, answered(effect, *answer)));
        }
    }
    let wake = machine.next_wake();
    match best {
        Some((at, kind)) if wake.is_none_or(|wake| at <= wake) => Event {
            at: at.max(machine.now()),
            kind,
        },
        _ => Event {
            at: wake.unwrap_or_else(|| panic!("the run is stuck")),
            kind: EventKind::Tick,
        },
    }
}

fn answered(effect: &Effect, answer: Answer) -> EventKind {
    let id = effect.id;
    let value = |text: &str| json::parse(text).unwrap();
    let decision = |word: &str| {
        value(&format!(
            r#"{{"decision":"{word}","by":null,"at":"2026-01-01T00:00:00Z"}}"#
        ))
    };
    let done = |value: Value| EventKind::Completed {
        effect: id,
        value,
        usage: None,
    };
    match (answer, effect.kind.word()) {
        (Answer::Unknown, _) => EventKind::Unknown { effect: id },
        (Answer::Fail, _) => EventKind::Failed {
            effect: id,
            error: Box::new(ErrorRecord::new(FaultCode::from_name("agent_error"), "no")),
            usage: None,
        },
        (Answer::Deny, _) => done(decision("deny")),
        (Answer::Ok, "approval") => done(decision("approve")),
        (Answer::Ok, "bash") => done(value(r#"{"stdout":"","stderr":"","exit_code":0}"#)),
        (Answer::Ok, "agent") => done("done".into()),
        (Answer::Ok, _) => done(Value::Map(Map::default())),
    }
}

/// A run's inputs: the conditions by the bits of `bits`.
pub(crate) fn inputs(bits: u64) -> Map {
    let bit = |n: u64| bits >> n & 1 == 1;
    let text = format!(
        r#"{{"p": {}, "q": {}, "r": {}, "xs": ["a", "b", "c"]}}"#,
        bit(0),
        bit(1),
        bit(2)
    );
    match json::parse(&text).unwrap() {
        Value::Map(map) => map,
        other => panic!("{other:?}"),
    }
}

/// What the unknowns are: sizes of `xs`, or rounds of it.
fn size(unknown: &Unknown) -> u128 {
    let text = &*unknown.text;
    if text == "xs.size()" {
        return SIZE;
    }
    let at_once = text
        .strip_prefix("ceil(xs.size() / ")
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or_else(|| panic!("what is `{text}`?"));
    SIZE.div_ceil(at_once.parse().unwrap())
}

fn measured<'a>(bounds: &'a Bounds, counts: &Counts) -> Vec<(&'static str, &'a Range, u128)> {
    let kind = |word: &str| counts.by_kind.get(word).copied().unwrap_or(0);
    vec![
        ("agents", &bounds.agent_calls, kind("agent")),
        ("tools", &bounds.tool_calls, kind("tool")),
        ("commands", &bounds.commands, kind("bash")),
        ("approvals", &bounds.approvals, kind("approval")),
        ("steps", &bounds.steps, counts.steps),
        ("time", &bounds.time, counts.nanos),
    ]
}

#[test]
fn no_run_costs_more_than_its_bounds_say_and_many_cost_as_much() {
    let mut broken = String::new();
    let (mut taken, mut met, mut asked) = (0_u64, BTreeMap::new(), BTreeMap::new());
    for seed in 0..WORKFLOWS {
        let text = workflow(&mut Random(seed));
        let source = Source::new("flow.wf", text.clone());
        let compiled =
            wfc_compiler::compile(&source, Spelling::Text, &NoWorld, &Settings::default());
        let Some(program) = compiled.program else {
            continue;
        };
        taken += 1;
        let (ast, analysis) = (&compiled.checked.parsed.ast, &compiled.checked.analysis);
        let bounds = bounds(ast, analysis, "flow.wf", &NoWorld, &Assumptions::default());
        let mut highest: BTreeMap<&str, u128> = BTreeMap::new();
        for round in 0..RUNS {
            let mut random = Random(seed * 1000 + round);
            // All inputs in each of eight moods.
            let way = usize::try_from(round / 8).unwrap();
            let cancelled_at = (way == 7).then(|| usize::try_from(random.below(6)).unwrap());
            let mood = Mood {
                failures: [0, 0, 0, 0, 10, 2, 5, 4][way],
                fail_first: [0, 1, 2, 3, 0, 0, 0, 1][way],
                slow: way != 6,
                cancelled_at,
                random,
            };
            let counts = run(&program, &inputs(round % 8), mood);
            for (name, range, found) in measured(&bounds, &counts) {
                let most = range.most.evaluate(&size);
                let most_seen = highest.entry(name).or_default();
                *most_seen = found.max(*most_seen);
                if most.is_some_and(|most| found > most) {
                    let _ = writeln!(broken, "seed {seed}: {name} {found} > {most:?}\n{text}");
                }
                if counts.succeeded && found < range.least {
                    let least = range.least;
                    let _ = writeln!(broken, "seed {seed}: {name} {found} < {least}\n{text}");
                }
            }
        }
        for (name, range, _) in measured(&bounds, &Counts::default()) {
            let most = range.most.evaluate(&size);
            if most.is_some_and(|m| m > 0) {
                *asked.entry(name).or_insert(0_u64) += 1;
                *met.entry(name).or_insert(0_u64) += u64::from(most == highest.get(name).copied());
            }
        }
    }
    println!("{taken} of {WORKFLOWS} workflows; bounds met: {met:?} of {asked:?}");
    let shown: String = broken.chars().take(6000).collect();
    assert!(broken.is_empty(), "{shown}");
    assert!(taken > WORKFLOWS / 3, "{taken}");
    for name in ["agents", "tools", "commands", "approvals", "steps"] {
        assert!(met[name] * 4 > asked[name], "{name}: {met:?} of {asked:?}");
    }
}
