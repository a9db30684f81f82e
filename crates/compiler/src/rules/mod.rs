//! The rules: one file each, with its code, its documentation and the words of its findings.
//!
//! Rules of the families 02 and 03 that need the walk itself are called by `analysis`; all others
//! look at its result and are listed in [`RULES`].

pub(crate) mod bounded;
mod edit;
pub mod examples;
pub mod flow;
pub mod limits;
pub(crate) mod mends;
pub mod names;
mod older_form;
pub(crate) mod parts;
pub(crate) mod places;
pub mod style;
pub mod time;
pub mod trust;
pub mod types;

use std::collections::HashMap;

use wfc_syntax::Parsed;
use wfc_syntax::ast::Ast;
use wfc_syntax::code::Code;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Tree;

use crate::analysis::Analysis;
use crate::settings::Settings;
use crate::world::World;

/// What a rule looks at.
pub struct RuleContext<'a> {
    /// Of a file with errors: how often each word stands in it.
    pub mentions: Option<Mentions<'a>>,
    /// The file's name.
    pub file: &'a str,
    /// The file's text.
    pub text: &'a str,
    /// The file as written, for comments and spelling.
    pub tree: &'a Tree,
    /// The workflow.
    pub ast: &'a Ast,
    /// Names and types.
    pub analysis: &'a Analysis,
    /// What `wfc.toml` says.
    pub settings: &'a Settings,
    /// Other files.
    pub world: &'a dyn World,
    /// What is found out once for all rules, and which part of the file they look at.
    pub(crate) shared: parts::Shared,
}

impl<'a> RuleContext<'a> {
    /// What rules see of a file, of which nothing is told to be at fault.
    pub(crate) fn new(
        source: &'a Source,
        parsed: &'a Parsed,
        analysis: &'a Analysis,
        settings: &'a Settings,
        world: &'a dyn World,
    ) -> Self {
        Self {
            mentions: None,
            file: &source.name,
            text: &source.text,
            tree: &parsed.tree,
            ast: &parsed.ast,
            analysis,
            settings,
            world,
            shared: parts::Shared::default(),
        }
    }

    /// Whether a name that nothing reads is certain to be unused: in a file with errors, a place that could not be
    /// read or a misspelled name may have meant it. What has no steps yet has nothing that could read.
    #[must_use]
    pub fn is_surely_unused(&self, name: &str) -> bool {
        !self.ast.steps.is_empty()
            && !self.analysis.meant.contains(name)
            && self
                .mentions
                .as_ref()
                .is_none_or(|mentions| mentions.count(name) < 2)
    }
}

/// How often each word stands in a text.
#[derive(Debug)]
pub struct Mentions<'a>(HashMap<&'a str, usize>);

impl<'a> Mentions<'a> {
    /// Counts the words of a text.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        let mut counts = HashMap::new();
        for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
            *counts.entry(word).or_insert(0) += 1;
        }
        Self(counts)
    }

    /// How often a name stands in it.
    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        self.0.get(name).copied().unwrap_or(0)
    }
}

/// A rule: looks at the checked file and adds its findings.
pub type Rule = fn(&RuleContext<'_>, &mut Vec<Diagnostic>);

/// The rules that run after analysis and look at the whole file. A new rule is one file with a `CODE` and
/// a `run`, one line here or in [`RULES_OF_PARTS`] and one in its family's `CODES`.
const RULES: &[Rule] = &[
    names::unused_input::run,
    names::unused_output::run,
    names::unused_secret::run,
    names::unused_variable::run,
    names::unused_type::run,
    names::unused_env::run,
    names::unused_catalogue::run,
    style::path_as_text::run,
    flow::unreachable_step::run,
    flow::subworkflow_cycle::run,
    flow::duplicate_trigger::run,
    flow::verify_without_secret::run,
    time::invalid_cron::run,
    time::cron_never_fires::run,
    time::unknown_timezone::run,
    trust::flow::run,
    trust::unhinted_tool::run,
    trust::unknown_tool_setting::run,
    style::position_reference::run,
    style::untyped_json::run,
    bounded::run,
    style::declaration_as_value::run,
];

/// The rules that look at each step, or each expression, by itself: they go over a large file part by part, one after
/// the other over each, so that a part comes to the processor's cache once and not once a rule.
const RULES_OF_PARTS: &[Rule] = &[
    names::unknown_error_code::run,
    flow::constant_condition::run,
    flow::uncovered_switch::run,
    flow::duplicate_case::run,
    flow::unbounded_loop::run,
    flow::loop_never_changes::run,
    flow::jump_outside_loop::run,
    flow::jump_across_fork::run,
    flow::branches_share_a_name::run,
    flow::same_output_variable::run,
    flow::single_branch::run,
    flow::empty_failure::run,
    flow::empty_loop::run,
    flow::limit_zero::run,
    flow::never_approved::run,
    time::no_duration::run,
    time::wait_for_nothing::run,
    time::retry_outlasts_timeout::run,
    time::attempt_outlasts_timeout::run,
    time::max_delay_too_short::run,
    time::retry_without_retry::run,
    time::approval_without_timeout::run,
    time::wait_for_event_without_timeout::run,
    time::timeout_beyond_limit::run,
    time::backoff_shrinks::run,
    trust::hard_coded_secret::run,
    style::agents_without_budget::run,
    style::self_assignment::run,
    style::concurrency_never_reached::run,
    flow::list_exceeds_limit::run,
    style::braces_in_string::run,
];

/// The compiler's codes, family by family.
pub const FAMILIES: &[&[&Code]] = &[
    limits::CODES,
    names::CODES,
    types::CODES,
    flow::CODES,
    time::CODES,
    trust::CODES,
    style::CODES,
];

/// Every code of the compiler, in the order of the ids.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    FAMILIES.iter().flat_map(|family| family.iter().copied())
}

/// Runs every rule over a file. The findings are in no order.
#[must_use]
pub fn run(cx: &RuleContext<'_>) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for rule in RULES {
        if cx.world.is_cancelled() {
            return out;
        }
        rule(cx, &mut out);
    }
    cx.each_part(|| {
        if cx.world.is_cancelled() {
            return;
        }
        types::always_fails::collect(cx);
        for rule in RULES_OF_PARTS {
            rule(cx, &mut out);
        }
    });
    types::always_fails::report_all(cx, &mut out);
    older_form::lower(cx, &mut out);
    out
}
