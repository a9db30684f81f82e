//! Where requests go, and what they carry in the open.

use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, Exprs, Part};

use super::Walk;
use crate::analysis::builtin::{Given, argument};
use crate::rules::trust::label::{Doubt, Form, Origin};
use crate::rules::trust::summary::Sink;
use crate::rules::trust::trail::Trail;
use crate::rules::trust::{outside_host, secret_exposed};

use super::sinks::{arguments_of, parts};

/// A piece of a text that is put together.
enum Piece<'a> {
    Text(&'a str),
    Expr(ExprId),
}

impl Walk<'_> {
    /// A request's address takes no secret, and outside text does not say which host it goes to.
    pub(super) fn request(&mut self, arguments: Option<ExprId>) {
        let cx = self.env.cx;
        let Given::Is(url) = argument(&cx.ast.exprs, arguments, "url") else {
            return;
        };
        for part in parts(cx, url) {
            if let Some(secret) = &self.env.label(part).flat().secret {
                self.report(|cx| secret_exposed::in_address(cx, part, secret));
            }
        }
        for part in deciding(&cx.ast.exprs, url) {
            let label = self.env.label(part).flat();
            let texts: Vec<Origin> = label
                .origins()
                .iter()
                .filter(|o| o.form == Form::Text)
                .filter(|o| !(self.guard.approved && self.guard.has_shown(o)))
                .cloned()
                .collect();
            let span = cx.ast.exprs.span(part);
            self.note_inputs(&texts, span, &Sink::Host, &Trail::default());
            let doubted = |o: &&Origin| matches!(o.source.doubt(), Doubt::Certain | Doubt::Likely);
            if let Some(origin) = texts.iter().find(doubted) {
                let mut carried = arguments_of(cx, arguments).into_iter();
                let secret = carried.find_map(|value| self.env.label(value).flat().secret);
                self.report(|cx| outside_host::report(cx, part, origin, secret.as_deref()));
                return;
            }
        }
    }
}

/// The parts of an address that decide the host: those before the first slash behind it.
fn deciding(exprs: &Exprs, url: ExprId) -> Vec<ExprId> {
    let mut written = String::new();
    let mut out = Vec::new();
    for piece in pieces(exprs, url) {
        match piece {
            Piece::Text(text) => written.push_str(text),
            Piece::Expr(part) => {
                out.push(part);
                // What it is does not matter here, only where it stands.
                written.push('x');
            }
        }
        let host = written
            .split_once("://")
            .map_or(&*written, |(_, host)| host);
        if host.contains(['/', '?', '#']) {
            break;
        }
    }
    out
}

fn pieces(exprs: &Exprs, text: ExprId) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut work = vec![text];
    while let Some(id) = work.pop() {
        match exprs.kind(id) {
            ExprKind::String(text) => out.push(Piece::Text(text)),
            ExprKind::Template(parts) => out.extend(parts.iter().map(|part| match part {
                Part::Text(text, _) => Piece::Text(text),
                Part::Expr(inner) => Piece::Expr(*inner),
            })),
            ExprKind::Binary {
                op: BinaryOp::Add,
                left,
                right,
                ..
            } => work.extend([*right, *left]),
            _ => out.push(Piece::Expr(id)),
        }
    }
    out
}
