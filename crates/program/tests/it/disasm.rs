//! Listings.

use wfc_program::disasm::disassemble;

use crate::sample::{SOURCE, sample};

#[test]
fn a_listing_shows_tables_targets_operands_and_source_lines() {
    let listing = disassemble(&sample(), Some(SOURCE));
    let expected = [
        "; workflow sample 1.2.0, 4 slots",
        "; input who: string (optional) in $0:who",
        "; returns string",
        "; max_steps 100",
        "; max_concurrency 4",
        "; on_overlap skip",
        "; concurrency_key:",
        ";   ; workflow sample, 1 slots",
        ";   ; input who: string (optional) in $0",
        "; step first (tool)",
        "; fork f0: branches left@46 (sets $0:who) (marks $1:item) right@50 (sets $0:who) (marks $1:item), join settled, 2 at once",
        "; fork f1: each $1:item @54 index $2 collect, join any",
        "     0  const           null",
        "    32  step_enter      first                ; 2: tool a.b {}",
        "    33  comp_push       @58",
        "    34  fact            inputs",
        "    35  effect          tool",
        "    38  fork            f0",
        "    40  list_new                             ; 3: for x in [1] parallel 2 { }",
        "    42  call            size 1",
        "    43  int             -5",
        ">   46  loop_enter      composite_attempt",
        ">   58  end_fiber_skip",
    ];
    let lines: Vec<&str> = listing.lines().collect();
    for line in expected {
        assert!(lines.contains(&line), "no line `{line}` in\n{listing}");
    }
    assert!(
        !listing.contains("Bearer token"),
        "a secret's name is no text"
    );
}

#[test]
fn without_a_source_there_are_no_lines_of_it() {
    let listing = disassemble(&sample().stripped(), None);
    assert!(listing.contains("load            $1\n"), "{listing}");
    assert!(!listing.contains(" ; 2:"));
}
