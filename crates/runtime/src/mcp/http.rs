//! MCP servers over streamable HTTP.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::redirect::{Attempt, Policy};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::common::client_side_sse::ExponentialBackoff;
use rmcp::transport::streamable_http_client::{
    StreamableHttpClientTransportConfig, StreamableHttpError,
};
use wfc_value::{FaultCode, Value};

use super::lines::MAX_MESSAGE;
use crate::exec::{Failure, Surroundings};
use crate::settings::{HeaderText, Remote};

/// How often a stream of answers that broke off is asked for again: a call's time-out may be long.
const RECONNECTS: usize = 3;

/// How much of a server's own words an error shows, in characters.
const WORDS: usize = 300;

/// What speaks with the server called `name`.
///
/// # Errors
/// When a secret of its headers has no value or cannot be sent.
pub(super) fn transport(
    name: &str,
    remote: &Remote,
    around: &Surroundings,
) -> Result<StreamableHttpClientTransport<Client>, Failure> {
    let mut backoff = ExponentialBackoff::default();
    backoff.max_times = Some(RECONNECTS);
    let mut config = StreamableHttpClientTransportConfig::with_uri(remote.url.as_str())
        .custom_headers(headers(name, remote, around)?)
        .max_sse_event_size(MAX_MESSAGE)
        .max_json_response_size(MAX_MESSAGE);
    config.retry_config = Arc::new(backoff);
    Ok(StreamableHttpClientTransport::with_client(
        client(name)?,
        config,
    ))
}

fn client(name: &str) -> Result<Client, Failure> {
    // The first who asks decides for the process; another provider does as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        // Following one would hand the headers, with their secrets, to another host.
        .redirect(Policy::custom(refuse))
        .connect_timeout(Duration::from_secs(30))
        .user_agent(concat!("wfc/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| {
            let why = deepest(&error);
            Failure::new(
                FaultCode::ToolError,
                format!("the tool server `{name}` cannot be asked over HTTP: {why}"),
            )
        })
}

/// Where a server wants to be asked instead.
#[derive(Debug)]
struct Elsewhere(String);

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Elsewhere {}

fn refuse(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let mut to = attempt.url().clone();
    to.set_query(None);
    to.set_fragment(None);
    attempt.error(Elsewhere(to.into()))
}

fn headers(
    name: &str,
    remote: &Remote,
    around: &Surroundings,
) -> Result<HashMap<HeaderName, HeaderValue>, Failure> {
    let unsent = |header: &str, why: &str| {
        let message =
            format!("the header `{header}` of the tool server `{name}` cannot be sent: {why}");
        Failure::new(FaultCode::NotConfigured, message)
    };
    let mut headers = HashMap::new();
    for (header, text) in &remote.headers {
        let (text, why) = match text {
            HeaderText::Text(text) => (text.clone(), "it has control characters".to_owned()),
            HeaderText::Secret {
                name: secret,
                prefix,
            } => {
                let open = around.vault.open(&Value::secret(secret.as_str()))?;
                // Files with secrets end with a line break, which is none of the secret's.
                let open = open.as_str().unwrap_or_default();
                let open = open.trim_end_matches(['\r', '\n']);
                let why = format!("the secret `{secret}` has control characters");
                (format!("{prefix}{open}"), why)
            }
        };
        let key = HeaderName::from_bytes(header.as_bytes());
        let key = key.map_err(|_| unsent(header, "its name is none"))?;
        let mut value = HeaderValue::from_str(&text).map_err(|_| unsent(header, &why))?;
        value.set_sensitive(true);
        headers.insert(key, value);
    }
    Ok(headers)
}

/// What went wrong between here and a server.
pub(super) struct Trouble {
    pub(super) code: FaultCode,
    /// What the server did or what happened to it, to stand behind its name.
    pub(super) what: String,
    /// Whether the session cannot be used any more.
    pub(super) lost: bool,
}

impl Trouble {
    fn new(what: impl Into<String>) -> Self {
        Self {
            code: FaultCode::ToolError,
            what: what.into(),
            lost: false,
        }
    }

    fn of(code: FaultCode, what: impl Into<String>) -> Self {
        Self {
            code,
            ..Self::new(what)
        }
    }

    fn lost(what: impl Into<String>) -> Self {
        Self {
            lost: true,
            ..Self::new(what)
        }
    }
}

