//! `wfc.toml`: who carries out agents and tools, limits, secrets, severities.

mod agent;
mod http;
mod read;
mod server;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use crate::vault::SecretSource;
pub use agent::{
    AcpAgent, AgentKind, CommandAgent, Endpoint, Files, Permissions, Price, Runner, Structured,
};
pub use http::Http;
use read::Table;
pub use server::{HeaderText, Reached, Remote, Server};

/// All of `wfc.toml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// `[agents.NAME]`: what carries out `agent` steps.
    pub agents: BTreeMap<String, Runner>,
    /// `default_agent`: the runner of steps that name none.
    pub default_agent: Option<String>,
    /// `[models.NAME]`: what models cost.
    pub models: BTreeMap<String, Price>,
    /// `[tools.NAME]`: MCP servers, by the part of `server.tool` before the dot.
    pub tools: BTreeMap<String, Server>,
    /// `[tools."SERVER.TOOL"]`: what tools do, by their names, or by the beginning of names before a `*`.
    pub hints: BTreeMap<String, ToolHints>,
    /// `[http]`: what the built-in tool `http.request` may do.
    pub http: Http,
    /// `[limits]`.
    pub limits: Limits,
    /// `[rules]`: severities by a code's id or name, or by a family.
    pub rules: BTreeMap<String, Level>,
    /// `[[overrides]]`: other severities for some files.
    pub overrides: Vec<Override>,
    /// `[secrets]`: where each secret is found.
    pub secrets: BTreeMap<String, SecretSource>,
}

/// A program to start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// `command`: the program, found by `PATH` unless it is a path.
    pub command: String,
    /// `args`.
    pub args: Vec<String>,
    /// `env`: variables on top of the inherited ones.
    pub env: BTreeMap<String, EnvValue>,
    /// `cwd`: the folder that it runs in, from the workflow's.
    pub cwd: Option<String>,
}

/// What a variable is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvValue {
    /// A text.
    Text(String),
    /// `{ secret = "name" }`.
    Secret(String),
}

/// `[tools."SERVER.TOOL"]`: what a tool does, over what its catalogue says of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToolHints {
    /// `read_only`: it changes nothing.
    pub read_only: Option<bool>,
    /// `destructive`: what it does cannot be undone.
    pub destructive: Option<bool>,
    /// `idempotent`: called again with the same arguments, it changes nothing more.
    pub idempotent: Option<bool>,
    /// `open_world`: what it yields is written by anybody.
    pub open_world: Option<bool>,
}

/// `[limits]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// `max_steps`: the most steps that one run takes.
    pub max_steps: Option<u64>,
    /// `fuel`: the most instructions that one run takes.
    pub fuel: Option<u64>,
    /// `live_bytes`: the most data that one run holds at once.
    pub live_bytes: Option<u64>,
    /// `grace`: how long a process may take to end when it is asked to.
    pub grace: Option<Duration>,
    /// `cancel_timeout`: how long a cancelled run's `finally` and compensation may take.
    pub cancel_timeout: Option<Duration>,
}

/// `[[overrides]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Override {
    /// `paths`: which files, from the settings' folder, as patterns of `.gitignore`.
    pub paths: Vec<String>,
    /// `rules`: as `[rules]`, for these files.
    pub rules: BTreeMap<String, Level>,
}

/// What the settings make of a rule's severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// `"off"`.
    Off,
    /// `"note"`.
    Note,
    /// `"warning"`.
    Warning,
    /// `"error"`.
    Error,
}

impl Level {
    /// The word in the settings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    const ALL: [Self; 4] = [Self::Off, Self::Note, Self::Warning, Self::Error];
}

/// What is wrong with a `wfc.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Where, in bytes.
    pub span: Range<usize>,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, column {}: {}",
            self.line, self.column, self.message
        )?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SettingsError {}

impl Settings {
    /// Reads the text of a `wfc.toml`.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let root = read::document(text)?;
        let mut root = Table::new(text, &root);
        let (tools, hints) = tools(&mut root)?;
        let mut settings = Self {
            default_agent: root.text("default_agent")?,
            agents: root.named("agents", agent::runner)?,
            models: root.named("models", agent::price)?,
            tools,
            hints,
            http: root
                .table("http")?
                .map(http::http)
                .transpose()?
                .unwrap_or_default(),
            limits: root
                .table("limits")?
                .map(limits)
                .transpose()?
                .unwrap_or_default(),
            rules: rules(&mut root)?,
            overrides: root.tables("overrides", |mut table| {
                let read = Override {
                    paths: table.required_texts("paths")?,
                    rules: rules(&mut table)?,
                };
                table.finish()?;
                Ok(read)
            })?,
            secrets: root.named("secrets", secret)?,
        };
        if let Some(name) = &settings.default_agent
            && !settings.agents.contains_key(name)
        {
            let near = crate::near::near(name, settings.agents.keys().map(String::as_str));
            let help = match near.as_slice() {
                [] => format!("add a table `[agents.{name}]` with its `command`"),
                near => format!("did you mean {}?", crate::near::listed(near)),
            };
            let message = format!("there is no agent called `{name}`");
            return Err(root.error("default_agent", message, Some(help)));
        }
        root.finish()?;
        settings.keep_keys();
        Ok(settings)
    }
}

