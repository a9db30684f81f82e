//! One question to an endpoint: sent, and its streamed answer put together.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Response, StatusCode, Url};
use serde_json::Value as Json;
use tokio::time::timeout;
use wfc_value::{FaultCode, Timestamp, Value};

use super::sse::{Decoder, Event};
use super::{Protocol, Read, Reply, Request, Tokens, Wrong, told};
use crate::exec::{Failure, Surroundings};
use crate::settings::Endpoint;
use crate::web::{self, deepest, words};

/// The most bytes of one answer of an endpoint, unless the settings say otherwise.
const MAX_RESPONSE: u64 = 16 * 1024 * 1024;

/// The most bytes that are read of an answer that tells of an error.
const MAX_ERROR: usize = 64 * 1024;

/// How long an endpoint may be silent, unless the settings say otherwise. Before its first word a model may think.
const IDLE: Duration = Duration::from_mins(5);

/// The protocol's version that Anthropic's endpoints are asked by.
const ANTHROPIC_VERSION: &str = "2023-06-01";

/// An endpoint that is ready to be asked.
pub(crate) struct Line {
    client: Client,
    protocol: Protocol,
    /// The agent's name.
    name: String,
    url: Url,
    headers: HeaderMap,
    most: u64,
    idle: Duration,
}

/// A question that failed.
pub(crate) struct Asked {
    /// Why.
    pub(crate) failure: Box<Failure>,
    /// What it used all the same, as far as that is known.
    pub(crate) tokens: Tokens,
}

impl From<Failure> for Asked {
    fn from(failure: Failure) -> Self {
        Self {
            failure: Box::new(failure),
            tokens: Tokens::default(),
        }
    }
}

impl Line {
    /// The endpoint of the agent called `name`.
    ///
    /// # Errors
    /// When its key or another secret has no value or cannot be sent.
    pub(crate) fn new(
        name: &str,
        protocol: Protocol,
        endpoint: &Endpoint,
        client: Client,
        around: &Surroundings,
    ) -> Result<Self, Failure> {
        let whom = format!("the agent `{name}`");
        let mut headers = web::headers(&whom, &endpoint.headers, around)?;
        if let Some(secret) = &endpoint.api_key {
            let key = web::opened(secret, around)?;
            let (header, text) = match protocol {
                Protocol::OpenAi => ("authorization", format!("Bearer {key}")),
                Protocol::Anthropic => ("x-api-key", key),
            };
            let (header, value) =
                web::header(&whom, header, &text, "the key has control characters")?;
            // What the settings say of that very header goes before.
            headers.entry(header).or_insert(value);
        }
        if protocol == Protocol::Anthropic {
            let (header, value) = web::header(&whom, "anthropic-version", ANTHROPIC_VERSION, "")?;
            headers.entry(header).or_insert(value);
        }
        let url = url(protocol, endpoint.base_url.as_deref()).ok_or_else(|| {
            let message = format!("the `base_url` of {whom} is no address: mend it in `wfc.toml`");
            Failure::new(FaultCode::NotConfigured, message)
        })?;
        Ok(Self {
            client,
            protocol,
            name: name.to_owned(),
            url,
            headers,
            most: endpoint.max_response_bytes.unwrap_or(MAX_RESPONSE),
            idle: endpoint.idle_timeout.unwrap_or(IDLE),
        })
    }

