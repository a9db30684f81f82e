//! Values, types and what operators and functions do.
//!
//! The compiler (checking, constant folding) and the machine call the same kernels from here, so
//! folding and running cannot differ. Nothing here knows of source text or of the machine.

pub mod cron;
pub mod fault;
pub mod funcs;
pub mod json;
pub mod limits;
mod list;
mod map;
pub mod ops;
mod order;
pub mod schema;
pub mod secret;
mod text;
pub mod time;
pub mod ty;
mod value;

pub use fault::{Fault, FaultClass, FaultCode};
pub use funcs::{CallCtx, FnId, Function};
pub use list::List;
pub use map::{Key, Map};
pub use secret::{Secret, Segment};
pub use text::{Str, shortened};
pub use time::{Duration, Timestamp};
pub use ty::{Literal, Type, TypeTable};
pub use value::{TYPE_NAMES, TypeValue, Value};
