//! What a step wants to be sent.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use wfc_value::{FaultCode, Key, List, Map, Value};

use super::super::{Failure, field};
use crate::vault::Vault;

/// What is to be made of the answer's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parse {
    /// JSON where the server says that it is.
    Auto,
    Json,
    Text,
    /// In base64, whatever it is.
    Base64,
}

/// A request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Vec<u8>>,
    /// Statuses that are no errors: from and to.
    pub(super) expect: Vec<(u16, u16)>,
    pub(super) parse: Parse,
    pub(super) timeout: Option<Duration>,
}

/// Headers that the connection decides.
const RESERVED: [&str; 6] = [
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "transfer-encoding",
    "upgrade",
];

/// The header by which a server knows the same piece of work again.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

fn wrong(argument: &str, what: impl AsRef<str>) -> Failure {
    let message = format!("argument `{argument}` of `http.request` {}", what.as_ref());
    Failure::new(FaultCode::TypeMismatch, message)
}

impl Request {
    /// Reads the arguments, secrets opened. `key` is the job's idempotency key.
    ///
    /// # Errors
    /// When one is not of its form; nothing was sent then.
    pub(super) fn read(arguments: &Value, key: &str, vault: &Vault) -> Result<Self, Failure> {
        known(arguments)?;
        let method = method(arguments)?;
        let mut url = url(arguments, vault)?;
        query(arguments, &mut url)?;
        let mut headers = headers(arguments)?;
        let body = body(arguments, &mut headers)?;
        // A server that knows the key does the work once, however often it is asked.
        if !is_read(&method) && !headers.contains_key(&IDEMPOTENCY_KEY) {
            headers.insert(IDEMPOTENCY_KEY, header_of_key(key));
        }
        Ok(Self {
            method,
            url,
            headers,
            body,
            expect: expect(arguments)?,
            parse: parse(arguments)?,
            timeout: timeout(arguments)?,
        })
    }
}

/// Whether a method only reads.
pub(super) fn is_read(method: &Method) -> bool {
    wfc_program::tools::only_reads(Some(method.as_str()))
}

/// Whether asking twice does what asking once does (RFC 9110, 9.2.2).
pub(super) fn is_idempotent(method: &Method) -> bool {
    is_read(method) || matches!(*method, Method::PUT | Method::DELETE)
}

const ARGUMENTS: [&str; 9] = [
    "method", "url", "headers", "query", "body", "form", "timeout", "expect", "parse",
];

fn known(arguments: &Value) -> Result<(), Failure> {
    let stranger = arguments.as_map().and_then(|map| {
        map.iter()
            .map(|(key, _)| key.to_string())
            .find(|key| !ARGUMENTS.contains(&key.as_str()))
    });
    match stranger {
        Some(key) => Err(wrong(&key, "is none of its arguments")),
        None => Ok(()),
    }
}

fn given<'a>(arguments: &'a Value, name: &str) -> Option<&'a Value> {
    arguments.get(name).filter(|value| !value.is_null())
}

fn text(arguments: &Value, name: &str) -> Result<Option<String>, Failure> {
    match given(arguments, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.to_string())),
        Some(_) => Err(wrong(name, "is to be a text")),
    }
}

fn method(arguments: &Value) -> Result<Method, Failure> {
    let word = text(arguments, "method")?.unwrap_or_else(|| "GET".to_owned());
    const ALL: [Method; 7] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    ALL.into_iter()
        .find(|method| method.as_str() == word)
        .ok_or_else(|| {
            wrong(
                "method",
                "is to be `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE` or `OPTIONS`",
            )
        })
}

fn url(arguments: &Value, vault: &Vault) -> Result<Url, Failure> {
    let text = text(arguments, "url")?.ok_or_else(|| wrong("url", "is missing"))?;
    let Ok(url) = Url::parse(text.trim()) else {
        let shown = vault.redacted(text);
        let shown = wfc_value::shortened(&shown, 200);
        return Err(wrong("url", format!("is no address: `{shown}`")));
    };
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong("url", "is to begin with `https://` or `http://`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let what = "has a user or a password in it: send them in the header `Authorization`";
        return Err(wrong("url", what));
    }
    Ok(url)
}

fn query(arguments: &Value, url: &mut Url) -> Result<(), Failure> {
    let pairs = pairs(arguments, "query")?;
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs);
    }
    Ok(())
}

