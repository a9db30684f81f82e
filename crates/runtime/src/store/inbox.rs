//! Letters to runs, and named events.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use wfc_engine::store::{EVENTS_KEPT, Letter, NewEvent, NewLetter, Posted, StoredEvent, Verdict};
use wfc_engine::{Place, RunKey};
use wfc_value::{Str, Timestamp};

use super::codec::{Time, key, nearest};
use super::commit::at;
use super::error::Fault;
use super::read::count;

/// A number of a letter or an event as a column.
fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub(super) fn post(db: &Connection, letter: &NewLetter) -> Result<u64, Fault> {
    let (tenant, shard, execution) = at(letter.to);
    db.prepare_cached(
        "INSERT INTO letters (tenant, shard, execution, at, body) VALUES (?, ?, ?, ?, ?)",
    )?
    .execute(params![
        tenant,
        shard,
        execution,
        Time(letter.at),
        letter.body
    ])?;
    Ok(db.last_insert_rowid().unsigned_abs())
}

fn letter(row: &Row<'_>) -> rusqlite::Result<Letter> {
    Ok(Letter {
        number: row.get(0)?,
        to: key(row, 1)?,
        at: row.get::<_, Time>(4)?.0,
        body: row.get(5)?,
    })
}

pub(super) fn letters(db: &Connection, after: u64, limit: usize) -> Result<Vec<Letter>, Fault> {
    let mut find = db.prepare_cached(
        "SELECT number, tenant, shard, execution, at, body FROM letters WHERE number > ? \
         ORDER BY number LIMIT ?",
    )?;
    let found = find.query_map([number(after), count(limit)], letter)?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn letters_to(db: &Connection, key: RunKey) -> Result<Vec<Letter>, Fault> {
    let mut find = db.prepare_cached(
        "SELECT number, tenant, shard, execution, at, body FROM letters \
         WHERE tenant = ? AND shard = ? AND execution = ? ORDER BY number",
    )?;
    let found = find.query_map(at(key), letter)?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn verdict(db: &Connection, letter: u64) -> Result<Option<Verdict>, Fault> {
    let code: Option<u8> = db
        .prepare_cached("SELECT verdict FROM verdicts WHERE letter = ?")?
        .query_row([number(letter)], |row| row.get(0))
        .optional()?;
    let Some(code) = code else { return Ok(None) };
    let why = || Fault::Damaged(format!("the verdict {code} is none"));
    Verdict::of_code(code).ok_or_else(why).map(Some)
}

/// Within a transaction of the caller's.
pub(super) fn post_event(db: &Connection, event: &NewEvent) -> Result<Posted, Fault> {
    let (tenant, shard) = (event.place.tenant, event.place.shard);
    let (name, key) = (&*event.name, event.key.as_deref());
    if let Some(id) = &event.id {
        let known = db
            .prepare_cached(
                "SELECT number FROM events WHERE tenant = ? AND shard = ? AND name = ? AND key IS ? AND id = ?",
            )?
            .query_row(params![tenant, shard, name, key, &**id], |row| row.get(0))
            .optional()?;
        if let Some(number) = known {
            return Ok(Posted {
                number,
                repeated: true,
            });
        }
    }
    db.prepare_cached(
        "INSERT INTO events (tenant, shard, name, key, id, at, payload) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        tenant,
        shard,
        name,
        key,
        event.id.as_deref(),
        nearest(event.at),
        event.payload
    ])?;
    let number = db.last_insert_rowid().unsigned_abs();
    // Those beyond the last ones, counted from behind.
    db.prepare_cached(
        "DELETE FROM events WHERE number IN (SELECT number FROM events WHERE tenant = ? AND shard = ? \
         AND name = ? AND key IS ? ORDER BY number DESC LIMIT -1 OFFSET ?)",
    )?
    .execute(params![tenant, shard, name, key, count(EVENTS_KEPT)])?;
    Ok(Posted {
        number,
        repeated: false,
    })
}

fn event(row: &Row<'_>) -> rusqlite::Result<StoredEvent> {
    let text =
        |at: usize| Ok::<_, rusqlite::Error>(row.get_ref(at)?.as_str_or_null()?.map(Str::from));
    Ok(StoredEvent {
        number: row.get(0)?,
        event: NewEvent {
            place: Place {
                tenant: row.get(1)?,
                shard: row.get(2)?,
            },
            name: text(3)?.unwrap_or_default(),
            key: text(4)?,
            id: text(5)?,
            at: row.get::<_, Time>(6)?.0,
            payload: row.get(7)?,
        },
    })
}

pub(super) fn events(db: &Connection, after: u64, limit: usize) -> Result<Vec<StoredEvent>, Fault> {
    let mut find = db.prepare_cached(
        "SELECT number, tenant, shard, name, key, id, at, payload FROM events WHERE number > ? \
         ORDER BY number LIMIT ?",
    )?;
    let found = find.query_map([number(after), count(limit)], event)?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn events_named(
    db: &Connection,
    place: Place,
    name: &str,
    key: Option<&str>,
    since: Timestamp,
) -> Result<Vec<StoredEvent>, Fault> {
    let mut find = db.prepare_cached(
        "SELECT number, tenant, shard, name, key, id, at, payload FROM events \
         WHERE tenant = ?1 AND shard = ?2 AND name = ?3 AND (?4 IS NULL OR key = ?4) AND at >= ?5 \
         ORDER BY number",
    )?;
    let wanted = params![place.tenant, place.shard, name, key, nearest(since)];
    let found = find.query_map(wanted, event)?;
    Ok(found.collect::<Result<_, _>>()?)
}
