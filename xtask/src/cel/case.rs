//! One case, read from a line.

use serde_json::Value as Json;
use wfc_compiler::analysis::{Declared, DeclaredFunction, Env};
use wfc_value::{Type, Value};

use super::data::{self, array, text};

/// A case of the standard's tests: `cel.expr.conformance.test.SimpleTest`.
#[derive(Debug)]
pub struct Case {
    /// Where it comes from, in the test's own words.
    pub section: String,
    /// Its name.
    pub name: String,
    /// The expression.
    pub expr: String,
    /// Names, functions and the container.
    pub env: Env,
    /// Values of the environment's names, in its order; those without one are unset.
    pub slots: Vec<Option<Value>>,
    /// Only the type is asked for.
    pub check_only: bool,
    /// What evaluation gives.
    pub expected: Expected,
    /// The type to be deduced.
    pub ty: Option<Type>,
}

/// What evaluation is to give.
#[derive(Debug, PartialEq)]
pub enum Expected {
    /// A value.
    Value(Value),
    /// An error while evaluating.
    Fault,
}

impl Case {
    /// Reads a case.
    ///
    /// # Errors
    /// When the line is no JSON object, or no case that applies here; says why.
    pub fn read(line: &str) -> Result<Self, String> {
        let json: Json = serde_json::from_str(line).map_err(|e| e.to_string())?;
        if !json.is_object() {
            return Err("not a JSON object".to_owned());
        }
        if flag(&json, "disableMacros")? {
            return Err("`disableMacros`: macros cannot be switched off".to_owned());
        }
        let mut env = Env {
            container: optional_text(&json, "container")?,
            check: !flag(&json, "disableCheck")?,
            ..Env::default()
        };
        for declared in array(&json, "typeEnv")? {
            declare(&mut env, declared)?;
        }
        let slots = bind(&mut env, json.get("bindings"))?;
        let (expected, ty) = expected(&json)?;
        Ok(Self {
            section: optional_text(&json, "section")?,
            name: optional_text(&json, "name")?,
            expr: text(&json, "expr")?.to_owned(),
            env,
            slots,
            check_only: flag(&json, "checkOnly")?,
            expected,
            ty,
        })
    }

    /// Section and name.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}/{}", self.section, self.name)
    }
}

fn flag(json: &Json, field: &str) -> Result<bool, String> {
    match json.get(field) {
        None | Some(Json::Null) => Ok(false),
        Some(Json::Bool(b)) => Ok(*b),
        Some(_) => Err(format!("`{field}` is neither true nor false")),
    }
}

fn optional_text(json: &Json, field: &str) -> Result<String, String> {
    match json.get(field) {
        None | Some(Json::Null) => Ok(String::new()),
        Some(_) => text(json, field).map(str::to_owned),
    }
}

fn declare(env: &mut Env, declared: &Json) -> Result<(), String> {
    let name = text(declared, "name")?.to_owned();
    if let Some(ident) = declared.get("ident") {
        let ty = data::ty(ident.get("type").ok_or("`ident` has no `type`")?)?;
        env.names.push(Declared { name, ty });
        return Ok(());
    }
    let function = declared
        .get("function")
        .ok_or("a declaration is neither `ident` nor `function`")?;
    for overload in array(function, "overloads")? {
        let params = array(overload, "params")?
            .iter()
            .map(data::ty)
            .collect::<Result<_, _>>()?;
        env.functions.push(DeclaredFunction {
            name: name.clone(),
            member: flag(overload, "isInstanceFunction")?,
            params,
            result: overload.get("resultType").map_or(Ok(Type::Dyn), data::ty)?,
        });
    }
    Ok(())
}

/// The values of the environment's names; a name that is bound but not declared is `dyn`.
fn bind(env: &mut Env, bindings: Option<&Json>) -> Result<Vec<Option<Value>>, String> {
    let bindings = match bindings {
        None | Some(Json::Null) => return Ok(vec![None; env.names.len()]),
        Some(Json::Object(bindings)) => bindings,
        Some(_) => return Err("`bindings` is no object".to_owned()),
    };
    for name in bindings.keys() {
        if !env.names.iter().any(|d| d.name == *name) {
            env.names.push(Declared {
                name: name.clone(),
                ty: Type::Dyn,
            });
        }
    }
    let bound = |declared: &Declared| match bindings.get(&declared.name) {
        None => Ok(None),
        Some(given) => {
            let value = given.get("value").ok_or_else(|| {
                format!(
                    "`{}` is bound to something else than a value",
                    declared.name
                )
            })?;
            data::value(value).map(Some)
        }
    };
    env.names.iter().map(bound).collect()
}

/// What is expected; a case that does not say so expects `true`.
fn expected(json: &Json) -> Result<(Expected, Option<Type>), String> {
    let yes = || Expected::Value(Value::Bool(true));
    if let Some(value) = json.get("value") {
        return Ok((Expected::Value(data::value(value)?), None));
    }
    if let Some(typed) = json.get("typedResult") {
        let ty = typed.get("deducedType").map(data::ty).transpose()?;
        let result = typed.get("result").map(data::value).transpose()?;
        return Ok((result.map_or_else(yes, Expected::Value), ty));
    }
    if json.get("evalError").is_some() || json.get("anyEvalErrors").is_some() {
        return Ok((Expected::Fault, None));
    }
    if json.get("unknown").is_some() || json.get("anyUnknowns").is_some() {
        return Err("unknown values are not evaluated".to_owned());
    }
    Ok((yes(), None))
}
