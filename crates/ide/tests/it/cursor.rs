//! What stands at an offset: the same in the three spellings, inside strings, and where the file is broken.

use wfc_ide::cursor::{Cursor, Place};

use crate::support::Fixture;

/// What is at the cursor, in one line: the fields of the step, the step's kind, the expression, the name.
fn at(marked: &str) -> String {
    let fixture = Fixture::new(marked);
    let file = fixture.file(&fixture.path);
    let cursor = Cursor::at(&file, fixture.offset);
    let step = cursor.step().map_or("-", |(_, s)| s.kind.word());
    let expr = cursor
        .expr()
        .map_or("-", |e| file.slice(file.ast().exprs.span(e)));
    let name = cursor.name.map_or("-", |o| file.slice(o.span));
    let place = match cursor.place {
        Place::Key(..) => "key",
        Place::Value(_) => "value",
        Place::Between(_) => "between",
        Place::Outside => "outside",
    };
    format!(
        "{step} {} {place} expr `{expr}` name `{name}`",
        cursor.fields_of_step().join(".")
    )
}

#[test]
fn an_expression_in_the_text_form() {
    assert_eq!(
        at("== a.wf\nworkflow a { input who: string  bash \"é {{ wh$0o }} x\" }\n"),
        "bash command value expr `who` name `who`"
    );
    assert_eq!(
        at("== a.wf\nworkflow a { input n: int  if n > 1 && $0n < 5 { bash \"ls\" } }\n"),
        "conditional condition value expr `n` name `n`"
    );
}

#[test]
fn an_expression_in_each_style_of_yaml() {
    let head = "== a.wf.yaml\ninputs: { who: string }\nsteps:\n";
    for value in [
        "- { type: bash, command: \"é \\u00e9 {{ wh$0o }}\" }",
        "- { type: bash, command: 'it''s é {{ wh$0o }}' }",
        "- type: bash\n  command: é {{ wh$0o }}",
        "- type: bash\n  command: |\n    é\n    {{ wh$0o }}\n",
        "- type: bash\n  command: >-\n    é\n    {{ wh$0o }}\n",
        "- type: bash\n  command: \"a \\\n    é {{ who$0 }}\"\n",
    ] {
        assert_eq!(
            at(&format!("{head}{value}\n")),
            "bash command value expr `who` name `who`",
            "{value}"
        );
    }
}

#[test]
fn an_expression_in_json() {
    assert_eq!(
        at(
            "== a.wf.json\n{\"inputs\": {\"who\": \"string\"}, \"steps\": [{\"type\": \"bash\", \"command\": \"\\u00e9 😀 {{ string($0who) }}\"}]}\n"
        ),
        "bash command value expr `who` name `who`"
    );
}

#[test]
fn keys_and_what_lies_between() {
    assert_eq!(
        at("== a.wf.yaml\nsteps:\n  - type: bash\n    comm$0and: ls\n"),
        "bash command key expr `-` name `-`"
    );
    assert_eq!(
        at("== a.wf.json\n{\"steps\": [{\"type\": \"bash\", \"command\": \"ls\", $0 }]}"),
        "bash  between expr `-` name `-`"
    );
    assert_eq!(
        at(
            "== a.wf.yaml\nsteps:\n  - type: agent\n    goal: x\n    retry: { max_attempts: 2, del$0ay: 5s }\n"
        ),
        "agent retry.delay key expr `-` name `-`"
    );
}

#[test]
fn a_file_that_is_broken_further_on_or_before() {
    assert_eq!(
        at(
            "== a.wf\nworkflow a { input who: string  if who == { }  bash \"{{ wh$0o }}\"  agent \n"
        ),
        "bash command value expr `who` name `who`"
    );
    assert_eq!(
        at(
            "== a.wf.yaml\ninputs: { who: string }\nsteps:\n  - type: bash\n    command: \"{{ who + }}\"\n  - type: bash\n    command: \"{{ w$0ho }}\"\n  - : [\n"
        ),
        "bash command value expr `who` name `who`"
    );
    assert_eq!(
        at(
            "== a.wf.json\n{\"inputs\": {\"who\": \"string\"}, \"steps\": [{\"type\": \"bash\", \"command\": \"{{ wh$0o }}\"}, {\"type\": "
        ),
        "bash command value expr `who` name `who`"
    );
}

#[test]
fn offsets_beyond_the_text_and_inside_characters_are_places_too() {
    let fixture = Fixture::new("== a.wf\nworkflow a { bash \"é\" }\n");
    let file = fixture.file(&fixture.path);
    for offset in 0..60 {
        let cursor = Cursor::at(&file, offset);
        assert!(file.text().is_char_boundary(cursor.offset as usize));
    }
}
