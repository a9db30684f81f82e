//! Every name of a file that stands for something: where it is declared, read and written.
//!
//! Built once for a checked file. Definition, references, rename and highlight all read this one list, so that they
//! cannot differ.

use wfc_compiler::analysis::{BindingId, BindingKind, Callee, LocalId, Macro, Ref};
use wfc_syntax::ast::{Ast, StepId, StepKind, TriggerKind};
use wfc_syntax::expr::{ExprId, ExprKind, Name};
use wfc_syntax::span::Span;
use wfc_syntax::type_expr::{TypeExprKind, TypeId};

use crate::anchors;
use crate::broken_names;
use crate::check::CheckedFile;
use crate::origin::{Origin, Origins};

/// What a name stands for. Places and ids are those of the file that the name stands in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Symbol {
    /// The input at this place of `workflow.inputs`.
    Input(u32),
    /// A step, and its output under the step's own id.
    Step(StepId),
    /// A variable, an `outputVariable`, a loop's item or index, a caught error.
    Binding(BindingId),
    /// A variable of a comprehension.
    Local(LocalId),
    /// The secret at this place of `workflow.secrets`.
    Secret(u32),
    /// The variable at this place of `workflow.env`.
    Env(u32),
    /// The type at this place of `workflow.types`.
    Type(u32),
    /// A branch of a parallel step.
    Branch(StepId, u32),
    /// A field of a record, by the place of its name where it is declared.
    Field(Span),
    /// The workflow of this file, by its slug.
    Workflow,
    /// The workflow that a `subworkflow` step calls.
    Callee(StepId),
    /// An input of the workflow that a step calls.
    CalleeInput(StepId, Box<str>),
    /// The catalogue at this place of `workflow.catalogues`.
    Catalogue(u32),
    /// A tool, as `server.name`.
    Tool(Box<str>),
    /// A function or macro of the language.
    Function(Box<str>),
    /// An anchor of YAML.
    Anchor(Box<str>),
}

/// What a place does to the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Declares it.
    Declaration,
    /// Gives it a value.
    Write,
    /// Reads it.
    Read,
}

/// How the name is written at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// By itself, where a name stands: after `let`, as `id`, as a key, as a type.
    Word,
    /// By itself, in an expression.
    Plain,
    /// Behind a point: `inputs.x`. The span is that of all behind the namespace, the point included.
    Selected(Span),
    /// In quotes between brackets: `steps["deploy-step"]`.
    Index,
}

/// A place where a name stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Occurrence {
    /// The characters of the name, without quotes.
    pub span: Span,
    /// What it stands for.
    pub symbol: Symbol,
    /// What the place does to it.
    pub role: Role,
    /// How it is written there.
    pub form: Form,
}

/// All occurrences of a file.
#[derive(Debug, Default)]
pub struct Names {
    /// In the order of their places.
    all: Vec<Occurrence>,
}

impl Names {
    /// The names of a file.
    #[must_use]
    pub(crate) fn of(file: &CheckedFile) -> Self {
        let mut finder = Finder {
            file,
            ast: file.ast(),
            origins: Origins::new(file),
            out: Vec::new(),
        };
        finder.declarations();
        finder.steps();
        finder.bindings();
        finder.expressions();
        finder.types();
        let mut all = finder.out;
        all.extend(broken_names::find(file, &all));
        all.extend(anchors::find(file));
        all.sort();
        // A node that an alias of YAML repeats stands once in the text.
        all.dedup_by(|b, a| a.span == b.span && (a.symbol == b.symbol || same_kind(a, b)));
        Self { all }
    }

    /// All occurrences, in the order of their places.
    #[must_use]
    pub fn all(&self) -> &[Occurrence] {
        &self.all
    }

    /// The name at an offset: the one that it is in, else the one that ends there.
    #[must_use]
    pub fn at(&self, offset: u32) -> Option<&Occurrence> {
        let after = self.all.partition_point(|o| o.span.start <= offset);
        let before = self.all.get(..after)?;
        // Names do not nest but for a call's workflow, so a look at the last few is enough.
        let near = || before.iter().rev().take(8);
        near()
            .find(|o| offset < o.span.end)
            .or_else(|| near().find(|o| offset == o.span.end))
    }

