//! Files that an agent reads and writes through its client: text, within one folder.

use std::ffi::OsString;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Component, Path, PathBuf};

use serde_json::{Value as Json, json};

use super::wire::RpcError;
use crate::settings::Files;

/// The most bytes of a file that is read.
const MAX_FILE: u64 = 4 * 1024 * 1024;

const INVALID_PARAMS: i64 = -32602;
const INTERNAL: i64 = -32603;
const NOT_FOUND: i64 = -32002;

/// Carries out `fs/read_text_file` and `fs/write_text_file`; nothing for other methods and for what is not allowed.
pub(super) fn carry_out(
    method: &str,
    params: &Json,
    folder: &Path,
    files: Files,
) -> Option<Result<Json, RpcError>> {
    match (method, files) {
        ("fs/read_text_file", Files::Read | Files::Write) => Some(read(params, folder)),
        ("fs/write_text_file", Files::Write) => Some(write(params, folder)),
        _ => None,
    }
}

fn wrong(code: i64, message: String) -> RpcError {
    RpcError { code, message }
}

/// The file that is meant, with links followed: it has to lie in the folder.
fn path(params: &Json, folder: &Path) -> Result<PathBuf, RpcError> {
    let given = params.get("path").and_then(Json::as_str);
    let given = given.ok_or_else(|| wrong(INVALID_PARAMS, "`path` is missing".to_owned()))?;
    let outside = || {
        let message = format!("`{given}` does not lie in `{}`", folder.display());
        wrong(INVALID_PARAMS, message)
    };
    let mut known = folder.join(given);
    if known.components().any(|part| part == Component::ParentDir) {
        return Err(outside());
    }
    let folder = fs::canonicalize(folder).map_err(|error| system(given, &error))?;
    // A file that is not there yet has a nearest folder that is.
    let mut rest: Vec<OsString> = Vec::new();
    let found = loop {
        match fs::canonicalize(&known) {
            Ok(found) => break found,
            // A link to nowhere would be written through.
            Err(_) if fs::symlink_metadata(&known).is_ok() => return Err(outside()),
            Err(_) => {}
        }
        let (Some(parent), Some(name)) = (known.parent(), known.file_name()) else {
            return Err(outside());
        };
        rest.push(name.to_owned());
        known = parent.to_path_buf();
    };
    let whole = rest.iter().rev().fold(found, |path, name| path.join(name));
    if whole.starts_with(&folder) {
        Ok(whole)
    } else {
        Err(outside())
    }
}

fn system(given: &str, error: &std::io::Error) -> RpcError {
    let code = match error.kind() {
        std::io::ErrorKind::NotFound => NOT_FOUND,
        _ => INTERNAL,
    };
    wrong(code, format!("`{given}`: {error}"))
}

fn read(params: &Json, folder: &Path) -> Result<Json, RpcError> {
    let path = path(params, folder)?;
    let shown = path.display().to_string();
    let file = fs::File::open(&path).map_err(|error| system(&shown, &error))?;
    // Reading a pipe might never end.
    if !file.metadata().is_ok_and(|meta| meta.is_file()) {
        return Err(wrong(INVALID_PARAMS, format!("`{shown}` is no file")));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| system(&shown, &error))?;
    if bytes.len() as u64 > MAX_FILE {
        let message = format!("`{shown}` has more than {} MiB", MAX_FILE >> 20);
        return Err(wrong(INVALID_PARAMS, message));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| wrong(INVALID_PARAMS, format!("`{shown}` is no text")))?;
    let number = |name: &str| {
        let number = params.get(name).and_then(Json::as_u64);
        number.map(|n| usize::try_from(n).unwrap_or(usize::MAX))
    };
    let (line, limit) = (number("line"), number("limit"));
    if line.is_none() && limit.is_none() {
        return Ok(json!({ "content": text }));
    }
    let lines = text.split_inclusive('\n');
    let skipped = line.unwrap_or(1).saturating_sub(1);
    let part: String = lines
        .skip(skipped)
        .take(limit.unwrap_or(usize::MAX))
        .collect();
    Ok(json!({ "content": part }))
}

