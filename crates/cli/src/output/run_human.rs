//! A run for people: a tree of steps with spinners and times on a terminal, plain lines otherwise. Progress goes
//! to standard error, the workflow's result to standard output.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value as Json;
use wfc_engine::{RunKey, Waiting};
use wfc_program::isa::EffectKind;
use wfc_runtime::{Ended, How, Notice, Progress};
use wfc_vm::{Outcome, TraceEvent, TraceWhat};

use super::run::{Shown, View, id_of, json_of};
use crate::args::Colour;
use crate::store::StoreArg;
use crate::term;

/// How often spinners turn.
const TICK: Duration = Duration::from_millis(100);

/// How much of what an agent writes stands beside its step, in characters.
const SAID: usize = 60;

/// The view that fits where standard error goes.
pub fn view(colour: Colour) -> Box<dyn View> {
    let terminal = std::io::stderr().is_terminal();
    let coloured = match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
    };
    let target = if terminal {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    Box::new(Human {
        bars: MultiProgress::with_draw_target(target),
        terminal,
        coloured,
        running: BTreeMap::new(),
        asking: Cell::new(false),
    })
}

struct Human {
    bars: MultiProgress,
    terminal: bool,
    coloured: bool,
    /// Steps under way, by run and path.
    running: BTreeMap<(RunKey, String), Under>,
    /// Whether a question stands on the terminal: nothing may move under what is typed.
    asking: Cell<bool>,
}

/// A step under way.
struct Under {
    since: Instant,
    bar: ProgressBar,
    name: String,
    /// The line that its agent writes.
    said: String,
}

/// How a line begins.
#[derive(Clone, Copy)]
enum Sign {
    Done,
    Failed,
    Skipped,
    Stopped,
    Waits,
    Says,
}

impl Sign {
    const fn text(self, terminal: bool) -> (&'static str, &'static str) {
        // The word serves where no sign can be seen, and in logs.
        match (self, terminal) {
            (Self::Done, true) => ("32", "✓"),
            (Self::Done, false) => ("32", "done"),
            (Self::Failed, true) => ("31", "✗"),
            (Self::Failed, false) => ("31", "failed"),
            (Self::Skipped, true) => ("2", "–"),
            (Self::Skipped, false) => ("2", "skipped"),
            (Self::Stopped, true) => ("33", "■"),
            (Self::Stopped, false) => ("33", "stopped"),
            (Self::Waits, true) => ("36", "?"),
            (Self::Waits, false) => ("36", "waits"),
            (Self::Says, true) => ("36", "»"),
            (Self::Says, false) => ("36", "says"),
        }
    }
}

impl Human {
    /// A line that stays. What agents and commands wrote must not draw on the terminal: it could change what a
    /// person is asked.
    fn line(&self, text: &str) {
        self.put(&term::tame(text));
    }

    fn put(&self, text: &str) {
        if self.terminal && !self.asking.get() {
            // A terminal that went away is no fault of the run's.
            let _ = self.bars.println(text);
        } else {
            term::eprint(&format!("{text}\n"));
        }
    }

    fn signed(&self, sign: Sign, depth: usize, text: &str) {
        let (colour, mark) = sign.text(self.terminal);
        let mark = if self.coloured {
            format!("\u{1b}[{colour}m{mark}\u{1b}[0m")
        } else {
            mark.to_owned()
        };
        self.put(&format!(
            "{}{mark} {}",
            "  ".repeat(depth),
            term::tame(text)
        ));
    }

