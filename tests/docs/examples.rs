//! The examples in the pages: each is checked, those that say so are run.
//!
//! What follows the language behind a fence's backticks says what becomes of the block:
//!
//! - `example`: a whole workflow without any finding;
//! - `same`: another spelling of the example before it, with the same canonical hash;
//! - `run ARG...`: an example that is run with these arguments; the next `json` block is what it returns;
//! - `fault CODE...`: a workflow with exactly these findings;
//! - `file NAME`: a file that the page's examples refer to;
//! - `tests NAME`: a file of tests of that name, about files before it, all of which pass;
//! - `part`: a piece that cannot stand alone. Blocks of other languages need no word.

use std::path::{Path, PathBuf};

use serde_json::Value;
use wfc_syntax::canonical::source_hash;
use wfc_syntax::parse;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use super::{folder, markdown};
use crate::cli::Folder;

/// A fenced block of a page.
struct Block {
    /// `docs/language/steps/bash.md:12`
    place: String,
    language: String,
    words: Vec<String>,
    text: String,
}

impl Block {
    fn word(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    fn ending(&self) -> Option<&'static str> {
        match self.language.as_str() {
            "wf" => Some("wf"),
            "yaml" => Some("wf.yaml"),
            "json" => Some("wf.json"),
            _ => None,
        }
    }
}

fn blocks(path: &Path) -> Vec<Block> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut out: Vec<Block> = Vec::new();
    let mut inside = false;
    for (n, line) in text.lines().enumerate() {
        if let Some(info) = line.strip_prefix("```") {
            inside = !inside;
            if inside {
                let mut words = info.split_whitespace().map(str::to_owned);
                out.push(Block {
                    place: format!("{}:{}", path.display(), n + 1),
                    language: words.next().unwrap_or_default(),
                    words: words.collect(),
                    text: String::new(),
                });
            }
        } else if inside {
            let block = out.last_mut().unwrap();
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    assert!(!inside, "{}: a block is not closed", path.display());
    out
}

/// The pages that hold examples.
fn pages() -> Vec<PathBuf> {
    let docs = folder();
    let mut out = markdown(&docs.join("language"));
    out.push(docs.join("agents.md"));
    out.push(docs.join("testing.md"));
    out.push(docs.join("../README.md"));
    out.sort();
    out
}

/// The codes of a file's findings.
fn codes(folder: &Folder, name: &str) -> Vec<String> {
    let said = folder.run(&["check", "--format", "json", name]);
    let said = said.json();
    let found = said["diagnostics"].as_array().unwrap().iter();
    found
        .map(|d| d["code"].as_str().unwrap().to_owned())
        .collect()
}

fn hash(block: &Block) -> [u8; 32] {
    let name = format!("example.{}", block.ending().unwrap());
    let source = Source::new(name.as_str(), block.text.as_str());
    source_hash(&parse(&source, Spelling::of(&name, &block.text)).ast)
}

fn check_page(path: &Path, wrong: &mut Vec<String>) {
    let blocks = blocks(path);
    let folder = Folder::new();
    for block in blocks.iter().filter(|b| b.word() == "file") {
        folder.file(&block.words[1], &block.text);
    }
    for block in blocks.iter().filter(|b| b.word() == "tests") {
        let name = block.words[1].as_str();
        folder.file(name, &block.text);
        let said = folder.run(&["test", "--coverage", name]);
        if said.status != Some(0) {
            wrong.push(format!("{}: {}{}", block.place, said.out, said.err));
        }
    }
    let mut before: Option<&Block> = None;
    for (n, block) in blocks.iter().enumerate() {
        let Some(ending) = block.ending() else {
            continue;
        };
        let name = format!("example_{n}.{ending}");
        let place = &block.place;
        let wanted = match block.word() {
            "example" | "same" | "run" => Vec::new(),
            "fault" => block.words[1..].to_vec(),
            "file" | "part" | "returns" | "tests" => continue,
            _ => {
                wrong.push(format!("{place}: the block does not say what it is"));
                continue;
            }
        };
        folder.file(&name, &block.text);
        let found = codes(&folder, &name);
        if found != wanted {
            wrong.push(format!("{place}: found {found:?}, expected {wanted:?}"));
        }
        if block.word() == "same" && before.is_none_or(|b| hash(b) != hash(block)) {
            wrong.push(format!(
                "{place}: not the same workflow as the example before it"
            ));
        }
        if block.word() == "run" {
            let returns = blocks.get(n + 1).filter(|b| b.word() == "returns");
            let mut args = vec!["run", name.as_str(), "--format", "jsonl"];
            args.extend(block.words[1..].iter().map(String::as_str));
            let said = folder.run(&args);
            let last = said.lines().last().cloned().unwrap_or_default();
            let expected: Option<Value> = returns.map(|b| serde_json::from_str(&b.text).unwrap());
            if last["event"] != "run_succeeded" || expected.is_none_or(|e| e != last["output"]) {
                wrong.push(format!("{place}: the run ended with {last}"));
            }
        }
        if block.word() != "same" {
            before = Some(block);
        }
    }
}

#[test]
fn every_example_is_what_it_says() {
    let mut wrong = Vec::new();
    for page in pages() {
        check_page(&page, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
