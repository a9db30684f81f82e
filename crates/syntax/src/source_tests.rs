//! What a user is told of a file that is no text.

use super::*;

fn refusal(bytes: &[u8]) -> Diagnostic {
    let (source, mut diagnostics) = Source::from_bytes("a.wf", bytes.to_vec());
    assert_eq!(&*source.text, "", "nothing may cascade from a refused file");
    assert_eq!(diagnostics.len(), 1);
    diagnostics.remove(0)
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text_but_of_the_file() {
    let (source, diagnostics) = Source::from_bytes("a.wf.yaml", b"\xef\xbb\xbfa: 1\n".to_vec());
    assert!(diagnostics.is_empty());
    assert_eq!(&*source.text, "a: 1\n");
    assert_eq!(source.slice(Span::new(3, 4)), "1");
    assert_eq!(source.in_file(Span::new(3, 4)), Span::new(6, 7));
    assert_eq!(source.to_bytes("a: 2\n"), b"\xef\xbb\xbfa: 2\n");
    let plain = Source::new("a", "x");
    assert_eq!(plain.in_file(Span::new(0, 1)), Span::new(0, 1));
    assert_eq!(plain.to_bytes("y"), b"y");
}

#[test]
fn names_the_first_bad_byte_and_the_likely_encoding() {
    let d = refusal(b"name: a\nx: caf\xe9 noir\n");
    assert_eq!(d.code, &NOT_TEXT);
    assert_eq!(
        d.message,
        "the file is not UTF-8 text: byte 0xE9 at offset 14 (line 2, column 7); it looks like Latin-1"
    );
    assert!(d.help.unwrap().contains("iconv -f LATIN1 -t UTF-8"));
    assert!(
        refusal(b"a: \x93quoted\x94\n")
            .message
            .ends_with("it looks like Windows-1252")
    );
}

#[test]
fn knows_utf16_with_and_without_its_mark() {
    let utf16 = |mark: &[u8], big: bool| {
        let mut bytes = mark.to_vec();
        for unit in "steps: []\n".encode_utf16() {
            bytes.extend(if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            });
        }
        refusal(&bytes).message
    };
    assert!(utf16(b"\xff\xfe", false).ends_with("it looks like UTF-16"));
    assert!(utf16(b"\xfe\xff", true).contains("byte 0xFE at offset 0 (line 1, column 1)"));
    assert!(utf16(b"", false).ends_with("it looks like UTF-16 without a byte order mark"));
    assert!(utf16(b"", true).contains("a NUL byte at offset 0"));
}

#[test]
fn knows_binary_and_cut_files() {
    assert!(
        refusal(b"PK\x03\x04\x14\x00")
            .message
            .ends_with("it looks like a ZIP archive")
    );
    assert!(
        refusal(b"a: 1\n\x00b")
            .message
            .ends_with("it looks like a binary file")
    );
    assert!(
        refusal(b"a: \xc3")
            .message
            .ends_with("cut off in the middle of a character")
    );
}

#[test]
fn an_empty_file_and_a_huge_one_are_refused() {
    for empty in [&b""[..], b" \r\n\t\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"] {
        assert_eq!(refusal(empty).code, &EMPTY, "{empty:?}");
    }
    let d = refusal(&vec![b'#'; MAX_FILE_BYTES + 1]);
    assert_eq!(d.code, &TOO_LARGE);
    assert!(d.message.contains("16777217 bytes"), "{}", d.message);
    assert!(
        Source::from_bytes("a", vec![b'#'; MAX_FILE_BYTES])
            .1
            .is_empty()
    );
}
