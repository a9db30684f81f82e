//! Chat completions, as OpenAI and many others speak them.

use serde_json::{Map, Value as Json, json};

use super::{
    Call, End, MAX_CALLS, Message, Read, Reply, Request, Tokens, Wrong, count_at, parsed, text_at,
    told,
};
use crate::settings::Structured;

pub(super) fn body(request: &Request<'_>) -> Json {
    let endpoint = request.endpoint;
    let mut body = Map::new();
    body.insert("model".to_owned(), request.model.into());
    body.insert("messages".to_owned(), messages(request));
    body.insert("stream".to_owned(), true.into());
    body.insert(
        "stream_options".to_owned(),
        json!({ "include_usage": true }),
    );
    if let Some(temperature) = endpoint.temperature {
        body.insert("temperature".to_owned(), temperature.into());
    }
    if let Some(most) = endpoint.max_tokens {
        // The newer name is known to its inventor, the older one to all the others.
        let name = match endpoint.base_url {
            None => "max_completion_tokens",
            Some(_) => "max_tokens",
        };
        body.insert(name.to_owned(), most.into());
    }
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|tool| {
            json!({ "type": "function", "function": {
                "name": tool.name, "description": tool.description, "parameters": tool.schema,
            } })
        });
        body.insert("tools".to_owned(), tools.collect());
    }
    match (endpoint.structured, request.answer) {
        (Structured::Schema, Some(schema)) => {
            let format = json!({ "name": "answer", "schema": schema });
            body.insert(
                "response_format".to_owned(),
                json!({ "type": "json_schema", "json_schema": format }),
            );
        }
        (Structured::Object, Some(_)) => {
            body.insert(
                "response_format".to_owned(),
                json!({ "type": "json_object" }),
            );
        }
        _ => {}
    }
    Json::Object(body)
}

fn messages(request: &Request<'_>) -> Json {
    let mut out: Vec<Json> = Vec::new();
    if let Some(system) = &request.endpoint.system {
        out.push(json!({ "role": "system", "content": system }));
    }
    for message in request.messages {
        match message {
            Message::User(text) => out.push(json!({ "role": "user", "content": text })),
            Message::Model(reply) => out.push(said(reply)),
            Message::Results(results) => out.extend(results.iter().map(
                |given| json!({ "role": "tool", "tool_call_id": given.id, "content": given.text }),
            )),
        }
    }
    Json::Array(out)
}

fn said(reply: &Reply) -> Json {
    let mut message = Map::new();
    message.insert("role".to_owned(), "assistant".into());
    let text = match (reply.text.as_str(), reply.calls.is_empty()) {
        ("", false) => Json::Null,
        (text, _) => text.into(),
    };
    message.insert("content".to_owned(), text);
    if !reply.calls.is_empty() {
        let calls = reply.calls.iter().map(|call| {
            json!({ "id": call.id, "type": "function", "function": {
                "name": call.name, "arguments": call.arguments,
            } })
        });
        message.insert("tool_calls".to_owned(), calls.collect());
    }
    Json::Object(message)
}

/// A streamed answer so far.
#[derive(Default)]
pub(super) struct Reader {
    text: String,
    refusal: String,
    calls: Vec<Call>,
    finish: Option<String>,
    done: bool,
    tokens: Tokens,
}

impl Read for Reader {
    fn take(&mut self, data: &str, text: &mut String) -> Result<bool, Wrong> {
        if data.trim() == "[DONE]" {
            self.done = true;
            return Ok(true);
        }
        let chunk = parsed(data)?;
        if let Some((kind, words)) = told(&chunk) {
            return Err(Wrong::Told(kind, words));
        }
        // Of several servers each chunk tells what was used so far, of others only the last.
        if let Some(usage) = chunk.get("usage").filter(|usage| usage.is_object()) {
            self.tokens = tokens(usage);
        }
        let Some(choice) = chunk.pointer("/choices/0") else {
            return Ok(false);
        };
        if let Some(piece) = text_at(choice, "/delta/content") {
            self.text.push_str(piece);
            text.push_str(piece);
        }
        if let Some(piece) = text_at(choice, "/delta/refusal") {
            self.refusal.push_str(piece);
        }
        let calls = choice.pointer("/delta/tool_calls").and_then(Json::as_array);
        for piece in calls.into_iter().flatten() {
            self.call(piece)?;
        }
        if let Some(finish) = text_at(choice, "/finish_reason") {
            self.finish = Some(finish.to_owned());
        }
        Ok(false)
    }

