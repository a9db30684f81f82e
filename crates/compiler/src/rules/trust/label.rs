//! What is known of a value: who had a hand in it, in which form, and whether it is a secret.

use std::sync::Arc;

use wfc_syntax::span::Span;

use super::trail::{Place, Trail};

/// What outside data can say by its type alone. Words of a closed list, booleans and null say nothing of anybody's
/// own, so values of such types carry no origin at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// A number, a time, or a text that was held against a pattern: means nothing to a shell, but somebody chose it.
    Number,
    /// Any text.
    Text,
}

/// Who had a hand in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// A webhook's body, headers or query.
    Webhook,
    /// An event's payload or key.
    Event,
    /// What an agent answers.
    Agent,
    /// What a tool yields that says it reaches an open world.
    OpenTool,
    /// What a command prints.
    Command,
    /// The answer to a message.
    Reply,
    /// Who approved, and the comment that was left.
    Approver,
    /// What a failed step says of itself.
    Failure,
    /// What a tool yields that does not say whether it reaches an open world.
    Tool,
    /// What a workflow returns that is not known here.
    Workflow,
    /// The input at this place of the file's inputs: whoever starts the workflow chose it.
    Input(u32),
}

/// How sure it is that people without a say in the workflow have a hand in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Doubt {
    /// They do.
    Certain,
    /// They may.
    Likely,
    /// Nothing says that they do or do not.
    Unknown,
    /// They do not: who starts a workflow has a say in it.
    Trusted,
}

impl Source {
    pub(crate) const fn doubt(self) -> Doubt {
        match self {
            Self::Webhook | Self::Event | Self::Agent | Self::OpenTool => Doubt::Certain,
            Self::Command | Self::Reply | Self::Approver | Self::Failure => Doubt::Likely,
            Self::Tool | Self::Workflow => Doubt::Unknown,
            Self::Input(_) => Doubt::Trusted,
        }
    }

    /// The source in words, as the subject of a sentence.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Webhook => "text from a webhook",
            Self::Event => "text from an event",
            Self::Agent => "an agent's answer",
            Self::OpenTool => "text from an open-world tool",
            Self::Command => "what a command printed",
            Self::Reply => "the answer to a message",
            Self::Approver => "an approver's words",
            Self::Failure => "what a failed step says",
            Self::Tool => "what a tool yields",
            Self::Workflow => "what another workflow returns",
            Self::Input(_) => "an input",
        }
    }

    /// What is said at the source's place.
    pub(crate) const fn remark(self) -> &'static str {
        match self {
            Self::Webhook => "whoever calls the webhook writes it",
            Self::Event => "whoever sends the event writes it",
            Self::Agent => "this agent writes it",
            Self::OpenTool => "this tool takes it from an open world",
            Self::Command => "this command prints it",
            Self::Reply => "whoever answers this message writes it",
            Self::Approver => "whoever answers this approval writes it",
            Self::Failure => "what this says when it fails may hold anything",
            Self::Tool => "this tool yields it",
            Self::Workflow => "this workflow is not known here",
            Self::Input(_) => "whoever starts the workflow gives it",
        }
    }
}

/// Fields selected from a source, outermost first.
pub(crate) type Path = Arc<[Box<str>]>;

/// One hand in a value.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) source: Source,
    /// The place that brings it in.
    pub(crate) place: Place,
    /// The part of what is brought in there.
    pub(crate) path: Path,
    pub(crate) form: Form,
    /// How it came here.
    pub(crate) trail: Trail,
}

impl Origin {
    /// What tells origins apart: the way to here is no part of it.
    fn key(&self) -> (Doubt, Source, &Place, &Path) {
        (self.source.doubt(), self.source, &self.place, &self.path)
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key() && self.form == other.form
    }
}

/// A secret in a value.
#[derive(Clone, Debug)]
pub(crate) struct SecretUse {
    pub(crate) name: Arc<str>,
    pub(crate) place: Place,
    pub(crate) trail: Trail,
}

impl PartialEq for SecretUse {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.place == other.place
    }
}

/// Labels of fields, in the order of their names. Most records have few.
type Fields = Vec<(Box<str>, Label)>;

/// The label of a value: its fields may have labels of their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Label {
    /// In the order of their keys: what is certain first.
    origins: Option<Arc<Vec<Origin>>>,
    pub(crate) secret: Option<Arc<SecretUse>>,
    /// Labels of fields; a field that is not listed has the value's own.
    fields: Option<Arc<Fields>>,
    depth: u8,
}

