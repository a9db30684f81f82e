//! The server: one loop that takes messages in order, changes the files, and hands questions about them to threads.

mod documents;
mod lifecycle;
mod publish;
mod reader;
mod watching;

use std::any::Any;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use gen_lsp_types::{ErrorCodes, TraceValue};
use serde_json::{Value, json};
use wfc_ide::{Cancel, Host};

use crate::client::Client;
use crate::config::Config;
use crate::context::{Context, Kept};
use crate::framing;
use crate::house::House;
use crate::message::{Fault, Id, Incoming};
use crate::outbox::Outbox;
use crate::pool::Pool;
use crate::requests;

/// How long the last answers may take to be written.
const FAREWELL: Duration = Duration::from_secs(2);

/// How a server is run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Threads that answer requests. Without any they are answered one by one, as they come.
    pub threads: usize,
    /// The largest message that is taken, in bytes.
    pub max_message: usize,
    /// The client's process, if it is known before the client says so itself.
    pub client: Option<i32>,
}

impl Default for Options {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            threads: cores.clamp(2, 4),
            max_message: framing::MAX_BODY,
            client: None,
        }
    }
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As the protocol wants it: `shutdown`, then `exit`.
    Clean,
    /// The client said `exit` without `shutdown`, its input ended, or its process is gone.
    Abrupt,
}

/// What the loop is told.
enum Event {
    Message(Incoming),
    Framing(framing::Fault),
    /// The input ended, or the client's process is gone.
    Ended,
    /// The answer to a request, by its id and number.
    Done(Id, u64, Vec<u8>),
    Checked(Box<publish::Checked>),
    DiskChanged(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Fresh,
    Running,
    ShutDown,
}

/// A request that is not answered yet.
struct Pending {
    /// Ids may come again, numbers do not.
    number: u64,
    cancel: Cancel,
    method: String,
    since: Instant,
}

struct Server {
    phase: Phase,
    house: Arc<dyn House>,
    host: Host,
    client: Arc<Client>,
    config: Arc<Config>,
    outbox: Outbox,
    events: Sender<Event>,
    pool: Pool,
    kept: Arc<Kept>,
    uris: Arc<BTreeMap<String, String>>,
    folders: Vec<String>,
    pending: BTreeMap<Id, Pending>,
    /// Requests to the client that it did not answer yet, with what they are about.
    asked: BTreeMap<Id, Asked>,
    next_id: i64,
    /// How many requests were handed out.
    requests: u64,
    published: BTreeMap<String, publish::Published>,
    /// Settings that a fault was told of.
    faulty: Vec<String>,
    trace: TraceValue,
    watcher: Option<Box<dyn Any + Send>>,
    options: Options,
}

/// What the client was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Configuration,
    /// Something whose answer changes nothing.
    Other,
}

