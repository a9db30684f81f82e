//! The world that both are told of: answers that fit and that do not, failures, silence, time, messages, cancels.

use wfc_value::{Duration, FaultCode, Timestamp, Value};
use wfc_vm::{EffectClass, EffectId, EffectKind, ErrorRecord, Event, EventKind, Usage};

use super::interpreter::Ask;
use super::random::Random;

/// Events of one run after which it is cancelled.
const PATIENCE: usize = 120;

/// The world of one run.
pub struct Script {
    random: Random,
    now: Timestamp,
    /// Events told so far.
    told: usize,
    /// Whether most answers are as they are wished for.
    calm: bool,
}

impl Script {
    /// The world of a seed, from this time on.
    #[must_use]
    pub fn new(seed: u64, now: Timestamp) -> Self {
        let mut random = Random::new(seed);
        Self {
            calm: random.chance(60),
            random,
            now,
            told: 0,
        }
    }

    /// What happens next, given what is asked and when the run wants to be woken; nothing once there is no sense in going on.
    pub fn next(&mut self, asked: &[Ask], wake: Option<Timestamp>) -> Option<Event> {
        self.told += 1;
        if self.told > PATIENCE + 60 {
            return None;
        }
        if self.told == PATIENCE {
            return Some(self.event(cancel()));
        }
        if self.told > PATIENCE {
            // Everything ends now: what can be answered is, and time passes.
            return Some(match asked.iter().find(|a| a.class != EffectClass::Timer) {
                Some(ask) if self.random.chance(70) => {
                    let kind = self.answer(ask);
                    self.event(kind)
                }
                _ => self.tick(wake),
            });
        }
        let wants: Vec<&Ask> = asked
            .iter()
            .filter(|a| a.class != EffectClass::Timer)
            .collect();
        let answers = if wants.is_empty() { 0 } else { 62 };
        let kind = match self.random.weighted(&[answers, 24, 4, 4, 1, 2]) {
            0 => {
                let ask = (*self.random.pick(&wants)?).clone();
                self.answer(&ask)
            }
            1 => return Some(self.tick(wake)),
            2 => self.stray(asked),
            3 => self.message(),
            4 => cancel(),
            _ => {
                let timers: Vec<&Ask> = asked
                    .iter()
                    .filter(|a| a.class == EffectClass::Timer)
                    .collect();
                match self.random.pick(&timers) {
                    Some(ask) => EventKind::Fired {
                        effect: EffectId(ask.id),
                    },
                    None => EventKind::Tick,
                }
            }
        };
        Some(self.event(kind))
    }

    fn event(&mut self, kind: EventKind) -> Event {
        let pass = match self.random.weighted(&[50, 25, 15, 8, 2]) {
            0 => 0,
            1 => 1,
            2 => 900,
            3 => 7_000,
            // Clocks are set back now and then.
            _ => -3_000,
        };
        let at = self
            .now
            .checked_add(Duration::from_millis(pass))
            .unwrap_or(self.now);
        self.now = self.now.max(at);
        Event { at, kind }
    }

    fn tick(&mut self, wake: Option<Timestamp>) -> Event {
        let late = match self.random.below(4) {
            0 => -1_000,
            1 => 5_000,
            _ => 0,
        };
        let wake = wake.unwrap_or(self.now);
        let at = wake
            .checked_add(Duration::from_millis(late))
            .unwrap_or(wake);
        self.now = self.now.max(at);
        Event {
            at: self.now,
            kind: EventKind::Tick,
        }
    }

    fn answer(&mut self, ask: &Ask) -> EventKind {
        let effect = EffectId(ask.id);
        let weights = match (ask.cancelling, self.calm) {
            (true, _) => [30, 5, 15, 5, 45],
            (false, true) => [90, 1, 6, 2, 1],
            (false, false) => [66, 8, 17, 5, 4],
        };
        match self.random.weighted(&weights) {
            0 => EventKind::Completed {
                effect,
                value: self.fitting(ask),
                usage: self.usage(ask),
            },
            1 => EventKind::Completed {
                effect,
                value: self.anything(),
                usage: None,
            },
            2 => {
                let code = self.random.word(&[
                    "tool_error",
                    "agent_error",
                    "exit_nonzero",
                    "own",
                    "timeout",
                ]);
                let error = ErrorRecord::new(FaultCode::from_name(code), "it went wrong");
                let details = if self.random.chance(20) {
                    self.anything()
                } else {
                    Value::Null
                };
                EventKind::Failed {
                    effect,
                    error: Box::new(error.with_details(details)),
                    usage: self.usage(ask),
                }
            }
            3 => EventKind::Unknown { effect },
            _ => EventKind::Cancelled { effect },
        }
    }

