//! Neovim as Debian has it, without a screen.

use std::path::Path;
use std::process::Command;

use crate::cli::Folder;

#[test]
fn neovim_opens_an_example_sees_a_finding_has_it_mended_and_renames_a_step() {
    let version = Command::new("nvim").arg("--version").output();
    let Ok(version) = version else {
        println!("skipped: nvim is not installed");
        return;
    };
    let version = String::from_utf8_lossy(&version.stdout)
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for name in ["triage.wf", "triage.wf.yaml", "triage.wf.json"] {
        let folder = Folder::new();
        for file in [name, "memory.tools.json"] {
            folder.file(
                file,
                std::fs::read(root.join("examples").join(file)).unwrap(),
            );
        }
        let done = Command::new("nvim")
            .args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-S"])
            .arg(root.join("tests/lsp/neovim.lua"))
            .env("WFC_BIN", env!("CARGO_BIN_EXE_wfc"))
            .env("WFC_ROOT", folder.path())
            .env("WFC_FILE", name)
            .env("XDG_CACHE_HOME", folder.path().join("cache"))
            .env("XDG_STATE_HOME", folder.path().join("state"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        println!("{version}, {name}: {said}");
        assert!(done.status.success(), "{said}");
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(
            text.contains("verdict.summary") && !text.contains("review"),
            "{text}"
        );
        // The language server and the command say the same of what was written.
        let checked = folder.run(&["check", name]);
        assert_eq!(checked.status, Some(0), "{checked:?}");
    }
}
