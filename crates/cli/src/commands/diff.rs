//! `wfc diff`: what changed in meaning between two workflows.

use std::path::{Path, PathBuf};

use wfc_compiler::Checked;
use wfc_compiler::diff::{Side, diff};
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use crate::args::{Cli, Diff, DiffFormat};
use crate::commands::check::has_errors;
use crate::error::CliError;
use crate::exit::Exit;
use crate::files::{Input, load};
use crate::output::{Report, bounds, diff as output, human};
use crate::settings::SettingsCache;
use crate::term;
use crate::world::DiskWorld;

/// Compares two files.
///
/// # Errors
/// When a file or the settings cannot be read, or both files are standard input.
pub fn run(cli: &Cli, args: &Diff) -> Result<Exit, CliError> {
    if args.old == Path::new("-") && args.new == Path::new("-") {
        return Err(CliError::usage(
            "both files are standard input",
            "name a file for one of them",
        ));
    }
    let world = DiskWorld::default();
    let settings = SettingsCache::new(cli.config.as_deref());
    let old_name = name(&args.old, args.old_name.as_deref(), &args.new);
    let new_name = name(&args.new, args.new_name.as_deref(), &args.old);
    let old = read(&args.old, old_name, &world, &settings)?;
    let new = read(&args.new, new_name, &world, &settings)?;
    // A file with errors has no meaning to compare.
    let faulty: Vec<Report> = [&old, &new]
        .into_iter()
        .filter(|file| has_errors(&file.checked.diagnostics))
        .map(|file| {
            let errors = file.checked.diagnostics.iter();
            let errors = errors.filter(|d| has_errors(std::slice::from_ref(d)));
            Report::new(file.source.clone(), errors.cloned().collect())
        })
        .collect();
    if !faulty.is_empty() {
        term::eprint(&human::print(
            &faulty,
            faulty.len(),
            term::colours(cli.color),
        ));
        return Ok(Exit::Usage);
    }
    let assume = bounds::assumptions(&*settings.of(&new.source.name)?);
    let found = diff(
        &Side::new(&old.checked, &old.source.name, &world),
        &Side::new(&new.checked, &new.source.name, &world),
        &assume,
    );
    let shown = output::Files {
        old: &old.source,
        new: &new.source,
    };
    let text = match args.format {
        DiffFormat::Human => output::people(&found, &shown),
        DiffFormat::Json => output::machine(&found, &shown),
    };
    term::print(&text);
    let differs = if args.breaking {
        found.grave().next().is_some()
    } else {
        !found.same
    };
    Ok(if differs { Exit::Findings } else { Exit::Clean })
}

/// A file that was read and checked.
struct File {
    source: Source,
    checked: Checked,
}

/// The name that a file goes by: its own; of what is no file (a pipe, `<(git show ...)`), that of the other one, so that
/// what it names beside it is found.
fn name(path: &Path, given: Option<&str>, other: &Path) -> Option<String> {
    if let Some(given) = given {
        return Some(given.to_owned());
    }
    let is_file = |path: &Path| path != Path::new("-") && path.is_file();
    (!is_file(path) && is_file(other)).then(|| other.display().to_string())
}

fn read(
    path: &Path,
    name: Option<String>,
    world: &DiskWorld,
    settings: &SettingsCache,
) -> Result<File, CliError> {
    let input = if path == Path::new("-") {
        Input::Stdin("stdin.wf".to_owned())
    } else {
        Input::File(PathBuf::from(path))
    };
    let loaded = load(&input)?;
    if !loaded.diagnostics.is_empty() {
        let message = loaded
            .diagnostics
            .first()
            .map(|d| d.message.clone())
            .unwrap_or_default();
        return Err(CliError::host(
            format!("`{}`: {message}", path.display()),
            "write the file in UTF-8",
        ));
    }
    let (source, spelling) = match name {
        // The content says the spelling where the name was borrowed.
        Some(name) => {
            let spelling = Spelling::of("", &loaded.source.text);
            (Source::new(name, &*loaded.source.text), spelling)
        }
        None => (loaded.source, loaded.spelling),
    };
    let settings = settings.checks_of(&source.name)?;
    let checked = wfc_compiler::check(&source, spelling, world, &settings);
    Ok(File { source, checked })
}
