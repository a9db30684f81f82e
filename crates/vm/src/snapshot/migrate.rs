//! Versions of snapshots: each is read by turning it into the next one's, up to this machine's.

use std::borrow::Cow;

use wfc_program::Program;

use super::SnapshotError;

/// The version of what a snapshot says and means. It covers all that a run's future depends on
/// besides its program and events: the layout of snapshots, the meaning of instructions, functions
/// and their costs, regular expressions (`regex-lite`) and the time zone database. A change of any
/// of them that a run can see makes a new version, and a step in [`MIGRATIONS`].
pub const MACHINE_ABI: u16 = 2;

/// Turns a snapshot of one version into the next one's; the version itself is set outside.
type Migration = fn(&Program, &[u8]) -> Result<Vec<u8>, SnapshotError>;

/// From version 1 on, in order: the first makes version 2 of version 1.
const MIGRATIONS: &[Migration] = &[no_loose_calls];

/// From 1 to 2: budgets may say which calls that nobody waits for draw on them. Before, none did.
fn no_loose_calls(_: &Program, bytes: &[u8]) -> Result<Vec<u8>, SnapshotError> {
    Ok(bytes.to_vec())
}

/// The snapshot in this machine's version.
pub(super) fn current<'a>(
    program: &Program,
    bytes: &'a [u8],
) -> Result<Cow<'a, [u8]>, SnapshotError> {
    migrated(program, bytes, MACHINE_ABI, MIGRATIONS)
}

fn migrated<'a>(
    program: &Program,
    bytes: &'a [u8],
    newest: u16,
    migrations: &[Migration],
) -> Result<Cow<'a, [u8]>, SnapshotError> {
    let Some(([a, b], _)) = bytes.split_first_chunk::<2>() else {
        return Err(super::read::corrupt("it has no version"));
    };
    let found = u16::from_le_bytes([*a, *b]);
    if found == 0 || found > newest {
        return Err(SnapshotError::Version { found, newest });
    }
    let mut bytes = Cow::Borrowed(bytes);
    for (from, migration) in (1_u16..).zip(migrations).skip(usize::from(found - 1)) {
        let mut next = migration(program, &bytes)?;
        let version = (from + 1).to_le_bytes();
        if let Some(place) = next.first_chunk_mut::<2>() {
            *place = version;
        }
        bytes = Cow::Owned(next);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wfc_program::Builder;

    #[test]
    fn every_version_has_a_step_to_the_next() {
        assert_eq!(MIGRATIONS.len() + 1, usize::from(MACHINE_ABI));
    }

    #[test]
    fn old_snapshots_go_through_every_step_and_newer_ones_are_refused() {
        let mut builder = Builder::new("t");
        builder.emit(wfc_program::Instr::Null());
        builder.emit(wfc_program::Instr::Return());
        let program = builder.finish().unwrap();
        let add: Migration = |_, bytes| Ok([bytes, b"+"].concat());
        let steps = [add, add];
        let read = |bytes: &[u8]| migrated(&program, bytes, 3, &steps).map(Cow::into_owned);
        assert_eq!(read(&[1, 0, 7]).unwrap(), [3, 0, 7, b'+', b'+']);
        assert_eq!(read(&[2, 0, 7]).unwrap(), [3, 0, 7, b'+']);
        assert_eq!(read(&[3, 0, 7]).unwrap(), [3, 0, 7]);
        let refused = SnapshotError::Version {
            found: 4,
            newest: 3,
        };
        assert_eq!(read(&[4, 0, 7]).unwrap_err(), refused);
        assert!(read(&[0, 0]).is_err());
        assert!(read(&[1]).is_err());
    }
}
