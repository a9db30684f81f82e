//! `bash`: what a command gets, what it gives, and that nothing of it stays.

use std::path::Path;

use wfc_runtime::exec::{Answer, BashExecutor, Execute};
use wfc_value::{FaultCode, Value, json};

use wfc_runtime::vault::SecretSource;

use crate::support::*;

fn run_in(cwd: &Path, args: &str) -> Answer {
    let bash = BashExecutor::new(around(cwd, &[("token", "s3cr3t")]));
    block_on(execute(&bash, value(args)))
}

fn run(args: &str) -> Answer {
    run_in(Path::new("/"), args)
}

fn output(args: &str) -> String {
    json::format(&done(run(args)))
}

#[test]
fn gives_both_streams_and_the_exit_code() {
    let expected = r#"{"stdout":"a\n","stderr":"b\n","exit_code":0}"#;
    assert_eq!(output(r#"{"command":"echo a; echo b >&2"}"#), expected);
}

#[test]
fn takes_stdin_environment_and_folder() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("sub")).unwrap();
    let args = r#"{"command":"cat; echo \"$A $B\"; basename \"$PWD\"; echo \"$WFC_IDEMPOTENCY_KEY\"",
        "stdin":"in\n","env":{"A":1.5,"B":"x y"},"cwd":"sub","parse":"lines"}"#;
    let lines = done(run_in(dir.path(), args));
    assert_eq!(
        json::format(&lines),
        r#"["in","1.5 x y","sub","run-1/steps[0]"]"#
    );
}

