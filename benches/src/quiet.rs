//! Whether the machine has something else to do: figures of a busy one say nothing.

/// Programs that keep a machine busy while somebody builds.
const COMPILERS: [&str; 9] = [
    "rustc", "cc", "cc1", "cc1plus", "clang", "ld", "ld.lld", "rust-lld", "collect2",
];

/// The compilers that are running, by their process ids; none where the system does not tell.
#[must_use]
pub fn compilers() -> Vec<(u32, String)> {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let one = |entry: std::fs::DirEntry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        let name = std::fs::read_to_string(entry.path().join("comm")).ok()?;
        let name = name.trim().to_owned();
        COMPILERS.contains(&name.as_str()).then_some((id, name))
    };
    processes.flatten().filter_map(one).collect()
}

/// Ends the process when a compiler is running, unless `--busy` was given: then the report says so.
pub fn insist() {
    let found = compilers();
    if found.is_empty() {
        return;
    }
    let names: Vec<String> = found
        .iter()
        .map(|(id, name)| format!("{name} ({id})"))
        .collect();
    let names = names.join(", ");
    if std::env::args().any(|arg| arg == "--busy") {
        println!("**Not a report: the machine is busy with {names}.**\n");
        return;
    }
    eprintln!("no report: the machine is busy with {names}; wait, or look anyway with `-- --busy`");
    std::process::exit(2);
}

/// Memory that a process holds, in KiB: a field of its status, such as `VmRSS`.
#[must_use]
pub fn memory(process: &str, field: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Processor time that this process has used, its threads and the system's work for it included, to a hundredth of a
/// second. It hardly depends on what else the machine does.
#[must_use]
pub fn processor() -> Option<std::time::Duration> {
    let status = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may hold spaces. Times are the 12th and 13th field after it.
    let fields = status.rsplit_once(')')?.1.split_whitespace();
    let ticks = fields
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().ok());
    let ticks = ticks.sum::<Option<u64>>()?;
    Some(std::time::Duration::from_millis(ticks * 10))
}
