//! Stands on the DevTools pipe between Chrome and the pod, passes everything on, and says things to Chrome of its own.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use super::stand::PATIENCE;

/// Questions from here have ids from this one on; the pod never comes so far.
const OWN: u64 = 1_000_000_000;

pub(crate) struct Pipe {
    to_chrome: Arc<Mutex<File>>,
    extension: Arc<Mutex<Option<String>>>,
    asked: u64,
    answers: Receiver<serde_json::Value>,
}

/// Gives the ends for the pod and the pipe itself.
pub(crate) fn between(cdp_in: OwnedFd, cdp_out: OwnedFd) -> (OwnedFd, OwnedFd, Pipe) {
    let (pod_in, to_pod) = rustix::pipe::pipe().expect("a pipe");
    let (from_pod, pod_out) = rustix::pipe::pipe().expect("a pipe");
    let to_chrome = Arc::new(Mutex::new(File::from(cdp_out)));
    let extension = Arc::new(Mutex::new(None));
    let (seen, to) = (Arc::clone(&extension), Arc::new(Mutex::new(File::from(to_pod))));
    let (answered, answers) = channel();
    pass(File::from(cdp_in), to, move |message| {
        let message: serde_json::Value = serde_json::from_slice(message).expect("JSON");
        if let Some(id) = message["result"]["id"].as_str() {
            *seen.lock().expect("no panic while held") = Some(id.to_owned());
        }
        let own = message["id"].as_u64().is_some_and(|id| id >= OWN);
        if own {
            answered.send(message).expect("somebody asked");
        }
        !own
    });
    pass(File::from(from_pod), Arc::clone(&to_chrome), |_| true);
    (pod_in, pod_out, Pipe { to_chrome, extension, asked: OWN, answers })
}

/// Passes whole messages on that are wanted there, until one side closes.
fn pass(mut from: File, to: Arc<Mutex<File>>, wanted: impl Fn(&[u8]) -> bool + Send + 'static) {
    std::thread::spawn(move || {
        let (mut rest, mut part) = (Vec::new(), vec![0; 1 << 16]);
        while let Ok(count @ 1..) = from.read(&mut part) {
            rest.extend_from_slice(&part[..count]);
            while let Some(end) = rest.iter().position(|byte| *byte == 0) {
                let message: Vec<u8> = rest.drain(..=end).collect();
                let passed =
                    !wanted(&message[..end]) || to.lock().expect("no panic while held").write_all(&message).is_ok();
                if !passed {
                    return;
                }
            }
        }
    });
}

impl Pipe {
    /// Takes the masking extension out of Chrome.
    pub(crate) fn remove_extension(&mut self) {
        // The runtime of the test has other threads for what happens meanwhile.
        let id = self.extension.lock().expect("no panic while held").clone().expect("it was loaded");
        self.asked += 1;
        let message = serde_json::json!({"id": self.asked, "method": "Extensions.uninstall", "params": {"id": id}});
        let bytes = format!("{message}\0").into_bytes();
        self.to_chrome.lock().expect("no panic while held").write_all(&bytes).expect("Chrome reads");
        let answer = self.answers.recv_timeout(PATIENCE).expect("an answer in time");
        assert!(answer["error"].is_null(), "{answer}");
    }
}
