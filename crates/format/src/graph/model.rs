//! What is drawn, free of how.

use wfc_syntax::ast::{
    Ast, Block, Branch, Case, LoopHead, OnError, Step, StepId, StepKind, TriggerKind, Wait,
};
use wfc_syntax::expr::{ExprId, ExprKind, Part};
use wfc_syntax::print_expr::expr_text;
use wfc_syntax::span::Span;

use crate::values::{duration_text, template_text};

/// A workflow's picture.
pub(super) struct Chart {
    pub(super) title: String,
    /// What starts it.
    pub(super) triggers: Vec<String>,
    pub(super) body: Vec<Node>,
    /// Blocks that run at the end: label and steps.
    pub(super) ends: Vec<(String, Vec<Node>)>,
}

/// A step.
pub(super) struct Node {
    /// The kind's word; decides the colour.
    pub(super) kind: &'static str,
    /// Its name: id or title.
    pub(super) name: Option<String>,
    /// What it does, on one line.
    pub(super) text: String,
    /// The step in the source, for those who show the picture beside it; none for what is no step there.
    pub(super) span: Option<Span>,
    /// Side by side, each with the label of its edge.
    pub(super) branches: Vec<(String, Vec<Node>)>,
    /// Inside.
    pub(super) inside: Vec<Node>,
    /// What undoes it later: no part of the flow.
    pub(super) undo: Vec<Node>,
    /// Whether the flow ends here.
    pub(super) ends: bool,
}

/// The longest text in a box, in characters.
const LONGEST: usize = 44;

impl Node {
    /// Whether the flow goes on through the branches only.
    pub(super) fn splits(&self) -> bool {
        matches!(self.kind, "conditional" | "switch" | "parallel")
    }
}

pub(super) fn chart(ast: &Ast, title: &str) -> Chart {
    let w = &ast.workflow;
    let mut ends = Vec::new();
    if let Some(block) = &w.on_failure {
        ends.push(("on failure".to_owned(), nodes(ast, block)));
    }
    if let Some(block) = &w.finally {
        ends.push(("finally".to_owned(), nodes(ast, block)));
    }
    let mut body = nodes(ast, &w.steps);
    if let Some(value) = w.return_value {
        body.push(leaf("return", None, short(&text(ast, value)), true));
    }
    Chart {
        title: title.to_owned(),
        triggers: w.triggers.iter().filter_map(|t| trigger(&t.kind)).collect(),
        body,
        ends,
    }
}

fn trigger(kind: &TriggerKind) -> Option<String> {
    Some(match kind {
        TriggerKind::Manual => "manual".to_owned(),
        TriggerKind::Schedule { cron, timezone, .. } => match timezone {
            Some(zone) => format!("schedule {} {}", cron.text, zone.text),
            None => format!("schedule {} UTC", cron.text),
        },
        TriggerKind::Webhook { path, .. } => format!("webhook {}", path.text),
        TriggerKind::Event { event } => format!("event {}", event.text),
        TriggerKind::Error => return None,
    })
}

fn nodes(ast: &Ast, block: &Block) -> Vec<Node> {
    let steps = block.steps.iter();
    steps
        .filter_map(|id| Some((node(ast, *id)?, last(ast, *id))))
        .flat_map(|(node, last)| std::iter::once(node).chain(last))
        .collect()
}

/// The `finally` of a `try`: whatever happened before, the flow goes through it.
fn last(ast: &Ast, id: StepId) -> Option<Node> {
    let StepKind::Try { finally, .. } = &ast.step(id).kind else {
        return None;
    };
    let mut node = leaf("finally", None, String::new(), false);
    node.inside = nodes(ast, finally.as_ref()?);
    Some(node)
}

fn leaf(kind: &'static str, name: Option<String>, text: String, ends: bool) -> Node {
    Node {
        kind,
        name,
        text,
        span: None,
        branches: Vec::new(),
        inside: Vec::new(),
        undo: Vec::new(),
        ends,
    }
}

fn node(ast: &Ast, id: StepId) -> Option<Node> {
    let step = ast.step(id);
    let mut node = bare(ast, step)?;
    node.span = Some(step.span);
    node.name = step
        .id
        .as_ref()
        .or(step.name.as_ref())
        .or(step.output.as_ref())
        .map(|n| short(&n.text));
    if let Some(when) = step.when {
        node.text = short(&format!("{} (when {})", node.text, expr(ast, when)));
    }
    if let Some(OnError::Steps(block)) = &step.on_error {
        node.branches
            .push(("on error".to_owned(), nodes(ast, block)));
    }
    if let Some(block) = &step.compensate {
        node.undo = nodes(ast, block);
    }
    Some(node)
}