    fn finish(self: Box<Self>) -> Option<Reply> {
        if self.finish.is_none() && !self.done {
            return None;
        }
        Some(reply(
            self.text,
            self.refusal,
            self.calls,
            self.finish.as_deref(),
            self.tokens,
        ))
    }

    fn tokens(&self) -> Tokens {
        self.tokens
    }
}

impl Reader {
    /// A piece of a call: the first has its id and name, the others go on with its arguments. Some
    /// servers leave the number out and send calls whole.
    fn call(&mut self, piece: &Json) -> Result<(), Wrong> {
        let new = text_at(piece, "/id").is_some_and(|id| self.calls.iter().all(|c| c.id != id));
        let at = match piece.get("index").and_then(Json::as_u64) {
            Some(at) => usize::try_from(at).unwrap_or(usize::MAX),
            None if new => self.calls.len(),
            None => self.calls.len().saturating_sub(1),
        };
        if at >= MAX_CALLS || at > self.calls.len() {
            let what = format!("calls more than {MAX_CALLS} tools at once, or out of their order");
            return Err(Wrong::Senseless(what));
        }
        if at == self.calls.len() {
            self.calls.push(Call::default());
        }
        let Some(call) = self.calls.get_mut(at) else {
            return Ok(());
        };
        if let Some(id) = text_at(piece, "/id").filter(|id| !id.is_empty()) {
            id.clone_into(&mut call.id);
        }
        if let Some(name) = text_at(piece, "/function/name").filter(|_| call.name.is_empty()) {
            name.clone_into(&mut call.name);
        }
        match piece.pointer("/function/arguments") {
            Some(Json::String(text)) => call.arguments.push_str(text),
            Some(object @ Json::Object(_)) => call.arguments.push_str(&object.to_string()),
            _ => {}
        }
        Ok(())
    }
}

/// An answer that came in one piece.
pub(super) fn whole(json: &Json) -> Result<Reply, String> {
    let choice = json
        .pointer("/choices/0")
        .ok_or("answered without `choices`, as no endpoint for chat completions does")?;
    let mut reader = Reader::default();
    let calls = choice.pointer("/message/tool_calls");
    for (at, call) in calls
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .enumerate()
    {
        let mut call = call.clone();
        if let Some(call) = call.as_object_mut() {
            call.insert("index".to_owned(), at.into());
        }
        if reader.call(&call).is_err() {
            return Err(format!("calls more than {MAX_CALLS} tools at once"));
        }
    }
    let text = |pointer| text_at(choice, pointer).unwrap_or_default().to_owned();
    let usage = json.get("usage").map(tokens);
    Ok(reply(
        text("/message/content"),
        text("/message/refusal"),
        reader.calls,
        text_at(choice, "/finish_reason"),
        usage.unwrap_or_default(),
    ))
}

fn reply(
    text: String,
    refusal: String,
    mut calls: Vec<Call>,
    finish: Option<&str>,
    tokens: Tokens,
) -> Reply {
    for (at, call) in calls.iter_mut().enumerate() {
        if call.id.is_empty() {
            call.id = format!("call_{at}");
        }
    }
    let end = match finish {
        _ if !refusal.is_empty() => End::Refused(refusal),
        Some("content_filter") => End::Refused(String::new()),
        Some("length") => End::Length,
        None | Some("stop" | "tool_calls" | "function_call" | "") => End::Whole,
        Some(other) => End::Other(other.to_owned()),
    };
    Reply {
        text,
        calls,
        end,
        tokens,
    }
}

fn tokens(usage: &Json) -> Tokens {
    let input = count_at(usage, "/prompt_tokens");
    let cached = count_at(usage, "/prompt_tokens_details/cached_tokens").min(input);
    Tokens {
        input: input - cached,
        cached_input: cached,
        cache_write: 0,
        output: count_at(usage, "/completion_tokens"),
    }
}
