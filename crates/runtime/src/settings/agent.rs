//! `[agents.NAME]` and `[models.NAME]`: what carries out `agent` steps, and what it costs.

use std::collections::BTreeMap;
use std::time::Duration;

use super::read::Table;
use super::server::{address, headers};
use super::{HeaderText, Program, SettingsError, program};

/// `[agents.NAME]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runner {
    /// `type`, with what belongs to it.
    pub kind: AgentKind,
    /// `timeout`: how long one answer may take.
    pub timeout: Option<Duration>,
    /// `permissions`: who decides on what the agent may not do by itself.
    pub permissions: Permissions,
    /// `permission_timeout`: how long a person may take to decide; then it is denied.
    pub permission_timeout: Option<Duration>,
}

/// `type`: how an agent is reached.
#[derive(Clone, Debug, PartialEq)]
pub enum AgentKind {
    /// `command`: a program that is started for each answer.
    Command(CommandAgent),
    /// `openai`: an endpoint for chat completions.
    OpenAi(Endpoint),
    /// `anthropic`: an endpoint for messages.
    Anthropic(Endpoint),
    /// `acp`: a program that speaks the Agent Client Protocol.
    Acp(AcpAgent),
}

impl Default for AgentKind {
    fn default() -> Self {
        Self::Command(CommandAgent::default())
    }
}

/// The goal on its standard input, the answer on its standard output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandAgent {
    /// What is started for each answer.
    pub program: Program,
    /// `model_args`: more arguments for steps that name a model; `{model}` stands for it.
    pub model_args: Vec<String>,
}

/// An endpoint of a language model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint {
    /// `base_url`: without one, that of the company whose protocol it is.
    pub base_url: Option<String>,
    /// `api_key`: the secret that holds it; without one, none is sent.
    pub api_key: Option<String>,
    /// The environment variable that `api_key` names, if it names one.
    pub api_key_env: Option<String>,
    /// `headers`: sent with every request.
    pub headers: BTreeMap<String, HeaderText>,
    /// `model`: for steps that name none.
    pub model: Option<String>,
    /// `system`: what the model is told before the goal.
    pub system: Option<String>,
    /// `temperature`.
    pub temperature: Option<f64>,
    /// `max_tokens`: the most that one answer may have.
    pub max_tokens: Option<u64>,
    /// `max_tool_rounds`: how often tools may be asked for, for one answer.
    pub max_tool_rounds: Option<u64>,
    /// `max_response_bytes`: of one answer of the endpoint.
    pub max_response_bytes: Option<u64>,
    /// `idle_timeout`: how long the endpoint may be silent.
    pub idle_timeout: Option<Duration>,
    /// `structured`: how the type of an answer is asked for.
    pub structured: Structured,
}

/// How the type of an answer is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Structured {
    /// `"schema"`: by the protocol's own means, with the JSON Schema.
    #[default]
    Schema,
    /// `"object"`: as any JSON object, the schema being in the prompt.
    Object,
    /// `"prompt"`: in the prompt alone.
    Prompt,
}

impl Structured {
    const ALL: [Self; 3] = [Self::Schema, Self::Object, Self::Prompt];

    const fn word(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Object => "object",
            Self::Prompt => "prompt",
        }
    }
}

/// An agent that speaks the Agent Client Protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AcpAgent {
    /// What is started for each step.
    pub program: Program,
    /// `start_timeout`: how long it may take to be ready.
    pub start_timeout: Option<Duration>,
    /// `files`: which files of its folder it may have through us.
    pub files: Files,
    /// `whole_servers`: whether it is handed the servers of its tools with all that they have.
    pub whole_servers: bool,
}

/// Which files an agent may have through its client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Files {
    /// `"none"`.
    #[default]
    None,
    /// `"read"`.
    Read,
    /// `"write"`: reading, too.
    Write,
}

impl Files {
    const ALL: [Self; 3] = [Self::None, Self::Read, Self::Write];

    const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// Who decides on what an agent asks permission for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Permissions {
    /// `"ask"`: a person, as with an approval.
    #[default]
    Ask,
    /// `"allow"`: it may.
    Allow,
    /// `"deny"`: it may not.
    Deny,
}

impl Permissions {
    const ALL: [Self; 3] = [Self::Ask, Self::Allow, Self::Deny];

