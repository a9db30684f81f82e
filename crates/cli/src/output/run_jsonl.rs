//! A run for machines: one JSON object a line, as it happens.

use serde_json::{Value as Json, json};
use wfc_engine::{RunKey, Waiting};
use wfc_runtime::{Ended, Notice, Progress};
use wfc_value::Timestamp;
use wfc_vm::{Outcome, TraceEvent, TraceWhat};

use super::run::{Shown, View, event_word, id_of, json_of};
use crate::store::StoreArg;

/// Lines on standard output.
pub struct Jsonl;

fn line(json: &Json) {
    crate::term::print(&format!("{json}\n"));
}

fn time(at: Timestamp) -> String {
    at.to_string()
}

impl View for Jsonl {
    fn show(&mut self, shown: &Shown, notice: &Notice) {
        match notice {
            Notice::Begun { begun, .. } => line(&json!({
                "event": if begun.queued { "run_queued" } else if begun.again { "run_resumed" } else { "run_started" },
                "run": begun.execution.as_str(),
                "workflow": begun.workflow.as_str(),
                "called_by": begun.step.as_deref(),
                "at": time(wfc_runtime::now()),
            })),
            // What is waited for is told by `Notice::Waiting`.
            Notice::Trace { event, .. } if matches!(event.what, TraceWhat::Waiting(_)) => {}
            Notice::Trace { run, event } => line(&trace(shown, *run, event)),
            Notice::Waiting(waiting) => {
                let mut json = wanted(waiting);
                if let Some(object) = json.as_object_mut() {
                    object.insert(
                        "event".to_owned(),
                        json!(format!("{}_pending", kind(waiting))),
                    );
                }
                line(&json);
            }
            Notice::Message {
                run,
                path,
                content,
                interrupt,
            } => line(&json!({
                "event": "message",
                "run": shown.execution(*run),
                "step": path.as_str(),
                "content": content,
                "interrupt": interrupt,
            })),
            Notice::Progress { run, path, what } => {
                let (kind, text) = match what {
                    Progress::Text(text) => ("text", text),
                    Progress::Note(text) => ("note", text),
                };
                line(&json!({
                    "event": "progress",
                    "run": shown.execution(*run),
                    "step": path.as_str(),
                    "kind": kind,
                    "text": text,
                }));
            }
            Notice::Refused { code, message } => {
                line(&json!({ "event": "answer_refused", "code": code, "message": message }));
            }
            Notice::Note(note) => line(&json!({ "event": "note", "message": note })),
            Notice::Finished { .. } | Notice::Idle { .. } => {}
        }
    }

    fn ask(&self, _: &Waiting) {}

    fn answered(&self) {}

    fn say(&self, text: &str) {
        line(&json!({ "event": "note", "message": text }));
    }

    fn end(&mut self, shown: &Shown, ended: &Ended, kept: Option<&StoreArg>) {
        let run = ended.execution.as_str();
        let at = time(wfc_runtime::now());
        line(&match &ended.outcome {
            Some(Outcome::Succeeded(value)) => {
                json!({ "event": "run_succeeded", "run": run, "at": at, "output": json_of(value) })
            }
            Some(Outcome::Failed(error)) => {
                json!({ "event": "run_failed", "run": run, "at": at, "error": shown.error(ended.run, error) })
            }
            Some(Outcome::Cancelled { reason }) => {
                json!({ "event": "run_cancelled", "run": run, "at": at, "error": shown.cancelled_error(reason) })
            }
            None if ended.how == wfc_runtime::How::Skipped => {
                json!({ "event": "run_skipped", "run": run, "at": at })
            }
            None if ended.how == wfc_runtime::How::Aborted => {
                json!({ "event": "run_cancelled", "run": run, "at": at, "error": shown.cancelled_error("killed") })
            }
            None => json!({
                "event": "run_pending",
                "run": run,
                "at": at,
                "waiting": ended.waiting.iter().map(wanted).collect::<Vec<_>>(),
                "store": kept.map(|store| store.path().display().to_string()),
            }),
        });
    }
}

fn kind(waiting: &Waiting) -> &'static str {
    use wfc_program::isa::EffectKind;
    match waiting.kind {
        EffectKind::Approval => "approval",
        EffectKind::Event => "event",
        _ => "response",
    }
}

/// Something that is waited for.
fn wanted(waiting: &Waiting) -> Json {
    let field = |name: &str| waiting.args.get(name).map(json_of);
    json!({
        "id": id_of(waiting),
        "run": waiting.execution.as_str(),
        "step": waiting.path.as_str(),
        "kind": kind(waiting),
        "prompt": field("prompt").or_else(|| field("content")),
        "items": field("items"),
        "approvers": field("approvers"),
        "name": field("event"),
        "key": field("key"),
        "deadline": waiting.deadline.map(time),
    })
}

fn trace(shown: &Shown, run: RunKey, event: &TraceEvent) -> Json {
    let mut json = json!({
        "event": event_word(event),
        "run": shown.execution(run),
        "step": event.path.as_str(),
        "kind": shown.kind(run, event.step),
        "at": time(event.at),
    });
    if let Some(object) = json.as_object_mut() {
        match &event.what {
            TraceWhat::Attempt(n) => {
                object.insert("attempt".to_owned(), json!(n));
            }
            TraceWhat::Failed(error) | TraceWhat::CompensationFailed(error) => {
                object.insert("error".to_owned(), shown.error(run, error));
            }
            _ => {}
        }
    }
    json
}
