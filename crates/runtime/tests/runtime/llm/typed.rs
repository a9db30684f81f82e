//! Answers that have a type.

use super::*;

#[test]
fn an_answer_with_a_type_is_asked_for_by_its_schema() {
    let endpoint = Endpoint::new([stream(&chat_text(
        "{\"n\": 3, \"s\": \"low\", \"more\": 1}",
    ))]);
    let answer = ask(&agent("openai", &endpoint, ""), RETURNS);
    assert_eq!(used(&answer).agent_calls, 0);
    assert_eq!(json::format(&done(answer)), r#"{"n":3,"s":"low"}"#);
    let body = endpoint.bodies().remove(0);
    assert_eq!(body["response_format"]["type"], "json_schema");
    assert_eq!(
        body["response_format"]["json_schema"]["schema"]["required"],
        js!(["n"])
    );

    let plain = Endpoint::new([stream(&chat_text("{\"n\": 3}"))]);
    done(ask(
        &agent("openai", &plain, "structured = \"object\""),
        RETURNS,
    ));
    assert_eq!(
        plain.bodies()[0]["response_format"],
        js!({ "type": "json_object" })
    );
    done(ask(
        &agent("openai", &plain, "structured = \"prompt\""),
        RETURNS,
    ));
    let body = &plain.bodies()[1];
    assert!(body.get("response_format").is_none());
    let prompt = body["messages"][0]["content"].as_str().unwrap();
    assert!(prompt.contains("\"required\": ["), "{prompt}");
}

#[test]
fn what_is_no_object_is_put_into_one() {
    let endpoint = Endpoint::new([stream(&chat_text("{\"value\": [1, 2]}"))]);
    let answer = done(ask(&agent("openai", &endpoint, ""), LIST));
    assert_eq!(json::format(&answer), "[1,2]");
    let schema = &endpoint.bodies()[0]["response_format"]["json_schema"]["schema"];
    assert_eq!(schema["properties"]["value"]["type"], "array");

    let call = [Block::Call("t1", "wfc_answer", "{\"value\": [3]}")];
    let endpoint = Endpoint::new([stream(&messages_body(&call, "tool_use"))]);
    let answer = done(ask(&agent("anthropic", &endpoint, ""), LIST));
    assert_eq!(json::format(&answer), "[3]");
    let body = endpoint.bodies().remove(0);
    assert_eq!(
        body["tool_choice"],
        js!({ "type": "tool", "name": "wfc_answer" })
    );
    assert_eq!(body["tools"][0]["input_schema"]["required"], js!(["value"]));
}

#[test]
fn an_answer_that_does_not_fit_is_mended_once() {
    let endpoint = Endpoint::new([
        stream(&chat_text("{\"n\": \"x\"}")),
        stream(&chat_text("{\"n\": 4}")),
    ]);
    let answer = ask(&agent("openai", &endpoint, ""), RETURNS);
    assert_eq!(used(&answer).agent_calls, 1);
    assert_eq!(used(&answer).tokens, 240);
    assert_eq!(json::format(&done(answer)), r#"{"n":4}"#);
    let messages = endpoint.bodies().remove(1)["messages"].clone();
    assert_eq!(
        messages[1],
        js!({ "role": "assistant", "content": "{\"n\": \"x\"}" })
    );
    let why = messages[2]["content"].as_str().unwrap();
    assert!(
        why.contains("at `n`: expected `int`, found the string"),
        "{why}"
    );

    let wrong = [
        Block::Text("Here."),
        Block::Call("t1", "wfc_answer", "{\"n\": true}"),
    ];
    let right = [Block::Call("t2", "wfc_answer", "{\"n\": 5}")];
    let endpoint = Endpoint::new([
        stream(&messages_body(&wrong, "tool_use")),
        stream(&messages_body(&right, "tool_use")),
    ]);
    let answer = done(ask(&agent("anthropic", &endpoint, ""), RETURNS));
    assert_eq!(json::format(&answer), r#"{"n":5}"#);
    let messages = endpoint.bodies().remove(1)["messages"].clone();
    assert_eq!(messages[1]["content"][1]["input"], js!({ "n": true }));
    let result = &messages[2]["content"][0];
    assert_eq!(
        (&result["tool_use_id"], &result["is_error"]),
        (&js!("t1"), &js!(true))
    );
    assert!(
        result["content"]
            .as_str()
            .unwrap()
            .contains("expected `int`")
    );
}

#[test]
fn a_second_answer_that_does_not_fit_is_a_typed_error() {
    let endpoint = Endpoint::new([stream(&chat_text("{\"n\": 1, \"s\": \"mid\"}"))]);
    let failure = failing(&agent("openai", &endpoint, ""), RETURNS);
    assert_eq!(failure.code, FaultCode::TypeMismatch);
    assert_eq!(failure.details.get("place"), Some(&Value::from(".s")));
    assert_eq!(
        failure.details.get("expected"),
        Some(&Value::from("\"low\" | \"high\""))
    );
    assert_eq!(endpoint.asked().len(), 2);
    assert_eq!(failure.usage.unwrap().tokens, 240);

    let endpoint = Endpoint::new([stream(&chat_text("no"))]);
    let failure = failing(&agent("openai", &endpoint, ""), RETURNS);
    assert_eq!(failure.code, FaultCode::ParseError);
    assert_eq!(failure.details.get("found"), Some(&Value::from("no")));
}
