//! What a run is told from the command line besides approvals: events, and replies to messages.

use wfc_engine::Waiting;
use wfc_runtime::Control;
use wfc_value::{Value, json};

use crate::args::Answers;
use crate::error::CliError;

/// An event to tell the run.
struct Event {
    name: String,
    key: Option<String>,
    payload: Value,
}

/// A reply to a message that awaits one.
struct Reply {
    id: String,
    text: String,
    used: bool,
}

/// All of them.
pub struct Replies {
    events: Vec<Event>,
    replies: Vec<Reply>,
}

impl Replies {
    /// Reads them from the arguments.
    ///
    /// # Errors
    /// When one is not of its form.
    pub fn read(answers: &Answers) -> Result<Self, CliError> {
        let events: Result<_, CliError> = answers.event.iter().map(|text| event(text)).collect();
        let replies: Result<_, CliError> = answers.reply.iter().map(|text| reply(text)).collect();
        Ok(Self {
            events: events?,
            replies: replies?,
        })
    }

    /// Tells the run its events. One that comes before its `wait` step is kept for it.
    pub fn tell(&mut self, control: &Control) {
        for event in self.events.drain(..) {
            control.event(&event.name, event.key.as_deref(), event.payload, None);
        }
    }

    /// Gives the reply to a message, if there is one for it.
    pub fn answer(&mut self, waiting: &Waiting, control: &Control) {
        let found = self
            .replies
            .iter_mut()
            .find(|reply| !reply.used && waiting.is_called(&reply.id));
        if let Some(reply) = found {
            reply.used = true;
            // With `returns` the answer has a type and is JSON, else it is text as it stands.
            let typed = waiting.args.get("returns").is_some_and(|ty| !ty.is_null());
            let value = typed.then(|| json::parse(&reply.text).ok()).flatten();
            let value = value.unwrap_or_else(|| Value::from(reply.text.as_str()));
            control.reply(waiting, value);
        }
    }

    /// The ids of replies that no message was there for.
    pub fn unused(&self) -> impl Iterator<Item = &str> {
        let unused = self.replies.iter().filter(|reply| !reply.used);
        unused.map(|reply| reply.id.as_str())
    }
}

fn event(text: &str) -> Result<Event, CliError> {
    let (name, payload) = text.split_once('=').unwrap_or((text, "null"));
    let (name, key) = match name.split_once(':') {
        Some((name, key)) => (name, Some(key.to_owned())),
        None => (name, None),
    };
    let help = "write `--event NAME`, `--event NAME=JSON` or `--event NAME:KEY=JSON`";
    if name.is_empty() {
        return Err(CliError::usage(
            format!("`--event {text}` names no event"),
            help,
        ));
    }
    let payload = json::parse(payload).map_err(|error| {
        CliError::usage(
            format!("the payload of `--event {text}` is not JSON: {error}"),
            help,
        )
    })?;
    Ok(Event {
        name: name.to_owned(),
        key,
        payload,
    })
}

fn reply(text: &str) -> Result<Reply, CliError> {
    match text.split_once('=') {
        Some((id, text)) if !id.is_empty() => Ok(Reply {
            id: id.to_owned(),
            text: text.to_owned(),
            used: false,
        }),
        _ => Err(CliError::usage(
            format!("`--reply {text}` has no text"),
            "write `--reply ID=TEXT`, with the step's id",
        )),
    }
}
