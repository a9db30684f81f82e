//! Ways out: catch, finally, leave, return, deadlines, budgets, raise.

use wfc_value::Value;
use wfc_vm::{Allowance, Usage};

use crate::support::{Run, result, value};

#[test]
fn catch_gets_the_error_record_of_a_value_fault() {
    let text = "catch @c\npush 1\npush 0\ndiv\nstore $x\nend_catch\npush 0\nreturn\nc:\nreturn";
    let error = result(text);
    assert_eq!(error.get("code").unwrap(), &"expression_error".into());
    assert!(
        error
            .get("message")
            .unwrap()
            .as_str()
            .unwrap()
            .contains("by zero")
    );
    assert_eq!(error.get("step").unwrap(), &Value::Null);
    assert_eq!(error.get("details").unwrap(), &Value::Null);
}

#[test]
fn catch_takes_a_limit() {
    let text = "catch @c\npush \"0123456789abcdef\"\nstore $s\nagain:\nload $s\nload $s\nadd\nstore $s\n\
                push true\njump_if @again\nend_catch\npush 0\nreturn\nc:\nselect code\nreturn";
    assert_eq!(result(text), "limit_exceeded".into());
}

#[test]
fn the_stacks_are_cut_back_to_where_the_catch_began() {
    let text = "push 1\ncatch @c\npush 2\npush [3]\niter\npush 4\npush {}\nselect no\npop\npop\niter_drop\npop\n\
                end_catch\nreturn\nc:\npop\nreturn";
    assert_eq!(result(text), Value::Int(1));
}

