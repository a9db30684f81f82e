//! `wfc completions`

use clap::CommandFactory as _;

use crate::args::{Cli, Completions};
use crate::exit::Exit;

/// Prints the script.
pub fn run(args: &Completions) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "wfc", &mut script);
    crate::term::print(&String::from_utf8_lossy(&script));
    Exit::Clean
}
