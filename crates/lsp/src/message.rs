//! JSON-RPC: what a body says, and bodies of answers.

use std::borrow::Cow;
use std::fmt;

use gen_lsp_types::{ErrorCodes, LspErrorCodes};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// What a request is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub(crate) enum Id {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

impl Id {
    /// The id that a JSON value is; none for a value that no id can be.
    #[must_use]
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(n) => n.as_i64().map(Self::Number),
            Value::String(s) => Some(Self::Text(s.clone())),
            _ => None,
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "{n}"),
            Self::Text(s) => write!(f, "{s}"),
        }
    }
}

/// A message from the client.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// It wants an answer.
    Request {
        /// To be given back with the answer.
        id: Id,
        /// What is wanted.
        method: String,
        /// Of what.
        params: Value,
    },
    /// It tells something.
    Notification {
        /// What is told.
        method: String,
        /// Of what.
        params: Value,
    },
    /// It answers a request of the server.
    Response {
        /// The request's.
        id: Id,
        /// The result, or the error's text.
        result: Result<Value, String>,
    },
    /// It is no message.
    Invalid {
        /// Whether it is at least JSON.
        json: bool,
        /// The id, if it can be told.
        id: Option<Id>,
        /// What is wrong.
        fault: Fault,
    },
}

/// Why a request has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The protocol's number for it.
    pub code: i32,
    /// What is wrong, for people.
    pub message: String,
}

impl Fault {
    /// A fault of the base protocol.
    pub(crate) fn new(code: ErrorCodes, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
        }
    }

    /// A request that is fine but cannot be carried out.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self {
            code: LspErrorCodes::RequestFailed.into(),
            message: message.into(),
        }
    }

    /// Parameters that do not fit the method.
    pub(crate) fn params(message: impl fmt::Display) -> Self {
        Self::new(
            ErrorCodes::InvalidParams,
            format!("the parameters do not fit: {message}"),
        )
    }

    /// The client took its request back.
    #[must_use]
    pub(crate) fn cancelled() -> Self {
        Self {
            code: LspErrorCodes::RequestCancelled.into(),
            message: "the request was cancelled".to_owned(),
        }
    }

    /// What the request was about is no more.
    pub(crate) fn modified(message: impl Into<String>) -> Self {
        Self {
            code: LspErrorCodes::ContentModified.into(),
            message: message.into(),
        }
    }
}

/// The parts of any message. Parameters are read apart, since numbers of any size are kept by their text and would
/// otherwise not get through types that are told apart by trial.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default)]
    id: Option<Value>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<Value>,
}

/// Reads a body.
#[must_use]
pub(crate) fn read(body: &[u8]) -> Incoming {
    let envelope: Envelope = match serde_json::from_slice(body) {
        Ok(envelope) => envelope,
        Err(error) => return unread(body, &error),
    };
    let id = envelope.id.as_ref().and_then(Id::of);
    let no_id = envelope.id.as_ref().is_none_or(Value::is_null);
    match envelope.method {
        Some(_) if id.is_none() && !no_id => invalid(None, "an id is a whole number or a text"),
        Some(method) => match value(envelope.params) {
            Err(error) => invalid(id, &format!("the parameters cannot be read: {error}")),
            Ok(params) => {
                let method = method.into_owned();
                match id {
                    Some(id) => Incoming::Request { id, method, params },
                    None => Incoming::Notification { method, params },
                }
            }
        },
        None => match id {
            Some(id) => {
                let result = match envelope.error {
                    None | Some(Value::Null) => {
                        value(envelope.result).map_err(|error| error.to_string())
                    }
                    Some(error) => Err(error.to_string()),
                };
                Incoming::Response { id, result }
            }
            // The client's word that it could not read an answer; there is nothing to answer to it.
            None if envelope.error.is_some() => Incoming::Notification {
                method: "$/error".to_owned(),
                params: envelope.error.unwrap_or_default(),
            },
            None => invalid(None, "a message has a `method`, or the `id` of a request"),
        },
    }
}

fn unread(body: &[u8], error: &serde_json::Error) -> Incoming {
    // Which is it: no JSON at all, or JSON that is no message?
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => {
            let id = value.get("id").and_then(Id::of);
            let what = if value.is_array() {
                "batches are not taken: send one message at a time".to_owned()
            } else {
                format!("this is no message: {error}")
            };
            invalid(id, &what)
        }
        Err(error) => Incoming::Invalid {
            json: false,
            id: None,
            fault: Fault::new(ErrorCodes::ParseError, format!("this is no JSON: {error}")),
        },
    }
}

fn invalid(id: Option<Id>, message: &str) -> Incoming {
    Incoming::Invalid {
        json: true,
        id,
        fault: Fault::new(ErrorCodes::InvalidRequest, message),
    }
}

fn value(raw: Option<&RawValue>) -> serde_json::Result<Value> {
    let Some(raw) = raw else {
        return Ok(Value::Null);
    };
    serde_json::from_str(raw.get()).or_else(|error| match whole_signs(raw.get()) {
        Some(mended) => serde_json::from_str(&mended),
        None => Err(error),
    })
}

/// JSON with the sign for what is none in the place of each half of a pair of surrogates; nothing when there is no half.
/// Editors written in JavaScript may hold such halves in their texts and write them as `\ud83d`. A change that is passed
/// over for that would leave two different texts; like this the columns are the same, too.
fn whole_signs(json: &str) -> Option<String> {
    let unit = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    let mut halves = false;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let first = unit(escape);
        let second = escape.get(6..).and_then(unit);
        let len = match (first, second) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                halves = true;
                out.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            // An escaped backslash is no beginning of another escape.
            _ => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        out.push_str(escape.get(..len).unwrap_or(escape));
        rest = escape.get(len..).unwrap_or_default();
    }
    out.push_str(rest);
    halves.then_some(out)
}

#[derive(Serialize)]
struct Answer<'a, R> {
    jsonrpc: &'static str,
    id: Option<&'a Id>,
    result: R,
}

#[derive(Serialize)]
struct Refusal<'a> {
    jsonrpc: &'static str,
    id: Option<&'a Id>,
    error: Said<'a>,
}

#[derive(Serialize)]
struct Said<'a> {
    code: i32,
    message: &'a str,
}

#[derive(Serialize)]
struct Call<'a, P> {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Id>,
    method: &'a str,
    params: P,
}

const VERSION: &str = "2.0";

/// The body of an answer.
pub(crate) fn answer(id: &Id, result: impl Serialize) -> Vec<u8> {
    let answer = Answer {
        jsonrpc: VERSION,
        id: Some(id),
        result,
    };
    // None of the protocol's types can fail here; if one did, the client would still get an answer.
    serde_json::to_vec(&answer).unwrap_or_else(|error| {
        let fault = Fault::new(ErrorCodes::InternalError, error.to_string());
        refusal(Some(id), &fault)
    })
}

/// The body of an answer that says why there is no result.
#[must_use]
pub(crate) fn refusal(id: Option<&Id>, fault: &Fault) -> Vec<u8> {
    let refusal = Refusal {
        jsonrpc: VERSION,
        id,
        error: Said {
            code: fault.code,
            message: &fault.message,
        },
    };
    serde_json::to_vec(&refusal).unwrap_or_default()
}

/// The body of a notification, or with an id of a request, from the server.
pub(crate) fn call(id: Option<&Id>, method: &str, params: impl Serialize) -> Vec<u8> {
    let call = Call {
        jsonrpc: VERSION,
        id,
        method,
        params,
    };
    serde_json::to_vec(&call).unwrap_or_default()
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
