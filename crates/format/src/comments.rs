//! Which comment belongs to which entry. Every comment finds a home, so none is lost.
//!
//! Things that comments belong to are entries of mappings and items of sequences. A comment
//! - at the end of a line belongs to what is complete there (`{ a: 1 } # here`), else to what starts last there;
//! - behind the bracket that ends something of several lines belongs to that;
//! - on lines of its own belongs to what follows, unless that is further out: a comment at the end of a block stays in
//!   the block. Brackets, or in YAML columns, tell.

use std::collections::{BTreeMap, BTreeSet};

use wfc_syntax::span::Span;
use wfc_syntax::tree::{Comment, NodeId, NodeKind, Spelling, Tree};

use crate::doc::Notes;

/// What stands for an empty line among lines of comments.
pub(crate) const BLANK: &str = "\n";

/// Comments by the start of the thing that they belong to, and whether it is an item.
#[derive(Debug, Default)]
pub(crate) struct Comments {
    notes: BTreeMap<Key, Notes>,
    /// Comments in the middle of things, until they are put above them.
    within: BTreeMap<Key, Vec<String>>,
    /// Comments above the text form's `workflow`.
    head: Vec<String>,
    /// Comments after everything.
    rest: Vec<String>,
}

/// An entry or item that comments may belong to.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    start: u32,
    end: u32,
    item: bool,
    /// The mapping or sequence that it is in.
    within: Span,
    /// Whether that ends with a bracket.
    bracketed: bool,
    /// The anchor whose value it is in, by the order of the walk.
    parent: Option<usize>,
    depth: usize,
    /// Declarations or steps that the text form gathers under a key of its own making.
    group: bool,
    /// A mapping or sequence of YAML that has no end of its own.
    block: bool,
}

/// The start of an entry or item, and whether it is an item.
type Key = (u32, bool);

/// Keys of the root that the text form does not write.
const GROUPS: &[&str] = &["types", "inputs", "env", "variables", "triggers", "steps"];

/// Where a comment goes.
#[derive(Clone, Copy, Debug)]
enum Home {
    Trailing(Key),
    After(Key),
    Leading(Key),
    Closing(Key),
    /// In the middle of what is printed as one.
    Within(Key),
    Rest,
}

impl Comments {
    /// Attaches each comment of the file.
    pub(crate) fn attach(tree: &Tree, source: &str) -> Self {
        let anchors = Anchors::of(tree, source);
        let mut this = Self::default();
        // Comments of one gap do not go further in again.
        let mut gap = (usize::MAX, usize::MAX);
        let root = match (tree.spelling, tree.root) {
            (Spelling::Text, Some(root)) => tree.span(root).start,
            _ => 0,
        };
        for comment in &tree.comments {
            if comment.span.start < root {
                let blank = is_blank_line_above(source, comment.span.start);
                let blank = blank && !this.head.is_empty();
                this.head.extend(blank.then(|| BLANK.to_owned()));
                this.head.extend(lines_of(source, comment));
                continue;
            }
            let home = anchors.home(comment, &mut gap);
            let blank = comment.own_line && is_blank_line_above(source, comment.span.start);
            this.put(home, lines_of(source, comment), blank);
        }
        if !this.head.is_empty() && is_blank_line_above(source, root) {
            this.head.push(BLANK.to_owned());
        }
        for anchor in &anchors.all {
            let start = if tree.spelling == Spelling::Text && !anchor.item {
                behind_keyword(source, anchor.start)
            } else {
                anchor.start
            };
            if !anchor.group && is_blank_line_above(source, start) {
                let notes = this.notes.entry((anchor.start, anchor.item)).or_default();
                if notes.leading.is_empty() {
                    notes.blank_before = true;
                } else {
                    notes.leading.push(BLANK.to_owned());
                }
            }
        }
        for (key, within) in std::mem::take(&mut this.within) {
            this.notes.entry(key).or_default().leading.extend(within);
        }
        this
    }

