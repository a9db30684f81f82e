use super::*;

/// Gives out its bytes in small pieces, as a pipe may.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let n = self.1.min(self.0.len()).min(room.len());
        let (now, later) = self.0.split_at(n);
        room[..n].copy_from_slice(now);
        self.0 = later;
        Ok(n)
    }
}

/// All bodies of a stream, and a word for each fault, in order. Bodies that do not begin with a brace are taken back.
fn frames(bytes: &[u8]) -> Vec<String> {
    let mut seen = Vec::new();
    for size in [1, 7, 1 << 20] {
        let mut reader = FrameReader::new(Pieces(bytes, size), 1000);
        let mut out = Vec::new();
        while let Some(frame) = reader.read().unwrap() {
            out.push(match frame {
                Frame::Body(body) => {
                    if !(body.starts_with(b"{") && body.ends_with(b"}")) {
                        reader.take_back(&body);
                    }
                    String::from_utf8(body).unwrap()
                }
                Frame::Fault(Fault::Header) => "header".to_owned(),
                Frame::Fault(Fault::TooLarge { .. }) => "too large".to_owned(),
                Frame::Fault(Fault::Cut) => "cut".to_owned(),
            });
        }
        seen.push(out);
    }
    assert!(seen.windows(2).all(|w| w[0] == w[1]), "pieces: {seen:?}");
    seen.remove(0)
}

fn framed(body: &str) -> String {
    format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

#[test]
fn messages_follow_one_another() {
    let two = framed("{1}") + &framed("{\"é\"}");
    assert_eq!(frames(two.as_bytes()), ["{1}", "{\"é\"}"]);
    assert_eq!(frames(b""), [""; 0]);
}

#[test]
fn headers_are_read_as_people_write_them() {
    let odd = "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-LENGTH:3\r\nX-A: b\r\n\r\n{1}";
    assert_eq!(frames(odd.as_bytes()), ["{1}"]);
    assert_eq!(frames(b"Content-Length: 3\n\n{1}\r\n\r\n"), ["{1}"]);
}

#[test]
fn bytes_between_messages_are_told_once_and_passed_over() {
    let text = format!("nonsense\r\nmore\r\n\r\n{}", framed("{1}"));
    assert_eq!(frames(text.as_bytes()), ["header", "{1}"]);
    let glued = format!("junk{}", framed("{1}"));
    assert_eq!(frames(glued.as_bytes()), ["header", "{1}"]);
    let long = format!("{}{}", "x".repeat(20_000), framed("{1}"));
    assert_eq!(frames(long.as_bytes()), ["header", "{1}"]);
    let negative = format!("Content-Length: -5\r\n\r\n{}", framed("{1}"));
    assert_eq!(
        frames(negative.as_bytes()),
        ["{1}"],
        "a field that says nothing"
    );
    let huge = format!(
        "Content-Length: 99999999999999999999999\r\n\r\n{}",
        framed("{1}")
    );
    assert_eq!(frames(huge.as_bytes()), ["{1}"]);
}

#[test]
fn a_body_that_is_too_large_is_passed_over_whether_it_is_there_or_not() {
    let large = framed(&format!("{{{}}}", "y".repeat(5000)));
    let text = format!("{large}{}", framed("{1}"));
    assert_eq!(frames(text.as_bytes()), ["too large", "header", "{1}"]);
    let claimed = format!("Content-Length: 4000000000\r\n\r\n{}", framed("{1}"));
    assert_eq!(frames(claimed.as_bytes()), ["too large", "{1}"]);
}

#[test]
fn a_length_that_is_too_small_costs_its_own_message_alone() {
    let text = format!("Content-Length: 3\r\n\r\n{{12345}}{}", framed("{2}"));
    assert_eq!(frames(text.as_bytes()), ["{12", "header", "{2}"]);
}

fn two_and_three() -> [String; 2] {
    ["{2}".to_owned(), "{3}".to_owned()]
}

#[test]
fn a_length_that_is_too_large_costs_its_own_message_alone() {
    let text = format!(
        "Content-Length: 30\r\n\r\n{{1}}{}{}",
        framed("{2}"),
        framed("{3}")
    );
    let seen = frames(text.as_bytes());
    assert!(seen.ends_with(&two_and_three()), "{seen:?}");
}

#[test]
fn a_message_without_a_body_costs_no_other_one_however_long_it_says_that_it_is() {
    for length in 0..60 {
        let text = format!(
            "Content-Length: {length}\r\n\r\n{}{}",
            framed("{2}"),
            framed("{3}")
        );
        let seen = frames(text.as_bytes());
        assert!(seen.ends_with(&two_and_three()), "{length}: {seen:?}");
    }
}

#[test]
fn words_of_a_header_inside_a_text_are_text() {
    let body = r#"{"Content-Length: 5\r\n\r\nhello"}"#;
    let text = framed(body) + &framed("{2}");
    assert_eq!(frames(text.as_bytes()), [body, "{2}"]);
}

#[test]
fn the_end_in_the_middle_of_a_body_is_told() {
    assert_eq!(frames(b"Content-Length: 30\r\n\r\n{1}"), ["cut"]);
    assert_eq!(frames(b"Content-Le"), ["header"]);
    let inside = "Content-Length: 300\r\n\r\n{1}Content-Length: 30\r\n\r\n{2}";
    assert_eq!(frames(inside.as_bytes()), ["cut", "cut"]);
    let glued = format!("Content-Length: 300\r\n\r\n{{1}}{}", framed("{2}"));
    assert_eq!(frames(glued.as_bytes()), ["cut", "{2}"]);
}

#[test]
fn what_is_written_is_read() {
    let mut bytes = Vec::new();
    write(&mut bytes, b"{1}").unwrap();
    assert_eq!(frames(&bytes), ["{1}"]);
}
