//! The quick way and the parser in full make the same tree, or the quick way gives up.
#![expect(clippy::disallowed_methods, reason = "reads files of the repository")]

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::robust::TRIAGE;
use crate::yaml::{quick, read_in_full};

/// A bit of everything that is read quickly.
const SAMPLE: &str = r#"# comment
name: "Two \"words\", a tab\t and \u00e9"   # after
'it''s': 'isn''t it'
empty: {}
none: []
version: 1.10
path: /a/b:c#d
negative: -5
option: --all
zone: Größe 日本
inputs:
    a: { type: list<string>, default: [x, "y", 'z', {k: v}] }
    b: { type: string, default: "a, b" }
steps:
- id: one # first
  command: |
    set -e
      deeper
    # no comment

    end

  text: |-
    kept
    together
  goal: >-
    folded
    lines

    and more
  other: >
    with an end

- type: two
  list:
    - a
    - b: 1
      c: [1, 2.5, [nested, {x: y}]]
    # between
    - d
  url: http://example.com/?a=b
  condition: a == "b" && c.d('e') > 1
last: end"#;

/// Whether the quick way read it. What it makes is what the parser in full makes.
fn same(text: &str) -> bool {
    difference(text).unwrap_or_else(|found| panic!("{found}"))
}

fn difference(text: &str) -> Result<bool, String> {
    let Some(tree) = quick::read(text) else {
        return Ok(false);
    };
    let (full, found) = read_in_full(text);
    if !found.is_empty() {
        return Err(format!("{text:?}: {found:?}"));
    }
    if format!("{tree:?}") != format!("{full:?}") {
        let (quick, full) = (format!("{tree:?}"), format!("{full:?}"));
        let same = quick.bytes().zip(full.bytes()).take_while(|(a, b)| a == b);
        let from = same.count().saturating_sub(150);
        let part = |s: &str| s.chars().skip(from).take(300).collect::<String>();
        return Err(format!(
            "{text:?}\nquick: {}\nfull:  {}",
            part(&quick),
            part(&full)
        ));
    }
    Ok(true)
}

#[test]
fn what_workflows_hold_is_read_quickly() {
    assert!(same(SAMPLE));
    assert!(same(TRIAGE), "the design's own example");
}

#[test]
fn what_is_not_plain_is_left_to_the_parser() {
    for text in [
        "",
        "# nothing\n",
        "text",
        "- a\n",
        "{a: b}",
        "a:\n",
        "a: b\n c: d\n",
        "a: b\n  c\n",
        "a: &x b\n",
        "a: *x\n",
        "a: !t b\n",
        "a: b\na: c\n",
        "<<: b\n",
        "a:\tb\n",
        "a: b\r\n",
        "---\na: b\n",
        "a: b: c\n",
        "a: [b\n]\n",
        "a: {{ b }}\n",
        "a: b\n- c\n",
        "a: \"b\n",
        "a: 'b\n",
        "a: \"\\q\"\n",
        "a: |2\n  b\n",
        "a: |\n\n  b\n",
        "? a\n",
        "a: @b\n",
        "a: x {{ y # z }}\n",
        "a: [list<int, int>]\n",
        "a: 'b' c\n",
        "a: [b]c\n",
        "a: [b,, c]\n",
        "a: \u{7}\n",
        "a: [b: c]\n",
        "a: {b}\n",
        "a: {b: }\n",
        "a: b\n...\n",
        "a: - b\n",
        "a:\n  b\n",
        "- a: b\n - c: d\n",
        "a: |+\n  b\n\n",
    ] {
        assert!(quick::read(text).is_none(), "{text:?}");
    }
}

/// Every YAML text that stands in the repository's corpus and examples, and in the standard's suite where it is at hand.
fn texts() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders = vec![root.join("examples"), root.join("tests"), root.join("docs")];
    let mut out = super::suite::texts();
    out.extend([SAMPLE.to_owned(), TRIAGE.to_owned()]);
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        let mut paths: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                // Files of cases and pages hold several texts, of several spellings: each part is tried.
                out.extend(text.split("```").map(str::to_owned));
                out.extend(text.split("\n---").map(str::to_owned));
                out.extend(
                    text.split("\n=")
                        .map(|t| t.split_once('\n').map_or(t, |(_, t)| t).to_owned()),
                );
                out.extend(
                    text.split("\n\n")
                        .map(|t| t.trim_start_matches('\n').to_owned()),
                );
                out.push(text);
            }
        }
    }
    out
}

#[test]
fn the_corpus_comes_out_the_same() {
    let texts = texts();
    let read = texts.iter().filter(|t| same(t)).count();
    assert!(read > 100, "{read} of {}", texts.len());
}

/// Pieces that change what a place means.
const PIECES: &[&str] = &[
    "", " ", "  ", "\n", "\n\n", "\n  ", "\n    - ", ": ", ":", " #", "#", "- ", "-", "\"", "'",
    "''", "\\", "{", "}", "[", "]", ", ", ",", "|", ">", "|\n", ">-\n", "&a ", "*a", "!t ", "? ",
    "---\n", "...\n", "%", "@", "`", "<", "(", "{{ ", " }}", "é", "\u{2028}", "\t", "x", "a: b\n",
    "\\u00e9", "\\ud83d", "~", "null",
];

#[test]
fn changed_at_random_it_comes_out_the_same() {
    let texts: Vec<String> = texts()
        .into_iter()
        .filter(|t| quick::read(t).is_some())
        .collect();
    let places = prop::collection::vec(
        (any::<prop::sample::Index>(), 0..PIECES.len(), 0..4usize),
        1..4,
    );
    let config = ProptestConfig {
        cases: 5_000,
        ..ProptestConfig::default()
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let read = std::cell::Cell::new(0);
    runner
        .run(
            &(any::<prop::sample::Index>(), places),
            |(which, places)| {
                let mut text = which.get(&texts).clone();
                for (place, piece, cut) in places {
                    let bounds: Vec<usize> = text
                        .char_indices()
                        .map(|(i, _)| i)
                        .chain([text.len()])
                        .collect();
                    let start = place.index(bounds.len());
                    let end = (start + cut).min(bounds.len() - 1);
                    text.replace_range(bounds[start]..bounds[end], PIECES[piece]);
                }
                let same = difference(&text).map_err(TestCaseError::fail)?;
                read.set(read.get() + usize::from(same));
                Ok(())
            },
        )
        .unwrap();
    assert!(read.get() > 1000, "only {} were read quickly", read.get());
}