    /// `blank`: an empty line stands above.
    fn put(&mut self, home: Home, mut lines: Vec<String>, blank: bool) {
        let one = lines.len() == 1;
        match home {
            Home::Trailing(key) => {
                let notes = self.notes.entry(key).or_default();
                if one && notes.trailing.is_none() {
                    notes.trailing = lines.pop();
                } else {
                    notes.leading.extend(lines);
                }
            }
            Home::After(key) => {
                let notes = self.notes.entry(key).or_default();
                if one && notes.after.is_none() {
                    notes.after = lines.pop();
                } else {
                    notes.leading.extend(lines);
                }
            }
            Home::Leading(key) => {
                let notes = self.notes.entry(key).or_default();
                if blank && notes.leading.is_empty() {
                    notes.blank_before = true;
                } else if blank {
                    notes.leading.push(BLANK.to_owned());
                }
                notes.leading.extend(lines);
            }
            Home::Closing(key) => {
                let notes = self.notes.entry(key).or_default();
                notes.closing.extend(blank.then(|| BLANK.to_owned()));
                notes.closing.extend(lines);
            }
            Home::Within(key) => {
                let within = self.within.entry(key).or_default();
                within.extend(lines);
            }
            Home::Rest => {
                self.rest.extend(blank.then(|| BLANK.to_owned()));
                self.rest.extend(lines);
            }
        }
    }

    /// Hands out what belongs to the entry that starts at `span`; the first to ask gets it.
    pub(crate) fn take(&mut self, span: Span) -> Notes {
        self.taken(span, false)
    }

    /// Hands out what belongs to the item that starts at `span`.
    pub(crate) fn take_item(&mut self, span: Span) -> Notes {
        self.taken(span, true)
    }

    fn taken(&mut self, span: Span, item: bool) -> Notes {
        let key = (span.start, item);
        self.notes.remove(&key).unwrap_or_default()
    }

    /// Gives a comment at a line's end back, for the item of an item that starts at the same place.
    pub(crate) fn give_back(&mut self, span: Span, trailing: Option<String>) {
        if trailing.is_some() {
            self.notes.entry((span.start, true)).or_default().trailing = trailing;
        }
    }

    /// Hands out the comments above the text form's `workflow`.
    pub(crate) fn head(&mut self) -> Vec<String> {
        std::mem::take(&mut self.head)
    }

    /// All that nobody asked for: printed at the end rather than lost.
    pub(crate) fn left(&mut self) -> Vec<String> {
        let mut lines = self.head();
        for (_, notes) in std::mem::take(&mut self.notes) {
            lines.extend(notes.lines());
        }
        lines.append(&mut self.rest);
        lines
    }
}

struct Anchors<'a> {
    tree: &'a Tree,
    source: &'a str,
    /// In the order of the walk.
    all: Vec<Anchor>,
    /// Starts, with their indices, in the order of their places; the innermost last.
    order: Vec<(u32, usize)>,
}

impl<'a> Anchors<'a> {
    fn of(tree: &'a Tree, source: &'a str) -> Self {
        let mut this = Self {
            tree,
            source,
            all: Vec::new(),
            order: Vec::new(),
        };
        if let Some(root) = tree.root {
            this.walk(root, None, 0, &mut BTreeSet::new());
        }
        this.order = this
            .all
            .iter()
            .enumerate()
            .map(|(i, a)| (a.start, i))
            .collect();
        this.order.sort_unstable();
        this
    }

    fn walk(
        &mut self,
        node: NodeId,
        parent: Option<usize>,
        depth: usize,
        seen: &mut BTreeSet<NodeId>,
    ) {
        let tree = self.tree;
        let within = tree.span(node);
        let bracketed = tree.spelling == Spelling::Text || self.opens(within);
        let anchor = |start: u32, end: u32, item: bool| Anchor {
            start,
            end: end.max(start),
            item,
            within,
            bracketed,
            parent,
            depth,
            group: false,
            block: false,
        };
        match tree.kind(node) {
            NodeKind::Map(entries) => {
                for entry in entries {
                    let value = tree.span(entry.value);
                    // What an alias repeats stands elsewhere.
                    let here = seen.insert(entry.value);
                    let end = if here { value.end } else { 0 };
                    let end = end.max(entry.key_span.end);
                    self.all.push(Anchor {
                        group: parent.is_none()
                            && tree.spelling == Spelling::Text
                            && GROUPS.contains(&&*entry.key),
                        block: self.is_block(entry.value),
                        ..anchor(entry.key_span.start, end, false)
                    });
                    if here {
                        self.walk(entry.value, Some(self.all.len() - 1), depth + 1, seen);
                    }
                }
            }
            NodeKind::Seq(items) => {
                for item in items {
                    if seen.insert(*item) {
                        let span = tree.span(*item);
                        self.all.push(Anchor {
                            block: self.is_block(*item),
                            ..anchor(span.start, span.end, true)
                        });
                        self.walk(*item, Some(self.all.len() - 1), depth + 1, seen);
                    }
                }
            }
            _ => {}
        }
    }

