//! Names that a mistyped one may have meant.

/// Up to three of `names` that are near to `wrong`, nearest first.
pub(crate) fn near<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let most = (wrong.chars().count() / 3).max(1);
    let mut found: Vec<(usize, &str)> = names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, name)| *distance <= most || contains(name, wrong))
        .collect();
    found.sort();
    found.into_iter().map(|(_, name)| name).take(3).collect()
}

/// Whether one is a real part of the other, such as `echo` of `echo_text`.
fn contains(name: &str, wrong: &str) -> bool {
    wrong.len() >= 3 && name.len() >= 3 && (name.contains(wrong) || wrong.contains(name))
}

/// Names in words: "`a`, `b` or `c`".
pub(crate) fn listed(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => format!("`{one}`"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|n| format!("`{n}`")).collect();
            format!("{} or `{last}`", first.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant_and_nothing_far() {
        assert_eq!(near("ecko", ["echo", "add", "env"]), ["echo"]);
        assert_eq!(near("issue", ["create_issue", "list"]), ["create_issue"]);
        assert!(near("zzz", ["echo", "add"]).is_empty());
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
