//! Bounds: how many agents, tools and commands a run calls at most, and how long it takes at most.
//!
//! Everything is followed along the ways in which a step can be left; loops multiply by the size of their list, which
//! may be an unknown such as `pages.size()`. The rules for each construct are in `docs/bounds.md`. Nothing here does IO:
//! other files come from the [`World`].

mod callee;
mod cost;
mod in_place;
mod quantity;
mod repeat;
mod size;
mod sums;
mod text;
mod through;
mod walk;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use wfc_syntax::ast::{Ast, StepId};
use wfc_syntax::expr::ExprId;

pub use quantity::{Place, Quantity, Reason, Unknown};
pub use text::Unit;

use crate::analysis::Analysis;
use crate::world::World;
use callee::Files;
use cost::{Cost, Measure};
use sums::Sums;
use walk::Walker;

/// What the host does that the files do not say, in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumptions {
    /// How long an agent may take for one answer.
    pub agent: u128,
    /// The same for runners of a name.
    pub agents: BTreeMap<String, u128>,
    /// How long one call of a tool may take.
    pub tool: u128,
    /// The same for the tools of a server.
    pub servers: BTreeMap<String, u128>,
}

impl Default for Assumptions {
    /// An hour an answer, ten minutes a call: what the runtime does unless its settings say otherwise.
    fn default() -> Self {
        const MINUTE: u128 = 60_000_000_000;
        Self {
            agent: 60 * MINUTE,
            agents: BTreeMap::new(),
            tool: 10 * MINUTE,
            servers: BTreeMap::new(),
        }
    }
}

impl Assumptions {
    fn agent(&self, name: Option<&str>) -> u128 {
        let own = name.and_then(|n| self.agents.get(n));
        own.copied().unwrap_or(self.agent)
    }

    fn tool(&self, tool: &str) -> u128 {
        let server = tool.split('.').next().unwrap_or(tool);
        self.servers.get(server).copied().unwrap_or(self.tool)
    }
}

/// At least and at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// In every run that does not fail.
    pub least: u128,
    /// In any run, also one that fails or is cancelled.
    pub most: Quantity,
}

/// The bounds of one workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Calls of agents, those of called workflows included.
    pub agent_calls: Range,
    /// Calls of tools by steps, likewise; what agents call themselves is not in it.
    pub tool_calls: Range,
    /// Shell commands, likewise.
    pub commands: Range,
    /// Messages, likewise.
    pub messages: Range,
    /// Approvals, likewise.
    pub approvals: Range,
    /// Runs of other workflows that are started, likewise.
    pub workflow_calls: Range,
    /// Steps that the run enters; those of called workflows are their runs'.
    pub steps: Range,
    /// Nanoseconds from start to end.
    pub time: Range,
}

impl Bounds {
    fn of(cost: &Cost) -> Self {
        let range = |measure: Measure| Range {
            least: cost.least(measure),
            most: cost.most(measure).clone(),
        };
        let (own, callees) = (range(Measure::Agents), range(Measure::CalleeAgents));
        Self {
            agent_calls: Range {
                least: own.least.saturating_add(callees.least),
                most: own.most.plus(&callees.most),
            },
            tool_calls: range(Measure::Tools),
            commands: range(Measure::Commands),
            messages: range(Measure::Messages),
            approvals: range(Measure::Approvals),
            workflow_calls: range(Measure::Calls),
            steps: range(Measure::Steps),
            time: range(Measure::Time),
        }
    }

    /// All measures with their names and units, in the order in which they are shown.
    #[must_use]
    pub fn measures(&self) -> [(&'static str, Unit, &Range); 8] {
        [
            ("agent_calls", Unit::Count, &self.agent_calls),
            ("tool_calls", Unit::Count, &self.tool_calls),
            ("commands", Unit::Count, &self.commands),
            ("messages", Unit::Count, &self.messages),
            ("approvals", Unit::Count, &self.approvals),
            ("workflow_calls", Unit::Count, &self.workflow_calls),
            ("steps", Unit::Count, &self.steps),
            ("time", Unit::Time, &self.time),
        ]
    }
}

/// What rules ask about a step with a timeout or a budget, or about the whole run: what is inside of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StepRange {
    /// Calls of agents in whatever ends well, that of called workflows aside; none when nothing does.
    pub(crate) least_agents: Option<u128>,
    /// Calls of agents at most when nothing is tried again; none when only a run knows.
    pub(crate) planned_agents: Option<u128>,
    /// Nanoseconds of whatever ends well; none when nothing does.
    pub(crate) least_time: Option<u128>,
    /// Steps of whatever ends well; none when nothing does.
    pub(crate) least_steps: Option<u128>,
}

#[cfg(test)]
impl StepRange {
    fn of(any: &Cost, well: Option<&Cost>) -> Self {
        Self {
            least_agents: well.map(|c| c.least(Measure::Agents)),
            planned_agents: any.most(Measure::Planned).number(),
            least_time: well.map(|c| c.least(Measure::Time)),
            least_steps: well.map(|c| c.least(Measure::Steps)),
        }
    }
}

/// The bounds of a file's workflow. Of a file with errors they mean little.
#[must_use]
pub fn bounds(
    ast: &Ast,
    analysis: &Analysis,
    file: &str,
    world: &dyn World,
    assume: &Assumptions,
) -> Bounds {
    let files = Files::new(Some(world), file);
    let cost = Walker::new((ast, analysis), file, &files, assume).root();
    Bounds::of(&cost)
}

/// What rules may ask of a file by itself.
pub(crate) struct Ranges {
    pub(crate) root: StepRange,
    /// In the order of the ids.
    pub(crate) steps: Vec<(StepId, StepRange)>,
}

impl Ranges {
    /// Looks at one file; nothing is known of those that it calls.
    pub(crate) fn of(ast: &Ast, analysis: &Analysis, file: &str) -> Self {
        let (files, assume) = (Files::new(None, file), Assumptions::default());
        let sizes = Walker::new((ast, analysis), file, &files, &assume);
        let (root, steps) = Sums::new(sizes).root();
        Self { root, steps }
    }
}

/// How many items a list has at least, as far as the text says.
pub(crate) fn least_items(ast: &Ast, analysis: &Analysis, file: &str, list: ExprId) -> u128 {
    let (files, assume) = (Files::new(None, file), Assumptions::default());
    let walker = Walker::new((ast, analysis), file, &files, &assume);
    walker.size(list).least
}
