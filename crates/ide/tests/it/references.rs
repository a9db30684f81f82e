//! All places that name something, within a file and across files; highlights and linked editing.

use wfc_ide::Cancel;
use wfc_ide::answer::Place;
use wfc_ide::highlight::highlight;
use wfc_ide::linked::linked;
use wfc_ide::references::references;

use crate::support::{Fixture, assert_places, mark};

/// References at the cursor are the marked places; those at each of them are the same.
fn named(marked: &str) {
    let f = Fixture::new(marked);
    let all = |path: &str, offset: u32| -> Vec<Place> {
        let snapshot = f.host.snapshot();
        let found = references(&snapshot, path, offset, true, &Cancel::new()).unwrap();
        found
            .unwrap_or_default()
            .into_iter()
            .map(|r| r.place)
            .collect()
    };
    assert_places(&f, &all(&f.path, f.offset));
    for place in f
        .expected()
        .iter()
        .filter(|p| !p.file.ends_with(".tools.json"))
    {
        assert_places(&f, &all(&place.file, place.span.start));
    }
}

/// Highlights at the cursor are the marked places; `w` marks those that give a value.
fn lit(marked: &str) {
    let f = Fixture::new(marked);
    let found = highlight(&f.host.snapshot(), &f.path, f.offset, &Cancel::new()).unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|h| (h.span, if h.writes { "w" } else { "" }.to_owned()))
        .collect();
    let text = f.text(&f.path);
    assert_eq!(mark(&text, &found), mark(&text, &f.ranges[&f.path]));
}

fn edited_together(marked: &str) {
    let f = Fixture::new(marked);
    let found = linked(&f.host.snapshot(), &f.path, f.offset, &Cancel::new()).unwrap();
    let found: Vec<_> = found.iter().map(|span| (*span, String::new())).collect();
    let text = f.text(&f.path);
    assert_eq!(mark(&text, &found), mark(&text, &f.ranges[&f.path]));
}

#[test]
fn an_input_in_all_its_forms() {
    named(
        "== a.wf\nworkflow a { input «who»: string  on event \"e\" { «who»: \"x\" }  bash \"é {{ «w$0ho» }} {{ inputs.«who» }}\" { env: { A: inputs[\"«who»\"] } } return «who».size() }\n",
    );
    named(
        "== a.wf.yaml\ninputs: { «who»: string }\nsteps:\n  - type: bash\n    when: «who» != \"\" && [«who»].exists(w, w == «who»)\n    command: >\n      é {{ «who» }} {{ inputs.«wh$0o» }} who\n",
    );
    named(
        "== a.wf.json\n{\"inputs\": {\"«who»\": \"string\"}, \"steps\": [{\"type\": \"bash\", \"command\": \"\\u00e9 {{ «who$0» }} \\n {{ inputs['«who»'] }}\"}]}\n",
    );
}

#[test]
fn a_step_by_its_output_and_by_its_name() {
    named(
        "== a.wf\nworkflow a { let «got» = bash \"ls\"  if steps.«got».status == \"succeeded\" { return «g$0ot».stdout } return steps[\"«got»\"].output }\n",
    );
    named(
        "== a.wf.yaml\nsteps:\n  - { id: «got», type: bash, command: ls, outputVariable: out }\nreturn: \"{{ «go$0t» }} {{ out }} {{ steps.«got».output }}\"\n",
    );
    named(
        "== a.wf.yaml\nsteps:\n  - { id: got, type: bash, command: ls, outputVariable: «out» }\nreturn: \"{{ got }} {{ «o$0ut» }} {{ steps.got.output }}\"\n",
    );
}

#[test]
fn variables_with_their_writes() {
    named(
        "== a.wf\nworkflow a { var «n» = 0  while «n» < 3 max 3 { set «n» = «n» + 1 }  return «$0n» }\n",
    );
    named(
        "== a.wf.yaml\nvariables: { «out»: null }\nsteps:\n  - { type: agent, goal: x, outputVariable: «out» }\n  - { type: set, values: { «out»: 2 } }\nreturn: \"{{ «o$0ut» }}\"\n",
    );
    named("== a.wf\nworkflow a { let x = 1 return [x].map(«x», «x$0» + 1).filter(x, x > 0) }\n");
    named(
        "== a.wf\nworkflow a { for «x» in [\"1\"] { bash \"{{ «$0x» }}\" }  for x in [\"2\"] { bash \"{{ x }}\" } }\n",
    );
}

#[test]
fn types_and_fields() {
    named(
        "== a.wf.yaml\ntypes: { «Re»: { s: string }, L: list<«Re»> }\ninputs: { r: «R$0e», m: { type: 'map<string, «Re»>' } }\nreturn: \"{{ r }}\"\n",
    );
    named(
        "== a.wf\nworkflow a { type R = { «s»: string }  input r: R  return [r].map(x, x.«s») + [r.«$0s»] }\n",
    );
}

