//! Where an expression inside text ends.

use crate::lexer::quotes::{self, Opening};

/// The offset in `text` of the `}}` that ends the expression which starts at `from`, just behind its `{{`: the
/// first one outside the expression's own strings and brackets. None when there is none.
#[must_use]
pub fn template_end(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut open: Vec<u8> = Vec::new();
    let mut at = from;
    // A quote that nothing closes is looked for once, not once a quote.
    let mut hopeless = [false; 4];
    loop {
        let byte = *bytes.get(at)?;
        match byte {
            b'"' | b'\'' => {
                let start = at - prefix(bytes, from, at);
                let opening = Opening::read(text.get(start..)?);
                let which = usize::from(byte == b'"') + 2 * usize::from(opening.triple);
                let tried = hopeless.get(which).copied().unwrap_or(true);
                let close = if tried {
                    None
                } else {
                    quotes::close(bytes, start + opening.len(), opening)
                };
                match close {
                    Some(close) => at = close + opening.quotes() - 1,
                    None => {
                        if let Some(slot) = hopeless.get_mut(which) {
                            *slot = true;
                        }
                    }
                }
            }
            b'\n' => hopeless = [false, false, hopeless[2], hopeless[3]],
            b'(' | b'[' | b'{' => open.push(byte),
            b')' => {
                open.pop_if(|o| *o == b'(');
            }
            b']' => {
                open.pop_if(|o| *o == b'[');
            }
            b'}' if open.last() == Some(&b'{') => {
                open.pop();
            }
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

/// Length of the letters before the quote at `at` that belong to the string.
fn prefix(bytes: &[u8], from: usize, at: usize) -> usize {
    let before = bytes.get(from..at).unwrap_or_default();
    let letters = before
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
        .count();
    let word = before.get(before.len() - letters..).unwrap_or_default();
    let known = letters <= 2 && word.iter().all(|b| matches!(b, b'r' | b'R' | b'b' | b'B'));
    if known { letters } else { 0 }
}
