//! Properties of what files are made of.

use wfc_compiler::analysis::{Dialect, Env, check_expression, read_type};
use wfc_compiler::emit::compile_expression;
use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, Exprs};
use wfc_syntax::parse_expr::parse_embedded;
use wfc_syntax::print_expr::expr_text;
use wfc_syntax::tree::SpanMap;
use wfc_value::cron::Cron;
use wfc_value::funcs::Meter;
use wfc_value::schema::{to_schema, to_type};
use wfc_value::ty::{TypeTable, decode};
use wfc_value::{CallCtx, Duration, FaultClass, Timestamp, json};
use wfc_vm::eval_with;

use crate::printing::faults;

/// Enough for any expression that a person writes, and over within a second.
pub(super) const FUEL: u64 = 200_000;

pub(super) fn context() -> CallCtx {
    let mut ctx = CallCtx::new(Timestamp::EPOCH);
    ctx.meter = Meter::new(FUEL);
    ctx
}

/// What a fault of types says at run time.
const TYPE_FAULTS: &[&str] = &["no such overload", "no such field", "cannot be read from"];

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn errors(found: &[Diagnostic]) -> bool {
    found.iter().any(|d| d.severity == Severity::Error)
}

fn parsed(text: &str) -> (Exprs, ExprId, Vec<Diagnostic>) {
    let mut exprs = Exprs::default();
    let mut found = Vec::new();
    let map = SpanMap::identity(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    let root = parse_embedded(text, &map, &mut exprs, &mut found);
    (exprs, root, found)
}

pub(super) fn expression(bytes: &[u8]) -> Result<(), String> {
    let Some(text) = text(bytes) else {
        return Ok(());
    };
    let (exprs, root, found) = parsed(text);
    if errors(&found) {
        return Ok(());
    }
    let printed = expr_text(&exprs, root);
    let (again, again_root, found) = parsed(&printed);
    if errors(&found) || expr_text(&again, again_root) != printed {
        return Err(format!("printed as `{printed}`, which is read differently"));
    }
    for dialect in [Dialect::Standard, Dialect::Workflow] {
        evaluated(&exprs, root, dialect)?;
    }
    Ok(())
}

fn evaluated(exprs: &Exprs, root: ExprId, dialect: Dialect) -> Result<(), String> {
    let checked = check_expression(exprs, root, &Env::default(), dialect);
    if errors(&checked.diagnostics) {
        return Ok(());
    }
    let Ok(program) = compile_expression(exprs, root, &checked.analysis, dialect) else {
        return Ok(());
    };
    program.verify().map_err(|e| format!("its program: {e}"))?;
    let ctx = context();
    let came = eval_with(&program, Vec::new(), &ctx, FUEL);
    match came {
        _ if dialect == Dialect::Standard => Ok(()),
        Ok(value) => match decode(&value, &checked.ty, &TypeTable::new()) {
            Ok(_) => Ok(()),
            Err(why) => Err(format!("found `{}`, and {why}: {value:?}", checked.ty)),
        },
        // `dyn(x)` and JSON are of no known type.
        Err(fault) if fault.class == FaultClass::Value && !unknown(exprs) => {
            match TYPE_FAULTS.iter().any(|t| fault.message.contains(t)) {
                true => Err(format!("taken, and then: {fault}")),
                false => Ok(()),
            }
        }
        Err(_) => Ok(()),
    }
}

fn unknown(exprs: &Exprs) -> bool {
    use wfc_syntax::expr::ExprKind;
    (0..exprs.len()).any(|i| {
        let id = ExprId(u32::try_from(i).unwrap_or(u32::MAX));
        matches!(exprs.kind(id), ExprKind::Call { name, .. } if matches!(&*name.text, "dyn" | "parse"))
    })
}

pub(super) fn types(bytes: &[u8]) -> Result<(), String> {
    let Some(text) = text(bytes) else {
        return Ok(());
    };
    let (ty, found) = read_type(text);
    if errors(&found) {
        return Ok(());
    }
    let printed = ty.to_string();
    // A long type is shown in part.
    if printed.contains("...") {
        return Ok(());
    }
    let (again, found) = read_type(&printed);
    if errors(&found) || again != ty {
        return Err(format!("printed as `{printed}`, read as `{again}`"));
    }
    Ok(())
}

pub(super) fn template(bytes: &[u8]) -> Result<(), String> {
    let Some(text) = text(bytes) else {
        return Ok(());
    };
    let quoted = json::quoted(text);
    let file = format!("{{\"steps\": [{{\"type\": \"set\", \"values\": {{\"x\": {quoted}}}}}]}}");
    match faults("x.wf.json", &file) {
        none if none.is_empty() => Ok(()),
        why => Err(why),
    }
}

pub(super) fn schema(bytes: &[u8]) -> Result<(), String> {
    let Some(text) = text(bytes) else {
        return Ok(());
    };
    let mut table = TypeTable::new();
    // What it says of a file that is no catalogue is its own matter.
    let _ = wfc_compiler::analysis::catalogue::read("server", text, &mut table);
    let Ok(value) = json::parse(text) else {
        return Ok(());
    };
    let mut table = TypeTable::new();
    let read = to_type(&value, "t", &mut table);
    // A schema is a value like others: whether it is one of its own type is all the same here.
    let _ = decode(&value, &read.ty, &table);
    let written = to_schema(&read.ty, &table);
    let mut again_table = TypeTable::new();
    let again = to_type(&written, "t", &mut again_table);
    let rewritten = to_schema(&again.ty, &again_table);
    if rewritten == written {
        Ok(())
    } else {
        Err(format!(
            "written as {}, then as {}",
            json::format(&written),
            json::format(&rewritten)
        ))
    }
}

pub(super) fn cron(bytes: &[u8]) -> Result<(), String> {
    let Some(text) = text(bytes) else {
        return Ok(());
    };
    for zone in ["UTC", "Europe/Berlin", "Pacific/Apia"] {
        let Ok(cron) = Cron::parse(text) else { break };
        let mut at = Timestamp::new(1_700_000_000, 0).unwrap_or_default();
        for _ in 0..20 {
            match cron.next_after(at, zone) {
                Some(next) if next > at => at = next,
                Some(next) => return Err(format!("after {at} it fires at {next}")),
                None => break,
            }
        }
    }
    if let Ok(at) = Timestamp::parse(text) {
        let printed = at.to_string();
        if Timestamp::parse(&printed).ok() != Some(at) {
            return Err(format!("the time is printed as `{printed}`"));
        }
    }
    if let Ok(long) = Duration::parse(text) {
        let printed = long.to_string();
        if Duration::parse(&printed).ok() != Some(long) {
            return Err(format!("the duration is printed as `{printed}`"));
        }
    }
    Ok(())
}
