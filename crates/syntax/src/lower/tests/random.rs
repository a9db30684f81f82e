//! Files made of the table's own words: nothing panics, places lie in the text, fixes leave a file that can
//! be read, and JSON means the same when it is read as YAML.

use proptest::prelude::*;

use super::{Read, mend, read};
use crate::canonical::canonical_bytes;
use crate::shape;
use crate::tree::Spelling;

fn words() -> Vec<&'static str> {
    let mut words: Vec<&'static str> = Vec::new();
    let tables = [
        shape::ROOT,
        shape::COMMON,
        shape::RETRY,
        shape::BUDGET,
        shape::ALLOW,
        shape::CATCH,
        shape::CASE,
        shape::INPUT,
        shape::POLICY,
        shape::TRIGGER_COMMON,
        shape::CONDITION,
    ];
    let kinds = shape::STEP_KINDS.iter().chain(shape::TRIGGER_KINDS);
    words.extend(
        shape::STEP_KINDS
            .iter()
            .flat_map(|k| k.foreign.iter().copied()),
    );
    words.extend(kinds.clone().map(|k| k.name));
    for table in tables.into_iter().chain(kinds.map(|k| k.fields)) {
        for field in table {
            words.push(field.name);
            words.extend(field.aliases.iter().map(|a| a.name));
        }
    }
    words.extend([
        "type",
        "x-a",
        "stepz",
        "",
        "a-b",
        "a: int",
        "$ref",
        "properties",
    ]);
    words
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(words()).prop_map(str::to_owned)
}

fn scalar() -> impl Strategy<Value = String> {
    let texts = [
        "null",
        "true",
        "5",
        "-1",
        "1.5",
        "99999999999999999999",
        "\"\"",
        "\"{{ x }}\"",
        "\"a {{ b\"",
        "\"${{ x }} ü\"",
        "\"10m\"",
        "\"5 min\"",
        "\"true\"",
        "\"x == 'ü'\"",
        "\"list<string>\"",
        "\"{{ }}\"",
        "\"fail\"",
        "\"contineu\"",
        "\"a\\nb {{ c }}\"",
        "\"\\u00fc{{ a + }}\"",
        "\"\\\\{{ x\"",
    ];
    prop_oneof![
        prop::sample::select(texts.to_vec()).prop_map(str::to_owned),
        prop::sample::select(words()).prop_map(|w| format!("\"{w}\"")),
    ]
}

fn node() -> impl Strategy<Value = String> {
    scalar().prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|v| format!("[{}]", v.join(", "))),
            prop::collection::btree_map(key(), inner.clone(), 0..6).prop_map(|m| map(m, None)),
            (
                prop::sample::select(shape::STEP_KINDS.to_vec()),
                prop::collection::btree_map(key(), inner, 0..6)
            )
                .prop_map(|(kind, m)| map(m, Some(kind.name))),
        ]
    })
}

fn map(entries: std::collections::BTreeMap<String, String>, kind: Option<&str>) -> String {
    let mut out: Vec<String> = Vec::new();
    out.extend(kind.map(|k| format!("\"type\": \"{k}\"")));
    for (key, value) in entries {
        if kind.is_none() || key != "type" {
            out.push(format!("\"{key}\": {value}"));
        }
    }
    format!("{{{}}}", out.join(", "))
}

fn file() -> impl Strategy<Value = String> {
    let steps = prop::collection::vec(node(), 0..4);
    (prop::collection::btree_map(key(), node(), 0..5), steps).prop_map(|(mut m, steps)| {
        m.insert("steps".to_owned(), format!("[{}]", steps.join(", ")));
        map(m, None)
    })
}

fn check_places(r: &Read) {
    let fits = |span: crate::span::Span| r.text.get(span.range()).is_some();
    for found in &r.found {
        assert!(fits(found.span), "{found:#?}");
        assert!(found.labels.iter().all(|l| fits(l.span)), "{found:#?}");
        assert!(
            found
                .fixes
                .iter()
                .flat_map(|f| &f.edits)
                .all(|e| fits(e.span)),
            "{found:#?}"
        );
    }
    for step in &r.ast.steps {
        assert!(fits(step.span) && fits(step.head));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_file_of_known_words(text in file()) {
        let json = read(&text, Spelling::Json);
        check_places(&json);
        let yaml = read(&text, Spelling::Yaml);
        check_places(&yaml);
        prop_assert_eq!(canonical_bytes(&json.ast), canonical_bytes(&yaml.ast));
        let codes = |r: &Read| r.found.iter().map(|d| (d.code.id, d.span)).collect::<Vec<_>>();
        prop_assert_eq!(codes(&json), codes(&yaml));
        for (r, spelling) in [(&json, Spelling::Json), (&yaml, Spelling::Yaml)] {
            for found in r.found.iter().filter(|d| !d.fixes.is_empty()) {
                let mended = mend(&r.text, found);
                let again = read(&mended, spelling);
                let syntax = |d: &&crate::diagnostic::Diagnostic| d.code.id < "WF0020";
                let broken = again.found.iter().find(syntax).filter(|d| d.code.name != "duplicate-key");
                prop_assert!(broken.is_none(), "{}\n{:#?}\n{:#?}", mended, found, broken);
            }
        }
    }
}

const EXAMPLES: [(&str, Spelling); 3] = [
    (
        include_str!("../../../tests/triage_ticket/triage_ticket.wf"),
        Spelling::Text,
    ),
    (
        include_str!("../../../tests/triage_ticket/triage_ticket.wf.yaml"),
        Spelling::Yaml,
    ),
    (
        include_str!("../../../tests/triage_ticket/triage_ticket.wf.json"),
        Spelling::Json,
    ),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// A file from which a piece is taken, and into which another is put.
    #[test]
    fn any_damaged_file(
        which in 0usize..3,
        cut in any::<(prop::sample::Index, prop::sample::Index)>(),
        piece in any::<(prop::sample::Index, prop::sample::Index, prop::sample::Index)>(),
    ) {
        let (text, spelling) = EXAMPLES[which];
        let chars: Vec<char> = text.chars().collect();
        let range = |a: &prop::sample::Index, b: &prop::sample::Index| {
            let (a, b) = (a.index(chars.len()), b.index(chars.len()));
            a.min(b)..a.max(b).min(a.min(b) + 80)
        };
        let mut damaged = chars.clone();
        damaged.drain(range(&cut.0, &cut.1));
        let at = piece.0.index(damaged.len());
        let moved = chars[range(&piece.1, &piece.2)].to_vec();
        damaged.splice(at..at, moved);
        let text: String = damaged.into_iter().collect();
        check_places(&read(&text, spelling));
    }
}
