//! Events as parts of lines.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use wfc_value::{FaultCode, Str};
use wfc_vm::{EffectId, ErrorRecord, Event, EventKind, Usage};

use super::line::{tagged, time, untagged};

/// An event: its time, and one word for what happened with what belongs to it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventLine {
    at: String,
    is: What,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum What {
    Completed {
        effect: u64,
        value: Box<RawValue>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<UsageLine>,
    },
    Failed {
        effect: u64,
        code: String,
        message: String,
        details: Box<RawValue>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<UsageLine>,
    },
    Unknown {
        effect: u64,
    },
    Cancelled {
        effect: u64,
    },
    Fired {
        effect: u64,
    },
    Message {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        payload: Box<RawValue>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    Cancel {
        reason: String,
    },
    Tick,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UsageLine {
    usd: f64,
    tokens: u64,
    agent_calls: u64,
}

impl UsageLine {
    fn of(usage: Usage) -> Self {
        Self {
            usd: usage.usd,
            tokens: usage.tokens,
            agent_calls: usage.agent_calls,
        }
    }

    fn read(self) -> Usage {
        Usage {
            usd: self.usd,
            tokens: self.tokens,
            agent_calls: self.agent_calls,
        }
    }
}

impl EventLine {
    pub(super) fn of(event: &Event) -> Self {
        let text = Str::to_string;
        let is = match &event.kind {
            EventKind::Completed {
                effect,
                value,
                usage,
            } => What::Completed {
                effect: effect.0,
                value: tagged(value),
                usage: usage.map(UsageLine::of),
            },
            EventKind::Failed {
                effect,
                error,
                usage,
            } => What::Failed {
                effect: effect.0,
                code: error.code.as_str().to_owned(),
                message: error.message.clone(),
                details: tagged(&error.details),
                usage: usage.map(UsageLine::of),
            },
            EventKind::Unknown { effect } => What::Unknown { effect: effect.0 },
            EventKind::Cancelled { effect } => What::Cancelled { effect: effect.0 },
            EventKind::Fired { effect } => What::Fired { effect: effect.0 },
            EventKind::Message {
                name,
                key,
                payload,
                id,
            } => What::Message {
                name: name.to_string(),
                key: key.as_ref().map(text),
                payload: tagged(payload),
                id: id.as_ref().map(text),
            },
            EventKind::Cancel { reason } => What::Cancel {
                reason: reason.to_string(),
            },
            EventKind::Tick => What::Tick,
        };
        Self {
            at: event.at.to_string(),
            is,
        }
    }

    pub(super) fn read(self) -> Result<Event, String> {
        let kind = match self.is {
            What::Completed {
                effect,
                value,
                usage,
            } => EventKind::Completed {
                effect: EffectId(effect),
                value: untagged(&value)?,
                usage: usage.map(UsageLine::read),
            },
            What::Failed {
                effect,
                code,
                message,
                details,
                usage,
            } => {
                let error = ErrorRecord::new(FaultCode::from_name(&code), message);
                EventKind::Failed {
                    effect: EffectId(effect),
                    error: Box::new(error.with_details(untagged(&details)?)),
                    usage: usage.map(UsageLine::read),
                }
            }
            What::Unknown { effect } => EventKind::Unknown {
                effect: EffectId(effect),
            },
            What::Cancelled { effect } => EventKind::Cancelled {
                effect: EffectId(effect),
            },
            What::Fired { effect } => EventKind::Fired {
                effect: EffectId(effect),
            },
            What::Message {
                name,
                key,
                payload,
                id,
            } => EventKind::Message {
                name: name.into(),
                key: key.map(Str::from),
                payload: untagged(&payload)?,
                id: id.map(Str::from),
            },
            What::Cancel { reason } => EventKind::Cancel {
                reason: reason.into(),
            },
            What::Tick => EventKind::Tick,
        };
        Ok(Event {
            at: time(&self.at)?,
            kind,
        })
    }
}
