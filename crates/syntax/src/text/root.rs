//! The file and what stands at its top.

use super::codes::{AFTER_WORKFLOW, EXPECTED_SYNTAX, FOREIGN_KEYWORD, MISSING_WORKFLOW};
use super::fields::Table;
use super::steps::is_step_word;
use super::unknown::ROOT_WORDS;
use super::{Mapping, Parsed, Parser, shorten};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::lexer::{Flavor, TokenKind};
use crate::near;
use crate::parse_expr::Reported;
use crate::shape::{self, Shape};
use crate::span::Span;
use crate::tree::{MapEntry, NodeId, NodeKind};

/// The root's parts that are gathered from several declarations.
#[derive(Default)]
pub(super) struct Root {
    pub map: Mapping,
    pub steps: Vec<NodeId>,
    pub groups: Vec<Group>,
}

/// Declarations of one sort: entries of a mapping, or items of a sequence.
pub(super) struct Group {
    key: &'static str,
    key_span: Span,
    map: Option<Mapping>,
    items: Vec<NodeId>,
    end: Span,
}

impl Root {
    fn group(&mut self, key: &'static str, span: Span) -> Option<&mut Group> {
        let index = match self.groups.iter().position(|g| g.key == key) {
            Some(index) => index,
            None => {
                self.groups.push(Group {
                    key,
                    key_span: span,
                    map: None,
                    items: Vec::new(),
                    end: span,
                });
                self.groups.len() - 1
            }
        };
        let group = self.groups.get_mut(index)?;
        group.end = span;
        Some(group)
    }
}

