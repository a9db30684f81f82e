//! Macros of the expression language, by their definition in the standard.

use wfc_compiler::analysis::{LocalId, Macro};
use wfc_syntax::expr::ExprId;
use wfc_value::{Fault, FaultClass, List, Map, Value};

use super::Run;
use super::exprs::{Env, call, put, truth};

type Given = Result<Value, Fault>;

/// The variables of a comprehension: the key or place, if it is named, and the item.
type Vars = (Option<LocalId>, LocalId);

impl Run<'_> {
    pub(super) fn expand(
        &self,
        env: &mut Env<'_>,
        found: &Macro,
        target: Option<ExprId>,
        args: &[ExprId],
    ) -> Given {
        let last = args[args.len() - 1];
        match *found {
            Macro::Has => self.has(env, last),
            Macro::All { k, v } => self.quantified(env, target, (k, v), last, false),
            Macro::Exists { k, v } => self.quantified(env, target, (k, v), last, true),
            Macro::ExistsOne { k, v } => {
                let mut n = 0;
                for item in self.range(env, target, k.is_some())? {
                    bind(env, (k, v), &item);
                    n += u32::from(truth(&self.expr(env, last)?)?);
                }
                Ok(Value::Bool(n == 1))
            }
            Macro::Map { v } => {
                let filter = (args.len() > 2).then(|| args[1]);
                self.listed(env, target, (None, v), filter, Some(last))
            }
            Macro::Filter { v } => self.listed(env, target, (None, v), Some(last), None),
            Macro::TransformList { k, v } => {
                let filter = (args.len() > 3).then(|| args[2]);
                self.listed(env, target, (Some(k), v), filter, Some(last))
            }
            Macro::TransformMap { k, v } => self.mapped(env, target, (k, v), args, false),
            Macro::TransformMapEntry { k, v } => self.mapped(env, target, (k, v), args, true),
            Macro::SortBy { v } => {
                let mut items = List::default();
                let mut keys = List::default();
                for (key, item) in self.range(env, target, false)? {
                    bind(env, (None, v), &(key, item.clone()));
                    items.push(item)?;
                    keys.push(self.expr(env, last)?)?;
                }
                call(env, "@sortByKeys", &[Value::List(items), Value::List(keys)])
            }
            Macro::OptMap { v } | Macro::OptFlatMap { v } => {
                let target = self.operand(env, target)?;
                if !truth(&call(env, "hasValue", std::slice::from_ref(&target))?)? {
                    return Ok(Value::none());
                }
                env.locals[v.0 as usize] = Some(call(env, "value", &[target])?);
                let value = self.expr(env, last)?;
                if matches!(found, Macro::OptMap { .. }) {
                    return call(env, "optional.of", &[value]);
                }
                Ok(value)
            }
            Macro::Bind { v } => {
                let value = self.expr(env, args[1])?;
                env.locals[v.0 as usize] = Some(value);
                self.expr(env, last)
            }
        }
    }

    fn operand(&self, env: &mut Env<'_>, e: Option<ExprId>) -> Given {
        e.map_or(Ok(Value::Null), |e| self.expr(env, e))
    }

    /// What a comprehension goes over: places and items of a list; keys of a map, with their values when `two` are named.
    fn range(
        &self,
        env: &mut Env<'_>,
        target: Option<ExprId>,
        two: bool,
    ) -> Result<Vec<(Value, Value)>, Fault> {
        match self.operand(env, target)? {
            Value::List(list) => Ok((0_i64..)
                .zip(list.iter())
                .map(|(n, v)| (Value::Int(n), v.clone()))
                .collect()),
            Value::Map(map) => Ok(map
                .iter()
                .map(|(k, v)| (k.to_value(), if two { v.clone() } else { k.to_value() }))
                .collect()),
            other => Err(no_items(&other)),
        }
    }

    /// `all` and `exists`: one item that decides absorbs the faults of others.
    fn quantified(
        &self,
        env: &mut Env<'_>,
        target: Option<ExprId>,
        vars: Vars,
        test: ExprId,
        decides: bool,
    ) -> Given {
        let mut fault = None;
        for item in self.range(env, target, vars.0.is_some())? {
            bind(env, vars, &item);
            match self.expr(env, test).and_then(|v| truth(&v)) {
                Ok(b) if b == decides => return Ok(Value::Bool(decides)),
                Ok(_) => {}
                Err(e) if e.class != FaultClass::Value => return Err(e),
                Err(e) => fault = fault.or(Some(e)),
            }
        }
        fault.map_or(Ok(Value::Bool(!decides)), Err)
    }

    fn listed(
        &self,
        env: &mut Env<'_>,
        target: Option<ExprId>,
        vars: Vars,
        filter: Option<ExprId>,
        make: Option<ExprId>,
    ) -> Given {
        let mut made = List::default();
        for (key, item) in self.range(env, target, vars.0.is_some())? {
            bind(env, vars, &(key, item.clone()));
            if let Some(filter) = filter
                && !truth(&self.expr(env, filter)?)?
            {
                continue;
            }
            made.push(match make {
                Some(make) => self.expr(env, make)?,
                None => item,
            })?;
        }
        Ok(Value::List(made))
    }

    fn mapped(
        &self,
        env: &mut Env<'_>,
        target: Option<ExprId>,
        (k, v): (LocalId, LocalId),
        args: &[ExprId],
        entries: bool,
    ) -> Given {
        let last = args[args.len() - 1];
        let filter = (args.len() > 3).then(|| args[2]);
        let mut made = Map::default();
        for (key, item) in self.range(env, target, true)? {
            bind(env, (Some(k), v), &(key.clone(), item));
            if let Some(filter) = filter
                && !truth(&self.expr(env, filter)?)?
            {
                continue;
            }
            let value = self.expr(env, last)?;
            match (entries, value) {
                (false, value) => put(&mut made, &key, value)?,
                (true, Value::Map(map)) => {
                    for (key, value) in map.iter() {
                        put(&mut made, &key.to_value(), value.clone())?;
                    }
                }
                (true, other) => return Err(no_items(&other)),
            }
        }
        Ok(Value::Map(made))
    }
}

fn bind(env: &mut Env<'_>, (k, v): Vars, (key, item): &(Value, Value)) {
    if let Some(k) = k {
        env.locals[k.0 as usize] = Some(key.clone());
    }
    env.locals[v.0 as usize] = Some(item.clone());
}

pub(super) fn no_items(found: &Value) -> Fault {
    let found = found.type_name();
    Fault::expression(format!(
        "only a list or a map has items to go through, not a {found}"
    ))
}
