//! `wfc build`: a workflow as a program file, with the workflows that it calls.

use std::sync::Arc;

use wfc_program::codec;

use crate::args::{Build, Cli};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{Report, human};
use crate::program::{ENDING, Loaded, load_program};
use crate::settings::SettingsCache;
use crate::world::DiskWorld;
use crate::{callees, term, write};

/// Compiles one file, and those that it calls.
///
/// # Errors
/// When a file cannot be read or written.
pub fn run(cli: &Cli, args: &Build) -> Result<Exit, CliError> {
    let settings = SettingsCache::new(cli.config.as_deref());
    let ready = match load_program(&args.file, &DiskWorld::default(), &settings)? {
        Loaded::Ready(ready) => ready,
        Loaded::Faulty(report) => return Ok(faulty(cli, report)),
    };
    let mut programs = match callees::bundle(*ready, &settings)? {
        Ok(programs) => programs,
        Err(report) => return Ok(faulty(cli, report)),
    };
    if args.strip {
        for bundled in &mut programs {
            bundled.program = Arc::new(bundled.program.stripped());
        }
    }
    let bytes = codec::encode_bundle(&programs);
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
    let called = match programs.len() {
        0 | 1 => String::new(),
        2 => ", with the workflow that it calls".to_owned(),
        n => format!(", with the {} workflows that it calls", n - 1),
    };
    term::print(&format!(
        "wrote {} ({} bytes{called})\n",
        output.display(),
        bytes.len()
    ));
    Ok(Exit::Clean)
}

fn faulty(cli: &Cli, report: Report) -> Exit {
    term::eprint(&human::print(&[report], 1, term::colours(cli.color)));
    Exit::Findings
}
