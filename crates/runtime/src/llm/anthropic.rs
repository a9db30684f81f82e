//! Messages, as Anthropic speaks them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{
    Call, End, MAX_CALLS, Message, Read, Reply, Request, Tokens, Wrong, count_at, parsed, text_at,
    told,
};
use crate::settings::Structured;

/// The tool by which an answer with a type is given.
pub(crate) const ANSWER: &str = "wfc_answer";

/// The most tokens of an answer, unless the settings say otherwise: the protocol asks for a number.
const MAX_TOKENS: u64 = 8_192;

pub(super) fn body(request: &Request<'_>) -> Json {
    let endpoint = request.endpoint;
    let mut body = Map::new();
    body.insert("model".to_owned(), request.model.into());
    let most = endpoint.max_tokens.unwrap_or(MAX_TOKENS);
    body.insert("max_tokens".to_owned(), most.into());
    body.insert("messages".to_owned(), messages(request.messages));
    body.insert("stream".to_owned(), true.into());
    if let Some(system) = &endpoint.system {
        body.insert("system".to_owned(), system.as_str().into());
    }
    if let Some(temperature) = endpoint.temperature {
        body.insert("temperature".to_owned(), temperature.into());
    }
    let mut tools: Vec<Json> = request
        .tools
        .iter()
        .map(|tool| {
            json!({ "name": tool.name, "description": tool.description, "input_schema": tool.schema })
        })
        .collect();
    if let (Structured::Schema, Some(schema)) = (endpoint.structured, request.answer) {
        // With other tools beside it, it is one of them that has to be called; alone, it is this one.
        let choice = if tools.is_empty() {
            json!({ "type": "tool", "name": ANSWER })
        } else {
            json!({ "type": "any" })
        };
        body.insert("tool_choice".to_owned(), choice);
        tools.push(json!({
            "name": ANSWER, "description": "Gives the answer, once it is known.", "input_schema": schema,
        }));
    }
    if !tools.is_empty() {
        body.insert("tools".to_owned(), tools.into());
    }
    Json::Object(body)
}

fn messages(messages: &[Message]) -> Json {
    let of = |message: &Message| match message {
        Message::User(text) => json!({ "role": "user", "content": text }),
        Message::Model(reply) => json!({ "role": "assistant", "content": said(reply) }),
        Message::Results(results) => {
            let results = results.iter().map(|given| {
                let mut result = Map::new();
                result.insert("type".to_owned(), "tool_result".into());
                result.insert("tool_use_id".to_owned(), given.id.as_str().into());
                result.insert("content".to_owned(), given.text.as_str().into());
                if given.failed {
                    result.insert("is_error".to_owned(), true.into());
                }
                Json::Object(result)
            });
            json!({ "role": "user", "content": results.collect::<Vec<_>>() })
        }
    };
    messages.iter().map(of).collect()
}

