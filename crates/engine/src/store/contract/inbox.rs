//! Letters and events, from any process.

use super::support::*;
use super::{Case, Places};
use crate::id::Place;
use crate::store::{EVENTS_KEPT, NewEvent, NewLetter, Store, Taken, VERDICTS_KEPT, Verdict};

pub(super) fn cases<P: Places>() -> Vec<Case<P>> {
    vec![
        ("letters are kept until they are taken", letters),
        ("letters are posted with the commit", with_the_commit),
        ("verdicts are told", verdicts),
        ("events are kept and told apart by their ids", events),
        ("events of one name and key are capped", capped),
    ]
}

fn letter(n: u64, body: &[u8]) -> NewLetter {
    NewLetter {
        to: key(n),
        at: at(4),
        body: body.to_vec(),
    }
}

fn taken(letter: u64, verdict: Verdict) -> Taken {
    Taken { letter, verdict }
}

fn letters<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    let mut other = places.another(&store, OTHER);
    // A run need not be there: whoever takes the letter says so.
    let first = ok("a letter", other.post(&letter(1, b"one")))?;
    let second = ok("a letter", store.post(&letter(2, b"two")))?;
    let third = ok("a letter", other.post(&letter(1, b"three")))?;
    holds(
        "later letters have higher numbers",
        first < second && second < third,
    )?;
    drop(other);
    let mut store = places.crash(store, OTHER);
    let all = ok("letters", store.letters(0, 10))?;
    let numbers: Vec<u64> = all.iter().map(|l| l.number).collect();
    same("all", &numbers, &vec![first, second, third])?;
    let one = there("the first", all.first())?;
    same(
        "what it says",
        &(one.to, one.at, &one.body),
        &(key(1), at(4), &b"one".to_vec()),
    )?;
    let later = ok("letters", store.letters(first, 1))?;
    same(
        "later ones",
        &later.iter().map(|l| l.number).collect(),
        &vec![second],
    )?;
    commit(&mut store, |b| {
        b.taken.push(taken(first, Verdict::Accepted));
    })?;
    let to: Vec<u64> = ok("letters", store.letters_to(key(1)))?
        .iter()
        .map(|l| l.number)
        .collect();
    same("to one run", &to, &vec![third])?;
    conflict(&mut store, |b| b.taken.push(taken(first, Verdict::Stale)))?;
    commit(&mut store, |b| {
        b.taken.push(taken(third, Verdict::Stale));
        b.taken.push(taken(second, Verdict::Full));
    })?;
    let next = ok("a letter", store.post(&letter(1, b"")))?;
    holds("a number is never given again", next > third)
}

fn with_the_commit<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    let before = ok("a letter", store.post(&letter(1, b"one")))?;
    conflict(&mut store, |b| {
        b.letters.push(letter(1, b"never"));
        b.taken.push(taken(before + 1000, Verdict::Stale));
    })?;
    commit(&mut store, |b| {
        b.taken.push(taken(before, Verdict::Accepted));
        b.letters.push(letter(2, b"two"));
        b.letters.push(letter(1, b"three"));
    })?;
    let mut store = places.crash(store, OTHER);
    let all = ok("letters", store.letters(0, 10))?;
    let bodies: Vec<&[u8]> = all.iter().map(|l| &*l.body).collect();
    same("all, in their order", &bodies, &vec![&b"two"[..], b"three"])?;
    holds(
        "later letters have higher numbers",
        all.iter().all(|l| l.number > before),
    )
}

