//! What is written reads back, and bytes from anywhere are an error at the worst.

use wfc_value::{FaultCode, Timestamp, Value, json};
use wfc_vm::{Allowance, EffectId, ErrorRecord, Event, EventKind, Limits, Outcome, Usage};

use super::letter::permission_letter;
use super::*;
use crate::answer::Decision;
use crate::deployment::{PinnedCall, Pins};
use crate::digest::Digest;
use crate::header::{Header, Parent};
use crate::id::{ExecutionId, RunKey};
use crate::store::{JournalRow, RunRow, RunState};

fn at(seconds: i64) -> Timestamp {
    Timestamp::new(1_800_000_000 + seconds, 5).unwrap()
}

fn key() -> RunKey {
    RunKey::local(ExecutionId::new(77, 5))
}

fn kinds() -> Vec<EventKind> {
    let effect = EffectId(300);
    let usage = Some(Usage {
        usd: 0.25,
        tokens: 1 << 40,
        agent_calls: 3,
    });
    let value = json::parse(r#"{"a":[1,2.5,"x",null,true]}"#).unwrap();
    let long = Value::from("y".repeat(3_000));
    let error = ErrorRecord::new(FaultCode::Custom("my.code".into()), "no").with_details(value);
    vec![
        EventKind::Completed {
            effect,
            value: Value::Null,
            usage: None,
        },
        EventKind::Completed {
            effect,
            value: long.clone(),
            usage,
        },
        EventKind::Failed {
            effect,
            error: Box::new(error),
            usage,
        },
        EventKind::Unknown { effect },
        EventKind::Cancelled { effect },
        EventKind::Fired { effect },
        EventKind::Message {
            name: "paid".into(),
            key: Some("k".into()),
            payload: long,
            id: None,
        },
        EventKind::Cancel {
            reason: "ü".into()
        },
        EventKind::Tick,
        EventKind::Spent {
            effect,
            usage: Usage {
                tokens: 7,
                ..Usage::default()
            },
        },
    ]
}

/// A row of every record there is, its payloads beside it.
fn row() -> (JournalRow, Vec<Record>, Vec<Contents>) {
    let (mut bytes, mut payloads) = (Vec::new(), Vec::new());
    let digest = Digest([7; 8]);
    begun(&mut bytes, digest);
    started(&mut bytes, EffectId(1), 2);
    let mut records = vec![Record::Begun(digest), Record::Started(EffectId(1), 2)];
    for (n, kind) in kinds().into_iter().enumerate() {
        // Before the run's beginning, too.
        let event = Event {
            at: at(n as i64 - 3),
            kind,
        };
        event_head(&mut bytes, &event, at(0), &mut payloads);
        bytes.extend_from_slice(&digest.0);
        records.push(Record::Event(Box::new(event), digest));
    }
    close_row(&mut bytes, 0, key(), 9);
    (JournalRow { number: 9, bytes }, records, payloads)
}

fn find(payloads: &[Contents]) -> impl FnMut(Hash) -> Result<Vec<u8>, String> {
    let payloads = payloads.to_vec();
    move |hash| {
        let found = payloads.iter().find(|contents| contents.hash == hash);
        found
            .map(|contents| contents.bytes.to_vec())
            .ok_or_else(|| "missing".to_owned())
    }
}

#[test]
fn rows_read_back_and_large_values_are_kept_beside_them() {
    let (row, records, payloads) = row();
    assert_eq!(payloads.len(), 2);
    let read = read_row(&row, key(), at(0), &mut find(&payloads));
    assert_eq!(read, Ok(records));
    let missing = read_row(&row, key(), at(0), &mut find(&[]));
    assert!(missing.unwrap_err().contains("missing"));
}

#[test]
fn a_row_in_another_place_is_noticed() {
    let (mut row, _, payloads) = row();
    let other = key().sibling(ExecutionId::new(78, 5));
    assert!(read_row(&row, other, at(0), &mut find(&payloads)).is_err());
    row.number = 10;
    assert!(read_row(&row, key(), at(0), &mut find(&payloads)).is_err());
}

#[test]
fn damage_anywhere_in_a_row_is_noticed() {
    let (row, _, payloads) = row();
    for place in 0..row.bytes.len() {
        let mut damaged = row.clone();
        damaged.bytes[place] ^= 1;
        assert!(read_row(&damaged, key(), at(0), &mut find(&payloads)).is_err());
        damaged.bytes.truncate(place);
        assert!(read_row(&damaged, key(), at(0), &mut find(&payloads)).is_err());
    }
}

/// Every text that is cut short or has a byte changed reads as something or is an error.
fn hostile<T>(bytes: &[u8], mut read: impl FnMut(&[u8]) -> T) {
    for place in 0..bytes.len() {
        read(&bytes[..place]);
        for change in [1, 0x80, 0xff] {
            let mut changed = bytes.to_vec();
            changed[place] ^= change;
            read(&changed);
        }
    }
}

#[test]
fn records_of_any_bytes_are_an_error_at_the_worst() {
    let (row, _, payloads) = row();
    // Behind the checksum, as a forger would write them.
    hostile(&row.bytes, |bytes| {
        records(bytes, at(0), &mut find(&payloads)).is_ok()
    });
}

#[test]
fn letters_read_back_whole() {
    for kind in kinds() {
        let bytes = letter(&kind);
        assert_eq!(read_letter(&bytes), Ok(Said::Event(kind)));
        hostile(&bytes, |bytes| read_letter(bytes).is_ok());
    }
}

#[test]
fn permissions_read_back() {
    let decision = Decision {
        approve: true,
        by: Some("ada".to_owned()),
        comment: Some("go".to_owned()),
    };
    let bytes = permission_letter(Some("tidy"), &decision);
    let said = Said::Permission(Some("tidy".to_owned()), decision);
    assert_eq!(read_letter(&bytes), Ok(said));
    hostile(&bytes, |bytes| read_letter(bytes).is_ok());
}

#[test]
fn ends_read_back() {
    let usage = Usage {
        usd: 1.5,
        tokens: 2,
        agent_calls: 3,
    };
    let mut error = ErrorRecord::new(FaultCode::Timeout, "late");
    error.step = Some("a[1]".into());
    error.attempt = 4;
    error.span = Some((5, 6));
    let outcomes = [
        Outcome::Succeeded(Value::from("x")),
        Outcome::Failed(Box::new(error)),
        Outcome::Cancelled {
            reason: "enough".into(),
        },
    ];
    for outcome in outcomes {
        let bytes = write_outcome(&outcome, usage);
        let ended = read_outcome(&bytes);
        assert_eq!(ended, Ok(Ended { outcome, usage }));
        hostile(&bytes, |bytes| read_outcome(bytes).is_ok());
    }
}

fn facts(limits: Limits) -> (Header, RunRow) {
    let header = Header {
        key: key(),
        execution: key().execution.to_string().into(),
        parent: Some(Parent {
            run: ExecutionId::new(1, 1),
            effect: EffectId(9),
            wait: true,
        }),
        purse: None,
        retry_of: None,
        workflow: "w".into(),
        deployment: Hash::of(b"d"),
        started_at: at(0),
        group: Some("g".into()),
        group_max: 4,
        attempt: 2,
        depth: 3,
        trigger: Value::from("t"),
        inputs: Map::record([("a", Value::Int(1))]).unwrap(),
        env: Map::record([("E", Value::from("e"))]).unwrap(),
        limits,
    };
    let row = RunRow {
        key: header.key,
        state: RunState::Active,
        workflow: header.workflow.clone(),
        deployment: header.deployment,
        parent: header.parent.map(|parent| parent.run),
        retry_of: None,
        started_at: header.started_at,
        ended_at: None,
        owner: None,
        strikes: 0,
        group: header.group.clone(),
        next_wake: None,
        waits: Vec::new(),
        outcome: None,
    };
    (header, row)
}

#[test]
fn headers_read_back_with_their_rows() {
    let own = Limits {
        fuel: 9,
        mailbox: 8,
        ..Limits::default()
    };
    for limits in [Limits::default(), own] {
        let (header, row) = facts(limits);
        let bytes = write_header(&header);
        let read = read_header(&bytes, &row).unwrap();
        assert_eq!(format!("{read:?}"), format!("{header:?}"));
        hostile(&bytes, |bytes| read_header(bytes, &row).is_ok());
    }
    let (mut header, row) = facts(Limits::default());
    header.purse = Some(Allowance {
        usd: Some(0.25),
        tokens: None,
        agent_calls: Some(300),
    });
    let bytes = write_header(&header);
    assert_eq!(read_header(&bytes, &row).unwrap().purse, header.purse);
    hostile(&bytes, |bytes| read_header(bytes, &row).is_ok());
    header.purse = None;
    assert!(
        write_header(&header).len() < 40,
        "the usual limits take no room"
    );
    let manual = [("type", Value::from("manual")), ("time", at(0).into())];
    header.trigger = Value::record(manual).unwrap();
    let bytes = write_header(&header);
    assert!(bytes.len() < 30, "a start by hand takes no room");
    let read = read_header(&bytes, &row).unwrap();
    assert_eq!(read.trigger, header.trigger);
}

#[test]
fn marks_read_back_and_are_sealed() {
    let marks = Marks {
        last_effect: 12,
        started: vec![(EffectId(11), 1), (EffectId(12), 3)],
        usage: Usage {
            usd: 0.5,
            tokens: 1,
            agent_calls: 0,
        },
        heard: vec![4, 9],
    };
    for marks in [marks, Marks::default()] {
        let bytes = write_marks(&marks, b"machine");
        assert_eq!(read_marks(&bytes), Ok((marks, &b"machine"[..])));
        hostile(&bytes, |bytes| assert!(read_marks(bytes).is_err()));
    }
    assert!(write_marks(&Marks::default(), b"").len() <= 9);
}

#[test]
fn deployments_read_back() {
    let pins = Pins {
        program: Hash::of(b"p"),
        workflow: "w".into(),
        reference: "w.wf".to_owned(),
        source_hash: "s".to_owned(),
        calls: vec![PinnedCall {
            name: "sub".to_owned(),
            deployment: Hash::of(b"sub"),
            env: Map::record([("E", Value::from("e"))]).unwrap(),
        }],
        catalogues: vec![("linear".to_owned(), Hash::of(b"c"))],
    };
    let bytes = write_deployment(&pins);
    assert_eq!(read_deployment(&bytes), Ok(pins));
    hostile(&bytes, |bytes| read_deployment(bytes).is_ok());
}

#[test]
fn a_trivial_step_takes_few_bytes() {
    let mut bytes = Vec::new();
    let event = Event {
        at: at(3),
        kind: EventKind::Completed {
            effect: EffectId(5),
            value: Value::Bool(true),
            usage: None,
        },
    };
    event_head(&mut bytes, &event, at(0), &mut Vec::new());
    bytes.extend_from_slice(&[0; 8]);
    started(&mut bytes, EffectId(6), 1);
    close_row(&mut bytes, 0, key(), 1);
    assert!(bytes.len() <= 32, "{} bytes", bytes.len());
}
