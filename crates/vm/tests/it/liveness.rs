//! What a fiber that waits keeps: the variables that some path still reads, and no others.

use std::sync::Arc;

use wfc_program::suspend::waits;

use crate::support::asm;

/// The names of the slots that are kept at the `n`th place where a fiber can wait, statuses and
/// errors of steps left out.
fn kept(text: &str, n: usize) -> Vec<String> {
    let program = Arc::new(asm(text));
    program.verify().unwrap();
    let mut places = (0..program.code.len()).filter(|pc| waits(program.code[*pc]));
    let pc = places.nth(n).unwrap();
    let point = program.points().at(&program, pc).unwrap();
    let names = &program.debug.as_ref().unwrap().slots;
    point
        .live()
        .map(|slot| names[slot.index()].to_string())
        .filter(|name| !name.contains('.'))
        .collect()
}

const WAIT: &str = "push {}\neffect bash\npop\n";

#[test]
fn what_is_read_afterwards_is_kept_until_it_is_set_anew() {
    let text = format!(
        "push 1\nstore $a\npush 2\nstore $b\npush 3\nstore $never\n{WAIT}load $a\npop\n{WAIT}push 5\nstore $b\nload $b\nreturn"
    );
    assert_eq!(kept(&text, 0), ["a"]);
    assert_eq!(kept(&text, 1), Vec::<String>::new());
}

#[test]
fn either_way_of_a_branch_counts_and_so_does_the_next_round_of_a_loop() {
    let text = format!(
        "push 1\nstore $a\npush 2\nstore $b\npush [1]\nstore $xs\nload $xs\niter\nnext:\niter_next $x @end\n{WAIT}\
         load $x\npush 1\neq\njump_if @other\nload $a\npop\njump @next\nother:\nload $b\npop\njump @next\nend:\npush 1\nreturn"
    );
    // `$xs` is in the iterator; `$x` is read before it is set again.
    assert_eq!(kept(&text, 0), ["a", "b", "x"]);
}

#[test]
fn at_its_end_an_iterator_sets_nothing() {
    let text = format!(
        "push 1\nstore $x\npush []\niter\n{WAIT}next:\niter_next $x @end\njump @next\nend:\nload $x\nreturn"
    );
    assert_eq!(kept(&text, 0), ["x"]);
}

#[test]
fn handlers_read_what_was_set_when_the_fault_came() {
    let text = format!(
        "push 1\nstore $a\npush 2\nstore $b\ncatch @c\n{WAIT}push 3\nstore $a\nend_catch\n{WAIT}load $b\nreturn\n\
         c:\npop\nload $a\nreturn"
    );
    assert_eq!(kept(&text, 0), ["a", "b"], "it may fail before `$a` is set");
    assert_eq!(kept(&text, 1), ["b"], "the handler is over");
}

#[test]
fn finally_code_and_what_comes_after_its_end_count() {
    let text = format!(
        "push 1\nstore $a\npush 2\nstore $b\npush 3\nstore $c\nfinally @f\n{WAIT}push true\njump_if @stay\nleave 1 @out\nstay:\nend_finally\nload $c\nreturn\n\
         out:\nload $b\nreturn\nf:\n{WAIT}load $a\npop\nfinally_done"
    );
    assert_eq!(kept(&text, 0), ["a", "b", "c"]);
    assert_eq!(
        kept(&text, 1),
        ["a", "b", "c"],
        "the way out goes on after it"
    );
}

#[test]
fn finally_code_of_another_place_does_not_count() {
    let text = format!(
        "push 1\nstore $a\nfinally @f\n{WAIT}end_finally\nload $a\npop\nfinally @g\n{WAIT}end_finally\npush 1\nreturn\n\
         f:\nfinally_done\ng:\nfinally_done"
    );
    assert_eq!(kept(&text, 0), ["a"]);
    assert_eq!(kept(&text, 1), Vec::<String>::new());
}

#[test]
fn what_a_compensation_will_capture_is_kept_while_its_step_runs() {
    let text = format!(
        "push 1\nstore $id\nstep_enter s\ncomp_push @undo\n{WAIT}step_leave\n{WAIT}push 1\nreturn\n\
         undo:\npush {{}}\neffect tool\npop\nload $id\npop\nend_fiber_skip"
    );
    assert_eq!(kept(&text, 0), ["id"]);
    assert_eq!(kept(&text, 1), Vec::<String>::new(), "it is captured");
    assert_eq!(kept(&text, 2), ["id"], "in the compensation itself");
}

#[test]
fn a_fork_keeps_what_children_that_start_later_read() {
    let text = format!(
        "push 1\nstore $a\npush 2\nstore $b\npush [1, 2]\nfork_each all 1 $x - @item\npop\nload $b\nreturn\n\
         item:\n{WAIT}load $a\nend_fiber"
    );
    assert_eq!(kept(&text, 0), ["a", "b"]);
    assert_eq!(kept(&text, 1), ["a"], "a child needs its own only");
}

#[test]
fn branches_keep_what_they_hand_back() {
    let text = format!(
        "fork all 0 p=@p/v/w\npop\nload $v\npop\nload_opt $w\nreturn\n\
         p:\npush 1\nstore $v\npush 2\nstore $w\npush 3\nstore $z\n{WAIT}push 1\nend_fiber"
    );
    assert_eq!(kept(&text, 1), ["v", "w"]);
}

#[test]
fn marks_are_kept_for_the_unwinding_that_reads_them() {
    let text = format!("comp_mark $m\n{WAIT}comp_unwind $m\n{WAIT}push 1\nreturn");
    assert_eq!(kept(&text, 0), ["m"]);
    assert_eq!(kept(&text, 2), Vec::<String>::new());
}
