//! What the project's automation and its tests share: harnesses that judge the compiler and the machine from outside.

pub mod cel;
pub mod crash;
pub mod differential;
pub mod fuzz;
pub mod mutate;
pub mod printing;
pub mod simulate;
