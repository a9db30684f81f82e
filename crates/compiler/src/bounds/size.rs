//! How many items a list has, and how long a time is, as far as the text says.

use std::sync::Arc;

use wfc_syntax::ast::StepKind;
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind};
use wfc_syntax::print_expr::expr_text;
use wfc_value::ty::Type;
use wfc_value::{Duration, Value};

use super::quantity::{Place, Quantity, Reason, Unknown};
use super::walk::Walker;
use crate::analysis::constant::constant;
use crate::analysis::{BindingKind, Ref};

/// How deep values are followed through names and operators.
const MAX_DEPTH: u32 = 32;
/// Characters of an expression that still make a readable name of an unknown.
const MAX_TEXT: usize = 80;

/// A number with what it is at least and at most.
#[derive(Clone, Debug)]
pub(crate) struct Size {
    pub(crate) least: u128,
    pub(crate) most: Quantity,
}

impl Size {
    pub(crate) fn exactly(n: u128) -> Self {
        Self {
            least: n,
            most: Quantity::of(n),
        }
    }

    fn at_most(self) -> Self {
        Self { least: 0, ..self }
    }
}

impl Walker<'_> {
    pub(crate) fn place(&self, id: ExprId) -> Place {
        Place {
            file: None,
            span: self.ast.exprs.span(id),
        }
    }

    /// The items of a list, or the keys of a map.
    pub(crate) fn size(&self, id: ExprId) -> Size {
        self.size_in(id, 0)
    }

    fn size_in(&self, id: ExprId, depth: u32) -> Size {
        self.known_size(id, depth)
            .unwrap_or_else(|| self.size_by_type(id))
    }

    fn known_size(&self, id: ExprId, depth: u32) -> Option<Size> {
        if depth > MAX_DEPTH {
            return None;
        }
        let exprs = &self.ast.exprs;
        match exprs.kind(id) {
            ExprKind::List(items) => {
                let sure = items.iter().filter(|i| !i.optional).count();
                Some(Size {
                    least: sure as u128,
                    most: Quantity::of(items.len() as u128),
                })
            }
            ExprKind::Map(entries) => {
                let sure = entries.iter().filter(|e| !e.optional).count();
                Some(Size {
                    // Keys that are not constants may be equal.
                    least: (sure as u128).min(1).max(self.constant_keys(id, sure)),
                    most: Quantity::of(entries.len() as u128),
                })
            }
            ExprKind::Binary {
                op: BinaryOp::Add,
                left,
                right,
                ..
            } => {
                let (a, b) = (
                    self.size_in(*left, depth + 1),
                    self.size_in(*right, depth + 1),
                );
                Some(Size {
                    least: a.least.saturating_add(b.least),
                    most: a.most.plus(&b.most),
                })
            }
            ExprKind::Ternary { then, other, .. } => {
                let (a, b) = (
                    self.size_in(*then, depth + 1),
                    self.size_in(*other, depth + 1),
                );
                Some(Size {
                    least: a.least.min(b.least),
                    most: a.most.max(&b.most),
                })
            }
            ExprKind::Call { target, name, args } => {
                self.size_of_call(*target, &name.text, args, depth)
            }
            _ => self.size_of_name(id, depth),
        }
    }

    fn constant_keys(&self, id: ExprId, sure: usize) -> u128 {
        match constant(&self.ast.exprs, id) {
            Some(Value::Map(map)) => map.len() as u128,
            _ => u128::from(sure > 0),
        }
    }

    fn size_of_call(
        &self,
        target: Option<ExprId>,
        name: &str,
        args: &[ExprId],
        depth: u32,
    ) -> Option<Size> {
        let int = |id: &ExprId| match constant(&self.ast.exprs, *id) {
            Some(Value::Int(n)) => u128::try_from(n).ok(),
            _ => None,
        };
        let is_lists = |id: ExprId| matches!(self.ast.exprs.kind(id), ExprKind::Ident { name, .. } if &**name == "lists");
        match (target, name, args) {
            (Some(of), "map", [_, _])
            | (Some(of), "reverse" | "sort", [])
            | (Some(of), "sortBy", [_, _]) => Some(self.size_in(of, depth + 1)),
            (Some(of), "filter", [_, _])
            | (Some(of), "map", [_, _, _])
            | (Some(of), "distinct", []) => Some(self.size_in(of, depth + 1).at_most()),
            (Some(of), "transformList" | "transformMap", [_, _, _]) => {
                Some(self.size_in(of, depth + 1))
            }
            (Some(of), "range", [n]) if is_lists(of) => Some(Size::exactly(int(n)?)),
            (Some(_), "slice", [from, to]) => {
                Some(Size::exactly(int(to)?.checked_sub(int(from)?)?))
            }
            _ => None,
        }
    }

    /// A name whose value is written out, and never changes.
    fn size_of_name(&self, id: ExprId, depth: u32) -> Option<Size> {
        let Some(Ref::Binding(binding)) = self.analysis.refs.get(&id) else {
            return None;
        };
        let found = self.analysis.bindings.get(binding.0 as usize)?;
        let value = match found.kind {
            BindingKind::Variable(place) if found.writes.is_empty() => {
                self.ast.workflow.variables.get(place as usize)?.value?
            }
            BindingKind::Set(step) if found.writes.is_empty() => {
                let StepKind::Set { values, .. } = &self.ast.step(step).kind else {
                    return None;
                };
                values.iter().find(|v| v.name == found.name)?.value
            }
            BindingKind::Output(step) => return self.size_of_output(step, depth),
            _ => return None,
        };
        self.known_size(value, depth + 1)
            .or_else(|| self.by_record(&found.ty))
    }

    /// What a loop collects has as many items as it takes, unless some are left out.
    fn size_of_output(&self, step: wfc_syntax::ast::StepId, depth: u32) -> Option<Size> {
        let step = self.ast.step(step);
        let StepKind::Loop {
            head: wfc_syntax::ast::LoopHead::Over { over, .. },
            collect: Some(_),
            join: None,
            ..
        } = &step.kind
        else {
            return None;
        };
        (step.retry.is_none()).then(|| self.size_in(*over, depth + 1).at_most())
    }

    fn by_record(&self, ty: &Type) -> Option<Size> {
        match self.analysis.type_table.resolve(ty) {
            Type::Record(record) if record.closed => {
                let sure = record.fields.iter().filter(|f| !f.optional).count();
                Some(Size {
                    least: sure as u128,
                    most: Quantity::of(record.fields.len() as u128),
                })
            }
            _ => None,
        }
    }

    fn size_by_type(&self, id: ExprId) -> Size {
        let ty = self.analysis.types.get(id.index());
        if let Some(size) = ty.and_then(|ty| self.by_record(ty)) {
            return size;
        }
        let text = expr_text(&self.ast.exprs, id);
        let text = match self.ast.exprs.kind(id) {
            ExprKind::Binary { .. } | ExprKind::Ternary { .. } => format!("({text})"),
            _ => text,
        };
        Size {
            least: 0,
            most: self.unknown(id, format!("{}.size()", shortened(text)), false),
        }
    }

    fn unknown(&self, id: ExprId, text: String, is_time: bool) -> Quantity {
        let input = match self.analysis.refs.get(&id) {
            Some(Ref::Binding(b)) => match self.analysis.bindings.get(b.0 as usize) {
                Some(found) if found.writes.is_empty() => match found.kind {
                    BindingKind::Input(_) => Some(Arc::from(&*found.name.text)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        Quantity::unknown(Unknown {
            text: text.into(),
            is_time,
            input,
            place: self.place(id),
        })
    }

    /// The nanoseconds of a time that is written out.
    pub(crate) fn nanos(&self, id: ExprId) -> Option<u128> {
        let value = match constant(&self.ast.exprs, id) {
            Some(Value::Duration(d)) => d.nanos(),
            Some(Value::String(text)) => Duration::parse(&text).ok()?.nanos(),
            Some(_) => return None,
            None => match self.ast.exprs.kind(id) {
                ExprKind::Call {
                    target: None,
                    name,
                    args,
                } if &*name.text == "duration" => match args.as_slice() {
                    [text] => match constant(&self.ast.exprs, *text)? {
                        Value::String(text) => Duration::parse(&text).ok()?.nanos(),
                        _ => return None,
                    },
                    _ => return None,
                },
                _ => return None,
            },
        };
        Some(u128::try_from(value).unwrap_or(0))
    }

    /// A length of time.
    pub(crate) fn time(&self, id: ExprId) -> Size {
        if let Some(nanos) = self.nanos(id) {
            return Size::exactly(nanos);
        }
        match self.ast.exprs.kind(id) {
            ExprKind::Ternary { then, other, .. } => {
                let (a, b) = (self.time(*then), self.time(*other));
                Size {
                    least: a.least.min(b.least),
                    most: a.most.max(&b.most),
                }
            }
            _ => Size {
                least: 0,
                most: self.unknown(id, shortened(expr_text(&self.ast.exprs, id)), true),
            },
        }
    }

    /// How long a wait until a point in time takes: known of `now() + duration`.
    pub(crate) fn time_until(&self, id: ExprId) -> Size {
        if let ExprKind::Binary {
            op: BinaryOp::Add,
            left,
            right,
            ..
        } = self.ast.exprs.kind(id)
            && matches!(self.ast.exprs.kind(*left), ExprKind::Call { target: None, name, args }
                if &*name.text == "now" && args.is_empty())
        {
            // `now` is the time of the last event, which may lie before the wait begins.
            return self.time(*right).at_most();
        }
        Size {
            least: 0,
            most: Quantity::without_bound(Reason {
                place: self.place(id),
                text: "waits until a time that only a run knows".into(),
            }),
        }
    }
}

/// A text that is not too long for a formula.
fn shortened(text: String) -> String {
    if text.chars().count() <= MAX_TEXT {
        return text;
    }
    let kept: String = text.chars().take(MAX_TEXT).collect();
    format!("{kept}…")
}
