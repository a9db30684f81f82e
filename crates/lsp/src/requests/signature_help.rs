//! `textDocument/signatureHelp`: what the call around the cursor takes.

use gen_lsp_types::{
    ActiveParameter, ParameterInformation, ParameterInformationLabel, SignatureHelp,
    SignatureHelpRequest, SignatureInformation,
};
use wfc_ide::signature_help::{self, Parameter, Signature};

use super::Handle;
use super::hover::markup;
use crate::context::{Answer, Context};

impl Handle for SignatureHelpRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, offset, _) = ctx.at(&params.text_document_position_params)?;
        let found = signature_help::signature_help(&ctx.snapshot, &path, offset, &ctx.cancel)?;
        Ok(found.map(|found| SignatureHelp {
            signatures: found.signatures.iter().map(|s| signature(ctx, s)).collect(),
            active_signature: u32::try_from(found.active).ok(),
            active_parameter: found
                .parameter
                .and_then(|p| u32::try_from(p).ok())
                .map(ActiveParameter::from),
        }))
    }
}

fn signature(ctx: &Context, signature: &Signature) -> SignatureInformation {
    let parameters = signature.parameters.iter();
    let parameters = parameters.map(|p| ParameterInformation {
        label: label(ctx, &signature.label, p),
        documentation: p.documentation.clone().map(|text| markup(ctx, text).into()),
    });
    SignatureInformation {
        label: signature.label.clone(),
        documentation: signature
            .documentation
            .clone()
            .map(|text| markup(ctx, text).into()),
        parameters: Some(parameters.collect()),
        active_parameter: None,
    }
}

/// Places in a label are counted in UTF-16, whatever was agreed on for documents.
fn label(ctx: &Context, whole: &str, parameter: &Parameter) -> ParameterInformationLabel {
    let text = whole.get(parameter.label.range()).unwrap_or_default();
    if !ctx.client.label_offsets {
        return text.to_owned().into();
    }
    let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    let before = whole
        .get(..parameter.label.start as usize)
        .unwrap_or_default();
    let start = units(before);
    (start, start + units(text)).into()
}
