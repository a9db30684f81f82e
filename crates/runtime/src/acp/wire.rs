//! JSON-RPC over lines: one message a line, both ways.

use serde_json::{Value as Json, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

/// The longest message of an agent, in bytes.
pub(super) const MAX_MESSAGE: usize = 16 * 1024 * 1024;

/// How many messages wait to be dealt with, and as many to be read by the agent.
const WAITING: usize = 64;

/// How many lines that are no messages are passed over: programs that greet people on their standard output are not
/// rare.
const MAX_STRAY: usize = 100;

/// A message of the agent.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// It wants an answer.
    Request {
        id: Json,
        method: String,
        params: Json,
    },
    /// It tells.
    Notification { method: String, params: Json },
    /// It answers.
    Answer {
        id: u64,
        result: Result<Json, RpcError>,
    },
    /// It does not speak the protocol: what it does instead.
    Wrong(String),
}

/// An error that the agent answers with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RpcError {
    pub(super) code: i64,
    pub(super) message: String,
}

/// Both directions. Dropping it closes them.
pub(super) struct Wire {
    out: Sender<String>,
    incoming: Receiver<Incoming>,
    tasks: [JoinHandle<()>; 2],
    next: u64,
}

/// The agent does not read what it is sent.
#[derive(Debug)]
pub(super) struct Stuck;

impl Wire {
    pub(super) fn new(
        input: impl AsyncRead + Unpin + Send + 'static,
        output: impl AsyncWrite + Unpin + Send + 'static,
    ) -> Self {
        let (out, lines) = channel(WAITING);
        let (sender, incoming) = channel(WAITING);
        Self {
            out,
            incoming,
            tasks: [
                tokio::spawn(read(input, sender)),
                tokio::spawn(write(output, lines)),
            ],
            next: 0,
        }
    }

    /// The next message; nothing after the end.
    pub(super) async fn next(&mut self) -> Option<Incoming> {
        self.incoming.recv().await
    }

    /// Sends a request; its answer has the number.
    ///
    /// # Errors
    /// When too much is unread.
    pub(super) fn request(&mut self, method: &str, params: &Json) -> Result<u64, Stuck> {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        Ok(id)
    }