fn write(params: &Json, folder: &Path) -> Result<Json, RpcError> {
    let content = params.get("content").and_then(Json::as_str);
    let content =
        content.ok_or_else(|| wrong(INVALID_PARAMS, "`content` is missing".to_owned()))?;
    let path = path(params, folder)?;
    let shown = path.display().to_string();
    if path.exists() && !path.is_file() {
        return Err(wrong(INVALID_PARAMS, format!("`{shown}` is no file")));
    }
    let written = || {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::File::create(&path)?.write_all(content.as_bytes())
    };
    written().map_err(|error| system(&shown, &error))?;
    Ok(json!({}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_in(folder: &Path, params: &Json) -> Result<Json, RpcError> {
        carry_out("fs/read_text_file", params, folder, Files::Read).unwrap()
    }

    #[test]
    fn files_are_read_whole_or_by_lines() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.txt");
        fs::write(&path, "one\ntwo\r\nthree").unwrap();
        let content = |more: Json| {
            let mut params = json!({ "sessionId": "s", "path": path });
            params
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            read_in(dir.path(), &params).unwrap()["content"].clone()
        };
        assert_eq!(content(json!({})), "one\ntwo\r\nthree");
        assert_eq!(content(json!({ "line": 2 })), "two\r\nthree");
        assert_eq!(content(json!({ "line": 2, "limit": 1 })), "two\r\n");
        assert_eq!(content(json!({ "limit": 0 })), "");
        assert_eq!(content(json!({ "line": 9 })), "");
    }

    #[test]
    fn nothing_outside_of_the_folder_is_touched() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("in");
        fs::create_dir(&folder).unwrap();
        fs::write(dir.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink(dir.path(), folder.join("up")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("new"), folder.join("dangling")).unwrap();
        for path in [
            "../secret",
            "up/secret",
            "/etc/passwd",
            "a/../../secret",
            "up/new/file",
            "dangling",
        ] {
            for method in ["fs/read_text_file", "fs/write_text_file"] {
                let params = json!({ "path": path, "content": "y" });
                let error = carry_out(method, &params, &folder, Files::Write)
                    .unwrap()
                    .unwrap_err();
                assert!(
                    error.message.contains("does not lie in"),
                    "{path}: {error:?}"
                );
            }
        }
        assert_eq!(fs::read_to_string(dir.path().join("secret")).unwrap(), "x");
        assert!(!dir.path().join("new").exists());
    }

    #[test]
    fn files_are_written_with_their_folders_when_that_is_allowed() {
        let dir = tempfile::tempdir().unwrap();
        let params = json!({ "path": dir.path().join("a/b.txt"), "content": "hi" });
        let write = |files| carry_out("fs/write_text_file", &params, dir.path(), files);
        assert!(write(Files::Read).is_none());
        write(Files::Write).unwrap().unwrap();
        assert_eq!(
            fs::read_to_string(dir.path().join("a/b.txt")).unwrap(),
            "hi"
        );
        assert!(carry_out("fs/read_text_file", &params, dir.path(), Files::None).is_none());
        assert!(carry_out("terminal/create", &params, dir.path(), Files::Write).is_none());
    }

    #[test]
    fn what_is_no_text_file_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("b"), [0xff, 0xfe]).unwrap();
        let error = |path: &str| read_in(dir.path(), &json!({ "path": path })).unwrap_err();
        assert!(error("b").message.ends_with("is no text"));
        assert!(error(".").message.ends_with("is no file"));
        assert_eq!(error("none").code, NOT_FOUND);
        assert_eq!(
            read_in(dir.path(), &json!({})).unwrap_err().code,
            INVALID_PARAMS
        );
    }
}
