//! `tool: bash` of the older form: a `bash` step in other words.

use super::Lower;
use crate::ast::StepKind;
use crate::expr::{ExprId, ExprKind, Name};

impl Lower<'_> {
    /// The `bash` step that a call of the tool `bash` stands for.
    pub(super) fn bash_tool(&mut self, tool: &Name, arguments: Option<ExprId>) -> StepKind {
        self.bash_as_tool(tool.span);
        let entries = match arguments.map(|a| self.exprs.kind(a)) {
            Some(ExprKind::Map(entries)) => entries.clone(),
            Some(ExprKind::Error) => return StepKind::Error,
            _ => Vec::new(),
        };
        let argument = |name: &str| {
            entries
                .iter()
                .find(|e| matches!(self.exprs.kind(e.key), ExprKind::String(k) if &**k == name))
                .map(|e| e.value)
        };
        let (command, cwd) = (argument("command"), argument("cwd"));
        let (env, stdin) = (argument("env"), argument("stdin"));
        let Some(command) = command else {
            let place = arguments.map_or(tool.span, |a| self.exprs.span(a));
            self.missing_command(place);
            return StepKind::Error;
        };
        StepKind::Bash {
            command,
            cwd,
            env,
            stdin,
            check: None,
            parse: None,
            returns: None,
        }
    }
}
