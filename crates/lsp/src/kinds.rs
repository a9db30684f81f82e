//! What a symbol is, in the protocol's words.

use gen_lsp_types::SymbolKind as Theirs;
use wfc_ide::answer::SymbolKind as Ours;

/// The protocol's kind that comes nearest.
#[must_use]
pub(crate) fn symbol(kind: Ours) -> Theirs {
    match kind {
        Ours::Workflow => Theirs::Module,
        Ours::Step => Theirs::Function,
        Ours::Block => Theirs::Namespace,
        Ours::Input | Ours::Env => Theirs::Property,
        Ours::Variable | Ours::Output => Theirs::Variable,
        Ours::Secret => Theirs::Key,
        Ours::Type => Theirs::Class,
        Ours::Field => Theirs::Field,
        Ours::Trigger => Theirs::Event,
        Ours::Branch => Theirs::EnumMember,
        Ours::Tool => Theirs::Method,
        Ours::Function => Theirs::Operator,
        Ours::File => Theirs::File,
    }
}
