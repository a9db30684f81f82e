//! Paths of files as this crate names them: `/` between the parts, without `.` and with `..` only at the start.

/// The path with `\` as `/`, and without `.`, empty parts and `..` that a folder before it answers.
#[must_use]
pub fn normal(path: &str) -> String {
    let path = path.replace('\\', "/");
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            // Above the root there is nothing.
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute {
        format!("/{joined}")
    } else {
        joined
    }
}

/// The folder that a file is in; empty for a file named by its name alone.
#[must_use]
pub fn folder_of(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => "",
    }
}

/// The last part of a path.
#[must_use]
pub fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a path starts at a root: `/x`, or `C:/x`.
#[must_use]
pub fn is_absolute(path: &str) -> bool {
    let drive = path.as_bytes();
    path.starts_with(['/', '\\'])
        || matches!(drive, [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic())
}

/// What `path`, written in the file `from`, leads to.
#[must_use]
pub fn resolve(from: &str, path: &str) -> String {
    if is_absolute(path) {
        return normal(path);
    }
    join(folder_of(from), path)
}

/// A path below a folder.
#[must_use]
pub fn join(folder: &str, path: &str) -> String {
    match folder {
        "" => normal(path),
        "/" => normal(&format!("/{path}")),
        folder => normal(&format!("{folder}/{path}")),
    }
}

/// How the file `from` writes the path of `to`: relative to its own folder. The whole path of `to` when they
/// share no root.
#[must_use]
pub fn relative(from: &str, to: &str) -> String {
    let folder: Vec<&str> = parts(folder_of(from));
    let target: Vec<&str> = parts(to);
    if is_absolute(from) != is_absolute(to)
        || (is_absolute(to) && !from.starts_with('/') && folder.first() != target.first())
    {
        return to.to_owned();
    }
    let shared = folder
        .iter()
        .zip(&target)
        .take_while(|(a, b)| a == b)
        .count();
    let mut out: Vec<&str> = vec![".."; folder.len() - shared];
    out.extend(target.iter().skip(shared));
    out.join("/")
}

fn parts(path: &str) -> Vec<&str> {
    path.split('/').filter(|p| !p.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_plain() {
        for (path, plain) in [
            ("a/./b//c", "a/b/c"),
            ("a/../b", "b"),
            ("../a", "../a"),
            ("a/../../b", "../b"),
            ("/a/../../b", "/b"),
            ("C:\\x\\a.wf", "C:/x/a.wf"),
            ("", ""),
        ] {
            assert_eq!(normal(path), plain, "{path}");
        }
    }

    #[test]
    fn a_path_is_read_from_the_folder_of_its_file() {
        assert_eq!(resolve("/w/a/main.wf", "../b/x.wf"), "/w/b/x.wf");
        assert_eq!(resolve("main.wf", "./x.wf"), "x.wf");
        assert_eq!(resolve("/main.wf", "x.wf"), "/x.wf");
        assert_eq!(resolve("/w/main.wf", "/x.wf"), "/x.wf");
        assert_eq!(resolve("C:/w/main.wf", "x.wf"), "C:/w/x.wf");
    }

    #[test]
    fn a_path_is_written_from_the_folder_of_its_file() {
        for (from, to, written) in [
            ("/w/a/main.wf", "/w/b/x.wf", "../b/x.wf"),
            ("/w/main.wf", "/w/x.wf", "x.wf"),
            ("main.wf", "lib/x.wf", "lib/x.wf"),
            ("a/b/main.wf", "x.wf", "../../x.wf"),
            ("C:/w/main.wf", "D:/x.wf", "D:/x.wf"),
        ] {
            assert_eq!(relative(from, to), written, "{from} {to}");
        }
    }
}
