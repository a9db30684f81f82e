//! Types: the language's own, the file's, and what they are made of.

use wfc_compiler::analysis::probe::PROBE;
use wfc_compiler::analysis::types::BUILT_IN;
use wfc_syntax::tree::{NodeKind, Spelling};
use wfc_syntax::type_expr::{TypeExprKind, TypeId};

use super::{Cx, Item, ItemKind};
use crate::docs;

impl Cx<'_> {
    /// Whether the marker stands in a type; then what may stand there was added.
    pub(super) fn type_place(&self, out: &mut Vec<Item>) -> bool {
        let types = &self.marked.parsed.ast.types;
        let at = self.marked.at + 1;
        let ids = (0..u32::try_from(types.len()).unwrap_or(u32::MAX)).map(TypeId);
        let found = ids.into_iter().any(|id| {
            let ty = types.get(id);
            let here = ty.span.start <= at && at <= ty.span.end;
            here && matches!(&ty.kind, TypeExprKind::Name(name) if &**name == PROBE)
        });
        let in_tree = self
            .way
            .last()
            .is_some_and(|f| matches!(self.marked.parsed.tree.kind(f.node), NodeKind::Type(_)));
        if found || in_tree {
            self.types(out);
        }
        found || in_tree
    }

    pub(super) fn types(&self, out: &mut Vec<Item>) {
        for name in BUILT_IN {
            out.push(
                self.type_item(name, name)
                    .detail(docs::type_word(name))
                    .rank(2),
            );
        }
        for (label, text) in [
            ("list<T>", "list<${1:string}>"),
            ("map<string, T>", "map<string, ${1:string}>"),
        ] {
            let item = self.type_item(label, text).rank(3);
            out.push(item.snippet());
        }
        for decl in &self.marked.parsed.ast.workflow.types {
            let ty = self
                .analysis()
                .type_table
                .get(&decl.name.text)
                .map(docs::ty);
            out.push(
                self.type_item(&decl.name.text, &decl.name.text)
                    .detail(ty.unwrap_or_default())
                    .rank(1),
            );
        }
    }

    fn type_item(&self, label: &str, text: &str) -> Item {
        let quoted = self
            .cursor
            .open()
            .iter()
            .any(|o| matches!(o, crate::marked::Open::Quote(_)));
        let text = if self.cursor.spelling == Spelling::Json && !quoted {
            format!("\"{text}\"")
        } else {
            text.to_owned()
        };
        self.item(label, ItemKind::Type, text)
    }
}
