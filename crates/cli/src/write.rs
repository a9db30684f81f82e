//! Files written whole or not at all.

use std::io::Write as _;
use std::path::Path;

use crate::error::CliError;

/// Writes `bytes` beside the file and moves them over it, so that a crash or a full disk leaves the old file. Pipes and
/// devices are written to as they are.
///
/// # Errors
/// When the folder cannot be written to.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let failed = |source| CliError::Write {
        path: path.to_path_buf(),
        source,
    };
    // What is open already has no file of its own to be replaced.
    match path.to_str() {
        Some("/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1") => {
            return std::io::stdout().lock().write_all(bytes).map_err(failed);
        }
        Some("/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2") => {
            return std::io::stderr().lock().write_all(bytes).map_err(failed);
        }
        _ => {}
    }
    // Pipes and devices are written to: a file in their place would be another thing.
    if std::fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        let open = std::fs::OpenOptions::new().write(true).open(path);
        return open.and_then(|mut at| at.write_all(bytes)).map_err(failed);
    }
    // A link is written through, not replaced.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let name = target
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let beside = target.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = (|| {
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(bytes)?;
        if let Ok(meta) = std::fs::metadata(&target) {
            file.set_permissions(meta.permissions())?;
        }
        file.sync_all()?;
        std::fs::rename(&beside, &target)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written.map_err(failed)
}

/// The same for a file that held `before` when it was read: one that may not be written, or that somebody else changed
/// meanwhile, stays as it is.
///
/// # Errors
/// When it is not what it was, or cannot be written.
pub fn replace_if(path: &Path, before: &[u8], bytes: &[u8]) -> Result<(), CliError> {
    let failed = |source| CliError::Write {
        path: path.to_path_buf(),
        source,
    };
    // A file is replaced by a new one, which the folder's permissions alone would allow.
    let meta = std::fs::metadata(path).map_err(failed)?;
    if meta.permissions().readonly() {
        let refusal = "it may only be read";
        return Err(failed(std::io::Error::new(
            std::io::ErrorKind::PermissionDenied,
            refusal,
        )));
    }
    if std::fs::read(path).map_err(failed)? != before {
        return Err(CliError::host(
            format!(
                "`{}` was changed by somebody else meanwhile",
                path.display()
            ),
            "it was left as it is; run the command again",
        ));
    }
    replace(path, bytes)
}

/// Writes to a file, or to standard output when there is none.
///
/// # Errors
/// When the file cannot be written.
pub fn output(path: Option<&Path>, text: &str) -> Result<(), CliError> {
    match path {
        Some(path) => replace(path, text.as_bytes()),
        None => {
            crate::term::print(text);
            Ok(())
        }
    }
}
