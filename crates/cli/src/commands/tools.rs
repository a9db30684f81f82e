//! `wfc tools`: catalogues written from live MCP servers, and shown as wfc sees them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use wfc_compiler::analysis::catalogue::{self, Catalogue, Hints, Tool};
use wfc_compiler::settings as checks;
use wfc_runtime::settings::Reached;
use wfc_value::ty::{Type, TypeTable};

use crate::args::Cli;
use crate::error::CliError;
use crate::exit::Exit;
use crate::settings::SettingsCache;
use crate::{term, write};

/// The ending of catalogues.
const ENDING: &str = ".tools.json";

/// `wfc tools`
#[derive(Debug, Args)]
pub struct Tools {
    /// What to do.
    #[command(subcommand)]
    pub what: What,
}

/// What `wfc tools` does.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Asks servers for their tools and writes SERVER.tools.json
    Sync(Sync),
    /// Shows the tools of catalogues, with their types
    List(List),
}

/// `wfc tools sync`
#[derive(Debug, Args)]
pub struct Sync {
    /// Servers of `wfc.toml`; all of them when absent
    #[arg(value_name = "SERVER")]
    pub servers: Vec<String>,
    /// Write nothing; exit with 1 when a catalogue on disk differs
    #[arg(long)]
    pub check: bool,
    /// Where the catalogues are; the folder of `wfc.toml` when absent
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
}