/// Names and values of a map: a list's items one by one, null left out.
fn pairs(arguments: &Value, name: &str) -> Result<Vec<(String, String)>, Failure> {
    let map: &Map = match given(arguments, name) {
        None => return Ok(Vec::new()),
        Some(Value::Map(map)) => map,
        Some(_) => return Err(wrong(name, "is to be a mapping")),
    };
    let mut out = Vec::new();
    for (key, value) in map.iter() {
        let items: &[Value] = match value {
            Value::List(list) => List::as_slice(list),
            one => std::slice::from_ref(one),
        };
        for item in items {
            match item {
                Value::Null => {}
                Value::List(_) | Value::Map(_) => {
                    let what = "is to be a text, a number, true or false, or a list of such";
                    return Err(wrong(&format!("{name}.{}", key_text(key)), what));
                }
                item => out.push((key_text(key), field::text_of(item))),
            }
        }
    }
    Ok(out)
}

fn key_text(key: &Key) -> String {
    match key {
        Key::String(text) => text.to_string(),
        other => other.to_string(),
    }
}

fn headers(arguments: &Value) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs(arguments, "headers")? {
        let argument = format!("headers.{name}");
        let key = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| wrong(&argument, "is no name of a header"))?;
        if RESERVED.contains(&key.as_str()) {
            return Err(wrong(&argument, "is set by the connection itself"));
        }
        // Files with secrets end with a line break, which is none of the secret's.
        let value = value.trim_end_matches(['\r', '\n']);
        let mut value = HeaderValue::from_str(value)
            .or_else(|_| HeaderValue::from_bytes(value.as_bytes()))
            .map_err(|_| wrong(&argument, "has line breaks or control characters in it"))?;
        value.set_sensitive(true);
        headers.append(key, value);
    }
    Ok(headers)
}

/// A key as a header takes it: what is no plain character is written as addresses do.
fn header_of_key(key: &str) -> HeaderValue {
    let byte = |b: u8| match b {
        0x21..=0x7e => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    let text: String = key.bytes().map(byte).collect();
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("-"))
}

fn body(arguments: &Value, headers: &mut HeaderMap) -> Result<Option<Vec<u8>>, Failure> {
    let (bytes, kind) = match (given(arguments, "body"), given(arguments, "form")) {
        (Some(_), Some(_)) => {
            return Err(wrong(
                "form",
                "cannot stand beside `body`: send one of the two",
            ));
        }
        (None, None) => return Ok(None),
        (None, Some(_)) => {
            let pairs = pairs(arguments, "form")?;
            // An address' query has the form of a form.
            let mut form = Url::parse("http://form").map_err(|_| wrong("form", "is no form"))?;
            form.query_pairs_mut().extend_pairs(pairs);
            let bytes = form.query().unwrap_or_default().as_bytes().to_vec();
            (bytes, "application/x-www-form-urlencoded")
        }
        (Some(Value::String(text)), None) => {
            (text.as_bytes().to_vec(), "text/plain; charset=utf-8")
        }
        (Some(Value::Bytes(bytes)), None) => (bytes.to_vec(), "application/octet-stream"),
        (Some(value), None) => {
            let json = wfc_value::json::format(value);
            (json.into_bytes(), "application/json")
        }
    };
    if !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    Ok(Some(bytes))
}

fn expect(arguments: &Value) -> Result<Vec<(u16, u16)>, Failure> {
    const HELP: &str = "is to be a list of statuses such as `200` and `\"4xx\"`";
    let list = match given(arguments, "expect") {
        None => return Ok(vec![(200, 299)]),
        Some(Value::List(list)) => list,
        Some(_) => return Err(wrong("expect", HELP)),
    };
    let one = |value: &Value| match value {
        Value::String(text) => {
            let class = text.strip_suffix("xx")?.parse::<u16>().ok()?;
            (1..=5)
                .contains(&class)
                .then_some((class * 100, class * 100 + 99))
        }
        Value::Int(status) => {
            let status = u16::try_from(*status).ok()?;
            (100..=599).contains(&status).then_some((status, status))
        }
        _ => None,
    };
    let all: Option<Vec<(u16, u16)>> = list.iter().map(one).collect();
    all.filter(|all| !all.is_empty())
        .ok_or_else(|| wrong("expect", HELP))
}

fn parse(arguments: &Value) -> Result<Parse, Failure> {
    Ok(match text(arguments, "parse")?.as_deref() {
        None | Some("auto") => Parse::Auto,
        Some("json") => Parse::Json,
        Some("text") => Parse::Text,
        Some("base64") => Parse::Base64,
        Some(_) => {
            let what = "is to be `auto`, `json`, `text` or `base64`";
            return Err(wrong("parse", what));
        }
    })
}

