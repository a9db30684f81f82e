use super::*;
use crate::code::{Code, Example, Severity};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::span::Span;

static LINT: Code = Code {
    id: "WF0901",
    name: "lint",
    severity: Severity::Warning,
    summary: "",
    why: "",
    bad: Example::wf(""),
    good: Example::wf(""),
};

static SYNTAX: Code = Code {
    id: "WF0099",
    name: "syntax",
    severity: Severity::Error,
    summary: "",
    why: "",
    bad: Example::wf(""),
    good: Example::wf(""),
};

fn fix(edits: &[(usize, usize, &str)]) -> Fix {
    let edits = edits.iter().map(|(start, end, text)| Edit {
        span: Span::of(*start, *end),
        text: (*text).to_owned(),
    });
    Fix {
        title: "mend it".to_owned(),
        applicability: Applicability::Safe,
        edits: edits.collect(),
    }
}

fn found(edits: &[(usize, usize, &str)]) -> Diagnostic {
    Diagnostic::new(&LINT, Span::at(0), "wrong").fix(fix(edits))
}

fn chosen(found: &[Diagnostic]) -> Vec<usize> {
    round(found, Applicability::Safe).mended
}

#[test]
fn fixes_that_touch_wait_for_the_next_round() {
    let apart = [found(&[(0, 2, "a")]), found(&[(2, 4, "b")])];
    assert_eq!(chosen(&apart), [1, 1], "side by side is apart");
    let same_place = [found(&[(3, 3, "a")]), found(&[(3, 3, "b")])];
    assert_eq!(chosen(&same_place), [1]);
    let inside = [found(&[(0, 9, "a")]), found(&[(3, 3, "b")])];
    assert_eq!(chosen(&inside), [1]);
    let behind = [found(&[(0, 9, "a")]), found(&[(9, 9, "b")])];
    assert_eq!(
        chosen(&behind),
        [1],
        "an insertion where a replacement ends"
    );
    let one_of_two = [
        found(&[(0, 1, "a"), (8, 9, "c")]),
        found(&[(4, 5, "b"), (8, 9, "d")]),
    ];
    assert_eq!(chosen(&one_of_two), [1], "all edits of a fix, or none");
}

#[test]
fn two_findings_with_one_fix_are_mended_by_it_once() {
    let twice = [found(&[(0, 2, "a")]), found(&[(0, 2, "a")])];
    let round = round(&twice, Applicability::Safe);
    assert_eq!((round.fixes.len(), round.mended), (1, vec![2]));
}

#[test]
fn only_what_is_allowed_is_chosen() {
    let mut suggested = found(&[(0, 2, "a")]);
    suggested.fixes[0].applicability = Applicability::Suggested;
    let both = [suggested.clone().fix(fix(&[(0, 2, "b")]))];
    assert!(round(&[suggested], Applicability::Safe).fixes.is_empty());
    assert_eq!(
        round(&both, Applicability::Safe).fixes[0].edits[0].text,
        "b"
    );
    assert_eq!(
        round(&both, Applicability::Suggested).fixes[0].edits[0].text,
        "a"
    );
}

#[test]
fn splices_are_refused_rather_than_wrong() {
    let edit = |start, end, text: &str| Edit {
        span: Span::of(start, end),
        text: text.to_owned(),
    };
    let text = "aé\r\nb";
    assert_eq!(
        splice(text, &[edit(5, 6, "x"), edit(0, 0, "«")]).unwrap(),
        "«aé\r\nx"
    );
    assert_eq!(splice(text, &[edit(2, 3, "x")]), None, "half a character");
    assert_eq!(
        splice(text, &[edit(0, 3, ""), edit(1, 4, "")]),
        None,
        "overlap"
    );
    assert_eq!(splice(text, &[edit(4, 99, "")]), None, "beyond the end");
}

/// Every `from` is a finding whose fix writes `to`.
fn rewriting(from: &'static str, to: &'static str) -> impl FnMut(&str) -> Vec<Diagnostic> {
    move |text| {
        let places = text.match_indices(from);
        places
            .map(|(i, _)| found(&[(i, i + from.len(), to)]))
            .collect()
    }
}

#[test]
fn rounds_go_on_until_nothing_is_left() {
    // Each round of `aaa` to `aa` takes what does not overlap, the next one sees what that made.
    let mended = mend("aaaa aaa", Applicability::Safe, rewriting("aaa", "a"));
    assert_eq!((mended.text.as_str(), mended.mended), ("aa a", 2));
    assert!(mended.left.is_empty());
}

#[test]
fn fixes_that_undo_each_other_end() {
    let mut calls = 0;
    let mended = mend("x", Applicability::Safe, |text| {
        calls += 1;
        vec![found(&[(0, 1, if text == "x" { "y" } else { "x" })])]
    });
    assert_eq!(mended.text, "y");
    assert!(calls < 5, "{calls}");
}

#[test]
fn a_fix_that_always_finds_more_to_do_ends() {
    let mended = mend("x", Applicability::Safe, |_| vec![found(&[(0, 0, "x")])]);
    assert!(mended.text.len() < 1000);
}

#[test]
fn a_fix_that_breaks_the_file_costs_only_itself() {
    let check = |text: &str| {
        let mut all: Vec<Diagnostic> = text
            .match_indices('?')
            .map(|(i, _)| found(&[(i, i + 1, if i == 4 { "!" } else { "." })]))
            .collect();
        let broken = text.match_indices('!');
        all.extend(broken.map(|(i, _)| Diagnostic::new(&SYNTAX, Span::at(i as u32), "broken")));
        all
    };
    let mended = mend("? ? ? ? ?", Applicability::Safe, check);
    assert_eq!(mended.text, ". . ? . .");
    assert_eq!((mended.mended, mended.left.len()), (4, 1));
}

#[test]
fn syntax_is_mended_before_what_follows_from_it() {
    // While the bracket is open, the name seems to be wrong.
    let mended = mend("( name", Applicability::Safe, |text| {
        if text.ends_with(')') {
            return Vec::new();
        }
        let mut open = Diagnostic::new(&SYNTAX, Span::at(6), "open");
        open.fixes = vec![fix(&[(6, 6, ")")])];
        vec![found(&[(2, 6, "other")]), open]
    });
    assert_eq!(mended.text, "( name)");
}