    const fn word(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

/// `[models.NAME]`: US dollars for a million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Price {
    /// `input`.
    pub input: f64,
    /// `output`.
    pub output: f64,
    /// `cached_input`: input that was read from a cache; without it as `input`.
    pub cached_input: Option<f64>,
    /// `cache_write`: input that was written to a cache; without it as `input`.
    pub cache_write: Option<f64>,
}

#[derive(Clone, Copy)]
enum Type {
    Command,
    OpenAi,
    Anthropic,
    Acp,
}

impl Type {
    const ALL: [Self; 4] = [Self::Command, Self::OpenAi, Self::Anthropic, Self::Acp];

    const fn word(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Acp => "acp",
        }
    }
}

pub(super) fn runner(mut table: Table<'_>) -> Result<Runner, SettingsError> {
    let kind = table.word("type", &Type::ALL, Type::word)?;
    let kind = match kind.unwrap_or(Type::Command) {
        Type::Command => AgentKind::Command(CommandAgent {
            program: program(&mut table)?,
            model_args: table.texts("model_args")?,
        }),
        Type::OpenAi => AgentKind::OpenAi(endpoint(&mut table, "OPENAI_API_KEY")?),
        Type::Anthropic => {
            let endpoint = endpoint(&mut table, "ANTHROPIC_API_KEY")?;
            if endpoint.structured == Structured::Object {
                let message = format!("`{}.structured` cannot be `object`", table.path());
                let help = "that is for `type = \"openai\"`: write `schema` or `prompt`";
                return Err(table.error("structured", message, Some(help.to_owned())));
            }
            AgentKind::Anthropic(endpoint)
        }
        Type::Acp => AgentKind::Acp(AcpAgent {
            program: program(&mut table)?,
            start_timeout: table.duration("start_timeout")?,
            files: table
                .word("files", &Files::ALL, Files::word)?
                .unwrap_or_default(),
            whole_servers: table.flag("whole_servers")?.unwrap_or(false),
        }),
    };
    let is_command = matches!(kind, AgentKind::Command(_));
    let mut runner = Runner {
        kind,
        timeout: table.duration("timeout")?,
        ..Runner::default()
    };
    if !is_command {
        runner.permissions = table
            .word("permissions", &Permissions::ALL, Permissions::word)?
            .unwrap_or_default();
        runner.permission_timeout = table.duration("permission_timeout")?;
    }
    table.finish()?;
    Ok(runner)
}

/// `usual` is the variable that holds the key of the company whose protocol it is: it goes to that company only.
fn endpoint(table: &mut Table<'_>, usual: &str) -> Result<Endpoint, SettingsError> {
    let path = table.path().to_owned();
    let base_url = table.text("base_url")?;
    if let Some(url) = &base_url {
        address(url).map_err(|(why, help)| {
            let message = format!("`{path}.base_url` {why}");
            table.error("base_url", message, Some(help.to_owned()))
        })?;
    }
    let (api_key, api_key_env) = match key(table)? {
        Some(Key::Secret(name)) => (Some(name), None),
        Some(Key::Env(variable)) => (Some(format!("{path}.api_key")), Some(variable)),
        None if base_url.is_some() => (None, None),
        None => (Some(format!("{path}.api_key")), Some(usual.to_owned())),
    };
    let headers = match table.table("headers")? {
        Some(table) => headers(&table)?,
        None => BTreeMap::new(),
    };
    let temperature = table.number("temperature")?;
    if temperature.is_some_and(|t| !(0.0..=2.0).contains(&t)) {
        let message = format!("`{path}.temperature` is to be from 0 to 2");
        return Err(table.error("temperature", message, None));
    }
    let counted = |table: &mut Table<'_>, key| {
        let count = table.count(key)?;
        if count == Some(0) {
            let message = format!("`{path}.{key}` is to be at least 1");
            return Err(table.error(key, message, None));
        }
        Ok(count)
    };
    Ok(Endpoint {
        base_url,
        api_key,
        api_key_env,
        headers,
        model: table.text("model")?,
        system: table.text("system")?,
        temperature,
        max_tokens: counted(table, "max_tokens")?,
        max_tool_rounds: table.count("max_tool_rounds")?,
        max_response_bytes: counted(table, "max_response_bytes")?,
        idle_timeout: table.duration("idle_timeout")?,
        structured: table
            .word("structured", &Structured::ALL, Structured::word)?
            .unwrap_or_default(),
    })
}

