//! Reading and writing of bytes: bounds-checked, little-endian, numbers as LEB128.

use std::fmt;

/// Why bytes are not a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Where, from the start of the file.
    pub offset: usize,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: {}", self.offset, self.message)
    }
}

impl std::error::Error for DecodeError {}

/// Bytes that are being written.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn u8(&mut self, n: u8) {
        self.bytes.push(n);
    }

    pub(crate) fn bool(&mut self, b: bool) {
        self.u8(u8::from(b));
    }

    pub(crate) fn u64(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.bytes.push((n & 0x7f) as u8 | 0x80);
            n >>= 7;
        }
        self.bytes.push(n as u8);
    }

    pub(crate) fn u32(&mut self, n: u32) {
        self.u64(u64::from(n));
    }

    pub(crate) fn len(&mut self, n: usize) {
        self.u64(n as u64);
    }

    /// Zigzag, so that small negative numbers are short too.
    pub(crate) fn i64(&mut self, n: i64) {
        self.u64(((n << 1) ^ (n >> 63)) as u64);
    }

    pub(crate) fn i32(&mut self, n: i32) {
        self.i64(i64::from(n));
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    pub(crate) fn blob(&mut self, bytes: &[u8]) {
        self.len(bytes.len());
        self.raw(bytes);
    }

    pub(crate) fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            None => self.u8(0),
            Some(value) => {
                self.u8(1);
                write(self, value);
            }
        }
    }
}

/// Bytes that are being read. No method panics, whatever the bytes; none allocates more than the
/// bytes that are left could fill.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// What is added to places in errors: where these bytes begin in the file.
    base: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            base: 0,
        }
    }

    pub(crate) fn error(&self, message: impl Into<String>) -> DecodeError {
        DecodeError {
            offset: self.base + self.at,
            message: message.into(),
        }
    }

    pub(crate) fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.left() == 0
    }

    pub(crate) fn raw(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let end = self.at.checked_add(len);
        let found = end.and_then(|end| self.bytes.get(self.at..end));
        let Some(found) = found else {
            return Err(self.error(format!("{len} bytes are needed, {} are left", self.left())));
        };
        self.at += len;
        Ok(found)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, DecodeError> {
        match self.raw(1)? {
            [byte] => Ok(*byte),
            _ => Err(self.error("a byte is missing")),
        }
    }

    pub(crate) fn bool(&mut self) -> Result<bool, DecodeError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(self.error(format!("{other} is no truth value: 0 or 1 is"))),
        }
    }

    /// The number must be written in as few bytes as it can, so that equal programs have equal
    /// bytes.
    pub(crate) fn u64(&mut self) -> Result<u64, DecodeError> {
        let mut n = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(self.error("a number is beyond 64 bits"));
            }
            n |= part << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return Err(self.error("a number is written longer than it needs"));
                }
                return Ok(n);
            }
        }
        Err(self.error("a number is beyond 64 bits"))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, DecodeError> {
        let n = self.u64()?;
        u32::try_from(n).map_err(|_| self.error(format!("{n} is beyond 32 bits")))
    }

    pub(crate) fn i64(&mut self) -> Result<i64, DecodeError> {
        let n = self.u64()?;
        Ok((n >> 1) as i64 ^ -((n & 1) as i64))
    }

    pub(crate) fn i32(&mut self) -> Result<i32, DecodeError> {
        let n = self.i64()?;
        i32::try_from(n).map_err(|_| self.error(format!("{n} is beyond 32 bits")))
    }

    /// A number of things that follow, each of at least one byte.
    pub(crate) fn len(&mut self) -> Result<usize, DecodeError> {
        let n = self.u64()?;
        match usize::try_from(n) {
            Ok(len) if len <= self.left() => Ok(len),
            _ => Err(self.error(format!(
                "{n} things are announced, {} bytes are left",
                self.left()
            ))),
        }
    }

    pub(crate) fn blob(&mut self) -> Result<&'a [u8], DecodeError> {
        let len = self.len()?;
        self.raw(len)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, DecodeError> {
        let bytes = self.blob()?;
        std::str::from_utf8(bytes).map_err(|_| self.error("a text is not UTF-8"))
    }

    pub(crate) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        if self.bool()? {
            read(self).map(Some)
        } else {
            Ok(None)
        }
    }

    /// As many as announced of what `read` reads.
    pub(crate) fn many<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let len = self.len()?;
        // Grown as things come: an announced length alone reserves little.
        let mut out = Vec::with_capacity(len.min(1024));
        for _ in 0..len {
            out.push(read(self)?);
        }
        Ok(out)
    }

    /// A reader of the next `len` bytes, which are skipped here.
    pub(crate) fn section(&mut self, len: usize) -> Result<Reader<'a>, DecodeError> {
        let base = self.base + self.at;
        Ok(Reader {
            bytes: self.raw(len)?,
            at: 0,
            base,
        })
    }
}
