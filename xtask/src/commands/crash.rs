//! `cargo xtask crash`: real processes under `kill -9`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use xtask::crash::damage::Damage;
use xtask::crash::judge::Record;
use xtask::crash::{Options, Totals, reference, torment};

pub(crate) fn run(args: &[&str]) -> ExitCode {
    let options = match parse(args) {
        Ok(options) => options,
        Err(why) => {
            eprintln!("crash: {why}");
            return ExitCode::from(2);
        }
    };
    let root = std::env::temp_dir().join(format!("wfc-crash-{}", std::process::id()));
    let result = judge(&options, &root);
    let kept = result.is_err();
    if kept {
        println!("what is left of the run: {}", root.display());
    } else {
        let _ = std::fs::remove_dir_all(&root);
    }
    match result {
        Ok(totals) => {
            println!(
                "{} kills, {} torn pages and {} full disks in {} runs: the outputs and the work done are as without, no step was started again that must not be",
                totals.kills, totals.damages, totals.fulls, totals.runs
            );
            println!(
                "{} steps were started; of {} that were cut off nobody knew the outcome, and the workflow was told so",
                totals.starts, totals.unknown
            );
            ExitCode::SUCCESS
        }
        Err(why) => {
            println!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn parse(args: &[&str]) -> Result<Options, String> {
    let mut out = Options {
        wfc: PathBuf::new(),
        points: 1000,
        seed: 1,
        damage: Damage::None,
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("`{arg}` takes a value"));
        let number = |text: &str| {
            text.parse::<u64>()
                .map_err(|_| format!("`{text}` is no number"))
        };
        match *arg {
            "--points" => out.points = number(value()?)?,
            "--seed" => out.seed = number(value()?)?,
            "--wfc" => out.wfc = PathBuf::from(value()?),
            "--disk-full" => out.damage = Damage::Full,
            "--torn" => out.damage = Damage::Torn,
            other => return Err(format!("no option `{other}`")),
        }
    }
    if out.wfc.as_os_str().is_empty() {
        out.wfc = built()?;
    }
    out.wfc = out.wfc.canonicalize().map_err(|e| format!("wfc: {e}"))?;
    Ok(out)
}

/// The binary of this house, built.
fn built() -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "-p", "wfc-cli"])
        .status();
    if !built.is_ok_and(|status| status.success()) {
        return Err("wfc cannot be built".to_owned());
    }
    let me = std::env::current_exe().map_err(|e| e.to_string())?;
    Ok(me.with_file_name("wfc"))
}

fn folder(root: &Path, name: &str) -> Result<PathBuf, String> {
    let path = root.join(name);
    std::fs::create_dir_all(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path)
}

fn judge(options: &Options, root: &Path) -> Result<Totals, String> {
    let well = reference(&options.wfc, false, &folder(root, "well")?)?;
    let ill = reference(&options.wfc, true, &folder(root, "ill")?)?;
    println!(
        "without harm: {} pieces of work, {} when it fails at its end",
        well.len(),
        ill.len()
    );
    let (kills, next) = (AtomicU64::new(0), AtomicU64::new(options.seed));
    let result = Mutex::new(Ok(Totals::default()));
    let work = || {
        while kills.load(Ordering::Relaxed) < options.points
            && result.lock().is_ok_and(|r| r.is_ok())
        {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let fails = seed % 3 == 0;
            let expected: &Record = if fails { &ill } else { &well };
            let name = format!("run-{seed}");
            let tried =
                folder(root, &name).and_then(|at| torment(options, expected, (fails, seed), &at));
            if let Ok(totals) = &tried {
                kills.fetch_add(totals.kills, Ordering::Relaxed);
                let _ = std::fs::remove_dir_all(root.join(&name));
            }
            if let Ok(mut result) = result.lock() {
                match (&mut *result, tried) {
                    (Ok(sum), Ok(totals)) => sum.add(&totals),
                    (Ok(_), Err(why)) => *result = Err(format!("seed {seed}: {why}")),
                    (Err(_), _) => {}
                }
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    result.into_inner().map_err(|e| e.to_string())?
}
