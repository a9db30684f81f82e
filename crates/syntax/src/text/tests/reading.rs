//! The mappings that constructs become, their places and comments.

use super::*;

#[test]
fn the_ticket_example_is_yamls_mapping() {
    let (root, faults) = shown(TRIAGE);
    assert_eq!(faults, []);
    let want = concat!(
        r#"{slug: triage_ticket, name: "Triage a support ticket", version: "1.2.0", "#,
        r#"tools: ["pylon.tools.json", "linear.tools.json"], "#,
        r#"inputs: {ticket_id: <string>, priority: {type: <"low" | "normal" | "high">, default: "normal"}}, "#,
        r#"secrets: [webhook_secret], "#,
        r#"triggers: [{type: webhook, path: "/tickets", verify: github, secret: webhook_secret, "#,
        r#"inputs: {ticket_id: =string(trigger.body.ticket.id)=}}, "#,
        r#"{type: schedule, cron: "0 9 * * MON-FRI", timezone: "Europe/Berlin", inputs: {ticket_id: "sweep"}}], "#,
        r#"steps: [{type: tool, tool: pylon.get_ticket, arguments: {id: =ticket_id=}, id: ticket}, "#,
        r#"{type: agent, goal: "Summarise the ticket, then look for duplicates:\n{{ ticket.body }}", "#,
        r#"tools: ["linear.search"], "#,
        r#"returns: <{ summary: string, duplicates: list<string>, severity: "low" | "high" }>, "#,
        r#"timeout: 10m, retry: {max_attempts: 3, delay: 5s, backoff: 2.0}, id: review}, "#,
        r#"{type: conditional, condition: =review.severity == "high" && review.duplicates.size() == 0=, "#,
        r#"then: [{type: approval, prompt: "File an issue for {{ ticket_id }}?", timeout: 24h, on_timeout: deny}, "#,
        r#"{type: tool, tool: linear.create_issue, arguments: {title: =review.summary=}}], "#,
        r#"else: [{type: loop, as: dup, over: =review.duplicates=, max_concurrency: 4, "#,
        r#"steps: [{type: tool, tool: linear.comment, arguments: {issue: =dup=, body: =review.summary=}}]}]}, "#,
        r#"{type: parallel, branches: {notify: [{type: bash, command: "./notify.sh \"$MSG\"", env: {MSG: =review.summary=}}], "#,
        r#"record: [{type: subworkflow, workflow: archive_ticket, inputs: {id: =ticket_id=}}]}}], "#,
        r#"return: {summary: =review.summary=}}"#,
    );
    assert_eq!(root, want);
}

