//! What can keep a command from being carried out: files, settings, arguments. Findings in workflows are no
//! errors of the command; they are diagnostics.

use std::path::PathBuf;

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

/// A command could not be carried out.
#[derive(Debug, Error, Diagnostic)]
pub enum CliError {
    /// A file could not be read.
    #[error("cannot read `{}`", path.display())]
    #[diagnostic(code(wfc::io), help("check the path and its permissions"))]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write `{}`", path.display())]
    #[diagnostic(code(wfc::io), help("check the folder and its permissions"))]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// `wfc.toml` is at fault.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Settings(Box<SettingsFault>),
    /// Arguments do not go together, or one is not what it must be.
    #[error("{message}")]
    #[diagnostic(code(wfc::usage))]
    Usage {
        /// What is wrong.
        message: String,
        /// What to write.
        #[help]
        help: Option<String>,
    },
    /// Who answers an approval is none of its `approvers`.
    #[error("{message}")]
    #[diagnostic(code(wfc::forbidden), help("who answers is said with `--as NAME`"))]
    Forbidden {
        /// What is wrong.
        message: String,
    },
    /// The work itself could not be done, for a reason outside the workflow.
    #[error("{message}")]
    #[diagnostic(code(wfc::host))]
    Host {
        /// What is wrong.
        message: String,
        /// What to do.
        #[help]
        help: Option<String>,
    },
}

/// A fault of `wfc.toml`, with its text.
#[derive(Debug, Error, Diagnostic)]
#[error("{message}")]
#[diagnostic(code(wfc::settings))]
pub struct SettingsFault {
    /// What is wrong.
    pub message: String,
    /// The file.
    #[source_code]
    pub text: NamedSource<String>,
    /// Where.
    #[label("here")]
    pub span: SourceSpan,
    /// What to write.
    #[help]
    pub help: Option<String>,
}

impl CliError {
    /// The error with its cause and its help, in one line: for formats that have no room for an excerpt.
    pub fn in_words(&self) -> String {
        let mut words = self.to_string();
        if let Some(cause) = std::error::Error::source(self) {
            words.push_str(&format!(": {cause}"));
        }
        if let Some(help) = Diagnostic::help(self) {
            words.push_str(&format!("; {help}"));
        }
        words
    }

    /// Prints the error to standard error.
    pub fn show(self) {
        crate::term::eprint(&format!("{:?}\n", miette::Report::new(self)));
    }

    /// An error of arguments.
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            help: Some(help.into()),
        }
    }

    /// An answer of somebody who may not give it.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::Forbidden {
            message: message.into(),
        }
    }

    /// An error of the world outside.
    pub fn host(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Host {
            message: message.into(),
            help: Some(help.into()),
        }
    }
}
