//! Processes: each in a group of its own, so that all of it can be ended at once.

mod capture;
mod group;
mod guard;
mod words;

pub(crate) use capture::{Capture, Captured, Keep, MAX_WHOLE};
pub use group::Groups;
pub(crate) use group::{Group, open_files};
pub(crate) use words::LastWords;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep, timeout};

use crate::stop::Stop;

/// How long output is still waited for after a process ended while others hold its pipes open.
const DRAIN: Duration = Duration::from_millis(500);

/// More than a pipe holds, in bytes: what is read beyond that after the time is over was written by others.
const PIPE: usize = 1 << 20;

/// A process to run to its end.
pub(crate) struct Spec {
    /// The program, found by `PATH` unless it is a path.
    pub(crate) program: OsString,
    /// Its arguments.
    pub(crate) args: Vec<OsString>,
    /// Variables to set, or to take away, on top of the inherited environment.
    pub(crate) env: Vec<(String, Option<String>)>,
    /// The folder that it runs in.
    pub(crate) cwd: PathBuf,
    /// What it reads; without one it reads an empty file.
    pub(crate) stdin: Option<String>,
    /// What is kept of its output.
    pub(crate) keep: Keep,
    /// How long it may take.
    pub(crate) limit: Option<Duration>,
    /// How long it may take to end when it is asked to.
    pub(crate) grace: Duration,
}

/// How a process came to its end.
#[derive(Debug)]
pub(crate) enum How {
    /// By itself.
    Exited(ExitStatus),
    /// It took too long and was ended.
    TimedOut,
    /// It was asked to end, and did within the grace.
    Stopped,
    /// It was asked to end and had to be killed: how far it came is unknown.
    Killed,
}

/// A process that ended.
pub(crate) struct Ended {
    /// How.
    pub(crate) how: How,
    /// What it wrote on its standard output.
    pub(crate) stdout: Capture,
    /// What it wrote on its standard error.
    pub(crate) stderr: Capture,
}

