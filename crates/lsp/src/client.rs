//! What the client can do. Capabilities are read one by one, so that one of a wrong form costs only itself.

use gen_lsp_types::PositionEncodingKind;
use serde_json::Value;
use wfc_syntax::line_index::Encoding;

/// What the client said of itself in `initialize`.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// How it counts columns: bytes if it can, else what it names first, else UTF-16.
    pub encoding: Encoding,
    /// It asks for diagnostics by itself, and is not sent any.
    pub pulls: bool,
    /// It takes versions with diagnostics.
    pub versions: bool,
    /// It takes other places with a diagnostic.
    pub related: bool,
    /// It takes the sign for code that has no use.
    pub tags: bool,
    /// It takes data with diagnostics and gives it back.
    pub data: bool,
    /// It takes the address of a page about a diagnostic's code.
    pub descriptions: bool,
    /// It fills snippets in.
    pub snippets: bool,
    /// It asks for an item's documentation when it is shown.
    pub resolves_documentation: bool,
    /// It takes edits with ids and versions of documents, and operations on files.
    pub document_changes: bool,
    /// It can create, rename and delete files in an edit.
    pub create_files: bool,
    /// It takes code actions, not only commands.
    pub action_literals: bool,
    /// It asks for a code action's edit when it is chosen.
    pub resolves_edits: bool,
    /// It takes a link with the span that was asked about.
    pub definition_links: bool,
    /// It takes symbols as a tree.
    pub symbol_tree: bool,
    /// It renders Markdown in hovers and documentation.
    pub markdown: bool,
    /// It takes labels of parameters by their place.
    pub label_offsets: bool,
    /// It registers watchers of files when told.
    pub watches: bool,
    /// It wants to hear of changes of its configuration when told.
    pub configuration: bool,
    /// It can be asked for its configuration.
    pub asks_configuration: bool,
    /// It asks again when told that answers are out of date.
    pub refreshes: Refreshes,
}

/// Kinds of answers that the client asks for again when told.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Refreshes {
    /// Pulled diagnostics.
    pub diagnostics: bool,
    /// Semantic tokens.
    pub tokens: bool,
    /// Inlay hints.
    pub hints: bool,
    /// Code lenses.
    pub lenses: bool,
    /// Inline values.
    pub values: bool,
}

impl Client {
    /// Reads the client's capabilities.
    #[must_use]
    pub(crate) fn new(capabilities: &Value) -> Self {
        let yes = |path: &str| capabilities.pointer(path).and_then(Value::as_bool) == Some(true);
        let there = |path: &str| capabilities.pointer(path).is_some_and(|v| !v.is_null());
        let lists = |path: &str, word: &str| {
            let list = capabilities.pointer(path).and_then(Value::as_array);
            list.is_some_and(|l| l.iter().any(|v| v.as_str() == Some(word)))
        };
        let refresh = |kind: &str| yes(&format!("/workspace/{kind}/refreshSupport"));
        Self {
            encoding: encoding(capabilities),
            pulls: there("/textDocument/diagnostic"),
            versions: yes("/textDocument/publishDiagnostics/versionSupport"),
            related: yes("/textDocument/publishDiagnostics/relatedInformation")
                || yes("/textDocument/diagnostic/relatedInformation"),
            tags: there("/textDocument/publishDiagnostics/tagSupport")
                || there("/textDocument/diagnostic/tagSupport"),
            data: yes("/textDocument/publishDiagnostics/dataSupport")
                || yes("/textDocument/diagnostic/dataSupport"),
            descriptions: yes("/textDocument/publishDiagnostics/codeDescriptionSupport")
                || yes("/textDocument/diagnostic/codeDescriptionSupport"),
            snippets: yes("/textDocument/completion/completionItem/snippetSupport"),
            resolves_documentation: lists(
                "/textDocument/completion/completionItem/resolveSupport/properties",
                "documentation",
            ),
            document_changes: yes("/workspace/workspaceEdit/documentChanges"),
            create_files: lists("/workspace/workspaceEdit/resourceOperations", "create"),
            action_literals: there("/textDocument/codeAction/codeActionLiteralSupport"),
            resolves_edits: lists("/textDocument/codeAction/resolveSupport/properties", "edit"),
            definition_links: yes("/textDocument/definition/linkSupport"),
            symbol_tree: yes("/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            markdown: lists("/textDocument/hover/contentFormat", "markdown"),
            label_offsets: yes(
                "/textDocument/signatureHelp/signatureInformation/parameterInformation/labelOffsetSupport",
            ),
            watches: yes("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            configuration: yes("/workspace/didChangeConfiguration/dynamicRegistration"),
            asks_configuration: yes("/workspace/configuration"),
            refreshes: Refreshes {
                diagnostics: refresh("diagnostics"),
                tokens: refresh("semanticTokens"),
                hints: refresh("inlayHint"),
                lenses: refresh("codeLens"),
                values: refresh("inlineValue"),
            },
        }
    }

    /// The protocol's word for the encoding.
    #[must_use]
    pub(crate) fn encoding_word(&self) -> PositionEncodingKind {
        match self.encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }
}

fn encoding(capabilities: &Value) -> Encoding {
    let offered = capabilities
        .pointer("/general/positionEncodings")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let known: Vec<Encoding> = offered
        .filter_map(|word| match word.as_str()? {
            "utf-8" => Some(Encoding::Utf8),
            "utf-16" => Some(Encoding::Utf16),
            "utf-32" => Some(Encoding::Utf32),
            _ => None,
        })
        .collect();
    if known.contains(&Encoding::Utf8) {
        return Encoding::Utf8;
    }
    known.first().copied().unwrap_or(Encoding::Utf16)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_are_counted_as_the_client_can() {
        let of = |words: &[&str]| {
            Client::new(&json!({ "general": { "positionEncodings": words } })).encoding
        };
        assert_eq!(of(&["utf-16", "utf-8"]), Encoding::Utf8);
        assert_eq!(of(&["utf-32", "utf-16"]), Encoding::Utf32);
        assert_eq!(of(&["utf-16"]), Encoding::Utf16);
        assert_eq!(of(&["utf-7"]), Encoding::Utf16);
        assert_eq!(Client::new(&Value::Null).encoding, Encoding::Utf16);
    }

    #[test]
    fn a_capability_of_a_wrong_form_costs_only_itself() {
        let client = Client::new(&json!({
            "workspace": [],
            "textDocument": { "completion": { "completionItem": { "snippetSupport": true } }, "diagnostic": {} }
        }));
        assert!(client.snippets && client.pulls && !client.watches);
    }
}
