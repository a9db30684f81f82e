//! Fixes that follow from the tree and a finding's place alone: what has no effect, or can only be taken away, goes.
//!
//! The rule decides *that* something is wrong; the table here says what is done about it, the same way in each
//! spelling. A finding that brought a fix of its own is left as it is.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use wfc_syntax::edit::Editor;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Spelling};

use super::{RuleContext, edit};

/// What is done about a finding.
#[derive(Clone, Copy)]
enum Mend {
    /// The field whose key or value is at the place goes.
    RemoveField,
    /// The same, for a value of zero or one that help says to leave out.
    RemoveFieldIfLeftOut,
    /// `for` beside `event` is its `timeout`; else the second of the two goes.
    WaitOrTimeout,
    /// The step that the place is in goes.
    RemoveStep,
    /// The same, where the help begins with that.
    RemoveStepIfSaid,
    /// The declaration of this group goes.
    RemoveDeclaration(&'static str),
    /// The assignment goes, and the step with its last one.
    RemoveAssignment,
    /// The name of an output that nothing reads goes, or its type.
    RemoveOutput,
    /// A number or boolean where text belongs gets quotes, a number in quotes where one belongs loses them.
    Quote,
    /// `*/` at the end of the line.
    CloseComment,
    /// The item of a list goes, or the whole entry of a list with one.
    RemoveCase,
    /// The word at the place is replaced.
    Write(&'static str),
    /// A key gets `x-` in front.
    KeepAsExtension,
    /// The list becomes the root's `steps`.
    PutUnderSteps,
    /// The older field with its milliseconds becomes `timeout`.
    Timeout,
    /// A second step of the same id gets a number.
    Number,
    /// `}}` behind the path that follows.
    CloseTemplate,
    /// The braces go.
    RemoveTemplate,
}

/// By code. In the order of the ids.
const MENDS: &[(&str, Mend)] = &[
    ("WF0024", Mend::CloseComment),
    ("WF0060", Mend::CloseTemplate),
    ("WF0061", Mend::RemoveTemplate),
    ("WF0101", Mend::KeepAsExtension),
    ("WF0102", Mend::RemoveFieldIfLeftOut),
    ("WF0107", Mend::Number),
    ("WF0111", Mend::PutUnderSteps),
    ("WF0115", Mend::RemoveField),
    ("WF0116", Mend::RemoveField),
    ("WF0117", Mend::WaitOrTimeout),
    ("WF0118", Mend::RemoveField),
    ("WF0127", Mend::Timeout),
    ("WF0131", Mend::RemoveField),
    ("WF0133", Mend::RemoveField),
    ("WF0211", Mend::RemoveDeclaration("inputs")),
    ("WF0212", Mend::RemoveOutput),
    ("WF0213", Mend::RemoveDeclaration("secrets")),
    ("WF0214", Mend::RemoveDeclaration("variables")),
    ("WF0311", Mend::Quote),
    ("WF0312", Mend::Quote),
    ("WF0313", Mend::Quote),
    ("WF0316", Mend::RemoveField),
    ("WF0317", Mend::Quote),
    ("WF0319", Mend::Quote),
    ("WF0320", Mend::Quote),
    ("WF0323", Mend::RemoveField),
    ("WF0401", Mend::RemoveStepIfSaid),
    ("WF0404", Mend::RemoveCase),
    ("WF0408", Mend::RemoveStep),
    ("WF0415", Mend::RemoveFieldIfLeftOut),
    ("WF0416", Mend::Write("24h")),
    ("WF0504", Mend::RemoveFieldIfLeftOut),
    ("WF0505", Mend::RemoveStep),
    ("WF0507", Mend::RemoveField),
    ("WF0508", Mend::RemoveField),
    ("WF0509", Mend::Write("2")),
    ("WF0704", Mend::RemoveAssignment),
    ("WF0707", Mend::RemoveField),
    ("WF0709", Mend::RemoveField),
];

/// Adds such fixes to the findings that have none.
pub(crate) fn complete(cx: &RuleContext<'_>, found: &mut [Diagnostic]) {
    // Of a file that could not be read in full the tree does not say what belongs where.
    let in_doubt = found
        .iter()
        .any(|d| d.severity == Severity::Error && d.code.id.starts_with("WF00"));
    let mut index = None;
    for diagnostic in found.iter_mut().filter(|d| d.fixes.is_empty()) {
        let Ok(at) = MENDS.binary_search_by_key(&diagnostic.code.id, |(id, _)| id) else {
            continue;
        };
        let Some((_, mend)) = MENDS.get(at) else {
            continue;
        };
        if in_doubt && !diagnostic.code.id.starts_with("WF00") {
            continue;
        }
        let index = index.get_or_insert_with(|| Index::of(cx));
        if let Some((title, edits)) = index.mend(*mend, diagnostic) {
            diagnostic.fixes.push(Fix {
                title,
                applicability: Applicability::Suggested,
                edits,
            });
        }
    }
}

/// The tree, by place.
struct Index<'a> {
    cx: &'a RuleContext<'a>,
    editor: Editor<'a>,
    root: Option<NodeId>,
    /// Mappings by the places of their keys, and of their values.
    keys: HashMap<Span, (NodeId, usize)>,
    values: HashMap<Span, (NodeId, usize)>,
    /// Lists by the places of their items.
    items: HashMap<Span, (NodeId, NodeId)>,
    /// The words of the text, once they are asked for.
    words: OnceCell<HashSet<&'a str>>,
}

type Edits = (String, Vec<Edit>);

impl<'a> Index<'a> {
    fn of(cx: &'a RuleContext<'a>) -> Self {
        let tree = cx.tree;
        let mut index = Self {
            cx,
            editor: edit::editor(cx),
            root: tree.root,
            keys: HashMap::new(),
            values: HashMap::new(),
            items: HashMap::new(),
            words: OnceCell::new(),
        };
        for id in (0..tree.len()).filter_map(|i| u32::try_from(i).ok().map(NodeId)) {
            match tree.kind(id) {
                NodeKind::Map(entries) => {
                    for (i, entry) in entries.iter().enumerate() {
                        index.keys.insert(entry.key_span, (id, i));
                        index.values.insert(tree.span(entry.value), (id, i));
                    }
                }
                NodeKind::Seq(items) => {
                    let items = items.iter().map(|item| (tree.span(*item), (id, *item)));
                    index.items.extend(items);
                }
                _ => {}
            }
        }
        index
    }

