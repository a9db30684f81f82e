//! Fields by their shapes: `{ timeout: 10m, on_timeout: deny, returns: { a: int } }`.

use super::{Mapping, Parsed, Parser};
use crate::lexer::{Flavor, TokenKind};
use crate::parse_expr::Reported;
use crate::shape::{AliasKind, Field, Kind, RETRY, Shape, step_field};
use crate::span::Span;
use crate::tree::{NodeId, NodeKind};

/// Where the fields of a mapping are found.
#[derive(Clone, Copy)]
pub(super) enum Table {
    /// Those of a step's kind and the common ones.
    Step(&'static Kind),
    /// These and those.
    Two(&'static [Field], &'static [Field]),
}

impl Table {
    /// The shape of the field that is called `name`, by any of its names.
    fn shape(self, name: &str) -> Option<Shape> {
        let (own, common) = match self {
            Self::Step(kind) => match step_field(kind, name) {
                Some(field) => return Some(field.shape),
                None => (kind.fields, crate::shape::COMMON),
            },
            Self::Two(own, common) => (own, common),
        };
        own.iter().chain(common).find_map(|field| {
            if field.name == name {
                return Some(field.shape);
            }
            let alias = field.aliases.iter().find(|a| a.name == name)?;
            Some(if alias.kind == AliasKind::OlderMillis {
                Shape::Millis
            } else {
                field.shape
            })
        })
    }
}

impl Parser<'_> {
    /// `{ name: ..., ... }`: the fields go into `map`. The caller has seen the `{`.
    pub(super) fn fields(&mut self, map: &mut Mapping, table: Table) {
        let close = self.tokens.partner(self.pos);
        self.pos += 1;
        while self.pos < close {
            let at = self.pos;
            if self.one_field(map, table).is_err() {
                self.skip_field(at, close);
            }
            self.separator(close);
        }
        self.pos = close + 1;
    }

    /// A mapping of fields as a node.
    fn record(&mut self, table: Table) -> NodeId {
        let open = self.token().span;
        let mut map = Mapping::default();
        self.fields(&mut map, table);
        let span = open.to(self.before().span);
        self.map_node(map, span)
    }

    fn one_field(&mut self, map: &mut Mapping, table: Table) -> Result<(), Reported> {
        if !matches!(self.kind(), TokenKind::Ident | TokenKind::Str) {
            return self.expected("a field", "fields are `name: value`");
        }
        let key = self.key();
        let shape = table.shape(&key.text);
        if shape == Some(Shape::Block) && self.kind() == TokenKind::LBrace {
            let value = self.block();
            self.put(map, &key.text, key.span, value);
            return Ok(());
        }
        self.colon(&key)?;
        // A variable's name, or what the step yields: see `meant` of lowering.
        let is_type = &*key.text == "output" && self.kind() == TokenKind::LBrace;
        let shape = shape.map(|shape| match shape {
            Shape::Name if is_type && table.shape("returns").is_some() => Shape::Type,
            shape => shape,
        });
        let value = match shape {
            Some(shape) => self.field_value(shape),
            None if key.text.starts_with("x-") => self.value(),
            None => self.unknown_value(),
        };
        self.put(map, &key.text, key.span, value);
        Ok(())
    }

    /// The value of a field that nobody knows: lowering names the field, so the value is read without a word.
    fn unknown_value(&mut self) -> NodeId {
        let token = self.token();
        let next = self.tokens.get(self.pos + 1);
        let alone = !self.continues(self.pos + 1) && next.kind != TokenKind::LParen;
        if alone && matches!(token.kind, TokenKind::Ident | TokenKind::Duration) {
            self.pos += 1;
            return self.plain(token.span);
        }
        let known = self.faults.len();
        let value = self.value();
        self.faults.truncate(known);
        if !self.ends() && self.kind() != TokenKind::Comma && !self.at_key() {
            self.skip_value();
        }
        value
    }

    /// The value of a field with this shape.
    pub(super) fn field_value(&mut self, shape: Shape) -> NodeId {
        match shape {
            Shape::Text | Shape::Name | Shape::Id => self.text_value(),
            Shape::Word(_) => match self.kind() {
                TokenKind::Ident if self.lone() => self.one_plain(),
                TokenKind::Str => self.string(Flavor::Text),
                _ => self.value(),
            },
            Shape::Int | Shape::Number | Shape::Millis | Shape::Bool => self.constant(),
            Shape::Duration => self.duration(),
            Shape::Expr | Shape::Condition => self.expr_or_skip(),
            Shape::Over => self.over(),
            Shape::Type => self.type_node(),
            Shape::Block => self.block(),
            Shape::Texts | Shape::Names => self.texts(),
            Shape::Record(fields) if self.kind() == TokenKind::LBrace => {
                self.record(Table::Two(fields, &[]))
            }
            Shape::Retry if self.kind() == TokenKind::LBrace => self.record(Table::Two(RETRY, &[])),
            Shape::Retry => self.constant(),
            Shape::Records(fields) => self.records(fields),
            Shape::OnError if matches!(self.kind(), TokenKind::LBrace | TokenKind::LBracket) => {
                self.block()
            }
            Shape::OnError if self.kind() == TokenKind::Ident => self.one_plain(),
            _ => self.value(),
        }
    }

