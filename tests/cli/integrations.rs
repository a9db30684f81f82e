//! `action.yml` and `.pre-commit-hooks.yaml`: well formed, and their command lines are carried out as they stand.

#[path = "../schema/tree.rs"]
mod tree;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Folder, Said};

const TYPO: &str = "steps:\n  - { type: bash, comand: ls }\n";
const CLEAN: &str = "workflow w { bash \"ls\" }\n";

/// A YAML file of the repository.
fn yaml(name: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join(name)).unwrap();
    let (tree, found) = wfc_syntax::yaml::parse(&text);
    assert!(found.is_empty(), "{name}: {found:#?}");
    tree::value(&tree).unwrap()
}

/// A shell that finds the `wfc` under test.
fn bash(folder: &Folder, script: &str) -> Command {
    let bin = Path::new(env!("CARGO_BIN_EXE_wfc")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(
        [bin.to_path_buf()]
            .into_iter()
            .chain(std::env::split_paths(&path)),
    );
    // As GitHub starts it.
    let mut command = Command::new("bash");
    command
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .current_dir(folder.path())
        .env("PATH", path.unwrap())
        .env("GITHUB_WORKSPACE", folder.path())
        .env_remove("WFC_CONFIG")
        .env_remove("WFC_CHECK_FORMAT");
    command
}

/// Carries out the step `Check` of the action with these inputs over its defaults.
fn action(folder: &Folder, inputs: &[(&str, &str)]) -> Said {
    let action = yaml("action.yml");
    assert_eq!(action["runs"]["using"], "composite");
    let steps = action["runs"]["steps"].as_array().unwrap();
    let check = steps.iter().find(|s| s["name"] == "Check").unwrap();
    let mut command = bash(folder, check["run"].as_str().unwrap());
    for (variable, given) in check["env"].as_object().unwrap() {
        let given = given.as_str().unwrap();
        let input = given
            .strip_prefix("${{ inputs.")
            .and_then(|g| g.strip_suffix(" }}"))
            .unwrap();
        let default = action["inputs"][input]["default"].as_str();
        let default = default.unwrap_or_else(|| panic!("`{input}` is no input"));
        let value = inputs
            .iter()
            .find(|(name, _)| *name == input)
            .map_or(default, |(_, v)| v);
        command.env(variable, value);
    }
    Said::of(command.output().unwrap())
}

#[test]
fn the_action_annotates_and_fails_as_it_is_told() {
    let folder = Folder::new();
    folder.file("w.wf.yaml", TYPO);
    folder.file("a b.wf", CLEAN);
    let said = action(&folder, &[]);
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(
        said.out.starts_with("::error file=w.wf.yaml,line=2,"),
        "{said:?}"
    );
    assert_eq!(action(&folder, &[("paths", "a b.wf\n")]).status, Some(0));
    assert_eq!(action(&folder, &[("fail-on", "never")]).status, Some(0));
    assert_eq!(action(&folder, &[("fail-on", "nevr")]).status, Some(2));
    assert_eq!(action(&folder, &[("paths", "absent.wf")]).status, Some(2));
    // What an input holds is no shell.
    let said = action(
        &folder,
        &[("select", "$(touch owned)"), ("paths", "; touch owned")],
    );
    assert_eq!(said.status, Some(2));
    assert!(!folder.path().join("owned").exists());
}

#[test]
fn the_action_writes_sarif_beside_and_knows_a_baseline() {
    let folder = Folder::new();
    folder.file("w.wf.yaml", TYPO);
    let said = action(&folder, &[("sarif", "wfc.sarif")]);
    assert_eq!(said.status, Some(1), "{said:?}");
    let sarif: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("wfc.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "WF0101");
    folder.run(&["check", "--baseline", "known.json", "--write-baseline"]);
    folder.file("other.toml", "");
    let all = [
        ("baseline", "known.json"),
        ("config", "other.toml"),
        ("select", "shape"),
        ("ignore", "trust"),
    ];
    let said = action(&folder, &all);
    assert_eq!(said.status, Some(0), "{said:?}");
}

#[test]
fn hooks_take_the_names_of_changed_files() {
    let folder = Folder::new();
    folder.file("typo.wf.yaml", TYPO);
    folder.file("a b.wf", CLEAN);
    let hooks = yaml(".pre-commit-hooks.yaml");
    for hook in hooks.as_array().unwrap() {
        let entry = hook["entry"].as_str().unwrap();
        for field in ["id", "name", "language", "files"] {
            assert!(hook[field].is_string(), "{hook}");
        }
        let run = |file: &str| {
            let mut command = bash(&folder, &format!("{entry} \"$@\""));
            Said::of(command.args(["hook", file]).output().unwrap()).status
        };
        assert_eq!(run("a b.wf"), Some(0), "{entry}");
        if hook["id"] == "wfc-check" {
            assert_eq!(run("typo.wf.yaml"), Some(1), "{entry}");
        }
    }
}
