//! What is in a file, as a tree; and what is in all files, by name.

use std::sync::Arc;

use wfc_compiler::analysis::blocks::{BlockRole, each_block};
use wfc_syntax::ast::{Ast, Block, LoopHead, Step, StepId, StepKind, Trigger, TriggerKind, Wait};
use wfc_syntax::expr::{ExprId, Name};
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;

use crate::answer::SymbolKind;
use crate::cancel::{Cancel, Cancelled};
use crate::paths;
use crate::snapshot::Snapshot;

/// A part of a file with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentSymbol {
    /// Its name: an id, a title, else the word of its kind.
    pub name: String,
    /// What more there is to say on one line: a step's kind, a type.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub span: Span,
    /// What names it, within `span`.
    pub selection: Span,
    /// The parts of it.
    pub children: Vec<DocumentSymbol>,
}

/// A part of some file with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceSymbol {
    /// Its name.
    pub name: String,
    /// What it is part of: the workflow, or the step around it.
    pub container: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// The file's path.
    pub file: String,
    /// What names it there.
    pub span: Span,
}

/// The tree of a file's parts: inputs, types, triggers, steps with the steps inside them.
///
/// # Errors
/// When the question was taken back.
pub fn document_symbols(
    snapshot: &Snapshot,
    path: &str,
    cancel: &Cancel,
) -> Result<Vec<DocumentSymbol>, Cancelled> {
    let file = snapshot.checked(path, cancel)?;
    Ok(file.map_or(Vec::new(), |file| outline(&file.source, file.ast())))
}

/// Answers to one question at most: editors ask again as the name grows.
const MAX_FOUND: usize = 500;

/// Parts of all files whose names fit a query, best first: a name fits when it has the query's letters in their order.
/// An empty query fits all.
///
/// # Errors
/// When the question was taken back.
pub fn workspace_symbols(
    snapshot: &Snapshot,
    query: &str,
    cancel: &Cancel,
) -> Result<Vec<WorkspaceSymbol>, Cancelled> {
    let mut found = Vec::new();
    for file in snapshot.workflows() {
        cancel.check()?;
        let Some(symbols) = snapshot.outline(&file) else {
            continue;
        };
        for symbol in symbols.iter() {
            collect(symbol, None, &file, query, &mut found);
        }
    }
    found.sort_by(|(a, x), (b, y)| {
        (a, &x.name, &x.file, x.span).cmp(&(b, &y.name, &y.file, y.span))
    });
    found.truncate(MAX_FOUND);
    Ok(found.into_iter().map(|(_, symbol)| symbol).collect())
}

fn collect(
    symbol: &DocumentSymbol,
    container: Option<&str>,
    file: &str,
    query: &str,
    out: &mut Vec<(u32, WorkspaceSymbol)>,
) {
    if let Some(rank) = rank(&symbol.name, query) {
        let found = WorkspaceSymbol {
            name: symbol.name.clone(),
            container: container.map(str::to_owned),
            kind: symbol.kind,
            file: file.to_owned(),
            span: symbol.selection,
        };
        out.push((rank, found));
    }
    for child in &symbol.children {
        collect(child, Some(&symbol.name), file, query, out);
    }
}

/// How well a name fits a query, 0 being best; none when it lacks a letter.
fn rank(name: &str, query: &str) -> Option<u32> {
    let (name, query) = (name.to_lowercase(), query.to_lowercase());
    if name == query {
        return Some(0);
    }
    match name.find(&query) {
        Some(0) => return Some(1),
        Some(_) => return Some(2),
        None => {}
    }
    let mut letters = name.chars();
    query
        .chars()
        .all(|wanted| letters.any(|c| c == wanted))
        .then_some(3)
}

/// The tree of a parsed file.
pub(crate) fn outline(source: &Arc<Source>, ast: &Ast) -> Vec<DocumentSymbol> {
    if ast.workflow.span.is_empty() {
        return Vec::new();
    }
    let cx = Outline { source, ast };
    vec![cx.workflow()]
}

struct Outline<'a> {
    source: &'a Source,
    ast: &'a Ast,
}

