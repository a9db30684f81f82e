//! `textDocument/prepareCallHierarchy` and `callHierarchy/*`: which workflows call which.

use gen_lsp_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsRequest, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsRequest, CallHierarchyPrepareRequest,
    Range, SymbolKind,
};
use wfc_ide::call_hierarchy::{self, Call, CallItem};

use super::Handle;
use crate::context::{Answer, Context};
use crate::uri;

impl Handle for CallHierarchyPrepareRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, offset, _) = ctx.at(&params.text_document_position_params)?;
        let found = call_hierarchy::prepare(&ctx.snapshot, &path, offset, &ctx.cancel)?;
        Ok(found.and_then(|found| Some(vec![item(ctx, found)?])))
    }
}

impl Handle for CallHierarchyIncomingCallsRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let path = uri::path(params.item.uri.as_ref());
        let found = call_hierarchy::incoming(&ctx.snapshot, &path, &ctx.cancel)?;
        let one = |call: Call| {
            // Calls are written in the caller's file.
            let from_ranges = ranges(ctx, &call.item.file, &call);
            let from = item(ctx, call.item)?;
            Some(CallHierarchyIncomingCall { from, from_ranges })
        };
        Ok(Some(found.into_iter().filter_map(one).collect()))
    }
}

impl Handle for CallHierarchyOutgoingCallsRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let path = uri::path(params.item.uri.as_ref());
        let found = call_hierarchy::outgoing(&ctx.snapshot, &path, &ctx.cancel)?;
        let one = |call: Call| {
            let from_ranges = ranges(ctx, &path, &call);
            let to = item(ctx, call.item)?;
            Some(CallHierarchyOutgoingCall { to, from_ranges })
        };
        Ok(Some(found.into_iter().filter_map(one).collect()))
    }
}

fn item(ctx: &Context, item: CallItem) -> Option<CallHierarchyItem> {
    let lines = ctx.lines(&item.file)?;
    Some(CallHierarchyItem {
        name: item.name,
        kind: SymbolKind::Function,
        tags: None,
        detail: (!item.detail.is_empty()).then_some(item.detail),
        uri: ctx.uri(&item.file),
        range: lines.range(item.span),
        selection_range: lines.range(item.selection),
        data: None,
    })
}

fn ranges(ctx: &Context, file: &str, call: &Call) -> Vec<Range> {
    let lines = ctx.lines(file);
    let all = lines
        .iter()
        .flat_map(|lines| call.places.iter().map(|p| lines.range(*p)));
    all.collect()
}
