//! The specification's test vectors, and what may not change the hash.

use super::{canonical_bytes, source_hash};
use crate::tree::Spelling;

const SPECIFICATION: &str = include_str!("../../../../docs/canonical-hash.md");

fn read(text: &str, spelling: Spelling) -> crate::lower::tests::Read {
    crate::lower::tests::read(text, spelling).clean()
}

fn bytes(text: &str, spelling: Spelling) -> String {
    String::from_utf8(canonical_bytes(&read(text, spelling).ast)).unwrap()
}

/// The fenced blocks behind the heading of the test vectors: language and text.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let (_, vectors) = SPECIFICATION.split_once("## Test vectors").unwrap();
    let mut out = Vec::new();
    let mut rest = vectors;
    while let Some((_, after)) = rest.split_once("```") {
        let (block, next) = after.split_once("```").unwrap();
        out.push(block.split_once('\n').unwrap());
        rest = next;
    }
    out
}

#[test]
fn the_vectors_of_the_specification() {
    let blocks = blocks();
    assert_eq!(blocks.len(), 9);
    for vector in blocks.chunks(3) {
        let [(language, file), (_, canonical), (_, hash)] = vector else {
            panic!("a vector has three blocks")
        };
        let spelling = if *language == "wf" {
            Spelling::Text
        } else {
            Spelling::Yaml
        };
        let parsed = read(file, spelling);
        let bytes = canonical_bytes(&parsed.ast);
        assert_eq!(String::from_utf8(bytes).unwrap(), canonical.trim_end());
        let hex: String = source_hash(&parsed.ast)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(hex, hash.trim_end());
    }
}

#[test]
fn equal_meanings_have_equal_bytes() {
    for (a, b) in [
        ("return: '{{ x }}'", "return: \"{{x}}\""),
        ("return: '{{ [1, 2] }}'", "return: [1, 2]"),
        ("return: \"{{ {'a': 1} }}\"", "return: { a: 1 }"),
        ("return: '{{ 5 }}'", "return: 5"),
        (
            "returns: string?\nreturn: 1",
            "returns: string | null\nreturn: 1",
        ),
        ("returns: [int]\nreturn: 1", "returns: list<int>\nreturn: 1"),
        (
            "returns: { b: int, a: int }\nreturn: 1",
            "returns: { a: int, b: int }\nreturn: 1",
        ),
        (
            "inputs: { b: int, a: int }\nreturn: 1",
            "inputs: { a: int, b: int }\nreturn: 1",
        ),
        (
            "steps: [ { type: bash, command: ls, timeout: 10m } ]",
            "steps: [ { command: ls, timeout: 600s, type: bash } ]",
        ),
        ("steps: [ { type: return, value: 1 } ]", "return: 1"),
        ("x-a: 1\nreturn: 1 # one", "return: 1"),
    ] {
        assert_eq!(
            bytes(a, Spelling::Yaml),
            bytes(b, Spelling::Yaml),
            "{a}\n{b}"
        );
    }
}

#[test]
fn other_meanings_have_other_bytes() {
    for (a, b) in [
        ("return: 1", "return: 1.0"),
        ("return: '1'", "return: 1"),
        ("return: x", "return: '{{ x }}'"),
        ("return: '{{ \"a\" }} b'", "return: 'a b'"),
        ("return: { a: 1, b: 2 }", "return: { b: 2, a: 1 }"),
        ("return: 'a{{ b }}c'", "return: 'a{{ \"b\" }}c'"),
        ("slug: a\nreturn: 1", "return: 1"),
    ] {
        assert_ne!(
            bytes(a, Spelling::Yaml),
            bytes(b, Spelling::Yaml),
            "{a}\n{b}"
        );
    }
}

#[test]
fn strings_are_escaped_by_rfc_8785() {
    let text = bytes(
        "return: \"\\u0000\\b\\t\\n\\f\\r\\u001b\\\"\\\\/\\u2028€😀\"",
        Spelling::Yaml,
    );
    assert!(
        text.contains("\"\\u0000\\b\\t\\n\\f\\r\\u001b\\\"\\\\/\u{2028}€😀\""),
        "{text}"
    );
}
