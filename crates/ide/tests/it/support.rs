//! Files in memory, and texts with marks in them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use wfc_ide::answer::Place;
use wfc_ide::{Cancel, CheckedFile, Disk, FileSettings, Host, paths};
use wfc_syntax::span::Span;

/// A disk in memory.
#[derive(Default)]
pub(crate) struct MemoryDisk {
    pub(crate) files: Mutex<BTreeMap<String, String>>,
    pub(crate) settings: Mutex<FileSettings>,
}

impl MemoryDisk {
    pub(crate) fn of(files: &[(&str, &str)]) -> Arc<Self> {
        let disk = Self::default();
        for (path, text) in files {
            disk.write(path, text);
        }
        Arc::new(disk)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let mut files = self.files.lock().unwrap();
        files.insert(path.to_owned(), text.to_owned());
    }
}

impl Disk for MemoryDisk {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let files = self.files.lock().unwrap();
        files.get(path).map(|text| text.clone().into_bytes())
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let all = self.workspace();
        all.into_iter()
            .filter(|path| paths::folder_of(path) == folder)
            .collect()
    }

    fn settings(&self, _: &str) -> FileSettings {
        self.settings.lock().unwrap().clone()
    }

    fn workspace(&self) -> Vec<String> {
        let files = self.files.lock().unwrap();
        let endings = [".wf", ".wf.yaml", ".wf.yml", ".wf.json"];
        files
            .keys()
            .filter(|path| endings.iter().any(|e| path.ends_with(e)))
            .cloned()
            .collect()
    }

    fn catalogues(&self, _: &str) -> Vec<String> {
        let files = self.files.lock().unwrap();
        let all = files.keys().filter(|path| path.ends_with(".tools.json"));
        all.cloned().collect()
    }
}

/// A host on files in memory.
pub(crate) fn host(files: &[(&str, &str)]) -> (Host, Arc<MemoryDisk>) {
    let disk = MemoryDisk::of(files);
    (Host::new(disk.clone()), disk)
}

/// The files of a folder of the repository, as they are in the workspace of an editor.
pub(crate) fn files_of(name: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if let Ok(text) = std::fs::read_to_string(&path) {
            let file = path.file_name().unwrap().to_str().unwrap();
            files.push((format!("/w/{file}"), text));
        }
    }
    files.sort();
    files
}

/// Files with marks: `$0` is the cursor, `«...»` a range that is expected, `«kind|...»` one of a kind.
pub(crate) struct Fixture {
    pub(crate) host: Host,
    pub(crate) disk: Arc<MemoryDisk>,
    /// The file with the cursor; else the first one.
    pub(crate) path: String,
    pub(crate) offset: u32,
    /// The ranges by file, each with its kind.
    pub(crate) ranges: BTreeMap<String, Vec<(Span, String)>>,
}

impl Fixture {
    /// Reads `== path` lines with the files' texts below them. All files are open in the editor.
    pub(crate) fn new(text: &str) -> Self {
        let (mut host, disk) = host(&[]);
        let mut cursor = None;
        let mut first = None;
        let mut ranges = BTreeMap::new();
        let sections = text
            .strip_prefix("== ")
            .expect("a path first")
            .split_inclusive("\n== ")
            .map(|s| s.strip_suffix("== ").unwrap_or(s))
            .map(|s| s.split_once('\n').expect("a path, then a text"));
        for (path, body) in sections {
            let path = format!("/w/{}", path.trim());
            let marked = Marked::new(body);
            disk.write(&path, &marked.text);
            host.open(&path, marked.text.as_str(), 1);
            if let Some(offset) = marked.cursor {
                cursor = Some((path.clone(), offset));
            }
            ranges.insert(path.clone(), marked.ranges);
            first.get_or_insert(path);
        }
        host.disk_changed(&["/w".to_owned()]);
        let (path, offset) = cursor.unwrap_or((first.unwrap(), 0));
        Self {
            host,
            disk,
            path,
            offset,
            ranges,
        }
    }