impl Parser<'_> {
    /// The whole file; none when it has no tokens.
    pub(super) fn file(&mut self) -> Option<NodeId> {
        if self.tokens.is_empty() {
            return None;
        }
        let mut root = Root::default();
        let start = self.token().span;
        self.edition(&mut root);
        let known = self.faults.len();
        if self.header(&mut root) {
            self.workflow(&mut root);
        } else {
            // Without its head the file is most likely none of the text form: one finding is enough.
            self.root_items(&mut root);
            self.faults.truncate(known + 1);
            self.tokens.strays.clear();
            let span = start.to(self.before().span);
            return Some(self.error(span));
        }
        let end = self.before().span;
        Some(self.finish(root, start.to(end)))
    }

    /// `wfc 1`
    fn edition(&mut self, root: &mut Root) {
        let Some(word) = self.take_word("wfc") else {
            return;
        };
        let span = self.token().span;
        if self.kind() == TokenKind::Colon {
            self.foreign_sign(span, "`wfc` and its number stand without `:`", "");
            self.pos += 1;
        }
        let span = self.token().span;
        if self.take(TokenKind::Int) {
            let value = self.plain(span);
            self.put(&mut root.map, "wfc", word, value);
        } else {
            let _: Parsed<()> = self.expected("the edition's number", "write `wfc 1`");
        }
    }

    /// `workflow name "Title"`; false when the file does not start with it, which is reported.
    fn header(&mut self, root: &mut Root) -> bool {
        let word = self.word();
        let near = !word.is_empty() && !near::nearest(word, ["workflow"]).is_empty();
        if word != "workflow" && near && self.kind_at(1) != TokenKind::Colon {
            self.report_misspelt(word, "workflow", true);
        } else if word != "workflow" || self.kind_at(1) == TokenKind::Colon {
            if self.silent() {
                self.pos += 1;
            } else {
                let token = self.token();
                let shown = shorten(self.slice(token.span));
                let message = format!("expected `workflow`, found `{shown}`");
                self.note(
                    Diagnostic::new(&MISSING_WORKFLOW, token.span, message)
                        .help("a file is `workflow name { ... }`; YAML goes into `*.wf.yaml`, JSON into `*.wf.json`"),
                );
            }
            return false;
        }
        self.pos += 1;
        if self.kind() == TokenKind::Ident
            && let Ok(name) = self.name("a name", false)
        {
            let node = self.plain_as(&name.text, name.span);
            self.put(&mut root.map, "slug", name.span, node);
        }
        if self.kind() == TokenKind::Str {
            let span = self.token().span;
            let node = self.string(Flavor::Text);
            self.put(&mut root.map, "name", span, node);
        } else if self.kind() == TokenKind::Error {
            self.pos += 1;
        }
        true
    }

    /// `{ ... }` and what wrongly follows.
    fn workflow(&mut self, root: &mut Root) {
        let before = self.before();
        let stray = self.token();
        while !self.ends() && !self.token().first && self.kind() != TokenKind::LBrace {
            self.pass();
        }
        if self.kind() == TokenKind::LBrace && self.token().span != stray.span {
            if stray.kind != TokenKind::Error {
                let shown = shorten(self.slice(stray.span));
                let message = format!("expected `{{`, found `{shown}`");
                self.note(
                    Diagnostic::new(&EXPECTED_SYNTAX, stray.span, message)
                        .help("a file starts with `workflow name \"Title\" {`"),
                );
            }
        } else if self.kind() != TokenKind::LBrace {
            if !self.silent() && stray.kind != TokenKind::Error {
                self.missing_brace(before.span);
            }
            self.root_items(root);
            self.tokens.strays.clear();
            return;
        }
        let close = self.tokens.partner(self.pos);
        self.pos += 1;
        self.root_items(root);
        self.pos = close + 1;
        if self.kind() == TokenKind::End {
            return;
        }
        let early = self.word() != "workflow" && !self.tokens.strays.is_empty();
        if early {
            self.tokens.strays.clear();
            self.ended_early();
            self.root_items(root);
        } else if !self.silent() {
            self.more_behind();
        }
    }

    /// Reports a workflow without `{` after the head, which ends with this token.
    fn missing_brace(&mut self, head: Span) {
        let here = Span::at(head.end);
        let shown = self.slice(head);
        self.note(
            Diagnostic::new(
                &EXPECTED_SYNTAX,
                here,
                format!("a `{{` is missing after `{shown}`"),
            )
            .help("everything stands in the workflow's braces: `workflow name { ... }`")
            .replace(Applicability::Suggested, "insert `{`", here, " {"),
        );
    }

    /// Reports a `}` too many: what it leaves outside is the workflow's.
    fn ended_early(&mut self) {
        let (brace, next) = (self.before().span, self.token().span);
        self.note(
            Diagnostic::new(
                &AFTER_WORKFLOW,
                brace,
                "this `}` ends the workflow, but more follows",
            )
            .label(next, "this stands behind it")
            .help("remove the `}` that is too many")
            .replace(Applicability::Suggested, "remove `}`", brace, ""),
        );
    }

    /// Reports what stands behind the workflow.
    fn more_behind(&mut self) {
        let (brace, next) = (self.before().span, self.token().span);
        let help = if self.word() == "workflow" {
            "a file holds one workflow; move this one to a file of its own"
        } else {
            "move it into the workflow's braces"
        };
        self.note(
            Diagnostic::new(
                &AFTER_WORKFLOW,
                next,
                "nothing may stand behind the workflow",
            )
            .label(brace, "the workflow ends here")
            .help(help),
        );
    }

    fn root_items(&mut self, root: &mut Root) {
        while !self.ends() {
            let at = self.pos;
            let indent = self.token().indent;
            if self.semicolon() {
                continue;
            }
            if self.root_item(root).is_err() {
                if self.pos == at {
                    self.pass();
                }
                self.skip_root(indent);
            }
        }
    }

    /// Skips to where the next declaration or step may start.
    fn skip_root(&mut self, indent: u16) {
        while !self.ends() {
            let token = self.token();
            let known = is_step_word(self.word()) || ROOT_WORDS.contains(&self.word());
            if token.first && (token.indent <= indent || known) {
                return;
            }
            self.pass();
        }
    }

    fn root_item(&mut self, root: &mut Root) -> Parsed<()> {
        let word = self.word();
        let head = self.token().span;
        let assigned = self.kind_at(1) == TokenKind::Assign;
        match word {
            "description" | "version" | "slug" | "name" | "title" => {
                return self.titled(root, word);
            }
            "tools" => return self.catalogues(root),
            "policy" | "constraints" => {
                self.pos += 1;
                self.passed_sign();
                let table = if word == "policy" {
                    shape::POLICY
                } else {
                    shape::CONSTRAINTS
                };
                let open = self.token().span;
                let mut map = Mapping::default();
                self.braced_fields(&mut map, Table::Two(table, &[]))?;
                let span = open.to(self.before().span);
                let node = self.map_node(map, span);
                self.put(&mut root.map, word, head, node);
                return Ok(());
            }
            "returns" if !assigned => {
                self.pos += 1;
                self.passed_sign();
                let node = self.type_node();
                self.put(&mut root.map, "returns", head, node);
                return Ok(());
            }
            "allow" if matches!(self.kind_at(1), TokenKind::LBracket | TokenKind::LBrace) => {
                self.pos += 1;
                let node = self.records(shape::ALLOW);
                self.put(&mut root.map, "allow", head, node);
                return Ok(());
            }
            "on" if !assigned => return self.on(root),
            "type" | "input" | "secret" | "env" | "var" if !assigned => {
                return self.declaration(root, word);
            }
            _ if self.at_extension() => {
                let key = self.key();
                self.passed_sign();
                let value = self.value();
                self.put(&mut root.map, &key.text, key.span, value);
                return Ok(());
            }
            _ => {}
        }
        if !is_step_word(word) && !assigned {
            self.foreign_root(root, word)?;
            if self.pos > 0 && self.before().span == head {
                return self.declaration_as(root);
            }
        }
        root.steps.push(self.step_or_skip());
        Ok(())
    }

    /// Whether a key stands here that the language leaves to others: `x-owner`, or `"x-any sign"`.
    fn at_extension(&self) -> bool {
        match self.kind() {
            TokenKind::Ident => self.word() == "x" && self.key_end() > self.pos + 1,
            TokenKind::Str => self.slice(self.token().span).starts_with("\"x-"),
            _ => false,
        }
    }

    /// `:` or `=` behind a word of the root is reported and passed.
    pub(super) fn passed_sign(&mut self) {
        if matches!(self.kind(), TokenKind::Colon | TokenKind::Assign) {
            let sign = self.token().span;
            let word = self.slice(self.before().span);
            let message =
                format!("`{word}` and what it declares stand without a sign between them");
            self.foreign_sign(sign, &message, "");
            self.pos += 1;
        }
    }

    /// `description "..."`, `version "..."`, `slug "..."`
    fn titled(&mut self, root: &mut Root, word: &str) -> Parsed<()> {
        let head = self.token().span;
        self.pos += 1;
        self.passed_sign();
        let span = self.token().span;
        let number = matches!(self.kind(), TokenKind::Int | TokenKind::Float);
        let node = match self.kind() {
            TokenKind::Str => self.string(Flavor::Text),
            TokenKind::Error => {
                self.pos += 1;
                self.error(span)
            }
            TokenKind::Ident if word == "slug" && !self.token().first => {
                let name = self.name("a name", false)?;
                self.plain_as(&name.text, name.span)
            }
            _ if number => self.number_as_text(),
            _ => return self.expected("a text in quotes", &format!("write `{word} \"...\"`")),
        };
        if matches!(word, "name" | "title") {
            self.note(
                Diagnostic::new(&FOREIGN_KEYWORD, head, format!("`{word}` is no keyword")).help(
                    "the title stands in the workflow's head: `workflow slug \"Title\" { ... }`",
                ),
            );
            return Ok(());
        }
        self.put(&mut root.map, word, head, node);
        Ok(())
    }

    /// `version 1.2.0`: a text without its quotes.
    fn number_as_text(&mut self) -> NodeId {
        let start = self.token().span;
        self.pos += 1;
        while self.tokens.adjacent(self.pos - 1)
            && matches!(
                self.kind(),
                TokenKind::Float | TokenKind::Int | TokenKind::Dot
            )
        {
            self.pos += 1;
        }
        let span = start.to(self.before().span);
        let text = self.slice(span);
        self.note(
            Diagnostic::new(
                &EXPECTED_SYNTAX,
                span,
                format!("expected a text in quotes, found `{text}`"),
            )
            .help(format!("write \"{text}\""))
            .replace(
                Applicability::Safe,
                "put it in quotes",
                span,
                format!("\"{text}\""),
            ),
        );
        self.plain(span)
    }

    /// `tools "a.tools.json", "b.tools.json"`
    fn catalogues(&mut self, root: &mut Root) -> Parsed<()> {
        let head = self.token().span;
        self.pos += 1;
        self.passed_sign();
        if self.kind() == TokenKind::LBracket {
            let close = self.tokens.partner(self.pos);
            let end = self.tokens.get(close).span;
            let span = self.token().span;
            self.note(
                Diagnostic::new(
                    &super::codes::FOREIGN_PUNCTUATION,
                    span.to(end),
                    "`tools` takes its paths without brackets",
                )
                .help("write `tools \"a.tools.json\", \"b.tools.json\"`"),
            );
            let node = self.field_value(Shape::Texts);
            self.put(&mut root.map, "tools", head, node);
            return Ok(());
        }
        loop {
            let span = self.token().span;
            let node = match self.kind() {
                TokenKind::Str => self.string(Flavor::Text),
                TokenKind::Error => {
                    self.pos += 1;
                    self.error(span)
                }
                _ => return self.expected("a path in quotes", "write `tools \"name.tools.json\"`"),
            };
            self.add_item(root, "tools", head, node);
            if !self.take(TokenKind::Comma) {
                return Ok(());
            }
        }
    }

    /// Adds an item to one of the root's sequences.
    pub(super) fn add_item(
        &mut self,
        root: &mut Root,
        key: &'static str,
        head: Span,
        node: NodeId,
    ) {
        let end = self.before().span;
        if let Some(group) = root.group(key, head) {
            group.items.push(node);
            group.end = end;
        }
    }

    /// Adds an entry to one of the root's mappings.
    pub(super) fn add_entry(
        &mut self,
        root: &mut Root,
        key: &'static str,
        head: Span,
        (name, span): (&str, Span),
        node: NodeId,
    ) {
        let end = self.before().span;
        let Some(group) = root.group(key, head) else {
            return;
        };
        group.end = end;
        let mut map = group.map.take().unwrap_or_default();
        self.put(&mut map, name, span, node);
        if let Some(group) = root.group(key, end) {
            group.map = Some(map);
        }
    }

    /// A word that is no step's: other languages' sections, misspelt words. What is left to read is a
    /// declaration when the word was passed, else a step.
    fn foreign_root(&mut self, root: &mut Root, word: &str) -> Parsed<()> {
        let head = self.token().span;
        let colon = usize::from(self.kind_at(1) == TokenKind::Colon);
        let braced = self.tokens.kind(self.pos + 1 + colon) == TokenKind::LBrace;
        let help = match word {
            "inputs" | "parameters" | "params" => {
                "each input is declared on its own: `input name: string`"
            }
            "outputs" | "output" => {
                "what a workflow returns is `return value`, its type `returns T`"
            }
            "variables" | "vars" => "each variable is declared on its own: `var x = 1`",
            "secrets" => "write `secret name`",
            "triggers" => "each trigger is declared on its own: `on schedule \"0 9 * * *\"`",
            "types" => "each type is declared on its own: `type Name = { ... }`",
            "steps" | "jobs" | "tasks" => {
                "steps stand in the workflow's braces, one below the other"
            }
            "on_failure" | "on_error" => "write `on failure { ... }`",
            "finally" => "write `on finally { ... }`",
            _ => return self.misspelt_root(word),
        };
        if self.kind_at(1) == TokenKind::LParen || self.kind_at(1) == TokenKind::Dot {
            return Ok(());
        }
        self.note(
            Diagnostic::new(&FOREIGN_KEYWORD, head, format!("`{word}` is no keyword")).help(help),
        );
        self.pos += 1 + colon;
        if braced && matches!(word, "steps" | "jobs" | "tasks") {
            let close = self.tokens.partner(self.pos);
            self.pos += 1;
            root.steps.extend(self.steps(None, false));
            self.pos = close + 1;
        }
        Err(Reported)
    }

    /// A word near one of the root's is passed and read as that.
    fn misspelt_root(&mut self, word: &str) -> Parsed<()> {
        let step = near::nearest(word, super::steps::STEP_WORDS.iter().map(|(w, _)| *w));
        let near = near::nearest(word, ROOT_WORDS.iter().copied());
        let listed = self.kind_at(1) == TokenKind::Str && self.kind_at(2) == TokenKind::Comma;
        let better = listed && near.first() == Some(&"tools")
            || match (near.first(), step.first()) {
                (Some(root), Some(step)) => near::distance(word, root) < near::distance(word, step),
                (Some(_), None) => true,
                _ => false,
            };
        let next = self.kind_at(1);
        let plausible = matches!(next, TokenKind::Ident | TokenKind::Str | TokenKind::LBrace);
        if let Some(right) = near.first().filter(|_| better && plausible) {
            let evident = near::evident(word, ROOT_WORDS.iter().copied()) == Some(*right);
            self.report_misspelt(word, right, evident);
            self.pos += 1;
        }
        Ok(())
    }

    /// The declaration whose misspelt word was passed.
    fn declaration_as(&mut self, root: &mut Root) -> Parsed<()> {
        let word = self.slice(self.before().span);
        let near = near::nearest(word, ROOT_WORDS.iter().copied());
        self.pos -= 1;
        match near.first().copied() {
            Some(right @ ("type" | "input" | "secret" | "env" | "var")) => {
                self.declaration(root, right)
            }
            Some(right @ ("description" | "version" | "slug")) => self.titled(root, right),
            Some("tools") => self.catalogues(root),
            Some("on") => self.on(root),
            Some("returns") => {
                let head = self.token().span;
                self.pos += 1;
                let node = self.type_node();
                self.put(&mut root.map, "returns", head, node);
                Ok(())
            }
            _ => {
                self.pos += 1;
                Err(Reported)
            }
        }
    }

    /// The root's mapping.
    fn finish(&mut self, root: Root, span: Span) -> NodeId {
        let Root {
            mut map,
            mut steps,
            groups,
        } = root;
        for group in groups {
            let span = group.key_span.to(group.end);
            let kind = match group.map {
                Some(map) => NodeKind::Map(map.entries),
                None => NodeKind::Seq(group.items),
            };
            let node = self.tree.push(kind, span);
            self.put(&mut map, group.key, group.key_span, node);
        }
        let last = self.last_return(&mut steps);
        let place = match (steps.first(), steps.last()) {
            (Some(first), Some(last)) => Some(self.tree.span(*first).to(self.tree.span(*last))),
            _ => None,
        };
        if let Some(place) = place {
            let node = self.tree.push(NodeKind::Seq(steps), place);
            self.put(&mut map, "steps", place, node);
        } else if last.is_none() && !self.faults.is_empty() {
            // The steps may have gone with a fault.
            let node = self.error(span);
            self.put(&mut map, "steps", span, node);
        }
        if let Some((at, value)) = last {
            self.put(&mut map, "return", at, value);
        }
        self.map_node(map, span)
    }

    /// The value of a `return` that is the last step and nothing more; it is taken off the steps.
    fn last_return(&mut self, steps: &mut Vec<NodeId>) -> Option<(Span, NodeId)> {
        let NodeKind::Map(entries) = self.tree.kind(*steps.last()?) else {
            return None;
        };
        let [head, MapEntry { key, value, .. }] = entries.as_slice() else {
            return None;
        };
        let is_return = match self.tree.kind(head.value) {
            NodeKind::Scalar(scalar) => &*scalar.text == "return",
            _ => false,
        };
        if !is_return || &**key != "value" {
            return None;
        }
        let found = (head.key_span, *value);
        steps.pop();
        Some(found)
    }
}
