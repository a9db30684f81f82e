//! Language servers over their pipes, as an editor has them: from the change that is sent to the diagnostics that come.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wfc_benches::realistic;

use crate::loads::{self, Typing};
use crate::times::Times;
use crate::workflows;

/// A server that takes longer is measured on fewer characters; the table says on how many.
const BUDGET: Duration = Duration::from_secs(20);

/// Prints the rows of a length: this server's, then GitHub's on a workflow of its own of the same length.
pub(crate) fn run(lines: usize) {
    match program() {
        Some(wfc) => {
            for typing in loads::of(lines) {
                row(lines, "wfc", &typing, || ours(&wfc, &typing));
            }
        }
        None => println!("skipped: build `wfc` first, with `cargo build --release -p wfc-cli`"),
    }
    match peer() {
        Ok(server) => {
            for typing in workflows::of(lines) {
                row(lines, "@actions/languageserver", &typing, || {
                    theirs(&server, &typing)
                });
            }
        }
        Err(why) => println!("skipped: @actions/languageserver: {why}"),
    }
}

fn row(
    lines: usize,
    server: &str,
    typing: &Typing,
    measured: impl Fn() -> io::Result<(Times, usize)>,
) {
    match measured() {
        Ok((times, count)) => println!(
            "| {lines} | {server} | {} | {} | {count} | {times} |",
            typing.what, typing.place
        ),
        Err(error) => println!(
            "| {lines} | {server} | {} | {} | | {error} | | | |",
            typing.what, typing.place
        ),
    }
}

/// The release build of the command line.
fn program() -> Option<PathBuf> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/wfc");
    let named = std::env::var_os("WFC_BIN").map(PathBuf::from);
    named.or(Some(built)).filter(|path| path.is_file())
}

/// GitHub's server, which is installed when it is not yet there.
fn peer() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/actions");
    let installed = Command::new(folder.join("install.sh"))
        .stdin(Stdio::null())
        .output();
    match installed {
        Ok(said) if said.status.success() => {
            Ok(folder.join("node_modules/.bin/actions-languageserver"))
        }
        Ok(said) => Err(String::from_utf8_lossy(&said.stderr)
            .trim()
            .replace('\n', "; ")),
        Err(error) => Err(error.to_string()),
    }
}

fn ours(wfc: &Path, typing: &Typing) -> io::Result<(Times, usize)> {
    let folder = std::env::temp_dir().join(format!("wfc-bench-lsp-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("desk.tools.json"), realistic::CATALOGUE)?;
    std::fs::write(folder.join(loads::FILE), &typing.text)?;
    let mut command = Command::new(wfc);
    command.arg("lsp");
    let file = folder.join(loads::FILE);
    let measured = typed(command, &folder, &file, "wf-yaml", typing, true);
    std::fs::remove_dir_all(&folder)?;
    measured
}

fn theirs(server: &Path, typing: &Typing) -> io::Result<(Times, usize)> {
    let folder = std::env::temp_dir().join(format!("wfc-bench-actions-{}", std::process::id()));
    let file = folder.join(".github/workflows/tickets.yml");
    std::fs::create_dir_all(file.parent().unwrap_or(&folder))?;
    std::fs::write(&file, &typing.text)?;
    let mut command = Command::new(server);
    command.arg("--stdio");
    let measured = typed(command, &folder, &file, "yaml", typing, false);
    std::fs::remove_dir_all(&folder)?;
    measured
}

/// Types all characters, each after the findings of the one before came. The times begin before the message is written; that of making
/// it does not count, since editors differ there.
fn typed(
    mut command: Command,
    folder: &Path,
    file: &Path,
    language: &str,
    typing: &Typing,
    incremental: bool,
) -> io::Result<(Times, usize)> {
    let mut server = Server::start(&mut command)?;
    let (root, uri) = (uri(folder), uri(file));
    server.initialize(&root)?;
    let mut text = typing.text.clone();
    server.send(
        &json!({ "method": "textDocument/didOpen", "params": { "textDocument":
        { "uri": uri, "languageId": language, "version": 1, "text": text } } }),
    )?;
    server.published(&uri, 1)?;
    let mut times = Times::default();
    let (begun, mut at, mut count) = (Instant::now(), typing.at, 0);
    let before = text.get(..at).unwrap_or_default();
    let mut line = before.matches('\n').count();
    let mut column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .encode_utf16()
        .count();
    for (c, version) in typing.letters.chars().zip(2..) {
        text.insert(at, c);
        let change = if incremental {
            let place = json!({ "line": line, "character": column });
            json!({ "range": { "start": place, "end": place }, "text": c })
        } else {
            json!({ "text": text })
        };
        let message = json!({ "method": "textDocument/didChange", "params": {
            "textDocument": { "uri": uri, "version": version }, "contentChanges": [change] } });
        let body = framed(&message);
        let start = Instant::now();
        server.write(&body)?;
        server.published(&uri, version)?;
        times.add(start.elapsed());
        count += 1;
        at += c.len_utf8();
        (line, column) = if c == '\n' {
            (line + 1, 0)
        } else {
            (line, column + c.len_utf16())
        };
        if begun.elapsed() > BUDGET {
            break;
        }
    }
    server.leave()?;
    Ok((times, count))
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let gone = || io::Error::other("no pipe");
        let input = child.stdin.take().ok_or_else(gone)?;
        let output = BufReader::new(child.stdout.take().ok_or_else(gone)?);
        Ok(Self {
            child,
            input,
            output,
        })
    }

    fn initialize(&mut self, root: &str) -> io::Result<()> {
        self.send(&json!({ "id": 1, "method": "initialize", "params": {
            "processId": null, "rootUri": root,
            "workspaceFolders": [{ "uri": root, "name": "bench" }],
            "initializationOptions": {},
            "capabilities": { "textDocument": { "publishDiagnostics": { "versionSupport": true } } },
        } }))?;
        while self.receive()?.get("id") != Some(&json!(1)) {}
        self.send(&json!({ "method": "initialized", "params": {} }))
    }

    /// Waits for the findings of a version; a server that names none sends them once a change.
    fn published(&mut self, uri: &str, version: i32) -> io::Result<()> {
        loop {
            let message = self.receive()?;
            let of_it = message.pointer("/params/uri").and_then(Value::as_str) == Some(uri);
            let of = message.pointer("/params/version").and_then(Value::as_i64);
            if of_it && of.is_none_or(|of| of == i64::from(version)) {
                return Ok(());
            }
        }
    }

    fn leave(mut self) -> io::Result<()> {
        self.send(&json!({ "id": 2, "method": "shutdown" }))?;
        while self.receive()?.get("id") != Some(&json!(2)) {}
        self.send(&json!({ "method": "exit" }))?;
        self.child.wait().map(|_| ())
    }

    fn send(&mut self, message: &Value) -> io::Result<()> {
        self.write(&framed(message))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.input.write_all(bytes)?;
        self.input.flush()
    }

    fn receive(&mut self) -> io::Result<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line.trim().is_empty() {
                break;
            }
            if let Some(number) = line.strip_prefix("Content-Length: ") {
                length = number.trim().parse().map_err(io::Error::other)?;
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body)?;
        Ok(serde_json::from_slice(&body)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn framed(message: &Value) -> Vec<u8> {
    let mut message = message.clone();
    if let Some(fields) = message.as_object_mut() {
        fields.insert("jsonrpc".to_owned(), json!("2.0"));
    }
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
