//! Types as other languages spell them.

use super::codes::FOREIGN_TYPE;
use super::{Parsed, TypeParser};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::lexer::TokenKind;
use crate::parse_expr::Reported;
use crate::span::Span;
use crate::type_expr::{TypeExprKind, TypeId};

/// What a name of another language is here, and whether that is beyond doubt.
fn meaning(name: &str) -> Option<(&'static str, Applicability)> {
    use Applicability::{Safe, Suggested};
    Some(match name {
        "integer" | "Integer" | "Int" | "int32" | "int64" | "Int64" | "i32" | "i64" | "long"
        | "Long" | "bigint" => ("int", Safe),
        "uint32" | "uint64" | "u32" | "u64" => ("uint", Safe),
        "boolean" | "Boolean" | "Bool" => ("bool", Safe),
        "str" | "String" | "Str" | "text" => ("string", Safe),
        "float" | "Float" | "f32" | "f64" | "float32" | "float64" | "Double" => ("double", Safe),
        "number" | "Number" | "decimal" | "Decimal" | "numeric" => ("double", Suggested),
        "object" | "Object" | "dict" | "Dict" | "hash" | "Record" | "mapping" => {
            ("map<string, any>", Suggested)
        }
        "array" | "Array" | "List" | "tuple" | "Tuple" | "Vec" | "Sequence" => {
            ("list<any>", Suggested)
        }
        "Map" | "HashMap" => ("map<string, any>", Suggested),
        "date" | "Date" | "datetime" | "DateTime" | "Datetime" | "time" | "Time" | "Timestamp" => {
            ("timestamp", Suggested)
        }
        "Duration" | "timedelta" | "interval" => ("duration", Safe),
        "Any" | "unknown" | "Unknown" | "json" | "JSON" | "dynamic" | "dyn" => ("any", Safe),
        "None" | "nil" | "undefined" | "Null" | "void" | "NoneType" => ("null", Safe),
        "Bytes" | "bytearray" | "Buffer" | "blob" | "binary" => ("bytes", Suggested),
        _ => return None,
    })
}

/// What a generic type of another language is here: what stands before and after its arguments.
fn generic(name: &str, args: usize) -> Option<(&'static str, &'static str)> {
    match (name, args) {
        ("Optional" | "Maybe" | "Option" | "Nullable", 1) => Some(("", "?")),
        ("List" | "Array" | "array" | "Vec" | "Sequence" | "Set" | "set" | "list", 1) => {
            Some(("list<", ">"))
        }
        ("Map" | "HashMap" | "Dict" | "dict" | "Record" | "Mapping" | "map", 2) => {
            Some(("map<", ">"))
        }
        ("Union", _) => Some(("", "")),
        _ => None,
    }
}

