//! Values, strings, types and options of the text form.

use wfc_syntax::ast::{At, Budget, Retry, Word};
use wfc_syntax::expr::{ExprId, ExprKind, Name};
use wfc_syntax::print_expr::expr_text;
use wfc_syntax::tree::NodeId;
use wfc_syntax::type_expr::{TypeExprKind, TypeId};

use super::{Printer, WIDTH};
use crate::types::type_text;
use crate::values::{duration_text, escape_braces, is_name, named_entries, template_text};

/// Fields of an options block, in order: name and text.
pub(super) type Opts = Vec<(String, String)>;

impl Printer<'_> {
    /// An expression in a value's place.
    pub(super) fn value(&self, id: ExprId) -> String {
        self.value_at(id, self.usual_column())
    }

    /// The same of a value that starts at `column`.
    pub(super) fn value_at(&self, id: ExprId, column: usize) -> String {
        let exprs = &self.ast.exprs;
        match exprs.kind(id) {
            ExprKind::String(text) => string(&escape_braces(text)),
            ExprKind::Template(parts) => string(&template_text(exprs, parts)),
            ExprKind::Duration(nanos) => duration_text(*nanos),
            ExprKind::List(items) if items.iter().all(|i| !i.optional) => {
                let items: Vec<String> = items.iter().map(|i| self.value(i.value)).collect();
                list(&items, column)
            }
            ExprKind::Map(_) => match named_entries(exprs, exprs.get(id)) {
                Some(entries) => {
                    let entries: Opts = entries
                        .into_iter()
                        .map(|(k, v)| (name(k), self.value(v)))
                        .collect();
                    object(&entries, column)
                }
                None => expr_text(exprs, id),
            },
            _ => expr_text(exprs, id),
        }
    }

    /// A constant, whose strings are no templates: a JSON Schema.
    fn constant(&self, id: ExprId) -> String {
        let exprs = &self.ast.exprs;
        match exprs.kind(id) {
            ExprKind::String(text) => plain_string(text),
            ExprKind::List(items) if items.iter().all(|i| !i.optional) => {
                let items: Vec<String> = items.iter().map(|i| self.constant(i.value)).collect();
                list(&items, self.usual_column())
            }
            ExprKind::Map(_) => match named_entries(exprs, exprs.get(id)) {
                Some(entries) => {
                    let entries: Opts = entries
                        .into_iter()
                        .map(|(k, v)| (name(k), self.constant(v)))
                        .collect();
                    object(&entries, self.usual_column())
                }
                None => expr_text(exprs, id),
            },
            _ => expr_text(exprs, id),
        }
    }

    /// About where a value begins: after the indentation and a name.
    pub(super) fn usual_column(&self) -> usize {
        self.indent + 18
    }

    /// An expression in an expression's place.
    pub(super) fn expr(&self, id: ExprId) -> String {
        match self.ast.exprs.kind(id) {
            ExprKind::Duration(nanos) => duration_text(*nanos),
            _ => expr_text(&self.ast.exprs, id),
        }
    }

    pub(super) fn one_line_type(&self, id: TypeId) -> String {
        type_text(&self.ast.types, &self.ast.exprs, id)
    }

    pub(super) fn ty(&self, id: TypeId) -> String {
        let text = type_text(&self.ast.types, &self.ast.exprs, id);
        if let TypeExprKind::Schema(e) = self.ast.types.get(id).kind {
            return format!("schema {}", self.constant(e));
        }
        if text.chars().count() + self.usual_column() <= WIDTH {
            return text;
        }
        match &self.ast.types.get(id).kind {
            TypeExprKind::Record(fields) => {
                let fields: Opts = fields
                    .iter()
                    .map(|f| {
                        let mark = if f.optional { "?" } else { "" };
                        (format!("{}{mark}", name(&f.name.text)), self.ty(f.ty))
                    })
                    .collect();
                object(&fields, WIDTH)
            }
            _ => text,
        }
    }

    pub(super) fn budget(&self, budget: &Budget, of: Option<NodeId>) -> String {
        let mut opts = Opts::new();
        push(&mut opts, "usd", budget.usd.map(|b| number(b.value)));
        push(
            &mut opts,
            "tokens",
            budget.tokens.map(|b| b.value.to_string()),
        );
        push(
            &mut opts,
            "agent_calls",
            budget.agent_calls.map(|b| b.value.to_string()),
        );
        self.push_extensions_in(of, "budget", &mut opts);
        object(&opts, self.usual_column())
    }

    pub(super) fn retry(&self, retry: &Retry, of: NodeId) -> String {
        let mut opts = Opts::new();
        push(&mut opts, "max_attempts", int(retry.max_attempts));
        push(&mut opts, "delay", retry.delay.map(|d| self.value(d)));
        push(
            &mut opts,
            "backoff",
            retry.backoff.map(|b| format!("{:?}", b.value)),
        );
        push(
            &mut opts,
            "max_delay",
            retry.max_delay.map(|d| self.value(d)),
        );
        push(
            &mut opts,
            "jitter",
            retry.jitter.map(|j| j.value.to_string()),
        );
        if !retry.on.is_empty() {
            opts.push(("on".to_owned(), texts(&retry.on)));
        }
        self.push_extensions_in(Some(of), "retry", &mut opts);
        object(&opts, self.usual_column())
    }
}

