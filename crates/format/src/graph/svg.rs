//! SVG pictures, laid out as nested boxes: first every part's size from the inside out, then its place.

use std::fmt::Write as _;

use super::model::{Chart, Node};

/// Fill and line of each kind's box.
pub(super) const COLOURS: &[(&str, &str, &str)] = &[
    ("trigger", "#eef1f4", "#7b8794"),
    ("agent", "#ece4fb", "#7c4dcc"),
    ("agent_message", "#ece4fb", "#7c4dcc"),
    ("tool", "#dff1fa", "#2480b3"),
    ("bash", "#e4f3e4", "#3d8b40"),
    ("conditional", "#fdf3d8", "#b98a13"),
    ("switch", "#fdf3d8", "#b98a13"),
    ("loop", "#f5f7f9", "#7b8794"),
    ("parallel", "#f5f7f9", "#7b8794"),
    ("subworkflow", "#dff1fa", "#2480b3"),
    ("approval", "#fde5e1", "#c44b37"),
    ("wait", "#eef1f4", "#7b8794"),
    ("set", "#eef1f4", "#7b8794"),
    ("try", "#f5f7f9", "#7b8794"),
    ("finally", "#f5f7f9", "#7b8794"),
    ("return", "#eef1f4", "#4a5561"),
    ("fail", "#fde5e1", "#c44b37"),
    ("break", "#eef1f4", "#4a5561"),
    ("continue", "#eef1f4", "#4a5561"),
];

pub(super) fn colour(kind: &str) -> (&'static str, &'static str) {
    COLOURS
        .iter()
        .find(|(k, ..)| *k == kind)
        .map_or(("#ffffff", "#4a5561"), |(_, fill, line)| (fill, line))
}

/// Pixels of a character at 12 px, generously.
const CHAR: i32 = 7;
const ROW: i32 = 16;
const PAD: i32 = 12;
/// Between one step and the next.
const GAP: i32 = 28;
/// Between branches.
const SIDE: i32 = 24;

/// A part with its size.
struct Part<'a> {
    node: &'a Node,
    /// The node's own box.
    own: (i32, i32),
    inside: Vec<Part<'a>>,
    branches: Vec<Branch<'a>>,
    width: i32,
    height: i32,
}

/// A way on from a part, beside others.
struct Branch<'a> {
    /// Empty for the way that simply goes on.
    label: &'a str,
    parts: Vec<Part<'a>>,
    /// Whether it comes back to the flow.
    joins: bool,
}

pub(super) fn print(chart: &Chart) -> String {
    let body = measure_all(&chart.body);
    let ends: Vec<(&str, Vec<Part<'_>>)> = chart
        .ends
        .iter()
        .map(|(label, nodes)| (label.as_str(), measure_all(nodes)))
        .collect();
    let triggers = if chart.triggers.is_empty() {
        vec!["start".to_owned()]
    } else {
        chart.triggers.clone()
    };
    let start = triggers.join("  ·  ");
    let start_width = width_of(&start) + 2 * PAD;
    let (body_width, body_height) = size(&body);
    let ends_width: i32 = ends
        .iter()
        .map(|(_, parts)| size(parts).0 + 2 * PAD + SIDE)
        .sum();
    let ends_height = ends
        .iter()
        .map(|(_, parts)| size(parts).1 + 3 * ROW + GAP)
        .max()
        .unwrap_or(0);
    let width = body_width
        .max(start_width)
        .max(ends_width)
        .max(width_of(&chart.title))
        + 4 * PAD;
    let top = 3 * ROW;
    let height = top + 2 * ROW + GAP + body_height + GAP + ends_height + 2 * ROW;
    let mut svg = Svg::begin((width, height), &chart.title);
    let middle = width / 2;
    svg.text(
        middle,
        2 * ROW - 4,
        &chart.title,
        "font-size=\"15\" font-weight=\"600\" text-anchor=\"middle\"",
    );
    svg.rect(
        (middle - start_width / 2, top, start_width, 2 * ROW),
        colour("trigger"),
        16,
    );
    svg.text(middle, top + ROW + 4, &start, "text-anchor=\"middle\"");
    let mut y = top + 2 * ROW;
    if !body.is_empty() {
        svg.arrow(middle, y, middle, y + GAP);
        y += GAP;
    }
    svg.sequence(&body, middle, y);
    y += body_height + GAP;
    svg.ends(&ends, middle - (ends_width - SIDE) / 2, y);
    svg.out.push_str("</svg>\n");
    svg.out
}

fn measure_all(nodes: &[Node]) -> Vec<Part<'_>> {
    nodes.iter().map(measure).collect()
}

