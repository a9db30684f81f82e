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
pub struct Writer {
    bytes: Vec<u8>,
}

impl From<Vec<u8>> for Writer {
    /// Writes behind bytes that are there already.
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }
}

impl Writer {
    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes a byte.
    pub fn u8(&mut self, n: u8) {
        self.bytes.push(n);
    }

    /// Writes 0 or 1.
    pub fn bool(&mut self, b: bool) {
        self.u8(u8::from(b));
    }

    /// Writes a number as LEB128, in as few bytes as it can be.
    pub fn u64(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.bytes.push((n & 0x7f) as u8 | 0x80);
            n >>= 7;
        }
        self.bytes.push(n as u8);
    }

    /// As [`Writer::u64`].
    pub fn u32(&mut self, n: u32) {
        self.u64(u64::from(n));
    }

    /// Writes how many things follow.
    pub fn len(&mut self, n: usize) {
        self.u64(n as u64);
    }

    /// Zigzag, so that small negative numbers are short too.
    pub fn i64(&mut self, n: i64) {
        self.u64(((n << 1) ^ (n >> 63)) as u64);
    }

    /// As [`Writer::i64`].
    pub fn i32(&mut self, n: i32) {
        self.i64(i64::from(n));
    }

    /// Writes a text's length and bytes.
    pub fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    /// Writes bytes after their number.
    pub fn blob(&mut self, bytes: &[u8]) {
        self.len(bytes.len());
        self.raw(bytes);
    }

    /// Writes 0 for nothing, or 1 and the value.
    pub fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
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
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// What is added to places in errors: where these bytes begin in the file.
    base: usize,
}

impl<'a> Reader<'a> {
    /// A reader of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            base: 0,
        }
    }

    /// An error at the place that is read next.
    pub fn error(&self, message: impl Into<String>) -> DecodeError {
        DecodeError {
            offset: self.base + self.at,
            message: message.into(),
        }
    }

    /// How many bytes are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// Whether none is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.left() == 0
    }

    /// Reads so many bytes.
    ///
    /// # Errors
    /// When there are too few bytes, or they say something else.
    pub fn raw(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let end = self.at.checked_add(len);
        let found = end.and_then(|end| self.bytes.get(self.at..end));
        let Some(found) = found else {
            return Err(self.error(format!("{len} bytes are needed, {} are left", self.left())));
        };
        self.at += len;
        Ok(found)
    }

    /// Reads a byte.
    ///
    /// # Errors
    /// When there are too few bytes, or they say something else.
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        match self.raw(1)? {
            [byte] => Ok(*byte),
            _ => Err(self.error("a byte is missing")),
        }
    }

    /// Reads 0 or 1.
    ///
    /// # Errors
    /// When there are too few bytes, or they say something else.
    pub fn bool(&mut self) -> Result<bool, DecodeError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(self.error(format!("{other} is no truth value: 0 or 1 is"))),
        }
    }

    /// The number must be written in as few bytes as it can, so that equal programs have equal
    /// bytes.
    ///
    /// # Errors
    /// When there are too few bytes, or they say something else.
    pub fn u64(&mut self) -> Result<u64, DecodeError> {
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

    /// Reads a number of at most 32 bits.
    ///
    /// # Errors
    /// When there are too few bytes, or they say something else.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        let n = self.u64()?;
        u32::try_from(n).map_err(|_| self.error(format!("{n} is beyond 32 bits")))
    }

    /// Reads what [`Writer::i64`] wrote.
    ///
    /// # Errors
    /// When there are too few bytes, or they say something else.
    pub fn i64(&mut self) -> Result<i64, DecodeError> {
        let n = self.u64()?;
        Ok((n >> 1) as i64 ^ -((n & 1) as i64))
    }

    /// Reads what [`Writer::i32`] wrote.
    ///
    /// # Errors
    /// When there are too few bytes, or they say something else.
    pub fn i32(&mut self) -> Result<i32, DecodeError> {
        let n = self.i64()?;
        i32::try_from(n).map_err(|_| self.error(format!("{n} is beyond 32 bits")))
    }

    /// A number of things that follow, each of at least one byte.
    ///
    /// # Errors
    /// When there are too few bytes, or they say something else.
    pub fn len(&mut self) -> Result<usize, DecodeError> {
        let n = self.u64()?;
        match usize::try_from(n) {
            Ok(len) if len <= self.left() => Ok(len),
            _ => Err(self.error(format!(
                "{n} things are announced, {} bytes are left",
                self.left()
            ))),
        }
    }

    /// Reads bytes after their number.
    ///
    /// # Errors
    /// When there are too few bytes, or they say something else.
    pub fn blob(&mut self) -> Result<&'a [u8], DecodeError> {
        let len = self.len()?;
        self.raw(len)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// When there are too few bytes, or they say something else.
    pub fn text(&mut self) -> Result<&'a str, DecodeError> {
        let bytes = self.blob()?;
        std::str::from_utf8(bytes).map_err(|_| self.error("a text is not UTF-8"))
    }

    /// Reads what [`Writer::option`] wrote.
    ///
    /// # Errors
    /// When there are too few bytes, or they say something else.
    pub fn option<T>(
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
    ///
    /// # Errors
    /// When there are too few bytes, or they say something else.
    pub fn many<T>(
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
    ///
    /// # Errors
    /// When there are too few bytes, or they say something else.
    pub fn section(&mut self, len: usize) -> Result<Reader<'a>, DecodeError> {
        let base = self.base + self.at;
        Ok(Reader {
            bytes: self.raw(len)?,
            at: 0,
            base,
        })
    }
}
