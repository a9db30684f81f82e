//! Expressions: constants, operators, containers, absorption, iteration, `eval`.

use wfc_value::{FaultClass, FaultCode, Value};
use wfc_vm::{eval, eval_with};

use crate::support::{Run, asm, at, result, value};

fn fault_of(text: &str) -> wfc_value::Fault {
    eval(&asm(text), Vec::new(), at(0)).unwrap_err()
}

#[test]
fn int_operators_give_what_the_kernels_give_even_where_they_overflow() {
    use wfc_value::ops::{BinaryOp, binary};
    let cases = [0, 1, -1, 2, 7, i64::MAX, i64::MIN];
    let ops = [
        ("add", BinaryOp::Add),
        ("sub", BinaryOp::Sub),
        ("mul", BinaryOp::Mul),
        ("div", BinaryOp::Div),
        ("mod", BinaryOp::Mod),
        ("eq", BinaryOp::Eq),
        ("ne", BinaryOp::Ne),
        ("lt", BinaryOp::Lt),
        ("le", BinaryOp::Le),
        ("gt", BinaryOp::Gt),
        ("ge", BinaryOp::Ge),
    ];
    for (name, op) in ops {
        for a in cases {
            for b in cases {
                let program = asm(&format!("push {a}\npush {b}\n{name}\nreturn"));
                let ours = eval(&program, Vec::new(), at(0));
                assert_eq!(
                    ours,
                    binary(op, &Value::Int(a), &Value::Int(b)),
                    "{a} {name} {b}"
                );
            }
        }
    }
}

#[test]
fn slots_are_set_or_unset() {
    assert_eq!(
        result("push 1\nstore $x\nis_set $x\nis_set $y\nlist 2\nreturn"),
        value("[true, false]")
    );
    assert_eq!(
        result("push 1\nstore $x\nclear $x\nis_set $x\nreturn"),
        Value::Bool(false)
    );
    assert_eq!(result("load_opt $x\nnone\neq\nreturn"), Value::Bool(true));
    assert_eq!(
        result("push 3\nstore $x\nload_opt $x\nsome 3\neq\nreturn"),
        Value::Bool(true)
    );
    let fault = fault_of("load $ticket\nreturn");
    assert_eq!(fault.code, FaultCode::ExpressionError);
    assert_eq!(fault.message, "`ticket` is not set here");
}

