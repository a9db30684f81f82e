//! An endpoint on the loopback that answers as it is told, and what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json};

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    /// By names in small letters.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Json,
}

/// An answer: what is sent, and how.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    head: String,
    body: Vec<u8>,
    /// How many bytes are sent at once; all of them without a number.
    piece: usize,
    pause: Duration,
    /// Whether the connection stays open behind the body, in silence.
    hang: bool,
    /// Whether the body is sent in chunks, the last of which never comes.
    cut: bool,
}

impl Answer {
    pub(crate) fn new(status: &str, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            head: format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nconnection: close\r\n"),
            body: body.into(),
            ..Self::default()
        }
    }

    pub(crate) fn header(mut self, line: &str) -> Self {
        self.head.push_str(line);
        self.head.push_str("\r\n");
        self
    }

    pub(crate) fn in_pieces(mut self, piece: usize, pause: Duration) -> Self {
        (self.piece, self.pause) = (piece, pause);
        self
    }

    pub(crate) fn and_silence(mut self) -> Self {
        self.hang = true;
        self
    }

    pub(crate) fn cut_off(mut self) -> Self {
        self.cut = true;
        self
    }
}

pub(crate) fn stream(body: &str) -> Answer {
    Answer::new("200 OK", "text/event-stream; charset=utf-8", body)
}

/// A stream of chat completions: `delta`s, then why it ended and what it used.
pub(crate) fn chat_body(deltas: &[Json], finish: &str, usage: (u64, u64)) -> String {
    let mut out = String::from(": keep-alive\n\n");
    let chunk = |choices: Json, usage: Json| {
        let chunk = json!({ "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": choices, "usage": usage });
        format!("data: {chunk}\n\n")
    };
    for delta in deltas {
        let choice = json!([{ "index": 0, "delta": delta, "finish_reason": null }]);
        out += &chunk(choice, Json::Null);
    }
    let choice = json!([{ "index": 0, "delta": {}, "finish_reason": finish }]);
    out += &chunk(choice, Json::Null);
    let (input, output) = usage;
    let cached = json!({ "cached_tokens": input / 2 });
    let usage = json!({ "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
        "prompt_tokens_details": cached });
    out += &chunk(json!([]), usage);
    out + "data: [DONE]\n\n"
}

/// A text as chat completions stream it, a few characters at a time.
pub(crate) fn chat_text(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut deltas = vec![json!({ "role": "assistant", "content": "" })];
    deltas.extend(
        chars
            .chunks(3)
            .map(|piece| json!({ "content": piece.iter().collect::<String>() })),
    );
    chat_body(&deltas, "stop", (100, 20))
}

/// Calls of tools as chat completions stream them: (id, name, arguments).
pub(crate) fn chat_calls(calls: &[(&str, &str, &str)]) -> String {
    let mut deltas = Vec::new();
    for (index, (id, name, arguments)) in calls.iter().enumerate() {
        let function = json!({ "name": name, "arguments": "" });
        deltas.push(json!({ "tool_calls": [
            { "index": index, "id": id, "type": "function", "function": function }
        ] }));
        let chars: Vec<char> = arguments.chars().collect();
        for piece in chars.chunks(2) {
            let function = json!({ "arguments": piece.iter().collect::<String>() });
            deltas.push(json!({ "tool_calls": [{ "index": index, "function": function }] }));
        }
    }
    chat_body(&deltas, "tool_calls", (100, 20))
}

/// A block of a message of Anthropic's.
pub(crate) enum Block<'a> {
    Text(&'a str),
    /// Id, name, arguments.
    Call(&'a str, &'a str, &'a str),
}

/// A stream of messages.
pub(crate) fn messages_body(blocks: &[Block<'_>], stop: &str) -> String {
    let mut out = String::new();
    let mut event = |data: Json| {
        let name = data["type"].as_str().unwrap().to_owned();
        out += &format!("event: {name}\ndata: {data}\n\n");
    };
    let usage = json!({ "input_tokens": 60, "cache_read_input_tokens": 30,
        "cache_creation_input_tokens": 10, "output_tokens": 1 });
    event(
        json!({ "type": "message_start", "message": { "id": "m1", "type": "message",
        "role": "assistant", "content": [], "model": "m", "stop_reason": null, "usage": usage } }),
    );
    event(json!({ "type": "ping" }));
    for (index, block) in blocks.iter().enumerate() {
        let (start, deltas): (Json, Vec<Json>) = match block {
            Block::Text(text) => {
                let chars: Vec<char> = text.chars().collect();
                let pieces = chars.chunks(3).map(
                    |piece| json!({ "type": "text_delta", "text": piece.iter().collect::<String>() }),
                );
                (json!({ "type": "text", "text": "" }), pieces.collect())
            }
            Block::Call(id, name, arguments) => {
                let chars: Vec<char> = arguments.chars().collect();
                let pieces = chars.chunks(2).map(|piece| {
                    json!({ "type": "input_json_delta", "partial_json": piece.iter().collect::<String>() })
                });
                (
                    json!({ "type": "tool_use", "id": id, "name": name, "input": {} }),
                    pieces.collect(),
                )
            }
        };
        event(json!({ "type": "content_block_start", "index": index, "content_block": start }));
        for delta in deltas {
            event(json!({ "type": "content_block_delta", "index": index, "delta": delta }));
        }
        event(json!({ "type": "content_block_stop", "index": index }));
    }
    event(
        json!({ "type": "message_delta", "delta": { "stop_reason": stop, "stop_sequence": null },
        "usage": { "output_tokens": 20 } }),
    );
    event(json!({ "type": "message_stop" }));
    out
}

/// The server: the first answer to the first request, and so on; the last one to all further ones.
pub(crate) struct Endpoint {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Endpoint {
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers: Vec<Answer> = answers.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let told = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, told, answers) = (stream.unwrap(), told.clone(), answers.clone());
                std::thread::spawn(move || {
                    let _ = serve(&stream, &answers, &told);
                    let _ = stream.shutdown(Shutdown::Both);
                });
            }
        });
        Self { url, asked }
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The bodies of what it was asked so far.
    pub(crate) fn bodies(&self) -> Vec<Json> {
        self.asked().into_iter().map(|asked| asked.body).collect()
    }
}

fn serve(
    mut stream: &TcpStream,
    answers: &[Answer],
    told: &Mutex<Vec<Asked>>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let asked = Asked {
        line: line.trim().to_owned(),
        headers,
        body: serde_json::from_slice(&body).unwrap(),
    };
    let at = {
        let mut told = told.lock().unwrap();
        told.push(asked);
        told.len() - 1
    };
    let answer = answers.get(at).or(answers.last()).unwrap();
    let chunked = if answer.cut {
        "transfer-encoding: chunked\r\n"
    } else {
        ""
    };
    write!(stream, "{}{chunked}\r\n", answer.head)?;
    let piece = match answer.piece {
        0 => answer.body.len().max(1),
        piece => piece,
    };
    for bytes in answer.body.chunks(piece) {
        if answer.cut {
            write!(stream, "{:x}\r\n", bytes.len())?;
        }
        stream.write_all(bytes)?;
        if answer.cut {
            stream.write_all(b"\r\n")?;
        }
        std::thread::sleep(answer.pause);
    }
    if answer.hang {
        // Until the client hangs up.
        let _ = reader.read(&mut [0])?;
    }
    Ok(())
}
