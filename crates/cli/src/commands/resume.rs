//! `wfc resume`: goes on with the run of a journal.

use crate::args::{Cli, Resume};
use crate::error::CliError;
use crate::exit::Exit;
use crate::program::Library;
use crate::session::{self, Session};
use crate::settings::SettingsCache;

/// Goes on with one run.
///
/// # Errors
/// When the journal cannot be read, or the workflow has changed since.
pub fn run(cli: &Cli, args: &Resume) -> Result<Exit, CliError> {
    let settings = SettingsCache::new(cli.config.as_deref());
    // The journal names the workflow; its settings are found as `run` found them.
    let reference = session::reference_of(&args.journal)?;
    let located = settings.of(&reference)?;
    let library = Library::default();
    let host = session::host(cli, &located, &args.answers.secret, &library)?;
    let session = Session::new(cli, &args.answers, Some(&args.journal), library)?;
    session.drive(|| host.resume(&args.journal))
}
