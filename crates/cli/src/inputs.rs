//! Inputs from the command line: `--inputs FILE` first, then each `--input name=value` over it.

use wfc_program::Program;
use wfc_syntax::near::nearest;
use wfc_value::ty::{Type, decode};
use wfc_value::{Map, Value, json};

use crate::args::Run;
use crate::error::CliError;

/// The inputs that a run is started with.
///
/// # Errors
/// When a file cannot be read, a name is unknown, or a value is not of its input's type.
pub fn read(args: &Run, program: &Program) -> Result<Map, CliError> {
    let mut inputs = match &args.inputs {
        Some(path) => from_file(path)?,
        None => Map::default(),
    };
    for given in &args.input {
        let Some((name, text)) = given.split_once('=') else {
            return Err(CliError::usage(
                format!("`--input {given}` has no value"),
                "write `--input name=value`",
            ));
        };
        let value = value_of(program, name.trim(), text)?;
        inputs.insert(name.trim().into(), value).map_err(|fault| {
            CliError::usage(format!("`--input {name}`: {}", fault.message), "give less")
        })?;
    }
    Ok(inputs)
}

fn from_file(path: &std::path::Path) -> Result<Map, CliError> {
    let text = if path.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(path)
    }
    .map_err(|source| CliError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    let wrong = |why: String| {
        CliError::usage(
            format!("`{}`: {why}", path.display()),
            "inputs are a JSON object: `{ \"name\": value }`",
        )
    };
    match json::parse(&text).map_err(|e| wrong(e.to_string()))? {
        Value::Map(map) => Ok(map),
        _ => Err(wrong("not an object".to_owned())),
    }
}

/// The text as its input's type asks: as it stands where that is text, else as JSON.
fn value_of(program: &Program, name: &str, text: &str) -> Result<Value, CliError> {
    let Some(spec) = program.inputs.iter().find(|i| i.name.as_str() == name) else {
        return Err(unknown(program, name));
    };
    let ty = program
        .types
        .get(spec.ty.index())
        .cloned()
        .unwrap_or(Type::Any);
    let fits = |value: &Value| decode(value, &ty, &program.type_table).is_ok();
    let as_text = Value::from(text);
    if fits(&as_text) && (!matches!(ty, Type::Any) || json::parse(text).is_err()) {
        return Ok(as_text);
    }
    match json::parse(text) {
        Ok(value) if fits(&value) => Ok(value),
        Ok(value) => {
            let why = decode(&value, &ty, &program.type_table).err();
            let why = why.map(|e| e.to_string()).unwrap_or_default();
            Err(mismatch(name, text, &ty, &why))
        }
        Err(_) => Err(mismatch(name, text, &ty, "")),
    }
}

fn unknown(program: &Program, name: &str) -> CliError {
    let known: Vec<&str> = program.inputs.iter().map(|i| i.name.as_str()).collect();
    let help = match (
        nearest(name, known.iter().copied()).first(),
        known.is_empty(),
    ) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, true) => "the workflow has no inputs".to_owned(),
        (None, false) => format!("there are `{}`", known.join("`, `")),
    };
    CliError::usage(format!("there is no input `{name}`"), help)
}

fn mismatch(name: &str, text: &str, ty: &Type, why: &str) -> CliError {
    let why = if why.is_empty() {
        String::new()
    } else {
        format!(" ({why})")
    };
    CliError::usage(
        format!("the input `{name}` is to be a `{ty}`, and `{text}` is none{why}"),
        "text stands as it is; lists, mappings, numbers and booleans are written as JSON",
    )
}
