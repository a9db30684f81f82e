//! Tools that are built in: what they take and yield, for the checker and for whoever carries them out.

/// The server's name of the built-in tools.
pub const SERVER: &str = "http";

/// The built-in tool's whole name.
pub const REQUEST: &str = "http.request";

/// The catalogue of [`SERVER`], in the form of an MCP server's answer to `tools/list`.
pub const CATALOGUE: &str = include_str!("http.tools.json");

/// Whether a request of the tool with this method only reads (RFC 9110, 9.2.1); without one it is `GET`.
#[must_use]
pub fn only_reads(method: Option<&str>) -> bool {
    matches!(method, None | Some("GET" | "HEAD" | "OPTIONS"))
}
