//! Finding secrets in texts.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};
use wfc_value::secret::MASK;

use super::forms;

/// Looks for all forms of all secrets at once.
#[derive(Default)]
pub(super) struct Masks {
    /// Which of the texts are masked only where they stand alone.
    short: Vec<bool>,
    texts: Vec<String>,
    /// None when there is nothing to look for.
    finder: Option<AhoCorasick>,
}

impl Masks {
    /// Masks for what `secrets` hold.
    pub(super) fn new<'a>(secrets: impl Iterator<Item = &'a String>) -> Self {
        let mut all: Vec<(String, bool)> = Vec::new();
        for secret in secrets {
            // Files end with a line break, which is none of the secret's.
            let trimmed = secret.trim_end_matches(['\r', '\n']);
            let short = trimmed.trim().len() < forms::SHORT;
            for text in [trimmed, trimmed.trim()] {
                let forms = if short {
                    vec![text.to_owned()]
                } else {
                    forms::of(text)
                };
                all.extend(forms.into_iter().map(|form| (form, short)));
            }
        }
        all.retain(|(text, _)| !text.trim().is_empty());
        all.sort();
        all.dedup_by(|a, b| a.0 == b.0);
        let (texts, short): (Vec<String>, Vec<bool>) = all.into_iter().unzip();
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&texts);
        Self {
            finder: finder.ok().filter(|_| !texts.is_empty()),
            texts,
            short,
        }
    }

    /// Whether there is nothing to look for.
    pub(super) const fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The text with every secret in it masked. Where secrets overlap, all of them are covered.
    pub(super) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let spans = self.spans(text.as_bytes());
        if spans.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for (start, end) in spans {
            out.push_str(text.get(from..start).unwrap_or_default());
            out.push_str(MASK);
            from = end;
        }
        out.push_str(text.get(from..).unwrap_or_default());
        Cow::Owned(out)
    }

    /// How much of the beginning of a text, whose rest is still to come, can be masked by itself: the rest may
    /// go on with a secret that begins behind it, but not with one that begins in it.
    pub(super) fn settled(&self, text: &str) -> usize {
        // The byte behind a short secret tells whether it stands alone.
        let longest = self.texts.iter().map(|text| text.len() + 1).max();
        let mut end = text.len().saturating_sub(longest.unwrap_or(0));
        for (start, stop) in self.spans(text.as_bytes()) {
            if start < end && end < stop {
                end = start;
            }
        }
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        end
    }

    /// Whether a secret is in `bytes`.
    pub(super) fn is_in(&self, bytes: &[u8]) -> bool {
        !self.spans(bytes).is_empty()
    }

    /// Where secrets are, in order and apart from each other.
    fn spans(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let Some(finder) = &self.finder else {
            return Vec::new();
        };
        let mut found: Vec<(usize, usize)> = finder
            .find_overlapping_iter(text)
            .filter(|m| {
                let short = self.short.get(m.pattern().as_usize());
                !short.copied().unwrap_or(false) || stands_alone(text, m.start(), m.end())
            })
            .map(|m| (m.start(), m.end()))
            .collect();
        found.sort_unstable();
        let mut spans: Vec<(usize, usize)> = Vec::with_capacity(found.len());
        for (start, end) in found {
            match spans.last_mut() {
                Some(last) if start < last.1 => last.1 = last.1.max(end),
                _ => spans.push((start, end)),
            }
        }
        spans
    }
}

/// Whether no letter or digit touches a place.
fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let wordlike =
        |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || !b.is_ascii());
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    !wordlike(before) && !wordlike(text.get(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redact(secret: &str, text: &str) -> String {
        let secret = secret.to_owned();
        Masks::new([&secret].into_iter()).redact(text).into_owned()
    }

    const SECRET: &str = "p@ss/'w0rd\" $x+ü";

    #[test]
    fn a_secret_is_masked_in_each_of_its_forms() {
        for form in [
            SECRET,
            r#"p@ss/'w0rd\" $x+ü"#,
            r#"p@ss/'w0rd\\\" $x+ü"#,
            r#"p@ss\/'w0rd\" $x+ü"#,
            r#"p@ss/'w0rd\" $x+\u00fc"#,
            r#"p@ss/\u0027w0rd\" $x+\u00fc"#,
            "p%40ss%2F%27w0rd%22%20%24x%2B%C3%BC",
            "p%40ss%2f%27w0rd%22%20%24x%2b%c3%bc",
            "p%40ss%2F%27w0rd%22+%24x%2B%C3%BC",
            "p%40ss%2F'w0rd%22%20%24x%2B%C3%BC",
            "p@ss/'w0rd%22%20$x+%C3%BC",
            r#"p@ss/'\''w0rd" $x+ü"#,
            r#"p@ss/'"'"'w0rd" $x+ü"#,
            r#"p@ss/'w0rd\" \$x+ü"#,
            r#"p@ss/\'w0rd\"\ \$x+ü"#,
            "p@ss/&#39;w0rd&quot; $x+ü",
            "cEBzcy8ndzByZCIgJHgrw7w=",
            "704073732f2777307264222024782bc3bc",
            "704073732F2777307264222024782BC3BC",
        ] {
            let text = format!("a {form} b");
            assert_eq!(redact(SECRET, &text), "a *** b", "{form}");
        }
    }

    #[test]
    fn a_secret_in_the_middle_of_base64_is_masked_wherever_it_begins() {
        use base64::Engine as _;
        for before in ["u:", "us:", "use:", "user:"] {
            let whole = format!("{before}correct-horse-battery:and more");
            let text = base64::engine::general_purpose::STANDARD.encode(whole);
            let shown = redact("correct-horse-battery", &format!("Basic {text}"));
            assert!(shown.contains("***"), "{shown}");
            let part = base64::engine::general_purpose::STANDARD_NO_PAD.encode("horse-bat");
            assert!(!shown.contains(&part), "{shown}");
        }
    }

    #[test]
    fn short_secrets_are_masked_where_they_stand_alone() {
        assert_eq!(redact("abc", "abc, x=abc; \"abc\""), "***, x=***; \"***\"");
        assert_eq!(redact("abc", "fabco abcd"), "fabco abcd");
        assert_eq!(redact("1", "1 of 10 in 0.1"), "*** of 10 in 0.***");
        assert_eq!(redact("abcd", "xabcdx"), "x***x");
    }

    #[test]
    fn lines_of_a_long_secret_are_masked_one_by_one() {
        let key = "-----BEGIN KEY-----\nMIIBVwIBADANBgkq\nhkiG9w0BAQEF\n-----END KEY-----\n";
        assert_eq!(redact(key, "got hkiG9w0BAQEF"), "got ***");
        assert_eq!(redact(key, "-----BEGIN KEY-----"), "-----BEGIN KEY-----");
        assert_eq!(redact(key, key.trim_end()), "***");
    }

    #[test]
    fn secrets_that_overlap_are_masked_to_their_ends() {
        let secrets = ["hunter2-and".to_owned(), "and-more".to_owned()];
        let masks = Masks::new(secrets.iter());
        assert_eq!(masks.redact("x hunter2-and-more y"), "x *** y");
        assert_eq!(masks.redact("hunter2-andand-more"), "******");
    }
}