/// The part that stands for all items of a list, each by itself.
pub(crate) const EACH_ITEM: &str = "[*]";

/// Records in records, and fields of sources, are told apart down to here.
const MAX_DEPTH: u8 = 6;
/// Origins that one value keeps; those of which most is certain stay.
const MAX_ORIGINS: usize = 8;

impl Label {
    pub(crate) fn of(source: Source, place: Place) -> Self {
        Self::from_origins(vec![Origin {
            source,
            place,
            path: Path::from([]),
            form: Form::Text,
            trail: Trail::default(),
        }])
    }

    pub(crate) fn secret(name: &str, place: Place) -> Self {
        Self {
            secret: Some(Arc::new(SecretUse {
                name: name.into(),
                place,
                trail: Trail::default(),
            })),
            ..Self::default()
        }
    }

    pub(crate) fn from_origins(origins: Vec<Origin>) -> Self {
        Self {
            origins: (!origins.is_empty()).then(|| Arc::new(origins)),
            ..Self::default()
        }
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.origins.is_none() && self.secret.is_none() && self.fields.is_none()
    }

    /// Of the value itself, without what its fields add; see [`Label::flat`].
    pub(crate) fn origins(&self) -> &[Origin] {
        self.origins.as_ref().map_or(&[], |all| all.as_slice())
    }

