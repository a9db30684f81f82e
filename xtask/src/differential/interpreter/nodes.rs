//! The constructs of the core.

use wfc_compiler::ir::{ExId, Jump, NodeId, NodeKind, Note, Rounds, SlotKind};
use wfc_value::{Fault, FaultClass, FaultCode, Key, Value};
use wfc_vm::{ErrorRecord, TraceWhat};

use super::state::{Due, Exit, Extent, FiberId, Spending};
use super::{Later, Run};

impl Run<'_> {
    /// Carries out a node.
    pub(super) fn node(&self, f: FiberId, id: NodeId) -> Later<'_, Result<(), Exit>> {
        Box::pin(async move {
            match &self.core.get(id).kind {
                NodeKind::Seq(nodes) => {
                    for node in nodes {
                        self.node(f, *node).await?;
                    }
                    Ok(())
                }
                NodeKind::If {
                    cond,
                    then,
                    otherwise,
                } => match (self.truth(f, *cond)?, otherwise) {
                    (true, _) => self.node(f, *then).await,
                    (false, Some(otherwise)) => self.node(f, *otherwise).await,
                    (false, None) => Ok(()),
                },
                NodeKind::Block { label, body } => match self.node(f, *body).await {
                    Err(Exit::Leave(to)) if to == *label => Ok(()),
                    end => end,
                },
                NodeKind::Loop { label, body } => loop {
                    match self.node(f, *body).await {
                        Ok(()) => {}
                        Err(Exit::Leave(to)) if to == *label => return Ok(()),
                        end => return end,
                    }
                },
                NodeKind::Effect {
                    kind,
                    args,
                    decode,
                    held,
                    into,
                } => {
                    let value = self.effect(f, *kind, *args).await?;
                    let value = match decode {
                        Some(ty) => self.decoded(&value, ty).map_err(|e| self.fault(f, e))?,
                        None => value,
                    };
                    if let Some(schema) = held {
                        let kept = wfc_value::schema::hold(&value, schema);
                        kept.map_err(|e| self.fault(f, e))?;
                    }
                    self.set(f, *into, value);
                    Ok(())
                }
                NodeKind::Fork(fork) => {
                    let value = self.fork(f, id, fork).await?;
                    self.set(f, fork.into, value);
                    Ok(())
                }
                NodeKind::Deadline { after, body } => self.deadline(f, *after, *body).await,
                NodeKind::Budget { limits, body } => self.budget(f, *limits, *body).await,
                NodeKind::Try {
                    body,
                    error,
                    handler,
                } => match self.node(f, *body).await {
                    Err(Exit::Fault(e, FaultClass::Value | FaultClass::Limit)) => {
                        self.set(f, *error, e.to_value());
                        self.node(f, *handler).await
                    }
                    end => end,
                },
                NodeKind::Finally { body, cleanup } => self.finally(f, *body, *cleanup).await,
                NodeKind::Step {
                    step,
                    compensate,
                    body,
                } => self.step(f, *step, *compensate, *body).await,
                NodeKind::Counted { rounds, body } => {
                    let first = u32::from(*rounds != Rounds::Iterations);
                    self.state().fibers[f]
                        .extents
                        .push(Extent::Rounds(*rounds, first));
                    let end = self.node(f, *body).await;
                    self.state().fibers[f].extents.pop();
                    end
                }
                NodeKind::Note(Note::CompUnwind(slot)) => self.undo_since(f, *slot).await,
                NodeKind::Jump(jump) => Err(self.jump(f, *jump)?),
                plain => self.plain(f, plain),
            }
        })
    }

    /// What never waits.
    fn plain(&self, f: FiberId, node: &NodeKind) -> Result<(), Exit> {
        match node {
            NodeKind::Assign { slot, value } => {
                let value = self.value(f, *value)?;
                self.set(f, Some(*slot), value);
            }
            NodeKind::Copy { to, from } => {
                let mut state = self.state();
                let vars = &mut state.fibers[f].vars;
                vars[to.0 as usize] = vars[from.0 as usize].clone();
            }
            NodeKind::Clear(slots) => {
                for slot in slots {
                    let at = slot.0 as usize;
                    let is_status = matches!(self.core.slots[at].kind, SlotKind::Status(_));
                    let value = is_status.then(|| Value::from("not_started"));
                    self.state().fibers[f].vars[at] = value;
                }
            }
            NodeKind::Append { list, value } => {
                let value = self.value(f, *value)?;
                let mut state = self.state();
                let Some(Value::List(list)) = &mut state.fibers[f].vars[list.0 as usize] else {
                    return Ok(());
                };
                let added = list.push(value);
                drop(state);
                added.map_err(|e| self.fault(f, e))?;
            }
            NodeKind::Put { map, key, value } => {
                let value = self.value(f, *value)?;
                let mut state = self.state();
                let Some(Value::Map(map)) = &mut state.fibers[f].vars[map.0 as usize] else {
                    return Ok(());
                };
                let added = map.insert(Key::from(*key), value);
                drop(state);
                added.map_err(|e| self.fault(f, e))?;
            }
            NodeKind::Note(Note::Skipped(step)) => {
                self.checkpoint(f)?;
                self.skip(f, *step);
            }
            NodeKind::Note(Note::NextRound) => self.next_round(f)?,
            NodeKind::Note(Note::CompMark(slot)) => {
                let mark = self.state().marks;
                self.set(f, Some(*slot), Value::Int(mark));
            }
            _ => {}
        }
        Ok(())
    }

    fn next_round(&self, f: FiberId) -> Result<(), Exit> {
        self.checkpoint(f)?;
        let mut state = self.state();
        let Some(Extent::Rounds(kind, n)) = state.fibers[f].extents.last_mut() else {
            return Ok(());
        };
        *n += 1;
        let (kind, n) = (*kind, *n);
        let step = self.step_of(&state.fibers[f]);
        drop(state);
        if kind != Rounds::Iterations
            && let Some((step, path)) = step
        {
            self.note(step, path, TraceWhat::Attempt(n));
        }
        Ok(())
    }

    fn jump(&self, f: FiberId, jump: Jump) -> Result<Exit, Exit> {
        Ok(match jump {
            Jump::Leave(label) => Exit::Leave(label),
            Jump::Return(value) => Exit::Return(self.value(f, value)?),
            Jump::End(value) => Exit::End(Some(self.value(f, value)?)),
            Jump::EndSkip => Exit::End(None),
            Jump::Raise(value) => {
                let value = self.value(f, value)?;
                match ErrorRecord::from_value(&value) {
                    Ok(error) => self.raise(f, Box::new(error)),
                    Err(fault) => self.fault(f, fault),
                }
            }
        })
    }

    /// A body with a time limit.
    async fn deadline(&self, f: FiberId, after: ExId, body: NodeId) -> Result<(), Exit> {
        let after = match self.value(f, after)? {
            Value::Duration(after) => after,
            other => return Err(self.wrong(f, "a deadline", "duration", &other)),
        };
        self.checkpoint(f)?;
        let at = self.state().now.checked_add(after);
        let Some(at) = at else {
            let fault = Fault::expression("a deadline is beyond the year 9999");
            return Err(self.fault(f, fault));
        };
        let timer = self.state().arm(at, Due::Extent(f));
        let own = self.enter(f, Extent::Deadline(timer));
        let end = self.node(f, body).await;
        if matches!(end, Err(Exit::Over)) {
            return end;
        }
        let mut state = self.state();
        state.disarm(Some(timer));
        let fiber = &mut state.fibers[f];
        fiber.extents.pop();
        if fiber.cancel != Some(own) {
            return end;
        }
        // What was cancelled ends here; outside it is an error.
        fiber.cancel = None;
        fiber.finishing = false;
        drop(state);
        let after = after.to_workflow_string();
        let message = format!("it took longer than the `{after}` that it has");
        Err(self.raise(f, Box::new(ErrorRecord::new(FaultCode::Timeout, message))))
    }

    async fn budget(&self, f: FiberId, limits: ExId, body: NodeId) -> Result<(), Exit> {
        let limits = self.value(f, limits)?;
        self.checkpoint(f)?;
        let number = |field: &str| match limits.get(field) {
            Some(Value::Int(n)) => Some(*n as f64),
            Some(Value::Double(n)) => Some(*n),
            _ => None,
        };
        let spending = Spending {
            usd: number("usd"),
            tokens: number("tokens"),
            agent_calls: number("agent_calls"),
            ..Spending::default()
        };
        let place = {
            let mut state = self.state();
            state.budgets.push(spending);
            state.budgets.len() - 1
        };
        self.enter(f, Extent::Budget(place));
        let end = self.node(f, body).await;
        if !matches!(end, Err(Exit::Over)) {
            self.state().fibers[f].extents.pop();
        }
        end
    }

    /// Enters an extent; gives the reach of a cancel of it.
    pub(super) fn enter(&self, f: FiberId, extent: Extent) -> usize {
        let mut state = self.state();
        let extents = &mut state.fibers[f].extents;
        extents.push(extent);
        extents.len()
    }

    pub(super) fn wrong(&self, f: FiberId, what: &str, wanted: &str, found: &Value) -> Exit {
        let found = found.type_name();
        let message = format!("{what} is made of a {wanted}, not of a {found}");
        self.fault(f, Fault::expression(message))
    }

    pub(super) fn set(&self, f: FiberId, slot: Option<wfc_compiler::ir::SlotId>, value: Value) {
        if let Some(slot) = slot {
            self.state().fibers[f].vars[slot.0 as usize] = Some(value);
        }
    }

    fn truth(&self, f: FiberId, cond: ExId) -> Result<bool, Exit> {
        match self.value(f, cond)? {
            Value::Bool(b) => Ok(b),
            other => Err(self.fault(f, super::exprs::no_bool(&other))),
        }
    }
}
