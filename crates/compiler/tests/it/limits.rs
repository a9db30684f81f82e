//! Deep and long workflows: no stack overflow, and time that grows with the file.

use wfc_compiler::settings::Settings;
use wfc_compiler::world::NoWorld;
use wfc_syntax::limits::MAX_DEPTH;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use crate::case::compile;

/// A block in a block, each with every field that wraps it, as deep as the parser lets it.
fn nested(depth: usize) -> String {
    let open = "let s = if n > 0 with { retry: { max_attempts: 2, delay: 1s }, timeout: 1h, attempt_timeout: 1h, budget: { usd: 1.0 } } { try { for x in [1, 2] { ";
    let close = "} } finally { wait for 1s } }";
    let mut text = "workflow { input n: int ".to_owned();
    for i in 0..depth {
        text.push_str(
            &open
                .replace("let s", &format!("let s{i}"))
                .replace("for x", &format!("for x{i}")),
        );
    }
    text.push_str("wait for 1s ");
    for _ in 0..depth {
        text.push_str(close);
    }
    text.push('}');
    text
}

#[test]
fn blocks_may_nest_as_deep_as_the_parser_lets_them() {
    let mut compiled = 0;
    for depth in 1..MAX_DEPTH {
        let source = Source::new("deep.wf", nested(depth));
        let found = wfc_compiler::compile(&source, Spelling::Text, &NoWorld, &Settings::default());
        match found.program {
            Some(program) => {
                program.verify().unwrap();
                compiled = depth;
            }
            None => {
                assert!(found.checked.has_errors());
                break;
            }
        }
    }
    assert!(compiled >= 20, "{compiled} levels");
}

#[test]
fn long_workflows_make_programs_as_long() {
    let length = |n: usize| {
        let steps: String = (0..n)
            .map(|i| {
                format!("let s{i} = bash \"echo {{{{ n + {i} }}}}\" {{ parse: text, retry: 2 }}\n")
            })
            .collect();
        let text = format!("workflow {{ input n: int for x in [1] {{ {steps} wait for 1s }} }}");
        compile(Spelling::Text, &text).code.len()
    };
    let (short, long) = (length(20), length(2_000));
    assert!(long < short * 110, "{short} and {long} instructions");
}

/// Pasted text may hold any number of no-break spaces: also where a file is mended and checked again.
#[test]
fn no_break_spaces_are_told_however_many_there_are() {
    for (before, after) in [
        ("workflow w { wait for 1s\n", "\nwait for 2s }"),
        ("workflow w { let a = 1 +", "2 }"),
        ("workflow w { bash \"{{ 1 +", "2 }}\" }"),
        ("workflow w { // ", "\n wait for 1s }"),
        ("workflow w { bash \"", "\n }"),
        ("workflow w { /* ", " */ wait for 1s"),
        ("workflow w { wait for 1s ) # ", "\n }"),
    ] {
        // The second file is small enough to be mended.
        for count in [270_000, 250_000] {
            let text = format!("{before}{}{after}", "\u{a0}".repeat(count));
            let source = Source::new("wide.wf", text);
            let checked =
                wfc_compiler::check(&source, Spelling::Text, &NoWorld, &Settings::default());
            assert_eq!(
                checked.has_errors(),
                !before.contains("// "),
                "{count} in {before}..{after}"
            );
        }
    }
}