#[test]
fn every_kind_of_step() {
    steps(
        "agent_message \"hi\" { interrupt: true }",
        r#"steps: [{type: agent_message, content: "hi", interrupt: true}]"#,
    );
    steps("wait for 10m", "steps: [{type: wait, for: 10m}]");
    steps(
        "wait until t.end + duration(\"1h\")",
        r#"steps: [{type: wait, until: =t.end + duration("1h")=}]"#,
    );
    steps(
        "wait event \"paid\" key order.id with { timeout: 2d, on_timeout: continue, returns: { id: string } }",
        r#"steps: [{type: wait, event: "paid", key: =order.id=, timeout: 2d, on_timeout: continue, returns: <{ id: string }>}]"#,
    );
    steps(
        "set n = n + 1",
        "steps: [{type: set, values: {n: =n + 1=}}]",
    );
    steps(
        "set n: int = 1",
        "steps: [{type: set, values: {n: int: =1=}}]",
    );
    steps(
        "set { a: 1, b: \"{{ x }}\" }",
        r#"steps: [{type: set, values: {a: =1=, b: "{{ x }}"}}]"#,
    );
    steps(
        "let x = a.b",
        "steps: [{type: set, values: {x: =a.b=}, let: true}]",
    );
    steps(
        "let x = { a: [1, \"{{ y }}\"] }",
        r#"steps: [{type: set, values: {x: {a: [=1=, "{{ y }}"]}}, let: true}]"#,
    );
    steps(
        "switch x with { name: \"s\" } { case \"a\", -1 { break } case null { continue } default { fail } }",
        r#"steps: [{type: switch, on: =x=, name: "s", cases: [{case: ["a", =-1=], steps: [{type: break}]}, {case: [=null=], steps: [{type: continue}]}], default: [{type: fail}]}]"#,
    );
    steps(
        "for x index i in [\"a {{ y }}\", \"b\"] with { join: any } { bash \"ls\" collect x + \"!\" }",
        r#"steps: [{type: loop, as: x, index: i, over: ["a {{ y }}", "b"], join: any, collect: =x + "!"=, steps: [{type: bash, command: "ls"}]}]"#,
    );
    steps(
        "while a < 3 max 10 { bash \"ls\" }",
        r#"steps: [{type: loop, while: =a < 3=, max_iterations: 10, steps: [{type: bash, command: "ls"}]}]"#,
    );
    steps(
        "repeat max 10 with { on_limit: stop } { bash \"ls\" } until done",
        r#"steps: [{type: loop, max_iterations: 10, on_limit: stop, steps: [{type: bash, command: "ls"}], until: =done=}]"#,
    );
    steps(
        "parallel 2 { branch \"a-b\" { bash \"ls\" } }",
        r#"steps: [{type: parallel, max_concurrency: 2, branches: {a-b: [{type: bash, command: "ls"}]}}]"#,
    );
    steps(
        "parallel { bash \"a\" bash \"b\" }",
        r#"steps: [{type: parallel, steps: [{type: bash, command: "a"}, {type: bash, command: "b"}]}]"#,
    );
    steps(
        "try { bash \"a\" } catch e { fail } finally { bash \"b\" }",
        r#"steps: [{type: try, steps: [{type: bash, command: "a"}], catch: {as: e, steps: [{type: fail}]}, finally: [{type: bash, command: "b"}]}]"#,
    );
    steps(
        "fail no.stock \"none of {{ x }}\"\nfail\nfail \"x\"",
        r#"steps: [{type: fail, code: no.stock, message: "none of {{ x }}"}, {type: fail}, {type: fail, message: "x"}]"#,
    );
    steps(
        "call \"./other.wf\" { a: 1 } with { wait: false }",
        r#"steps: [{type: subworkflow, workflow: "./other.wf", inputs: {a: =1=}, wait: false}]"#,
    );
    steps(
        "let \"deploy-step\" = bash \"ls\"",
        r#"steps: [{type: bash, command: "ls", id: deploy-step}]"#,
    );
    steps(
        "bash \"a\" when x == 1 on_error { bash \"b\" } compensate { bash \"c\" } with { retry: 3, x-owner: \"me\" }",
        r#"steps: [{type: bash, command: "a", when: =x == 1=, on_error: [{type: bash, command: "b"}], compensate: [{type: bash, command: "c"}], retry: 3, x-owner: "me"}]"#,
    );
    steps(
        "if a { } else if b { } else { }",
        "steps: [{type: conditional, condition: =a=, then: [], else: [{type: conditional, condition: =b=, then: [], else: []}]}]",
    );
    steps(
        "let r = if a { bash \"x\" } else { bash \"y\" }",
        r#"steps: [{type: conditional, condition: =a=, then: [{type: bash, command: "x"}], else: [{type: bash, command: "y"}], id: r}]"#,
    );
}

