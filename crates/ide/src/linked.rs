//! Places that are edited together while typing.

use wfc_compiler::analysis::BindingKind;
use wfc_syntax::span::Span;

use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::cursor::Cursor;
use crate::names::{Form, Symbol};
use crate::snapshot::Snapshot;

/// The places that change with the name at an offset, in order: those of a variable that lives within one expression,
/// loop or handler, so that all that names it is in sight. Empty for any other name: that is what rename is for.
///
/// # Errors
/// When the question was taken back.
pub fn linked(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    cancel: &Cancel,
) -> Result<Vec<Span>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(Vec::new());
    };
    let cursor = Cursor::at(&file, offset);
    let Some(name) = cursor
        .name
        .filter(|o| !cursor.comment && small(&file, &o.symbol))
    else {
        return Ok(Vec::new());
    };
    let all: Vec<_> = file.names().of_symbol(&name.symbol).collect();
    let text = file.slice(name.span);
    // An escape in a string can spell a name in other characters; such are not typed alike.
    let alike = all
        .iter()
        .all(|o| file.slice(o.span) == text && matches!(o.form, Form::Word | Form::Plain));
    Ok(if alike && all.len() > 1 {
        all.into_iter().map(|o| o.span).collect()
    } else {
        Vec::new()
    })
}

/// Whether a name lives in one expression, loop or handler.
fn small(file: &CheckedFile, symbol: &Symbol) -> bool {
    match symbol {
        Symbol::Local(_) | Symbol::Anchor(_) => true,
        Symbol::Binding(id) => {
            let binding = file.analysis().bindings.get(id.0 as usize);
            binding.is_some_and(|b| {
                matches!(
                    b.kind,
                    BindingKind::Item(_) | BindingKind::Index(_) | BindingKind::Error(_)
                )
            })
        }
        _ => false,
    }
}
