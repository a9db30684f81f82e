//! Steps that hold steps.

use super::codes::{EXPECTED_SYNTAX, FOREIGN_KEYWORD, FOREIGN_PUNCTUATION, MISPLACED_KEYWORD};
use super::fields::Table;
use super::{Mapping, Parsed, Parser};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::lexer::{Flavor, TokenKind};
use crate::near;
use crate::parse_expr::Reported;
use crate::shape::Kind;
use crate::span::Span;
use crate::tree::{NodeId, NodeKind};

/// Other languages' words for `else if`.
pub(super) const ELSE_IF: &[&str] = &["elif", "elsif", "elseif"];

impl Parser<'_> {
    /// `if c { } else if d { } else { }`: a chain of them is a loop here, and nested in the tree.
    pub(super) fn conditional(&mut self, map: &mut Mapping, kind: &'static Kind) -> Parsed<()> {
        let depth = self.depth;
        self.arm(map, kind);
        let mut arms: Vec<(Span, Mapping)> = Vec::new();
        let mut last: Option<(Span, NodeId)> = None;
        while let Some(word) = self.else_word() {
            if self.word() != "if" && !ELSE_IF.contains(&self.slice(word)) {
                let block = self.block();
                last = Some((word, block));
                break;
            }
            let head = self.token().span;
            let head = if self.take_word("if").is_some() {
                head
            } else {
                word
            };
            let mut arm = Mapping::default();
            let name = self.plain_as(kind.name, head);
            self.put(&mut arm, "type", head, name);
            let fits = self.deeper(2, head);
            self.arm(&mut arm, kind);
            if fits {
                arms.push((word, arm));
            }
        }
        self.depth = depth;
        while let Some((word, mut arm)) = arms.pop() {
            if let Some((at, block)) = last {
                self.put(&mut arm, "else", at, block);
            }
            let start = arm.entries.first().map_or(word, |e| e.key_span);
            let span = start.to(self.before().span);
            let step = self.map_node(arm, span);
            last = Some((word, self.tree.push(NodeKind::Seq(vec![step]), span)));
        }
        if let Some((at, block)) = last {
            self.put(map, "else", at, block);
        }
        Ok(())
    }

    /// A condition with its block.
    fn arm(&mut self, map: &mut Mapping, kind: &'static Kind) {
        let span = self.token().span;
        let condition = self.head_expr();
        self.put(map, "condition", span, condition);
        self.with(map, Table::Step(kind));
        let then = self.block();
        let span = self.tree.span(then);
        self.put(map, "then", span, then);
    }

    /// The place of `else`, or of another language's word for `else if`, which is reported; it is passed.
    fn else_word(&mut self) -> Option<Span> {
        if let Some(span) = self.take_word("else") {
            return Some(span);
        }
        let span = self.token().span;
        if !ELSE_IF.contains(&self.word()) {
            return None;
        }
        let word = self.word();
        self.note(
            Diagnostic::new(&FOREIGN_KEYWORD, span, format!("`{word}` is no keyword"))
                .help("write `else if`")
                .replace(Applicability::Safe, "write `else if`", span, "else if"),
        );
        self.pos += 1;
        Some(span)
    }

    /// `switch x { case "a", "b" { } default { } }`
    pub(super) fn switch(&mut self, map: &mut Mapping, kind: &'static Kind) -> Parsed<()> {
        let span = self.token().span;
        let on = self.head_expr();
        self.put(map, "on", span, on);
        self.with(map, Table::Step(kind));
        let Some((open, close)) = self.braces("`case` and `default` stand in braces") else {
            let node = self.error(span);
            self.put(map, "cases", span, node);
            return Ok(());
        };
        let (mut cases, mut defaults) = (Vec::new(), Vec::new());
        let fits = self.deeper(2, open);
        while self.pos < close {
            let at = self.pos;
            match self.word() {
                "default" | "else" | "otherwise" | "_" => {
                    let span = self.token().span;
                    self.word_for("default");
                    self.pos += 1;
                    let block = self.block();
                    defaults.push((span, block));
                }
                "case" | "when" => {
                    self.word_for("case");
                    cases.push(self.case());
                }
                _ if self.semicolon() => {}
                _ => self.neither(
                    "`case` or `default`",
                    "write `case \"a\" { ... }` or `default { ... }`",
                ),
            }
            if self.pos == at {
                self.pass();
            }
        }
        self.depth -= 2;
        self.pos = close + 1;
        let span = open.to(self.before().span);
        let node = if fits {
            self.tree.push(NodeKind::Seq(cases), span)
        } else {
            self.error(span)
        };
        self.put(map, "cases", span, node);
        for (span, block) in defaults {
            self.put(map, "default", span, block);
        }
        Ok(())
    }

    /// Reports the word here when it is another language's for `right`.
    fn word_for(&mut self, right: &str) {
        let (word, span) = (self.word(), self.token().span);
        if word != right {
            self.note(
                Diagnostic::new(
                    &FOREIGN_KEYWORD,
                    span,
                    format!("`{word}` is no keyword here"),
                )
                .help(format!("write `{right}`"))
                .replace(
                    Applicability::Safe,
                    format!("write `{right}`"),
                    span,
                    right,
                ),
            );
        }
    }

    /// Reports what is none of the things that may stand in a construct's braces, and skips to the next line.
    fn neither(&mut self, what: &str, help: &str) {
        let indent = self.token().indent;
        let _: Parsed<()> = self.expected(what, help);
        self.pass();
        self.skip_step(indent);
    }

    fn case(&mut self) -> NodeId {
        let head = self.token().span;
        self.pos += 1;
        let mut values = Vec::new();
        let start = self.token().span;
        loop {
            values.push(self.case_value());
            let sign = self.token().span;
            match self.kind() {
                TokenKind::Comma => self.pos += 1,
                TokenKind::Pipe | TokenKind::Or => {
                    self.foreign_sign(sign, "the values of a case have commas between them", ",");
                    self.pos += 1;
                }
                _ => break,
            }
        }
        let span = start.to(self.before().span);
        let mut map = Mapping::default();
        let values = self.tree.push(NodeKind::Seq(values), span);
        self.put(&mut map, "case", head, values);
        if self.kind() == TokenKind::Colon && self.kind_at(1) == TokenKind::LBrace {
            let sign = self.token().span;
            self.foreign_sign(sign, "a block follows its case without `:`", "");
            self.pos += 1;
        }
        let block = self.block();
        let at = self.tree.span(block);
        self.put(&mut map, "steps", at, block);
        self.map_node(map, head.to(self.before().span))
    }

    fn case_value(&mut self) -> NodeId {
        let start = self.token().span;
        if self.kind() == TokenKind::Str {
            return self.string(Flavor::Template);
        }
        let literal = matches!(self.word(), "true" | "false" | "null")
            || matches!(
                self.kind(),
                TokenKind::Int
                    | TokenKind::Uint
                    | TokenKind::Float
                    | TokenKind::Minus
                    | TokenKind::Bytes
            );
        if literal && let Ok(id) = self.literal() {
            let span = start.to(self.before().span);
            return self.tree.push(NodeKind::Expr(id), span);
        }
        if !literal {
            let _: Parsed<()> = self.expected(
                "a constant",
                "a case is a string in quotes, a number, `true`, `false` or `null`",
            );
            self.skip_head();
        }
        self.error(start)
    }

    /// `for x index i in xs parallel 4 { }`
    pub(super) fn for_loop(&mut self, map: &mut Mapping, kind: &'static Kind) -> Parsed<()> {
        let start = self.token().span;
        let parenthesised =
            (self.kind() == TokenKind::LParen).then(|| self.tokens.partner(self.pos));
        if parenthesised.is_some() {
            self.pos += 1;
            let end = self.tokens.get(parenthesised.unwrap_or(self.pos)).span;
            self.note(
                Diagnostic::new(
                    &FOREIGN_PUNCTUATION,
                    start.to(end),
                    "the head of `for` stands without parentheses",
                )
                .help("write `for x in xs { ... }`"),
            );
        }
        if self.for_names(map).is_ok() {
            let span = self.token().span;
            let over = self.over();
            self.put(map, "over", span, over);
        } else {
            let over = self.error(start);
            self.put(map, "over", start, over);
        }
        if let Some(close) = parenthesised {
            self.pos = close + 1;
        } else if matches!(self.word(), "where" | "if" | "when") {
            self.filtered_head(map);
        } else if self.word() == "index" && self.kind_at(1) == TokenKind::Ident {
            self.late_index(map)?;
        } else if self.kind() != TokenKind::LBrace && self.word().is_empty() {
            self.skip_head();
        }
        if self.clause_word(&["parallel", "with"]) == Some("parallel") {
            let span = self.token().span;
            self.pos += 1;
            self.limit(map, "max_concurrency", span, "write `parallel 4`");
        }
        self.with(map, Table::Step(kind));
        self.body(map);
        Ok(())
    }

    /// `for x in xs index i { }`: the index stands behind the item.
    fn late_index(&mut self, map: &mut Mapping) -> Parsed<()> {
        let before = self.tokens.get(self.pos - 1).span.end;
        let word = self.token().span;
        self.pos += 1;
        let index = self.name("a name", false)?;
        let item = map.entries.iter().find(|e| &*e.key == "as");
        let item = item.map(|entry| self.tree.span(entry.value));
        let found = Diagnostic::new(&MISPLACED_KEYWORD, word, "`index` stands before `in`");
        let name = item.map_or("x", |span| self.slice(span));
        let found = found.help(format!("write `for {name} index {} in ...`", index.text));
        self.note(match item {
            Some(item) => found.fix(Fix {
                title: "put it before `in`".to_owned(),
                applicability: Applicability::Safe,
                edits: vec![
                    Edit {
                        span: Span::at(item.end),
                        text: format!(" index {}", index.text),
                    },
                    Edit {
                        span: Span::new(before, index.span.end),
                        text: String::new(),
                    },
                ],
            }),
            None => found,
        });
        let node = self.plain_as(&index.text, index.span);
        self.put(map, "index", index.span, node);
        Ok(())
    }

    /// `for x in xs where x.ok { }`, as other languages have it.
    fn filtered_head(&mut self, map: &Mapping) {
        let word = self.token().span;
        let written = self.word().to_owned();
        let text = |key: &str| {
            let entry = map.entries.iter().find(|e| &*e.key == key);
            entry.map_or("...", |e| self.slice(self.tree.span(e.value)))
        };
        let (over, name) = (text("over").to_owned(), text("as").to_owned());
        self.pos += 1;
        let from = self.pos;
        self.skip_head();
        let condition = (from < self.pos).then(|| {
            let span = self
                .tokens
                .get(from)
                .span
                .to(self.tokens.get(self.pos - 1).span);
            self.slice(span).to_owned()
        });
        let found = Diagnostic::new(
            &FOREIGN_PUNCTUATION,
            word,
            format!("the head of `for` has no `{written}`"),
        );
        let condition = condition.unwrap_or_else(|| "...".to_owned());
        self.note(found.help(format!(
            "write `for {name} in {over}.filter({name}, {condition})`"
        )));
    }

    /// `x index i in`
    fn for_names(&mut self, map: &mut Mapping) -> Parsed<()> {
        if matches!(self.word(), "const" | "let" | "var") && self.kind_at(1) == TokenKind::Ident {
            self.pos += 1;
        }
        if self.kind() != TokenKind::Ident || self.word() == "in" {
            let found = self.expected("a name", "write `for x in xs { ... }`");
            self.skip_head();
            return found;
        }
        let name = self.name("a name", false)?;
        if self.kind() == TokenKind::Comma {
            return self.index_first(map, &name);
        }
        let node = self.plain_as(&name.text, name.span);
        self.put(map, "as", name.span, node);
        if self.take_word("index").is_some() {
            let index = self.name("a name", false)?;
            let node = self.plain_as(&index.text, index.span);
            self.put(map, "index", index.span, node);
        }
        self.before_list()
    }

    /// `for i, x in xs`, as other languages have it: the place comes first.
    fn index_first(&mut self, map: &mut Mapping, index: &super::keys::Key) -> Parsed<()> {
        self.pos += 1;
        let name = self.name("a name", false)?;
        let span = index.span.to(name.span);
        let right = format!("{} index {}", name.text, index.text);
        self.note(
            Diagnostic::new(&FOREIGN_PUNCTUATION, span, "`for` has one name before `in`")
                .help(format!("write `for {right} in ...`"))
                .replace(Applicability::Safe, format!("write `{right}`"), span, right),
        );
        for (key, name) in [("as", &name), ("index", index)] {
            let node = self.plain_as(&name.text, name.span);
            self.put(map, key, name.span, node);
        }
        self.before_list()
    }

    /// `in`, which the list follows.
    fn before_list(&mut self) -> Parsed<()> {
        let word = self.token().span;
        match self.word() {
            "in" => {}
            "of" | "over" => {
                let right = "in";
                self.word_for(right);
            }
            _ => {
                let found = self.expected("`in`", "write `for x in xs { ... }`");
                self.skip_head();
                return found;
            }
        }
        debug_assert!(!word.is_empty());
        self.pos += 1;
        Ok(())
    }

    /// A whole number behind a word.
    fn limit(&mut self, map: &mut Mapping, key: &str, key_span: Span, help: &str) {
        let span = self.token().span;
        if self.kind() == TokenKind::Int {
            self.pos += 1;
            let node = self.plain(span);
            self.put(map, key, key_span, node);
            return;
        }
        let _: Parsed<()> = self.expected("a whole number", help);
        let node = self.error(span);
        self.put(map, key, key_span, node);
        if self.word() != "with" {
            self.skip_head();
        }
    }

    /// `while c max 10 { }`
    pub(super) fn while_loop(&mut self, map: &mut Mapping, kind: &'static Kind) -> Parsed<()> {
        let span = self.token().span;
        let condition = self.head_expr();
        self.put(map, "while", span, condition);
        if self.clause_word(&["max", "with"]) == Some("max") {
            let span = self.token().span;
            self.pos += 1;
            self.limit(map, "max_iterations", span, "write `max 10`");
        }
        self.with(map, Table::Step(kind));
        self.body(map);
        Ok(())
    }

    /// `repeat max 10 { } until c`
    pub(super) fn repeat(&mut self, map: &mut Mapping, kind: &'static Kind) -> Parsed<()> {
        let here = self.token().span;
        if let Some(span) = self.take_word("max") {
            self.limit(map, "max_iterations", span, "write `repeat max 10 { ... }`");
        } else if self.kind() == TokenKind::Int {
            self.note(
                Diagnostic::new(&EXPECTED_SYNTAX, here, "expected `max`")
                    .help(format!("write `repeat max {}`", self.slice(here)))
                    .replace(
                        Applicability::Safe,
                        "insert `max`",
                        Span::at(here.start),
                        "max ",
                    ),
            );
            self.limit(map, "max_iterations", here, "");
        }
        self.with(map, Table::Step(kind));
        self.body(map);
        if let Some(span) = self.take_word("until") {
            let until = self.head_expr();
            self.put(map, "until", span, until);
        }
        Ok(())
    }

    /// Steps, then `collect value`.
    fn body(&mut self, map: &mut Mapping) {
        if self.kind() != TokenKind::LBrace {
            let block = self.missing_block();
            let span = self.tree.span(block);
            self.put(map, "steps", span, block);
            return;
        }
        let close = self.tokens.partner(self.pos);
        let span = self.token().span.to(self.tokens.get(close).span);
        self.pos += 1;
        let fits = self.deeper(2, span);
        let mut steps = self.steps(None, true);
        if let Some(word) = self.take_word("collect") {
            let value = self.value();
            self.put(map, "collect", word, value);
            if self.pos < close && !self.silent() {
                let next = self.token().span;
                self.note(
                    Diagnostic::new(
                        &EXPECTED_SYNTAX,
                        next,
                        "`collect` is the last of a loop's body",
                    )
                    .label(word, "this `collect`")
                    .help("move it behind the last step"),
                );
                steps.extend(self.steps(None, false));
            }
        }
        self.depth -= 2;
        self.pos = close + 1;
        let node = if fits {
            self.tree.push(NodeKind::Seq(steps), span)
        } else {
            self.error(span)
        };
        self.put(map, "steps", span, node);
    }

    /// `parallel 4 { branch a { } branch b { } }`, or steps that are a branch each.
    pub(super) fn parallel(&mut self, map: &mut Mapping, kind: &'static Kind) -> Parsed<()> {
        let here = self.token().span;
        if matches!(self.kind(), TokenKind::Int) || self.take_word("max").is_some() {
            self.limit(map, "max_concurrency", here, "write `parallel 4 { ... }`");
        }
        self.with(map, Table::Step(kind));
        let Some((open, close)) =
            self.braces("branches stand in braces: `parallel { branch a { ... } }`")
        else {
            let node = self.error(here);
            self.put(map, "branches", here, node);
            return Ok(());
        };
        let span = open.to(self.tokens.get(close).span);
        let misspelt = matches!(self.kind_at(1), TokenKind::Ident | TokenKind::Str)
            && self.kind_at(2) == TokenKind::LBrace
            && near::nearest(self.word(), ["branch"]).len() == 1;
        let named = self.word() == "branch" || misspelt || self.pos >= close;
        let fits = self.deeper(if named { 3 } else { 2 }, open);
        let (key, node) = if named {
            let branches = self.branches(close);
            ("branches", NodeKind::Map(branches.entries))
        } else {
            ("steps", NodeKind::Seq(self.steps(None, false)))
        };
        self.depth -= if named { 3 } else { 2 };
        self.pos = close + 1;
        let node = if fits {
            self.tree.push(node, span)
        } else {
            self.error(span)
        };
        self.put(map, key, span, node);
        Ok(())
    }

    fn branches(&mut self, close: usize) -> Mapping {
        let mut branches = Mapping::default();
        while self.pos < close {
            let at = self.pos;
            let near = near::nearest(self.word(), ["branch"]).len() == 1;
            if near && matches!(self.kind_at(1), TokenKind::Ident | TokenKind::Str) {
                self.report_misspelt(self.word(), "branch", true);
            }
            if near || self.word() == "branch" {
                self.pos += 1;
                match self.name("the branch's name", true) {
                    Ok(name) => {
                        let block = self.block();
                        self.put(&mut branches, &name.text, name.span, block);
                    }
                    Err(Reported) => {
                        self.skip_head();
                        self.pass();
                    }
                }
            } else if !self.semicolon() {
                self.neither("`branch`", "write `branch name { ... }`");
            }
            if self.pos == at {
                self.pass();
            }
        }
        branches
    }

    /// `try { } catch e { } finally { }`
    pub(super) fn try_step(&mut self, map: &mut Mapping, kind: &'static Kind) -> Parsed<()> {
        self.with(map, Table::Step(kind));
        let body = self.block();
        let span = self.tree.span(body);
        self.put(map, "steps", span, body);
        let catch = self.token().span;
        if matches!(self.word(), "catch" | "except" | "rescue") {
            self.word_for("catch");
            self.pos += 1;
            let node = self.catch(catch);
            self.put(map, "catch", catch, node);
        }
        if let Some(span) = self.take_word("finally") {
            let block = self.block();
            self.put(map, "finally", span, block);
        }
        Ok(())
    }

    fn catch(&mut self, start: Span) -> NodeId {
        let mut map = Mapping::default();
        let wrapped = self.kind() == TokenKind::LParen && self.kind_at(1) == TokenKind::Ident;
        if wrapped {
            let end = self.tokens.get(self.tokens.partner(self.pos)).span;
            let span = self.token().span.to(end);
            let name = self.word_at(1);
            self.foreign_sign(span, "the error's name stands without parentheses", name);
            self.pos += 1;
        }
        let word = self.token().span;
        if self.kind() == TokenKind::Ident {
            let name = self.key();
            let node = self.plain_as(&name.text, word);
            self.put(&mut map, "as", word, node);
        }
        if wrapped {
            while !self.ends() {
                self.pass();
            }
            self.pos += 1;
        }
        self.deeper(1, start);
        let block = self.block();
        self.depth -= 1;
        let at = self.tree.span(block);
        self.put(&mut map, "steps", at, block);
        self.map_node(map, start.to(self.before().span))
    }

    /// The braces of a construct: the place of `{` and the index of `}`; the `{` is passed.
    fn braces(&mut self, help: &str) -> Option<(Span, usize)> {
        if self.kind() != TokenKind::LBrace {
            let _: Parsed<()> = self.expected("`{`", help);
            return None;
        }
        let open = self.token().span;
        let close = self.tokens.partner(self.pos);
        self.pos += 1;
        Some((open, close))
    }
}
