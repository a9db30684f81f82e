//! Budgets, keys, secrets.

use super::*;

#[test]
fn a_budget_ends_the_rounds() {
    let dir = tempfile::tempdir().unwrap();
    let call = stream(&chat_calls(&[("a", "box_search", "{\"q\": \"x\"}")]));
    for (tokens, usd, asked, contains) in [
        (
            Some(100),
            None,
            1,
            "the budget of tokens is used up: this step's agent spent 120",
        ),
        (Some(240), None, 2, "spent 240"),
        (
            None,
            Some(0.001),
            1,
            "the budget is used up: this step's agent spent 0.0026 dollars",
        ),
    ] {
        let endpoint = Endpoint::new([call.clone()]);
        let agent = agent_in(dir.path(), "openai", &endpoint, &tools(dir.path()));
        let failure = block_on(async {
            let (_stopper, mut job) = job(value(WITH_TOOLS));
            (job.allowance.tokens, job.allowance.usd) = (tokens, usd);
            failed(in_time(agent.execute(job)).await)
        });
        assert_eq!(failure.code, FaultCode::BudgetExceeded);
        assert!(failure.message.contains(contains), "{}", failure.message);
        assert_eq!(endpoint.asked().len(), asked);
        assert_eq!(failure.usage.unwrap().tokens, 120 * asked as u64);
    }
}

#[test]
fn a_budget_in_dollars_needs_a_price() {
    let endpoint = Endpoint::new([stream(&chat_text("x"))]);
    let agent = agent("openai", &endpoint, "");
    let failure = block_on(async {
        let (_stopper, mut job) = job(value(r#"{"goal":"Say hi","model":"other-2"}"#));
        job.allowance.usd = Some(1.0);
        failed(agent.execute(job).await)
    });
    assert_eq!(failure.code, FaultCode::NotConfigured);
    let add = failure.details.get("add").and_then(Value::as_str).unwrap();
    assert!(
        Settings::parse(add).is_ok(),
        "what is to be added can be read"
    );
    assert_eq!(endpoint.asked().len(), 0);
}

#[test]
fn the_key_is_shown_nowhere_even_when_the_endpoint_shows_it() {
    let body = chat_text(&format!(
        "your key is {KEY}, and\nthe token s3cr3t-t0ken\n{}",
        "x".repeat(600)
    ));
    let endpoint = Endpoint::new([stream(&body)]);
    let heard = Heard::new(None);
    let answer = done(block_on(heard_by(
        &agent("openai", &endpoint, ""),
        HI,
        &heard,
    )));
    let start = "your key is ***, and\nthe token ***\n";
    assert!(answer.as_str().unwrap().starts_with(start), "{answer:?}");
    assert!(heard.text().starts_with(start), "{}", heard.text());
    let echo = format!(r#"{{"error":{{"message":"bad header Bearer {KEY}"}}}}"#);
    let endpoint = Endpoint::new([crate::endpoint::Answer::new(
        "400 Bad Request",
        "application/json",
        echo,
    )]);
    let failure = failing(&agent("openai", &endpoint, ""), HI);
    assert!(
        failure.message.ends_with("bad header Bearer ***"),
        "{}",
        failure.message
    );
}

#[test]
fn a_goal_is_sent_with_its_secrets_masked() {
    let goal = wfc_value::Secret::from_segments([
        wfc_value::Segment::Text("use ".into()),
        wfc_value::Segment::Ref("token".into()),
    ]);
    let args = Value::record([("goal", Value::Secret(goal.unwrap()))]).unwrap();
    let endpoint = Endpoint::new([stream(&chat_text("x"))]);
    done(block_on(execute(&agent("openai", &endpoint, ""), args)));
    assert_eq!(endpoint.bodies()[0]["messages"][0]["content"], "use ***");
}

#[test]
fn a_key_or_a_model_that_is_missing_says_what_to_write() {
    let read = |text: &str| {
        let settings = Settings::parse(text).unwrap();
        let mut around = around(Path::new("/"), &[]);
        around.vault = Arc::new(Vault::new(settings.secrets.clone(), []));
        let failure = failing(&agents(&settings, around), HI);
        assert_eq!(failure.code, FaultCode::NotConfigured);
        failure
    };
    let key =
        read("[agents.m]\ntype = \"openai\"\nmodel = \"x\"\napi_key = { env = \"NO_SUCH_KEY\" }");
    assert!(key.message.contains("`NO_SUCH_KEY`"), "{}", key.message);
    let model = read("[agents.m]\ntype = \"openai\"\nbase_url = \"http://localhost:1\"");
    assert!(
        model.message.contains("write `model = "),
        "{}",
        model.message
    );
}
