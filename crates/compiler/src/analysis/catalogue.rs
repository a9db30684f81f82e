//! Tool catalogues: the answer of an MCP server to `tools/list`, as types.
//!
//! The form is that of the Model Context Protocol: `{ tools: [{ name, description?, inputSchema,
//! outputSchema?, annotations? }] }`. A bare list of tools is understood too.

use std::sync::Arc;

use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Tree};
use wfc_value::ty::{Type, TypeTable};
use wfc_value::{Map, Value, json, schema};

use crate::world::World;

/// The catalogues of one file.
#[derive(Clone, Debug, Default)]
pub struct Catalogues {
    /// In the order in which the file names them.
    pub servers: Vec<Arc<Catalogue>>,
}

/// The tools of one server.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// The server's name: the stem of the catalogue's file.
    pub server: String,
    /// Its tools; empty when the catalogue could not be read.
    pub tools: Vec<Tool>,
    /// Whether it could not be read: nothing is known of the server then.
    pub broken: bool,
    /// The file's name, as its source carries it.
    pub file: String,
}

/// Something in a catalogue that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where in the file, as a JSON pointer; none when the file is no JSON.
    pub pointer: Option<String>,
    /// What is wrong, in words.
    pub message: String,
}

/// A tool.
#[derive(Clone, Debug)]
pub struct Tool {
    /// Its name on its server.
    pub name: String,
    /// What it says of itself.
    pub description: Option<String>,
    /// Type of its arguments: a record.
    pub input: Type,
    /// Type of its output; `any` when it says none.
    pub output: Type,
    /// What it says that it does.
    pub hints: Hints,
    /// The JSON Schema of its arguments: what the type does not say of them.
    pub schema: Value,
    /// The JSON Schema of its output; null when it says none.
    pub output_schema: Value,
    /// The parts of its schemas that cannot be read.
    pub faults: Vec<Fault>,
}

/// A tool's annotations. They may be absent (nothing is known) or untrue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each is the protocol's annotation of that name"
)]
pub struct Hints {
    pub read_only: Option<bool>,
    pub destructive: Option<bool>,
    pub idempotent: Option<bool>,
    pub open_world: Option<bool>,
}

impl Hints {
    /// These hints, and `other`'s where these say nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            read_only: self.read_only.or(other.read_only),
            destructive: self.destructive.or(other.destructive),
            idempotent: self.idempotent.or(other.idempotent),
            open_world: self.open_world.or(other.open_world),
        }
    }
}

/// What a tool's name refers to.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// The tool.
    Tool(&'a Tool),
    /// The server's catalogue has no such tool.
    NoTool(&'a Catalogue),
    /// No catalogue of the server that could be read.
    NoCatalogue,
}

impl Catalogues {
    /// What `server.tool` refers to.
    #[must_use]
    pub fn find(&self, name: &str) -> Found<'_> {
        let (server, tool) = split(name);
        let Some(catalogue) = self
            .servers
            .iter()
            .find(|c| c.server == server && !c.broken)
        else {
            return Found::NoCatalogue;
        };
        match catalogue.tools.iter().find(|t| t.name == tool) {
            Some(found) => Found::Tool(found),
            None => Found::NoTool(catalogue),
        }
    }
}

/// `server.tool` as its two parts; the tool's name may hold further points.
#[must_use]
pub fn split(name: &str) -> (&str, &str) {
    name.split_once('.').unwrap_or(("", name))
}

/// The server that a catalogue's path names: `tools/pylon.tools.json` is that of `pylon`.
#[must_use]
pub fn server_of(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = file
        .strip_suffix(".tools.json")
        .or_else(|| file.strip_suffix(".json"));
    stem.unwrap_or(file)
}

/// How many faults of one tool are kept.
const MAX_FAULTS: usize = 20;

/// Reads a catalogue. Named types of its schemas go into `table`, under the server's name where they clash.
///
/// # Errors
/// What is wrong with the file when it is no catalogue at all.
pub fn read(server: &str, text: &str, table: &mut TypeTable) -> Result<Catalogue, Fault> {
    let value = json::parse(text).map_err(|e| Fault {
        pointer: None,
        message: e.to_string(),
    })?;
    let Some((at, tools)) = tools_of(&value) else {
        return Err(Fault {
            pointer: Some(String::new()),
            message: "it has no list `tools`".to_owned(),
        });
    };
    let mut out: Vec<Tool> = Vec::new();
    for (place, item) in tools.iter().enumerate() {
        let wrong = |what: &str| Fault {
            pointer: Some(format!("{at}/{place}")),
            message: format!("item {place} of `tools` {what}"),
        };
        let Value::Map(tool) = item else {
            return Err(wrong("is no mapping"));
        };
        let Some(Value::String(name)) = tool.get_str("name") else {
            return Err(wrong("has no `name`"));
        };
        out.push(tool_of(server, name, tool, &format!("{at}/{place}"), table));
    }
    Ok(Catalogue {
        server: server.to_owned(),
        tools: out,
        broken: false,
        file: String::new(),
    })
}