#[test]
fn without_stdin_there_is_nothing_to_read() {
    assert_eq!(output(r#"{"command":"wc -c","parse":"json"}"#), "0");
}

#[test]
fn a_large_stdin_that_nobody_reads_is_no_error() {
    let args = Value::record([
        ("command", Value::from("true")),
        ("stdin", Value::from("x".repeat(1 << 20))),
    ]);
    let bash = BashExecutor::new(around(Path::new("/"), &[]));
    done(block_on(execute(&bash, args.unwrap())));
}

#[test]
fn a_nonzero_exit_fails_unless_check_is_false() {
    let failure = failed(run(r#"{"command":"echo out; echo why >&2; exit 3"}"#));
    assert_eq!(failure.code, FaultCode::ExitNonzero);
    assert_eq!(failure.message, "the command ended with exit code 3: why");
    let details = json::format(&failure.details);
    assert_eq!(
        details,
        r#"{"exit_code":3,"signal":null,"stdout":"out\n","stderr":"why\n"}"#
    );

    let expected = r#"{"stdout":"","stderr":"","exit_code":3}"#;
    assert_eq!(output(r#"{"command":"exit 3","check":false}"#), expected);
}

#[test]
fn a_signal_is_told_by_its_name() {
    let failure = failed(run(r#"{"command":"kill -KILL $$"}"#));
    assert_eq!(failure.message, "the command was ended by SIGKILL");
    assert_eq!(failure.details.get("exit_code"), Some(&Value::from(137)));
}

#[test]
fn output_is_parsed_as_asked() {
    assert_eq!(
        output(r#"{"command":"printf 'a\\n\\n'","parse":"text"}"#),
        r#""a""#
    );
    assert_eq!(
        output(r#"{"command":"printf 'a\\nb'","parse":"lines"}"#),
        r#"["a","b"]"#
    );
    assert_eq!(
        output(r#"{"command":"echo '{\"a\":[1,2.5]}'","parse":"json"}"#),
        r#"{"a":[1,2.5]}"#
    );
}

#[test]
fn output_that_is_no_json_is_a_parse_error_with_its_place() {
    let failure = failed(run(
        r#"{"command":"echo '{'; echo '  \"a\": x}'","parse":"json"}"#,
    ));
    assert_eq!(failure.code, FaultCode::ParseError);
    assert!(
        failure.message.contains("line 2, column 8"),
        "{}",
        failure.message
    );
    assert_eq!(failure.details.get("line"), Some(&Value::from(2)));
}

#[test]
fn long_output_keeps_its_ends_and_json_over_the_cap_stays_whole() {
    let long = done(run(
        r#"{"command":"echo first; head -c 1000000 /dev/zero | tr '\\0' x; echo; echo last"}"#,
    ));
    let stdout = long.get("stdout").unwrap().as_str().unwrap().to_owned();
    assert!(stdout.starts_with("first\n") && stdout.ends_with("\nlast\n"));
    assert!(stdout.contains("characters left out"));
    assert!(stdout.chars().count() < 64_100);

    let args = r#"{"command":"printf '\"'; head -c 100000 /dev/zero | tr '\\0' x; printf '\"'","parse":"json"}"#;
    assert_eq!(done(run(args)).as_str().unwrap().len(), 100_000);
}

#[test]
fn without_bash_a_plain_shell_will_do_and_without_that_it_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let args = |command: &str| {
        let env = Value::record([("PATH", Value::from(dir.path().to_str().unwrap()))]).unwrap();
        Value::record([("command", Value::from(command)), ("env", env)]).unwrap()
    };
    let bash = BashExecutor::new(around(Path::new("/"), &[]));
    let failure = failed(block_on(execute(&bash, args("echo hi"))));
    assert_eq!(failure.code, FaultCode::NotConfigured);
    assert!(
        failure
            .message
            .starts_with("neither `bash` nor `sh` was found"),
        "{failure:?}"
    );
    std::os::unix::fs::symlink("/bin/sh", dir.path().join("sh")).unwrap();
    let output = done(block_on(execute(&bash, args("echo hi"))));
    assert_eq!(output.get("stdout"), Some(&Value::from("hi\n")));
}

#[test]
fn a_missing_folder_is_named() {
    let failure = failed(run(r#"{"command":"true","cwd":"not/here"}"#));
    assert_eq!(
        failure.message,
        "the command's folder `/not/here` does not exist"
    );
}

#[test]
fn a_timeout_ends_the_whole_group() {
    let dir = tempfile::tempdir().unwrap();
    let args = r#"{"command":"echo early; sleep 600 & echo $! > pid; wait","timeout_ms":3000}"#;
    let failure = failed(run_in(dir.path(), args));
    assert_eq!(failure.code, FaultCode::Timeout);
    assert_eq!(failure.message, "the command was ended after 3000 ms");
    assert_eq!(failure.details.get("stdout"), Some(&Value::from("early\n")));
    block_on(async { gone(&line_of(&dir.path().join("pid")).await).await });
}

/// What becomes of a command that is stopped once it has written a process's id into `pid`: that process is gone.
fn stopped(command: &str) -> Answer {
    let dir = tempfile::tempdir().unwrap();
    let bash = BashExecutor::new(around(dir.path(), &[]));
    block_on(async {
        let (stopper, job) = job(value(command));
        let pid = async {
            let pid = line_of(&dir.path().join("pid")).await;
            stopper.stop();
            pid
        };
        let (answer, pid) = tokio::join!(bash.execute(job), pid);
        gone(&pid).await;
        answer
    })
}

#[test]
fn a_cancelled_command_goes_with_its_grandchildren() {
    let answer = stopped(r#"{"command":"sh -c 'sleep 600 & echo $! > pid; wait'"}"#);
    assert_eq!(answer, Answer::Cancelled);
}

#[test]
fn a_command_that_will_not_end_is_killed_and_its_outcome_is_unknown() {
    let command = r#"{"command":"trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done"}"#;
    assert_eq!(stopped(command), Answer::Unknown);
}

#[test]
fn a_grandchild_that_holds_the_pipe_does_not_hold_the_step_and_ends_with_its_run() {
    let dir = tempfile::tempdir().unwrap();
    let around = around(dir.path(), &[]);
    let bash = BashExecutor::new(around.clone());
    block_on(async {
        let command = r#"{"command":"sleep 600 & echo $! > pid; echo done","parse":"text"}"#;
        let answer = execute(&bash, value(command)).await;
        assert_eq!(done(answer), Value::from("done"));
        let pid = line_of(&dir.path().join("pid")).await;
        assert!(
            lives(&pid),
            "a background process stays for the steps that follow"
        );
        around.groups.end("run-1");
        gone(&pid).await;
    });
}

#[test]
fn nothing_is_left_when_the_work_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let bash = BashExecutor::new(around(dir.path(), &[]));
    block_on(async {
        let (_stopper, job) = job(value(r#"{"command":"sleep 600 & echo $! > pid; wait"}"#));
        let file = dir.path().join("pid");
        let pid = tokio::select! {
            _ = bash.execute(job) => panic!("it cannot end"),
            pid = line_of(&file) => pid,
        };
        gone(&pid).await;
    });
}

#[test]
fn secrets_are_opened_for_the_command_and_masked_in_what_it_says() {
    let args = Value::record([
        (
            "command",
            Value::from(r#"test "$TOKEN" = s3cr3t && echo "it is $TOKEN""#),
        ),
        (
            "env",
            Value::record([("TOKEN", Value::secret("token"))]).unwrap(),
        ),
        ("parse", Value::from("text")),
    ]);
    let bash = BashExecutor::new(around(Path::new("/"), &[("token", "s3cr3t")]));
    assert_eq!(
        done(block_on(execute(&bash, args.unwrap()))),
        Value::from("it is ***")
    );
}

#[test]
fn a_secret_that_nobody_knows_is_not_configured() {
    let args = Value::record([
        ("command", Value::from("true")),
        (
            "env",
            Value::record([("TOKEN", Value::secret("other"))]).unwrap(),
        ),
    ]);
    let bash = BashExecutor::new(around(Path::new("/"), &[]));
    let failure = failed(block_on(execute(&bash, args.unwrap())));
    assert_eq!(failure.code, FaultCode::NotConfigured);
    assert!(
        failure.message.contains("WFC_SECRET_OTHER"),
        "{}",
        failure.message
    );
}

#[test]
fn a_variable_that_holds_a_secret_is_not_inherited() {
    // `HOME` is surely there to be inherited.
    let mut around = around(Path::new("/"), &[]);
    around.vault = std::sync::Arc::new(wfc_runtime::Vault::new(
        [("home".to_owned(), SecretSource::Env("HOME".to_owned()))],
        [("HOME".to_owned(), "s3cr3t".to_owned())],
    ));
    let bash = BashExecutor::new(around);
    let args = Value::record([
        ("command", Value::from("echo \"${HOME-gone}\"")),
        ("parse", Value::from("text")),
    ]);
    assert_eq!(
        done(block_on(execute(&bash, args.unwrap()))),
        Value::from("gone")
    );
}

#[test]
fn a_variable_that_is_too_long_says_what_to_do() {
    let bash = BashExecutor::new(around(Path::new("/"), &[]));
    let env = Value::record([("BIG", Value::from("x".repeat(4 << 20)))]);
    let args = Value::record([("command", Value::from("true")), ("env", env.unwrap())]);
    let failure = failed(block_on(execute(&bash, args.unwrap())));
    assert_eq!(failure.code, FaultCode::ExitNonzero);
    assert!(failure.message.contains("`stdin`"), "{}", failure.message);
}
