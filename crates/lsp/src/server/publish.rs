//! Diagnostics for clients that do not ask for them: each open workflow is checked after each change, and a finding is
//! sent with the version that it was found in.

use std::sync::Weak;

use gen_lsp_types::{Diagnostic, PublishDiagnosticsParams, Uri};
use serde_json::json;
use wfc_ide::Cancel;
use wfc_syntax::diagnostic as found;

use super::{Event, Server};
use crate::house::SettingsFault;
use crate::lines::Lines;
use crate::message;
use crate::pool::Urgency;
use crate::{diagnostics, uri};

const METHOD: &str = "textDocument/publishDiagnostics";

/// What a client was sent for a file.
#[derive(Default)]
pub(super) struct Published {
    /// The check that is under way.
    cancel: Cancel,
    /// The check whose findings were sent.
    of: Weak<Vec<found::Diagnostic>>,
    /// The findings' name.
    id: String,
    /// The version that they were sent for.
    version: Option<i32>,
}

/// What a thread found.
pub(super) struct Checked {
    path: String,
    version: Option<i32>,
    of: Weak<Vec<found::Diagnostic>>,
    id: String,
    body: Vec<u8>,
    cancel: Cancel,
}

impl Server {
    /// Checks all open workflows again, the changed one first. Those that did not change and depend on nothing that
    /// did are not checked again; what was found before is looked up.
    pub(super) fn check_open(&mut self, first: Option<&str>) {
        if self.client.pulls {
            return;
        }
        let snapshot = self.host.snapshot();
        let others = snapshot.open_files().filter(|p| Some(*p) != first);
        let all: Vec<String> = first.into_iter().chain(others).map(str::to_owned).collect();
        for path in all.into_iter().filter(|p| diagnostics::has_findings(p)) {
            let urgency = if Some(path.as_str()) == first {
                Urgency::Now
            } else {
                Urgency::Later
            };
            self.check(path, urgency);
        }
    }

    fn check(&mut self, path: String, urgency: Urgency) {
        let cancel = Cancel::new();
        let ctx = self.context(cancel.clone());
        let published = self.published.entry(path.clone()).or_default();
        // Nobody waits for findings of an older version.
        std::mem::replace(&mut published.cancel, cancel).cancel();
        let last = (published.of.clone(), published.version);
        let events = self.events.clone();
        self.pool.give(urgency, move || {
            let found = diagnostics::findings(&ctx.snapshot, &path, &ctx.cancel);
            let Ok(Some(file)) = found else {
                return;
            };
            let of = std::sync::Arc::downgrade(&file.diagnostics);
            // The same findings of another text may stand in other lines.
            if of.ptr_eq(&last.0) && file.version == last.1 {
                return;
            }
            let found = diagnostics::of(&ctx, &path, &file.diagnostics);
            let id = diagnostics::result_id(&found);
            let params = PublishDiagnosticsParams {
                uri: ctx.uri(&path),
                version: file.version.filter(|_| ctx.client.versions),
                diagnostics: found,
            };
            let checked = Checked {
                version: file.version,
                of,
                id,
                body: message::call(None, METHOD, params),
                cancel: ctx.cancel,
                path,
            };
            let _ = events.send(Event::Checked(Box::new(checked)));
        });
    }

    /// Sends what was found, unless the file has changed since or the client has it already.
    pub(super) fn checked(&mut self, checked: Checked) {
        self.tell_faults();
        let Some(published) = self.published.get_mut(&checked.path) else {
            return;
        };
        if checked.cancel.is_cancelled() {
            return;
        }
        published.of = checked.of;
        if published.id != checked.id || published.version != checked.version {
            published.id = checked.id;
            published.version = checked.version;
            self.outbox.send(checked.body);
        }
    }

    /// The checks that are under way.
    pub(super) fn checks(&self) -> impl Iterator<Item = &Cancel> {
        self.published.values().map(|published| &published.cancel)
    }

    /// Takes back what was sent for a file that is closed.
    pub(super) fn unpublish(&mut self, path: &str) {
        if let Some(published) = self.published.remove(path) {
            published.cancel.cancel();
            let uri = self.uris.get(path).cloned();
            let uri = uri.unwrap_or_else(|| uri::uri(path));
            self.publish(&uri, Vec::new());
        }
    }

    fn publish(&self, uri: &str, diagnostics: Vec<Diagnostic>) {
        let params = PublishDiagnosticsParams {
            uri: Uri(uri.to_owned()),
            version: None,
            diagnostics,
        };
        self.outbox.notify(METHOD, params);
    }

    /// Sends what is wrong with settings, to clients of either kind: they are no workflows, which could be asked for.
    pub(super) fn tell_faults(&mut self) {
        let faults = self.house.faults();
        let mut faulty: Vec<String> = faults.iter().map(|f| f.path.clone()).collect();
        faulty.dedup();
        for fault in &faults {
            if !self.faulty.contains(&fault.path) {
                self.log(2, &format!("`{}`: {}", fault.path, fault.message));
            }
        }
        if faulty != self.faulty {
            for gone in self.faulty.iter().filter(|p| !faulty.contains(p)) {
                self.publish(&uri::uri(gone), Vec::new());
            }
            for path in &faulty {
                let of_it = faults.iter().filter(|f| f.path == *path);
                let all = of_it.map(|f| self.fault(f)).collect();
                self.publish(&uri::uri(path), all);
            }
            self.faulty = faulty;
        }
    }

    fn fault(&self, fault: &SettingsFault) -> Diagnostic {
        let snapshot = self.host.snapshot();
        let lines = Lines::of(&snapshot, &fault.path, self.client.encoding);
        Diagnostic {
            range: lines.map_or_else(Default::default, |lines| lines.range(fault.span)),
            severity: Some(gen_lsp_types::DiagnosticSeverity::Error),
            source: Some("wfc".to_owned()),
            message: fault.message.clone().into(),
            ..Diagnostic::default()
        }
    }

    /// Tells a client to ask again: something changed that it cannot know of.
    pub(super) fn refresh(&mut self) {
        let may = self.client.refreshes;
        let kinds = [
            (may.diagnostics && self.client.pulls, "diagnostic"),
            (may.tokens, "semanticTokens"),
            (may.hints, "inlayHint"),
            (may.lenses, "codeLens"),
            (may.values, "inlineValue"),
        ];
        for (_, kind) in kinds.into_iter().filter(|(may, _)| *may) {
            let method = format!("workspace/{kind}/refresh");
            self.ask(super::Asked::Other, &method, json!(null));
        }
    }
}
