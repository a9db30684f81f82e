//! The nodes, and which one stands for an operation.

use wfc_program::isa::TypeId;
use wfc_value::ops::{BinaryOp, UnaryOp};
use wfc_value::{FnId, Key, Str, Value, funcs};

/// A part of an expression.
#[derive(Debug)]
pub(super) enum Node {
    // Places: what is there is looked at, not copied.
    Const(Value),
    Slot(usize),
    /// The variable of the scope that is so many scopes out.
    Local(u32),
    /// A field of what is at a place.
    Field(Box<Node>, Str),
    /// An item, by a constant number, of what is at a place.
    Item(Box<Node>, i64),

    // Operators of which types are known: others could only fault.
    Ints(BinaryOp, Box<Node>, Box<Node>),
    CompareInts(BinaryOp, Box<Node>, Box<Node>),
    Doubles(BinaryOp, Box<Node>, Box<Node>),
    CompareDoubles(BinaryOp, Box<Node>, Box<Node>),

    // Any operators.
    Not(Box<Node>),
    Neg(Box<Node>),
    Binary(BinaryOp, Box<Node>, Box<Node>),
    /// A comparison of what is at a place with a constant.
    CompareInt(BinaryOp, Box<Node>, i64),
    /// `==` (or `!=`, when false) of what is at a place and a short constant.
    IsText(bool, Box<Node>, Str),
    Select(Box<Node>, Str),
    Has(Box<Node>, Str),
    IsSet(usize),

    // Functions.
    Call(FnId, Vec<Node>),
    Size(Box<Node>),
    Text(TextTest, Box<Node>, Box<Node>),
    ToDouble(Box<Node>),
    ToText(Box<Node>),
    /// `+` on pieces of which the first or the second is a text.
    Concat(Vec<Node>),
    Join(Vec<Node>),
    Decode(Box<Node>, TypeId),

    // Ways.
    If(Box<If>),
    And(Box<Node>, Box<Node>, u64),
    Or(Box<Node>, Box<Node>, u64),
    Let(Box<Node>, Box<Node>),

    // Lists and maps.
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    /// A map whose keys are constants.
    Record(Vec<(Key, Node)>),
    Quantifier(Box<Quantifier>),
    Make(Box<Make>),
}

/// `cond ? then : other`, with the fuel of each way.
#[derive(Debug)]
pub(super) struct If {
    pub(super) cond: Node,
    pub(super) then: (Node, u64),
    pub(super) other: (Node, u64),
}

/// `all` and `exists`.
#[derive(Debug)]
pub(super) struct Quantifier {
    pub(super) range: Node,
    pub(super) pairs: bool,
    pub(super) test: Node,
    /// What decides it: false for `all`, true for `exists`.
    pub(super) decides: bool,
    /// The fuel of an item that does not decide, of one that does, and of the end.
    pub(super) fuel: (u64, u64, u64),
}

/// `map` and `filter`.
#[derive(Debug)]
pub(super) struct Make {
    pub(super) range: Node,
    pub(super) pairs: bool,
    pub(super) filter: Option<Node>,
    pub(super) item: Node,
    /// What is known of the item.
    pub(super) kind: Kind,
    /// The fuel of an item up to the filter, from there on, and of the end.
    pub(super) fuel: (u64, u64, u64),
}

/// Tests of a text for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

/// What is known of a node's value, if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Int,
    Double,
    /// A `string` or a secret.
    Text,
    Unknown,
}

fn kind_of(value: &Value) -> Kind {
    match value {
        Value::Bool(_) => Kind::Bool,
        Value::Int(_) => Kind::Int,
        Value::Double(_) => Kind::Double,
        Value::String(_) | Value::Secret(_) => Kind::Text,
        _ => Kind::Unknown,
    }
}

