//! An evaluator's tree gives what the instructions give, for the same fuel; where it cannot, the instructions are carried out.

use wfc_program::Program;
use wfc_value::{CallCtx, Fault, Timestamp, Value};
use wfc_vm::{Evaluator, eval_with};

use crate::support::{asm, value};

fn values() -> Vec<Option<Value>> {
    vec![
        None,
        Some(Value::Null),
        Some(Value::Bool(true)),
        Some(Value::Int(0)),
        Some(Value::Int(2)),
        Some(Value::Int(i64::MAX)),
        Some(Value::Uint(3)),
        Some(Value::Double(1.5)),
        Some(Value::Double(f64::NAN)),
        Some(Value::from("a")),
        Some(Value::from("")),
        Some(Value::from("b".repeat(300))),
        // So much that comparing it weighs the stack.
        Some(Value::from("c".repeat(200_000))),
        Some(value("[1, \"a\", 0, true]")),
        Some(value("[3, 2, 1]")),
        Some(value("[[3], [], [2, 1]]")),
        Some(value("{\"a\": 7, \"b\": [1]}")),
        Some(Value::some(value("{\"a\": 7}")).unwrap()),
        Some(Value::secret("key")),
        Some(Value::list(vec![Value::Int(1), Value::secret("key")]).unwrap()),
    ]
}

/// Code of expressions on `$a` and `$b`, in the forms that they are compiled to.
const EXPRESSIONS: &[&str] = &[
    // Operators whose types are known from one operand, or from none.
    "load $a\nload $b\nmul\nload $a\npush 7\nmod\nadd",
    "load $a\npush 2.5\nmul\npush 3.0\nlt",
    "load $a\npush 1.5\ngt\nnot",
    "load $a\nload $b\nlt",
    "load $a\npush 10\nge",
    "load $a\npush \"a\"\neq",
    "load $a\npush \"a\"\nne",
    "load $a\nload $b\neq",
    "load $a\nload $b\nin",
    "load $a\nneg",
    "push 5\nload $a\ndiv",
    // Fields and items.
    "load $a\nselect a\nload $b\nadd",
    "load $a\nhas a",
    "load $a\nselect b\npush 0\nindex\npush 1\neq",
    "load $a\npush 2\nindex",
    "load $a\nload $b\nindex",
    "is_set $a",
    // Functions.
    "load $a\ncall size 1\npush 3\ngt",
    "load $a\npush \"-\"\nadd\nload $b\ncall string 1\nadd\nload $a\nadd",
    "load $a\npush \"a\"\ncall startsWith 2",
    "load $a\nload $b\ncall contains 2",
    "load $a\nload $b\ncall endsWith 2",
    "load $a\ncall double 1\npush 3.0\ndiv\npush 10.0\ngt",
    "load $a\ncall string 1",
    "load $a\ncall upperAscii 1",
    "load $a\npush \"x\"\nload $b\ntemplate 3",
    // Lists and maps.
    "load $a\nload $b\npush 1\nlist 3",
    "push \"x\"\nload $a\npush \"y\"\nload $b\nmap 2",
    "load $a\nload $b\nload $b\nload $a\nmap 2",
    // Ways.
    "load $a\npush 2\neq\njump_if_not @other\nload $b\njump @end\nother:\nload $a\nend:",
    "load $a\nnot\njump_if_keep @end\npop\nload $b\nend:",
    "load $a\njump_if_not_keep @end\npop\nload $b\npush 2\neq\nend:",
    "guard @one\nload $a\npush 1\neq\nunguard\none:\njump_verdict true @end\nguard @two\nload $b\nunguard\ntwo:\nor\n\
     jump_verdict true @end\nguard @three\nload $b\npush 2\nadd\npush 4\neq\nunguard\nthree:\nor\nend:\nsettle",
    "guard @one\nload $a\nunguard\none:\njump_verdict false @end\nguard @two\nload $b\nunguard\ntwo:\nand\nend:\nsettle",
    // Comprehensions.
    "load $a\niter\ntop:\niter_next $x @out\nload $x\npush 1\neq\njump_if @found\njump @top\nfound:\niter_drop\npush true\n\
     jump @done\nout:\npush false\ndone:\nclear $x",
    "load $a\niter\nverdict true\ntop:\niter_next $x @out\nguard @judged\nload $x\nload $b\nlt\nunguard\njudged:\nand\n\
     jump_verdict false @found\njump @top\nfound:\niter_drop\nout:\nsettle\nclear $x",
    "load $a\nlist_new\nstore $m\niter\ntop:\niter_next $x @out\nload $x\npush 2\nmul\nappend $m\njump @top\nout:\nload $m\n\
     clear $m\nclear $x",
    "load $a\nlist_new\nstore $m\niter\ntop:\niter_next $x @out\nload $x\npush 1\ngt\njump_if_not @top\nload $x\nappend $m\n\
     jump @top\nout:\nload $m\nclear $m\nclear $x\ncall size 1",
    // One in another, on the outer's variable.
    "load $a\nlist_new\nstore $m\niter\ntop:\niter_next $x @out\nload $x\niter\ntop2:\niter_next $y @out2\nload $y\nload $b\n\
     eq\njump_if_not @found2\njump @top2\nfound2:\niter_drop\npush false\njump @done2\nout2:\npush true\ndone2:\nclear $y\n\
     append $m\njump @top\nout:\nload $m\nclear $m\nclear $x",
    // `cel.bind`
    "load $a\nload $b\nadd\nstore $x\nload $x\nload $x\neq\nclear $x",
    // Code that compiles from nothing: the tree is not made.
    "load $a\nstore $x\nload $x\nload $x\nlist 2",
    "load $a\ndup\nadd",
    "load $a\nstore $x\nload $b\nclear $x\nis_set $x\nlist 2",
    // No compiler uses a variable's slot for another one inside of it.
    "load $a\nlist_new\nstore $m\niter\ntop:\niter_next $x @out\npush 5\nstore $x\nload $b\nclear $x\nload $x\nlist 2\n\
     append $m\njump @top\nout:\nload $m\nclear $m\nclear $x",
    "load $a\nlist_new\nstore $m\niter\ntop:\niter_next $x @out\nload $a\niter\ntop2:\niter_next $x @out2\nload $x\n\
     push 1\neq\njump_if @found2\njump @top2\nfound2:\niter_drop\npush true\njump @done2\nout2:\npush false\ndone2:\n\
     load $x\nlist 2\nappend $m\njump @top\nout:\nload $m\nclear $m\nclear $x",
    "load $a\nlist_new\nstore $m\niter\ntop:\niter_next $x @out\nload $a\nlist_new\nstore $m\niter\ntop2:\n\
     iter_next $y @out2\nload $y\nappend $m\njump @top2\nout2:\nload $m\nclear $m\nclear $y\nappend $m\njump @top\nout:\n\
     load $m\nclear $m\nclear $x",
];

