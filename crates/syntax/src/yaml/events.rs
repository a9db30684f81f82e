//! What a YAML parser says to us, whichever it is. Only `granit.rs` knows the one in use.

use std::borrow::Cow;

use crate::span::Span;
use crate::tree::Style;

/// An event with its place.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) event: Event<'a>,
    /// Its characters. Block collections have an empty place at their first character; a block scalar's place may
    /// leave out its header.
    pub(super) span: Span,
}

/// What stands in the text.
#[derive(Debug)]
pub(super) enum Event<'a> {
    /// A document starts.
    Document,
    /// A scalar, decoded. An absent one is plain, empty, and has an empty place.
    Scalar {
        text: Cow<'a, str>,
        style: Style,
        props: Props,
    },
    /// A sequence starts.
    Seq { flow: bool, props: Props },
    /// A mapping starts; keys and values follow in turn.
    Map { flow: bool, props: Props },
    /// The innermost collection ends.
    End,
    /// `*name`, of an anchor that stands before it.
    Alias(usize),
    /// `*name`, of no anchor before it.
    UnknownAlias,
    /// `&name` of the node whose event came just before.
    Anchor(usize),
    /// `# ...`
    Comment,
}

/// What may stand before a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Props {
    /// Number of its anchor; 0 for none.
    pub(super) anchor: usize,
    /// Place of its tag.
    pub(super) tag: Option<Span>,
}

/// Where and why the parser stopped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop {
    pub(super) fault: Fault,
    pub(super) at: usize,
}

/// Why the parser stopped, as coarse as the diagnostics need it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// A tab where spaces count.
    Tab,
    /// A line starts at a column that fits nowhere.
    Indentation,
    /// A quote is never closed.
    Quote,
    /// An opening bracket is never closed.
    Unclosed,
    /// A closing bracket without its opening one.
    Stray,
    /// `[` closed by `}` or the reverse.
    Mismatch { open: char, close: char },
    /// Something follows a closing quote.
    AfterQuote,
    /// `\` and something that is no escape.
    Escape,
    /// A character that starts no token.
    Character(char),
    /// `*` or `&` without a name.
    Name,
    /// `|` or `>` and something that is no header.
    Header,
    /// The lines of a block scalar do not fit each other.
    BlockIndentation,
    /// Something else where a key of a block mapping belongs.
    Key,
    /// Something else where a `-` of a block sequence belongs.
    Dash,
    /// A `:` where no value may start.
    Colon,
    /// A `- ` where no item may start.
    DashHere,
    /// Neither a comma nor a closing bracket.
    Comma,
    /// Nested too deep.
    Depth,
    /// More nodes than a file may have.
    Nodes,
    /// A comment where none may stand.
    Comment,
    /// A `%` line.
    Directive,
    /// Something beside `...`.
    Marker,
    /// Something after the outermost node.
    AfterRoot,
    /// A tag that cannot be read.
    Tag,
    /// Anything else.
    Other,
}

/// A source of events: a YAML parser.
pub(super) trait Events<'a> {
    /// The next event; none at the end. After a stop nothing follows.
    fn next(&mut self) -> Option<Result<Item<'a>, Stop>>;
}
