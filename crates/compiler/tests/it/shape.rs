//! What programs look like: readable paths, no dead code, no variable for what nobody reads.

use wfc_syntax::tree::Spelling;

use crate::case::{Case, compile, listing};

#[test]
fn steps_are_named_by_id_or_place() {
    let program = Case::new(
        r#"{"steps": [
            {"id": "a", "type": "bash", "command": "x"},
            {"type": "loop", "over": [1], "steps": [{"type": "bash", "command": "y"}]},
            {"id": "c", "type": "conditional", "condition": "true", "then": [{"type": "bash", "command": "z"}]}]}"#,
        r#"workflow {
            let a = bash "x"
            for item in [1] { bash "y" }
            let c = if true { bash "z" }
        }"#,
    )
    .program();
    let paths: Vec<&str> = program.steps.iter().map(|s| &*s.path).collect();
    assert_eq!(
        paths,
        ["a", "steps[1]", "steps[1].steps[0]", "c", "c.then[0]"]
    );
}

#[test]
fn what_cannot_run_is_not_in_the_program() {
    let program = compile(
        Spelling::Text,
        r#"workflow {
            if false { bash "never" } else { bash "always" }
            return 1
        }"#,
    );
    let listing = listing(&program);
    assert!(
        !listing.contains("\"never\"") && listing.contains("\"always\""),
        "{listing}"
    );
}

#[test]
fn outputs_that_nobody_reads_have_no_variable() {
    let program = compile(
        Spelling::Text,
        r#"workflow { let a = bash "x" { parse: text } let b = bash "y" { parse: text } return b }"#,
    );
    assert_eq!(program.slots, 1, "{}", listing(&program));
}

#[test]
fn instructions_know_their_place_in_the_source() {
    let text = r#"workflow { let a = bash "x" return 7 / a.exit_code }"#;
    let program = compile(Spelling::Text, text);
    let places = program.debug.as_ref().unwrap();
    let div = program
        .code
        .iter()
        .position(|i| i.mnemonic() == "div")
        .unwrap();
    let (start, end) = places.span(div).unwrap();
    assert_eq!(&text[start as usize..end as usize], "7 / a.exit_code");
}

/// The core of the steps of a workflow in the text form.
fn core(text: &str) -> String {
    let source = wfc_syntax::source::Source::new("flow.wf", text);
    let checked = wfc_compiler::check(
        &source,
        Spelling::Text,
        &wfc_compiler::world::NoWorld,
        &wfc_compiler::settings::Settings::default(),
    );
    assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    let ast = &checked.parsed.ast;
    let core = wfc_compiler::lower::lower(ast, &checked.analysis);
    wfc_compiler::ir::dump(&core, &|e| source.slice(ast.exprs.span(e)).to_owned())
}

#[test]
fn common_fields_are_composed_from_the_outside_in() {
    insta::assert_snapshot!(core(
        r#"workflow {
            input n: int
            let b = bash "x {{ n }}" {
                parse: text, timeout: 10m, attempt_timeout: 1m,
                retry: { max_attempts: 3, delay: 1s, backoff: 2.0, max_delay: 30s, on: ["timeout", "exit_nonzero"] }
            } when n > 1 on_error { fail } compensate { bash "undo {{ n }}" }
        }"#
    ));
}

#[test]
fn loops_and_approvals_are_plain_core() {
    insta::assert_snapshot!(core(
        r#"workflow {
            input xs: list<int>
            let made = for x index i in xs with { max_iterations: 5 } {
                approval "Go on with {{ x }}?" { timeout: 1h, on_timeout: deny, on_deny: skip }
                collect x + i
            }
            return made
        }"#
    ));
}

#[test]
fn forks_and_handlers_are_plain_core() {
    insta::assert_snapshot!(core(
        r#"workflow {
            let p = parallel 2 with { retry: 2 } {
                branch a { let x = bash "x" { parse: text } }
                branch b { try { wait for 1s } catch e { fail } finally { bash "clean" } }
            }
            return [x, p.a]
            on failure { bash "tell {{ error.code }}" }
        }"#
    ));
}