pub(super) fn push(opts: &mut Opts, name: &str, text: Option<String>) {
    if let Some(text) = text {
        opts.push((name.to_owned(), text));
    }
}

/// A field that holds one of a few words.
pub(super) fn word<T: Word>(at: Option<At<T>>) -> Option<String> {
    at.map(|w| w.value.word().to_owned())
}

pub(super) fn int(at: Option<At<u64>>) -> Option<String> {
    at.map(|n| n.value.to_string())
}

/// A number field; whole ones without a point.
pub(super) fn number(n: f64) -> String {
    n.to_string()
}

pub(super) fn texts(names: &[Name]) -> String {
    let items: Vec<String> = names.iter().map(|n| plain_string(&n.text)).collect();
    list(&items, WIDTH / 3)
}

/// A name, quoted where it is none, or would go on with the expression in the line above it.
pub(super) fn name(text: &str) -> String {
    if is_name(text) && !matches!(text, "in" | "and" | "or") {
        text.to_owned()
    } else {
        plain_string(text)
    }
}

/// A key with `x-`, in quotes where its parts are no names and numbers.
pub(super) fn extension_name(text: &str) -> String {
    let number = |part: &str| {
        let digits = part.bytes().all(|b| b.is_ascii_digit());
        digits && (part == "0" || !part.starts_with('0'))
    };
    let fits = |part: &str| is_name(part) || !part.is_empty() && number(part);
    if text.split('-').all(fits) {
        text.to_owned()
    } else {
        plain_string(text)
    }
}

/// A string on one line that no template is read from.
pub(super) fn plain_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A string in a value's place, whose templates are already spelled: over several lines it is a `"""` block.
pub(super) fn string(text: &str) -> String {
    let block = text.contains('\n')
        && !text.starts_with('\n')
        && !text.contains(['\r', '\t'])
        && text.lines().any(|l| !l.is_empty() && !l.starts_with(' '))
        && text.lines().all(|l| !l.ends_with(' '))
        && text.chars().all(|c| {
            c == '\n' || !(c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}'))
        });
    if !block {
        return plain_string(text);
    }
    let text = text.replace('\\', "\\\\").replace("\"\"\"", "\\\"\"\"");
    // The closing quotes' own line ends the text without a line break.
    format!("\"\"\"\n  {}\n\"\"\"", indented(&text))
}

/// `text` with two more spaces before each of its lines but the first; empty ones stay empty.
fn indented(text: &str) -> String {
    let lines = text
        .split('\n')
        .enumerate()
        .map(|(i, line)| match (i, line) {
            (0, _) | (_, "") => line.to_owned(),
            _ => format!("  {line}"),
        });
    lines.collect::<Vec<_>>().join("\n")
}

/// `{ a: 1, b: 2 }`, or one field a line where that would go beyond the line that begins at `column`.
pub(super) fn object(fields: &Opts, column: usize) -> String {
    let fields: Vec<String> = fields.iter().map(|(k, v)| format!("{k}: {v}")).collect();
    if fields.is_empty() {
        return "{}".to_owned();
    }
    wrap(("{ ", " }"), &fields, column, "")
}

/// `[a, b]`, or one item a line; items are parted by commas in any case.
pub(super) fn list(items: &[String], column: usize) -> String {
    wrap(("[", "]"), items, column, ",")
}

fn wrap((open, close): (&str, &str), items: &[String], column: usize, comma: &str) -> String {
    let long: usize = items.iter().map(|i| i.chars().count() + 2).sum();
    if items.is_empty() || (column + long + 2 <= WIDTH && items.iter().all(|i| !i.contains('\n'))) {
        return format!("{open}{}{close}", items.join(", "));
    }
    broken((open, close), items, comma)
}

/// The same with one item a line.
pub(super) fn broken((open, close): (&str, &str), items: &[String], comma: &str) -> String {
    let lines: Vec<String> = items.iter().map(|i| format!("  {}", indented(i))).collect();
    format!(
        "{}\n{}\n{}",
        open.trim_end(),
        lines.join(&format!("{comma}\n")),
        close.trim_start()
    )
}
