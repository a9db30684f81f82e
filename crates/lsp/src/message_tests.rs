use gen_lsp_types::{DidChangeTextDocumentParams, TextDocumentContentChangeEvent};

use super::*;

fn invalid_of(body: &str) -> (Option<Id>, i32) {
    match read(body.as_bytes()) {
        Incoming::Invalid { id, fault, .. } => (id, fault.code),
        other => panic!("{body}: {other:?}"),
    }
}

#[test]
fn requests_notifications_and_responses_are_told_apart() {
    let body = br#"{"jsonrpc":"2.0","id":7,"method":"a/b","params":{"x":1}}"#;
    assert!(
        matches!(read(body), Incoming::Request { id: Id::Number(7), method, .. } if method == "a/b")
    );
    let body = br#"{"id":"q","method":"a"}"#;
    assert!(
        matches!(read(body), Incoming::Request { id: Id::Text(id), params: Value::Null, .. } if id == "q")
    );
    assert!(matches!(
        read(br#"{"method":"a","params":[]}"#),
        Incoming::Notification { .. }
    ));
    assert!(matches!(
        read(br#"{"id":1,"result":null}"#),
        Incoming::Response {
            result: Ok(Value::Null),
            ..
        }
    ));
    assert!(matches!(
        read(br#"{"id":1,"error":{"code":-1}}"#),
        Incoming::Response { result: Err(_), .. }
    ));
}

#[test]
fn what_is_no_message_is_answered_by_its_id_if_it_has_one() {
    assert_eq!(invalid_of("{nonsense"), (None, -32700));
    assert_eq!(invalid_of("\u{0}\u{1}"), (None, -32700));
    assert_eq!(invalid_of("[]"), (None, -32600));
    assert_eq!(invalid_of("{}"), (None, -32600));
    assert_eq!(invalid_of(r#"{"id":true,"method":"a"}"#), (None, -32600));
    assert_eq!(
        invalid_of(r#"{"id":5,"method":{}}"#),
        (Some(Id::Number(5)), -32600)
    );
    assert_eq!(
        invalid_of(&"[".repeat(100_000)),
        (None, -32700),
        "depth is limited"
    );
}

#[test]
fn numbers_get_through_types_that_are_told_apart_by_trial() {
    let body = br#"{"method":"textDocument/didChange","params":{
        "textDocument":{"uri":"file:///a","version":3},
        "contentChanges":[{"range":{"start":{"line":0,"character":1},"end":{"line":2,"character":3}},"text":"x"},{"text":"all"}]}}"#;
    let Incoming::Notification { params, .. } = read(body) else {
        panic!("no notification")
    };
    let params: DidChangeTextDocumentParams = serde_json::from_value(params).unwrap();
    let [one, all] = params.content_changes.as_slice() else {
        panic!("two changes")
    };
    assert!(
        matches!(one, TextDocumentContentChangeEvent::TextDocumentContentChangePartial(p) if p.range.end.character == 3)
    );
    assert!(matches!(
        all,
        TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(_)
    ));
}

#[test]
fn answers_have_the_protocols_form() {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    assert_eq!(
        text(answer(&Id::Number(1), ())),
        r#"{"jsonrpc":"2.0","id":1,"result":null}"#
    );
    assert_eq!(
        text(refusal(None, &Fault::new(ErrorCodes::ParseError, "no"))),
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}}"#
    );
    assert_eq!(
        text(call(None, "a", [1])),
        r#"{"jsonrpc":"2.0","method":"a","params":[1]}"#
    );
}

#[test]
fn halves_of_surrogate_pairs_become_the_sign_for_what_is_none() {
    let text = |json: &str| {
        let body = format!(r#"{{"jsonrpc":"2.0","method":"m","params":"{json}"}}"#);
        match read(body.as_bytes()) {
            Incoming::Notification { params, .. } => params.as_str().unwrap().to_owned(),
            other => panic!("{json}: {other:?}"),
        }
    };
    assert_eq!(text(r"\ud83d"), "\u{fffd}");
    assert_eq!(text(r"a\ud83dé"), "a\u{fffd}é");
    assert_eq!(text(r"\ude00\ud83d"), "\u{fffd}\u{fffd}");
    assert_eq!(text(r"\ud83d\ud83d\ude00\n"), "\u{fffd}😀\n");
    assert_eq!(text(r"\\ud83d\ud83d"), "\\ud83d\u{fffd}");
    assert_eq!(text(r"\ud83d\u0041"), "\u{fffd}A");
    // What is no JSON otherwise stays a fault.
    let broken = br#"{"jsonrpc":"2.0","id":1,"method":"m","params":"\ud83d\x"}"#;
    assert!(matches!(read(broken), Incoming::Invalid { .. }));
}
