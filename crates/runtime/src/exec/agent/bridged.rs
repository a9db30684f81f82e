//! A step's tools behind a server of wfc's own, for agents that are programs.

use std::convert::Infallible;

use tokio::time::Instant;
use wfc_value::FaultCode;

use super::super::{Answer, Failure, Job};
use super::AgentExecutor;
use super::offers::{Around, Called, Offers};
use crate::acp::Bridge;
use crate::llm::Call;
use crate::settings::Runner;
use crate::stop::Stop;

/// The tools of a step on their way to its agent.
pub(super) struct Tools<'a> {
    pub(super) bridge: Bridge,
    offers: Offers<'a>,
    /// Whether a call was left of which it is not known how far it came.
    pub(super) unknown: bool,
}

impl<'a> Tools<'a> {
    /// The tools called `names`, and the server by which the agent `of` reaches them. Nothing when the job was asked to stop.
    ///
    /// # Errors
    /// When one of them is not there.
    pub(super) async fn open(
        exec: &'a AgentExecutor,
        of: (&'a str, &'a Runner),
        names: &[&str],
        stop: &mut Stop,
    ) -> Result<Option<Self>, Failure> {
        let (tools, vault, hints) = (&exec.tools, &exec.around.vault, &exec.hints);
        let offers = Offers::new(tools, vault, hints, of, names, stop);
        let Some(offers) = offers.await? else {
            return Ok(None);
        };
        let bridge = Bridge::open(&offers.list()).await.map_err(|error| {
            let message = format!("the agent `{}` cannot be given its tools: {error}", of.0);
            Failure::new(FaultCode::AgentError, message)
        })?;
        Ok(Some(Self {
            bridge,
            offers,
            unknown: false,
        }))
    }

    /// Carries out calls, one after the other, for as long as the agent works.
    pub(super) async fn serve(&mut self, job: &Job, until: Instant) -> Infallible {
        let around = Around {
            execution: &job.execution,
            step: &job.step,
            key: &job.key,
            attempt: job.attempt,
            link: &job.link,
            until,
        };
        let mut stop = job.stop.clone();
        while let Some(asked) = self.bridge.next().await {
            let call = Call {
                id: String::new(),
                name: asked.name,
                arguments: asked.arguments,
            };
            let answer = match self.offers.call(&call, &around, &mut stop).await {
                Ok(Called::Given(given)) => (given.text, given.failed),
                Ok(Called::Stopped(answer)) => {
                    self.unknown |= answer == Answer::Unknown;
                    ("the step was stopped".to_owned(), true)
                }
                Err(failure) => (self.offers.masked(failure.message), true),
            };
            // The agent may have gone on without it.
            let _ = asked.answer.send(answer);
        }
        std::future::pending().await
    }
}
