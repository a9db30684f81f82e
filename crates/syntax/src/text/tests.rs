use super::*;
use crate::print_expr::expr_text;

const TRIAGE: &str = r#"workflow triage_ticket "Triage a support ticket" {
  version "1.2.0"
  tools "pylon.tools.json", "linear.tools.json"

  input ticket_id: string
  input priority: "low" | "normal" | "high" = "normal"
  secret webhook_secret

  on webhook "/tickets" verify github secret webhook_secret { ticket_id: string(trigger.body.ticket.id) }
  on schedule "0 9 * * MON-FRI" in "Europe/Berlin" { ticket_id: "sweep" }

  let ticket = tool pylon.get_ticket { id: ticket_id }

  let review = agent "Summarise the ticket, then look for duplicates:\n{{ ticket.body }}" {
    tools: ["linear.search"]
    returns: { summary: string, duplicates: list<string>, severity: "low" | "high" }
    timeout: 10m
    retry: { max_attempts: 3, delay: 5s, backoff: 2.0 }
  }

  if review.severity == "high" && review.duplicates.size() == 0 {
    approval "File an issue for {{ ticket_id }}?" { timeout: 24h, on_timeout: deny }
    tool linear.create_issue { title: review.summary }
  } else {
    for dup in review.duplicates parallel 4 {
      tool linear.comment { issue: dup, body: review.summary }
    }
  }

  parallel {
    branch notify { bash "./notify.sh \"$MSG\"" { env: { MSG: review.summary } } }
    branch record { call archive_ticket { id: ticket_id } }
  }

  return { summary: review.summary }
}
"#;