    fn trace(&mut self, shown: &Shown, run: RunKey, event: &TraceEvent) {
        let key = (run, event.path.to_string());
        let depth = shown.depth(run, event.step) + usize::from(shown.is_called(run));
        let kind = shown.kind(run, event.step);
        let name = format!("{} ({kind})", event.path);
        match &event.what {
            TraceWhat::Started => self.begin(key, depth, &name),
            TraceWhat::Attempt(n) => {
                self.signed(Sign::Says, depth, &format!("{name}: attempt {n}"));
            }
            TraceWhat::Waiting(_) => {}
            TraceWhat::Succeeded => self.done(&key, Sign::Done, depth, &name, ""),
            TraceWhat::Failed(error) => {
                self.done(
                    &key,
                    Sign::Failed,
                    depth,
                    &name,
                    &format!(": {}", first_line(&error.message)),
                );
            }
            TraceWhat::Skipped => self.signed(Sign::Skipped, depth, &name),
            TraceWhat::Cancelled => self.done(&key, Sign::Stopped, depth, &name, " cancelled"),
            TraceWhat::Unknown => self.done(
                &key,
                Sign::Stopped,
                depth,
                &name,
                ": not known whether it was done",
            ),
            TraceWhat::Compensating => {
                self.signed(Sign::Says, depth, &format!("undoing {}", event.path));
            }
            TraceWhat::Compensated => {
                self.signed(Sign::Done, depth, &format!("undone {}", event.path));
            }
            TraceWhat::CompensationFailed(error) => self.signed(
                Sign::Failed,
                depth,
                &format!(
                    "{} could not be undone: {}",
                    event.path,
                    first_line(&error.message)
                ),
            ),
        }
    }

    fn begin(&mut self, key: (RunKey, String), depth: usize, name: &str) {
        let name = term::tame(name);
        let bar = self.bars.add(ProgressBar::new_spinner());
        let template = format!("{}{{spinner}} {{msg}} {{elapsed}}", "  ".repeat(depth));
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        if !self.terminal {
            term::eprint(&format!("{}start {name}\n", "  ".repeat(depth)));
        }
        bar.set_message(name.clone());
        if self.terminal {
            bar.enable_steady_tick(TICK);
        }
        self.running.insert(
            key,
            Under {
                since: Instant::now(),
                bar,
                name,
                said: String::new(),
            },
        );
    }

    /// What an agent writes moves beside its step; what it does is a line.
    fn progress(&mut self, run: RunKey, path: &str, what: &Progress) {
        let text = match what {
            Progress::Note(text) => {
                self.signed(Sign::Says, 0, &format!("{path}: {text}"));
                return;
            }
            Progress::Text(text) => text,
        };
        let Some(under) = self.running.get_mut(&(run, path.to_owned())) else {
            return;
        };
        under.said.push_str(text);
        let line = under
            .said
            .trim_end()
            .rsplit('\n')
            .next()
            .unwrap_or_default();
        let chars = line.chars().count();
        let end: String = line.chars().skip(chars.saturating_sub(SAID)).collect();
        under
            .bar
            .set_message(term::tame(&format!("{}: {end}", under.name)));
        under.said = end;
    }

    fn done(&mut self, key: &(RunKey, String), sign: Sign, depth: usize, name: &str, more: &str) {
        let took = match self.running.remove(key) {
            Some(under) => {
                under.bar.finish_and_clear();
                self.bars.remove(&under.bar);
                format!(" {}", seconds(under.since.elapsed()))
            }
            None => String::new(),
        };
        self.signed(sign, depth, &format!("{name}{took}{more}"));
    }

    fn waiting(&self, waiting: &Waiting) {
        let text = |field: &str| {
            waiting.args.get(field).map(|v| match json_of(v) {
                Json::String(text) => text,
                other => other.to_string(),
            })
        };
        let said = text("prompt")
            .or_else(|| text("content"))
            .or_else(|| text("event"))
            .unwrap_or_default();
        self.signed(Sign::Waits, 0, &format!("{}: {said}", id_of(waiting)));
        if let Some(items) = waiting.args.get("items") {
            for line in format!("{:#}", json_of(items)).lines() {
                self.line(&format!("    {line}"));
            }
        }
    }

    fn error(&self, error: &Json) {
        let text = |field: &str| error.get(field).and_then(Json::as_str).unwrap_or_default();
        let mut out = format!("error[{}]: {}", text("code"), text("message"));
        if let Some(step) = error.get("step").and_then(Json::as_str) {
            out.push_str(&format!("\n  step: {step}"));
        }
        if let Some(start) = error.get("span").and_then(|s| s.get("start")) {
            let number = |field: &str| start.get(field).and_then(Json::as_u64).unwrap_or_default();
            out.push_str(&format!(
                "\n  at:   {}:{}:{}",
                text("file"),
                number("line"),
                number("column")
            ));
        }
        if !text("help").is_empty() {
            out.push_str(&format!(
                "\n  help: {}",
                text("help").replace('\n', "\n        ")
            ));
        }
        self.line(&out);
    }

