//! What is shown of the thing under the pointer: its type and documentation, where it is set, when a schedule fires, why
//! a finding is reported.

use wfc_compiler::analysis::catalogue::Found;
use wfc_compiler::analysis::{BindingId, BindingKind};
use wfc_syntax::ast::StepId;
use wfc_syntax::expr::ExprKind;
use wfc_syntax::shape::{self, Shape};
use wfc_syntax::span::Span;
use wfc_value::funcs;
use wfc_value::time::Duration;
use wfc_value::ty::Type;

use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::cursor::Cursor;
use crate::docs;
use crate::far;
use crate::holds::{self, Holds, way_to};
use crate::names::{Role, Symbol};
use crate::paths;
use crate::schedules;
pub use crate::schedules::Now;
use crate::snapshot::Snapshot;

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub span: Span,
    /// The text, in Markdown.
    pub markdown: String,
}

/// Places that are listed at most.
const MAX_PLACES: usize = 5;

/// What to show of `offset`; nothing where there is nothing to say. Without `now`, schedules are shown without their
/// firings.
///
/// # Errors
/// When the question was taken back.
pub fn hover(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    now: Option<&Now>,
    cancel: &Cancel,
) -> Result<Option<Hover>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(None);
    };
    let cursor = Cursor::at(&file, offset);
    if cursor.comment {
        return Ok(None);
    }
    let main = of_name(&file, &cursor)
        .or_else(|| schedules::hover(&file, &cursor, now))
        .or_else(|| of_expression(&file, &cursor))
        .or_else(|| of_tree(&file, cursor.offset));
    let main = match (main, far::field_at(&file, &cursor)) {
        (Some(mut main), Some((_, expr))) if cursor.name.is_none() => {
            if let Some(found) = far::of(snapshot, &file, expr, cancel)? {
                let place = paths::relative(&file.path, &found.target.file);
                let doc = found.doc.map_or(String::new(), |doc| format!("\n\n{doc}"));
                main.markdown.push_str(&format!("{doc}\n\nfrom `{place}`"));
            }
            Some(main)
        }
        (main, _) => main,
    };
    let findings = of_findings(&file, cursor.offset);
    Ok(match (main, findings) {
        (Some(mut main), Some(findings)) => {
            main.markdown.push_str("\n\n---\n\n");
            main.markdown.push_str(&findings.markdown);
            Some(main)
        }
        (main, findings) => main.or(findings),
    })
}

/// A type after a name, as code.
fn code(text: &str) -> String {
    format!("```wf\n{text}\n```")
}

fn line_of(file: &CheckedFile, span: Span) -> u32 {
    file.index
        .position(span.start, wfc_syntax::line_index::Encoding::Utf8)
        .line
        + 1
}

fn of_name(file: &CheckedFile, cursor: &Cursor<'_>) -> Option<Hover> {
    let name = cursor.name?;
    let mut text = of_symbol(file, &name.symbol, file.slice(name.span))?;
    // The type as it is known right here, when it was narrowed.
    if let Some(known) = narrowed(file, cursor, &name.symbol) {
        text.push_str(&format!("\n\nhere: `{known}`"));
    }
    let set: Vec<Span> = places(file, &name.symbol, name.span);
    if !set.is_empty() {
        let lines: Vec<String> = set
            .iter()
            .take(MAX_PLACES)
            .map(|span| line_of(file, *span).to_string())
            .collect();
        let word = if lines.len() == 1 { "line" } else { "lines" };
        text.push_str(&format!("\n\nset in {word} {}", lines.join(", ")));
    }
    Some(Hover {
        span: name.span,
        markdown: text,
    })
}

/// Where a name is declared and written, apart from the place that is asked about.
fn places(file: &CheckedFile, symbol: &Symbol, here: Span) -> Vec<Span> {
    let all = file.names().of_symbol(symbol);
    all.filter(|o| matches!(o.role, Role::Declaration | Role::Write) && o.span != here)
        .map(|o| o.span)
        .collect()
}

fn binding(file: &CheckedFile, id: BindingId) -> Option<&wfc_compiler::analysis::Binding> {
    file.analysis().bindings.get(id.0 as usize)
}

