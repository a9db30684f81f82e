//! Who works on runs, and whether they are alive.
//!
//! Each process that takes runs on has a file of its own beside the store, named after its owner's
//! id, and holds a lock on it; the system lets go of the lock when the process ends, however it
//! ends. In the file stands which runs it is about to step.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use wfc_engine::{ExecutionId, OwnerId, Place, RunKey};

/// Bytes of one key in a note.
const KEY: usize = 24;

/// How many times the folder is made for one owner that comes: others may take it along as often as they leave.
const FOLDERS: usize = 1_000;

/// This process, as the store's other users see it.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) id: OwnerId,
    folder: PathBuf,
    /// Its file, once it has taken on a run.
    file: Option<File>,
    note: Vec<u8>,
}

impl Owner {
    pub(super) fn new(store: &Path, id: OwnerId) -> Self {
        let mut folder = store.as_os_str().to_owned();
        folder.push("-owners");
        Self {
            id,
            folder: PathBuf::from(folder),
            file: None,
            note: Vec::new(),
        }
    }

    fn path(&self, id: OwnerId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// Shows that this process is alive, before it takes on its first run. Whether it was the first
    /// time that it was called.
    pub(super) fn appear(&mut self) -> io::Result<bool> {
        if self.file.is_some() {
            return Ok(false);
        }
        let path = self.path(self.id);
        let mut left = FOLDERS;
        loop {
            let mut options = OpenOptions::new();
            let options = options.read(true).write(true).create(true);
            let file = match options.truncate(false).open(&path) {
                // There is no folder yet, or whoever left last has just taken it along.
                Err(error) if error.kind() == io::ErrorKind::NotFound && left > 0 => {
                    left -= 1;
                    match std::fs::create_dir_all(&self.folder) {
                        // It was there, and is gone again.
                        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                        made => made?,
                    }
                    continue;
                }
                opened => opened?,
            };
            file.lock()?;
            // Somebody may have cleared it away between the two.
            if path.exists() {
                self.file = Some(file);
                return Ok(true);
            }
        }
    }

    /// Whether the process of an owner runs.
    pub(super) fn is_alive(&self, id: OwnerId) -> bool {
        if id == self.id {
            return true;
        }
        let file = match File::open(self.path(id)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return false,
            // Nobody knows: then nothing is taken away from it.
            Err(_) => return true,
        };
        // A lock that others may have too: they may be asking just now.
        match file.try_lock_shared() {
            Ok(()) => false,
            Err(TryLockError::WouldBlock) => true,
            Err(TryLockError::Error(_)) => true,
        }
    }

    /// Notes which runs are about to be stepped.
    pub(super) fn note(&mut self, runs: &[RunKey]) -> io::Result<()> {
        self.appear()?;
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        self.note.clear();
        let sum = [0; 4];
        self.note.extend_from_slice(&sum);
        let count = u32::try_from(runs.len()).unwrap_or(u32::MAX);
        self.note.extend_from_slice(&count.to_le_bytes());
        for key in runs {
            self.note.extend_from_slice(&key.place.tenant.to_le_bytes());
            self.note.extend_from_slice(&key.place.shard.to_le_bytes());
            self.note.extend_from_slice(&key.execution.0.to_le_bytes());
        }
        let sum = self.note.get(4..).map_or(0, crc32fast::hash);
        if let Some(place) = self.note.first_chunk_mut() {
            *place = sum.to_le_bytes();
        }
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&self.note)
    }

    /// The runs that an owner noted last; none when it died while it noted, before it stepped any.
    pub(super) fn noted(&self, id: OwnerId) -> Vec<RunKey> {
        let mut bytes = Vec::new();
        let read = File::open(self.path(id)).and_then(|mut file| file.read_to_end(&mut bytes));
        read.ok().and_then(|_| decode(&bytes)).unwrap_or_default()
    }

    /// Clears away the file of an owner that is dead.
    pub(super) fn clear(&self, id: OwnerId) {
        // Held while it is removed, so that nobody begins to use it in between.
        if let Ok(file) = File::open(self.path(id))
            && file.try_lock().is_ok()
        {
            let _ = std::fs::remove_file(self.path(id));
        }
    }