fn measure(node: &Node) -> Part<'_> {
    let inside = measure_all(&node.inside);
    let branches = ways(node);
    let rows = if node.text.is_empty() { 1 } else { 2 };
    let own = (
        (width_of(&head(node)).max(width_of(&node.text)) + 2 * PAD).max(96),
        rows * ROW + PAD,
    );
    let mut width = own.0;
    let mut height = own.1;
    if !inside.is_empty() {
        let (w, h) = size(&inside);
        width = width.max(w + 2 * PAD);
        height += GAP + h + PAD;
    }
    if !branches.is_empty() {
        width = width.max(total_width(&branches));
        height += 2 * GAP
            + branches
                .iter()
                .map(|branch| size(&branch.parts).1)
                .max()
                .unwrap_or(0)
            + GAP;
    }
    Part {
        node,
        own,
        inside,
        branches,
        width,
        height,
    }
}

/// The ways on from a node. Where it goes on when nothing happens there is a way for that, too.
fn ways(node: &Node) -> Vec<Branch<'_>> {
    let mut ways = Vec::new();
    let goes_on = !node.ends && node.inside.last().is_none_or(|last| !last.ends);
    if goes_on && !node.splits() && !(node.branches.is_empty() && node.undo.is_empty()) {
        ways.push(Branch {
            label: "",
            parts: Vec::new(),
            joins: true,
        });
    }
    ways.extend(node.branches.iter().map(|(label, nodes)| Branch {
        label: label.as_str(),
        parts: measure_all(nodes),
        joins: true,
    }));
    if !node.undo.is_empty() {
        ways.push(Branch {
            label: "compensate",
            parts: measure_all(&node.undo),
            joins: false,
        });
    }
    ways
}

fn branch_width(branch: &Branch<'_>) -> i32 {
    size(&branch.parts)
        .0
        .max(width_of(branch.label) + 2 * PAD)
        .max(64)
}

