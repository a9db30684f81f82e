//! Blanks, and the comments that JSON does not have.

use super::codes::JSON_EXTENSION;
use super::scan::Scanner;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::span::Span;
use crate::tree::Comment;

impl Scanner<'_> {
    /// Past blanks and comments.
    pub(super) fn skip_trivia(&mut self) {
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b' ' | b'\t' | b'\n' | b'\r', _) => self.at += 1,
                (b'/', Some(b'/')) => self.comment(2, None),
                (b'#', _) => self.comment(1, None),
                (b'/', Some(b'*')) => self.comment(2, Some("*/")),
                _ => return,
            }
        }
    }

    fn comment(&mut self, sign: usize, closer: Option<&str>) {
        let start = self.at;
        let rest = self.text.get(start + sign..).unwrap_or("");
        let (text, end) = match closer {
            Some(closer) => match rest.split_once(closer) {
                Some((text, _)) => (text, start + sign + text.len() + closer.len()),
                None => (rest, self.text.len()),
            },
            None => {
                let text = rest.split(['\n', '\r']).next().unwrap_or("");
                (text, start + sign + text.len())
            }
        };
        self.at = end;
        let span = Span::of(start, end);
        let before = self.text.get(..start).unwrap_or("");
        let before = before.trim_end_matches([' ', '\t']);
        self.tree.comments.push(Comment {
            span,
            text: text.trim_matches(['/', '*', ' ', '\t', '\r', '\n']).into(),
            block: closer.is_some(),
            own_line: before.is_empty() || before.ends_with(['\n', '\r']),
        });
        self.report(
            Diagnostic::new(&JSON_EXTENSION, span, "a comment in JSON")
                .help("JSON has no comments: remove it, or keep the remark under `x-comments`")
                .replace(Applicability::Suggested, "remove the comment", span, ""),
        );
    }
}
