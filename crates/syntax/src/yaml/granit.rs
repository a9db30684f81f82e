//! The YAML parser in use, `granit-parser`, as a source of our events.

use std::borrow::Cow;

use granit_parser::{ErrorKind, Options, Parser, ScalarStyle, StrInput, StructureStyle, Tag};

use super::events::{Event, Events, Fault, Item, Props, Stop};
use crate::limits::MAX_DEPTH;
use crate::span::Span;
use crate::tree::Style;

/// Events of a text.
pub(super) struct Granit<'a> {
    parser: Parser<'a, StrInput<'a>>,
    done: bool,
}

impl<'a> Granit<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut options = Options::default();
        options.emit_unresolved_aliases = true;
        options.emit_anchor_events = true;
        options.emit_comments = true;
        // Comments are bounded by the file's size; 96 in a row are nothing unusual.
        options.max_buffered_comment_events = usize::MAX;
        options.flow_nesting_limit = MAX_DEPTH;
        options.block_nesting_limit = MAX_DEPTH;
        Self {
            parser: Parser::new_from_str_with_options(text, options),
            done: false,
        }
    }
}

impl<'a> Events<'a> for Granit<'a> {
    fn next(&mut self) -> Option<Result<Item<'a>, Stop>> {
        while !self.done {
            match self.parser.next() {
                None => self.done = true,
                Some(Err(error)) => {
                    self.done = true;
                    let at = error.marker().byte_offset().unwrap_or(0);
                    return Some(Err(Stop {
                        fault: fault(error.kind()),
                        at,
                    }));
                }
                Some(Ok((event, span))) => {
                    let tag = span.tag_span().and_then(|t| t.byte_range());
                    let tag = tag.map(|t| Span::of(t.start, t.end));
                    if let Some(event) = convert(event, tag) {
                        let range = span.byte_range().unwrap_or(0..0);
                        return Some(Ok(Item {
                            event,
                            span: Span::of(range.start, range.end),
                        }));
                    }
                }
            }
        }
        None
    }
}

fn convert<'a>(event: granit_parser::Event<'a>, tag: Option<Span>) -> Option<Event<'a>> {
    use granit_parser::Event as G;
    let props = |anchor: usize, has_tag: &Option<Cow<'a, Tag>>| Props {
        anchor,
        tag: if has_tag.is_some() { tag } else { None },
    };
    Some(match event {
        G::DocumentStart(..) => Event::Document,
        G::Scalar(text, style, anchor, t) => {
            let props = props(anchor, &t);
            Event::Scalar {
                text,
                style: convert_style(style),
                props,
            }
        }
        G::SequenceStart(style, anchor, t) => Event::Seq {
            flow: style == StructureStyle::Flow,
            props: props(anchor, &t),
        },
        G::MappingStart(style, anchor, t) => Event::Map {
            flow: style == StructureStyle::Flow,
            props: props(anchor, &t),
        },
        G::SequenceEnd | G::MappingEnd => Event::End,
        G::Alias(id) => Event::Alias(id),
        G::UnresolvedAlias(_) => Event::UnknownAlias,
        G::Anchor(id, _) => Event::Anchor(id),
        G::Comment(..) => Event::Comment,
        // The ends of streams and documents say nothing new.
        _ => return None,
    })
}

fn convert_style(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn fault(kind: &ErrorKind) -> Fault {
    use ErrorKind as E;
    match kind {
        E::TabNotAllowed | E::TabInBlockIndentation | E::TabInIndentation | E::TabInPlainScalar => {
            Fault::Tab
        }
        E::InvalidIndentation | E::InvalidQuotedScalarIndent | E::InvalidFlowScalarIndent => {
            Fault::Indentation
        }
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => Fault::Quote,
        E::UnclosedFlowCollection { .. }
        | E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping => Fault::Unclosed,
        E::MisplacedFlowCollectionEnd => Fault::Stray,
        E::MismatchedFlowCollectionEnd { open, close } => Fault::Mismatch {
            open: *open,
            close: *close,
        },
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            Fault::AfterQuote
        }
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => Fault::Escape,
        E::UnexpectedCharacter { character } => Fault::Character(*character),
        E::MissingAnchorOrAliasName => Fault::Name,
        E::InvalidBlockScalarHeader | E::ZeroBlockScalarIndent => Fault::Header,
        E::InvalidBlockScalarIndent | E::TabAtBlockScalarStart => Fault::BlockIndentation,
        E::SimpleKeyExpected
        | E::InvalidSimpleKey
        | E::ExpectedBlockMappingKey
        | E::MappingKeyNotAllowed => Fault::Key,
        E::ExpectedBlockSequenceEntry => Fault::Dash,
        E::MappingValueNotAllowed | E::InvalidColonPlacement | E::InvalidMappingValueWhitespace => {
            Fault::Colon
        }
        E::BlockEntryInFlowCollection
        | E::BlockSequenceEntryNotAllowed
        | E::InvalidBlockEntryWhitespace
        | E::PlainScalarStartsWithDashFlowIndicator => Fault::DashHere,
        E::ExpectedFlowMappingSeparator
        | E::ExpectedFlowSequenceSeparator
        | E::FlowMappingValueAdjacentCollection => Fault::Comma,
        E::RecursionLimitExceeded => Fault::Depth,
        E::CommentInterceptedScalar | E::CommentNotSeparated => Fault::Comment,
        E::DirectiveDisallowed
        | E::DuplicateVersionDirective
        | E::UnsupportedYamlMajorVersion
        | E::DuplicateTagDirective
        | E::MissingDocumentEndBeforeDirective
        | E::MissingYamlVersionSeparator
        | E::MissingDirectiveName
        | E::InvalidDirectiveName
        | E::InvalidDirectiveTerminator
        | E::DirectiveByteLimitExceeded { .. }
        | E::TooManyReservedDirectiveParams { .. }
        | E::YamlVersionTooLong
        | E::MissingYamlVersion
        | E::InvalidTagDirectiveTerminator
        | E::ExpectedTagDirectiveBang => Fault::Directive,
        E::InvalidDocumentEnd => Fault::Marker,
        E::ExpectedDocumentStart => Fault::AfterRoot,
        E::UndeclaredTagHandle
        | E::ExpectedTagBang
        | E::InvalidGlobalTagCharacter
        | E::InvalidTagTerminator
        | E::MissingTagUri
        | E::UnclosedVerbatimTag
        | E::InvalidTagEscape
        | E::InvalidTagUtf8LeadingByte
        | E::InvalidTagUtf8TrailingByte
        | E::InvalidTagUtf8 => Fault::Tag,
        _ => Fault::Other,
    }
}
