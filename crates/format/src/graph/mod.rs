//! A workflow as a picture: Mermaid, Graphviz' DOT, SVG.
//!
//! Workflows are structured, so their pictures are nested boxes: a chart is a sequence of steps, some of which
//! hold charts side by side (branches) or inside (loops).

mod dot;
mod flow;
mod mermaid;
mod model;
mod svg;

use wfc_syntax::ast::Ast;

/// A Mermaid flowchart.
#[must_use]
pub fn mermaid(ast: &Ast, title: &str) -> String {
    mermaid::print(&model::chart(ast, title))
}

/// A digraph in Graphviz' DOT language.
#[must_use]
pub fn dot(ast: &Ast, title: &str) -> String {
    dot::print(&model::chart(ast, title))
}

/// An SVG picture, without scripts, links or fonts of its own.
#[must_use]
pub fn svg(ast: &Ast, title: &str) -> String {
    svg::print(&model::chart(ast, title))
}
