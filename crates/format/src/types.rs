//! Types as text, in the language's own notation.

use wfc_syntax::expr::Exprs;
use wfc_syntax::print_expr::expr_text;
use wfc_syntax::type_expr::{TypeExprKind, TypeExprs, TypeId};

use crate::json;
use crate::values::is_name;

/// A type on one line.
pub(crate) fn type_text(types: &TypeExprs, exprs: &Exprs, id: TypeId) -> String {
    let go = |id| type_text(types, exprs, id);
    match &types.get(id).kind {
        TypeExprKind::Name(name) => name.to_string(),
        TypeExprKind::List(item) => format!("list<{}>", go(*item)),
        TypeExprKind::Map(key, value) => format!("map<{}, {}>", go(*key), go(*value)),
        TypeExprKind::Record(fields) if fields.is_empty() => "{}".to_owned(),
        TypeExprKind::Record(fields) => {
            let fields = fields.iter().map(|f| {
                let mark = if f.optional { "?" } else { "" };
                format!("{}{mark}: {}", field_name(&f.name.text), go(f.ty))
            });
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        TypeExprKind::Literal(e) => expr_text(exprs, *e),
        TypeExprKind::Union(parts) => {
            let parts = parts.iter().map(|p| grouped(types, *p, false, go(*p)));
            parts.collect::<Vec<_>>().join(" | ")
        }
        TypeExprKind::Nullable(of) => format!("{}?", grouped(types, *of, true, go(*of))),
        TypeExprKind::Schema(e) => format!("schema {}", expr_text(exprs, *e)),
        TypeExprKind::Error => String::new(),
    }
}

fn grouped(types: &TypeExprs, id: TypeId, postfix: bool, text: String) -> String {
    let group = match types.get(id).kind {
        TypeExprKind::Union(_) => true,
        TypeExprKind::Nullable(_) => postfix,
        _ => false,
    };
    if group { format!("({text})") } else { text }
}

fn field_name(name: &str) -> String {
    if is_name(name) {
        return name.to_owned();
    }
    let mut out = String::new();
    json::string(name, &mut out);
    out
}
