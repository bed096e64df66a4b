//! Chrome over the DevTools pipe, taken over by a page: whatever it answers and tells, nobody but the end user is told what is
//! protected, and what is followed stays bounded.

use std::cell::OnceCell;
use std::os::fd::{AsFd, OwnedFd};

use cobrowse_browser_pod::agent::fuzzing::facts_of;
use cobrowse_browser_pod::chrome::fuzzing::Stage;
use cobrowse_browser_pod::chrome::{Event, Settings, Sites, Upload};
use cobrowse_browser_pod::handover::{self, Browser, Note, Order, Socket};
use cobrowse_session::site::HostPattern;
use cobrowse_wire::v1::Audience;

use crate::script::Script;

/// What the page's protected field holds.
const SECRET: &str = "Planted77secret";
const CARD: &str = "4111111111111111";
/// Steps of one input.
const STEPS: usize = 64;

/// Steps: a byte that says what is done, then what it is done with. 0 is a counted message of Chrome.
pub fn target(bytes: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let mut stage = stage();
        let mut script = Script::new(bytes);
        for _ in 0..STEPS {
            if script.is_over() {
                break;
            }
            step(&mut stage, &mut script);
            tokio::task::yield_now().await;
            check(&mut stage);
        }
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        check(&mut stage);
    });
}

fn stage() -> Stage {
    let sites = HostPattern::parse("*.shop.example").into_iter().collect();
    let settings = Settings {
        sites: Sites::new(sites),
        mask_selectors: Vec::new(),
        locale: "nl-NL".into(),
        timezone: "Europe/Amsterdam".into(),
        touch: true,
        size: (390, 844),
        max_tabs: 3,
    };
    let mut stage = Stage::new(side(), settings);
    for message in planted() {
        stage.hear(format!("{message}\0").as_bytes());
    }
    stage
}

/// The tab's page has a protected field.
fn planted() -> [String; 2] {
    let world = r#"{"method":"Runtime.executionContextCreated","sessionId":"S","params":{"context":{"id":1,"origin":"",
        "name":"cobrowse-masking","uniqueId":"1","auxData":{"isDefault":false,"type":"isolated","frameId":"T"}}}}"#;
    let field = |id: &str, text: &str| {
        format!(
            r#"{{"id":"{id}","kind":"card","look":"field","x":20,"y":53,"w":177,"h":21,"text":"{text}","font":13,
            "password":false,"multiline":false,"focused":false,"selection":null}}"#
        )
    };
    let fields = [field("f1", SECRET), field("f2", CARD)].join(",");
    let report = format!(r#"{{"kind":"fields","sequence":1,"fields":[{fields}],"frames":[],"zoom":null}}"#);
    let params = serde_json::json!({ "name": "cobrowseReport", "payload": report, "executionContextId": 1 });
    let call = serde_json::json!({ "method": "Runtime.bindingCalled", "sessionId": "S", "params": params });
    [world.to_owned(), call.to_string()]
}

/// A browser side that refuses everything; one for all inputs of a thread.
fn side() -> Browser {
    thread_local!(static SIDE: OnceCell<Browser> = const { OnceCell::new() });
    SIDE.with(|side| side.get_or_init(start_side).clone())
}

fn start_side() -> Browser {
    let (ours, theirs) = Socket::pair().expect("a socket pair");
    let (ours, theirs) = (Socket::new(ours), Socket::new(theirs));
    let started = Note::Started { downloads: "/downloads".into(), extension: "/extension".into() };
    let nothing: OwnedFd = tempfile::tempfile().expect("a file").into();
    theirs.send(&started, &[nothing.as_fd(); 3]).expect("sent");
    let side = handover::accept(ours).expect("handed over").browser;
    std::thread::spawn(move || {
        while let Ok((order, _)) = theirs.receive::<Order>() {
            let (Order::Put { id, .. } | Order::Take { id, .. } | Order::Remove { id, .. }) = order;
            let _ = theirs.send(&Note::Failed { id, reason: "not here".into() }, &[]);
        }
    });
    side
}

