//! `wfc runs`: the durable runs of a store.

use clap::{Args, ValueEnum};
use serde_json::json;
use wfc_engine::ExecutionId;
use wfc_engine::store::{RunFilter, RunRow, RunState, Store as _};

use crate::error::CliError;
use crate::exit::Exit;
use crate::store::{self, StoreArg};
use crate::term;

/// `wfc runs`
#[derive(Debug, Args)]
pub struct Runs {
    /// Only runs of this workflow, by its slug
    #[arg(long, value_name = "SLUG")]
    pub workflow: Option<String>,
    /// Only runs in this state; may be given more than once
    #[arg(long, value_enum, value_name = "STATE")]
    pub state: Vec<State>,
    /// Also runs that others called
    #[arg(long)]
    pub all: bool,
    /// Only runs that began before this one, by its id
    #[arg(long, value_name = "RUN")]
    pub before: Option<String>,
    /// How many at most, the last ones; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// How they are printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Where they are kept
    #[command(flatten)]
    pub store: StoreArg,
}

/// How rows are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table.
    Human,
    /// One JSON document.
    Json,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum State {
    /// It waits for its turn.
    Queued,
    /// A process works on it, or died while it did.
    Active,
    /// It waits for an answer or a time, and no process holds it.
    Parked,
    /// It ended well.
    Succeeded,
    /// It failed.
    Failed,
    /// It was cancelled.
    Cancelled,
    /// It was not begun, since others of its group were under way.
    Skipped,
    /// It cannot go on.
    Quarantined,
}

impl From<State> for RunState {
    fn from(state: State) -> Self {
        match state {
            State::Queued => Self::Queued,
            State::Active => Self::Active,
            State::Parked => Self::Parked,
            State::Succeeded => Self::Succeeded,
            State::Failed => Self::Failed,
            State::Cancelled => Self::Cancelled,
            State::Skipped => Self::Skipped,
            State::Quarantined => Self::Quarantined,
        }
    }
}

/// Lists runs, the last ones first.
///
/// # Errors
/// When the store cannot be read.
pub fn run(args: &Runs) -> Result<Exit, CliError> {
    let mut store = args.store.open()?;
    let before = args.before.as_ref().map(|text| {
        ExecutionId::parse(text).ok_or_else(|| {
            CliError::usage(
                format!("`{text}` is no run's id"),
                "it has 26 characters, as `wfc runs` prints them",
            )
        })
    });
    let filter = RunFilter {
        workflow: args.workflow.as_deref().map(Into::into),
        states: args.state.iter().copied().map(RunState::from).collect(),
        roots: !args.all,
        before: before.transpose()?,
        limit: args.limit,
        ..RunFilter::default()
    };
    let rows = store.runs(&filter).map_err(|e| store::fault(&e))?;
    let mut listed = Vec::with_capacity(rows.len());
    for mut row in rows {
        let mut worked_on = store.works_on(&row).map_err(|e| store::fault(&e))?;
        if worked_on.is_none()
            && let Some(now) = store.run(row.key).map_err(|e| store::fault(&e))?
        {
            row = now;
            worked_on = store.works_on(&row).map_err(|e| store::fault(&e))?;
        }
        if !(filter.states.is_empty() || filter.states.contains(&row.state)) {
            continue;
        }
        listed.push((row, worked_on.unwrap_or_default()));
    }
    match args.format {
        Format::Human => people(&listed),
        Format::Json => {
            let runs: Vec<_> = listed.iter().map(|(row, on)| machine(row, *on)).collect();
            term::print(&format!("{:#}\n", json!({ "version": 1, "runs": runs })));
        }
    }
    Ok(Exit::Clean)
}

fn people(rows: &[(RunRow, bool)]) {
    if rows.is_empty() {
        term::eprint("no runs\n");
        return;
    }
    let wide = rows.iter().map(|(row, _)| row.workflow.chars().count());
    let wide = wide.max().unwrap_or(0).max(8);
    let mut out = format!(
        "{:26}  {:wide$}  {:20}  STATE\n",
        "RUN", "WORKFLOW", "STARTED"
    );
    for (row, worked_on) in rows {
        out.push_str(&term::tame(&format!(
            "{}  {:wide$}  {:20}  {}",
            row.key.execution,
            row.workflow.as_str(),
            seconds(&row.started_at.to_string()),
            state(row, *worked_on)
        )));
        out.push('\n');
    }
    term::print(&out);
}

/// A time without what is below its seconds.
fn seconds(time: &str) -> String {
    match time.split_once('.') {
        Some((whole, _)) => format!("{whole}Z"),
        None => time.to_owned(),
    }
}

/// Where it stands, and what it waits for.
pub fn state(row: &RunRow, worked_on: bool) -> String {
    if row.state.is_over() || row.state == RunState::Quarantined {
        return row.state.name().to_owned();
    }
    let mut waits: Vec<String> = row.waits.iter().map(|wait| wait.path.to_string()).collect();
    waits.extend(
        row.next_wake
            .map(|at| format!("until {}", seconds(&at.to_string()))),
    );
    let waits = match waits.as_slice() {
        [] => String::new(),
        waits => format!(", waits for {}", waits.join(", ")),
    };
    match (row.state, worked_on) {
        (RunState::Queued, _) => "queued".to_owned(),
        (_, true) => format!("running{waits}"),
        (RunState::Active, false) if waits.is_empty() => "interrupted".to_owned(),
        (_, false) => format!("at rest{waits}"),
    }
}

fn machine(row: &RunRow, worked_on: bool) -> serde_json::Value {
    let waits = row.waits.iter().map(|wait| {
        json!({
            "kind": format!("{:?}", wait.kind).to_lowercase(),
            "step": wait.path.as_str(),
            "event": wait.event.as_deref(),
            "key": wait.key.as_deref(),
        })
    });
    json!({
        "run": row.key.execution.to_string(),
        "workflow": row.workflow.as_str(),
        "state": row.state.name(),
        "worked_on": worked_on,
        "started_at": row.started_at.to_string(),
        "ended_at": row.ended_at.map(|at| at.to_string()),
        "called_by": row.parent.map(|id| id.to_string()),
        "retry_of": row.retry_of.map(|id| id.to_string()),
        "waits": waits.collect::<Vec<_>>(),
        "next_wake": row.next_wake.map(|at| at.to_string()),
    })
}
