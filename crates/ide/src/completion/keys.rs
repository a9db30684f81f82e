//! Keys: the fields of the construct at the cursor, kinds with what they need, names of arguments and inputs.

use wfc_syntax::ast::StepKind;
use wfc_syntax::shape::{self, Field, STEP_KINDS, Shape, TRIGGER_KINDS};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeKind, Spelling};
use wfc_value::ty::Type;

use super::snippets::{self, Stops};
use super::{Cx, Item, ItemKind};
use crate::docs;
use crate::holds::{Frame, Holds, fields_of, kind_of_step, kind_of_trigger};

/// A key that may be written: its name, the shape or type of its value, and whether it is needed.
struct Offer {
    name: String,
    detail: String,
    doc: String,
    value: Option<Shape>,
    rank: u8,
}

impl Cx<'_> {
    pub(super) fn keys(&self, out: &mut Vec<Item>) {
        let Some(frame) = self.way.last().copied() else {
            return;
        };
        let taken = self.taken(&frame);
        let is_free = |name: &str| !taken.contains(&name);
        let (own, common) = fields_of(&self.marked.parsed.tree, &frame);
        let may_declare = match frame.holds {
            Holds::Declaration(_) => {
                shape::is_declaration(taken.iter().copied()) || taken.is_empty()
            }
            _ => true,
        };
        for (fields, rank) in [(own, 2), (common, 4)] {
            for field in fields.iter().filter(|f| may_declare && is_free(f.name)) {
                // One of a mapping's fields was written by another name of its own.
                let is_field = |name: &str| own.iter().chain(common).any(|f| f.name == name);
                let also = |a: &shape::Alias| taken.contains(&a.name) && !is_field(a.name);
                if field.aliases.iter().any(also) {
                    continue;
                }
                let rank = if field.required { 1 } else { rank };
                self.key(&offer_of(field, rank), out);
            }
        }
        match frame.holds {
            Holds::Step if kind_of_step(&self.marked.parsed.tree, frame.node).is_none() => {
                self.kinds(STEP_KINDS, &frame, out);
            }
            Holds::Trigger if kind_of_trigger(&self.marked.parsed.tree, frame.node).is_none() => {
                self.kinds(TRIGGER_KINDS, &frame, out);
            }
            Holds::Shape(Shape::Values | Shape::Value | Shape::Over | Shape::Collect) => {
                for offer in self.given(&frame).into_iter().filter(|o| is_free(&o.name)) {
                    self.key(&offer, out);
                }
            }
            _ => {}
        }
    }

    /// The keys that the mapping has already.
    fn taken(&self, frame: &Frame<'_>) -> Vec<&str> {
        match self.marked.parsed.tree.kind(frame.node) {
            NodeKind::Map(entries) => entries
                .iter()
                .filter(|e| !e.key.contains(wfc_compiler::analysis::probe::PROBE))
                .map(|e| &*e.key)
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The layout at the cursor: spelling, white space up to the key, and whether items stand in brackets.
    pub(super) fn layout(&self) -> (Spelling, String, bool) {
        let before = self.cursor.before();
        let flow = self.cursor.spelling != Spelling::Text
            && self
                .cursor
                .open()
                .iter()
                .any(|o| matches!(o, crate::marked::Open::Bracket(_)));
        let indent = match self.cursor.spelling {
            Spelling::Yaml => before
                .chars()
                .map(|c| if c == '\t' { '\t' } else { ' ' })
                .collect(),
            _ => {
                let white = before.len() - before.trim_start().len();
                before.get(..white).unwrap_or_default().to_owned()
            }
        };
        (self.cursor.spelling, indent, flow)
    }

    /// The range that a key replaces: in JSON with the quotes that are there.
    fn key_range(&self) -> (Span, bool) {
        let word = self.cursor.word;
        let text = self.cursor.text;
        let (mut start, mut end) = (word.start as usize, word.end as usize);
        // Keys may have other signs in them: `x-owner`, `deploy-step`.
        let head = text.get(..start).unwrap_or_default();
        let signs = head.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
        if !signs.is_empty() && head.get(signs.len()..).is_some_and(|w| !w.starts_with('-')) {
            start = signs.len();
        }
        let head = text.get(..start).unwrap_or_default();
        if head.ends_with('"') && self.cursor.spelling == Spelling::Json {
            start -= 1;
            if text.get(end..).is_some_and(|t| t.starts_with('"')) {
                end += 1;
            }
        }
        let rest = text.get(end..).unwrap_or_default();
        let rest = rest
            .strip_prefix('"')
            .unwrap_or(rest)
            .trim_start_matches([' ', '\t']);
        (Span::of(start, end), rest.starts_with(':'))
    }

    fn key(&self, offer: &Offer, out: &mut Vec<Item>) {
        let (span, has_colon) = self.key_range();
        let (spelling, indent, flow) = self.layout();
        let json = spelling == Spelling::Json;
        let name = if json || wfc_syntax::lexer::is_name(&offer.name) || offer.name.contains('-') {
            offer.name.clone()
        } else {
            format!("\"{}\"", offer.name)
        };
        let text = if has_colon {
            if json { format!("\"{name}\"") } else { name }
        } else {
            let shape = offer.value.unwrap_or(Shape::Value);
            let at = (spelling, indent.as_str(), flow);
            let value = match (offer.value, spelling) {
                // The type of an argument is known, its spelling is the author's.
                (None, Spelling::Text) => "$1".to_owned(),
                _ => snippets::value(shape, at, &mut Stops::default()),
            };
            snippets::key(&snippets::plain(&name), &value, spelling)
        };
        let mut item = self
            .item(&offer.name, ItemKind::Key, text)
            .replacing(span)
            .detail(offer.detail.as_str())
            .doc(offer.doc.as_str())
            .rank(offer.rank);
        if !has_colon {
            item = item.snippet();
        }
        if json {
            item = item.filter(format!("\"{}\"", offer.name));
        }
        out.push(item);
    }

    /// `type`, and each kind with what it needs.
    fn kinds(&self, kinds: &'static [shape::Kind], frame: &Frame<'_>, out: &mut Vec<Item>) {
        let (spelling, indent, flow) = self.layout();
        if spelling == Spelling::Text {
            return;
        }
        let words = match frame.holds {
            Holds::Step => "the kind of the step",
            _ => "the kind of the trigger",
        };
        let names: Vec<&str> = kinds.iter().map(|k| k.name).collect();
        let (span, has_colon) = self.key_range();
        let value = format!("${{1|{}|}}", names.join(","));
        let (key, text) = match (spelling, has_colon) {
            (Spelling::Json, true) => ("\"type\"", "\"type\"".to_owned()),
            (_, true) => ("type", "type".to_owned()),
            (Spelling::Json, false) => ("\"type\"", format!("\"type\": \"{value}\"")),
            (_, false) => ("type", format!("type: {value}")),
        };
        out.push(
            self.item("type", ItemKind::Key, text)
                .replacing(span)
                .detail(words)
                .filter(key)
                .rank(0)
                .snippet(),
        );
        if has_colon {
            return;
        }
        for kind in kinds {
            let text = snippets::kind(kind, (spelling, &indent, flow));
            let filter = match spelling {
                Spelling::Json => format!("\"{}\"", kind.name),
                _ => kind.name.to_owned(),
            };
            out.push(
                self.item(kind.name, ItemKind::Kind, text)
                    .replacing(span)
                    .detail(kind.doc)
                    .doc(docs::kind(kind))
                    .filter(filter)
                    .rank(3)
                    .snippet(),
            );
        }
    }

    /// Names that a mapping of values may have: arguments of a tool, inputs of a workflow, variables.
    fn given(&self, frame: &Frame<'_>) -> Vec<Offer> {
        let field = frame.field.map(|f| f.name);
        if self.way.inside(|h| *h == Holds::Trigger).is_some() && field == Some("inputs") {
            return self.own_inputs();
        }
        let Some(frames) = self.way.inside(|h| *h == Holds::Step) else {
            return Vec::new();
        };
        let Some((id, step)) = frames.first().and_then(|f| self.step_of(f.node)) else {
            return Vec::new();
        };
        // The steps of the way below the step's own field: mappings in an argument.
        let keys: Vec<&str> = frames
            .iter()
            .skip(2)
            .filter_map(|f| f.entry.map(|e| &*e.key))
            .collect();
        match (&step.kind, field) {
            (StepKind::Tool { .. }, Some("arguments")) => match self.tool_input(step) {
                Some(ty) => self.fields_at(&ty, &keys),
                None => Vec::new(),
            },
            (StepKind::Subworkflow { .. }, Some("inputs")) => {
                let Some(callee) = self.analysis().callees_of_steps.get(&id) else {
                    return Vec::new();
                };
                if let Some((first, rest)) = keys.split_first() {
                    let of = callee.inputs.iter().find(|i| i.name == *first);
                    return of.map_or(Vec::new(), |i| self.fields_at(&i.ty, rest));
                }
                let offers = callee
                    .inputs
                    .iter()
                    .map(|i| typed(&i.name, &i.ty, i.required));
                offers.collect()
            }
            (StepKind::Set { .. }, Some("values")) => self.assignable(),
            _ => Vec::new(),
        }
    }

    fn own_inputs(&self) -> Vec<Offer> {
        let inputs = &self.marked.parsed.ast.workflow.inputs;
        let types = &self.analysis().inputs;
        let all = inputs.iter().zip(types);
        all.map(|(i, ty)| {
            let needed = i.default.is_none() && !ty.allows_null();
            let mut offer = typed(&i.name.text, ty, needed);
            offer.doc = i
                .description
                .as_ref()
                .map_or(String::new(), |d| d.text.to_string());
            offer
        })
        .collect()
    }

    fn assignable(&self) -> Vec<Offer> {
        use wfc_compiler::analysis::BindingKind;
        let mut seen = std::collections::BTreeSet::new();
        let all = self.analysis().bindings.iter();
        all.filter(|b| matches!(b.kind, BindingKind::Variable(_) | BindingKind::Set(_)))
            .filter(|b| !b.name.text.contains(wfc_compiler::analysis::probe::PROBE))
            .filter(|b| seen.insert(b.name.text.clone()))
            .map(|b| typed(&b.name.text, &b.ty, false))
            .collect()
    }

    /// The fields of a record, or of what stands in it under some keys.
    fn fields_at(&self, ty: &Type, keys: &[&str]) -> Vec<Offer> {
        let table = &self.analysis().type_table;
        let mut ty = table.resolve(ty);
        for key in keys {
            let next = super::facts::fields(&ty, table)
                .into_iter()
                .find(|f| &*f.name == *key);
            match next {
                Some(field) => ty = table.resolve(&field.ty),
                None => return Vec::new(),
            }
        }
        super::facts::fields(&ty, table)
            .iter()
            .map(|f| typed(&f.name, &f.ty, !f.optional))
            .collect()
    }
}

fn offer_of(field: &'static Field, rank: u8) -> Offer {
    Offer {
        name: field.name.to_owned(),
        detail: docs::shape(field.shape),
        doc: docs::field(field),
        value: Some(field.shape),
        rank,
    }
}

fn typed(name: &str, ty: &Type, required: bool) -> Offer {
    let needed = if required { "" } else { " (may be left out)" };
    Offer {
        name: name.to_owned(),
        detail: format!("{}{needed}", docs::ty(ty)),
        doc: String::new(),
        value: None,
        rank: if required { 0 } else { 1 },
    }
}
