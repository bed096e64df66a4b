//! The DevTools pipe: JSON messages with a NUL after each, questions with numbers, events in order. It knows no page and no
//! rule.

use super::Error;
use super::protocol::{Command, Event};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc as blocking};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Bytes of one message from Chrome that are kept. What fields hold, as the masking extension reports it, is the largest that
/// anybody wants. A page makes larger ones as it likes, by its console and what it throws; those are passed over.
const MAX_MESSAGE: usize = 32 << 20;
/// Questions without an answer at one time. Beyond it a page is driving us, or Chrome hangs.
const MAX_WAITING: usize = 4_096;
/// Messages waiting to be written while Chrome does not read.
const MAX_QUEUE: usize = 1_024;
/// How long Chrome may take to answer.
pub(crate) const ANSWER: Duration = Duration::from_secs(10);
/// How long it may take to its first answer: it starts meanwhile, with others on the same machine.
pub(crate) const START: Duration = Duration::from_secs(40);

/// One event, and the session (page, frame or worker) it comes from; none for the browser itself.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) session: Option<Arc<str>>,
    pub(crate) event: Event,
}

/// Asks Chrome. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Cdp {
    queue: blocking::SyncSender<Vec<u8>>,
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Debug, Default)]
struct Waiting {
    last: u64,
    gone: bool,
    asked: HashMap<u64, oneshot::Sender<Result<Value, Error>>>,
}

#[derive(Serialize)]
struct Question<'a, C> {
    id: u64,
    method: &'static str,
    params: &'a C,
    #[serde(rename = "sessionId", skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
}

/// What a message is about. The rest is passed over without being kept.
#[derive(Deserialize)]
struct Head<'a> {
    id: Option<u64>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    params: Value,
    #[serde(default)]
    result: Value,
    error: Option<Refusal>,
    #[serde(rename = "sessionId")]
    session: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    message: String,
}

/// Who asks, who hears, and what goes between them and the pipe.
pub(crate) struct Ends {
    pub(crate) cdp: Cdp,
    /// Takes what Chrome writes.
    pub(crate) reader: Reader,
    /// What Chrome is to read.
    pub(crate) queued: blocking::Receiver<Vec<u8>>,
    /// What Chrome told.
    pub(crate) arrived: mpsc::UnboundedReceiver<Arrived>,
}

/// All but the pipe.
pub(crate) fn ends() -> Ends {
    let (queue, queued) = blocking::sync_channel::<Vec<u8>>(MAX_QUEUE);
    // Unbounded here, because the reader must go on to find answers among the events; Chrome sends no event without an
    // act of a page, and `Chrome` reads them without ever waiting for an answer.
    let (arrive, arrived) = mpsc::unbounded_channel();
    let waiting = Arc::new(Mutex::new(Waiting::default()));
    let reader = Reader { split: Split::default(), waiting: Arc::clone(&waiting), arrive };
    Ends { cdp: Cdp { queue, waiting }, reader, queued, arrived }
}

/// Starts reading and writing. The events end when Chrome is gone.
pub(crate) fn open(from: OwnedFd, to: OwnedFd) -> Result<(Cdp, mpsc::UnboundedReceiver<Arrived>), Error> {
    let Ends { cdp, reader, queued, arrived } = ends();
    let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
        std::thread::Builder::new().name(name.into()).spawn(run).map_err(Error::Start)
    };
    spawn("cdp-in", Box::new(move || read(File::from(from), reader)))?;
    spawn("cdp-out", Box::new(move || write(File::from(to), &queued)))?;
    Ok((cdp, arrived))
}

impl Cdp {
    /// Asks and waits for the answer.
    pub(crate) async fn ask<C: Command>(&self, session: Option<&str>, command: C) -> Result<C::Answer, Error> {
        self.ask_within(ANSWER, session, command).await
    }

    /// Asks and waits so long for the answer.
    pub(crate) async fn ask_within<C: Command>(
        &self,
        patience: Duration,
        session: Option<&str>,
        command: C,
    ) -> Result<C::Answer, Error> {
        let (id, answer) = self.post(session, &command)?;
        let answered = tokio::time::timeout(patience, answer).await;
        let value = match answered {
            Ok(Ok(answer)) => answer?,
            Ok(Err(_)) => return Err(Error::Gone),
            Err(_) => {
                lock(&self.waiting).asked.remove(&id);
                return Err(Error::Timeout(C::METHOD));
            }
        };
        serde_json::from_value(value).map_err(|error| Error::Malformed(C::METHOD, error))
    }

    /// Asks without waiting: for what Chrome does in order and cannot refuse in a way that matters.
    pub(crate) fn tell<C: Command>(&self, session: Option<&str>, command: C) {
        if let Err(error) = self.post(session, &command) {
            tracing::debug!(method = C::METHOD, %error, "Chrome was not told");
        }
    }

    /// Asks at once; the answer may be waited for later.
    pub(crate) fn post<C: Command>(&self, session: Option<&str>, command: &C) -> Result<(u64, Answer), Error> {
        let (tell, answer) = oneshot::channel();
        let id = {
            let mut waiting = lock(&self.waiting);
            if waiting.gone {
                return Err(Error::Gone);
            }
            if waiting.asked.len() >= MAX_WAITING {
                return Err(Error::Busy);
            }
            waiting.last += 1;
            let id = waiting.last;
            waiting.asked.insert(id, tell);
            id
        };
        let question = Question { id, method: C::METHOD, params: command, session };
        let mut bytes = serde_json::to_vec(&question).map_err(|error| Error::Malformed(C::METHOD, error))?;
        bytes.push(0);
        self.queue.try_send(bytes).map_err(|error| {
            lock(&self.waiting).asked.remove(&id);
            match error {
                blocking::TrySendError::Full(_) => Error::Busy,
                blocking::TrySendError::Disconnected(_) => Error::Gone,
            }
        })?;
        Ok((id, answer))
    }
}

