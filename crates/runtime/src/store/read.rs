//! What is read of runs.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};
use wfc_engine::store::{
    JournalRow, Member, Occurrence, Orphan, RunFilter, RunRow, RunState, Snapshot, StoredRun,
};
use wfc_engine::{Hash, OwnerId, Place, RunKey};
use wfc_value::{Str, Timestamp};

use super::codec::{
    Damaged, Time, execution, from_execution, hash, key, owner, to_start, to_waits, unseal,
};
use super::commit::{Waited, at};
use super::error::Fault;
use super::owner::Owner;

const ROW: &str = "SELECT r.tenant, r.shard, r.execution, r.state, d.workflow, d.hash, r.parent, \
     r.retry_of, r.started_at, e.at, o.token, r.strikes, r.grp, s.wake, s.waits, e.outcome, r.run \
     FROM runs r LEFT JOIN deployments d USING (deployment) LEFT JOIN ends e USING (run) \
     LEFT JOIN owners o USING (owner) LEFT JOIN snapshots s USING (run)";

/// A row as it stands, its codes not yet looked at; and the run's number.
type Raw = (RunRow, u8, Option<Vec<u8>>, i64);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let key = key(row, 0)?;
    let run = RunRow {
        key,
        state: RunState::Active,
        workflow: Str::from(row.get_ref(4)?.as_str()?),
        deployment: hash(row.get(5)?),
        parent: row.get::<_, Option<_>>(6)?.map(execution),
        retry_of: row.get::<_, Option<_>>(7)?.map(execution),
        started_at: to_start(key.execution, row.get_ref(8)?)?,
        ended_at: time(row, 9)?,
        owner: row.get::<_, Option<_>>(10)?.map(owner),
        strikes: row.get(11)?,
        group: row.get_ref(12)?.as_str_or_null()?.map(Str::from),
        next_wake: time(row, 13)?,
        waits: Vec::new(),
        outcome: row.get(15)?,
    };
    Ok((run, row.get(3)?, row.get(14)?, row.get(16)?))
}

fn time(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<Time>>(at)?.map(|time| time.0))
}

fn cooked((mut row, state, waits, number): Raw) -> Result<(RunRow, i64), Damaged> {
    let why = || {
        Damaged(format!(
            "the run {} is in the state {state}, and there is none",
            row.key
        ))
    };
    row.state = RunState::of_code(state).ok_or_else(why)?;
    row.waits = to_waits(waits.as_deref())?;
    Ok((row, number))
}

pub(super) fn run(db: &Connection, key: RunKey) -> Result<Option<(RunRow, i64)>, Fault> {
    let sql = format!("{ROW} WHERE r.tenant = ? AND r.shard = ? AND r.execution = ?");
    let found = db
        .prepare_cached(&sql)?
        .query_row(at(key), raw)
        .optional()?;
    Ok(found.map(cooked).transpose()?)
}

/// A run with the journal rows behind its snapshot's watermark, or with all of them.
pub(super) fn load(db: &Connection, key: RunKey, all: bool) -> Result<Option<StoredRun>, Fault> {
    // One view of all four.
    let view = db.unchecked_transaction()?;
    let Some((row, number)) = run(db, key)? else {
        return Ok(None);
    };
    let header = db
        .prepare_cached("SELECT bytes FROM headers WHERE run = ?")?
        .query_row([number], |row| row.get(0))?;
    let header = unseal(header, key)?;
    let snapshot = db
        .prepare_cached("SELECT watermark, bytes FROM snapshots WHERE run = ?")?
        .query_row([number], |row| {
            Ok(Snapshot {
                watermark: row.get(0)?,
                bytes: row.get(1)?,
            })
        })
        .optional()?;
    let watermark = snapshot.as_ref().map_or(0, |snapshot| snapshot.watermark);
    let after = if all { 0 } else { watermark };
    let journal = rows(db, number, after, usize::MAX)?;
    view.finish()?;
    Ok(Some(StoredRun {
        row,
        header,
        snapshot,
        journal,
    }))
}

pub(super) fn journal(
    db: &Connection,
    key: RunKey,
    after: u64,
    limit: usize,
) -> Result<Vec<JournalRow>, Fault> {
    let number = db
        .prepare_cached("SELECT run FROM runs WHERE tenant = ? AND shard = ? AND execution = ?")?
        .query_row(at(key), |row| row.get(0))
        .optional()?;
    match number {
        Some(number) => rows(db, number, after, limit),
        None => Ok(Vec::new()),
    }
}

