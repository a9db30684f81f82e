//! What an editor, a bad connection and bad luck send, in thousands: the server's text stays the editor's, every request
//! is answered once, and nothing ends the server or lets it grow.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{Abilities, Editor};
use super::text::{ENCODINGS, Position};
use super::world;

/// Numbers by chance, the same each time (xorshift64*, Marsaglia 2003, Vigna 2016).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n.max(1)).unwrap()).unwrap()
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// A place between two characters.
    fn place(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        // A CR and LF are one line end: no editor has a place between them.
        if text[..at].ends_with('\r') && text[at..].starts_with('\n') {
            at += 1;
        }
        at
    }
}

/// Whether an editor has such a place: between two characters, and not inside of a line end.
fn is_place(text: &str, at: usize) -> bool {
    text.is_char_boundary(at) && !(text[..at].ends_with('\r') && text[at..].starts_with('\n'))
}

const PIECES: [&str; 24] = [
    "a",
    "é",
    "😀",
    "{{ ",
    " }}",
    "\n",
    "\r\n",
    "\r",
    "\"",
    "'",
    "{",
    "}",
    "  ",
    ":",
    "review.",
    "steps:",
    "- ",
    "/* ",
    "# ",
    "let x = 1\n",
    "\u{0}",
    "\u{feff}",
    "if true { bash \"ls\" }",
    "\t",
];

const METHODS: [&str; 19] = [
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/definition",
    "textDocument/typeDefinition",
    "textDocument/documentHighlight",
    "textDocument/signatureHelp",
    "textDocument/linkedEditingRange",
    "textDocument/prepareRename",
    "textDocument/documentSymbol",
    "textDocument/semanticTokens/full",
    "textDocument/foldingRange",
    "textDocument/documentLink",
    "textDocument/codeLens",
    "textDocument/diagnostic",
    "textDocument/formatting",
    "textDocument/inlayHint",
    "textDocument/prepareCallHierarchy",
    "workspace/symbol",
    "no/such/request",
];

struct Storm {
    editor: Editor,
    chance: Chance,
    waiting: BTreeSet<i64>,
    answered: usize,
    cancelled: usize,
    refused: usize,
}

impl Storm {
    fn step(&mut self, names: &[String]) {
        let name = self
            .chance
            .of(&names.iter().map(String::as_str).collect::<Vec<_>>())
            .to_owned();
        match self.chance.below(100) {
            0..60 => self.edit(&name),
            60..80 => self.ask(&name),
            80..88 => self.cancel(),
            88..92 => self.nonsense(),
            92..94 => self.reopen(&name),
            94..95 => self
                .editor
                .notify("textDocument/didChange", json!({ "textDocument": 5 })),
            _ => self.many(&name),
        }
        if self.waiting.len() > 40 {
            self.settle();
        }
    }

    fn edit(&mut self, name: &str) {
        let text = self.editor.text(name).to_owned();
        // A file grows and shrinks, and does not get out of hand.
        let (from, to) = (self.chance.place(&text), self.chance.place(&text));
        let (from, to) = (from.min(to), from.max(to));
        let to = if text.len() > 4000 {
            to
        } else {
            self.near(&text, from, to)
        };
        let piece = self.chance.of(&PIECES);
        self.editor.edit(name, from, to, piece);
    }

    /// Mostly little is deleted.
    fn near(&mut self, text: &str, from: usize, to: usize) -> usize {
        let some = self.chance.below(4);
        let mut end = from;
        for c in text[from..to].chars().take(some) {
            end += c.len_utf8();
        }
        if text[..end].ends_with('\r') && text[end..].starts_with('\n') {
            end += 1;
        }
        end
    }

    fn many(&mut self, name: &str) {
        let mut text = self.editor.text(name).to_owned();
        let mut edits: Vec<(usize, usize, &str)> = Vec::new();
        for _ in 0..self.chance.below(6) {
            let from = self.chance.place(&text);
            let to = self.near(&text, from, text.len());
            let piece = self.chance.of(&PIECES);
            text.replace_range(from..to, piece);
            edits.push((from, to, piece));
        }
        if self.chance.below(2) == 0 {
            // From the end to the start, as editors send places that change at once; those that still are places.
            edits.sort_by(|a, b| b.cmp(a));
            let mut text = self.editor.text(name).to_owned();
            edits.retain(|(from, to, piece)| {
                let fits = is_place(&text, *from) && is_place(&text, *to);
                if fits {
                    text.replace_range(*from..*to, piece);
                }
                fits
            });
        }
        self.editor.edit_all(name, &edits);
    }

    fn ask(&mut self, name: &str) {
        let method = self.chance.of(&METHODS);
        let text = self.editor.text(name);
        let place = self.chance.place(text);
        let position = Position::of(
            self.editor.text(name),
            place,
            self.editor.abilities.encoding,
        )
        .json();
        let mut params = json!({
            "textDocument": self.editor.document(name),
            "position": position,
            "range": { "start": { "line": 0, "character": 0 }, "end": position },
            "query": "re",
            "options": { "tabSize": 2, "insertSpaces": true },
        });
        if self.chance.below(20) == 0 {
            params["position"] = json!({ "line": -1, "character": "x" });
        }
        let id = self.editor.ask(method, params);
        self.waiting.insert(id);
    }

