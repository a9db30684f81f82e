//! What is known of what tools do: their catalogue's annotations, and what `wfc.toml` says over them.

use wfc_syntax::expr::Name;

use crate::analysis::catalogue::{Found, Hints, split};
use crate::rules::RuleContext;

/// The hints of a tool; nothing is known of one that no catalogue and no setting speaks of.
pub(super) fn hints(cx: &RuleContext<'_>, tool: &str) -> Hints {
    match cx.analysis.catalogues.find(tool) {
        // The settings are in these hints already.
        Found::Tool(found) => found.hints,
        _ => cx.settings.hints(tool).unwrap_or_default(),
    }
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
        let (server, tool) = split(&name.text);
        if tool != "*" {
            return vec![(name, name.text.to_string())];
        }
        let of_server = cx
            .analysis
            .catalogues
            .servers
            .iter()
            .filter(|c| c.server == server)
            .flat_map(|c| &c.tools)
            .map(|t| (name, format!("{server}.{}", t.name)));
        let mut all: Vec<(&Name, String)> = of_server.collect();
        if all.is_empty() {
            // Without a catalogue the settings name the server's tools.
            all.extend(cx.settings.tools_of(server).map(|t| (name, t.to_owned())));
        }
        all
    })
}
