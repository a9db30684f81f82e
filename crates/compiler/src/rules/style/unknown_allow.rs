//! Something is allowed that is no code.

use wfc_syntax::code::{Code, Example, FAMILIES, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::near::{evident, nearest};

use crate::allow::Allowed;

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

/// Reports what is allowed and does not exist. `codes` are all that there are.
pub(crate) fn run(allowed: &Allowed, codes: &[&'static Code], out: &mut Vec<Diagnostic>) {
    let names = || codes.iter().flat_map(|c| [c.name, c.id]);
    for item in &allowed.items {
        let text = item.code.as_str();
        if names().any(|name| name == text)
            || out.iter().any(|d| d.span == item.at && d.code == &CODE)
        {
            continue;
        }
        let message = format!("`{text}` is no code");
        let mut found = Diagnostic::new(&CODE, item.at, message);
        let same = names().find(|name| name.eq_ignore_ascii_case(text));
        let near = nearest(text, names());
        if let Some(name) = same.or_else(|| evident(text, names())) {
            found = found
                .help(format!("did you mean `{name}`?"))
                .near(near.iter().map(|n| (*n).to_owned()).collect())
                .replace(
                    Applicability::Safe,
                    format!("write `{name}`"),
                    item.at,
                    name,
                );
        } else if let Some(first) = near.first() {
            found = found
                .help(format!("did you mean `{first}`?"))
                .near(near.iter().map(|n| (*n).to_owned()).collect());
        } else if is_family(text) {
            found =
                found.help("name one code; a whole family is set in `wfc.toml`, under `[rules]`");
        } else {
            found = found.help("write an id such as `WF0211` or a name such as `unused-input`; `wfc explain` lists them");
        }
        out.push(found);
    }
}

fn is_family(text: &str) -> bool {
    FAMILIES
        .iter()
        .any(|(digits, name)| *name == text || text.strip_prefix("WF") == Some(digits))
}
