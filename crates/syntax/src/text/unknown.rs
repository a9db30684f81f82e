//! What stands where a step should: misspelt keywords, those of other languages, and things that are no
//! steps at all.

use super::codes::{
    EXPECTED_SYNTAX, FOREIGN_KEYWORD, FOREIGN_PUNCTUATION, MISPLACED_KEYWORD, MISSPELT_KEYWORD,
};
use super::control::ELSE_IF;
use super::steps::{Head, STEP_WORDS, is_step_word};
use super::{Parsed, Parser, shorten};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::lexer::TokenKind;
use crate::near;
use crate::parse_expr::Reported;
use crate::shape::{self, COMMON};

/// Words of other languages, with the keyword that does their work.
const FOREIGN: &[(&str, &str)] = &[
    ("foreach", "for"),
    ("forEach", "for"),
    ("for_each", "for"),
    ("each", "for"),
    ("match", "switch"),
    ("select", "switch"),
    ("run", "bash"),
    ("sh", "bash"),
    ("shell", "bash"),
    ("exec", "bash"),
    ("script", "bash"),
    ("cmd", "bash"),
    ("command", "bash"),
    ("system", "bash"),
    ("llm", "agent"),
    ("ai", "agent"),
    ("prompt", "agent"),
    ("ask", "agent"),
    ("task", "agent"),
    ("message", "agent_message"),
    ("notify", "agent_message"),
    ("send", "agent_message"),
    ("confirm", "approval"),
    ("approve", "approval"),
    ("mcp", "tool"),
    ("action", "tool"),
    ("invoke", "tool"),
    ("subworkflow", "call"),
    ("workflow", "call"),
    ("run_workflow", "call"),
    ("sleep", "wait"),
    ("delay", "wait"),
    ("pause", "wait"),
    ("throw", "fail"),
    ("raise", "fail"),
    ("abort", "fail"),
    ("error", "fail"),
    ("assign", "set"),
    ("var", "let"),
    ("const", "let"),
    ("val", "let"),
    ("concurrent", "parallel"),
    ("fork", "parallel"),
    ("conditional", "if"),
    ("begin", "try"),
    ("next", "continue"),
];

/// Words of the root, which mean nothing inside a block.
pub const ROOT_WORDS: &[&str] = &[
    "description",
    "version",
    "slug",
    "tools",
    "type",
    "returns",
    "input",
    "secret",
    "env",
    "var",
    "policy",
    "constraints",
    "on",
    "allow",
];