/// A command for `program` that inherits no secret of ours and no terminal input.
pub(crate) fn command(
    program: &OsString,
    args: &[OsString],
    env: &[(String, Option<String>)],
    cwd: &PathBuf,
) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(cwd).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name
            .to_string_lossy()
            .starts_with(crate::vault::SECRET_PREFIX)
        {
            command.env_remove(name);
        }
    }
    for (name, value) in env {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// Runs a process to its end, whichever way that comes. What it leaves running in its group is
/// noted in `groups` under `owner`.
///
/// # Errors
/// When it cannot be started.
pub(crate) async fn run(
    spec: Spec,
    owner: &str,
    groups: &Groups,
    stop: &mut Stop,
) -> std::io::Result<Ended> {
    let mut command = command(&spec.program, &spec.args, &spec.env, &spec.cwd);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    if spec.stdin.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut group = Group::spawn(&mut command)?;
    let child = group.child();
    let out = child
        .stdout
        .take()
        .map(|pipe| Reader::start(pipe, spec.keep));
    let err = child
        .stderr
        .take()
        .map(|pipe| Reader::start(pipe, spec.keep));
    let feed = match (child.stdin.take(), spec.stdin) {
        (Some(mut pipe), Some(text)) => Some(tokio::spawn(async move {
            // A process need not read all of it, so a closed pipe is no error.
            let _ = pipe.write_all(text.as_bytes()).await;
        })),
        _ => None,
    };
    let how = tokio::select! {
        status = group.wait() => How::Exited(status?),
        () = stop.stopped() => {
            if group.end(spec.grace).await { How::Stopped } else { How::Killed }
        }
        () = limit(spec.limit) => {
            group.end(spec.grace).await;
            How::TimedOut
        }
    };
    if let Some(feed) = feed {
        feed.abort();
    }
    let deadline = Instant::now() + DRAIN;
    let stdout = Reader::finish(out, deadline, spec.keep).await;
    let stderr = Reader::finish(err, deadline, spec.keep).await;
    group.release(owner, groups);
    Ok(Ended {
        how,
        stdout,
        stderr,
    })
}

async fn limit(limit: Option<Duration>) {
    match limit {
        Some(limit) => sleep(limit).await,
        None => std::future::pending().await,
    }
}

/// Reads a pipe to its end, beside everything else.
struct Reader {
    capture: Arc<std::sync::Mutex<Capture>>,
    /// Tells until when.
    until: watch::Sender<Option<Instant>>,
    /// Ends when all that counts is read.
    done: oneshot::Receiver<()>,
}

impl Reader {
    fn start(mut pipe: impl AsyncRead + Unpin + Send + 'static, keep: Keep) -> Self {
        let capture = Arc::new(std::sync::Mutex::new(Capture::new(keep)));
        let into = capture.clone();
        let (until, mut told) = watch::channel(None);
        let (reads, done) = oneshot::channel();
        tokio::spawn(async move {
            let mut reads = Some(reads);
            let mut rest = PIPE;
            let mut buffer = vec![0_u8; 16 * 1024];
            loop {
                let read = tokio::select! {
                    // What is there is read, also where it is looked for late.
                    biased;
                    read = pipe.read(&mut buffer) => read,
                    () = over(&mut told), if reads.is_some() => {
                        reads = None;
                        continue;
                    }
                };
                let (Ok(n @ 1..), Ok(mut capture)) = (read, into.lock()) else {
                    break;
                };
                capture.push(buffer.get(..n).unwrap_or_default());
                if told.borrow().is_some_and(|until| until <= Instant::now()) {
                    rest = rest.saturating_sub(n);
                    reads = reads.filter(|_| rest > 0);
                }
            }
        });
        Self {
            capture,
            until,
            done,
        }
    }

    /// What was written by `deadline`. A process in the background that holds the pipe goes on
    /// writing into nothing.
    async fn finish(reader: Option<Self>, deadline: Instant, keep: Keep) -> Capture {
        let Some(reader) = reader else {
            return Capture::new(keep);
        };
        reader.until.send_replace(Some(deadline));
        // It sends nothing, and goes when it has read all.
        let _ = reader.done.await;
        let Ok(mut capture) = reader.capture.lock() else {
            return Capture::new(keep);
        };
        std::mem::replace(&mut *capture, Capture::new(Keep::Nothing))
    }
}

/// Waits until the time that is told is over.
async fn over(told: &mut watch::Receiver<Option<Instant>>) {
    let until = told.wait_for(Option::is_some).await;
    match until.ok().and_then(|until| *until) {
        Some(until) => tokio::time::sleep_until(until).await,
        // Nobody wants what is read.
        None => std::future::pending().await,
    }
}

/// Waits for `future`, at most `limit`.
pub(crate) async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    timeout(limit, future).await.ok()
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn what_was_written_in_time_is_read_however_late_it_is_looked_for() {
        let (out, mut to) = std::io::pipe().unwrap();
        let captured = block_on(async {
            let pipe = tokio::net::unix::pipe::Receiver::from_owned_fd(out.into()).unwrap();
            let reader = Reader::start(pipe, Keep::Whole);
            tokio::task::yield_now().await;
            let deadline = Instant::now() + Duration::from_millis(50);
            // Something else takes all the time.
            let busy = async {
                to.write_all(b"all of it").unwrap();
                drop(to);
                std::thread::sleep(Duration::from_millis(100));
            };
            tokio::join!(Reader::finish(Some(reader), deadline, Keep::Whole), busy).0
        });
        assert_eq!(captured.finish(|text| text).text, "all of it");
    }

    #[test]
    fn who_writes_for_ever_is_not_listened_to_for_ever() {
        let (out, to) = std::io::pipe().unwrap();
        let mut yes = std::process::Command::new("yes")
            .stdout(to)
            .spawn()
            .unwrap();
        let ended = block_on(async {
            let pipe = tokio::net::unix::pipe::Receiver::from_owned_fd(out.into()).unwrap();
            let reader = Reader::start(pipe, Keep::Ends);
            let deadline = Instant::now() + Duration::from_millis(50);
            // A guard against waiting for ever, not a measurement.
            let limit = Duration::from_secs(60);
            within(limit, Reader::finish(Some(reader), deadline, Keep::Ends)).await
        });
        yes.kill().unwrap();
        yes.wait().unwrap();
        assert!(ended.is_some());
    }
}
