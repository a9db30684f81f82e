//! A secret that is written out.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprKind, Part};
use wfc_syntax::span::Span;

use crate::rules::{RuleContext, edit};

/// A secret that is written out.
pub static CODE: Code = Code {
    id: "WF0605",
    name: "hard-coded-secret",
    severity: Severity::Warning,
    summary: "a text that looks like a key or token of a known service",
    why: "Whoever can read the file can use it, and so can whoever reads the history of the repository later. Declare a secret, give its value to \
          the host, and revoke this one.",
    bad: Example::json(
        "{ \"steps\": [{ \"type\": \"bash\", \"command\": \"aws s3 ls\",\n  \"env\": { \"AWS_ACCESS_KEY_ID\": \"AKIAQ3WF7LINTER2BAD5\" } }] }\n",
    ),
    good: Example::json(
        "{ \"secrets\": [\"aws_key_id\"],\n  \"steps\": [{ \"type\": \"bash\", \"command\": \"aws s3 ls\",\n  \"env\": { \"AWS_ACCESS_KEY_ID\": \"{{ secrets.aws_key_id }}\" } }] }\n",
    ),
};

/// What keys begin with, how many characters follow at least, and what they are.
const FORMS: &[(&str, usize, &str)] = &[
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghu_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("ghr_", 36, "a GitHub token"),
    ("github_pat_", 40, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("xoxa-", 20, "a Slack token"),
    ("xapp-", 20, "a Slack token"),
    ("sk-ant-", 24, "an API key"),
    ("sk-proj-", 24, "an API key"),
    ("sk-", 40, "an API key"),
    ("sk_live_", 16, "a Stripe key"),
    ("rk_live_", 16, "a Stripe key"),
    ("npm_", 36, "an npm token"),
    ("AIza", 35, "a Google API key"),
    // `{"alg":` in base64.
    ("eyJhbGciOi", 10, "a signed token (JWT)"),
];

/// An AWS secret key has no form of its own, but is told by its name.
const AWS_NAME: &str = "AWS_SECRET_ACCESS_KEY";
const AWS_LEN: usize = 40;

/// Reports texts of such a form.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let ids = cx.expr_ids();
    for id in ids {
        match cx.ast.exprs.kind(id) {
            ExprKind::String(text) => out.extend(look(cx, text, cx.ast.exprs.span(id))),
            ExprKind::Template(parts) => {
                for part in parts {
                    if let Part::Text(text, span) = part {
                        out.extend(look(cx, text, *span));
                    }
                }
            }
            _ => {}
        }
    }
}

fn look(cx: &RuleContext<'_>, text: &str, span: Span) -> Option<Diagnostic> {
    let (key, what) = find(text)?;
    let written = edit::source(cx, span);
    let place = written.find(key).map_or(span, |at| {
        let start = span.start as usize + at;
        Span::of(start, start + key.len())
    });
    let report = Diagnostic::new(&CODE, place, format!("this looks like {what}")).help(
        "declare a secret and read it with `secrets.name`; revoke this one if it was ever in use",
    );
    Some(report)
}

/// The first key in a text.
fn find(text: &str) -> Option<(&str, &'static str)> {
    // Most texts have no word that is long enough.
    let longest = longest(text, |b| {
        b.is_ascii_alphanumeric() || b == b'_' || b == b'-'
    });
    if longest >= "-----BEGIN".len()
        && let Some(at) = text.find("-----BEGIN ")
    {
        let head = text.get(at..)?.lines().next()?;
        if head.contains("PRIVATE KEY-----") {
            return Some((head, "a private key"));
        }
    }
    if longest < 20 {
        return None;
    }
    if let Some(key) = aws_key(text) {
        return Some((key, "an AWS secret key"));
    }
    let is_key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let words = text.split(|c| !is_key(c)).filter(|w| w.len() >= 20);
    words.into_iter().find_map(|word| {
        let (prefix, _, what) = FORMS.iter().find(|(prefix, rest, _)| {
            word.strip_prefix(prefix)
                .is_some_and(|r| r.len() >= *rest && is_random(r))
        })?;
        let fixed = matches!(*prefix, "AKIA" | "ASIA");
        let fits = !fixed
            || word.len() == 20
                && word
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        fits.then_some((word, *what))
    })
}

fn aws_key(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(AWS_NAME)?;
    let rest = rest.trim_start_matches([' ', '=', ':', '"', '\'']);
    let len = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "/+".contains(c)));
    let key = rest.get(..len.unwrap_or(rest.len()))?;
    (key.len() == AWS_LEN && is_random(key)).then_some(key)
}

/// How many bytes of a kind stand one behind the other at most.
fn longest(text: &str, kind: impl Fn(u8) -> bool) -> usize {
    let (mut longest, mut here) = (0, 0);
    for byte in text.bytes() {
        here = if kind(byte) { here + 1 } else { 0 };
        longest = longest.max(here);
    }
    longest
}

/// Letters and digits without a plan: no filler such as `xxxx` or `EXAMPLE`, no words with dashes.
fn is_random(rest: &str) -> bool {
    let mut seen = [false; 128];
    for b in rest.bytes() {
        if let Some(place) = seen.get_mut(usize::from(b)) {
            *place = true;
        }
    }
    let distinct = seen.iter().filter(|s| **s).count();
    let upper = rest.to_ascii_uppercase();
    distinct >= 8
        && rest.bytes().any(|b| b.is_ascii_digit())
        && !upper.contains("EXAMPLE")
        && !upper.contains("YOUR")
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn keys_and_what_only_looks_like_them() {
        let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
        assert_eq!(
            find(&format!("token {token}!")),
            Some((token.as_str(), "a GitHub token"))
        );
        let aws = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzZ9xQ2pLmN";
        assert_eq!(
            find(&format!(
                "export AWS_SECRET_ACCESS_KEY=\"{aws}\"; aws s3 ls"
            )),
            Some((aws, "an AWS secret key"))
        );
        let head = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
        assert_eq!(
            find(&format!(
                "Authorization: Bearer {head}.eyJzdWIiOiIxMjM0In0.dozjgNryP4"
            )),
            Some((head, "a signed token (JWT)"))
        );
        assert!(find("-----BEGIN RSA PRIVATE KEY-----\nMIIE").is_some());
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "AWS_SECRET_ACCESS_KEY=\"$SECRET_FROM_THE_HOST_OF_THE_RUN_AND_SO_ON\"",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "sk-learn-is-a-library-with-a-very-long-name-indeed",
            "npm_config_registry",
            "-----BEGIN PUBLIC KEY-----",
            "AKIA",
            "",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
