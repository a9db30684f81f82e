//! Instructions, labels and reachability.

use wfc_program::isa::{Instr, Label};
use wfc_syntax::span::Span;

use super::Emitter;

impl Emitter<'_> {
    /// Adds an instruction, unless it cannot be reached.
    pub(super) fn op(&mut self, instr: Instr) {
        if !self.live {
            return;
        }
        if let Some(target) = instr.target() {
            self.use_label(target);
        }
        self.b.emit(instr);
    }

    /// Adds an instruction after which code does not go on.
    pub(super) fn end_with(&mut self, instr: Instr) {
        self.op(instr);
        self.live = false;
    }

    pub(super) fn push(&mut self, value: &wfc_value::Value) {
        if self.live {
            self.b.push(value);
        }
    }

    pub(super) fn label(&mut self) -> Label {
        let label = self.b.label();
        self.used.resize(label.index() + 1, false);
        label
    }

    pub(super) fn use_label(&mut self, label: Label) {
        if let Some(used) = self.used.get_mut(label.index()) {
            *used = true;
        }
    }

    /// Binds a label here; code that jumps to it makes what follows reachable.
    pub(super) fn bind(&mut self, label: Label) {
        self.b.bind(label);
        self.live |= self.used.get(label.index()).copied().unwrap_or_default();
    }

    /// A label of what is behind: a loop's top.
    pub(super) fn label_here(&mut self) -> Label {
        let label = self.label();
        self.b.bind(label);
        label
    }

    /// Goes to a label and not on.
    pub(super) fn jump(&mut self, to: Label) {
        self.end_with(Instr::Jump(to));
    }

    /// Calls the function called `name` with `n` arguments.
    pub(super) fn call(&mut self, name: &str, n: u32) {
        let f = self.b.function(name);
        self.op(Instr::Call(f, n));
    }

    /// Attributes what `emit` adds to a place in the source.
    pub(super) fn at<T>(&mut self, span: Span, emit: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.b.span((span.start, span.end));
        let out = emit(self);
        self.b.span(before);
        out
    }

    /// Emits what is inside a scope that was just begun.
    pub(super) fn inside<T>(&mut self, emit: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes = self.scopes.saturating_add(1);
        let out = emit(self);
        self.scopes = self.scopes.saturating_sub(1);
        out
    }
}