/// `wfc tools list`
#[derive(Debug, Args)]
pub struct List {
    /// Catalogues, and folders with catalogues
    #[arg(default_value = ".", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// As one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Carries out one of the commands.
///
/// # Errors
/// When settings or catalogues cannot be read, or a server does not answer.
pub fn run(cli: &Cli, args: &Tools) -> Result<Exit, CliError> {
    match &args.what {
        What::Sync(args) => sync(cli, args),
        What::List(args) => list(cli, args),
    }
}

fn sync(cli: &Cli, args: &Sync) -> Result<Exit, CliError> {
    let cache = SettingsCache::new(cli.config.as_deref());
    let settings = cache.of("./wfc.toml")?;
    let names: Vec<String> = if args.servers.is_empty() {
        settings.tools.keys().cloned().collect()
    } else {
        args.servers.clone()
    };
    if names.is_empty() {
        return Err(CliError::usage(
            "no tool servers are configured",
            "add `[tools.NAME]` with its `command` or `url` to `wfc.toml`",
        ));
    }
    if let Some(unknown) = names.iter().find(|n| !settings.tools.contains_key(*n)) {
        let near = wfc_syntax::near::nearest(unknown, settings.tools.keys().map(String::as_str));
        let help = match near.first() {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("add `[tools.{unknown}]` with its `command` or `url` to `wfc.toml`"),
        };
        return Err(CliError::usage(
            format!("`wfc.toml` has no tool server `{unknown}`"),
            help,
        ));
    }
    let folder = match &args.dir {
        Some(dir) => dir.clone(),
        None => cache.folder("./wfc.toml"),
    };
    let (mut differ, mut failed) = (false, false);
    for name in &names {
        let path = folder.join(format!("{name}{ENDING}"));
        match sync_one(&settings, name, &path, args.check) {
            Ok(changed) => differ |= changed,
            // The others may be fine.
            Err(error) => {
                error.show();
                failed = true;
            }
        }
    }
    Ok(if failed {
        Exit::Usage
    } else if differ && args.check {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// Whether the catalogue on disk differed from what the server says.
fn sync_one(
    settings: &wfc_runtime::Settings,
    name: &str,
    path: &Path,
    check: bool,
) -> Result<bool, CliError> {
    let listed = ask(settings, name)?;
    let text = written(&listed);
    let before = match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(source) => {
            return Err(CliError::Read {
                path: path.to_path_buf(),
                source,
            });
        }
    };
    let shown = path
        .strip_prefix("./")
        .unwrap_or(path)
        .display()
        .to_string();
    let tools = match listed.len() {
        1 => "1 tool".to_owned(),
        n => format!("{n} tools"),
    };
    if before.as_deref() == Some(text.as_str()) {
        term::print(&format!("{shown}: {tools}, as they were\n"));
        return Ok(false);
    }
    let verb = match (check, &before) {
        (true, None) => "is missing",
        (true, Some(_)) => "differs",
        (false, None) => "written",
        (false, Some(_)) => "written anew",
    };
    let mut out = format!("{shown}: {verb}, {tools}\n");
    for line in changes(before.as_deref(), &listed) {
        let _ = writeln!(out, "  {line}");
    }
    if !check {
        write::replace(path, text.as_bytes())?;
    }
    term::print(&out);
    Ok(true)
}

/// The server's tools, sorted by name.
fn ask(settings: &wfc_runtime::Settings, name: &str) -> Result<Vec<Value>, CliError> {
    let host = |what: String| CliError::host(what, "try again");
    let cwd = std::env::current_dir().map_err(|e| host(format!("no current folder: {e}")))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| host(format!("cannot start: {e}")))?;
    let listed = runtime.block_on(wfc_runtime::list_tools(
        settings,
        name,
        cwd,
        std::env::vars(),
    ));
    let mut tools = listed.map_err(|failure| {
        let place = format!("under `[tools.{name}]` in `wfc.toml`");
        let help = match settings.tools.get(name).map(|server| &server.reached) {
            Some(Reached::Http(_)) => format!("its `url` and `headers` are {place}"),
            _ => format!("start it by hand to see what is wrong; its command is {place}"),
        };
        CliError::host(failure.message, help)
    })?;
    tools.sort_by(|a, b| name_of(a).cmp(name_of(b)));
    Ok(tools)
}

fn name_of(tool: &Value) -> &str {
    tool.get("name").and_then(Value::as_str).unwrap_or_default()
}

/// What comes first of a tool; the rest follows by name.
const ORDER: [&str; 6] = [
    "name",
    "title",
    "description",
    "annotations",
    "inputSchema",
    "outputSchema",
];

/// What is not of the tool but of the moment or the screen.
const LEFT_OUT: [&str; 2] = ["_meta", "icons"];

/// The text of a catalogue: the same for the same tools, whatever their order.
fn written(tools: &[Value]) -> String {
    let mut out = String::from("{\n  \"tools\": [");
    for (place, tool) in tools.iter().enumerate() {
        out.push_str(if place == 0 { "\n    {" } else { ",\n    {" });
        let Value::Object(fields) = tool else {
            continue;
        };
        let first = ORDER.iter().filter_map(|key| fields.get_key_value(*key));
        let rest = fields
            .iter()
            .filter(|(key, _)| !ORDER.contains(&key.as_str()) && !LEFT_OUT.contains(&key.as_str()));
        for (i, (key, value)) in first.chain(rest).enumerate() {
            // Lines break between values only: within texts they are escaped.
            let pretty = format!("{:#}", sorted(value)).replace('\n', "\n      ");
            let comma = if i == 0 { "" } else { "," };
            let _ = write!(
                out,
                "{comma}\n      {}: {pretty}",
                Value::from(key.as_str())
            );
        }
        out.push_str("\n    }");
    }
    out.push_str(if tools.is_empty() {
        "]\n}\n"
    } else {
        "\n  ]\n}\n"
    });
    out
}

/// The value with the keys of its objects in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let ordered: BTreeMap<&String, Value> =
                fields.iter().map(|(k, v)| (k, sorted(v))).collect();
            Value::Object(ordered.into_iter().map(|(k, v)| (k.clone(), v)).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// What changed, a line each.
fn changes(before: Option<&str>, now: &[Value]) -> Vec<String> {
    let old: Map<String, Value> = before
        .and_then(|text| serde_json::from_str::<Value>(text).ok())
        .and_then(|value| value.get("tools").and_then(Value::as_array).cloned())
        .unwrap_or_default()
        .into_iter()
        .map(|tool| (name_of(&tool).to_owned(), tool))
        .collect();
    let new: Map<String, Value> = now
        .iter()
        .map(|tool| (name_of(tool).to_owned(), tool.clone()))
        .collect();
    let mut lines = Vec::new();
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        lines.push(format!("- {}", term::one_line(name)));
    }
    for (name, tool) in &new {
        match old.get(name) {
            None => lines.push(format!("+ {}", term::one_line(name))),
            Some(was) => {
                let parts: Vec<&str> = [
                    ("inputSchema", "arguments"),
                    ("outputSchema", "output"),
                    ("annotations", "hints"),
                    ("description", "description"),
                ]
                .into_iter()
                .filter(|(key, _)| was.get(key) != tool.get(key))
                .map(|(_, word)| word)
                .collect();
                if !parts.is_empty() {
                    lines.push(format!("~ {} ({})", term::one_line(name), parts.join(", ")));
                }
            }
        }
    }
    lines
}

fn list(cli: &Cli, args: &List) -> Result<Exit, CliError> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in &args.paths {
        if path.is_dir() {
            files.extend(catalogues_in(path)?);
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    files.dedup();
    if files.is_empty() {
        return Err(CliError::usage(
            format!("no `*{ENDING}` there"),
            "write one with `wfc tools sync`, or name its file",
        ));
    }
    let cache = SettingsCache::new(cli.config.as_deref());
    let mut documents = Vec::new();
    let mut out = String::new();
    for file in &files {
        let text = std::fs::read_to_string(file).map_err(|source| CliError::Read {
            path: file.clone(),
            source,
        })?;
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned());
        let server = catalogue::server_of(name.as_deref().unwrap_or_default()).to_owned();
        let mut table = TypeTable::new();
        let read = catalogue::read(&server, &text, &mut table).map_err(|fault| {
            CliError::usage(
                format!(
                    "`{}` is no tool catalogue: {}",
                    file.display(),
                    fault.message
                ),
                "write it anew with `wfc tools sync`",
            )
        })?;
        let settings = cache.checks_of(&file.display().to_string())?;
        documents.push(document(&read, file, &table, &settings));
        out.push_str(&page(&read, &table, &settings));
    }
    if args.json {
        out = format!("{:#}\n", json!({ "catalogues": documents }));
    }
    term::print(&out);
    Ok(Exit::Clean)
}

fn catalogues_in(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let entries = std::fs::read_dir(folder).map_err(|source| CliError::Read {
        path: folder.to_path_buf(),
        source,
    })?;
    let paths = entries.filter_map(Result::ok).map(|e| e.path());
    Ok(paths
        .filter(|p| p.to_string_lossy().ends_with(ENDING) && p.is_file())
        .collect())
}

/// A type; a name is shown with what it stands for.
fn shown(ty: &Type, table: &TypeTable) -> String {
    match ty {
        Type::Named(_) => table.resolve(ty).to_string(),
        other => other.to_string(),
    }
}

fn page(catalogue: &Catalogue, table: &TypeTable, settings: &checks::Settings) -> String {
    let mut out = String::new();
    for tool in &catalogue.tools {
        let name = term::one_line(&format!("{}.{}", catalogue.server, tool.name));
        let _ = writeln!(
            out,
            "{name} {} -> {}",
            shown(&tool.input, table),
            shown(&tool.output, table)
        );
        let hints = hints(catalogue, tool, settings);
        if !hints.is_empty() {
            let hints: Vec<String> = hints.iter().map(Hint::words).collect();
            let _ = writeln!(out, "    {}", hints.join(", "));
        }
        for fault in &tool.faults {
            let place = fault.pointer.as_deref().unwrap_or_default();
            let _ = writeln!(out, "    cannot be read: {} at `{place}`", fault.message);
        }
    }
    for (name, ty) in table.iter() {
        let _ = writeln!(out, "type {name} = {ty}");
    }
    out
}

/// What is known of a tool in one respect, and who says it.
struct Hint<'a> {
    /// The setting of `wfc.toml`.
    key: &'static str,
    word: &'static str,
    holds: bool,
    /// The name or pattern in `wfc.toml`; none when the catalogue says it.
    setting: Option<&'a str>,
}

impl Hint<'_> {
    fn words(&self) -> String {
        let not = if self.holds { "" } else { "not " };
        let word = self.word;
        match self.setting {
            Some(name) => {
                let name = term::one_line(name);
                format!("{not}{word} (wfc.toml: \"{name}\")")
            }
            None => format!("{not}{word} (catalogue)"),
        }
    }

