//! Whole runs: a host, its executors, its store.

use std::path::{Path, PathBuf};

use wfc_engine::store::{RunFilter, Store as _};
use wfc_engine::{Decision, RunKey, Waiting};
use wfc_program::Program;
use wfc_program::isa::EffectKind;
use wfc_runtime::store::{Options, SqliteStore};
use wfc_runtime::{Ended, Host, HostError, How, NewRun, Notice, Running, Settings};
use wfc_value::{FaultCode, Map, Value, json};
use wfc_vm::{Outcome, TraceWhat};

use crate::programs::*;
use crate::support::*;

fn host_with(library: &Library, dir: &Path, settings: &str) -> Host {
    let secret = ("WFC_SECRET_TOKEN".to_owned(), "s3cr3t".to_owned());
    let settings = Settings::parse(&format!("{settings}\n[limits]\ngrace = \"300ms\"")).unwrap();
    Host::new(
        settings,
        dir.to_owned(),
        [secret],
        Box::new(library.clone()),
    )
}

/// A folder with a store, and programs.
struct Place {
    dir: tempfile::TempDir,
    library: Library,
    settings: &'static str,
}

impl Place {
    fn new(programs: impl IntoIterator<Item = Program>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            dir,
            library: Library::of(programs),
            settings: "",
        }
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("state.db")
    }

    fn store(&self) -> SqliteStore {
        let owner = wfc_runtime::new_owner().unwrap();
        SqliteStore::open(&self.file(), owner, Options::default()).unwrap()
    }

    /// The last run that was started by nobody but the host.
    fn last(&self) -> RunKey {
        let roots = RunFilter {
            roots: true,
            limit: 1,
            ..RunFilter::default()
        };
        self.store().runs(&roots).unwrap()[0].key
    }

    fn host(&self) -> Host {
        host_with(&self.library, self.dir.path(), self.settings)
    }

    fn try_run(&self, slug: &str) -> Result<Running, HostError> {
        let found = self.library.found(slug);
        let run = NewRun {
            found,
            inputs: Map::default(),
            trigger: None,
        };
        self.host().run(run, Some(self.store()))
    }

    fn run(&self, slug: &str) -> Running {
        self.try_run(slug).unwrap()
    }

    fn try_resume(&self) -> Result<Running, HostError> {
        self.host().resume(self.last(), self.store(), false)
    }

    fn resume(&self) -> Running {
        self.try_resume().unwrap()
    }
}

/// All notices up to the end, and the end.
async fn to_end(mut running: Running) -> (Vec<Notice>, Ended) {
    let mut notices = Vec::new();
    while let Some(notice) = running.next().await {
        notices.push(notice);
    }
    (notices, running.end().await.unwrap())
}

async fn waiting(running: &mut Running) -> Waiting {
    loop {
        if let Notice::Waiting(waiting) = running.next().await.unwrap() {
            return waiting;
        }
    }
}

async fn refused(running: &mut Running) -> String {
    loop {
        if let Notice::Refused { message: why, .. } = running.next().await.unwrap() {
            return why;
        }
    }
}

fn yes() -> Decision {
    Decision {
        approve: true,
        by: Some("ann".into()),
        comment: None,
    }
}

fn output(ended: &Ended) -> String {
    match &ended.outcome {
        Some(Outcome::Succeeded(value)) => json::format(value),
        other => panic!("{other:?}"),
    }
}

