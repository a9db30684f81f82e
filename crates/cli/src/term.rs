//! The terminal: what goes to standard output and error, and whether it is in colour.

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::args::Colour;

/// Whether something that was printed did not arrive.
static LOST: AtomicBool = AtomicBool::new(false);

/// Writes to standard output. A reader that went away (`wfc ... | head`) is no fault; a full disk is, see [`lost`].
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let wrote = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if wrote.is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// Whether something that was printed to standard output did not arrive.
pub fn lost() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// Text of others in a form that does nothing to a terminal: control characters are shown, not obeyed.
pub fn tame(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Those after `c.is_control()` turn the reading direction of what follows.
        let harmful = c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        if harmful {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// The same in one line: for formats in which a line end begins something else.
pub fn one_line(text: &str) -> String {
    tame(text).replace('\n', "\\n").replace('\t', " ")
}

/// Writes to standard error.
pub fn eprint(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Whether to colour what goes to standard output.
pub fn colours(choice: Colour) -> bool {
    match choice {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            std::io::stdout().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
                && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
        }
    }
}

/// Who sits here, as the system says.
pub fn user() -> Option<String> {
    std::env::var("USER").ok().filter(|user| !user.is_empty())
}
