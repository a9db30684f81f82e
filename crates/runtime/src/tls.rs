//! Certificate authorities of the user's own.

use std::path::Path;

use reqwest::Certificate;

/// The certificates of a PEM file; they count beside those that the system trusts.
///
/// # Errors
/// Why the file is of no use, in words.
pub(crate) fn certificates(path: &Path) -> Result<Vec<Certificate>, String> {
    let shown = path.display();
    let pem = std::fs::read(path)
        .map_err(|error| format!("the certificates in `{shown}` cannot be read: {error}"))?;
    let found = Certificate::from_pem_bundle(&pem)
        .map_err(|_| format!("`{shown}` holds something else than certificates in PEM form"))?;
    if found.is_empty() {
        return Err(format!("`{shown}` holds no certificate in PEM form"));
    }
    Ok(found)
}