    /// Whether the token here is all there is of the value.
    fn lone(&self) -> bool {
        !self.continues(self.pos + 1) && self.kind_at(1) != TokenKind::LParen
    }

    fn one_plain(&mut self) -> NodeId {
        let span = self.token().span;
        self.pos += 1;
        self.plain(span)
    }

    /// Plain text: a string, or a path of names.
    pub(super) fn text_value(&mut self) -> NodeId {
        match self.kind() {
            TokenKind::Str if self.lone() => self.string(Flavor::Text),
            TokenKind::Ident if self.key_end() > self.pos + 1 => {
                let key = self.key();
                self.signs(&key, true);
                self.plain(key.span)
            }
            TokenKind::Ident => match self.path() {
                Some(span) => self.plain(span),
                None => self.value(),
            },
            TokenKind::Int | TokenKind::Float | TokenKind::Duration => self.one_plain(),
            _ => self.value(),
        }
    }

    /// `a.b.c`, when that is all there is of the value.
    fn path(&mut self) -> Option<Span> {
        let mut end = self.pos + 1;
        while self.tokens.kind(end) == TokenKind::Dot
            && self.tokens.kind(end + 1) == TokenKind::Ident
        {
            end += 2;
        }
        if self.continues(end) || self.tokens.kind(end) == TokenKind::LParen {
            return None;
        }
        let start = self.token().span;
        self.pos = end;
        Some(start.to(self.before().span))
    }

    /// A number or boolean; anything else is an expression, which lowering refuses.
    fn constant(&mut self) -> NodeId {
        let start = self.token().span;
        let sign = usize::from(self.kind() == TokenKind::Minus);
        let number = matches!(
            self.kind_at(sign),
            TokenKind::Int | TokenKind::Float | TokenKind::Duration
        );
        let word = sign == 0 && matches!(self.word(), "true" | "false");
        if (number || word) && !self.continues(self.pos + sign + 1) {
            self.pos += sign + 1;
            let span = start.to(self.before().span);
            return self.plain(span);
        }
        if self.kind() == TokenKind::Ident && self.lone() {
            return self.one_plain();
        }
        self.value()
    }

    /// `10m`, or an expression of a duration.
    pub(super) fn duration(&mut self) -> NodeId {
        let start = self.token().span;
        let sign = usize::from(self.kind() == TokenKind::Minus);
        let literal = matches!(self.kind_at(sign), TokenKind::Duration | TokenKind::Int);
        if literal && !self.continues(self.pos + sign + 1) {
            self.pos += sign + 1;
            let span = start.to(self.before().span);
            return self.plain(span);
        }
        if self.kind() == TokenKind::Str && self.lone() {
            return self.string(Flavor::Text);
        }
        self.expr_or_skip()
    }

    /// A list to go over: values in brackets, or an expression.
    pub(super) fn over(&mut self) -> NodeId {
        if self.kind() == TokenKind::LBracket && self.is_list() {
            return self.list();
        }
        self.expr_or_skip()
    }

    /// Texts in brackets, or one.
    fn texts(&mut self) -> NodeId {
        if self.kind() != TokenKind::LBracket {
            return self.text_value();
        }
        let open = self.token().span;
        let close = self.tokens.partner(self.pos);
        self.pos += 1;
        let mut items = Vec::new();
        while self.pos < close {
            items.push(self.text_value());
            self.comma(close);
        }
        self.pos = close + 1;
        let span = open.to(self.tokens.get(close).span);
        self.tree.push(NodeKind::Seq(items), span)
    }

    /// Mappings in brackets, or one.
    pub(super) fn records(&mut self, fields: &'static [Field]) -> NodeId {
        if self.kind() == TokenKind::LBrace {
            return self.record(Table::Two(fields, &[]));
        }
        if self.kind() != TokenKind::LBracket {
            return self.value();
        }
        let open = self.token().span;
        let close = self.tokens.partner(self.pos);
        self.pos += 1;
        let mut items = Vec::new();
        while self.pos < close {
            items.push(match self.kind() {
                TokenKind::LBrace => self.record(Table::Two(fields, &[])),
                _ => self.value(),
            });
            self.comma(close);
        }
        self.pos = close + 1;
        let span = open.to(self.tokens.get(close).span);
        self.tree.push(NodeKind::Seq(items), span)
    }

    /// `{ ... }` with fields, where one must stand.
    pub(super) fn braced_fields(&mut self, map: &mut Mapping, table: Table) -> Parsed<()> {
        if self.kind() != TokenKind::LBrace {
            return self.expected("`{`", "fields stand in braces: `{ timeout: 10m }`");
        }
        self.fields(map, table);
        Ok(())
    }
}
