//! Errors as workflows see them and as runs end with them.

use wfc_value::{Fault, FaultCode, Str, Value};

/// An error with the place where it arose.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorRecord {
    /// The code.
    pub code: FaultCode,
    /// What is wrong, in words.
    pub message: String,
    /// The path of the innermost step, with iterations; nothing outside of steps.
    pub step: Option<Str>,
    /// Which attempt of the step it was, from 1.
    pub attempt: u32,
    /// More about it, for programs; often null.
    pub details: Value,
    /// The place in the source, as a range of bytes, when the program has a debug map.
    pub span: Option<(u32, u32)>,
}

impl ErrorRecord {
    /// An error that does not know its place yet, as the world reports it: the machine adds
    /// step, attempt and span.
    pub fn new(code: FaultCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            step: None,
            attempt: 1,
            details: Value::Null,
            span: None,
        }
    }

    /// The same with details.
    #[must_use]
    pub fn with_details(self, details: Value) -> Self {
        Self { details, ..self }
    }

    /// What `catch` gets: `{ code, message, step, attempt, details }`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let record = |details: Value| {
            Value::record([
                ("code", Value::from(self.code.as_str())),
                ("message", Value::from(self.message.as_str())),
                ("step", self.step.clone().map_or(Value::Null, Value::String)),
                ("attempt", Value::Int(i64::from(self.attempt))),
                ("details", details),
            ])
        };
        // Details that are as large or deep as a value may be do not fit into another.
        record(self.details.clone())
            .or_else(|_| record(Value::Null))
            .unwrap_or_default()
    }

    /// Reads what `raise` is given.
    ///
    /// # Errors
    /// When `code` or `message` is not there or not a text.
    pub fn from_value(value: &Value) -> Result<Self, Fault> {
        let text = |field: &str| match value.get(field) {
            Some(Value::String(text)) => Ok(text.clone()),
            _ => Err(Fault::expression(format!(
                "an error's `{field}` is to be a string"
            ))),
        };
        let step = match value.get("step") {
            Some(Value::String(step)) => Some(step.clone()),
            _ => None,
        };
        let attempt = value.get("attempt").and_then(Value::as_int);
        Ok(Self {
            code: FaultCode::from_name(&text("code")?),
            message: text("message")?.to_string(),
            step,
            attempt: attempt.and_then(|n| u32::try_from(n).ok()).unwrap_or(1),
            details: value.get("details").cloned().unwrap_or_default(),
            span: None,
        })
    }
}

impl From<Fault> for ErrorRecord {
    fn from(fault: Fault) -> Self {
        Self::new(fault.code, fault.message)
    }
}

impl std::fmt::Display for ErrorRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        match &self.step {
            Some(step) => write!(f, " (in `{step}`)"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ErrorRecord {}
