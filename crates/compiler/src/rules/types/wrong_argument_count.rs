//! A call with too many or too few arguments.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::Name;

use crate::analysis::Known;

/// A call with too many or too few arguments.
pub static CODE: Code = Code {
    id: "WF0304",
    name: "wrong-argument-count",
    severity: Severity::Error,
    summary: "a call with too many or too few arguments",
    why: "Each function and macro takes the numbers of arguments that its signatures say.",
    bad: Example::wf("workflow w {\n  input name: string\n  return name.replace(\"-\")\n}\n"),
    good: Example::wf(
        "workflow w {\n  input name: string\n  return name.replace(\"-\", \"_\")\n}\n",
    ),
};

fn numbers(mut counts: Vec<usize>) -> String {
    counts.sort_unstable();
    counts.dedup();
    let spelled: Vec<String> = counts.iter().map(usize::to_string).collect();
    let plural = if *counts == [1] {
        "argument"
    } else {
        "arguments"
    };
    match &*spelled {
        [only] => format!("{only} {plural}"),
        [init @ .., last] => format!("{} or {last} {plural}", init.join(", ")),
        [] => "no arguments".to_owned(),
    }
}

/// No overload of a function takes so many arguments.
#[must_use]
pub(crate) fn report(known: &Known, name: &Name, member: bool, given: usize) -> Diagnostic {
    let shift = usize::from(member);
    let counts = known
        .sigs
        .iter()
        .map(|s| s.params.len().saturating_sub(shift))
        .collect();
    let signatures = crate::analysis::signatures(known, member);
    Diagnostic::new(
        &CODE,
        name.span,
        format!("`{}` takes {}, not {given}", known.name, numbers(counts)),
    )
    .help(if &*known.name == "lists.range" && given > 1 {
        "write `lists.range(n)`, which counts from 0; from `a` on, `lists.range(n - a).map(i, i + a)`"
            .to_owned()
    } else {
        format!(
            "write it as {}",
            super::super::names::one_of(&signatures)
        )
    })
}

/// A macro with a number of arguments that it has no meaning for.
#[must_use]
pub fn for_macro(name: &Name, counts: &[usize], given: usize) -> Diagnostic {
    let text = &name.text;
    let example = match &**text {
        "map" | "sortBy" => format!("list.{text}(x, x.name)"),
        "transformList" | "transformMap" => format!("map.{text}(k, v, v)"),
        "transformMapEntry" => "list.transformMapEntry(i, x, {x: i})".to_owned(),
        "optMap" | "optFlatMap" => format!("a.?b.{text}(x, x)"),
        _ => format!("list.{text}(x, x > 0)"),
    };
    Diagnostic::new(
        &CODE,
        name.span,
        format!("`{text}` takes {}, not {given}", numbers(counts.to_vec())),
    )
    .help(format!(
        "name the variable, then write what it is for: `{example}`"
    ))
}
