//! What the fuzzer found once, and where it begins, through the same functions.

use xtask::fuzz::{TARGETS, seeds};

#[test]
fn what_was_found_before_is_mended() {
    let mut count = 0;
    for target in TARGETS {
        let folder = seeds::root().join("tests/fuzz-corpus").join(target.name);
        let Ok(found) = std::fs::read_dir(&folder) else {
            continue;
        };
        for file in found {
            let path = file.unwrap().path();
            let input = std::fs::read(&path).unwrap();
            if let Err(why) = (target.check)(&input) {
                panic!("{}: {why}", path.display());
            }
            count += 1;
        }
    }
    assert!(count > 0, "the folder is not there");
}

#[test]
fn seeds_hold_every_property() {
    let mut wrong = Vec::new();
    for target in TARGETS {
        let seeds = seeds::of(target.name).unwrap();
        assert!(!seeds.is_empty(), "{}", target.name);
        for seed in seeds {
            if let Err(why) = (target.check)(&seed) {
                let seed = String::from_utf8_lossy(&seed);
                wrong.push(format!("{}: {why}\n{seed}", target.name));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} faults\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_target_has_a_binary_and_no_binary_is_without_one() {
    let folder = seeds::root().join("fuzz/fuzz_targets");
    let mut found: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| {
            f.unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    found.sort();
    let mut names: Vec<&str> = TARGETS.iter().map(|t| t.name).collect();
    names.sort_unstable();
    assert_eq!(found, names);
    let manifest = std::fs::read_to_string(seeds::root().join("fuzz/Cargo.toml")).unwrap();
    for name in names {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        let file = seeds::root().join(format!("fuzz/fuzz_targets/{name}.rs"));
        let call = format!("wfc_fuzz::target!(\"{name}\");");
        assert!(std::fs::read_to_string(file).unwrap().contains(&call));
    }
}
