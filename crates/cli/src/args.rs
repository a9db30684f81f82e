//! Arguments of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::store::StoreArg;

/// Workflows that are checked before they run.
///
/// Exit status: 0 done and nothing found; 1 findings, or a run that failed; 2 the command itself could not
/// be carried out; 10 a run waits for an approval or an event; 130 cancelled.
#[derive(Debug, Parser)]
#[command(name = "wfc", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
    /// Settings to use instead of the nearest `wfc.toml` upwards.
    #[arg(long, global = true, value_name = "FILE", env = "WFC_CONFIG")]
    pub config: Option<PathBuf>,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Also into files and pipes.
    Always,
    /// Not at all.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Finds faults in workflows without running them
    Check(Check),
    /// Runs a workflow to its end, or until it waits for somebody
    Run(Run),
    /// Goes on with a durable run that waits, or whose process ended
    Resume(Resume),
    /// Lists durable runs
    Runs(crate::commands::runs::Runs),
    /// Shows a durable run: its steps with times, inputs, outputs and errors
    Show(crate::commands::show::Show),
    /// Answers an approval of a durable run with yes, and goes on with it
    Approve(crate::commands::answer::Answer),
    /// Answers an approval of a durable run with no, and goes on with it
    Deny(crate::commands::answer::Answer),
    /// Cancels a durable run: `finally` and compensation are run
    Cancel(crate::commands::cancel::Cancel),
    /// Steps through a durable run's past; nothing is done again
    Replay(crate::commands::replay::Replay),
    /// Runs a durable run that has ended again, from a step on
    Retry(crate::commands::retry::Retry),
    /// Runs the tests beside workflows, with mocked steps and a clock that skips waits
    Test(crate::commands::test::Test),
    /// Lays files out anew, keeping their comments
    Fmt(Fmt),
    /// Writes a workflow in another spelling
    Convert(Convert),
    /// Compiles a workflow into a program file
    Build(Build),
    /// Shows the instructions of a workflow or of a program file
    Disasm(Disasm),
    /// Tells what changed in meaning between two workflows
    Diff(Diff),
    /// Draws a workflow
    Graph(Graph),
    /// Types an expression and prints its value as JSON
    Eval(crate::commands::eval::Eval),
    /// Explains a code, or lists them all
    Explain(Explain),
    /// Writes tool catalogues from live MCP servers, and shows them
    Tools(crate::commands::tools::Tools),
    /// Prints the JSON Schema of workflows, catalogues or settings, for editors
    Schema(crate::commands::schema::Schema),
    /// Writes a new workflow to begin with
    New(New),
    /// Serves editors: the language server
    Lsp(crate::commands::lsp::Lsp),
    /// Prints a completion script for a shell
    Completions(Completions),
}

/// `wfc check`
#[derive(Debug, Args)]
pub struct Check {
    /// Files and folders; `-` reads standard input. A file named outright is read whatever its name
    #[arg(default_value = ".", value_name = "PATH")]
    pub paths: Vec<String>,
    /// The name that standard input goes by; its ending says the spelling
    #[arg(long, value_name = "NAME", default_value = "stdin.wf.yaml")]
    pub stdin_name: String,
    /// Check again whenever a file changes
    #[arg(long)]
    pub watch: bool,
    /// Print how often agents, tools and commands are called at most, and how long a run takes at most
    #[arg(long)]
    pub bounds: bool,
    /// What is mended
    #[command(flatten)]
    pub mending: crate::commands::fix::Mending,
    /// How findings are printed, and where
    #[command(flatten)]
    pub print: Print,
    /// Which findings count
    #[command(flatten)]
    pub choice: Chosen,
}

/// How `check` prints findings, and where.
#[derive(Debug, Args)]
pub struct Print {
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = CheckFormat::Human, env = "WFC_CHECK_FORMAT", hide_env_values = true)]
    pub format: CheckFormat,
    /// Write the findings to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print no more than N findings, the gravest ones; all are counted
    #[arg(long, value_name = "N")]
    pub max_findings: Option<usize>,
}

