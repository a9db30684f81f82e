//! What the model says of an end.

use wfc_engine::RunKey;
use wfc_engine::store::{RunState, Store as _, Verdict};
use wfc_vm::Outcome;

use super::Sim;
use super::weather::End;

impl Sim<'_> {
    /// Whether the run has ended and every letter has its answer.
    pub(super) fn is_over(&mut self) -> Result<bool, String> {
        let row = self.disk.run(self.run).map_err(|e| e.to_string())?;
        if !row.is_some_and(|row| row.state.is_over()) {
            return Ok(false);
        }
        let numbers: Vec<u64> = self.letters.values().flatten().copied().collect();
        for number in numbers {
            if self
                .disk
                .verdict(number)
                .map_err(|e| e.to_string())?
                .is_none()
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Everything is over: what does the model say?
    pub(super) fn judge(&mut self) -> Result<End, String> {
        for ((_, effect), numbers) in self.letters.clone() {
            let mut accepted = 0;
            for number in numbers {
                let verdict = self.disk.verdict(number).map_err(|e| e.to_string())?;
                accepted += usize::from(verdict == Some(Verdict::Accepted));
            }
            if accepted != 1 {
                return Err(format!("{accepted} answers to #{effect} were accepted"));
            }
        }
        let keys: Vec<RunKey> = self.ended.keys().copied().collect();
        for key in keys {
            let row = self.disk.run(key).map_err(|e| e.to_string())?;
            let told = self.ended.get(&key);
            let kept = row.and_then(|row| row.outcome);
            let kept = kept.and_then(|bytes| wfc_engine::read_outcome(&bytes).ok());
            if kept.as_ref().map(|k| &k.outcome) != told {
                return Err(format!(
                    "told was {told:?}, kept is {:?}",
                    kept.map(|k| k.outcome)
                ));
            }
        }
        let row = self.disk.run(self.run).map_err(|e| e.to_string())?;
        let row = row.ok_or("the run is gone")?;
        let kept = row.outcome.as_deref().map(wfc_engine::read_outcome);
        let outcome = match kept {
            Some(Ok(kept)) => kept.outcome,
            other => return Err(format!("no outcome: {:?} {other:?}", row.state)),
        };
        let outcome = match outcome {
            Outcome::Succeeded(value) => format!("{value:?}"),
            Outcome::Failed(error) => format!("failed with {}", error.code),
            Outcome::Cancelled { .. } => "cancelled".to_owned(),
        };
        if row.state == RunState::Cancelled {
            return Err("nobody cancelled it".to_owned());
        }
        Ok(End {
            outcome,
            goals: self.goals.clone(),
            unknown: self.unknown,
        })
    }
}
