//! Whether a process is alive.

/// Whether there is such a process. One that may not be asked about is alive.
#[cfg(unix)]
pub fn lives(process: i32) -> bool {
    let Some(pid) = rustix::process::Pid::from_raw(process) else {
        return true;
    };
    rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

/// Whether there is such a process: cannot be told here, the end of the input ends the server.
#[cfg(not(unix))]
pub fn lives(_process: i32) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_one_that_ended_does_not() {
        assert!(lives(i32::try_from(std::process::id()).unwrap()));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let id = i32::try_from(child.id()).unwrap();
        child.wait().unwrap();
        assert!(!lives(id));
    }
}
