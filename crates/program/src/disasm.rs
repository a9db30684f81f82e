//! Readable listings of programs.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::isa::Instr;
use crate::program::{ForkSpec, OnOverlap, Parts, Policy, Program};

/// The width of a listing's left part, when source lines stand beside it.
const WIDTH: usize = 44;

/// The program as text. Where there are a debug map and the source's text, the line that an
/// instruction comes from stands beside the first instruction of each run from one line.
#[must_use]
pub fn disassemble(program: &Program, source: Option<&str>) -> String {
    let mut out = String::new();
    header(&mut out, program);
    let targets = targets(program);
    let lines = source.map(Lines::new);
    let mut last_line = None;
    for (pc, instr) in program.code.iter().enumerate() {
        let mark = if targets.contains(&pc) { '>' } else { ' ' };
        let mut text = format!("{mark}{pc:5}  {:<16}", instr.mnemonic());
        text.push_str(&instr.show_operands(program).join(" "));
        let text = text.trim_end();
        let line = program
            .debug
            .as_ref()
            .and_then(|debug| debug.span(pc))
            .and_then(|span| lines.as_ref()?.at(span.0));
        match line {
            Some((number, source)) if last_line != Some(number) => {
                last_line = Some(number);
                let _ = writeln!(out, "{text:<WIDTH$} ; {number}: {}", source.trim());
            }
            _ => {
                let _ = writeln!(out, "{text}");
            }
        }
    }
    out
}

/// What the policy says, where it says anything, as comments.
fn policy(out: &mut String, policy: &Policy) {
    for (name, most) in [
        ("max_steps", policy.max_steps),
        ("max_concurrency", policy.max_concurrency),
    ] {
        if let Some(most) = most {
            let _ = writeln!(out, "; {name} {most}");
        }
    }
    if let Some(how) = policy.on_overlap {
        let how = match how {
            OnOverlap::Queue => "queue",
            OnOverlap::Skip => "skip",
            OnOverlap::Cancel => "cancel",
        };
        let _ = writeln!(out, "; on_overlap {how}");
    }
    if let Some(key) = &policy.key {
        let _ = writeln!(out, "; concurrency_key:");
        for line in disassemble(key, None).lines() {
            let _ = writeln!(out, ";   {line}");
        }
    }
}

/// The tables, as comments.
fn header(out: &mut String, parts: &Parts) {
    let _ = write!(out, "; workflow {}", parts.identity.slug);
    if let Some(version) = &parts.identity.version {
        let _ = write!(out, " {version}");
    }
    let _ = writeln!(out, ", {} slots", parts.slots);
    let ty = |id: crate::isa::TypeId| {
        parts
            .types
            .get(id.index())
            .map_or_else(|| "?".to_owned(), ToString::to_string)
    };
    for input in &parts.inputs {
        let need = if input.required { "" } else { " (optional)" };
        let slot = parts.slot_text(input.slot);
        let schema = input.schema.and_then(|id| parts.consts.get(id.index()));
        let schema = schema.map_or_else(String::new, |schema| {
            format!(" held to {}", wfc_value::json::format(schema))
        });
        let _ = writeln!(
            out,
            "; input {}: {}{need} in {slot}{schema}",
            input.name,
            ty(input.ty)
        );
    }
    if let Some(output) = parts.output {
        let _ = writeln!(out, "; returns {}", ty(output));
    }
    policy(out, &parts.policy);
    for step in &parts.steps {
        let _ = writeln!(out, "; step {} ({})", step.path, step.kind);
    }
    for (i, fork) in parts.forks.iter().enumerate() {
        let _ = writeln!(out, "; fork f{i}: {}", fork_text(parts, fork));
    }
}

fn fork_text(parts: &Parts, fork: &ForkSpec) -> String {
    let slots = |slots: &[crate::isa::Slot]| {
        slots
            .iter()
            .map(|s| parts.slot_text(*s))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let (mut text, limit, join) = match fork {
        ForkSpec::Branches {
            branches,
            limit,
            join,
        } => {
            let mut text = String::from("branches");
            for branch in branches {
                let _ = write!(text, " {}@{}", branch.name, branch.entry.0);
                if !branch.merge.is_empty() {
                    let _ = write!(text, " (sets {})", slots(&branch.merge));
                }
                if !branch.always.is_empty() {
                    let _ = write!(text, " (marks {})", slots(&branch.always));
                }
            }
            (text, limit, join)
        }
        ForkSpec::Each {
            entry,
            item,
            index,
            limit,
            join,
            collect,
        } => {
            let mut text = format!("each {} @{}", parts.slot_text(*item), entry.0);
            if let Some(index) = index {
                let _ = write!(text, " index {}", parts.slot_text(*index));
            }
            if *collect {
                text.push_str(" collect");
            }
            (text, limit, join)
        }
    };
    let _ = write!(text, ", join {}", format!("{join:?}").to_lowercase());
    if *limit > 0 {
        let _ = write!(text, ", {limit} at once");
    }
    text
}

/// The instructions that something goes to.
fn targets(parts: &Parts) -> BTreeSet<usize> {
    let jumps = parts.code.iter().filter_map(|instr: &Instr| instr.target());
    let forks = parts.forks.iter().flat_map(|fork| match fork {
        ForkSpec::Branches { branches, .. } => branches.iter().map(|b| b.entry).collect(),
        ForkSpec::Each { entry, .. } => vec![*entry],
    });
    jumps.chain(forks).map(|label| label.index()).collect()
}

/// Lines of a source by byte offset.
struct Lines<'a> {
    lines: Vec<(usize, &'a str)>,
}

impl<'a> Lines<'a> {
    fn new(source: &'a str) -> Self {
        let mut start = 0;
        let lines = source.split_inclusive('\n').map(|line| {
            let at = start;
            start += line.len();
            (at, line)
        });
        Self {
            lines: lines.collect(),
        }
    }

    /// The line that holds a byte: its number from 1, and its text.
    fn at(&self, offset: u32) -> Option<(usize, &'a str)> {
        let number = self
            .lines
            .partition_point(|(start, _)| *start <= offset as usize);
        let (_, line) = self.lines.get(number.checked_sub(1)?)?;
        Some((number, line))
    }
}
