//! What holds at every place of every example, in each spelling: no question fails, what is found lies in the text, and
//! every name can be renamed and back.

use std::sync::Arc;

use wfc_format::convert;
use wfc_ide::cursor::Cursor;
use wfc_ide::definition::{definition, type_definition};
use wfc_ide::highlight::highlight;
use wfc_ide::names::{Role, Symbol};
use wfc_ide::references::references;
use wfc_ide::rename::rename;
use wfc_ide::selection::selection;
use wfc_ide::{Cancel, CheckedFile, Host, folding, links, symbols};
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use crate::support::host;

/// The examples with their catalogues, each workflow in the spelling of its file and in the two others.
fn examples() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the examples") {
        let path = entry.expect("an example").path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !path.is_file() || name.ends_with(".toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a text");
        out.push((name, text));
    }
    let endings = [
        (Spelling::Yaml, "wf.yaml"),
        (Spelling::Json, "wf.json"),
        (Spelling::Text, "wf"),
    ];
    let mut more = Vec::new();
    for (name, text) in &out {
        let Some(stem) = ["wf.yaml", "wf.json", "wf"]
            .iter()
            .find_map(|e| name.strip_suffix(e))
        else {
            continue;
        };
        let source = Source::new(name.clone(), text);
        let parsed = wfc_syntax::parse(&source, Spelling::of_path(name).unwrap());
        for (spelling, ending) in endings {
            if spelling != parsed.spelling {
                let text = convert(&parsed, &source, spelling).expect("a conversion");
                // In a folder of its own: the examples have slugs that callers name.
                more.push((format!("{ending}/{stem}{ending}"), text));
            }
        }
    }
    let catalogues: Vec<_> = out
        .iter()
        .filter(|(n, _)| n.ends_with(".tools.json"))
        .cloned()
        .collect();
    for (_, ending) in endings {
        more.extend(
            catalogues
                .iter()
                .map(|(n, t)| (format!("{ending}/{n}"), t.clone())),
        );
    }
    out.extend(more);
    out.sort();
    out
}

fn opened() -> (Host, Vec<String>) {
    let files = examples();
    let (mut host, disk) = host(&[]);
    for (name, text) in &files {
        let path = format!("/w/{name}");
        disk.write(&path, text);
        host.open(&path, text.as_str(), 1);
    }
    let workflows = host.snapshot().workflows();
    assert!(workflows.len() > 20);
    (host, workflows)
}

fn checked(host: &Host, path: &str) -> Arc<CheckedFile> {
    host.snapshot()
        .checked(path, &Cancel::new())
        .unwrap()
        .unwrap()
}

#[test]
fn no_question_fails_and_answers_lie_in_the_text() {
    let (host, workflows) = opened();
    let (snapshot, cancel) = (host.snapshot(), Cancel::new());
    for path in &workflows {
        let file = checked(&host, path);
        let len = u32::try_from(file.text().len()).unwrap();
        assert!(
            !symbols::document_symbols(&snapshot, path, &cancel)
                .unwrap()
                .is_empty()
        );
        folding::folding(&snapshot, path, &cancel).unwrap();
        links::links(&snapshot, path, &cancel).unwrap();
        for occurrence in file.names().all() {
            assert!(occurrence.span.end <= len);
            assert!(
                !file.slice(occurrence.span).is_empty(),
                "{path} {occurrence:?}"
            );
        }
        // Each place would take long without optimisation; a stride that shares no factor with indentation meets all kinds.
        for offset in (0..=len + 1).step_by(7) {
            let cursor = Cursor::at(&file, offset);
            for pair in cursor.exprs.windows(2) {
                let span = |e: usize| file.ast().exprs.span(pair[e]);
                assert!(span(0).contains(span(1)), "{path} {offset}");
            }
            let spans = selection(&snapshot, path, offset, &cancel).unwrap();
            assert!(
                spans.windows(2).all(|p| p[1].contains(p[0])),
                "{path} {offset}"
            );
            for answer in [definition, type_definition] {
                if let Some(found) = answer(&snapshot, path, offset, &cancel).unwrap() {
                    assert!(found.targets.iter().all(|t| t.full.contains(t.name)));
                }
            }
            highlight(&snapshot, path, offset, &cancel).unwrap();
        }
    }
}

