//! Agents by an endpoint of a language model: the conversation, with tools, to an answer of the declared type.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use wfc_value::{FaultCode, Value};

use super::super::{Answer, Failure, Job, field};
use super::held::{self, Askable, Misfit, Reply};
use super::offers::{Around, Called, Offers, until};
use super::returns::{self, OfObject, Returns};
use super::{ANSWER_TIMEOUT, AgentExecutor, Spending, empty, late, tool_names};
use crate::llm::{self, ANSWER, Asked, Call, End, Given, Line, Message, Protocol, Request};
use crate::settings::{Endpoint, Price, Runner, Structured};

/// How often tools may be asked for, for one answer, unless the settings say otherwise.
const MAX_TOOL_ROUNDS: u64 = 32;

/// An endpoint that is asked for one step.
pub(super) struct Talk<'a> {
    pub(super) exec: &'a AgentExecutor,
    pub(super) name: &'a str,
    pub(super) runner: &'a Runner,
    pub(super) endpoint: &'a Endpoint,
    pub(super) protocol: Protocol,
}

/// A conversation under way.
struct Conversation<'a> {
    talk: &'a Talk<'a>,
    line: Line,
    model: String,
    price: Option<Price>,
    offers: Offers<'a>,
    answer: Option<OfObject>,
    messages: Vec<Message>,
    /// Rounds of tools that are left.
    rounds: u64,
    /// The call by which the last answer was given.
    answered_by: Option<String>,
    until: Instant,
    limit: Duration,
}

impl Talk<'_> {
    /// The answer to a step.
    ///
    /// # Errors
    /// When there is none.
    pub(super) async fn answer(
        &self,
        job: &mut Job,
        returns: Option<&Returns>,
        spending: &mut Spending,
    ) -> Result<Answer, Failure> {
        let Some(mut conversation) = self.begin(job, returns, spending).await? else {
            return Ok(Answer::Cancelled);
        };
        held::answer(&mut conversation, returns, job, spending).await
    }

    /// Nothing when the job was asked to stop.
    async fn begin<'a>(
        &'a self,
        job: &mut Job,
        returns: Option<&Returns>,
        spending: &Spending,
    ) -> Result<Option<Conversation<'a>>, Failure> {
        let model = field::optional(&job.args, "model")?.or_else(|| self.endpoint.model.clone());
        let name = self.name;
        let model = model.ok_or_else(|| {
            let message = format!(
                "the agent `{name}` has no model: write `model = \"...\"` in `[agents.{name}]` of \
                 `wfc.toml`, or `model` in the step"
            );
            Failure::new(FaultCode::NotConfigured, message)
        })?;
        let price = self.exec.prices.get(&model).copied();
        if price.is_none() && spending.counts_money() {
            let message = format!(
                "the budget is in dollars, and what the model `{model}` costs is not known: add \
                 `[models.\"{model}\"]` with `input` and `output`, in dollars for a million tokens, to `wfc.toml`"
            );
            let add = format!("[models.\"{model}\"]\ninput = 0.0\noutput = 0.0\n");
            let add = [("add", Value::from(add))];
            return Err(Failure::new(FaultCode::NotConfigured, message).with(add));
        }
        let client = self.exec.client()?;
        let around = &self.exec.around;
        let line = Line::new(name, self.protocol, self.endpoint, client, around)?;
        let names = tool_names(&job.args);
        let offers = Offers::new(
            &self.exec.tools,
            &around.vault,
            &self.exec.hints,
            (name, self.runner),
            &names,
            &mut job.stop,
        );
        let Some(offers) = offers.await? else {
            return Ok(None);
        };
        let limit = self.runner.timeout.unwrap_or(ANSWER_TIMEOUT);
        let answer = returns
            .filter(|_| self.endpoint.structured != Structured::Prompt)
            .map(Returns::of_object);
        let prompt = self.prompt(&job.args, returns, answer.as_ref())?;
        Ok(Some(Conversation {
            talk: self,
            line,
            model,
            price,
            offers,
            answer,
            messages: vec![Message::User(prompt)],
            rounds: self.endpoint.max_tool_rounds.unwrap_or(MAX_TOOL_ROUNDS),
            answered_by: None,
            until: until(limit),
            limit,
        }))
    }

    /// The first message. The form of the answer is told in words, too, for endpoints that pass over the schema.
    fn prompt(
        &self,
        args: &Value,
        returns: Option<&Returns>,
        answer: Option<&OfObject>,
    ) -> Result<String, Failure> {
        let mut prompt = returns::task(args)?;
        let demand = match (returns, answer, self.protocol) {
            (Some(_), Some(_), Protocol::Anthropic) => {
                format!("Give the answer by calling the tool `{ANSWER}`.")
            }
            (Some(_), Some(of), Protocol::OpenAi) if of.wrapped => {
                format!(
                    "Answer with one JSON object that fits this JSON Schema, and with nothing else:\n{}",
                    of.schema
                )
            }
            (Some(returns), ..) => returns.demand(),
            (None, ..) => return Ok(prompt),
        };
        prompt.push_str("\n\n");
        prompt.push_str(&demand);
        Ok(prompt)
    }
}

impl Askable for Conversation<'_> {
    fn name(&self) -> &str {
        self.talk.name
    }

    async fn ask(
        &mut self,
        misfit: Option<Misfit<'_>>,
        job: &mut Job,
        spending: &mut Spending,
    ) -> Result<Reply, Failure> {
        if let Some(misfit) = misfit {
            self.repair(misfit.why);
        }
        self.go(job, spending).await
    }
}

