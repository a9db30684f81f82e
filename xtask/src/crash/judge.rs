//! What a run has done, as the log of its steps tells.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value as Json;

/// What must be the same however often a run is killed.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The output, or the error's code.
    output: Json,
    /// The work that was done.
    done: BTreeSet<String>,
}

/// Each step's starts.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// By kind, name and idempotency key.
    starts: BTreeMap<(String, String, String), u64>,
}

fn lines(folder: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(folder.join("log")).map_err(|e| format!("log: {e}"))?;
    Ok(text.lines().map(str::to_owned).collect())
}

impl Record {
    /// The record of a folder's run.
    ///
    /// # Errors
    /// When there is no log.
    pub fn read(folder: &Path, output: Json) -> Result<Self, String> {
        let lines = lines(folder)?;
        let done = lines.iter().filter_map(|line| line.strip_prefix("done "));
        Ok(Self {
            output,
            done: done.map(str::to_owned).collect(),
        })
    }

    /// How much work was done.
    #[must_use]
    pub fn len(&self) -> usize {
        self.done.len()
    }

    /// Whether nothing was done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.done.is_empty()
    }

    /// Compares with what is expected.
    ///
    /// # Errors
    /// What differs.
    pub fn compare(&self, expected: &Self) -> Result<(), String> {
        if self.output != expected.output {
            return Err(format!(
                "the output is {}, not {}",
                self.output, expected.output
            ));
        }
        let missing: Vec<_> = expected.done.difference(&self.done).collect();
        let more: Vec<_> = self.done.difference(&expected.done).collect();
        if missing.is_empty() && more.is_empty() {
            Ok(())
        } else {
            Err(format!("not done: {missing:?}; done besides: {more:?}"))
        }
    }
}

impl Ledger {
    /// The starts of a folder's run.
    ///
    /// # Errors
    /// When there is no log.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut starts = BTreeMap::new();
        for line in lines(folder)? {
            let mut words = line.split(' ').map(str::to_owned);
            if words.next().as_deref() == Some("start") {
                let mut next = || words.next().unwrap_or_default();
                *starts.entry((next(), next(), next())).or_default() += 1;
            }
        }
        Ok(Self { starts })
    }

    /// Whether each `once` step was started once at most.
    ///
    /// # Errors
    /// One that was started again.
    pub fn once(&self) -> Result<(), String> {
        let mut names = BTreeSet::new();
        for ((kind, name, key), n) in &self.starts {
            if kind == "once" && (*n > 1 || !names.insert(name)) {
                return Err(format!("`{name}` was started again, under the key `{key}`"));
            }
        }
        Ok(())
    }

    /// All starts.
    #[must_use]
    pub fn starts(&self) -> u64 {
        self.starts.values().sum()
    }

    /// `once` steps whose outcome was not known.
    #[must_use]
    pub fn unknown(&self) -> u64 {
        let verified = self.starts.keys().filter(|(kind, ..)| kind == "verify");
        u64::try_from(verified.count()).unwrap_or_default()
    }
}