#[test]
fn raised_errors_carry_the_author_s_code_and_details() {
    let mut run = Run::new(
        "step_enter check\npush {\"code\": \"billing.declined\", \"message\": \"no\", \"details\": {\"n\": 1}}\n\
         raise\n",
    );
    let error = run.error();
    assert_eq!(error.code.as_str(), "billing.declined");
    assert_eq!(error.step.as_deref(), Some("check"));
    assert_eq!(error.details, value(r#"{"n": 1}"#));
    assert_eq!(run.trace().last().unwrap(), "check failed billing.declined");
    let run = Run::new("push {\"code\": 3}\nraise");
    assert_eq!(run.error().code.as_str(), "expression_error");
}

#[test]
fn an_error_that_is_raised_again_keeps_its_step_attempt_and_place() {
    let text = "catch @c\nstep_enter a\nloop_enter leaf_attempt\nloop_next\npush {}\neffect tool\npop\nloop_leave\n\
                step_leave\nend_catch\npush 1\nreturn\nc:\nstore $e\nstep_enter handler\nload $e\nraise";
    let mut run = Run::new(text);
    run.fail(1, "tool_error");
    let error = run.error();
    assert_eq!(error.step.as_deref(), Some("a"));
    assert_eq!(error.attempt, 2);
    let (from, to) = error.span.unwrap();
    assert_eq!(&text[from as usize..to as usize], "effect tool");
}

/// A `finally` around `body` whose code notes how it was left; the notes are the run's value
/// where it returns them.
fn finally(body: &str, after: &str) -> String {
    format!(
        "list_new\nstore $log\n{body}\n{after}\n\
         f:\nfinally_how\nappend $log\nfinally_done"
    )
}

#[test]
fn finally_runs_once_on_the_normal_end() {
    let text = finally(
        "finally @f\npush 1\nstore $x\nend_finally",
        "load $log\nreturn",
    );
    assert_eq!(result(&text), value(r#"["done"]"#));
}

#[test]
fn finally_runs_once_on_a_fault_and_the_fault_goes_on() {
    let text = finally(
        "catch @c\nfinally @f\npush 1\npush 0\ndiv\nstore $x\nend_finally\nend_catch\npush 0\nreturn\nc:\nselect code",
        "load $log\nlist 2\nreturn",
    );
    assert_eq!(result(&text), value(r#"["expression_error", ["failed"]]"#));
}

#[test]
fn finally_runs_when_a_loop_is_left_across_it() {
    // break out of two finallys, then go on behind the loop
    let text = finally(
        "loop_enter iteration\nfinally @f\nfinally @g\nleave 3 @out\nend_finally\nend_finally\nloop_leave\nout:",
        "load $log\nreturn\ng:\npush \"inner\"\nappend $log\nfinally_done",
    );
    // The unreachable ends are never walked; both codes run, from the inside out.
    assert_eq!(result(&text), value(r#"["inner", "done"]"#));
}

#[test]
fn finally_runs_before_a_return_and_the_value_stays() {
    let mut run =
        Run::new("finally @f\npush \"value\"\nreturn\nf:\npush {}\neffect bash\npop\nfinally_done");
    assert_eq!(run.asks(), ["1 bash "]);
    run.complete(1, "null");
    assert_eq!(*run.value(), "value".into());
}

#[test]
fn a_fault_in_finally_code_replaces_the_way_out() {
    let mut run = Run::new(
        "finally @f\npush {\"code\": \"first\", \"message\": \"m\"}\nraise\nend_finally\npush 1\nreturn\n\
         f:\npush {\"code\": \"second\", \"message\": \"m\"}\nraise",
    );
    assert_eq!(run.error().code.as_str(), "second");
    assert!(run.trace().is_empty());
}

#[test]
fn leave_cuts_iterators_and_values_back() {
    // for x in [1, 2, 3] { if x == 2 { break } }
    let text = "push \"kept\"\nloop_enter iteration\npush [1, 2, 3]\niter\nnext:\niter_next $x @end\npush \"junk\"\n\
                load $x\npush 2\neq\njump_if @break\npop\nloop_next\njump @next\nbreak:\nleave 1 @out\n\
                end:\nloop_leave\nout:\nload $x\nlist 2\nreturn";
    assert_eq!(result(text), value(r#"["kept", 2]"#));
}

#[test]
fn a_step_that_is_left_by_a_jump_or_a_return_has_succeeded() {
    let text = "step_enter a\nleave 1 @out\nout:\nload $a.status\nreturn";
    assert_eq!(result(text), "succeeded".into());
    let mut run = Run::new("step_enter a\npush 1\nreturn");
    assert_eq!(run.trace(), ["a started", "a succeeded"]);
}

#[test]
fn a_deadline_cancels_inside_and_raises_timeout_outside() {
    let text = "catch @c\nstep_enter outer\ndur 1m\ndeadline\nstep_enter inner\npush {}\neffect bash\npop\nstep_leave\n\
                end_deadline\nstep_leave\nend_catch\npush 1\nreturn\nc:\nreturn";
    let mut run = Run::new(text);
    assert_eq!(run.machine.next_wake(), Some(crate::support::at(60)));
    assert_eq!(run.effect(1).deadline, Some(crate::support::at(60)));
    run.tick(60);
    assert_eq!(run.asks(), ["1 bash inner cancelling"]);
    run.cancelled(1);
    let error = run.value();
    assert_eq!(error.get("code").unwrap(), &"timeout".into());
    assert_eq!(error.get("step").unwrap(), &"outer".into());
    assert!(
        error
            .get("message")
            .unwrap()
            .as_str()
            .unwrap()
            .contains("`1m`"),
        "{error:?}"
    );
    let trace = run.trace();
    assert_eq!(
        trace[trace.len() - 2..],
        ["inner cancelled", "outer failed timeout"]
    );
}

#[test]
fn a_catch_inside_a_deadline_does_not_see_the_timeout() {
    let mut run = Run::new(
        "dur 1s\ndeadline\ncatch @c\ndur 1h\nsleep\nend_catch\nend_deadline\npush 1\nreturn\n\
         c:\npop\nend_deadline\npush \"seen\"\nreturn",
    );
    run.tick(1);
    assert_eq!(run.error().code.as_str(), "timeout");
}

#[test]
fn the_outer_deadline_wins_over_the_inner() {
    let text = |inner: &str, outer: &str| {
        format!(
            "catch @c\n{outer}\ndeadline\ncatch @d\n{inner}\ndeadline\ndur 1h\nsleep\nend_deadline\nend_catch\n\
             end_deadline\nend_catch\npush 0\nreturn\nd:\npop\nend_deadline\nend_catch\npush \"inner\"\nreturn\n\
             c:\npop\npush \"outer\"\nreturn"
        )
    };
    let mut run = Run::new(&text("dur 10s", "dur 5s"));
    run.tick(20);
    assert_eq!(*run.value(), "outer".into());
    let mut run = Run::new(&text("dur 5s", "dur 10s"));
    run.tick(5);
    assert_eq!(*run.value(), "inner".into());
}

#[test]
fn a_deadline_that_is_over_leaves_no_timer() {
    let mut run = Run::new("dur 1s\ndeadline\nend_deadline\npush {}\neffect tool\nreturn");
    assert_eq!(run.machine.next_wake(), None);
    run.tick(100);
    run.complete(1, "7");
    assert_eq!(*run.value(), Value::Int(7));
}

#[test]
fn a_budget_refuses_the_call_after_it_is_used_up_children_included() {
    let text = "push {\"tokens\": 100}\nbudget\npush [1, 2, 3]\nfork_each settled 1 $x - @b collect\nstore $r\n\
                end_budget\nload $r\nreturn\nb:\npush {\"goal\": \"g\"}\neffect agent\nend_fiber";
    let mut run = Run::new(text);
    run.complete_using(
        1,
        Usage {
            tokens: 60,
            ..Usage::default()
        },
    );
    run.complete_using(
        2,
        Usage {
            tokens: 60,
            ..Usage::default()
        },
    );
    let list = run.value().as_list().unwrap();
    let last = list.get(2).unwrap();
    assert_eq!(last.get("status").unwrap(), &"failed".into());
    let code = last.get("error").unwrap().get("code").unwrap();
    assert_eq!(code, &"budget_exceeded".into());
}

#[test]
fn an_effect_is_told_the_least_that_the_budgets_around_it_leave() {
    let text = "push {\"tokens\": 100, \"usd\": 1.5}\nbudget\npush {\"tokens\": 80, \"agent_calls\": 3}\nbudget\n\
                push {\"goal\": \"g\"}\neffect agent\nstore $x\npush {\"goal\": \"g\"}\neffect agent\nstore $x\n\
                end_budget\nend_budget\npush {\"goal\": \"g\"}\neffect agent\nreturn";
    let mut run = Run::new(text);
    let left = |run: &Run, id| run.machine.allowance(wfc_vm::EffectId(id));
    let first = Allowance {
        usd: Some(1.5),
        tokens: Some(80),
        agent_calls: Some(2),
    };
    assert_eq!(left(&run, 1), first);
    run.complete_using(
        1,
        Usage {
            usd: 0.5,
            tokens: 70,
            agent_calls: 1,
        },
    );
    let second = Allowance {
        usd: Some(1.0),
        tokens: Some(10),
        agent_calls: Some(0),
    };
    assert_eq!(left(&run, 2), second);
    run.complete(2, "2");
    assert_eq!(left(&run, 3), Allowance::default());
    assert_eq!(
        left(&run, 9),
        Allowance::default(),
        "there is no such effect"
    );
}

#[test]
fn a_budget_counts_calls_of_agents_and_ends_with_its_scope() {
    let text = "push {\"agent_calls\": 1}\nbudget\npush {\"goal\": \"g\"}\neffect agent\nstore $x\nend_budget\n\
                push {\"goal\": \"g\"}\neffect agent\nreturn";
    let mut run = Run::new(text);
    run.complete(1, "1");
    run.complete(2, "2");
    assert_eq!(*run.value(), Value::Int(2));
    let text = text.replacen("\nend_budget", "", 1).replace(
        "effect agent\nreturn",
        "effect agent\nstore $x\nend_budget\npush 1\nreturn",
    );
    let mut run = Run::new(&text);
    run.complete(1, "1");
    assert_eq!(run.error().code.as_str(), "budget_exceeded");
}
