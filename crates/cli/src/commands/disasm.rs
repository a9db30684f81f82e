//! `wfc disasm`: the instructions of a workflow or a program file, source lines beside them.

use std::path::Path;

use wfc_program::codec::program_hash;
use wfc_program::disasm::disassemble;

use crate::args::{Cli, Disasm};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::human;
use crate::program::{Loaded, hex, load_program, program_file, programs_of};
use crate::settings::SettingsCache;
use crate::term;
use crate::world::DiskWorld;

/// Prints one listing, its hashes first.
///
/// # Errors
/// When a file cannot be read, or a program file is broken.
pub fn run(cli: &Cli, args: &Disasm) -> Result<Exit, CliError> {
    let settings = SettingsCache::new(cli.config.as_deref());
    let ready = match load_program(&args.file, &DiskWorld::default(), &settings)? {
        Loaded::Ready(ready) => ready,
        Loaded::Faulty(report) => {
            term::eprint(&human::print(&[report], 1, term::colours(cli.color)));
            return Ok(Exit::Findings);
        }
    };
    let program = &ready.found.program;
    let mut out = format!("; program hash {}\n", hex(&program_hash(program)));
    if ready.source.is_some() {
        out.push_str(&format!("; source hash  {}\n", ready.found.source_hash));
    }
    out.push_str(&called(&args.file));
    out.push_str(&disassemble(
        program,
        ready.source.as_ref().map(|s| &*s.text),
    ));
    term::print(&out);
    Ok(Exit::Clean)
}

/// The programs that one of a program file calls, and by what they can be named here.
fn called(path: &Path) -> String {
    let Some((file, number)) = program_file(path) else {
        return String::new();
    };
    let programs = programs_of(&file).unwrap_or_default();
    let calls = programs.get(number).map(|bundled| bundled.calls.as_slice());
    let line = |(name, at): &(String, usize)| {
        format!("; calls {name}, which is {}#{at}\n", file.display())
    };
    calls.unwrap_or_default().iter().map(line).collect()
}
