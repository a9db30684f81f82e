//! Properties of whole files. Where the spelling is not given, the first byte says it: `j`, `t`, any other for YAML.

use wfc_compiler::compile;
use wfc_compiler::settings::Settings;
use wfc_compiler::world::NoWorld;
use wfc_program::codec;
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::fix::{mend, splice};
use wfc_syntax::parse::parse;
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use crate::printing::{faults, layout_faults, name_in};

pub(super) fn parse_yaml(bytes: &[u8]) -> Result<(), String> {
    parses(bytes, Spelling::Yaml)
}

pub(super) fn parse_json(bytes: &[u8]) -> Result<(), String> {
    parses(bytes, Spelling::Json)
}

pub(super) fn parse_text(bytes: &[u8]) -> Result<(), String> {
    parses(bytes, Spelling::Text)
}

fn parses(bytes: &[u8], spelling: Spelling) -> Result<(), String> {
    let (source, found) = Source::from_bytes(name_in(spelling), bytes.to_vec());
    in_bounds(&source, &found)?;
    let parsed = parse(&source, spelling);
    in_bounds(&source, &parsed.diagnostics)?;
    for comment in &parsed.tree.comments {
        place(&source, comment.span)?;
    }
    for id in 0..parsed.ast.exprs.len() {
        let id = wfc_syntax::expr::ExprId(u32::try_from(id).unwrap_or(u32::MAX));
        place(&source, parsed.ast.exprs.span(id))?;
    }
    Ok(())
}

/// Whether findings, their labels and their edits are at places that the text has.
fn in_bounds(source: &Source, found: &[Diagnostic]) -> Result<(), String> {
    for d in found {
        let edits = d.fixes.iter().flat_map(|f| &f.edits).map(|e| e.span);
        let labels = d.labels.iter().filter(|l| l.file.is_none());
        let spans = labels.map(|l| l.span).chain(edits).chain([d.span]);
        for span in spans {
            place(source, span).map_err(|why| format!("{} {}: {why}", d.code.id, d.message))?;
        }
        for fix in &d.fixes {
            if splice(&source.text, &fix.edits).is_none() {
                return Err(format!("{} {}: edits overlap", d.code.id, d.message));
            }
        }
    }
    Ok(())
}

fn place(source: &Source, span: Span) -> Result<(), String> {
    match source.text.get(span.range()) {
        Some(_) => Ok(()),
        None => Err(format!("no place in the text: {span:?}")),
    }
}

/// The spelling that the first byte says, and the text.
fn file(bytes: &[u8]) -> Option<(Spelling, &str)> {
    let (first, rest) = bytes.split_first()?;
    let spelling = match first {
        b'j' => Spelling::Json,
        b't' => Spelling::Text,
        _ => Spelling::Yaml,
    };
    Some((spelling, std::str::from_utf8(rest).ok()?))
}

pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let Some((spelling, text)) = file(bytes) else {
        return Ok(());
    };
    let source = Source::new(name_in(spelling), text);
    let compiled = compile(&source, spelling, &NoWorld, &Settings::default());
    in_bounds(&source, &compiled.checked.diagnostics)?;
    let Some(program) = compiled.program else {
        return Ok(());
    };
    program.verify().map_err(|e| format!("its program: {e}"))?;
    let written = codec::encode(&program);
    let read = codec::decode(&written).map_err(|e| format!("its program, read back: {e}"))?;
    if codec::encode(&read) == written {
        Ok(())
    } else {
        Err("its program is another when read back".to_owned())
    }
}

pub(super) fn fix(bytes: &[u8]) -> Result<(), String> {
    let Some((spelling, text)) = file(bytes) else {
        return Ok(());
    };
    for allowed in [Applicability::Safe, Applicability::Suggested] {
        let settings = Settings::default();
        let mut wrong = None;
        mend(text, allowed, |text| {
            let source = Source::new(name_in(spelling), text);
            let found = wfc_compiler::check(&source, spelling, &NoWorld, &settings).diagnostics;
            if let Err(why) = in_bounds(&source, &found) {
                wrong.get_or_insert(why);
            }
            found
        });
        if let Some(why) = wrong {
            return Err(why);
        }
    }
    Ok(())
}

pub(super) fn format(bytes: &[u8]) -> Result<(), String> {
    printed(bytes, layout_faults)
}

pub(super) fn convert(bytes: &[u8]) -> Result<(), String> {
    printed(bytes, faults)
}

fn printed(bytes: &[u8], wrong: fn(&str, &str) -> String) -> Result<(), String> {
    let Some((spelling, text)) = file(bytes) else {
        return Ok(());
    };
    match wrong(name_in(spelling), text) {
        none if none.is_empty() => Ok(()),
        why => Err(why),
    }
}