fn bare(ast: &Ast, step: &Step) -> Option<Node> {
    let plain = |kind, text: String| leaf(kind, None, short(&text), false);
    Some(match &step.kind {
        StepKind::Agent { goal, .. } => plain("agent", text(ast, *goal)),
        StepKind::AgentMessage { content, .. } => plain("agent_message", text(ast, *content)),
        StepKind::Tool { tool, .. } => plain("tool", tool.text.to_string()),
        StepKind::Bash { command, .. } => plain("bash", text(ast, *command)),
        StepKind::Approval { prompt, .. } => plain("approval", text(ast, *prompt)),
        StepKind::Subworkflow { workflow, .. } => plain("subworkflow", workflow.text.to_string()),
        StepKind::Wait { wait, .. } => plain("wait", wait_text(ast, wait)),
        StepKind::Set { values, .. } => {
            let names: Vec<&str> = values.iter().map(|v| &*v.name.text).collect();
            plain("set", names.join(", "))
        }
        StepKind::Return(value) => leaf(
            "return",
            None,
            short(&value.map(|v| text(ast, v)).unwrap_or_default()),
            true,
        ),
        StepKind::Fail { code, message } => {
            let said = message.map(|m| text(ast, m));
            let said = said
                .or_else(|| code.as_ref().map(|c| c.text.to_string()))
                .unwrap_or_default();
            leaf("fail", None, short(&said), true)
        }
        StepKind::Break => leaf("break", None, String::new(), true),
        StepKind::Continue => leaf("continue", None, String::new(), true),
        StepKind::Conditional {
            condition,
            then,
            otherwise,
        } => {
            let yes = ("yes".to_owned(), nodes(ast, then));
            let no = ("no".to_owned(), nodes_if_any(ast, otherwise.as_ref()));
            Node {
                branches: vec![yes, no],
                ..plain("conditional", expr(ast, *condition))
            }
        }
        StepKind::Switch { on, cases, default } => Node {
            branches: switch_branches(ast, cases, default.as_ref()),
            ..plain("switch", expr(ast, *on))
        },
        StepKind::Loop {
            head,
            max_iterations,
            body,
            ..
        } => {
            let limit = max_iterations.map(|n| n.value);
            Node {
                inside: nodes(ast, body),
                ..plain("loop", loop_text(ast, head, limit))
            }
        }
        StepKind::Parallel { branches, .. } => {
            let branch = |b: &Branch| (short(&b.name.text), nodes(ast, &b.body));
            Node {
                branches: branches.iter().map(branch).collect(),
                ..plain("parallel", String::new())
            }
        }
        StepKind::Try { body, catch, .. } => {
            let catch = catch.as_ref();
            let caught = catch.map(|c| ("catch".to_owned(), nodes(ast, &c.body)));
            Node {
                inside: nodes(ast, body),
                branches: caught.into_iter().collect(),
                ..plain("try", String::new())
            }
        }
        StepKind::Error => return None,
    })
}

fn nodes_if_any(ast: &Ast, block: Option<&Block>) -> Vec<Node> {
    block.map(|b| nodes(ast, b)).unwrap_or_default()
}

fn switch_branches(ast: &Ast, cases: &[Case], default: Option<&Block>) -> Vec<(String, Vec<Node>)> {
    let case = |case: &Case| {
        let values: Vec<String> = case.values.iter().map(|v| text(ast, *v)).collect();
        (short(&values.join(", ")), nodes(ast, &case.body))
    };
    let other = ("default".to_owned(), nodes_if_any(ast, default));
    cases.iter().map(case).chain([other]).collect()
}

fn wait_text(ast: &Ast, wait: &Wait) -> String {
    match wait {
        Wait::For(e) => format!("for {}", text(ast, *e)),
        Wait::Until(e) => format!("until {}", text(ast, *e)),
        Wait::Event { event, .. } => format!("event {}", event.text),
    }
}

fn loop_text(ast: &Ast, head: &LoopHead, limit: Option<u64>) -> String {
    let limit = limit
        .map(|n| format!(", at most {n} times"))
        .unwrap_or_default();
    match head {
        LoopHead::Over {
            over,
            item,
            max_concurrency,
            ..
        } => {
            let at_once = max_concurrency
                .map(|n| format!(", {} at once", n.value))
                .unwrap_or_default();
            format!("for {} in {}{at_once}", item.text, text(ast, *over))
        }
        LoopHead::While(e) => format!("while {}{limit}", expr(ast, *e)),
        LoopHead::Until(e) => format!("until {}{limit}", expr(ast, *e)),
        LoopHead::Times => format!("repeat{limit}"),
    }
}

fn expr(ast: &Ast, id: ExprId) -> String {
    expr_text(&ast.exprs, id)
}

fn text(ast: &Ast, id: ExprId) -> String {
    match ast.exprs.kind(id) {
        ExprKind::String(text) => text.to_string(),
        ExprKind::Duration(nanos) => duration_text(*nanos),
        ExprKind::Template(parts) => {
            let parts: &[Part] = parts;
            template_text(&ast.exprs, parts)
        }
        _ => expr(ast, id),
    }
}

/// The first line, cut where it is long.
fn short(text: &str) -> String {
    let text = text.trim();
    let first = text.lines().next().unwrap_or_default().trim();
    let cut: String = first.chars().take(LONGEST).collect();
    if cut.len() < text.len() {
        format!("{}…", cut.trim_end())
    } else {
        cut
    }
}
