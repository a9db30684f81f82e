//! Documentation as Markdown, made from the tables that the language itself is made from.

use wfc_compiler::analysis::BindingKind;
use wfc_compiler::analysis::catalogue::Tool;
use wfc_syntax::code::Code;
use wfc_syntax::shape::{Field, Kind, Shape};
use wfc_value::fault::FaultCodeInfo;
use wfc_value::funcs::Function;
use wfc_value::ty::Type;

/// Characters of a type that are shown.
const MAX_TYPE: usize = 200;

/// A type as authors write it, cut where nobody reads on.
pub(crate) fn ty(ty: &Type) -> String {
    let text = match ty {
        Type::Error => return "unknown".to_owned(),
        other => other.to_string(),
    };
    match text.char_indices().nth(MAX_TYPE) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// What a field of this shape holds.
pub(crate) fn shape(shape: Shape) -> String {
    let text = match shape {
        Shape::Text => "text",
        Shape::Name => "a name",
        Shape::Id => "an id",
        Shape::Word(words) => return words.join(" | "),
        Shape::Int => "a whole number",
        Shape::Number => "a number",
        Shape::Bool => "true | false",
        Shape::Value => "a value",
        Shape::Values => "names with values",
        Shape::Expr | Shape::Condition => "an expression",
        Shape::Over => "a list",
        Shape::Collect => "an expression, or names with values",
        Shape::Duration => "a duration",
        Shape::Millis => "milliseconds",
        Shape::Type => "a type",
        Shape::Block => "steps",
        Shape::Texts => "texts",
        Shape::Names => "names",
        Shape::Record(_) | Shape::Records(_) => "fields",
        Shape::Retry => "a number of attempts, or fields",
        Shape::OnError => "fail | continue | steps",
        Shape::Cases => "cases",
        Shape::Branches => "branches by name",
        Shape::Catch => "steps",
        Shape::Inputs | Shape::EnvDecls => "names with types",
        Shape::Variables => "names with values",
        Shape::Types => "names with types",
        Shape::Triggers => "triggers",
    };
    text.to_owned()
}

/// A field: what it is for, what it holds.
pub(crate) fn field(field: &Field) -> String {
    let needed = if field.required { ", required" } else { "" };
    format!("{}\n\n*{}{needed}*", field.doc, shape(field.shape))
}

/// A kind of step or trigger with its fields.
pub(crate) fn kind(kind: &Kind) -> String {
    let mut out = format!("**{}**: {}", kind.name, kind.doc);
    if !kind.fields.is_empty() {
        out.push('\n');
    }
    for field in kind.fields {
        let needed = if field.required { " (required)" } else { "" };
        out.push_str(&format!("\n- `{}`{needed}: {}", field.name, field.doc));
    }
    out
}

/// What a declaration of the text form does.
pub(crate) fn declaration(word: &str) -> &'static str {
    let field = match word {
        "type" => "types",
        "input" => "inputs",
        "secret" => "secrets",
        "var" => "variables",
        "on" => "triggers",
        other => other,
    };
    wfc_syntax::shape::find(wfc_syntax::shape::ROOT, field).map_or("", |f| f.doc)
}

/// A namespace of expressions.
pub(crate) fn namespace(name: &str) -> &'static str {
    match name {
        "inputs" => "the workflow's inputs",
        "steps" => "steps by their ids: `steps.x.output`, `steps.x.status`, `steps.x.error`",
        "secrets" => "the secrets that the workflow names",
        "env" => "the environment variables that the workflow declares",
        "trigger" => "what started the run",
        "execution" => "the run: `id`, `attempt`, `started_at`",
        "workflow" => "the workflow: `slug`, `name`, `version`",
        _ => "",
    }
}

