//! The core as text, for people and snapshots.

use std::fmt::Write as _;

use super::{Core, Ex, ExId, Fork, ForkKind, Jump, NodeId, NodeKind, Note, SlotId};

/// The core as indented text. `source` gives back the text of the file's expressions.
#[must_use]
pub fn dump(core: &Core, source: &dyn Fn(wfc_syntax::expr::ExprId) -> String) -> String {
    let mut out = Dump {
        core,
        source,
        text: String::new(),
    };
    if let Some(root) = core.root {
        out.node(root, 0);
    }
    out.text
}

struct Dump<'a> {
    core: &'a Core,
    source: &'a dyn Fn(wfc_syntax::expr::ExprId) -> String,
    text: String,
}

impl Dump<'_> {
    fn line(&mut self, indent: usize, text: &str) {
        for _ in 0..indent {
            self.text.push_str("  ");
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn slot(&self, slot: SlotId) -> String {
        let name = self
            .core
            .slots
            .get(slot.0 as usize)
            .map_or("?", |s| s.name.as_str());
        format!("{name}%{}", slot.0)
    }

    fn slots(&self, slots: &[SlotId]) -> String {
        slots
            .iter()
            .map(|s| self.slot(*s))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn goes_to(&self, slot: Option<SlotId>) -> String {
        slot.map_or_else(String::new, |s| format!("{} = ", self.slot(s)))
    }

    fn path(&self, step: wfc_syntax::ast::StepId) -> &str {
        self.core
            .paths
            .get(step.0 as usize)
            .map_or("?", String::as_str)
    }

    /// Nesting of nodes is bounded by the nesting of the file, which the parser limits.
    fn node(&mut self, id: NodeId, indent: usize) {
        match &self.core.get(id).kind {
            NodeKind::Seq(nodes) => {
                for n in nodes {
                    self.node(*n, indent);
                }
            }
            NodeKind::If {
                cond,
                then,
                otherwise: Some(otherwise),
            } if self.core.is_empty(*then) => {
                let cond = self.ex(*cond);
                self.line(indent, &format!("unless {cond}"));
                self.node(*otherwise, indent + 1);
            }
            NodeKind::If {
                cond,
                then,
                otherwise,
            } => {
                let cond = self.ex(*cond);
                self.line(indent, &format!("if {cond}"));
                self.node(*then, indent + 1);
                if let Some(otherwise) = otherwise {
                    self.line(indent, "else");
                    self.node(*otherwise, indent + 1);
                }
            }
            NodeKind::Fork(fork) => self.fork(fork, indent),
            NodeKind::Try {
                body,
                error,
                handler,
            } => {
                self.line(indent, "try");
                self.node(*body, indent + 1);
                let error = error.map_or_else(|| "_".to_owned(), |s| self.slot(s));
                self.line(indent, &format!("catch {error}"));
                self.node(*handler, indent + 1);
            }
            NodeKind::Finally { body, cleanup } => {
                self.line(indent, "protect");
                self.node(*body, indent + 1);
                self.line(indent, "finally");
                self.node(*cleanup, indent + 1);
            }
            NodeKind::Step {
                step,
                compensate,
                body,
            } => {
                self.line(indent, &format!("step {}", self.path(*step)));
                self.node(*body, indent + 1);
                if let Some(undo) = compensate {
                    self.line(indent, "compensate");
                    self.node(*undo, indent + 1);
                }
            }
            NodeKind::Block { label, body } => {
                self.line(indent, &format!("block L{}", label.0));
                self.node(*body, indent + 1);
            }
            NodeKind::Loop { label, body } => {
                self.line(indent, &format!("loop L{}", label.0));
                self.node(*body, indent + 1);
            }
            NodeKind::Counted { rounds, body } => {
                self.line(indent, &format!("count {rounds:?}"));
                self.node(*body, indent + 1);
            }
            NodeKind::Budget { limits, body } => {
                let limits = self.ex(*limits);
                self.line(indent, &format!("budget {limits}"));
                self.node(*body, indent + 1);
            }
            NodeKind::Deadline { after, body } => {
                let after = self.ex(*after);
                self.line(indent, &format!("deadline {after}"));
                self.node(*body, indent + 1);
            }
            other => {
                let text = self.simple(other);
                self.line(indent, &text);
            }
        }
    }

    fn fork(&mut self, fork: &Fork, indent: usize) {
        let into = self.goes_to(fork.into);
        let join = format!("{:?}", fork.join).to_lowercase();
        let limit = fork
            .limit
            .map_or_else(String::new, |n| format!(" limit {n}"));
        match &fork.kind {
            ForkKind::Branches(branches) => {
                self.line(indent, &format!("{into}fork join {join}{limit}"));
                for b in branches {
                    let (merge, always) = (self.slots(&b.merge), self.slots(&b.always));
                    let head = format!("branch {} merge [{merge}] always [{always}]", b.name);
                    self.line(indent + 1, &head);
                    self.node(b.body, indent + 2);
                }
            }
            ForkKind::Each {
                over,
                item,
                index,
                body,
                collect,
            } => {
                let over = self.ex(*over);
                let index = index.map_or_else(String::new, |s| format!(" index {}", self.slot(s)));
                let item = self.slot(*item);
                let collect = if *collect { " collect" } else { "" };
                self.line(
                    indent,
                    &format!("{into}fork each {item}{index} in {over} join {join}{limit}{collect}"),
                );
                self.node(*body, indent + 1);
            }
        }
    }

    fn simple(&self, kind: &NodeKind) -> String {
        match kind {
            NodeKind::Assign { slot, value } => {
                format!("{} = {}", self.slot(*slot), self.ex(*value))
            }
            NodeKind::Copy { to, from } => format!("{} <- {}", self.slot(*to), self.slot(*from)),
            NodeKind::Clear(slots) => format!("clear {}", self.slots(slots)),
            NodeKind::Append { list, value } => {
                format!("append {}, {}", self.slot(*list), self.ex(*value))
            }
            NodeKind::Put { map, key, value } => {
                format!("put {}.{key}, {}", self.slot(*map), self.ex(*value))
            }
            NodeKind::Effect {
                kind,
                args,
                decode,
                held,
                into,
            } => {
                let decode = decode
                    .as_ref()
                    .map_or_else(String::new, |t| format!(" as {t}"));
                let kind = format!("{kind:?}").to_lowercase();
                format!(
                    "{}effect {kind} {}{decode}{}",
                    self.goes_to(*into),
                    self.ex(*args),
                    if held.is_some() { " held" } else { "" }
                )
            }
            NodeKind::Note(note) => match note {
                Note::Skipped(step) => format!("skipped {}", self.path(*step)),
                Note::NextRound => "next round".to_owned(),
                Note::CompMark(s) => format!("{} = compensation mark", self.slot(*s)),
                Note::CompUnwind(s) => format!("compensate to {}", self.slot(*s)),
            },
            NodeKind::Jump(jump) => match jump {
                Jump::Leave(l) => format!("leave L{}", l.0),
                Jump::Return(v) => format!("return {}", self.ex(*v)),
                Jump::Raise(v) => format!("raise {}", self.ex(*v)),
                Jump::End(v) => format!("end {}", self.ex(*v)),
                Jump::EndSkip => "end without an item".to_owned(),
            },
            _ => String::new(),
        }
    }

    /// Expressions of the core nest a few levels at most; the file's own are given back as text.
    fn ex(&self, id: ExId) -> String {
        match self.core.expr(id) {
            Ex::Source(e) => (self.source)(*e),
            Ex::Const(v) => format!("{v:?}"),
            Ex::Slot(s) => self.slot(*s),
            Ex::IsSet(s) => format!("is_set({})", self.slot(*s)),
            Ex::Decode(e, ty) => format!("({} as {ty})", self.ex(*e)),
            Ex::Text(e) => format!("text({})", self.ex(*e)),
            Ex::Field(e, name) => format!("{}.{name}", self.ex(*e)),
            Ex::Items(e) => format!("items({})", self.ex(*e)),
            Ex::Record(fields) => {
                let mut text = "{ ".to_owned();
                for (i, (name, value)) in fields.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    let _ = write!(text, "{comma}{name}: {}", self.ex(*value));
                }
                text + " }"
            }
            Ex::Op(op, args) => {
                let args: Vec<String> = args.iter().map(|a| self.ex(*a)).collect();
                format!("{}({})", format!("{op:?}").to_lowercase(), args.join(", "))
            }
            Ex::WayOut => "way_out".to_owned(),
            Ex::Random => "random".to_owned(),
        }
    }
}
