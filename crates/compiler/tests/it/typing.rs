//! While somebody types, the findings after every edit are those of a whole check of the same text.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use wfc_compiler::check;
use wfc_compiler::incremental::{Change, Limits, Session, Way};
use wfc_compiler::settings::Settings;
use wfc_compiler::world::World;
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

mod texts;

/// `WFC_TYPING_EDITS` makes so many edits of each file, and `WFC_TYPING_SEED` other ones.
const EDITS: &str = "WFC_TYPING_EDITS";
/// Slices of small texts, too, and whatever their share.
const SMALL: Limits = Limits {
    least: 0,
    share: 1,
    rest: 0,
};

/// A small generator of numbers, the same on every run (SplitMix64).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % n.max(1) as u64).unwrap()
    }
}

/// The files beside a workflow.
#[derive(Default)]
pub(super) struct Folder(BTreeMap<String, Arc<Source>>);

impl World for Folder {
    fn source(&self, _: &str, path: &str) -> Option<Arc<Source>> {
        self.0.get(path).cloned()
    }
    fn workflow(&self, _: &str, slug: &str) -> Option<Arc<Source>> {
        let ends = ["wf", "wf.yaml", "wf.json"];
        ends.iter()
            .find_map(|end| self.0.get(&format!("{slug}.{end}")).cloned())
    }
    fn catalogue(&self, _: &str, path: &str) -> Option<Arc<Source>> {
        self.0.get(path).cloned()
    }
}

fn folder() -> Folder {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/suite/valid");
    let mut out = Folder::default();
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if let Ok(text) = std::fs::read_to_string(&path) {
            out.0
                .insert(name.clone(), Arc::new(Source::new(name, text)));
        }
    }
    let desk = Source::new("desk.tools.json", texts::CATALOGUE);
    out.0.insert(desk.name.clone(), Arc::new(desk));
    out
}

/// One edit: what is replaced and by what.
type Edit = (std::ops::Range<usize>, String);

/// Random words and signs of the language.
const PIECES: &[&str] = &[
    " ",
    "\n",
    "a",
    "x",
    ":",
    ": ",
    "- ",
    "{",
    "}",
    "{{ ",
    " }}",
    "\"",
    "'",
    "[",
    "]",
    ",",
    ".",
    "#",
    "  ",
    "0",
    "1",
    "true",
    "null",
    "type: bash",
    "id: x",
    "when: ",
    "ticket1",
    "limit",
    "priority",
    "steps.",
    ".output",
    "secrets.",
    "error",
    "inputs.",
    "return",
    "fail",
    "break",
    "//",
    "timeout: 5m",
    "budget: { agent_calls: 1 }",
    "é",
    "\t",
    "|",
];

/// A random place, not in what only makes the text long.
fn somewhere(text: &str, random: &mut Random) -> usize {
    let space = " ".repeat(1_000);
    let (pad, len) = match text.find(texts::PAD).or_else(|| text.find(&space)) {
        Some(pad) => {
            let rest = text[pad..].trim_start_matches([texts::PAD, ' ', '\n', '/', '#']);
            (pad, text.len() - rest.len() - pad)
        }
        None => (text.len(), 0),
    };
    let at = random.below(text.len() - len);
    if at < pad { at } else { at + len }
}

fn edit(text: &str, random: &mut Random, at: &mut usize) -> Edit {
    let place = |n: usize| text.floor_char_boundary(n.min(text.len()));
    if random.below(3) == 0 {
        *at = somewhere(text, random);
    }
    let start = place(*at);
    let (range, new) = match random.below(10) {
        0 => (start..place(start + 1 + random.below(4)), String::new()),
        1 => (start..place(start + random.below(200)), String::new()),
        2 => {
            let from = place(somewhere(text, random));
            let part = &text[from..place(from + random.below(150))];
            (start..start, part.to_owned())
        }
        3 => {
            // Whole lines go, or come twice.
            let from = text[..start].rfind('\n').map_or(0, |n| n + 1);
            let to = text[start..]
                .find('\n')
                .map_or(text.len(), |n| start + n + 1);
            if random.below(2) == 0 {
                (from..to, String::new())
            } else {
                (to..to, text[from..to].to_owned())
            }
        }
        4 => {
            // A word becomes another one of the text.
            let words: Vec<&str> = text
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|w| !w.is_empty())
                .collect();
            let word = words.get(random.below(words.len())).copied().unwrap_or("w");
            let rest = &text[start..];
            let from = start + rest.find(|c: char| c.is_ascii_alphanumeric()).unwrap_or(0);
            let rest = &text[from..];
            let to = from
                + rest
                    .find(|c: char| !c.is_ascii_alphanumeric())
                    .unwrap_or(rest.len());
            (from..to, word.to_owned())
        }
        _ => (start..start, PIECES[random.below(PIECES.len())].to_owned()),
    };
    *at = range.start + new.len();
    (range, new)
}

