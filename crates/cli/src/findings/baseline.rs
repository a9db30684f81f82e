//! `--baseline`: findings that are known and left out, so that only new ones fail.
//!
//! The file is JSON, sorted, one finding a line group: it is meant to be committed. It holds no lines of the
//! workflows, since a finding may be that a secret stands in one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::choice::Choice;
use crate::error::CliError;
use crate::output::Report;

/// Version of the file's form.
const VERSION: u64 = 1;

/// A known finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    /// The file, from the baseline's folder, with `/` between the parts.
    pub file: String,
    /// The code's id.
    pub code: String,
    /// What the finding is recognised by.
    pub fingerprint: String,
    /// What it said.
    pub message: String,
}

/// A baseline.
pub struct Baseline {
    folder: PathBuf,
    known: Vec<Known>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// When the file cannot be read or is no baseline.
    pub fn read(path: &Path) -> Result<Self, CliError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(CliError::host(
                    format!("there is no baseline `{}`", path.display()),
                    "write it with `--write-baseline`",
                ));
            }
            Err(source) => {
                return Err(CliError::Read {
                    path: path.to_path_buf(),
                    source,
                });
            }
        };
        let known = entries(&text).map_err(|why| {
            CliError::host(
                format!("`{}` is no baseline: {why}", path.display()),
                "write it anew with `--write-baseline`",
            )
        })?;
        Ok(Self {
            folder: folder_of(path),
            known,
        })
    }

    /// Takes the known findings out. Returns how many they were, and the entries that no longer occur: in files that
    /// were checked or are gone, of codes that are reported.
    pub fn apply(&self, reports: &mut [Report], choice: &Choice) -> (usize, Vec<Known>) {
        let mut left: BTreeMap<(String, String, String), Vec<&Known>> = BTreeMap::new();
        for k in &self.known {
            let key = (k.file.clone(), k.code.clone(), k.fingerprint.clone());
            left.entry(key).or_default().push(k);
        }
        let mut taken = 0;
        let mut checked = BTreeSet::new();
        for report in reports {
            let file = relative(&self.folder, &report.source.name);
            report.retain(|d, print| {
                let known = left
                    .get_mut(&(file.clone(), d.code.id.to_owned(), print.to_owned()))
                    .is_some_and(|of| of.pop().is_some());
                taken += usize::from(known);
                !known
            });
            checked.insert(file);
        }
        let gone = left.into_values().flatten().filter(|k| {
            (checked.contains(&k.file) || !self.folder.join(&k.file).exists())
                && choice.takes_code(&k.code)
        });
        let mut gone: Vec<Known> = gone.cloned().collect();
        gone.sort();
        (taken, gone)
    }
}

/// Writes all findings into a baseline. Returns how many they are.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, reports: &[Report]) -> Result<usize, CliError> {
    let folder = folder_of(path);
    let mut known: Vec<Known> = Vec::new();
    for report in reports {
        let file = relative(&folder, &report.source.name);
        let found = report.diagnostics.iter().zip(report.fingerprints());
        known.extend(found.map(|(d, print)| Known {
            file: file.clone(),
            code: d.code.id.to_owned(),
            fingerprint: print,
            message: d.message.clone(),
        }));
    }
    known.sort();
    let findings: Vec<Value> = known
        .iter()
        .map(|k| json!({ "file": k.file, "code": k.code, "fingerprint": k.fingerprint, "message": k.message }))
        .collect();
    let document = json!({ "version": VERSION, "findings": findings });
    crate::write::replace(path, format!("{document:#}\n").as_bytes())?;
    Ok(known.len())
}

fn entries(text: &str) -> Result<Vec<Known>, String> {
    let document: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    match document.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(other) => return Err(format!("version {other} is not known, only {VERSION}")),
        None => return Err("it has no `version`".to_owned()),
    }
    let findings = document.get("findings").and_then(Value::as_array);
    let findings = findings.ok_or("it has no list `findings`")?;
    findings
        .iter()
        .enumerate()
        .map(|(i, entry)| {
            let text = |field: &str| {
                let value = entry.get(field).and_then(Value::as_str).map(str::to_owned);
                value.ok_or_else(|| format!("finding {i} has no `{field}`"))
            };
            Ok(Known {
                file: text("file")?,
                code: text("code")?,
                fingerprint: text("fingerprint")?,
                message: text("message")?,
            })
        })
        .collect()
}

/// The folder of a file, absolute, without `.` and `..`.
fn folder_of(path: &Path) -> PathBuf {
    let path = crate::files::plain(path);
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// A file's path from a folder, with `/` between the parts, also where it lies outside.
fn relative(folder: &Path, file: &str) -> String {
    let file = crate::files::plain(Path::new(file));
    let mut up = 0;
    let mut base = folder;
    loop {
        if let Ok(rest) = file.strip_prefix(base) {
            let parts = rest
                .components()
                .map(|c| c.as_os_str().to_string_lossy().into_owned());
            let parts: Vec<String> = std::iter::repeat_n("..".to_owned(), up)
                .chain(parts)
                .collect();
            return parts.join("/");
        }
        let Some(parent) = base.parent() else {
            return file.display().to_string();
        };
        base = parent;
        up += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_from_the_baselines_folder() {
        let at = |folder: &str, file: &str| relative(Path::new(folder), file);
        assert_eq!(at("/a/b", "/a/b/c/w.wf"), "c/w.wf");
        assert_eq!(at("/a/b", "/a/x/../b/w.wf"), "w.wf");
        assert_eq!(at("/a/b", "/a/w.wf"), "../w.wf");
        assert_eq!(at("/a/b", "/c/w.wf"), "../../c/w.wf");
    }

    #[test]
    fn what_is_no_baseline_says_why() {
        let why = |text: &str| entries(text).unwrap_err();
        assert_eq!(why("{}"), "it has no `version`");
        assert_eq!(why("{\"version\": 2}"), "version 2 is not known, only 1");
        assert_eq!(why("{\"version\": 1}"), "it has no list `findings`");
        assert_eq!(
            why("{\"version\": 1, \"findings\": [{\"file\": \"a\"}]}"),
            "finding 0 has no `code`"
        );
        assert!(why("nonsense").contains("line 1"));
    }
}
