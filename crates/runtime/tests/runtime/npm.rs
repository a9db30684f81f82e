//! Programs of npm that tests use; of those of the command line, too.

use std::path::Path;
use std::process::Command;

/// What npm says when it does not come through to its registry. That is nobody's fault here.
const AWAY: [&str; 7] = [
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ENETUNREACH",
    "ENOTFOUND",
    "ERR_SOCKET_TIMEOUT",
    "ETIMEDOUT",
];

/// Installs packages, outside the sources; says whether they are there. Without npm, or away from its registry, a line says
/// that the tests which need them are skipped.
pub(crate) fn installed(prefix: &Path, packages: &[String]) -> bool {
    let names = packages.join(" ");
    let output = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--prefix"])
        .arg(prefix)
        .args(packages)
        .output();
    let Ok(output) = output else {
        println!("skipped: there is no npm to install {names} with");
        return false;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        assert!(AWAY.iter().any(|word| said.contains(word)), "{said}");
        println!("skipped: npm does not reach its registry to install {names}: {said}");
    }
    output.status.success()
}
