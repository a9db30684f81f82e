//! One prompt and all that comes up to its end: what the agent says, does, and asks.

use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::time::{Instant, sleep_until};
use wfc_engine::Decision;
use wfc_value::{FaultCode, Value};

use super::wire::{Incoming, RpcError, Stuck};
use super::{Session, files, unknown};
use crate::exec::{Failure, Link, Question, Text};
use crate::settings::Permissions;
use crate::stop::Stop;
use crate::vault::Vault;
use crate::web::words;

/// The most bytes of an answer.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// The most calls of tools whose titles are kept.
const MAX_TITLES: usize = 10_000;

/// How much of what an agent wants to do a question shows, in characters.
const SHOWN: usize = 4_000;

/// How a prompt is put.
pub(crate) struct Ask<'a> {
    pub(crate) vault: &'a Vault,
    pub(crate) link: &'a Link,
    pub(crate) permissions: Permissions,
    pub(crate) permission_timeout: Option<Duration>,
    /// When the agent's time is over.
    pub(crate) until: Instant,
    /// How long it may take to leave off when it is asked to.
    pub(crate) grace: Duration,
}

/// What came of a prompt.
pub(crate) struct Turn {
    pub(crate) ended: Ended,
    /// Tokens and dollars that it used, as far as the agent tells.
    pub(crate) used: (u64, f64),
}

/// How a turn ended.
pub(crate) enum Ended {
    /// With an answer.
    Said(String),
    /// It was asked to stop, and did.
    Stopped,
    /// It was asked to stop, and did not: it is to be killed.
    Stuck,
    /// Its time was over.
    Late,
}

/// Why the agent is asked to leave off.
#[derive(Clone, Copy, PartialEq)]
enum Why {
    Stopped,
    Late,
}

type Deciding<'a> = Pin<Box<dyn Future<Output = Option<Decision>> + Send + 'a>>;

/// A permission that is asked for.
struct Permission {
    id: Json,
    /// Options by their kinds.
    options: BTreeMap<String, String>,
    title: String,
    items: Value,
}

/// A turn under way.
struct Course<'a> {
    ask: &'a Ask<'a>,
    text: Text<'a>,
    /// What the agent says since it last called a tool.
    saying: String,
    /// The last that it said before.
    said: String,
    message: Option<String>,
    titles: BTreeMap<String, String>,
    wanted: VecDeque<Permission>,
    deciding: Option<(Permission, Deciding<'a>)>,
    leaving: Option<(Why, Instant)>,
}

impl Session {
    /// Puts a prompt and stays with it to its end.
    ///
    /// # Errors
    /// When the agent fails, refuses, ends, or does not keep to the protocol.
    pub(crate) async fn prompt(
        &mut self,
        prompt: &str,
        ask: &Ask<'_>,
        stop: &mut Stop,
    ) -> Result<Turn, Failure> {
        let before = self.told;
        let mut course = Course::new(ask);
        let ended = self.follow(prompt, &mut course, stop).await;
        course.text.finish();
        let used = (
            self.told.0.saturating_sub(before.0),
            (self.told.1 - before.1).max(0.0),
        );
        Ok(Turn {
            ended: ended?,
            used,
        })
    }

    async fn follow(
        &mut self,
        prompt: &str,
        course: &mut Course<'_>,
        stop: &mut Stop,
    ) -> Result<Ended, Failure> {
        let content = [json!({ "type": "text", "text": prompt })];
        let params = json!({ "sessionId": self.id, "prompt": content });
        let sent = self.wire.request("session/prompt", &params);
        let prompt = sent.map_err(|stuck| self.stuck(&stuck))?;
        loop {
            course.ask_next();
            let leaving = course.leaving.map(|(_, until)| until);
            let until = leaving.unwrap_or(course.ask.until);
            let dealt = tokio::select! {
                message = self.wire.next() => match message {
                    Some(Incoming::Answer { id, result }) if id == prompt => {
                        return self.answered(result, course);
                    }
                    Some(message) => self.take(message, course).await?,
                    None => {
                        let end = self.process.end().await;
                        if course.leaving.is_some() {
                            return Ok(course.left());
                        }
                        return Err(self.failed(&format!("ended before it answered{end}")));
                    }
                },
                decision = course.decision() => self.decided(decision, course),
                () = stop.stopped(), if leaving.is_none() => self.leave(Why::Stopped, course),
                () = sleep_until(until) => match course.leaving {
                    None => self.leave(Why::Late, course),
                    Some((Why::Stopped, _)) => return Ok(Ended::Stuck),
                    Some((Why::Late, _)) => return Ok(Ended::Late),
                },
            };
            dealt.map_err(|stuck| self.stuck(&stuck))?;
        }
    }

    /// Asks the agent to leave off; nobody decides any more.
    fn leave(&mut self, why: Why, course: &mut Course<'_>) -> Result<(), Stuck> {
        course.leaving = Some((why, Instant::now() + course.ask.grace));
        self.wire
            .notify("session/cancel", &json!({ "sessionId": self.id }))?;
        let deciding = course.deciding.take().map(|(permission, _)| permission);
        for permission in deciding.into_iter().chain(course.wanted.drain(..)) {
            self.wire.answer(&permission.id, Ok(cancelled()))?;
        }
        Ok(())
    }

