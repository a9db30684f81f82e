//! The `wfc` command line.

#![allow(unreachable_pub, reason = "nothing is outside of a binary")]

mod args;
mod callees;
mod commands;
mod error;
mod exit;
mod files;
mod findings;
mod inputs;
mod lsp;
mod output;
mod post;
mod program;
mod replies;
mod session;
mod settings;
mod store;
mod term;
mod watch;
mod world;
mod write;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use error::CliError;
use exit::Exit;

/// A check makes many small pieces of memory; this allocator hands them out in fewer steps than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Clean
            }
            .into();
        }
    };
    match run(&cli) {
        Ok(_) if term::lost() => {
            term::eprint("standard output could not be written to its end\n");
            Exit::Usage.into()
        }
        Ok(exit) => exit.into(),
        Err(error) => {
            term::eprint(&format!("{:?}\n", miette::Report::new(error)));
            Exit::Usage.into()
        }
    }
}

fn run(cli: &Cli) -> Result<Exit, CliError> {
    match &cli.command {
        Command::Check(args) => commands::check::run(cli, args),
        Command::Run(args) => commands::run::run(cli, args),
        Command::Resume(args) => commands::resume::run(cli, args),
        Command::Runs(args) => commands::runs::run(args),
        Command::Show(args) => commands::show::run(cli, args),
        Command::Approve(args) => commands::answer::run(cli, args, true),
        Command::Deny(args) => commands::answer::run(cli, args, false),
        Command::Cancel(args) => commands::cancel::run(cli, args),
        Command::Replay(args) => commands::replay::run(cli, args),
        Command::Retry(args) => commands::retry::run(cli, args),
        Command::Test(args) => commands::test::run(cli, args),
        Command::Fmt(args) => commands::fmt::run(args),
        Command::Convert(args) => commands::convert::run(args, term::colours(cli.color)),
        Command::Build(args) => commands::build::run(cli, args),
        Command::Disasm(args) => commands::disasm::run(cli, args),
        Command::Diff(args) => commands::diff::run(cli, args),
        Command::Graph(args) => commands::graph::run(cli, args),
        Command::Eval(args) => commands::eval::run(args, term::colours(cli.color)),
        Command::Explain(args) => commands::explain::run(args),
        Command::Tools(args) => commands::tools::run(cli, args),
        Command::Schema(args) => commands::schema::run(args),
        Command::New(args) => commands::new::run(args),
        Command::Lsp(args) => commands::lsp::run(cli, args),
        Command::Completions(args) => Ok(commands::completions::run(args)),
    }
}
