//! Agents that call tools.

use super::*;

#[test]
fn tools_are_offered_called_and_their_results_handed_back() {
    let dir = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::new([
        stream(&chat_calls(&[
            ("a", "box_search", "{\"q\": \"x\"}"),
            ("b", "box_search", "{\"p\": 1}"),
            ("c", "box_search", "{\"q\":"),
            ("d", "box_serch", "{}"),
            ("e", "box_leak", ""),
        ])),
        stream(&chat_text("There are 3.")),
    ]);
    let agent = agent_in(dir.path(), "openai", &endpoint, &tools(dir.path()));
    let heard = Heard::new(None);
    let answer = block_on(async {
        let answer = heard_by(&agent, WITH_TOOLS, &heard).await;
        agent.close().await;
        answer
    });
    assert_eq!(
        used(&answer),
        Usage {
            tokens: 240,
            usd: 0.0051,
            agent_calls: 0
        }
    );
    assert_eq!(done(answer), Value::from("There are 3."));
    let bodies = endpoint.bodies();
    let offered = bodies[0]["tools"].as_array().unwrap();
    let names: Vec<&str> = offered
        .iter()
        .map(|t| t["function"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["box_delete", "box_leak", "box_search"]);
    assert_eq!(offered[2]["function"]["description"], "Finds things.");
    assert_eq!(offered[2]["function"]["parameters"]["required"], js!(["q"]));
    let messages = bodies[1]["messages"].as_array().unwrap();
    assert_eq!(messages[1]["tool_calls"].as_array().unwrap().len(), 5);
    let result = |at: usize| {
        let message = &messages[at + 2];
        assert_eq!(message["role"], "tool");
        message["content"].as_str().unwrap()
    };
    assert_eq!(result(0), "found 3");
    assert_eq!(messages[2]["tool_call_id"], "a");
    assert!(
        result(1).contains("`q`") && result(1).contains("not called"),
        "{}",
        result(1)
    );
    assert!(
        result(2).starts_with("the arguments are not JSON"),
        "{}",
        result(2)
    );
    assert!(
        result(3).starts_with("there is no tool `box_serch`"),
        "{}",
        result(3)
    );
    assert_eq!(result(4), "it is ***");
    assert_eq!(calls(dir.path()), 2, "only what fits is called");
    assert_eq!(heard.notes()[0], "calls `box.search` {\"q\":\"x\"}");
}

#[test]
fn tools_and_a_typed_answer_go_together() {
    let dir = tempfile::tempdir().unwrap();
    let both = [
        Block::Text("Let me look."),
        Block::Call("t1", "box_search", "{\"q\": \"x\"}"),
        Block::Call("t2", "wfc_answer", "{\"n\": 0}"),
    ];
    let endpoint = Endpoint::new([
        stream(&messages_body(&both, "tool_use")),
        stream(&messages_body(
            &[Block::Call("t3", "wfc_answer", "{\"n\": 3}")],
            "tool_use",
        )),
    ]);
    let agent = agent_in(dir.path(), "anthropic", &endpoint, &tools(dir.path()));
    let args = RETURNS.replacen('{', "{\"tools\":[\"box.search\"],", 1);
    assert_eq!(json::format(&done(ask(&agent, &args))), r#"{"n":3}"#);
    let bodies = endpoint.bodies();
    assert_eq!(bodies[0]["tool_choice"], js!({ "type": "any" }));
    let results = &bodies[1]["messages"][2]["content"];
    assert_eq!(results[0]["content"], "found 3");
    assert_eq!(
        results[1]["is_error"], true,
        "an answer beside other calls was given too early"
    );
}

#[test]
fn a_destructive_tool_is_called_only_when_it_is_allowed() {
    for (settings, decision, called, says) in [
        ("", Some(true), 1, "found 3"),
        ("", Some(false), 0, "a person denied it: not today"),
        (
            "permission_timeout = \"50ms\"",
            None,
            0,
            "nobody allowed it in time",
        ),
        ("permissions = \"allow\"", None, 1, "found 3"),
        ("permissions = \"deny\"", None, 0, "which is not allowed"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let endpoint = Endpoint::new([
            stream(&chat_calls(&[("a", "box_delete", "{\"what\": 7}")])),
            stream(&chat_text("done")),
        ]);
        let more = format!("{settings}\n{}", tools(dir.path()));
        let agent = agent_in(dir.path(), "openai", &endpoint, &more);
        let heard = Heard::new(decision);
        let answer = block_on(heard_by(&agent, WITH_TOOLS, &heard));
        assert_eq!(done(answer), Value::from("done"));
        assert_eq!(calls(dir.path()), called, "{settings} {decision:?}");
        let result = endpoint.bodies()[1]["messages"][2]["content"].clone();
        assert!(result.as_str().unwrap().contains(says), "{result}");
        if settings.is_empty() {
            let asked = heard.asked.lock().unwrap();
            assert_eq!(
                asked[0].prompt,
                "The agent `m` wants to call the destructive tool `box.delete`"
            );
            let items = json::format(&asked[0].items);
            assert_eq!(items, r#"{"tool":"box.delete","arguments":{"what":7}}"#);
        }
    }
}

#[test]
fn the_settings_can_make_a_tool_destructive() {
    let dir = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::new([
        stream(&chat_calls(&[("a", "box_search", "{\"q\": \"x\"}")])),
        stream(&chat_text("done")),
    ]);
    let more = format!(
        "permissions = \"deny\"\n{}\n[tools.\"box.se*\"]\ndestructive = true",
        tools(dir.path())
    );
    done(ask(
        &agent_in(dir.path(), "openai", &endpoint, &more),
        WITH_TOOLS,
    ));
    assert_eq!(calls(dir.path()), 0);
}

#[test]
fn a_tool_that_there_is_not_is_told_before_the_model_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::new([stream(&chat_text("x"))]);
    let agent = agent_in(dir.path(), "openai", &endpoint, &tools(dir.path()));
    let failure = failing(&agent, r#"{"goal":"Find","tools":["box.serch"]}"#);
    assert_eq!(
        failure.message,
        "the server of `box.serch` has no tool `serch`: did you mean `search`?"
    );
    let failure = failing(&agent, r#"{"goal":"Find","tools":["bax.search"]}"#);
    assert_eq!(failure.code, FaultCode::NotConfigured);
    assert_eq!(endpoint.asked().len(), 0);
}

#[test]
fn rounds_of_tools_end() {
    let dir = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::new([stream(&chat_calls(&[(
        "a",
        "box_search",
        "{\"q\": \"x\"}",
    )]))]);
    let more = format!("max_tool_rounds = 3\n{}", tools(dir.path()));
    let failure = failing(
        &agent_in(dir.path(), "openai", &endpoint, &more),
        WITH_TOOLS,
    );
    assert_eq!(failure.code, FaultCode::AgentError);
    assert!(
        failure.message.contains("raise `max_tool_rounds`"),
        "{}",
        failure.message
    );
    assert_eq!(calls(dir.path()), 3);
    assert_eq!(failure.usage.unwrap().tokens, 480);
}

#[test]
fn the_same_call_has_the_same_key_and_a_repeated_one_another() {
    let dir = tempfile::tempdir().unwrap();
    let call = ("a", "box_search", "{\"q\": \"x\"}");
    let endpoint = Endpoint::new([
        stream(&chat_calls(&[
            call,
            ("b", "box_search", "{\"q\": \"y\"}"),
            call,
        ])),
        stream(&chat_text("done")),
        stream(&chat_calls(&[("z", "box_search", "{ \"q\":\"x\" }")])),
        stream(&chat_text("done")),
    ]);
    let agent = agent_in(dir.path(), "openai", &endpoint, &tools(dir.path()));
    block_on(async {
        done(execute(&agent, value(WITH_TOOLS)).await);
        done(execute(&agent, value(WITH_TOOLS)).await);
    });
    let calls = std::fs::read_to_string(dir.path().join("calls")).unwrap();
    let keys: Vec<String> = calls
        .lines()
        .map(|line| {
            let json: Json = serde_json::from_str(line).unwrap();
            json["params"]["_meta"]["wfc/idempotencyKey"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert!(keys[0].starts_with("run-1/steps[0]/"), "{keys:?}");
    assert_eq!(keys[0], keys[3], "the same call of another attempt");
    assert_ne!(keys[0], keys[1]);
    assert_ne!(
        keys[0], keys[2],
        "made twice by one attempt: two pieces of work"
    );
}
