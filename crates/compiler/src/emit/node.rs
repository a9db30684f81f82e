//! Nodes of the core.

use wfc_program::isa::{EffectKind as ProgramEffect, Instr, LoopKind, Slot};

use super::Emitter;
use crate::ir::{Core, EffectKind, ExId, Jump, NodeId, NodeKind, Note, Rounds, SlotId, SlotKind};

/// The slot of a variable of the core: they are numbered alike.
pub(super) fn slot(id: SlotId) -> Slot {
    Slot(id.0)
}

impl Emitter<'_> {
    /// Nesting is bounded by the nesting of the file, which the parser limits.
    pub(super) fn node(&mut self, core: &Core, id: NodeId) {
        if !self.live {
            return;
        }
        let node = core.get(id);
        self.at(node.span, |e| e.construct(core, &node.kind));
    }

    fn construct(&mut self, core: &Core, kind: &NodeKind) {
        match kind {
            NodeKind::Seq(nodes) => nodes.iter().for_each(|n| self.node(core, *n)),
            NodeKind::Assign { slot: to, value } => {
                self.ex(core, *value);
                self.op(Instr::Store(slot(*to)));
            }
            NodeKind::Copy { to, from } => self.copy(slot(*to), slot(*from)),
            NodeKind::Clear(slots) => slots.iter().for_each(|s| self.clear(core, *s)),
            NodeKind::Append { list, value } => {
                self.ex(core, *value);
                self.op(Instr::Append(slot(*list)));
            }
            NodeKind::Put { map, key, value } => {
                self.push(&(*key).into());
                self.ex(core, *value);
                self.op(Instr::Put(slot(*map)));
            }
            NodeKind::Effect {
                kind,
                args,
                decode,
                held,
                into,
            } => {
                self.effect(core, *kind, *args);
                if !matches!(kind, EffectKind::Sleep | EffectKind::SleepUntil) {
                    if let Some(ty) = decode {
                        self.decode(ty);
                    }
                    if let Some(schema) = held {
                        let schema = self.b.constant(schema);
                        self.op(Instr::Hold(schema));
                    }
                    self.store_or_pop(*into);
                }
            }
            NodeKind::If {
                cond,
                then,
                otherwise,
            } => self.either(core, *cond, *then, *otherwise),
            NodeKind::Block { label, body } => {
                let end = self.place_of(*label);
                self.node(core, *body);
                self.bind(end);
            }
            NodeKind::Loop { label, body } => {
                let end = self.place_of(*label);
                let top = self.label_here();
                self.node(core, *body);
                self.jump(top);
                self.bind(end);
            }
            NodeKind::Fork(fork) => self.fork(core, fork),
            NodeKind::Deadline { after, body } => {
                self.ex(core, *after);
                self.scope(core, Instr::Deadline(), *body, Instr::EndDeadline());
            }
            NodeKind::Budget { limits, body } => {
                self.ex(core, *limits);
                self.scope(core, Instr::Budget(), *body, Instr::EndBudget());
            }
            NodeKind::Counted { rounds, body } => {
                let kind = match rounds {
                    Rounds::Iterations => LoopKind::Iteration,
                    Rounds::CompositeAttempts => LoopKind::CompositeAttempt,
                    Rounds::LeafAttempts => LoopKind::LeafAttempt,
                };
                self.scope(core, Instr::LoopEnter(kind), *body, Instr::LoopLeave());
            }
            NodeKind::Try {
                body,
                error,
                handler,
            } => self.catch(core, *body, *error, *handler),
            NodeKind::Finally { body, cleanup } => self.finally(core, *body, *cleanup),
            NodeKind::Step {
                step,
                compensate,
                body,
            } => self.extent(core, *step, *compensate, *body),
            NodeKind::Note(note) => self.bookkeeping(*note),
            NodeKind::Jump(jump) => self.leave_by(core, *jump),
        }
    }

    /// `to` becomes what `from` is, unset included.
    fn copy(&mut self, to: Slot, from: Slot) {
        let (unset, end) = (self.label(), self.label());
        self.op(Instr::IsSet(from));
        self.op(Instr::JumpIfNot(unset));
        self.op(Instr::Load(from));
        self.op(Instr::Store(to));
        self.jump(end);
        self.bind(unset);
        self.op(Instr::Clear(to));
        self.bind(end);
    }

    fn clear(&mut self, core: &Core, id: SlotId) {
        if core
            .slots
            .get(id.0 as usize)
            .is_some_and(|s| matches!(s.kind, SlotKind::Status(_)))
        {
            self.push(&"not_started".into());
            self.op(Instr::Store(slot(id)));
        } else {
            self.op(Instr::Clear(slot(id)));
        }
    }

    fn effect(&mut self, core: &Core, kind: EffectKind, args: ExId) {
        self.ex(core, args);
        let kind = match kind {
            EffectKind::Sleep => return self.op(Instr::Sleep()),
            EffectKind::SleepUntil => return self.op(Instr::SleepUntil()),
            EffectKind::Agent => ProgramEffect::Agent,
            EffectKind::Message => ProgramEffect::Message,
            EffectKind::Tool => ProgramEffect::Tool,
            EffectKind::Bash => ProgramEffect::Bash,
            EffectKind::Approval => ProgramEffect::Approval,
            EffectKind::Event => ProgramEffect::Event,
            EffectKind::Call => ProgramEffect::Call,
        };
        self.op(Instr::Effect(kind));
    }

    pub(super) fn store_or_pop(&mut self, into: Option<SlotId>) {
        self.op(into.map_or(Instr::Pop(), |s| Instr::Store(slot(s))));
    }

    /// One of two; a constant condition leaves the other one out.
    fn either(&mut self, core: &Core, cond: ExId, then: NodeId, otherwise: Option<NodeId>) {
        match self.constant_ex(core, cond) {
            Some(wfc_value::Value::Bool(true)) => return self.node(core, then),
            Some(wfc_value::Value::Bool(false)) => {
                return otherwise.into_iter().for_each(|n| self.node(core, n));
            }
            _ => {}
        }
        if let (None, Some(place)) = (otherwise, self.plain_jump(core, then)) {
            self.ex(core, cond);
            return self.op(Instr::JumpIf(place));
        }
        let end = self.label();
        self.ex(core, cond);
        match otherwise {
            None => {
                self.op(Instr::JumpIfNot(end));
                self.node(core, then);
            }
            Some(otherwise) if core.is_empty(then) => {
                self.op(Instr::JumpIf(end));
                self.node(core, otherwise);
            }
            Some(otherwise) => {
                let other = self.label();
                self.op(Instr::JumpIfNot(other));
                self.node(core, then);
                self.jump(end);
                self.bind(other);
                self.node(core, otherwise);
            }
        }
        self.bind(end);
    }

    fn bookkeeping(&mut self, note: Note) {
        match note {
            Note::Skipped(step) => {
                if let Some(info) = self.steps.get(step.0 as usize).copied() {
                    self.op(Instr::StepSkip(info));
                }
            }
            Note::NextRound => self.op(Instr::LoopNext()),
            Note::CompMark(s) => self.op(Instr::CompMark(slot(s))),
            Note::CompUnwind(s) => self.op(Instr::CompUnwind(slot(s))),
        }
    }

    /// Fails, in the place of what cannot be done.
    fn fail(&mut self, message: &str) {
        let fields = [
            ("code", "expression_error".into()),
            ("message", message.into()),
        ];
        let record = wfc_value::Value::record(fields).unwrap_or_default();
        self.push(&record);
        self.end_with(Instr::Raise());
    }

    fn leave_by(&mut self, core: &Core, jump: Jump) {
        match jump {
            Jump::Leave(label) => {
                if let Some(place) = self.labels.get(label.0 as usize).copied().flatten() {
                    self.leave_to(place);
                }
            }
            // A branch cannot end the run; the checker says so. A program that is built all the same says it again.
            Jump::Return(_) if self.fiber_end.is_some() => self.fail("a branch cannot `return`"),
            Jump::Return(value) => {
                self.ex(core, value);
                self.end_with(Instr::Return());
            }
            Jump::Raise(value) => {
                self.ex(core, value);
                self.end_with(Instr::Raise());
            }
            Jump::End(value) => {
                self.ex(core, value);
                self.end_with(Instr::EndFiber());
            }
            Jump::EndSkip => {
                if let Some(place) = self.fiber_end {
                    self.leave_to(place);
                }
            }
        }
    }
}
