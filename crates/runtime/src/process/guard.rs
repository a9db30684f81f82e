//! Processes do not outlive `wfc`, even when it is killed.
//!
//! A small shell script, started with the first process, reads from a pipe which groups of processes run. When the
//! pipe ends, `wfc` has ended, however that came (`kill -9`, out of memory, a crash): the script kills the groups that
//! are left. A group that was begun and not yet told of is found by a variable in the environment of its processes,
//! which Linux shows. Decided in `docs/decisions/0011-processes-end-with-wfc.md`.

use std::io::Write as _;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::Mutex;

use tokio::process::Command;

/// The variable that marks processes of ours, for the guard of the `wfc` that started them.
const MARK: &str = "WFC_GUARD";

/// The first line is the mark. Then `? 0` says that a group is about to be started, `+ GROUP` that it was, `! 0` that
/// it was not, and `- GROUP` that it is over. By the mark only processes of the guard's own session are looked for, several
/// times: one that was starting when the pipe ended shows its environment a moment later.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
read -r mark
groups=' ' begun=0
while read -r what id; do
  case $what in
    '?') begun=$((begun + 1)) ;;
    '!') begun=$((begun - 1)) ;;
    +) begun=$((begun - 1)) groups="$groups$id " ;;
    -) case $groups in *" $id "*) groups="${groups%% $id *} ${groups#* $id }" ;; esac ;;
  esac
done
for id in $groups; do kill -s KILL -- "-$id"; done
[ "$begun" -gt 0 ] || exit 0
session_of() { read -r stat < "/proc/$1/stat" && set -- ${stat##*) } && echo "$4"; }
own=$(session_of $$)
for pass in 1 2 3 4 5 6; do
  for file in $(grep -ls "$mark" /proc/[0-9]*/environ); do
    id=${file#/proc/} id=${id%/environ}
    [ "$(session_of "$id")" = "$own" ] && kill -s KILL "$id"
  done
  sleep 0.2
done
"#;

/// The guard of this process. It is never dropped: its pipe ends with the process.
static GUARD: Mutex<Option<Guard>> = Mutex::new(None);

struct Guard {
    script: Child,
    pipe: ChildStdin,
    mark: String,
}

/// A group that is about to be started.
pub(super) struct Begun(bool);

/// Says that `command` is about to be started, and marks it.
pub(super) fn begin(command: &mut Command) -> Begun {
    let Ok(mut slot) = GUARD.lock() else {
        return Begun(false);
    };
    let running = slot
        .as_mut()
        .is_some_and(|guard| matches!(guard.script.try_wait(), Ok(None)));
    if !running {
        // The first, or one that somebody killed. Without a shell there is none.
        *slot = start();
    }
    if let Some(guard) = slot.as_mut() {
        command.env(MARK, &guard.mark);
        guard.tell("? 0\n");
    }
    Begun(true)
}

impl Begun {
    /// Says that the group called `id` runs.
    pub(super) fn started(mut self, id: impl std::fmt::Display) {
        self.0 = false;
        tell(&format!("+ {id}\n"));
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if self.0 {
            tell("! 0\n");
        }
    }
}

/// Says that the group called `id` is over.
pub(super) fn ended(id: impl std::fmt::Display) {
    tell(&format!("- {id}\n"));
}

fn tell(line: &str) {
    if let Ok(mut slot) = GUARD.lock()
        && let Some(guard) = slot.as_mut()
    {
        guard.tell(line);
    }
}

impl Guard {
    /// A line is shorter than what a pipe takes at once, so it comes whole or not at all.
    fn tell(&mut self, line: &str) {
        // A guard that somebody killed is started anew with the next process.
        let _ = self.pipe.write_all(line.as_bytes());
    }
}

fn start() -> Option<Guard> {
    let mut token = [0_u8; 12];
    getrandom::fill(&mut token).ok()?;
    let mark: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", SCRIPT, "wfc-guard"])
        // The guard of a `wfc` above this one leaves this one's work to it.
        .env_remove(MARK)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // What ends the group of `wfc` is not to end its guard.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut script = command.spawn().ok()?;
    let mut pipe = script.stdin.take()?;
    let said = pipe.write_all(format!("{MARK}={mark}\n").as_bytes());
    said.ok().map(|()| Guard { script, pipe, mark })
}
