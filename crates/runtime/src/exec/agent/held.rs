//! An agent asked for an answer that is held to a type: once, once more when the answer does not fit, then an error.

use super::super::{Answer, Failure, Job};
use super::Spending;
use super::returns::{self, Returns};

/// One answer of an agent.
pub(super) enum Reply {
    Text(String),
    Ended(Answer),
}

/// Someone who can be asked, and asked once more.
pub(super) trait Askable {
    /// The agent's name.
    fn name(&self) -> &str;

    /// Asks for the step's answer; again, when there was one that does not fit.
    async fn ask(
        &mut self,
        misfit: Option<Misfit<'_>>,
        job: &mut Job,
        spending: &mut Spending,
    ) -> Result<Reply, Failure>;
}

/// An answer that does not fit.
pub(super) struct Misfit<'a> {
    pub(super) answer: &'a str,
    /// What is wrong with it, in words for the agent.
    pub(super) why: String,
}

/// The answer to a step, of the type that it declares.
///
/// # Errors
/// When there is none, or the second one does not fit either.
pub(super) async fn answer(
    agent: &mut impl Askable,
    returns: Option<&Returns>,
    job: &mut Job,
    spending: &mut Spending,
) -> Result<Answer, Failure> {
    let first = match agent.ask(None, job, spending).await? {
        Reply::Text(text) => text,
        Reply::Ended(answer) => return Ok(answer),
    };
    let Some(returns) = returns else {
        return Ok(Answer::done(first));
    };
    let wrong = match returns.read(&first) {
        Ok(value) => return Ok(Answer::done(value)),
        Err(wrong) => wrong,
    };
    spending.ask_again(&wrong)?;
    let misfit = Misfit {
        answer: &first,
        why: returns::repair(&wrong),
    };
    let second = match agent.ask(Some(misfit), job, spending).await? {
        Reply::Text(text) => text,
        Reply::Ended(answer) => return Ok(answer),
    };
    match returns.read(&second) {
        Ok(value) => Ok(Answer::done(value)),
        Err(wrong) => Err(wrong.failure(agent.name(), &second)),
    }
}
