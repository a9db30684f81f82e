//! The host of a tested run: answers by the mocks, and notes what they lack.

use std::collections::BTreeMap;
use std::sync::Arc;

use wfc_program::isa::EffectKind;
use wfc_syntax::ast::StepKind;
use wfc_syntax::span::Span;
use wfc_value::{FaultCode, Map, Value, json};
use wfc_vm::{EffectClass, ErrorRecord};

use super::Failure;
use crate::plan::{Mock, MockAnswer, MockReply, Mocks, Plan};
use crate::sample::{Sampler, result};
use crate::sim::{Answer, Ask, Callee, Host, Reply};
use crate::subject::{Subject, Subjects};

/// Answers from mocks.
pub(super) struct TestHost<'a, 'w> {
    mocks: &'a Mocks,
    span: Span,
    env: &'a Map,
    subjects: &'a mut Subjects<'w>,
    /// How often each mock was used.
    used: BTreeMap<String, usize>,
    /// What the mocks lack.
    pub(super) failures: Vec<Failure>,
}

impl<'a, 'w> TestHost<'a, 'w> {
    pub(super) fn new(plan: &'a Plan, subjects: &'a mut Subjects<'w>) -> Self {
        Self {
            mocks: &plan.mocks,
            span: plan.span,
            env: &plan.env,
            subjects,
            used: BTreeMap::new(),
            failures: Vec::new(),
        }
    }

    /// Mocks that nothing asked for.
    pub(super) fn unused(&self) -> Vec<(String, Span)> {
        let unused = self
            .mocks
            .0
            .iter()
            .filter(|(key, _)| !self.used.contains_key(*key));
        unused.map(|(key, mock)| (key.clone(), mock.span)).collect()
    }

    /// The answer of a mock; none when its turns are used up.
    fn mocked(&mut self, key: &str, mock: &Mock, ask: &Ask<'_>) -> Answer {
        let times = self.used.entry(key.to_owned()).or_insert(0);
        let at = *times;
        *times += 1;
        let turn = if mock.in_turn { at } else { 0 };
        let Some(answer) = mock.turns.get(turn) else {
            let message = format!(
                "`{}` is asked for once more than `{key}` has turns, which are {}",
                ask.path,
                mock.turns.len()
            );
            let mut failure = Failure::new("mocks", mock.span, message);
            failure.help = Some(
                "add a turn, or write one mock without `in_turn` that serves every time".to_owned(),
            );
            self.failures.push(failure);
            return Reply::Halt.now();
        };
        if let MockReply::Decide { by: Some(by), .. } = &answer.reply
            && !ask.effect.may_be_answered_by(Some(by))
        {
            let approvers = wfc_vm::approvers(ask.effect.kind, &ask.effect.args).join(", ");
            let message = format!("`{by}` may not decide on `{}`", ask.path);
            let mut failure = Failure::new("mocks", mock.span, message);
            failure.help = Some(format!("its `approvers` are {approvers}"));
            self.failures.push(failure);
            return Reply::Halt.now();
        }
        answered(answer, ask)
    }

    /// Without a mock: what happens by itself, or else a failure.
    fn without(&mut self, ask: &Ask<'_>) -> Answer {
        match ask.effect.kind {
            EffectKind::Message if ask.effect.class == EffectClass::Notify => {
                Reply::Value(Value::Null).now()
            }
            // It comes by `events`, or not at all.
            EffectKind::Event => Reply::Never.now(),
            EffectKind::Call => called(ask, self.subjects, self.env),
            _ => {
                let failure = self.missing(ask);
                self.failures.push(failure);
                Reply::Halt.now()
            }
        }
    }

    fn missing(&self, ask: &Ask<'_>) -> Failure {
        let subject = self.subjects.get(ask.workflow);
        let span = subject.and_then(|s| Some(s.ast().step(s.step(last(ask.path))?).head));
        let message = format!(
            "the {} step `{}` is asked for, and the test has no mock of it",
            ask.effect.kind.word(),
            ask.path
        );
        let mut failure = Failure::new("mocks", self.span, message);
        failure.help = subject.map(|s| format!("add to the test:\n{}", suggestion(s, ask)));
        failure.at = span.map(|span| (ask.workflow, span));
        failure
    }
}

impl Host for TestHost<'_, '_> {
    fn answer(&mut self, ask: &Ask<'_>) -> Answer {
        let found = find(self.mocks, ask.path);
        match found {
            Some((key, mock)) => self.mocked(key, mock, ask),
            None => self.without(ask),
        }
    }
}

/// The mock of a step: the one for this iteration before the one for all.
pub(crate) fn find<'a>(mocks: &'a Mocks, path: &str) -> Option<(&'a str, &'a Mock)> {
    let fitting = mocks.0.iter().filter(|(key, _)| covers(key, path));
    fitting
        .max_by_key(|(key, _)| key.len())
        .map(|(key, mock)| (key.as_str(), mock))
}

