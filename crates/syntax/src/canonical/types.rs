//! Types.

use super::Writer;
use crate::expr::ExprKind;
use crate::type_expr::{TypeExprKind, TypeId};

impl Writer<'_> {
    pub(super) fn ty(&mut self, id: TypeId) {
        let ast = self.ast;
        match &ast.types.get(id).kind {
            TypeExprKind::Name(name) if &**name == "null" => self.out.raw("[\"literal\",null]"),
            TypeExprKind::Name(name) => self.out.string(name),
            TypeExprKind::List(of) => {
                self.open("list");
                self.next_ty(*of);
                self.close();
            }
            TypeExprKind::Map(key, value) => {
                self.open("map");
                self.next_ty(*key);
                self.next_ty(*value);
                self.close();
            }
            TypeExprKind::Record(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_by(|a, b| a.name.text.cmp(&b.name.text));
                self.open("record");
                for field in fields {
                    self.out.comma();
                    self.out.raw("[");
                    self.text(&field.name.text);
                    self.next_ty(field.ty);
                    if field.optional {
                        self.text("?");
                    }
                    self.close();
                }
                self.close();
            }
            TypeExprKind::Literal(value) if matches!(ast.exprs.kind(*value), ExprKind::Error) => {
                self.out.raw("[\"error\"]");
            }
            TypeExprKind::Literal(value) => {
                self.open("literal");
                self.out.comma();
                self.expr(*value);
                self.close();
            }
            TypeExprKind::Union(_) | TypeExprKind::Nullable(_) => {
                self.open("union");
                self.members(id);
                self.close();
            }
            TypeExprKind::Schema(value) => {
                self.open("schema");
                self.out.comma();
                self.expr(*value);
                self.close();
            }
            TypeExprKind::Error => self.out.raw("[\"error\"]"),
        }
    }

    /// The members of a union, those of unions within it in their place; `T?` is `T | null`.
    fn members(&mut self, id: TypeId) {
        let ast = self.ast;
        match &ast.types.get(id).kind {
            TypeExprKind::Union(members) => members.iter().for_each(|m| self.members(*m)),
            TypeExprKind::Nullable(of) => {
                self.members(*of);
                self.out.raw(",[\"literal\",null]");
            }
            _ => self.next_ty(id),
        }
    }

    fn next_ty(&mut self, id: TypeId) {
        self.out.comma();
        self.ty(id);
    }
}