fn step(stage: &mut Stage, script: &mut Script<'_>) {
    let chrome = stage.chrome();
    match script.byte() {
        1 => stage.acting(script.bit()),
        2 => chrome.focus_may_move(),
        3 => drop(chrome.redact(&String::from_utf8_lossy(script.counted()))),
        4 => {
            let url = script.text();
            tokio::spawn(async move { drop(chrome.navigate(&url).await) });
        }
        5 => {
            let back = script.bit();
            tokio::spawn(async move { if back { drop(chrome.back().await) } else { drop(chrome.forward().await) } });
        }
        6 => {
            let (x, y) = (script.coordinate(), script.coordinate());
            tokio::spawn(async move { drop(chrome.element_at(x, y).await) });
        }
        7 => {
            let (id, accept, text) = (u64::from(script.byte()), script.bit(), script.text());
            tokio::spawn(async move { drop(chrome.answer_dialog(id, accept, Some(&text)).await) });
        }
        8 => {
            let (id, value) = (u64::from(script.byte()), script.text());
            tokio::spawn(async move { drop(chrome.pick(id, Some(&[value])).await) });
        }
        9 => {
            let (id, name) = (u64::from(script.byte()), script.text());
            let files = vec![Upload { name, content: bytes::Bytes::from_static(b"content") }];
            tokio::spawn(async move { drop(chrome.choose_files(id, files).await) });
        }
        10 => {
            let (field, text) = (script.text(), script.text());
            tokio::spawn(async move { drop(chrome.fill(&field, &text).await) });
        }
        11 => {
            let (close, tab) = (script.bit(), script.text());
            tokio::spawn(async move {
                if close { drop(chrome.close(&tab).await) } else { drop(chrome.activate(&tab).await) }
            });
        }
        12 => chrome.lay_out(script.number(), script.number()),
        // A part of a message, as a pipe may cut it.
        13 => stage.hear(script.counted()),
        _ => {
            stage.hear(script.counted());
            stage.hear(b"\0");
        }
    }
}

fn check(stage: &mut Stage) {
    for event in stage.told() {
        is_bounded(&event);
        for (audience, body) in facts_of(event) {
            if audience != Audience::EndUser {
                let mut bytes = Vec::new();
                body.encode(&mut bytes);
                is_clean(&bytes);
            }
        }
    }
    let [tabs, frames, worlds, dialogs, downloads] = stage.held();
    assert!(tabs <= 3 && frames <= 2_048 && worlds <= 1_024 && dialogs <= 64 && downloads <= 20);
    for question in stage.asked() {
        assert_eq!(question.last(), Some(&0), "a message ends with a zero");
        let message = &question[..question.len() - 1];
        let read: serde_json::Value = serde_json::from_slice(message).expect("a question is JSON");
        assert!(read["id"].is_u64() && read["method"].is_string() && !message.contains(&0));
        leads_to_a_site(&read);
    }
}

/// The top level goes nowhere but to the sites, whatever is asked.
fn leads_to_a_site(question: &serde_json::Value) {
    if question["method"] == "Page.navigate" {
        let url = question["params"]["url"].as_str().expect("an address");
        let authority = url.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next());
        let host = authority.unwrap_or_default().to_ascii_lowercase();
        assert!(url == "about:blank" || host.ends_with(".shop.example"), "{url}");
    }
}

fn is_bounded(event: &Event) {
    if let Event::Protected(fields) = event {
        assert!(fields.len() <= 400);
    }
    if let Event::Dialog(dialog) = event {
        assert!(dialog.message.chars().count() <= 2_000 && dialog.default_text.chars().count() <= 2_000);
    }
}

fn is_clean(bytes: &[u8]) {
    for secret in [SECRET, CARD] {
        let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "what is protected goes to others: {}", String::from_utf8_lossy(bytes));
    }
}
