//! Values by the shape of their field.

use wfc_compiler::analysis::probe::PROBE;
use wfc_syntax::ast::{Step, StepKind};
use wfc_syntax::shape::{STEP_KINDS, Shape, TRIGGER_KINDS};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeKind, Spelling};
use wfc_value::ty::Type;

use super::{Cx, Item, ItemKind, facts, snippets};
use crate::docs;
use crate::holds::{Frame, Holds};
use crate::marked::{Open, as_template};

/// Durations that are given as examples.
const DURATIONS: [(&str, &str); 5] = [
    ("30s", "30 seconds"),
    ("5m", "5 minutes"),
    ("1h", "an hour"),
    ("24h", "a day"),
    ("7d", "7 days"),
];

impl Cx<'_> {
    pub(super) fn value(&self, out: &mut Vec<Item>) {
        if self.cursor.in_template() {
            self.expression(out);
            return;
        }
        let Some(frame) = self.way.last().copied() else {
            return;
        };
        if self.type_place(out) {
            return;
        }
        match frame.holds {
            Holds::KindWord(step) => self.kind_words(step, out),
            Holds::Step => self.step_items(out),
            Holds::Trigger => self.trigger_items(out),
            Holds::Declaration(_) => self.types(out),
            Holds::Shape(shape) => self.by_shape(shape, &frame, out),
            Holds::Unknown if self.cursor.spelling == Spelling::Text => {
                self.expression(out);
            }
            _ => {}
        }
    }

    fn by_shape(&self, shape: Shape, frame: &Frame<'_>, out: &mut Vec<Item>) {
        match shape {
            Shape::Word(words) => {
                let doc = frame.field.map_or(String::new(), docs::field);
                for word in words {
                    out.push(self.scalar(word, ItemKind::Word).doc(doc.as_str()).rank(0));
                }
            }
            Shape::Bool => {
                for word in ["true", "false"] {
                    out.push(self.item(word, ItemKind::Word, word).rank(0));
                }
            }
            Shape::OnError => {
                for word in ["continue", "fail"] {
                    out.push(self.scalar(word, ItemKind::Word).rank(0));
                }
            }
            Shape::Type => self.types(out),
            Shape::Text | Shape::Name | Shape::Id | Shape::Texts | Shape::Names => {
                self.text_value(frame, out);
            }
            Shape::Int if frame.field.is_some_and(|f| f.name == "wfc") => {
                out.push(
                    self.item("1", ItemKind::Word, "1")
                        .detail("edition of the language"),
                );
            }
            Shape::Duration => {
                for (text, doc) in DURATIONS {
                    out.push(self.scalar(text, ItemKind::Example).detail(doc).rank(4));
                }
                self.expression(out);
            }
            Shape::Expr | Shape::Condition | Shape::Over | Shape::Collect => {
                self.expression(out);
            }
            Shape::Value | Shape::Values => self.any_value(frame, out),
            Shape::Retry => {
                for n in ["3", "5"] {
                    out.push(self.item(n, ItemKind::Example, n).detail("attempts in all"));
                }
            }
            _ => {}
        }
    }

    /// A word as a whole value: in quotes where the spelling wants them and none are there.
    fn scalar(&self, word: &str, kind: ItemKind) -> Item {
        let quoted = self
            .cursor
            .open()
            .iter()
            .any(|o| matches!(o, Open::Quote(_)));
        let span = self.scalar_span();
        let text = if self.cursor.spelling == Spelling::Json && !quoted {
            format!("\"{word}\"")
        } else {
            word.to_owned()
        };
        self.item(word, kind, text).replacing(span)
    }

    /// The written part of the scalar that the marker stands in: what a whole text replaces.
    pub(super) fn scalar_span(&self) -> Span {
        let word = self.cursor.word;
        let Some(frame) = self.way.last() else {
            return word;
        };
        let NodeKind::Scalar(scalar) = self.marked.parsed.tree.kind(frame.node) else {
            return word;
        };
        // What stands before the marker is the same in the text as written; behind it stands what did before.
        let Some(at) = scalar.text.find(PROBE) else {
            return word;
        };
        let (head, rest) = (at, scalar.text.len() - at - PROBE.len());
        let start = scalar.map.span(0, head.max(1)).start;
        let start = if head == 0 { word.start } else { start };
        let tail = self
            .cursor
            .text
            .get(word.end as usize..)
            .unwrap_or_default();
        let same = scalar
            .text
            .get(at + PROBE.len()..)
            .is_some_and(|r| tail.starts_with(r));
        let end = if same {
            word.end as usize + rest
        } else {
            word.end as usize
        };
        // A value goes no further than its line.
        let tail = self
            .cursor
            .text
            .get(word.end as usize..end)
            .unwrap_or_default();
        let line = tail.find('\n').map_or(end, |n| word.end as usize + n);
        Span::of(start.min(word.start) as usize, line)
    }

    fn kind_words(&self, step: bool, out: &mut Vec<Item>) {
        let kinds = if step { STEP_KINDS } else { TRIGGER_KINDS };
        for kind in kinds {
            out.push(
                self.scalar(kind.name, ItemKind::Kind)
                    .detail(kind.doc)
                    .doc(docs::kind(kind))
                    .rank(0),
            );
        }
    }

    /// A whole step as the item of a list.
    fn step_items(&self, out: &mut Vec<Item>) {
        self.whole_items(STEP_KINDS, out);
    }

    fn trigger_items(&self, out: &mut Vec<Item>) {
        self.whole_items(TRIGGER_KINDS, out);
    }

    fn whole_items(&self, kinds: &'static [wfc_syntax::shape::Kind], out: &mut Vec<Item>) {
        let (spelling, indent, flow) = self.layout();
        // A key stands there as well, which offers the same.
        if spelling != Spelling::Json && !flow {
            return;
        }
        let quoted = self
            .cursor
            .open()
            .iter()
            .any(|o| matches!(o, Open::Quote(_)));
        if quoted {
            return;
        }
        for kind in kinds {
            let text = format!("{{ {} }}", snippets::kind(kind, (spelling, &indent, true)));
            out.push(
                self.item(kind.name, ItemKind::Kind, text)
                    .detail(kind.doc)
                    .doc(docs::kind(kind))
                    .rank(1)
                    .snippet(),
            );
        }
    }

    /// A value: an expression where the text form has one, else a constant or a name between braces.
    fn any_value(&self, frame: &Frame<'_>, out: &mut Vec<Item>) {
        self.expected_texts(out);
        if self.expression(out) {
            if self.cursor.spelling == Spelling::Text && self.is_let_value(frame) {
                self.kind_keywords(out);
            }
            return;
        }
        let tree = &self.marked.parsed.tree;
        let alone = crate::holds::text(tree, frame.node) == Some(PROBE);
        if !alone || self.cursor.spelling == Spelling::Text {
            return;
        }
        let Some(template) = as_template(self.path, self.cursor, self.marked) else {
            return;
        };
        let cx = Cx {
            snapshot: self.snapshot,
            path: self.path,
            cursor: self.cursor,
            way: template.way(),
            marked: &template,
            analysis: std::cell::OnceCell::new(),
        };
        let quoted = self
            .cursor
            .open()
            .iter()
            .any(|o| matches!(o, Open::Quote(_)));
        let (before, after) = if quoted {
            ("{{ ", " }}")
        } else {
            ("\"{{ ", " }}\"")
        };
        cx.names(Some((self.cursor.word, before, after)), out);
    }

    /// Whether the value is that of `let x = ...`.
    fn is_let_value(&self, frame: &Frame<'_>) -> bool {
        let step = self.way.step();
        let tree = &self.marked.parsed.tree;
        let marked = step.is_some_and(|node| tree.field(node, "let").is_some());
        marked && frame.field.is_some_and(|f| f.name == "values")
    }

    /// The texts that the argument or input is declared to be.
    fn expected_texts(&self, out: &mut Vec<Item>) {
        let Some(ty) = self.expected_type() else {
            return;
        };
        let quoted = self
            .cursor
            .open()
            .iter()
            .any(|o| matches!(o, Open::Quote(_)));
        let table = &self.analysis().type_table;
        for text in facts::literals(&ty, table) {
            let bare = text.trim_matches('"').to_owned();
            let plain = quoted || self.cursor.spelling == Spelling::Yaml;
            let written = if plain { bare.clone() } else { text.clone() };
            out.push(
                self.item(&bare, ItemKind::Word, written)
                    .detail(docs::ty(&ty))
                    .rank(0),
            );
        }
    }

    /// The type that the value at the marker is held to, where a tool, a workflow or a declaration says one.
    fn expected_type(&self) -> Option<Type> {
        let analysis = self.analysis();
        if let Some(frames) = self.way.inside(|h| matches!(h, Holds::Declaration(_)))
            && let Some(entry) = frames.first().and_then(|f| f.entry)
        {
            let inputs = &self.marked.parsed.ast.workflow.inputs;
            let at = inputs.iter().position(|i| i.name.text == entry.key)?;
            return analysis.inputs.get(at).cloned();
        }
        if let Some(frames) = self.way.inside(|h| *h == Holds::Trigger) {
            let name = frames.get(2)?.entry?;
            let inputs = &self.marked.parsed.ast.workflow.inputs;
            let at = inputs.iter().position(|i| i.name.text == name.key)?;
            return analysis.inputs.get(at).cloned();
        }
        let frames = self.way.inside(|h| *h == Holds::Step)?;
        let (id, step) = self.step_of(frames.first()?.node)?;
        let (first, rest) = frames.get(2..)?.split_first()?;
        let name = &*first.entry?.key;
        let mut ty = match &step.kind {
            StepKind::Tool { .. } => {
                let input = self.tool_input(step)?;
                let fields = facts::fields(&input, &analysis.type_table);
                fields.into_iter().find(|f| &*f.name == name)?.ty
            }
            StepKind::Subworkflow { .. } => {
                let callee = analysis.callees_of_steps.get(&id)?;
                callee.inputs.iter().find(|i| i.name == name)?.ty.clone()
            }
            StepKind::Switch { on, .. } => analysis.types.get(on.index())?.clone(),
            _ => return None,
        };
        for frame in rest {
            let key = frame
                .entry
                .filter(|e| e.key != first.entry.map_or_else(Box::default, |e| e.key.clone()));
            if let (Type::List(item), _) = (analysis.type_table.resolve(&ty), key) {
                ty = (*item).clone();
            } else if let Some(entry) = key {
                let fields = facts::fields(&ty, &analysis.type_table);
                ty = fields.into_iter().find(|f| *f.name == *entry.key)?.ty;
            }
        }
        Some(ty)
    }

    /// The record of arguments of the tool that a step calls.
    pub(super) fn tool_input(&self, step: &Step) -> Option<Type> {
        use wfc_compiler::analysis::catalogue::Found;
        let StepKind::Tool { tool, .. } = &step.kind else {
            return None;
        };
        match self.analysis().catalogues.find(&tool.text) {
            Found::Tool(found) => Some(found.input.clone()),
            _ => None,
        }
    }
}