/// Makes edits and compares after each; gives how many were checked by slices.
fn play(
    source: &Source,
    spelling: Spelling,
    world: &Folder,
    mut next: impl FnMut(&str, usize) -> Option<Edit>,
) -> usize {
    let settings = Settings::default();
    let mut session =
        Session::new(Arc::new(source.clone()), spelling, world, &settings).with_limits(SMALL);
    let mut slices = 0;
    for n in 0.. {
        let before = session.source().text.to_string();
        let Some((range, new)) = next(&before, n) else {
            break;
        };
        let mut after = before.clone();
        after.replace_range(range.clone(), &new);
        let now = Arc::new(Source {
            text: after.as_str().into(),
            ..source.clone()
        });
        // Editors say what they replace; where texts are compared, a line break may have gone in before or behind another.
        let change = match n % 2 {
            0 => Change::between(&before, &after),
            _ => Change {
                span: Span::of(range.start, range.end),
                len: u32::try_from(new.len()).unwrap(),
            },
        };
        let way = session.update(Arc::clone(&now), change, world, &settings);
        slices += usize::from(way == Way::Slice);
        let whole = check(&now, spelling, world, &settings).diagnostics;
        if **session.diagnostics() != whole {
            let only = |a: &[_], b: &[_]| {
                a.iter()
                    .filter(|d| !b.contains(*d))
                    .cloned()
                    .collect::<Vec<wfc_syntax::diagnostic::Diagnostic>>()
            };
            let path = std::env::temp_dir().join("typing.txt");
            std::fs::write(&path, &after).unwrap();
            std::fs::write(path.with_extension("before"), &before).unwrap();
            let short = |all: &[wfc_syntax::diagnostic::Diagnostic]| {
                let lines = all
                    .iter()
                    .map(|d| format!("{} {:?} {}\n", d.code.id, d.span, d.message));
                lines.collect::<String>()
            };
            let (by_edit, by_whole) = (short(session.diagnostics()), short(&whole));
            panic!(
                "{} after edit {n} {range:?} {new:?} by {way:?}\n{by_edit}whole:\n{by_whole}only by the edit: {:#?}\nonly by the whole: {:#?}\n{}",
                source.name,
                only(session.diagnostics(), &whole),
                only(&whole, session.diagnostics()),
                context(&after, range.start),
            );
        }
    }
    slices
}

fn context(text: &str, at: usize) -> String {
    let from = text.floor_char_boundary(at.saturating_sub(300));
    let to = text.floor_char_boundary((at + 300).min(text.len()));
    text[from..to].to_owned()
}

fn edits(usual: usize) -> usize {
    std::env::var(EDITS)
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(usual)
}

fn seed() -> u64 {
    std::env::var("WFC_TYPING_SEED")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(0)
}

/// Random edits, here and there, into a file; each goes on from the last one for a while, then from the text as it was.
fn at_random(
    source: &Source,
    spelling: Spelling,
    world: &Folder,
    (seed, usual): (u64, usize),
) -> usize {
    let mut random = Random(seed);
    let mut slices = 0;
    let mut left = edits(usual);
    while left > 0 {
        let run = (1 + random.below(12)).min(left);
        left -= run;
        let mut at = somewhere(&source.text, &mut random);
        slices += play(source, spelling, world, |text, n| {
            (n < run).then(|| edit(text, &mut random, &mut at))
        });
    }
    slices
}

