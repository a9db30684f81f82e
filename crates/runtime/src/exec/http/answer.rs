//! What a server answered.

use base64::Engine as _;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Response, StatusCode, Url};
use wfc_value::{FaultCode, Value};

use super::super::Failure;
use super::request::Parse;
use crate::vault::Vault;

/// How much of an unexpected answer's body an error keeps, in characters.
const SHOWN: usize = 2_000;

/// How much of it the error's message shows.
const WORDS: usize = 200;

/// An answer, read to its end.
pub(super) struct Received {
    pub(super) status: StatusCode,
    pub(super) url: Url,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Why an answer was not read to its end.
pub(super) enum Unread {
    /// The body is larger than the limit.
    TooLarge,
    /// The connection broke.
    Broken(reqwest::Error),
}

impl Received {
    /// Reads an answer with a body of at most `limit` bytes.
    pub(super) async fn read(mut response: Response, limit: u64) -> Result<Self, Unread> {
        let (status, url) = (response.status(), response.url().clone());
        let headers = std::mem::take(response.headers_mut());
        let said = response.content_length().unwrap_or(0);
        if said > limit {
            return Err(Unread::TooLarge);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(Unread::Broken)? {
            if (body.len() + chunk.len()) as u64 > limit {
                return Err(Unread::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self {
            status,
            url,
            headers,
            body,
        })
    }

    /// The step's value.
    ///
    /// # Errors
    /// When the body is not what it is to be read as.
    pub(super) fn value(&self, parse: Parse) -> Result<Value, Failure> {
        let body = match parse {
            Parse::Base64 => {
                let text = base64::engine::general_purpose::STANDARD.encode(&self.body);
                wfc_value::limits::check_text(text.len())?;
                Value::from(text)
            }
            Parse::Text => Value::from(self.text()?),
            Parse::Json => self.json()?,
            // An answer without a body may still name its kind.
            Parse::Auto if self.says_json() && self.body.is_empty() => Value::Null,
            Parse::Auto if self.says_json() => self.json()?,
            Parse::Auto => Value::from(self.text()?),
        };
        Ok(Value::record([
            ("status", i64::from(self.status.as_u16()).into()),
            ("headers", self.headers()?),
            ("body", body),
            ("url", shown(&self.url).into()),
        ])?)
    }

    /// The error of a status that is not expected.
    pub(super) fn unexpected(&self, vault: &Vault) -> Failure {
        let text = String::from_utf8_lossy(&self.body);
        // Masked before it is shortened: half of a secret would not be known again.
        let text = vault.redact(text.trim());
        let page = text.starts_with('<');
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = if line.is_empty() || page {
            String::new()
        } else {
            format!("; it wrote: {}", wfc_value::shortened(&line, WORDS))
        };
        let status = self.status.as_u16();
        let reason = self.status.canonical_reason();
        let reason = reason.map(|r| format!(" ({r})")).unwrap_or_default();
        let message = format!(
            "`{}` answered with status {status}{reason}{said}",
            shown(&self.url)
        );
        let details = [
            ("status", Value::from(i64::from(status))),
            ("headers", self.headers().unwrap_or_default()),
            ("body", wfc_value::shortened(&text, SHOWN).into()),
            ("url", shown(&self.url).into()),
        ];
        Failure::new(FaultCode::ToolError, message).with(details)
    }

    fn says_json(&self) -> bool {
        let kind = self.headers.get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let kind = kind.to_ascii_lowercase();
        kind == "application/json" || kind == "text/json" || kind.ends_with("+json")
    }

    fn text(&self) -> Result<&str, Failure> {
        wfc_value::limits::check_text(self.body.len())?;
        let text = std::str::from_utf8(&self.body).map_err(|_| {
            self.wrong("is no text (UTF-8): with `parse: base64` it comes as it is")
        })?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    fn json(&self) -> Result<Value, Failure> {
        wfc_value::json::parse(self.text()?)
            .map_err(|error| self.wrong(&format!("is no JSON: {error}")))
    }

    fn wrong(&self, what: &str) -> Failure {
        let message = format!("the answer of `{}` {what}", shown(&self.url));
        Failure::new(FaultCode::ParseError, message)
    }

    /// The headers by their names in small letters; what came more than once is joined by commas.
    fn headers(&self) -> Result<Value, Failure> {
        let mut all: Vec<(&str, Value)> = Vec::new();
        for name in self.headers.keys() {
            let values = self.headers.get_all(name);
            let texts: Vec<_> = values
                .iter()
                .map(|value| String::from_utf8_lossy(value.as_bytes()))
                .collect();
            all.push((name.as_str(), texts.join(", ").into()));
        }
        Ok(Value::record(all)?)
    }
}

/// An address as it may be shown: without its query, which may hold a key.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}
