//! What a field holds, read by its shape: one function a shape.

use super::Lower;
use super::fields::Fields;
use super::rules::{Owner, What};
use crate::ast::{
    At, Block, Branch, Case, Catch, EnvDecl, InputDecl, OnError, Retry, Trigger, TypeDecl, VarDecl,
    Word,
};
use crate::expr::{ExprId, Name};
use crate::shape::{AliasKind, Field, Shape};
use crate::tree::{MapEntry, NodeId, NodeKind};
use crate::type_expr::TypeId;

/// What a field holds.
#[derive(Debug)]
pub(super) enum Held {
    Name(Name),
    Word(At<&'static str>),
    Int(At<u64>),
    Number(At<f64>),
    Bool(At<bool>),
    Expr(ExprId),
    Type(TypeId),
    Block(Block),
    Names(Vec<Name>),
    Record(Box<Fields>),
    Records(Vec<Fields>),
    Retry(Box<Retry>),
    OnError(OnError),
    Cases(Vec<Case>),
    Branches(Vec<Branch>),
    Catch(Catch),
    Inputs(Vec<InputDecl>),
    Env(Vec<EnvDecl>),
    Variables(Vec<VarDecl>),
    Types(Vec<TypeDecl>),
    Triggers(Vec<Trigger>),
}

/// Makes one accessor a form, which takes what a field of that form holds.
macro_rules! accessors {
    ($($name:ident: $form:ident -> $ty:ty;)*) => {
        impl Fields {
            $(pub(super) fn $name(&mut self, name: &str) -> Option<$ty> {
                match self.take(name) {
                    Some(Held::$form(held)) => Some(held),
                    _ => None,
                }
            })*
        }
    };
}

impl Fields {
    /// What the field's word stands for.
    pub(super) fn one_of<T: Word>(&mut self, name: &str) -> Option<At<T>> {
        let At { value, span } = self.word(name)?;
        T::from_word(value).map(|value| At { value, span })
    }

    /// Whether the field, one of two words, holds `yes`.
    pub(super) fn is_word(&mut self, name: &str, yes: &str) -> Option<At<bool>> {
        let At { value, span } = self.word(name)?;
        let value = value == yes;
        Some(At { value, span })
    }
}

accessors! {
    name: Name -> Name;
    word: Word -> At<&'static str>;
    int: Int -> At<u64>;
    number: Number -> At<f64>;
    bool: Bool -> At<bool>;
    expr: Expr -> ExprId;
    ty: Type -> TypeId;
    block: Block -> Block;
    names: Names -> Vec<Name>;
    record: Record -> Box<Fields>;
    records: Records -> Vec<Fields>;
    retry: Retry -> Box<Retry>;
    on_error: OnError -> OnError;
    cases: Cases -> Vec<Case>;
    branches: Branches -> Vec<Branch>;
    catch: Catch -> Catch;
    inputs: Inputs -> Vec<InputDecl>;
    env: Env -> Vec<EnvDecl>;
    variables: Variables -> Vec<VarDecl>;
    types: Types -> Vec<TypeDecl>;
    triggers: Triggers -> Vec<Trigger>;
}

impl Lower<'_> {
    /// Reads the value of a field; none for a fault that was reported.
    pub(super) fn held(
        &mut self,
        field: &'static Field,
        alias: Option<AliasKind>,
        entry: &MapEntry,
    ) -> Option<Held> {
        let node = entry.value;
        if self.is_fault(node) {
            return None;
        }
        if alias == Some(AliasKind::OlderMillis) {
            let millis = self.millis(node)?;
            return Some(Held::Expr(self.of_millis(millis)));
        }
        Some(match field.shape {
            Shape::Text => Held::Name(self.plain_text(node)?),
            Shape::Name => Held::Name(self.name(node)?),
            Shape::Id => Held::Name(self.id(node)?),
            Shape::Word(words) => Held::Word(self.word(node, words)?),
            Shape::Int => Held::Int(self.int(node)?),
            Shape::Number => Held::Number(self.number(node)?),
            Shape::Bool => Held::Bool(self.bool(node)?),
            Shape::Value => Held::Expr(self.value(node)),
            Shape::Values => Held::Expr(self.values(node)?),
            Shape::Expr => Held::Expr(self.expr(node)),
            Shape::Over => Held::Expr(self.over(node)),
            Shape::Collect => Held::Expr(self.collect(node)),
            Shape::Condition => Held::Expr(self.condition(node)),
            Shape::Duration => Held::Expr(self.duration(node)),
            Shape::Millis => {
                let millis = self.millis(node)?;
                if millis.value < 1000 {
                    self.await_timeout_too_short(millis.span, millis.value);
                }
                Held::Expr(self.of_millis(millis))
            }
            Shape::Type => Held::Type(self.ty(node)),
            Shape::Block => Held::Block(self.block(node, Some(field.name))),
            Shape::Texts => Held::Names(self.texts(node)),
            Shape::Names => Held::Names(self.names(node)),
            Shape::Record(table) => Held::Record(Box::new(self.record(node, table, field.name)?)),
            Shape::Records(table) => Held::Records(self.records(node, table, field.name)),
            _ => self.held_construct(field, node)?,
        })
    }

    /// The shapes that are constructs of their own.
    fn held_construct(&mut self, field: &'static Field, node: NodeId) -> Option<Held> {
        Some(match field.shape {
            Shape::Retry => Held::Retry(Box::new(self.retry(node)?)),
            Shape::OnError => Held::OnError(self.on_error(node)?),
            Shape::Cases => Held::Cases(self.cases(node)),
            Shape::Branches => Held::Branches(self.branches(node)?),
            Shape::Catch => Held::Catch(self.catch(node)),
            Shape::Inputs => Held::Inputs(self.inputs(node)),
            Shape::EnvDecls => Held::Env(self.env(node)),
            Shape::Variables => Held::Variables(self.variables(node)),
            Shape::Types => Held::Types(self.named_types(node)),
            Shape::Triggers => Held::Triggers(self.triggers(node)),
            _ => return None,
        })
    }

    /// A mapping with the fields of `table`.
    pub(super) fn record(
        &mut self,
        node: NodeId,
        table: &'static [Field],
        name: &str,
    ) -> Option<Fields> {
        let head = self.tree.span(node);
        if !matches!(self.tree.kind(node), NodeKind::Map(_)) {
            if !self.is_fault(node) {
                self.expected_mapping(node, &field_names(table));
            }
            return None;
        }
        let what = What::Field(name);
        Some(self.fields(node, table, &[], Owner { what, head }, &[]))
    }

    /// A list of mappings with the fields of `table`; a single mapping is a list of one.
    fn records(&mut self, node: NodeId, table: &'static [Field], name: &str) -> Vec<Fields> {
        match self.tree.kind(node) {
            NodeKind::Seq(items) => items
                .iter()
                .filter_map(|item| self.record(*item, table, name))
                .collect(),
            _ => self.record(node, table, name).into_iter().collect(),
        }
    }
}

/// The fields' names, for messages.
fn field_names(table: &[Field]) -> String {
    let names: Vec<&str> = table.iter().map(|f| f.name).collect();
    super::edit::quoted_list(&names)
}
