//! Steps that choose between blocks: `conditional`, `switch`, `try`; and what ends the workflow.

use wfc_syntax::ast::{Block, Case, Catch, StepId};
use wfc_syntax::expr::ExprId;
use wfc_syntax::span::Span;
use wfc_value::Value;
use wfc_value::ty::{Literal, Type};

use super::Walker;
use crate::analysis::constant::constant;
use crate::analysis::expr::Purpose;
use crate::analysis::flow::Turn;
use crate::analysis::joining::{join, join_all};
use crate::analysis::tables::BindingKind;
use crate::rules::types::{never_equal, returns_mismatch};

impl Walker<'_> {
    pub(super) fn conditional(
        &mut self,
        condition: ExprId,
        then: &Block,
        otherwise: Option<&Block>,
    ) -> Type {
        self.condition(condition);
        let at = self.c.span(condition);
        let start = self.c.flow.mark();
        self.c.assume(condition, true);
        let a = self.block(then);
        let taken = self.c.flow.take(start);
        self.c.assume(condition, false);
        let b = otherwise.map_or(Type::Null, |block| self.block(block));
        let other = self.c.flow.take(start);
        let holds = Turn {
            at,
            text: "when this holds, nothing sets it",
        };
        let fails = Turn {
            at,
            text: "when this does not hold, nothing sets it",
        };
        self.c
            .flow
            .merge(vec![(taken, Some(holds)), (other, Some(fails))]);
        join(&a, &b)
    }

    pub(super) fn switch(
        &mut self,
        head: Span,
        on: ExprId,
        cases: &[Case],
        default: Option<&Block>,
    ) -> Type {
        let ty = self.c.expr(on);
        let start = self.c.flow.mark();
        let mut outcomes = Vec::new();
        let mut types = Vec::new();
        let mut all: Vec<Option<Literal>> = Vec::new();
        for case in cases {
            let literals = self.case_values(on, &ty, case);
            if let Some(literals) = &literals {
                self.c.assume_one_of(on, literals, true);
                all.extend(literals.iter().cloned());
            }
            types.push(self.block(&case.body));
            let turn = Turn {
                at: case.span,
                text: "in this case nothing sets it",
            };
            outcomes.push((self.c.flow.take(start), Some(turn)));
        }
        self.c.assume_one_of(on, &all, false);
        if let Some(block) = default {
            types.push(self.block(block));
            let turn = Turn {
                at: block.span,
                text: "when no case fits, nothing sets it",
            };
            outcomes.push((self.c.flow.take(start), Some(turn)));
        } else {
            let outcome = self.c.flow.take(start);
            if !self.covers(&ty, &all) {
                let turn = Turn {
                    at: head,
                    text: "when no case fits, nothing sets it",
                };
                types.push(Type::Null);
                outcomes.push((outcome, Some(turn)));
            }
        }
        self.c.flow.merge(outcomes);
        join_all(types)
    }

    /// The constants of a case, when they are scalars; reports those that the value never equals.
    fn case_values(&mut self, on: ExprId, ty: &Type, case: &Case) -> Option<Vec<Option<Literal>>> {
        let mut out = Some(Vec::new());
        for id in &case.values {
            let value_ty = self.c.expr(*id);
            if *ty != Type::Error && value_ty != Type::Error && !self.c.overlap(ty, &value_ty) {
                let ty = self.c.resolve(ty);
                let report = never_equal::case(self.c.exprs, (on, &ty), (*id, &value_ty));
                self.c.report(report);
            }
            let literal = match constant(self.c.exprs, *id) {
                Some(Value::Null) => Some(None),
                Some(value) => Literal::of(&value).map(Some),
                None => None,
            };
            match (&mut out, literal) {
                (Some(all), Some(literal)) => all.push(literal),
                _ => out = None,
            }
        }
        out
    }

    /// Whether a value of this type is always one of the constants.
    pub(super) fn covers(&self, ty: &Type, literals: &[Option<Literal>]) -> bool {
        let has = |l: Literal| literals.contains(&Some(l));
        self.c.members(ty).iter().all(|m| match m {
            Type::Literal(l) => has(l.clone()),
            Type::Null => literals.contains(&None),
            Type::Bool => has(Literal::Bool(true)) && has(Literal::Bool(false)),
            // What was reported may well have been covered.
            Type::Never | Type::Error => true,
            _ => false,
        })
    }

    pub(super) fn try_step(
        &mut self,
        id: StepId,
        head: Span,
        body: &Block,
        catch: Option<&Catch>,
        finally: Option<&Block>,
    ) -> Type {
        let start = self.c.flow.mark();
        let mut ty = self.block(body);
        let body_end = self.c.flow.take(start);
        let failed = Turn {
            at: head,
            text: "the body can fail before it is set",
        };
        let mut outcomes = vec![];
        let mut uncertain = start;
        if let Some(catch) = catch {
            self.c.flow.uncertain(&body_end, failed);
            self.check_shadow(&catch.name, true);
            let binding = self.open_error(&catch.name, BindingKind::Error(id));
            self.c.tables.error_binding.insert(id, binding);
            let handler = self.block(&catch.body);
            self.close_error(&catch.name, binding);
            ty = join(&ty, &handler);
            let caught = self.c.flow.take(start);
            if finally.is_some() {
                self.c.flow.uncertain(&caught, failed);
                uncertain = start;
            }
            outcomes.push((caught, None));
        }
        let done = Turn {
            at: head,
            text: "when nothing fails, nothing sets it",
        };
        if let Some(block) = finally {
            self.c.flow.uncertain(&body_end, failed);
            self.block(block);
            let end = self.c.flow.take(uncertain);
            outcomes.insert(0, (body_end, Some(done)));
            self.c.flow.merge(outcomes);
            self.c.flow.join_all(vec![end]);
        } else {
            outcomes.insert(0, (body_end, Some(done)));
            self.c.flow.merge(outcomes);
        }
        ty
    }

    pub(super) fn return_value(&mut self, value: Option<ExprId>, head: Span) {
        let ty = match (value, self.declared_return.clone()) {
            (Some(value), Some(declared)) => {
                let purpose = Purpose::new("the workflow's result", &returns_mismatch::CODE);
                self.c.expect(value, &declared, &purpose);
                declared
            }
            (Some(value), None) => self.c.expr(value),
            (None, Some(declared)) => {
                if !self.c.fits(&Type::Null, &declared) && declared != Type::Error {
                    self.c.report(returns_mismatch::nothing(head, &declared));
                }
                declared
            }
            (None, None) => Type::Null,
        };
        self.returns.push(ty);
    }
}
