//! A workflow that calls itself, directly or through others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wfc_syntax::ast::{Ast, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Diagnostic, Label};
use wfc_syntax::slug::slug_of;
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use crate::analysis::blocks::BlockRole;
use crate::rules::RuleContext;

/// A workflow that calls itself.
pub static CODE: Code = Code {
    id: "WF0407",
    name: "subworkflow-cycle",
    severity: Severity::Error,
    summary: "a workflow that calls itself, directly or through the workflows that it calls",
    why: "A run that calls itself each time never ends: it fails when the calls are nested too deep. When a condition decides \
          about the call this is a warning, since the calls may come to an end.",
    bad: Example::wf(
        "workflow archive_ticket {\n  input id: string\n  bash \"./archive.sh\" { env: { ID: id } }\n  call archive_ticket { id: id }\n}\n",
    ),
    good: Example::wf(
        "workflow archive_all {\n  input ids: list<string>\n  for id in ids {\n    call archive_ticket { id: id }\n  }\n}\n",
    ),
};

/// Files that are looked into at most.
const MAX_FILES: usize = 200;

/// What is known of another file: what others call it by, and what it calls.
struct Other {
    slug: String,
    calls: Vec<Call>,
}

/// A call, with the place where the called workflow is named.
#[derive(Clone)]
struct Call {
    name: String,
    at: Span,
}

/// A workflow on the way, and the call in it that goes on.
struct Hop {
    file: String,
    slug: String,
    at: Span,
}

struct Search<'a> {
    cx: &'a RuleContext<'a>,
    slug: String,
    files: BTreeMap<String, Arc<Other>>,
    /// Files from which this one is not reached.
    dead: BTreeSet<String>,
}

/// Reports calls that lead back to this file.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let mut calls = cx
        .ast
        .step_ids()
        .filter(|id| matches!(cx.ast.step(*id).kind, StepKind::Subworkflow { .. }));
    let Some(first) = calls.next() else { return };
    let places = cx.places();
    let mut search = Search {
        cx,
        slug: slug_of(cx.ast, cx.file),
        files: BTreeMap::new(),
        dead: BTreeSet::new(),
    };
    for id in std::iter::once(first).chain(calls) {
        let step = cx.ast.step(id);
        let StepKind::Subworkflow { workflow, .. } = &step.kind else {
            continue;
        };
        let Some(path) = search.leads_back(cx.file, &workflow.text) else {
            continue;
        };
        let own = &search.slug;
        let through: Vec<&str> = path.iter().map(|hop| hop.slug.as_str()).collect();
        let message = match through.as_slice() {
            [] => format!("`{own}` calls itself"),
            through => format!("`{own}` calls itself through `{}`", through.join("`, `")),
        };
        let conditional = step.when.is_some()
            || places.outwards(id).any(|(outer, role)| {
                !matches!(
                    role,
                    BlockRole::Try | BlockRole::Finally | BlockRole::Branch(_)
                ) || cx.ast.step(outer).when.is_some()
            });
        let mut report = Diagnostic::new(&CODE, workflow.span, message);
        let next = through.iter().skip(1).copied().chain([own.as_str()]);
        report.labels = path
            .iter()
            .zip(next)
            .map(|(hop, next)| hop.label(next))
            .collect();
        report = if conditional {
            report.severity = Severity::Warning;
            report.help("make sure that the calls come to an end, or go over the items with a loop")
        } else {
            report.help("go over the items with a loop, or make the call depend on a condition that comes to an end")
        };
        out.push(report);
    }
}

impl Hop {
    fn label(&self, next: &str) -> Label {
        Label {
            file: Some(self.file.clone()),
            span: self.at,
            message: format!("`{}` calls `{next}` here", self.slug),
        }
    }
}

impl Search<'_> {
    /// The workflows between this file and its call of itself; nothing when there is no way back.
    fn leads_back(&mut self, from: &str, called: &str) -> Option<Vec<Hop>> {
        if from == self.cx.file && called == self.slug {
            return Some(Vec::new());
        }
        // Depth first, with the path in a stack of its own: files to look into, and those on the way.
        let first = Call {
            name: called.to_owned(),
            at: Span::default(),
        };
        let mut work = vec![(from.to_owned(), first, 0)];
        let mut path: Vec<Hop> = Vec::new();
        while let Some((from, called, depth)) = work.pop() {
            path.truncate(depth);
            if let Some(caller) = path.last_mut() {
                caller.at = called.at;
            }
            let Some(source) = self.find(&from, &called.name) else {
                continue;
            };
            if source.name == self.cx.file {
                return Some(path);
            }
            if self.dead.contains(&source.name) || path.iter().any(|hop| hop.file == source.name) {
                continue;
            }
            self.dead.insert(source.name.clone());
            let Some(other) = self.other(&source) else {
                continue;
            };
            path.push(Hop {
                file: source.name.clone(),
                slug: other.slug.clone(),
                at: Span::default(),
            });
            let deeper = path.len();
            work.extend(
                other
                    .calls
                    .iter()
                    .rev()
                    .map(|c| (source.name.clone(), c.clone(), deeper)),
            );
        }
        None
    }

    fn find(&self, from: &str, called: &str) -> Option<Arc<Source>> {
        let is_path = called.contains('/')
            || [".wf", ".yaml", ".yml", ".json"]
                .iter()
                .any(|end| called.ends_with(end));
        if is_path {
            self.cx.world.source(from, called)
        } else {
            self.cx.world.workflow(from, called)
        }
    }

    fn other(&mut self, source: &Source) -> Option<Arc<Other>> {
        if let Some(known) = self.files.get(&source.name) {
            return Some(known.clone());
        }
        if self.files.len() >= MAX_FILES {
            return None;
        }
        let parsed = wfc_syntax::parse(source, Spelling::of(&source.name, &source.text));
        let other = Arc::new(Other {
            slug: slug_of(&parsed.ast, &source.name),
            calls: calls(&parsed.ast),
        });
        self.files.insert(source.name.clone(), other.clone());
        Some(other)
    }
}

