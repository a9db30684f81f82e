//! Findings as plain data. Nothing here renders: the front doors do.

use crate::code::{Code, Severity};
use crate::span::Span;

/// One finding in one source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of finding.
    pub code: &'static Code,
    /// The code's own severity, or what the settings made of it.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop, the author's text in backticks.
    pub message: String,
    /// The exact characters at fault.
    pub span: Span,
    /// Other places that explain it, in reading order.
    pub labels: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
    /// Edits that mend it, best first.
    pub fixes: Vec<Fix>,
    /// Facts for machines; boxed since most findings have none.
    pub facts: Option<Box<Facts>>,
}

/// A secondary place with its part of the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Path of the file, when it is not the diagnostic's own.
    pub file: Option<String>,
    /// The place.
    pub span: Span,
    /// What is there.
    pub message: String,
}

/// What was expected and found, in words of the language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The type or form that fits here.
    pub expected: Option<String>,
    /// The type or form that stands here.
    pub found: Option<String>,
    /// Names in scope that are near the one written, nearest first.
    pub near: Vec<String>,
    /// What is left out and has to be there: the name of a field, the values without a case.
    pub lacks: Vec<String>,
    /// The type fits, and a limit of a schema does not take the value.
    pub over_limit: bool,
}

/// An edit that mends a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: "rename to `review`".
    pub title: String,
    /// Whether a machine may apply it unasked.
    pub applicability: Applicability,
    /// Replacements that do not overlap, in the order of their places.
    pub edits: Vec<Edit>,
}

/// Whether a fix may be applied without a person's look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applicability {
    /// Keeps or restores the evident meaning.
    Safe,
    /// Likely what was meant; changes meaning.
    Suggested,
}

impl Applicability {
    /// The word that outputs use.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Suggested => "suggested",
        }
    }
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Diagnostic {
    /// A finding of `code` at `span`.
    #[must_use]
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity,
            message: message.into(),
            span,
            labels: Vec::new(),
            help: None,
            fixes: Vec::new(),
            facts: None,
        }
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a secondary place in the same file.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label {
            file: None,
            span,
            message: message.into(),
        });
        self
    }

    /// Adds a fix.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// Adds a fix of one replacement.
    #[must_use]
    pub fn replace(
        self,
        applicability: Applicability,
        title: impl Into<String>,
        span: Span,
        text: impl Into<String>,
    ) -> Self {
        self.fix(Fix {
            title: title.into(),
            applicability,
            edits: vec![Edit {
                span,
                text: text.into(),
            }],
        })
    }

    /// Says which type or form was expected and which was found.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>, found: impl Into<String>) -> Self {
        let facts = self.facts.get_or_insert_with(Box::default);
        facts.expected = Some(expected.into());
        facts.found = Some(found.into());
        self
    }

    /// Names what is left out.
    #[must_use]
    pub fn lacks(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let facts = self.facts.get_or_insert_with(Box::default);
        facts.lacks = names.into_iter().map(Into::into).collect();
        self
    }

    /// Says that it is a schema's limit, not a type, that does not take the value.
    #[must_use]
    pub fn over_limit(mut self) -> Self {
        self.facts.get_or_insert_with(Box::default).over_limit = true;
        self
    }

    /// Names the near ones in scope.
    #[must_use]
    pub fn near(mut self, near: Vec<String>) -> Self {
        if !near.is_empty() {
            self.facts.get_or_insert_with(Box::default).near = near;
        }
        self
    }
}
