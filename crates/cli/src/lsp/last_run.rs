//! What the last durable run of a workflow held, for values beside names.

use std::path::Path;

use wfc_engine::History;
use wfc_engine::store::{RunFilter, Store as _};
use wfc_ide::inline_values::RunValues;
use wfc_value::json::format;

use crate::commands::show::past;
use crate::store::StoreArg;

/// The last run of the workflow `slug`, in the store that is nearest to its file.
pub fn values(file: &str, slug: &str) -> Option<RunValues> {
    let named = std::env::var_os("WFC_STORE").filter(|path| !path.is_empty());
    let above = Path::new(file).ancestors().skip(1);
    let nearest = || above.map(|f| f.join(".wfc/state.db")).find(|p| p.is_file());
    let store = StoreArg {
        store: Some(named.map(Into::into).or_else(nearest)?),
    };
    let filter = RunFilter {
        workflow: Some(slug.into()),
        limit: 1,
        ..RunFilter::default()
    };
    let rows = store.open().ok()?.runs(&filter).ok()?;
    let run = rows.first()?.key;
    Some(of(&past(&store, run).ok()?))
}

fn of(past: &History) -> RunValues {
    let mut out = RunValues::default();
    for (name, value) in past.header.inputs.iter() {
        out.inputs.insert(name.to_string(), format(value));
    }
    // What a name held last: later points go over earlier ones.
    for fiber in past.points.iter().flat_map(|p| &p.fibers) {
        for (name, value) in &fiber.values {
            out.variables.insert(name.to_string(), format(value));
        }
    }
    for step in past.steps() {
        let path = step.path.to_string();
        let name = path.rsplit(['/', '.']).next().unwrap_or(&path).to_owned();
        if let Some(output) = &step.output {
            out.steps.insert(name.clone(), format(output));
        }
        let state = format!("{:?}", step.state).to_lowercase();
        out.statuses.insert(name, state);
    }
    out
}