impl TypeParser<'_> {
    /// The type that a foreign name at `at`, already passed, means; none when the name is not foreign.
    pub(super) fn foreign_name(&mut self, name: &str, at: Span) -> Option<Parsed> {
        if (self.cx.declared)(name) {
            return None;
        }
        let bracket = self.kind() == TokenKind::LBracket
            && self.kind_at(1) != TokenKind::RBracket
            && generic(name, 1).or_else(|| generic(name, 2)).is_some();
        let angle = self.kind() == TokenKind::Lt && !matches!(name, "list" | "map");
        if bracket || angle && generic(name, 1).or_else(|| generic(name, 2)).is_some() {
            return Some(self.foreign_generic(name, at));
        }
        if matches!(name, "enum" | "Enum" | "Literal")
            && matches!(
                self.kind(),
                TokenKind::LBracket | TokenKind::LParen | TokenKind::LBrace
            )
        {
            return Some(self.foreign_enum(name, at));
        }
        if self.kind() == TokenKind::Lt {
            return None;
        }
        if matches!(name, "enum" | "Enum" | "choice" | "select" | "options") {
            self.note(
                Diagnostic::new(&FOREIGN_TYPE, at, format!("there is no type `{name}`")).help(
                    "write the words themselves: `\"a\" | \"b\"`, in YAML between single quotes",
                ),
            );
            return Some(Ok(self.push(TypeExprKind::Error, at)));
        }
        let (right, applicability) = meaning(name)?;
        self.note(
            Diagnostic::new(&FOREIGN_TYPE, at, format!("there is no type `{name}`"))
                .help(if name.eq_ignore_ascii_case("number") {
                    "write `double`, or `int` for whole numbers".to_owned()
                } else {
                    format!("write `{right}`")
                })
                .expected(right, name)
                .replace(applicability, format!("write `{right}`"), at, right),
        );
        // A guess must not be the cause of further findings.
        let kind = match applicability {
            Applicability::Safe => TypeExprKind::Name(right.into()),
            Applicability::Suggested => TypeExprKind::Error,
        };
        Some(Ok(self.push(kind, at)))
    }

    /// `Optional<T>`, `List[T]`, `dict[K, V]`, ...
    fn foreign_generic(&mut self, name: &str, at: Span) -> Parsed {
        let open = self.token().span;
        let args = if self.kind() == TokenKind::Lt {
            self.arguments()?
        } else {
            self.bracketed()?
        };
        let close = self.before();
        let span = at.to(close);
        let spelled: Vec<&str> = args.iter().map(|a| self.text(self.span(*a))).collect();
        let Some((before, after)) = generic(name, args.len()) else {
            return self.generic(name, at, &args);
        };
        let separator = if name == "Union" { " | " } else { ", " };
        let right = format!("{before}{}{after}", spelled.join(separator));
        let found = Diagnostic::new(
            &FOREIGN_TYPE,
            at,
            format!("there is no type `{name}` with arguments in these brackets"),
        )
        .help(format!("write `{right}`"));
        // Only what stands around the arguments is replaced, so that fixes of theirs do not overlap.
        let edit = |span, text: &str| Edit {
            span,
            text: text.to_owned(),
        };
        let fix = Fix {
            title: format!("write `{right}`"),
            applicability: Applicability::Safe,
            // `Array<T>`: the bracket that closes is right already.
            edits: [edit(at.to(open), before), edit(close, after)]
                .into_iter()
                .filter(|e| e.text != self.text(e.span))
                .collect(),
        };
        self.note(if name == "Union" {
            found
        } else {
            found.fix(fix)
        });
        let kind = match (after, args.as_slice()) {
            ("?", [one]) => TypeExprKind::Nullable(*one),
            (_, [one]) if before == "list<" => TypeExprKind::List(*one),
            (_, [key, value]) if before == "map<" => TypeExprKind::Map(*key, *value),
            _ => TypeExprKind::Union(args),
        };
        Ok(self.push(kind, span))
    }

    /// `[T, U]`; the next token is the `[`.
    fn bracketed(&mut self) -> Result<Vec<TypeId>, Reported> {
        let close = self.cx.tokens.partner(self.pos);
        self.pos += 1;
        let mut args = Vec::new();
        while self.pos < close {
            match self.ty() {
                Ok(id) => args.push(id),
                Err(Reported) => {
                    self.pos = close + 1;
                    return Err(Reported);
                }
            }
            if self.kind() != TokenKind::Comma {
                break;
            }
            self.pos += 1;
        }
        self.pos = close + 1;
        Ok(args)
    }

    fn foreign_enum(&mut self, name: &str, at: Span) -> Parsed {
        self.pos = self.cx.tokens.partner(self.pos) + 1;
        let span = at.to(self.before());
        self.note(
            Diagnostic::new(&FOREIGN_TYPE, at, format!("there is no type `{name}`"))
                .help("write the values with `|` between them: `\"low\" | \"high\"`"),
        );
        Ok(self.error(span))
    }

    /// `T[]`
    pub(super) fn foreign_array(&mut self, item: TypeId, start: Span) -> TypeId {
        let sign = self.token().span.to(self.cx.tokens.get(self.pos + 1).span);
        self.pos += 2;
        let span = start.to(sign);
        let inner = self.text(Span::new(start.start, sign.start)).trim();
        let right = format!("list<{inner}>");
        let edits = [(Span::at(start.start), "list<"), (sign, ">")];
        self.written_otherwise(span, "lists are not written with `[]`", &right, edits);
        self.push(TypeExprKind::List(item), span)
    }

    /// `[T]`
    pub(super) fn foreign_list(&mut self) -> Parsed {
        let open = self.token().span;
        let args = self.bracketed()?;
        let close = self.before();
        let span = open.to(close);
        let [item] = args.as_slice() else {
            self.note(
                Diagnostic::new(
                    &FOREIGN_TYPE,
                    span,
                    "a list has one type for all its elements",
                )
                .help("write `list<T>`, or `list<T | U>`"),
            );
            return Ok(self.error(span));
        };
        let right = format!("list<{}>", self.text(self.span(*item)));
        let edits = [(open, "list<"), (close, ">")];
        self.written_otherwise(span, "lists are not written with `[]`", &right, edits);
        Ok(self.push(TypeExprKind::List(*item), span))
    }

    /// `?T`
    pub(super) fn nullable_before(&mut self) -> Parsed {
        let sign = self.token().span;
        self.pos += 1;
        let inner = self.atom()?;
        let span = sign.to(self.before());
        let right = format!("{}?", self.text(self.span(inner)));
        let edits = [(sign, ""), (Span::at(span.end), "?")];
        self.written_otherwise(sign, "the `?` stands behind its type", &right, edits);
        Ok(self.push(TypeExprKind::Nullable(inner), span))
    }

    /// Reports a type that is written as elsewhere; the edits make it `right`.
    fn written_otherwise(
        &mut self,
        at: Span,
        message: &str,
        right: &str,
        edits: [(Span, &str); 2],
    ) {
        let edits = edits.map(|(span, text)| Edit {
            span,
            text: text.to_owned(),
        });
        self.note(
            Diagnostic::new(&FOREIGN_TYPE, at, message)
                .help(format!("write `{right}`"))
                .fix(Fix {
                    title: format!("write `{right}`"),
                    applicability: Applicability::Safe,
                    edits: edits.to_vec(),
                }),
        );
    }
}
