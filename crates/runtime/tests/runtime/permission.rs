//! What agents of whole runs say and ask, and the answers that they get.

use std::path::Path;
use std::time::Duration;

use wfc_engine::store::{NewLetter, Store as _, Verdict};
use wfc_engine::{Decision, Waiting, permission_letter};
use wfc_program::isa::EffectKind;
use wfc_runtime::store::{Options, SqliteStore};
use wfc_runtime::{Host, NewRun, Notice, Progress, Running, Settings, Target, is_question};
use wfc_value::{Map, Value};
use wfc_vm::Outcome;

use crate::endpoint::{Endpoint, chat_calls, chat_text, stream};
use crate::programs::*;

const STEP: &str = r#"{"goal":"Tidy up","tools":["box.delete"]}"#;

/// A run of a workflow with one step, whose agent wants to call a destructive tool and then says `done`.
fn run(dir: &Path, endpoint: &Endpoint) -> Running {
    run_in(dir, endpoint, None)
}

fn store(dir: &Path) -> SqliteStore {
    let owner = wfc_runtime::new_owner().unwrap();
    SqliteStore::open(&dir.join("state.db"), owner, Options::default()).unwrap()
}

fn run_in(dir: &Path, endpoint: &Endpoint, store: Option<SqliteStore>) -> Running {
    let settings = format!(
        "[agents.m]\ntype = \"openai\"\nbase_url = \"{}\"\nmodel = \"m-1\"\n{}\n[limits]\ngrace = \"300ms\"",
        endpoint.url,
        crate::llm::tools(dir)
    );
    let library = Library::of([sequence("w", &[step("tidy", EffectKind::Agent, STEP)])]);
    let found = library.found("w");
    let host = Host::new(
        Settings::parse(&settings).unwrap(),
        dir.to_owned(),
        [],
        Box::new(library),
    );
    let run = NewRun {
        found,
        inputs: Map::default(),
        trigger: None,
    };
    host.run(run, store).unwrap()
}

fn endpoint() -> Endpoint {
    Endpoint::new([
        stream(&chat_calls(&[("a", "box_delete", "{\"what\": 7}")])),
        stream(&chat_text("done")),
    ])
}

fn decision(approve: bool) -> Decision {
    Decision {
        approve,
        by: Some("ann".into()),
        comment: None,
    }
}

async fn question(running: &mut Running) -> Waiting {
    loop {
        if let Notice::Waiting(waiting) = running.next().await.expect("a question") {
            return waiting;
        }
    }
}

/// The notices up to the end, and how the run ended; nothing here may hang.
async fn to_end(mut running: Running) -> (Vec<Notice>, Outcome) {
    let all = async {
        let mut notices = Vec::new();
        while let Some(notice) = running.next().await {
            notices.push(notice);
        }
        (notices, running.end().await.unwrap().outcome.unwrap())
    };
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, all).await.expect("it hangs")
}

#[test]
fn a_permission_is_answered_as_an_approval_is_and_once_only() {
    for (approve, by_name) in [(true, false), (true, true), (false, false)] {
        let dir = tempfile::tempdir().unwrap();
        let endpoint = endpoint();
        let (notices, outcome) = crate::support::block_on(async {
            let mut running = run(dir.path(), &endpoint);
            let asked = question(&mut running).await;
            assert!(is_question(&asked));
            assert_eq!((&*asked.path, asked.kind), ("tidy", EffectKind::Approval));
            let prompt = asked.args.get("prompt").and_then(Value::as_str);
            assert_eq!(
                prompt,
                Some("The agent `m` wants to call the destructive tool `box.delete`")
            );
            let target = match by_name {
                true => Target::Name("tidy".into()),
                false => Target::from(&asked),
            };
            running.control().decide(target, decision(approve));
            // A second answer, such as of somebody else, is for nothing that could be asked next.
            running.control().decide(&asked, decision(true));
            to_end(running).await
        });
        assert_eq!(outcome, Outcome::Succeeded(Value::from("done")));
        assert_eq!(crate::llm::calls(dir.path()), usize::from(approve));
        let late = |n: &Notice| matches!(n, Notice::Refused { code: "too_late", message } if message.contains("too late"));
        assert!(notices.iter().any(late), "{notices:?}");
        let said = |n: &Notice| matches!(n, Notice::Progress { path, what: Progress::Text(t), .. } if &**path == "tidy" && t == "done");
        assert!(notices.iter().any(said), "{notices:?}");
    }
}

#[test]
fn a_run_is_cancelled_while_its_agent_waits_for_permission() {
    let dir = tempfile::tempdir().unwrap();
    let endpoint = endpoint();
    let (_, outcome) = crate::support::block_on(async {
        let mut running = run(dir.path(), &endpoint);
        let asked = question(&mut running).await;
        running.control().cancel("enough");
        running.control().decide(&asked, decision(true));
        to_end(running).await
    });
    assert!(matches!(outcome, Outcome::Cancelled { .. }), "{outcome:?}");
}

/// What became of a letter of another process; nothing here may hang.
async fn verdict(store: &mut SqliteStore, letter: u64) -> Verdict {
    let answered = async {
        loop {
            if let Some(verdict) = store.verdict(letter).unwrap() {
                return verdict;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, answered)
        .await
        .expect("nobody answers")
}

#[test]
fn a_permission_is_answered_from_another_process() {
    for (approve, named) in [(true, true), (true, false), (false, true)] {
        let dir = tempfile::tempdir().unwrap();
        let endpoint = endpoint();
        let (notices, outcome) = crate::support::block_on(async {
            let mut running = run_in(dir.path(), &endpoint, Some(store(dir.path())));
            let asked = question(&mut running).await;
            let mut other = store(dir.path());
            let mut post = |step: Option<&str>| {
                let body = permission_letter(step, &decision(approve));
                let (to, at) = (asked.run, wfc_runtime::now());
                other.post(&NewLetter { to, at, body }).unwrap()
            };
            let wrong = post(Some("wash"));
            let right = post(named.then_some("tidy"));
            assert_eq!(verdict(&mut other, wrong).await, Verdict::Stale);
            assert_eq!(verdict(&mut other, right).await, Verdict::Accepted);
            to_end(running).await
        });
        assert_eq!(outcome, Outcome::Succeeded(Value::from("done")));
        assert_eq!(
            crate::llm::calls(dir.path()),
            usize::from(approve),
            "{notices:?}"
        );
    }
}
