//! Extents of steps, and what runs in any case.

use wfc_compiler::ir::NodeId;
use wfc_syntax::ast::StepId;
use wfc_value::{Fault, Str, Value};
use wfc_vm::TraceWhat;

use super::Run;
use super::state::{Due, Exit, Extent, FiberId};

impl Run<'_> {
    pub(super) async fn step(
        &self,
        f: FiberId,
        step: StepId,
        compensate: Option<NodeId>,
        body: NodeId,
    ) -> Result<(), Exit> {
        self.checkpoint(f)?;
        let left = self.state().steps_left.checked_sub(1);
        let Some(left) = left else {
            let fault = Fault::total("the run has entered more steps than it may");
            return Err(self.fault(f, fault));
        };
        self.state().steps_left = left;
        self.status(f, step, "running");
        let error = self.core.errors[step.0 as usize];
        if let Some(slot) = error {
            self.state().fibers[f].vars[slot.0 as usize] = None;
        }
        let path = self.path_here(f, step);
        self.note(step, path.clone(), TraceWhat::Started);
        self.enter(
            f,
            Extent::Step {
                step,
                acted: false,
                unknown: false,
            },
        );
        let end = self.node(f, body).await;
        if matches!(end, Err(Exit::Over)) {
            return end;
        }
        let extent = self.state().fibers[f].extents.pop();
        let Some(Extent::Step { acted, unknown, .. }) = extent else {
            return end;
        };
        let (word, what) = match &end {
            Err(Exit::Fault(error, _)) => {
                let slot = self.core.errors[step.0 as usize];
                self.set(f, slot, error.to_value());
                ("failed", TraceWhat::Failed(error.clone()))
            }
            Err(Exit::Cancel(_)) => ("cancelled", TraceWhat::Cancelled),
            _ => ("succeeded", TraceWhat::Succeeded),
        };
        let well = word == "succeeded";
        let (word, what) = if unknown && !well {
            ("unknown", TraceWhat::Unknown)
        } else {
            (word, what)
        };
        self.status(f, step, word);
        self.note(step, path.clone(), what);
        if let Some(undo) = compensate
            && (well || acted)
        {
            self.activate(f, step, path, undo);
        }
        // One that only went on to finish the step stops here.
        match end {
            Err(Exit::Fault(..) | Exit::Cancel(_)) => end,
            end => self.checkpoint(f).and(end),
        }
    }

    pub(super) fn skip(&self, f: FiberId, step: StepId) {
        self.status(f, step, "skipped");
        self.note(step, self.path_here(f, step), TraceWhat::Skipped);
    }

    fn path_here(&self, f: FiberId, step: StepId) -> Str {
        let state = self.state();
        let fiber = &state.fibers[f];
        self.path(fiber, step, fiber.extents.len())
    }

    fn status(&self, f: FiberId, step: StepId, word: &str) {
        self.set(f, self.core.status[step.0 as usize], Value::from(word));
    }

    /// A body, and what runs however it ends.
    pub(super) async fn finally(
        &self,
        f: FiberId,
        body: NodeId,
        cleanup: NodeId,
    ) -> Result<(), Exit> {
        self.checkpoint(f)?;
        let end = self.node(f, body).await;
        if matches!(end, Err(Exit::Over)) {
            return end;
        }
        // A body that only went on to finish something was cancelled.
        let pending = match self.state().fibers[f].cancel {
            Some(reach) => Err(Exit::Cancel(reach)),
            None => end,
        };
        let (how, cancel) = match &pending {
            Err(Exit::Cancel(reach)) => ("cancelled", Some(*reach)),
            Err(Exit::Fault(..)) => ("failed", None),
            _ => ("done", None),
        };
        let mut grace = None;
        if cancel.is_some() {
            let mut state = self.state();
            let fiber = &mut state.fibers[f];
            fiber.cancel = None;
            fiber.finishing = false;
            let at = state.now.checked_add(self.meta.limits.finally_grace);
            grace = at.map(|at| state.arm(at, Due::Extent(f)));
        }
        let own = self.enter(f, Extent::Cleanup { how, cancel, grace });
        let end = self.node(f, cleanup).await;
        if matches!(end, Err(Exit::Over)) {
            return end;
        }
        let mut state = self.state();
        let overrun = state.fibers[f].cancel == Some(own);
        let Some(Extent::Cleanup { cancel, grace, .. }) = state.fibers[f].extents.pop() else {
            return end;
        };
        state.disarm(grace);
        let end = match (cancel, end) {
            // The cancel that came before it, or while it ran, goes on: the outermost of them.
            (Some(reach), Err(Exit::Cancel(other))) if !overrun => {
                Err(Exit::Cancel(reach.min(other)))
            }
            (Some(reach), _) => Err(Exit::Cancel(reach)),
            (None, Ok(())) => pending,
            (None, end) => end,
        };
        let fiber = &mut state.fibers[f];
        match &end {
            Err(Exit::Cancel(reach)) => fiber.cancel = Some(*reach),
            _ if overrun => fiber.cancel = None,
            _ => {}
        }
        fiber.finishing = false;
        end
    }
}