/// Which findings `check` reports, and which make it fail.
#[derive(Debug, Args)]
pub struct Chosen {
    /// Report only these: ids, names, families (`WF06`, `trust`), with commas between them. Errors of syntax stay
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Leave these out. Errors without which a workflow has no meaning (WF00 to WF03) stay
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Leave out the findings that this file knows
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write the findings that there are into the baseline instead of reporting them
    #[arg(long, requires = "baseline")]
    pub write_baseline: bool,
    /// The least severity that makes the exit status 1
    #[arg(long, value_enum, default_value_t = FailOn::Warning, value_name = "SEVERITY")]
    pub fail_on: FailOn,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// With excerpts of the source.
    Human,
    /// One JSON document.
    Json,
    /// One JSON object a line: the findings, then a summary.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of a GitHub workflow.
    Github,
    /// `file:line:column: severity: message`, as compilers print.
    Gcc,
}

/// The least severity that makes `check` fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors.
    Error,
    /// Errors and warnings.
    Warning,
    /// Any finding.
    Note,
    /// None: only a command that cannot be carried out fails.
    Never,
}

/// What commands that run something share.
#[derive(Debug, Default, Args)]
pub struct Answers {
    /// Answer the approval ID (a step's id or path) with yes; may be given more than once
    #[arg(long, value_name = "ID")]
    pub approve: Vec<String>,
    /// Answer the approval ID with no
    #[arg(long, value_name = "ID")]
    pub deny: Vec<String>,
    /// Answer the message ID that awaits a response; JSON where the step has `returns`
    #[arg(long, value_name = "ID=TEXT")]
    pub reply: Vec<String>,
    /// Tell the run that an event came in, with its key and payload if it has them
    #[arg(long, value_name = "NAME[:KEY][=JSON]")]
    pub event: Vec<String>,
    /// Who answers; the user's name when absent
    #[arg(long, visible_alias = "as", value_name = "NAME")]
    pub by: Option<String>,
    /// A remark that goes with the answers
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
    /// Take what a secret holds from a file or from a variable of the environment; this goes before `wfc.toml`
    #[arg(long, value_name = "NAME=FILE|env:VARIABLE")]
    pub secret: Vec<String>,
    /// How progress is printed
    #[arg(long, value_enum, default_value_t = RunFormat::Human)]
    pub format: RunFormat,
}

/// How progress is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RunFormat {
    /// A tree of steps on a terminal, plain lines otherwise.
    #[default]
    Human,
    /// One JSON object a line; a dry run is one object.
    #[value(alias = "json")]
    Jsonl,
}

/// `wfc run`
#[derive(Debug, Args)]
pub struct Run {
    /// A workflow, or a program file (`*.wfb`)
    pub file: PathBuf,
    /// An input; the value is read as the input's type asks (text, or JSON)
    #[arg(long = "input", short = 'i', value_name = "NAME=VALUE")]
    pub input: Vec<String>,
    /// Inputs as a JSON object in a file; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub inputs: Option<PathBuf>,
    /// Carry nothing out: show the path with made-up results of the right types, and the bounds
    #[arg(long, conflicts_with_all = ["durable", "store"])]
    pub dry: bool,
    /// What results of a dry run are made from: 0 takes the first of everything, others choose by chance
    #[arg(long, value_name = "N", default_value_t = 0, requires = "dry")]
    pub seed: u64,
    /// Results of a dry run that are not made up: the mocks of a file of tests, those of `defaults` and of its only test
    #[arg(long, value_name = "FILE", requires = "dry")]
    pub mocks: Option<PathBuf>,
    /// The test whose mocks are taken, of a file with several
    #[arg(long, value_name = "NAME", requires = "mocks")]
    pub mocks_of: Option<String>,
    /// Keep the run in a store, so that it survives the process; `--store` asks for that, too
    #[arg(long)]
    pub durable: bool,
    /// Where it is kept
    #[command(flatten)]
    pub store: StoreArg,
    /// Answers and output
    #[command(flatten)]
    pub answers: Answers,
}