/// What binds a name.
pub(crate) fn binding(kind: BindingKind) -> &'static str {
    match kind {
        BindingKind::Input(_) => "an input",
        BindingKind::Output(_) => "what a step gives",
        BindingKind::Variable(_) => "a variable of the workflow",
        BindingKind::Set(_) => "a variable",
        BindingKind::Item(_) => "the item of a loop",
        BindingKind::Index(_) => "the place of a loop's item, from 0",
        BindingKind::Error(_) => "the error that is handled here",
        BindingKind::Failure => "what the run failed with",
        BindingKind::Given(_) => "a name of the host",
    }
}

/// The words of built-in types.
pub(crate) fn type_word(name: &str) -> &'static str {
    match name {
        "bool" => "`true` or `false`",
        "int" => "a whole number of 64 bits",
        "uint" => "a whole number from 0, of 64 bits",
        "double" => "a number with a fraction",
        "string" => "text",
        "bytes" => "bytes",
        "timestamp" => "a point in time",
        "duration" => "a length of time",
        "null" => "nothing",
        "any" => "unknown until run time, checked where it is used",
        "list" => "a list; `list<T>` says of what",
        "map" => "values by key; `map<string, T>` says of what",
        _ => "",
    }
}

/// A function's overloads as authors read them, for a call on a value (`member`) or without.
pub(crate) fn signatures(function: &Function, member: bool) -> Vec<String> {
    let prefix = format!("{}(", function.name);
    let all = function.signatures();
    let mut out: Vec<String> = all
        .iter()
        .filter(|s| s.starts_with(&prefix) != member)
        .cloned()
        .collect();
    if out.is_empty() {
        out = all;
    }
    out.dedup();
    out
}

/// A function with all its overloads.
pub(crate) fn function(function: &Function) -> String {
    let mut all = function.signatures();
    all.dedup();
    format!("```\n{}\n```\n\n{}", all.join("\n"), function.doc)
}

/// The macros: name, form, what it gives, and the form to fill in.
const MACROS: [(&str, &str, &str, &str); 14] = [
    (
        "has",
        "has(x.field) -> bool",
        "whether the field is there",
        "has($1)",
    ),
    (
        "cel.bind",
        "cel.bind(name, value, expr)",
        "gives a value a name inside an expression",
        "cel.bind(${1:x}, ${2:value}, $3)",
    ),
    (
        "all",
        "list.all(x, condition) -> bool",
        "whether the condition holds for every item",
        "all(${1:x}, $2)",
    ),
    (
        "exists",
        "list.exists(x, condition) -> bool",
        "whether the condition holds for an item",
        "exists(${1:x}, $2)",
    ),
    (
        "exists_one",
        "list.exists_one(x, condition) -> bool",
        "whether the condition holds for exactly one item",
        "exists_one(${1:x}, $2)",
    ),
    (
        "existsOne",
        "list.existsOne(x, condition) -> bool",
        "whether the condition holds for exactly one item",
        "existsOne(${1:x}, $2)",
    ),
    (
        "map",
        "list.map(x, expr) -> list\nlist.map(x, condition, expr) -> list",
        "the expression for every item, or for those that the condition holds for",
        "map(${1:x}, $2)",
    ),
    (
        "filter",
        "list.filter(x, condition) -> list",
        "the items that the condition holds for",
        "filter(${1:x}, $2)",
    ),
    (
        "transformList",
        "list.transformList(i, x, expr) -> list\nlist.transformList(i, x, condition, expr) -> list",
        "the expression for every item and its place",
        "transformList(${1:i}, ${2:x}, $3)",
    ),
    (
        "transformMap",
        "map.transformMap(k, v, expr) -> map\nmap.transformMap(k, v, condition, expr) -> map",
        "the same keys with new values",
        "transformMap(${1:k}, ${2:v}, $3)",
    ),
    (
        "transformMapEntry",
        "map.transformMapEntry(k, v, {key: value}) -> map\nmap.transformMapEntry(k, v, condition, {key: value}) -> map",
        "a map of new keys and values",
        "transformMapEntry(${1:k}, ${2:v}, {$3: $4})",
    ),
    (
        "sortBy",
        "list.sortBy(x, expr) -> list",
        "the items in the order of the expression",
        "sortBy(${1:x}, $2)",
    ),
    (
        "optMap",
        "optional.optMap(x, expr) -> optional",
        "the expression of what the optional holds, if it holds anything",
        "optMap(${1:x}, $2)",
    ),
    (
        "optFlatMap",
        "optional.optFlatMap(x, expr) -> optional",
        "the optional that the expression gives of what this one holds",
        "optFlatMap(${1:x}, $2)",
    ),
];

