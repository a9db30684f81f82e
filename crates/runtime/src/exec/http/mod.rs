//! `http.request`: the built-in tool that asks servers over HTTP.

mod address;
mod answer;
mod request;
mod resolve;

use std::error::Error as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, COOKIE};
use reqwest::header::{HeaderMap, LOCATION, PROXY_AUTHORIZATION};
use reqwest::redirect::Policy as Redirects;
use reqwest::{Client, Method, StatusCode, Url};
use tokio::sync::OnceCell;
use wfc_value::{FaultCode, Value};

use super::{Answer, Failure, Job, Surroundings};
use crate::settings;
use address::Policy;
use answer::{Received, Unread, shown};
use request::{Request, is_idempotent, is_read};
use resolve::{Guarded, Private};

/// How long an answer may take, unless the step or the settings say otherwise.
const TIMEOUT: Duration = Duration::from_mins(1);

/// How long it may take to be connected.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// The most bytes of an answer's body, unless the settings say otherwise.
const MAX_RESPONSE_BYTES: u64 = 8 * 1024 * 1024;

/// The most redirects that are followed, unless the settings say otherwise.
const MAX_REDIRECTS: u64 = 5;

/// Carries out `http.request`.
pub(super) struct HttpTool {
    around: Surroundings,
    settings: settings::Http,
    policy: Policy,
    client: OnceCell<Client>,
}

impl HttpTool {
    pub(super) fn new(settings: settings::Http, around: Surroundings) -> Self {
        Self {
            policy: Policy::new(&settings),
            around,
            settings,
            client: OnceCell::new(),
        }
    }

