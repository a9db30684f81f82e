//! MCP servers over streamable HTTP.

use std::error::Error;
use std::sync::Arc;

use reqwest::Client;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::common::client_side_sse::ExponentialBackoff;
use rmcp::transport::streamable_http_client::{
    StreamableHttpClientTransportConfig, StreamableHttpError,
};
use wfc_value::FaultCode;

use super::lines::MAX_MESSAGE;
use crate::exec::{Failure, Surroundings};
use crate::settings::Remote;
use crate::web::{self, deepest, words};

/// How often a stream of answers that broke off is asked for again: a call's time-out may be long.
const RECONNECTS: usize = 3;

/// What speaks with the server called `name`.
///
/// # Errors
/// When a secret of its headers has no value or cannot be sent.
pub(super) fn transport(
    name: &str,
    remote: &Remote,
    around: &Surroundings,
) -> Result<StreamableHttpClientTransport<Client>, Failure> {
    let whom = format!("the tool server `{name}`");
    let mut backoff = ExponentialBackoff::default();
    backoff.max_times = Some(RECONNECTS);
    let headers = web::headers(&whom, &remote.headers, around)?;
    let headers = headers
        .into_iter()
        .filter_map(|(name, value)| Some((name?, value)))
        .collect();
    let mut config = StreamableHttpClientTransportConfig::with_uri(remote.url.as_str())
        .custom_headers(headers)
        .max_sse_event_size(MAX_MESSAGE)
        .max_json_response_size(MAX_MESSAGE);
    config.retry_config = Arc::new(backoff);
    let ca = remote.ca_file.as_ref().map(|path| around.cwd.join(path));
    let client = web::client_trusting(ca.as_deref()).map_err(|why| {
        let message = format!("{whom} cannot be asked over HTTP: {why}");
        Failure::new(FaultCode::ToolError, message)
    })?;
    Ok(StreamableHttpClientTransport::with_client(client, config))
}

/// What went wrong between here and a server.
pub(super) struct Trouble {
    pub(super) code: FaultCode,
    /// What the server did or what happened to it, to stand behind its name.
    pub(super) what: String,
    /// Whether the session cannot be used any more.
    pub(super) lost: bool,
    /// Whether what was asked for may have been done all the same.
    pub(super) begun: bool,
}

impl Trouble {
    fn new(what: impl Into<String>) -> Self {
        Self {
            code: FaultCode::ToolError,
            what: what.into(),
            lost: false,
            begun: false,
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

    /// Lost with an answer on its way.
    fn cut(what: impl Into<String>) -> Self {
        Self {
            begun: true,
            ..Self::lost(what)
        }
    }
}

/// Tells of an error of the transport.
pub(super) fn trouble(error: &(dyn Error + 'static), remote: &Remote) -> Trouble {
    use StreamableHttpError as E;
    let url = remote.shown();
    let Some(error) = error.downcast_ref::<E<reqwest::Error>>() else {
        return Trouble::cut("hung up");
    };
    match error {
        E::Client(error) => of_client(error, url),
        E::HttpStatus(error) => Trouble::new(answered(error.status, url)),
        E::AuthRequired(_) => refused(401, url),
        E::InsufficientScope(_) => refused(403, url),
        E::SessionExpired => Trouble::lost(format!("{}; its session is over", answered(404, url))),
        E::SessionRecoveryTimeout | E::ReinitializationFailed(_) => {
            Trouble::cut("ended the session and did not begin another one")
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
        E::Sse(error) => Trouble::cut(format!("broke off its answer: {}", deepest(error))),
        E::TransportChannelClosed | E::UnexpectedEndOfStream => Trouble::cut("hung up"),
        E::ReservedHeaderConflict(header) => Trouble::of(
            FaultCode::NotConfigured,
            format!("cannot be sent the header `{header}`: the protocol sets it itself"),
        ),
        other => Trouble::cut(format!(
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
        Trouble::cut(format!("broke off its answer: {why}"))
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
