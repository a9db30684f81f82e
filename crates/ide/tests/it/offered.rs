//! What a file says could have been taken from the suggestions: at the places of names, keys and words of all valid
//! workflows, and with the rest of the file cut off behind them.

use wfc_ide::completion::completion;
use wfc_ide::names::{Form, Role, Symbol};
use wfc_ide::{Cancel, Host};
use wfc_syntax::lexer::is_name;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling};

use crate::support::{files_of, host};

/// Every how many-th place is looked at, so that the test stays short.
const EVERY: usize = 3;

/// The workflows of a folder beside this crate, in a host that knows them all.
fn folder(name: &str) -> (Host, Vec<String>) {
    let files = files_of(name);
    let known: Vec<(&str, &str)> = files
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    let (host, _) = host(&known);
    let endings = [".wf", ".wf.yaml", ".wf.json"];
    let all = files.into_iter().map(|(p, _)| p);
    let all = all.filter(|p| endings.iter().any(|e| p.ends_with(e)));
    (host, all.collect())
}

/// Places with what is written there: names that are read, keys, words.
fn places(host: &Host, path: &str) -> Vec<(u32, String)> {
    let file = host
        .snapshot()
        .checked(path, &Cancel::new())
        .unwrap()
        .unwrap();
    let mut out = Vec::new();
    let declared = |symbol: &Symbol| {
        let all = file.names().of_symbol(symbol);
        let made = all.filter(|o| o.role != Role::Read).map(|o| o.span.start);
        made.min().unwrap_or(0)
    };
    for name in file.names().all() {
        let plain = name.role == Role::Read && name.form == Form::Plain;
        let value = !matches!(name.symbol, Symbol::Function(_) | Symbol::Field(_));
        // `until` stands before the block whose names it sees.
        if plain && value && declared(&name.symbol) < name.span.start {
            out.push((name.span.start, file.slice(name.span).to_owned()));
        }
    }
    let tree = file.tree();
    for id in 0..u32::try_from(tree.len()).unwrap() {
        let NodeKind::Map(entries) = tree.kind(NodeId(id)) else {
            continue;
        };
        // The kind of a step says which mapping it is.
        let step = entries.iter().any(|e| &*e.key == "type");
        for entry in entries
            .iter()
            .filter(|e| step && &*e.key != "type" && is_name(&e.key))
        {
            let written = file.slice(entry.key_span).trim_matches('"');
            let lead = u32::from(file.spelling == Spelling::Json);
            let keyed = file.text()[entry.key_span.end as usize..]
                .trim_start()
                .starts_with(':');
            let known = wfc_syntax::shape::step_kind(
                match tree.field(NodeId(id), "type").map(|n| tree.kind(n)) {
                    Some(NodeKind::Scalar(s)) => &s.text,
                    _ => "",
                },
            );
            let own = known.is_some_and(|k| wfc_syntax::shape::step_field(k, &entry.key).is_some());
            if written == &*entry.key && keyed && own {
                out.push((entry.key_span.start + lead, written.to_owned()));
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

fn offered(host: &Host, path: &str, at: u32, wanted: &str) -> bool {
    let found = completion(&host.snapshot(), path, at, &Cancel::new());
    found.unwrap().unwrap().iter().any(|i| i.label == wanted)
}

#[test]
fn what_is_written_is_offered() {
    let mut missing = Vec::new();
    let mut looked = 0;
    for name in ["examples", "tests/suite/valid"] {
        let (mut host, files) = folder(name);
        for path in files {
            let text = host.snapshot().source(&path).unwrap().text.to_string();
            let all = places(&host, &path);
            for (at, wanted) in all.iter().step_by(EVERY) {
                looked += 1;
                let line = text[..*at as usize].lines().count();
                if !offered(&host, &path, *at, wanted) {
                    missing.push(format!("{path}:{line}: {wanted}"));
                }
                // The same with nothing behind it.
                let cut = &text[..*at as usize];
                host.open(&path, cut, 1);
                if !offered(&host, &path, *at, wanted) {
                    missing.push(format!("{path}:{line}: {wanted}, cut off"));
                }
                host.close(&path);
            }
        }
    }
    assert!(looked > 100, "{looked}");
    assert!(
        missing.is_empty(),
        "{} of {looked}:\n{}",
        missing.len(),
        missing.join("\n")
    );
}
