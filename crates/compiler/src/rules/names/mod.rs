//! Family 02: names.

pub mod assigned_in_branch;
pub mod maybe_unset;
pub mod namespace_as_value;
pub mod near_miss_set;
pub mod shadowed_name;
pub mod undefined_env;
pub mod undefined_input;
pub mod undefined_name;
pub mod undefined_secret;
pub mod undefined_step;
pub mod undefined_type;
pub mod unknown_error_code;
pub mod unused_catalogue;
pub mod unused_env;
pub mod unused_input;
pub mod unused_output;
pub mod unused_secret;
pub mod unused_type;
pub mod unused_variable;
pub mod used_before_set;

use wfc_syntax::code::Code;
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::near::{evident, nearest};
use wfc_syntax::span::Span;

/// The family's codes.
pub const CODES: &[&Code] = &[
    &undefined_name::CODE,
    &maybe_unset::CODE,
    &used_before_set::CODE,
    &undefined_step::CODE,
    &undefined_secret::CODE,
    &undefined_env::CODE,
    &undefined_input::CODE,
    &shadowed_name::CODE,
    &assigned_in_branch::CODE,
    &near_miss_set::CODE,
    &unused_input::CODE,
    &unused_output::CODE,
    &unused_secret::CODE,
    &unused_variable::CODE,
    &namespace_as_value::CODE,
    &undefined_type::CODE,
    &unused_type::CODE,
    &unused_env::CODE,
    &unused_catalogue::CODE,
    &unknown_error_code::CODE,
];

/// `a`, `b` or `c`, each in backticks.
pub(crate) fn one_of<S: AsRef<str>>(names: &[S]) -> String {
    match names {
        [] => String::new(),
        [only] => format!("`{}`", only.as_ref()),
        [init @ .., last] => {
            let init: Vec<String> = init.iter().map(|n| format!("`{}`", n.as_ref())).collect();
            format!("{} or `{}`", init.join(", "), last.as_ref())
        }
    }
}

/// Adds the near names of a misspelled one: to the facts, to the help, and as a fix when one is evident.
pub(crate) fn with_near<'a>(
    diagnostic: Diagnostic,
    name: &str,
    span: Span,
    candidates: impl IntoIterator<Item = &'a str>,
    otherwise: impl Into<String>,
) -> Diagnostic {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let near: Vec<String> = nearest(name, candidates.iter().copied())
        .into_iter()
        .map(str::to_owned)
        .collect();
    let safe = evident(name, candidates.iter().copied()).is_some();
    renamed(diagnostic, span, near, safe, || otherwise.into())
}

/// Says which near names may have been meant, and renames to the first; `otherwise` is the help where there are none.
pub(crate) fn renamed(
    diagnostic: Diagnostic,
    span: Span,
    near: Vec<String>,
    safe: bool,
    otherwise: impl FnOnce() -> String,
) -> Diagnostic {
    let Some(first) = near.first().cloned() else {
        return diagnostic.help(otherwise());
    };
    let applicability = if safe {
        Applicability::Safe
    } else {
        Applicability::Suggested
    };
    diagnostic
        .help(format!("did you mean {}?", one_of(&near)))
        .near(near)
        .replace(applicability, format!("rename to `{first}`"), span, first)
}