    fn source(&self) -> Value {
        match self.setting {
            Some(name) => json!({ "from": "wfc.toml", "name": name }),
            None => json!({ "from": "catalogue" }),
        }
    }
}

/// A hint's key, its word, and how it is taken out of all of them.
type Respect = (&'static str, &'static str, fn(&Hints) -> Option<bool>);

/// What is known of a tool: from `wfc.toml`, then from its catalogue. What nobody says is left out.
fn hints<'a>(catalogue: &Catalogue, tool: &Tool, settings: &'a checks::Settings) -> Vec<Hint<'a>> {
    let respects: [Respect; 4] = [
        ("read_only", "read-only", |h| h.read_only),
        ("destructive", "destructive", |h| h.destructive),
        ("idempotent", "idempotent", |h| h.idempotent),
        ("open_world", "open world", |h| h.open_world),
    ];
    let over = settings.said_of(&format!("{}.{}", catalogue.server, tool.name));
    let hint = |(key, word, of): Respect| {
        let said = over
            .iter()
            .find_map(|(name, hints)| Some((of(hints)?, Some(*name))));
        let (holds, setting) = said.or_else(|| Some((of(&tool.hints)?, None)))?;
        Some(Hint {
            key,
            word,
            holds,
            setting,
        })
    };
    respects.into_iter().filter_map(hint).collect()
}

fn document(
    catalogue: &Catalogue,
    file: &Path,
    table: &TypeTable,
    settings: &checks::Settings,
) -> Value {
    let tool = |tool: &Tool| {
        let known = hints(catalogue, tool, settings);
        let holds = |key: &str| known.iter().find(|h| h.key == key).map(|h| h.holds);
        let sources: Map<String, Value> = known
            .iter()
            .map(|h| (h.key.to_owned(), h.source()))
            .collect();
        json!({
            "name": format!("{}.{}", catalogue.server, tool.name),
            "description": tool.description,
            "arguments": tool.input.to_string(),
            "output": tool.output.to_string(),
            "hints": {
                "read_only": holds("read_only"),
                "destructive": holds("destructive"),
                "idempotent": holds("idempotent"),
                "open_world": holds("open_world"),
            },
            "hint_sources": sources,
            "faults": tool.faults.iter().map(|f| json!({ "pointer": f.pointer, "message": f.message })).collect::<Vec<_>>(),
        })
    };
    let types: Map<String, Value> = table
        .iter()
        .map(|(name, ty)| (name.to_string(), Value::from(ty.to_string())))
        .collect();
    json!({
        "file": file.display().to_string(),
        "server": catalogue.server,
        "tools": catalogue.tools.iter().map(tool).collect::<Vec<_>>(),
        "types": types,
    })
}