fn declared_type(file: &CheckedFile, symbol: &Symbol) -> Option<Type> {
    let analysis = file.analysis();
    Some(match symbol {
        Symbol::Input(at) => analysis.inputs.get(*at as usize)?.clone(),
        Symbol::Step(id) => analysis.outputs.get(id.0 as usize)?.clone(),
        Symbol::Binding(id) => binding(file, *id)?.ty.clone(),
        Symbol::Local(id) => analysis.locals.get(id.0 as usize)?.1.clone(),
        _ => return None,
    })
}

fn narrowed(file: &CheckedFile, cursor: &Cursor<'_>, symbol: &Symbol) -> Option<String> {
    let id = cursor.expr()?;
    let whole = declared_type(file, symbol)?;
    if !matches!(file.ast().exprs.kind(id), ExprKind::Ident { .. }) {
        return None;
    }
    let known = file.analysis().types.get(id.index())?;
    (*known != whole && *known != Type::Error).then(|| docs::ty(known))
}

fn of_symbol(file: &CheckedFile, symbol: &Symbol, written: &str) -> Option<String> {
    let (ast, analysis) = (file.ast(), file.analysis());
    let workflow = &ast.workflow;
    Some(match symbol {
        Symbol::Input(at) => of_input(file, *at as usize)?,
        Symbol::Step(id) => of_step(file, *id)?,
        Symbol::Binding(id) => of_binding(file, *id)?,
        Symbol::Local(id) => {
            let (name, ty) = analysis.locals.get(id.0 as usize)?;
            format!(
                "{}\n\na variable of the macro",
                code(&format!("{}: {}", name.text, docs::ty(ty)))
            )
        }
        Symbol::Secret(at) => code(&format!(
            "secret {}",
            workflow.secrets.get(*at as usize)?.text
        )),
        Symbol::Env(at) => {
            let decl = workflow.env.get(*at as usize)?;
            let ty = decl.ty.and_then(|t| analysis.type_exprs.get(&t));
            typed("env", &decl.name.text, ty.unwrap_or(&Type::String))
        }
        Symbol::Type(at) => {
            let decl = workflow.types.get(*at as usize)?;
            let ty = analysis.type_table.get(&decl.name.text)?;
            code(&format!("type {} = {}", decl.name.text, docs::ty(ty)))
        }
        Symbol::Branch(..) => format!(
            "{}\n\na branch of the parallel step",
            code(&format!("branch {written}"))
        ),
        Symbol::Field(_) => return None,
        Symbol::Anchor(_) => format!("{}\n\na node of YAML under a name", code(written)),
        Symbol::Workflow => {
            let mut out = code(&format!("workflow {written}"));
            if let Some(doc) = &workflow.description {
                out.push_str(&format!("\n\n{}", doc.text));
            }
            out
        }
        Symbol::Callee(id) => of_callee(file, *id)?,
        Symbol::CalleeInput(id, name) => of_callee_input(file, *id, name)?,
        Symbol::Catalogue(at) => of_catalogue(file, *at as usize)?,
        Symbol::Tool(name) => match analysis.catalogues.find(name) {
            Found::Tool(tool) => docs::tool(name, tool),
            Found::NoTool(_) | Found::NoCatalogue => return None,
        },
        Symbol::Function(name) => match funcs::find(name) {
            Some((_, function)) => docs::function(function),
            None => docs::macro_text(name)?,
        },
    })
}

/// A declaration as it is written, with its type.
fn typed(word: &str, name: &str, ty: &Type) -> String {
    code(&format!("{word} {name}: {}", docs::ty(ty)))
}

fn of_input(file: &CheckedFile, at: usize) -> Option<String> {
    let ast = file.ast();
    let decl = ast.workflow.inputs.get(at)?;
    let ty = file.analysis().inputs.get(at)?;
    let mut out = typed("input", &decl.name.text, ty);
    if let Some(value) = decl.default {
        let text = file.slice(ast.exprs.span(value));
        out.push_str(&format!("\n\nby default `{text}`"));
    }
    if let Some(doc) = &decl.description {
        out.push_str(&format!("\n\n{}", doc.text));
    }
    Some(out)
}

fn of_binding(file: &CheckedFile, id: BindingId) -> Option<String> {
    let known = binding(file, id)?;
    let word = match known.kind {
        BindingKind::Item(_) | BindingKind::Index(_) => "for",
        BindingKind::Error(_) | BindingKind::Failure => "catch",
        BindingKind::Output(_) => "let",
        _ => "var",
    };
    let declared = typed(word, &known.name.text, &known.ty);
    Some(format!("{declared}\n\n{}", docs::binding(known.kind)))
}

