//! The tools of an agent: what it is offered, and its calls carried out.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use wfc_value::{FaultCode, Value};

use super::super::{Answer, Execute as _, Failure, Job, Link, Offered, Question, ToolExecutor};
use crate::llm::{Call, Given, Offer};
use crate::settings::{Permissions, Runner, ToolHints};
use crate::stop::{Stop, stopper};
use crate::vault::Vault;

/// The most tools that one agent is offered.
const MAX_TOOLS: usize = 128;

/// The longest name of a tool that endpoints take.
const MAX_NAME: usize = 64;

/// How much of a tool's result a model is given, in characters.
const MAX_RESULT: usize = 64_000;

/// How much of a call's arguments a notice shows, in characters.
const SHOWN: usize = 200;

/// The tools that a step's agent may use.
pub(super) struct Offers<'a> {
    tools: &'a ToolExecutor,
    vault: &'a Vault,
    /// The agent's name.
    name: &'a str,
    runner: &'a Runner,
    /// By the names that the model knows them by.
    by_name: BTreeMap<String, Tool>,
    /// How often each call was made so far: the same call again is another piece of work.
    made: BTreeMap<String, u32>,
}

struct Tool {
    /// `server.tool`.
    full: String,
    offered: Offered,
    destructive: bool,
}

/// What of a job its agent's calls take over.
pub(super) struct Around<'a> {
    pub(super) execution: &'a str,
    pub(super) step: &'a str,
    pub(super) key: &'a str,
    pub(super) attempt: u32,
    pub(super) link: &'a Link,
    /// When the agent's time is over.
    pub(super) until: Instant,
}

/// How a call ended.
pub(super) enum Called {
    Given(Given),
    /// The job was asked to stop during the call.
    Stopped(Answer),
}

impl<'a> Offers<'a> {
    /// The tools called `names`, as their servers have them. Nothing when the job was asked to stop.
    ///
    /// # Errors
    /// When a server cannot be started, or has no such tool.
    pub(super) async fn new(
        tools: &'a ToolExecutor,
        vault: &'a Vault,
        hints: &BTreeMap<String, ToolHints>,
        (name, runner): (&'a str, &'a Runner),
        names: &[&str],
        stop: &mut Stop,
    ) -> Result<Option<Self>, Failure> {
        if names.len() > MAX_TOOLS {
            let message = format!(
                "the agent `{name}` is offered {} tools: name at most {MAX_TOOLS} in `tools`",
                names.len()
            );
            return Err(Failure::new(FaultCode::LimitExceeded, message));
        }
        let mut by_name = BTreeMap::new();
        for full in names {
            let offered = tokio::select! {
                offered = tools.offered(full) => offered?,
                () = stop.stopped() => return Ok(None),
            };
            let tool = Tool {
                full: (*full).to_owned(),
                destructive: is_destructive(hints, full, &offered),
                offered,
            };
            by_name.insert(plain(full, &by_name), tool);
        }
        Ok(Some(Self {
            tools,
            vault,
            name,
            runner,
            by_name,
            made: BTreeMap::new(),
        }))
    }

    /// What the model is told of them.
    pub(super) fn list(&self) -> Vec<Offer> {
        let offer = |(name, tool): (&String, &Tool)| Offer {
            name: name.clone(),
            description: tool.offered.description.clone(),
            schema: object(&tool.offered.schema),
        };
        self.by_name.iter().map(offer).collect()
    }

