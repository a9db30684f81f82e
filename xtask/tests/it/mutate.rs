//! Faults injected into valid workflows: the checker finds them, at their places, and says nothing of what is valid.
//! A sample of what `cargo xtask mutate` tries; `docs/mutation.md` has the figures.

use std::path::Path;
use std::sync::OnceLock;

use wfc_syntax::tree::Spelling;
use xtask::mutate::corpus::{Corpus, load};
use xtask::mutate::kinds;
use xtask::mutate::run::{Options, run};

fn corpus() -> &'static Corpus {
    static CORPUS: OnceLock<Corpus> = OnceLock::new();
    CORPUS.get_or_init(|| load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")))
}

#[test]
fn nothing_is_found_in_the_valid_corpus() {
    let corpus = corpus();
    assert!(corpus.faulty.is_empty(), "{:#?}", corpus.faulty);
    let own = |s: Spelling| {
        let mut own = corpus.subjects.iter().filter(|c| c.spelling == s);
        own.by_ref()
            .filter(|c| c.name.starts_with("tests/suite/valid"))
            .count()
    };
    for spelling in [Spelling::Yaml, Spelling::Json, Spelling::Text] {
        assert!(own(spelling) >= 39, "{spelling:?}: {}", own(spelling));
    }
}

#[test]
fn injected_faults_are_found_at_their_places() {
    let options = Options {
        limit: Some(5),
        ..Options::default()
    };
    let table = run(&corpus().subjects, &options, |_, _, _, _| {});
    let all = table.total(None);
    let shown = table.markdown();
    assert!(all.share(all.found) >= 99.0, "{shown}");
    assert!(all.share(all.at) >= 95.0, "{shown}");
    assert!(all.share(all.one) >= 90.0, "{shown}");
    // Every kind still finds places to break.
    for kind in kinds::all() {
        let tried = table.rows.iter().any(|r| r.kind == kind.name);
        assert!(tried, "nothing to break for `{}`", kind.name);
    }
}
