//! `cargo bench -p wfc-benches --bench lsp`: from a change to its findings, while 1,000 characters are typed one by one into files of 300,
//! 3,000 and 30,000 lines.
//!
//! Then the servers over their pipes: `wfc lsp` as built for release, and GitHub's beside it (`peers/actions/install.sh`).
//! `-- 30000` takes one length. `-- --verify` compares after each character with a whole check (the times mean nothing then), `-- --slow`
//! says which characters had to be checked whole.

mod in_process;
mod loads;
mod served;
mod times;
mod workflows;

/// That of the command line.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LINES: [usize; 3] = [300, 3_000, 30_000];

fn main() {
    wfc_benches::quiet::insist();
    let wanted: Vec<usize> = std::env::args()
        .filter_map(|arg| arg.parse().ok())
        .collect();
    println!(
        "| lines | what is typed | where | p50 | p95 | p99 | longest | by slices | a whole check |"
    );
    println!("| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for lines in LINES {
        if wanted.is_empty() || wanted.contains(&lines) {
            in_process::run(lines);
        }
    }
    println!();
    println!(
        "Servers over their pipes, from the change that is sent to the diagnostics that come:"
    );
    println!();
    println!("| lines | server | what is typed | where | characters | p50 | p95 | p99 | longest |");
    println!("| ---: | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |");
    for lines in LINES {
        if wanted.is_empty() || wanted.contains(&lines) {
            served::run(lines);
        }
    }
}
