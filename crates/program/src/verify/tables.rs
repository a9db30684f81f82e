//! The tables: sizes, slots, types.

use std::collections::BTreeSet;

use wfc_value::{FnId, Type, TypeTable, funcs};

use super::{MAX_BRANCHES, MAX_SLOTS, VerifyError};
use crate::isa::{Instr, Operand, Slot};
use crate::program::{ForkSpec, Parts, Policy};

/// Checks the tables; gives what the functions are.
pub(super) fn check(parts: &Parts) -> Result<Vec<FnId>, VerifyError> {
    if parts.slots > MAX_SLOTS {
        return Err(VerifyError::table(format!(
            "the program has {} slots, and the most is {MAX_SLOTS}",
            parts.slots
        )));
    }
    if parts.code.is_empty() {
        return Err(VerifyError::table("the program has no instructions"));
    }
    for (at, instr) in parts.code.iter().enumerate() {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        instr
            .check(parts)
            .map_err(|message| VerifyError::code(at, message))?;
    }
    for step in &parts.steps {
        check_slots(parts, step.status_slot.iter().chain(&step.error_slot))?;
    }
    for fork in &parts.forks {
        check_fork(parts, fork)?;
    }
    check_inputs(parts)?;
    check_key(parts)?;
    if let Some(output) = parts.output {
        output.check(parts).map_err(VerifyError::table)?;
    }
    check_names(&parts.type_table)?;
    functions(parts)
}

/// The functions, and whether calls give them as many arguments as they take.
fn functions(parts: &Parts) -> Result<Vec<FnId>, VerifyError> {
    let find = |name| {
        funcs::find(name).ok_or_else(|| {
            VerifyError::table(format!("there is no function `{name}` in this version"))
        })
    };
    let found: Vec<_> = parts
        .functions
        .iter()
        .map(|name| find(name))
        .collect::<Result<_, _>>()?;
    for (at, instr) in parts.code.iter().enumerate() {
        if let Instr::Call(f, n) = instr
            && let Some((_, function)) = found.get(f.index())
            && !function.takes(*n as usize)
        {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            let message = format!("`{}` does not take {n} arguments", function.name);
            return Err(VerifyError::code(at, message));
        }
    }
    Ok(found.into_iter().map(|(id, _)| id).collect())
}

fn check_slots<'a>(
    parts: &Parts,
    slots: impl IntoIterator<Item = &'a Slot>,
) -> Result<(), VerifyError> {
    slots
        .into_iter()
        .try_for_each(|slot| slot.check(parts).map_err(VerifyError::table))
}

fn check_fork(parts: &Parts, fork: &ForkSpec) -> Result<(), VerifyError> {
    let entry = |entry: crate::isa::Label| entry.check(parts).map_err(VerifyError::table);
    match fork {
        ForkSpec::Branches { branches, .. } => {
            if branches.is_empty() || branches.len() > MAX_BRANCHES {
                return Err(VerifyError::table(format!(
                    "a fork has {} branches: from 1 to {MAX_BRANCHES} are possible",
                    branches.len()
                )));
            }
            let mut names = BTreeSet::new();
            for branch in branches {
                entry(branch.entry)?;
                check_slots(parts, branch.merge.iter().chain(&branch.always))?;
                if !names.insert(&branch.name) {
                    return Err(VerifyError::table(format!(
                        "a fork has two branches called `{}`",
                        branch.name
                    )));
                }
            }
            Ok(())
        }
        ForkSpec::Each {
            entry: at,
            item,
            index,
            ..
        } => {
            entry(*at)?;
            check_slots(parts, [item].into_iter().chain(index))
        }
    }
}

fn check_inputs(parts: &Parts) -> Result<(), VerifyError> {
    let mut names = BTreeSet::new();
    for input in &parts.inputs {
        input.ty.check(parts).map_err(VerifyError::table)?;
        check_slots(parts, [&input.slot])?;
        if let Some(schema) = &input.schema {
            schema.check(parts).map_err(VerifyError::table)?;
        }
        if !names.insert(&input.name) {
            return Err(VerifyError::table(format!(
                "the input `{}` is there twice",
                input.name
            )));
        }
    }
    Ok(())
}

/// The program of the policy's key has no policy itself, so this goes one level deep.
fn check_key(parts: &Parts) -> Result<(), VerifyError> {
    let Some(key) = &parts.policy.key else {
        return Ok(());
    };
    let refuse = |why: &str| Err(VerifyError::table(format!("the policy's key {why}")));
    if key.policy != Policy::default() {
        return refuse("has a policy of its own");
    }
    if !key.steps.is_empty() || !key.forks.is_empty() {
        return refuse("has steps or forks");
    }
    let names = |parts: &Parts| parts.inputs.iter().map(|i| i.name.clone()).collect();
    let (own, its): (Vec<_>, Vec<_>) = (names(parts), names(key));
    if own != its {
        return refuse("has other inputs than the program");
    }
    match key.verify() {
        Ok(_) => Ok(()),
        Err(error) => refuse(&format!("cannot be run: {error}")),
    }
}

/// A type's name must not stand for itself but inside of a list, a map, a record or an optional:
/// reading a value by it would never end.
fn check_names(table: &TypeTable) -> Result<(), VerifyError> {
    let mut sound: BTreeSet<&str> = BTreeSet::new();
    let mut left: Vec<(&str, Vec<&str>)> = table
        .iter()
        .map(|(name, ty)| (&**name, direct_names(ty)))
        .collect();
    // A name is sound when all that it stands for directly are; what never gets sound is a cycle.
    loop {
        let before = left.len();
        left.retain(|(name, needs)| {
            let known = |n: &&str| sound.contains(n) || table.get(n).is_none();
            let done = needs.iter().all(known);
            if done {
                sound.insert(name);
            }
            !done
        });
        match left.first() {
            None => return Ok(()),
            Some((name, _)) if left.len() == before => {
                return Err(VerifyError::table(format!(
                    "the type `{name}` stands for itself"
                )));
            }
            Some(_) => {}
        }
    }
}

/// The names that a type stands for without a container between.
fn direct_names(ty: &Type) -> Vec<&str> {
    ty.members()
        .iter()
        .filter_map(|member| match member {
            Type::Named(name) => Some(&**name),
            _ => None,
        })
        .collect()
}
