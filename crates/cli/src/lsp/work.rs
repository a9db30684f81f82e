//! Starts `wfc` itself for a client that leaves commands to the server.

use std::io::{Read, Seek as _, SeekFrom};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use wfc_ide::Cancel;
use wfc_lsp::Work;

/// How often a command is looked after.
const PULSE: Duration = Duration::from_millis(20);

/// The most that is shown of what a command says, in bytes.
const MAX_OUTPUT: u64 = 256 << 10;

/// Runs it to its end, in the folder of its file and without input.
///
/// # Errors
/// When it cannot be started, or is taken back.
pub fn carry_out(work: &Work, cancel: &Cancel) -> Result<(i32, String), String> {
    let (arguments, file): (Vec<&str>, &str) = match work {
        Work::Run { file } => (vec!["run", file], file),
        Work::DryRun { file } => (vec!["run", "--dry", file], file),
        Work::Test { file, test: None } => (vec!["test", file], file),
        Work::Test {
            file,
            test: Some(test),
        } => (vec!["test", "--filter", test, file], file),
    };
    start(&arguments, file, cancel).map_err(|error| format!("`wfc` cannot be started: {error}"))?
}

type Ended = Result<(i32, String), String>;

fn start(arguments: &[&str], file: &str, cancel: &Cancel) -> std::io::Result<Ended> {
    let folder = Path::new(file).parent().unwrap_or(Path::new("/"));
    // A file takes all that is said: a pipe that nobody empties would stop the command.
    let mut said = tempfile()?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(["--color", "never"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(said.try_clone()?)
        .stderr(said.try_clone()?)
        .spawn()?;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if cancel.is_cancelled() {
            child.kill()?;
            child.wait()?;
            return Ok(Err("the command was taken back".to_owned()));
        }
        std::thread::sleep(PULSE);
    };
    let mut output = Vec::new();
    said.seek(SeekFrom::Start(0))?;
    said.take(MAX_OUTPUT).read_to_end(&mut output)?;
    let output = String::from_utf8_lossy(&output).into_owned();
    Ok(Ok((status.code().unwrap_or(-1), output)))
}

/// A file without a name.
fn tempfile() -> std::io::Result<std::fs::File> {
    let path = std::env::temp_dir().join(format!(
        "wfc-lsp-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    let file = std::fs::OpenOptions::new()
        .read(true)
        .append(true)
        .create_new(true)
        .open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}