    /// Sends a notification.
    ///
    /// # Errors
    /// When too much is unread.
    pub(super) fn notify(&self, method: &str, params: &Json) -> Result<(), Stuck> {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    /// Answers a request of the agent.
    ///
    /// # Errors
    /// When too much is unread.
    pub(super) fn answer(&self, id: &Json, result: Result<Json, RpcError>) -> Result<(), Stuck> {
        self.send(&match result {
            Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
            Err(RpcError { code, message }) => {
                let error = json!({ "code": code, "message": message });
                json!({ "jsonrpc": "2.0", "id": id, "error": error })
            }
        })
    }

    fn send(&self, message: &Json) -> Result<(), Stuck> {
        use tokio::sync::mpsc::error::TrySendError;
        match self.out.try_send(format!("{message}\n")) {
            // An agent that closed its input or ended is seen by its silence.
            Ok(()) | Err(TrySendError::Closed(_)) => Ok(()),
            Err(TrySendError::Full(_)) => Err(Stuck),
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn write(mut output: impl AsyncWrite + Unpin, mut lines: Receiver<String>) {
    while let Some(line) = lines.recv().await {
        let written = output.write_all(line.as_bytes()).await;
        if written.is_err() || output.flush().await.is_err() {
            break;
        }
    }
}

async fn read(mut input: impl AsyncRead + Unpin, sender: Sender<Incoming>) {
    let (mut line, mut stray) = (Vec::new(), 0);
    let mut buffer = vec![0_u8; 16 * 1024];
    loop {
        let bytes = match input.read(&mut buffer).await {
            Ok(n @ 1..) => buffer.get(..n).unwrap_or_default(),
            _ => return,
        };
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            line.extend_from_slice(piece);
            if line.len() > MAX_MESSAGE {
                let what = format!("wrote a message of more than {} MiB", MAX_MESSAGE >> 20);
                let _ = sender.send(Incoming::Wrong(what)).await;
                return;
            }
            if line.last() != Some(&b'\n') {
                continue;
            }
            let message = message(&std::mem::take(&mut line));
            let message = match message {
                Some(message) => message,
                None if stray < MAX_STRAY => {
                    stray += 1;
                    continue;
                }
                None => Incoming::Wrong("writes what is none of the protocol's".to_owned()),
            };
            let over = matches!(message, Incoming::Wrong(_));
            if sender.send(message).await.is_err() || over {
                return;
            }
        }
    }
}

fn message(line: &[u8]) -> Option<Incoming> {
    let Ok(Json::Object(mut fields)) = serde_json::from_slice(line) else {
        return None;
    };
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let (method, id, params) = (take("method"), take("id"), take("params"));
    if let Json::String(method) = method {
        return Some(match id {
            Json::Null => Incoming::Notification { method, params },
            id => Incoming::Request { id, method, params },
        });
    }
    let (id, error) = (id.as_u64()?, take("error"));
    let result = match error {
        Json::Null => Ok(take("result")),
        error => Err(RpcError {
            code: error.get("code").and_then(Json::as_i64).unwrap_or(0),
            message: told(&error),
        }),
    };
    Some(Incoming::Answer { id, result })
}

/// An error's words: many put what went wrong into its data.
fn told(error: &Json) -> String {
    let text = |at: &str| error.pointer(at).and_then(Json::as_str);
    let data = text("/data").or_else(|| text("/data/details"));
    let data = data.or_else(|| text("/data/message"));
    match (text("/message").unwrap_or_default(), data) {
        (message, Some(data)) if !data.is_empty() => format!("{message}: {data}"),
        (message, _) => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart() {
        let read = |line: &str| message(line.as_bytes());
        assert_eq!(
            read(r#"{"jsonrpc":"2.0","id":"a","method":"m","params":{"x":1}}"#),
            Some(Incoming::Request {
                id: json!("a"),
                method: "m".into(),
                params: json!({ "x": 1 })
            })
        );
        assert_eq!(
            read(r#"{"jsonrpc":"2.0","method":"m"}"#),
            Some(Incoming::Notification {
                method: "m".into(),
                params: Json::Null
            })
        );
        assert_eq!(
            read(r#"{"jsonrpc":"2.0","id":3,"result":null}"#),
            Some(Incoming::Answer {
                id: 3,
                result: Ok(Json::Null)
            })
        );
        let error = r#"{"id":3,"error":{"code":-32603,"message":"Internal error","data":{"details":"no key"}}}"#;
        assert_eq!(
            read(error),
            Some(Incoming::Answer {
                id: 3,
                result: Err(RpcError {
                    code: -32603,
                    message: "Internal error: no key".into()
                })
            })
        );
        for stray in [
            "",
            "hello",
            "[1]",
            "{}",
            r#"{"id":"x","result":1}"#,
            "\u{0}",
        ] {
            assert_eq!(read(stray), None, "{stray}");
        }
    }

    fn all(input: Vec<u8>) -> Vec<Incoming> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut wire = Wire::new(std::io::Cursor::new(input), tokio::io::sink());
            let mut out = Vec::new();
            while let Some(message) = wire.next().await {
                out.push(message);
            }
            out
        })
    }

    #[test]
    fn lines_are_read_to_the_end_and_stray_ones_passed_over() {
        let text = "Welcome!\n{\"method\":\"a\"}\r\n\n{\"method\":\"b\"}\n{\"method\":";
        let names: Vec<String> = all(text.into())
            .into_iter()
            .map(|m| match m {
                Incoming::Notification { method, .. } => method,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn endless_lines_and_endless_chatter_are_wrong() {
        let long = all(vec![b'x'; MAX_MESSAGE + 1]);
        assert!(matches!(long.as_slice(), [Incoming::Wrong(_)]), "{long:?}");
        let chatter = all("hello\n".repeat(10_000).into());
        assert!(
            matches!(chatter.as_slice(), [Incoming::Wrong(_)]),
            "{chatter:?}"
        );
    }
}
