//! Budgets, counted over what is inside.

use super::Folder;

#[test]
fn a_budget_is_drawn_on_by_all_that_is_inside() {
    let folder = Folder::new();
    folder.file(
        "wfc.toml",
        "[agents.echo]\ncommand = \"sh\"\nargs = [\"-c\", \"echo asked >> asked; echo yes\"]\n",
    );
    folder.file(
        "w.wf",
        r#"workflow w {
  input ns: list<int>
  policy { budget: { agent_calls: 3 } }
  parallel {
    branch a { agent "one" { timeout: 1m } }
    branch b { agent "two" { timeout: 1m } }
  }
  for n in ns with { budget: { agent_calls: 5 } } { agent "again" { timeout: 1m } }
}
"#,
    );
    let said = folder.run(&["run", "w.wf", "--input", "ns=[1,2,3]", "--format", "jsonl"]);
    let last = said.lines().pop().unwrap();
    assert_eq!(last["event"], "run_failed", "{said:?}");
    assert_eq!(last["error"]["code"], "budget_exceeded", "{said:?}");
    let asked = std::fs::read_to_string(folder.path().join("asked")).unwrap();
    assert_eq!(asked.lines().count(), 3, "{said:?}");
}

#[test]
fn a_budget_of_a_step_can_be_caught_and_what_follows_is_free_of_it() {
    let folder = Folder::new();
    folder.file(
        "wfc.toml",
        "[agents.echo]\ncommand = \"sh\"\nargs = [\"-c\", \"echo asked >> asked; echo yes\"]\n",
    );
    folder.file(
        "w.wf",
        r#"workflow w {
  var why = ""
  try with { budget: { agent_calls: 1 } } {
    agent "one" { timeout: 1m }
    agent "two" { timeout: 1m }
  } catch problem {
    set why = problem.code
  }
  agent "three" { timeout: 1m }
  return why
}
"#,
    );
    let said = folder.run(&["run", "w.wf", "--format", "jsonl"]);
    let last = said.lines().pop().unwrap();
    assert_eq!(last["output"], "budget_exceeded", "{said:?}");
    let asked = std::fs::read_to_string(folder.path().join("asked")).unwrap();
    assert_eq!(asked.lines().count(), 2, "{said:?}");
}
