//! Starts `wfc lsp` for workflows.

use zed_extension_api::{
    self as zed, serde_json, settings::LspSettings, Command, LanguageServerId, Result, Worktree,
};

struct Wfc;

impl zed::Extension for Wfc {
    fn new() -> Self {
        Self
    }

    fn language_server_command(
        &mut self,
        _server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Command> {
        let binary = LspSettings::for_worktree("wfc", worktree)
            .ok()
            .and_then(|settings| settings.binary);
        let said = binary.as_ref().and_then(|binary| binary.path.clone());
        let command = said
            .or_else(|| worktree.which("wfc"))
            .ok_or("`wfc` is not in PATH: install it, or set `lsp.wfc.binary.path`")?;
        let args = binary
            .and_then(|binary| binary.arguments)
            .unwrap_or_else(|| vec!["lsp".into()]);
        Ok(Command {
            command,
            args,
            env: worktree.shell_env(),
        })
    }

    fn language_server_initialization_options(
        &mut self,
        _server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<serde_json::Value>> {
        let own = LspSettings::for_worktree("wfc", worktree)
            .ok()
            .and_then(|settings| settings.initialization_options);
        // The server carries out the commands of its lenses itself.
        Ok(Some(own.unwrap_or_else(|| serde_json::json!({ "serverCommands": true }))))
    }

    fn language_server_workspace_configuration(
        &mut self,
        _server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<serde_json::Value>> {
        let own = LspSettings::for_worktree("wfc", worktree)
            .ok()
            .and_then(|settings| settings.settings);
        Ok(own.map(|settings| serde_json::json!({ "wfc": settings })))
    }
}

zed::register_extension!(Wfc);
