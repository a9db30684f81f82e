//! The journal's form.

use wfc_engine::journal::codec::{decode, encode};
use wfc_engine::journal::{Digest, Record, RunId};
use wfc_value::{Duration, FaultCode, Value};
use wfc_vm::{EffectId, ErrorRecord, Event, EventKind, Usage};

use crate::support::*;

/// A journal of a beginning, a start and an event.
fn text() -> String {
    let mut w = World::start([sequence("s", &[bash("a")])], "s");
    let effect = w.round(0, vec![]).dispatch[0].effect.id;
    w.round(1, vec![completed(0, effect, r#"{"stdout":"é\n"}"#)]);
    w.store.records().iter().map(encode).collect()
}

#[test]
fn reads_what_it_wrote() {
    let text = text();
    let journal = decode(text.as_bytes()).unwrap();
    assert_eq!((journal.records.len(), journal.torn), (3, 0));
    let again: String = journal.records.iter().map(encode).collect();
    assert_eq!(again, text);
    let line = text.lines().nth(2).unwrap();
    assert!(
        line.starts_with(r#"{"run":0,"event":{"at":"2026-11-22T10:00:01Z","is":{"completed":"#),
        "{line}"
    );
}

#[test]
fn every_kind_of_event_reads_back_as_it_was() {
    let effect = EffectId(7);
    let odd = Value::list(vec![
        Value::Uint(u64::MAX),
        Value::Double(f64::NAN),
        Value::Duration(Duration::from_nanos(1)),
        Value::secret("token"),
        Value::bytes(vec![0, 255]),
        Value::from("line\nend \u{2028}"),
    ])
    .unwrap();
    let usage = Some(Usage {
        usd: 0.1,
        tokens: u64::MAX,
        agent_calls: 2,
    });
    let error = ErrorRecord::new(FaultCode::from_name("billing.declined"), "no \"money\"");
    let error = Box::new(error.with_details(odd.clone()));
    let kinds = [
        EventKind::Completed {
            effect,
            value: odd.clone(),
            usage,
        },
        EventKind::Completed {
            effect,
            value: Value::Null,
            usage: None,
        },
        EventKind::Failed {
            effect,
            error,
            usage,
        },
        EventKind::Unknown { effect },
        EventKind::Cancelled { effect },
        EventKind::Fired { effect },
        EventKind::Message {
            name: "n".into(),
            key: None,
            payload: odd,
            id: None,
        },
        EventKind::Message {
            name: "n".into(),
            key: Some("k".into()),
            payload: Value::Null,
            id: Some("i".into()),
        },
        EventKind::Cancel {
            reason: "Ctrl-C".into(),
        },
        EventKind::Tick,
    ];
    for kind in kinds {
        let event = Box::new(Event { at: at(1), kind });
        let digest = Digest([1, 2, 3, 4, 5, 6, 7, 255]);
        let line = encode(&Record::Event {
            run: RunId(3),
            event: event.clone(),
            digest,
        });
        assert_eq!(line.matches('\n').count(), 1, "{line}");
        match decode(line.as_bytes()).unwrap().records.remove(0) {
            Record::Event {
                run,
                event: read,
                digest: d,
            } => {
                assert_eq!((run, read, d), (RunId(3), event, digest), "{line}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn values_as_deep_and_as_large_as_they_may_be_fit_into_a_line() {
    let mut deep = Value::Null;
    for _ in 0..wfc_value::limits::MAX_VALUE_DEPTH {
        deep = Value::record([("a", deep)]).unwrap();
    }
    let kind = EventKind::Completed {
        effect: EffectId(1),
        value: deep,
        usage: None,
    };
    let event = Box::new(Event { at: at(0), kind });
    let line = encode(&Record::Event {
        run: RunId(0),
        event: event.clone(),
        digest: Digest([0; 8]),
    });
    match decode(line.as_bytes()).unwrap().records.remove(0) {
        Record::Event { event: read, .. } => assert_eq!(read, event),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_torn_last_line_is_cut_off_wherever_it_tore() {
    let text = text();
    let second = text.match_indices('\n').nth(1).unwrap().0 + 1;
    for end in second..text.len() {
        let journal = decode(&text.as_bytes()[..end]).unwrap();
        assert_eq!(journal.records.len(), 2, "{end}");
        assert_eq!((journal.valid_len, journal.torn), (second, end - second));
    }
}

#[test]
fn any_other_damage_is_an_error_with_its_line() {
    let text = text();
    let lines: Vec<&str> = text.lines().collect();
    let with = |at: usize, line: &str| {
        let mut lines = lines.clone();
        lines[at] = line;
        decode(format!("{}\n", lines.join("\n")).as_bytes()).unwrap_err()
    };
    for (at, line, expected) in [
        (0, "not json", "expected"),
        (1, "", "EOF"),
        (
            1,
            r#"{"run":0}"#,
            "it is neither a beginning, an event nor a start",
        ),
        (
            1,
            r#"{"run":0,"started":1,"attempt":1,"more":1}"#,
            "unknown field `more`",
        ),
        (
            2,
            r#"{"run":0,"event":{"at":"yesterday","is":"tick"},"digest":"0000000000000000"}"#,
            "`yesterday` is no time",
        ),
        (
            2,
            r#"{"run":0,"event":{"at":"2026-11-22T10:00:00Z","is":"tick"}}"#,
            "its digest is missing",
        ),
        (
            2,
            r#"{"run":0,"event":{"at":"2026-11-22T10:00:00Z","is":"tick"},"digest":"x"}"#,
            "`x` is no digest",
        ),
        (
            0,
            &lines[0].replace(r#""journal":1"#, r#""journal":2"#),
            "version 2 of the format",
        ),
    ] {
        let error = with(at, line);
        assert_eq!(error.line, at + 1, "{error}");
        assert!(error.message.contains(expected), "{error}");
        assert!(
            error
                .to_string()
                .starts_with("the journal is damaged in line "),
            "{error}"
        );
    }
    assert_eq!(decode(b"\xff\n").unwrap_err().message, "it is not UTF-8");
    assert!(decode(b"").unwrap().records.is_empty());
}
