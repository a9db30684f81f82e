//! Blocks of steps, and the shapes that hold them.

use super::Lower;
use super::rules::{Owner, What};
use crate::ast::{Block, Branch, Case, Catch, OnError};
use crate::expr::{ExprKind, Name};
use crate::shape;
use crate::tree::{MapEntry, NodeId, NodeKind};

/// The name of a caught error when none is written.
const ERROR_NAME: &str = "error";

impl Lower<'_> {
    /// Steps that run one after the other. An empty block is reported under its field's `name`; without one it
    /// may be empty.
    pub(super) fn block(&mut self, node: NodeId, name: Option<&str>) -> Block {
        let tree = self.tree;
        let span = tree.span(node);
        let mut steps = Vec::new();
        match tree.kind(node) {
            NodeKind::Seq(items) => {
                if let (true, Some(name)) =
                    (items.is_empty() && self.may_be_empty != Some(node), name)
                {
                    self.empty_body(span, name);
                }
                steps.reserve(items.len());
                for item in items {
                    steps.push(self.step(*item));
                }
            }
            NodeKind::Error => {}
            // One step without the dash of a list is still that step.
            NodeKind::Map(entries) => {
                let named = entries
                    .first()
                    .filter(|e| matches!(tree.kind(e.value), NodeKind::Map(_)));
                let help = match named {
                    Some(entry) => format!(
                        "steps stand in a list, each with its name as `id`: `- id: {}`, and its fields below",
                        entry.key
                    ),
                    None => "put the step into a list: `- type: ...`, or `[ { ... } ]`".to_owned(),
                };
                let finding = self.wrong_kind(node, "a list of steps").help(help);
                self.report(finding);
                if tree.field(node, "type").is_some() {
                    steps.push(self.step(node));
                }
            }
            _ if self.is_null(node) => {
                if let Some(name) = name {
                    self.empty_body(span, name);
                }
            }
            _ => {
                if !self.is_fault(node) {
                    let finding = self
                        .wrong_kind(node, "a list of steps")
                        .help("write its steps: `[ { type: bash, command: ... } ]`");
                    self.report(finding);
                }
            }
        }
        Block { steps, span }
    }

    /// `on_error`: a word, or steps.
    pub(super) fn on_error(&mut self, node: NodeId) -> Option<OnError> {
        let span = self.tree.span(node);
        if matches!(self.tree.kind(node), NodeKind::Seq(_) | NodeKind::Map(_)) {
            return Some(OnError::Steps(self.block(node, Some("on_error"))));
        }
        Some(match self.word(node, &["fail", "continue"])?.value {
            "continue" => OnError::Continue(span),
            _ => OnError::Fail(span),
        })
    }

    /// `cases`: a list of `{ case, steps }`, or a mapping of values to steps.
    pub(super) fn cases(&mut self, node: NodeId) -> Vec<Case> {
        match self.tree.kind(node) {
            NodeKind::Seq(items) => items.iter().filter_map(|item| self.case(*item)).collect(),
            NodeKind::Map(entries) => entries
                .iter()
                .filter(|e| !e.key.starts_with("x-"))
                .map(|e| self.case_of_entry(e))
                .collect(),
            _ => {
                let _: Option<()> = self.not(node, "a list of cases");
                Vec::new()
            }
        }
    }

    fn case(&mut self, node: NodeId) -> Option<Case> {
        if let NodeKind::Map(entries) = self.tree.kind(node)
            && let [entry] = entries.as_slice()
            && shape::find(shape::CASE, &entry.key).is_none()
            && matches!(self.tree.kind(entry.value), NodeKind::Seq(_))
        {
            // `- high: [...]`: the value as a key, as in the mapping form.
            let finding = self.wrong_kind(node, "`case` and `steps`").help(format!(
                "write `case: {}` with `steps`, or make `cases` a mapping of values to steps",
                entry.key
            ));
            self.report(finding);
            return Some(self.case_of_entry(entry));
        }
        let mut fields = self.record(node, shape::CASE, "cases")?;
        let span = fields.span;
        let written = fields.spot("case").map(|s| s.value);
        let values = match (written.map(|n| self.tree.kind(n)), fields.expr("case")) {
            (Some(NodeKind::Seq(_)), Some(list)) => match self.exprs.kind(list) {
                ExprKind::List(items) => items.iter().map(|i| i.value).collect(),
                _ => vec![list],
            },
            (_, Some(one)) => vec![one],
            (_, None) => Vec::new(),
        };
        for value in &values {
            self.hold_constant(*value);
        }
        let body = fields.block("steps").unwrap_or_default();
        Some(Case { values, span, body })
    }

    /// A case by its key, which is a string.
    fn case_of_entry(&mut self, entry: &MapEntry) -> Case {
        let kind = ExprKind::String(entry.key.clone());
        let value = self.exprs.push(kind, entry.key_span);
        Case {
            values: vec![value],
            span: entry.key_span.to(self.tree.span(entry.value)),
            body: self.block(entry.value, Some(&entry.key)),
        }
    }

    /// Reports a case that is no constant.
    fn hold_constant(&mut self, value: crate::expr::ExprId) {
        let constant = matches!(
            self.exprs.kind(value),
            ExprKind::Null
                | ExprKind::Bool(_)
                | ExprKind::Int(_)
                | ExprKind::Uint(_)
                | ExprKind::Double(_)
                | ExprKind::String(_)
                | ExprKind::Bytes(_)
                | ExprKind::Error
        );
        if !constant {
            self.case_not_constant(self.exprs.span(value));
        }
    }

    /// `branches`: a mapping of names to steps.
    pub(super) fn branches(&mut self, node: NodeId) -> Option<Vec<Branch>> {
        let NodeKind::Map(entries) = self.tree.kind(node) else {
            if !self.is_fault(node) {
                self.expected_mapping(node, "names to lists of steps");
            }
            return None;
        };
        let branches: Vec<Branch> = entries
            .iter()
            .filter(|e| !e.key.starts_with("x-"))
            .map(|e| Branch {
                name: self.key_name(e),
                body: self.block(e.value, Some(&e.key)),
            })
            .collect();
        if branches.is_empty() {
            self.empty_body(self.tree.span(node), "branches");
        }
        Some(branches)
    }

    /// `catch`: steps, or `{ as, steps }`. It may be empty, which takes the failure in silence.
    pub(super) fn catch(&mut self, node: NodeId) -> Catch {
        let span = self.tree.span(node);
        if !matches!(self.tree.kind(node), NodeKind::Map(_)) {
            return Catch {
                name: Name::new(ERROR_NAME, span),
                body: self.block(node, None),
            };
        }
        let owner = Owner {
            what: What::Field("catch"),
            head: span,
        };
        self.may_be_empty = self.tree.field(node, "steps");
        let mut fields = self.fields(node, shape::CATCH, &[], owner, &[]);
        Catch {
            name: fields
                .name("as")
                .unwrap_or_else(|| Name::new(ERROR_NAME, span)),
            body: fields.block("steps").unwrap_or_default(),
        }
    }
}
