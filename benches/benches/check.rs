//! `cargo bench -p wfc-benches --bench check`: from text to findings, 10 to 100,000 lines in each spelling, beside the bare
//! parser of the same text (granit for YAML, `serde_json` for JSON).

use std::time::Duration;

use wfc_benches::generate;
use wfc_benches::measure::{median, show};
use wfc_compiler::settings::Settings;
use wfc_compiler::world::NoWorld;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];

fn main() {
    println!("| spelling | lines | check | a line | MB/s | bare parser | ratio |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (name, spelling, generate) in [
        (
            "YAML",
            Spelling::Yaml,
            generate::yaml as fn(usize) -> String,
        ),
        ("JSON", Spelling::Json, generate::json),
        ("text", Spelling::Text, generate::text),
    ] {
        for lines in SIZES {
            row(name, spelling, &generate(lines));
        }
    }
}

fn row(name: &str, spelling: Spelling, text: &str) {
    let source = Source::new("generated", text);
    let budget = Duration::from_millis(1500);
    let check = || wfc_compiler::check(&source, spelling, &NoWorld, &Settings::default());
    let found = check().diagnostics;
    assert!(
        found.is_empty(),
        "the generated workflow is not clean: {:?}",
        found.first()
    );
    let time = median(budget, check);
    let bare = match spelling {
        Spelling::Yaml => Some(median(budget, || {
            granit_parser::Parser::new_from_str(text).count()
        })),
        Spelling::Json => Some(median(budget, || {
            serde_json::from_str::<serde_json::Value>(text).is_ok()
        })),
        Spelling::Text => None,
    };
    let lines = text.lines().count();
    let per_line = time / u32::try_from(lines).unwrap_or(u32::MAX);
    let rate = text.len() as f64 / 1e6 / time.as_secs_f64();
    let (bare_text, ratio) = match bare {
        Some(bare) => (
            show(bare),
            format!("{:.2}", time.as_secs_f64() / bare.as_secs_f64()),
        ),
        None => ("–".to_owned(), "–".to_owned()),
    };
    println!(
        "| {name} | {lines} | {} | {} | {rate:.1} | {bare_text} | {ratio} |",
        show(time),
        show(per_line)
    );
}