#[test]
fn the_root() {
    let (root, faults) = shown(concat!(
        "// a file\nwfc 1\nworkflow w \"W\" {\n  description \"d\"\n  env HOME\n  env N: int = 3\n  env T: string\n",
        "  var n: int = 0\n  var s = \"{{ a }}\"\n  type R = { a: date }\n  type date = string\n",
        "  input a: R? with { description: \"it\" }\n  input b: list<int> = []\n  secret k, l\n  returns R | null\n",
        "  policy { timeout: 1h, concurrency_key: a.b, budget: { usd: 1.5 } }\n",
        "  constraints { allowSelfModification: false }\n  x-owner { team: \"a\" }\n",
        "  on manual\n  on event \"e\" when trigger.key == \"k\" with { inputs: { a: trigger.payload } }\n",
        "  on failure { bash \"f\" }\n  on finally { bash \"g\" }\n  bash \"x\"\n  allow [{ code: \"c\", reason: \"r\" }]\n}\n",
    ));
    assert_eq!(faults, []);
    assert_eq!(
        root,
        concat!(
            r#"{wfc: 1, slug: w, name: "W", description: "d", returns: <R | null>, "#,
            r#"policy: {timeout: 1h, concurrency_key: =a.b=, budget: {usd: 1.5}}, "#,
            r#"constraints: {allowSelfModification: false}, x-owner: {team: "a"}, "#,
            r#"on_failure: [{type: bash, command: "f"}], finally: [{type: bash, command: "g"}], "#,
            r#"allow: [{code: "c", reason: "r"}], "#,
            r#"env: {HOME: string, N: {type: <int>, default: =3=}, T: <string>}, "#,
            r#"variables: {n: int: =0=, s: "{{ a }}"}, types: {R: <{ a: date }>, date: <string>}, "#,
            r#"inputs: {a: {type: <R?>, description: "it"}, b: {type: <list<int>>, default: []}}, "#,
            r#"secrets: [k, l], triggers: [{type: manual}, "#,
            r#"{type: event, event: "e", when: =trigger.key == "k"=, inputs: {a: =trigger.payload=}}], "#,
            r#"steps: [{type: bash, command: "x"}]}"#,
        )
    );
}

#[test]
fn return_values_start_on_their_line() {
    steps(
        "if a { return }\nbash \"x\"",
        r#"steps: [{type: conditional, condition: =a=, then: [{type: return}]}, {type: bash, command: "x"}]"#,
    );
    let (_, faults) = shown("workflow w {\n  return\n  x.y\n}\n");
    assert_eq!(
        faults,
        [("expected a step, found `x`".to_owned(), "x".to_owned())]
    );
}

#[test]
fn brackets_become_expressions_when_an_operator_follows() {
    steps("return [1, 2].size()", "return: =[1, 2].size()=");
    steps("return [\"a\"] + xs", "return: =[\"a\"] + xs=");
    steps("return {\"a\": 1}[k]", "return: ={\"a\": 1}[k]=");
    steps("return { a: 1 }", "return: {a: =1=}");
    steps("return {1: 2}", "return: ={1: 2}=");
    steps("return [a, ?b]", "return: =[a, ?b]=");
    steps("return \"a\" in xs", "return: =\"a\" in xs=");
    steps("return \"a {{ b }}\"", r#"return: "a {{ b }}""#);
    steps("return (\"a\")", "return: =\"a\"=");
    steps("return {}", "return: {}");
}

#[test]
fn places_and_comments() {
    let text = "workflow w {\n  // é\n  let x = bash \"é {{ a }}\" // b\n}\n";
    let (tree, _) = parse(text);
    let root = tree.root.unwrap();
    let NodeKind::Seq(steps) = tree.kind(tree.field(root, "steps").unwrap()) else {
        panic!("no steps")
    };
    assert_eq!(
        &text[tree.span(steps[0]).range()],
        "let x = bash \"é {{ a }}\""
    );
    let NodeKind::Map(entries) = tree.kind(steps[0]) else {
        panic!("no step")
    };
    let places: Vec<_> = entries
        .iter()
        .map(|e| {
            (
                &*e.key,
                &text[e.key_span.range()],
                &text[tree.span(e.value).range()],
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            ("type", "bash", "bash"),
            ("command", "\"é {{ a }}\"", "\"é {{ a }}\""),
            ("id", "x", "x"),
        ]
    );
    let NodeKind::Scalar(command) = tree.kind(entries[1].value) else {
        panic!("no text")
    };
    let at = command.text.find('a').unwrap();
    assert_eq!(
        command.map.span(at, at + 1).range(),
        text.find("a }}").unwrap()..text.find("a }}").unwrap() + 1
    );
    assert_eq!(tree.comments.len(), 2);
}