fn timeout(arguments: &Value) -> Result<Option<Duration>, Failure> {
    let nanos = match given(arguments, "timeout") {
        None => return Ok(None),
        Some(Value::Duration(length)) => Some(length.nanos()),
        Some(Value::String(text)) => wfc_value::time::parse_workflow_duration(text)
            .ok()
            .map(|length| length.nanos()),
        Some(_) => None,
    };
    nanos
        .and_then(|nanos| u64::try_from(nanos).ok())
        .filter(|nanos| *nanos > 0)
        .map(|nanos| Some(Duration::from_nanos(nanos)))
        .ok_or_else(|| wrong("timeout", "is to be a duration such as `30s`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &str) -> Result<Request, String> {
        let arguments = wfc_value::json::parse(args).unwrap();
        Request::read(&arguments, "run/é[1]", &Vault::default()).map_err(|f| f.message)
    }

    #[test]
    fn the_query_is_added_to_the_address() {
        let r = read(
            r#"{"url":"https://a.example/x?k=1","query":{"q":"a b&c","n":[1,2.5,true],"no":null}}"#,
        )
        .unwrap();
        assert_eq!(
            r.url.as_str(),
            "https://a.example/x?k=1&q=a+b%26c&n=1&n=2.5&n=true"
        );
        assert_eq!((r.method, r.expect), (Method::GET, vec![(200, 299)]));
        assert!(!r.headers.contains_key(IDEMPOTENCY_KEY));
    }

    #[test]
    fn bodies_are_text_json_or_forms() {
        let sent = |args: &str| {
            let r = read(args).unwrap();
            let kind = r
                .headers
                .get(CONTENT_TYPE)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            (kind, String::from_utf8(r.body.unwrap()).unwrap())
        };
        let (kind, body) = sent(r#"{"method":"POST","url":"http://a","body":{"a":[1,null]}}"#);
        assert_eq!(
            (kind.as_str(), body.as_str()),
            ("application/json", r#"{"a":[1,null]}"#)
        );
        let (kind, body) = sent(r#"{"method":"PUT","url":"http://a","body":"plain"}"#);
        assert_eq!(
            (kind.as_str(), body.as_str()),
            ("text/plain; charset=utf-8", "plain")
        );
        let (kind, body) = sent(r#"{"method":"POST","url":"http://a","form":{"a":"x y","b":1}}"#);
        assert_eq!(
            (kind.as_str(), body.as_str()),
            ("application/x-www-form-urlencoded", "a=x+y&b=1")
        );
        let (kind, _) = sent(
            r#"{"method":"POST","url":"http://a","body":"<a/>","headers":{"content-type":"text/xml"}}"#,
        );
        assert_eq!(kind, "text/xml");
    }

    #[test]
    fn what_changes_something_carries_the_key_of_its_work() {
        let key = |args: &str| {
            let r = read(args).unwrap();
            r.headers
                .get(IDEMPOTENCY_KEY)
                .map(|v| v.to_str().unwrap().to_owned())
        };
        assert_eq!(
            key(r#"{"method":"POST","url":"http://a"}"#).unwrap(),
            "run/%C3%A9[1]"
        );
        let own = r#"{"method":"DELETE","url":"http://a","headers":{"Idempotency-Key":"mine"}}"#;
        assert_eq!(key(own).unwrap(), "mine");
    }

    #[test]
    fn what_cannot_be_sent_is_told_before_anything_is() {
        for (args, says) in [
            (r#"{}"#, "`url` of `http.request` is missing"),
            (r#"{"url":"a.example"}"#, "is no address: `a.example`"),
            (r#"{"url":"ftp://a"}"#, "`https://` or `http://`"),
            (r#"{"url":"http://me:pw@a"}"#, "a user or a password"),
            (r#"{"url":"http://a","method":"get"}"#, "`GET`, `HEAD`"),
            (
                r#"{"url":"http://a","headers":{"a b":"x"}}"#,
                "`headers.a b` of `http.request` is no name",
            ),
            (
                r#"{"url":"http://a","headers":{"Host":"x"}}"#,
                "is set by the connection",
            ),
            (
                r#"{"url":"http://a","headers":{"x":"a\r\nb: c"}}"#,
                "line breaks",
            ),
            (r#"{"url":"http://a","query":{"x":{"y":1}}}"#, "`query.x`"),
            (
                r#"{"url":"http://a","body":"x","form":{}}"#,
                "beside `body`",
            ),
            (r#"{"url":"http://a","expect":[700]}"#, "list of statuses"),
            (r#"{"url":"http://a","expect":["9xx"]}"#, "list of statuses"),
            (r#"{"url":"http://a","timeout":"soon"}"#, "a duration"),
            (
                r#"{"url":"http://a","json":{}}"#,
                "`json` of `http.request` is none",
            ),
        ] {
            let said = read(args).unwrap_err();
            assert!(said.contains(says), "{args}: {said}");
        }
    }

    #[test]
    fn statuses_are_numbers_or_classes() {
        let r = read(r#"{"url":"http://a","expect":["2xx",404]}"#).unwrap();
        assert_eq!(r.expect, [(200, 299), (404, 404)]);
    }
}