fn said(reply: &Reply) -> Vec<Json> {
    let mut blocks = Vec::new();
    // The endpoint refuses texts without a word.
    if !reply.text.trim().is_empty() {
        blocks.push(json!({ "type": "text", "text": reply.text.trim_end() }));
    }
    for call in &reply.calls {
        let input: Option<Json> = serde_json::from_str(&call.arguments).ok();
        let input = input.filter(Json::is_object).unwrap_or_else(|| json!({}));
        blocks
            .push(json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": input }));
    }
    if blocks.is_empty() {
        blocks.push(json!({ "type": "text", "text": "(nothing)" }));
    }
    blocks
}

/// A streamed answer so far.
#[derive(Default)]
pub(super) struct Reader {
    text: String,
    calls: Vec<Call>,
    /// Which call a block of the answer belongs to.
    blocks: BTreeMap<u64, usize>,
    stop: Option<String>,
    over: bool,
    tokens: Tokens,
}

impl Read for Reader {
    fn take(&mut self, data: &str, text: &mut String) -> Result<bool, Wrong> {
        let event = parsed(data)?;
        let block = event.get("index").and_then(Json::as_u64).unwrap_or(0);
        match text_at(&event, "/type").unwrap_or_default() {
            "message_start" => self.tokens = tokens(&event, "/message/usage"),
            "content_block_start" => {
                if let Some(piece) = text_at(&event, "/content_block/text") {
                    self.say(piece, text);
                }
                if text_at(&event, "/content_block/type") == Some("tool_use") {
                    self.call(block, &event)?;
                }
            }
            "content_block_delta" => {
                if let Some(piece) = text_at(&event, "/delta/text") {
                    self.say(piece, text);
                }
                let call = self
                    .blocks
                    .get(&block)
                    .and_then(|at| self.calls.get_mut(*at));
                if let (Some(piece), Some(call)) = (text_at(&event, "/delta/partial_json"), call) {
                    call.arguments.push_str(piece);
                }
            }
            "message_delta" => {
                if let Some(stop) = text_at(&event, "/delta/stop_reason") {
                    self.stop = Some(stop.to_owned());
                }
                let last = tokens(&event, "/usage");
                // The counts are of all so far; the input's are told at the beginning, by most.
                let counts = &mut self.tokens;
                counts.output = counts.output.max(last.output);
                counts.input = counts.input.max(last.input);
                counts.cached_input = counts.cached_input.max(last.cached_input);
                counts.cache_write = counts.cache_write.max(last.cache_write);
            }
            "message_stop" => {
                self.over = true;
                return Ok(true);
            }
            "error" => {
                let (kind, words) = told(&event).unwrap_or_default();
                return Err(Wrong::Told(kind, words));
            }
            // `ping`, `content_block_stop`, and what is to come.
            _ => {}
        }
        Ok(false)
    }

    fn finish(self: Box<Self>) -> Option<Reply> {
        if !self.over {
            return None;
        }
        Some(reply(
            self.text,
            self.calls,
            self.stop.as_deref(),
            self.tokens,
        ))
    }

    fn tokens(&self) -> Tokens {
        self.tokens
    }
}

impl Reader {
    fn say(&mut self, piece: &str, text: &mut String) {
        self.text.push_str(piece);
        text.push_str(piece);
    }

    fn call(&mut self, block: u64, event: &Json) -> Result<(), Wrong> {
        if self.calls.len() >= MAX_CALLS {
            let what = format!("calls more than {MAX_CALLS} tools at once");
            return Err(Wrong::Senseless(what));
        }
        self.blocks.insert(block, self.calls.len());
        self.calls
            .push(call_of(event.get("content_block").unwrap_or(&Json::Null)));
        Ok(())
    }
}

fn call_of(block: &Json) -> Call {
    let text = |pointer| text_at(block, pointer).unwrap_or_default().to_owned();
    // In a stream it is empty at first, and comes in pieces.
    let input = block.get("input").and_then(Json::as_object);
    let input = input.filter(|input| !input.is_empty());
    Call {
        id: text("/id"),
        name: text("/name"),
        arguments: input
            .and_then(|input| serde_json::to_string(input).ok())
            .unwrap_or_default(),
    }
}

/// An answer that came in one piece.
pub(super) fn whole(json: &Json) -> Result<Reply, String> {
    let blocks = json.get("content").and_then(Json::as_array);
    let blocks = blocks.ok_or("answered without `content`, as no endpoint for messages does")?;
    let texts = blocks.iter().filter_map(|block| text_at(block, "/text"));
    let is_call = |block: &&Json| text_at(block, "/type") == Some("tool_use");
    let calls: Vec<Call> = blocks.iter().filter(is_call).map(call_of).collect();
    if calls.len() > MAX_CALLS {
        return Err(format!("calls more than {MAX_CALLS} tools at once"));
    }
    let stop = text_at(json, "/stop_reason");
    Ok(reply(texts.collect(), calls, stop, tokens(json, "/usage")))
}

fn reply(text: String, mut calls: Vec<Call>, stop: Option<&str>, tokens: Tokens) -> Reply {
    for call in &mut calls {
        // No arguments at all are none.
        if call.arguments.trim().is_empty() {
            "{}".clone_into(&mut call.arguments);
        }
    }
    let end = match stop {
        None | Some("end_turn" | "tool_use" | "stop_sequence") => End::Whole,
        Some("max_tokens" | "model_context_window_exceeded") => End::Length,
        Some("refusal") => End::Refused(text.clone()),
        Some(other) => End::Other(other.to_owned()),
    };
    Reply {
        text,
        calls,
        end,
        tokens,
    }
}

fn tokens(json: &Json, pointer: &str) -> Tokens {
    let count = |name: &str| count_at(json, &format!("{pointer}/{name}"));
    Tokens {
        input: count("input_tokens"),
        cached_input: count("cache_read_input_tokens"),
        cache_write: count("cache_creation_input_tokens"),
        output: count("output_tokens"),
    }
}