#[test]
fn random_edits_of_the_suite() {
    let world = folder();
    let mut slices = 0;
    for (n, source) in (seed()..).zip(world.0.values()) {
        if source.name.ends_with(".tools.json") || source.name.contains(".test.") {
            continue;
        }
        let spelling = Spelling::of(&source.name, &source.text);
        slices += at_random(source, spelling, &world, (n, 1));
    }
    println!("{slices} by slices");
    assert!(slices > 0, "no edit was checked by a slice");
}

#[test]
fn random_edits_of_long_files() {
    let world = folder();
    let mut slices = 0;
    for (n, (name, text)) in (seed() * 1000..).zip(texts::long()) {
        let source = Source::new(name, text);
        let spelling = Spelling::of(&source.name, &source.text);
        slices += at_random(&source, spelling, &world, (n, 1));
    }
    assert!(slices > 0, "no edit was checked by a slice");
}

/// In texts that are too long to be mended a fault of syntax is told as it is, so that slices have them, too.
#[test]
fn random_edits_of_texts_that_are_not_mended() {
    let world = folder();
    let mut slices = 0;
    for (n, (name, text)) in (seed() * 1000..).zip(texts::padded()) {
        let source = Source::new(name, text);
        let spelling = Spelling::of(&source.name, &source.text);
        let own = at_random(&source, spelling, &world, (n, 4));
        println!("{} {own}", source.name);
        slices += own;
    }
    assert!(slices > 0, "no edit was checked by a slice");
}

/// Types texts before a step, letter by letter; gives how many letters there were and how many were checked by slices.
fn type_before(source: &Source, step: &str, pieces: &[&str], world: &Folder) -> (usize, usize) {
    let spelling = Spelling::of(&source.name, &source.text);
    let (mut slices, mut all) = (0, 0);
    for piece in pieces {
        let mut place = source.text.find(step).unwrap();
        let mut letters = piece.chars();
        slices += play(source, spelling, world, |_, _| {
            let letter = letters.next()?.to_string();
            let range = place..place;
            place += letter.len();
            Some((range, letter))
        });
        all += piece.chars().count();
    }
    (all, slices)
}

/// What people type before a step goes through much that is no workflow yet.
#[test]
fn typing_letter_by_letter() {
    let world = folder();
    // One text at one place of one file in each spelling; with the variable all of them.
    let (files, most) = match std::env::var(EDITS) {
        Ok(_) => (usize::MAX, usize::MAX),
        Err(_) => (3, 1),
    };
    for (name, text) in texts::long().into_iter().take(files) {
        let source = Source::new(name, text);
        let spelling = Spelling::of(&source.name, &source.text);
        let steps: &[&str] = match spelling {
            Spelling::Yaml => &["\n  - id: review2", "\n  - id: ticket3", "\nreturn:"],
            Spelling::Json => &["{\n      \"id\": \"review2\""],
            Spelling::Text => &["\n  let review2 =", "\n  return"],
        };
        let pieces = texts::typed(spelling);
        let pieces = &pieces[..pieces.len().min(most)];
        for step in steps.iter().take(most) {
            let (all, slices) = type_before(&source, step, pieces, &world);
            println!(
                "{} {step:?}: {slices} of {all} letters by slices",
                source.name
            );
            // What runs at the end reads of all steps, and stands with the last one.
            let at_end = *step == "\nreturn:" && source.text.contains("on_failure:");
            if spelling == Spelling::Yaml && !at_end {
                assert!(slices * 2 > all, "{}: {slices} of {all}", source.name);
            }
        }
    }
}

#[test]
fn what_is_typed_at_the_end_of_a_file_belongs_to_it() {
    let world = folder();
    for (name, text) in texts::long() {
        let source = Source::new(name, text);
        let spelling = Spelling::of(&source.name, &source.text);
        let mut letters = "}\n- x: {\n\"".chars();
        play(&source, spelling, &world, |text, _| {
            Some((text.len()..text.len(), letters.next()?.to_string()))
        });
    }
}

#[test]
fn typing_letter_by_letter_into_a_text_that_is_not_mended() {
    let world = folder();
    let (name, text) = texts::padded().swap_remove(2);
    let source = Source::new(name, text);
    let pieces = &texts::typed(Spelling::Yaml)[..1];
    let (all, slices) = type_before(&source, "\n  - id: review2", pieces, &world);
    assert!(slices * 2 > all, "{slices} of {all} letters by slices");
}