    fn entry(&self, (map, at): (NodeId, usize)) -> Option<(NodeId, &'a MapEntry)> {
        match self.cx.tree.kind(map) {
            NodeKind::Map(entries) => Some((map, entries.get(at)?)),
            _ => None,
        }
    }

    /// The entry whose key or value is at a place, with or without its quotes.
    fn entry_at(&self, span: Span) -> Option<(NodeId, &'a MapEntry)> {
        let wide = Span::new(span.start.saturating_sub(1), span.end + 1);
        let found = [span, wide].into_iter().find_map(|span| {
            let key = self.keys.get(&span);
            key.or_else(|| self.values.get(&span)).copied()
        });
        self.entry(found?)
    }

    fn mend(&self, mend: Mend, found: &Diagnostic) -> Option<Edits> {
        let span = found.span;
        match mend {
            Mend::RemoveField => self.remove_field(span),
            Mend::RemoveFieldIfLeftOut => {
                let help = found.help.as_deref().unwrap_or_default();
                help.contains("leave")
                    .then(|| self.remove_field(span))
                    .flatten()
            }
            Mend::WaitOrTimeout => self.wait_or_timeout(span),
            Mend::RemoveStepIfSaid
                if !(found.help.as_ref()).is_some_and(|h| h.starts_with("remove")) =>
            {
                None
            }
            Mend::RemoveStep | Mend::RemoveStepIfSaid => {
                let (list, item) = self.step_around(span)?;
                self.remove_step(list, item)
            }
            Mend::RemoveDeclaration(group) => self.remove_declaration(group, span),
            Mend::RemoveAssignment => self.remove_assignment(span),
            Mend::RemoveOutput => {
                let (map, entry) = self.entry_at(span)?;
                let key = match &*entry.key {
                    "outputVariable" => "outputVariable",
                    _ => "returns",
                };
                let edit = self.editor.remove_field(map, key)?;
                Some((format!("remove `{key}`"), vec![edit]))
            }
            Mend::Quote => self.quote(found),
            Mend::CloseComment => self.close_comment(span),
            Mend::RemoveCase => self.remove_case(span),
            Mend::Write(word) => Some((
                format!("write `{word}`"),
                vec![Edit {
                    span,
                    text: self.editor.word_like(span, word),
                }],
            )),
            // What a step or an input was to do by a field would be lost without a word.
            Mend::KeepAsExtension
                if !found.message.starts_with("a workflow ")
                    || !found.help.as_ref().is_some_and(|h| h.contains("`x-`")) =>
            {
                None
            }
            Mend::KeepAsExtension => self.keep_as_extension(span),
            Mend::PutUnderSteps => self.put_under_steps(),
            Mend::Timeout => self.timeout(span, found.help.as_deref()?),
            Mend::Number => self.number(span),
            Mend::CloseTemplate => self.close_template(span),
            Mend::RemoveTemplate => self.remove_template(span),
        }
    }

