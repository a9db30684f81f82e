//! The root of a file.

use super::super::Lower;
use crate::code::{Code, Example, Severity};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::span::Span;
use crate::tree::{NodeId, NodeKind};

/// The editions of the language that exist.
pub const EDITIONS: &[u64] = &[1];

/// A list of steps as the whole file.
pub static ROOT_NOT_MAPPING: Code = Code {
    id: "WF0111",
    name: "root-not-a-mapping",
    severity: Severity::Error,
    summary: "a file whose root is not a mapping",
    why: "A workflow is a mapping with `steps` and what else it has, such as `name` and `inputs`.",
    bad: Example::yaml("- type: bash\n  command: ls\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: ls\n"),
};

/// No `steps` at the root.
pub static MISSING_STEPS: Code = Code {
    id: "WF0112",
    name: "missing-steps",
    severity: Severity::Error,
    summary: "a workflow without steps",
    why: "A workflow does what its steps do. One that only computes a value may have a `return` alone.",
    bad: Example::yaml("name: Nightly build\n"),
    good: Example::yaml("name: Nightly build\nsteps:\n  - type: bash\n    command: make\n"),
};

/// `wfc: 9`
pub static UNKNOWN_EDITION: Code = Code {
    id: "WF0121",
    name: "unknown-edition",
    severity: Severity::Error,
    summary: "an edition of the language that this version does not know",
    why: "The edition says which rules the file was written for; by the rules of another it could mean something else.",
    bad: Example::yaml("wfc: 9\nsteps:\n  - type: bash\n    command: ls\n"),
    good: Example::yaml("wfc: 1\nsteps:\n  - type: bash\n    command: ls\n"),
};

impl Lower<'_> {
    /// Reports a root that is no mapping.
    pub(in crate::lower) fn root_not_mapping(&mut self, root: NodeId) {
        let found = self.describe(root);
        let mut finding = Diagnostic::new(
            &ROOT_NOT_MAPPING,
            self.tree.span(root),
            format!("expected a workflow, found {found}"),
        )
        .expected("a mapping", found);
        finding = match self.tree.kind(root) {
            NodeKind::Seq(_) => finding.help("put the list under `steps`"),
            _ => finding.help("a workflow is a mapping with `steps`"),
        };
        self.report(finding);
    }

    /// Reports a root without steps.
    pub(in crate::lower) fn missing_steps(&mut self, root: Span) {
        let finding = Diagnostic::new(&MISSING_STEPS, root, "the workflow has no steps")
            .help("write `steps`: the list of what it does");
        self.report(finding);
    }

    /// Reports an edition that does not exist.
    pub(in crate::lower) fn unknown_edition(&mut self, span: Span, edition: u64) {
        let finding = Diagnostic::new(
            &UNKNOWN_EDITION,
            span,
            format!("edition {edition} of the language is not known"),
        )
        .expected("1", edition.to_string())
        .help("write `1`, or use a newer version of wfc")
        .replace(Applicability::Suggested, "replace with `1`", span, "1");
        self.report(finding);
    }
}