/// `wfc resume`
#[derive(Debug, Args)]
pub struct Resume {
    /// The run's id, a part of it, or `last`; without it the only run that has not ended
    pub run: Option<String>,
    /// Let a run go on that was set aside since it took its process down, or its journal made no sense
    #[arg(long)]
    pub release: bool,
    /// Where it is kept
    #[command(flatten)]
    pub store: StoreArg,
    /// Answers and output
    #[command(flatten)]
    pub answers: Answers,
}

/// `wfc fmt`
#[derive(Debug, Args)]
pub struct Fmt {
    /// Files and folders; `-` reads standard input and writes standard output
    #[arg(default_value = ".", value_name = "PATH")]
    pub paths: Vec<String>,
    /// The name that standard input goes by
    #[arg(long, value_name = "NAME", default_value = "stdin.wf.yaml")]
    pub stdin_name: String,
    /// Change nothing; exit with 1 and name the files that would change
    #[arg(long)]
    pub check: bool,
}

/// `wfc convert`
#[derive(Debug, Args)]
pub struct Convert {
    /// The workflow
    pub file: PathBuf,
    /// The spelling to write
    #[arg(long, value_enum)]
    pub to: To,
    /// Where to write it; standard output when absent
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// A spelling to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum To {
    /// `*.wf.yaml`
    Yaml,
    /// `*.wf.json`
    Json,
    /// `*.wf`
    Text,
}

/// `wfc build`
#[derive(Debug, Args)]
pub struct Build {
    /// The workflow
    pub file: PathBuf,
    /// Where to write the program; the workflow's name with `.wfb` when absent
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Leave out places in the source
    #[arg(long)]
    pub strip: bool,
}

/// `wfc disasm`
#[derive(Debug, Args)]
pub struct Disasm {
    /// A workflow, or a program file (`*.wfb`)
    pub file: PathBuf,
    /// Leave out the source lines: equal for all spellings of one workflow
    #[arg(long)]
    pub no_source: bool,
}

/// `wfc diff`
///
/// Exit status: 0 no change in meaning; 1 changes; 2 a file could not be read, or has errors.
#[derive(Debug, Args)]
pub struct Diff {
    /// The old workflow; `-` reads standard input
    pub old: PathBuf,
    /// The new one
    pub new: PathBuf,
    /// The name that the old one goes by, for files that it names; that of the new one when the old one is a pipe
    #[arg(long, value_name = "NAME")]
    pub old_name: Option<String>,
    /// The name that the new one goes by
    #[arg(long, value_name = "NAME")]
    pub new_name: Option<String>,
    /// How the difference is printed
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub format: DiffFormat,
    /// Exit with 1 only when something breaks callers or is less safe
    #[arg(long)]
    pub breaking: bool,
}

/// How a difference is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// By area, with what follows for suspended runs.
    Human,
    /// One JSON document.
    Json,
}

/// `wfc graph`
#[derive(Debug, Args)]
pub struct Graph {
    /// The workflow
    pub file: PathBuf,
    /// How to draw it
    #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
    pub format: GraphFormat,
    /// Where to write it; standard output when absent
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How a workflow is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// A Mermaid flowchart.
    Mermaid,
    /// Graphviz' language.
    Dot,
    /// A picture.
    Svg,
}

/// `wfc explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// A code (`WF0201`) or its name (`undefined-name`); all are listed when absent
    pub code: Option<String>,
}

/// `wfc new`
#[derive(Debug, Args)]
pub struct New {
    /// The workflow's name; its file is called after it
    pub name: String,
    /// The spelling to write
    #[arg(long, value_enum, default_value_t = To::Text)]
    pub spelling: To,
}

/// `wfc completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}
