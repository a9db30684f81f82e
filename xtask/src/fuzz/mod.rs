//! What must hold for any bytes. Each target is one function, called by the fuzzer (`fuzz/`) and, with the inputs of
//! `tests/fuzz-corpus`, by the tests.

mod files;
mod machine;
mod parts;
pub mod seeds;
mod server;

/// A property that holds for any bytes.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, that of the fuzzer's binary too.
    pub name: &'static str,
    /// What it holds.
    pub doc: &'static str,
    /// Says what is wrong; panics, hangs and memory are the fuzzer's to notice.
    pub check: fn(&[u8]) -> Result<(), String>,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target {
        name: "parse_yaml",
        doc: "any bytes as YAML: a tree, and findings at places that exist",
        check: files::parse_yaml,
    },
    Target {
        name: "parse_json",
        doc: "any bytes as JSON: a tree, and findings at places that exist",
        check: files::parse_json,
    },
    Target {
        name: "parse_text",
        doc: "any bytes as the text form: a tree, and findings at places that exist",
        check: files::parse_text,
    },
    Target {
        name: "check",
        doc: "a file is checked; one without errors gives a program that the verifier takes and its codec keeps",
        check: files::check,
    },
    Target {
        name: "fix",
        doc: "mending a file ends, by safe fixes and by suggested ones",
        check: files::fix,
    },
    Target {
        name: "format",
        doc: "a valid file is laid out once and for all, with its comments",
        check: files::format,
    },
    Target {
        name: "convert",
        doc: "a valid file means the same in every spelling and back, with its comments",
        check: files::convert,
    },
    Target {
        name: "expression",
        doc: "an expression is printed and read back; what the workflow dialect takes meets no type fault and gives a value of its type",
        check: parts::expression,
    },
    Target {
        name: "types",
        doc: "a type is printed and read back",
        check: parts::types,
    },
    Target {
        name: "template",
        doc: "a text with `{{ }}` means the same in every spelling",
        check: parts::template,
    },
    Target {
        name: "schema",
        doc: "a JSON Schema, or a tool catalogue, gives types whose own schema says the same",
        check: parts::schema,
    },
    Target {
        name: "cron",
        doc: "a schedule fires later and later; times and durations are printed and read back",
        check: parts::cron,
    },
    Target {
        name: "program",
        doc: "bytes that the verifier takes for a program run without a panic, whatever happens; a snapshot gives the same machine",
        check: machine::program,
    },
    Target {
        name: "snapshot",
        doc: "bytes that are taken for a snapshot give a machine that runs without a panic, whatever happens",
        check: machine::snapshot,
    },
    Target {
        name: "server",
        doc: "whatever an editor sends, the language server goes on, answers each request once and holds the editor's text",
        check: server::messages,
    },
];

/// The target of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|t| t.name == name)
}