    fn wait_or_timeout(&self, span: Span) -> Option<Edits> {
        let (map, entry) = self.entry_at(span)?;
        let other = |key: &str| self.editor.entry(map, key).is_some();
        if &*entry.key != "for" || !other("event") || other("timeout") {
            return self.remove_field(span);
        }
        let text = self.editor.word_like(entry.key_span, "timeout");
        let span = entry.key_span;
        Some((
            "make it the `timeout`".to_owned(),
            vec![Edit { span, text }],
        ))
    }

    fn close_comment(&self, span: Span) -> Option<Edits> {
        let rest = self.cx.text.get(span.start as usize..)?;
        let line = rest.split('\n').next()?.trim_end().len();
        let at = span.start as usize + line;
        let edit = Edit {
            span: Span::of(at, at),
            text: " */".to_owned(),
        };
        Some(("write `*/` at the end of the line".to_owned(), vec![edit]))
    }

    fn keep_as_extension(&self, span: Span) -> Option<Edits> {
        let (_, entry) = self.entry_at(span)?;
        let name = format!("x-{}", entry.key);
        let word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (entry.key.chars().all(word) && !entry.key.is_empty()).then(|| {
            let text = self.editor.word_like(entry.key_span, &name);
            let span = entry.key_span;
            (
                format!("keep it as a field of your own, `{name}`"),
                vec![Edit { span, text }],
            )
        })
    }

    fn remove_field(&self, span: Span) -> Option<Edits> {
        let (map, entry) = self.entry_at(span)?;
        // The kind of a step stands for the step itself, and people need some time to answer.
        let asks = |key: &str| self.editor.entry(map, key).is_some();
        if &*entry.key == "type" || (&*entry.key == "timeout" && (asks("prompt") || asks("event")))
        {
            return None;
        }
        let edit = self.editor.remove_field(map, &entry.key)?;
        Some((format!("remove `{}`", entry.key), vec![edit]))
    }

    /// The innermost step that a place is in, with its list.
    fn step_around(&self, span: Span) -> Option<(NodeId, NodeId)> {
        let steps = self.cx.ast.steps.iter();
        let step = steps
            .filter(|s| s.span.contains(span))
            .min_by_key(|s| s.span.len())?;
        self.items.get(&self.cx.tree.span(step.node)).copied()
    }

    /// Takes a step away that others stand beside: no block becomes empty.
    fn remove_step(&self, list: NodeId, item: NodeId) -> Option<Edits> {
        let NodeKind::Seq(items) = self.cx.tree.kind(list) else {
            return None;
        };
        if items.len() < 2 {
            return None;
        }
        let edit = self.editor.remove_item(list, item)?;
        Some(("remove the step".to_owned(), vec![edit]))
    }

    fn remove_declaration(&self, group: &str, span: Span) -> Option<Edits> {
        let root = self.root?;
        let named = self.editor.source(span).trim_matches(['"', '\'']);
        let title = format!("remove `{named}`");
        if group == "secrets" {
            let edit = self.editor.remove_declared_item(root, group, span)?;
            return Some((title, vec![edit]));
        }
        let declared = self.cx.tree.field(root, group);
        if self.entry_at(span).map(|(map, _)| map) != declared {
            return self.remove_assignment(span);
        }
        let edit = self.editor.remove_declaration(root, group, named)?;
        Some((title, vec![edit]))
    }

