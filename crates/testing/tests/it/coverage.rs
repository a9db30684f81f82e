//! Coverage of steps and of the sides of branches.

use wfc_compiler::settings::Settings;
use wfc_syntax::source::Source;
use wfc_testing::coverage::Coverage;
use wfc_testing::suite::Suite;

use crate::world::Files;

const WORKFLOW: &str = r#"workflow w {
  input items: list<int>
  input mode: "a" | "b" = "a"
  for item in items {
    if item > 1 {
      bash "./big.sh"
    }
    let odd = bash "./odd.sh" when item % 2 == 1
  }
  switch mode {
    case "a" { set x = 1 }
    case "b" { set x = 2 }
  }
  try {
    let risky = bash "./risky.sh"
  } catch {
    let mended = bash "./mend.sh"
  }
  let soft = bash "./soft.sh" with { on_error: continue }
}"#;

/// What is missed, and the numbers: steps, sides.
fn missed(tests: &str) -> (Vec<String>, String) {
    let head = "defaults:
  inputs: { items: [] }
  mocks: { 'steps[0].steps[0].then[0]': { returns: {} }, odd: { returns: {} }, risky: { returns: {} }, mended: { returns: {} }, soft: { returns: {} } }
tests:
";
    let tests = format!("{head}{tests}");
    let files = Files::new([("w.wf", WORKFLOW), ("w.wf.test.yaml", &tests)]);
    let settings = Settings::default();
    let mut suite = Suite::load(Source::new("w.wf.test.yaml", &tests), &files, &settings);
    assert!(suite.diagnostics.is_empty(), "{:#?}", suite.diagnostics);
    let workflow = suite.workflow.unwrap();
    let subject = suite.subjects.get(workflow).unwrap().clone();
    let mut coverage = Coverage::new(&subject);
    for at in 0..suite.plans.len() {
        let tested = suite.run(at).unwrap();
        assert!(tested.failures.is_empty(), "{:#?}", tested.failures);
        coverage.add(&subject, workflow, &tested.log);
    }
    let missed = coverage.missed(&subject);
    let shown = missed.iter().map(|m| match &m.side {
        Some(side) => format!("{} {side}", m.step),
        None => m.step.clone(),
    });
    let (steps, sides) = (coverage.steps(), coverage.sides());
    (
        shown.collect(),
        format!("{}/{} {}/{}", steps.hit, steps.of, sides.hit, sides.of),
    )
}

#[test]
fn one_run_takes_one_side_of_each_branch() {
    let (missed, numbers) = missed("  - name: nothing\n");
    assert_eq!(
        missed,
        [
            "steps[0] over something",
            "steps[0].steps[0]",
            "steps[0].steps[0].then[0]",
            "odd",
            "steps[1] cases[1]",
            "steps[1].cases[1][0]",
            "steps[2] catch",
            "mended",
            "soft on_error: failed",
        ]
    );
    assert_eq!(numbers, "6/11 4/12");
}

#[test]
fn all_sides_are_taken_in_the_end() {
    let (missed, numbers) = missed(
        "  - { name: nothing, inputs: { items: [] } }
  - { name: small, inputs: { items: [1, 2], mode: b }, mocks: { soft: { fail: exit_nonzero } } }
  - { name: risky, mocks: { risky: { fail: exit_nonzero } } }
",
    );
    assert_eq!(missed, [""; 0]);
    assert_eq!(numbers, "11/11 12/12");
}
