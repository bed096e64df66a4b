//! Log lines of child processes, passed on as lines of this one, under the target of whoever wrote them.

use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::ChildStderr;

/// Bytes of one line.
const LINE_BYTES: usize = 8 * 1024;

/// Whose lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// A pod's: the fields of each line are in one of its own.
    Pod,
    /// The gateway's: they are beside level and message.
    Gateway,
}

/// Passes lines on until there are no more.
pub(super) async fn pass_on(stderr: ChildStderr, of: Of) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    loop {
        line.clear();
        let limit = u64::try_from(LINE_BYTES).unwrap_or(u64::MAX);
        match (&mut reader).take(limit).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => one(&line, of),
        }
    }
}

/// One line: JSON of the same house, or whatever a library wrote.
fn one(line: &[u8], of: Of) {
    let Some(Line { level, message, rest }) = read(line, of) else {
        let line = String::from_utf8_lossy(line);
        match of {
            Of::Pod => tracing::info!(target: "browser_pod", line = %line.trim_end(), "a pod says"),
            Of::Gateway => tracing::info!(target: "egress", line = %line.trim_end(), "the egress gateway says"),
        }
        return;
    };
    match (of, level.as_str()) {
        (Of::Pod, "ERROR") => tracing::error!(target: "browser_pod", rest, "{message}"),
        (Of::Pod, "WARN") => tracing::warn!(target: "browser_pod", rest, "{message}"),
        (Of::Pod, "INFO") => tracing::info!(target: "browser_pod", rest, "{message}"),
        (Of::Pod, _) => tracing::debug!(target: "browser_pod", rest, "{message}"),
        (Of::Gateway, "ERROR") => tracing::error!(target: "egress", rest, "{message}"),
        (Of::Gateway, "WARN") => tracing::warn!(target: "egress", rest, "{message}"),
        (Of::Gateway, "INFO") => tracing::info!(target: "egress", rest, "{message}"),
        (Of::Gateway, _) => tracing::debug!(target: "egress", rest, "{message}"),
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Line {
    level: String,
    message: String,
    /// What else it says, as JSON.
    rest: String,
}

fn read(line: &[u8], of: Of) -> Option<Line> {
    let mut line: Map<String, Value> = serde_json::from_slice(line).ok()?;
    let Some(Value::String(level)) = line.remove("level") else { return None };
    let mut fields = match of {
        Of::Pod => match line.remove("fields") {
            Some(Value::Object(fields)) => fields,
            _ => return None,
        },
        Of::Gateway => {
            line.retain(|name, _| !matches!(name.as_str(), "timestamp" | "target"));
            line
        }
    };
    let message = fields.remove("message").and_then(|message| message.as_str().map(str::to_owned));
    let rest = if fields.is_empty() { String::new() } else { Value::Object(fields).to_string() };
    Some(Line { level, message: message.unwrap_or_default(), rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_lines_are_read() {
        let pod = br#"{"timestamp":"t","level":"WARN","fields":{"message":"slow","ms":3},"target":"x"}"#;
        let wanted = |level: &str, message: &str, rest: &str| {
            Some(Line { level: level.to_owned(), message: message.to_owned(), rest: rest.to_owned() })
        };
        assert_eq!(read(pod, Of::Pod), wanted("WARN", "slow", r#"{"ms":3}"#));
        let gateway = br#"{"timestamp":"t","level":"INFO","target":"egress","host":"a.example","decision":"Allowed"}"#;
        assert_eq!(read(gateway, Of::Gateway), wanted("INFO", "", r#"{"decision":"Allowed","host":"a.example"}"#));
        assert_eq!(read(pod, Of::Gateway).map(|line| line.message), Some(String::new()));
        for broken in [b"panicked".as_slice(), b"{}", b"[1]", br#"{"level":"INFO"}"#] {
            assert_eq!(read(broken, Of::Pod), None);
        }
    }
}