enum Key {
    Env(String),
    Secret(String),
}

fn key(table: &mut Table<'_>) -> Result<Option<Key>, SettingsError> {
    const WRITE: &str =
        "write `api_key = { env = \"VARIABLE\" }` or `api_key = { secret = \"name\" }`";
    if !table.has("api_key") {
        return Ok(None);
    }
    let path = table.path().to_owned();
    if table.text("api_key").is_ok() {
        let message = format!("`{path}.api_key` stands in the file itself");
        return Err(table.error("api_key", message, Some(WRITE.to_owned())));
    }
    let Some(mut inner) = table.table("api_key")? else {
        return Ok(None);
    };
    let key = match (inner.text("env")?, inner.text("secret")?) {
        (Some(variable), None) => Key::Env(variable),
        (None, Some(name)) => Key::Secret(name),
        _ => {
            let message = format!("`{path}.api_key` is to have either `env` or `secret`");
            return Err(table.error("api_key", message, Some(WRITE.to_owned())));
        }
    };
    inner.finish()?;
    Ok(Some(key))
}

pub(super) fn price(mut table: Table<'_>) -> Result<Price, SettingsError> {
    let mut cost = |key: &'static str| {
        let cost = table.number(key)?;
        if cost.is_some_and(|c| !c.is_finite() || c < 0.0) {
            let message = format!("`{}.{key}` is to be at least 0", table.path());
            return Err(table.error(key, message, None));
        }
        Ok(cost)
    };
    let (input, output) = (cost("input")?, cost("output")?);
    let (cached_input, cache_write) = (cost("cached_input")?, cost("cache_write")?);
    let (Some(input), Some(output)) = (input, output) else {
        let message = format!("`{}` is to have both `input` and `output`", table.path());
        let help = "write US dollars for a million tokens: `input = 3.0`, `output = 15.0`";
        return Err(table.own_error(message, Some(help.to_owned())));
    };
    table.finish()?;
    Ok(Price {
        input,
        output,
        cached_input,
        cache_write,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Settings;
    use super::*;
    use crate::vault::SecretSource;

    fn read(text: &str) -> Runner {
        Settings::parse(text).unwrap().agents["x"].clone()
    }

    /// The error's message, help, and the text at its span.
    fn error(text: &str) -> (String, String, String) {
        let e = Settings::parse(text).unwrap_err();
        (e.message, e.help.unwrap_or_default(), text[e.span].into())
    }

    #[test]
    fn a_command_needs_no_type() {
        let runner = read("[agents.x]\ncommand = \"a\"\nmodel_args = [\"{model}\"]");
        let AgentKind::Command(command) = &runner.kind else {
            panic!("{runner:?}")
        };
        assert_eq!(command.program.command, "a");
        assert_eq!(command.model_args, ["{model}"]);
        assert_eq!(
            runner,
            read("[agents.x]\ntype = \"command\"\ncommand = \"a\"\nmodel_args = [\"{model}\"]")
        );
    }

    #[test]
    fn endpoints_have_what_belongs_to_them() {
        let runner = read(
            "[agents.x]\ntype = \"openai\"\nbase_url = \"http://localhost:1/v1\"\nmodel = \"m\"\n\
             api_key = { secret = \"k\" }\nheaders = { X-Team = \"a\" }\ntemperature = 0.5\n\
             max_tokens = 100\nmax_tool_rounds = 3\nmax_response_bytes = 1000\nidle_timeout = \"1s\"\n\
             system = \"Be brief.\"\nstructured = \"object\"\ntimeout = \"1m\"\n\
             permissions = \"allow\"\npermission_timeout = \"5m\"",
        );
        let AgentKind::OpenAi(endpoint) = &runner.kind else {
            panic!("{runner:?}")
        };
        assert_eq!(endpoint.api_key.as_deref(), Some("k"));
        assert_eq!(endpoint.temperature, Some(0.5));
        assert_eq!(endpoint.max_tool_rounds, Some(3));
        assert_eq!(endpoint.structured, Structured::Object);
        assert_eq!(endpoint.headers["X-Team"], HeaderText::Text("a".into()));
        assert_eq!(runner.permissions, Permissions::Allow);
        assert_eq!(runner.permission_timeout, Some(Duration::from_secs(300)));
    }

    #[test]
    fn keys_come_from_the_environment_or_from_secrets_and_go_to_their_company_only() {
        let key = |text: &str| {
            let settings = Settings::parse(text).unwrap();
            let (AgentKind::OpenAi(e) | AgentKind::Anthropic(e)) = &settings.agents["x"].kind
            else {
                panic!("{settings:?}")
            };
            let name = e.api_key.clone();
            let source = name.as_ref().and_then(|n| settings.secrets.get(n));
            let variable = source.map(|source| match source {
                SecretSource::Env(variable) => variable.clone(),
                other => panic!("{other:?}"),
            });
            (name, variable)
        };
        let own = Some("agents.x.api_key".to_owned());
        assert_eq!(
            key("[agents.x]\ntype = \"anthropic\""),
            (own.clone(), Some("ANTHROPIC_API_KEY".into()))
        );
        let local = "[agents.x]\ntype = \"openai\"\nbase_url = \"http://localhost:1\"";
        assert_eq!(key(local), (None, None));
        assert_eq!(
            key(&format!("{local}\napi_key = {{ env = \"K\" }}")),
            (own, Some("K".into()))
        );
        assert_eq!(
            key(&format!("{local}\napi_key = {{ secret = \"k\" }}")),
            (Some("k".into()), None)
        );
    }

    #[test]
    fn mistakes_are_shown_at_their_place() {
        let openai = "[agents.x]\ntype = \"openai\"\n";
        for (line, message, at) in [
            (
                "api_key = \"sk-1\"",
                "api_key` stands in the file itself",
                "\"sk-1\"",
            ),
            (
                "api_key = {}",
                "api_key` is to have either `env` or `secret`",
                "{}",
            ),
            ("base_url = \"x\"", "base_url` is no address", "\"x\""),
            ("temperature = 3", "temperature` is to be from 0 to 2", "3"),
            (
                "temperature = \"a\"",
                "temperature` is to be a number, and this is a text",
                "\"a\"",
            ),
            ("max_tokens = 0", "max_tokens` is to be at least 1", "0"),
            ("structured = \"x\"", "structured` cannot be `x`", "\"x\""),
            ("permissions = \"x\"", "permissions` cannot be `x`", "\"x\""),
            (
                "headers = { Host = \"a\" }",
                "headers.Host` is set by the protocol itself",
                "Host",
            ),
        ] {
            let (found, _, place) = error(&format!("{openai}{line}"));
            assert_eq!(found, format!("`agents.x.{message}"));
            assert_eq!(place, at, "{line}");
        }
        let (message, help, _) = error("[agents.x]\ntype = \"anthropc\"");
        assert_eq!(message, "`agents.x.type` cannot be `anthropc`");
        assert_eq!(help, "write `command`, `openai`, `anthropic` or `acp`");
        let (message, ..) = error("[agents.x]\ntype = \"acp\"");
        assert_eq!(message, "`agents.x` has no `command`");
        let (message, ..) = error(&format!("{openai}command = \"a\""));
        assert_eq!(message, "`command` is no setting of `agents.x`");
        let (message, ..) = error("[agents.x]\ncommand = \"a\"\npermissions = \"ask\"");
        assert_eq!(message, "`permissions` is no setting of `agents.x`");
        let (message, ..) = error("[agents.x]\ntype = \"anthropic\"\nstructured = \"object\"");
        assert_eq!(message, "`agents.x.structured` cannot be `object`");
    }

    #[test]
    fn prices_stand_under_the_names_of_models() {
        let s = Settings::parse("[models.\"a-1.5\"]\ninput = 3\noutput = 15.5\ncached_input = 0.3");
        let price = s.unwrap().models["a-1.5"];
        assert_eq!((price.input, price.output), (3.0, 15.5));
        assert_eq!((price.cached_input, price.cache_write), (Some(0.3), None));
        let (message, _, at) = error("[models.a]\ninput = 3");
        assert_eq!(message, "`models.a` is to have both `input` and `output`");
        assert_eq!(at, "a");
        let (message, ..) = error("[models.a]\ninput = -3\noutput = 1");
        assert_eq!(message, "`models.a.input` is to be at least 0");
    }
}
