//! What is known of what tools do: their catalogue's annotations, and what `wfc.toml` says over them.

use wfc_syntax::expr::{ExprId, Name};

use crate::analysis::builtin;
use crate::analysis::catalogue::{Found, Hints};
use crate::rules::RuleContext;

/// The hints of a tool; nothing is known of one that no catalogue and no setting speaks of.
pub(super) fn hints(cx: &RuleContext<'_>, tool: &str) -> Hints {
    match cx.analysis.catalogues.find(tool) {
        // The settings are in these hints already.
        Found::Tool(found) => found.hints,
        _ => cx.settings.hints(tool).unwrap_or_default(),
    }
}

/// The hints of one call of a tool: of a request the method tells more.
pub(super) fn of_call(cx: &RuleContext<'_>, tool: &str, arguments: Option<ExprId>) -> Hints {
    builtin::hints(tool, hints(cx, tool), &cx.ast.exprs, arguments)
}

/// Whether a tool surely destroys something.
pub(super) fn is_destructive(hints: Hints) -> bool {
    hints.destructive == Some(true) && hints.read_only != Some(true)
}

/// Whether neither is said: that it destroys something, or that it does not.
pub(super) fn is_unknown(hints: Hints) -> bool {
    hints.destructive.is_none() && hints.read_only != Some(true)
}

/// The tools that an agent's list names, those that `server.*` stands for included, each with the name that stands
/// for it in the list.
pub(super) fn held<'a>(
    cx: &'a RuleContext<'a>,
    tools: &'a [Name],
) -> impl Iterator<Item = (&'a Name, String)> {
    tools.iter().flat_map(|name| {
        let Some(start) = name.text.strip_suffix('*') else {
            return vec![(name, name.text.to_string())];
        };
        let catalogues = cx.analysis.catalogues.servers.iter();
        let listed =
            catalogues.flat_map(|c| c.tools.iter().map(|t| format!("{}.{}", c.server, t.name)));
        // Without a catalogue the settings name tools, or patterns of them.
        let said = cx.settings.tools.keys().cloned();
        listed
            .chain(said)
            .filter(|tool| tool.starts_with(start))
            .map(|tool| (name, tool))
            .collect()
    })
}
