//! Family 03: types.

pub mod always_fails;
pub mod argument_mismatch;
pub mod bad_catalogue;
pub mod bad_schema;
pub mod bad_type;
pub mod default_mismatch;
pub mod dropped_field;
pub mod foreign_functions;
pub mod input_mismatch;
pub mod macro_misused;
pub mod maybe_absent;
pub mod maybe_null;
pub mod mismatch;
pub mod missing_argument;
pub mod never_equal;
pub mod no_operator;
pub mod not_a_condition;
pub mod not_iterable;
pub mod not_text;
pub mod returns_mismatch;
pub mod trigger_mismatch;
pub mod unknown_argument;
pub mod unknown_field;
pub mod unknown_function;
pub mod unknown_tool;
pub mod unknown_workflow;
pub mod untyped_tool;
pub mod wrong_argument;
pub mod wrong_argument_count;

use wfc_syntax::code::Code;
use wfc_value::ty::Type;

/// The family's codes.
pub const CODES: &[&Code] = &[
    &no_operator::CODE,
    &wrong_argument::CODE,
    &unknown_function::CODE,
    &wrong_argument_count::CODE,
    &unknown_field::CODE,
    &maybe_absent::CODE,
    &maybe_null::CODE,
    &not_a_condition::CODE,
    &not_iterable::CODE,
    &not_text::CODE,
    &mismatch::CODE,
    &default_mismatch::CODE,
    &returns_mismatch::CODE,
    &unknown_tool::CODE,
    &missing_argument::CODE,
    &unknown_argument::CODE,
    &argument_mismatch::CODE,
    &unknown_workflow::CODE,
    &input_mismatch::CODE,
    &trigger_mismatch::CODE,
    &untyped_tool::CODE,
    &never_equal::CODE,
    &dropped_field::CODE,
    &bad_catalogue::CODE,
    &bad_schema::CODE,
    &bad_type::CODE,
    &macro_misused::CODE,
    &always_fails::CODE,
];

/// Longer spellings of types are cut in messages; the facts have them whole.
const MAX_SHOWN: usize = 120;

/// The type of a value for people: where nobody wrote a choice, its literals are their base types.
pub(crate) fn plain(ty: &Type) -> Type {
    let numbers = |t: &Type| match t {
        Type::Literal(l) if l.base() != Type::String => l.base(),
        other => other.clone(),
    };
    match crate::analysis::settle(ty) {
        Type::Union(members) => wfc_value::ty::union(members.iter().map(numbers)),
        Type::List(item) => Type::list(plain(&item)),
        other => other,
    }
}

/// A type as a message shows it.
pub(crate) fn shown(ty: &Type) -> String {
    let text = ty.to_string();
    if text.chars().count() <= MAX_SHOWN {
        return text;
    }
    let cut: String = text.chars().take(MAX_SHOWN - 3).collect();
    format!("{cut}...")
}
