//! Answers of people, as events.

use wfc_value::{Fault, Timestamp, Value};
use wfc_vm::{EffectId, EventKind};

/// A decision on an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it is approved.
    pub approve: bool,
    /// Who decided.
    pub by: Option<String>,
    /// What they had to say.
    pub comment: Option<String>,
}

impl Decision {
    /// The event that answers the approval `effect` at `at`.
    ///
    /// # Errors
    /// `limit_exceeded` when the comment is too long for a value.
    pub fn event(self, effect: EffectId, at: Timestamp) -> Result<EventKind, Fault> {
        let mut fields = vec![
            (
                "decision",
                Value::from(if self.approve { "approve" } else { "deny" }),
            ),
            ("by", self.by.map_or(Value::Null, Value::from)),
            ("at", Value::from(at)),
        ];
        if let Some(comment) = self.comment {
            fields.push(("comment", Value::from(comment)));
        }
        let value = Value::record(fields)?;
        Ok(EventKind::Completed {
            effect,
            value,
            usage: None,
        })
    }
}