fn error(ended: &Ended) -> &wfc_vm::ErrorRecord {
    match &ended.outcome {
        Some(Outcome::Failed(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn shell(id: &'static str, command: &'static str) -> Step {
    step(id, EffectKind::Bash, command)
}

#[test]
fn a_run_tells_of_its_steps_and_gives_its_value() {
    let place = Place::new([sequence(
        "s",
        &[
            shell("a", r#"{"command":"true"}"#),
            step(
                "say",
                EffectKind::Message,
                r#"{"content":{"n":1},"interrupt":true}"#,
            ),
            shell("b", r#"{"command":"echo 3","parse":"json"}"#),
        ],
    )]);
    let (notices, ended) = block_on(async { to_end(place.run("s")).await });
    assert_eq!((ended.how, output(&ended).as_str()), (How::Finished, "3"));
    let steps: Vec<String> = notices
        .iter()
        .filter_map(|notice| match notice {
            Notice::Trace { event, .. } => match event.what {
                TraceWhat::Started => Some(format!("{} started", event.path)),
                TraceWhat::Succeeded => Some(format!("{} succeeded", event.path)),
                _ => None,
            },
            Notice::Message {
                content,
                interrupt: true,
                ..
            } => Some(format!("said {content}")),
            Notice::Finished { .. } => Some("finished".to_owned()),
            _ => None,
        })
        .collect();
    assert_eq!(
        steps,
        [
            "a started",
            "a succeeded",
            "say started",
            "said {\"n\":1}",
            "say succeeded",
            "b started",
            "b succeeded",
            "finished",
        ]
    );
}

#[test]
fn parallel_steps_overlap() {
    // Each waits for the other to begin: one after the other they would wait for ever.
    let place = Place::new([parallel(
        "p",
        &[
            shell(
                "a",
                r#"{"command":"touch a; until [ -e b ]; do sleep 0.01; done; echo 1","parse":"json"}"#,
            ),
            shell(
                "b",
                r#"{"command":"touch b; until [ -e a ]; do sleep 0.01; done; echo 2","parse":"json"}"#,
            ),
        ],
    )]);
    let (_, ended) = block_on(async { to_end(place.run("p")).await });
    assert_eq!(output(&ended), r#"{"a":1,"b":2}"#);
}

#[test]
fn a_timeout_ends_the_command_and_is_the_error() {
    let place = Place::new([timed(
        "t",
        3,
        &shell("a", r#"{"command":"echo $$ > pid; sleep 600"}"#),
    )]);
    let (ended, pid) = block_on(async {
        let (_, ended) = to_end(place.run("t")).await;
        let pid = line_of(&place.dir.path().join("pid")).await;
        gone(&pid).await;
        (ended, pid)
    });
    assert_eq!(error(&ended).code, FaultCode::Timeout);
    assert!(!pid.is_empty());
}

#[test]
fn a_missing_tool_server_is_an_error_that_says_what_to_write() {
    let call = step(
        "t",
        EffectKind::Tool,
        r#"{"tool":"pylon.get","arguments":{}}"#,
    );
    let place = Place::new([sequence("s", &[call])]);
    let (_, ended) = block_on(async { to_end(place.run("s")).await });
    let error = error(&ended);
    assert_eq!(error.code, FaultCode::NotConfigured);
    assert_eq!(error.step.as_deref(), Some("t"));
    assert!(
        error.message.contains("add `[tools.pylon]`"),
        "{}",
        error.message
    );
}

#[test]
fn a_cancelled_run_kills_its_commands_and_runs_its_finally() {
    let work = shell("a", r#"{"command":"sleep 600 & echo $! > pid; wait"}"#);
    let last = shell("last", r#"{"command":"touch cleaned"}"#);
    let place = Place::new([with_finally("f", &work, &last)]);
    let ended = block_on(async {
        let running = place.run("f");
        let pid = line_of(&place.dir.path().join("pid")).await;
        running.control().cancel("enough");
        let (_, ended) = to_end(running).await;
        gone(&pid).await;
        ended
    });
    assert_eq!(
        ended.outcome,
        Some(Outcome::Cancelled {
            reason: "enough".into()
        })
    );
    assert!(place.dir.path().join("cleaned").exists());
}

#[test]
fn a_cancel_whose_finally_hangs_ends_by_its_bound() {
    let work = shell("a", r#"{"command":"echo $$ > pid; sleep 600"}"#);
    let last = shell("last", r#"{"command":"echo $$ > pid2; sleep 600"}"#);
    let place = Place::new([with_finally("f", &work, &last)]);
    let text = "[limits]\ncancel_timeout = \"3s\"\ngrace = \"300ms\"";
    let settings = Settings::parse(text).unwrap();
    let host = Host::new(
        settings,
        place.dir.path().to_owned(),
        [],
        Box::new(place.library.clone()),
    );
    let run = NewRun {
        found: place.library.found("f"),
        inputs: Map::default(),
        trigger: None,
    };
    let ended = block_on(async {
        let running = host.run(run, None).unwrap();
        line_of(&place.dir.path().join("pid")).await;
        running.control().cancel("enough");
        let (_, ended) = to_end(running).await;
        gone(&line_of(&place.dir.path().join("pid2")).await).await;
        ended
    });
    assert_eq!((ended.how, ended.outcome), (How::Aborted, None));
}

#[test]
fn a_dropped_run_leaves_no_process() {
    let place = Place::new([parallel(
        "p",
        &[
            shell("a", r#"{"command":"sleep 600 & echo $! > pid; wait"}"#),
            // This one left a process behind in the background and is done.
            shell(
                "b",
                r#"{"command":"sleep 600 > /dev/null 2>&1 & echo $! > pid2"}"#,
            ),
        ],
    )]);
    block_on(async {
        let running = place.run("p");
        let a = line_of(&place.dir.path().join("pid")).await;
        let b = line_of(&place.dir.path().join("pid2")).await;
        drop(running);
        gone(&a).await;
        gone(&b).await;
    });
}

#[test]
fn nobody_takes_a_dropped_run_over_while_its_work_lives() {
    let place = Place::new([sequence(
        "s",
        &[shell("a", r#"{"command":"echo $$ > pid; sleep 600"}"#)],
    )]);
    let tries = async move {
        let running = place.run("s");
        let pid = line_of(&place.dir.path().join("pid")).await;
        let key = place.last();
        drop(running);
        let _next = loop {
            match place.host().resume(key, place.store(), false) {
                Ok(running) => break running,
                Err(_) => turn().await,
            }
        };
        // The one thread that there is does nothing but this: who was to kill the process has done so.
        let dead = (0..1_000).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            !lives(&pid)
        });
        assert!(dead, "work of the run that was taken over goes on: {pid}");
    };
    block_on(async { tokio::spawn(tries).await.unwrap() });
}

/// Lets each other task that is ready have one turn.
async fn turn() {
    let mut turned = false;
    std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        match std::mem::replace(&mut turned, true) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
}

fn with_approval() -> Program {
    sequence(
        "s",
        &[
            shell("a", r#"{"command":"echo ran >> a"}"#),
            step("ok", EffectKind::Approval, r#"{"prompt":"Go?"}"#),
            shell("b", r#"{"command":"echo ran >> b; echo 9","parse":"json"}"#),
        ],
    )
}

#[test]
fn a_pending_approval_is_left_in_the_store_and_gone_on_with() {
    let place = Place::new([with_approval()]);
    block_on(async {
        let mut running = place.run("s");
        loop {
            match running.next().await.unwrap() {
                Notice::Idle {
                    waiting,
                    next: None,
                } if !waiting.is_empty() => {
                    assert!(waiting[0].is_called("ok"));
                    running.control().suspend();
                    break;
                }
                _ => {}
            }
        }
        let ended = running.end().await.unwrap();
        assert_eq!((ended.how, ended.outcome), (How::Suspended, None));
        assert_eq!(ended.waiting.len(), 1);
    });
    block_on(async {
        let mut running = place.resume();
        let first = running.next().await.unwrap();
        assert!(
            matches!(&first, Notice::Begun { begun, .. } if &*begun.workflow == "s" && begun.again),
            "{first:?}"
        );
        waiting(&mut running).await;
        let control = running.control();
        control.decide(wfc_runtime::Target::Name("okk".into()), yes());
        let why = refused(&mut running).await;
        assert_eq!(why, "nothing is called `okk`: did you mean `ok`?");
        control.decide(wfc_runtime::Target::Name("ok".into()), yes());
        let (_, ended) = to_end(running).await;
        assert_eq!(output(&ended), "9");
    });
    let ran = |name: &str| std::fs::read_to_string(place.dir.path().join(name)).unwrap();
    assert_eq!(
        (ran("a").as_str(), ran("b").as_str()),
        ("ran\n", "ran\n"),
        "each ran once"
    );
    // A run that has ended does not go on.
    let error = place.try_resume().err().unwrap();
    assert_eq!(error.to_string(), "the run has ended: it succeeded");
    assert_eq!(ran("b"), "ran\n");
}

#[test]
fn a_decision_reaches_the_workflow() {
    let place = Place::new([sequence("s", &[step("ok", EffectKind::Approval, "{}")])]);
    let ended = block_on(async {
        let mut running = place.run("s");
        let waiting = waiting(&mut running).await;
        let no = Decision {
            approve: false,
            by: Some("bob".into()),
            comment: Some("no".into()),
        };
        running.control().decide(&waiting, no);
        running.control().decide(&waiting, yes());
        to_end(running).await.1
    });
    let output = output(&ended);
    assert!(
        output.starts_with(r#"{"decision":"deny","by":"bob","at":""#),
        "{output}"
    );
    assert!(output.ends_with(r#"Z","comment":"no"}"#), "{output}");
}

#[test]
fn a_step_that_a_killed_process_was_in_has_an_unknown_outcome() {
    let place = Place::new([sequence(
        "s",
        &[shell("a", r#"{"command":"echo $$ > pid; sleep 600"}"#)],
    )]);
    block_on(async {
        let running = place.run("s");
        let pid = line_of(&place.dir.path().join("pid")).await;
        drop(running);
        gone(&pid).await;
    });
    let (_, ended) = block_on(async { to_end(place.resume()).await });
    assert_eq!(error(&ended).code, FaultCode::UnknownOutcome);
}

#[test]
fn a_step_that_may_run_twice_goes_on_after_a_kill() {
    let command = r#"{"command":"echo $$ >> pid; [ $(wc -l < pid) -gt 1 ] || sleep 600"}"#;
    let place = Place::new([sequence(
        "s",
        &[Step {
            retry: true,
            ..shell("a", command)
        }],
    )]);
    block_on(async {
        let running = place.run("s");
        let pid = line_of(&place.dir.path().join("pid")).await;
        drop(running);
        gone(&pid).await;
    });
    let (_, ended) = block_on(async { to_end(place.resume()).await });
    assert!(
        matches!(ended.outcome, Some(Outcome::Succeeded(_))),
        "{ended:?}"
    );
}

#[test]
fn two_hosts_on_one_run_are_refused_and_two_runs_in_one_store_are_not() {
    let place = Place::new([with_approval()]);
    block_on(async {
        let mut running = place.run("s");
        waiting(&mut running).await;
        let error = place.try_resume().err().unwrap();
        assert_eq!(error.to_string(), "another process works on the run");
        let mut other = place.run("s");
        let asked = waiting(&mut other).await;
        other.control().decide(&asked, yes());
        assert_eq!(output(&to_end(other).await.1), "9");
    });
}

#[test]
fn a_store_that_is_none_is_refused() {
    let place = Place::new([with_approval()]);
    std::fs::write(place.file(), "my diary, and no database at all").unwrap();
    let owner = wfc_runtime::new_owner().unwrap();
    let error = SqliteStore::open(&place.file(), owner, Options::default());
    assert!(error.is_err());
    let kept = std::fs::read_to_string(place.file()).unwrap();
    assert_eq!(kept, "my diary, and no database at all");
}

#[test]
fn a_run_goes_on_with_the_program_that_it_began_with() {
    let place = Place::new([with_approval()]);
    block_on(async {
        let mut running = place.run("s");
        waiting(&mut running).await;
    });
    place
        .library
        .put(sequence("s", &[shell("other", r#"{"command":"true"}"#)]));
    let ended = block_on(async {
        let mut running = place.resume();
        let asked = waiting(&mut running).await;
        running.control().decide(&asked, yes());
        to_end(running).await.1
    });
    assert_eq!(output(&ended), "9");
}

#[test]
fn a_secret_is_in_no_store_no_notice_and_no_error() {
    let args = Value::record([
        (
            "command",
            Value::from("printf '%s\\n' \"$T\"; echo \"bad $T\" >&2; exit 1"),
        ),
        (
            "env",
            Value::record([("T", Value::secret("token"))]).unwrap(),
        ),
    ]);
    let place = Place::new([sealed("s", EffectKind::Bash, &args.unwrap())]);
    let (notices, ended) = block_on(async { to_end(place.run("s")).await });
    let error = error(&ended);
    assert_eq!(error.message, "the command ended with exit code 1: bad ***");
    let mut kept = String::new();
    for file in ["state.db", "state.db-wal"] {
        let bytes = std::fs::read(place.dir.path().join(file)).unwrap_or_default();
        kept.push_str(&String::from_utf8_lossy(&bytes));
    }
    assert!(kept.contains("***"));
    for text in [kept, format!("{notices:?}"), format!("{ended:?}")] {
        assert!(!text.contains("s3cr3t"), "{text}");
    }
}

#[test]
fn an_event_from_outside_is_taken_by_the_step_that_waits_for_it() {
    let wait = step("w", EffectKind::Event, r#"{"event":"paid","key":"k1"}"#);
    let place = Place::new([sequence("s", &[wait])]);
    let ended = block_on(async {
        let mut running = place.run("s");
        waiting(&mut running).await;
        let control = running.control();
        control.event("paid", Some("other"), value("1"), None);
        control.event("paid", Some("k1"), value("2"), Some("id"));
        to_end(running).await.1
    });
    assert_eq!(output(&ended), "2");
}

#[test]
fn inputs_that_do_not_fit_make_no_run() {
    let place = Place::new([with_approval()]);
    let inputs = Map::record([("n", Value::from(1))]).unwrap();
    let run = NewRun {
        found: place.library.found("s"),
        inputs,
        trigger: None,
    };
    let error = place.host().run(run, Some(place.store())).err().unwrap();
    assert!(
        error.to_string().starts_with("there is no input `n`"),
        "{error}"
    );
    assert!(
        place
            .store()
            .runs(&RunFilter::default())
            .unwrap()
            .is_empty()
    );
}