    /// Of a record with these fields, each with its label.
    pub(crate) fn record(fields: impl IntoIterator<Item = (Box<str>, Self)>) -> Self {
        let mut depth = 0;
        let mut fields: Fields = fields
            .into_iter()
            .map(|(name, label)| {
                let label = if label.depth >= MAX_DEPTH {
                    label.flat()
                } else {
                    label
                };
                depth = depth.max(label.depth + 1);
                (name, label)
            })
            .collect();
        if fields.iter().all(|(_, label)| label.is_clean()) {
            return Self::default();
        }
        fields.sort_by(|(a, _), (b, _)| a.cmp(b));
        // Of a name that is there twice the last one counts.
        fields.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                std::mem::swap(next, kept);
            }
            same
        });
        Self {
            fields: Some(Arc::new(fields)),
            depth,
            ..Self::default()
        }
    }

    /// Of the field `name`.
    pub(crate) fn field(&self, name: &str) -> Self {
        match self.listed(name) {
            Some(label) => label.clone(),
            None => self.own().part(name),
        }
    }

    fn listed(&self, name: &str) -> Option<&Self> {
        let fields = self.fields.as_ref()?;
        let at = fields.binary_search_by(|(known, _)| (**known).cmp(name));
        Some(&fields.get(at.ok()?)?.1)
    }

    /// Of a part of the value that is no field: an item, or what a function leaves of it.
    pub(crate) fn part(&self, name: &str) -> Self {
        if self.is_clean() {
            return Self::default();
        }
        self.each(&|origin| {
            if origin.path.len() < usize::from(MAX_DEPTH) {
                let more = origin.path.iter().cloned().chain([Box::from(name)]);
                origin.path = more.collect();
            }
        })
    }

    /// The label with another name for one part of its paths.
    pub(crate) fn renamed(&self, part: &str, new: &str) -> Self {
        let is_part = |p: &str| p == part;
        if self.is_clean()
            || !self
                .flat()
                .origins()
                .iter()
                .any(|o| o.path.iter().any(|p| is_part(p)))
        {
            return self.clone();
        }
        self.each(&|origin| {
            let parts = origin.path.iter();
            origin.path = parts
                .map(|p| {
                    if is_part(p) {
                        Box::from(new)
                    } else {
                        p.clone()
                    }
                })
                .collect();
        })
    }

    /// Of the part at the end of a path.
    pub(crate) fn at(&self, path: &[Box<str>]) -> Self {
        path.iter()
            .fold(self.clone(), |label, name| label.field(name))
    }

    fn own(&self) -> Self {
        Self {
            origins: self.origins.clone(),
            secret: self.secret.clone(),
            ..Self::default()
        }
    }

    /// Of the value as one text.
    pub(crate) fn flat(&self) -> Self {
        let Some(fields) = &self.fields else {
            return self.own();
        };
        fields
            .iter()
            .fold(self.own(), |all, (_, field)| all.join(&field.flat()))
    }

    /// The label with a change to every origin, and to nothing else.
    fn each(&self, change: &dyn Fn(&mut Origin)) -> Self {
        let mut out = self.clone();
        if let Some(all) = &mut out.origins {
            Arc::make_mut(all).iter_mut().for_each(change);
        }
        if let Some(fields) = &mut out.fields {
            for (_, label) in Arc::make_mut(fields) {
                *label = label.each(change);
            }
        }
        out
    }

    /// Of a value that says no more than `form`.
    pub(crate) fn at_most(&self, form: Form) -> Self {
        if self.is_clean() || form == Form::Text {
            return self.clone();
        }
        self.each(&|origin| origin.form = origin.form.min(form))
    }

    /// Of a value in which nobody's own words are left.
    pub(crate) fn without_origins(&self) -> Self {
        Self {
            origins: None,
            ..self.flat()
        }
    }

    /// Of a value that has come to a place: a name that takes it, a file's border.
    pub(crate) fn via(&self, place: &Place, text: &dyn Fn() -> String) -> Self {
        if self.is_clean() {
            return Self::default();
        }
        let text: Arc<str> = text().into();
        let mut out = self.each(&|origin| origin.trail = origin.trail.then(place, &text));
        out.each_secret(&|secret| secret.trail = secret.trail.then(place, &text));
        out
    }

    /// Of a value that has come this way before it went on.
    pub(crate) fn after(&self, trail: &Trail) -> Self {
        let mut out = self.each(&|origin| origin.trail = origin.trail.and(trail));
        out.each_secret(&|secret| secret.trail = secret.trail.and(trail));
        out
    }

    /// The label with some origins replaced by whole labels.
    pub(crate) fn replaced(&self, with: &dyn Fn(&Origin) -> Option<Self>) -> Self {
        let mut out = Self {
            secret: self.secret.clone(),
            ..Self::default()
        };
        if let Some(fields) = &self.fields {
            let fields = fields
                .iter()
                .map(|(name, label)| (name.clone(), label.replaced(with)));
            out = Self::record(fields).join(&out);
        }
        for origin in self.origins() {
            out =
                out.join(&with(origin).unwrap_or_else(|| Self::from_origins(vec![origin.clone()])));
        }
        out
    }

    fn each_secret(&mut self, change: &dyn Fn(&mut SecretUse)) {
        if let Some(secret) = &mut self.secret {
            change(Arc::make_mut(secret));
        }
        if let Some(fields) = &mut self.fields {
            for (_, label) in Arc::make_mut(fields) {
                label.each_secret(change);
            }
        }
    }

    /// Whether joining the other adds nothing: found without making anything.
    fn holds(&self, other: &Self) -> bool {
        let fields = match (&self.fields, &other.fields) {
            (None, None) => true,
            // What the other says of itself it says of every field.
            (Some(_), None) => other.origins.is_none() && other.secret.is_none(),
            (None, Some(_)) => false,
            (Some(a), Some(b)) => {
                Arc::ptr_eq(a, b)
                    || a.len() == b.len()
                        && a.iter()
                            .zip(b.iter())
                            .all(|((x, mine), (y, theirs))| x == y && mine.holds(theirs))
            }
        };
        fields
            && self.depth >= other.depth
            && (self.secret.is_some() || other.secret.is_none())
            && hold(self.origins(), other.origins())
    }

    /// Of a value that is one or the other, or is made of both.
    pub(crate) fn join(&self, other: &Self) -> Self {
        if other.is_clean() && self.fields.is_none() || self == other {
            return self.clone();
        }
        if self.is_clean() && other.fields.is_none() {
            return other.clone();
        }
        if self.holds(other) {
            return self.clone();
        }
        let own = Self {
            origins: joined(self.origins.as_ref(), other.origins.as_ref()),
            secret: self.secret.clone().or_else(|| other.secret.clone()),
            ..Self::default()
        };
        if self.fields.is_none() && other.fields.is_none() {
            return own;
        }
        let all = |label: &'_ Self| label.fields.clone().unwrap_or_default();
        let (mine, theirs) = (all(self), all(other));
        let names = mine.iter().chain(theirs.iter()).map(|(name, _)| &**name);
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        names.dedup();
        let fields: Fields = names
            .into_iter()
            .map(|name| (name.into(), self.field(name).join(&other.field(name))))
            .collect();
        Self {
            fields: Some(Arc::new(fields)),
            depth: self.depth.max(other.depth),
            ..own
        }
    }
}

