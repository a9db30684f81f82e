//! The steps of a file in one row, each with its place and its own fields as text.

use std::collections::BTreeMap;

use wfc_syntax::ast::{Ast, StepId, StepKind};

use super::Side;
use super::render::{self, FieldText};
use crate::analysis::blocks::{BlockRole, each_block};

/// Where a block stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The place of the step around it in [`Flat::steps`]; none at the root.
    pub(crate) parent: Option<usize>,
    /// Which of its blocks.
    pub(crate) role: String,
}

/// One step.
pub(crate) struct FlatStep {
    pub(crate) id: StepId,
    pub(crate) place: Place,
    /// Its place in the block.
    pub(crate) index: usize,
    pub(crate) path: String,
    pub(crate) kind: &'static str,
    /// The author's id, or the name of its output.
    pub(crate) name: Option<String>,
    /// Its own fields, without the blocks inside of it.
    pub(crate) fields: Vec<FieldText>,
}

impl FlatStep {
    /// The step in words: "approval `go`".
    pub(crate) fn title(&self) -> String {
        format!("{} `{}`", self.kind, self.path)
    }

    /// Whether a run can be suspended at it.
    pub(crate) fn asks(&self) -> bool {
        matches!(
            self.kind,
            "agent" | "agent_message" | "tool" | "bash" | "subworkflow" | "approval" | "wait"
        )
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|f| f.name == name);
        found.map(|f| f.text.as_str())
    }

    /// The fields that say what it does, without its name and how it is described.
    pub(crate) fn meaning(&self) -> impl Iterator<Item = &FieldText> {
        self.fields
            .iter()
            .filter(|f| !matches!(&*f.name, "name" | "description" | "allow"))
    }
}

/// All steps, each before those inside of it.
pub(crate) struct Flat<'a> {
    pub(crate) ast: &'a Ast,
    pub(crate) steps: Vec<FlatStep>,
    at: BTreeMap<StepId, usize>,
}

impl<'a> Flat<'a> {
    pub(crate) fn of(side: &Side<'a>) -> Self {
        let ast = side.ast;
        let core = crate::lower::lower(ast, side.analysis);
        let places = places(ast);
        let mut out = Self {
            ast,
            steps: Vec::new(),
            at: BTreeMap::new(),
        };
        for id in core.order {
            let Some((parent, role, index)) = places.get(&id) else {
                continue;
            };
            let step = ast.step(id);
            let name = step.id.as_ref().or(step.output.as_ref());
            let place = Place {
                parent: parent.and_then(|p| out.at.get(&p).copied()),
                role: role.clone(),
            };
            out.at.insert(id, out.steps.len());
            out.steps.push(FlatStep {
                id,
                place,
                index: *index,
                path: core.paths.get(id.0 as usize).cloned().unwrap_or_default(),
                kind: step.kind.word(),
                name: name.map(|n| n.text.to_string()),
                fields: render::fields(side, step),
            });
        }
        out
    }

    pub(crate) fn step(&self, at: usize) -> Option<&FlatStep> {
        self.steps.get(at)
    }

    /// The steps around one, innermost first, each with the block that it is in.
    pub(crate) fn outwards(&self, at: usize) -> Vec<(usize, &str)> {
        let mut out = Vec::new();
        let mut here = self.step(at);
        while let Some(step) = here {
            let Some(parent) = step.place.parent else {
                break;
            };
            out.push((parent, step.place.role.as_str()));
            here = self.step(parent);
        }
        out
    }

    /// The root's block that a step is in.
    pub(crate) fn root_block(&self, at: usize) -> &str {
        let outermost = self.outwards(at).last().map_or(at, |(parent, _)| *parent);
        self.step(outermost).map_or("", |s| &s.place.role)
    }
}

type Places = BTreeMap<StepId, (Option<StepId>, String, usize)>;

fn places(ast: &Ast) -> Places {
    let mut out = Places::new();
    let root = &ast.workflow;
    let blocks = [
        ("steps", Some(&root.steps)),
        ("on_failure", root.on_failure.as_ref()),
        ("finally", root.finally.as_ref()),
    ];
    for (role, block) in blocks {
        for (i, id) in block.iter().flat_map(|b| &b.steps).enumerate() {
            out.insert(*id, (None, role.to_owned(), i));
        }
    }
    for id in ast.step_ids() {
        each_block(ast.step(id), |role, block| {
            let role = role_text(ast, id, role);
            for (i, child) in block.steps.iter().enumerate() {
                out.insert(*child, (Some(id), role.clone(), i));
            }
        });
    }
    out
}

/// A block's name, which does not depend on its place where it has one of its own.
fn role_text(ast: &Ast, id: StepId, role: BlockRole) -> String {
    match (role, &ast.step(id).kind) {
        (BlockRole::Then, _) => "then".into(),
        (BlockRole::Else, _) => "else".into(),
        (BlockRole::Default, _) => "default".into(),
        (BlockRole::LoopBody | BlockRole::Try, _) => "steps".into(),
        (BlockRole::Catch, _) => "catch".into(),
        (BlockRole::Finally, _) => "finally".into(),
        (BlockRole::OnError, _) => "on_error".into(),
        (BlockRole::Compensate, _) => "compensate".into(),
        (BlockRole::Case(i), StepKind::Switch { cases, .. }) => {
            let values = cases.get(i).map(|c| render::list(ast, &c.values));
            format!("case {}", values.unwrap_or_default())
        }
        (BlockRole::Branch(i), StepKind::Parallel { branches, .. }) => {
            let name = branches.get(i).map(|b| b.name.text.to_string());
            format!("branch {}", name.unwrap_or_default())
        }
        (BlockRole::Case(i) | BlockRole::Branch(i), _) => i.to_string(),
    }
}
