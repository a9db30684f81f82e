//! `wfc new`: a workflow to begin with, valid as it is.

use std::path::Path;

use wfc_syntax::parse::parse;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use crate::args::{New, To};
use crate::error::CliError;
use crate::exit::Exit;
use crate::{term, write};

/// What every new workflow says; `NAME` is replaced. Kept runnable with nothing installed.
const TEMPLATE: &str = r#"// Check it with `wfc check`, run it with `wfc run`.
workflow NAME "Greet somebody, when a person agrees" {
  input who: string = "world"

  let greeting = bash "echo \"hello, $WHO\"" { env: { WHO: who }, parse: text }

  approval "Send `{{ greeting }}`?" { timeout: 1h }

  return greeting
}
"#;

/// Writes the file.
///
/// # Errors
/// When the name is none, or the file is there already.
pub fn run(args: &New) -> Result<Exit, CliError> {
    let slug = args.name.replace(['-', ' '], "_");
    let is_name = slug.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && slug.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        return Err(CliError::usage(
            format!("`{}` cannot be a workflow's name", args.name),
            "use letters, digits and `_`, such as `nightly_report`",
        ));
    }
    let text = TEMPLATE.replace("NAME", &slug);
    let (text, ending) = match args.spelling {
        To::Text => (text, "wf"),
        To::Yaml => (spelled(&text, Spelling::Yaml)?, "wf.yaml"),
        To::Json => (spelled(&text, Spelling::Json)?, "wf.json"),
    };
    let file = format!("{slug}.{ending}");
    if Path::new(&file).exists() {
        return Err(CliError::usage(
            format!("`{file}` is there already"),
            "choose another name, or remove the file first",
        ));
    }
    write::replace(Path::new(&file), text.as_bytes())?;
    term::print(&format!(
        "wrote {file}\nnext: wfc check {file} && wfc run {file}\n"
    ));
    Ok(Exit::Clean)
}

fn spelled(text: &str, to: Spelling) -> Result<String, CliError> {
    let source = Source::new("new.wf", text);
    let parsed = parse(&source, Spelling::Text);
    wfc_format::convert(&parsed, &source, to)
        .map_err(|error| CliError::host(error.to_string(), "use `--spelling text`"))
}
