//! From a name to its declaration, from a value to its type.

use wfc_ide::Cancel;
use wfc_ide::answer::Place;
use wfc_ide::definition::{Definition, definition, type_definition};

use crate::support::{Fixture, assert_places};

fn names(found: Option<Definition>) -> Vec<Place> {
    let targets = found.map(|d| d.targets).unwrap_or_default();
    targets
        .iter()
        .inspect(|t| assert!(t.full.contains(t.name)))
        .map(|t| Place::new(&t.file, t.name))
        .collect()
}

fn leads(marked: &str) {
    let f = Fixture::new(marked);
    let found = definition(&f.host.snapshot(), &f.path, f.offset, &Cancel::new()).unwrap();
    assert_places(&f, &names(found));
}

fn type_leads(marked: &str) {
    let f = Fixture::new(marked);
    let found = type_definition(&f.host.snapshot(), &f.path, f.offset, &Cancel::new()).unwrap();
    assert_places(&f, &names(found));
}

#[test]
fn inputs() {
    leads("== a.wf\nworkflow a { input «who»: string  bash \"é😀 {{ w$0ho }}\" }\n");
    leads(
        "== a.wf\nworkflow a { input «who»: string  bash \"echo\" { env: { A: inputs.w$0ho } } }\n",
    );
    leads(
        "== a.wf\nworkflow a { input «who»: string  bash \"echo\" { env: { A: inputs[\"w$0ho\"] } } }\n",
    );
    leads(
        "== a.wf.yaml\ninputs:\n  «who»: string\nsteps:\n  - type: bash\n    command: |\n      é 😀\n      {{ wh$0o }}\n",
    );
    leads(
        "== a.wf.json\n{\"inputs\": {\"«who»\": \"string\"}, \"steps\": [{\"type\": \"bash\", \"command\": \"\\u00e9\\n{{ who$0 }}\"}]}\n",
    );
    leads(
        "== a.wf.yaml\ninputs: { «who»: string }\ntriggers:\n  - { type: event, event: e, inputs: { wh$0o: \"{{ trigger.payload.who }}\" } }\nsteps: [ { type: bash, command: ls } ]\n",
    );
}

#[test]
fn steps_and_their_outputs() {
    leads("== a.wf\nworkflow a { let «got» = bash \"ls\"  return go$0t.stdout }\n");
    leads("== a.wf\nworkflow a { let «got» = bash \"ls\"  return steps.g$0ot.output.stdout }\n");
    leads(
        "== a.wf\nworkflow a { let \"«deploy-step»\" = bash \"ls\"  return steps[\"deploy$0-step\"].status }\n",
    );
    leads(
        "== a.wf.yaml\nsteps:\n  - { id: «got», type: bash, command: ls }\nreturn: \"é {{ steps.?g$0ot.?output }}\"\n",
    );
    leads(
        "== a.wf.yaml\nsteps:\n  - { id: x, type: bash, command: ls, outputVariable: «got» }\nreturn: \"{{ g$0ot }}\"\n",
    );
    leads(
        "== a.wf.json\n{\"steps\": [{\"id\": \"«a-b»\", \"type\": \"bash\", \"command\": \"ls\"}], \"return\": \"{{ steps[\\\"a-$0b\\\"].status }}\"}\n",
    );
    leads(
        "== a.wf.yaml\nsteps:\n  - { id: «a-b», type: bash, command: ls }\n  - type: conditional\n    condition: has(steps['a$0-b'].output)\n    then: [ { type: bash, command: ls } ]\n",
    );
}

