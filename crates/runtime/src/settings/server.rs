//! `[tools.NAME]`: an MCP server, started as a program or reached by its address.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};

use super::read::{Item, Table};
use super::{Program, SettingsError, program};

/// `[tools.NAME]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// How it is reached.
    pub reached: Reached,
    /// `start_timeout`: how long it may take to be ready.
    pub start_timeout: Option<Duration>,
    /// `timeout`: how long one call may take.
    pub timeout: Option<Duration>,
}

/// How a server is reached: exactly one of `command` and `url`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    /// `command`: what is started, once, at the first use; it speaks on standard input and output.
    Program(Program),
    /// `url`: it runs somewhere, and speaks streamable HTTP.
    Http(Remote),
}

impl Default for Reached {
    fn default() -> Self {
        Self::Program(Program::default())
    }
}

/// A server that is reached by HTTP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remote {
    /// `url`: its address.
    pub url: String,
    /// `headers`: sent with every request.
    pub headers: BTreeMap<String, HeaderText>,
    /// `ca_file`: certificates to trust beside the system's, as PEM.
    pub ca_file: Option<String>,
}

impl Remote {
    /// The address as it may be shown: without a query, which may hold a key.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.url
            .split(['?', '#'])
            .next()
            .unwrap_or(self.url.as_str())
    }
}

/// What a header is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderText {
    /// A text.
    Text(String),
    /// `{ secret = "name", prefix = "Bearer " }`.
    Secret {
        /// The secret's name.
        name: String,
        /// What stands before it.
        prefix: String,
    },
}

/// Headers that the protocol itself sets.
const RESERVED: [&str; 9] = [
    "accept",
    "connection",
    "content-length",
    "content-type",
    "host",
    "last-event-id",
    "mcp-protocol-version",
    "mcp-session-id",
    "transfer-encoding",
];

pub(super) fn server(mut table: Table<'_>) -> Result<Server, SettingsError> {
    let server = Server {
        reached: reached(&mut table)?,
        start_timeout: table.duration("start_timeout")?,
        timeout: table.duration("timeout")?,
    };
    table.finish()?;
    Ok(server)
}

fn reached(table: &mut Table<'_>) -> Result<Reached, SettingsError> {
    let path = table.path().to_owned();
    match (table.has("command"), table.text("url")?) {
        (true, None) => program(table).map(Reached::Program),
        (false, Some(url)) => {
            address(&url).map_err(|(why, help)| {
                let message = format!("`{path}.url` {why}");
                table.error("url", message, Some(help.to_owned()))
            })?;
            let headers = match table.table("headers")? {
                Some(table) => headers(&table)?,
                None => BTreeMap::new(),
            };
            let ca_file = table.text("ca_file")?;
            Ok(Reached::Http(Remote {
                url,
                headers,
                ca_file,
            }))
        }
        (true, Some(_)) => {
            let message = format!("`{path}` has both `command` and `url`");
            let help = "keep `command` for a server that is to be started, `url` for one that runs";
            Err(table.key_error("url", message, Some(help.to_owned())))
        }
        (false, None) => {
            let message = format!("`{path}` has neither `command` nor `url`");
            let help = "add `command = \"...\"` for a server that is to be started, or \
                        `url = \"https://...\"` for one that runs";
            Err(table.own_error(message, Some(help.to_owned())))
        }
    }
}

/// Headers to send with every request.
pub(super) fn headers(table: &Table<'_>) -> Result<BTreeMap<String, HeaderText>, SettingsError> {
    table.each(|item| header(item, item.name(table.path())))
}

/// What is wrong with an address, and what to write.
pub(super) fn address(url: &str) -> Result<(), (&'static str, &'static str)> {
    const WRITE: &str = "write `https://HOST/PATH`";
    let parsed = Url::parse(url).map_err(|_| ("is no address", WRITE))?;
    if !matches!(parsed.scheme(), "https" | "http") {
        return Err(("is to begin with `https://` or `http://`", WRITE));
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        let help = "send it in a header: `headers = { Authorization = { secret = \"name\" } }`";
        return Err(("has a user or a password in it", help));
    }
    Ok(())
}