fn of_callee_input(file: &CheckedFile, step: StepId, name: &str) -> Option<String> {
    let callee = file.analysis().callees_of_steps.get(&step)?;
    let input = callee.inputs.iter().find(|i| *i.name == *name)?;
    let needed = if input.required {
        "required"
    } else {
        "may be left out"
    };
    Some(format!(
        "{}\n\n{needed}; an input of `{}`",
        typed("input", name, &input.ty),
        callee.file
    ))
}

fn of_step(file: &CheckedFile, id: StepId) -> Option<String> {
    let step = file.ast().steps.get(id.0 as usize)?;
    let ty = file.analysis().outputs.get(id.0 as usize)?;
    let name = step.id.as_ref().map_or("step", |n| &*n.text);
    let word = step.kind.word();
    let mut out = code(&format!("{name}: {}", docs::ty(ty)));
    out.push_str(&format!("\n\nwhat the `{word}` step gives"));
    if let Some(title) = &step.name {
        out.push_str(&format!("\n\n**{}**", title.text));
    }
    if let Some(doc) = &step.description {
        out.push_str(&format!("\n\n{}", doc.text));
    }
    Some(out)
}

fn of_callee(file: &CheckedFile, id: StepId) -> Option<String> {
    let callee = file.analysis().callees_of_steps.get(&id)?;
    let mut out = String::new();
    for input in &callee.inputs {
        let optional = if input.required { "" } else { "?" };
        out.push_str(&format!(
            "\n  {}{optional}: {}",
            input.name,
            docs::ty(&input.ty)
        ));
    }
    let inputs = if out.is_empty() {
        String::new()
    } else {
        format!("{out}\n")
    };
    let gives = callee.output.as_ref().map_or("null".to_owned(), docs::ty);
    Some(format!(
        "{}\n\nthe workflow of `{}`",
        code(&format!("({inputs}) -> {gives}")),
        callee.file
    ))
}

fn of_catalogue(file: &CheckedFile, at: usize) -> Option<String> {
    let path = &file.ast().workflow.catalogues.get(at)?.text;
    let server = wfc_compiler::analysis::catalogue::server_of(path);
    let known = &file.analysis().catalogues.servers;
    let catalogue = known.iter().find(|c| c.server == server)?;
    let mut out = format!("tools of `{server}`\n");
    for tool in &catalogue.tools {
        let line = tool.description.as_deref().unwrap_or_default();
        let line = line.lines().next().unwrap_or_default();
        out.push_str(&format!("\n- `{server}.{}`: {line}", tool.name));
    }
    Some(out)
}

/// A duration's length, or the type of a part of an expression.
fn of_expression(file: &CheckedFile, cursor: &Cursor<'_>) -> Option<Hover> {
    let id = cursor.expr()?;
    let span = file.ast().exprs.span(id);
    let ty = file.analysis().types.get(id.index());
    let markdown = match file.ast().exprs.kind(id) {
        ExprKind::Duration(nanos) => duration(*nanos),
        ExprKind::Select { field, .. } if field.span.start <= cursor.offset => {
            let ty = ty.filter(|t| **t != Type::Error)?;
            return Some(Hover {
                span: field.span,
                markdown: code(&format!("{}: {}", field.text, docs::ty(ty))),
            });
        }
        ExprKind::Ident { name, .. } if !docs::namespace(name).is_empty() => {
            let shown = ty.filter(|t| **t != Type::Error);
            let shown = shown.map_or(String::new(), |t| format!("\n\n{}", code(&docs::ty(t))));
            format!("**{name}**: {}{shown}", docs::namespace(name))
        }
        ExprKind::Binary { op_span, op, .. }
            if op_span.start <= cursor.offset && cursor.offset <= op_span.end =>
        {
            let ty = ty.filter(|t| **t != Type::Error)?;
            return Some(Hover {
                span: *op_span,
                markdown: code(&format!("{}: {}", op.sign(), docs::ty(ty))),
            });
        }
        ExprKind::Index { .. } | ExprKind::Call { .. } | ExprKind::Ternary { .. } => {
            let ty = ty.filter(|t| **t != Type::Error)?;
            code(&docs::ty(ty))
        }
        _ => return None,
    };
    Some(Hover { span, markdown })
}