/// Whether `joined` would give `a`: what `b` has stands in it too, or would be one too many.
fn hold(a: &[Origin], b: &[Origin]) -> bool {
    if !a.is_sorted_by(|x, y| x.key() < y.key()) {
        return b.is_empty();
    }
    b.iter().all(
        |origin| match a.binary_search_by(|known| known.key().cmp(&origin.key())) {
            Ok(at) => a.get(at).is_some_and(|known| known.form >= origin.form),
            Err(at) => at >= MAX_ORIGINS,
        },
    )
}

type Origins = Option<Arc<Vec<Origin>>>;

fn joined(a: Option<&Arc<Vec<Origin>>>, b: Option<&Arc<Vec<Origin>>>) -> Origins {
    let (a, b) = match (a, b) {
        (Some(a), Some(b)) => (a, b),
        (a, b) => return a.or(b).cloned(),
    };
    let mut all: Vec<Origin> = a.iter().chain(b.iter()).cloned().collect();
    all.sort_by(|x, y| x.key().cmp(&y.key()));
    all.dedup_by(|next, kept| {
        let same = next.key() == kept.key();
        if same {
            kept.form = kept.form.max(next.form);
        }
        same
    });
    all.truncate(MAX_ORIGINS);
    Some(Arc::new(all))
}

/// The place of an expression or a step in a file.
pub(crate) fn place(file: &Arc<str>, span: Span) -> Place {
    Place {
        file: file.clone(),
        span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(at: u32) -> Place {
        place(&Arc::from("w.wf"), Span::at(at))
    }

    #[test]
    fn fields_keep_their_labels_until_the_whole_is_one_text() {
        let agent = Label::of(Source::Agent, here(1));
        let record = Label::record([("a".into(), agent.clone()), ("b".into(), Label::default())]);
        assert_eq!(record.field("a"), agent);
        assert!(record.field("b").is_clean() && record.field("c").is_clean());
        assert_eq!(record.flat(), agent);
        let either = record.join(&Label::secret("s", here(3)));
        assert!(either.field("b").secret.is_some());
        assert_eq!(either.field("a").origins(), agent.origins());
    }

    #[test]
    fn what_is_certain_goes_first_and_all_hands_are_kept() {
        let tool = Label::of(Source::Tool, here(1));
        let webhook = Label::of(Source::Webhook, here(2));
        let both = tool.join(&webhook);
        let sources: Vec<Source> = both.origins().iter().map(|o| o.source).collect();
        assert_eq!(sources, [Source::Webhook, Source::Tool]);
        assert_eq!(both, webhook.join(&tool));
    }

    #[test]
    fn what_adds_nothing_is_found_and_nothing_else_is() {
        let said = |at: u32| {
            let label = Label::of(Source::Agent, here(at));
            Label::record([("message".into(), label.field("message"))])
        };
        let all = (0..20).fold(Label::default(), |all, at| all.join(&said(at)));
        assert!(all.holds(&said(3)) && all.holds(&said(19)));
        assert_eq!(all.join(&said(19)), all);
        assert_eq!(all.field("message").origins().len(), MAX_ORIGINS);
        assert!(!said(1).holds(&said(2)) && !said(1).holds(&all));
        assert!(!all.holds(&Label::of(Source::Agent, here(3))));
        assert!(!all.holds(&Label::secret("s", here(3))));
        assert!(
            !Label::of(Source::Agent, here(1))
                .at_most(Form::Number)
                .holds(&Label::of(Source::Agent, here(1)))
        );
        assert!(!Label::of(Source::Agent, here(1)).holds(&Label::of(Source::Webhook, here(0))));
    }

    #[test]
    fn a_form_only_becomes_less_and_a_join_takes_the_wider_one() {
        let agent = Label::of(Source::Agent, here(1));
        let number = agent.at_most(Form::Number);
        assert_eq!(number.at_most(Form::Text), number);
        assert_eq!(number.join(&agent), agent);
    }

    #[test]
    fn records_in_records_end_somewhere() {
        let mut label = Label::of(Source::Agent, here(1));
        for _ in 0..1000 {
            label = Label::record([("next".into(), label)]);
        }
        assert!(label.depth <= MAX_DEPTH + 1);
        assert!(!label.flat().origins().is_empty());
        let mut label = Label::of(Source::Agent, here(1));
        for _ in 0..1000 {
            label = label.field("next");
        }
        assert_eq!(label.origins()[0].path.len(), usize::from(MAX_DEPTH));
    }
}
