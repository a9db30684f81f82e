//! What the language server needs of this machine: files, settings, watching, processes.

mod house;
mod last_run;
mod now;
mod process;
mod watch;
mod work;

pub use house::DiskHouse;