    /// Of a request that waits, was answered, or was not sent yet.
    fn cancel(&mut self) {
        let waiting: Vec<i64> = self.waiting.iter().copied().collect();
        let id = match self.chance.below(4) {
            0 => json!(self.chance.below(100_000)),
            1 => json!("what"),
            _ if waiting.is_empty() => json!(null),
            _ => json!(self.chance.of(&waiting)),
        };
        self.editor.notify("$/cancelRequest", json!({ "id": id }));
    }

    fn nonsense(&mut self) {
        let bytes: Vec<u8> = match self.chance.below(9) {
            0 => b"Content-Length: 7\r\n\r\n{\"a\": ]".to_vec(),
            1 => b"Content-Length: what\r\n\r\n".to_vec(),
            2 => b"\xff\xfe\x00 nonsense \r\n\r\n".to_vec(),
            3 => b"Content-Length: 99999999999\r\n\r\n{}".to_vec(),
            // A length that is too small, and one that is too large.
            4 => b"Content-Length: 3\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"x\"}".to_vec(),
            5 => b"Content-Length: 40\r\n\r\n{\"method\":\"x\"}".to_vec(),
            6 => {
                let deep = "[".repeat(2000);
                format!("Content-Length: {}\r\n\r\n{deep}", deep.len()).into_bytes()
            }
            7 => b"Content-Length: 2\r\n\r\n[]".to_vec(),
            _ => {
                // As large as it says, and too large.
                let large = "x".repeat(20_000);
                format!("Content-Length: 70000000\r\n\r\n{large}").into_bytes()
            }
        };
        self.editor.send_bytes(&bytes);
    }

    fn reopen(&mut self, name: &str) {
        let text = self.editor.text(name).to_owned();
        self.editor.close(name);
        self.editor.open_unsaved(name, &text);
    }

    /// Waits for all answers.
    fn settle(&mut self) {
        for id in std::mem::take(&mut self.waiting) {
            let answer = self.editor.answer(id);
            self.answered += 1;
            match answer["error"]["code"].as_i64() {
                None => {}
                Some(-32800) => self.cancelled += 1,
                Some(-32603) => panic!("a fault of the server: {answer}"),
                Some(_) => self.refused += 1,
            }
        }
        self.editor.told.clear();
    }
}

#[test]
fn ten_thousand_messages_leave_the_text_right_and_the_server_alive() {
    let seed = 0x0005_0007_1234_5678;
    let encoding = ENCODINGS[1];
    let abilities = Abilities::counting(encoding);
    let editor = Editor::in_folder(world(), abilities);
    let mut storm = Storm {
        editor,
        chance: Chance(seed),
        waiting: BTreeSet::new(),
        answered: 0,
        cancelled: 0,
        refused: 0,
    };
    let names = ["main.wf", "main.wf.yaml", "main.wf.json"].map(str::to_owned);
    for name in &names {
        let text = std::fs::read_to_string(storm.editor.folder.path().join(name)).unwrap();
        storm.editor.open_unsaved(name, &text);
    }
    for number in 0..10_000 {
        storm.step(&names);
        if number % 100 == 0 {
            for name in &names {
                storm.editor.in_sync(name);
            }
            storm.settle();
        }
    }
    storm.settle();
    for name in &names {
        storm.editor.in_sync(name);
    }
    let refusals = storm.editor.refusals.len();
    println!(
        "seed {seed:#x}: {} answers, {} of them cancelled and {} refused; {refusals} messages were none",
        storm.answered, storm.cancelled, storm.refused
    );
    assert!(storm.answered > 1500 && storm.cancelled > 0 && refusals > 100);
    assert_eq!(storm.editor.leave(), Some(0));
}

/// Resident memory of the server, in KiB.
#[cfg(target_os = "linux")]
fn resident(editor: &Editor) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", editor.child.id())).unwrap();
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:"))
        .unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

/// What the allocator may hold on to, in KiB: it keeps pages of each of its threads for a while.
#[cfg(target_os = "linux")]
const MARGIN: u64 = 16 << 10;

#[cfg(target_os = "linux")]
#[test]
fn memory_after_ten_thousand_edits_is_what_it_was_after_a_hundred() {
    let mut editor = Editor::in_folder(world(), Abilities::default());
    let text = std::fs::read_to_string(editor.folder.path().join("main.wf")).unwrap();
    editor.open("main.wf", &text);
    let mut after_hundred = 0;
    for number in 1..=10_000_usize {
        // The text is the same again after two edits.
        let at = text.find("review.ok").unwrap();
        if number % 2 == 1 {
            editor.edit("main.wf", at, at, "r");
        } else {
            editor.edit("main.wf", at, at + 1, "");
        }
        if number % 10 == 0 {
            editor.diagnostics("main.wf");
            let document = json!({ "textDocument": editor.document("main.wf") });
            let found = editor.request("textDocument/semanticTokens/full", document);
            assert_ne!(found, Value::Null);
            editor.told.clear();
        }
        if number == 100 {
            after_hundred = resident(&editor);
        }
    }
    let now = resident(&editor);
    println!("resident after 100 edits: {after_hundred} KiB, after 10,000: {now} KiB");
    assert!(
        now <= after_hundred + MARGIN,
        "{after_hundred} KiB became {now} KiB"
    );
    assert_eq!(editor.leave(), Some(0));
}
