//! Run-time faults and the registry of their codes.

use std::fmt;

use crate::Str;

/// How far a fault reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultClass {
    /// A fault of a value: `&&`, `||`, `all` and `exists` absorb it, `catch` takes it.
    Value,
    /// A limit was met: `catch` takes it, `&&` and its like do not absorb it.
    Limit,
    /// The run cannot go on: nothing takes it.
    Total,
}

/// A run-time fault: what went wrong, in words, under a stable code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The code that `catch` and `retry.on` see.
    pub code: FaultCode,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// How far it reaches.
    pub class: FaultClass,
}

impl Fault {
    /// A fault of a value under `code`.
    pub fn new(code: FaultCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            class: FaultClass::Value,
        }
    }

    /// An `expression_error`: an operator or function met a value that it has no answer for.
    pub fn expression(message: impl Into<String>) -> Self {
        Self::new(FaultCode::ExpressionError, message)
    }

    /// A `type_mismatch`: a value is not of the type that was declared for it.
    pub fn mismatch(message: impl Into<String>) -> Self {
        Self::new(FaultCode::TypeMismatch, message)
    }

    /// A `parse_error`: a text is not what it was to be read as.
    pub fn parse(message: impl Into<String>) -> Self {
        Self::new(FaultCode::ParseError, message)
    }

    /// A `limit_exceeded` of class [`FaultClass::Limit`].
    pub fn limit(message: impl Into<String>) -> Self {
        Self {
            code: FaultCode::LimitExceeded,
            message: message.into(),
            class: FaultClass::Limit,
        }
    }

    /// A `limit_exceeded` of class [`FaultClass::Total`].
    pub fn total(message: impl Into<String>) -> Self {
        Self {
            code: FaultCode::LimitExceeded,
            message: message.into(),
            class: FaultClass::Total,
        }
    }

    /// CEL's fault for values that no overload of an operator or function takes; `spelled` has
    /// the values' types in place of the values, as in `string < int`.
    pub fn no_overload(spelled: impl fmt::Display) -> Self {
        Self::expression(format!("no such overload: `{spelled}`"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Fault {}

macro_rules! fault_codes {
    ($($variant:ident $name:literal $doc:literal $help:literal;)*) => {
        /// The code of a run-time fault, as `catch` sees it.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum FaultCode {
            $(#[doc = $doc] $variant,)*
            /// A code of the author's own, from a `fail` step.
            Custom(Str),
        }

        /// Every built-in code, in the order in which documentation lists them.
        pub const FAULT_CODES: &[FaultCodeInfo] = &[
            $(FaultCodeInfo { code: FaultCode::$variant, name: $name, doc: $doc, help: $help },)*
        ];

        impl FaultCode {
            /// The code's spelling.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Custom(name) => name,
                }
            }

            /// Reads a code; one that is not built in is the author's own.
            #[must_use]
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    _ => Self::Custom(Str::from(name)),
                }
            }
        }
    };
}

/// One line of the registry of run-time codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultCodeInfo {
    /// The code.
    pub code: FaultCode,
    /// Its spelling.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// What to do about it.
    pub help: &'static str,
}

fault_codes! {
    Timeout "timeout"
        "a step, an attempt or the whole run took longer than its `timeout` allows"
        "raise the `timeout`, make the step do less, or handle it with `on_error` or `catch`";
    ExitNonzero "exit_nonzero"
        "a command ended with an exit code other than 0"
        "read the step's stderr; set `check: false` to get the exit code as a value instead";
    ParseError "parse_error"
        "an output or a text could not be read as JSON, a number, a time or what else was asked for"
        "look at the text that was given; use `parse: text` or a looser `returns` if it may be anything";
    TypeMismatch "type_mismatch"
        "a value is not of the type that was declared for it"
        "compare the value in the message with the declared type; widen the type or convert the value";
    ToolError "tool_error"
        "a tool answered with an error"
        "check the arguments that the tool was given; add `retry` if the tool fails now and then";
    AgentError "agent_error"
        "an agent could not be started, failed or gave no usable answer"
        "check the model and its limits; add `retry`, or loosen `returns` if the answers do not fit";
    ApprovalDenied "approval_denied"
        "a person denied an approval, or its timeout denied it"
        "use `on_deny: skip` or `on_deny: continue` if the run is to go on without the approval";
    ApprovalTimeout "approval_timeout"
        "nobody answered an approval in time and `on_timeout` is `fail`"
        "raise the approval's `timeout`, or set `on_timeout: deny`";
    BudgetExceeded "budget_exceeded"
        "a step spent more money, tokens or agent calls than its `budget` allows"
        "raise the `budget`, or let the step do less";
    IterationsExceeded "iterations_exceeded"
        "a loop met its `max_iterations` with `on_limit: fail`"
        "raise `max_iterations`, or set `on_limit: stop` to go on with what there is";
    LimitExceeded "limit_exceeded"
        "a value, an expression or the run grew over one of the machine's limits"
        "work on less data at once, or pass large data by reference (a file, an address)";
    Deadlock "deadlock"
        "a called workflow waits for its turn behind a run that waits for its caller, so that neither could go on"
        "let workflows take their `concurrency_key`s in one order, or call with `wait: false`";
    ExpressionError "expression_error"
        "an operator or function met a value that it has no answer for"
        "test the value first (`has`, `size`, `!= 0`), or give another one with `orValue`";
    UnknownOutcome "unknown_outcome"
        "the process died or was cancelled while a step ran, so it is not known whether its work was done"
        "find out whether it was done, then `retry` from there; set `on_interrupt: retry` on steps that may run twice";
    Cancelled "cancelled"
        "the run or this part of it was cancelled"
        "nothing needs to be done; `finally` steps have run";
    NotConfigured "not_configured"
        "nothing is set up that can carry out this kind of step"
        "set up the executor that the message names (an agent command, a tool server), then retry";
}

impl FaultCode {
    /// The registry's line, for a built-in code.
    #[must_use]
    pub fn info(&self) -> Option<&'static FaultCodeInfo> {
        FAULT_CODES.iter().find(|info| info.code == *self)
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_and_other_names_are_the_authors_own() {
        for info in FAULT_CODES {
            assert_eq!(FaultCode::from_name(info.name), info.code);
            assert_eq!(info.code.as_str(), info.name);
            assert!(!info.help.is_empty());
        }
        assert_eq!(
            FaultCode::from_name("billing.declined").as_str(),
            "billing.declined"
        );
        assert_eq!(FaultCode::from_name("x").info(), None);
    }
}