    /// Sends one request, and what it is redirected to.
    pub(super) async fn carry_out(
        &self,
        job: &mut Job,
        arguments: &Value,
    ) -> Result<Answer, Failure> {
        let vault = &self.around.vault;
        let request = Request::read(arguments, &job.key, vault)?;
        let timeout = request.timeout.or(self.settings.timeout);
        let timeout = timeout.unwrap_or(TIMEOUT);
        let (parse, method) = (request.parse, request.method.clone());
        let expect = request.expect.clone();
        let place = shown(&request.url);
        let received = tokio::select! {
            received = self.follow(request) => received?,
            () = job.stop.stopped() => {
                // What only reads has done nothing.
                return Ok(if is_read(&method) { Answer::Cancelled } else { Answer::Unknown });
            }
            () = tokio::time::sleep(timeout) => {
                let seconds = timeout.as_secs_f64();
                let message = format!("`{place}` did not answer within {seconds} s");
                return Err(Failure::new(FaultCode::Timeout, message));
            }
        };
        let status = received.status.as_u16();
        if !expect
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&status))
        {
            return Err(received.unexpected(vault));
        }
        received.value(parse).map(Answer::done)
    }

    async fn follow(&self, mut request: Request) -> Result<Received, Failure> {
        let client = self.client.get_or_try_init(async || self.client()).await?;
        let most = self.settings.max_redirects.unwrap_or(MAX_REDIRECTS);
        let limit = self.settings.max_response_bytes;
        let limit = limit.unwrap_or(MAX_RESPONSE_BYTES);
        let mut followed = 0;
        loop {
            self.permitted(&request.url)?;
            let mut sent = client
                .request(request.method.clone(), request.url.clone())
                .headers(request.headers.clone());
            if let Some(body) = &request.body {
                sent = sent.body(body.clone());
            }
            let response = sent.send().await;
            let response = response.map_err(|error| self.unsent(&request, &error))?;
            let expected = |status: StatusCode| {
                let status = status.as_u16();
                let mut all = request.expect.iter();
                all.any(|(from, to)| (*from..=*to).contains(&status))
            };
            let to = elsewhere(response.status(), response.headers(), &request.url);
            if let Some(to) = to.filter(|_| !expected(response.status())) {
                if followed >= most {
                    let message = format!(
                        "`{}` redirects to `{}`, which is redirect {} of at most {most}",
                        shown(&request.url),
                        shown(&to),
                        followed + 1
                    );
                    return Err(Failure::new(FaultCode::ToolError, message));
                }
                followed += 1;
                self.redirected(&mut request, response.status(), to)?;
                continue;
            }
            return Received::read(response, limit)
                .await
                .map_err(|unread| match unread {
                    Unread::TooLarge => {
                        let message = format!(
                            "the answer of `{}` is larger than {limit} bytes: ask for less at once, \
                             or raise `max_response_bytes` of `[http]` in `wfc.toml`",
                            shown(&request.url)
                        );
                        Failure::new(FaultCode::LimitExceeded, message)
                    }
                    Unread::Broken(error) => self.unsent(&request, &error),
                });
        }
    }

    fn client(&self) -> Result<Client, Failure> {
        let cannot = |why: String| {
            Failure::new(
                FaultCode::NotConfigured,
                format!("nothing can be sent over HTTP: {why}"),
            )
        };
        // The first who asks decides for the process; another provider does as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            // Each hop is looked at here first.
            .redirect(Redirects::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("wfc/", env!("CARGO_PKG_VERSION")))
            .referer(false);
        builder = match &self.settings.proxy {
            // A proxy connects to where it likes: names are looked up there.
            Some(proxy) => {
                let proxy = reqwest::Proxy::all(proxy.as_str());
                builder.proxy(proxy.map_err(|error| cannot(deepest(&error)))?)
            }
            None => builder
                .no_proxy()
                .dns_resolver(Arc::new(Guarded(self.policy.clone()))),
        };
        if let Some(path) = &self.settings.ca_file {
            let path = self.around.cwd.join(path);
            for certificate in crate::tls::certificates(&path).map_err(cannot)? {
                builder = builder.add_root_certificate(certificate);
            }
        }
        builder.build().map_err(|error| cannot(deepest(&error)))
    }

    /// Whether an address may be asked, as far as it says itself; names are looked at when they are looked up.
    fn permitted(&self, url: &Url) -> Result<(), Failure> {
        let host = url.host_str().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if !self.policy.may_call(bare) {
            let message =
                format!("the host `{bare}` is none of `only_hosts` of `[http]` in `wfc.toml`");
            return Err(Failure::new(FaultCode::NotConfigured, message));
        }
        let address: Option<IpAddr> = bare.parse().ok();
        match address {
            Some(address) if !self.policy.trusts(bare) && !self.policy.reaches(address) => {
                Err(private(bare, address))
            }
            _ => Ok(()),
        }
    }

    /// What to say of a request that got no answer.
    fn unsent(&self, request: &Request, error: &reqwest::Error) -> Failure {
        let mut source = error.source();
        while let Some(inner) = source {
            if let Some(Private { host, address }) = inner.downcast_ref() {
                return private(host, *address);
            }
            source = inner.source();
        }
        let (place, why) = (shown(&request.url), deepest(error));
        let why = wfc_value::shortened(&self.around.vault.redacted(why), 300);
        if error.is_connect() {
            let message = format!("`{place}` cannot be reached: {why}");
            return Failure::new(FaultCode::ToolError, message);
        }
        let message = format!("`{place}` broke off the connection: {why}");
        if is_idempotent(&request.method) {
            return Failure::new(FaultCode::ToolError, message);
        }
        let message = format!("{message}; it is not known whether it did what it was asked");
        Failure::new(FaultCode::UnknownOutcome, message)
    }

    /// Makes of a request the one that it is redirected to.
    fn redirected(
        &self,
        request: &mut Request,
        status: StatusCode,
        to: Url,
    ) -> Result<(), Failure> {
        // As browsers do (the Fetch standard): a form that was sent is answered by a page to be read.
        let reads = match status.as_u16() {
            301 | 302 => request.method == Method::POST,
            303 => !matches!(request.method, Method::GET | Method::HEAD),
            _ => false,
        };
        if reads {
            request.method = Method::GET;
            request.body = None;
            for name in [
                CONTENT_TYPE,
                CONTENT_ENCODING,
                CONTENT_LANGUAGE,
                request::IDEMPOTENCY_KEY,
            ] {
                request.headers.remove(name);
            }
        }
        if request.url.origin() != to.origin() {
            self.leave_secrets_behind(request, &to)?;
        }
        request.url = to;
        Ok(())
    }

    /// Another host gets none of the headers that hold secrets or are about who asks, and no body with a secret.
    fn leave_secrets_behind(&self, request: &mut Request, to: &Url) -> Result<(), Failure> {
        let vault = &self.around.vault;
        let secret = |bytes: &[u8]| vault.holds_secret(bytes);
        let told = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION];
        let names: Vec<_> = request.headers.keys().cloned().collect();
        for name in names {
            let mut values = request.headers.get_all(&name).iter();
            if told.contains(&name) || values.any(|value| secret(value.as_bytes())) {
                request.headers.remove(&name);
            }
        }
        if request.body.as_deref().is_some_and(secret) {
            let message = format!(
                "`{}` redirects to `{}`, another host, and there is a secret in the body: send it \
                 there yourself if you trust it",
                shown(&request.url),
                shown(to)
            );
            return Err(Failure::new(FaultCode::ToolError, message));
        }
        Ok(())
    }
}

/// Where an answer leads to.
fn elsewhere(status: StatusCode, headers: &HeaderMap, from: &Url) -> Option<Url> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = headers.get(LOCATION)?.to_str().ok()?;
    let mut to = from.join(location).ok()?;
    if !matches!(to.scheme(), "http" | "https") {
        return None;
    }
    // A redirect does not get to say who asks.
    let _ = to.set_username("");
    let _ = to.set_password(None);
    Some(to)
}

fn private(host: &str, address: IpAddr) -> Failure {
    let at = if host.parse() == Ok(address) {
        format!("the address {address} is private")
    } else {
        format!("the host `{host}` is at the private address {address}")
    };
    let message = format!(
        "{at}, where nothing is sent: if it is meant, write `allow_hosts = [\"{host}\"]` or \
         `allow_private = [\"{address}\"]` under `[http]` in `wfc.toml`"
    );
    let add = format!("[http]\nallow_hosts = [\"{host}\"]\n");
    Failure::new(FaultCode::NotConfigured, message).with([("add", Value::from(add))])
}

/// What lies at the bottom of an error.
fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