    /// An assignment that makes no difference: of a `set` with others, or the whole step.
    fn remove_assignment(&self, span: Span) -> Option<Edits> {
        let (list, item) = self.step_around(span)?;
        let values = self.cx.tree.field(item, "values")?;
        let NodeKind::Map(entries) = self.cx.tree.kind(values) else {
            return None;
        };
        if let [_] = entries.as_slice() {
            return self.remove_step(list, item);
        }
        let inside =
            |e: &&MapEntry| e.key_span.contains(span) || self.cx.tree.span(e.value).contains(span);
        let entry = entries.iter().find(inside)?;
        let edit = self.editor.remove_field(values, &entry.key)?;
        Some((format!("remove `{}`", entry.key), vec![edit]))
    }

    /// A value that a case before takes: out of its list, or the case with it.
    fn remove_case(&self, span: Span) -> Option<Edits> {
        let wide = Span::new(span.start.saturating_sub(1), span.end + 1);
        let item = [span, wide].into_iter().find_map(|s| self.items.get(&s));
        if let Some((list, item)) = item
            && let NodeKind::Seq(items) = self.cx.tree.kind(*list)
            && items.len() > 1
        {
            let edit = self.editor.remove_item(*list, *item)?;
            return Some(("remove the value".to_owned(), vec![edit]));
        }
        let (map, _) = self.entry_at(span).filter(|(_, e)| &*e.key == "case")?;
        let (list, item) = *self.items.get(&self.cx.tree.span(map))?;
        if self.cx.tree.spelling == Spelling::Text {
            return None;
        }
        let edit = self.editor.remove_item(list, item)?;
        Some(("remove the case".to_owned(), vec![edit]))
    }

    /// `5` becomes `"5"` where text is expected, and the other way round.
    fn quote(&self, found: &Diagnostic) -> Option<Edits> {
        let span = found.span;
        let is_value = self.values.contains_key(&span) || self.items.contains_key(&span);
        let expected = found.facts.as_ref()?.expected.as_deref()?;
        let expected = expected.strip_suffix('?').unwrap_or(expected);
        let source = self.editor.source(span);
        let number = |text: &str| text.parse::<i64>().is_ok();
        let constant = number(source)
            || source.parse::<f64>().is_ok_and(f64::is_finite)
            || matches!(source, "true" | "false");
        let inner = source
            .strip_prefix(['"', '\''])
            .and_then(|s| s.strip_suffix(['"', '\'']));
        let text = match (expected, inner) {
            ("string", None) if constant => self.editor.string(source),
            ("int", Some(inner)) if number(inner) => inner.to_owned(),
            ("double", Some(inner)) => double(inner)?,
            ("bool", Some("true" | "false")) => inner?.to_owned(),
            _ => return None,
        };
        is_value.then(|| (format!("write `{text}`"), vec![Edit { span, text }]))
    }

    /// `[ ... ]` at the root becomes `steps: [ ... ]`.
    fn put_under_steps(&self) -> Option<Edits> {
        let root = self.root?;
        let NodeKind::Seq(items) = self.cx.tree.kind(root) else {
            return None;
        };
        let steps = |id: &NodeId| matches!(self.cx.tree.kind(*id), NodeKind::Map(_));
        if items.is_empty() || !items.iter().all(steps) {
            return None;
        }
        let span = self.cx.tree.span(root);
        let before = |text: String| Edit {
            span: Span::at(span.start),
            text,
        };
        let edits = match self.cx.tree.spelling {
            Spelling::Json => vec![
                before("{ \"steps\": ".to_owned()),
                Edit {
                    span: Span::at(span.end),
                    text: " }".to_owned(),
                },
            ],
            Spelling::Yaml if self.editor.in_brackets(root) => vec![before("steps: ".to_owned())],
            Spelling::Yaml => {
                let text = self.cx.text.get(..span.start as usize)?;
                let dash = text.trim_end_matches([' ', '\t', '-']).len();
                let start = if text.get(dash..).is_some_and(|t| t.contains('-')) {
                    Span::of(dash, dash).start
                } else {
                    span.start
                };
                let line = text.get(..start as usize)?.rfind('\n').map_or(0, |i| i + 1);
                let indent = self.cx.text.get(line..start as usize)?;
                vec![Edit {
                    span: Span::of(line, line),
                    text: format!("{indent}steps:{}", self.editor.line_break()),
                }]
            }
            Spelling::Text => return None,
        };
        Some(("put it under `steps`".to_owned(), edits))
    }

