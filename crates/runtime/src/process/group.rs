//! A child process that leads a process group of its own, and the groups that outlive theirs.

use std::collections::BTreeMap;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout_at};

use super::guard;

/// How often a group that was asked to end is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// A child process and its group. Dropping it kills the whole group.
pub(crate) struct Group {
    child: Child,
    id: sys::Id,
    over: bool,
}

impl Group {
    /// Starts `command` as the leader of a new group.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn spawn(command: &mut Command) -> std::io::Result<Self> {
        sys::lead_group(command);
        let begun = guard::begin(command);
        let child = command.kill_on_drop(true).spawn()?;
        let id = sys::id(&child)?;
        begun.started(sys::number(id));
        Ok(Self {
            child,
            id,
            over: false,
        })
    }

    /// The leader.
    pub(crate) const fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for the leader's end.
    ///
    /// # Errors
    /// When the system does not tell.
    pub(crate) async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Asks the whole group to end, and kills what is left of it after `grace`. Says whether it
    /// ended by itself.
    pub(crate) async fn end(&mut self, grace: Duration) -> bool {
        let deadline = Instant::now() + grace;
        sys::terminate(self.id);
        let led = timeout_at(deadline, self.child.wait()).await.is_ok();
        while led && sys::alive(self.id) && Instant::now() < deadline {
            sleep(LOOK).await;
        }
        let clean = led && !sys::alive(self.id);
        self.kill().await;
        clean
    }

    /// Kills the whole group at once.
    pub(crate) async fn kill(&mut self) {
        sys::kill(self.id);
        let _ = self.child.start_kill();
        let _ = self.child.wait().await;
        self.ended();
    }

    fn ended(&mut self) {
        if !self.over {
            guard::ended(sys::number(self.id));
        }
        self.over = true;
    }

    /// Lets go of a group whose leader ended. Processes that it left in the background stay,
    /// noted in `groups`, until their owner ends.
    pub(crate) fn release(mut self, owner: &str, groups: &Groups) {
        if !self.over && sys::alive(self.id) {
            groups.note(owner, self.id);
            self.over = true;
        }
        self.ended();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.over {
            sys::kill(self.id);
            self.ended();
        }
    }
}

/// Process groups that outlived the step that started them, by the run that owns them. They are
/// killed at the end of their run, and all of them when the last clone is dropped.
#[derive(Clone, Default)]
pub struct Groups(Arc<Noted>);

#[derive(Default)]
struct Noted(Mutex<BTreeMap<String, Vec<sys::Id>>>);

impl Groups {
    fn note(&self, owner: &str, id: sys::Id) {
        if let Ok(mut all) = self.0.0.lock() {
            all.entry(owner.to_owned()).or_default().push(id);
        }
    }

    /// Kills what the run called `owner` left in the background.
    pub fn end(&self, owner: &str) {
        let ids = self.0.0.lock().ok().and_then(|mut all| all.remove(owner));
        for id in ids.unwrap_or_default() {
            sys::kill(id);
            guard::ended(sys::number(id));
        }
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        if let Ok(all) = self.0.get_mut() {
            for id in all.values().flatten() {
                sys::kill(*id);
                guard::ended(sys::number(*id));
            }
        }
    }
}

pub(crate) use sys::open_files;

#[cfg(unix)]
mod sys {
    use rustix::process::{Pid, Resource, Signal, getrlimit};
    use rustix::process::{kill_process_group, test_kill_process_group};
    use tokio::process::{Child, Command};

    /// A group is called by its leader's process id, which the system does not give to another
    /// process while the group has members.
    pub(super) type Id = Pid;

    /// How many files the process may hold open.
    pub(crate) fn open_files() -> u64 {
        getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
    }

    pub(super) fn lead_group(command: &mut Command) {
        command.process_group(0);
    }

    pub(super) fn id(child: &Child) -> std::io::Result<Id> {
        child
            .id()
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?))
            .ok_or_else(|| std::io::Error::other("the process ended before it began"))
    }

    pub(super) fn number(id: Id) -> i32 {
        id.as_raw_nonzero().get()
    }

    pub(super) fn terminate(id: Id) {
        let _ = kill_process_group(id, Signal::TERM);
    }

    pub(super) fn kill(id: Id) {
        let _ = kill_process_group(id, Signal::KILL);
    }

    /// Whether a member of the group runs.
    pub(super) fn alive(id: Id) -> bool {
        test_kill_process_group(id).is_ok() && running(id).unwrap_or(true)
    }

    /// Members that ended stay in the group until their parent collects them, which in a
    /// container may be never; the table of processes tells them apart.
    fn running(id: Id) -> Option<bool> {
        let group = id.as_raw_nonzero().to_string();
        let found = std::fs::read_dir("/proc").ok()?.flatten().any(|entry| {
            let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
                return false;
            };
            // After the name in parentheses: state, parent, group.
            let mut fields = stat
                .rsplit(')')
                .next()
                .unwrap_or_default()
                .split_whitespace();
            let state = fields.next().unwrap_or_default();
            fields.nth(1) == Some(group.as_str()) && !matches!(state, "Z" | "X")
        });
        // Without that table (it exists on Linux only) the signal's answer has to do.
        std::fs::exists("/proc/self/stat").ok()?.then_some(found)
    }
}

/// Elsewhere there are no process groups: only the process itself is ended.
#[cfg(not(unix))]
mod sys {
    use tokio::process::{Child, Command};

    pub(super) type Id = ();
    pub(crate) fn open_files() -> u64 {
        u64::MAX
    }
    pub(super) fn lead_group(_: &mut Command) {}
    pub(super) fn id(_: &Child) -> std::io::Result<Id> {
        Ok(())
    }
    pub(super) fn number((): Id) -> i32 {
        0
    }
    pub(super) fn terminate((): Id) {}
    pub(super) fn kill((): Id) {}
    pub(super) fn alive((): Id) -> bool {
        false
    }
}
