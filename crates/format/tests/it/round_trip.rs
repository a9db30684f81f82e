//! What `fmt` and `convert` promise: nothing changes but the layout, no comment is lost, twice is once.

use wfc_format::{FormatError, convert, format};
use wfc_syntax::canonical::source_hash;
use wfc_syntax::parse::parse;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use crate::files::{ALL, examples, name_in, read};

#[test]
fn examples_keep_their_hash_over_all_pairs_of_spellings() {
    for (name, text) in examples() {
        let (source, parsed) = read(&name, &text);
        let hash = source_hash(&parsed.ast);
        for to in ALL {
            let there = convert(&parsed, &source, to)
                .unwrap_or_else(|e| panic!("{name}: {e}: {:?}", parsed.diagnostics));
            let (source, parsed) = read(name_in(to), &there);
            assert_eq!(source_hash(&parsed.ast), hash, "{name} to {to:?}:\n{there}");
            for back in ALL {
                let again = convert(&parsed, &source, back)
                    .unwrap_or_else(|e| panic!("{name} {to:?} {back:?}: {e}\n{there}"));
                let (_, parsed) = read(name_in(back), &again);
                assert_eq!(
                    source_hash(&parsed.ast),
                    hash,
                    "{name} to {to:?} to {back:?}:\n{again}"
                );
            }
        }
    }
}

#[test]
fn formatting_twice_is_formatting_once() {
    for (name, text) in examples() {
        let (source, parsed) = read(&name, &text);
        for to in ALL {
            let once = convert(&parsed, &source, to).unwrap();
            let (source, parsed) = read(name_in(to), &once);
            let twice = format(&parsed, &source).unwrap();
            assert_eq!(once, twice, "{name} as {to:?}");
        }
    }
}

#[test]
fn every_comment_is_kept_wherever_it_stands() {
    let yaml = "\
# c1
name: x # c2
# c3
inputs: # c4
  # c5
  a: string # c6
  # c7
steps: # c8
  # c9
  - type: bash # c10
    # c11
    command: echo \"$A\" # c12
    env: # c13
      A: \"{{ a }}\" # c14
      # c15
  - # c16
    type: parallel
    branches:
      # c17
      one: # c18
        # c19
        - { type: bash, command: ls } # c20
        # c21
      # c22
# c23
";
    let text = "\
// c1
workflow x /* c2 */ { // c3
  // c4
  input a: string // c5
  // c6
  bash \"echo \\\"$A\\\"\" { // c7
    // c8
    env: { A: a } // c9
    // c10
  } // c11
  if a == \"b\" { // c12
    // c13
    bash \"ls\" // c14
    // c15
  } else { // c16
    bash \"ls\"
    // c17
  }
  // c18
}
// c19
";
    for (name, input) in [("x.wf.yaml", yaml), ("x.wf", text)] {
        let (source, parsed) = read(name, input);
        assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        let count = parsed.tree.comments.len();
        let written = input
            .split(" c")
            .skip(1)
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        assert_eq!(count, written.count(), "{name}");
        for to in ALL {
            let printed = convert(&parsed, &source, to).unwrap();
            for n in 1..=count {
                let comment = format!("c{n}");
                let found = printed
                    .split(|c: char| !c.is_ascii_alphanumeric())
                    .filter(|word| *word == comment)
                    .count();
                assert_eq!(found, 1, "{comment} of {name} as {to:?}:\n{printed}");
            }
            // And back again from there.
            let (source, parsed) = read(name_in(to), &printed);
            for back in ALL {
                let again = convert(&parsed, &source, back).unwrap();
                for n in 1..=count {
                    let comment = format!("c{n}");
                    let found = again
                        .split(|c: char| !c.is_ascii_alphanumeric())
                        .filter(|word| *word == comment)
                        .count();
                    assert_eq!(
                        found, 1,
                        "{comment} of {name} as {to:?} as {back:?}:\n{again}"
                    );
                }
            }
        }
    }
}

#[test]
fn anchors_and_aliases_stay() {
    let text = "x-env: &env\n  A: one\n  B: two\nsteps:\n  - { type: bash, command: ls, env: *env }\n  - type: bash\n    command: ls\n    env: *env\n";
    let (source, parsed) = read("x.wf.yaml", text);
    assert_eq!(format(&parsed, &source).unwrap(), text);
}

#[test]
fn block_scalars_are_laid_out_anew_and_say_the_same() {
    let text = "steps:\n    - type: bash\n      command: |\n          first\n            indented\n\n          last\n    - type: bash\n      command: >-\n          folded\n          line\n";
    let wanted = "steps:\n  - type: bash\n    command: |\n      first\n        indented\n\n      last\n  - type: bash\n    command: >-\n      folded\n      line\n";
    let (source, parsed) = read("x.wf.yaml", text);
    assert_eq!(format(&parsed, &source).unwrap(), wanted);
}

