//! Types as written.

use crate::expr::{ExprId, Name};
use crate::span::Span;

/// A type expression in a [`TypeExprs`] arena.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TypeId(pub u32);

/// One type expression with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    /// What it is.
    pub kind: TypeExprKind,
    /// The characters that spell it.
    pub span: Span,
}

/// The forms of type expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeExprKind {
    /// `string`, `any`, or a named type; `list` and `map` without arguments too
    Name(Box<str>),
    /// `list<T>`
    List(TypeId),
    /// `map<K, V>`
    Map(TypeId, TypeId),
    /// `{ a: T, b?: T }`
    Record(Vec<FieldType>),
    /// `"a"`, `1`, `true`, `null`: an expression of a literal kind
    Literal(ExprId),
    /// `A | B`
    Union(Vec<TypeId>),
    /// `T?`
    Nullable(TypeId),
    /// A JSON Schema, as a constant expression.
    Schema(ExprId),
    /// What could not be parsed; already reported.
    Error,
}

/// A field of a record type.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldType {
    /// The field's name, without the `?`.
    pub name: Name,
    /// Written `name?`.
    pub optional: bool,
    /// Its type.
    pub ty: TypeId,
}

/// All type expressions of one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TypeExprs {
    nodes: Vec<TypeExpr>,
}

impl TypeExprs {
    /// Adds one.
    pub fn push(&mut self, kind: TypeExprKind, span: Span) -> TypeId {
        let id = TypeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(TypeExpr { kind, span });
        id
    }

    /// The type expression `id`; ids come from this arena only.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "ids are made by `push` of the same arena alone"
    )]
    pub fn get(&self, id: TypeId) -> &TypeExpr {
        &self.nodes[id.0 as usize]
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Moves the places of all from the `first`th on.
    pub fn map_spans(&mut self, first: usize, place: impl Fn(Span) -> Span) {
        for node in self.nodes.iter_mut().skip(first) {
            node.span = place(node.span);
            if let TypeExprKind::Record(fields) = &mut node.kind {
                for field in fields {
                    field.name.span = place(field.name.span);
                }
            }
        }
    }
}
