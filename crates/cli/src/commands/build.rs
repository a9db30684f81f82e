//! `wfc build`: a workflow as a program file.

use wfc_program::codec;

use crate::args::{Build, Cli};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::human;
use crate::program::{ENDING, Loaded, load_program};
use crate::settings::SettingsCache;
use crate::world::DiskWorld;
use crate::{term, write};

/// Compiles one file.
///
/// # Errors
/// When a file cannot be read or written.
pub fn run(cli: &Cli, args: &Build) -> Result<Exit, CliError> {
    let settings = SettingsCache::new(cli.config.as_deref());
    let ready = match load_program(&args.file, &DiskWorld::default(), &settings)? {
        Loaded::Ready(ready) => ready,
        Loaded::Faulty(report) => {
            term::eprint(&human::print(&[report], 1, term::colours(cli.color)));
            return Ok(Exit::Findings);
        }
    };
    let program = &ready.found.program;
    let bytes = if args.strip {
        codec::encode(&program.stripped())
    } else {
        codec::encode(program)
    };
    let output = args.output.clone().unwrap_or_else(|| {
        let name = args
            .file
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        let stem = name.split(".wf").next().unwrap_or(&name);
        args.file.with_file_name(format!("{stem}.{ENDING}"))
    });
    write::replace(&output, &bytes)?;
    term::print(&format!(
        "wrote {} ({} bytes)\n",
        output.display(),
        bytes.len()
    ));
    Ok(Exit::Clean)
}
