//! What happens to the disk besides.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::victim::{Ended, Victim};
use crate::differential::random::Random;

/// What happens besides the kills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Nothing.
    None,
    /// The disk is full now and then: the state is on a file system of its own that is made small and large.
    Full,
    /// After a kill the last page of what is written is torn: what follows the last whole record is cut short and followed
    /// by something else.
    Torn,
}

/// Damage to one run.
pub struct Harm {
    damage: Damage,
    mounted: Option<PathBuf>,
    small: bool,
}

impl Harm {
    /// Makes the folder's state ready to be harmed.
    ///
    /// # Errors
    /// When a file system cannot be mounted.
    pub fn begin(damage: &Damage, folder: &Path) -> Result<Self, String> {
        let mut harm = Self {
            damage: *damage,
            mounted: None,
            small: false,
        };
        if *damage == Damage::Full {
            let state = folder.join("state");
            mount(&["-t", "tmpfs", "-o", "size=16m", "tmpfs"], &state)?;
            harm.mounted = Some(state);
        }
        Ok(harm)
    }

    /// Before a process starts: the disk may be full for it.
    ///
    /// # Errors
    /// When the file system does not change.
    pub fn before(&mut self, random: &mut Random, victim: &Victim) -> Result<(), String> {
        let Some(at) = &self.mounted else {
            return Ok(());
        };
        self.small = random.chance(50);
        let used = used(&victim.state())?;
        // Room for a few pages, so that it ends somewhere in the middle.
        let size = if self.small {
            used + 4096 * u64::try_from(1 + random.below(24)).unwrap_or(1)
        } else {
            16 << 20
        };
        mount(&["-o", &format!("remount,size={size}")], at)
    }

    /// Whether a process may end because the disk is full.
    #[must_use]
    pub fn expects_full(&self) -> bool {
        self.small
    }

    /// After a process has ended: the disk has room again, and what was written last may be torn. Whether something was.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn after(
        &mut self,
        random: &mut Random,
        victim: &Victim,
        ended: &Ended,
    ) -> Result<bool, String> {
        if let Some(at) = &self.mounted {
            mount(&["-o", "remount,size=16m"], at)?;
        }
        if !matches!(ended, Ended::Killed) || self.damage != Damage::Torn || !random.chance(60) {
            return Ok(false);
        }
        let file = victim.state().join(format!("{}-wal", super::victim::STORE));
        let Ok(mut file) = std::fs::OpenOptions::new().append(true).open(file) else {
            return Ok(false);
        };
        // A write that was under way when the power went: a part of it, of what it was to be or of what was there before.
        let length = 1 + random.below(5000);
        let torn: Vec<u8> = (0..length)
            .map(|_| random.bits().to_le_bytes()[0])
            .collect();
        file.write_all(&torn).map_err(|e| e.to_string())?;
        Ok(true)
    }
}

impl Drop for Harm {
    fn drop(&mut self) {
        if let Some(at) = &self.mounted {
            let _ = Command::new("umount").arg("--lazy").arg(at).status();
        }
    }
}

fn mount(args: &[&str], at: &Path) -> Result<(), String> {
    let done = Command::new("mount").args(args).arg(at).output();
    let done = done.map_err(|error| format!("mount: {error}"))?;
    if done.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(format!(
        "`mount {}` failed (`--disk-full` needs the rights for it): {}",
        args.join(" "),
        said.trim()
    ))
}

/// Bytes that the file system itself says are taken. The lengths of the folder's files are not all: the dead processes' files in the
/// folder of owners take a page each, and it cannot be made smaller than what is taken.
///
/// # Errors
/// When the system does not tell.
fn used(at: &Path) -> Result<u64, String> {
    let done = Command::new("stat")
        .args(["--file-system", "--format", "%b %f %S"])
        .arg(at)
        .output();
    let done = done.map_err(|error| format!("stat: {error}"))?;
    let said = String::from_utf8_lossy(&done.stdout);
    let numbers: Vec<u64> = said.split_whitespace().flat_map(str::parse).collect();
    match numbers.as_slice() {
        [blocks, free, size] => Ok(blocks.saturating_sub(*free) * size),
        _ => Err(format!("stat: {}", String::from_utf8_lossy(&done.stderr))),
    }
}