    /// Carries out a call of the model. What it can mend is handed back to it.
    ///
    /// # Errors
    /// When the tool cannot be called at all, such as for a secret without a value.
    pub(super) async fn call(
        &mut self,
        call: &Call,
        around: &Around<'_>,
        stop: &mut Stop,
    ) -> Result<Called, Failure> {
        let given = |text: String, failed| {
            Called::Given(Given {
                id: call.id.clone(),
                text,
                failed,
            })
        };
        let Some(tool) = self.by_name.get(&call.name) else {
            let names: Vec<&str> = self.by_name.keys().map(String::as_str).collect();
            let known = crate::near::listed(&names);
            let shown = wfc_value::shortened(&call.name, 100);
            let text = format!("there is no tool `{shown}`: there are {known}");
            return Ok(given(text, true));
        };
        let arguments = match arguments(&call.arguments) {
            Ok(arguments) => arguments,
            Err(wrong) => return Ok(given(wrong, true)),
        };
        let full = tool.full.clone();
        let shown = wfc_value::json::format(&arguments);
        let digest = digest(&full, &shown);
        let shown = wfc_value::shortened(&shown, SHOWN);
        around
            .link
            .note(self.vault, &format!("calls `{full}` {shown}"));
        if tool.destructive {
            let deciding = self.may(&full, &arguments, around.link);
            let decided = tokio::select! {
                decided = deciding => decided,
                () = stop.stopped() => return Ok(Called::Stopped(Answer::Cancelled)),
                () = tokio::time::sleep_until(around.until) => Err("nobody allowed it in time".to_owned()),
            };
            if let Err(why) = decided {
                around
                    .link
                    .note(self.vault, &format!("`{full}` was not called: {why}"));
                let text = format!("the tool was not called: {why}");
                return Ok(given(text, true));
            }
        }
        let made = self.made.entry(digest.clone()).or_default();
        *made += 1;
        let key = format!("{}/{digest}/{made}", around.key);
        let job = job(around, key, &full, arguments);
        match self.carry_out(job, around.until, stop).await {
            Answer::Done { value, .. } => {
                let text = match self.vault.redact_value(&value) {
                    Value::String(text) => text.to_string(),
                    other => wfc_value::json::format(&other),
                };
                Ok(given(cut(&text), false))
            }
            Answer::Failed(failure) if failure.code == FaultCode::NotConfigured => Err(failure),
            Answer::Failed(failure) => {
                let message = self.vault.redacted(failure.message);
                around.link.note(self.vault, &message);
                Ok(given(cut(&message), true))
            }
            ended => Ok(Called::Stopped(ended)),
        }
    }

    /// The text with secrets masked.
    pub(super) fn masked(&self, text: String) -> String {
        self.vault.redacted(text)
    }

    /// Whether a destructive tool may be called: the settings or a person decide.
    async fn may(&self, full: &str, arguments: &Value, link: &Link) -> Result<(), String> {
        match self.runner.permissions {
            Permissions::Allow => return Ok(()),
            Permissions::Deny => return Err("it is destructive, which is not allowed".to_owned()),
            Permissions::Ask => {}
        }
        let fields = [
            ("tool", Value::from(full)),
            ("arguments", arguments.clone()),
        ];
        let question = Question {
            prompt: format!(
                "The agent `{}` wants to call the destructive tool `{full}`",
                self.name
            ),
            items: Value::record(fields).unwrap_or_default(),
            limit: self.runner.permission_timeout,
        };
        match link.ask(self.vault, question).await {
            Some(decision) if decision.approve => Ok(()),
            Some(decision) => Err(match decision.comment {
                Some(comment) => format!("a person denied it: {comment}"),
                None => "a person denied it".to_owned(),
            }),
            None => Err("nobody allowed it in time".to_owned()),
        }
    }

    /// Calls a tool. When the time is over or the job is asked to stop, so is the tool.
    async fn carry_out(
        &self,
        (job, stopper): (Job, crate::stop::Stopper),
        until: Instant,
        stop: &mut Stop,
    ) -> Answer {
        let mut work = self.tools.execute(job);
        let in_time = tokio::select! {
            answer = &mut work => return answer,
            () = stop.stopped() => false,
            () = tokio::time::sleep_until(until) => true,
        };
        stopper.stop();
        let ended = work.await;
        match ended {
            // The agent's time is over, and so the step fails; nobody stopped it.
            Answer::Cancelled if in_time => Failure::new(FaultCode::Timeout, "out of time").into(),
            // A result that came all the same has nobody left to go to.
            Answer::Done { .. } | Answer::Failed(_) if !in_time => Answer::Cancelled,
            ended => ended,
        }
    }
}

fn job(
    around: &Around<'_>,
    key: String,
    full: &str,
    arguments: Value,
) -> (Job, crate::stop::Stopper) {
    let (stopper, stop) = stopper();
    let args = [("tool", Value::from(full)), ("arguments", arguments)];
    let job = Job {
        execution: around.execution.to_owned(),
        step: around.step.to_owned(),
        key,
        attempt: around.attempt,
        args: Value::record(args).unwrap_or_default(),
        stop,
        allowance: Default::default(),
        link: around.link.clone(),
    };
    (job, stopper)
}

/// The arguments of a call as a value: an object.
fn arguments(text: &str) -> Result<Value, String> {
    let text = match text.trim() {
        "" => "{}",
        text => text,
    };
    let again = "call it again with its arguments as one JSON object";
    match wfc_value::json::parse(text) {
        Ok(value @ Value::Map(_)) => Ok(value),
        Ok(_) => Err(format!("the arguments are no JSON object: {again}")),
        Err(error) => Err(format!("the arguments are not JSON: {error}: {again}")),
    }
}

/// By which a call is told from others, so that one that is made again after a crash has the same key.
fn digest(full: &str, arguments: &str) -> String {
    let digest = Sha256::digest(format!("{full}\n{arguments}"));
    let start = digest.iter().take(8);
    start.map(|byte| format!("{byte:02x}")).collect()
}

