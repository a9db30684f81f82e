//! Endpoints of language models: one conversation, two protocols.

mod anthropic;
mod http;
mod openai;
mod sse;

pub(crate) use anthropic::ANSWER;
pub(crate) use http::{Asked, Line};
use serde_json::Value as Json;

use crate::settings::{Endpoint, Price};

/// Which protocol an endpoint speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Chat completions.
    OpenAi,
    /// Messages.
    Anthropic,
}

/// A part of a conversation.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// What the workflow says.
    User(String),
    /// What the model said.
    Model(Reply),
    /// What tools gave.
    Results(Vec<Given>),
}

/// What a tool gave.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    /// The call's id.
    pub(crate) id: String,
    /// The result, or what is wrong.
    pub(crate) text: String,
    /// Whether something is wrong.
    pub(crate) failed: bool,
}

/// A tool that the model may call.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    /// Its name, of letters, digits, `_` and `-`.
    pub(crate) name: String,
    /// What it does.
    pub(crate) description: String,
    /// The JSON Schema of its arguments: of an object.
    pub(crate) schema: Json,
}

/// What the model is asked.
pub(crate) struct Request<'a> {
    /// The model's name.
    pub(crate) model: &'a str,
    /// The conversation so far.
    pub(crate) messages: &'a [Message],
    /// Tools.
    pub(crate) tools: &'a [Offer],
    /// The JSON Schema of the answer, of an object, where it is asked for by the protocol's means.
    pub(crate) answer: Option<&'a Json>,
    /// The endpoint's settings.
    pub(crate) endpoint: &'a Endpoint,
}

/// What the model said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Its text.
    pub(crate) text: String,
    /// The tools that it calls.
    pub(crate) calls: Vec<Call>,
    /// Why it ended.
    pub(crate) end: End,
    /// What it used.
    pub(crate) tokens: Tokens,
}

/// A call of a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Call {
    /// By which the result is told.
    pub(crate) id: String,
    /// The tool's name.
    pub(crate) name: String,
    /// Its arguments as the model wrote them: JSON, if all is well.
    pub(crate) arguments: String,
}

/// Why an answer ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum End {
    /// It is whole, or goes on after calls.
    #[default]
    Whole,
    /// It was cut off at the most tokens.
    Length,
    /// The model refused, or a filter did: what it says, if anything.
    Refused(String),
    /// For another reason.
    Other(String),
}

/// Tokens that were used. `input` has in it neither what came from a cache nor what went into one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) input: u64,
    pub(crate) cached_input: u64,
    pub(crate) cache_write: u64,
    pub(crate) output: u64,
}

impl Tokens {
    /// All of them.
    pub(crate) const fn all(self) -> u64 {
        self.input
            .saturating_add(self.cached_input)
            .saturating_add(self.cache_write)
            .saturating_add(self.output)
    }

    /// What they cost, in US dollars.
    pub(crate) fn cost(self, price: &Price) -> f64 {
        let of = |tokens: u64, dollars: f64| tokens as f64 * dollars / 1_000_000.0;
        of(self.input, price.input)
            + of(self.cached_input, price.cached_input.unwrap_or(price.input))
            + of(self.cache_write, price.cache_write.unwrap_or(price.input))
            + of(self.output, price.output)
    }
}

impl Protocol {
    /// The body of a request.
    fn body(self, request: &Request<'_>) -> Json {
        match self {
            Self::OpenAi => openai::body(request),
            Self::Anthropic => anthropic::body(request),
        }
    }

    /// What puts a streamed answer together.
    fn reader(self) -> Box<dyn Read> {
        match self {
            Self::OpenAi => Box::new(openai::Reader::default()),
            Self::Anthropic => Box::new(anthropic::Reader::default()),
        }
    }

    /// An answer that came in one piece.
    fn whole(self, json: &Json) -> Result<Reply, String> {
        match self {
            Self::OpenAi => openai::whole(json),
            Self::Anthropic => anthropic::whole(json),
        }
    }
}

/// Puts a streamed answer together.
trait Read: Send {
    /// Takes an event's data; text that came with it goes to `text`. Says whether the stream is over.
    ///
    /// # Errors
    /// What is wrong with it, to stand behind the agent's name.
    fn take(&mut self, data: &str, text: &mut String) -> Result<bool, Wrong>;

    /// The answer, at the stream's end; nothing when it has not ended.
    fn finish(self: Box<Self>) -> Option<Reply>;

    /// What is known to have been used so far.
    fn tokens(&self) -> Tokens;
}

/// What is wrong with an event.
enum Wrong {
    /// It makes no sense.
    Senseless(String),
    /// The endpoint tells of an error: its kind and its words.
    Told(String, String),
}

/// The most calls of tools in one answer.
const MAX_CALLS: usize = 128;

fn text_at<'a>(json: &'a Json, pointer: &str) -> Option<&'a str> {
    json.pointer(pointer)?.as_str()
}

fn count_at(json: &Json, pointer: &str) -> u64 {
    json.pointer(pointer).and_then(Json::as_u64).unwrap_or(0)
}

/// The error that an endpoint tells of: its kind and its words.
fn told(json: &Json) -> Option<(String, String)> {
    let error = json.get("error").filter(|error| !error.is_null())?;
    let words = text_at(error, "/message").or_else(|| error.as_str());
    let kind = text_at(error, "/type").or_else(|| text_at(error, "/code"));
    Some((
        kind.unwrap_or_default().to_owned(),
        words.unwrap_or_default().to_owned(),
    ))
}

fn parsed(data: &str) -> Result<Json, Wrong> {
    serde_json::from_str(data).map_err(|_| {
        let shown = wfc_value::shortened(data.trim(), 80);
        Wrong::Senseless(format!("sent what is no JSON: `{shown}`"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_cost_by_the_million() {
        let tokens = Tokens {
            input: 1_000_000,
            cached_input: 500_000,
            cache_write: 0,
            output: 100_000,
        };
        let mut price = Price {
            input: 3.0,
            output: 15.0,
            ..Price::default()
        };
        assert_eq!(tokens.all(), 1_600_000);
        assert_eq!(tokens.cost(&price), 3.0 + 1.5 + 1.5);
        price.cached_input = Some(0.3);
        assert_eq!(tokens.cost(&price), 3.0 + 0.15 + 1.5);
    }
}
