//! `wfc tools`: catalogues from real MCP servers, and what is said when there is none.

use super::Folder;
use crate::examples::servers;

/// A folder whose `wfc.toml` names the real servers of the examples.
fn with_servers(folder: &Folder, toml: &str) -> bool {
    let Some(bin) = servers() else { return false };
    let bin = bin.join("node_modules/.bin");
    folder.file("wfc.toml", toml.replace("BIN", &bin.display().to_string()));
    true
}

const MEMORY: &str = "[tools.memory]\ncommand = \"BIN/mcp-server-memory\"\nenv = { MEMORY_FILE_PATH = \"/dev/null\" }\n";

#[test]
fn a_catalogue_is_written_from_a_live_server_and_held_against_it() {
    let folder = Folder::new();
    if !with_servers(&folder, MEMORY) {
        return;
    }
    let missing = folder.run(&["tools", "sync", "--check"]);
    assert_eq!(missing.status, Some(1), "{missing:?}");
    assert!(
        missing.out.starts_with("memory.tools.json: is missing, "),
        "{missing:?}"
    );

    let first = folder.run(&["tools", "sync"]);
    assert_eq!(first.status, Some(0), "{first:?}");
    assert!(first.out.contains("  + create_entities\n"), "{first:?}");
    let text = std::fs::read_to_string(folder.path().join("memory.tools.json")).unwrap();
    assert!(text.ends_with("}\n"));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let names: Vec<&str> = value["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["name"].as_str().unwrap())
        .collect();
    assert!(
        names.is_sorted() && names.contains(&"read_graph"),
        "{names:?}"
    );

    let again = folder.run(&["tools", "sync", "memory", "--check"]);
    assert_eq!(
        (again.status, again.out.contains("as they were")),
        (Some(0), true),
        "{again:?}"
    );

    // A tool less, a tool more, and one that was changed by hand.
    let changed = text
        .replace("\"name\": \"read_graph\"", "\"name\": \"read_all\"")
        .replace("\"entityType\"", "\"kind\"");
    folder.file("memory.tools.json", changed);
    let differs = folder.run(&["tools", "sync", "--check"]);
    assert_eq!(differs.status, Some(1), "{differs:?}");
    for line in [
        "  - read_all\n",
        "  + read_graph\n",
        "  ~ create_entities (arguments",
    ] {
        assert!(differs.out.contains(line), "{line} {differs:?}");
    }
    assert_eq!(folder.run(&["tools", "sync"]).status, Some(0));
    assert_eq!(
        std::fs::read_to_string(folder.path().join("memory.tools.json")).unwrap(),
        text
    );

    // What was written types a workflow.
    folder.file(
        "a.wf.yaml",
        "tools: memory.tools.json\nsteps:\n  - { type: tool, tool: memory.create_entities, arguments: { entities: [ { name: 1 } ] } }\n",
    );
    let checked = folder.run(&["check", "a.wf.yaml"]);
    assert!(
        checked.out.contains("WF0315") && checked.out.contains("WF0317"),
        "{checked:?}"
    );

    let listed = folder.run(&["tools", "list"]);
    assert!(
        listed
            .out
            .contains("memory.create_entities { entities: list<{ entityType: string, name: string"),
        "{listed:?}"
    );
    let listed = folder.run(&["tools", "list", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
    assert_eq!(listed["catalogues"][0]["server"], "memory");
}

#[test]
fn a_server_that_cannot_be_asked_is_an_error_and_the_others_are_written() {
    let folder = Folder::new();
    let toml = format!(
        "{MEMORY}[tools.absent]\ncommand = \"no-such-program\"\n[tools.mute]\ncommand = \"sleep\"\nargs = [\"60\"]\nstart_timeout = \"300ms\"\n\
         [tools.dies]\ncommand = \"sh\"\nargs = [\"-c\", \"echo no licence >&2; exit 3\"]\n"
    );
    if !with_servers(&folder, &toml) {
        return;
    }
    let said = folder.run(&["tools", "sync"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(
        said.out.contains("memory.tools.json: written, "),
        "{said:?}"
    );
    let words: String = said.err.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "`no-such-program` of the tool server `absent` was not found",
        "the tool server `mute` was not ready within 0.3 s",
        "the tool server `dies` ended before it was ready",
        "no licence",
    ] {
        assert!(words.contains(part), "{part}\n{}", said.err);
    }
    let said = folder.run(&["tools", "sync", "memori"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(said.err.contains("did you mean `memory`?"), "{said:?}");
}

#[test]
fn catalogues_are_listed_as_they_are_read() {
    let folder = Folder::new();
    let none = folder.run(&["tools", "list"]);
    assert_eq!(
        (none.status, none.err.contains("no `*.tools.json` there")),
        (Some(2), true),
        "{none:?}"
    );
    let no_servers = folder.run(&["tools", "sync"]);
    assert_eq!(no_servers.status, Some(2), "{no_servers:?}");
    folder.file(
        "x.tools.json",
        r#"{"tools":[{"name":"a","annotations":{"destructiveHint":true,"readOnlyHint":false},
            "inputSchema":{"type":"object","properties":{"n":{"type":"integer"},"k":{"type":"text"}},"required":["n"]}}]}"#,
    );
    let said = folder.run(&["tools", "list", "x.tools.json"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(
        said.out,
        "x.a { n: int, k?: any } -> any\n    not read-only (catalogue), destructive (catalogue)\n    cannot be read: JSON Schema has no type `text` at \
         `/tools/0/inputSchema/properties/k/type`\n"
    );
    folder.file("y.tools.json", "{}");
    let broken = folder.run(&["tools", "list"]);
    assert_eq!(
        (broken.status, broken.err.contains("it has no list `tools`")),
        (Some(2), true),
        "{broken:?}"
    );
}

#[test]
fn hints_are_listed_as_the_settings_override_them_with_who_says_each() {
    let folder = Folder::new();
    folder.file(
        "x.tools.json",
        r#"{"tools":[{"name":"del_a","annotations":{"destructiveHint":false,"idempotentHint":true},"inputSchema":{"type":"object"}},
            {"name":"get","inputSchema":{"type":"object"}}]}"#,
    );
    folder.file(
        "wfc.toml",
        "[tools.\"x.*\"]\nopen_world = true\n[tools.\"x.del_*\"]\ndestructive = true\nopen_world = false\n",
    );
    let said = folder.run(&["tools", "list"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let line = "    destructive (wfc.toml: \"x.del_*\"), idempotent (catalogue), not open world (wfc.toml: \"x.del_*\")\n";
    assert!(said.out.contains(line), "{}", said.out);
    let line = "    open world (wfc.toml: \"x.*\")\n";
    assert!(said.out.contains(line), "{}", said.out);

    let said = folder.run(&["tools", "list", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let tool = &listed["catalogues"][0]["tools"][0];
    assert_eq!(tool["hints"]["destructive"], true);
    assert_eq!(
        tool["hint_sources"],
        serde_json::json!({
            "destructive": { "from": "wfc.toml", "name": "x.del_*" },
            "idempotent": { "from": "catalogue" },
            "open_world": { "from": "wfc.toml", "name": "x.del_*" },
        })
    );
}

/// A real server that listens for HTTP on a port of its own; ended at the end.
struct Listening(std::process::Child, u16);

impl Listening {
    fn start() -> Option<Self> {
        let program = servers()?.join("node_modules/.bin/mcp-server-everything");
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let child = std::process::Command::new(program)
            .arg("streamableHttp")
            .env("PORT", port.to_string())
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut listening = Self(child, port);
        while std::net::TcpStream::connect(("localhost", port)).is_err() {
            assert_eq!(listening.0.try_wait().unwrap(), None, "it ended");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Some(listening)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_server_that_runs_somewhere_is_synced_and_called_over_http() {
    let Some(far) = Listening::start() else {
        return;
    };
    let folder = Folder::new();
    folder.file(
        "wfc.toml",
        format!(
            "[tools.far]\nurl = \"http://localhost:{}/mcp\"\nheaders = {{ Authorization = {{ secret = \"key\", prefix = \"Bearer \" }} }}\n",
            far.1
        ),
    );
    folder.file(
        "w.wf.yaml",
        "tools: far.tools.json\nsteps:\n  - { id: a, type: tool, tool: far.echo, arguments: { message: hi } }\nreturn: \"{{ a }}\"\n",
    );
    let unset = folder.run(&["tools", "sync"]);
    assert_eq!(unset.status, Some(2), "{unset:?}");
    assert!(unset.err.contains("WFC_SECRET_KEY"), "{unset:?}");
    let with_key = |args: &[&str]| {
        let mut command = folder.wfc(args);
        command.env("WFC_SECRET_KEY", "s3cr3t");
        super::Said::of(command.output().unwrap())
    };
    let synced = with_key(&["tools", "sync"]);
    assert_eq!(synced.status, Some(0), "{synced:?}");
    assert!(synced.out.contains("  + echo\n"), "{synced:?}");
    assert_eq!(with_key(&["tools", "sync", "--check"]).status, Some(0));
    let ran = with_key(&["run", "w.wf.yaml"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.out.contains("Echo: hi"), "{ran:?}");

    drop(far);
    let down = with_key(&["tools", "sync"]);
    assert_eq!(down.status, Some(2), "{down:?}");
    let words: String = down.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("cannot be reached at"), "{words}");
    assert!(
        words.contains("its `url` and `headers` are under"),
        "{words}"
    );
}

#[test]
fn schemas_are_printed_and_written() {
    let folder = Folder::new();
    for of in [
        "workflow",
        "tools",
        "settings",
        "check-output",
        "diff-output",
    ] {
        let said = folder.run(&["schema", of]);
        assert_eq!(said.status, Some(0), "{said:?}");
        let schema: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(
            schema["$schema"], "https://json-schema.org/draft/2020-12/schema",
            "{of}"
        );
    }
    let said = folder.run(&["schema", "--output", "workflow.schema.json"]);
    assert_eq!((said.status, said.out.as_str()), (Some(0), ""), "{said:?}");
    let written = std::fs::read_to_string(folder.path().join("workflow.schema.json")).unwrap();
    assert_eq!(written, folder.run(&["schema"]).out);
}