#[test]
fn variables() {
    leads("== a.wf\nworkflow a { var «n» = 0  set n = n + 1  return $0n }\n");
    leads("== a.wf\nworkflow a { let «n» = 1  return [1].map(x, x + n$0) }\n");
    leads("== a.wf\nworkflow a { return [1].map(«x», [2].map(y, y + x$0)) }\n");
    leads(
        "== a.wf\nworkflow a { for «dup» index i in [\"a\"] { bash \"echo\" { env: { A: d$0up } } } }\n",
    );
    leads(
        "== a.wf\nworkflow a { for dup index «i» in [\"a\"] { bash \"echo\" { env: { A: string($0i) } } } }\n",
    );
    leads("== a.wf\nworkflow a { try { bash \"ls\" } catch «e» { bash \"{{ e$0.code }}\" } }\n");
    leads(
        "== a.wf.yaml\nsteps:\n  - type: loop\n    over: [1, 2]\n    as: «n»\n    steps:\n      - { type: bash, command: \"{{ $0n }}\" }\n",
    );
    leads(
        "== a.wf.yaml\nsteps:\n  - type: loop\n    over: «[1, 2]»\n    steps:\n      - { type: bash, command: \"{{ it$0em }}\" }\n",
    );
    leads(
        "== a.wf.yaml\nsecrets: [«token»]\nenv: { HOME: { type: string } }\nsteps:\n  - { type: bash, command: ls, env: { T: \"{{ secrets.tok$0en }}\" } }\n",
    );
    leads(
        "== a.wf.yaml\nenv: { «HOME»: { type: string } }\nsteps:\n  - { type: bash, command: ls, env: { T: \"{{ env.HO$0ME }}\" } }\n",
    );
    leads(
        "== a.wf\nworkflow a { secret «s»  on webhook \"/x\" verify github secret $0s {}  bash \"ls\" }\n",
    );
}

#[test]
fn types_and_fields() {
    leads(
        "== a.wf\nworkflow a { type «Review» = { sum: string }  input r: list<Re$0view>  return r }\n",
    );
    leads(
        "== a.wf.yaml\ntypes: { «Review»: { sum: string } }\ninputs: { r: list<Rev$0iew>  }\nreturn: \"{{ r }}\"\n",
    );
    leads(
        "== a.wf\nworkflow a { type Review = { «sum»: string }  input r: list<Review>  return r.map(x, x.su$0m) }\n",
    );
    leads(
        "== a.wf\nworkflow a { let r = agent \"x\" { returns: { «sum»: string } }  return r.s$0um }\n",
    );
    leads(
        "== a.wf.yaml\nsteps:\n  - { id: r, type: agent, goal: é, returns: { «sum»: string } }\nreturn: { x: \"é {{ steps.r.output.su$0m }}\" }\n",
    );
    leads("== a.wf\nworkflow a { let r = { «sum»: 1 }  return r.s$0um }\n");
    leads(
        "== a.wf\nworkflow a { let p = parallel { branch «one» { bash \"ls\" } branch two { bash \"ls\" } }  return p.o$0ne.stdout }\n",
    );
}

#[test]
fn other_files() {
    let callee =
        "== lib/callee.wf.yaml\nslug: «callee»\ninputs: { who: string }\nreturn: \"{{ who }}\"\n";
    leads(&format!(
        "== a.wf\nworkflow a {{ call \"lib/call$0ee.wf.yaml\" {{ who: \"x\" }} }}\n{callee}"
    ));
    leads(
        "== a.wf\nworkflow a { call cal$0lee { who: \"x\" } }\n== callee.wf\nworkflow «callee» { input who: string  return who }\n",
    );
    leads(
        "== a.wf.json\n{\"steps\": [{\"type\": \"subworkflow\", \"workflow\": \"callee\", \"inputs\": {\"wh$0o\": \"x\"}}]}\n== callee.wf\nworkflow callee { input «who»: string  return who }\n",
    );
    leads(
        "== a.wf\nworkflow a { tools \"t/lin$0ear.tools.json\"  tool linear.get { id: \"1\" } }\n== t/linear.tools.json\n«»{\"tools\": [{\"name\": \"get\"}]}\n",
    );
    leads(
        "== a.wf\nworkflow a { tools \"t/linear.tools.json\"  tool linear.g$0et { id: \"1\" } }\n== t/linear.tools.json\n{\"tools\": [{\"name\": \"put\"}, {\"name\": \"«get»\"}]}\n",
    );
    leads(
        "== a.wf.yaml\ntools: [linear.tools.json]\nsteps:\n  - { type: agent, goal: x, tools: [linear.g$0et] }\n== linear.tools.json\n{\"result\": {\"tools\": [{\"name\": \"«get»\"}]}}\n",
    );
}

