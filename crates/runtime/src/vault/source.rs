//! Where the settings say that a secret is found.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The most bytes of a secret.
const MAX_BYTES: u64 = 1024 * 1024;

/// How long a command may take to give a secret: some ask their user first.
const COMMAND_TIMEOUT: Duration = Duration::from_mins(1);

/// How often a command is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Where a secret is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// `{ env = "VARIABLE" }`: in a variable of the environment.
    Env(String),
    /// `{ file = "PATH" }`: in a file, without the line break at its end.
    File(PathBuf),
    /// `{ command = ["PROGRAM", "ARGUMENT"] }`: on a program's standard output, without the line break at its end.
    Command(Vec<String>),
}

impl SecretSource {
    /// Reads it.
    ///
    /// # Errors
    /// From where it is taken and why it is not there, to stand behind "takes it". A program's own words are left
    /// out: the secret may be in them.
    pub(super) fn read(&self) -> Result<String, String> {
        match self {
            Self::Env(variable) => Err(format!(
                "from the environment variable `{variable}`, which is not set"
            )),
            Self::File(path) => {
                file(path).map_err(|why| format!("from the file `{}`, which {why}", path.display()))
            }
            Self::Command(command) => {
                let program = command.first().map_or("", String::as_str);
                run(command).map_err(|why| format!("from the program `{program}`, which {why}"))
            }
        }
    }
}

/// What a file holds.
pub(super) fn file(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    text(file)
}

fn text(from: impl std::io::Read) -> Result<String, String> {
    let mut text = String::new();
    let read = from.take(MAX_BYTES + 1).read_to_string(&mut text);
    match read {
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Err("holds something else than text".to_owned())
        }
        Err(error) => Err(format!("cannot be read: {error}")),
        Ok(size) if size as u64 > MAX_BYTES => Err(format!("holds more than {MAX_BYTES} bytes")),
        Ok(_) => {
            let whole = text.strip_suffix('\n').unwrap_or(&text);
            let whole = whole.strip_suffix('\r').unwrap_or(whole);
            if whole.is_empty() {
                return Err("holds nothing".to_owned());
            }
            Ok(whole.to_owned())
        }
    }
}

fn run(command: &[String]) -> Result<String, String> {
    let (program, args) = command.split_first().ok_or("has no name")?;
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot be started: {error}"))?;
    let stdout = child.stdout.take().ok_or("has no output")?;
    let (sender, read) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(text(stdout)));
    let deadline = Instant::now() + COMMAND_TIMEOUT;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < deadline => std::thread::sleep(LOOK),
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                let seconds = COMMAND_TIMEOUT.as_secs();
                return Err(format!("did not end within {seconds} s"));
            }
        }
    };
    if !status.success() {
        return Err(format!("failed ({status})"));
    }
    // A process that it left behind may hold the pipe open.
    let left = deadline.saturating_duration_since(Instant::now());
    read.recv_timeout(left)
        .unwrap_or_else(|_| Err("did not close its output".to_owned()))
}