fn rows(db: &Connection, number: i64, after: u64, limit: usize) -> Result<Vec<JournalRow>, Fault> {
    let mut find = db.prepare_cached(
        "SELECT number, bytes FROM journal WHERE run = ? AND number > ? ORDER BY number LIMIT ?",
    )?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let found = find.query_map(params![number, after, count(limit)], |row| {
        Ok(JournalRow {
            number: row.get(0)?,
            bytes: row.get(1)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// A limit as the database takes it.
pub(super) fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(super) fn runs(db: &Connection, filter: &RunFilter) -> Result<Vec<RunRow>, Fault> {
    let mut wanted = vec!["1"];
    let mut values: Vec<Value> = Vec::new();
    if let Some(place) = filter.place {
        wanted.push("r.tenant = ? AND r.shard = ?");
        values.extend([place.tenant.into(), place.shard.into()]);
    }
    if let Some(workflow) = &filter.workflow {
        wanted.push("d.workflow = ?");
        values.push(workflow.to_string().into());
    }
    let states: Vec<String> = filter.states.iter().map(|s| s.code().to_string()).collect();
    let states = format!("r.state IN ({})", states.join(", "));
    if !filter.states.is_empty() {
        wanted.push(&states);
    }
    if let Some(parent) = filter.parent {
        wanted.push("r.parent = ?");
        values.push(from_execution(parent).to_vec().into());
    }
    if filter.roots {
        wanted.push("r.parent IS NULL");
    }
    if let Some(before) = filter.before {
        wanted.push("r.execution < ?");
        values.push(from_execution(before).to_vec().into());
    }
    let limit = if filter.limit == 0 {
        usize::MAX
    } else {
        filter.limit
    };
    values.push(count(limit).into());
    let sql = format!(
        "{ROW} WHERE {} ORDER BY r.tenant DESC, r.shard DESC, r.execution DESC LIMIT ?",
        wanted.join(" AND ")
    );
    let mut find = db.prepare_cached(&sql)?;
    let found = find.query_map(params_from_iter(values), raw)?;
    let mut rows = Vec::new();
    for row in found {
        rows.push(cooked(row?)?.0);
    }
    Ok(rows)
}

pub(super) fn orphans(db: &Connection, me: &Owner, limit: usize) -> Result<Vec<Orphan>, Fault> {
    let mut owners = db.prepare_cached(
        "SELECT DISTINCT r.owner, o.token FROM runs r LEFT JOIN owners o USING (owner) WHERE r.state IN (1, 2)",
    )?;
    let owners = owners.query_map([], |row| {
        Ok((
            row.get::<_, Option<i64>>(0)?,
            row.get::<_, Option<_>>(1)?.map(owner),
        ))
    })?;
    let mut orphans = Vec::new();
    for found in owners {
        let (number, id): (_, Option<OwnerId>) = found?;
        if id.is_some_and(|id| me.is_alive(id)) {
            continue;
        }
        let noted = id.map(|id| me.noted(id)).unwrap_or_default();
        let mut find = db.prepare_cached(
            "SELECT tenant, shard, execution, state, strikes FROM runs WHERE owner IS ? AND state IN (1, 2) \
             ORDER BY tenant, shard, execution LIMIT ?",
        )?;
        let found = find.query_map(params![number, count(limit)], |row| {
            Ok((key(row, 0)?, row.get::<_, u8>(3)?, row.get(4)?))
        })?;
        for run in found {
            let (key, state, strikes) = run?;
            orphans.push(Orphan {
                key,
                state: RunState::of_code(state).unwrap_or(RunState::Active),
                owner: id,
                strikes,
                stepped: noted.contains(&key),
            });
        }
    }
    orphans.sort_by_key(|orphan| orphan.key);
    orphans.truncate(limit);
    Ok(orphans)
}

pub(super) fn due(db: &Connection, now: Timestamp, limit: usize) -> Result<Vec<RunKey>, Fault> {
    let mut find = db.prepare_cached(
        "SELECT tenant, shard, execution FROM due WHERE (secs, nanos) <= (?, ?) \
         ORDER BY secs, nanos, tenant, shard, execution LIMIT ?",
    )?;
    let wanted = params![now.secs(), now.subsec_nanos(), count(limit)];
    let found = find.query_map(wanted, |row| key(row, 0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn next_due(db: &Connection) -> Result<Option<Timestamp>, Fault> {
    let mut find = db.prepare_cached("SELECT secs, nanos FROM due ORDER BY secs, nanos LIMIT 1")?;
    let found = find
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((secs, nanos)) = found else {
        return Ok(None);
    };
    let why = || Fault::Damaged("the next time of a run is none".to_owned());
    Timestamp::new(secs, nanos).ok_or_else(why).map(Some)
}

pub(super) fn waiters(
    db: &Connection,
    place: Place,
    name: &str,
    event: Option<&str>,
) -> Result<Vec<RunKey>, Fault> {
    let mut find = db.prepare_cached(
        "SELECT DISTINCT tenant, shard, execution FROM waiting \
         WHERE tenant = ? AND shard = ? AND name = ? AND key IN (0, ?) ORDER BY execution",
    )?;
    let event = Waited::of(event);
    let found = find.query_map(params![place.tenant, place.shard, name, event], |row| {
        key(row, 0)
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn occurrence(
    db: &Connection,
    place: Place,
    occurrence: &Occurrence,
) -> Result<Option<RunKey>, Fault> {
    let mut find = db.prepare_cached(
        "SELECT tenant, shard, execution FROM runs \
         WHERE tenant = ? AND shard = ? AND trigger = ? AND occurrence = ?",
    )?;
    let names = params![
        place.tenant,
        place.shard,
        &*occurrence.trigger,
        &*occurrence.id
    ];
    Ok(find.query_row(names, |row| key(row, 0)).optional()?)
}

pub(super) fn group(db: &Connection, place: Place, group: &str) -> Result<Vec<Member>, Fault> {
    let mut find = db.prepare_cached(
        "SELECT r.tenant, r.shard, r.execution, r.state, o.token FROM runs r LEFT JOIN owners o USING (owner) \
         WHERE r.tenant = ? AND r.shard = ? AND r.grp = ? AND r.state IN (1, 2, 3, 8) ORDER BY r.execution",
    )?;
    let found = find.query_map(params![place.tenant, place.shard, group], |row| {
        Ok(Member {
            key: key(row, 0)?,
            state: RunState::of_code(row.get(3)?).unwrap_or(RunState::Active),
            owner: row.get::<_, Option<_>>(4)?.map(owner),
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Bytes by their hash, which they have to have unless they are a program's.
pub(super) fn contents(db: &Connection, sql: &str, hash: Hash) -> Result<Option<Vec<u8>>, Fault> {
    Ok(db
        .prepare_cached(sql)?
        .query_row([hash.0], |row| row.get(0))
        .optional()?)
}
