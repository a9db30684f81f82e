//! Secrets: where they come from, and that they are seen nowhere.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

use super::{Folder, Said};

/// With what JSON, shells, addresses and HTML have to escape.
const SECRET: &str = r#"S3cr3t'/"$x+<ü>&hunter2 horse"#;

/// Forms of [`SECRET`], or parts of them that only it has.
const FORMS: &[&str] = &[
    "S3cr3t",
    "hunter2",
    "%27%2F%22%24x",
    // Base64 at the three places where it may begin, and base 16.
    "UzNjcjN0",
    "MzY3IzdC",
    "czY3Iz",
    "533363723374",
    "5333637233",
];

/// Tries to get the secret out: by what commands print, in other forms, cut, in errors, through tools and by way of
/// values that are made of it.
const LEAKS: &str = r#"workflow leaks {
  tools "leaky.tools.json"
  secret token

  let plain = bash "printf %s \"$T\"" { env: { T: secrets.token } }
  let forms = bash "printf '%s\n' \"$T\" | base64; printf 'x%s' \"$T\" | base64 -w0; printf 'xx%s' \"$T\" | base64 -w0; printf %s \"$T\" | od -An -tx1 | tr -d ' \n'; printf '%q\n' \"$T\"; set -x; : \"$T\"" { env: { T: secrets.token } }
  let json = bash "python3 -c 'import json,os,urllib.parse,html; t=os.environ[\"T\"]; print(json.dumps({\"a\": t, \"deep\": json.dumps([t]), \"url\": urllib.parse.quote(t, safe=\"\"), \"form\": urllib.parse.quote_plus(t), \"html\": html.escape(t)}))'" { env: { T: secrets.token }, parse: json }
  let pieces = bash "for i in 1 2 3 4 5; do printf %s \"${T:0:7}\"; sleep 0.01; printf '%s\n' \"${T:7}\"; done; printf 'err: %s' \"$T\" >&2" { env: { T: secrets.token }, parse: lines }
  let long = bash "head -c 31995 /dev/zero | tr '\\0' x; printf '%s' \"$T\"; head -c 100000 /dev/zero | tr '\\0' y" { env: { T: secrets.token } }
  try {
    bash "echo \"failed with $T\" >&2; exit 3" { env: { T: secrets.token } }
  } catch problem {
    agent_message "it failed: {{ problem.message }} {{ json.format(problem.details) }}"
  }
  try { tool leaky.echo { text: secrets.token } } catch problem {
    agent_message "the tool failed: {{ problem.message }} {{ json.format(problem.details) }}"
  }
  try { tool leaky.die { text: secrets.token } } catch problem {
    agent_message "the tool died: {{ problem.message }} {{ json.format(problem.details) }}"
  }
  try { tool http.request { url: "http://127.0.0.1:1/", headers: { authorization: "Bearer {{ secrets.token }}" } } } catch problem {
    agent_message "no answer: {{ problem.message }}"
  }
  agent_message "{{ plain.stdout }} {{ forms.stdout }} {{ forms.stderr }} {{ json.format(json) }}"
  return { plain: plain, forms: forms, json: json, pieces: pieces, long: long }
}
"#;

/// Fails with its arguments in the message, cut where they are longest; or dies with them as its last words.
const LEAKY: &str = r#"
import json, sys
def send(m):
    print(json.dumps({"jsonrpc": "2.0", **m}), flush=True)
for line in sys.stdin:
    m = json.loads(line)
    method, id = m.get("method"), m.get("id")
    if method == "initialize":
        send({"id": id, "result": {"protocolVersion": m["params"]["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": {"name": "x", "version": "1"}}})
    elif method == "tools/list":
        send({"id": id, "result": {"tools": [{"name": t, "inputSchema": {"type": "object"}} for t in ("echo", "die")]}})
    elif method == "tools/call":
        text = m["params"]["arguments"]["text"]
        send({"method": "notifications/progress", "params": {"progressToken": m["params"]["_meta"]["progressToken"], "progress": 1, "message": "at " + text}})
        if m["params"]["name"] == "die":
            print("y" * 4085 + text, file=sys.stderr, flush=True)
            sys.exit(3)
        send({"id": id, "result": {"isError": True, "content": [{"type": "text", "text": "x" * 990 + text}]}})
"#;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("leaks.wf", LEAKS);
    folder.file("leaky.py", LEAKY);
    folder.file(
        "leaky.tools.json",
        r#"{"tools":[{"name":"echo","inputSchema":{"type":"object","properties":{"text":{"type":"string"}}},"annotations":{"readOnlyHint":true}},{"name":"die","inputSchema":{"type":"object","properties":{"text":{"type":"string"}}},"annotations":{"readOnlyHint":true}}]}"#,
    );
    folder.file(
        "wfc.toml",
        "[tools.leaky]\ncommand = \"python3\"\nargs = [\"leaky.py\"]\n[http]\nallow_private = [\"127.0.0.1\"]\n",
    );
    folder
}

