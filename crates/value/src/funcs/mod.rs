//! Functions: signatures for the checker, kernels for folding and the machine.

mod backoff;
mod context;
mod convert;
mod formatting;
mod lists;
mod math;
mod misc;
mod optionals;
mod regexes;
mod sets;
mod signature;
mod sort;
mod strings;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod times;

pub use context::{CallCtx, DEFAULT_COST_LIMIT, Meter};
pub use convert::{double_text, push_int, text_of};
pub use regexes::check_regex;
pub use signature::{Overload, Style, Ty, param_bound};
pub use table::FUNCTIONS;
pub use template::{join_text, template_text};

use crate::Value;
use crate::fault::Fault;

/// A function's stable number: its place in [`FUNCTIONS`]. Numbers are never given anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FnId(pub u16);

/// What a kernel gives; `None` when no overload takes the arguments.
type Outcome = Result<Option<Value>, Fault>;

/// What a function does. A member's receiver is the first argument.
type Kernel = fn(&[Value], &CallCtx) -> Outcome;

/// A function of the expression language.
pub struct Function {
    /// The name, with its namespace: `size`, `math.greatest`. One that begins with `@` is for
    /// the compiler alone and cannot be written.
    pub name: &'static str,
    /// Whether it is called as `f(x)`, `x.f()` or both.
    pub style: Style,
    /// What it takes and gives; a member's receiver is the first parameter.
    pub overloads: &'static [Overload],
    /// One line of documentation.
    pub doc: &'static str,
    /// The cost of a call, in the units of [`Meter`], without what grows with the arguments.
    pub cost: u32,
    /// Whether the cost also grows with the arguments' sizes.
    pub scans: bool,
    /// Whether calls with constant arguments may be carried out when compiling.
    pub foldable: bool,
    kernel: Kernel,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Function")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Function {
    /// Whether it is for the compiler alone.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.name.starts_with('@')
    }

    /// The namespace, such as `math`; nothing for a plain name.
    #[must_use]
    pub fn namespace(&self) -> Option<&'static str> {
        self.name.split_once('.').map(|(namespace, _)| namespace)
    }

    /// Whether it takes this many arguments, the receiver included.
    #[must_use]
    pub fn takes(&self, args: usize) -> bool {
        self.overloads.iter().any(|o| o.takes(args))
    }

    /// The overloads as authors read them, such as `string.charAt(int) -> string`.
    #[must_use]
    pub fn signatures(&self) -> Vec<String> {
        self.overloads
            .iter()
            .flat_map(|o| o.spelled(self))
            .collect()
    }
}

/// The function called `name`.
#[must_use]
pub fn find(name: &str) -> Option<(FnId, &'static Function)> {
    let at = FUNCTIONS.iter().position(|f| f.name == name)?;
    Some((FnId(u16::try_from(at).ok()?), FUNCTIONS.get(at)?))
}

/// The function with this number.
#[must_use]
pub fn get(id: FnId) -> Option<&'static Function> {
    FUNCTIONS.get(usize::from(id.0))
}

/// The functions' namespaces, each once, in the table's order.
#[must_use]
pub fn namespaces() -> Vec<&'static str> {
    let mut out = Vec::new();
    for namespace in FUNCTIONS.iter().filter_map(Function::namespace) {
        if !out.contains(&namespace) {
            out.push(namespace);
        }
    }
    out
}

/// Calls a function; a member's receiver is the first argument.
///
/// # Errors
/// What the function says; `expression_error` when no overload takes the arguments or there is
/// no such function; `limit_exceeded` when the meter is spent or the result would be too large.
pub fn call(id: FnId, args: &[Value], ctx: &CallCtx) -> Result<Value, Fault> {
    let Some(function) = get(id) else {
        return Err(Fault::expression(format!(
            "there is no function number {}",
            id.0
        )));
    };
    /// Units of data that are read for the price of one operation.
    const PER_COST: u64 = 32;
    let mut cost = u64::from(function.cost);
    if function.scans {
        let size = args
            .iter()
            .fold(0_u64, |sum, a| sum.saturating_add(a.size()));
        cost = cost.saturating_add(size / PER_COST);
    }
    ctx.meter.charge(cost)?;
    match (function.kernel)(args, ctx)? {
        Some(value) => Ok(value),
        None if args.iter().any(|a| matches!(a, Value::Secret(_))) => {
            Err(Fault::expression(format!(
                "`{}` cannot be used on a secret: its text is not known here",
                function.name
            )))
        }
        None => Err(no_overload(function, args)),
    }
}

/// The call with the arguments' types in place of the arguments.
fn no_overload(function: &Function, args: &[Value]) -> Fault {
    let types: Vec<&str> = args.iter().map(Value::type_name).collect();
    match types.split_first() {
        Some((receiver, rest)) if function.style == Style::Member => Fault::no_overload(
            format_args!("{receiver}.{}({})", function.name, rest.join(", ")),
        ),
        _ => Fault::no_overload(format_args!("{}({})", function.name, types.join(", "))),
    }
}