fn total_width(branches: &[Branch<'_>]) -> i32 {
    branches.iter().map(|b| branch_width(b) + SIDE).sum::<i32>() - SIDE
}

/// Size of a sequence.
fn size(parts: &[Part<'_>]) -> (i32, i32) {
    let width = parts.iter().map(|p| p.width).max().unwrap_or(0);
    let gaps = i32::try_from(parts.len().saturating_sub(1)).unwrap_or(0) * GAP;
    (width, parts.iter().map(|p| p.height).sum::<i32>() + gaps)
}

fn head(node: &Node) -> String {
    match &node.name {
        Some(name) => format!("{}  {name}", node.kind.replace('_', " ")),
        None => node.kind.replace('_', " "),
    }
}

/// Wide characters take about twice the room.
fn width_of(text: &str) -> i32 {
    let chars: i32 = text
        .chars()
        .map(|c| if (c as u32) >= 0x1100 { 2 } else { 1 })
        .sum();
    chars * CHAR
}

struct Svg {
    out: String,
}

impl Svg {
    fn begin((width, height): (i32, i32), title: &str) -> Self {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             font-family=\"system-ui, Helvetica, Arial, sans-serif\" font-size=\"12\" role=\"img\">\n\
             <title>{}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
             <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
             <path d=\"M0 0 L8 4 L0 8 z\" fill=\"#7b8794\"/></marker></defs>",
            escape(title)
        );
        Self { out }
    }

    /// Draws the blocks that run at the end, side by side from `x` on.
    fn ends(&mut self, ends: &[(&str, Vec<Part<'_>>)], mut x: i32, y: i32) {
        for (label, parts) in ends {
            let (w, h) = (size(parts).0 + 2 * PAD, size(parts).1 + 3 * ROW);
            self.frame((x, y, w, h), "none");
            self.text(x + PAD, y + ROW + 2, label, "fill=\"#4a5561\"");
            self.sequence(parts, x + w / 2, y + 2 * ROW);
            x += w + SIDE;
        }
    }

    /// Draws parts below one another, centred on `x`; gives back whether the flow goes on below them.
    fn sequence(&mut self, parts: &[Part<'_>], x: i32, mut y: i32) -> bool {
        let mut goes_on = true;
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                if goes_on {
                    self.arrow(x, y, x, y + GAP);
                }
                y += GAP;
            }
            goes_on = self.part(part, x, y);
            y += part.height;
        }
        goes_on
    }

    fn part(&mut self, part: &Part<'_>, x: i32, y: i32) -> bool {
        let node = part.node;
        if !part.inside.is_empty() {
            let (w, h) = size(&part.inside);
            let (w, h) = (w.max(part.own.0) + 2 * PAD, part.own.1 + GAP + h + PAD);
            self.frame(
                (x - w / 2, y + part.own.1 / 2, w, h - part.own.1 / 2),
                "#fbfcfd",
            );
        }
        let (w, h) = part.own;
        let round = if matches!(node.kind, "return" | "fail" | "break" | "continue") {
            16
        } else {
            6
        };
        // Whoever shows the picture beside the source finds the step by its place there, in bytes.
        let place = node
            .span
            .map(|s| format!(" data-span=\"{} {}\"", s.start, s.end))
            .unwrap_or_default();
        self.any_rect((x - w / 2, y, w, h), colour(node.kind), round, &place);
        self.text(
            x,
            y + ROW + 2,
            &head(node),
            "text-anchor=\"middle\" font-weight=\"600\"",
        );
        if !node.text.is_empty() {
            self.text(
                x,
                y + 2 * ROW + 2,
                &node.text,
                "text-anchor=\"middle\" fill=\"#39434d\"",
            );
        }
        let mut bottom = y + h;
        if !part.inside.is_empty() {
            self.arrow(x, bottom, x, bottom + GAP);
            self.sequence(&part.inside, x, bottom + GAP);
            bottom += GAP + size(&part.inside).1 + PAD;
        }
        let joins = self.branches(part, x, bottom);
        !node.ends && joins
    }

    /// Draws branches side by side below `top`; gives back whether any of them goes on.
    fn branches(&mut self, part: &Part<'_>, x: i32, top: i32) -> bool {
        if part.branches.is_empty() {
            return true;
        }
        let total = total_width(&part.branches);
        let deepest = part
            .branches
            .iter()
            .map(|branch| size(&branch.parts).1)
            .max()
            .unwrap_or(0);
        let bottom = top + 2 * GAP + deepest + GAP;
        let mut left = x - total / 2;
        let mut any = false;
        for branch in &part.branches {
            let parts = &branch.parts;
            let w = branch_width(branch);
            let middle = left + w / 2;
            let start = top + 2 * GAP;
            self.path(
                &format!("M{x} {top} V{} H{middle} V{}", top + GAP / 2, start),
                !parts.is_empty(),
            );
            if !branch.label.is_empty() {
                self.label(middle, top + GAP + 4, branch.label);
            }
            let goes_on = self.sequence(parts, middle, start);
            if goes_on && branch.joins {
                any = true;
                let end = start + size(parts).1;
                self.path(
                    &format!("M{middle} {end} V{} H{x} V{bottom}", bottom - GAP / 2),
                    false,
                );
            }
            left += w + SIDE;
        }
        any
    }

    /// A solid box; `at` is its left, top, width and height.
    fn rect(&mut self, at: (i32, i32, i32, i32), colours: (&str, &str), round: i32) {
        self.any_rect(at, colours, round, "");
    }

    /// The dashed frame around what belongs together.
    fn frame(&mut self, at: (i32, i32, i32, i32), fill: &str) {
        self.any_rect(at, (fill, "#7b8794"), 8, " stroke-dasharray=\"5 4\"");
    }

    fn any_rect(
        &mut self,
        (x, y, w, h): (i32, i32, i32, i32),
        (fill, line): (&str, &str),
        round: i32,
        more: &str,
    ) {
        let _ = writeln!(
            self.out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{round}\" fill=\"{fill}\" stroke=\"{line}\"{more}/>"
        );
    }

    fn text(&mut self, x: i32, y: i32, text: &str, more: &str) {
        let fill = if more.contains("fill=") {
            ""
        } else {
            " fill=\"#1b1f24\""
        };
        let _ = writeln!(
            self.out,
            "<text x=\"{x}\" y=\"{y}\" {more}{fill}>{}</text>",
            escape(text)
        );
    }

    /// An edge's label, on a white ground so that the line behind does not cross it out.
    fn label(&mut self, x: i32, y: i32, text: &str) {
        let w = width_of(text) + 6;
        let _ = writeln!(
            self.out,
            "<rect x=\"{}\" y=\"{}\" width=\"{w}\" height=\"{ROW}\" fill=\"#ffffff\"/>",
            x - w / 2,
            y - ROW + 4
        );
        self.text(x, y, text, "text-anchor=\"middle\" fill=\"#4a5561\"");
    }

    fn arrow(&mut self, x1: i32, y1: i32, x2: i32, y2: i32) {
        self.path(&format!("M{x1} {y1} L{x2} {y2}"), true);
    }

    fn path(&mut self, path: &str, head: bool) {
        let head = if head {
            " marker-end=\"url(#arrow)\""
        } else {
            ""
        };
        let _ = writeln!(
            self.out,
            "<path d=\"{path}\" fill=\"none\" stroke=\"#7b8794\"{head}/>"
        );
    }
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Characters that XML does not allow.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
