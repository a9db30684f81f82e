//! Expressions as parsed: CEL, plus the templates and durations of the language's own fields.

use crate::span::Span;

/// An expression in an [`Exprs`] arena.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ExprId(pub u32);

impl ExprId {
    /// As an index.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A name as written, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: Box<str>,
    /// Where it is written.
    pub span: Span,
}

impl Name {
    /// A name at a place.
    #[must_use]
    pub fn new(text: impl Into<Box<str>>, span: Span) -> Self {
        Self {
            text: text.into(),
            span,
        }
    }
}

/// One expression with its place in the source (also when it came out of a YAML or JSON string).
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// The characters that spell it.
    pub span: Span,
}

/// The forms of expressions. Macros (`has`, `all`, `map`, `cel.bind`, ...) are [`ExprKind::Call`]s here.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `42`, `-1`, `0x2a`
    Int(i64),
    /// `42u`
    Uint(u64),
    /// `4.2`
    Double(f64),
    /// `'text'`, escapes resolved
    String(Box<str>),
    /// `b'text'`
    Bytes(Box<[u8]>),
    /// A duration field's literal (`10m`), in nanoseconds.
    Duration(i64),
    /// `x`, or `.x` when `rooted`
    Ident {
        /// The name.
        name: Box<str>,
        /// Written with a leading point: resolved in the outermost scope.
        rooted: bool,
    },
    /// `of.field`, or `of.?field` when `optional`
    Select {
        /// The operand.
        of: ExprId,
        /// The field.
        field: Name,
        /// Written `.?`.
        optional: bool,
    },
    /// `of[index]`, or `of[?index]` when `optional`
    Index {
        /// The operand.
        of: ExprId,
        /// The key.
        index: ExprId,
        /// Written `[?`.
        optional: bool,
    },
    /// `name(args)`, or `target.name(args)`
    Call {
        /// The receiver, or the namespace of a namespaced function (`math.greatest`).
        target: Option<ExprId>,
        /// The function's or macro's name.
        name: Name,
        /// The arguments.
        args: Vec<ExprId>,
    },
    /// `!a`, `-a`
    Unary {
        /// Which.
        op: UnaryOp,
        /// The operand.
        arg: ExprId,
    },
    /// `a + b` and the others
    Binary {
        /// Which.
        op: BinaryOp,
        /// Place of the operator's sign.
        op_span: Span,
        /// Left operand.
        left: ExprId,
        /// Right operand.
        right: ExprId,
    },
    /// `c ? a : b`
    Ternary {
        /// The condition.
        cond: ExprId,
        /// When true.
        then: ExprId,
        /// When false.
        other: ExprId,
    },
    /// `[a, ?b]`
    List(Vec<Item>),
    /// `{k: v, ?k: v}`; the language's own mappings have string literals as keys
    Map(Vec<Entry>),
    /// Text with `{{ expr }}` in it. Never exactly one expression: that is the expression itself.
    Template(Vec<Part>),
    /// What could not be parsed; already reported.
    Error,
}

/// An element of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    /// The element.
    pub value: ExprId,
    /// Written `?value`: an optional whose absence leaves the element out.
    pub optional: bool,
}

/// An entry of a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: ExprId,
    /// The value.
    pub value: ExprId,
    /// Written `?key: value`.
    pub optional: bool,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Plain text, `\{{` resolved.
    Text(Box<str>, Span),
    /// `{{ expr }}`
    Expr(ExprId),
}

/// Operators of one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Neg,
}

/// Operators of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is its sign, see `sign`")]
pub enum BinaryOp {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    Add,
    Sub,
    Mul,
    Div,
    Mod,
}

impl BinaryOp {
    /// As written.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
        }
    }

    /// Binding strength: a higher number binds tighter; all associate to the left.
    #[must_use]
    pub const fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge | Self::In => 3,
            Self::Add | Self::Sub => 4,
            Self::Mul | Self::Div | Self::Mod => 5,
        }
    }
}

/// All expressions of one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exprs {
    nodes: Vec<Expr>,
}

impl Exprs {
    /// Makes room for more of them.
    pub fn reserve(&mut self, more: usize) {
        self.nodes.reserve(more);
    }

    /// Adds one.
    pub fn push(&mut self, kind: ExprKind, span: Span) -> ExprId {
        let id = ExprId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Expr { kind, span });
        id
    }

    /// The expression `id`; ids come from this arena only.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "ids are made by `push` of the same arena alone"
    )]
    pub fn get(&self, id: ExprId) -> &Expr {
        &self.nodes[id.index()]
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self, id: ExprId) -> &ExprKind {
        &self.get(id).kind
    }

    /// Where it is.
    #[must_use]
    pub fn span(&self, id: ExprId) -> Span {
        self.get(id).span
    }

    /// Moves the places of all from the `first`th on.
    pub fn map_spans(&mut self, first: usize, place: impl Fn(Span) -> Span) {
        for node in self.nodes.iter_mut().skip(first) {
            node.span = place(node.span);
            match &mut node.kind {
                ExprKind::Select { field: name, .. } | ExprKind::Call { name, .. } => {
                    name.span = place(name.span);
                }
                ExprKind::Binary { op_span, .. } => *op_span = place(*op_span),
                _ => {}
            }
        }
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

    /// Calls `visit` with each direct operand of `id`, in source order.
    pub fn children(&self, id: ExprId, mut visit: impl FnMut(ExprId)) {
        match self.kind(id) {
            ExprKind::Select { of, .. } => visit(*of),
            ExprKind::Index { of, index, .. } => {
                visit(*of);
                visit(*index);
            }
            ExprKind::Call { target, args, .. } => {
                target.iter().chain(args).for_each(|e| visit(*e));
            }
            ExprKind::Unary { arg, .. } => visit(*arg),
            ExprKind::Binary { left, right, .. } => {
                visit(*left);
                visit(*right);
            }
            ExprKind::Ternary { cond, then, other } => {
                visit(*cond);
                visit(*then);
                visit(*other);
            }
            ExprKind::List(items) => items.iter().for_each(|i| visit(i.value)),
            ExprKind::Map(entries) => entries.iter().for_each(|e| {
                visit(e.key);
                visit(e.value);
            }),
            ExprKind::Template(parts) => parts.iter().for_each(|p| {
                if let Part::Expr(e) = p {
                    visit(*e);
                }
            }),
            _ => {}
        }
    }
}
