//! The new workflow and the call of it, in the spelling of the file.

use std::collections::BTreeSet;

use wfc_syntax::ast::StepKind;
use wfc_syntax::parse::parse;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::json::quoted;
use wfc_value::ty::Type;

use super::Moved;
use crate::code_actions::Cx;
use crate::code_actions::selected::Selected;

impl Cx<'_> {
    /// The text of the new file, laid out; nothing when it could not be read again.
    pub(super) fn new_file(
        &self,
        selected: &Selected,
        moved: &Moved,
        slug: &str,
    ) -> Option<String> {
        let body = self.body(selected, moved)?;
        let text = match self.file.spelling {
            Spelling::Text => self.as_text(moved, slug, &body)?,
            Spelling::Yaml => self.as_yaml(moved, slug, &body)?,
            Spelling::Json => self.as_json(moved, slug, &body)?,
        };
        let source = Source::new(slug, text);
        let parsed = parse(&source, self.file.spelling);
        let faults = parsed.diagnostics.iter();
        if faults
            .into_iter()
            .any(|d| d.severity == wfc_syntax::code::Severity::Error)
        {
            return None;
        }
        let printed = wfc_format::format(&parsed, &source);
        Some(printed.unwrap_or_else(|_| source.text.to_string()))
    }

    /// The steps as they are written in the new file.
    fn body(&self, selected: &Selected, moved: &Moved) -> Option<String> {
        let edits: Vec<wfc_syntax::diagnostic::Edit> = moved
            .rewritten
            .iter()
            .map(|e| wfc_syntax::diagnostic::Edit {
                span: wfc_syntax::span::Span::new(
                    e.span.start - selected.span.start,
                    e.span.end - selected.span.start,
                ),
                text: e.text.clone(),
            })
            .collect();
        let slice = self.file.slice(selected.span);
        let text = wfc_syntax::fix::splice(slice, &edits)?;
        Some(match self.file.spelling {
            Spelling::Yaml if text.starts_with('-') => {
                format!("  {}", self.moved(&text, selected.indent.len(), "  "))
            }
            Spelling::Yaml => format!("  [ {text} ]"),
            Spelling::Text => self.moved(&text, selected.indent.len(), "  "),
            Spelling::Json => text,
        })
    }

    /// Paths of the catalogues that the moved steps may use.
    fn used_catalogues(&self) -> Vec<&str> {
        let tools = |k: &StepKind| matches!(k, StepKind::Tool { .. } | StepKind::Agent { .. });
        if !self.file.ast().steps.iter().any(|s| tools(&s.kind)) {
            return Vec::new();
        }
        let all = self.file.ast().workflow.catalogues.iter();
        all.map(|c| &*c.text).collect()
    }

    /// Named types that the new file mentions, each as it is written here.
    fn used_types(&self, moved: &Moved, body: &str) -> Option<Vec<(String, String)>> {
        let ast = self.file.ast();
        let mut texts: Vec<String> = moved.inputs.values().map(Type::to_string).collect();
        texts.push(body.to_owned());
        let mut used: BTreeSet<usize> = BTreeSet::new();
        loop {
            let mentions = |name: &str| {
                texts.iter().any(|t| {
                    t.split(|c: char| !(c.is_alphanumeric() || c == '_'))
                        .any(|w| w == name)
                })
            };
            let next = ast
                .workflow
                .types
                .iter()
                .enumerate()
                .find(|(i, t)| !used.contains(i) && mentions(&t.name.text));
            let Some((at, decl)) = next else { break };
            used.insert(at);
            texts.push(self.file.slice(ast.types.get(decl.ty).span).to_owned());
        }
        let mut out = Vec::new();
        for at in used {
            let decl = ast.workflow.types.get(at)?;
            let text = self.file.slice(ast.types.get(decl.ty).span);
            // A block of lines would have to be laid out anew.
            if text.contains('\n') && self.file.spelling == Spelling::Yaml {
                return None;
            }
            out.push((decl.name.text.to_string(), text.to_owned()));
        }
        Some(out)
    }

    /// Types of environment variables as they are written here.
    fn env_types(&self, moved: &Moved) -> Vec<(String, String)> {
        let ast = self.file.ast();
        let typed = |at: &u32| {
            let decl = ast.workflow.env.get(*at as usize)?;
            let known = decl
                .ty
                .and_then(|t| self.file.analysis().type_exprs.get(&t));
            Some((
                decl.name.text.to_string(),
                known.unwrap_or(&Type::String).to_string(),
            ))
        };
        moved.env.iter().filter_map(typed).collect()
    }

    fn as_text(&self, moved: &Moved, slug: &str, body: &str) -> Option<String> {
        let mut out = format!("workflow {slug} {{\n");
        let tools: Vec<String> = self.used_catalogues().into_iter().map(quoted).collect();
        if !tools.is_empty() && body.contains("tool") {
            out.push_str(&format!("  tools {}\n", tools.join(", ")));
        }
        for (name, ty) in self.used_types(moved, body)? {
            out.push_str(&format!("  type {name} = {ty}\n"));
        }
        for (name, ty) in &moved.inputs {
            out.push_str(&format!("  input {name}: {ty}\n"));
        }
        for name in &moved.secrets {
            out.push_str(&format!("  secret {name}\n"));
        }
        for (name, ty) in self.env_types(moved) {
            out.push_str(&format!("  env {name}: {ty}\n"));
        }
        out.push_str(&format!("\n  {body}\n"));
        let names: Vec<&str> = moved.outputs.iter().map(String::as_str).collect();
        match names.as_slice() {
            [] => {}
            [only] => out.push_str(&format!("\n  return {only}\n")),
            all => {
                let fields: Vec<String> = all.iter().map(|n| format!("{n}: {n}")).collect();
                out.push_str(&format!("\n  return {{ {} }}\n", fields.join(", ")));
            }
        }
        out.push_str("}\n");
        Some(out)
    }

    fn as_yaml(&self, moved: &Moved, slug: &str, body: &str) -> Option<String> {
        let mut out = format!("slug: {slug}\n");
        let tools = self.used_catalogues();
        if !tools.is_empty() && body.contains("tool") {
            let tools: Vec<String> = tools.into_iter().map(quoted).collect();
            out.push_str(&format!("tools: [{}]\n", tools.join(", ")));
        }
        let types = self.used_types(moved, body)?;
        if !types.is_empty() {
            out.push_str("types:\n");
            for (name, ty) in types {
                out.push_str(&format!("  {name}: {ty}\n"));
            }
        }
        let single = |text: &str| format!("'{}'", text.replace('\'', "''"));
        if !moved.inputs.is_empty() {
            out.push_str("inputs:\n");
            for (name, ty) in &moved.inputs {
                out.push_str(&format!("  {name}: {}\n", single(&ty.to_string())));
            }
        }
        if !moved.secrets.is_empty() {
            let all: Vec<&str> = moved.secrets.iter().map(String::as_str).collect();
            out.push_str(&format!("secrets: [{}]\n", all.join(", ")));
        }
        let env = self.env_types(moved);
        if !env.is_empty() {
            out.push_str("env:\n");
            for (name, ty) in env {
                out.push_str(&format!("  {name}: {}\n", single(&ty)));
            }
        }
        out.push_str(&format!("steps:\n{body}\n"));
        if let Some(value) = returned(moved) {
            out.push_str(&format!("return: {value}\n"));
        }
        Some(out)
    }

    fn as_json(&self, moved: &Moved, slug: &str, body: &str) -> Option<String> {
        let mut parts = vec![format!("\"slug\": {}", quoted(slug))];
        let list = |all: Vec<String>| format!("[{}]", all.join(", "));
        let map = |all: Vec<(String, String)>| {
            let all: Vec<String> = all
                .into_iter()
                .map(|(name, value)| format!("{}: {value}", quoted(&name)))
                .collect();
            format!("{{ {} }}", all.join(", "))
        };
        let tools = self.used_catalogues();
        if !tools.is_empty() && body.contains("tool") {
            let tools = tools.into_iter().map(quoted).collect();
            parts.push(format!("\"tools\": {}", list(tools)));
        }
        let types = self.used_types(moved, body)?;
        if !types.is_empty() {
            let text = |ty: String| {
                if ty.starts_with(['{', '[', '"']) {
                    ty
                } else {
                    quoted(&ty)
                }
            };
            let types = types.into_iter().map(|(n, ty)| (n, text(ty))).collect();
            parts.push(format!("\"types\": {}", map(types)));
        }
        if !moved.inputs.is_empty() {
            let inputs = moved.inputs.iter();
            let inputs = inputs.map(|(n, ty)| (n.clone(), quoted(&ty.to_string())));
            parts.push(format!("\"inputs\": {}", map(inputs.collect())));
        }
        if !moved.secrets.is_empty() {
            let all = moved.secrets.iter().map(|s| quoted(s)).collect();
            parts.push(format!("\"secrets\": {}", list(all)));
        }
        let env = self.env_types(moved);
        if !env.is_empty() {
            let env = env.into_iter().map(|(n, ty)| (n, quoted(&ty))).collect();
            parts.push(format!("\"env\": {}", map(env)));
        }
        parts.push(format!("\"steps\": [ {body} ]"));
        if let Some(value) = returned(moved) {
            parts.push(format!("\"return\": {value}"));
        }
        Some(format!("{{ {} }}\n", parts.join(", ")))
    }

    /// The step that calls the new workflow.
    pub(super) fn call(&self, selected: &Selected, moved: &Moved, slug: &str) -> String {
        let indent = &selected.indent;
        let names: Vec<&str> = moved.inputs.keys().map(String::as_str).collect();
        let id = match moved.outputs.len() {
            0 => None,
            1 => moved.outputs.first().map(String::as_str),
            _ => Some(slug),
        };
        match self.file.spelling {
            Spelling::Text => {
                let given: Vec<String> = names.iter().map(|n| format!("{n}: {n}")).collect();
                let given = match given.as_slice() {
                    [] => String::new(),
                    all => format!(" {{ {} }}", all.join(", ")),
                };
                let name = id.map_or_else(String::new, |id| format!("let {id} = "));
                format!("{name}call {slug}{given}")
            }
            Spelling::Yaml if self.file.slice(selected.span).starts_with('-') => {
                let mut lines = Vec::new();
                if let Some(id) = id {
                    lines.push(format!("id: {id}"));
                }
                lines.push("type: subworkflow".to_owned());
                lines.push(format!("workflow: {slug}"));
                if !names.is_empty() {
                    lines.push("inputs:".to_owned());
                    lines.extend(names.iter().map(|n| format!("  {n}: \"{{{{ {n} }}}}\"")));
                }
                format!("- {}", lines.join(&format!("\n{indent}  ")))
            }
            spelling => {
                let key = |name: &str| match spelling {
                    Spelling::Json => quoted(name),
                    _ => name.to_owned(),
                };
                let mut parts = Vec::new();
                if let Some(id) = id {
                    parts.push(format!("{}: {}", key("id"), key(id)));
                }
                parts.push(format!("{}: {}", key("type"), key("subworkflow")));
                parts.push(format!("{}: {}", key("workflow"), key(slug)));
                if !names.is_empty() {
                    let given: Vec<String> = names
                        .iter()
                        .map(|n| format!("{}: \"{{{{ {n} }}}}\"", key(n)))
                        .collect();
                    parts.push(format!("{}: {{ {} }}", key("inputs"), given.join(", ")));
                }
                format!("{{ {} }}", parts.join(", "))
            }
        }
    }
}

/// What the new workflow returns, in YAML and JSON.
fn returned(moved: &Moved) -> Option<String> {
    let braced = |n: &String| format!("\"{{{{ {n} }}}}\"");
    match moved.outputs.len() {
        0 => None,
        1 => moved.outputs.first().map(braced),
        _ => {
            let fields = moved.outputs.iter();
            let fields: Vec<String> = fields
                .map(|n| format!("{}: {}", quoted(n), braced(n)))
                .collect();
            Some(format!("{{ {} }}", fields.join(", ")))
        }
    }
}
