//! `wfc replay`: steps through a durable run's past. Nothing is done again, and nothing is written.

use std::io::{BufRead as _, IsTerminal as _};

use clap::Args;
use serde_json::json;
use wfc_engine::History;

use crate::args::Cli;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::history::{self, Look};
use crate::store::{self, StoreArg};
use crate::term;

use super::runs::Format;

/// `wfc replay`
#[derive(Debug, Args)]
pub struct Replay {
    /// The run's id, a part of it, or `last`
    pub run: String,
    /// Only this point: its number, or the step that begins with it, by its id or path
    #[arg(long, value_name = "POINT")]
    pub to: Option<String>,
    /// Show values whole, and not their beginnings
    #[arg(long)]
    pub full: bool,
    /// How points are printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Where it is kept
    #[command(flatten)]
    pub store: StoreArg,
}

/// Shows one point, or all of them; on a terminal one can go forward and back.
///
/// # Errors
/// When there is no such run or point, or the store cannot be read.
pub fn run(cli: &Cli, args: &Replay) -> Result<Exit, CliError> {
    let mut store = args.store.open()?;
    let row = store::find(&mut store, &args.run)?;
    let past = super::show::past(&args.store, row.key)?;
    let at = args.to.as_deref().map(|to| place(&past, to)).transpose()?;
    if args.format == Format::Json {
        let points = past.points.iter().enumerate();
        let points = points.filter(|(n, _)| at.is_none_or(|at| at == *n));
        let points: Vec<_> = points.map(|(n, p)| history::point_json(n, p)).collect();
        let document = json!({
            "version": 1,
            "run": past.header.execution.as_str(),
            "points": points,
            "broken": past.broken,
        });
        term::print(&format!("{document:#}\n"));
        return Ok(Exit::Clean);
    }
    let look = Look {
        colours: term::colours(cli.color),
        full: args.full,
    };
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    match at {
        None if !terminal => (0..past.points.len()).for_each(|n| show(&past, n, look)),
        Some(at) if !terminal => show(&past, at, look),
        at => step_through(&past, at.unwrap_or(0), look),
    }
    if let Some(why) = &past.broken {
        term::eprint(&format!("what came after cannot be told: {why}\n"));
    }
    Ok(Exit::Clean)
}

fn show(past: &History, at: usize, look: Look) {
    if let Some(point) = past.points.get(at) {
        term::print(&history::point(past, at, point, look));
    }
}

/// Asks where to go after each point.
fn step_through(past: &History, at: usize, look: Look) {
    let last = past.points.len().saturating_sub(1);
    let mut at = at.min(last);
    loop {
        show(past, at, look);
        term::eprint("[n]ext, [b]ack, a point's number, a step, or [q]uit: ");
        let mut line = String::new();
        if std::io::stdin().lock().read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        match line.trim() {
            "" | "n" | "next" => at = (at + 1).min(last),
            "b" | "back" => at = at.saturating_sub(1),
            "q" | "quit" => return,
            other => match place(past, other) {
                Ok(there) => at = there,
                Err(error) => error.show(),
            },
        }
    }
}

/// The point that is meant.
fn place(past: &History, text: &str) -> Result<usize, CliError> {
    let last = past.points.len().saturating_sub(1);
    if let Ok(number) = text.parse::<usize>() {
        return if number <= last {
            Ok(number)
        } else {
            Err(CliError::usage(
                format!("there is no point {number}"),
                format!("the last one is {last}"),
            ))
        };
    }
    past.began(text).ok_or_else(|| {
        CliError::usage(
            format!("the run never came to a step `{text}`"),
            "`wfc show` lists its steps",
        )
    })
}