/// A duration in the words of the language and in seconds.
fn duration(nanos: i64) -> String {
    let long = Duration::from_nanos(nanos);
    format!("`{}` ({long})", long.to_workflow_string())
}

/// Keys, kinds and words, by the table of shapes.
fn of_tree(file: &CheckedFile, offset: u32) -> Option<Hover> {
    let tree = file.tree();
    let way = way_to(tree, offset);
    let frame = way.last()?;
    if let Some(entry) = way.key {
        let child = holds::child(tree, frame, entry);
        let span = entry.key_span;
        let text = match (child.field, frame.holds) {
            _ if &*entry.key == "type" && matches!(frame.holds, Holds::Step | Holds::Trigger) => {
                "the kind of the step or trigger".to_owned()
            }
            (
                Some(field),
                Holds::Root
                | Holds::Step
                | Holds::Trigger
                | Holds::Fields(_)
                | Holds::Declaration(_),
            ) => {
                format!("**{}**: {}", field.name, docs::field(field))
            }
            (
                Some(_),
                Holds::Shape(Shape::Record(_) | Shape::Records(_) | Shape::Retry | Shape::Catch),
            ) => {
                let (own, _) = holds::fields_of(tree, frame);
                let field = holds::named(own, &entry.key)?;
                format!("**{}**: {}", field.name, docs::field(field))
            }
            (Some(field), Holds::Shape(Shape::Values)) if field.name == "arguments" => {
                return of_argument(file, &way, &entry.key, span);
            }
            _ => return None,
        };
        return Some(Hover {
            span,
            markdown: text,
        });
    }
    let span = tree.span(frame.node);
    let written = holds::text(tree, frame.node)?;
    let markdown = match (frame.holds, frame.field) {
        (Holds::KindWord(true), _) => docs::kind(shape::step_kind(written)?),
        (Holds::KindWord(false), _) => docs::kind(shape::trigger_kind(written)?),
        (Holds::Shape(Shape::Word(_) | Shape::OnError | Shape::Bool), Some(field)) => {
            format!("**{}**: {}", field.name, docs::field(field))
        }
        (Holds::Shape(Shape::Text), Some(field)) if field.name == "code" || field.name == "on" => {
            let all = wfc_syntax::codes();
            let known = all.into_iter().chain(wfc_compiler::rules::codes());
            let rule = known
                .into_iter()
                .find(|c| c.id == written || c.name == written);
            let fault = wfc_value::fault::FAULT_CODES
                .iter()
                .find(|f| f.name == written);
            rule.map(docs::code).or_else(|| fault.map(docs::fault))?
        }
        _ => return None,
    };
    Some(Hover { span, markdown })
}

/// An argument of a tool, by the tool's catalogue.
fn of_argument(file: &CheckedFile, way: &holds::Way<'_>, name: &str, span: Span) -> Option<Hover> {
    use wfc_syntax::ast::StepKind;
    let node = way.step()?;
    let step = file.ast().steps.iter().find(|s| s.node == node)?;
    let StepKind::Tool { tool, .. } = &step.kind else {
        return None;
    };
    let Found::Tool(known) = file.analysis().catalogues.find(&tool.text) else {
        return None;
    };
    let Type::Record(record) = &known.input else {
        return None;
    };
    let field = record.field(name)?;
    let optional = if field.optional { "?" } else { "" };
    let mut markdown = code(&format!("{name}{optional}: {}", docs::ty(&field.ty)));
    if let Some(doc) = docs::argument_doc(known, name) {
        markdown.push_str(&format!("\n\n{doc}"));
    }
    Some(Hover { span, markdown })
}

/// Why the findings here are reported.
fn of_findings(file: &CheckedFile, offset: u32) -> Option<Hover> {
    let here = |span: Span| span.start <= offset && offset <= span.end;
    let found: Vec<_> = file
        .checked
        .diagnostics
        .iter()
        .filter(|d| here(d.span))
        .collect();
    let span = found.iter().map(|d| d.span).min_by_key(|s| s.len())?;
    let mut codes = Vec::new();
    for finding in found {
        if !codes.contains(&finding.code) {
            codes.push(finding.code);
        }
    }
    let texts: Vec<String> = codes.into_iter().map(docs::code).collect();
    Some(Hover {
        span,
        markdown: texts.join("\n\n"),
    })
}