pub(crate) type Answer = oneshot::Receiver<Result<Value, Error>>;

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write(mut to: File, queued: &blocking::Receiver<Vec<u8>>) {
    // Chrome's end shows at the reader.
    while let Ok(bytes) = queued.recv() {
        if to.write_all(&bytes).is_err() {
            return;
        }
    }
}

fn read(mut from: File, mut reader: Reader) {
    let mut part = vec![0_u8; 256 << 10];
    loop {
        let count = match from.read(&mut part) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        reader.feed(&part[..count]);
    }
    let mut waiting = lock(&reader.waiting);
    waiting.gone = true;
    waiting.asked.clear();
}

/// Takes the bytes that Chrome writes.
pub(crate) struct Reader {
    split: Split,
    waiting: Arc<Mutex<Waiting>>,
    arrive: mpsc::UnboundedSender<Arrived>,
}

impl Reader {
    /// Takes more bytes and passes every whole message on.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        let (waiting, arrive) = (&self.waiting, &self.arrive);
        self.split.feed(bytes, |message| sort(message, waiting, arrive));
    }
}

/// Gives an answer to who asked and an event to the listener. Anything else is dropped: Chrome is not trusted to be right.
fn sort(bytes: &[u8], waiting: &Mutex<Waiting>, arrive: &mpsc::UnboundedSender<Arrived>) {
    let unknown = || tracing::warn!(bytes = bytes.len(), "Chrome sent what is no DevTools message");
    let Ok(head) = serde_json::from_slice::<Head<'_>>(bytes) else { return unknown() };
    // Most of what a page can make much of is nothing to anybody: it is not read any further.
    let wanted = head.id.is_some() || head.method.as_deref().is_some_and(Event::is_wanted);
    if !wanted {
        return;
    }
    let Ok(message) = serde_json::from_slice::<Message>(bytes) else { return unknown() };
    if let Some(id) = head.id {
        if let Some(asked) = lock(waiting).asked.remove(&id) {
            let answer = message.error.map_or(Ok(message.result), |error| Err(Error::Refused(error.message)));
            // Nobody may be waiting any more.
            let _ = asked.send(answer);
        }
        return;
    }
    let Some(method) = head.method else { return };
    match Event::read(&method, message.params) {
        Some(Ok(event)) => {
            // The listener ends with the session.
            let _ = arrive.send(Arrived { session: message.session.map(Arc::from), event });
        }
        Some(Err(error)) => tracing::warn!(%method, %error, "an event of Chrome was not understood"),
        None => {}
    }
}

/// Cuts a stream of bytes at its NULs, and leaves out what is longer than the limit.
#[derive(Debug, Default)]
pub(crate) struct Split {
    rest: Vec<u8>,
    /// The message that comes is too long, and is passed over to its end.
    passing: bool,
}

impl Split {
    /// Takes more bytes and calls `each` with every whole message.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8])) {
        while let Some(at) = bytes.iter().position(|byte| *byte == 0) {
            let (end, after) = (&bytes[..at], &bytes[at + 1..]);
            if self.rest.is_empty() && !self.passing && end.len() <= MAX_MESSAGE {
                each(end);
            } else {
                self.keep(end);
                if !std::mem::take(&mut self.passing) {
                    each(&self.rest);
                }
                self.rest = Vec::new();
            }
            bytes = after;
        }
        self.keep(bytes);
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.passing {
            return;
        }
        if self.rest.len() + bytes.len() <= MAX_MESSAGE {
            return self.rest.extend_from_slice(bytes);
        }
        tracing::warn!(limit = MAX_MESSAGE, "Chrome sent a message beyond the limit; it is passed over");
        self.passing = true;
        self.rest = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_MESSAGE, Split};
    use proptest::prelude::*;

    #[test]
    fn an_endless_message_is_passed_over_and_the_next_one_is_not() {
        let mut split = Split::default();
        let mut seen = Vec::new();
        let part = vec![b'x'; MAX_MESSAGE];
        for bytes in [&b"one\0"[..], &part, b"y", &part, b"z\0two\0", &part, b"\0"] {
            split.feed(bytes, |message| seen.push(message.len()));
            assert!(split.rest.len() <= MAX_MESSAGE, "{}", split.rest.len());
        }
        assert_eq!(seen, [3, 3, MAX_MESSAGE]);
    }

    proptest! {
        #[test]
        fn messages_come_out_however_they_are_cut(
            messages in prop::collection::vec(prop::collection::vec(1_u8.., 0..40), 0..20),
            cut in 1_usize..50,
        ) {
            let stream: Vec<u8> = messages.iter().flat_map(|one| one.iter().copied().chain([0])).collect();
            let mut split = Split::default();
            let mut seen = Vec::new();
            for part in stream.chunks(cut) {
                split.feed(part, |message| seen.push(message.to_vec()));
            }
            prop_assert_eq!(seen, messages);
        }
    }
}
