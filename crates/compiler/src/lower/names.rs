//! Which variables there are: one for each name that is read, and for each status, error and output that is.

use wfc_syntax::ast::{Ast, StepId};
use wfc_syntax::expr::ExprId;

use super::Lowerer;
use crate::analysis::{Analysis, BindingId, BindingKind, Ref};
use crate::ir::{Core, SlotId, SlotKind};

/// What some expression of the file reads.
struct Reads {
    bindings: Vec<bool>,
    outputs: Vec<bool>,
    status: Vec<bool>,
    errors: Vec<bool>,
}

impl<'a> Lowerer<'a> {
    pub(super) fn new(ast: &'a Ast, analysis: &'a Analysis) -> Self {
        let mut cx = Self {
            ast,
            analysis,
            core: Core::default(),
            targets: Vec::new(),
            assigned: Vec::new(),
            first: Vec::new(),
            loops: Vec::new(),
            blocks: Vec::new(),
            caught: Vec::new(),
        };
        let named = super::paths::paths(ast);
        cx.core.paths = named.paths;
        cx.core.order = named.order;
        let reads = cx.reads();
        cx.binding_slots(&reads);
        cx.step_slots(&reads);
        cx
    }

    fn reads(&self) -> Reads {
        let steps = self.ast.steps.len();
        let mut reads = Reads {
            bindings: vec![false; self.analysis.bindings.len()],
            outputs: vec![false; steps],
            status: vec![false; steps],
            errors: vec![false; steps],
        };
        let set = |table: &mut Vec<bool>, at: u32| {
            if let Some(cell) = table.get_mut(at as usize) {
                *cell = true;
            }
        };
        for id in 0..u32::try_from(self.ast.exprs.len()).unwrap_or(u32::MAX) {
            match self.analysis.refs.get(&ExprId(id)) {
                Some(Ref::Binding(b)) => set(&mut reads.bindings, b.0),
                Some(Ref::StepOutput(s)) => set(&mut reads.outputs, s.0),
                Some(Ref::StepStatus(s)) => set(&mut reads.status, s.0),
                Some(Ref::StepError(s)) => set(&mut reads.errors, s.0),
                Some(Ref::Step(s)) => {
                    set(&mut reads.outputs, s.0);
                    set(&mut reads.status, s.0);
                    set(&mut reads.errors, s.0);
                }
                _ => {}
            }
        }
        reads
    }

    /// Inputs come first, in their order, so that the machine finds them; then the other names.
    fn binding_slots(&mut self, reads: &Reads) {
        let bindings = &self.analysis.bindings;
        let mut slots: Vec<Option<SlotId>> = vec![None; bindings.len()];
        let mut places: Vec<Option<usize>> = vec![None; self.ast.workflow.inputs.len()];
        for (at, binding) in bindings.iter().enumerate() {
            if let BindingKind::Input(place) = binding.kind
                && let Some(cell) = places.get_mut(place as usize)
            {
                *cell = Some(at);
            }
        }
        for (input, found) in self.ast.workflow.inputs.iter().zip(places) {
            let kind = found.map_or(SlotKind::Temp, |b| SlotKind::Binding(id(b)));
            let slot = self.core.slot(&*input.name.text, kind);
            if let Some(cell) = found.and_then(|b| slots.get_mut(b)) {
                *cell = Some(slot);
            }
        }
        for (at, binding) in bindings.iter().enumerate() {
            let always = matches!(
                binding.kind,
                BindingKind::Variable(_)
                    | BindingKind::Set(_)
                    | BindingKind::Item(_)
                    | BindingKind::Error(_)
            );
            let read = reads.bindings.get(at).copied().unwrap_or_default();
            if let Some(cell) = slots.get_mut(at)
                && cell.is_none()
                && (always || read)
            {
                *cell = Some(
                    self.core
                        .slot(&*binding.name.text, SlotKind::Binding(id(at))),
                );
            }
        }
        self.core.bindings = slots;
    }