impl Outline<'_> {
    fn workflow(&self) -> DocumentSymbol {
        let workflow = &self.ast.workflow;
        let named = workflow.slug.as_ref().or(workflow.name.as_ref());
        let mut children = self.declarations();
        children.extend(workflow.triggers.iter().map(|t| self.trigger(t)));
        children.extend(self.block(&workflow.steps));
        let ends = [
            ("on_failure", &workflow.on_failure),
            ("finally", &workflow.finally),
        ];
        for (word, block) in ends {
            children.extend(block.as_ref().map(|block| self.group(word, "", block)));
        }
        let title = workflow.name.as_ref().filter(|_| workflow.slug.is_some());
        symbol(
            wfc_syntax::slug::slug_of(self.ast, paths::name_of(&self.source.name)),
            title.map_or(String::new(), |t| t.text.to_string()),
            SymbolKind::Workflow,
            workflow.span,
            named.map_or(Span::at(workflow.span.start), |n| n.span),
            children,
        )
    }

    /// What is declared, in the order of the places.
    fn declarations(&self) -> Vec<DocumentSymbol> {
        let workflow = &self.ast.workflow;
        let leaf = |name: &Name, kind, detail: String, end: Span| {
            let span = name.span.to(end);
            symbol(
                name.text.to_string(),
                detail,
                kind,
                span,
                name.span,
                Vec::new(),
            )
        };
        let typed = |name: &Name, kind, ty: Option<wfc_syntax::type_expr::TypeId>| {
            let span = ty.map_or(name.span, |ty| self.ast.types.get(ty).span);
            let detail = ty.map_or(String::new(), |_| self.line(span));
            leaf(name, kind, detail, span)
        };
        let mut out = Vec::new();
        for decl in &workflow.types {
            out.push(typed(&decl.name, SymbolKind::Type, Some(decl.ty)));
        }
        for decl in &workflow.inputs {
            out.push(typed(&decl.name, SymbolKind::Input, decl.ty));
        }
        for name in &workflow.secrets {
            out.push(leaf(name, SymbolKind::Secret, String::new(), name.span));
        }
        for decl in &workflow.env {
            out.push(typed(&decl.name, SymbolKind::Env, decl.ty));
        }
        for decl in &workflow.variables {
            out.push(typed(&decl.name, SymbolKind::Variable, decl.ty));
        }
        out.sort_by_key(|s| s.selection.start);
        out
    }

    fn trigger(&self, trigger: &Trigger) -> DocumentSymbol {
        let (word, detail) = match &trigger.kind {
            TriggerKind::Manual => ("manual", ""),
            TriggerKind::Schedule { cron, .. } => ("schedule", &*cron.text),
            TriggerKind::Webhook { path, .. } => ("webhook", &*path.text),
            TriggerKind::Event { event } => ("event", &*event.text),
            TriggerKind::Error => ("trigger", ""),
        };
        symbol(
            word.to_owned(),
            detail.to_owned(),
            SymbolKind::Trigger,
            trigger.span,
            Span::at(trigger.span.start),
            Vec::new(),
        )
    }

    fn block(&self, block: &Block) -> Vec<DocumentSymbol> {
        block.steps.iter().map(|id| self.step(*id)).collect()
    }

    fn group(&self, name: &str, detail: &str, block: &Block) -> DocumentSymbol {
        symbol(
            name.to_owned(),
            detail.to_owned(),
            SymbolKind::Branch,
            block.span,
            Span::at(block.span.start),
            self.block(block),
        )
    }

    /// A step with the steps inside it. Nesting is capped by the parsers.
    fn step(&self, id: StepId) -> DocumentSymbol {
        let step = self.ast.step(id);
        let named = [&step.id, &step.output, &step.name];
        let name = named.into_iter().flatten().next();
        let word = step.kind.word();
        let headline = self.headline(step);
        let detail = match name {
            Some(_) => format!("{word} {headline}"),
            None => headline,
        };
        let mut children = Vec::new();
        each_block(step, |role, block| {
            let (word, detail) = self.role(step, role);
            if role == BlockRole::LoopBody {
                children.extend(self.block(block));
            } else {
                children.push(self.group(&word, &detail, block));
            }
        });
        let kind = match children.is_empty() {
            true => SymbolKind::Step,
            false => SymbolKind::Block,
        };
        symbol(
            name.map_or(word, |n| &n.text).to_owned(),
            detail.trim_end().to_owned(),
            kind,
            step.span,
            name.map_or(step.head, |n| n.span),
            children,
        )
    }

    /// What a block is called within its step.
    fn role(&self, step: &Step, role: BlockRole) -> (String, String) {
        let word = match role {
            BlockRole::Then => "then",
            BlockRole::Else => "else",
            BlockRole::Default => "default",
            BlockRole::LoopBody => "steps",
            BlockRole::Try => "try",
            BlockRole::Catch => "catch",
            BlockRole::Finally => "finally",
            BlockRole::OnError => "on_error",
            BlockRole::Compensate => "compensate",
            BlockRole::Case(at) => {
                let StepKind::Switch { cases, .. } = &step.kind else {
                    return ("case".to_owned(), String::new());
                };
                let values = cases.get(at).map_or(&[][..], |case| &case.values);
                let values: Vec<String> = values.iter().map(|v| self.expr(*v)).collect();
                return ("case".to_owned(), values.join(", "));
            }
            BlockRole::Branch(at) => {
                let StepKind::Parallel { branches, .. } = &step.kind else {
                    return ("branch".to_owned(), String::new());
                };
                let name = branches.get(at).map_or("branch", |b| &b.name.text);
                return (name.to_owned(), "branch".to_owned());
            }
        };
        (word.to_owned(), String::new())
    }

    /// What a step is about, on one line.
    fn headline(&self, step: &Step) -> String {
        match &step.kind {
            StepKind::Agent { goal: e, .. }
            | StepKind::AgentMessage { content: e, .. }
            | StepKind::Bash { command: e, .. }
            | StepKind::Conditional { condition: e, .. }
            | StepKind::Switch { on: e, .. }
            | StepKind::Approval { prompt: e, .. }
            | StepKind::Return(Some(e)) => self.expr(*e),
            StepKind::Tool { tool, .. } => tool.text.to_string(),
            StepKind::Subworkflow { workflow, .. } => workflow.text.to_string(),
            StepKind::Loop { head, .. } => match head {
                LoopHead::Over { over, item, .. } => {
                    format!("{} in {}", item.text, self.expr(*over))
                }
                LoopHead::While(e) => format!("while {}", self.expr(*e)),
                LoopHead::Until(e) => format!("until {}", self.expr(*e)),
                LoopHead::Times => String::new(),
            },
            StepKind::Set { values, .. } => {
                let names: Vec<&str> = values.iter().map(|v| &*v.name.text).collect();
                names.join(", ")
            }
            StepKind::Wait { wait, .. } => match wait {
                Wait::For(e) => format!("for {}", self.expr(*e)),
                Wait::Until(e) => format!("until {}", self.expr(*e)),
                Wait::Event { event, .. } => format!("event {}", event.text),
            },
            StepKind::Fail { code, .. } => code.as_ref().map_or("", |c| &c.text).to_owned(),
            _ => String::new(),
        }
    }

    fn expr(&self, id: ExprId) -> String {
        self.line(self.ast.exprs.span(id))
    }

    /// The beginning of a text, on one line.
    fn line(&self, span: Span) -> String {
        /// Characters that an outline has room for.
        const MAX: usize = 60;
        let text = self.source.slice(span);
        let text = without_signs(text);
        let line = text.lines().next().unwrap_or_default().trim_end();
        match line.char_indices().nth(MAX) {
            Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
            None if line.len() < text.len() => format!("{line}…"),
            None => line.to_owned(),
        }
    }
}

/// A string without its quotes, a block scalar without its header.
fn without_signs(text: &str) -> &str {
    if text.starts_with(['|', '>']) {
        return text.split_once('\n').map_or(text, |(_, body)| body).trim();
    }
    let text = text.trim();
    for quotes in ["\"\"\"", "\"", "'"] {
        let inner = text.strip_prefix(quotes);
        let inner = inner.and_then(|text| text.strip_suffix(quotes));
        if let Some(inner) = inner.filter(|inner| !inner.contains(quotes)) {
            return inner.trim();
        }
    }
    text
}

fn symbol(
    name: String,
    detail: String,
    kind: SymbolKind,
    span: Span,
    selection: Span,
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    DocumentSymbol {
        name: if name.trim().is_empty() {
            "-".to_owned()
        } else {
            name
        },
        detail,
        kind,
        span: span.to(selection),
        selection,
        children,
    }
}
