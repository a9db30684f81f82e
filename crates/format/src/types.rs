//! Types as text, in the language's own notation.

use wfc_syntax::expr::{ExprKind, Exprs};
use wfc_syntax::type_expr::{TypeExprKind, TypeExprs, TypeId};

use crate::json;
use crate::values::is_name;

/// A type on one line. A JSON Schema has no such form and gives `None`.
pub(crate) fn type_text(types: &TypeExprs, exprs: &Exprs, id: TypeId) -> Option<String> {
    let go = |id| type_text(types, exprs, id);
    Some(match &types.get(id).kind {
        TypeExprKind::Name(name) => name.to_string(),
        TypeExprKind::List(item) => format!("list<{}>", go(*item)?),
        TypeExprKind::Map(key, value) => format!("map<{}, {}>", go(*key)?, go(*value)?),
        TypeExprKind::Record(fields) if fields.is_empty() => "{}".to_owned(),
        TypeExprKind::Record(fields) => {
            let fields = fields
                .iter()
                .map(|f| {
                    let mark = if f.optional { "?" } else { "" };
                    Some(format!("{}{mark}: {}", field_name(&f.name.text), go(f.ty)?))
                })
                .collect::<Option<Vec<_>>>()?;
            format!("{{ {} }}", fields.join(", "))
        }
        TypeExprKind::Literal(e) => literal(exprs.kind(*e)),
        TypeExprKind::Union(parts) => {
            let parts = parts
                .iter()
                .map(|p| Some(grouped(types, *p, false, go(*p)?)))
                .collect::<Option<Vec<_>>>()?;
            parts.join(" | ")
        }
        TypeExprKind::Nullable(of) => format!("{}?", grouped(types, *of, true, go(*of)?)),
        TypeExprKind::Schema(_) | TypeExprKind::Error => return None,
    })
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

fn literal(kind: &ExprKind) -> String {
    match kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(b) => b.to_string(),
        ExprKind::Int(n) => n.to_string(),
        ExprKind::Uint(n) => format!("{n}u"),
        ExprKind::Double(n) => format!("{n:?}"),
        ExprKind::String(text) => {
            let mut out = String::new();
            json::string(text, &mut out);
            out
        }
        _ => String::new(),
    }
}