    fn pending(&self, ended: &Ended, kept: Option<&StoreArg>) {
        let ids: Vec<String> = ended.waiting.iter().map(id_of).collect();
        if ids.is_empty() {
            self.line("the run waits for a time to come");
        } else {
            self.line(&format!("the run waits for {}", ids.join(", ")));
        }
        let answer = ended.waiting.first().map(answer_to).unwrap_or_default();
        match kept {
            Some(store) => {
                let (run, store) = (&ended.execution, store.again());
                self.line(&format!("  go on with: wfc resume {run}{store}{answer}"));
            }
            None => self.line(&format!(
                "  it is not kept: run it with `{}`, or with `--durable` and go on with it later",
                answer.trim_start()
            )),
        }
    }
}

impl View for Human {
    fn show(&mut self, shown: &Shown, notice: &Notice) {
        match notice {
            Notice::Begun { begun, .. } => {
                let how = match (begun.queued, begun.again) {
                    (true, _) => ": it waits for its turn",
                    (false, true) => " goes on",
                    (false, false) => "",
                };
                self.line(&format!(
                    "run {} of {}{how}",
                    begun.execution, begun.workflow
                ));
            }
            Notice::Trace { run, event } => self.trace(shown, *run, event),
            Notice::Waiting(waiting) => self.waiting(waiting),
            Notice::Message {
                path,
                content,
                interrupt,
                ..
            } => {
                let mark = if *interrupt { "(!) " } else { "" };
                self.signed(Sign::Says, 0, &format!("{path}: {mark}{content}"));
            }
            Notice::Progress { run, path, what } => self.progress(*run, path, what),
            Notice::Refused { message, .. } => self.line(&format!("not taken: {message}")),
            Notice::Note(note) => self.line(note),
            Notice::Finished { .. } | Notice::Idle { .. } => {}
        }
    }

    fn ask(&self, waiting: &Waiting) {
        if self.terminal && !self.asking.replace(true) {
            // A terminal that went away is no fault of the run's.
            let _ = self.bars.clear();
            self.bars.set_draw_target(ProgressDrawTarget::hidden());
        }
        let question = format!("  approve {}? [yes / no / later] ", id_of(waiting));
        term::eprint(&term::tame(&question));
    }

    fn answered(&self) {
        if self.asking.replace(false) {
            self.bars.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    fn say(&self, text: &str) {
        if self.asking.get() {
            // The question's line has no end yet, and nobody answers it any more.
            term::eprint("\n");
            self.answered();
        }
        self.line(text);
    }

    fn end(&mut self, shown: &Shown, ended: &Ended, kept: Option<&StoreArg>) {
        if self.asking.get() {
            // The question's line has no end yet.
            term::eprint("\n");
        }
        for (_, under) in std::mem::take(&mut self.running) {
            under.bar.finish_and_clear();
        }
        match &ended.outcome {
            Some(Outcome::Succeeded(value)) => {
                self.line("succeeded");
                let json = json_of(value);
                if !json.is_null() {
                    term::print(&format!("{json:#}\n"));
                }
            }
            Some(Outcome::Failed(error)) => self.error(&shown.error(ended.run, error)),
            Some(Outcome::Cancelled { reason }) => self.error(&shown.cancelled_error(reason)),
            None if ended.how == How::Skipped => {
                self.line(
                    "not begun: another run of its group is under way (`policy.on_overlap: skip`)",
                );
            }
            None if ended.how == How::Aborted => self.error(&shown.cancelled_error("killed")),
            None => self.pending(ended, kept),
        }
    }
}

/// The argument that gives what is waited for.
fn answer_to(waiting: &Waiting) -> String {
    let text = |field: &str| {
        let value = waiting.args.get(field).map(json_of);
        value.and_then(|json| json.as_str().map(str::to_owned))
    };
    match waiting.kind {
        EffectKind::Approval => format!(" --approve {}", id_of(waiting)),
        EffectKind::Event => {
            let key = text("key").map(|key| format!(":{key}")).unwrap_or_default();
            format!(" --event {}{key}=JSON", text("event").unwrap_or_default())
        }
        _ => format!(" --reply {}=TEXT", id_of(waiting)),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn seconds(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1}s", time.as_secs_f64())
    } else {
        format!("{}m{:02}s", seconds / 60, seconds % 60)
    }
}
