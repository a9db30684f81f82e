//! The built-in tool `http.request`: known without a catalogue of the file's own.

use wfc_program::tools::{CATALOGUE, REQUEST, SERVER, only_reads};
use wfc_syntax::ast::{Ast, StepKind};
use wfc_syntax::expr::{ExprId, ExprKind, Exprs};
use wfc_value::ty::{Type, TypeTable};

use super::catalogue::{Catalogue, Hints, read, split};
use super::constant::text;

/// The built-in tools, if a step or an agent of the file names one.
#[must_use]
pub fn catalogue(ast: &Ast, table: &mut TypeTable) -> Option<Catalogue> {
    let named = |tool: &str| tool == SERVER || split(tool).0 == SERVER;
    let used = ast.steps.iter().any(|step| match &step.kind {
        StepKind::Tool { tool, .. } => named(&tool.text),
        StepKind::Agent { tools, .. } => tools.iter().any(|tool| named(&tool.text)),
        _ => false,
    });
    if !used {
        return None;
    }
    read(SERVER, CATALOGUE, table).ok()
}

/// What is known of one call: a request that only reads destroys nothing and may be sent again.
#[must_use]
pub fn hints(tool: &str, known: Hints, exprs: &Exprs, arguments: Option<ExprId>) -> Hints {
    if tool != REQUEST {
        return known;
    }
    let method = match argument(exprs, arguments, "method") {
        Given::Absent => None,
        // One that is made during the run may be any.
        Given::Is(method) => match text(exprs, method) {
            Some(word) => Some(word),
            None => return known,
        },
        Given::Unknown => return known,
    };
    if only_reads(method) {
        return Hints {
            read_only: Some(true),
            destructive: Some(false),
            idempotent: Some(true),
            ..known
        };
    }
    let repeats = matches!(method, Some("PUT" | "DELETE"));
    Hints {
        idempotent: known.idempotent.or(repeats.then_some(true)),
        ..known
    }
}

/// The type of what one call yields: the body is a text where the step asks for one.
#[must_use]
pub fn output(tool: &str, output: Type, exprs: &Exprs, arguments: Option<ExprId>) -> Type {
    let Given::Is(parse) = argument(exprs, arguments, "parse") else {
        return output;
    };
    match output {
        Type::Record(record)
            if tool == REQUEST && matches!(text(exprs, parse), Some("text" | "base64")) =>
        {
            let mut fields = record.fields.clone();
            for field in fields.iter_mut().filter(|f| &*f.name == "body") {
                field.ty = Type::String;
            }
            Type::record(fields)
        }
        output => output,
    }
}

/// An argument as the step writes it.
#[derive(Clone, Copy, Debug)]
pub enum Given {
    /// This value.
    Is(ExprId),
    /// It is left out.
    Absent,
    /// The arguments are not written out.
    Unknown,
}

/// The argument `name` of a call.
#[must_use]
pub fn argument(exprs: &Exprs, arguments: Option<ExprId>, name: &str) -> Given {
    let Some(arguments) = arguments else {
        return Given::Absent;
    };
    let ExprKind::Map(entries) = exprs.kind(arguments) else {
        return Given::Unknown;
    };
    let found = entries.iter().find(|e| text(exprs, e.key) == Some(name));
    match found {
        Some(entry) if entry.optional => Given::Unknown,
        Some(entry) => Given::Is(entry.value),
        None if entries.iter().all(|e| text(exprs, e.key).is_some()) => Given::Absent,
        None => Given::Unknown,
    }
}
