//! Files that were made to break things: a finding and an exit status, never a panic, a hang or much memory.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Folder, Said};

/// Address space that the process may take, in KiB: 500 MB.
const MEMORY: u32 = 500_000;

/// Checks one file under a limit of memory. The time is a guard against hanging for ever, not a measurement.
fn check(folder: &Folder, name: &str, content: &[u8]) -> Said {
    folder.file(name, content);
    let mut child = Command::new("bash")
        .args([
            "-c",
            &format!("ulimit -v {MEMORY} && exec \"$0\" check --format json \"$1\""),
        ])
        .arg(env!("CARGO_BIN_EXE_wfc"))
        .arg(name)
        .current_dir(folder.path())
        .env("RAYON_NUM_THREADS", "2")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = child.id();
    let guard = std::thread::spawn(move || {
        let begun = Instant::now();
        let alive = || std::path::Path::new(&format!("/proc/{pid}/stat")).exists();
        while alive() && begun.elapsed() < Duration::from_secs(120) {
            std::thread::sleep(Duration::from_millis(50));
        }
        if begun.elapsed() >= Duration::from_secs(120) {
            let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
        }
    });
    // Both pipes are read before waiting, so that a long answer cannot block the child.
    let output = {
        let mut out = Vec::new();
        let mut err = Vec::new();
        let mut stderr = child.stderr.take().unwrap();
        let reader = std::thread::spawn(move || {
            std::io::Read::read_to_end(&mut stderr, &mut err).unwrap();
            err
        });
        std::io::Read::read_to_end(&mut child.stdout.take().unwrap(), &mut out).unwrap();
        let status = child.wait().unwrap();
        std::process::Output {
            status,
            stdout: out,
            stderr: reader.join().unwrap(),
        }
    };
    guard.join().unwrap();
    Said::of(output)
}

/// The findings' codes of a file that must have at least one.
fn codes(said: &Said) -> Vec<String> {
    assert_eq!(said.status, Some(1), "{}", said.err);
    assert!(!said.err.contains("panicked"), "{}", said.err);
    let found = said.json()["diagnostics"].as_array().unwrap().clone();
    assert!(!found.is_empty(), "no finding");
    found
        .iter()
        .map(|d| d["code"].as_str().unwrap().to_owned())
        .collect()
}

const ENDINGS: [&str; 3] = ["wf", "wf.yaml", "wf.json"];

#[test]
fn an_empty_file_says_so() {
    let folder = Folder::new();
    for ending in ENDINGS {
        for content in ["", "\n\n  \n"] {
            assert_eq!(
                codes(&check(&folder, &format!("a.{ending}"), content.as_bytes())),
                ["WF0002"]
            );
        }
    }
}

#[test]
fn bytes_that_are_no_text_get_one_finding() {
    let folder = Folder::new();
    let binary: Vec<u8> = (0..4096_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let latin1 = b"name: M\xfcller\nsteps:\n  - { type: bash, command: ls }\n".to_vec();
    let utf16: Vec<u8> = "\u{feff}name: x\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for ending in ENDINGS {
        for content in [&binary, &latin1, &utf16] {
            assert_eq!(
                codes(&check(&folder, &format!("a.{ending}"), content)),
                ["WF0001"]
            );
        }
    }
}