#[test]
fn unknown_x_keys_are_kept() {
    let text = "x-owner: { team: core, pager: 7 }\nsteps:\n  - { type: bash, command: ls, x-note: [1, two] }\n";
    let (source, parsed) = read("x.wf.yaml", text);
    for to in ALL {
        let printed = convert(&parsed, &source, to).unwrap();
        for word in ["x-owner", "core", "pager", "x-note", "two"] {
            assert!(printed.contains(word), "{printed}");
        }
    }
}

#[test]
fn x_keys_of_any_signs_are_kept() {
    for key in [
        "x-.o",
        "x-",
        "x-a b",
        "x-é",
        "x-5m",
        "x-07",
        "x-\\\"q",
        "x-{{ a }}",
        "x-a-1",
        "x-in",
    ] {
        let text = format!(
            r#"{{ "{key}": 1, "inputs": {{ "n": {{ "type": "int", "{key}": [2] }} }}, "policy": {{ "{key}": "p" }},
  "steps": [{{ "type": "bash", "command": "a", "{key}": {{ "deep": 3, "{key}": 4 }} }}] }}"#
        );
        let (source, parsed) = read("x.wf.json", &text);
        let hash = source_hash(&parsed.ast);
        for to in ALL {
            let there = convert(&parsed, &source, to)
                .unwrap_or_else(|e| panic!("{key} to {to:?}: {e}: {:?}", parsed.diagnostics));
            let (source, parsed) = read(name_in(to), &there);
            assert_eq!(source_hash(&parsed.ast), hash, "{there}");
            let back = convert(&parsed, &source, Spelling::Json).unwrap();
            assert_eq!(
                back.matches(&format!("\"{key}\":")).count(),
                5,
                "{there}\n{back}"
            );
        }
    }
}

#[test]
fn a_file_with_errors_is_not_printed() {
    let (source, parsed) = read("x.wf.yaml", "steps:\n  - { type: bash, comand: ls }\n");
    assert!(format(&parsed, &source).is_err());
}

#[test]
fn a_comment_behind_the_brace_of_a_block_stays_there() {
    for block in [
        "parallel { // here\n    bash \"a\"\n    bash \"b\"\n  }",
        "parallel 2 { // here\n    branch a { // and here\n      bash \"a\"\n    }\n  }",
        "if true { // here\n    bash \"a\"\n  } else { // and here\n    bash \"b\"\n  }",
        "for i in [1] { // here\n    bash \"a\"\n  }",
        "try { // here\n    bash \"a\"\n  } catch { // and here\n    bash \"b\"\n  }",
    ] {
        let text = format!("workflow {{\n  {block}\n}}\n");
        let (source, parsed) = read("x.wf", &text);
        assert_eq!(format(&parsed, &source).unwrap(), text);
        assert_eq!(xtask::printing::faults("x.wf", &text), "");
    }
}

#[test]
fn an_input_without_a_type_is_any_in_every_spelling() {
    for (name, text) in [
        (
            "x.wf.yaml",
            "inputs: { a: , b: , c: }\nenv: { A: }\nreturns:\nreturn: 1\n",
        ),
        ("x.wf.yaml", "inputs: { &a: string }\nreturn: 1\n"),
        (
            "x.wf.yaml",
            "inputs:\n  a: # why\n  b: { type: , default: 1 }\n  c: null\nreturn: 1\n",
        ),
        (
            "x.wf.yaml",
            "inputs: { a: { default: 1 }, b: { required: false } }\nreturn: 1\n",
        ),
        (
            "x.wf.json",
            r#"{ "inputs": { "a": null, "b": "null", "c": { "d": null } }, "returns": null, "return": 1 }"#,
        ),
        (
            "x.wf",
            "workflow w {\n  input a = \"\"\n  input b: null\n  return a\n}\n",
        ),
    ] {
        let (_, parsed) = read(name, text);
        assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        assert_eq!(xtask::printing::faults(name, text), "");
        assert_eq!(xtask::printing::layout_faults(name, text), "");
    }
    let (source, parsed) = read("x.wf", "workflow w {\n  input a = \"\"\n  return a\n}\n");
    let printed = format(&parsed, &source).unwrap();
    assert!(printed.contains("input a: any = \"\""), "{printed}");
}

#[test]
fn braces_in_a_pattern_of_a_type_are_no_values() {
    let json = r#"{ "returns": { "type": "string", "pattern": "^{{a}}" }, "steps": [{ "type": "bash", "command": "ls" }] }"#;
    let text = "workflow {\n  returns list<schema {\"type\": \"object\", \"pattern\": \"{{\", \"properties\": {\"a\": {\"enum\": [1]}}}>\n  bash \"ls\"\n}\n";
    for (name, text) in [("x.wf.json", json), ("x.wf", text)] {
        let (_, parsed) = read(name, text);
        assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        assert_eq!(xtask::printing::faults(name, text), "");
    }
}

#[test]
fn a_text_without_a_workflow_is_refused() {
    for spelling in ALL {
        for empty in ["", " \n\t"] {
            let source = Source::new(name_in(spelling), empty);
            let parsed = parse(&source, spelling);
            for to in ALL {
                let printed = convert(&parsed, &source, to);
                assert_eq!(printed, Err(FormatError::HasErrors), "{spelling:?}");
            }
        }
    }
}
