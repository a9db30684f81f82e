//! `docs/language/functions.md`, from the table of functions.

use std::fmt::Write as _;

use wfc_value::funcs::{FUNCTIONS, Function, Overload};

use super::{folder, hold};

/// A function's forms, as they are written.
fn forms(function: &Function) -> Vec<String> {
    let form = |o: &Overload| -> Vec<String> {
        let types: Vec<String> = o.params.iter().map(|t| t.to_type().to_string()).collect();
        let gives = o.result.to_type();
        let mut forms = Vec::new();
        if function.style.is_global() {
            forms.push(format!(
                "`{}({})` → `{gives}`",
                function.name,
                types.join(", ")
            ));
        }
        if let (true, Some((first, rest))) = (function.style.is_member(), types.split_first()) {
            forms.push(format!(
                "`{first}.{}({})` → `{gives}`",
                function.name,
                rest.join(", ")
            ));
        }
        forms
    };
    function.overloads.iter().flat_map(form).collect()
}

fn page() -> String {
    let mut out = String::from(
        "# Functions\n\nWhat expressions can call, beside operators and macros (see [expressions](expressions.md)). Capitals such as `T` stand for any type. \
         Made from the table of functions.\n\n| function | forms | |\n| --- | --- | --- |\n",
    );
    let mut functions: Vec<&Function> = FUNCTIONS.iter().filter(|f| !f.is_internal()).collect();
    functions.sort_by_key(|f| (f.namespace().is_some(), f.name));
    for function in functions {
        let forms = forms(function).join("<br>").replace('|', "\\|");
        let doc = function.doc.replace('|', "\\|");
        let _ = writeln!(out, "| `{}` | {forms} | {doc} |", function.name);
    }
    out
}

#[test]
fn each_function_is_listed() {
    hold(&folder().join("language/functions.md"), &page());
}
