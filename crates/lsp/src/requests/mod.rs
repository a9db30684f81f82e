//! The requests, one file each. Each turns the protocol's parameters into a question to `wfc-ide` and its answer into the
//! protocol's.

mod diagnostic;
mod workspace_diagnostic;

use std::panic::{AssertUnwindSafe, catch_unwind};

use gen_lsp_types::{self as lsp, ErrorCodes};
use serde_json::Value;

use crate::context::{Answer, Context, Stop};
use crate::message::{self, Fault, Id};
use crate::pool::Urgency;

/// A request that the server answers.
pub(crate) trait Handle: lsp::Request {
    /// The answer.
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result>;
}

/// Carries a request out: the body of its answer.
pub(crate) type Run = fn(&Context, &Id, Value) -> Vec<u8>;

/// How a method is carried out, and how soon.
pub(crate) fn route(method: &str) -> Option<(Urgency, Run)> {
    use Urgency::{Later, Now};
    Some(match method {
        "textDocument/diagnostic" => (Now, run::<lsp::DocumentDiagnosticRequest>),
        "workspace/diagnostic" => (Later, run::<lsp::WorkspaceDiagnosticRequest>),
        _ => return None,
    })
}

fn run<R: Handle>(ctx: &Context, id: &Id, params: Value) -> Vec<u8> {
    if ctx.cancel.is_cancelled() {
        return message::refusal(Some(id), &Fault::cancelled());
    }
    let params: R::Params = match serde_json::from_value(params) {
        Ok(params) => params,
        Err(error) => return message::refusal(Some(id), &Fault::params(error)),
    };
    // A fault of the server's own costs this answer and nothing else.
    let answer = catch_unwind(AssertUnwindSafe(|| R::handle(ctx, params)));
    match answer {
        Ok(_) if ctx.cancel.is_cancelled() => message::refusal(Some(id), &Fault::cancelled()),
        Ok(Ok(result)) => message::answer(id, result),
        Ok(Err(Stop::Cancelled)) => message::refusal(Some(id), &Fault::cancelled()),
        Ok(Err(Stop::Fault(fault))) => message::refusal(Some(id), &fault),
        Err(_) => {
            let method = R::METHOD.as_str();
            let fault = Fault::new(
                ErrorCodes::InternalError,
                format!("a fault of the server in `{method}`: please report it"),
            );
            message::refusal(Some(id), &fault)
        }
    }
}
