//! The time and the zone of whoever sits at this machine.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use wfc_ide::hover::Now;
use wfc_value::time::Timestamp;

/// The present moment; none when the machine's clock stands outside of all years that can be told.
pub fn now() -> Option<Now> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(Now {
        at: Timestamp::new(i64::try_from(since.as_secs()).ok()?, since.subsec_nanos())?,
        zone: zone(),
    })
}

/// The zone's IANA name, as `TZ` or the system's own file says it; `UTC` when neither does.
fn zone() -> String {
    let said = std::env::var("TZ").ok();
    let said = said.filter(|zone| zone.contains('/') && !zone.starts_with([':', '/']));
    let linked = || {
        let link: PathBuf = std::fs::read_link("/etc/localtime").ok()?;
        let path = link.to_string_lossy().into_owned();
        let (_, name) = path.split_once("zoneinfo/")?;
        Some(name.to_owned())
    };
    said.or_else(linked).unwrap_or_else(|| "UTC".to_owned())
}