fn calls(ast: &Ast) -> Vec<Call> {
    let mut out: Vec<Call> = Vec::new();
    for step in &ast.steps {
        if let StepKind::Subworkflow { workflow, .. } = &step.kind
            && !out.iter().any(|c| *c.name == *workflow.text)
        {
            out.push(Call {
                name: workflow.text.to_string(),
                at: workflow.span,
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;
    use crate::settings::Settings;
    use crate::world::World;

    /// Workflows by slug, each in a file of that name.
    struct Files(Vec<(&'static str, String)>);

    impl World for Files {
        fn source(&self, _: &str, path: &str) -> Option<Arc<Source>> {
            let (_, text) = self
                .0
                .iter()
                .find(|(slug, _)| path == format!("./{slug}.wf"))?;
            Some(Arc::new(Source::new(
                path.trim_start_matches("./"),
                text.as_str(),
            )))
        }
        fn workflow(&self, from: &str, slug: &str) -> Option<Arc<Source>> {
            self.source(from, &format!("./{slug}.wf"))
        }
        fn catalogue(&self, _: &str, _: &str) -> Option<Arc<Source>> {
            None
        }
    }

    fn files(calls: &[(&'static str, &str)]) -> Files {
        Files(
            calls
                .iter()
                .map(|(slug, body)| (*slug, format!("workflow {slug} {{\n{body}\n}}\n")))
                .collect(),
        )
    }

    fn found(files: &Files, slug: &str) -> Vec<String> {
        let source = files.workflow("", slug).unwrap();
        let checked = check(&source, Spelling::Text, files, &Settings::default());
        checked
            .diagnostics
            .iter()
            .map(|d| format!("{} {} {}", d.severity, d.code.id, d.message))
            .collect()
    }

    #[test]
    fn calls_that_lead_back_name_the_way() {
        let world = files(&[
            ("a", "call b"),
            ("b", "call \"./c.wf\""),
            ("c", "call a\n call d"),
            ("d", "bash \"x\""),
        ]);
        assert_eq!(
            found(&world, "a"),
            ["error WF0407 `a` calls itself through `b`, `c`"]
        );
        assert_eq!(found(&world, "d"), [""; 0]);
        let source = world.workflow("", "a").unwrap();
        let checked = check(&source, Spelling::Text, &world, &Settings::default());
        let labels = &checked.diagnostics[0].labels;
        let told: Vec<(&str, &str)> = labels
            .iter()
            .map(|l| (l.file.as_deref().unwrap_or(""), l.message.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("b.wf", "`b` calls `c` here"),
                ("c.wf", "`c` calls `a` here")
            ]
        );
    }

    #[test]
    fn a_condition_makes_it_a_warning_and_other_cycles_are_not_this_file_s() {
        let world = files(&[
            ("a", "input n: int\n if n > 0 { call a { n: n - 1 } }"),
            ("b", "call c"),
            ("c", "call c"),
        ]);
        assert_eq!(found(&world, "a"), ["warning WF0407 `a` calls itself"]);
        assert_eq!(found(&world, "b"), [""; 0]);
    }

    #[test]
    fn many_ways_are_looked_at_once() {
        let slugs: Vec<&'static str> = (0..60)
            .map(|i| &*Box::leak(format!("w{i}").into_boxed_str()))
            .collect();
        let bodies: Vec<String> = (0..60)
            .map(|i| {
                (i + 1..60.min(i + 8))
                    .map(|j| format!("call w{j}\n"))
                    .collect::<String>()
                    + "bash \"x\""
            })
            .collect();
        let calls: Vec<(&'static str, &str)> = slugs
            .iter()
            .copied()
            .zip(bodies.iter().map(String::as_str))
            .collect();
        assert_eq!(found(&files(&calls), "w0"), [""; 0]);
    }
}
