//! What is known of where a value comes from.

use std::collections::BTreeMap;
use std::sync::Arc;

use wfc_syntax::span::Span;

/// Where text from outside comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) source: Outside,
    /// The place that brings it in.
    pub(crate) span: Span,
}

/// A source of text that the author has no hand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outside {
    /// A webhook's body, headers or query.
    Webhook,
    /// What an agent answers.
    Agent,
    /// What a tool yields that says it reaches an open world.
    OpenTool,
    /// An input that a webhook's data goes to.
    Input(Box<str>),
    /// What a tool yields that does not say so.
    Tool,
    /// What a command prints.
    Command,
}

impl Outside {
    /// Whether others surely have a hand in it.
    pub(crate) fn is_certain(&self) -> bool {
        matches!(self, Self::Webhook | Self::Agent | Self::OpenTool)
    }
}

/// The label of a value: its parts' fields may have labels of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Label {
    /// Text from outside.
    pub(crate) outside: Option<Origin>,
    /// A secret: its place in the workflow's secrets.
    pub(crate) secret: Option<u32>,
    /// Labels of fields; a field that is not listed has the value's own.
    fields: Option<Arc<BTreeMap<Box<str>, Label>>>,
    depth: u8,
}

/// Records in records are told apart down to here.
const MAX_DEPTH: u8 = 6;

impl Label {
    pub(crate) fn outside(source: Outside, span: Span) -> Self {
        Self {
            outside: Some(Origin { source, span }),
            ..Self::default()
        }
    }

    pub(crate) fn secret(place: u32) -> Self {
        Self {
            secret: Some(place),
            ..Self::default()
        }
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.outside.is_none() && self.secret.is_none() && self.fields.is_none()
    }

    /// Of a record with these fields, each with its label.
    pub(crate) fn record(fields: impl IntoIterator<Item = (Box<str>, Label)>) -> Self {
        let mut depth = 0;
        let fields: BTreeMap<Box<str>, Label> = fields
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
        if fields.values().all(Label::is_clean) {
            return Self::default();
        }
        Self {
            fields: Some(Arc::new(fields)),
            depth,
            ..Self::default()
        }
    }

    /// Of the field `name`.
    pub(crate) fn field(&self, name: &str) -> Label {
        match self.fields.as_ref().and_then(|f| f.get(name)) {
            Some(label) => label.clone(),
            None => self.own(),
        }
    }

    fn own(&self) -> Label {
        Self {
            outside: self.outside.clone(),
            secret: self.secret,
            ..Self::default()
        }
    }

    /// Of the value as one text.
    pub(crate) fn flat(&self) -> Label {
        let Some(fields) = &self.fields else {
            return self.own();
        };
        fields
            .values()
            .fold(self.own(), |all, field| all.join(&field.flat()))
    }

    /// Of a value whose text is known to be of a harmless form.
    pub(crate) fn without_outside(&self) -> Label {
        Self {
            outside: None,
            ..self.flat()
        }
    }

    /// Of a value that is one or the other. What is certain goes before what is not.
    pub(crate) fn join(&self, other: &Label) -> Label {
        let outside = match (&self.outside, &other.outside) {
            (Some(a), Some(b)) if !a.source.is_certain() && b.source.is_certain() => {
                Some(b.clone())
            }
            (Some(a), _) => Some(a.clone()),
            (None, b) => b.clone(),
        };
        let own = Self {
            outside,
            secret: self.secret.or(other.secret),
            ..Self::default()
        };
        if self.fields.is_none() && other.fields.is_none() {
            return own;
        }
        let names = [self, other]
            .into_iter()
            .filter_map(|l| l.fields.as_ref())
            .flat_map(|f| f.keys());
        let fields: BTreeMap<Box<str>, Label> = names
            .map(|name| (name.clone(), self.field(name).join(&other.field(name))))
            .collect();
        Self {
            fields: Some(Arc::new(fields)),
            depth: self.depth.max(other.depth),
            ..own
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_labels_until_the_whole_is_one_text() {
        let agent = Label::outside(Outside::Agent, Span::at(1));
        let record = Label::record([("a".into(), agent.clone()), ("b".into(), Label::default())]);
        assert_eq!(record.field("a"), agent);
        assert!(record.field("b").is_clean() && record.field("c").is_clean());
        assert_eq!(record.flat(), agent);
        let either = record.join(&Label::secret(0));
        assert_eq!(either.field("b").secret, Some(0));
        assert_eq!(either.field("a").outside, agent.outside);
    }

    #[test]
    fn what_is_certain_goes_first() {
        let tool = Label::outside(Outside::Tool, Span::at(1));
        let webhook = Label::outside(Outside::Webhook, Span::at(2));
        assert_eq!(tool.join(&webhook), webhook);
        assert_eq!(webhook.join(&tool), webhook);
    }

    #[test]
    fn records_in_records_end_somewhere() {
        let mut label = Label::outside(Outside::Agent, Span::at(1));
        for _ in 0..1000 {
            label = Label::record([("next".into(), label)]);
        }
        assert!(label.depth <= MAX_DEPTH + 1);
        assert!(label.flat().outside.is_some());
    }
}
