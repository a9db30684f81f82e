//! What other workflows call a workflow by.

use crate::ast::Ast;

/// Endings of workflow files, longest first.
const ENDINGS: &[&str] = &[".wf.yaml", ".wf.yml", ".wf.json", ".wf"];

/// The slug that is written, else one made from the name (`Triage a ticket` gives `triage_a_ticket`), else
/// the file's stem.
#[must_use]
pub fn slug_of(ast: &Ast, file_name: &str) -> String {
    if let Some(slug) = &ast.workflow.slug {
        return slug.text.to_string();
    }
    let made = ast.workflow.name.as_ref().map(|n| made_from(&n.text));
    match made {
        Some(made) if !made.is_empty() => made,
        _ => stem(file_name).to_owned(),
    }
}

/// Letters and digits in lower case, with one `_` for whatever stands between them.
fn made_from(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

/// The file's name without folders and ending.
fn stem(file_name: &str) -> &str {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    for ending in ENDINGS {
        if let Some(stem) = name.strip_suffix(ending)
            && !stem.is_empty()
        {
            return stem;
        }
    }
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::yaml;

    #[test]
    fn the_slug_then_the_name_then_the_file() {
        let of = |text: &str, file: &str| slug_of(&yaml(text).ast, file);
        assert_eq!(
            of("slug: my-slug\nname: N\nreturn: 1", "a.wf.yaml"),
            "my-slug"
        );
        assert_eq!(
            of("name: Triage a Ticket (v2)!\nreturn: 1", "a.wf.yaml"),
            "triage_a_ticket_v2"
        );
        assert_eq!(
            of("name: '!!'\nreturn: 1", "dir/nightly-report.wf.yml"),
            "nightly-report"
        );
        assert_eq!(of("return: 1", "C:\\x\\a.b.wf"), "a.b");
        assert_eq!(of("return: 1", "flow.yaml"), "flow");
        assert_eq!(of("return: 1", "<stdin>"), "<stdin>");
    }
}
