//! `wfc schema`: the JSON Schemas of the files that wfc reads and writes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::error::CliError;
use crate::exit::Exit;
use crate::write;

/// `wfc schema`
#[derive(Debug, Args)]
pub struct Schema {
    /// Of which files
    #[arg(value_enum, default_value_t = Of::Workflow)]
    pub of: Of,
    /// Where to write it; standard output when absent
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// What a schema is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Of {
    /// Workflows as YAML and JSON.
    Workflow,
    /// Tool catalogues, `*.tools.json`.
    Tools,
    /// Settings, `wfc.toml`.
    Settings,
    /// Files of tests, `*.wf.test.yaml` and `*.wf.test.json`.
    Tests,
    /// What `wfc check --format json` and `jsonl` print.
    CheckOutput,
    /// What `wfc diff --format json` prints.
    DiffOutput,
}

/// Catalogues have the form of the Model Context Protocol, settings are TOML: neither comes from the table of shapes.
const TOOLS: &str = include_str!("../../../../docs/schema/tools.schema.json");
const CHECK_OUTPUT: &str = include_str!("../../../../docs/schema/check-output.schema.json");
const DIFF_OUTPUT: &str = include_str!("../../../../docs/schema/diff-output.schema.json");
const SETTINGS: &str = include_str!("../../../../docs/schema/settings.schema.json");

/// Prints the schema.
///
/// # Errors
/// When the file cannot be written.
pub fn run(args: &Schema) -> Result<Exit, CliError> {
    let text = match args.of {
        Of::Workflow => wfc_syntax::json_schema::workflow(),
        Of::Tools => TOOLS.to_owned(),
        Of::Settings => SETTINGS.to_owned(),
        Of::Tests => wfc_testing::file::schema::schema(),
        Of::CheckOutput => CHECK_OUTPUT.to_owned(),
        Of::DiffOutput => DIFF_OUTPUT.to_owned(),
    };
    write::output(args.output.as_deref(), &text)?;
    Ok(Exit::Clean)
}