/// The forms of a macro, a line each.
pub(crate) fn macro_forms(name: &str) -> Option<(&'static str, &'static str)> {
    let found = MACROS.iter().find(|m| m.0 == name)?;
    Some((found.1, found.2))
}

/// A macro's documentation.
pub(crate) fn macro_text(name: &str) -> Option<String> {
    let (forms, doc) = macro_forms(name)?;
    Some(format!("```\n{forms}\n```\n\n{doc}"))
}

/// A macro to be filled in.
pub(crate) fn macro_snippet(name: &str) -> String {
    let found = MACROS.iter().find(|m| m.0 == name);
    found.map_or_else(|| format!("{name}($1)"), |m| m.3.to_owned())
}

/// A tool with what its catalogue says of it.
pub(crate) fn tool(name: &str, tool: &Tool) -> String {
    let mut out = format!("```\n{name}\n```");
    if let Some(description) = &tool.description {
        out.push_str(&format!("\n\n{description}"));
    }
    if let Type::Record(record) = &tool.input
        && !record.fields.is_empty()
    {
        out.push_str("\n\n**Arguments**\n");
        for field in &record.fields {
            let optional = if field.optional {
                ", may be left out"
            } else {
                ""
            };
            out.push_str(&format!(
                "\n- `{}`: `{}`{optional}",
                field.name,
                ty(&field.ty)
            ));
            if let Some(doc) = argument_doc(tool, &field.name) {
                out.push_str(&format!(": {doc}"));
            }
        }
    }
    out.push_str(&format!("\n\n**Gives** `{}`", ty(&tool.output)));
    let hints = [
        (tool.hints.read_only, "read-only"),
        (tool.hints.destructive, "destructive"),
        (tool.hints.idempotent, "idempotent"),
        (tool.hints.open_world, "open world"),
    ];
    let said: Vec<String> = hints
        .iter()
        .filter_map(|(hint, word)| {
            let not = if (*hint)? { "" } else { "not " };
            Some(format!("{not}{word}"))
        })
        .collect();
    if !said.is_empty() {
        out.push_str(&format!("\n\n*{}*", said.join(", ")));
    }
    out
}

/// What the schema of a tool says of an argument.
pub(crate) fn argument_doc(tool: &Tool, name: &str) -> Option<String> {
    use wfc_value::Value;
    let Value::Map(schema) = &tool.schema else {
        return None;
    };
    let Some(Value::Map(properties)) = schema.get_str("properties") else {
        return None;
    };
    let Some(Value::Map(property)) = properties.get_str(name) else {
        return None;
    };
    match property.get_str("description") {
        Some(Value::String(text)) => Some(text.to_string()),
        _ => None,
    }
}

/// A code of findings.
pub(crate) fn code(code: &Code) -> String {
    format!(
        "**{} {}** ({}): {}\n\n{}",
        code.id, code.name, code.severity, code.summary, code.why
    )
}

/// A run-time error code.
pub(crate) fn fault(info: &FaultCodeInfo) -> String {
    format!("**{}**: {}\n\n{}", info.name, info.doc, info.help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_macro_is_documented() {
        for (name, _) in wfc_compiler::analysis::MACROS {
            assert!(macro_text(name).is_some(), "{name}");
        }
    }

    #[test]
    fn every_type_word_is_documented() {
        for name in wfc_compiler::analysis::types::BUILT_IN {
            assert!(!type_word(name).is_empty(), "{name}");
        }
    }
}