#[test]
fn across_files_and_spellings() {
    let callee = "== callee.wf\nworkflow callee { input «who»: string  return «who» }\n";
    let callers = "== b.wf.yaml\nsteps:\n  - { type: subworkflow, workflow: callee, inputs: { «who»: x } }\n\
        == c.wf.json\n{\"steps\": [{\"type\": \"subworkflow\", \"workflow\": \"./callee.wf\", \"inputs\": {\"«w$0ho»\": \"x\"}}]}\n\
        == d.wf\nworkflow d { input who: string  call other { who: who } }\n== other.wf\nworkflow other { input who: string return who }\n";
    named(&format!("{callee}{callers}"));
    named(
        "== callee.wf.yaml\nslug: «callee»\nreturn: 1\n== a.wf\nworkflow a { call «call$0ee» {} call \"«callee.wf.yaml»\" {} }\n== b.wf\nworkflow b { call «callee» {} }\n",
    );
    named(
        "== a.wf\nworkflow a { tools \"«x.tools.json»\"  bash \"ls\" }\n== b/b.wf.yaml\ntools: [«../x.$0tools.json»]\nsteps: [{ type: bash, command: ls }]\n== x.tools.json\n{\"tools\": []}\n",
    );
    named(
        "== a.wf\nworkflow a { tools \"x.tools.json\"  tool «x.$0get» {} }\n== b.wf.yaml\ntools: [x.tools.json]\nsteps: [{ type: agent, goal: g, tools: [«x.get»] }]\n== x.tools.json\n{\"tools\": [{\"name\": \"«get»\"}]}\n",
    );
}

#[test]
fn files_of_tests_name_inputs_and_steps() {
    let tests = "== a.wf.test.yaml\ndefaults: { inputs: { who: got } }\ntests:\n  - name: got\n    mocks: { «got»: { returns: got } }\n    expect: { effects: [«$0got», { step: «got» }], not_called: [who] }\n";
    named(&format!(
        "== a.wf\nworkflow a {{ input who: string  let «got» = bash \"{{{{ who }}}}\"  return «got» }}\n{tests}"
    ));
    lit(&format!(
        "== a.wf\nworkflow a {{ input who: string  let got = bash \"{{{{ who }}}}\"  return got }}\n{tests}"
    ));
    named(
        "== a.wf\nworkflow a { input «who»: string  return «who» }\n== b.wf.test.json\n{\"workflow\": \"a.wf\", \"tests\": [{\"name\": \"who\", \"inputs\": {\"«wh$0o»\": \"who\"}}]}\n",
    );
}

#[test]
fn callees_that_are_not_there_are_named_alone() {
    named("== a.wf\nworkflow a { call «no$0body» { x: 1 } call nobody {} }\n");
}

#[test]
fn broken_files_keep_what_can_be_read() {
    named(
        "== a.wf\nworkflow a { input «who»: string  if { }  bash \"{{ «w$0ho» }}\"  return «who»\n } let\n",
    );
    named(
        "== a.wf.yaml\ninputs: { «who»: string }\nsteps:\n  - type: bash\n    command: \"{{ «who» + }}\"\n  - type: bash\n    command: \"{{ «w$0ho» }}\"\n  - {\n",
    );
}

#[test]
fn highlights_tell_reads_from_writes() {
    lit("== a.wf\nworkflow a { var «w|n» = 0  set «w|n» = «$0n» + 1  return «n» }\n");
    lit(
        "== a.wf.yaml\nsteps:\n  - { id: «w|é_1», type: bash, command: ls }\nreturn: \"{{ steps['«$0é_1»'].status }}\"\n",
    );
    lit("== a.wf\nworkflow a { return «si$0ze»([1]) + [«size»(\"a\")].«size»() }\n");
    lit(
        "== a.wf\nworkflow a { call callee { «w|x»: 1 } call callee { «w|$0x»: 2 } }\n== callee.wf\nworkflow callee { input x: int return x }\n",
    );
    lit("== a.wf\nworkflow a { bash \"l$0s\" }\n");
}

#[test]
fn anchors_and_aliases() {
    let text = "== a.wf.yaml\n# &x *x\nx-é: &«x» { a: '&x', b: \"*x\" }\nsteps:\n  - { type: bash, command: 'a &x', env: *«$0x» }\n  - type: bash\n    command: |\n      a *x &x\n    env: *«x»\n  - { type: bash, command: ls, env: &y { A: b } }\n";
    named(text);
    edited_together(text);
}

#[test]
fn small_names_are_edited_together() {
    edited_together("== a.wf\nworkflow a { return [1].map(«$0x», «x» + «x») }\n");
    edited_together(
        "== a.wf.yaml\nsteps:\n  - type: loop\n    over: [a]\n    as: «ä»\n    steps: []\n"
            .replace("«ä»", "«i$0t»")
            .replace(
                "steps: []",
                "steps: [{ type: bash, command: 'é {{ «it» }}' }]",
            )
            .as_str(),
    );
    edited_together(
        "== a.wf\nworkflow a { try { bash \"ls\" } catch «e» { bash \"{{ «$0e».code }}\" } }\n",
    );
    edited_together("== a.wf\nworkflow a { input x: int return $0x }\n");
}
