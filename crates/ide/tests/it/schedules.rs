//! When schedules fire.

use wfc_ide::Cancel;
use wfc_ide::hover::hover;
use wfc_ide::schedules::{Now, schedule_hints};
use wfc_syntax::span::Span;
use wfc_value::time::Timestamp;

use crate::support::Fixture;

fn now() -> Now {
    Now {
        at: Timestamp::parse("2026-11-22T12:00:00Z").unwrap(),
        zone: "Europe/Berlin".into(),
    }
}

#[test]
fn each_schedule_tells_when_it_fires_next() {
    for file in [
        "== a.wf.yaml\ntriggers:\n  - { type: schedule, cron: \"0 9 * * MON\" }\n  - { type: schedule, cron: 30 12 * * *, timezone: Europe/Ber$0lin }\nsteps: [ { type: break",
        "== a.wf.json\n{ \"triggers\": [ { \"type\": \"schedule\", \"cron\": \"0 9 * * MON\" }, { \"type\": \"schedule\", \"cron\": \"30 12 * * *\", \"timezone\": \"Europe/Ber$0lin\" } ], \"steps\": [",
        "== a.wf\nworkflow a \"ü\" {\n  on schedule \"0 9 * * MON\"\n  on schedule \"30 12 * * *\" in \"Europe/Ber$0lin\"\n  bash \"ls\n}\n",
    ] {
        let fixture = Fixture::new(file);
        let snapshot = fixture.host.snapshot();
        let text = &snapshot.source(&fixture.path).unwrap().text;
        let hints = schedule_hints(
            &snapshot,
            &fixture.path,
            Span::of(0, text.len()),
            &now(),
            &Cancel::new(),
        )
        .unwrap();
        let told: Vec<&str> = hints.iter().map(|h| &*h.label).collect();
        assert_eq!(
            told,
            ["next Mon 2026-11-23 09:00", "next Mon 2026-11-23 12:30"],
            "{file}"
        );
        for (hint, pattern) in hints.iter().zip(["MON", "* * *"]) {
            let before = text[..hint.at as usize].trim_end_matches('"');
            assert!(before.ends_with(pattern), "{before}");
        }
        // The zone of the second one, with a schedule before it.
        let shown = hover(
            &snapshot,
            &fixture.path,
            fixture.offset,
            Some(&now()),
            &Cancel::new(),
        )
        .unwrap();
        assert!(
            shown
                .unwrap_or_else(|| panic!("{file}"))
                .markdown
                .contains("Mon 2026-11-23 12:30"),
            "{file}"
        );
    }
}

#[test]
fn a_pattern_that_is_none_has_no_hint() {
    let fixture = Fixture::new(
        "== a.wf.yaml\ntriggers: [ { type: schedule, cron: 61 * * * $0* } ]\nsteps: []\n",
    );
    let snapshot = fixture.host.snapshot();
    let whole = Span::of(0, 200);
    assert!(
        schedule_hints(&snapshot, &fixture.path, whole, &now(), &Cancel::new())
            .unwrap()
            .is_empty()
    );
}
