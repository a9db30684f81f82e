//! The checker by itself: from the text with one more character to its findings with lines and columns.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wfc_benches::measure::{median, show};
use wfc_benches::realistic::Desk;
use wfc_compiler::check;
use wfc_compiler::incremental::{Change, Session, Way};
use wfc_compiler::settings::Settings;
use wfc_syntax::line_index::{Encoding, LineIndex};
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use crate::loads::{self, Typing};
use crate::times::Times;

/// Prints a table of a file's loads.
pub(crate) fn run(lines: usize) {
    let world = Desk::default();
    let settings = Settings::default();
    for typing in loads::of(lines) {
        let source = Arc::new(Source::new(loads::FILE, &typing.text));
        let whole = median(Duration::from_millis(500), || {
            check(&source, Spelling::Yaml, &world, &settings)
        });
        let (times, slices) = typed(&typing, &source, &world, &settings);
        println!(
            "| {lines} | {} | {} | {} | {slices} | {} |",
            typing.what,
            typing.place,
            times,
            show(whole)
        );
    }
}

/// The times of all edits, and how many a slice was enough for.
fn typed(
    typing: &Typing,
    source: &Arc<Source>,
    world: &Desk,
    settings: &Settings,
) -> (Times, usize) {
    let mut session = Session::new(Arc::clone(source), Spelling::Yaml, world, settings);
    let (mut at, mut slices) = (typing.at, 0);
    let mut times = Times::default();
    let verify = std::env::args().any(|arg| arg == "--verify");
    let slow = std::env::args().any(|arg| arg == "--slow");
    let mut letter = [0; 4];
    for c in typing.letters.chars() {
        let start = Instant::now();
        let mut text = session.source().text.to_string();
        text.insert(at, c);
        let now = Arc::new(Source::new(loads::FILE, text));
        let change = Change::between(&session.source().text, &now.text);
        let way = session.update(Arc::clone(&now), change, world, settings);
        let index = LineIndex::new(Arc::clone(&now.text));
        for found in session.diagnostics().iter() {
            std::hint::black_box(index.position(found.span.start, Encoding::Utf16));
        }
        let took = start.elapsed();
        times.add(took);
        if slow && way == Way::Whole {
            let from = text_before(&now.text, at);
            eprintln!(
                "{} {} whole, {}: {from:?}",
                typing.what,
                typing.place,
                show(took)
            );
        }
        slices += usize::from(way == Way::Slice);
        at += c.encode_utf8(&mut letter).len();
        if verify {
            let whole = check(&now, Spelling::Yaml, world, settings).diagnostics;
            assert!(
                **session.diagnostics() == whole,
                "another finding than by a whole check, behind {:?}: {:#?} {whole:#?}",
                text_before(&now.text, at),
                session.diagnostics(),
            );
        }
    }
    (times, slices)
}

fn text_before(text: &str, at: usize) -> &str {
    let from = text.floor_char_boundary(at.saturating_sub(60));
    text.get(from..at).unwrap_or_default()
}
