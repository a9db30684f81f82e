//! `build`, `disasm`, `graph`, `explain`, `new`, `completions`.

use super::Folder;

const GREET: &str = "workflow greet {\n  input who: string = \"world\"\n  let text = bash \"echo \\\"hello $WHO\\\"\" { env: { WHO: who }, parse: text }\n  return text\n}\n";

#[test]
fn a_program_file_runs_as_its_source_does() {
    let folder = Folder::new();
    folder.file("greet.wf", GREET);
    assert_eq!(folder.run(&["build", "greet.wf"]).status, Some(0));
    assert!(folder.path().join("greet.wfb").exists());
    let said = folder.run(&[
        "run",
        "greet.wfb",
        "--input",
        "who=Ada",
        "--format",
        "jsonl",
    ]);
    assert_eq!(
        said.lines().last().unwrap()["output"],
        "hello Ada",
        "{said:?}"
    );
    let said = folder.run(&["disasm", "greet.wfb"]);
    assert!(said.out.contains("effect"), "{said:?}");
}

#[test]
fn a_program_file_takes_along_what_it_calls_and_its_environment() {
    let folder = Folder::new();
    folder.file(
        "main.wf",
        "workflow main {\n  input n: int = 2\n  let a = call near { n: n }\n  let b = call \"./deep/far.wf\" {}\n  \
         if n > 0 { let again = call main { n: n - 1 } }\n  return { a: a, b: b }\n}\n",
    );
    folder.file("near.wf", "workflow near { input n: int return n + 1 }\n");
    folder.file(
        "deep/far.wf",
        "workflow far { let c = call last {} return c }\n",
    );
    folder.file(
        "deep/last.wf",
        "workflow last { env COLOUR: string = \"red\" return env.COLOUR }\n",
    );
    let said = folder.run(&["build", "main.wf"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(said.out.contains("3 workflows that it calls"), "{said:?}");
    let elsewhere = Folder::new();
    let bytes = std::fs::read(folder.path().join("main.wfb")).unwrap();
    drop(folder);
    elsewhere.file("main.wfb", bytes);
    for more in [&[][..], &["--durable"]] {
        let args = [&["run", "main.wfb"], more].concat();
        let run = elsewhere.wfc(&args).env("COLOUR", "blue").output().unwrap();
        let said = super::Said::of(run);
        assert_eq!(said.status, Some(0), "{said:?}");
        assert_eq!(said.json(), serde_json::json!({ "a": 3, "b": "blue" }));
    }
    let said = elsewhere.run(&["run", "main.wfb"]);
    assert_eq!(said.json()["b"], "red", "{said:?}");
    // It can be built again from itself, and what it calls can be looked at.
    let said = elsewhere.run(&["build", "main.wfb", "--strip", "-o", "small.wfb"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let said = elsewhere.run(&["run", "small.wfb"]);
    assert_eq!(said.json()["a"], 3, "{said:?}");
    let said = elsewhere.run(&["disasm", "main.wfb"]);
    assert!(
        said.out.contains("calls near, which is main.wfb#"),
        "{said:?}"
    );
    let said = elsewhere.run(&["disasm", "main.wfb#1"]);
    assert!(said.out.contains("workflow far"), "{said:?}");
}

#[test]
fn a_program_file_that_would_lack_a_workflow_is_not_built() {
    let folder = Folder::new();
    folder.file(
        "main.wf",
        "workflow main { let a = call nowhere {} return 1 }\n",
    );
    let said = folder.run(&["build", "main.wf"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(said.err.contains("no workflow `nowhere`"), "{said:?}");
    folder.file("nowhere.wf", "workflow nowhere { return x }\n");
    let said = folder.run(&["build", "main.wf"]);
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(said.err.contains("nothing is called `x`"), "{said:?}");
    assert!(!folder.path().join("main.wfb").exists());
}

#[test]
fn a_broken_program_file_is_refused() {
    let folder = Folder::new();
    folder.file("greet.wf", GREET);
    folder.run(&["build", "greet.wf"]);
    let mut bytes = std::fs::read(folder.path().join("greet.wfb")).unwrap();
    let half = bytes.len() / 2;
    folder.file("half.wfb", &bytes[..half]);
    bytes[half] ^= 0xff;
    folder.file("flipped.wfb", &bytes);
    folder.file("text.wfb", "hello");
    for file in ["half.wfb", "text.wfb"] {
        let said = folder.run(&["run", file]);
        assert_eq!(said.status, Some(2), "{said:?}");
        assert!(said.err.contains(file), "{said:?}");
    }
    let said = folder.run(&["run", "flipped.wfb"]);
    assert!(!said.err.contains("panicked"), "{said:?}");
}

#[test]
fn disassembly_shows_the_source_beside_the_instructions() {
    let folder = Folder::new();
    folder.file("greet.wf", GREET);
    let said = folder.run(&["disasm", "greet.wf"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(said.out.contains("let text = bash"), "{said:?}");
}

#[test]
fn graphs_are_drawn_in_three_ways() {
    let folder = Folder::new();
    folder.file("greet.wf", GREET);
    let said = folder.run(&["graph", "greet.wf"]);
    assert!(
        said.out.starts_with("flowchart TD") && said.out.contains("bash text"),
        "{said:?}"
    );
    let said = folder.run(&["graph", "greet.wf", "--format", "dot"]);
    assert!(said.out.starts_with("digraph"), "{said:?}");
    let said = folder.run(&["graph", "greet.wf", "--format", "svg", "-o", "g.svg"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let svg = std::fs::read_to_string(folder.path().join("g.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    let start = GREET.find("let text").unwrap();
    let place = format!("data-span=\"{start} ");
    assert!(svg.contains(&place), "{svg}");
}

#[test]
fn codes_are_explained_by_id_and_by_name() {
    let folder = Folder::new();
    let by_id = folder.run(&["explain", "WF0201"]);
    let by_name = folder.run(&["explain", "undefined-name"]);
    assert_eq!(by_id.status, Some(0));
    assert_eq!(by_id.out, by_name.out);
    assert!(folder.run(&["explain"]).out.lines().count() >= 40);
    let said = folder.run(&["explain", "undefind-name"]);
    assert_eq!(said.status, Some(2));
    assert!(said.err.contains("undefined-name"), "{said:?}");
}

#[test]
fn a_new_workflow_is_clean_and_runs_in_each_spelling() {
    for spelling in ["text", "yaml", "json"] {
        let folder = Folder::new();
        let said = folder.run(&["new", "first-try", "--spelling", spelling]);
        assert_eq!(said.status, Some(0), "{said:?}");
        let said = folder.run(&["check"]);
        assert_eq!(said.status, Some(0), "{said:?}");
        let file = std::fs::read_dir(folder.path())
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .file_name();
        let file = file.to_str().unwrap();
        assert_eq!(folder.run(&["run", file]).status, Some(10));
        assert_eq!(
            folder
                .run(&["new", "first-try", "--spelling", spelling])
                .status,
            Some(2),
            "it is there already"
        );
    }
}

#[test]
fn completions_are_printed_for_each_shell() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(folder.run(&["completions", shell]).out.contains("wfc"));
    }
}

#[test]
fn a_picture_does_not_lead_on_from_what_undoes_a_step() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        r#"workflow w {
  bash "up" compensate { bash "down" }
  try { bash "probe" } catch { bash "mend" } finally { bash "close" }
  return 1
}
"#,
    );
    let said = folder.run(&["graph", "w.wf"]);
    let id = |text: &str| {
        let line = said
            .out
            .lines()
            .find(|l| l.contains(text) && l.contains('['));
        let line = line.unwrap_or_else(|| panic!("{said:?}"));
        line.trim().split('[').next().unwrap().to_owned()
    };
    let leads = |from: &str, to: &str| said.out.contains(&format!("{} --> {}\n", id(from), id(to)));
    let (up, down) = (id("<br/>up"), id("<br/>down"));
    assert!(
        said.out
            .contains(&format!("{up} -->|\"compensate\"| {down}")),
        "{said:?}"
    );
    assert!(!said.out.contains(&format!("{down} --> ")), "{said:?}");
    // Whether it went well or was mended, `finally` comes next.
    assert!(leads("<br/>probe", "\"finally\"]:::"), "{said:?}");
    assert!(leads("<br/>mend", "\"finally\"]:::"), "{said:?}");
}
