use std::sync::Arc;

use gen_lsp_types::{
    Position, TextDocumentContentChangePartial, TextDocumentContentChangeWholeDocument,
};
use wfc_ide::{Host, NoDisk};

use super::*;

fn part(start: (u32, u32), end: (u32, u32), text: &str) -> Event {
    Event::TextDocumentContentChangePartial(TextDocumentContentChangePartial {
        range: Range::new(Position::new(start.0, start.1), Position::new(end.0, end.1)),
        text: text.to_owned(),
        ..TextDocumentContentChangePartial::default()
    })
}

/// The text after the changes, sent at once and, for comparison, one by one.
fn after(text: &str, changes: &[Event], encoding: Encoding) -> String {
    let apply = |groups: Vec<Vec<Event>>| {
        let mut host = Host::new(Arc::new(NoDisk));
        host.open("a.wf", text, 1);
        for (number, group) in groups.into_iter().enumerate() {
            let document = host.snapshot().document("a.wf").unwrap();
            let edits = edits(&document, group, encoding);
            host.change("a.wf", &edits, i32::try_from(number).unwrap() + 2);
        }
        host.snapshot().document("a.wf").unwrap().text.to_string()
    };
    let at_once = apply(vec![changes.to_vec()]);
    let one_by_one = apply(changes.iter().map(|c| vec![c.clone()]).collect());
    assert_eq!(at_once, one_by_one);
    at_once
}

#[test]
fn changes_apply_in_order_each_to_what_the_ones_before_left() {
    let changes = [
        part((0, 0), (0, 1), "xyz\nq"),
        part((1, 1), (1, 1), "!"),
        part((2, 0), (2, 2), ""),
    ];
    assert_eq!(after("ab\ncd\n", &changes, Encoding::Utf16), "xyz\nq!b\n\n");
}

#[test]
fn changes_from_the_end_to_the_start_do_too() {
    let changes = [
        part((2, 0), (2, 1), "C\nC"),
        part((1, 0), (1, 1), "B"),
        part((0, 0), (0, 0), "A"),
    ];
    assert_eq!(
        after("a\nb\nc\n", &changes, Encoding::Utf8),
        "Aa\nB\nC\nC\n"
    );
}

#[test]
fn line_ends_that_come_together_are_one() {
    let changes = [part((1, 0), (1, 0), "\n"), part((1, 0), (1, 1), "x")];
    assert_eq!(after("a\rb", &changes, Encoding::Utf8), "a\r\nx");
}

#[test]
fn columns_count_what_was_agreed_on() {
    for (encoding, column) in [
        (Encoding::Utf8, 6),
        (Encoding::Utf16, 3),
        (Encoding::Utf32, 2),
    ] {
        let changes = [part((0, 0), (0, column), "x"), part((0, 1), (0, 2), "y")];
        assert_eq!(after("é😀bc", &changes, encoding), "xyc");
    }
}

#[test]
fn a_whole_text_goes_between_changes() {
    let whole =
        Event::TextDocumentContentChangeWholeDocument(TextDocumentContentChangeWholeDocument {
            text: "one\ntwo".to_owned(),
        });
    let changes = [part((0, 0), (0, 1), ""), whole, part((1, 0), (1, 3), "2")];
    assert_eq!(after("abc", &changes, Encoding::Utf16), "one\n2");
}

#[test]
fn places_outside_of_the_text_are_drawn_in() {
    let changes = [part((0, 9), (7, 7), "x"), part((4, 0), (3, 0), "y")];
    assert_eq!(after("ab\ncd", &changes, Encoding::Utf16), "abxy");
}