#[test]
fn from_files_of_tests() {
    leads(
        "== a.wf.yaml\nsteps: [{ id: «got», type: bash, command: ls }]\nreturn: \"{{ got }}\"\n== a.wf.test.yaml\ntests:\n  - name: é got\n    mocks: { g$0ot: { returns: got } }\n",
    );
    leads(
        "== a.wf.yaml\nsteps: [{ id: got, type: bash, command: ls }]\nreturn: \"{{ got }}\"\n== a.wf.test.yaml\ntests:\n  - name: é g$0ot\n",
    );
}

#[test]
fn broken_files() {
    leads(
        "== a.wf\nworkflow a { input «who»: string  if { bash }  bash \"{{ w$0ho }}\"  let x = \n",
    );
    leads(
        "== a.wf.yaml\ninputs: { «who»: string }\nsteps:\n  - type: bash\n    command: \"{{ who + }}\"\n  - type: bash\n    command: \"{{ w$0ho }}\"\n  - {\n",
    );
    leads(
        "== a.wf.json\n{\"inputs\": {\"«who»\": \"string\"}, \"steps\": [{\"type\": \"bash\", \"command\": \"{{ w$0ho }}\"}, {\"type\": \n",
    );
}

#[test]
fn nothing_is_named_in_text_comments_and_keys() {
    for marked in [
        "== a.wf\nworkflow a { input who: string  bash \"w$0ho {{ who }}\" }\n",
        "== a.wf\nworkflow a { input who: string  bash \"{{ who }}\" // w$0ho\n }\n",
        "== a.wf.yaml\nsteps:\n  - { ty$0pe: bash, command: ls }\n",
        "== a.wf\n$0\n",
    ] {
        leads(marked);
    }
}

#[test]
fn types_of_values() {
    type_leads(
        "== a.wf\nworkflow a { type «Review» = { sum: string }  let r = agent \"x\" { returns: Review }  return $0r.sum }\n",
    );
    type_leads(
        "== a.wf\nworkflow a { type «R» = { sum: string }  input rs: list<R>?  return $0rs }\n",
    );
    type_leads(
        "== a.wf\nworkflow a { let r = agent \"x\" { returns: «{ sum: string }» }  return $0r.sum }\n",
    );
    type_leads(
        "== a.wf.yaml\ntypes: { «R»: { s: string } }\ninputs: { r: R }\nreturn: \"é {{ r$0 }}\"\n",
    );
    type_leads(
        "== a.wf\nworkflow a { let x = call callee {}  return $0x }\n== callee.wf\nworkflow callee { type «R» = { s: string }  returns R  return { s: \"x\" } }\n",
    );
    type_leads(
        "== a.wf.json\n{\"types\": {\"«R»\": {\"s\": \"string\"}}, \"inputs\": {\"rs\": \"list<R>\"}, \"return\": \"{{ rs.map(x, $0x.s) }}\"}\n",
    );
    type_leads("== a.wf\nworkflow a { input n: int  return $0n }\n");
}

/// A tool's catalogue with marks: the field `body`, a field of an item, one behind a reference.
fn board(body: &str, id: &str, name: &str) -> String {
    format!(
        "== t/board.tools.json\n{{\"tools\": [{{\"name\": \"get\", \"inputSchema\": {{\"type\": \"object\"}}, \"outputSchema\": {{\"type\": \"object\", \"required\": [\"body\", \"tags\", \"by\"], \"properties\": {{\"größe\": {{\"type\": \"string\"}}, {body}: {{\"type\": \"string\", \"description\": \"What it says\"}}, \"tags\": {{\"type\": \"array\", \"items\": {{\"type\": \"object\", \"required\": [\"id\"], \"properties\": {{{id}: {{\"type\": \"int\"}}}}}}}}, \"by\": {{\"$ref\": \"#/$defs/who\"}}}}, \"$defs\": {{\"who\": {{\"type\": \"object\", \"required\": [\"name\"], \"properties\": {{{name}: {{\"type\": \"string\"}}}}}}}}}}}}]}}\n"
    )
}