    fn usage(&mut self, ask: &Ask) -> Option<Usage> {
        (ask.kind == EffectKind::Agent && self.random.chance(60)).then(|| Usage {
            usd: 0.25,
            tokens: 20,
            agent_calls: u64::from(self.random.chance(20)),
        })
    }

    /// An answer that comes twice, late, or to a question that was never asked.
    fn stray(&mut self, asked: &[Ask]) -> EventKind {
        let most = asked.iter().map(|a| a.id).max().unwrap_or(3);
        let id = self.random.below(usize::try_from(most).unwrap_or(1) + 3);
        let effect = EffectId(u64::try_from(id).unwrap_or_default());
        match self.random.below(4) {
            0 => EventKind::Fired { effect },
            1 => EventKind::Cancelled { effect },
            _ => EventKind::Completed {
                effect,
                value: self.anything(),
                usage: None,
            },
        }
    }

    fn message(&mut self) -> EventKind {
        let id = self
            .random
            .chance(50)
            .then(|| self.random.word(&["m1", "m2", "m3"]).into());
        EventKind::Message {
            name: self.random.word(&["e1", "e2"]).into(),
            key: self
                .random
                .chance(50)
                .then(|| self.random.word(&["k1", "a", "7"]).into()),
            payload: if self.random.chance(70) {
                Value::Int(4)
            } else {
                self.anything()
            },
            id,
        }
    }

    fn number(&mut self) -> Value {
        Value::Int(i64::try_from(self.random.below(7)).unwrap_or_default())
    }

    fn anything(&mut self) -> Value {
        match self.random.below(6) {
            0 => Value::Null,
            1 => Value::from("text"),
            2 => Value::Bool(true),
            3 => Value::list(vec![Value::Int(1), Value::Int(0)]).unwrap_or_default(),
            4 => Value::record([("n", Value::Int(1)), ("s", "r".into())]).unwrap_or_default(),
            _ => self.number(),
        }
    }

    /// An answer of the type that is asked for.
    fn fitting(&mut self, ask: &Ask) -> Value {
        let args = &ask.args;
        let numbers = |r: &mut Self| {
            let n = r.random.below(4);
            Value::list((0..n).map(|_| r.number()).collect()).unwrap_or_default()
        };
        if let Some(schema) = args.get("returns") {
            return match schema.get("type").and_then(Value::as_str) {
                Some("integer") => self.number(),
                Some("boolean") => Value::Bool(self.random.chance(50)),
                Some("array") => numbers(self),
                Some("object") => {
                    Value::record([("n", self.number()), ("s", "given".into())]).unwrap_or_default()
                }
                _ => Value::from("given"),
            };
        }
        match ask.kind {
            EffectKind::Approval => {
                let decision = if self.random.chance(if self.calm { 85 } else { 55 }) {
                    "approve"
                } else {
                    "deny"
                };
                let fields = [
                    ("decision", Value::from(decision)),
                    ("by", Value::from("ann")),
                    ("at", Value::Timestamp(self.now)),
                ];
                Value::record(fields).unwrap_or_default()
            }
            EffectKind::Bash => match args.get("parse").and_then(Value::as_str) {
                Some("text") => Value::from("out"),
                Some(_) => numbers(self),
                None => Value::record([
                    ("stdout", Value::from("out")),
                    ("stderr", Value::from("")),
                    ("exit_code", Value::Int(0)),
                ])
                .unwrap_or_default(),
            },
            EffectKind::Agent | EffectKind::Message => Value::from("said"),
            EffectKind::Call | EffectKind::Event => self.number(),
            _ => self.anything(),
        }
    }
}

fn cancel() -> EventKind {
    EventKind::Cancel {
        reason: "enough".into(),
    }
}
