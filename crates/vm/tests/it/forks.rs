//! Forks: joins, limits, what comes back.

use wfc_value::Value;

use crate::support::{Run, value};

fn branches(join: &str, limit: u32) -> String {
    format!(
        "fork {join} {limit} a=@a b=@b c=@c\nreturn\n\
         a:\nstep_enter sa\npush {{}}\neffect tool\nstore $out\nstep_leave\nload $out\nend_fiber\n\
         b:\nstep_enter sb\npush {{}}\neffect tool\nstore $out\nstep_leave\nload $out\nend_fiber\n\
         c:\nstep_enter sc\npush {{}}\neffect tool\nstore $out\nstep_leave\nload $out\nend_fiber"
    )
}

#[test]
fn all_waits_for_all_and_keeps_the_written_order() {
    let mut run = Run::new(&branches("all", 0));
    assert_eq!(run.asks(), ["1 tool sa", "2 tool sb", "3 tool sc"]);
    run.complete(3, "3");
    run.complete(1, "1");
    run.complete(2, "2");
    assert_eq!(*run.value(), value(r#"{"a": 1, "b": 2, "c": 3}"#));
}

#[test]
fn all_cancels_the_rest_at_the_first_failure_and_waits_for_them() {
    let mut run = Run::new(&branches("all", 0));
    run.complete(1, "1");
    run.fail(3, "tool_error");
    assert_eq!(run.asks(), ["2 tool sb cancelling"]);
    assert!(run.machine.outcome().is_none());
    run.cancelled(2);
    assert_eq!(run.error().code.as_str(), "tool_error");
    assert_eq!(run.error().step.as_deref(), Some("sc"));
    assert_eq!(run.trace().last().unwrap(), "sb cancelled");
}

#[test]
fn any_takes_the_first_success_and_cancels_the_rest() {
    let mut run = Run::new(&branches("any", 0));
    run.fail(1, "tool_error");
    run.complete(3, "\"won\"");
    assert_eq!(run.asks(), ["2 tool sb cancelling"]);
    run.cancelled(2);
    assert_eq!(*run.value(), value(r#"{"branch": "c", "output": "won"}"#));
}

#[test]
fn any_fails_with_the_first_failure_when_all_have_failed() {
    let mut run = Run::new(&branches("any", 0));
    run.fail(2, "second");
    run.fail(1, "first");
    run.fail(3, "third");
    assert_eq!(run.error().code.as_str(), "second");
}

#[test]
fn settled_tells_how_each_ended() {
    let mut run = Run::new(&branches("settled", 0));
    run.complete(1, "1");
    run.fail(2, "tool_error");
    run.complete(3, "3");
    let out = run.value();
    assert_eq!(
        out.get("a").unwrap(),
        &value(r#"{"status": "succeeded", "output": 1}"#)
    );
    let b = out.get("b").unwrap();
    assert_eq!(b.get("status").unwrap(), &"failed".into());
    let error = b.get("error").unwrap();
    assert_eq!(error.get("code").unwrap(), &"tool_error".into());
    assert_eq!(error.get("step").unwrap(), &"sb".into());
    assert_eq!(error.get("attempt").unwrap(), &Value::Int(1));
}

#[test]
fn a_limit_holds_branches_back() {
    let mut run = Run::new(&branches("all", 2));
    assert_eq!(run.asks(), ["1 tool sa", "2 tool sb"]);
    run.complete(2, "2");
    assert_eq!(run.asks(), ["1 tool sa", "3 tool sc"]);
    run.complete(1, "1");
    run.complete(3, "3");
    assert_eq!(*run.value(), value(r#"{"a": 1, "b": 2, "c": 3}"#));
}

#[test]
fn branches_that_never_started_do_not_start_after_a_failure() {
    let mut run = Run::new(&branches("all", 1));
    run.fail(1, "tool_error");
    assert_eq!(run.error().code.as_str(), "tool_error");
    assert!(!run.trace().iter().any(|t| t.starts_with("sb")));
}

#[test]
fn children_see_the_values_at_the_fork_and_hand_back_what_is_named() {
    let mut run = Run::new(
        "push 1\nstore $x\nfork all 0 a=@a/y/sa.status b=@b/y\npop\nload $x\nload $y\nload $sa.status\nlist 3\nreturn\n\
         a:\nstep_enter sa\npush 10\nstore $x\npush {}\neffect tool\npop\nload $x\nstore $y\nstep_leave\npush null\nend_fiber\n\
         b:\nload $x\nstore $y\npush null\nend_fiber",
    );
    run.complete(1, "null");
    // Both set `y`: the last in written order wins, whichever ended first.
    assert_eq!(*run.value(), value(r#"[1, 1, "succeeded"]"#));
}

#[test]
fn statuses_come_back_from_branches_that_failed_and_values_do_not() {
    let mut run = Run::new(
        "catch @c\nfork all 0 a=@a/y/sa.status b=@b/z/sb.status\nstore $r\nend_catch\npush 1\nreturn\n\
         c:\npop\nload $sa.status\nload $sb.status\nis_set $y\nis_set $z\nlist 4\nreturn\n\
         a:\nstep_enter sa\npush 1\nstore $y\npush {}\neffect tool\npop\nstep_leave\npush 1\nend_fiber\n\
         b:\nstep_enter sb\npush 1\nstore $z\npush {\"event\": \"e\"}\neffect event\npop\nstep_leave\npush 1\nend_fiber",
    );
    run.fail(1, "tool_error");
    assert_eq!(
        *run.value(),
        value(r#"["failed", "cancelled", false, false]"#)
    );
}

fn each(join: &str, limit: u32, collect: &str) -> String {
    format!(
        "push [\"a\", \"b\", \"c\"]\nfork_each {join} {limit} $item $i @body {collect}\nreturn\n\
         body:\nstep_enter s\nload $item\npush \"skip\"\neq\njump_if @skip\npush \"item\"\nload $item\nmap 1\n\
         effect tool\nstore $out\nstep_leave\nload $out\nend_fiber\n\
         skip:\nstep_leave\nend_fiber_skip"
    )
}

#[test]
fn a_concurrent_loop_collects_in_input_order_with_paths_by_item() {
    let mut run = Run::new(&each("all", 2, "collect"));
    assert_eq!(run.asks(), ["1 tool s[0]", "2 tool s[1]"]);
    assert_eq!(run.effect(2).args, value(r#"{"item": "b"}"#));
    assert_eq!(&*run.effect(2).key, "exec-1/s/1");
    run.complete(2, "\"B\"");
    assert_eq!(run.asks(), ["1 tool s[0]", "3 tool s[2]"]);
    run.complete(3, "\"C\"");
    run.complete(1, "\"A\"");
    assert_eq!(*run.value(), value(r#"["A", "B", "C"]"#));
}

#[test]
fn without_collect_the_loop_yields_null() {
    let mut run = Run::new(&each("all", 0, ""));
    for id in 1..=3 {
        run.complete(id, "1");
    }
    assert_eq!(*run.value(), Value::Null);
}

#[test]
fn any_and_settled_on_loops() {
    let mut run = Run::new(&each("any", 0, "collect"));
    run.complete(2, "\"B\"");
    run.cancelled(1);
    run.cancelled(3);
    assert_eq!(*run.value(), value(r#"{"branch": 1, "output": "B"}"#));
    let mut run = Run::new(&each("settled", 0, "collect"));
    run.complete(1, "1");
    run.fail(2, "e");
    run.complete(3, "3");
    let list = run.value().as_list().unwrap();
    let statuses: Vec<_> = list
        .iter()
        .map(|v| v.get("status").cloned().unwrap())
        .collect();
    assert_eq!(
        statuses,
        ["succeeded".into(), "failed".into(), "succeeded".into()]
    );
}

#[test]
fn continued_items_leave_nothing_in_the_list() {
    let text = each("all", 0, "collect").replace("\"b\"", "\"skip\"");
    let mut run = Run::new(&text);
    run.complete(1, "\"A\"");
    run.complete(2, "\"C\"");
    assert_eq!(*run.value(), value(r#"["A", "C"]"#));
}

#[test]
fn a_loop_over_nothing_ends_at_once() {
    let text =
        |join: &str| each(join, 0, "collect").replace("push [\"a\", \"b\", \"c\"]", "push []");
    assert_eq!(*Run::new(&text("all")).value(), value("[]"));
    assert_eq!(*Run::new(&text("settled")).value(), value("[]"));
    assert!(
        Run::new(&text("any"))
            .error()
            .message
            .contains("`join: any` needs one")
    );
}

#[test]
fn only_a_list_can_be_gone_through_at_the_same_time() {
    let run = Run::new("push {}\nfork_each all 0 $x - @b\nreturn\nb:\npush 1\nend_fiber");
    assert!(run.error().message.contains("list"), "{}", run.error());
}

#[test]
fn a_thousand_items_without_a_limit_are_held_to_the_machine_s_own() {
    let items: Vec<String> = (0..1500).map(|n| n.to_string()).collect();
    let text = format!(
        "push [{}]\nfork_each all 0 $x - @b collect\ncall size 1\nreturn\n\
         b:\npush {{}}\neffect tool\nend_fiber",
        items.join(",")
    );
    let mut run = Run::new(&text);
    assert_eq!(run.asks().len(), wfc_vm::MAX_CHILDREN_AT_ONCE);
    for id in 1..=1500 {
        run.complete(id, "1");
    }
    assert_eq!(*run.value(), Value::Int(1500));
}

#[test]
fn forks_inside_of_forks_cancel_from_the_inside_out() {
    let mut run = Run::new(
        "fork all 0 in=@in out=@out\nreturn\n\
         in:\nstep_enter outer\nfork all 0 x=@x y=@x\nstore $r\nstep_leave\nload $r\nend_fiber\n\
         x:\nstep_enter leaf\npush {}\neffect tool\nstore $r\nstep_leave\nload $r\nend_fiber\n\
         out:\npush {}\neffect bash\nend_fiber",
    );
    run.fail(1, "exit_nonzero");
    assert_eq!(
        run.asks(),
        ["2 tool leaf cancelling", "3 tool leaf cancelling"]
    );
    run.cancelled(3);
    run.cancelled(2);
    assert_eq!(run.error().code.as_str(), "exit_nonzero");
    let trace = run.trace();
    assert_eq!(
        trace[trace.len() - 3..],
        ["leaf cancelled", "leaf cancelled", "outer cancelled"]
    );
}
