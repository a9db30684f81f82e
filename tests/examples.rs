//! The examples, run as people would run them. Agents are a script that answers as an agent would; tools are
//! real MCP servers.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::cli::{Folder, Said};

/// Versions of the MCP servers that the examples use.
const SERVERS: [(&str, &str); 3] = [
    ("@modelcontextprotocol/server-everything", "2026.8.31"),
    ("@modelcontextprotocol/server-memory", "2026.8.31"),
    ("@modelcontextprotocol/server-filesystem", "2026.8.31"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The folder that the servers are installed in, once; none where that cannot be done.
pub fn servers() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mcp");
        let wanted: Vec<String> = SERVERS
            .iter()
            .map(|(name, version)| format!("{name}@{version}"))
            .collect();
        let stamp = folder.join(".installed");
        if std::fs::read_to_string(&stamp).is_ok_and(|have| have == wanted.join(" ")) {
            return Some(folder);
        }
        std::fs::create_dir_all(&folder).unwrap();
        if !crate::npm::installed(&folder, &wanted) {
            return None;
        }
        std::fs::write(&stamp, wanted.join(" ")).unwrap();
        Some(folder)
    });
    folder.as_deref()
}

/// Answers as an agent: by what the goal asks for.
const AGENT: &str = r#"
goal=$(cat)
case "$goal" in
  *"production is down"*) echo '{"summary": "production is down", "duplicates": [], "severity": "high"}' ;;
  *"Summarise the ticket"*) echo 'Here it is: ```json
{"summary": "a button is misplaced", "duplicates": ["T-1", "T-2"], "severity": "low"}
```' ;;
  *"security faults"*) echo '{"verdict": "concern", "findings": ["password in the log"]}' ;;
  *"lacks"*) echo '{"verdict": "pass", "findings": []}' ;;
  *"hard to read"*) echo '{"verdict": "concern", "findings": ["nested ternaries"]}' ;;
  *"Write a report"*) echo "A quiet day with two errors." ;;
  *) echo "unexpected goal: $goal" >&2; exit 1 ;;
esac
"#;

/// A folder with the examples in it, and settings that name the script and the servers.
fn examples() -> Folder {
    let folder = Folder::new();
    copy(&root().join("examples"), &folder.path().join("examples"));
    folder.file("agent.sh", AGENT);
    let mut settings = format!(
        "default_agent = \"script\"\n[agents.script]\ncommand = \"bash\"\nargs = [{:?}]\n",
        folder.path().join("agent.sh")
    );
    if let Some(servers) = servers() {
        let modules = servers.join("node_modules/@modelcontextprotocol");
        settings.push_str(&format!(
            "[tools.memory]\ncommand = \"node\"\nargs = [{:?}]\nenv = {{ MEMORY_FILE_PATH = {:?} }}\n\
             [tools.files]\ncommand = \"node\"\nargs = [{:?}, {:?}]\n",
            modules.join("server-memory/dist/index.js"),
            folder.path().join("memory.jsonl"),
            modules.join("server-filesystem/dist/index.js"),
            folder.path(),
        ));
    }
    folder.file("examples/wfc.toml", settings);
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs an example and takes its last line.
fn last(folder: &Folder, args: &[&str]) -> (Value, Said) {
    let mut all = vec!["run"];
    all.extend(args);
    all.extend(["--format", "jsonl"]);
    let said = folder.run(&all);
    let last = said.lines().last().cloned().unwrap_or_default();
    (last, said)
}

fn output(folder: &Folder, args: &[&str]) -> Value {
    let (last, said) = last(folder, args);
    assert_eq!(last["event"], "run_succeeded", "{said:?}");
    last["output"].clone()
}

#[test]
fn every_example_is_clean_and_formatted() {
    let folder = examples();
    let said = folder.run(&["check", "--color", "never", "examples"]);
    assert_eq!(said.status, Some(0), "{}", said.out);
    let said = folder.run(&["fmt", "--check", "examples"]);
    assert_eq!(said.status, Some(0), "{said:?}");
}

#[test]
fn the_tests_beside_the_examples_pass() {
    let folder = examples();
    let said = folder.run(&["test", "--coverage-min", "90", "examples"]);
    assert_eq!(said.status, Some(0), "{}", said.out);
}

#[test]
fn release() {
    let folder = examples();
    let output = output(
        &folder,
        &[
            "examples/release.wf",
            "--input",
            "version=1.4.0",
            "--approve",
            "go",
        ],
    );
    assert_eq!(
        output,
        json!({ "version": "1.4.0", "message": "published app-1.4.0.tar.gz to stable" })
    );
}

#[test]
fn import_orders() {
    let output = output(&examples(), &["examples/import_orders.wf"]);
    // 10,800 + 19 %, 32,000 + 20 %, 31,600, 1,200 + 19 %
    assert_eq!(output["total_cents"], 12_852 + 38_400 + 31_600 + 1_428);
    assert_eq!(output["orders"], 4);
    assert_eq!(
        output["lines"][1],
        json!({ "id": "A-2", "gross": 38_400 }),
        "in the order of the input"
    );
}

#[test]
fn incident_that_recovers() {
    let output = output(
        &examples(),
        &["examples/incident.wf.json", "--input", "region=north"],
    );
    assert_eq!(output, json!({ "region": "north", "state": "recovered" }));
}

#[test]
fn incident_that_does_not_recover_is_undone_in_reverse() {
    let folder = examples();
    let args = [
        "examples/incident.wf.json",
        "--input",
        "region=north",
        "--input",
        "healthy_after_restart=false",
    ];
    let (last, said) = last(&folder, &args);
    assert_eq!(last["event"], "run_failed", "{said:?}");
    assert_eq!(last["error"]["code"], "region_lost");
    assert_eq!(
        last["error"]["message"],
        "north stays down: everything was undone"
    );
    let undone: Vec<_> = said
        .lines()
        .into_iter()
        .filter(|l| l["event"] == "step_compensated")
        .map(|l| l["step"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(undone, ["scale", "drain"], "{said:?}");
}

#[test]
fn triage_of_a_severe_ticket_in_each_spelling() {
    if servers().is_none() {
        return;
    }
    let mut effects = Vec::new();
    for file in ["triage.wf", "triage.wf.yaml", "triage.wf.json"] {
        let folder = examples();
        let path = format!("examples/{file}");
        let args = [
            &path,
            "--input",
            "ticket_id=T-9",
            "--input",
            "body=production is down",
        ];
        let (pending, said) = last(&folder, &args);
        assert_eq!(pending["event"], "run_pending", "{said:?}");
        let id = pending["waiting"][0]["id"].as_str().unwrap().to_owned();
        let approved = [args.as_slice(), &["--approve", &id]].concat();
        let (ended, said) = last(&folder, &approved);
        assert_eq!(
            ended["output"],
            json!({ "ticket": "T-9", "summary": "production is down", "severity": "high" }),
            "{said:?}"
        );
        let memory = std::fs::read_to_string(folder.path().join("memory.jsonl")).unwrap();
        assert!(
            memory.contains("T-9") && memory.contains("production is down"),
            "{memory}"
        );
        let told: Vec<Value> = said
            .lines()
            .into_iter()
            .filter(|l| l["event"] == "step_started")
            .map(|l| json!([l["step"], l["kind"]]))
            .collect();
        effects.push(told);
    }
    assert_eq!(effects[0], effects[1]);
    assert_eq!(effects[0], effects[2]);
}

#[test]
fn triage_of_a_duplicate() {
    let folder = examples();
    let args = [
        "examples/triage.wf.yaml",
        "--input",
        "ticket_id=T-3",
        "--input",
        "body=the button is too far left",
    ];
    let (ended, said) = last(&folder, &args);
    assert_eq!(ended["output"]["severity"], "low", "{said:?}");
    assert!(said.out.contains("T-3 (normal) is triaged"), "{said:?}");
}

#[test]
fn nightly_report() {
    if servers().is_none() {
        return;
    }
    let folder = examples();
    let into = format!("folder={}", folder.path().display());
    let output = output(
        &folder,
        &["examples/nightly_report.wf.yaml", "--input", &into],
    );
    assert_eq!(output["errors"], 2);
    let report = std::fs::read_to_string(folder.path().join("report.md")).unwrap();
    assert_eq!(
        report,
        "# Nightly report\n\nA quiet day with two errors.\n\n2 errors\n"
    );
}

#[test]
fn review_of_a_change() {
    let folder = examples();
    let args = [
        "examples/review_change.wf.yaml",
        "--input",
        "diff=+ log(password)",
    ];
    for (answer, merged) in [("--approve", true), ("--deny", false)] {
        let output = output(&folder, &[args.as_slice(), &[answer, "decision"]].concat());
        let findings = json!(["password in the log", "nested ternaries"]);
        assert_eq!(output, json!({ "merged": merged, "findings": findings }));
    }
}

#[test]
fn backups_go_on_without_the_one_that_fails() {
    let folder = examples();
    let target = folder.path().join("dumps");
    let into = format!("folder={}", target.display());
    let args = [
        "examples/backup.wf.yaml",
        "--input",
        &into,
        "--input",
        r#"databases=["a", "broken", "b"]"#,
    ];
    assert_eq!(output(&folder, &args), json!({ "saved": 2, "lost": 1 }));
    assert!(target.join("a.sql").exists() && target.join("b.sql").exists());
}

#[test]
fn onboarding_calls_another_workflow() {
    let folder = examples();
    let args = ["examples/onboard.wf", "--input", "customer=Ada Lovelace"];
    let message = "Welcome, Ada Lovelace! You are on the free plan.";
    assert_eq!(
        output(&folder, &args),
        json!({ "account": "acct-ada-lovelace", "seats": 1, "welcome": message })
    );
}

#[test]
fn onboarding_that_is_not_signed_is_undone() {
    let folder = examples();
    let args = [
        "examples/onboard.wf",
        "--input",
        "customer=Ada",
        "--input",
        "plan=enterprise",
    ];
    let (pending, said) = last(&folder, &args);
    assert_eq!(pending["event"], "run_pending", "{said:?}");
    let id = pending["waiting"][0]["id"].as_str().unwrap().to_owned();
    let (ended, said) = last(&folder, &[args.as_slice(), &["--deny", &id]].concat());
    assert_eq!(ended["error"]["code"], "approval_denied", "{said:?}");
    assert!(
        said.lines()
            .iter()
            .any(|l| l["event"] == "step_compensated" && l["step"] == "account"),
        "{said:?}"
    );
}