/// The catalogue in a file of the host, which may have it from another check.
///
/// # Errors
/// As [`read`].
pub(crate) fn of(
    server: &str,
    source: &Arc<Source>,
    world: &dyn World,
    table: &mut TypeTable,
) -> Result<Arc<Catalogue>, Fault> {
    if let Some(kept) = world.kept(source).filter(|c| c.server == server) {
        return Ok(kept);
    }
    let catalogue = Arc::new(Catalogue {
        file: source.name.clone(),
        ..read(server, &source.text, table)?
    });
    // Named types, which only references make, are called by what names the file has.
    if !source.text.contains("$ref") {
        world.keep(source, &catalogue);
    }
    Ok(catalogue)
}

/// The list of tools and where it stands: in the answer, in the answer's envelope, or by itself.
fn tools_of(value: &Value) -> Option<(&'static str, &[Value])> {
    match value {
        Value::List(tools) => Some(("", tools.as_slice())),
        Value::Map(map) => match (map.get_str("tools"), map.get_str("result")) {
            (Some(Value::List(tools)), _) => Some(("/tools", tools.as_slice())),
            (_, Some(Value::Map(result))) => match result.get_str("tools") {
                Some(Value::List(tools)) => Some(("/result/tools", tools.as_slice())),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn tool_of(server: &str, name: &str, tool: &Map, at: &str, table: &mut TypeTable) -> Tool {
    let prefix = format!("{server}.{name}");
    let mut faults = Vec::new();
    let mut typed = |key: &str, prefix: &str, table: &mut TypeTable| {
        let Some(schema) = tool.get_str(key) else {
            return Type::Any;
        };
        let read = schema::to_type(schema, prefix, table);
        let place = read.problems.into_iter().map(|problem| Fault {
            pointer: Some(format!("{at}/{key}{}", problem.pointer)),
            message: problem.message,
        });
        faults.extend(place);
        read.ty
    };
    let input = typed("inputSchema", &prefix, table);
    let output = typed("outputSchema", &format!("{prefix}.output"), table);
    faults.truncate(MAX_FAULTS);
    let description = match tool.get_str("description") {
        Some(Value::String(text)) => Some(text.to_string()),
        _ => None,
    };
    Tool {
        name: name.to_owned(),
        description,
        input,
        output,
        hints: hints(tool),
        schema: tool.get_str("inputSchema").cloned().unwrap_or_default(),
        output_schema: tool.get_str("outputSchema").cloned().unwrap_or_default(),
        faults,
    }
}

/// Where a fault stands in the text of its catalogue.
#[must_use]
pub fn place(text: &str, fault: &Fault) -> Option<Span> {
    let (tree, found) = wfc_syntax::json::parse(text);
    let Some(pointer) = &fault.pointer else {
        return found.first().map(|d| d.span);
    };
    let mut at = tree.root?;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        match child(&tree, at, &part) {
            Some(next) => at = next,
            None => break,
        }
    }
    // Of what takes many lines the first character is enough.
    let span = tree.span(at);
    let line = text.get(span.start as usize..span.end as usize)?.find('\n');
    Some(match line {
        Some(_) => Span::new(span.start, span.start + 1),
        None => span,
    })
}

fn child(tree: &Tree, node: NodeId, part: &str) -> Option<NodeId> {
    match tree.kind(node) {
        NodeKind::Map(_) => tree.field(node, part),
        NodeKind::Seq(items) => items.get(part.parse::<usize>().ok()?).copied(),
        _ => None,
    }
}

fn hints(tool: &Map) -> Hints {
    let Some(Value::Map(annotations)) = tool.get_str("annotations") else {
        return Hints::default();
    };
    let flag = |name: &str| match annotations.get_str(name) {
        Some(Value::Bool(b)) => Some(*b),
        _ => None,
    };
    Hints {
        read_only: flag("readOnlyHint"),
        destructive: flag("destructiveHint"),
        idempotent: flag("idempotentHint"),
        open_world: flag("openWorldHint"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tools_list_answer_becomes_types() {
        let text = r#"{"tools":[{"name":"create_issue","inputSchema":{"type":"object",
            "properties":{"title":{"type":"string"},"labels":{"type":"array","items":{"type":"string"}}},
            "required":["title"]},"annotations":{"destructiveHint":false}},
            {"name":"a.b"}]}"#;
        let mut table = TypeTable::new();
        let catalogue = read("linear", text, &mut table).unwrap();
        let all = Catalogues {
            servers: vec![Arc::new(catalogue)],
        };
        let Found::Tool(tool) = all.find("linear.create_issue") else {
            panic!("not found")
        };
        assert_eq!(
            tool.input.to_string(),
            "{ title: string, labels?: list<string> }"
        );
        assert_eq!(
            (tool.output.clone(), tool.hints.destructive),
            (Type::Any, Some(false))
        );
        assert!(matches!(all.find("linear.a.b"), Found::Tool(_)));
        assert!(matches!(all.find("linear.nope"), Found::NoTool(_)));
        assert!(matches!(all.find("github.x"), Found::NoCatalogue));
    }

    #[test]
    fn what_is_no_catalogue_says_why() {
        for (text, says) in [
            ("{", "line 1"),
            ("{}", "no list `tools`"),
            (r#"[{}]"#, "no `name`"),
        ] {
            let error = read("x", text, &mut TypeTable::new()).unwrap_err();
            assert!(error.message.contains(says), "{text}: {}", error.message);
        }
    }

    #[test]
    fn the_stem_names_the_server() {
        assert_eq!(server_of("tools/pylon.tools.json"), "pylon");
        assert_eq!(server_of("linear.json"), "linear");
    }
}