    fn step_slots(&mut self, reads: &Reads) {
        let read = |table: &[bool], at: usize| table.get(at).copied().unwrap_or_default();
        let writers = self.writers();
        let mut extra = vec![Vec::new(); self.ast.steps.len()];
        for (at, binding) in self.analysis.bindings.iter().enumerate() {
            if let BindingKind::Output(step) = binding.kind
                && let Some(list) = extra.get_mut(step.0 as usize)
            {
                list.push(id(at));
            }
        }
        let steps = self.ast.steps.len();
        self.targets = vec![Vec::new(); steps];
        self.core.outputs = vec![None; steps];
        self.core.status = vec![None; steps];
        self.core.errors = vec![None; steps];
        for step in self.core.order.clone() {
            let at = step.0 as usize;
            let path = self.core.paths.get(at).cloned().unwrap_or_default();
            let own = self.analysis.output_binding.get(at).copied().flatten();
            let mut targets: Vec<SlotId> = Vec::new();
            for binding in own.iter().chain(extra.get(at).into_iter().flatten()) {
                let slot = self.binding(*binding);
                targets.extend(slot.filter(|s| !targets.contains(s)));
            }
            let output = read(&reads.outputs, at).then(|| match own {
                Some(b) if writers.get(b.0 as usize) == Some(&1) => {
                    self.output_slot_of(b, &mut targets)
                }
                _ => {
                    let slot = self
                        .core
                        .slot(format!("steps.{path}.output"), SlotKind::Output(step));
                    targets.push(slot);
                    slot
                }
            });
            let status = read(&reads.status, at).then(|| {
                self.core
                    .slot(format!("steps.{path}.status"), SlotKind::Status(step))
            });
            let error = read(&reads.errors, at).then(|| {
                self.core
                    .slot(format!("steps.{path}.error"), SlotKind::Error(step))
            });
            put(&mut self.core.outputs, at, output);
            put(&mut self.core.status, at, status);
            put(&mut self.core.errors, at, error);
            put(&mut self.targets, at, targets);
        }
    }

    /// The variable of a binding that only one step writes: `steps.x.output` reads it too.
    fn output_slot_of(&mut self, binding: BindingId, targets: &mut Vec<SlotId>) -> SlotId {
        if let Some(slot) = self.binding(binding) {
            return slot;
        }
        let name = self
            .analysis
            .bindings
            .get(binding.0 as usize)
            .map_or("", |b| &*b.name.text);
        let slot = self.core.slot(name, SlotKind::Binding(binding));
        if let Some(cell) = self.core.bindings.get_mut(binding.0 as usize) {
            *cell = Some(slot);
        }
        targets.push(slot);
        slot
    }

    /// How many steps assign each binding, counting a variable's declaration.
    fn writers(&self) -> Vec<u32> {
        let mut writers = vec![0_u32; self.analysis.bindings.len()];
        for (binding, count) in self.analysis.bindings.iter().zip(&mut writers) {
            *count += u32::from(!matches!(
                binding.kind,
                BindingKind::Output(_) | BindingKind::Set(_)
            ));
        }
        let outputs = self.analysis.output_binding.iter().flatten();
        for b in outputs.chain(self.analysis.set_targets.values()) {
            if let Some(count) = writers.get_mut(b.0 as usize) {
                *count += 1;
            }
        }
        writers
    }

    /// The variable of a binding, when it has one.
    pub(super) fn binding(&self, binding: BindingId) -> Option<SlotId> {
        self.core
            .bindings
            .get(binding.0 as usize)
            .copied()
            .flatten()
    }

    /// The variable of a binding that analysis may know; a nameless one when it does not.
    pub(super) fn binding_or_temp(&mut self, binding: Option<BindingId>, name: &str) -> SlotId {
        binding
            .and_then(|b| self.binding(b))
            .unwrap_or_else(|| self.temp(name))
    }

    /// The variables that take a step's output.
    pub(super) fn targets_of(&self, step: StepId) -> Vec<SlotId> {
        self.targets
            .get(step.0 as usize)
            .cloned()
            .unwrap_or_default()
    }
}

fn put<T>(table: &mut [T], at: usize, value: T) {
    if let Some(cell) = table.get_mut(at) {
        *cell = value;
    }
}

fn id(at: usize) -> BindingId {
    BindingId(u32::try_from(at).unwrap_or(u32::MAX))
}
