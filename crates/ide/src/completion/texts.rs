//! Plain texts that stand for something: tools, workflows, runners, catalogues, zones, cron patterns, codes, secrets.

use wfc_compiler::analysis::catalogue::Tool;
use wfc_syntax::ast::{StepKind, TriggerKind};
use wfc_syntax::shape::{self, Field};
use wfc_syntax::tree::Spelling;
use wfc_value::fault::FAULT_CODES;

use super::{Cx, Item, ItemKind};
use crate::docs;
use crate::holds::{Frame, Holds};
use crate::marked::Open;
use crate::paths;

/// Patterns that are given as examples.
const CRON: [(&str, &str); 8] = [
    ("*/15 * * * *", "every 15 minutes"),
    ("0 * * * *", "every hour"),
    ("0 9 * * *", "every day at 9:00"),
    ("0 9 * * MON-FRI", "on working days at 9:00"),
    ("0 9 * * MON", "on Mondays at 9:00"),
    ("0 0 1 * *", "on the first day of each month"),
    ("0 0 L * *", "on the last day of each month"),
    ("0 9 * * MON#1", "on the first Monday of each month at 9:00"),
];

impl Cx<'_> {
    pub(super) fn text_value(&self, frame: &Frame<'_>, out: &mut Vec<Item>) {
        let Some(field) = frame.field else { return };
        let tree = &self.marked.parsed.tree;
        let of = |fields: &'static [Field]| fields.contains(field);
        let kind = self
            .way
            .step()
            .and_then(|node| crate::holds::kind_of_step(tree, node))
            .map_or("", |k| k.name);
        let in_step = self.way.inside(|h| *h == Holds::Step).is_some();
        let in_trigger = self.way.inside(|h| *h == Holds::Trigger).is_some();
        match field.name {
            "tool" => self.tools(out),
            "tools" if in_step => self.tools(out),
            "tools" => self.catalogues(out),
            "workflow" if kind == "subworkflow" => self.workflows(out),
            "agent" => self.runners(out),
            "cron" => self.cron(out),
            "timezone" => self.zones(out),
            "secret" if in_trigger => {
                for secret in &self.marked.parsed.ast.workflow.secrets {
                    out.push(self.text(&secret.text, ItemKind::Variable).rank(0));
                }
            }
            "code" if of(shape::ALLOW) => self.codes(out),
            "on" | "code" => self.error_codes(out),
            "variable" => self.variables(out),
            "outputVariable" => self.variables(out),
            "event" => self.events(out),
            _ => {}
        }
    }

    /// A text as a whole value, in quotes where they are needed and none are there.
    fn text(&self, text: &str, kind: ItemKind) -> Item {
        let quoted = self
            .cursor
            .open()
            .iter()
            .any(|o| matches!(o, Open::Quote(_)));
        let span = self.scalar_span();
        let path = text.split('.').all(wfc_syntax::lexer::is_name);
        let bare = match self.cursor.spelling {
            Spelling::Json => false,
            Spelling::Text => path,
            Spelling::Yaml => {
                !text.starts_with(['*', '&', '!', '@', '%', '"', '\''])
                    && !text.contains([':', '#'])
            }
        };
        let written = if quoted || bare {
            text.to_owned()
        } else {
            format!("\"{text}\"")
        };
        self.item(text, kind, written).replacing(span)
    }

    fn tools(&self, out: &mut Vec<Item>) {
        for catalogue in &self.analysis().catalogues.servers {
            for tool in &catalogue.tools {
                let name = format!("{}.{}", catalogue.server, tool.name);
                out.push(
                    self.text(&name, ItemKind::Tool)
                        .detail(tool_line(tool))
                        .doc(docs::tool(&name, tool))
                        .rank(0),
                );
            }
        }
        if !self
            .analysis()
            .catalogues
            .servers
            .iter()
            .any(|c| c.server == "http")
        {
            let doc = "sends an HTTP request; it is built in and needs no catalogue";
            out.push(
                self.text("http.request", ItemKind::Tool)
                    .detail(doc)
                    .rank(1),
            );
        }
    }

    fn catalogues(&self, out: &mut Vec<Item>) {
        let folder = paths::folder_of(self.path);
        for path in self.snapshot.catalogues(folder) {
            let shown = paths::relative(self.path, &path);
            out.push(self.text(&shown, ItemKind::File).rank(0));
        }
    }

    fn workflows(&self, out: &mut Vec<Item>) {
        let folder = paths::folder_of(self.path);
        for (slug, path) in self.snapshot.slugs(folder).iter() {
            if path == self.path {
                continue;
            }
            out.push(
                self.text(slug, ItemKind::Tool)
                    .detail(paths::relative(self.path, path))
                    .rank(0),
            );
        }
        for path in self.snapshot.workflows() {
            if path == self.path {
                continue;
            }
            let shown = paths::relative(self.path, &path);
            let shown = if shown.starts_with("../") {
                shown
            } else {
                format!("./{shown}")
            };
            out.push(self.text(&shown, ItemKind::File).rank(2));
        }
    }

    fn runners(&self, out: &mut Vec<Item>) {
        for name in self.snapshot.settings(self.path).agents.iter() {
            out.push(
                self.text(name, ItemKind::Tool)
                    .detail("a runner of `wfc.toml`")
                    .rank(0),
            );
        }
        // What other steps of the file name.
        let ast = &self.marked.parsed.ast;
        let mut seen = std::collections::BTreeSet::new();
        for step in &ast.steps {
            if let StepKind::Agent {
                agent: Some(name), ..
            } = &step.kind
                && !name.text.contains(wfc_compiler::analysis::probe::PROBE)
                && seen.insert(&name.text)
                && !out.iter().any(|i| *i.label == *name.text)
            {
                out.push(self.text(&name.text, ItemKind::Tool).rank(1));
            }
        }
    }

    fn cron(&self, out: &mut Vec<Item>) {
        for (pattern, doc) in CRON {
            let item = self.text(pattern, ItemKind::Example).detail(doc).rank(1);
            // Whatever is written, patterns are worth a look.
            let written = self.written();
            out.push(if written.is_empty() {
                item
            } else {
                item.filter(written)
            });
        }
    }

    /// What is written of the text up to the cursor.
    fn written(&self) -> String {
        let start = self.scalar_span().start as usize;
        let text = self.cursor.text.get(start..self.cursor.offset);
        text.unwrap_or_default().to_owned()
    }

    fn zones(&self, out: &mut Vec<Item>) {
        for zone in wfc_value::time::timezones() {
            out.push(
                self.text(&zone, ItemKind::Word)
                    .rank(u8::from(!zone.contains('/'))),
            );
        }
    }

    fn codes(&self, out: &mut Vec<Item>) {
        let all = wfc_syntax::codes();
        let all = all.into_iter().chain(wfc_compiler::rules::codes());
        for code in all {
            out.push(
                self.text(code.name, ItemKind::Word)
                    .detail(format!("{}: {}", code.id, code.summary))
                    .doc(docs::code(code))
                    .rank(1),
            );
        }
    }

    fn error_codes(&self, out: &mut Vec<Item>) {
        for info in FAULT_CODES {
            out.push(
                self.text(info.name, ItemKind::Word)
                    .doc(docs::fault(info))
                    .rank(1),
            );
        }
        for step in &self.marked.parsed.ast.steps {
            if let StepKind::Fail {
                code: Some(code), ..
            } = &step.kind
                && !code.text.contains(wfc_compiler::analysis::probe::PROBE)
            {
                out.push(
                    self.text(&code.text, ItemKind::Word)
                        .detail("raised by `fail`")
                        .rank(0),
                );
            }
        }
    }

    fn variables(&self, out: &mut Vec<Item>) {
        let mut seen = std::collections::BTreeSet::new();
        for binding in &self.analysis().bindings {
            let name = &binding.name.text;
            if !name.contains(wfc_compiler::analysis::probe::PROBE) && seen.insert(name) {
                out.push(
                    self.text(name, ItemKind::Variable)
                        .detail(docs::ty(&binding.ty))
                        .rank(0),
                );
            }
        }
    }

    /// Names of events that the file speaks of elsewhere.
    fn events(&self, out: &mut Vec<Item>) {
        let ast = &self.marked.parsed.ast;
        let triggers = ast.workflow.triggers.iter().filter_map(|t| match &t.kind {
            TriggerKind::Event { event } => Some(event),
            _ => None,
        });
        let waits = ast.steps.iter().filter_map(|s| match &s.kind {
            StepKind::Wait {
                wait: wfc_syntax::ast::Wait::Event { event, .. },
                ..
            } => Some(event),
            _ => None,
        });
        for event in triggers.chain(waits) {
            if !event.text.contains(wfc_compiler::analysis::probe::PROBE) {
                out.push(self.text(&event.text, ItemKind::Word).rank(0));
            }
        }
    }
}

fn tool_line(tool: &Tool) -> String {
    let description = tool.description.as_deref().unwrap_or_default();
    description.lines().next().unwrap_or_default().to_owned()
}
