//! HTTP: what all clients share.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use reqwest::Client;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::{Attempt, Policy};
use wfc_value::{FaultCode, Value};

use crate::exec::{Failure, Surroundings};
use crate::settings::HeaderText;
use crate::tls;

/// How long it may take to be connected.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// How much of a server's own words an error shows, in characters.
const WORDS: usize = 300;

/// A client that follows no redirects. Its connections live as long as the tokio runtime that it is first used on.
///
/// # Errors
/// Why there can be none, such as for want of certificates.
pub(crate) fn client() -> Result<Client, String> {
    client_trusting(None)
}

/// The same, which trusts the certificates in the file `ca`, too.
///
/// # Errors
/// As [`client`]; why the file is of no use.
pub(crate) fn client_trusting(ca: Option<&Path>) -> Result<Client, String> {
    // The first who asks decides for the process; another provider does as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder();
    for certificate in ca.map(tls::certificates).transpose()?.unwrap_or_default() {
        builder = builder.add_root_certificate(certificate);
    }
    builder
        // Following one would hand the headers, with their secrets, to another host.
        .redirect(Policy::custom(refuse))
        .connect_timeout(CONNECT_TIMEOUT)
        .user_agent(concat!("wfc/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| deepest(&error))
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

/// Headers with their secrets opened, for `whom`, such as "the tool server `x`".
///
/// # Errors
/// When a secret has no value, or one cannot be sent.
pub(crate) fn headers(
    whom: &str,
    headers: &BTreeMap<String, HeaderText>,
    around: &Surroundings,
) -> Result<HeaderMap, Failure> {
    let mut out = HeaderMap::new();
    for (name, text) in headers {
        let (text, why) = match text {
            HeaderText::Text(text) => (text.clone(), "it has control characters".to_owned()),
            HeaderText::Secret {
                name: secret,
                prefix,
            } => {
                let why = format!("the secret `{secret}` has control characters");
                (format!("{prefix}{}", opened(secret, around)?), why)
            }
        };
        let (key, value) = header(whom, name, &text, &why)?;
        out.insert(key, value);
    }
    Ok(out)
}

/// What a secret holds, without the line break that files end with.
///
/// # Errors
/// When it has no value.
pub(crate) fn opened(secret: &str, around: &Surroundings) -> Result<String, Failure> {
    let open = around.vault.open(&Value::secret(secret))?;
    let open = open.as_str().unwrap_or_default();
    Ok(open.trim_end_matches(['\r', '\n']).to_owned())
}

/// A header for `whom`; `why` tells what is wrong with a text that cannot be sent.
///
/// # Errors
/// When it cannot be sent.
pub(crate) fn header(
    whom: &str,
    name: &str,
    text: &str,
    why: &str,
) -> Result<(HeaderName, HeaderValue), Failure> {
    let unsent = |why: &str| {
        let message = format!("the header `{name}` of {whom} cannot be sent: {why}");
        Failure::new(FaultCode::NotConfigured, message)
    };
    let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsent("its name is none"))?;
    let mut value = HeaderValue::from_str(text).map_err(|_| unsent(why))?;
    value.set_sensitive(true);
    Ok((key, value))
}

/// What lies at the bottom of an error.
pub(crate) fn deepest(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// Foreign words on one line, shortened.
pub(crate) fn words(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    wfc_value::shortened(&text, WORDS)
}