    fn answered(
        &mut self,
        result: Result<Json, RpcError>,
        course: &mut Course<'_>,
    ) -> Result<Ended, Failure> {
        if course.leaving.is_some() {
            return Ok(course.left());
        }
        let answer = result.map_err(|error| self.refused("session/prompt", &error))?;
        let tokens = answer.pointer("/usage/totalTokens").and_then(Json::as_u64);
        self.told.0 = self.told.0.max(tokens.unwrap_or(0));
        let what = match answer.get("stopReason").and_then(Json::as_str) {
            Some("end_turn") => return Ok(Ended::Said(course.answer())),
            Some("max_tokens") => {
                "came to the end of its tokens before the end of its answer".to_owned()
            }
            Some("max_turn_requests") => {
                "made as many requests as it may, without an answer".to_owned()
            }
            Some("refusal") => match words(&course.answer()) {
                why if why.is_empty() => "refused to answer".to_owned(),
                why => format!("refused to answer: {why}"),
            },
            Some("cancelled") => "gave up by itself".to_owned(),
            Some(other) => format!("ended its answer for the reason `{}`", words(other)),
            None => "ended its answer without a reason".to_owned(),
        };
        Err(self.failed(&what))
    }

    async fn take(
        &mut self,
        message: Incoming,
        course: &mut Course<'_>,
    ) -> Result<Result<(), Stuck>, Failure> {
        Ok(match message {
            Incoming::Notification { method, params } => {
                let ours = params.get("sessionId").and_then(Json::as_str) == Some(&self.id);
                if method == "session/update" && ours {
                    let update = params.get("update").unwrap_or(&Json::Null);
                    course.update(update, &mut self.told.1);
                    if course.saying.len() > MAX_ANSWER {
                        let message = format!(
                            "the agent `{}` gave an answer of more than {} MiB",
                            self.name,
                            MAX_ANSWER >> 20
                        );
                        return Err(Failure::new(FaultCode::LimitExceeded, message));
                    }
                }
                Ok(())
            }
            Incoming::Request { id, method, params } if method == "session/request_permission" => {
                let permission = course.permission(id, &params);
                self.asked(permission, course)
            }
            Incoming::Request { id, method, params } => {
                let (folder, files) = (self.folder.clone(), self.files);
                let done = tokio::task::spawn_blocking(move || {
                    let done = files::carry_out(&method, &params, &folder, files);
                    done.unwrap_or_else(|| Err(unknown(&method)))
                });
                let done = done.await.unwrap_or_else(|_| Err(RpcError::default()));
                self.wire.answer(&id, done)
            }
            // Of a request that nobody waits for any more.
            Incoming::Answer { .. } => Ok(()),
            Incoming::Wrong(what) => return Err(self.failed(&what)),
        })
    }

    fn asked(&self, permission: Permission, course: &mut Course<'_>) -> Result<(), Stuck> {
        let approve = match course.ask.permissions {
            _ if course.leaving.is_some() => {
                return self.wire.answer(&permission.id, Ok(cancelled()));
            }
            Permissions::Ask => {
                course.wanted.push_back(permission);
                return Ok(());
            }
            Permissions::Allow => true,
            Permissions::Deny => false,
        };
        self.wire
            .answer(&permission.id, Ok(permission.outcome(approve)))
    }

    fn decided(&self, decision: Option<Decision>, course: &mut Course<'_>) -> Result<(), Stuck> {
        let Some((permission, _)) = course.deciding.take() else {
            return Ok(());
        };
        let approve = decision.is_some_and(|decision| decision.approve);
        let word = if approve { "allowed" } else { "denied" };
        let (vault, link) = (course.ask.vault, course.ask.link);
        link.note(vault, &format!("{word}: {}", permission.title));
        self.wire
            .answer(&permission.id, Ok(permission.outcome(approve)))
    }
}

fn cancelled() -> Json {
    json!({ "outcome": { "outcome": "cancelled" } })
}

impl Permission {
    /// The option that comes next to a decision: for this once rather than for ever.
    fn outcome(&self, approve: bool) -> Json {
        let kinds = match approve {
            true => ["allow_once", "allow_always"],
            false => ["reject_once", "reject_always"],
        };
        match kinds.iter().find_map(|kind| self.options.get(*kind)) {
            Some(id) => json!({ "outcome": { "outcome": "selected", "optionId": id } }),
            None => cancelled(),
        }
    }
}

impl<'a> Course<'a> {
    fn new(ask: &'a Ask<'a>) -> Self {
        Self {
            ask,
            text: ask.link.text(ask.vault),
            saying: String::new(),
            said: String::new(),
            message: None,
            titles: BTreeMap::new(),
            wanted: VecDeque::new(),
            deciding: None,
            leaving: None,
        }
    }

