//! The page for agents fits into a prompt and leaves no kind of step out.

use wfc_syntax::shape::{STEP_KINDS, TRIGGER_KINDS};

use super::folder;

#[test]
fn the_page_for_agents_is_short_and_complete() {
    let text = std::fs::read_to_string(folder().join("agents.md")).unwrap();
    let count = text.split_whitespace().count();
    assert!(count < 2_000, "{count} words");
    for kind in STEP_KINDS.iter().chain(TRIGGER_KINDS) {
        assert!(
            text.contains(kind.name),
            "it does not speak of `{}`",
            kind.name
        );
    }
}
