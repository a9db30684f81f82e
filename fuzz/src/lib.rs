//! Every target's binary is one line: `wfc_fuzz::target!("parse_yaml");`. The properties are in `xtask::fuzz`.

/// Runs a target's property.
///
/// # Panics
/// When it does not hold, or there is no such target: the fuzzer notices.
pub fn run(target: &str, data: &[u8]) {
    let target = xtask::fuzz::find(target).expect("a target of xtask::fuzz");
    if let Err(why) = (target.check)(data) {
        panic!("{why}");
    }
}

/// The entry of a target.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        ::libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::run($name, data));
    };
}
