//! What the language server needs of this machine: files, settings, watching, processes.

mod house;
mod process;
mod watch;

pub use house::DiskHouse;