/// Serves a client until it leaves.
pub fn serve(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
    house: Arc<dyn House>,
    options: Options,
) -> End {
    let (events, inbox) = mpsc::channel();
    let (outbox, writer) = Outbox::new(output);
    let gate = reader::read(input, events.clone(), options.max_message);
    let mut server = Server::new(house, outbox, events, options);
    if let Some(process) = options.client {
        server.watch_client(process);
    }
    let end = server.run(&inbox, &gate);
    // Those who still work are waited for, and nobody wants what they find.
    server.take_back();
    // Those who still work find nobody who listens; then all ends of the outbox are gone.
    drop(inbox);
    drop(server);
    if let Some(writer) = writer {
        let until = Instant::now() + FAREWELL;
        while !writer.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    end
}

impl Server {
    fn new(house: Arc<dyn House>, outbox: Outbox, events: Sender<Event>, options: Options) -> Self {
        let disk: Arc<dyn wfc_ide::Disk> = Arc::<dyn House>::clone(&house);
        Self {
            phase: Phase::Fresh,
            host: Host::new(disk),
            house,
            client: Arc::new(Client::new(&Value::Null)),
            config: Arc::default(),
            outbox,
            events,
            pool: Pool::new(options.threads),
            kept: Arc::default(),
            uris: Arc::default(),
            folders: Vec::new(),
            pending: BTreeMap::new(),
            asked: BTreeMap::new(),
            next_id: 1,
            requests: 0,
            published: BTreeMap::new(),
            faulty: Vec::new(),
            trace: TraceValue::Off,
            watcher: None,
            options,
        }
    }

    fn run(&mut self, inbox: &Receiver<Event>, gate: &reader::Gate) -> End {
        while let Ok(event) = inbox.recv() {
            let heavy = matches!(event, Event::Message(_) | Event::Framing(_));
            let flow = self.event(event);
            if heavy {
                gate.leave();
            }
            if let ControlFlow::Break(end) = flow {
                return end;
            }
        }
        End::Abrupt
    }

    fn event(&mut self, event: Event) -> ControlFlow<End> {
        match event {
            Event::Message(message) => return self.message(message),
            Event::Framing(fault) => self.framing(fault),
            Event::Done(id, number, body) => self.done(&id, number, body),
            Event::Checked(checked) => self.checked(*checked),
            Event::DiskChanged(paths) => self.disk_changed(&paths),
            Event::Ended => {
                return ControlFlow::Break(match self.phase {
                    Phase::ShutDown => End::Clean,
                    Phase::Fresh | Phase::Running => End::Abrupt,
                });
            }
        }
        ControlFlow::Continue(())
    }

    fn message(&mut self, message: Incoming) -> ControlFlow<End> {
        match message {
            Incoming::Request { id, method, params } => self.request(id, &method, params),
            Incoming::Notification { method, params } => return self.notification(&method, params),
            Incoming::Response { id, result } => self.response(&id, result),
            Incoming::Invalid { id, fault, .. } => self.outbox.refuse(id.as_ref(), &fault),
        }
        ControlFlow::Continue(())
    }

    fn framing(&mut self, fault: framing::Fault) {
        let message = fault.message(self.options.max_message);
        let code = match fault {
            framing::Fault::TooLarge { .. } => ErrorCodes::InvalidRequest,
            framing::Fault::Header | framing::Fault::Cut => ErrorCodes::ParseError,
        };
        self.outbox.refuse(None, &Fault::new(code, message));
    }

    fn request(&mut self, id: Id, method: &str, params: Value) {
        match (self.phase, method) {
            (Phase::Fresh, "initialize") => self.initialize(&id, &params),
            (Phase::Fresh, _) => self.refuse(
                &id,
                ErrorCodes::ServerNotInitialized,
                "the first request is `initialize`",
            ),
            (Phase::Running, "initialize") => self.refuse(
                &id,
                ErrorCodes::InvalidRequest,
                "`initialize` was sent already",
            ),
            (Phase::Running, "shutdown") => {
                self.phase = Phase::ShutDown;
                self.take_back();
                self.answer(&id, ());
            }
            (Phase::Running, "wfc/text") => self.text(&id, &params),
            (Phase::Running, method) => self.dispatch(id, method, params),
            (Phase::ShutDown, _) => self.refuse(
                &id,
                ErrorCodes::InvalidRequest,
                "the server was shut down: only `exit` may follow",
            ),
        }
    }

    /// Takes back all that is under way.
    fn take_back(&self) {
        let asked = self.pending.values().map(|pending| &pending.cancel);
        for cancel in asked.chain(self.checks()) {
            cancel.cancel();
        }
    }

    /// Hands a request to the threads, with the files as they are now.
    fn dispatch(&mut self, id: Id, method: &str, params: Value) {
        let Some((urgency, run)) = requests::route(method) else {
            let message = format!("there is no request `{method}`");
            self.refuse(&id, ErrorCodes::MethodNotFound, &message);
            return;
        };
        if self.pending.contains_key(&id) {
            let message = format!("a request with the id `{id}` is not answered yet");
            self.refuse(&id, ErrorCodes::InvalidRequest, &message);
            return;
        }
        let ctx = self.context(Cancel::new());
        self.requests += 1;
        let number = self.requests;
        self.pending.insert(
            id.clone(),
            Pending {
                number,
                cancel: ctx.cancel.clone(),
                method: method.to_owned(),
                since: Instant::now(),
            },
        );
        let events = self.events.clone();
        self.pool.give(urgency, move || {
            let body = run(&ctx, &id, params);
            let _ = events.send(Event::Done(id, number, body));
        });
    }

    fn context(&self, cancel: Cancel) -> Context {
        Context {
            snapshot: self.host.snapshot(),
            client: Arc::clone(&self.client),
            config: Arc::clone(&self.config),
            cancel,
            outbox: self.outbox.clone(),
            uris: Arc::clone(&self.uris),
            kept: Arc::clone(&self.kept),
            house: Arc::clone(&self.house),
        }
    }

    fn done(&mut self, id: &Id, number: u64, body: Vec<u8>) {
        // What was cancelled is answered already.
        if self.pending.get(id).is_none_or(|p| p.number != number) {
            return;
        }
        let Some(pending) = self.pending.remove(id) else {
            return;
        };
        if self.trace != TraceValue::Off {
            let message = format!("{} ({id})", pending.method);
            let verbose = (self.trace == TraceValue::Verbose).then(|| {
                let took = pending.since.elapsed().as_secs_f64() * 1000.0;
                format!("{took:.3} ms, {} bytes", body.len())
            });
            let params = match verbose {
                Some(verbose) => json!({ "message": message, "verbose": verbose }),
                None => json!({ "message": message }),
            };
            self.outbox.notify("$/logTrace", params);
        }
        self.outbox.send(body);
        // Settings were read meanwhile; a client that asks for findings is told of their faults, too.
        if pending.method.ends_with("/diagnostic") {
            self.tell_faults();
        }
    }

    fn notification(&mut self, method: &str, params: Value) -> ControlFlow<End> {
        match (self.phase, method) {
            (Phase::ShutDown, "exit") => return ControlFlow::Break(End::Clean),
            (_, "exit") => return ControlFlow::Break(End::Abrupt),
            (Phase::Running, method) => {
                if let Err(fault) = self.told(method, params) {
                    self.log(2, &format!("`{method}`: {}", fault.message));
                }
            }
            // Before `initialize` and after `shutdown` nothing else counts.
            (Phase::Fresh | Phase::ShutDown, _) => {}
        }
        ControlFlow::Continue(())
    }

    fn told(&mut self, method: &str, params: Value) -> Result<(), Fault> {
        match method {
            "$/cancelRequest" => self.cancel(&params),
            "$/setTrace" => self.set_trace(&params),
            "initialized" => self.initialized(),
            "textDocument/didOpen" => self.did_open(read(params)?),
            "textDocument/didChange" => return self.did_change(read(params)?),
            "textDocument/didClose" => self.did_close(&read(params)?),
            "textDocument/didSave" => self.did_save(&read(params)?),
            "workspace/didChangeWatchedFiles" => self.did_change_watched(&read(params)?),
            "workspace/didChangeConfiguration" => self.did_change_configuration(&params),
            "workspace/didChangeWorkspaceFolders" => self.did_change_folders(&read(params)?),
            "workspace/didRenameFiles" => self.did_rename(&read(params)?),
            "workspace/didCreateFiles" => self.did_create(&read(params)?),
            "workspace/didDeleteFiles" => self.did_delete(&read(params)?),
            // Those that begin with `$/` may be passed over, others are better named.
            method if method.starts_with("$/") => {}
            method => {
                self.log(4, &format!("`{method}` means nothing to this server"));
            }
        }
        Ok(())
    }

    /// A cancelled request is answered at once; whoever works on it notices, or his answer comes to nobody.
    fn cancel(&mut self, params: &Value) {
        let Some(id) = params.get("id").and_then(Id::of) else {
            return;
        };
        if let Some(pending) = self.pending.remove(&id) {
            pending.cancel.cancel();
            self.outbox.refuse(Some(&id), &Fault::cancelled());
        }
    }

    fn set_trace(&mut self, params: &Value) {
        self.trace = match params.get("value").and_then(Value::as_str) {
            Some("messages") => TraceValue::Messages,
            Some("verbose") => TraceValue::Verbose,
            _ => TraceValue::Off,
        };
    }

    fn response(&mut self, id: &Id, result: Result<Value, String>) {
        match (self.asked.remove(id), result) {
            (Some(Asked::Configuration), Ok(Value::Array(sections))) => {
                self.configure(sections.first().unwrap_or(&Value::Null));
            }
            (Some(_), Err(error)) => self.log(4, &format!("the client refused: {error}")),
            (Some(_), Ok(_)) => {}
            (None, _) => self.log(4, &format!("nothing was asked under the id `{id}`")),
        }
    }

    /// Asks the client for something.
    fn ask(&mut self, what: Asked, method: &str, params: impl serde::Serialize) {
        let id = Id::Text(format!("wfc/{}", self.next_id));
        self.next_id += 1;
        self.outbox.ask(&id, method, params);
        self.asked.insert(id, what);
    }

    fn answer(&self, id: &Id, result: impl serde::Serialize) {
        self.outbox.send(crate::message::answer(id, result));
    }

    fn refuse(&self, id: &Id, code: ErrorCodes, message: &str) {
        self.outbox.refuse(Some(id), &Fault::new(code, message));
    }

    /// Writes to the client's log; kinds: 1 error, 2 warning, 3 information, 4 log.
    fn log(&self, kind: u8, message: &str) {
        let params = json!({ "type": kind, "message": message });
        self.outbox.notify("window/logMessage", params);
    }
}

fn read<T: serde::de::DeserializeOwned>(params: Value) -> Result<T, Fault> {
    serde_json::from_value(params).map_err(Fault::params)
}

#[cfg(test)]
mod tests;
