//! Something is allowed that is no code.

use wfc_syntax::code::{Code, Example, FAMILIES, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Fix};
use wfc_syntax::near::{evident, nearest};

use super::unused_allow::removal;
use crate::allow::{Allowed, Item};
use crate::rules::RuleContext;

/// Something is allowed that is no code.
pub static CODE: Code = Code {
    id: "WF0731",
    name: "unknown-allow",
    severity: Severity::Warning,
    summary: "an `allow` of something that is no code",
    why: "It allows nothing. `allow` takes one code by its id or its name; whole families are set in `wfc.toml`.",
    bad: Example::wf(
        "workflow w {\n  // wfc: allow unused-inptu callers still give it\n  input old: string = \"\"\n  return old\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  // wfc: allow unused-input callers still give it\n  input old: string = \"\"\n  bash \"ls\"\n}\n",
    ),
};

/// Reports what is allowed and does not exist. `codes` are all that there are, `found` what was found.
pub(crate) fn run(
    cx: &RuleContext<'_>,
    allowed: &Allowed,
    codes: &[&'static Code],
    found: &[Diagnostic],
    out: &mut Vec<Diagnostic>,
) {
    let names = || codes.iter().flat_map(|c| [c.name, c.id]);
    for item in &allowed.items {
        let text = item.code.as_str();
        if names().any(|name| name == text)
            || out.iter().any(|d| d.span == item.at && d.code == &CODE)
        {
            continue;
        }
        let same = names().find(|name| name.eq_ignore_ascii_case(text));
        let meant = same.or_else(|| evident(text, names()));
        let near: Vec<&str> = meant.into_iter().chain(nearest(text, names())).collect();
        let help = match near.first() {
            Some(near) => format!("did you mean `{near}`?"),
            None if is_family(text) => "name one code; a whole family is set in `wfc.toml`, under `[rules]`".to_owned(),
            None => "write an id such as `WF0211` or a name such as `unused-input`; `wfc explain` lists them".to_owned(),
        };
        let mut near: Vec<String> = near.into_iter().map(str::to_owned).collect();
        near.dedup();
        let finding = Diagnostic::new(&CODE, item.at, format!("`{text}` is no code"))
            .help(help)
            .near(near);
        out.push(mended(cx, item, meant, found, finding));
    }
}

/// With the code that was meant, where there is a finding of it; else the item goes, since it allows nothing.
fn mended(
    cx: &RuleContext<'_>,
    item: &Item,
    meant: Option<&str>,
    found: &[Diagnostic],
    finding: Diagnostic,
) -> Diagnostic {
    let there = |name: &str| {
        let of = |d: &&Diagnostic| d.code.id == name || d.code.name == name;
        found.iter().filter(of).any(|d| item.reaches(d.span))
    };
    if let Some(name) = meant.filter(|name| there(name)) {
        return finding.replace(
            Applicability::Safe,
            format!("write `{name}`"),
            item.at,
            name,
        );
    }
    match removal(cx, item) {
        Some(edit) => finding.fix(Fix {
            title: format!("remove the `allow` of `{}`", item.code),
            applicability: Applicability::Suggested,
            edits: vec![edit],
        }),
        None => finding,
    }
}

fn is_family(text: &str) -> bool {
    FAMILIES
        .iter()
        .any(|(digits, name)| *name == text || text.strip_prefix("WF") == Some(digits))
}
