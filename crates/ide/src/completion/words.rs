//! Keywords of the text form: what may begin a step or a declaration, and what may follow a step.

use wfc_syntax::shape;
use wfc_syntax::text::{ROOT_WORDS, STEP_WORDS};
use wfc_syntax::tree::NodeKind;

use super::{Cx, Item, ItemKind, snippets};
use crate::docs;
use crate::holds::Holds;

impl Cx<'_> {
    /// What may begin a step here, and at the root a declaration.
    pub(super) fn step_words(&self, out: &mut Vec<Item>) {
        if self.after_on(out) {
            return;
        }
        let (_, indent, _) = self.layout();
        let at_line = self.cursor.before().trim().is_empty();
        self.kind_keywords(out);
        if let Some(text) = snippets::step("let", &indent) {
            out.push(
                self.item("let", ItemKind::Keyword, text)
                    .detail("gives a name to what a step yields, or to a value")
                    .rank(2)
                    .snippet(),
            );
        }
        let steps = self
            .way
            .frames
            .iter()
            .filter(|f| f.holds == Holds::Step)
            .count();
        if steps > 1 || !at_line {
            return;
        }
        for word in ROOT_WORDS {
            let Some(text) = snippets::declaration(word, &indent) else {
                continue;
            };
            out.push(
                self.item(word, ItemKind::Keyword, text)
                    .detail(docs::declaration(word))
                    .rank(3)
                    .snippet(),
            );
        }
    }

    /// The words that stand for kinds.
    pub(super) fn kind_keywords(&self, out: &mut Vec<Item>) {
        let (_, indent, _) = self.layout();
        for (word, kind) in STEP_WORDS {
            let (Some(text), Some(kind)) = (snippets::step(word, &indent), shape::step_kind(kind))
            else {
                continue;
            };
            out.push(
                self.item(word, ItemKind::Kind, text)
                    .detail(kind.doc)
                    .doc(docs::kind(kind))
                    .rank(2)
                    .snippet(),
            );
        }
    }

    /// Behind `on`: the kinds of triggers, `failure`, `finally`.
    fn after_on(&self, out: &mut Vec<Item>) -> bool {
        if self.cursor.before().trim() != "on" {
            return false;
        }
        let (_, indent, _) = self.layout();
        for kind in shape::TRIGGER_KINDS {
            let text = match kind.main {
                Some(_) => format!("{} \"$1\"", kind.name),
                None => kind.name.to_owned(),
            };
            out.push(
                self.item(kind.name, ItemKind::Kind, text)
                    .detail(kind.doc)
                    .doc(docs::kind(kind))
                    .rank(0)
                    .snippet(),
            );
        }
        for (word, field) in [("failure", "on_failure"), ("finally", "finally")] {
            let doc = shape::find(shape::ROOT, field).map_or("", |f| f.doc);
            let text = format!("{word} {{\n{indent}  $0\n{indent}}}");
            out.push(
                self.item(word, ItemKind::Keyword, text)
                    .detail(doc)
                    .rank(1)
                    .snippet(),
            );
        }
        true
    }

    /// A clause that may follow the step before the cursor.
    pub(super) fn clause(&self, word: &'static str, out: &mut Vec<Item>) {
        let (_, indent, _) = self.layout();
        let block = format!("{{\n{indent}  $0\n{indent}}}");
        let text = match word {
            "when" | "collect" | "until" => format!("{word} $1"),
            "with" => "with { $1 }".to_owned(),
            "case" => format!("case \"$1\" {block}"),
            "branch" => format!("branch ${{1:name}} {block}"),
            _ => format!("{word} {block}"),
        };
        let doc = match word {
            "with" => "fields that every step may have",
            "case" => "runs when the value equals this",
            "default" => "runs when no case fits",
            "branch" => "a block that runs beside the others",
            _ => self.field_doc(word),
        };
        out.push(
            self.item(word, ItemKind::Keyword, text)
                .detail(doc)
                .rank(1)
                .snippet(),
        );
    }

    fn field_doc(&self, name: &str) -> &'static str {
        let tree = &self.marked.parsed.tree;
        let steps = self
            .way
            .frames
            .iter()
            .rev()
            .filter(|f| f.holds == Holds::Step);
        for frame in steps {
            let has = matches!(tree.kind(frame.node), NodeKind::Map(all) if all.iter().any(|e| &*e.key == name));
            let kind = crate::holds::kind_of_step(tree, frame.node);
            let field = kind.and_then(|k| shape::step_field(k, name));
            if let Some(field) = field.filter(|_| has) {
                return field.doc;
            }
        }
        ""
    }
}
