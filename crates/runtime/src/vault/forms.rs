//! The forms that a secret takes on its way through other programs: quoted, escaped, encoded.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use wfc_value::json;

use super::inside;

/// Secrets of fewer bytes are masked only where they stand alone: such a text is part of too many words.
pub(super) const SHORT: usize = 4;

/// A line of a secret of several lines, and a piece of a longer base64 text, is looked for when it has as
/// many bytes.
const MIN_PART: usize = 8;

/// All texts by which `secret` is known, itself first.
pub(super) fn of(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    forms.extend(escaped(secret));
    forms.extend(percent(secret));
    forms.extend(quoted_for_shells(secret));
    forms.extend(encoded(secret.as_bytes()));
    forms.extend(lines(secret));
    forms.retain(|form| !form.is_empty());
    forms
}

/// As JSON writes it (also inside JSON inside JSON), in the ways that are about, and as HTML does.
fn escaped(secret: &str) -> Vec<String> {
    let json = inside(&json::quoted(secret)).to_owned();
    let mut out = vec![
        inside(&json::quoted(&json)).to_owned(),
        json.replace('/', "\\/"),
        // As writers for web pages and for plain ASCII do.
        in_ascii(&json, false),
        in_ascii(&json, true),
        json.clone(),
    ];
    let html = secret
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    out.push(html.replace('\'', "&#39;"));
    out.push(html.replace('\'', "&#x27;"));
    out.push(html);
    out
}

/// JSON's `\u` for what is no ASCII, and with `web` for what means something to HTML, too.
fn in_ascii(json: &str, web: bool) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if !c.is_ascii() || (web && matches!(c, '<' | '>' | '&' | '\'')) {
            let mut units = [0_u16; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// As it stands in addresses and forms: libraries differ in which characters they leave as they are.
fn percent(secret: &str) -> Vec<String> {
    const KEPT: [&str; 4] = ["-_.~", "-_.~!'()*", "*-._", "-_.~!$&'()*+,;=:@/?"];
    let mut out = Vec::new();
    for kept in KEPT {
        let written = |upper: bool| -> String {
            let one = |byte: u8| match char::from(byte) {
                c if c.is_ascii_alphanumeric() || kept.contains(c) => c.to_string(),
                _ if upper => format!("%{byte:02X}"),
                _ => format!("%{byte:02x}"),
            };
            secret.bytes().map(one).collect()
        };
        for text in [written(true), written(false)] {
            out.push(text.replace("%20", "+"));
            out.push(text);
        }
    }
    // What browsers do to a query.
    let in_query = |c: char| match c {
        ' ' | '"' | '#' | '<' | '>' => format!("%{:02X}", u32::from(c)),
        c if c.is_ascii_graphic() => c.to_string(),
        c => {
            let mut bytes = [0_u8; 4];
            c.encode_utf8(&mut bytes)
                .bytes()
                .map(|b| format!("%{b:02X}"))
                .collect()
        }
    };
    out.push(secret.chars().map(in_query).collect());
    out
}

/// As shells write it, and as one writes it for them.
fn quoted_for_shells(secret: &str) -> Vec<String> {
    let with_backslashes = |special: &dyn Fn(char) -> bool| -> String {
        let mut out = String::with_capacity(secret.len());
        for c in secret.chars() {
            if special(c) {
                out.push('\\');
            }
            out.push(c);
        }
        out
    };
    vec![
        secret.replace('\'', r"'\''"),
        secret.replace('\'', r#"'"'"'"#),
        with_backslashes(&|c| matches!(c, '$' | '`' | '"' | '\\')),
        with_backslashes(&|c| matches!(c, '\'' | '\\')),
        // `printf %q`.
        with_backslashes(&|c| c.is_ascii() && !c.is_alphanumeric() && !"%+-./:=@_".contains(c)),
    ]
}

/// In base64 and base 16: by itself, and base64 at every place in a longer text, such as `user:secret`.
fn encoded(secret: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    if secret.len() < SHORT {
        return out;
    }
    out.push(STANDARD.encode(secret));
    out.push(URL_SAFE.encode(secret));
    for shift in 0..3_usize {
        let mut shifted = vec![0_u8; shift];
        shifted.extend_from_slice(secret);
        for text in [
            STANDARD_NO_PAD.encode(&shifted),
            URL_SAFE_NO_PAD.encode(&shifted),
        ] {
            // Characters that hold bits of what stands before or behind say nothing certain.
            let start = [0, 2, 3].get(shift).copied().unwrap_or(0);
            let end = text.len() - usize::from(!shifted.len().is_multiple_of(3));
            if let Some(part) = text.get(start..end)
                && part.len() >= MIN_PART
            {
                out.push(part.to_owned());
            }
        }
    }
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    out.push(hex.to_ascii_uppercase());
    out.push(hex);
    out
}

/// The lines of a secret of several lines, such as a key: tools print them one by one.
fn lines(secret: &str) -> Vec<String> {
    if !secret.contains('\n') {
        return Vec::new();
    }
    let lines = secret.lines().map(str::trim);
    // The frame of a key is the same for all keys.
    let tells = |line: &&str| line.len() >= MIN_PART && !line.starts_with("-----");
    lines.filter(tells).map(str::to_owned).collect()
}