/// Tells of an error of the transport.
pub(super) fn trouble(error: &(dyn Error + 'static), remote: &Remote) -> Trouble {
    use StreamableHttpError as E;
    let url = remote.shown();
    let Some(error) = error.downcast_ref::<E<reqwest::Error>>() else {
        return Trouble::lost("hung up");
    };
    match error {
        E::Client(error) => of_client(error, url),
        E::HttpStatus(error) => Trouble::new(answered(error.status, url)),
        E::AuthRequired(_) => refused(401, url),
        E::InsufficientScope(_) => refused(403, url),
        E::SessionExpired => Trouble::lost(format!("{}; its session is over", answered(404, url))),
        E::SessionRecoveryTimeout | E::ReinitializationFailed(_) => {
            Trouble::lost("ended the session and did not begin another one")
        }
        E::ResponseBodyTooLarge { .. } => too_long(),
        E::UnexpectedContentType(kind) => {
            let kind = kind.as_deref().unwrap_or("nothing that it names");
            let kind = words(kind.split(';').next().unwrap_or(kind));
            Trouble::new(format!(
                "answered with `{kind}`, as no MCP server does: see whether `{url}` is its address"
            ))
        }
        E::UnexpectedServerResponse(text) => unexpected(text, url),
        E::Sse(error) => Trouble::lost(format!("broke off its answer: {}", deepest(error))),
        E::TransportChannelClosed | E::UnexpectedEndOfStream => Trouble::lost("hung up"),
        E::ReservedHeaderConflict(header) => Trouble::of(
            FaultCode::NotConfigured,
            format!("cannot be sent the header `{header}`: the protocol sets it itself"),
        ),
        other => Trouble::lost(format!(
            "did not answer as an MCP server does: {}",
            words(&other.to_string())
        )),
    }
}

/// Tells of an answer that is too long for the client.
fn too_long() -> Trouble {
    let what = format!(
        "gave an answer of more than {} MiB: ask it for less at once",
        MAX_MESSAGE >> 20
    );
    Trouble::of(FaultCode::LimitExceeded, what)
}

fn of_client(error: &reqwest::Error, url: &str) -> Trouble {
    // Its own text has the whole address in it, and a query may hold a key.
    if error.is_redirect() {
        return Trouble::of(
            FaultCode::NotConfigured,
            format!(
                "wants to be asked at `{}`: write that as its `url` if you trust it",
                words(&deepest(error))
            ),
        );
    }
    if let Some(status) = error.status() {
        return match status.as_u16() {
            status @ (401 | 403) => refused(status, url),
            status => Trouble::new(answered(status, url)),
        };
    }
    let why = words(&deepest(error));
    if error.is_connect() {
        Trouble::lost(format!("cannot be reached at `{url}`: {why}"))
    } else {
        Trouble::lost(format!("broke off its answer: {why}"))
    }
}

fn answered(status: u16, url: &str) -> String {
    let reason = reqwest::StatusCode::from_u16(status)
        .ok()
        .and_then(|s| s.canonical_reason());
    let reason = reason.map(|r| format!(" ({r})")).unwrap_or_default();
    let help = match status {
        404 | 405 => format!(": see whether `{url}` is its address"),
        429 => ": it was asked too often".to_owned(),
        _ => String::new(),
    };
    format!("answered with status {status}{reason}{help}")
}

fn refused(status: u16, url: &str) -> Trouble {
    let what = format!(
        "{}: it wants other credentials in its `headers`",
        answered(status, url)
    );
    Trouble::of(FaultCode::NotConfigured, what)
}

/// Of an answer with another status the client gives `HTTP 404 Not Found: BODY`.
fn unexpected(text: &str, url: &str) -> Trouble {
    let status = text.strip_prefix("HTTP ").and_then(|rest| {
        let (status, rest) = rest.split_once(' ')?;
        let body = rest.split_once(':').map_or("", |(_, body)| body);
        Some((status.parse::<u16>().ok()?, body))
    });
    match status {
        Some((status @ (401 | 403), _)) => refused(status, url),
        Some((status, body)) => {
            let body = body.trim();
            // A page for people says nothing here.
            let body = if body.is_empty() || body.starts_with('<') {
                String::new()
            } else {
                format!("; it wrote: {}", words(body))
            };
            Trouble::new(format!("{}{body}", answered(status, url)))
        }
        None => Trouble::new(format!(
            "did not answer as an MCP server does: {}",
            words(text)
        )),
    }
}

/// What lies at the bottom of an error.
fn deepest(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// Foreign words on one line, shortened.
fn words(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    wfc_value::shortened(&text, WORDS)
}
