//! Words of a text: whatever can name something is one of them.

/// Calls `visit` with each word: ASCII letters, digits and `_`. Behind a backslash the first letter may belong to an escape
/// (`\nticket`), so that the rest is given, too.
pub(super) fn each<'t>(text: &'t str, mut visit: impl FnMut(&'t str)) {
    let mut rest = text;
    let mut escaped = false;
    while let Some(start) = rest.find(|c: char| is_word(c) || c == '\\') {
        let from = rest.get(start..).unwrap_or_default();
        if let Some(behind) = from.strip_prefix('\\') {
            escaped = true;
            rest = behind;
            continue;
        }
        let len = from.find(|c: char| !is_word(c)).unwrap_or(from.len());
        let (word, behind) = from.split_at(len);
        visit(word);
        if escaped
            && start == 0
            && let Some(shorter) = word.get(1..).filter(|w| !w.is_empty())
        {
            visit(shorter);
        }
        escaped = false;
        rest = behind;
    }
}

/// The word by which mentions of a name are looked for: its longest one.
pub(super) fn key(name: &str) -> &str {
    let words = name.split(|c: char| !is_word(c));
    words.max_by_key(|w| w.len()).unwrap_or_default()
}

/// The offsets at which a word stands.
pub(super) fn places<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    text.match_indices(word).filter_map(move |(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let behind = text.get(at + word.len()..).unwrap_or_default();
        let starts = !before.ends_with(is_word) || {
            let mut last = before.chars().rev();
            last.next();
            last.next() == Some('\\')
        };
        (starts && !behind.starts_with(is_word)).then_some(at)
    })
}

const fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut out = Vec::new();
        each(text, |w| out.push(w));
        out
    }

    #[test]
    fn words_behind_escapes_are_seen_with_and_without_their_first_letter() {
        assert_eq!(words("a-b_1 é:c"), ["a", "b_1", "c"]);
        assert_eq!(words(r"x\nticket y"), ["x", "nticket", "ticket", "y"]);
        assert_eq!(words(r"\ x"), ["x"]);
    }

    #[test]
    fn places_are_those_of_whole_words() {
        let at = |text, word| places(text, word).collect::<Vec<_>>();
        assert_eq!(at("ab abc ab", "ab"), [0, 7]);
        assert_eq!(at(r"x\nab", "ab"), [3]);
        assert_eq!(at("xab", "ab"), [0; 0]);
    }

    #[test]
    fn the_key_of_a_name_is_its_longest_word() {
        assert_eq!(key("deploy-step"), "deploy");
        assert_eq!(key("ticket"), "ticket");
        assert_eq!(key("é"), "");
    }
}