    /// Ends well: no trace is left when it has no runs.
    pub(super) fn leave(&mut self, has_runs: bool) {
        let Some(file) = self.file.take() else {
            return;
        };
        // Said, and not left to the file being closed: a child that is just being started has it open, too, until it
        // becomes another program.
        let _ = file.unlock();
        if !has_runs {
            let _ = std::fs::remove_file(self.path(self.id));
            // Only an empty folder goes.
            let _ = std::fs::remove_dir(&self.folder);
        }
    }
}

fn decode(bytes: &[u8]) -> Option<Vec<RunKey>> {
    let (sum, rest) = bytes.split_first_chunk::<4>()?;
    let (count, keys) = rest.split_first_chunk::<4>()?;
    let len = usize::try_from(u32::from_le_bytes(*count))
        .ok()?
        .checked_mul(KEY)?;
    let noted = rest.get(..len.checked_add(4)?)?;
    if crc32fast::hash(noted) != u32::from_le_bytes(*sum) {
        return None;
    }
    let keys = keys.get(..len)?;
    keys.chunks_exact(KEY).map(one).collect()
}

fn one(bytes: &[u8]) -> Option<RunKey> {
    let (tenant, rest) = bytes.split_first_chunk()?;
    let (shard, rest) = rest.split_first_chunk()?;
    let (execution, _) = rest.split_first_chunk()?;
    Some(RunKey {
        place: Place {
            tenant: u32::from_le_bytes(*tenant),
            shard: u32::from_le_bytes(*shard),
        },
        execution: ExecutionId(u128::from_le_bytes(*execution)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_that_was_not_written_to_its_end_notes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("state.db");
        let mut owner = Owner::new(&store, OwnerId(5));
        let keys: Vec<RunKey> = (0..3).map(|n| RunKey::local(ExecutionId(n))).collect();
        owner.note(&keys).unwrap();
        assert_eq!(owner.noted(OwnerId(5)), keys);
        owner.note(&keys[1..]).unwrap();
        assert_eq!(owner.noted(OwnerId(5)), keys[1..]);
        let path = owner.path(OwnerId(5));
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[20] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(owner.noted(OwnerId(5)), []);
        std::fs::write(&path, &bytes[..9]).unwrap();
        assert_eq!(owner.noted(OwnerId(5)), []);
    }

    #[test]
    fn an_owner_is_alive_for_as_long_as_its_file_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("state.db");
        let mut one = Owner::new(&store, OwnerId(1));
        let two = Owner::new(&store, OwnerId(2));
        assert!(!two.is_alive(OwnerId(1)));
        assert!(one.appear().unwrap());
        assert!(two.is_alive(OwnerId(1)));
        two.clear(OwnerId(1));
        assert!(two.is_alive(OwnerId(1)));
        one.leave(true);
        assert!(!two.is_alive(OwnerId(1)));
        assert!(two.path(OwnerId(1)).exists());
        two.clear(OwnerId(1));
        assert!(!two.path(OwnerId(1)).exists());
    }

    #[cfg(unix)]
    #[test]
    fn an_owner_whose_file_cannot_be_looked_at_is_not_taken_for_dead() {
        let folder = tempfile::tempdir().unwrap();
        let one = Owner::new(&folder.path().join("state.db"), OwnerId(1));
        std::fs::create_dir(&one.folder).unwrap();
        let path = one.path(OwnerId(2));
        std::os::unix::fs::symlink(&path, &path).unwrap();
        assert!(one.is_alive(OwnerId(2)));
    }

    /// Whoever leaves last takes the folder along, which another may have found just then.
    #[test]
    fn owners_come_while_others_go() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("state.db");
        std::thread::scope(|scope| {
            for id in 1..=4 {
                let mut owner = Owner::new(&store, OwnerId(id));
                scope.spawn(move || {
                    for _ in 0..500 {
                        assert!(owner.appear().unwrap());
                        owner.leave(false);
                    }
                });
            }
        });
    }

    /// A child has its parent's files open until it becomes another program.
    #[test]
    fn an_owner_that_left_is_dead_although_a_child_has_its_file_open() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("state.db");
        let mut one = Owner::new(&store, OwnerId(1));
        let two = Owner::new(&store, OwnerId(2));
        one.appear().unwrap();
        let inherited = one.file.as_ref().unwrap().try_clone().unwrap();
        assert!(two.is_alive(OwnerId(1)));
        one.leave(true);
        assert!(!two.is_alive(OwnerId(1)));
        drop(inherited);
    }
}
