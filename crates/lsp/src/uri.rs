//! URIs of files as paths and back. Within the server a file is named by its absolute path with `/`; what is no file on
//! disk (`untitled:Untitled-1`) is named by its URI.

use std::fmt::Write as _;

/// The path of a URI.
#[must_use]
pub(crate) fn path(uri: &str) -> String {
    let Some(rest) = uri.strip_prefix("file:") else {
        return uri.to_owned();
    };
    // `file:///a`, `file:/a` and `file://host/a` are all written; a host other than this one stays a part of the name.
    let path = match rest.strip_prefix("//") {
        Some(rest) if rest.starts_with('/') => rest,
        Some(rest) => match rest.strip_prefix("localhost/") {
            Some(_) => rest.strip_prefix("localhost").unwrap_or(rest),
            None => return decode(&format!("//{rest}")),
        },
        None => rest,
    };
    let path = decode(path);
    normal(drive(&path).unwrap_or(&path))
}

/// The URI of a path, every sign but those that need none written as bytes.
#[must_use]
pub(crate) fn uri(path: &str) -> String {
    let absolute = path.starts_with('/');
    let with_drive = drive(&format!("/{path}")).is_some();
    if !absolute && !with_drive {
        // A name that was a URI.
        return path.to_owned();
    }
    let mut out = String::from(if with_drive { "file:///" } else { "file://" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// `/C:/a` as `c:/a`.
fn drive(path: &str) -> Option<&str> {
    let rest = path.strip_prefix('/')?;
    let mut signs = rest.bytes();
    let letter = signs.next()?.is_ascii_alphabetic();
    (letter && signs.next() == Some(b':') && matches!(signs.next(), None | Some(b'/')))
        .then_some(rest)
}

/// Without `.`, `..` and doubled slashes.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// Bytes written as `%41` are put back; what is no UTF-8 then stays as it was.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|h| std::str::from_utf8(h).ok());
        let byte = hex.and_then(|h| u8::from_str_radix(h, 16).ok());
        match byte {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back() {
        for plain in [
            "/a/b.wf",
            "/a b/é#%?.wf.yaml",
            "/",
            "c:/x/y.wf",
            "/日本/a&b.wf",
        ] {
            assert_eq!(path(&uri(plain)), plain);
        }
        assert_eq!(uri("/a b/é"), "file:///a%20b/%C3%A9");
    }

    #[test]
    fn uris_are_read_as_editors_write_them() {
        for (written, plain) in [
            ("file:///home/a/b.wf", "/home/a/b.wf"),
            ("file:/home/b.wf", "/home/b.wf"),
            ("file://localhost/home/b.wf", "/home/b.wf"),
            ("file:///c%3A/Users/x.wf", "c:/Users/x.wf"),
            ("file:///a/./b/../c//d.wf", "/a/c/d.wf"),
            ("file:///a/caf\u{e9}.wf", "/a/caf\u{e9}.wf"),
            ("file:///a/100%.wf", "/a/100%.wf"),
            ("untitled:Untitled-1", "untitled:Untitled-1"),
        ] {
            assert_eq!(path(written), plain, "{written}");
        }
        assert_eq!(uri("untitled:Untitled-1"), "untitled:Untitled-1");
    }
}
