//! What the tests share.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use wfc_runtime::exec::{
    AgentExecutor, Answer, Execute, Failure, Job, Link, Surroundings, ToolExecutor,
};
use wfc_runtime::stop::{Stop, Stopper, stopper};
use wfc_runtime::{Groups, Settings, Vault};
use wfc_value::{Value, json};
use wfc_vm::Allowance;

/// Runs a future on a runtime of its own, dropped at the end with all that is left on it.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

pub(crate) fn around(cwd: &Path, secrets: &[(&str, &str)]) -> Surroundings {
    let vars = secrets.iter().map(|(name, text)| {
        (
            format!("WFC_SECRET_{}", name.to_uppercase()),
            (*text).to_owned(),
        )
    });
    Surroundings {
        cwd: cwd.to_owned(),
        vault: Arc::new(Vault::new([], vars)),
        groups: Groups::default(),
        // Whoever ends when it is asked to has long done so by then, also on a machine with much else to do.
        grace: Duration::from_millis(1_500),
    }
}

/// An executor of agents, with the tools of the same settings.
pub(crate) fn agents(settings: &Settings, around: Surroundings) -> AgentExecutor {
    let tools = ToolExecutor::new(settings, around.clone());
    AgentExecutor::new(settings, around, Arc::new(tools))
}

pub(crate) fn value(text: &str) -> Value {
    json::parse(text).unwrap()
}

pub(crate) fn job(args: Value) -> (Stopper, Job) {
    let (stopper, stop) = stopper();
    (stopper, with_stop(args, stop))
}

fn with_stop(args: Value, stop: Stop) -> Job {
    Job {
        execution: "run-1".into(),
        step: "steps[0]".into(),
        key: "run-1/steps[0]".into(),
        attempt: 1,
        args,
        stop,
        allowance: Allowance::default(),
        link: Link::default(),
    }
}

pub(crate) async fn execute(executor: &dyn Execute, args: Value) -> Answer {
    let (_stopper, job) = job(args);
    executor.execute(job).await
}

/// The value of a job that is done.
pub(crate) fn done(answer: Answer) -> Value {
    match answer {
        Answer::Done { value, .. } => value,
        other => panic!("not done: {other:?}"),
    }
}

pub(crate) fn failed(answer: Answer) -> Failure {
    match answer {
        Answer::Failed(failure) => failure,
        other => panic!("not failed: {other:?}"),
    }
}

/// Waits until something is so, which must come.
pub(crate) async fn until(mut it_is_so: impl FnMut() -> bool) {
    let looking = async {
        while !it_is_so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let limit = Duration::from_secs(60);
    (tokio::time::timeout(limit, looking).await).expect("it never comes");
}

/// Waits until `path` holds a whole line, and gives the line.
pub(crate) async fn line_of(path: &Path) -> String {
    let text = || std::fs::read_to_string(path).unwrap_or_default();
    until(|| text().ends_with('\n')).await;
    text().trim().to_owned()
}

/// Whether a process lives; one that is dead and only waits to be collected does not.
pub(crate) fn lives(pid: &str) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => !stat
            .rsplit(')')
            .next()
            .is_some_and(|rest| rest.trim().starts_with('Z')),
        Err(_) => false,
    }
}

/// Waits until a process is gone.
pub(crate) async fn gone(pid: &str) {
    for _ in 0..1_000 {
        if !lives(pid) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the process {pid} still lives");
}