fn header(item: &Item<'_>, name: &str) -> Result<HeaderText, SettingsError> {
    let wrong = |why: &str, help: &str| {
        let message = format!("`{}` {why}", item.path());
        Err(item.key_error(message, Some(help.to_owned())))
    };
    if HeaderName::from_bytes(name.as_bytes()).is_err() {
        return wrong(
            "is no name of a header",
            "write letters, digits and hyphens",
        );
    }
    if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
        return wrong("is set by the protocol itself", "remove it");
    }
    let text = if let Some(mut inner) = item.as_table() {
        let text = HeaderText::Secret {
            name: inner.required_text("secret")?,
            prefix: inner.text("prefix")?.unwrap_or_default(),
        };
        inner.finish()?;
        text
    } else {
        HeaderText::Text(item.text()?)
    };
    let (HeaderText::Text(plain) | HeaderText::Secret { prefix: plain, .. }) = &text;
    if HeaderValue::from_str(plain).is_err() {
        return wrong(
            "cannot be sent in a header",
            "write it without line breaks and control characters",
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::super::Settings;
    use super::*;

    fn read(text: &str) -> Server {
        Settings::parse(text).unwrap().tools["x"].clone()
    }

    /// The error's message, help, and the text at its span.
    fn error(text: &str) -> (String, String, String) {
        let e = Settings::parse(text).unwrap_err();
        (e.message, e.help.unwrap_or_default(), text[e.span].into())
    }

    #[test]
    fn a_server_has_a_command_or_an_address() {
        let server = read(
            "[tools.x]\nurl = \"https://a.example/mcp?key=1\"\ntimeout = \"5s\"\n\
             headers = { Authorization = { secret = \"t\", prefix = \"Bearer \" }, X-Team = \"a\" }",
        );
        let Reached::Http(remote) = &server.reached else {
            panic!("{server:?}")
        };
        assert_eq!(remote.shown(), "https://a.example/mcp");
        let secret = HeaderText::Secret {
            name: "t".into(),
            prefix: "Bearer ".into(),
        };
        assert_eq!(remote.headers["Authorization"], secret);
        assert_eq!(remote.headers["X-Team"], HeaderText::Text("a".into()));
        assert_eq!(server.timeout, Some(Duration::from_secs(5)));

        let (message, help, at) = error("[tools.x]\ncommand = \"a\"\nurl = \"https://b\"");
        assert_eq!(message, "`tools.x` has both `command` and `url`");
        assert_eq!(at, "url");
        assert!(help.starts_with("keep `command`"), "{help}");
        let (message, help, at) = error("[tools.x]\ntimeout = \"5s\"");
        assert_eq!(message, "`tools.x` has neither `command` nor `url`");
        assert_eq!(at, "x");
        assert!(help.contains("`url = \"https://...\"`"), "{help}");
    }

    #[test]
    fn what_belongs_to_the_other_way_is_no_setting() {
        let (message, _, at) = error("[tools.x]\nurl = \"https://b\"\nargs = []");
        assert_eq!(message, "`args` is no setting of `tools.x`");
        assert_eq!(at, "args");
        let (message, _, at) = error("[tools.x]\ncommand = \"b\"\nheaders = {}");
        assert_eq!(message, "`headers` is no setting of `tools.x`");
        assert_eq!(at, "headers");
    }

    #[test]
    fn addresses_and_headers_are_held_to_what_can_be_sent() {
        for (url, why) in [
            ("", "is no address"),
            ("a.example/mcp", "is no address"),
            ("https://", "is no address"),
            ("ftp://a", "is to begin with `https://` or `http://`"),
            ("https://me:pw@a", "has a user or a password in it"),
        ] {
            let (message, _, at) = error(&format!("[tools.x]\nurl = \"{url}\""));
            assert_eq!(message, format!("`tools.x.url` {why}"));
            assert_eq!(at, format!("\"{url}\""));
        }
        for (header, why, at) in [
            (
                "Accept = \"a\"",
                "Accept` is set by the protocol itself",
                "Accept",
            ),
            ("\"a b\" = \"a\"", "a b` is no name of a header", "\"a b\""),
            ("a = \"x\\ny\"", "a` cannot be sent in a header", "a"),
            (
                "a = { secret = \"s\", prefix = \"\\n\" }",
                "a` cannot be sent in a header",
                "a",
            ),
        ] {
            let text = format!("[tools.x]\nurl = \"https://a\"\nheaders = {{ {header} }}");
            let (message, _, place) = error(&text);
            assert_eq!(message, format!("`tools.x.headers.{why}"));
            assert_eq!(place, at);
        }
        let (message, ..) = error("[tools.x]\nurl = \"https://a\"\nheaders = { a = { } }");
        assert_eq!(message, "`tools.x.headers.a` has no `secret`");
    }
}
