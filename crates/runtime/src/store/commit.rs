//! One batch, all of it or nothing.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension as _, params};
use wfc_engine::store::{
    Batch, Change, NewRun, Payload, RunState, SnapshotRow, Taken, VERDICTS_KEPT,
};
use wfc_engine::{Hash, OwnerId, RunKey};
use wfc_value::{Str, Timestamp};

use super::codec::{self, Time, from_execution, from_owner, from_start, from_waits, seal};
use super::error::Fault;

/// Numbers of rows that need not be looked up.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Runs that are this owner's.
    pub(super) runs: HashMap<RunKey, i64>,
    deployments: HashMap<(Hash, Str), i64>,
    /// This owner's number.
    me: Option<i64>,
}

/// What a commit that went well changes of what is known.
#[derive(Debug, Default)]
pub(super) struct Learned {
    /// Runs with their numbers; those that are not ours any more without.
    runs: HashMap<RunKey, Option<i64>>,
    deployments: Vec<((Hash, Str), i64)>,
    me: Option<i64>,
}

impl Known {
    pub(super) fn learn(&mut self, learned: Learned) {
        for (key, number) in learned.runs {
            match number {
                Some(number) => self.runs.insert(key, number),
                None => self.runs.remove(&key),
            };
        }
        self.deployments.extend(learned.deployments);
        self.me = self.me.or(learned.me);
    }
}

/// A batch being applied.
pub(super) struct Apply<'a> {
    db: &'a Connection,
    known: &'a Known,
    learned: Learned,
    owner: OwnerId,
    /// Parked runs that are to be listed by what they wait for.
    parked: BTreeMap<RunKey, i64>,
}

type Done = Result<(), Fault>;

fn first(ok: bool) -> Done {
    if ok { Ok(()) } else { Err(Fault::Conflict) }
}

const PARKED: i64 = RunState::Parked.code() as i64;

impl<'a> Apply<'a> {
    pub(super) fn new(db: &'a Connection, known: &'a Known, owner: OwnerId) -> Self {
        Self {
            db,
            known,
            learned: Learned::default(),
            owner,
            parked: BTreeMap::new(),
        }
    }

    /// Applies everything, within a transaction of the caller's.
    pub(super) fn all(mut self, batch: &Batch) -> Result<Learned, Fault> {
        for check in &batch.checks {
            let place = check.key.place;
            let mut count = self.db.prepare_cached(
                "SELECT count(*) FROM runs WHERE tenant = ? AND shard = ? AND grp = ? \
                 AND state IN (1, 2, 3, 8) AND state IN (2, 3)",
            )?;
            let running: u32 = count
                .query_row(params![place.tenant, place.shard, &*check.group], |r| {
                    r.get(0)
                })?;
            first(running == check.running)?;
        }
        for program in &batch.programs {
            self.db
                .prepare_cached("INSERT OR IGNORE INTO programs (hash, bytes) VALUES (?, ?)")?
                .execute(params![program.hash.0, &*program.bytes])?;
        }
        for run in &batch.runs {
            self.begin(run)?;
        }
        for payload in &batch.payloads {
            self.payload(payload)?;
        }
        for change in &batch.changes {
            self.change(change)?;
        }
        self.journal(batch)?;
        for row in &batch.snapshots {
            self.snapshot(row)?;
        }
        self.list()?;
        for taken in &batch.taken {
            self.take(*taken)?;
        }
        for letter in &batch.letters {
            super::inbox::post(self.db, letter)?;
        }
        for (key, upto) in &batch.forget {
            let run = self.number(*key)?;
            let upto = i64::try_from(*upto).unwrap_or(i64::MAX);
            self.db
                .prepare_cached("DELETE FROM journal WHERE run = ? AND number <= ?")?
                .execute([run, upto])?;
        }
        for key in &batch.delete {
            self.delete(*key)?;
        }
        Ok(self.learned)
    }

    /// The number of a run.
    fn number(&self, key: RunKey) -> Result<i64, Fault> {
        let learned = self.learned.runs.get(&key).copied().flatten();
        if let Some(number) = learned.or_else(|| self.known.runs.get(&key).copied()) {
            return Ok(number);
        }
        self.db
            .prepare_cached(
                "SELECT run FROM runs WHERE tenant = ? AND shard = ? AND execution = ?",
            )?
            .query_row(at(key), |row| row.get(0))
            .optional()?
            .ok_or(Fault::Conflict)
    }

    /// The number of this owner.
    fn me(&mut self) -> Result<i64, Fault> {
        if let Some(me) = self.known.me.or(self.learned.me) {
            return Ok(me);
        }
        let token = from_owner(self.owner);
        self.db
            .prepare_cached("INSERT OR IGNORE INTO owners (token) VALUES (?)")?
            .execute([token])?;
        let me = self.owner_number(self.owner)?;
        self.learned.me = me;
        me.ok_or(Fault::Conflict)
    }

