//! A run on the command line: shows what happens, gives answers, takes Ctrl-C, and ends with an exit status.

use std::collections::BTreeSet;
use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use wfc_engine::{Decision, HistoryError, ResumeError, RetryError, RunKey, StartFault, Waiting};
use wfc_program::isa::EffectKind;
use wfc_runtime::vault::SecretSource;
use wfc_runtime::{Control, Ended, Host, HostError, How, Notice, Running, Settings, is_question};
use wfc_value::Timestamp;
use wfc_vm::Outcome;

use crate::args::{Answers, Cli, RunFormat};
use crate::callees::DiskPrograms;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::run::{Shown, View};
use crate::output::{run_human, run_jsonl};
use crate::program::Library;
use crate::replies::Replies;
use crate::store::{self, StoreArg};
use crate::term;

/// A host with the process' own folder and environment.
///
/// # Errors
/// When the process has no folder.
pub fn host(
    cli: &Cli,
    settings: &Settings,
    given: &[String],
    library: &Library,
) -> Result<Host, CliError> {
    let folder = std::env::current_dir().map_err(|source| CliError::Read {
        path: PathBuf::from("."),
        source,
    })?;
    let vars = std::env::vars_os()
        .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
    let programs = DiskPrograms::new(cli.config.clone(), library.clone());
    let mut settings = settings.clone();
    for text in given {
        let (name, source) = secret(text)?;
        let other = |known: &String, _: &mut SecretSource| !known.eq_ignore_ascii_case(&name);
        settings.secrets.retain(other);
        settings.secrets.insert(name, source);
    }
    Ok(Host::new(settings, folder, vars, Box::new(programs)))
}

/// Reads `NAME=FILE` or `NAME=env:VARIABLE`. What a secret holds never stands on a command line: everybody on the
/// machine can read those.
fn secret(text: &str) -> Result<(String, SecretSource), CliError> {
    let (name, place) = match text.split_once('=') {
        Some((name, place)) if !name.is_empty() && !place.is_empty() => (name, place),
        _ => {
            // It may be the secret itself that was written here.
            return Err(CliError::host(
                "a `--secret` is not of the form `NAME=FILE` or `NAME=env:VARIABLE`",
                "name the secret and the file that holds it, such as `--secret token=token.txt`",
            ));
        }
    };
    let source = match place.strip_prefix("env:") {
        Some(variable) => SecretSource::Env(variable.to_owned()),
        None if std::path::Path::new(place).is_file() => SecretSource::File(place.into()),
        None => {
            return Err(CliError::host(
                format!("there is no file with the secret `{name}` where `--secret` says"),
                "name a file that holds it, or a variable: `--secret NAME=env:VARIABLE`",
            ));
        }
    };
    Ok((name.to_owned(), source))
}

/// One run, and whoever watches it.
pub struct Session<'a> {
    answers: &'a Answers,
    kept: Option<StoreArg>,
    /// Whether the run is cancelled as soon as it goes on, and why.
    cancels: Option<String>,
    shown: Shown,
    view: Box<dyn View>,
    /// Whether approvals are asked on the terminal.
    asks: bool,
    /// Ids of `--approve` and `--deny` that fitted nothing so far.
    unused: BTreeSet<String>,
    replies: Replies,
}

impl<'a> Session<'a> {
    /// A session that shows its run as the arguments ask.
    ///
    /// # Errors
    /// When an argument is not of its form.
    pub fn new(
        cli: &Cli,
        answers: &'a Answers,
        kept: Option<StoreArg>,
        library: Library,
    ) -> Result<Self, CliError> {
        let view: Box<dyn View> = match answers.format {
            RunFormat::Human => run_human::view(cli.color),
            RunFormat::Jsonl => Box::new(run_jsonl::Jsonl),
        };
        let asks = answers.format == RunFormat::Human
            && std::io::stdin().is_terminal()
            && std::io::stderr().is_terminal();
        Ok(Self {
            answers,
            kept,
            cancels: None,
            shown: Shown::new(library),
            view,
            asks,
            unused: answers
                .approve
                .iter()
                .chain(&answers.deny)
                .cloned()
                .collect(),
            replies: Replies::read(answers)?,
        })
    }

    /// Cancels the run as soon as it goes on.
    #[must_use]
    pub fn cancelling(mut self, reason: String) -> Self {
        self.cancels = Some(reason);
        self
    }

