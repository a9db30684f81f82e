//! JSON as RFC 8785 writes it, without numbers.

/// The text under way.
#[derive(Default)]
pub(super) struct Out {
    pub(super) bytes: Vec<u8>,
}

impl Out {
    pub(super) fn raw(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// A comma, unless an opening bracket or a colon stands before.
    pub(super) fn comma(&mut self) {
        if !matches!(self.bytes.last(), None | Some(b'[' | b'{' | b':')) {
            self.raw(",");
        }
    }

    /// A string: `"` and `\` escaped, control characters as RFC 8785 (section 3.2.2.2) says.
    pub(super) fn string(&mut self, text: &str) {
        self.raw("\"");
        let mut plain = 0;
        for (at, byte) in text.bytes().enumerate() {
            let escape = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                0x08 => "\\b",
                0x09 => "\\t",
                0x0a => "\\n",
                0x0c => "\\f",
                0x0d => "\\r",
                0..0x20 => "",
                _ => continue,
            };
            self.raw(text.get(plain..at).unwrap_or_default());
            if escape.is_empty() {
                self.raw(&format!("\\u{byte:04x}"));
            } else {
                self.raw(escape);
            }
            plain = at + 1;
        }
        self.raw(text.get(plain..).unwrap_or_default());
        self.raw("\"");
    }

    /// An array that starts with a tag and a string, and ends there: `["int","42"]`.
    pub(super) fn tagged(&mut self, tag: &str, text: &str) {
        self.raw("[");
        self.string(tag);
        self.raw(",");
        self.string(text);
        self.raw("]");
    }

    /// A key of an object. Keys come in the order of their bytes.
    pub(super) fn key(&mut self, key: &str) {
        self.comma();
        self.string(key);
        self.raw(":");
    }
}
