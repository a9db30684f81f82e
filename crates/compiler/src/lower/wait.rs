//! `wait`: for a length of time, until a point in time, or for an event.

use wfc_syntax::ast::Wait;
use wfc_value::{Type, Value};

use super::Lowerer;
use super::nodes::Origin;
use crate::ir::{EffectKind, Ex, ExId, NodeId, NodeKind, SlotId};

impl Lowerer<'_> {
    pub(super) fn wait(&mut self, wait: &Wait, dest: Option<SlotId>, at: Origin) -> NodeId {
        let (kind, args) = match wait {
            Wait::For(time) => (EffectKind::Sleep, self.typed(*time, &Type::Duration)),
            Wait::Until(time) => (EffectKind::SleepUntil, self.typed(*time, &Type::Timestamp)),
            Wait::Event {
                event,
                key,
                returns,
            } => {
                let mut args: Vec<(Box<str>, ExId)> =
                    vec![("event".into(), self.constant(&*event.text))];
                if let Some(key) = key {
                    args.push(("key".into(), self.text(*key)));
                }
                let args = self.core.ex(Ex::Record(args));
                let decode = returns.map(|ty| self.declared(ty));
                let kind = EffectKind::Event;
                return self.node(
                    NodeKind::Effect {
                        kind,
                        args,
                        decode,
                        held: returns.and_then(|ty| self.bounds_of(ty)),
                        into: dest,
                    },
                    at,
                );
            }
        };
        let slept = self.node(
            NodeKind::Effect {
                kind,
                args,
                decode: None,
                held: None,
                into: None,
            },
            at,
        );
        match dest {
            Some(dest) => {
                let null = self.assign(dest, Ex::Const(Value::Null), at);
                self.seq(vec![slept, null], at)
            }
            None => slept,
        }
    }
}