#[test]
fn containers_are_made_of_what_was_pushed_in_its_order() {
    assert_eq!(
        result("push 1\npush 2\npush 3\nlist 3\nreturn"),
        value("[1, 2, 3]")
    );
    let map = "push \"a\"\npush 1\npush \"b\"\npush 2\nmap 2\nreturn";
    assert_eq!(result(map), value(r#"{"a": 1, "b": 2}"#));
    let twice = fault_of("push \"a\"\npush 1\npush \"a\"\npush 2\nmap 2\nreturn");
    assert!(twice.message.contains("`a` is given twice"), "{twice}");
    let optional =
        "list_new\nsome 1\nlist_push_opt\nnone\nlist_push_opt\npush 2\nlist_push\nreturn";
    assert_eq!(result(optional), value("[1, 2]"));
    let optional = "map_new\npush \"a\"\nsome 1\nmap_put_opt\npush \"b\"\nnone\nmap_put_opt\n\
                    push \"c\"\npush 3\nmap_put\nreturn";
    assert_eq!(result(optional), value(r#"{"a": 1, "c": 3}"#));
    let slot = "list_new\nstore $l\npush 1\nappend $l\npush 2\nappend $l\nload $l\nreturn";
    assert_eq!(result(slot), value("[1, 2]"));
    let slot = "map_new\nstore $m\npush \"k\"\npush 1\nput $m\nload $m\nreturn";
    assert_eq!(result(slot), value(r#"{"k": 1}"#));
    let twice =
        "map_new\nstore $m\npush 1\npush 1\nput $m\npush 1\npush 2\nput $m\nload $m\nreturn";
    assert!(fault_of(twice).message.contains("given twice"));
}

#[test]
fn appending_to_a_shared_list_leaves_the_other_holder_alone() {
    let text = "list_new\nstore $l\nload $l\nstore $other\npush 1\nappend $l\n\
                load $l\nload $other\nlist 2\nreturn";
    assert_eq!(result(text), value("[[1], []]"));
}

#[test]
fn fields_and_indexes() {
    let m = "push {\"a\": {\"b\": 5}}";
    assert_eq!(
        result(&format!("{m}\nselect a\nselect b\nreturn")),
        Value::Int(5)
    );
    assert_eq!(result(&format!("{m}\nhas a\nreturn")), Value::Bool(true));
    assert_eq!(result(&format!("{m}\nhas z\nreturn")), Value::Bool(false));
    assert_eq!(
        result(&format!("{m}\nselect_opt z\nnone\neq\nreturn")),
        Value::Bool(true)
    );
    assert_eq!(result("push [7, 8]\npush 1\nindex\nreturn"), Value::Int(8));
    assert_eq!(
        result("push [7]\npush 4\nindex_opt\nnone\neq\nreturn"),
        Value::Bool(true)
    );
    assert_eq!(result("push 7\npush [7]\nin\nreturn"), Value::Bool(true));
    assert!(
        fault_of(&format!("{m}\nselect z\nreturn"))
            .message
            .contains("no such key")
    );
}

#[test]
fn functions_templates_and_declared_types() {
    assert_eq!(result("push \"abc\"\ncall size 1\nreturn"), Value::Int(3));
    assert_eq!(
        result("push \"n=\"\npush 3\npush null\ntemplate 3\nreturn"),
        "n=3null".into()
    );
    assert_eq!(result("uint 3\ndecode int\nreturn"), Value::Int(3));
    assert_eq!(
        fault_of("push \"x\"\ndecode int\nreturn").code,
        FaultCode::TypeMismatch
    );
    let held = "hold {\"minimum\":0,\"maximum\":9}\nreturn";
    assert_eq!(result(&format!("push 9\n{held}")), Value::Int(9));
    let beyond = fault_of(&format!("push 10\n{held}"));
    assert_eq!(beyond.code, FaultCode::TypeMismatch);
    assert_eq!(
        beyond.message,
        "it has to be at most `9`, found the int `10`"
    );
}

#[test]
fn jumps_want_a_bool() {
    let choose = "push true\njump_if_not @no\npush 1\nreturn\nno:\npush 2\nreturn";
    assert_eq!(result(choose), Value::Int(1));
    assert!(
        fault_of("push 1\njump_if @x\nx:\npush 2\nreturn")
            .message
            .contains("bool")
    );
    let keep = "push false\njump_if_not_keep @end\npop\npush true\nend:\nreturn";
    assert_eq!(result(keep), Value::Bool(false));
    let keep = "push true\njump_if_keep @end\npop\npush false\nend:\nreturn";
    assert_eq!(result(keep), Value::Bool(true));
}

/// `a OP b`, where either may fault; `fault` is `1 / 0 == 0`.
fn absorbing(op: &str, a: &str, b: &str) -> Result<Value, wfc_value::Fault> {
    let operand = |x: &str| match x {
        "fault" => "push 1\npush 0\ndiv\npush 0\neq".to_owned(),
        literal => format!("push {literal}"),
    };
    let decisive = if op == "or" { "true" } else { "false" };
    let text = format!(
        "guard @l\n{}\nunguard\nl:\njump_verdict {decisive} @end\n\
         guard @r\n{}\nunguard\nr:\n{op}\nend:\nsettle\nreturn",
        operand(a),
        operand(b)
    );
    eval(&asm(&text), Vec::new(), at(0))
}

#[test]
fn and_and_or_absorb_value_faults_of_either_side() {
    let t = Ok(Value::Bool(true));
    let f = Ok(Value::Bool(false));
    assert_eq!(absorbing("and", "fault", "false"), f);
    assert_eq!(absorbing("and", "false", "fault"), f);
    assert_eq!(absorbing("or", "fault", "true"), t);
    assert_eq!(absorbing("or", "true", "fault"), t);
    assert_eq!(absorbing("and", "true", "true"), t);
    assert_eq!(absorbing("or", "false", "false"), f);
    // An operand that is no bool is a fault too, and is absorbed as one.
    assert_eq!(absorbing("and", "3", "false"), f);
    assert_eq!(absorbing("or", "3", "true"), t);
    for (op, a, b) in [
        ("and", "fault", "true"),
        ("or", "false", "fault"),
        ("and", "true", "7"),
    ] {
        assert_eq!(
            absorbing(op, a, b).unwrap_err().class,
            FaultClass::Value,
            "{a} {op} {b}"
        );
    }
}

#[test]
fn a_limit_is_not_absorbed() {
    // Each round doubles a text, beyond what a value may hold.
    let text = "guard @l\npush \"0123456789abcdef\"\nstore $s\nagain:\nload $s\nload $s\nadd\n\
                store $s\npush true\njump_if @again\npush true\nunguard\nl:\nverdict true\nor\n\
                settle\nreturn";
    let fault = fault_of(text);
    assert_eq!(fault.code, FaultCode::LimitExceeded);
    assert_eq!(fault.class, FaultClass::Limit);
}

#[test]
fn exists_keeps_a_fault_until_an_item_decides() {
    // [0, 1, 2].exists(x, 4 / x == LIMIT)
    let exists = |wanted: i64| {
        let text = format!(
            "verdict false\npush [0, 1, 2]\niter\nnext:\niter_next $x @end\nguard @f\npush 4\nload $x\n\
             div\npush {wanted}\neq\nunguard\nf:\nor\njump_verdict true @found\njump @next\n\
             found:\niter_drop\nend:\nsettle\nreturn"
        );
        eval(&asm(&text), Vec::new(), at(0))
    };
    assert_eq!(exists(2), Ok(Value::Bool(true)));
    assert!(exists(9).unwrap_err().message.contains("by zero"));
}

#[test]
fn iterators_go_over_lists_and_maps_in_their_order() {
    let one = |over: &str| {
        format!(
            "list_new\npush {over}\niter\nnext:\niter_next $x @end\nload $x\nlist_push\njump @next\n\
             end:\nreturn"
        )
    };
    assert_eq!(result(&one("[3, 1]")), value("[3, 1]"));
    assert_eq!(result(&one("[]")), value("[]"));
    assert_eq!(result(&one(r#"{"b": 1, "a": 2}"#)), value(r#"["b", "a"]"#));
    let two = |over: &str| {
        format!(
            "list_new\npush {over}\niter\nnext:\niter_next2 $i $x @end\nload $i\nload $x\nlist 2\n\
             list_push\njump @next\nend:\nreturn"
        )
    };
    assert_eq!(
        result(&two("[\"p\", \"q\"]")),
        value(r#"[[0, "p"], [1, "q"]]"#)
    );
    assert_eq!(
        result(&two(r#"{"b": 1, "a": 2}"#)),
        value(r#"[["b", 1], ["a", 2]]"#)
    );
    assert!(
        fault_of("push 3\niter\niter_drop\npush 1\nreturn")
            .message
            .contains("not a int")
    );
}

#[test]
fn facts_of_the_run_can_be_read() {
    let run = Run::with(
        ".input n int\nfact execution\nselect id\nfact workflow\nselect slug\nfact inputs\nlist 3\nreturn",
        r#"{"n": 4}"#,
        wfc_vm::Meta::new("exec-7", at(0)),
    );
    assert_eq!(*run.value(), value(r#"["exec-7", "test", {"n": 4}]"#));
}

#[test]
fn random_numbers_follow_from_the_execution() {
    let text = "random\nrandom\nlist 2\nreturn";
    let first = result(text);
    assert_eq!(first, result(text));
    let list = first.as_list().unwrap();
    assert_ne!(list.get(0), list.get(1));
    for n in list {
        assert!(
            matches!(n, Value::Double(d) if (0.0..1.0).contains(d)),
            "{n:?}"
        );
    }
    let other = Run::with(text, "{}", wfc_vm::Meta::new("exec-2", at(0)));
    assert_ne!(*other.value(), first);
}

#[test]
fn eval_takes_slots_and_refuses_what_needs_a_run() {
    let program = asm("load $a\nload $b\nadd\nreturn");
    let slots = vec![Value::Int(2), Value::Int(40)];
    assert_eq!(eval(&program, slots, at(0)), Ok(Value::Int(42)));
    let fault = fault_of("dur 1s\nsleep\npush 1\nreturn");
    assert_eq!(fault.class, FaultClass::Total);
    assert!(fault.message.contains("`sleep` needs a run"), "{fault}");
}

#[test]
fn eval_ends_when_its_fuel_does() {
    let program = asm("again:\npush true\njump_if @again\npush 1\nreturn");
    let ctx = wfc_value::CallCtx::new(at(0));
    let fault = eval_with(&program, Vec::new(), &ctx, 10_000).unwrap_err();
    assert_eq!(fault.class, FaultClass::Total);
}
