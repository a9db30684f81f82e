//! `approval`: a person decides.
//!
//! The decision is taken up (`on_deny`) after `timeout`, inside the step: a timeout's denial obeys `on_deny` too.

use wfc_syntax::ast::{OnApprovalTimeout, OnDeny, StepId, StepKind};
use wfc_value::ty::{Field, union};
use wfc_value::{Type, Value};

use super::Lowerer;
use super::nodes::Origin;
use crate::ir::{EffectKind, Ex, ExId, NodeId, NodeKind, Op, SlotId};

impl Lowerer<'_> {
    /// Asks, and puts the answer into `dest`.
    pub(super) fn approval(&mut self, id: StepId, dest: Option<SlotId>, at: Origin) -> NodeId {
        let StepKind::Approval {
            prompt,
            items,
            approvers,
            ..
        } = &self.ast.step(id).kind
        else {
            return self.nothing(at);
        };
        let mut args: Vec<(Box<str>, ExId)> = vec![("prompt".into(), self.text(*prompt))];
        if let Some(items) = items {
            args.push(("items".into(), self.source(*items)));
        }
        if !approvers.is_empty() {
            args.push(("approvers".into(), self.texts(approvers)));
        }
        let args = self.core.ex(Ex::Record(args));
        let decode = Some(answer_type());
        let into = dest;
        let asked = self.node(
            NodeKind::Effect {
                kind: EffectKind::Approval,
                args,
                decode,
                held: None,
                into,
            },
            at,
        );
        let Some(map) = dest else { return asked };
        let value = self.constant(false);
        let put = self.node(
            NodeKind::Put {
                map,
                key: "timed_out",
                value,
            },
            at,
        );
        self.seq(vec![asked, put], at)
    }

    /// What takes the place of an answer that did not come in time.
    pub(super) fn approval_timeout(
        &mut self,
        what: OnApprovalTimeout,
        dest: Option<SlotId>,
        at: Origin,
    ) -> NodeId {
        let decision = match what {
            OnApprovalTimeout::Approve => "approve",
            OnApprovalTimeout::Deny => "deny",
            OnApprovalTimeout::Fail => {
                let message = Ex::Const(Value::string("nobody answered in time"));
                return self.raise("approval_timeout", message, at);
            }
        };
        let Some(dest) = dest else {
            return self.nothing(at);
        };
        let fields: Vec<(Box<str>, ExId)> = vec![
            ("decision".into(), self.constant(decision)),
            ("by".into(), self.core.ex(Ex::Const(Value::Null))),
            ("at".into(), self.op(Op::Now, [])),
            ("timed_out".into(), self.constant(true)),
        ];
        self.assign(dest, Ex::Record(fields), at)
    }

    /// What a denial in `answer` does.
    pub(super) fn on_deny(&mut self, what: OnDeny, answer: SlotId, at: Origin) -> NodeId {
        let then = match what {
            OnDeny::Continue => return self.nothing(at),
            OnDeny::Skip => self.leave_block(at),
            OnDeny::Fail => self.raise(
                "approval_denied",
                Ex::Const(Value::string("the approval was denied")),
                at,
            ),
        };
        let answer = self.load(answer);
        let (decision, deny) = (self.field(answer, "decision"), self.constant("deny"));
        let cond = self.op(Op::Eq, [decision, deny]);
        self.only_if(cond, then, at)
    }
}

/// What the world answers; `timed_out` is added.
fn answer_type() -> Type {
    Type::record(vec![
        Field::required(
            "decision",
            union([Type::text("approve"), Type::text("deny")]),
        ),
        Field::required("by", Type::String.or_null()),
        Field::required("at", Type::Timestamp),
        Field::optional("comment", Type::String),
    ])
}