fn program(text: &str) -> Program {
    asm(&format!("{text}\nreturn"))
}

fn slots(program: &Program, a: &Option<Value>, b: &Option<Value>) -> Vec<Option<Value>> {
    let names = &program.debug.as_ref().unwrap().slots;
    let named = |name: &str| match name {
        "a" => a.clone(),
        "b" => b.clone(),
        _ => None,
    };
    names.iter().map(|name| named(name)).collect()
}

fn with_tree(program: &Program, slots: &[Option<Value>], fuel: u64) -> Result<Value, Fault> {
    let mut evaluator = Evaluator::new(program).unwrap().with_fuel(fuel);
    for (slot, value) in slots.iter().enumerate() {
        if let Some(value) = value {
            evaluator.set(slot, value.clone());
        }
    }
    let ctx = CallCtx::new(Timestamp::EPOCH);
    let first = evaluator.run(&ctx);
    assert_eq!(
        evaluator.run(&ctx),
        first,
        "the second time is as the first"
    );
    first
}

fn singly(program: &Program, slots: &[Option<Value>], fuel: u64) -> Result<Value, Fault> {
    let ctx = CallCtx::new(Timestamp::EPOCH);
    eval_with(program, slots.to_vec(), &ctx, fuel)
}

#[test]
fn a_tree_gives_what_the_instructions_give_for_the_same_fuel() {
    const MUCH: u64 = 1 << 20;
    for text in EXPRESSIONS {
        let program = program(text);
        for a in values() {
            for b in values() {
                let slots = slots(&program, &a, &b);
                let wanted = singly(&program, &slots, MUCH);
                assert_eq!(
                    with_tree(&program, &slots, MUCH),
                    wanted,
                    "{text}: {slots:?}"
                );
                let (mut little, mut enough) = (0, MUCH);
                while enough - little > 1 {
                    let middle = u64::midpoint(little, enough);
                    if singly(&program, &slots, middle) == wanted {
                        enough = middle;
                    } else {
                        little = middle;
                    }
                }
                for fuel in [little, enough] {
                    let wanted = singly(&program, &slots, fuel);
                    let came = with_tree(&program, &slots, fuel);
                    assert_eq!(came, wanted, "{text}: {slots:?}, with {fuel} of fuel");
                }
            }
        }
    }
}

#[test]
fn the_forms_that_expressions_compile_to_become_trees() {
    for text in EXPRESSIONS {
        let program = program(text);
        let mut evaluator = Evaluator::new(&program).unwrap();
        evaluator.set(0, Value::Int(1));
        let odd = [
            "dup",
            "store $x\nload $x\nload $x\nlist",
            "is_set $x",
            "push 5\nstore $x",
            "iter_next $x @out2",
            "load $a\nlist_new\nstore $m\niter\ntop2",
        ];
        let wanted = !odd.iter().any(|odd| text.contains(odd));
        assert_eq!(evaluator.has_tree(), wanted, "{text}");
    }
}

#[test]
fn a_sum_of_very_many_operands_is_evaluated_without_a_tree() {
    let program = program(&format!("push 0{}", "\nload $a\nadd".repeat(2_000)));
    let mut evaluator = Evaluator::new(&program).unwrap();
    evaluator.set(0, Value::Int(2));
    assert!(!evaluator.has_tree());
    let ctx = CallCtx::new(Timestamp::EPOCH);
    assert_eq!(evaluator.run(&ctx), Ok(Value::Int(4_000)));
}