/// Whether a path as written means a step's path with iterations: `dump` means `dump[2]`, `all/dump` means
/// `all[0]/dump[2]`.
pub(crate) fn covers(key: &str, path: &str) -> bool {
    let (mut keys, mut paths) = (key.split('/'), path.split('/'));
    loop {
        match (keys.next(), paths.next()) {
            (None, None) => return true,
            (Some(key), Some(path)) => {
                let rest = path.strip_prefix(key);
                if !rest.is_some_and(is_iterations) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

/// Whether a text is `[2][0]`, or nothing.
fn is_iterations(text: &str) -> bool {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let mut rest = text;
    while let Some(inside) = rest.strip_prefix('[') {
        match inside.split_once(']') {
            Some((number, behind)) if digits(number) => rest = behind,
            _ => return false,
        }
    }
    rest.is_empty()
}

/// The last step of a path through calls.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The answer that a mock stands for.
pub(crate) fn answered(mock: &MockAnswer, ask: &Ask<'_>) -> Answer {
    let reply = match &mock.reply {
        MockReply::Returns(value) => exit_checked(ask, value),
        MockReply::Fail(error) => Reply::Error(error.clone()),
        MockReply::Never => Reply::Never,
        MockReply::Unknown => Reply::Unknown,
        MockReply::Decide {
            approve,
            by,
            comment,
        } => {
            let at = ask.at.checked_add(mock.after).unwrap_or(ask.at);
            let by = by.as_deref().or_else(|| first_approver(ask.effect));
            decision(*approve, by, comment.as_deref(), at)
        }
    };
    Answer {
        after: mock.after,
        reply,
        usage: mock.usage,
    }
}

/// Who answers an approval when that is not said: the first who may.
pub(crate) fn first_approver(effect: &wfc_vm::Effect) -> Option<&str> {
    wfc_vm::approvers(effect.kind, &effect.args)
        .first()
        .copied()
}

/// A person's decision.
pub(crate) fn decision(
    approve: bool,
    by: Option<&str>,
    comment: Option<&str>,
    at: wfc_value::Timestamp,
) -> Reply {
    let word = if approve { "approve" } else { "deny" };
    let mut fields = vec![
        ("decision", Value::from(word)),
        ("by", by.map_or(Value::Null, Value::from)),
        ("at", Value::from(at)),
    ];
    if let Some(comment) = comment {
        fields.push(("comment", Value::from(comment)));
    }
    Reply::Value(Value::record(fields).unwrap_or_default())
}

/// A command whose mocked exit code is not 0 fails as the real one would, unless its step has `check: false`.
fn exit_checked(ask: &Ask<'_>, value: &Value) -> Reply {
    let args = &ask.effect.args;
    let checks = args.get("check").and_then(Value::as_bool).unwrap_or(true);
    let code = value.get("exit_code").and_then(Value::as_int);
    let is_plain = args.get("parse").is_none_or(Value::is_null);
    match code {
        Some(code) if code != 0 && checks && is_plain && ask.effect.kind == EffectKind::Bash => {
            let message = format!("the command ended with exit code {code}");
            let error = ErrorRecord::new(FaultCode::ExitNonzero, message);
            Reply::Error(Box::new(error.with_details(value.clone())))
        }
        _ => Reply::Value(value.clone()),
    }
}

/// The run of the workflow that a step calls.
pub(crate) fn called(ask: &Ask<'_>, subjects: &mut Subjects<'_>, env: &Map) -> Answer {
    let name = ask.effect.args.get("workflow").and_then(Value::as_str);
    let name = name.unwrap_or_default();
    let wrong = |why: &str| {
        let message = format!("the workflow `{name}` cannot be called: {why}");
        let error = ErrorRecord::new(FaultCode::NotConfigured, message);
        Reply::Error(Box::new(error)).now()
    };
    let Some(at) = subjects.callee(ask.workflow, name) else {
        return wrong("there is no such workflow");
    };
    let Some(subject) = subjects.get(at) else {
        return wrong("there is no such workflow");
    };
    match &subject.program {
        Some(program) => Reply::Call(Box::new(Callee {
            program: Arc::clone(program),
            env: declared(subject, env),
            workflow: at,
        }))
        .now(),
        None => wrong("it has errors"),
    }
}

/// The part of an environment that a workflow declares.
fn declared(subject: &Subject, env: &Map) -> Map {
    let decls = subject.ast().workflow.env.iter();
    let given = decls.filter_map(|d| Some((&*d.name.text, env.get_str(&d.name.text)?.clone())));
    Map::record(given).unwrap_or_default()
}

/// The mock that a test lacks, as it is written.
fn suggestion(subject: &Subject, ask: &Ask<'_>) -> String {
    let id = subject.step(last(ask.path));
    let plain = id.map_or(last(ask.path), |id| subject.path(id));
    let key = match ask.path.rsplit_once('/') {
        Some((callers, _)) => format!("{callers}/{plain}"),
        None => plain.to_owned(),
    };
    let key = if key.contains(['/', '[', ' ', ':', '#']) {
        json::quoted(&key)
    } else {
        key
    };
    let is_approval =
        id.is_some_and(|id| matches!(subject.ast().step(id).kind, StepKind::Approval { .. }));
    if is_approval {
        return format!("mocks:\n  {key}: approve");
    }
    let made = id.and_then(|id| {
        let ty = subject.result_type(id)?;
        Some(result(subject, id, &ty, &mut Sampler::new(0)))
    });
    let made = json::format(&made.unwrap_or_default());
    format!("mocks:\n  {key}: {{ returns: {made} }}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_means_its_step_in_every_iteration() {
        for (key, path, means) in [
            ("dump", "dump", true),
            ("dump", "dump[2]", true),
            ("dump", "dump[2][0]", true),
            ("dump[1]", "dump[2]", false),
            ("dump[1]", "dump[1]", true),
            ("dump", "dumps", false),
            ("steps[1]", "steps[1].then[0]", false),
            ("welcome/mail", "welcome[3]/mail[0]", true),
            ("welcome[3]/mail", "welcome[3]/mail[0]", true),
            ("welcome", "welcome/mail", false),
        ] {
            assert_eq!(covers(key, path), means, "{key} {path}");
        }
    }
}