/// A node on one line: quoted strings in quotes, plain scalars bare, expressions in `=...=`, types in `<...>`.
fn show(tree: &Tree, text: &str, id: NodeId) -> String {
    match tree.kind(id) {
        NodeKind::Scalar(s) if s.style.is_quoted() => format!("{:?}", s.text),
        NodeKind::Scalar(s) => s.text.to_string(),
        NodeKind::Seq(items) => {
            let items: Vec<String> = items.iter().map(|i| show(tree, text, *i)).collect();
            format!("[{}]", items.join(", "))
        }
        NodeKind::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|e| format!("{}: {}", e.key, show(tree, text, e.value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        NodeKind::Expr(e) => format!("={}=", expr_text(&tree.exprs, *e)),
        NodeKind::Type(_) => format!("<{}>", &text[tree.span(id).range()]),
        NodeKind::Error => "ERR".to_owned(),
    }
}

fn shown(text: &str) -> (String, Vec<(String, String)>) {
    let (tree, faults) = parse(text);
    let root = tree.root.map(|r| show(&tree, text, r)).unwrap_or_default();
    let faults = faults
        .into_iter()
        .map(|f| {
            assert!(f.help.is_some(), "no help: {}", f.message);
            let at = match &text[f.span.range()] {
                "" => format!("@{}", f.span.start),
                at => at.to_owned(),
            };
            (f.message, at)
        })
        .collect();
    (root, faults)
}

/// The mapping that the steps `body` become, inside `workflow w { ... }`.
#[track_caller]
fn steps(body: &str, want: &str) {
    let (root, faults) = shown(&format!("workflow w {{\n{body}\n}}\n"));
    assert_eq!(faults, [], "{body}");
    assert_eq!(root, format!("{{slug: w, {want}}}"), "{body}");
}

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

/// The findings of a whole file: messages with the text they point at.
#[track_caller]
fn finds(text: &str, want: &[(&str, &str)]) -> String {
    let (root, faults) = shown(text);
    let got: Vec<(&str, &str)> = faults
        .iter()
        .map(|(m, a)| (m.as_str(), a.as_str()))
        .collect();
    assert_eq!(got, want, "{text}");
    root
}

/// The findings in a workflow with these lines, and the steps that were read all the same.
#[track_caller]
fn finds_in(body: &str, want: &[(&str, &str)]) -> String {
    finds(&format!("workflow w {{\n{body}\n}}\n"), want)
}

#[test]
fn several_faults_are_all_reported_and_the_rest_is_read() {
    let text = concat!(
        "workflow w {\n  input é: integer\n  agnet \"a\"\n  if x = 3 {\n    bash \"b\" { timeout 5m }\n  }\n",
        "  bash \"c\" { env: { A: * } }\n  retrun f(\n  bash \"d\"\n}\n",
    );
    let root = finds(
        text,
        &[
            ("`é` means nothing here", "é"),
            ("there is no type `integer`", "integer"),
            ("`agnet` is no keyword", "agnet"),
            ("`=` is no operator", "="),
            ("expected `:`, found `5m`", "5m"),
            ("expected an expression, found `*`", "*"),
            ("`retrun` is no keyword", "retrun"),
            ("a `)` is missing here", "@130"),
        ],
    );
    assert!(root.ends_with(concat!(
        r#"steps: [{type: agent, goal: "a"}, {type: conditional, condition: =x == 3=, then: [{type: bash, command: "b"}]}, "#,
        r#"{type: bash, command: "c", env: {A: ERR}}, {type: return, value: =f()=}, {type: bash, command: "d"}]}"#
    )), "{root}");
}

#[test]
fn a_missing_closing_brace_is_one_finding() {
    let root = finds_in(
        "  if a {\n    bash \"b\"\n  bash \"c\"",
        &[("a `}` is missing here", "@34")],
    );
    assert!(
        root.ends_with(r#"then: [{type: bash, command: "b"}]}, {type: bash, command: "c"}]}"#),
        "{root}"
    );
    finds_in(
        "  bash \"b\" { timeout: 5m\n  bash \"c\"",
        &[("a `}` is missing here", "@37")],
    );
    finds_in(
        "  parallel {\n    branch a {\n      bash \"b\"\n    branch c {\n      bash \"d\"\n    }\n  }",
        &[("a `}` is missing here", "@55")],
    );
    finds_in(
        "  if a {\n    bash \"b\"\n  else {\n    bash \"c\"\n  }",
        &[("a `}` is missing here", "@34")],
    );
    finds(
        "workflow w {\n  if a {\n    bash \"b\"\n",
        &[("the end comes while 2 brackets are open", "@34")],
    );
}

#[test]
fn a_missing_opening_brace_is_one_finding() {
    let root = finds_in(
        "  if a\n    bash \"b\"\n  }\n  bash \"c\"",
        &[("a `{` is missing here", "@19")],
    );
    assert!(
        root.ends_with(r#"then: [{type: bash, command: "b"}]}, {type: bash, command: "c"}]}"#),
        "{root}"
    );
    let root = finds_in(
        "  if a:\n    bash \"b\"\n  bash \"c\"",
        &[("`:` does not open a block", ":")],
    );
    assert!(
        root.ends_with(r#"then: [{type: bash, command: "b"}]}, {type: bash, command: "c"}]}"#),
        "{root}"
    );
    finds_in(
        "  if a then {\n    bash \"b\"\n  }",
        &[("`then` does not open a block", "then")],
    );
    finds_in(
        "  for x in xs\n    bash \"b\"\n    bash \"d\"\n  }",
        &[("a `{` is missing here", "@26")],
    );
}

#[test]
fn a_brace_too_many_is_one_finding() {
    finds(
        "workflow w {\n  bash \"a\" }\n  bash \"b\"\n}\n",
        &[("this `}` closes nothing", "}")],
    );
    let root = finds(
        "workflow w {\n  bash \"a\"\n}\n  bash \"b\"\n}\n",
        &[("this `}` ends the workflow, but more follows", "}")],
    );
    assert!(root.ends_with(r#"{type: bash, command: "b"}]}"#), "{root}");
    finds(
        "workflow w {\n  bash \"a\"\n}\n}\n",
        &[("this `}` closes nothing", "}")],
    );
    finds(
        "workflow w { }\nworkflow v { }\n",
        &[("nothing may stand behind the workflow", "workflow")],
    );
}

#[test]
fn keywords_of_other_languages() {
    for (body, message, at) in [
        (
            "foreach x in xs { bash \"a\" }",
            "`foreach` is no keyword",
            "foreach",
        ),
        ("if a { } elif b { }", "`elif` is no keyword", "elif"),
        ("function f() { }", "`function` is no keyword", "function"),
        ("if a { var x = 1 }", "`var` is no keyword", "var"),
        ("if a { const x = 1 }", "`const` is no keyword", "const"),
        ("run \"ls\"", "`run` is no keyword", "run"),
        ("sleep 10s", "`sleep` is no keyword", "sleep"),
        ("wait 10s", "expected `for`, `until` or `event`", "10s"),
        ("throw \"x\"", "`throw` is no keyword", "throw"),
        ("x = 1", "`x` is assigned without a keyword", "x"),
        ("x += 1", "`x` is assigned without a keyword", "x"),
        ("set x += 1", "`+=` is no assignment", "+="),
        ("echo \"x\"", "`echo` is no keyword", "echo"),
        ("bash \"ls\";", "steps do not end with `;`", ";"),
        (
            "bash \"ls\" { timeout = 5m }",
            "a field and its value stand around `:`",
            "=",
        ),
        (
            "bash \"ls\" { timeout: 5m; check: true }",
            "fields do not end with `;`",
            ";",
        ),
        ("let x := 1", "a name and its value stand around `=`", ":="),
        (
            "let a-b = bash \"ls\"",
            "`a-b` is no name: it has `-` in it",
            "a-b",
        ),
        ("let x: int = 1", "`let` takes no type", ": int"),
        ("let x = run \"ls\"", "`run` is no keyword", "run"),
        (
            "for (x in xs) { bash \"a\" }",
            "the head of `for` stands without parentheses",
            "(x in xs)",
        ),
        (
            "for i, x in xs { bash \"a\" }",
            "`for` has one name before `in`",
            "i, x",
        ),
        (
            "for x of xs { bash \"a\" }",
            "`of` is no keyword here",
            "of",
        ),
        ("match x { case 1 { } }", "`match` is no keyword", "match"),
        (
            "switch x { case 1 | 2 { } }",
            "the values of a case have commas between them",
            "|",
        ),
        (
            "switch x { case \"a\": { } }",
            "a block follows its case without `:`",
            ":",
        ),
        (
            "switch x { case a { } }",
            "expected a constant, found `a`",
            "a",
        ),
        (
            "try { } catch (e) { }",
            "the error's name stands without parentheses",
            "(e)",
        ),
        ("repeat 3 { bash \"a\" }", "expected `max`", "3"),
        ("tool a.b(1)", "arguments do not stand in parentheses", "("),
        (
            "tool a.get-b { }",
            "`a.get-b` is no name: it has `-` in it",
            "a.get-b",
        ),
        (
            "bash x.y",
            "`bash` takes a text in quotes, found `x.y`",
            "x.y",
        ),
        ("bash \"a\" + x", "`bash` takes one text, found `+`", "+"),
        ("else { }", "`else` means nothing here", "else"),
        (
            "if a { input b: int }",
            "`input` means nothing here",
            "input",
        ),
        (
            "timeout: 5m",
            "the field `timeout` stands where a step should",
            "timeout:",
        ),
        ("inputs { a: string }", "`inputs` is no keyword", "inputs"),
        ("steps: { bash \"ls\" }", "`steps` is no keyword", "steps"),
        ("inptu a: string", "`inptu` is no keyword", "inptu"),
        (
            "descripton \"x\"",
            "`descripton` is no keyword",
            "descripton",
        ),
        (
            "input a = 5 input",
            "the input's name is missing after `input`",
            "input",
        ),
        ("input a", "the input's type is missing after `a`", "a"),
        (
            "version 1.2.0",
            "expected a text in quotes, found `1.2.0`",
            "1.2.0",
        ),
        (
            "version: \"1\"",
            "`version` and what it declares stand without a sign between them",
            ":",
        ),
        (
            "on cron \"0 9 * * *\"",
            "there is no trigger `cron`",
            "cron",
        ),
        (
            "on schedul \"0 9 * * *\"",
            "`schedul` is no keyword",
            "schedul",
        ),
        (
            "on error { bash \"a\" }",
            "`error` is no keyword here",
            "error",
        ),
        ("type A { a: int }", "a `=` is missing here", ""),
        ("bash", "a text in quotes is missing after `bash`", "bash"),
        (
            "bash \"a\" bash \"b\" c",
            "expected the next step, found `c`",
            "c",
        ),
        ("f(x)", "expected a step, found `f`", "f"),
        ("- bash: ls", "expected a step, found `-`", "-"),
        ("return a b", "expected the next step, found `b`", "b"),
        (
            "if a && { bash \"x\" }",
            "expected an expression, found `{`",
            "{",
        ),
        (
            "bash \"a\" { env: { A: 1 B } }",
            "expected the next field or `}`, found `B`",
            "B",
        ),
        ("return [1 2]", "expected `,` or `]`, found `2`", "2"),
        ("tool a.b { x: 1, x: 2 }", "`x` stands twice here", "x"),
    ] {
        let text = format!("workflow w {{\n  {body}\n  bash \"end\"\n}}\n");
        let (root, faults) = shown(&text);
        let got: Vec<(&str, &str)> = faults
            .iter()
            .map(|(m, a)| (m.as_str(), if a.starts_with('@') { "" } else { a }))
            .collect();
        assert_eq!(got, [(message, at)], "{text}");
        assert!(
            root.contains(r#"{type: bash, command: "end"}]"#),
            "{text}{root}"
        );
    }
}

#[test]
fn a_file_without_its_head() {
    finds(
        "name: x\nsteps:\n  - bash: ls\n",
        &[("expected `workflow`, found `name`", "name")],
    );
    finds(
        "{ \"steps\": [] }",
        &[("expected `workflow`, found `{`", "{")],
    );
    let root = finds(
        "worfklow w { bash \"a\" }",
        &[("`worfklow` is no keyword", "worfklow")],
    );
    assert_eq!(root, "{slug: w, steps: [{type: bash, command: \"a\"}]}");
    finds(
        "workflow w\n  bash \"a\"\n",
        &[("a `{` is missing after `w`", "@10")],
    );
    assert_eq!(shown(""), (String::new(), vec![]));
    assert_eq!(shown("// nothing\n"), (String::new(), vec![]));
}

/// Examples of codes: the bad file gets the finding and no other, the good one none.
#[test]
fn examples_of_codes_are_true() {
    let all = [
        lexer::codes::CODES,
        crate::parse_expr::codes::CODES,
        crate::type_parse::codes::CODES,
        codes::CODES,
    ];
    for code in all.into_iter().flatten() {
        if !code.bad.file.ends_with(".wf") {
            continue;
        }
        let found: Vec<&str> = parse(code.bad.text).1.iter().map(|f| f.code.id).collect();
        assert_eq!(found, [code.id], "{}", code.bad.text);
        assert_eq!(parse(code.good.text).1, [], "{}", code.good.text);
    }
}

/// Fixes that a machine may apply unasked mend the file.
#[test]
fn safe_fixes_of_examples_mend_them() {
    for code in codes::CODES.iter().chain(lexer::codes::CODES) {
        let found = parse(code.bad.text).1;
        for fix in found.iter().flat_map(|f| &f.fixes) {
            let mut text = code.bad.text.to_owned();
            for edit in fix.edits.iter().rev() {
                text.replace_range(edit.span.range(), &edit.text);
            }
            assert_eq!(parse(&text).1, [], "{} {text}", code.id);
        }
    }
}

#[test]
fn a_file_cut_anywhere_ends_with_few_findings() {
    for (end, _) in TRIAGE.char_indices() {
        let (tree, faults) = parse(&TRIAGE[..end]);
        assert!(faults.len() <= 3, "{end}: {faults:#?}");
        assert!(end < 9 || tree.root.is_some(), "{end}");
        if end > 0 && end < TRIAGE.len() - 2 {
            assert!(!faults.is_empty(), "{end}");
        }
    }
}

#[test]
fn a_character_that_is_missing_anywhere_gives_two_findings_at_most() {
    let mut double = 0;
    for (at, c) in TRIAGE.char_indices() {
        let text = format!("{}{}", &TRIAGE[..at], &TRIAGE[at + c.len_utf8()..]);
        let (_, faults) = parse(&text);
        assert!(faults.len() <= 2, "{at} {c:?}: {faults:#?}");
        double += usize::from(faults.len() > 1);
    }
    assert!(double <= 6, "{double} places give more than one finding");
}

#[test]
fn nesting_is_limited() {
    for (open, close) in [
        ("if a { ", "}"),
        ("parallel { branch a { ", "} }"),
        ("switch a { case 1 { ", "} }"),
    ] {
        let text = format!(
            "workflow w {{ {} {} }}",
            open.repeat(3000),
            close.repeat(3000)
        );
        let (_, faults) = parse(&text);
        assert_eq!(faults.len(), 1, "{open} {faults:?}");
    }
    let chain = format!(
        "workflow w {{ if a {{ }} {} }}",
        "else if a { } ".repeat(5000)
    );
    assert_eq!(parse(&chain).1.len(), 1);
    let values = format!(
        "workflow w {{ return {}1{} }}",
        "[".repeat(3000),
        "]".repeat(3000)
    );
    assert_eq!(parse(&values).1.len(), 1);
}

/// Findings beyond the limit are dropped, and nothing grows with the square of the file's length.
#[test]
fn many_faults_end() {
    for line in [
        "  bash \"a\n",
        "  if (a {\n",
        "  x = = 1\n",
        "  f(\"\n",
        ") ] }\n",
        "  { ( }\n",
        "“ ” @\n",
        "else {\n",
        "  bash \"a\" { b: [ }\n",
    ] {
        let text = format!("workflow w {{\n{}}}\n", line.repeat(20_000));
        assert!(
            parse(&text).1.len() <= crate::limits::MAX_DIAGNOSTICS,
            "{line}"
        );
    }
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

const WORDS: &[&str] = &[
    "workflow",
    "w",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "let",
    "x",
    "=",
    "bash",
    "\"a\"",
    "if",
    "else",
    "for",
    "in",
    "switch",
    "case",
    "default",
    "while",
    "max",
    "3",
    "repeat",
    "until",
    "parallel",
    "branch",
    "try",
    "catch",
    "finally",
    "return",
    "fail",
    "set",
    "wait",
    "10m",
    "event",
    "with",
    "when",
    "on_error",
    "compensate",
    "tool",
    "a.b",
    ":",
    ",",
    "?",
    "|",
    "&&",
    "-",
    "\n",
    "\n  ",
    "input",
    "type",
    "on",
    "schedule",
    "env",
    "var",
    "secret",
    "policy",
    "collect",
    ";",
    "*",
    "\"",
    "é",
    "schema",
    "list<",
    ">",
    "timeout:",
];

proptest::proptest! {
    #[test]
    fn any_words_give_a_tree(words in proptest::collection::vec(0..WORDS.len(), 0..60)) {
        let text: Vec<&str> = words.into_iter().map(|i| WORDS[i]).collect();
        let text = text.join(" ");
        for text in [text.clone(), format!("workflow w {{ {text}")] {
            for fault in parse(&text).1 {
                proptest::prop_assert!(text.get(fault.span.range()).is_some());
                for edit in fault.fixes.iter().flat_map(|f| &f.edits) {
                    proptest::prop_assert!(text.get(edit.span.range()).is_some());
                }
            }
        }
    }

    #[test]
    fn any_characters_give_a_tree(text in "\\PC{0,80}") {
        let _ = parse(&text);
        let _ = parse(&format!("workflow w {{ {text}"));
    }
}

/// What the parser writes is what lowering reads: good examples lower without a finding, and bad ones add none.
#[test]
fn examples_lower_without_further_findings() {
    let all = [
        lexer::codes::CODES,
        crate::parse_expr::codes::CODES,
        crate::type_parse::codes::CODES,
        codes::CODES,
    ];
    let texts = all
        .into_iter()
        .flatten()
        .flat_map(|code| [code.bad.text, code.good.text])
        .chain([TRIAGE]);
    for text in texts {
        let (tree, _) = parse(text);
        let found = crate::lower::lower(&tree, text).1;
        assert_eq!(found, [], "{text}");
    }
}

/// One sign too many, at every place: mostly one or two findings.
#[test]
fn a_sign_too_many_anywhere_gives_few_findings() {
    let (mut tried, mut many) = (0, 0);
    for sign in [
        "{", "}", "(", ")", "[", "]", "\"", ":", ",", ";", "=", "\n", "#", "x",
    ] {
        for (at, _) in TRIAGE.char_indices() {
            let text = format!("{}{sign}{}", &TRIAGE[..at], &TRIAGE[at..]);
            let (_, faults) = parse(&text);
            tried += 1;
            many += usize::from(faults.len() > 2);
        }
    }
    assert!(many * 100 < tried * 2, "{many} of {tried}");
}