#[test]
fn a_hundred_thousand_levels_end_in_a_finding() {
    let folder = Folder::new();
    let deep = 100_000;
    let cases = [
        ("a.wf.json", format!("{{\"steps\": {}", "[".repeat(deep))),
        (
            "b.wf.json",
            format!("{{\"steps\": {}1{}}}", "[".repeat(deep), "]".repeat(deep)),
        ),
        ("c.wf.json", "{\"a\":".repeat(deep)),
        ("d.wf.yaml", format!("steps: {}", "[".repeat(deep))),
        ("e.wf.yaml", format!("steps:\n{}x", "- ".repeat(deep))),
        (
            "f.wf.yaml",
            format!("steps: {}1{}", "{a: ".repeat(deep), "}".repeat(deep)),
        ),
        (
            "g.wf",
            format!(
                "workflow w {{ return {}1{} }}",
                "(".repeat(deep),
                ")".repeat(deep)
            ),
        ),
        (
            "h.wf",
            format!("workflow w {{ return {}x }}", "!".repeat(deep)),
        ),
        (
            "i.wf",
            format!("workflow w {{ return {}x }}", "-".repeat(deep)),
        ),
        (
            "j.wf",
            format!("workflow w {{ {} }}", "if true { ".repeat(deep)),
        ),
        (
            "k.wf",
            format!(
                "workflow w {{ input a: {}int{} }}",
                "list<".repeat(deep),
                ">".repeat(deep)
            ),
        ),
        (
            "l.wf.yaml",
            format!(
                "steps:\n  - {{ type: bash, command: 'x', when: '{}1' }}",
                "a ? b : ".repeat(deep)
            ),
        ),
        (
            "m.wf.yaml",
            format!(
                "steps:\n  - {{ type: bash, command: \"{}\" }}",
                "{{ ".repeat(deep)
            ),
        ),
    ];
    for (name, content) in cases {
        codes(&check(&folder, name, content.as_bytes()));
    }
    // Deep indentation of block style, a level a line.
    let mut block = String::from("steps:\n");
    for level in 1..3000 {
        block.push_str(&" ".repeat(level));
        block.push_str("a:\n");
    }
    codes(&check(&folder, "n.wf.yaml", block.as_bytes()));
}

#[test]
fn long_chains_are_no_deep_nesting() {
    let folder = Folder::new();
    let sum = vec!["1"; 50_000].join(" + ");
    let said = check(
        &folder,
        "sum.wf",
        format!("workflow w {{ return {sum} }}").as_bytes(),
    );
    assert!(matches!(said.status, Some(0 | 1)), "{}", said.err);
    let said = check(
        &folder,
        "sel.wf",
        format!("workflow w {{ return {{}}{} }}", ".a".repeat(50_000)).as_bytes(),
    );
    assert!(matches!(said.status, Some(0 | 1)), "{}", said.err);
}

#[test]
fn aliases_of_aliases_are_not_expanded_without_end() {
    let folder = Folder::new();
    let mut text = String::from("x-0: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
    for n in 1..40 {
        let last = format!("*x{}", n - 1);
        text.push_str(&format!("x-{n}: &x{n} [{}]\n", vec![last; 9].join(", ")));
    }
    text.push_str("steps:\n  - { type: bash, command: ls }\n");
    assert!(codes(&check(&folder, "a.wf.yaml", text.as_bytes())).contains(&"WF0003".to_owned()));
}

#[test]
fn fifty_megabytes_are_refused() {
    let folder = Folder::new();
    let line = "  - { type: bash, command: ls }\n";
    let mut text = String::from("steps:\n");
    while text.len() < 50_000_000 {
        text.push_str(line);
    }
    for ending in ENDINGS {
        assert_eq!(
            codes(&check(&folder, &format!("a.{ending}"), text.as_bytes())),
            ["WF0003"]
        );
    }
}

#[test]
fn a_file_cut_anywhere_is_checked() {
    let folder = Folder::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    for (name, ending) in [
        ("triage.wf", "wf"),
        ("triage.wf.yaml", "wf.yaml"),
        ("triage.wf.json", "wf.json"),
    ] {
        let text = std::fs::read_to_string(root.join(name)).unwrap();
        let cuts: Vec<usize> = (0..text.len())
            .filter(|at| text.is_char_boundary(*at))
            .collect();
        let sub = format!("cut-{ending}");
        for at in &cuts {
            folder.file(&format!("{sub}/{at}.{ending}"), &text[..*at]);
        }
        let said = folder.run(&["check", "--format", "json", &sub]);
        assert_eq!(said.status, Some(1), "{}", said.err);
        assert_eq!(said.json()["files"], cuts.len());
    }
}
