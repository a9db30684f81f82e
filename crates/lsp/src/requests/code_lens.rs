//! `textDocument/codeLens`: what can be done with a file, above its first line.

use gen_lsp_types::{CodeLens, CodeLensRequest, Command, LspAny};
use serde_json::json;
use wfc_ide::code_lens;

use super::Handle;
use crate::commands::{DRY_RUN, OPEN, RUN, TEST};
use crate::context::{Answer, Context};

impl Handle for CodeLensRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        if !ctx.config.code_lens {
            return Ok(None);
        }
        let (path, lines) = ctx.file(&params.text_document)?;
        let found = code_lens::code_lens(&ctx.snapshot, &path, &ctx.cancel)?;
        let one = |lens: code_lens::CodeLens| {
            let (command, arguments) = command(ctx, &lens.command);
            CodeLens {
                range: lines.range(lens.span),
                command: Some(Command {
                    title: lens.title,
                    tooltip: None,
                    command: command.to_owned(),
                    arguments: Some(arguments),
                }),
                data: None,
            }
        };
        Ok(Some(found.into_iter().map(one).collect()))
    }
}

fn command(ctx: &Context, command: &code_lens::Command) -> (&'static str, Vec<LspAny>) {
    use code_lens::Command::{DryRun, Open, Run, Test};
    match command {
        Run { file } => (RUN, vec![json!(ctx.uri(file))]),
        DryRun { file } => (DRY_RUN, vec![json!(ctx.uri(file))]),
        Test { file, test: None } => (TEST, vec![json!(ctx.uri(file))]),
        Test {
            file,
            test: Some(test),
        } => (TEST, vec![json!(ctx.uri(file)), json!(test)]),
        Open { file } => (OPEN, vec![json!(ctx.uri(file))]),
    }
}