    /// Starts the run and stays with it.
    ///
    /// # Errors
    /// When it could not be started or kept.
    pub fn drive(
        mut self,
        start: impl FnOnce() -> Result<Running, HostError>,
    ) -> Result<Exit, CliError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|e| {
                CliError::host(
                    format!("no threads could be started: {e}"),
                    "free some memory",
                )
            })?;
        let ended = runtime.block_on(async {
            let running = start().map_err(|e| host_error(&e))?;
            self.watch(running).await
        });
        // Whatever still blocks (a question on the terminal) must not keep the process.
        runtime.shutdown_background();
        let exit = self.end(&ended?);
        self.report_unused();
        Ok(exit)
    }

    /// Tells how a run ended.
    pub fn tell(mut self, run: RunKey, outcome: Option<Outcome>) -> Exit {
        self.end(&Ended {
            how: How::Finished,
            run,
            execution: run.execution.to_string().into(),
            outcome,
            waiting: Vec::new(),
        })
    }

    async fn watch(&mut self, mut running: Running) -> Result<Ended, CliError> {
        let control = running.control();
        let mut stops = Stops::new()?;
        let (answered, mut answers) = unbounded_channel();
        let mut asked = Asked::new(answered);
        self.replies.tell(&control);
        if let Some(reason) = &self.cancels {
            control.cancel(reason);
        }
        loop {
            tokio::select! {
                notice = running.next() => match notice {
                    Some(notice) => self.take(&notice, &control, &mut asked),
                    None => break,
                },
                Some(answer) = next_answer(&mut answers) => self.answered(answer, &control, &mut asked),
                () = stops.next() => self.stop(stops.count, &control),
            }
        }
        running.end().await.map_err(|e| host_error(&e))
    }

    fn take(&mut self, notice: &Notice, control: &Control, asked: &mut Asked) {
        self.shown.note(notice);
        self.view.show(&self.shown, notice);
        match notice {
            Notice::Waiting(waiting) => self.answer(waiting, control, asked),
            Notice::Idle { waiting, next } if !asked.is_busy() && leaves_off(waiting, *next) => {
                control.leave_off(waiting.clone());
            }
            _ => {}
        }
    }

    /// Answers from the arguments, or else asks.
    fn answer(&mut self, waiting: &Waiting, control: &Control, asked: &mut Asked) {
        if waiting.kind != EffectKind::Approval {
            self.replies.answer(waiting, control);
            return;
        }
        let called = |ids: &[String]| ids.iter().find(|id| waiting.is_called(id)).cloned();
        let found = called(&self.answers.approve)
            .map(|id| (id, true))
            .or_else(|| called(&self.answers.deny).map(|id| (id, false)));
        if let Some((id, approve)) = found {
            self.unused.remove(&id);
            control.decide(waiting, self.decision(approve));
        } else if self.asks && !self.may_answer(waiting) {
            let approvers = wfc_vm::approvers(waiting.kind, &waiting.args).join(", ");
            self.view.say(&format!(
                "only {approvers} may answer `{}`: who answers is said with `--as NAME`",
                waiting.path
            ));
        } else if self.asks {
            asked.ask(waiting.clone(), self.view.as_ref());
        } else if is_question(waiting) && self.kept.is_some() {
            // Others reach a run that is kept.
            let execution = &waiting.execution;
            self.view.say(&format!(
                "`wfc approve {execution} {path}` allows it, `wfc deny {execution} {path}` does not",
                path = waiting.path
            ));
        } else if is_question(waiting) {
            // It cannot be left for later: who asks would be gone.
            let comment = format!(
                "nobody could be asked: `--approve {}` allows it",
                waiting.path
            );
            control.decide(
                waiting,
                Decision {
                    comment: Some(comment),
                    ..self.decision(false)
                },
            );
        }
    }

    /// Whether who answers here is among those that an approval names.
    fn may_answer(&self, waiting: &Waiting) -> bool {
        let approvers = wfc_vm::approvers(waiting.kind, &waiting.args);
        let by = self.decision(true).by;
        approvers.is_empty() || by.is_some_and(|by| approvers.contains(&by.as_str()))
    }

    fn decision(&self, approve: bool) -> Decision {
        let by = self.answers.by.clone().filter(|u| !u.is_empty());
        let by = by.or_else(term::user);
        Decision {
            approve,
            by,
            comment: self.answers.comment.clone(),
        }
    }

    fn answered(
        &mut self,
        (waiting, line): (Waiting, Option<String>),
        control: &Control,
        asked: &mut Asked,
    ) {
        self.view.answered();
        match line.as_deref().map(str::trim) {
            Some("y" | "yes") => control.decide(&waiting, self.decision(true)),
            Some("n" | "no") => control.decide(&waiting, self.decision(false)),
            Some("later" | "l") | None => {
                asked.give_up();
                control.suspend();
                return;
            }
            Some(_) => asked.queue.insert(0, waiting),
        }
        asked.next(self.view.as_ref());
    }

    fn stop(&self, count: u32, control: &Control) {
        if count == 1 {
            self.view.say(
                "cancelling: `finally` and compensation run; once more kills everything at once",
            );
            control.cancel("interrupted");
        } else {
            control.abort();
        }
    }

    fn end(&mut self, ended: &Ended) -> Exit {
        self.view.end(&self.shown, ended, self.kept.as_ref());
        match (&ended.how, &ended.outcome) {
            (_, Some(Outcome::Succeeded(_))) => Exit::Clean,
            (_, Some(Outcome::Failed(_))) => Exit::Findings,
            (_, Some(Outcome::Cancelled { .. })) | (How::Aborted, None) => Exit::Cancelled,
            (How::Skipped, None) => Exit::Clean,
            (How::Finished | How::Suspended, None) => Exit::Pending,
        }
    }

    /// Names answers that nobody asked for.
    fn report_unused(&self) {
        for id in self.replies.unused() {
            term::eprint(&format!("no message called `{id}` awaited a response\n"));
        }
        for id in &self.unused {
            let known: Vec<String> = self
                .shown
                .asked
                .iter()
                .map(|id| format!("`{id}`"))
                .collect();
            let help = match known.as_slice() {
                [] => "the run asked for no approval".to_owned(),
                known => format!("it asked for {}", known.join(", ")),
            };
            term::eprint(&format!("no approval is called `{id}`: {help}\n"));
        }
    }
}