/// Everything that a run left: what it said, and every file that it wrote.
fn left(folder: &Folder, said: &Said) -> Vec<(String, Vec<u8>)> {
    let mut all = vec![
        ("standard output".to_owned(), said.out.clone().into_bytes()),
        ("standard error".to_owned(), said.err.clone().into_bytes()),
    ];
    let mut folders = vec![folder.path().to_path_buf()];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(&inner).unwrap() {
            let path = entry.unwrap().path();
            let own = |name: &str| path.ends_with(name);
            if path.is_dir() {
                folders.push(path);
            } else if !own("leaks.wf") && !own("leaky.py") && !own("token.txt") {
                all.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
    }
    all
}

fn seen_nowhere(folder: &Folder, said: &Said) {
    for (place, bytes) in left(folder, said) {
        let text = String::from_utf8_lossy(&bytes);
        for form in FORMS {
            if let Some(at) = text.find(form) {
                let around: String = text
                    .chars()
                    .skip(text[..at].chars().count().saturating_sub(80))
                    .take(240)
                    .collect();
                panic!("`{form}` is in {place}: {around}");
            }
        }
    }
}

#[test]
fn a_secret_is_in_nothing_that_comes_out_of_a_run() {
    for format in ["human", "jsonl"] {
        let folder = folder();
        let output = folder
            .wfc(&["run", "leaks.wf", "--format", format, "--store", "kept"])
            .env("WFC_SECRET_TOKEN", SECRET)
            .output()
            .unwrap();
        assert_eq!(output.status.signal(), None);
        let said = Said::of(output);
        assert_eq!(said.status, Some(0), "{said:?}");
        assert!(said.out.contains("***"), "{said:?}");
        seen_nowhere(&folder, &said);
    }
}

#[test]
fn a_secret_is_in_no_error_that_ends_a_run() {
    let folder = Folder::new();
    folder.file(
        "leaks.wf",
        "workflow w {\n  secret token\n  bash \"echo \\\"no: $T\\\" >&2; exit 3\" { env: { T: secrets.token } }\n}\n",
    );
    for format in ["human", "jsonl"] {
        let _ = std::fs::remove_file(folder.path().join("kept"));
        let output = folder
            .wfc(&["run", "leaks.wf", "--format", format, "--store", "kept"])
            .env("WFC_SECRET_TOKEN", SECRET)
            .output()
            .unwrap();
        let said = Said::of(output);
        assert_ne!(said.status, Some(0), "{said:?}");
        assert!(
            said.out.contains("no: ***") || said.err.contains("no: ***"),
            "{said:?}"
        );
        seen_nowhere(&folder, &said);
    }
}

const SHOWS: &str = "workflow shows {\n  secret token\n  let n = bash \"printf %s \\\"${#T}\\\"\" { env: { T: secrets.token }, parse: text }\n  return n\n}\n";

/// The length of the secret that a run got.
fn length(folder: &Folder, args: &[&str], vars: &[(&str, &str)]) -> String {
    let mut all = vec!["run", "shows.wf", "--format", "jsonl"];
    all.extend(args);
    let mut command = folder.wfc(&all);
    command.envs(vars.iter().copied());
    let said = Said::of(command.output().unwrap());
    assert_eq!(said.status, Some(0), "{said:?}");
    said.lines().last().unwrap()["output"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn a_secret_comes_from_a_variable_the_settings_or_the_command_line() {
    let folder = Folder::new();
    folder.file("shows.wf", SHOWS);
    let token = folder.file("token.txt", "123456789\n");
    assert!(Path::new(&token).exists());
    assert_eq!(length(&folder, &[], &[("WFC_SECRET_TOKEN", "12345")]), "5");
    folder.file("wfc.toml", "[secrets]\ntoken = { file = \"token.txt\" }\n");
    assert_eq!(length(&folder, &[], &[("WFC_SECRET_TOKEN", "12345")]), "9");
    folder.file(
        "wfc.toml",
        "[secrets]\ntoken = { command = [\"printf\", \"1234567\"] }\n",
    );
    assert_eq!(length(&folder, &[], &[]), "7");
    folder.file("wfc.toml", "[secrets]\ntoken = { env = \"MINE\" }\n");
    assert_eq!(length(&folder, &[], &[("MINE", "123456")]), "6");
    let by_file = ["--secret", "Token=token.txt"];
    assert_eq!(length(&folder, &by_file, &[("MINE", "123456")]), "9");
    let by_variable = ["--secret", "token=env:OTHER"];
    assert_eq!(length(&folder, &by_variable, &[("OTHER", "12345678")]), "8");
}

#[test]
fn a_secret_on_the_command_line_is_refused_and_not_shown() {
    let folder = Folder::new();
    folder.file("shows.wf", SHOWS);
    for wrong in ["hunter2-itself", "token=hunter2-itself", "=x", "token="] {
        let said = folder.run(&["run", "shows.wf", "--secret", wrong]);
        assert_eq!(said.status, Some(2), "{said:?}");
        assert!(said.err.contains("--secret"), "{said:?}");
        assert!(!said.err.contains("hunter2"), "{said:?}");
    }
}