    fn is_block(&self, node: NodeId) -> bool {
        let collection = matches!(self.tree.kind(node), NodeKind::Map(_) | NodeKind::Seq(_));
        collection && self.tree.spelling == Spelling::Yaml && !self.opens(self.tree.span(node))
    }

    /// Whether a bracket stands there.
    fn opens(&self, span: Span) -> bool {
        let text = self.source.get(span.range());
        text.is_some_and(|t| t.starts_with(['{', '[']))
    }

    fn get(&self, ordered: usize) -> Option<(usize, &Anchor)> {
        let (_, index) = *self.order.get(ordered)?;
        Some((index, self.all.get(index)?))
    }

    fn home(&self, comment: &Comment, gap: &mut (usize, usize)) -> Home {
        let at = comment.span.start;
        let next = self.order.partition_point(|(start, _)| *start <= at);
        if !comment.own_line
            && let Some(home) = self.on_line(at, next)
        {
            return home;
        }
        let following = self.order.get(next).map(|(start, _)| *start);
        let outside = self.leading(next);
        let Some((last, _)) = next.checked_sub(1).and_then(|i| self.get(i)) else {
            return outside;
        };
        // Within a type or an expression, or in brackets that hold nothing else.
        if let Some(anchor) = self.all.get(last)
            && anchor.end > at
            && following.is_none_or(|f| f >= anchor.end)
        {
            let item = anchor.item || self.has(anchor.start, true);
            return Home::Within((anchor.start, item));
        }
        if gap.0 != next {
            *gap = (next, usize::MAX);
        }
        let column = self.column(at);
        let mut index = Some(last);
        while let Some(anchor) = index.and_then(|i| self.all.get(i)) {
            index = anchor.parent;
            let goes_on = following.is_some_and(|f| f < anchor.within.end);
            let inside = if anchor.bracketed {
                anchor.within.contains(comment.span)
            } else {
                anchor.parent.is_some() && comment.own_line && column >= self.child_column(anchor)
            };
            let unbracketed_goes_on = goes_on && !anchor.bracketed;
            if unbracketed_goes_on || inside && goes_on {
                break;
            }
            if inside && anchor.depth <= gap.1 {
                gap.1 = anchor.depth;
                return Home::Closing((anchor.start, anchor.item));
            }
        }
        gap.1 = 0;
        outside
    }

    /// The home of a comment above the anchor `next`: an item rather than its first entry, a declaration rather
    /// than what it is gathered in.
    fn leading(&self, next: usize) -> Home {
        match self.get(next) {
            None => Home::Rest,
            Some((_, anchor)) if self.has(anchor.start, true) => {
                Home::Leading((anchor.start, true))
            }
            Some((_, anchor)) if anchor.group => match self.get(next + 1) {
                Some((_, first)) => Home::Leading((first.start, first.item)),
                None => Home::Leading((anchor.start, false)),
            },
            Some((_, anchor)) => Home::Leading((anchor.start, false)),
        }
    }

    /// The home of a comment with something before it on its line.
    fn on_line(&self, at: u32, next: usize) -> Option<Home> {
        let before = self.source.get(..at as usize)?;
        let line = u32::try_from(before.rfind('\n').map_or(0, |i| i + 1)).ok()?;
        let ends = |a: &Anchor| a.end <= at && !a.group && !a.block;
        let (last, _) = next.checked_sub(1).and_then(|i| self.get(i))?;
        let mut index = Some(last);
        let mut home = None;
        while let Some(anchor) = index.and_then(|i| self.all.get(i)) {
            index = anchor.parent;
            if anchor.start >= line {
                // The outermost that is complete, else the one that starts last.
                if home.is_none() || ends(anchor) {
                    home = Some(Home::Trailing(self.at_line_end(anchor)));
                }
            } else if anchor.end > line && ends(anchor) {
                // Behind the end of something that started on an earlier line: the outermost.
                home = Some(Home::After(self.at_line_end(anchor)));
            }
        }
        home
    }