    /// All occurrences of a symbol, in the order of their places.
    pub fn of_symbol<'a>(&'a self, symbol: &'a Symbol) -> impl Iterator<Item = &'a Occurrence> {
        self.all.iter().filter(move |o| o.symbol == *symbol)
    }
}

/// Whether two occurrences at one place come from one node that was lowered twice.
fn same_kind(a: &Occurrence, b: &Occurrence) -> bool {
    std::mem::discriminant(&a.symbol) == std::mem::discriminant(&b.symbol)
}

fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

struct Finder<'a> {
    file: &'a CheckedFile,
    ast: &'a Ast,
    origins: Origins<'a>,
    out: Vec<Occurrence>,
}

impl Finder<'_> {
    /// Adds a name if it is written at that place: some, as a loop's `item`, need not be.
    fn add(&mut self, name: &Name, symbol: Symbol, role: Role, form: Form) {
        self.add_text(&name.text, name.span, symbol, role, form);
    }

    fn add_text(&mut self, text: &str, span: Span, symbol: Symbol, role: Role, form: Form) {
        if let Some(span) = self.file.inner(span, text) {
            self.out.push(Occurrence {
                span,
                symbol,
                role,
                form,
            });
        }
    }

    fn declare(&mut self, name: &Name, symbol: Symbol) {
        self.add(name, symbol, Role::Declaration, Form::Word);
    }

    fn declarations(&mut self) {
        let workflow = &self.ast.workflow;
        if let Some(slug) = &workflow.slug {
            self.declare(slug, Symbol::Workflow);
        }
        for (i, decl) in workflow.inputs.iter().enumerate() {
            self.declare(&decl.name, Symbol::Input(place(i)));
        }
        for (i, name) in workflow.secrets.iter().enumerate() {
            self.declare(name, Symbol::Secret(place(i)));
        }
        for (i, decl) in workflow.env.iter().enumerate() {
            self.declare(&decl.name, Symbol::Env(place(i)));
        }
        for (i, decl) in workflow.types.iter().enumerate() {
            self.declare(&decl.name, Symbol::Type(place(i)));
        }
        for (i, path) in workflow.catalogues.iter().enumerate() {
            self.add(path, Symbol::Catalogue(place(i)), Role::Read, Form::Word);
        }
        for trigger in &workflow.triggers {
            if let Some(inputs) = trigger.inputs {
                let named = |name: &str| workflow.inputs.iter().position(|i| &*i.name.text == name);
                self.keys(inputs, |name| named(name).map(|i| Symbol::Input(place(i))));
            }
            if let TriggerKind::Webhook {
                secret: Some(secret),
                ..
            } = &trigger.kind
                && let Some(i) = workflow.secrets.iter().position(|s| s.text == secret.text)
            {
                self.add(secret, Symbol::Secret(place(i)), Role::Read, Form::Word);
            }
        }
    }

    /// Adds the keys of a mapping of values.
    fn keys(&mut self, map: ExprId, symbol: impl Fn(&str) -> Option<Symbol>) {
        let ast = self.ast;
        let ExprKind::Map(entries) = ast.exprs.kind(map) else {
            return;
        };
        for entry in entries {
            if let ExprKind::String(key) = ast.exprs.kind(entry.key)
                && let Some(symbol) = symbol(key)
            {
                let span = ast.exprs.span(entry.key);
                self.add_text(key, span, symbol, Role::Write, Form::Word);
            }
        }
    }

    fn steps(&mut self) {
        let ast = self.ast;
        for id in ast.step_ids() {
            let step = ast.step(id);
            if let Some(name) = &step.id {
                self.declare(name, Symbol::Step(id));
            }
            match &step.kind {
                StepKind::Subworkflow {
                    workflow, inputs, ..
                } => {
                    self.add(workflow, Symbol::Callee(id), Role::Read, Form::Word);
                    if let Some(inputs) = inputs {
                        self.keys(*inputs, |name| Some(Symbol::CalleeInput(id, name.into())));
                    }
                }
                StepKind::Tool { tool, .. } => self.tool(tool),
                StepKind::Agent { tools, .. } => tools.iter().for_each(|tool| self.tool(tool)),
                StepKind::Parallel { branches, .. } => {
                    for (i, branch) in branches.iter().enumerate() {
                        // A branch of the older form has the name of its step.
                        let symbol = self.origins.branch(id, i);
                        if matches!(symbol, Symbol::Branch(..)) {
                            self.declare(&branch.name, symbol);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn tool(&mut self, tool: &Name) {
        let symbol = Symbol::Tool(tool.text.clone());
        self.add(tool, symbol, Role::Read, Form::Word);
    }

    /// What bindings are declared by, when nothing else above is, and where they are assigned.
    fn bindings(&mut self) {
        for (i, binding) in self.file.analysis().bindings.iter().enumerate() {
            let symbol = self.origins.binding(BindingId(place(i)));
            if matches!(symbol, Symbol::Binding(_)) {
                self.declare(&binding.name, symbol.clone());
            }
            for write in &binding.writes {
                let text = &*binding.name.text;
                self.add_text(text, *write, symbol.clone(), Role::Write, Form::Word);
            }
        }
        for (i, (name, _)) in self.file.analysis().locals.iter().enumerate() {
            let symbol = Symbol::Local(LocalId(place(i)));
            self.add(name, symbol, Role::Declaration, Form::Plain);
        }
    }

    fn expressions(&mut self) {
        let ast = self.ast;
        for i in 0..ast.exprs.len() {
            let id = ExprId(place(i));
            match self.file.analysis().refs.get(&id) {
                Some(found) => {
                    let found = found.clone();
                    self.reference(id, &found);
                }
                None => self.field(id),
            }
            if let ExprKind::Call { name, .. } = ast.exprs.kind(id)
                && self.file.analysis().callees.contains_key(&id)
            {
                let symbol = Symbol::Function(self.function(id, name));
                self.add(name, symbol, Role::Read, Form::Plain);
            }
        }
        for i in 0..ast.exprs.len() {
            self.record_keys(ExprId(place(i)));
        }
    }

    /// A function by its whole name: `math.greatest`.
    fn function(&self, call: ExprId, name: &Name) -> Box<str> {
        match self.file.analysis().callees.get(&call) {
            Some(Callee::Function { id, .. }) => match wfc_value::funcs::get(*id) {
                Some(function) => function.name.into(),
                None => name.text.clone(),
            },
            Some(Callee::Macro(Macro::Bind { .. })) => "cel.bind".into(),
            _ => name.text.clone(),
        }
    }

    fn reference(&mut self, id: ExprId, found: &Ref) {
        let symbol = match found {
            Ref::Binding(b) => self.origins.binding(*b),
            Ref::Local(local) => Symbol::Local(*local),
            Ref::StepOutput(step)
            | Ref::StepStatus(step)
            | Ref::StepError(step)
            | Ref::Step(step) => Symbol::Step(*step),
            Ref::Secret(i) => Symbol::Secret(*i),
            Ref::Env(i) => Symbol::Env(*i),
            Ref::Inputs | Ref::Trigger | Ref::Execution | Ref::Workflow => return,
            Ref::TypeName(_) | Ref::FunctionNamespace => return,
        };
        // `steps.x.output` has the step's name one selection further in.
        let field = matches!(
            found,
            Ref::StepOutput(_) | Ref::StepStatus(_) | Ref::StepError(_)
        );
        match self.ast.exprs.kind(id) {
            ExprKind::Select { of, .. } | ExprKind::Index { of, .. } if field => {
                self.selected(*of, symbol);
            }
            _ => self.selected(id, symbol),
        }
    }

    /// Adds the name that an expression ends with.
    fn selected(&mut self, id: ExprId, symbol: Symbol) {
        let ast = self.ast;
        match ast.exprs.kind(id) {
            ExprKind::Ident { name, .. } => {
                let span = ast.exprs.span(id);
                self.add_text(name, span, symbol, Role::Read, Form::Plain);
            }
            ExprKind::Select { of, field, .. } => {
                let whole = Span::new(ast.exprs.span(*of).end, field.span.end);
                self.add(field, symbol, Role::Read, Form::Selected(whole));
            }
            ExprKind::Index { index, .. } => {
                if let ExprKind::String(text) = ast.exprs.kind(*index) {
                    let span = ast.exprs.span(*index);
                    self.add_text(text, span, symbol, Role::Read, Form::Index);
                }
            }
            _ => {}
        }
    }

    /// A field of a value whose record type, or whose keys, are written in this file.
    fn field(&mut self, id: ExprId) {
        let Some(symbol) = self.origins.field_symbol(id) else {
            return;
        };
        self.selected(id, symbol);
    }

    /// Keys of a mapping that some field was traced to are that field's declaration.
    fn record_keys(&mut self, id: ExprId) {
        let ast = self.ast;
        let ExprKind::Map(entries) = ast.exprs.kind(id) else {
            return;
        };
        if !self.origins.was_traced(id) {
            return;
        }
        for entry in entries {
            if let ExprKind::String(key) = ast.exprs.kind(entry.key)
                && let Some(span) = self.file.inner(ast.exprs.span(entry.key), key)
            {
                self.add_text(
                    key,
                    span,
                    Symbol::Field(span),
                    Role::Declaration,
                    Form::Word,
                );
            }
        }
    }

    fn types(&mut self) {
        let ast = self.ast;
        let declared = &ast.workflow.types;
        for i in 0..ast.types.len() {
            let id = TypeId(place(i));
            // Types that the parser tried and gave up are in the arena, too.
            if !self.file.analysis().type_exprs.contains_key(&id) {
                continue;
            }
            let ty = ast.types.get(id);
            match &ty.kind {
                TypeExprKind::Name(name) => {
                    if let Some(i) = declared.iter().position(|d| d.name.text == *name) {
                        let symbol = Symbol::Type(place(i));
                        self.add_text(name, ty.span, symbol, Role::Read, Form::Word);
                    }
                }
                TypeExprKind::Record(fields) => {
                    for field in fields {
                        if let Some(span) = self.file.inner(field.name.span, &field.name.text) {
                            self.declare(&field.name, Symbol::Field(span));
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

impl Origins<'_> {
    /// The symbol of a binding: that of the input or step which it belongs to, else its own.
    pub(crate) fn binding(&self, id: BindingId) -> Symbol {
        let Some(binding) = self.file.analysis().bindings.get(id.0 as usize) else {
            return Symbol::Binding(id);
        };
        match binding.kind {
            BindingKind::Input(i) => Symbol::Input(i),
            BindingKind::Output(step) => {
                let step_id = self.file.ast().steps.get(step.0 as usize);
                let own = step_id.and_then(|s| s.id.as_ref());
                match own {
                    Some(name) if name.text == binding.name.text => Symbol::Step(step),
                    _ => Symbol::Binding(id),
                }
            }
            _ => Symbol::Binding(id),
        }
    }

    /// The symbol of a branch: in the older form the step's, whose name it has.
    pub(crate) fn branch(&self, parallel: StepId, at: usize) -> Symbol {
        let own = Symbol::Branch(parallel, place(at));
        let ast = self.file.ast();
        let Some(StepKind::Parallel {
            branches,
            from_steps,
            ..
        }) = ast.steps.get(parallel.0 as usize).map(|s| &s.kind)
        else {
            return own;
        };
        let Some(branch) = branches.get(at).filter(|_| *from_steps) else {
            return own;
        };
        let step = branch.body.steps.first();
        match step.map(|s| (s, ast.step(*s))) {
            Some((id, step)) if step.id.as_ref().is_some_and(|n| n.text == branch.name.text) => {
                Symbol::Step(*id)
            }
            Some((id, _)) => {
                let bound = self.file.analysis().output_binding.get(id.0 as usize);
                bound.copied().flatten().map_or(own, |b| self.binding(b))
            }
            None => own,
        }
    }

    /// What a selection of a field, or an index by a constant, selects.
    pub(crate) fn field_symbol(&mut self, id: ExprId) -> Option<Symbol> {
        let (of, field) = self.literal_step(id)?;
        let of = self.of(of)?;
        match of {
            Origin::Branches(step) => {
                let ast = self.file.ast();
                let StepKind::Parallel { branches, .. } = &ast.steps.get(step.0 as usize)?.kind
                else {
                    return None;
                };
                let at = branches.iter().position(|b| *b.name.text == *field)?;
                Some(self.branch(step, at))
            }
            of => self.declared_field(of, &field).map(Symbol::Field),
        }
    }
}
