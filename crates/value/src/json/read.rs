//! A strict JSON reader (RFC 8259). It is written here rather than taken from a library because a
//! number's spelling decides its type, repeated keys are errors, and the depth is ours to limit.

use super::parse::JsonError;

/// What the reader makes of what it reads.
pub(super) trait Build {
    type Out;
    fn null(&self) -> Self::Out;
    fn bool(&self, b: bool) -> Self::Out;
    fn number(&self, spelling: &str) -> Result<Self::Out, String>;
    fn string(&self, text: String) -> Self::Out;
    fn list(&self, items: Vec<Self::Out>) -> Result<Self::Out, String>;
    fn map(&self, entries: Vec<(String, Self::Out)>) -> Result<Self::Out, String>;
}

/// Reads one JSON document of at most `max_depth` nested containers.
pub(super) fn read<B: Build>(text: &str, build: &B, max_depth: u32) -> Result<B::Out, JsonError> {
    let mut reader = Reader {
        text,
        at: 0,
        build,
        max_depth,
    };
    reader.space();
    let value = reader.value(0)?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.error("something follows the JSON value"));
    }
    Ok(value)
}

struct Reader<'a, B> {
    text: &'a str,
    at: usize,
    build: &'a B,
    max_depth: u32,
}

impl<B: Build> Reader<'_, B> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn error(&self, message: impl Into<String>) -> JsonError {
        JsonError::at(self.text, self.at, message.into())
    }

    fn error_at(&self, at: usize, message: impl Into<String>) -> JsonError {
        JsonError::at(self.text, at, message.into())
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn unexpected(&self, wanted: &str) -> JsonError {
        match self.rest().chars().next() {
            Some(c) => self.error(format!("expected {wanted}, found `{}`", c.escape_debug())),
            None => self.error(format!("expected {wanted}, but the text ends")),
        }
    }

    fn value(&mut self, depth: u32) -> Result<B::Out, JsonError> {
        match self.peek() {
            Some(b'n') if self.word("null") => Ok(self.build.null()),
            Some(b't') if self.word("true") => Ok(self.build.bool(true)),
            Some(b'f') if self.word("false") => Ok(self.build.bool(false)),
            Some(b'"') => {
                let text = self.string()?;
                Ok(self.build.string(text))
            }
            Some(b'[') => self.list(depth + 1),
            Some(b'{') => self.map(depth + 1),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.unexpected("a JSON value")),
        }
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn check_depth(&self, depth: u32) -> Result<(), JsonError> {
        if depth > self.max_depth {
            let most = self.max_depth;
            return Err(self.error(format!("nested too deep: the most is {most} levels")));
        }
        Ok(())
    }

    fn list(&mut self, depth: u32) -> Result<B::Out, JsonError> {
        self.check_depth(depth)?;
        let start = self.at;
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
        } else {
            loop {
                self.space();
                items.push(self.value(depth)?);
                self.space();
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b']') => {
                        self.at += 1;
                        break;
                    }
                    _ => return Err(self.unexpected("`,` or `]`")),
                }
            }
        }
        self.build.list(items).map_err(|m| self.error_at(start, m))
    }

    fn map(&mut self, depth: u32) -> Result<B::Out, JsonError> {
        self.check_depth(depth)?;
        let start = self.at;
        self.at += 1;
        let mut entries = Vec::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
        } else {
            loop {
                entries.push(self.entry(depth)?);
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b'}') => {
                        self.at += 1;
                        break;
                    }
                    _ => return Err(self.unexpected("`,` or `}`")),
                }
            }
        }
        self.build.map(entries).map_err(|m| self.error_at(start, m))
    }

    fn entry(&mut self, depth: u32) -> Result<(String, B::Out), JsonError> {
        self.space();
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a key in double quotes"));
        }
        let key = self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:`"));
        }
        self.at += 1;
        self.space();
        let value = self.value(depth)?;
        self.space();
        Ok((key, value))
    }

    fn number(&mut self) -> Result<B::Out, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => {
                self.at += 1;
                if matches!(self.peek(), Some(b'0'..=b'9')) {
                    return Err(self.error_at(start, "a number does not begin with 0"));
                }
            }
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.unexpected("a digit")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.some_digits()?;
        }
        let spelling = self.text.get(start..self.at).unwrap_or_default();
        self.build
            .number(spelling)
            .map_err(|m| self.error_at(start, m))
    }

    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        self.digits();
        if self.at == start {
            Err(self.unexpected("a digit"))
        } else {
            Ok(())
        }
    }

    fn string(&mut self) -> Result<String, JsonError> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let plain = self.rest().find(|c: char| c == '"' || c == '\\' || c < ' ');
            let Some(plain) = plain else {
                return Err(self.error_at(start, "the string is not closed"));
            };
            out.push_str(self.rest().get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                _ => {
                    return Err(self.error(
                        "a control character in a string: write it as an escape, such as `\\n`",
                    ));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let start = self.at;
        self.at += 2;
        Ok(match self.text.as_bytes().get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            _ => return Err(self.error_at(start, "an escape that JSON does not have")),
        })
    }

    fn unicode(&mut self, start: usize) -> Result<char, JsonError> {
        let wrong = "`\\u` takes four hexadecimal digits";
        let alone = "half of a surrogate pair stands alone";
        let high = self.hex().ok_or_else(|| self.error_at(start, wrong))?;
        if !(0xd800..0xe000).contains(&high) {
            return char::from_u32(high).ok_or_else(|| self.error_at(start, wrong));
        }
        if high >= 0xdc00 || !self.rest().starts_with("\\u") {
            return Err(self.error_at(start, alone));
        }
        self.at += 2;
        let low = self.hex().ok_or_else(|| self.error_at(start, wrong))?;
        if !(0xdc00..0xe000).contains(&low) {
            return Err(self.error_at(start, alone));
        }
        let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        char::from_u32(code).ok_or_else(|| self.error_at(start, alone))
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}