impl Node {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Node::Const(value) => kind_of(value),
            Node::Ints(..) | Node::Size(_) => Kind::Int,
            Node::Doubles(..) | Node::ToDouble(_) => Kind::Double,
            Node::CompareInts(..)
            | Node::CompareDoubles(..)
            | Node::CompareInt(..)
            | Node::IsText(..)
            | Node::Not(_)
            | Node::Has(..)
            | Node::IsSet(_)
            | Node::Text(..)
            | Node::And(..)
            | Node::Or(..)
            | Node::Quantifier(_) => Kind::Bool,
            Node::Binary(op, ..) if compares(*op) || *op == BinaryOp::In => Kind::Bool,
            Node::ToText(_) | Node::Concat(_) => Kind::Text,
            Node::If(way) if way.then.0.kind() == way.other.0.kind() => way.then.0.kind(),
            Node::Let(_, body) => body.kind(),
            _ => Kind::Unknown,
        }
    }

    /// Whether its value can be looked at where it is.
    #[inline]
    pub(super) fn is_place(&self) -> bool {
        matches!(
            self,
            Node::Const(_) | Node::Slot(_) | Node::Local(_) | Node::Field(..) | Node::Item(..)
        )
    }

    /// An operator of one operand.
    pub(super) fn unary(op: UnaryOp, a: Node) -> Node {
        match op {
            UnaryOp::Not => Node::Not(Box::new(a)),
            UnaryOp::Neg => Node::Neg(Box::new(a)),
        }
    }

    /// An operator of two operands, and the fuel beyond its instruction that it always takes. What the instruction takes
    /// besides depends on the operands: nothing for two `int`s.
    pub(super) fn binary(op: BinaryOp, a: Node, b: Node) -> (Node, u64) {
        let kinds = (a.kind(), b.kind());
        let boxed = |a: Node, b: Node| (Box::new(a), Box::new(b));
        match (op, kinds) {
            (BinaryOp::Index, (_, Kind::Int)) if a.is_place() => {
                if let Node::Const(Value::Int(at)) = b {
                    return (Node::Item(Box::new(a), at), 1);
                }
            }
            (BinaryOp::Index | BinaryOp::In, _) => {}
            (_, (Kind::Int, Kind::Int)) if compares(op) => {
                let (a, b) = boxed(a, b);
                return (Node::CompareInts(op, a, b), 0);
            }
            (_, (Kind::Double, Kind::Double)) if compares(op) => {
                let (a, b) = boxed(a, b);
                return (Node::CompareDoubles(op, a, b), 1);
            }
            _ if compares(op) && a.is_place() => match b {
                Node::Const(Value::Int(n)) => return (Node::CompareInt(op, Box::new(a), n), 0),
                Node::Const(Value::String(s)) if equals(op) && s.len() < SHORT => {
                    return (Node::IsText(op == BinaryOp::Eq, Box::new(a), s), 1);
                }
                _ => {}
            },
            _ if compares(op) => {}
            // Numbers go with numbers of their own type alone.
            (_, (Kind::Int, _) | (_, Kind::Int)) => {
                let (a, b) = boxed(a, b);
                return (Node::Ints(op, a, b), 0);
            }
            (op, (Kind::Double, _) | (_, Kind::Double)) if op != BinaryOp::Mod => {
                let (a, b) = boxed(a, b);
                return (Node::Doubles(op, a, b), 1);
            }
            (BinaryOp::Add, (Kind::Text, _) | (_, Kind::Text)) => return (concat(a, b), 0),
            _ => {}
        }
        let (a, b) = boxed(a, b);
        (Node::Binary(op, a, b), 0)
    }

    /// Reads a field.
    pub(super) fn field(of: Node, name: Str) -> Node {
        if of.is_place() {
            Node::Field(Box::new(of), name)
        } else {
            Node::Select(Box::new(of), name)
        }
    }

    /// A map.
    pub(super) fn map(entries: Vec<(Node, Node)>) -> Node {
        let constant = |(key, _): &(Node, Node)| matches!(key, Node::Const(key) if Key::from_value(key).is_some());
        if !entries.iter().all(constant) {
            return Node::Map(entries);
        }
        let field = |(key, value)| match key {
            Node::Const(key) => Some((Key::from_value(&key)?, value)),
            _ => None,
        };
        Node::Record(entries.into_iter().filter_map(field).collect())
    }

    /// A call, and the fuel that it takes beyond what it charges when it is carried out.
    pub(super) fn call(id: FnId, mut args: Vec<Node>) -> (Node, u64) {
        let Some(function) = funcs::get(id) else {
            return (Node::Call(id, args), 0);
        };
        let cost = u64::from(function.cost);
        let test = match function.name {
            "startsWith" => Some(TextTest::StartsWith),
            "endsWith" => Some(TextTest::EndsWith),
            "contains" => Some(TextTest::Contains),
            _ => None,
        };
        match (function.name, args.len(), test) {
            (_, 2, Some(test)) => {
                if let (Some(b), Some(a)) = (args.pop(), args.pop()) {
                    return (Node::Text(test, Box::new(a), Box::new(b)), cost);
                }
            }
            ("size" | "double" | "string", 1, _) => {
                if let Some(a) = args.pop() {
                    let a = Box::new(a);
                    return match function.name {
                        "size" => (Node::Size(a), cost),
                        "double" => (Node::ToDouble(a), cost),
                        _ => (Node::ToText(a), cost),
                    };
                }
            }
            _ => {}
        }
        (Node::Call(id, args), 0)
    }
}

/// A constant of fewer bytes is compared for the least cost.
const SHORT: usize = 63;

/// A sum of texts.
fn concat(a: Node, b: Node) -> Node {
    let mut pieces = match a {
        Node::Concat(pieces) => pieces,
        other => vec![other],
    };
    pieces.push(b);
    Node::Concat(pieces)
}

fn equals(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Eq | BinaryOp::Ne)
}

/// Whether the operator compares.
pub(super) fn compares(op: BinaryOp) -> bool {
    equals(op)
        || matches!(
            op,
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge
        )
}
