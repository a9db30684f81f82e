//! The server over pipes, with a house whose work takes until it is told to end.

use std::io::{BufRead as _, BufReader, PipeWriter, Read as _, pipe};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::{Value, json};
use wfc_ide::{Cancel, Disk};

use super::*;
use crate::house::{House, Work};

/// A hang is a fault; this is far more than anything takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// No files, and work that ends when it is taken back or let go.
struct Slow {
    begun: Sender<()>,
    let_go: Mutex<Receiver<()>>,
    taken_back: Sender<bool>,
}

impl Disk for Slow {}

impl House for Slow {
    fn set_folders(&self, _: Vec<String>) {}

    fn carry_out(&self, _: &Work, cancel: &Cancel) -> Result<(i32, String), String> {
        self.begun.send(()).unwrap();
        let let_go = self.let_go.lock().unwrap();
        for _ in 0..PATIENCE.as_millis() {
            if cancel.is_cancelled() || let_go.recv_timeout(Duration::from_millis(1)).is_ok() {
                break;
            }
        }
        self.taken_back.send(cancel.is_cancelled()).unwrap();
        Ok((0, "done".to_owned()))
    }
}

/// A client, and the house of its server.
struct Client {
    input: PipeWriter,
    answers: Receiver<Value>,
    begun: Receiver<()>,
    let_go: Sender<()>,
    taken_back: Receiver<bool>,
    server: std::thread::JoinHandle<End>,
}

impl Client {
    /// One whose server has two threads, and carries out a command.
    fn with_work_under_way() -> Self {
        let (begin, begun) = channel();
        let (let_go, wait) = channel();
        let (take_back, taken_back) = channel();
        let house = Slow {
            begun: begin,
            let_go: Mutex::new(wait),
            taken_back: take_back,
        };
        let (input, output) = (pipe().unwrap(), pipe().unwrap());
        let options = Options {
            threads: 2,
            ..Options::default()
        };
        let server = std::thread::spawn(move || serve(input.0, output.1, Arc::new(house), options));
        let mut client = Self {
            input: input.1,
            answers: listen(output.0),
            begun,
            let_go,
            taken_back,
            server,
        };
        client.ask(1, "initialize", &json!({ "capabilities": {} }));
        client.answer(1);
        let run = json!({ "command": "wfc.run", "arguments": ["file:///a.wf"] });
        client.ask(2, "workspace/executeCommand", &run);
        client.begun.recv_timeout(PATIENCE).unwrap();
        client
    }

    fn ask(&mut self, id: i64, method: &str, params: &Value) {
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        framing::write(&mut self.input, body.to_string().as_bytes()).unwrap();
    }

    fn answer(&self, id: i64) -> Value {
        loop {
            let message = self.answers.recv_timeout(PATIENCE).unwrap();
            if message["id"] == id {
                return message;
            }
        }
    }
}

fn listen(stream: impl Read + Send + 'static) -> Receiver<Value> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        while stream.read_line(&mut line).is_ok_and(|n| n > 0) {
            if let Some(length) = line.trim_end().strip_prefix("Content-Length: ") {
                let mut body = vec![0; length.parse::<usize>().unwrap() + 2];
                stream.read_exact(&mut body).unwrap();
                let _ = send.send(serde_json::from_slice(&body).unwrap());
            }
            line.clear();
        }
    });
    receive
}

#[test]
fn work_under_way_is_taken_back_when_the_client_is_gone() {
    let client = Client::with_work_under_way();
    drop(client.input);
    assert!(client.taken_back.recv_timeout(PATIENCE * 2).unwrap());
    assert_eq!(client.server.join().unwrap(), End::Abrupt);
}

#[test]
fn work_under_way_is_in_nobodys_way() {
    let mut client = Client::with_work_under_way();
    client.ask(3, "workspace/symbol", &json!({ "query": "x" }));
    assert!(client.answer(3).get("error").is_none());
    client.let_go.send(()).unwrap();
    assert_eq!(client.answer(2)["result"]["status"], 0);
    client.ask(4, "shutdown", &Value::Null);
    client.answer(4);
    drop(client.input);
    assert_eq!(client.server.join().unwrap(), End::Clean);
}