    /// Asks once. `key` tells repetitions of this question; text goes to `say` as it comes in.
    ///
    /// # Errors
    /// When there is no answer, or none that is of use.
    pub(crate) async fn ask(
        &self,
        request: &Request<'_>,
        key: &str,
        say: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Reply, Asked> {
        let body = self.protocol.body(request).to_string();
        let mut asked = self
            .client
            .post(self.url.clone())
            .headers(self.headers.clone())
            .header("content-type", "application/json")
            .header("accept", "text/event-stream, application/json");
        // A key that cannot be sent is of no use to anybody.
        if let Ok(key) = reqwest::header::HeaderValue::from_bytes(key.as_bytes()) {
            asked = asked.header("idempotency-key", key);
        }
        let answered = timeout(self.idle, asked.body(body).send()).await;
        let response = answered
            .map_err(|_| self.silent())?
            .map_err(|error| self.unreachable(&error))?;
        if !response.status().is_success() {
            return Err(self.refused(response, request.model).await.into());
        }
        let kind = response
            .headers()
            .get("content-type")
            .and_then(|kind| kind.to_str().ok())
            .and_then(|kind| kind.split(';').next())
            .map(|kind| kind.trim().to_ascii_lowercase());
        match kind.as_deref() {
            // A server that does not name it was asked for a stream, and sends one.
            None | Some("text/event-stream" | "application/octet-stream") => {
                self.stream(response, say).await
            }
            Some("application/json") => Ok(self.whole(response, say).await?),
            Some(other) => {
                let what = format!(
                    "answered with `{}`, as no endpoint of this kind does: see whether `{}` is its address",
                    words(other),
                    self.shown()
                );
                Err(self.failed(&what).into())
            }
        }
    }

    async fn stream(
        &self,
        mut response: Response,
        say: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Reply, Asked> {
        let (mut reader, mut decoder) = (self.protocol.reader(), Decoder::default());
        let (mut events, mut length) = (Vec::new(), 0_u64);
        loop {
            let piece = match self.piece(&mut response, &mut length).await {
                Ok(piece) => piece,
                Err(failure) => return Err(with(failure, reader.as_ref())),
            };
            let Some(piece) = piece else { break };
            if decoder.push(&piece, &mut events).is_err() {
                return Err(with(self.too_long(), reader.as_ref()));
            }
            if self.take(&mut events, reader.as_mut(), say)? {
                return self.finished(reader);
            }
        }
        if decoder.finish(&mut events).is_err() {
            return Err(with(self.too_long(), reader.as_ref()));
        }
        self.take(&mut events, reader.as_mut(), say)?;
        self.finished(reader)
    }

    /// Says whether the stream is over.
    fn take(
        &self,
        events: &mut Vec<Event>,
        reader: &mut dyn Read,
        say: &mut (dyn FnMut(&str) + Send),
    ) -> Result<bool, Asked> {
        let mut text = String::new();
        for event in events.drain(..) {
            text.clear();
            match reader.take(&event.data, &mut text) {
                Ok(over) => {
                    if !text.is_empty() {
                        say(&text);
                    }
                    if over {
                        return Ok(true);
                    }
                }
                Err(Wrong::Senseless(what)) => return Err(with(self.failed(&what), reader)),
                Err(Wrong::Told(kind, said)) => {
                    let failure = self.told(None, &kind, &said);
                    return Err(with(failure, reader));
                }
            }
        }
        Ok(false)
    }

    fn finished(&self, reader: Box<dyn Read>) -> Result<Reply, Asked> {
        let tokens = reader.tokens();
        reader.finish().ok_or_else(|| Asked {
            failure: Box::new(self.failed("broke off its answer")),
            tokens,
        })
    }

    async fn whole(
        &self,
        mut response: Response,
        say: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Reply, Failure> {
        let (mut bytes, mut length) = (Vec::new(), 0);
        while let Some(piece) = self.piece(&mut response, &mut length).await? {
            bytes.extend_from_slice(&piece);
        }
        let json: Json = serde_json::from_slice(&bytes)
            .map_err(|_| self.failed("answered with what is no JSON"))?;
        if let Some((kind, said)) = told(&json) {
            return Err(self.told(None, &kind, &said));
        }
        let reply = self.protocol.whole(&json);
        let reply = reply.map_err(|what| self.failed(&what))?;
        say(&reply.text);
        Ok(reply)
    }

    async fn piece(
        &self,
        response: &mut Response,
        length: &mut u64,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let piece = timeout(self.idle, response.chunk()).await;
        let piece = piece.map_err(|_| self.silent())?;
        let piece = piece.map_err(|error| {
            let why = words(&deepest(&error));
            self.failed(&format!("broke off its answer: {why}"))
        })?;
        let Some(piece) = piece else { return Ok(None) };
        *length += piece.len() as u64;
        if *length > self.most {
            return Err(self.too_long());
        }
        Ok(Some(piece.to_vec()))
    }

    /// Tells of an answer with another status. What it says of credentials is not shown: some show the key.
    async fn refused(&self, mut response: Response, model: &str) -> Failure {
        let status = response.status();
        let after = retry_after(response.headers(), crate::clock::now());
        let mut bytes = Vec::new();
        while let Ok(Ok(Some(piece))) = timeout(self.idle, response.chunk()).await {
            bytes.extend_from_slice(&piece);
            if bytes.len() > MAX_ERROR {
                break;
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let json: Option<Json> = serde_json::from_str(&text).ok();
        let (kind, said) = match json.as_ref().and_then(told) {
            Some(told) => told,
            // A page for people says nothing here.
            None if text.trim_start().starts_with('<') => Default::default(),
            None => (String::new(), text.into_owned()),
        };
        if matches!(status.as_u16(), 401 | 403) {
            let message = format!(
                "the agent `{}` {}: mend `api_key` of `[agents.{}]` in `wfc.toml`, or what it names",
                self.name,
                answered(status),
                self.name
            );
            return Failure::new(FaultCode::NotConfigured, message)
                .with([("status", Value::from(i64::from(status.as_u16())))]);
        }
        let help = match status.as_u16() {
            300..400 => {
                format!(
                    ", which is not followed: see whether `{}` is its address",
                    self.shown()
                )
            }
            404 => format!(
                ": see whether it has the model `{model}`, and whether `{}` is its address",
                self.shown()
            ),
            429 => ": it was asked too often".to_owned(),
            _ => String::new(),
        };
        let said = words(&said);
        let said = if said.is_empty() {
            String::new()
        } else {
            format!("; it wrote: {said}")
        };
        let what = format!("{}{help}{said}", answered(status));
        let status = i64::from(status.as_u16());
        self.failed(&what).with([
            ("status", Value::from(status)),
            ("kind", Value::from(kind)),
            ("retry_after", after.map_or(Value::Null, Value::from)),
            ("retryable", Value::from(is_passing(status))),
        ])
    }

    /// Tells of an error that came in the midst of an answer.
    fn told(&self, status: Option<i64>, kind: &str, said: &str) -> Failure {
        let passing = matches!(
            kind,
            "overloaded_error" | "rate_limit_error" | "api_error" | "server_error"
        );
        let said = match words(said) {
            said if said.is_empty() => words(kind),
            said => said,
        };
        self.failed(&format!("failed: {said}")).with([
            ("status", status.map_or(Value::Null, Value::from)),
            ("kind", Value::from(kind)),
            ("retryable", Value::from(passing)),
        ])
    }

    fn failed(&self, what: &str) -> Failure {
        let message = format!("the agent `{}` {what}", self.name);
        Failure::new(FaultCode::AgentError, message)
    }

    fn silent(&self) -> Failure {
        let message = format!(
            "the agent `{}` said nothing for {} s",
            self.name,
            self.idle.as_secs_f64()
        );
        Failure::new(FaultCode::Timeout, message)
    }

    fn too_long(&self) -> Failure {
        let message = format!(
            "the agent `{}` gave an answer of more than {} bytes",
            self.name, self.most
        );
        Failure::new(FaultCode::LimitExceeded, message)
    }

    /// The error's own text has the whole address in it, and a query may hold a key.
    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let why = words(&deepest(error));
        if error.is_redirect() {
            let message = format!(
                "the agent `{}` wants to be asked at `{why}`: write that as its `base_url` if you trust it",
                self.name
            );
            return Failure::new(FaultCode::NotConfigured, message);
        }
        let what = if error.is_connect() {
            format!("cannot be reached at `{}`: {why}", self.shown())
        } else {
            format!("broke off before it answered: {why}")
        };
        let retryable = [("retryable", Value::from(true))];
        self.failed(&what).with(retryable)
    }

    /// The address as it may be shown: without a query, which may hold a key.
    fn shown(&self) -> String {
        let mut url = self.url.clone();
        url.set_query(None);
        url.set_fragment(None);
        url.into()
    }
}

fn with(failure: Failure, reader: &dyn Read) -> Asked {
    Asked {
        failure: Box::new(failure),
        tokens: reader.tokens(),
    }
}

fn answered(status: StatusCode) -> String {
    let reason = status.canonical_reason().map(|r| format!(" ({r})"));
    format!(
        "answered with status {}{}",
        status.as_u16(),
        reason.unwrap_or_default()
    )
}

/// Whether the same question may be answered later.
fn is_passing(status: i64) -> bool {
    matches!(status, 408 | 409 | 425 | 429) || status >= 500
}

/// How long to wait before the next question, in seconds: a number of them, or until a date of RFC 9110.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<f64> {
    let number = |name: &str| -> Option<f64> {
        let text = headers.get(name)?.to_str().ok()?;
        let number = text.trim().parse::<f64>().ok()?;
        (number.is_finite() && number >= 0.0).then_some(number)
    };
    number("retry-after-ms")
        .map(|ms| ms / 1_000.0)
        .or_else(|| number("retry-after"))
        .or_else(|| {
            let text = headers.get("retry-after")?.to_str().ok()?;
            let date = httpdate::parse_http_date(text.trim()).ok()?;
            let date = date.duration_since(std::time::UNIX_EPOCH).ok()?;
            let now = now.nanos() as f64 / 1e9;
            Some((date.as_secs_f64() - now).max(0.0).ceil())
        })
}

fn url(protocol: Protocol, base: Option<&str>) -> Option<Url> {
    let mut url = Url::parse(base.unwrap_or(match protocol {
        Protocol::OpenAi => "https://api.openai.com/v1",
        Protocol::Anthropic => "https://api.anthropic.com/v1",
    }))
    .ok()?;
    let path = url.path().trim_end_matches('/').to_owned();
    let end = match protocol {
        Protocol::OpenAi => "/chat/completions",
        Protocol::Anthropic if path.ends_with("/v1") => "/messages",
        Protocol::Anthropic => "/v1/messages",
    };
    if path.ends_with(end) {
        return Some(url);
    }
    url.set_path(&format!("{path}{end}"));
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_completed() {
        let shown = |protocol, base| url(protocol, base).unwrap().to_string();
        for (base, expected) in [
            (None, "https://api.openai.com/v1/chat/completions"),
            (Some("http://a:1/v1/"), "http://a:1/v1/chat/completions"),
            (
                Some("https://a/openai?api-version=1"),
                "https://a/openai/chat/completions?api-version=1",
            ),
            (
                Some("http://a/v1/chat/completions"),
                "http://a/v1/chat/completions",
            ),
        ] {
            assert_eq!(shown(Protocol::OpenAi, base), expected);
        }
        for (base, expected) in [
            (None, "https://api.anthropic.com/v1/messages"),
            (Some("http://a:1"), "http://a:1/v1/messages"),
            (Some("http://a:1/v1"), "http://a:1/v1/messages"),
            (Some("http://a/v1/messages"), "http://a/v1/messages"),
        ] {
            assert_eq!(shown(Protocol::Anthropic, base), expected);
        }
    }

    #[test]
    fn times_to_wait_are_read() {
        let read = |name: &'static str, text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, text.parse().unwrap());
            retry_after(&headers, Timestamp::parse("2026-10-21T07:27:30Z").unwrap())
        };
        assert_eq!(read("retry-after", " 12"), Some(12.0));
        assert_eq!(read("retry-after-ms", "1500"), Some(1.5));
        let date = "Wed, 21 Oct 2026 07:28:00 GMT";
        assert_eq!(read("retry-after", date), Some(30.0));
        let past = "Wed, 21 Oct 2026 07:27:00 GMT";
        assert_eq!(read("retry-after", past), Some(0.0));
        assert_eq!(read("retry-after", "Wed, 41 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(read("retry-after", "-1"), None);
        assert_eq!(read("retry-after", "NaN"), None);
    }
}