#[test]
fn files_that_end_in_the_middle_are_asked_like_others() {
    let (mut host, workflows) = opened();
    let cancel = Cancel::new();
    for path in &workflows {
        let text = checked(&host, path).text().to_owned();
        for part in [1, 3, 5] {
            let at = text.floor_char_boundary(text.len() * part / 6);
            // Cut off, and with a piece lost in the middle.
            let lost = text.ceil_char_boundary((at + 5).min(text.len()));
            for broken in [
                text[..at].to_owned(),
                format!("{}{}", &text[..at], &text[lost..]),
            ] {
                host.open(path, broken.as_str(), 1);
                let snapshot = host.snapshot();
                symbols::document_symbols(&snapshot, path, &cancel).unwrap();
                folding::folding(&snapshot, path, &cancel).unwrap();
                links::links(&snapshot, path, &cancel).unwrap();
                let file = checked(&host, path);
                for (i, occurrence) in file.names().all().iter().enumerate().step_by(5) {
                    let at = occurrence.span.start;
                    let all = references(&snapshot, path, at, true, &cancel).unwrap();
                    assert!(!all.unwrap().is_empty());
                    selection(&snapshot, path, at, &cancel).unwrap();
                    // A broken file is checked many times over, to find out what follows from what. Refused or not:
                    // it is told, and nothing breaks.
                    if i % 40 == 0 {
                        let _ = rename(&snapshot, path, at, "zebra", &cancel).unwrap();
                    }
                }
            }
        }
        host.open(path, text.as_str(), 1);
    }
}

#[test]
fn every_name_is_among_its_own_references_and_leads_to_one_declaration() {
    let (host, workflows) = opened();
    let (snapshot, cancel) = (host.snapshot(), Cancel::new());
    for path in &workflows {
        let file = checked(&host, path);
        for occurrence in file.names().all() {
            let at = occurrence.span.start;
            let found = references(&snapshot, path, at, true, &cancel)
                .unwrap()
                .unwrap();
            let own = found
                .iter()
                .any(|r| r.place.file == *path && r.place.span == occurrence.span);
            assert!(own, "{path} {occurrence:?}");
            if matches!(
                occurrence.symbol,
                Symbol::Function(_) | Symbol::Tool(_) | Symbol::Callee(_)
            ) {
                continue;
            }
            let target = definition(&snapshot, path, at, &cancel).unwrap();
            let target = target.unwrap_or_else(|| panic!("{path} {occurrence:?}"));
            assert!(matches!(target.targets[..], [_]));
        }
    }
}

#[test]
fn every_name_can_be_renamed_and_back() {
    let (mut host, workflows) = opened();
    let cancel = Cancel::new();
    let mut renamed = 0;
    for path in &workflows {
        let count = checked(&host, path).names().all().len();
        for i in 0..count {
            let file = checked(&host, path);
            let occurrence = file.names().all()[i].clone();
            let skipped = matches!(
                occurrence.symbol,
                Symbol::Function(_)
                    | Symbol::Tool(_)
                    | Symbol::Catalogue(_)
                    | Symbol::Callee(_)
                    | Symbol::Workflow
                    | Symbol::Field(_)
            );
            if occurrence.role != Role::Declaration || skipped {
                continue;
            }
            let old = file.slice(occurrence.span).to_owned();
            let before: Vec<String> = workflows
                .iter()
                .map(|p| checked(&host, p).text().to_owned())
                .collect();
            let findings = file.checked.diagnostics.len();
            for new in ["zebra_crossing", &*old] {
                let snapshot = host.snapshot();
                let at = checked(&host, path).names().all()[i].span.start;
                let edit = rename(&snapshot, path, at, new, &cancel).unwrap();
                let edit = edit.unwrap_or_else(|why| panic!("{path} `{old}`: {why}"));
                assert!(!edit.is_empty());
                for file in edit.edits {
                    let mut text = snapshot.source(&file.file).unwrap().text.to_string();
                    for edit in file.edits.iter().rev() {
                        text.replace_range(edit.span.range(), &edit.text);
                    }
                    host.open(&file.file, text, 1);
                }
                assert_eq!(
                    checked(&host, path).checked.diagnostics.len(),
                    findings,
                    "{path} {old}"
                );
            }
            let after: Vec<String> = workflows
                .iter()
                .map(|p| checked(&host, p).text().to_owned())
                .collect();
            assert_eq!(before, after, "{path} {old}");
            renamed += 1;
        }
    }
    assert!(renamed > 100, "{renamed}");
}