fn verdicts<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    let mut numbers = Vec::new();
    for _ in Verdict::ALL {
        numbers.push(ok("a letter", store.post(&letter(1, b"")))?);
    }
    let given: Vec<(u64, Verdict)> = numbers.into_iter().zip(Verdict::ALL).collect();
    for (number, _) in &given {
        same("before", &store.verdict(*number), &Ok(None))?;
    }
    commit(&mut store, |b| {
        b.taken.extend(given.iter().map(|(n, v)| taken(*n, *v)));
    })?;
    let mut store = places.crash(store, OTHER);
    for (number, verdict) in &given {
        same("after", &store.verdict(*number), &Ok(Some(*verdict)))?;
    }
    // The last ones are remembered, however many came.
    let mut last = 0;
    let mut all = Vec::new();
    for _ in 0..VERDICTS_KEPT / 100 {
        last = ok("a letter", store.post(&letter(1, b"")))?;
        all.push(taken(last, Verdict::Duplicate));
    }
    commit(&mut store, |b| b.taken.extend(all))?;
    same(
        "the last",
        &store.verdict(last),
        &Ok(Some(Verdict::Duplicate)),
    )?;
    let first = there("the first", given.first())?;
    same("the first", &store.verdict(first.0), &Ok(Some(first.1)))
}

fn event(name: &str, key: Option<&str>, id: Option<&str>, seconds: i64) -> NewEvent {
    NewEvent {
        place: Place::default(),
        name: name.into(),
        key: key.map(Into::into),
        id: id.map(Into::into),
        at: at(seconds),
        payload: vec![seconds as u8, 0],
    }
}

fn events<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    let mut post = |event: &NewEvent| ok("an event", store.post_event(event));
    let a = post(&event("paid", Some("k"), Some("m1"), 1))?;
    holds("the first is new", !a.repeated)?;
    let again = post(&event("paid", Some("k"), Some("m1"), 2))?;
    same(
        "its repetition",
        &(again.number, again.repeated),
        &(a.number, true),
    )?;
    let b = post(&event("paid", Some("l"), Some("m1"), 2))?;
    let c = post(&event("paid", None, None, 3))?;
    let d = post(&event("paid", None, None, 3))?;
    let e = post(&event("sent", None, Some("m1"), 4))?;
    holds("others are new", ![b, c, d, e].iter().any(|p| p.repeated))?;
    let mut store = places.crash(store, OTHER);
    let all: Vec<u64> = ok("events", store.events(0, 99))?
        .iter()
        .map(|e| e.number)
        .collect();
    same("all", &all, &[a, b, c, d, e].map(|p| p.number).to_vec())?;
    let some = ok("events", store.events(a.number, 1))?;
    let some = there("one", some.first())?;
    same("it", &some.event, &event("paid", Some("l"), Some("m1"), 2))?;
    let mut named = |key: Option<&str>, since: i64| -> Result<Vec<u64>, String> {
        let found = store.events_named(Place::default(), "paid", key, at(since));
        Ok(ok("events", found)?.iter().map(|e| e.number).collect())
    };
    same("of a key", &named(Some("k"), 0)?, &vec![a.number])?;
    same(
        "of any key",
        &named(None, 0)?,
        &[a, b, c, d].map(|p| p.number).to_vec(),
    )?;
    same(
        "since",
        &named(None, 2)?,
        &[b, c, d].map(|p| p.number).to_vec(),
    )?;
    let elsewhere = Place {
        tenant: 0,
        shard: 9,
    };
    same(
        "elsewhere",
        &store.events_named(elsewhere, "paid", None, at(0)),
        &Ok(vec![]),
    )
}

fn capped<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    let other = ok(
        "an event",
        store.post_event(&event("paid", Some("z"), None, 0)),
    )?;
    let mut numbers = Vec::new();
    for _ in 0..EVENTS_KEPT + 2 {
        let posted = ok(
            "an event",
            store.post_event(&event("paid", Some("k"), None, 1)),
        )?;
        numbers.push(posted.number);
    }
    let found = ok(
        "events",
        store.events_named(Place::default(), "paid", Some("k"), at(0)),
    )?;
    let found: Vec<u64> = found.iter().map(|e| e.number).collect();
    same("the last ones", &found, &numbers.split_off(2))?;
    let kept = ok(
        "events",
        store.events_named(Place::default(), "paid", Some("z"), at(0)),
    )?;
    same(
        "another key's",
        &kept.iter().map(|e| e.number).collect(),
        &vec![other.number],
    )
}
