//! Files that nobody writes by hand: no hang, no panic, no flood.

use std::fmt::Write as _;

use super::*;

#[test]
fn shared_structure_does_not_explode() {
    let mut body = String::from("set a0 = { x: 1 }\n");
    for i in 0..60 {
        let _ = writeln!(body, "set a{} = {{ l: a{i}, r: a{i} }}", i + 1);
    }
    body.push_str("return a60");
    clean(&body);
}

#[test]
fn thousands_of_literals_join_quickly() {
    let mut body = String::from("var s = \"\"\n");
    for i in 0..3000 {
        let _ = writeln!(body, "set s = \"v{i}\"");
    }
    body.push_str("while s != \"\" max 3 { set s = s + \"x\" } return s");
    assert_eq!(returned(&body), "string");
}

#[test]
fn thousands_of_faults_are_capped() {
    let mut body = String::new();
    for i in 0..3000 {
        let _ = writeln!(body, "bash \"{{{{ w{i} }}}}\"");
    }
    assert_eq!(findings(&body).len(), wfc_syntax::limits::MAX_DIAGNOSTICS);
}

#[test]
fn a_block_that_was_lost_makes_no_undefined_names() {
    let deep = format!("{}set x = 1{}", "if true { ".repeat(200), " }".repeat(200));
    let found = codes(&format!("{deep} return x"));
    assert!(!found.iter().any(|c| c == "WF0201"), "{found:?}");
}

#[test]
fn recursive_calls_end() {
    use std::sync::Arc;
    struct Both;
    const A: &str = "workflow a {\n  input n: int\n  let x = call b { n: n }\n  return x\n}\n";
    const B: &str = "workflow b {\n  input n: int\n  let x = call a { n: n }\n  return x\n}\n";
    impl crate::world::World for Both {
        fn source(&self, _: &str, _: &str) -> Option<Arc<Source>> {
            None
        }
        fn workflow(&self, _: &str, slug: &str) -> Option<Arc<Source>> {
            let text = if slug == "a" { A } else { B };
            Some(Arc::new(Source::new(format!("{slug}.wf"), text)))
        }
        fn catalogue(&self, _: &str, _: &str) -> Option<Arc<Source>> {
            None
        }
    }
    let source = Source::new("a.wf", A);
    let checked = check(&source, Spelling::Text, &Both, &Settings::default());
    assert!(of_names_and_types(&checked, A).is_empty());
}
