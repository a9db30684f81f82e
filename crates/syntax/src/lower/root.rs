//! The root of a file.

use super::Lower;
use super::fields::Fields;
use super::rules::{EDITIONS, Owner, What};
use super::step::budget;
use crate::ast::Block;
use crate::ast::{Policy, StepKind, Workflow};
use crate::shape::ROOT;
use crate::tree::{NodeId, NodeKind};

impl Lower<'_> {
    /// The workflow of the file.
    pub(super) fn root(&mut self) -> Workflow {
        let tree = self.tree;
        // Of an empty file that was said already.
        let Some(root) = tree.root else {
            return Workflow::default();
        };
        let span = tree.span(root);
        let bare = Workflow {
            span,
            ..Workflow::default()
        };
        match tree.kind(root) {
            NodeKind::Map(_) => {}
            NodeKind::Error => return bare,
            _ => {
                self.root_not_mapping(root);
                return bare;
            }
        }
        let head = self.root_head(root);
        let owner = Owner {
            what: What::Words("a workflow"),
            head,
        };
        // What an editor takes its schema from is no part of the workflow.
        let skip: &[&str] = if self.is_text_form() {
            &[]
        } else {
            &["$schema"]
        };
        let mut f = self.fields(root, ROOT, &[], owner, skip);
        if f.spot("steps").is_none() && f.spot("return").is_none() {
            self.missing_steps(head);
        }
        let edition = f.int("wfc");
        if let Some(edition) = edition.filter(|e| !EDITIONS.contains(&e.value)) {
            self.unknown_edition(edition.span, edition.value);
        }
        let mut workflow = Workflow {
            edition,
            slug: f.name("slug"),
            name: f.name("name"),
            description: f.name("description"),
            version: f.name("version"),
            catalogues: f.names("tools").unwrap_or_default(),
            types: f.types("types").unwrap_or_default(),
            inputs: f.inputs("inputs").unwrap_or_default(),
            secrets: f.names("secrets").unwrap_or_default(),
            env: f.env("env").unwrap_or_default(),
            variables: f.variables("variables").unwrap_or_default(),
            policy: f.record("policy").map(|p| policy(*p)).unwrap_or_default(),
            triggers: f.triggers("triggers").unwrap_or_default(),
            steps: f.block("steps").unwrap_or_default(),
            returns: f.ty("returns"),
            return_value: f.expr("return"),
            on_failure: f.block("on_failure"),
            finally: f.block("finally"),
            allow_self_modification: f
                .record("constraints")
                .and_then(|mut c| c.bool("allowSelfModification")),
            allow: self.allow(&mut f),
            ..bare
        };
        #[cfg(test)]
        assert!(f.left().is_empty(), "the root left {:?}", f.left());
        self.last_return(&mut workflow);
        workflow
    }

    /// Where to point when the workflow itself is meant: its first key.
    fn root_head(&self, root: NodeId) -> crate::span::Span {
        match self.tree.kind(root) {
            NodeKind::Map(entries) => entries.first().map(|e| e.key_span),
            _ => None,
        }
        .unwrap_or(self.tree.span(root))
    }

    /// A `return` step at the end of the body that does nothing but return is the workflow's `return`: the
    /// spellings write the one or the other.
    fn last_return(&self, workflow: &mut Workflow) {
        if workflow.return_value.is_some() {
            return;
        }
        let Block { steps, .. } = &mut workflow.steps;
        let Some(step) = steps.last().and_then(|id| self.steps.get(id.0 as usize)) else {
            return;
        };
        if let StepKind::Return(Some(value)) = step.kind
            && step.has_no_common_fields()
        {
            workflow.return_value = Some(value);
            steps.pop();
        }
    }
}

fn policy(mut f: Fields) -> Policy {
    Policy {
        span: Some(f.span),
        timeout: f.expr("timeout"),
        max_steps: f.int("max_steps"),
        max_concurrency: f.int("max_concurrency"),
        concurrency_key: f.expr("concurrency_key"),
        on_overlap: f.one_of("on_overlap"),
        budget: f.record("budget").map(|b| budget(*b)),
    }
}