    fn left(&self) -> Ended {
        match self.leaving {
            Some((Why::Late, _)) => Ended::Late,
            _ => Ended::Stopped,
        }
    }

    /// What the agent said last: what comes before a call of a tool is talk.
    fn answer(&self) -> String {
        let last = self.saying.trim();
        let answer = if last.is_empty() {
            self.said.trim()
        } else {
            last
        };
        answer.to_owned()
    }

    /// Asks for the next permission, if nothing is being decided.
    fn ask_next(&mut self) {
        if self.deciding.is_some() || self.leaving.is_some() {
            return;
        }
        let Some(permission) = self.wanted.pop_front() else {
            return;
        };
        let question = Question {
            prompt: format!("The agent asks permission: {}", permission.title),
            items: permission.items.clone(),
            limit: self.ask.permission_timeout,
        };
        let deciding = Box::pin(self.ask.link.ask(self.ask.vault, question));
        self.deciding = Some((permission, deciding));
    }

    /// The next decision; waits for ever when nothing is asked.
    async fn decision(&mut self) -> Option<Decision> {
        match &mut self.deciding {
            Some((_, deciding)) => deciding.await,
            None => std::future::pending().await,
        }
    }

    fn update(&mut self, update: &Json, usd: &mut f64) {
        let text = |at: &str| update.pointer(at).and_then(Json::as_str);
        match text("/sessionUpdate").unwrap_or_default() {
            "agent_message_chunk" => {
                let message = text("/messageId");
                if message.is_some() && self.message.as_deref() != message {
                    self.message = message.map(str::to_owned);
                    self.turn_page();
                }
                if let Some(piece) = text("/content/text") {
                    self.saying.push_str(piece);
                    self.text.push(piece);
                }
            }
            "tool_call" => {
                self.turn_page();
                let title = self.title(update);
                self.note(&title);
            }
            "tool_call_update" => {
                let title = self.title(update);
                if text("/status") == Some("failed") {
                    self.note(&format!("failed: {title}"));
                }
            }
            "plan" => {
                let entries = update.get("entries").and_then(Json::as_array);
                let now = entries.into_iter().flatten().find(|entry| {
                    entry.get("status").and_then(Json::as_str) == Some("in_progress")
                });
                if let Some(what) = now.and_then(|entry| entry.get("content")?.as_str()) {
                    self.note(&words(what));
                }
            }
            "usage_update" if text("/cost/currency") == Some("USD") => {
                let amount = update.pointer("/cost/amount").and_then(Json::as_f64);
                *usd = amount
                    .filter(|a| a.is_finite())
                    .map_or(*usd, |a| a.max(*usd));
            }
            // Thoughts, commands, modes, and what is to come.
            _ => {}
        }
    }

    fn note(&self, text: &str) {
        self.ask.link.note(self.ask.vault, text);
    }

    /// What is said from now on is another message.
    fn turn_page(&mut self) {
        let said = std::mem::take(&mut self.saying);
        if !said.trim().is_empty() {
            self.said = said;
            self.text.push("\n");
        }
    }

    /// The title of a call of a tool, which need not be told again.
    fn title(&mut self, call: &Json) -> String {
        let text = |name: &str| call.get(name).and_then(Json::as_str);
        let id = text("toolCallId").unwrap_or_default();
        match text("title") {
            Some(title) => {
                let title = words(title);
                if self.titles.len() < MAX_TITLES {
                    self.titles.insert(id.to_owned(), title.clone());
                }
                title
            }
            None => match self.titles.get(id) {
                Some(title) => title.clone(),
                None => "a tool".to_owned(),
            },
        }
    }

    fn permission(&mut self, id: Json, params: &Json) -> Permission {
        let call = params.get("toolCall").unwrap_or(&Json::Null);
        let mut options = BTreeMap::new();
        let list = params.get("options").and_then(Json::as_array);
        for option in list.into_iter().flatten() {
            let text = |name: &str| option.get(name).and_then(Json::as_str);
            if let (Some(kind), Some(id)) = (text("kind"), text("optionId")) {
                options
                    .entry(kind.to_owned())
                    .or_insert_with(|| id.to_owned());
            }
        }
        Permission {
            id,
            options,
            title: self.title(call),
            items: shown(call),
        }
    }
}

/// What a person is shown of a call of a tool.
fn shown(call: &Json) -> Value {
    let mut fields = Vec::new();
    for name in ["kind", "locations", "rawInput", "content"] {
        let Some(part) = call.get(name).filter(|part| !part.is_null()) else {
            continue;
        };
        let text = part.to_string();
        // What is too long to be read is shown by its beginning.
        let value = match wfc_value::json::parse(&text) {
            Ok(value) if text.len() <= SHOWN => value,
            _ => Value::from(wfc_value::shortened(&text, SHOWN)),
        };
        fields.push((name, value));
    }
    match fields.as_slice() {
        [] => Value::Null,
        _ => Value::record(fields).unwrap_or_default(),
    }
}
