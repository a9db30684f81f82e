//! `workspace/executeCommand`: what a lens says, for clients that leave it to the server.

use gen_lsp_types::{ErrorCodes, ExecuteCommandRequest};
use serde_json::{Value, json};

use super::Handle;
use crate::commands::{DRY_RUN, OPEN, RUN, TEST};
use crate::context::{Answer, Context};
use crate::house::Work;
use crate::message::Fault;
use crate::progress::Progress;
use crate::uri;

impl Handle for ExecuteCommandRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let arguments = params.arguments.unwrap_or_default();
        let text = |at: usize| arguments.get(at).and_then(Value::as_str);
        let Some(named) = text(0) else {
            return Err(Fault::params("the first argument is the URI of a file").into());
        };
        let file = uri::path(named);
        let work = match params.command.as_str() {
            RUN => Work::Run { file },
            DRY_RUN => Work::DryRun { file },
            TEST => Work::Test {
                file,
                test: text(1).map(str::to_owned),
            },
            OPEN => {
                let params = json!({ "uri": named, "takeFocus": true });
                ctx.outbox.ask(
                    &crate::message::Id::Text(format!("wfc/open/{named}")),
                    "window/showDocument",
                    params,
                );
                return Ok(None);
            }
            other => {
                let message = format!("there is no command `{other}`");
                return Err(Fault::new(ErrorCodes::InvalidParams, message).into());
            }
        };
        let token = params.work_done_progress_params.work_done_token;
        let _progress = Progress::begin(&ctx.outbox, token, &params.command, 1);
        let done = ctx.house.carry_out(&work, &ctx.cancel);
        let (status, output) = done.map_err(Fault::failed)?;
        let kind = if status == 0 { 3 } else { 2 };
        ctx.outbox.notify(
            "window/logMessage",
            json!({ "type": kind, "message": output }),
        );
        let last = output.trim_end().lines().next_back().unwrap_or_default();
        let said = if last.is_empty() { "done" } else { last };
        ctx.outbox.notify(
            "window/showMessage",
            json!({ "type": kind, "message": said }),
        );
        Ok(Some(json!({ "status": status, "output": output })))
    }
}
