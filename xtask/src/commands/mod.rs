//! The commands, one file each.

pub(crate) mod cel;
pub(crate) mod crash;
pub(crate) mod differential;
pub(crate) mod fuzz;
pub(crate) mod mutate;
pub(crate) mod simulate;

/// The number that follows the option `option`.
fn number(option: &str, given: Option<&&str>) -> Result<u64, String> {
    let given = given.ok_or_else(|| format!("`{option}` takes a number"))?;
    given.parse().map_err(|_| format!("`{given}` is no number"))
}