    fn owner_number(&self, owner: OwnerId) -> Result<Option<i64>, Fault> {
        let mut find = self
            .db
            .prepare_cached("SELECT owner FROM owners WHERE token = ?")?;
        Ok(find
            .query_row([from_owner(owner)], |row| row.get(0))
            .optional()?)
    }

    fn deployment(&mut self, run: &NewRun) -> Result<i64, Fault> {
        let what = (run.deployment, run.workflow.clone());
        let learned = self
            .learned
            .deployments
            .iter()
            .find(|(known, _)| *known == what);
        let learned = learned.map(|(_, number)| *number);
        if let Some(number) = learned.or_else(|| self.known.deployments.get(&what).copied()) {
            return Ok(number);
        }
        let names = params![what.0.0, &*what.1];
        self.db
            .prepare_cached("INSERT OR IGNORE INTO deployments (hash, workflow) VALUES (?, ?)")?
            .execute(names)?;
        let number = self
            .db
            .prepare_cached("SELECT deployment FROM deployments WHERE hash = ? AND workflow = ?")?
            .query_row(names, |row| row.get(0))?;
        self.learned.deployments.push((what, number));
        Ok(number)
    }

    fn begin(&mut self, run: &NewRun) -> Done {
        let over = run.state.is_over();
        let owner = if over { None } else { Some(self.me()?) };
        let deployment = self.deployment(run)?;
        self.db
            .prepare_cached("INSERT INTO headers (bytes) VALUES (?)")?
            .execute([seal(run.key, &run.header)])?;
        let number = self.db.last_insert_rowid();
        let (trigger, occurrence) = run
            .occurrence
            .as_ref()
            .map(|o| (&*o.trigger, &*o.id))
            .unzip();
        self.db
            .prepare_cached(
                "INSERT INTO runs (tenant, shard, execution, run, state, owner, strikes, deployment, \
                 started_at, parent, retry_of, grp, trigger, occurrence) \
                 VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                run.key.place.tenant,
                run.key.place.shard,
                from_execution(run.key.execution),
                number,
                run.state.code(),
                owner,
                deployment,
                from_start(run.key.execution, run.started_at),
                run.parent.map(from_execution),
                run.retry_of.map(from_execution),
                run.group.as_deref(),
                trigger,
                occurrence,
            ])?;
        if over {
            self.end(number, run.started_at, None)?;
        } else {
            self.learned.runs.insert(run.key, Some(number));
        }
        Ok(())
    }

    fn end(&self, run: i64, at: Timestamp, outcome: Option<&[u8]>) -> Done {
        self.db
            .prepare_cached("INSERT OR REPLACE INTO ends (run, at, outcome) VALUES (?, ?, ?)")?
            .execute(params![run, Time(at), outcome])?;
        Ok(())
    }

    fn payload(&self, payload: &Payload) -> Done {
        let run = self.number(payload.key)?;
        let hash = payload.contents.hash.0;
        self.db
            .prepare_cached("INSERT OR IGNORE INTO payloads (hash, uses, bytes) VALUES (?, 0, ?)")?
            .execute(params![hash, &*payload.contents.bytes])?;
        let number: i64 = self
            .db
            .prepare_cached("SELECT payload FROM payloads WHERE hash = ?")?
            .query_row([hash], |row| row.get(0))?;
        let new = self
            .db
            .prepare_cached("INSERT OR IGNORE INTO uses (run, payload) VALUES (?, ?)")?
            .execute([run, number])?;
        if new > 0 {
            self.db
                .prepare_cached("UPDATE payloads SET uses = uses + 1 WHERE payload = ?")?
                .execute([number])?;
        }
        Ok(())
    }

    fn change(&mut self, change: &Change) -> Done {
        let me = self.me()?;
        let key = change.key();
        let run = self.number(key)?;
        match change {
            Change::Claim { from, strikes, .. } => {
                let from_number = match from {
                    Some(owner) => Some(self.owner_number(*owner)?.ok_or(Fault::Conflict)?),
                    None => None,
                };
                let (tenant, shard, execution) = at(key);
                self.changed(
                    "UPDATE runs SET state = CASE state WHEN 3 THEN 2 ELSE state END, owner = ?, strikes = ? \
                     WHERE tenant = ? AND shard = ? AND execution = ? AND state IN (1, 2, 3) AND owner IS ?",
                    params![me, strikes, tenant, shard, execution, from_number],
                )?;
                if from.is_none() && self.parked.remove(&key).is_none() {
                    self.unlist(key, run)?;
                }
                self.learned.runs.insert(key, Some(run));
            }
            Change::Admit { .. } => self.mine(
                "UPDATE runs SET state = 2 WHERE tenant = ? AND shard = ? AND execution = ? \
                 AND owner = ? AND state = 1",
                key,
                me,
            )?,
            Change::Park { .. } => {
                self.mine(
                    "UPDATE runs SET state = 3, owner = NULL, strikes = 0 \
                     WHERE tenant = ? AND shard = ? AND execution = ? AND owner = ? AND state = 2",
                    key,
                    me,
                )?;
                self.parked.insert(key, run);
                self.learned.runs.insert(key, None);
            }
            Change::End {
                state, at, outcome, ..
            } => {
                let end = "UPDATE runs SET state = ?5, owner = NULL \
                     WHERE tenant = ?1 AND shard = ?2 AND execution = ?3 AND owner = ?4";
                let (tenant, shard, execution) = self::at(key);
                self.changed(end, params![tenant, shard, execution, me, state.code()])?;
                self.end(run, *at, Some(outcome))?;
                let snapshot = if *state == RunState::Quarantined {
                    "UPDATE snapshots SET wake = NULL, waits = NULL WHERE run = ?"
                } else {
                    "DELETE FROM snapshots WHERE run = ?"
                };
                self.db.prepare_cached(snapshot)?.execute([run])?;
                self.learned.runs.insert(key, None);
            }
            Change::Release { .. } => {
                self.mine(
                    "UPDATE runs SET state = 2, owner = ?4, strikes = 0 \
                     WHERE tenant = ?1 AND shard = ?2 AND execution = ?3 AND state = 8",
                    key,
                    me,
                )?;
                self.db
                    .prepare_cached("DELETE FROM ends WHERE run = ?")?
                    .execute([run])?;
                self.learned.runs.insert(key, Some(run));
            }
        }
        Ok(())
    }

    /// Changes one run's row by its key and this owner's number.
    fn mine(&self, sql: &str, key: RunKey, me: i64) -> Done {
        let (tenant, shard, execution) = at(key);
        self.changed(sql, params![tenant, shard, execution, me])
    }

    /// Changes one row, or it is a conflict.
    fn changed(&self, sql: &str, params: impl rusqlite::Params) -> Done {
        first(self.db.prepare_cached(sql)?.execute(params)? == 1)
    }

    fn journal(&self, batch: &Batch) -> Done {
        if batch.journal.is_empty() {
            return Ok(());
        }
        let db = self.db;
        let mut insert =
            db.prepare_cached("INSERT INTO journal (run, number, bytes) VALUES (?, ?, ?)")?;
        for (key, number, bytes) in batch.journal.iter() {
            let run = self.number(key)?;
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            insert.execute(params![run, number, bytes])?;
        }
        Ok(())
    }

    fn snapshot(&mut self, row: &SnapshotRow) -> Done {
        let run = self.number(row.key)?;
        self.relist(row.key, run)?;
        self.db
            .prepare_cached(
                "INSERT OR REPLACE INTO snapshots (run, watermark, wake, waits, bytes) \
                 VALUES (?, ?, ?, ?, ?)",
            )?
            .execute(params![
                run,
                i64::try_from(row.watermark).unwrap_or(i64::MAX),
                row.next_wake.map(Time),
                from_waits(&row.waits),
                row.bytes,
            ])?;
        Ok(())
    }

    /// A run that was parked before this batch is listed by its new snapshot.
    fn relist(&mut self, key: RunKey, run: i64) -> Done {
        let ours = match self.learned.runs.get(&key) {
            Some(known) => known.is_some(),
            None => self.known.runs.contains_key(&key),
        };
        if ours || self.parked.contains_key(&key) {
            return Ok(());
        }
        let state: i64 = self
            .db
            .prepare_cached(
                "SELECT state FROM runs WHERE tenant = ? AND shard = ? AND execution = ?",
            )?
            .query_row(at(key), |row| row.get(0))?;
        if state == PARKED {
            self.unlist(key, run)?;
            self.parked.insert(key, run);
        }
        Ok(())
    }

    /// What the snapshot of a run says: its time, and the events that it waits for.
    fn waits(&self, run: i64) -> Result<(Option<Time>, Vec<Event>), Fault> {
        let mut find = self
            .db
            .prepare_cached("SELECT wake, waits FROM snapshots WHERE run = ?")?;
        let found = find
            .query_row([run], |row| {
                Ok((row.get(0)?, row.get::<_, Option<Vec<u8>>>(1)?))
            })
            .optional()?;
        let Some((wake, waits)) = found else {
            return Ok((None, Vec::new()));
        };
        let waits = codec::to_waits(waits.as_deref())?;
        let events = waits
            .into_iter()
            .filter_map(|wait| Some((wait.event?, wait.key)));
        Ok((wake, events.collect()))
    }

    /// Lists the parked runs of this batch by what they wait for.
    fn list(&mut self) -> Done {
        for (key, run) in std::mem::take(&mut self.parked) {
            let (wake, events) = self.waits(run)?;
            let (tenant, shard, execution) = at(key);
            if let Some(Time(wake)) = wake {
                self.db
                    .prepare_cached("INSERT OR IGNORE INTO due (secs, nanos, tenant, shard, execution) VALUES (?, ?, ?, ?, ?)")?
                    .execute(params![wake.secs(), wake.subsec_nanos(), tenant, shard, execution])?;
            }
            for (name, event) in events {
                let event = Waited::of(event.as_deref());
                self.db
                    .prepare_cached(
                        "INSERT OR IGNORE INTO waiting (tenant, shard, name, key, execution) \
                         VALUES (?, ?, ?, ?, ?)",
                    )?
                    .execute(params![tenant, shard, &*name, event, execution])?;
            }
        }
        Ok(())
    }

    /// A run that is parked no more is listed no more.
    fn unlist(&self, key: RunKey, run: i64) -> Done {
        let (wake, events) = self.waits(run)?;
        let (tenant, shard, execution) = at(key);
        if let Some(Time(wake)) = wake {
            self.db
                .prepare_cached(
                    "DELETE FROM due WHERE secs = ? AND nanos = ? AND tenant = ? AND shard = ? AND execution = ?",
                )?
                .execute(params![wake.secs(), wake.subsec_nanos(), tenant, shard, execution])?;
        }
        for (name, event) in events {
            let event = Waited::of(event.as_deref());
            self.db
                .prepare_cached(
                    "DELETE FROM waiting WHERE tenant = ? AND shard = ? AND name = ? AND key = ? \
                     AND execution = ?",
                )?
                .execute(params![tenant, shard, &*name, event, execution])?;
        }
        Ok(())
    }

    fn take(&self, taken: Taken) -> Done {
        let letter = i64::try_from(taken.letter).unwrap_or(i64::MAX);
        self.changed("DELETE FROM letters WHERE number = ?", [letter])?;
        self.db
            .prepare_cached("INSERT INTO verdicts (letter, verdict) VALUES (?, ?)")?
            .execute(params![letter, taken.verdict.code()])?;
        let number = self.db.last_insert_rowid();
        let kept = i64::try_from(VERDICTS_KEPT).unwrap_or(i64::MAX);
        self.db
            .prepare_cached("DELETE FROM verdicts WHERE number <= ?")?
            .execute([number.saturating_sub(kept)])?;
        Ok(())
    }

    fn delete(&mut self, key: RunKey) -> Done {
        let run = self.number(key)?;
        let (tenant, shard, execution) = at(key);
        self.changed(
            "DELETE FROM runs WHERE tenant = ? AND shard = ? AND execution = ? AND state IN (4, 5, 6, 7, 8)",
            params![tenant, shard, execution],
        )?;
        for sql in [
            "UPDATE payloads SET uses = uses - 1 WHERE payload IN (SELECT payload FROM uses WHERE run = ?)",
            "DELETE FROM payloads WHERE uses = 0 AND payload IN (SELECT payload FROM uses WHERE run = ?)",
            "DELETE FROM uses WHERE run = ?",
            "DELETE FROM ends WHERE run = ?",
            "DELETE FROM snapshots WHERE run = ?",
            "DELETE FROM journal WHERE run = ?",
            // The last number stays used, so that it is never another run's.
            "UPDATE headers SET bytes = x'' WHERE run = ? AND run = (SELECT max(run) FROM headers)",
            "DELETE FROM headers WHERE run = ? AND run < (SELECT max(run) FROM headers)",
        ] {
            self.db.prepare_cached(sql)?.execute([run])?;
        }
        self.db
            .prepare_cached("DELETE FROM letters WHERE tenant = ? AND shard = ? AND execution = ?")?
            .execute(params![tenant, shard, execution])?;
        self.learned.runs.insert(key, None);
        Ok(())
    }
}

/// The name and key of an event.
type Event = (Str, Option<Str>);

/// The key of an event that is waited for: 0 for any, so that it is told from all texts.
pub(super) struct Waited<'a>(Option<&'a str>);

impl<'a> Waited<'a> {
    pub(super) const fn of(key: Option<&'a str>) -> Self {
        Self(key)
    }
}

impl rusqlite::ToSql for Waited<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(match self.0 {
            Some(key) => key.into(),
            None => 0_i64.into(),
        })
    }
}

/// The columns of a key.
pub(super) const fn at(key: RunKey) -> (u32, u32, [u8; 16]) {
    let place = key.place;
    (place.tenant, place.shard, from_execution(key.execution))
}