/// A name that endpoints take, not yet in use.
fn plain<T>(full: &str, used: &BTreeMap<String, T>) -> String {
    let ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut name: String = full.chars().map(|c| if ok(c) { c } else { '_' }).collect();
    name.truncate(MAX_NAME);
    let mut number = 1;
    let mut out = name.clone();
    while used.contains_key(&out) {
        number += 1;
        let end = format!("_{number}");
        name.truncate(MAX_NAME - end.len());
        out = format!("{name}{end}");
    }
    out
}

/// A schema of arguments: of an object, as the protocols want it.
fn object(schema: &Json) -> Json {
    let mut schema = match schema {
        Json::Object(schema) => schema.clone(),
        _ => serde_json::Map::new(),
    };
    schema.entry("type").or_insert_with(|| "object".into());
    schema.entry("properties").or_insert_with(|| json!({}));
    Json::Object(schema)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_RESULT) {
        Some((end, _)) => {
            let dropped = text.chars().count() - MAX_RESULT;
            let start = text.get(..end).unwrap_or_default();
            format!("{start}\n[... {dropped} characters left out ...]")
        }
        None => text.to_owned(),
    }
}

/// Whether a tool is destructive: by the settings, of its own name before patterns and longer patterns before
/// shorter ones, else by its server.
fn is_destructive(hints: &BTreeMap<String, ToolHints>, full: &str, offered: &Offered) -> bool {
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => full.starts_with(start),
        None => pattern == full,
    };
    let mut said: Vec<(&String, &ToolHints)> =
        hints.iter().filter(|(pattern, _)| fits(pattern)).collect();
    said.sort_by_key(|(pattern, _)| (pattern.ends_with('*'), std::cmp::Reverse(pattern.len())));
    let first = |of: fn(&ToolHints) -> Option<bool>| said.iter().find_map(|(_, h)| of(h));
    let destructive = first(|h| h.destructive).or(offered.destructive);
    let read_only = first(|h| h.read_only).or(offered.read_only);
    destructive == Some(true) && read_only != Some(true)
}

/// How long the agent has from now on.
pub(super) fn until(limit: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(limit)
        .unwrap_or_else(|| now + Duration::from_hours(24 * 365))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_such_that_endpoints_take_them() {
        let mut used = BTreeMap::new();
        for (full, name) in [
            ("linear.search", "linear_search"),
            ("linear.search", "linear_search_2"),
            ("a.b/ü c", "a_b___c"),
        ] {
            let plain = plain(full, &used);
            assert_eq!(plain, name);
            used.insert(plain, ());
        }
        let long = format!("x.{}", "y".repeat(100));
        let first = plain(&long, &used);
        used.insert(first.clone(), ());
        let second = plain(&long, &used);
        assert_eq!((first.len(), second.len()), (64, 64));
        assert_ne!(first, second);
    }

    #[test]
    fn arguments_are_an_object() {
        assert_eq!(arguments(" ").unwrap(), arguments("{}").unwrap());
        assert!(arguments("[1]").unwrap_err().contains("no JSON object"));
        assert!(arguments("{\"a\":").unwrap_err().contains("not JSON"));
    }

    #[test]
    fn the_settings_say_what_is_destructive_before_the_server_does() {
        let offered = |destructive, read_only| Offered {
            description: String::new(),
            schema: Json::Null,
            destructive,
            read_only,
        };
        let none = BTreeMap::new();
        assert!(is_destructive(&none, "a.b", &offered(Some(true), None)));
        assert!(!is_destructive(
            &none,
            "a.b",
            &offered(Some(true), Some(true))
        ));
        assert!(!is_destructive(&none, "a.b", &offered(None, None)));
        let said = |destructive| ToolHints {
            destructive: Some(destructive),
            ..ToolHints::default()
        };
        let hints = BTreeMap::from([
            ("a.*".to_owned(), said(true)),
            ("a.get_*".to_owned(), said(false)),
            ("a.get_rid".to_owned(), said(true)),
        ]);
        assert!(is_destructive(&hints, "a.b", &offered(None, None)));
        assert!(!is_destructive(
            &hints,
            "a.get_b",
            &offered(Some(true), None)
        ));
        assert!(is_destructive(
            &hints,
            "a.get_rid",
            &offered(Some(false), None)
        ));
    }

    #[test]
    fn long_results_are_cut() {
        let text = "ü".repeat(MAX_RESULT + 5);
        assert!(cut(&text).ends_with("ü\n[... 5 characters left out ...]"));
        assert_eq!(cut("a"), "a");
    }
}
