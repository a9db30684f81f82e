//! What work under way says, and what it asks of people.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use wfc_engine::Decision;
use wfc_value::Value;

use crate::vault::Vault;

/// How much text is gathered before it is passed on, in bytes, unless a line ends before.
const PIECE: usize = 240;

/// Something that work under way says; secrets are masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A piece of the answer as it comes in; pieces follow on each other.
    Text(String),
    /// What is being done, such as a tool that an agent calls.
    Note(String),
}

/// What a person is to decide before work goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What is asked; secrets are masked.
    pub prompt: String,
    /// What it is about, as data; null when the prompt says all.
    pub items: Value,
    /// How long it may take.
    pub limit: Option<Duration>,
}

/// A decision that is on its way; nothing when nobody decides. Dropping it takes the question back.
pub type Deciding = Pin<Box<dyn Future<Output = Option<Decision>> + Send>>;

/// Who listens to work.
pub trait Listen: Send + Sync {
    /// Something was said.
    fn said(&self, progress: Progress);

    /// Something is asked.
    fn asked(&self, question: Question) -> Deciding;
}

/// From a piece of work to who listens, if anybody does.
#[derive(Clone, Default)]
pub struct Link(Option<Arc<dyn Listen>>);

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.0.is_some()).finish()
    }
}

impl Link {
    /// A link to `listener`.
    #[must_use]
    pub fn new(listener: Arc<dyn Listen>) -> Self {
        Self(Some(listener))
    }

    /// Says what is being done; secrets are masked here.
    pub(crate) fn note(&self, vault: &Vault, text: &str) {
        if let Some(listener) = &self.0 {
            listener.said(Progress::Note(vault.redact(text).into_owned()));
        }
    }

    /// For a text that comes in pieces.
    pub(crate) fn text<'a>(&'a self, vault: &'a Vault) -> Text<'a> {
        Text {
            link: self,
            vault,
            held: String::new(),
        }
    }

    /// Asks a person; secrets are masked here. Nothing comes back when nobody listens, or decides in time.
    pub(crate) async fn ask(&self, vault: &Vault, question: Question) -> Option<Decision> {
        let listener = self.0.as_ref()?;
        let limit = question.limit;
        let deciding = listener.asked(Question {
            prompt: vault.redacted(question.prompt),
            items: vault.redact_value(&question.items),
            limit,
        });
        match limit {
            Some(limit) => crate::process::within(limit, deciding).await?,
            None => deciding.await,
        }
    }
}

/// A text that comes in pieces. A secret may be cut by them: what may be the beginning of one is held back.
pub(crate) struct Text<'a> {
    link: &'a Link,
    vault: &'a Vault,
    held: String,
}

impl Text<'_> {
    /// Takes the next piece.
    pub(crate) fn push(&mut self, piece: &str) {
        let Some(listener) = &self.link.0 else {
            return;
        };
        self.held.push_str(piece);
        if self.held.len() < PIECE && !piece.contains('\n') {
            return;
        }
        let end = self.vault.settled(&self.held);
        let Some(settled) = self.held.get(..end).filter(|text| !text.is_empty()) else {
            return;
        };
        listener.said(Progress::Text(self.vault.redact(settled).into_owned()));
        self.held.drain(..end);
    }

    /// Passes on what is held back: nothing follows.
    pub(crate) fn finish(&mut self) {
        let rest = std::mem::take(&mut self.held);
        if let Some(listener) = self.link.0.as_ref().filter(|_| !rest.is_empty()) {
            listener.said(Progress::Text(self.vault.redacted(rest)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Listen for Heard {
        fn said(&self, progress: Progress) {
            let (Progress::Text(text) | Progress::Note(text)) = progress;
            self.0.lock().unwrap().push(text);
        }

        fn asked(&self, _: Question) -> Deciding {
            Box::pin(std::future::ready(None))
        }
    }

    fn vault(secret: &str) -> Vault {
        Vault::new([], [("WFC_SECRET_X".to_owned(), secret.to_owned())])
    }

    #[test]
    fn a_secret_is_masked_however_the_pieces_cut_it() {
        let vault = vault("correct-horse");
        let text = format!(
            "{}\nis correct-horse.\nAnd\n{}",
            "a".repeat(300),
            "b".repeat(500)
        );
        for size in [1, 2, 7, 13, 50, 1_000] {
            let heard = Arc::new(Heard::default());
            let link = Link::new(heard.clone());
            let mut out = link.text(&vault);
            for piece in text.as_bytes().chunks(size) {
                out.push(std::str::from_utf8(piece).unwrap());
            }
            out.finish();
            let heard = heard.0.lock().unwrap().concat();
            assert_eq!(heard, text.replace("correct-horse", "***"), "{size}");
        }
    }

    #[test]
    fn text_goes_out_before_its_end() {
        let vault = vault("hunter2");
        let heard = Arc::new(Heard::default());
        let link = Link::new(heard.clone());
        let mut out = link.text(&vault);
        out.push(&"x".repeat(1_000));
        assert!(!heard.0.lock().unwrap().is_empty());
    }
}
