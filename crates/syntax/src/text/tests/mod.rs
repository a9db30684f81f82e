//! The text form: what is read and what is found.

mod anywhere;
mod findings;
mod reading;

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