    /// `timeoutMs: 900000` becomes the `timeout` that help says.
    fn timeout(&self, span: Span, help: &str) -> Option<Edits> {
        let (_, entry) = self.entry_at(span)?;
        let (_, rest) = help.split_once("`timeout: ")?;
        let (time, _) = rest.split_once('`')?;
        let value = self.cx.tree.span(entry.value);
        let edits = vec![
            Edit {
                span: entry.key_span,
                text: self.editor.word_like(entry.key_span, "timeout"),
            },
            Edit {
                span: value,
                text: self.editor.word_like(value, time),
            },
        ];
        (&*entry.key != "timeout").then(|| (format!("write `timeout: {time}`"), edits))
    }

    fn number(&self, span: Span) -> Option<Edits> {
        let name = self.editor.source(span);
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let words = self
            .words
            .get_or_init(|| self.cx.text.split(|c| !word(c)).collect());
        let taken = |name: &str| words.contains(name);
        let free = (2..100)
            .map(|n| format!("{name}_{n}"))
            .find(|n| !taken(n))?;
        let plain = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        plain.then(|| {
            let edit = Edit {
                span,
                text: free.clone(),
            };
            (format!("rename to `{free}`"), vec![edit])
        })
    }

    /// ` }}` behind the name or path that `{{` is followed by.
    fn close_template(&self, open: Span) -> Option<Edits> {
        let rest = self.cx.text.get(open.end as usize..)?;
        let code = rest.trim_start_matches(' ');
        let path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        let len = code.find(|c| !path(c)).unwrap_or(code.len());
        let code = code.get(..len)?.trim_end_matches('.');
        if !code.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return None;
        }
        let blank = rest.len() - rest.trim_start_matches(' ').len();
        let end = open.end as usize + blank + code.len();
        let end = end + call_behind(self.cx.text.get(end..)?)?;
        // One brace of the two may be there.
        let behind = self.cx.text.get(end..)?;
        let close = behind.trim_start_matches(' ');
        let (at, text) = if close.starts_with('}') {
            (end + (behind.len() - close.len()), "}")
        } else {
            (end, " }}")
        };
        let edit = Edit {
            span: Span::of(at, at),
            text: text.to_owned(),
        };
        Some(("close it".to_owned(), vec![edit]))
    }

    /// `{{ }}` in a text goes.
    fn remove_template(&self, span: Span) -> Option<Edits> {
        let text = self.editor.source(span);
        let open = text.find("{{")?;
        let close = text.get(open..)?.find("}}")? + open + 2;
        let blank = text.get(open + 2..close - 2)?.trim().is_empty();
        let at = span.start as usize;
        let whole = text.get(..open)?.trim_matches(['"', '\'']).is_empty()
            && text.get(close..)?.trim_matches(['"', '\'']).is_empty();
        let quoted = self.cx.text.get(..at + open)?.ends_with(['"', '\'']);
        (blank && (quoted || !whole)).then(|| {
            let edit = Edit {
                span: Span::of(at + open, at + close),
                text: String::new(),
            };
            ("remove the braces".to_owned(), vec![edit])
        })
    }
}

/// A number as all spellings write a double: digits, a point, digits.
fn double(text: &str) -> Option<String> {
    let digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let plain = text.strip_prefix('-').unwrap_or(text);
    match plain.split_once('.') {
        Some((whole, rest)) => (digits(whole) && digits(rest)).then(|| text.to_owned()),
        None => digits(plain).then(|| format!("{text}.0")),
    }
}

/// How long a call's parentheses and what follows them are, right behind a name: `(x).y()`; none when they do not close
/// in the line.
fn call_behind(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (_, '\n') => break,
            (Some(q), _) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '(' | '[') => open += 1,
            (None, ')' | ']') if open > 0 => open -= 1,
            (None, '"' | '\'') if open > 0 => quote = Some(c),
            (None, _) if open > 0 => {}
            (None, c) if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') => {}
            _ => return Some(text.get(..at)?.trim_end_matches('.').len()),
        }
    }
    (open == 0).then(|| text.find('\n').unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::MENDS;

    #[test]
    fn the_table_is_in_order_and_its_codes_exist() {
        assert!(MENDS.is_sorted_by_key(|(id, _)| id));
        let known = |id: &str| {
            let all = wfc_syntax::codes().into_iter().chain(crate::rules::codes());
            all.into_iter().any(|c| c.id == id)
        };
        assert!(MENDS.iter().all(|(id, _)| known(id)));
    }
}