    /// Whether an item, or an entry, starts there.
    fn has(&self, start: u32, item: bool) -> bool {
        let from = self.order.partition_point(|(s, _)| *s < start);
        let here = self.order.get(from..).unwrap_or_default();
        here.iter()
            .take_while(|(s, _)| *s == start)
            .any(|(_, i)| self.all.get(*i).is_some_and(|a| a.item == item))
    }

    /// Who takes what is said at the end of a line: in the text form a step rather than its first field, in YAML
    /// a field rather than its step.
    fn at_line_end(&self, anchor: &Anchor) -> Key {
        let item = match self.tree.spelling {
            Spelling::Text => anchor.item || self.has(anchor.start, true),
            _ => anchor.item && !self.has(anchor.start, false),
        };
        (anchor.start, item)
    }

    /// Bytes before `at` on its line.
    fn column(&self, at: u32) -> usize {
        let before = self.source.get(..at as usize).unwrap_or_default();
        before.len() - before.rfind('\n').map_or(0, |i| i + 1)
    }

    /// The column of a key, or of the dash of an item.
    fn child_column(&self, anchor: &Anchor) -> usize {
        if !anchor.item {
            return self.column(anchor.start);
        }
        let before = self.source.get(..anchor.start as usize).unwrap_or_default();
        let before = before.trim_end_matches(|c: char| c.is_whitespace());
        match before.strip_suffix('-') {
            Some(rest) => rest.len() - rest.rfind('\n').map_or(0, |i| i + 1),
            // A comment or an anchor stands between them: the dash is further out than the item.
            None => self.column(anchor.start).saturating_sub(1),
        }
    }
}

/// A comment's lines without signs. What stands further in stays so; a block comment has its stars and
/// indentation cut.
fn lines_of(source: &str, comment: &Comment) -> Vec<String> {
    let written = source.get(comment.span.range()).unwrap_or_default();
    if !comment.block {
        let text = written
            .strip_prefix("//")
            .or_else(|| written.strip_prefix('#'))
            .unwrap_or(&comment.text);
        return vec![text.strip_prefix(' ').unwrap_or(text).trim_end().to_owned()];
    }
    let line = |l: &str| l.trim().trim_start_matches('*').trim().to_owned();
    let mut lines: Vec<String> = comment
        .text
        .lines()
        .map(line)
        .skip_while(String::is_empty)
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// Where the line starts, when only the keyword of a declaration or branch stands before its name.
fn behind_keyword(source: &str, name: u32) -> u32 {
    let before = source.get(..name as usize).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |i| i + 1);
    let word = before.get(line..).unwrap_or_default().trim();
    match word {
        "type" | "input" | "env" | "var" | "branch" => u32::try_from(line).unwrap_or(name),
        _ => name,
    }
}

/// Whether the line above is empty, dashes of sequences and indentation aside.
fn is_blank_line_above(source: &str, at: u32) -> bool {
    let text = source.get(..at as usize).unwrap_or_default();
    let text = text.trim_end_matches([' ', '\t', '-']);
    let Some(mut text) = text.strip_suffix('\n') else {
        return false;
    };
    let start = source.get(..at as usize).unwrap_or_default();
    let start = start.rsplit('\n').next().unwrap_or_default();
    let mut column = start.len() - start.trim_start_matches(' ').len();
    loop {
        let line = text.rfind('\n').map_or(0, |i| i + 1);
        let (above, line) = text.split_at(line);
        let indent = line.len() - line.trim_start_matches(' ').len();
        let line = line.trim();
        // A line of nothing but dashes goes with what it announces, further in.
        let dashes = line.starts_with('-') && line.chars().all(|c| c == '-' || c == ' ');
        match above.strip_suffix('\n') {
            Some(above) if dashes && indent < column => {
                text = above;
                column = indent;
            }
            above => return line.is_empty() && above.is_some(),
        }
    }
}