    pub(crate) fn text(&self, path: &str) -> String {
        let source = self.host.snapshot().source(path).unwrap();
        source.text.to_string()
    }

    pub(crate) fn file(&self, path: &str) -> Arc<CheckedFile> {
        let snapshot = self.host.snapshot();
        snapshot.checked(path, &Cancel::new()).unwrap().unwrap()
    }

    /// The expected ranges as places, in order.
    pub(crate) fn expected(&self) -> Vec<Place> {
        let all = self.ranges.iter();
        all.flat_map(|(path, ranges)| ranges.iter().map(move |(span, _)| Place::new(path, *span)))
            .collect()
    }
}

/// A text without its marks.
pub(crate) struct Marked {
    pub(crate) text: String,
    pub(crate) cursor: Option<u32>,
    pub(crate) ranges: Vec<(Span, String)>,
}

impl Marked {
    pub(crate) fn new(marked: &str) -> Self {
        let mut text = String::new();
        let mut cursor = None;
        let mut ranges = Vec::new();
        let mut open: Vec<(usize, String)> = Vec::new();
        let mut rest = marked;
        while let Some(c) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("$0") {
                cursor = Some(u32::try_from(text.len()).unwrap());
                rest = after;
                continue;
            }
            rest = &rest[c.len_utf8()..];
            match c {
                '«' => {
                    let word = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_');
                    let kind = word.filter(|at| rest[*at..].starts_with('|'));
                    let kind = kind.map_or("", |at| &rest[..at]);
                    if !kind.is_empty() {
                        rest = &rest[kind.len() + 1..];
                    }
                    open.push((text.len(), kind.to_owned()));
                }
                '»' => {
                    let (start, kind) = open.pop().expect("an opening mark");
                    ranges.push((Span::of(start, text.len()), kind));
                }
                c => text.push(c),
            }
        }
        assert!(open.is_empty(), "a mark is not closed");
        ranges.sort();
        Self {
            text,
            cursor,
            ranges,
        }
    }
}

/// The text with the places of one file marked, to be compared with what a test writes.
pub(crate) fn mark(text: &str, places: &[(Span, String)]) -> String {
    let mut marks: Vec<(u32, bool, String)> = Vec::new();
    for (span, kind) in places {
        let kind = if kind.is_empty() {
            String::new()
        } else {
            format!("{kind}|")
        };
        marks.push((span.start, true, format!("«{kind}")));
        marks.push((span.end, false, "»".to_owned()));
    }
    marks.sort();
    let mut out = String::new();
    let mut from = 0;
    for (at, _, mark) in marks {
        out.push_str(&text[from..at as usize]);
        out.push_str(&mark);
        from = at as usize;
    }
    out + &text[from..]
}

/// Asserts that places are the marked ones; a difference is shown as marked texts.
pub(crate) fn assert_places(fixture: &Fixture, found: &[Place]) {
    let mut found: Vec<Place> = found.to_vec();
    found.sort();
    if found == fixture.expected() {
        return;
    }
    let show = |places: &[Place]| -> String {
        let mut files: Vec<&String> = fixture.ranges.keys().collect();
        files.extend(places.iter().map(|p| &p.file));
        files.sort();
        files.dedup();
        let of = |file: &String| {
            let spans: Vec<(Span, String)> = places
                .iter()
                .filter(|p| p.file == *file)
                .map(|p| (p.span, String::new()))
                .collect();
            let text = fixture.host.snapshot().source(file);
            let text = text.map_or(String::new(), |s| s.text.to_string());
            format!("== {file}\n{}", mark(&text, &spans))
        };
        files.into_iter().map(of).collect()
    };
    panic!(
        "found:\n{}\nexpected:\n{}",
        show(&found),
        show(&fixture.expected())
    );
}