impl Parser<'_> {
    /// How the step here starts. A word that is not quite a keyword is reported and read as what it
    /// stands for.
    pub(super) fn step_head(&mut self) -> Parsed<Head> {
        let word = self.word();
        let sign = self.kind_at(1);
        let compound = matches!(sign, TokenKind::Plus | TokenKind::Minus | TokenKind::Star)
            && self.kind_at(2) == TokenKind::Assign
            && self.tokens.adjacent(self.pos + 1);
        let assigned = sign == TokenKind::Assign
            || sign == TokenKind::Colon && self.kind_at(2) == TokenKind::Assign
            || compound;
        if word.is_empty() || self.key_end() > self.pos + 1 {
            return self.no_step();
        }
        if assigned {
            return self.assignment(word);
        }
        if word == "let" {
            return Ok(Head::Word("let"));
        }
        if let Some((known, _)) = STEP_WORDS.iter().find(|(w, _)| *w == word) {
            return Ok(Head::Word(known));
        }
        if sign == TokenKind::Colon {
            return self.field_as_step(word);
        }
        if let Some((_, right)) = FOREIGN.iter().find(|(w, _)| *w == word)
            && self.plausible(right)
        {
            return Ok(self.foreign_word(word, right));
        }
        self.misplaced(word)?;
        self.misspelt(word)
    }

    /// Whether what follows the word here could follow `right`.
    fn plausible(&self, right: &str) -> bool {
        let next = self.tokens.get(self.pos + 1);
        match right {
            "bash" | "agent" | "agent_message" | "approval" => next.kind == TokenKind::Str,
            "tool" | "call" => {
                matches!(next.kind, TokenKind::Ident | TokenKind::Str) && !next.first
            }
            "wait" => {
                matches!(
                    next.kind,
                    TokenKind::Duration | TokenKind::Int | TokenKind::Ident
                ) && !next.first
            }
            "let" | "for" | "set" => {
                matches!(
                    next.kind,
                    TokenKind::Ident | TokenKind::LParen | TokenKind::Str
                ) && !next.first
            }
            "switch" | "if" => !next.first,
            "parallel" | "try" => next.kind == TokenKind::LBrace,
            _ => next.kind != TokenKind::LParen && next.kind != TokenKind::Dot,
        }
    }

    fn foreign_word(&mut self, word: &str, right: &'static str) -> Head {
        let span = self.token().span;
        let spelled = if right == "wait" { "wait for" } else { right };
        self.note(
            Diagnostic::new(&FOREIGN_KEYWORD, span, format!("`{word}` is no keyword"))
                .help(format!("write `{spelled}`"))
                .replace(
                    Applicability::Safe,
                    format!("write `{spelled}`"),
                    span,
                    spelled,
                ),
        );
        Head::Word(right)
    }

    /// `x = 1`, `x += 1`
    fn assignment(&mut self, name: &str) -> Parsed<Head> {
        let span = self.token().span;
        let here = crate::span::Span::at(span.start);
        let sign = self.tokens.get(self.pos + 1).span;
        let found = Diagnostic::new(
            &FOREIGN_KEYWORD,
            span,
            format!("`{name}` is assigned without a keyword"),
        );
        self.note(if matches!(self.slice(sign), "=" | ":") {
            found
                .help(format!(
                    "write `set {name} = ...` for a variable, `let {name} = ...` for a name of its own"
                ))
                .replace(Applicability::Suggested, "insert `set`", here, "set ")
        } else {
            found.help(format!("write `set {name} = {name} {} ...`", self.slice(sign)))
        });
        Ok(Head::Assignment)
    }

    /// `timeout: 10m` in the place of a step
    fn field_as_step<T>(&mut self, word: &str) -> Parsed<T> {
        let span = self.token().span.to(self.tokens.get(self.pos + 1).span);
        let found = Diagnostic::new(
            &FOREIGN_PUNCTUATION,
            span,
            format!("the field `{word}` stands where a step should"),
        );
        let found = if shape::find(COMMON, word).is_some() {
            found.help(format!(
                "fields of a step stand in braces behind it: `with {{ {word}: ... }}`"
            ))
        } else if word == "steps" {
            found.help("steps stand in the braces themselves, one below the other")
        } else {
            found.help("a step starts with its kind: `bash \"...\"`, `agent \"...\"`, `if x { ... }`; YAML goes into `*.wf.yaml`")
        };
        self.note(found);
        self.pos += 2;
        Err(Reported)
    }

    /// Words that belong elsewhere.
    fn misplaced(&mut self, word: &str) -> Parsed<()> {
        let next = self.kind_at(1);
        let help = match word {
            "else" => "an `else` follows the `}` of its `if`",
            _ if ELSE_IF.contains(&word) => "write `else if`, behind the `}` of its `if`",
            "case" | "default" => "a `case` stands in the braces of its `switch`",
            "catch" | "finally" => {
                "it follows the `}` of its `try`; for the whole workflow write `on finally { ... }` at the top"
            }
            "branch" => "a `branch` stands in the braces of its `parallel`",
            "until" => "an `until` follows the `}` of its `repeat`",
            "collect" => "a `collect` is the last of a loop's body",
            "index" | "max" | "with" | "when" | "on_error" | "compensate"
                if next != TokenKind::LParen && next != TokenKind::Dot =>
            {
                "it follows the step that it belongs to"
            }
            "function" | "def" | "fn" | "func" | "proc" | "sub" => {
                "there are no functions: put the steps into a workflow of their own and `call` it"
            }
            "import" | "include" | "require" | "from" | "use" => {
                "tools come from catalogues: `tools \"name.tools.json\"`; other workflows are called by slug or path"
            }
            "async" | "await" | "spawn" | "go" => {
                "steps run in order; what runs at once stands in `parallel { branch a { ... } }`"
            }
            "echo" | "print" | "println" | "printf" | "console" | "log" => {
                "write `bash \"echo ...\"`, or `agent_message \"...\"` to tell people"
            }
            "unless" => "write `if !(...) { ... }`",
            "do" => "write `repeat max 10 { ... } until x`",
            "step" | "job" => {
                "a step starts with its kind, and `let` names it: `let x = bash \"...\"`"
            }
            "loop" => {
                "write `for x in xs { ... }`, `while x max 10 { ... }` or `repeat max 10 { ... }`"
            }
            "exit" | "stop" | "end" => "write `return`, or `fail \"...\"`",
            "pass" | "noop" => "leave it out",
            _ if ROOT_WORDS.contains(&word)
                && matches!(next, TokenKind::Ident | TokenKind::Str | TokenKind::LBrace) =>
            {
                "it is declared at the top of the workflow, outside of blocks"
            }
            _ => return Ok(()),
        };
        let span = self.token().span;
        let own = self.own_word(word);
        let (code, message) = if own {
            (&MISPLACED_KEYWORD, format!("`{word}` means nothing here"))
        } else {
            (&FOREIGN_KEYWORD, format!("`{word}` is no keyword"))
        };
        self.note(Diagnostic::new(code, span, message).help(help));
        self.pass_misplaced(word);
        Err(Reported)
    }

    /// Whether the word is one of the language at another place.
    fn own_word(&self, word: &str) -> bool {
        matches!(
            word,
            "else"
                | "case"
                | "default"
                | "catch"
                | "finally"
                | "branch"
                | "until"
                | "collect"
                | "index"
                | "max"
                | "with"
                | "when"
                | "on_error"
                | "compensate"
        ) || ROOT_WORDS.contains(&word)
    }

    /// Passes a declaration inside a block, so that its words are not taken for steps.
    fn pass_misplaced(&mut self, word: &str) {
        self.pos += 1;
        if word == "input" && self.kind() == TokenKind::Ident {
            self.pos += 1;
        }
    }

    /// A word near a keyword is that keyword.
    fn misspelt(&mut self, word: &str) -> Parsed<Head> {
        let words = || STEP_WORDS.iter().map(|(w, _)| *w).chain(["let"]);
        let next = self.tokens.get(self.pos + 1);
        let call = matches!(next.kind, TokenKind::LParen | TokenKind::Dot) && !next.first;
        let near = near::nearest(word, words());
        let Some(right) = near
            .first()
            .copied()
            .filter(|w| !call || *w == "if" || *w == "while")
        else {
            return self.no_step();
        };
        self.report_misspelt(word, right, near::evident(word, words()) == Some(right));
        Ok(Head::Word(right))
    }

    pub(super) fn report_misspelt(&mut self, word: &str, right: &str, evident: bool) {
        let span = self.token().span;
        let applicability = if evident {
            Applicability::Safe
        } else {
            Applicability::Suggested
        };
        self.note(
            Diagnostic::new(&MISSPELT_KEYWORD, span, format!("`{word}` is no keyword"))
                .help(format!("write `{right}`"))
                .near(vec![right.to_owned()])
                .replace(applicability, format!("write `{right}`"), span, right),
        );
    }

    /// Something that is no step.
    pub(super) fn no_step<T>(&mut self) -> Parsed<T> {
        if self.silent() {
            return Err(Reported);
        }
        let token = self.token();
        let before = self.before();
        let shown = shorten(self.slice(token.span)).to_owned();
        let found = if !token.first && !before.kind.closes() && !before.kind.opens() {
            // What stands behind a step on its line was meant to be part of it.
            Diagnostic::new(&EXPECTED_SYNTAX, token.span, format!("expected the next step, found `{shown}`"))
                .help("the step before it has ended; leave this out, or put an operator or braces before it")
        } else {
            Diagnostic::new(
                &EXPECTED_SYNTAX,
                token.span,
                format!("expected a step, found `{shown}`"),
            )
            .help(step_help(token.kind, &shown))
        };
        self.note(found);
        Err(Reported)
    }
}

fn step_help(kind: TokenKind, shown: &str) -> String {
    match kind {
        TokenKind::Minus => {
            "a step starts with its kind, such as `bash \"...\"`; YAML goes into `*.wf.yaml`"
                .to_owned()
        }
        TokenKind::Ident if !is_step_word(shown) => format!(
            "a step starts with its kind, such as `bash \"...\"`, `agent \"...\"`, `tool a.b {{ }}`, `if x {{ }}`; to give the value of `{shown}` a name write `let x = {shown}`"
        ),
        _ => "a step starts with its kind, such as `bash \"...\"`, `agent \"...\"`, `if x { ... }`"
            .to_owned(),
    }
}
