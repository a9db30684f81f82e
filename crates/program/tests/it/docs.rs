//! `docs/isa.md` is made from the table.

use wfc_program::isa::{INSTRUCTIONS, reference};

/// Written anew with `UPDATE_DOCS=1 cargo test -p wfc-program`.
#[test]
fn the_reference_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/isa.md");
    let wanted = reference();
    #[allow(
        clippy::disallowed_methods,
        reason = "a test reads and writes the documentation"
    )]
    {
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &wanted).unwrap();
        }
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            found == wanted,
            "docs/isa.md is stale: run with UPDATE_DOCS=1"
        );
    }
}

#[test]
fn opcodes_and_mnemonics_are_unique_and_documented() {
    let mut opcodes: Vec<u8> = INSTRUCTIONS.iter().map(|info| info.opcode).collect();
    let mut names: Vec<&str> = INSTRUCTIONS.iter().map(|info| info.mnemonic).collect();
    opcodes.sort_unstable();
    names.sort_unstable();
    assert!(opcodes.windows(2).all(|w| w[0] != w[1]));
    assert!(names.windows(2).all(|w| w[0] != w[1]));
    assert!(
        INSTRUCTIONS
            .iter()
            .all(|info| !info.doc.is_empty() && !info.doc.ends_with('.'))
    );
}