impl Conversation<'_> {
    /// Asks until there is an answer.
    async fn go(&mut self, job: &mut Job, spending: &mut Spending) -> Result<Reply, Failure> {
        loop {
            spending.go_on()?;
            let Some(reply) = self.question(job, spending).await? else {
                return Ok(Reply::Ended(Answer::Cancelled));
            };
            let (text, calls) = (reply.text.clone(), reply.calls.clone());
            self.ended(&reply)?;
            self.messages.push(Message::Model(reply));
            if let [call] = calls.as_slice()
                && call.name == ANSWER
                && let Some(of) = &self.answer
            {
                self.answered_by = Some(call.id.clone());
                return Ok(Reply::Text(of.unwrapped(call.arguments.clone())));
            }
            if calls.is_empty() {
                self.answered_by = None;
                return Ok(Reply::Text(self.told(text)?));
            }
            if let Some(ended) = self.call(&calls, job).await? {
                return Ok(Reply::Ended(ended));
            }
        }
    }

    /// An answer that was given as text.
    fn told(&self, text: String) -> Result<String, Failure> {
        if text.trim().is_empty() {
            return Err(empty(self.talk.name));
        }
        Ok(match &self.answer {
            Some(of) => of.unwrapped(text),
            None => text.trim().to_owned(),
        })
    }

    /// One question, and what it used. Nothing when the job was asked to stop.
    async fn question(
        &self,
        job: &mut Job,
        spending: &mut Spending,
    ) -> Result<Option<llm::Reply>, Failure> {
        let tools = self.offers.list();
        let request = Request {
            model: &self.model,
            messages: &self.messages,
            tools: &tools,
            answer: self.answer.as_ref().map(|of| &of.schema),
            endpoint: self.talk.endpoint,
        };
        let vault = &self.talk.exec.around.vault;
        let link = job.link.clone();
        let mut text = link.text(vault);
        let mut say = |piece: &str| text.push(piece);
        let key = self.key(job);
        let asked = tokio::select! {
            asked = self.line.ask(&request, &key, &mut say) => asked,
            () = job.stop.stopped() => return Ok(None),
            () = tokio::time::sleep_until(self.until) => {
                return Err(late(self.talk.name, self.limit));
            }
        };
        text.finish();
        let tokens = match &asked {
            Ok(reply) => reply.tokens,
            Err(Asked { tokens, .. }) => *tokens,
        };
        let usd = self.price.as_ref().map_or(0.0, |price| tokens.cost(price));
        spending.add(tokens.all(), usd);
        asked.map(Some).map_err(|asked| *asked.failure)
    }

    /// By which an endpoint can tell that it was asked this before, by the same attempt.
    fn key(&self, job: &Job) -> String {
        let digest = Sha256::digest(format!("{:?}", self.messages));
        let start: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
        format!("{}/{}/{start}", job.key, job.attempt)
    }

    /// Checks that an answer is one.
    fn ended(&self, reply: &llm::Reply) -> Result<(), Failure> {
        let what = match &reply.end {
            End::Whole => return Ok(()),
            End::Length => {
                "came to the end of its tokens before the end of its answer: raise `max_tokens`"
                    .to_owned()
            }
            End::Refused(why) if why.trim().is_empty() => "refused to answer".to_owned(),
            End::Refused(why) => format!("refused to answer: {}", crate::web::words(why)),
            End::Other(why) => format!(
                "ended its answer for the reason `{}`",
                crate::web::words(why)
            ),
        };
        let message = format!("the agent `{}` {what}", self.talk.name);
        let answer = Value::from(wfc_value::shortened(&reply.text, 2_000));
        Err(Failure::new(FaultCode::AgentError, message).with([("answer", answer)]))
    }

    /// Carries out calls, one after the other; an answer when the job was stopped.
    async fn call(&mut self, calls: &[Call], job: &mut Job) -> Result<Option<Answer>, Failure> {
        if self.rounds == 0 {
            let name = self.talk.name;
            let message = format!(
                "the agent `{name}` asked for tools again and again without an answer: raise \
                 `max_tool_rounds` of `[agents.{name}]` in `wfc.toml`"
            );
            return Err(Failure::new(FaultCode::AgentError, message));
        }
        self.rounds -= 1;
        let around = Around {
            execution: &job.execution,
            step: &job.step,
            key: &job.key,
            attempt: job.attempt,
            link: &job.link,
            until: self.until,
        };
        let mut results = Vec::with_capacity(calls.len());
        for call in calls {
            if call.name == ANSWER && self.answer.is_some() {
                results.push(Given {
                    id: call.id.clone(),
                    text: "the answer was not taken, since other tools were called beside it: give it again, alone"
                        .to_owned(),
                    failed: true,
                });
                continue;
            }
            if Instant::now() >= self.until {
                return Err(late(self.talk.name, self.limit));
            }
            match self.offers.call(call, &around, &mut job.stop).await? {
                Called::Given(given) => results.push(given),
                Called::Stopped(answer) => return Ok(Some(answer)),
            }
        }
        self.messages.push(Message::Results(results));
        Ok(None)
    }

    /// Tells that the last answer cannot be used.
    fn repair(&mut self, why: String) {
        self.messages.push(match self.answered_by.take() {
            Some(id) => Message::Results(vec![Given {
                id,
                text: why,
                failed: true,
            }]),
            None => Message::User(why),
        });
    }
}
