//! `wfc approve` and `wfc deny`: answers to approvals of durable runs.

use clap::Args;
use wfc_engine::store::{RunFilter, RunRow, RunState, Store as _};
use wfc_engine::{Decision, Waiting, letter, permission_letter};
use wfc_program::isa::EffectKind;
use wfc_runtime::store::SqliteStore;

use crate::args::{Answers, Cli, RunFormat};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::run::id_of;
use crate::post::{self, Outcome};
use crate::store::{self, StoreArg};
use crate::term;

use super::resume::Going;

/// `wfc approve` and `wfc deny`
#[derive(Debug, Args)]
pub struct Answer {
    /// The run's id, a part of it, or `last`
    pub run: String,
    /// The approval: a step's id or path; may be left out when the run waits for one only
    pub step: Option<String>,
    /// Who answers; the user's name when absent
    #[arg(long, visible_alias = "as", value_name = "NAME")]
    pub by: Option<String>,
    /// A remark that goes with the answer
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
    /// How the run's progress is printed
    #[arg(long, value_enum, default_value_t = RunFormat::Human)]
    pub format: RunFormat,
    /// Take what a secret holds from a file or from a variable of the environment, when the run goes on here
    #[arg(long, value_name = "NAME=FILE|env:VARIABLE")]
    pub secret: Vec<String>,
    /// Where it is kept
    #[command(flatten)]
    pub store: StoreArg,
}

/// Answers one approval. Where no process works on the run, this one goes on with it.
///
/// # Errors
/// When there is no such run or approval, or the store cannot be read.
pub fn run(cli: &Cli, args: &Answer, approve: bool) -> Result<Exit, CliError> {
    post::patiently(|| once(cli, args, approve))
}

fn once(cli: &Cli, args: &Answer, approve: bool) -> Result<Option<Exit>, CliError> {
    let mut store = args.store.open()?;
    let row = store::find(&mut store, &args.run)?;
    let decision = Decision {
        approve,
        by: args.by.clone().or_else(term::user),
        comment: args.comment.clone(),
    };
    let word = if approve { "approved" } else { "denied" };
    let waiting = wanted(&mut store, &row, &args.store)?;
    let waiting = match choose(waiting, args, &row) {
        Ok(waiting) => waiting,
        Err(Choice::Many(error)) => return Err(error),
        Err(Choice::None(error)) => {
            // Work under way may ask: that is known to its process alone.
            let body = permission_letter(args.step.as_deref(), &decision);
            let (outcome, _) = post::to_its_process(store, &row, row.key, body)?;
            if outcome != Outcome::Taken {
                return Err(error);
            }
            let step = args.step.as_deref().unwrap_or("what was asked");
            term::eprint(&format!("{word} {step}\n"));
            return Ok(Some(Exit::Clean));
        }
    };
    let by = decision.by.as_deref();
    let approvers = wfc_vm::approvers(waiting.kind, &waiting.args);
    if !approvers.is_empty() && !by.is_some_and(|by| approvers.contains(&by)) {
        return Err(CliError::forbidden(format!(
            "`{}` may not answer `{}`: only {} may",
            by.unwrap_or_default(),
            id_of(&waiting),
            approvers.join(", ")
        )));
    }
    let at = wfc_runtime::now();
    let kind = decision.event(waiting.effect, at);
    let kind = kind.map_err(|fault| CliError::usage(fault.message, "shorten the comment"))?;
    let (outcome, store) = post::to_its_process(store, &row, waiting.run, letter(&kind))?;
    if let Outcome::Refused(verdict) = outcome {
        return Err(post::refused(verdict));
    }
    if outcome == Outcome::Taken {
        term::eprint(&format!("{word} {}\n", id_of(&waiting)));
        return Ok(Some(Exit::Clean));
    }
    let id = vec![format!("{}/{}", waiting.execution, waiting.path)];
    let (yes, no) = if approve {
        (id, Vec::new())
    } else {
        (Vec::new(), id)
    };
    let answers = Answers {
        approve: yes,
        deny: no,
        by: args.by.clone(),
        comment: args.comment.clone(),
        format: args.format,
        ..Answers::default()
    };
    let ready = Going::new(cli, row.key, &args.store, &args.secret)?;
    let session = ready.session(cli, &answers, &args.store)?;
    ready.drive(session, row.key, store)
}

/// The approvals that a run and those that it called wait for.
fn wanted(
    store: &mut SqliteStore,
    root: &RunRow,
    place: &StoreArg,
) -> Result<Vec<Waiting>, CliError> {
    let mut reader = store::reader(place.open()?);
    let mut rows = vec![root.clone()];
    let mut open = Vec::new();
    while let Some(row) = rows.pop() {
        let callees = RunFilter {
            place: Some(row.key.place),
            parent: Some(row.key.execution),
            states: vec![RunState::Active, RunState::Parked],
            ..RunFilter::default()
        };
        rows.extend(store.runs(&callees).map_err(|e| store::fault(&e))?);
        open.push(row.key);
    }
    let mut out = Vec::new();
    for run in open {
        let waiting = reader.wanted(run);
        let waiting = waiting.map_err(|error| {
            CliError::host(error.to_string(), "`wfc show` tells where the run stands")
        })?;
        out.extend(
            waiting
                .into_iter()
                .filter(|w| w.kind == EffectKind::Approval),
        );
    }
    Ok(out)
}

/// Why no approval was chosen.
enum Choice {
    /// None is meant.
    None(CliError),
    /// More than one may be meant.
    Many(CliError),
}

fn choose(mut waiting: Vec<Waiting>, args: &Answer, row: &RunRow) -> Result<Waiting, Choice> {
    let known: Vec<String> = waiting.iter().map(|w| format!("`{}`", id_of(w))).collect();
    if let Some(step) = &args.step {
        waiting.retain(|w| w.is_called(step));
    }
    match (waiting.pop(), waiting.is_empty(), known.is_empty()) {
        (Some(one), true, _) => Ok(one),
        (_, _, true) => Err(Choice::None(CliError::usage(
            format!("the run {} waits for no approval", row.key.execution),
            "`wfc show` tells where it stands",
        ))),
        (found, ..) => {
            let error = CliError::usage(
                format!("name one approval: the run waits for {}", known.join(", ")),
                "`wfc approve RUN STEP`, with the step's id or its path",
            );
            Err(match found {
                Some(_) => Choice::Many(error),
                None => Choice::None(error),
            })
        }
    }
}
