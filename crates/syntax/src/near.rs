//! Which names are near the one that was written.
//!
//! The measure is the Damerau–Levenshtein distance (optimal string alignment: insertions, deletions,
//! substitutions, swaps of neighbours). Case and the signs between words (`maxConcurrency`,
//! `max-concurrency`, `max_concurrency`) weigh nothing, so that the spelling of another convention is
//! the nearest of all.

/// Names longer than this are only compared without regard to case and separators.
const MAX_MEASURED: usize = 64;

/// How many names are worth showing.
const MAX_SHOWN: usize = 3;

/// The candidates near `name`, nearest first, three at most; equal distances keep the candidates' order.
///
/// A name of `n` characters may be `n / 3` edits off, at least one; names of one or two characters only
/// match a candidate that differs in case.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let folded = fold(name);
    let limit = match folded.len() {
        0..=2 => 0,
        n => (n / 3).max(1),
    };
    let mut found: Vec<(usize, &'a str)> = Vec::new();
    for candidate in candidates {
        if candidate == name || found.iter().any(|(_, c)| *c == candidate) {
            continue;
        }
        if let Some(distance) = within(&folded, &fold(candidate), limit) {
            found.push((distance, candidate));
        }
    }
    found.sort_by_key(|(distance, _)| *distance);
    found.truncate(MAX_SHOWN);
    found.into_iter().map(|(_, c)| c).collect()
}

/// Whether `candidates` holds exactly one name that is at most one edit off, and which: evident enough for a
/// fix that a machine may apply unasked.
#[must_use]
pub fn evident<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(name);
    if folded.len() < 3 {
        return None;
    }
    let mut only = None;
    for candidate in candidates {
        if candidate != name && within(&folded, &fold(candidate), 1).is_some() {
            match only {
                Some(c) if c != candidate => return None,
                _ => only = Some(candidate),
            }
        }
    }
    only
}

/// The distance between two names without regard to case and separators.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (fold(a), fold(b));
    within(&a, &b, a.len().max(b.len())).unwrap_or(usize::MAX)
}

/// Characters that count: without separators, in lower case.
fn fold(name: &str) -> Vec<char> {
    let kept: Vec<char> = name
        .chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect();
    if kept.is_empty() {
        name.chars().collect()
    } else {
        kept
    }
}

/// The distance, when it is at most `limit`.
fn within(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    if a == b {
        return Some(0);
    }
    if a.len().abs_diff(b.len()) > limit || a.len().max(b.len()) > MAX_MEASURED {
        return None;
    }
    // Three rows of the table are enough: the one before the last is what swaps look at.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(i + 1);
        let mut least = i + 1;
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            let mut cost = (at(&last, j) + usize::from(x != y))
                .min(at(&last, j + 1) + 1)
                .min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            least = least.min(cost);
            row.push(cost);
        }
        if least > limit {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|d| *d <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, d) in [
            ("timeout", "timeout", 0),
            ("tiemout", "timeout", 1),
            ("timeot", "timeout", 1),
            ("maxConcurrency", "max_concurrency", 0),
            ("Goal", "goal", 0),
            ("kitten", "sitting", 3),
            ("", "abc", 3),
            ("über", "uber", 1),
        ] {
            assert_eq!(distance(a, b), d, "{a} {b}");
        }
    }

    #[test]
    fn nearest_first_and_none_that_is_far() {
        let names = ["condition", "conditional", "then", "else", "command"];
        assert_eq!(
            nearest("conditon", names),
            ["condition"],
            "`conditional` is three off"
        );
        assert_eq!(nearest("comand", names), ["command"]);
        assert!(nearest("zebra", names).is_empty());
        assert_eq!(nearest("els", ["elf", "else"]), ["elf", "else"]);
    }

    #[test]
    fn short_names_match_by_case_alone() {
        assert_eq!(nearest("ID", ["id", "it"]), ["id"]);
        assert!(nearest("x", ["y", "z"]).is_empty());
    }

    #[test]
    fn evident_only_when_alone() {
        assert_eq!(evident("goall", ["goal", "tools"]), Some("goal"));
        assert_eq!(evident("els", ["elf", "else"]), None);
        assert_eq!(
            evident("tiemout", ["timeout", "attempt_timeout"]),
            Some("timeout")
        );
    }

    #[test]
    fn long_names_cost_little() {
        let long = "a".repeat(100_000);
        assert!(nearest(&long, ["aaaa", "b"]).is_empty());
        let upper = long.to_uppercase();
        assert_eq!(nearest(&long, [upper.as_str()]), [upper.as_str()]);
    }
}