/// How long the end of somebody's patience is waited for rather than left to `wfc resume`.
const PATIENCE: i64 = 10_000_000_000;

/// Whether nothing will happen soon but by an answer: what comes next is at most the end of somebody's patience.
fn leaves_off(waiting: &[Waiting], next: Option<Timestamp>) -> bool {
    let soon = |next: Timestamp| next.nanos() - wfc_runtime::now().nanos() < PATIENCE.into();
    let patience = |next| waiting.iter().any(|w| w.deadline == Some(next));
    !waiting.is_empty() && next.is_none_or(|next| patience(next) && !soon(next))
}

/// What a host says, with what to do.
pub fn host_error(error: &HostError) -> CliError {
    let help = match error {
        HostError::Resume(ResumeError::Store(error))
        | HostError::Start(StartFault::Store(error))
        | HostError::Retry(
            RetryError::Start(StartFault::Store(error))
            | RetryError::History(HistoryError::Store(error)),
        )
        | HostError::Store(error) => store::help(error),
        HostError::Start(_) => {
            "give inputs with `--input name=value`, or all of them as a JSON object with `--inputs FILE`"
        }
        HostError::Resume(ResumeError::Unknown) => "`wfc runs` lists the runs of this store",
        HostError::Resume(ResumeError::Over(_)) => {
            "`wfc show` tells what became of it; `wfc retry` runs it again"
        }
        HostError::Resume(ResumeError::Busy) => {
            "`wfc approve`, `wfc deny` and `wfc cancel` reach it where it is"
        }
        HostError::Retry(_) => "`wfc show` tells how far it came",
        HostError::Lost => "`wfc show` tells how it goes on",
        HostError::Quarantined(_) => {
            "`wfc show` tells what it did; `wfc resume --release` lets it go on all the same"
        }
        HostError::Io(_) | HostError::Fault(_) => "run it again; `--durable` keeps what was done",
    };
    CliError::host(error.to_string(), help)
}

/// Ctrl-C and the polite signals.
struct Stops {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
    /// A file that is as large as it may be: taken so that it is an error of writing the journal,
    /// and does not end the process with its children left behind.
    _file_size: Signal,
    count: u32,
}

/// `SIGXFSZ`, which has this number wherever it exists.
const FILE_SIZE: i32 = 25;

impl Stops {
    fn new() -> Result<Self, CliError> {
        let listen = |kind| {
            signal(kind)
                .map_err(|e| CliError::host(format!("signals cannot be taken: {e}"), "try again"))
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hangup: listen(SignalKind::hangup())?,
            _file_size: listen(SignalKind::from_raw(FILE_SIZE))?,
            count: 0,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
        self.count += 1;
    }
}

type Answer = (Waiting, Option<String>);

async fn next_answer(answers: &mut UnboundedReceiver<Answer>) -> Option<Answer> {
    answers.recv().await
}

/// Questions on the terminal: one at a time.
struct Asked {
    sender: UnboundedSender<Answer>,
    queue: Vec<Waiting>,
    busy: bool,
    over: bool,
}

impl Asked {
    const fn new(sender: UnboundedSender<Answer>) -> Self {
        Self {
            sender,
            queue: Vec::new(),
            busy: false,
            over: false,
        }
    }

    const fn is_busy(&self) -> bool {
        self.busy
    }

    fn ask(&mut self, waiting: Waiting, view: &dyn View) {
        self.queue.push(waiting);
        if !self.busy {
            self.next(view);
        }
    }

    fn give_up(&mut self) {
        self.busy = false;
        self.over = true;
    }

    fn next(&mut self, view: &dyn View) {
        self.busy = false;
        if self.over || self.queue.is_empty() {
            return;
        }
        let waiting = self.queue.remove(0);
        self.busy = true;
        view.ask(&waiting);
        let sender = self.sender.clone();
        // A terminal cannot be read without blocking; the thread ends with the line or with the process.
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = std::io::stdin().lock().read_line(&mut line);
            let line = read.ok().filter(|n| *n > 0).map(|_| line.to_lowercase());
            let _ = sender.send((waiting, line));
        });
    }
}