#[test]
fn fields_of_what_a_tool_gives() {
    let (body, id, name) = ("\"body\"", "\"id\"", "\"name\"");
    let lead = |field: &str, catalogue: &str| {
        for file in [
            format!(
                "== a.wf\nworkflow a {{\n  tools \"t/board.tools.json\"\n  let t = tool board.get {{}}\n  agent \"日本 {{{{ {field} }}}}\"\n}}\n"
            ),
            format!(
                "== a.wf.yaml\ntools: [t/board.tools.json]\nsteps:\n  - {{ id: t, type: tool, tool: board.get }}\n  - {{ type: agent, goal: \"日本 {{{{ {field} }}}}\" }}\n"
            ),
            format!(
                "== a.wf.json\n{{ \"tools\": [\"t/board.tools.json\"], \"steps\": [ {{ \"id\": \"t\", \"type\": \"tool\", \"tool\": \"board.get\" }}, {{ \"type\": \"agent\", \"goal\": \"\\u65e5 {{{{ {field} }}}}\" }} ] }}\n"
            ),
        ] {
            leads(&format!("{file}{catalogue}"));
        }
    };
    lead("t.bo$0dy", &board("\"«body»\"", id, name));
    lead("steps.t.output.bo$0dy", &board("\"«body»\"", id, name));
    lead("t.tags.map(x, x.i$0d)", &board(body, "\"«id»\"", name));
    lead("t.tags[0].i$0d", &board(body, "\"«id»\"", name));
    lead("t.by.na$0me", &board(body, id, "\"«name»\""));
    // One that is not there.
    lead("t.no$0ne", &board(body, id, name));
}

#[test]
fn fields_of_what_a_workflow_returns() {
    for callee in [
        "== callee.wf\nworkflow callee {\n  returns { «sum»: string, all: list<string> }\n  return { sum: \"x\", all: [] }\n}\n",
        "== callee.wf.yaml\nslug: callee\nsteps: [ { type: bash, command: ls } ]\nreturn: { all: [], «sum»: é }\n",
        "== callee.wf.json\n{ \"slug\": \"callee\", \"types\": { \"R\": { \"«sum»\": \"string\" } }, \"returns\": \"R\", \"steps\": [ { \"id\": \"r\", \"type\": \"agent\", \"goal\": \"é\", \"returns\": \"R\" } ], \"return\": \"{{ r }}\" }\n",
        // The callee only hands on what it was given by its own callee, and by an agent.
        "== callee.wf\nworkflow callee {\n  let deep = call deeper\n  return deep\n}\n== deeper.wf\nworkflow deeper {\n  let r = agent \"x\" { returns: { «sum»: string } }\n  return r\n}\n",
    ] {
        leads(&format!(
            "== a.wf\nworkflow a {{\n  let made = call callee\n  agent \"日本 {{{{ made.s$0um }}}}\"\n}}\n{callee}"
        ));
        leads(&format!(
            "== a.wf.yaml\nsteps:\n  - {{ id: made, type: subworkflow, workflow: callee }}\n  - {{ type: agent, goal: \"日本 {{{{ steps.made.output.s$0um }}}}\" }}\n{callee}"
        ));
        leads(&format!(
            "== a.wf.json\n{{ \"steps\": [ {{ \"id\": \"made\", \"type\": \"subworkflow\", \"workflow\": \"callee\" }}, {{ \"type\": \"agent\", \"goal\": \"日本 {{{{ made[\\\"s$0um\\\"] }}}}\" }} ] }}\n{callee}"
        ));
        // Also while something else is broken.
        leads(&format!(
            "== a.wf\nworkflow a {{\n  let made = call callee\n  if {{\n  agent \"日本 {{{{ made.s$0um }}}}\"\n}}\n{callee}"
        ));
    }
}

#[test]
fn workflows_that_return_each_others_values_lead_nowhere() {
    leads(
        "== a.wf\nworkflow a {\n  let made = call b\n  return made.su$0m\n}\n== b.wf\nworkflow b {\n  let made = call a\n  return made\n}\n",
    );
}

#[test]
fn types_of_what_comes_from_elsewhere() {
    let schema = "«{\"type\": \"object\", \"properties\": {\"n\": {\"type\": \"integer\"}}}»";
    type_leads(&format!(
        "== a.wf\nworkflow a {{\n  tools \"b.tools.json\"\n  let t = tool b.get {{}}\n  return t$0\n}}\n== b.tools.json\n{{\"tools\": [{{\"name\": \"get\", \"inputSchema\": {{\"type\": \"object\"}}, \"outputSchema\": {schema}}}]}}\n"
    ));
}
