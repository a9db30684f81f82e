//! Snippets for clients that cannot fill them in.

/// The text with each place to fill in replaced by what stands in it at first.
#[must_use]
pub(crate) fn plain(snippet: &str) -> String {
    let mut out = String::with_capacity(snippet.len());
    let mut rest = snippet;
    let mut open = 0;
    while let Some(at) = rest.find(['$', '\\', '}']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let mut signs = from.chars();
        match signs.next() {
            Some('\\') => {
                out.extend(signs.next());
                rest = signs.as_str();
            }
            Some('$') => {
                let (after, opened) = place(signs.as_str(), &mut out);
                rest = after;
                open += usize::from(opened);
            }
            // The end of a place whose content was written out.
            _ if open > 0 => {
                open -= 1;
                rest = signs.as_str();
            }
            _ => {
                out.push('}');
                rest = signs.as_str();
            }
        }
    }
    out.push_str(rest);
    out
}

/// Reads a place from behind its `$`; returns what follows, and whether the place's content comes first in it.
fn place<'a>(rest: &'a str, out: &mut String) -> (&'a str, bool) {
    let digits = |text: &'a str| text.trim_start_matches(|c: char| c.is_ascii_digit());
    let Some(inner) = rest.strip_prefix('{') else {
        let after = digits(rest);
        if after.len() == rest.len() {
            out.push('$');
        }
        return (after, false);
    };
    let after = digits(inner);
    if let Some(choices) = after.strip_prefix('|') {
        let (choices, behind) = choices.split_once("|}").unwrap_or((choices, ""));
        out.push_str(choices.split(',').next().unwrap_or_default());
        return (behind, false);
    }
    (after.strip_prefix(':').unwrap_or(after), true)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn places_become_what_stands_in_them() {
        for (snippet, text) in [
            ("bash: ${1:command}$0", "bash: command"),
            ("if $1 {\n\t$0\n\\}", "if  {\n\t\n}"),
            ("on_timeout: ${1|deny,approve|}\n", "on_timeout: deny\n"),
            ("costs \\$5 and $x", "costs $5 and $x"),
            ("${1:a ${2:b} c} d", "a b c d"),
            ("{ x }", "{ x }"),
            ("{ ${1:x} }$0", "{ x }"),
        ] {
            assert_eq!(plain(snippet), text, "{snippet}");
        }
    }
}
