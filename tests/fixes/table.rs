//! `docs/fixes.md`: which codes have fixes, in which spellings.
//!
//! `UPDATE_DOCS=1 cargo test -p wfc-compiler --test fixes table` writes its table anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use wfc_syntax::tree::Spelling;

use super::sources::{codes, files};

/// Findings of a code in a spelling: all, those with a safe fix, those with one that is suggested only.
#[derive(Default)]
struct Count {
    all: usize,
    safe: usize,
    suggested: usize,
}

impl Count {
    fn cell(&self) -> &'static str {
        match (
            self.safe,
            self.suggested,
            self.all - self.safe - self.suggested,
        ) {
            (0, 0, _) => "–",
            (_, 0, 0) => "safe",
            (0, _, 0) => "suggested",
            (0, _, _) => "suggested, not always",
            (_, 0, _) => "safe, not always",
            (_, _, 0) => "safe or suggested",
            _ => "safe or suggested, not always",
        }
    }
}

const HEAD: &str = "<!-- The table is made by the test `table` in tests/fixes. -->\n";

#[test]
fn the_page_has_the_table_of_codes_and_spellings() {
    let mut counts: BTreeMap<(&str, u8), Count> = BTreeMap::new();
    for file in files() {
        for d in &file.found {
            let count = counts.entry((d.code.id, file.spelling as u8)).or_default();
            count.all += 1;
            let best = d.fixes.iter().map(|f| f.applicability).min();
            match best.map(|a| a.word()) {
                Some("safe") => count.safe += 1,
                Some(_) => count.suggested += 1,
                None => {}
            }
        }
    }
    let mut table = String::from(HEAD);
    let spellings = [Spelling::Yaml, Spelling::Json, Spelling::Text];
    let mut cells = (0, 0);
    let mut rows = String::new();
    let mut with_fix = 0;
    for code in codes() {
        let counts: Vec<Option<&Count>> = spellings
            .iter()
            .map(|s| counts.get(&(code.id, *s as u8)))
            .collect();
        for count in counts.iter().flatten() {
            cells.0 += usize::from(count.safe + count.suggested > 0);
            cells.1 += 1;
        }
        if counts.iter().flatten().all(|c| c.safe + c.suggested == 0) {
            continue;
        }
        with_fix += 1;
        let cell = |i: usize| counts[i].map_or("", Count::cell);
        let _ = writeln!(
            rows,
            "| [{}](codes/{}.md) | {} | {} | {} | {} |",
            code.id,
            code.id,
            code.name,
            cell(0),
            cell(1),
            cell(2)
        );
    }
    let _ = write!(
        table,
        "\n{with_fix} of {} codes have fixes, in {} of the {} pairs of a code and a spelling that the examples and the corpus have.\n\
         Empty: the finding cannot come up in that spelling, or nothing has an example of it.\n\n\
         | code | name | YAML | JSON | text form |\n| --- | --- | --- | --- | --- |\n{rows}",
        codes().len(),
        cells.0,
        cells.1
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/fixes.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, _) = page
        .split_once(HEAD)
        .expect("the page has a place for the table");
    let wanted = format!("{before}{table}");
    if std::env::var_os("UPDATE_DOCS").is_some_and(|v| v == "1") {
        std::fs::write(&path, wanted).unwrap();
    } else {
        assert!(
            page == wanted,
            "docs/fixes.md: UPDATE_DOCS=1 cargo test -p wfc-compiler --test fixes table"
        );
    }
}
