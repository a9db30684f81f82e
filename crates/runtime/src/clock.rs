//! Real time and random ids.

use std::time::{SystemTime, UNIX_EPOCH};

use wfc_engine::{ExecutionId, OwnerId};
use wfc_value::Timestamp;

/// The time that the system's clock shows.
#[must_use]
pub fn now() -> Timestamp {
    let nanos = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i128::try_from(since.as_nanos()).unwrap_or(i128::MAX),
        Err(before) => i128::try_from(before.duration().as_nanos()).map_or(i128::MIN, |n| -n),
    };
    Timestamp::from_nanos(nanos).unwrap_or(if nanos < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// A new id for an execution: this moment's milliseconds and 80 random bits.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_execution() -> std::io::Result<ExecutionId> {
    let millis = u64::try_from(now().nanos() / 1_000_000).unwrap_or_default();
    Ok(ExecutionId::new(millis, random()?))
}

/// A new name for this process, as the owner of runs.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_owner() -> std::io::Result<OwnerId> {
    Ok(OwnerId(random()?))
}

fn random() -> std::io::Result<u128> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(u128::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_later_ones_sort_later() {
        let a = new_execution().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(2));
        let b = new_execution().unwrap();
        assert!(a < b);
        assert_eq!(a.to_string().len(), 26);
    }
}