impl Settings {
    /// Keys of endpoints are secrets, also those that the environment holds: they are masked everywhere.
    fn keep_keys(&mut self) {
        for runner in self.agents.values() {
            if let AgentKind::OpenAi(endpoint) | AgentKind::Anthropic(endpoint) = &runner.kind
                && let (Some(name), Some(variable)) = (&endpoint.api_key, &endpoint.api_key_env)
            {
                let source = SecretSource::Env(variable.clone());
                self.secrets.insert(name.clone(), source);
            }
        }
    }
}

/// `[secrets] NAME = { env = ... }`, or `file` or `command` in its place.
fn secret(mut table: Table<'_>) -> Result<SecretSource, SettingsError> {
    let (env, file) = (table.text("env")?, table.text("file")?);
    let command = table.texts("command")?;
    table.finish()?;
    let found: Vec<SecretSource> = [
        env.map(SecretSource::Env),
        file.map(|path| SecretSource::File(path.into())),
        (!command.is_empty()).then_some(SecretSource::Command(command)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let path = table.path();
    match <[SecretSource; 1]>::try_from(found) {
        Ok([source]) => Ok(source),
        Err(none) if none.is_empty() => {
            let help = "add `env = \"VARIABLE\"`, `file = \"PATH\"` or `command = [\"PROGRAM\"]`";
            let message = format!("`{path}` does not say where it is found");
            Err(table.own_error(message, Some(help.to_owned())))
        }
        Err(_) => {
            let message = format!("`{path}` has more than one of `env`, `file` and `command`");
            Err(table.own_error(message, Some("keep one of them".to_owned())))
        }
    }
}

fn rules(table: &mut Table<'_>) -> Result<BTreeMap<String, Level>, SettingsError> {
    match table.table("rules")? {
        Some(table) => table.each(|item| item.word(&Level::ALL, Level::word)),
        None => Ok(BTreeMap::new()),
    }
}

fn program(table: &mut Table<'_>) -> Result<Program, SettingsError> {
    Ok(Program {
        command: table.required_text("command")?,
        args: table.texts("args")?,
        env: match table.table("env")? {
            Some(env) => env.each(|item| {
                if let Some(mut inner) = item.as_table() {
                    let secret = inner.required_text("secret")?;
                    inner.finish()?;
                    return Ok(EnvValue::Secret(secret));
                }
                item.text().map(EnvValue::Text)
            })?,
            None => BTreeMap::new(),
        },
        cwd: table.text("cwd")?,
    })
}

type Tools = (BTreeMap<String, Server>, BTreeMap<String, ToolHints>);

/// `[tools]`: a name with a dot is a tool's, or a pattern of tools, any other one is a server's.
fn tools(root: &mut Table<'_>) -> Result<Tools, SettingsError> {
    let (mut servers, mut hints) = (BTreeMap::new(), BTreeMap::new());
    let all = root.named("tools", Ok)?;
    for (name, table) in all {
        if name == wfc_program::tools::SERVER {
            let help = "give the server another name; the built-in tool is set up under `[http]`";
            let message = "the name `http` is that of the built-in tool `http.request`";
            return Err(table.own_error(message.to_owned(), Some(help.to_owned())));
        }
        if name.contains('.') {
            let said = tool_hints(&name, table)?;
            hints.insert(name, said);
        } else {
            // A tool's name without quotes makes a table in the server's.
            if let Some(tool) = table.inner_table(&["env", "headers"]) {
                let help = format!("a tool's name has quotes: `[tools.\"{name}.{tool}\"]`");
                let message = format!("`{tool}` is no setting of `tools.{name}`");
                return Err(table.key_error(tool, message, Some(help)));
            }
            let server = server::server(table)?;
            servers.insert(name, server);
        }
    }
    Ok((servers, hints))
}

fn tool_hints(name: &str, mut table: Table<'_>) -> Result<ToolHints, SettingsError> {
    let star = name.find('*');
    let is_tool = name.split_once('.').is_some_and(|(server, tool)| {
        let plain = |c: char| !c.is_whitespace() && c != '*';
        !server.is_empty() && server.chars().all(plain) && !tool.is_empty()
    });
    if !is_tool || star.is_some_and(|at| at + 1 != name.len()) {
        let help = "write `server.tool`, or the beginning of tools' names and a `*`, such as `server.delete_*`";
        let message = format!("`{name}` is no name of a tool");
        return Err(table.own_error(message, Some(help.to_owned())));
    }
    let hints = ToolHints {
        read_only: table.flag("read_only")?,
        destructive: table.flag("destructive")?,
        idempotent: table.flag("idempotent")?,
        open_world: table.flag("open_world")?,
    };
    table.finish()?;
    if hints.read_only == Some(true) && hints.destructive == Some(true) {
        let message = format!("`{name}` cannot be both read-only and destructive");
        return Err(table.own_error(message, Some("remove one of the two".to_owned())));
    }
    Ok(hints)
}

fn limits(mut table: Table<'_>) -> Result<Limits, SettingsError> {
    let limits = Limits {
        max_steps: table.count("max_steps")?,
        fuel: table.count("fuel")?,
        live_bytes: table.count("live_bytes")?,
        grace: table.duration("grace")?,
        cancel_timeout: table.duration("cancel_timeout")?,
    };
    table.finish()?;
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = r#"
default_agent = "claude"

[agents.claude]
command = "claude"
args = ["-p"]
model_args = ["--model", "{model}"]
env = { KEY = { secret = "anthropic" }, MODE = "plain" }
timeout = "10m"

[tools.pylon]
command = "npx"
args = ["-y", "pylon-mcp"]
cwd = "tools"
start_timeout = "30s"

[limits]
max_steps = 10_000
grace = "2s"

[rules]
unused-input = "off"
WF0204 = "error"

[[overrides]]
paths = ["legacy/**", "*.old.wf"]
rules = { style = "off" }

[secrets]
anthropic = { env = "ANTHROPIC_API_KEY" }
"#;

    #[test]
    fn reads_all_of_it() {
        let s = Settings::parse(FULL).unwrap();
        let claude = &s.agents["claude"];
        let AgentKind::Command(command) = &claude.kind else {
            panic!("a command")
        };
        assert_eq!(command.program.command, "claude");
        assert_eq!(
            command.program.env["KEY"],
            EnvValue::Secret("anthropic".into())
        );
        assert_eq!(command.program.env["MODE"], EnvValue::Text("plain".into()));
        assert_eq!(claude.timeout, Some(Duration::from_secs(600)));
        let Reached::Program(pylon) = &s.tools["pylon"].reached else {
            panic!("a program")
        };
        assert_eq!(pylon.args, ["-y", "pylon-mcp"]);
        assert_eq!(s.limits.max_steps, Some(10_000));
        assert_eq!(s.limits.grace, Some(Duration::from_secs(2)));
        assert_eq!(s.rules["unused-input"], Level::Off);
        assert_eq!(s.overrides[0].paths, ["legacy/**", "*.old.wf"]);
        assert_eq!(s.overrides[0].rules["style"], Level::Off);
        assert_eq!(
            s.secrets["anthropic"],
            SecretSource::Env("ANTHROPIC_API_KEY".into())
        );
        assert_eq!(Settings::parse("").unwrap(), Settings::default());
    }

    /// The error's message, help, and the text at its span.
    fn error(text: &str) -> (String, String, String) {
        let e = Settings::parse(text).unwrap_err();
        (
            e.message.clone(),
            e.help.clone().unwrap_or_default(),
            text[e.span].to_owned(),
        )
    }

    #[test]
    fn mistakes_are_shown_at_their_place_with_the_word_that_was_meant() {
        let (message, help, at) = error("[tools.x]\ncomand = \"a\"\ncommand = \"b\"");
        assert_eq!(message, "`comand` is no setting of `tools.x`");
        assert_eq!(
            (help.as_str(), at.as_str()),
            ("did you mean `command`?", "comand")
        );

        let (message, _, at) = error("[agents.x]\nargs = []");
        assert_eq!(
            (message.as_str(), at.as_str()),
            ("`agents.x` has no `command`", "x")
        );

        let (message, _, at) = error("[tools.x]\ncommand = 5");
        let expected = "`tools.x.command` is to be a text, and this is a whole number";
        assert_eq!((message.as_str(), at.as_str()), (expected, "5"));

        let (message, help, at) = error("[rules]\na = \"warn\"");
        assert_eq!(message, "`rules.a` cannot be `warn`");
        assert_eq!(
            (help.as_str(), at.as_str()),
            ("write `off`, `note`, `warning` or `error`", "\"warn\"")
        );

        let (message, help, at) = error("[[overrides]]\nrules = {}");
        assert_eq!(message, "`overrides[0]` has no `paths`");
        assert_eq!(
            (help.as_str(), at.as_str()),
            ("add `paths = [\"...\"]`", "overrides")
        );
        let (message, _, at) = error("[overrides]\npaths = []");
        assert_eq!(
            (message.as_str(), at.as_str()),
            (
                "`overrides` is to be a list of tables, and this is a table",
                "[overrides]"
            )
        );

        let (message, help, _) = error("[limits]\ngrace = \"2 sec\"");
        assert_eq!(message, "`limits.grace` is no duration");
        assert!(help.contains("`30s`"), "{help}");

        let (message, help, at) =
            error("default_agent = \"claud\"\n[agents.claude]\ncommand = \"c\"");
        assert_eq!(message, "there is no agent called `claud`");
        assert_eq!(
            (help.as_str(), at.as_str()),
            ("did you mean `claude`?", "\"claud\"")
        );

        let (message, _, at) = error("[tools.http]\ncommand = \"a\"");
        assert_eq!(
            (message.as_str(), at.as_str()),
            (
                "the name `http` is that of the built-in tool `http.request`",
                "http"
            )
        );
        for (text, wrong) in [
            (
                "allow_private = [\"local\"]",
                "`local` is no address and no network",
            ),
            (
                "allow_hosts = [\"https://a\"]",
                "`https://a` is no name of a host",
            ),
            ("only_hosts = [\"a:80\"]", "`a:80` is no name of a host"),
            ("only_hosts = [\"a.*\"]", "`a.*` is no name of a host"),
            ("proxy = \"a\"", "`http.proxy` is no address"),
            (
                "allow_host = [\"a\"]",
                "`allow_host` is no setting of `http`",
            ),
        ] {
            let (message, help, _) = error(&format!("[http]\n{text}"));
            assert_eq!(message, wrong);
            assert!(!help.is_empty());
        }

        let (message, help, at) = error("[secrets]\na = {}");
        assert_eq!(message, "`secrets.a` does not say where it is found");
        assert!(help.contains("`file = "), "{help}");
        assert_eq!(at, "a");
        let (message, ..) = error("[secrets]\na = { env = \"A\", file = \"a\" }");
        assert_eq!(
            message,
            "`secrets.a` has more than one of `env`, `file` and `command`"
        );

        let (message, _, _) = error("[agent.claude]\ncommand = \"c\"");
        assert_eq!(message, "`agent` is no setting of `wfc.toml`");
    }

    #[test]
    fn what_tools_do_stands_under_their_names() {
        let text = "[tools.linear]\ncommand = \"a\"\n[tools.\"linear.archive\"]\ndestructive = true\n\
                    [tools.\"web.*\"]\nread_only = true\nopen_world = true";
        let s = Settings::parse(text).unwrap();
        assert_eq!(s.tools.len(), 1);
        assert_eq!(s.hints["linear.archive"].destructive, Some(true));
        assert_eq!(s.hints["linear.archive"].open_world, None);
        assert_eq!(s.hints["web.*"].open_world, Some(true));
    }

    #[test]
    fn mistakes_in_what_tools_do() {
        let (message, help, at) = error("[tools.\"x.y\"]\ndestuctive = true");
        assert_eq!(message, "`destuctive` is no setting of `tools.x.y`");
        assert_eq!(
            (help.as_str(), at.as_str()),
            ("did you mean `destructive`?", "destuctive")
        );
        let (message, help, at) =
            error("[tools.x]\ncommand = \"a\"\n[tools.x.y]\ndestructive = true");
        assert_eq!(message, "`y` is no setting of `tools.x`");
        assert_eq!(
            (help.as_str(), at.as_str()),
            ("a tool's name has quotes: `[tools.\"x.y\"]`", "y")
        );
        for name in ["x.", ".y", "x.*y", "*.y", "x y.z"] {
            let (message, help, _) = error(&format!("[tools.\"{name}\"]\ndestructive = true"));
            assert_eq!(message, format!("`{name}` is no name of a tool"));
            assert!(help.contains("server.delete_*"), "{help}");
        }
        let (message, _, at) = error("[tools.\"x.y\"]\ndestructive = \"yes\"");
        let expected = "`tools.x.y.destructive` is to be true or false, and this is a text";
        assert_eq!((message.as_str(), at.as_str()), (expected, "\"yes\""));
        let (message, ..) = error("[tools.\"x.y\"]\ndestructive = true\nread_only = true");
        assert!(message.contains("both"), "{message}");
    }

    #[test]
    fn broken_toml_is_an_error_with_its_place() {
        let e = Settings::parse("a = 1\n[tools\n").unwrap_err();
        assert_eq!(e.line, 2, "{e}");
    }
}
