//! Workflows that a file calls.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use wfc_syntax::ast::Step;
use wfc_syntax::expr::{ExprId, ExprKind, Name};
use wfc_syntax::slug::slug_of;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use super::Assumptions;
use super::cost::{Cost, Exits, Measure};
use super::quantity::{Quantity, Unknown};
use super::walk::Walker;
use crate::analysis::analyse;
use crate::settings::Settings;
use crate::world::World;

/// Calls inside of calls; deeper ones have no bound.
const MAX_CALLS: usize = 24;

/// What is known of other files.
pub(crate) struct Files<'a> {
    /// None: nothing is known of other files.
    pub(crate) world: Option<&'a dyn World>,
    known: RefCell<BTreeMap<String, Arc<Callee>>>,
    /// Files whose walk is under way, outermost first.
    open: RefCell<Vec<String>>,
}

/// A called workflow.
pub(crate) struct Callee {
    slug: String,
    cost: Cost,
    /// How large the inputs' defaults are, by name.
    defaults: BTreeMap<String, Quantity>,
}

/// What could be found out about a call.
enum Found {
    Known(Arc<Callee>),
    /// The call leads back to itself.
    Cyclic,
    Unknown,
}

impl<'a> Files<'a> {
    pub(crate) fn new(world: Option<&'a dyn World>, file: &str) -> Self {
        Self {
            world,
            known: RefCell::default(),
            open: RefCell::new(vec![file.to_owned()]),
        }
    }

    fn find(&self, from: &str, called: &str, assume: &Assumptions) -> Found {
        let Some(world) = self.world else {
            return Found::Unknown;
        };
        let source = if crate::analysis::is_path(called) {
            world.source(from, called)
        } else {
            world.workflow(from, called)
        };
        let Some(source) = source else {
            return Found::Unknown;
        };
        if let Some(known) = self.known.borrow().get(&source.name) {
            return Found::Known(known.clone());
        }
        if self.open.borrow().contains(&source.name) || self.open.borrow().len() > MAX_CALLS {
            return Found::Cyclic;
        }
        self.open.borrow_mut().push(source.name.clone());
        let callee = Arc::new(self.walk(world, &source, assume));
        self.open.borrow_mut().pop();
        // What was cut short by a cycle through a file that is still open is not to be kept for others.
        if self.open.borrow().len() == 1 {
            self.known
                .borrow_mut()
                .insert(source.name.clone(), callee.clone());
        }
        Found::Known(callee)
    }

    fn walk(&self, world: &dyn World, source: &Source, assume: &Assumptions) -> Callee {
        let spelling = Spelling::of(&source.name, &source.text);
        let ast = wfc_syntax::parse(source, spelling).ast;
        let (analysis, _) = analyse(&ast, world, &Settings::default(), &source.name);
        let mut walker = Walker::new((&ast, &analysis), &source.name, self, assume);
        let cost = walker.root();
        let defaults = ast.workflow.inputs.iter().filter_map(|input| {
            let size = walker.size(input.default?).most;
            Some((input.name.text.to_string(), size))
        });
        Callee {
            slug: slug_of(&ast, &source.name),
            defaults: defaults.collect(),
            cost: in_file(&cost, &source.name),
        }
    }
}

fn in_file(cost: &Cost, file: &str) -> Cost {
    let file: Arc<str> = Arc::from(file);
    cost.map_most(|q| q.clone().in_file(&file))
}

impl Walker<'_> {
    pub(super) fn call(
        &mut self,
        step: &Step,
        workflow: &Name,
        inputs: Option<ExprId>,
        waits: bool,
    ) -> Exits {
        let mut cost = match self.files.find(self.file, &workflow.text, self.assume) {
            Found::Known(callee) => self.of_callee(&callee, inputs),
            Found::Cyclic => unknown(&Self::reason(
                workflow.span,
                &format!("`{}` is called again by what it calls", workflow.text),
            )),
            Found::Unknown => unknown(&Self::reason(
                workflow.span,
                &format!("`{}` cannot be read", workflow.text),
            )),
        };
        // A callee's steps are entered by a run of its own, and its `finally` is not shielded by this one.
        cost.set(Measure::Steps, 0, Quantity::zero());
        cost.set(Measure::Shield, 0, Quantity::zero());
        let calls = cost.most(Measure::Calls).plus(&Quantity::of(1));
        cost.set(Measure::Calls, cost.least(Measure::Calls) + 1, calls);
        if !waits {
            cost.set(Measure::Time, 0, Quantity::zero());
            cost = cost.at_most();
            let calls = cost.most(Measure::Calls).clone();
            cost.set(Measure::Calls, 1, calls);
        }
        let _ = step;
        Exits::effect(cost)
    }

    /// The callee's cost in terms of what it is called with.
    fn of_callee(&self, callee: &Callee, inputs: Option<ExprId>) -> Cost {
        let given = |name: &str| {
            let ExprKind::Map(entries) = self.ast.exprs.kind(inputs?) else {
                return None;
            };
            let entry = entries.iter().find(
                |e| matches!(self.ast.exprs.kind(e.key), ExprKind::String(key) if &**key == name),
            )?;
            Some(entry.value)
        };
        let written = inputs.is_none_or(|id| matches!(self.ast.exprs.kind(id), ExprKind::Map(_)));
        let replace = |unknown: &Unknown| -> Quantity {
            if let Some(input) = &unknown.input {
                match given(input) {
                    Some(value) if unknown.is_time => return self.time(value).most,
                    Some(value) => return self.size(value).most,
                    None if written && !unknown.is_time => {
                        if let Some(default) = callee.defaults.get(&**input) {
                            return default.clone();
                        }
                    }
                    None => {}
                }
            }
            Quantity::unknown(Unknown {
                text: format!("{}/{}", callee.slug, unknown.text).into(),
                input: None,
                ..unknown.clone()
            })
        };
        let mut cost = callee.cost.map_most(|q| q.replaced(&mut |u| replace(u)));
        let own = cost
            .most(Measure::Agents)
            .plus(cost.most(Measure::CalleeAgents));
        let least = cost.least(Measure::Agents) + cost.least(Measure::CalleeAgents);
        cost.set(Measure::CalleeAgents, least, own);
        cost.set(Measure::Agents, 0, Quantity::zero());
        cost
    }
}

/// Of what nothing is known.
fn unknown(reason: &Quantity) -> Cost {
    let mut cost = Cost::default().map_most(|_| reason.clone());
    for own in [Measure::Agents, Measure::Planned] {
        cost.set(own, 0, Quantity::zero());
    }
    cost.set(Measure::Planned, 0, reason.clone());
    cost
}
