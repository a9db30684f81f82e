//! Progress of long requests, for clients that gave a token to report under.

use gen_lsp_types::{
    ProgressToken, WorkDoneProgressBegin, WorkDoneProgressEnd, WorkDoneProgressReport,
};
use serde_json::{Value, json};

use crate::outbox::Outbox;

/// Reports how far a request is; when dropped, its end.
pub(crate) struct Progress {
    outbox: Outbox,
    token: Option<ProgressToken>,
    total: usize,
    said: usize,
}

impl Progress {
    /// Begins to report, if there is a token, on `total` pieces of work.
    #[must_use]
    pub(crate) fn begin(
        outbox: &Outbox,
        token: Option<ProgressToken>,
        title: &str,
        total: usize,
    ) -> Self {
        let progress = Self {
            outbox: outbox.clone(),
            token,
            total,
            said: 0,
        };
        progress.tell(&WorkDoneProgressBegin {
            title: title.to_owned(),
            cancellable: Some(true),
            percentage: Some(0),
            ..WorkDoneProgressBegin::default()
        });
        progress
    }

    /// So many pieces are done, and `what` is next.
    pub(crate) fn at(&mut self, done: usize, what: &str) {
        let percentage = done.saturating_mul(100) / self.total.max(1);
        if self.token.is_none() || percentage == self.said {
            return;
        }
        self.said = percentage;
        self.tell(&WorkDoneProgressReport {
            message: Some(what.to_owned()),
            percentage: u32::try_from(percentage).ok(),
            ..WorkDoneProgressReport::default()
        });
    }

    fn tell(&self, value: &impl serde::Serialize) {
        if let Some(token) = &self.token {
            let value = serde_json::to_value(value).unwrap_or(Value::Null);
            self.outbox
                .notify("$/progress", json!({ "token": token, "value": value }));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.tell(&WorkDoneProgressEnd::default());
    }
}
