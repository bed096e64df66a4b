//! Nothing of people stays in a cluster. All that a session carries is planted: address, typed text, messages, names, secrets. Then all is
//! searched that the cluster kept: etcd's own files with what was overwritten and deleted, every object as the API server gives it out, and
//! every log.

use crate::people::{PATIENCE, Person, Viewer, agent, supported, with};
use crate::program::until;
use crate::search::{Search, files};
use crate::stand::Stand;
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::*;
use std::path::PathBuf;

const QUERY: &str = "planted-query-kestrel";
const FRAGMENT: &str = "planted-fragment-osprey";
const TYPED: &str = "planted-typed-juniper";
const PASTED: &str = "planted-pasted-harbour";
const PROTECTED: &str = "planted-protected-ledger";
const ANSWER: &str = "planted-answer-merlin";
const CHAT: &str = "planted-chat-rowan";
const TITLE: &str = "planted-title-avocet";
const FIELD: &str = "planted-field-plover";
const FILE: &str = "planted-file-dunlin.txt";
const CONTENT: &str = "planted-content-godwit";
const COOKIE: &str = "planted-cookie-curlew";
const ELSEWHERE: &str = "planted-elsewhere-whimbrel";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_people_is_in_etcd_in_any_object_or_in_a_log() {
    let stand = Stand::open("planted").await;
    let replica = stand.replica().await;
    let url = format!("{}/basket?of={QUERY}#{FRAGMENT}", stand.shop());
    let (mut user, pin) = supported(&stand, &replica, &url).await;
    let mut sam = agent(&stand, &replica, "northwind").await;
    let knocking = sam.join(&pin).await.expect("the PIN admits");
    user.allow(&knocking.self_id).await;
    user.until(Phase::Live).await;
    let (mut own, mut sees) = (user.attach().await, sam.attach().await);
    act(&own, &sees).await;
    calls(&mut user).await;
    // The page tells of them too, and it comes through.
    let pod = stand.pod_of(&user.session).await.inside;
    pod.tell(event::Body::Navigation(Navigation {
        url: format!("{}/{ELSEWHERE}", stand.shop()),
        title: TITLE.into(),
        ..Default::default()
    }));
    let field = ProtectedField { text: FIELD.into(), ..Default::default() };
    pod.tell(event::Body::ProtectedFields(ProtectedFields { fields: vec![field] }));
    hears(&mut own, |body| matches!(body, event::Body::ProtectedFields(all) if all.fields[0].text == FIELD)).await;
    hears(&mut sees, |body| matches!(body, event::Body::Navigation(page) if page.title == TITLE)).await;
    let (ticket, session) = (user.ticket().await, user.session.clone());
    let invitation = user.invite(&session, Role::Agent).await.expect("may");
    let name = user.get().await.participants.into_iter().find(|one| one.role() == Role::Agent).expect("is in").name;
    let (email, password) = stand.agent("northwind").await;
    user.end().await;
    user.until(Phase::Ended).await;
    until("the object tells of the end", PATIENCE, || async {
        stand.object(&session)?["status"]["finishReason"].is_string().then_some(())
    })
    .await;
    replica.stop().await;

    let lasting = [
        ("the query", QUERY),
        ("the fragment", FRAGMENT),
        ("typed text", TYPED),
        ("pasted text", PASTED),
        ("a protected text", PROTECTED),
        ("an answer to the page", ANSWER),
        ("a message", CHAT),
        ("a page's title", TITLE),
        ("a protected field", FIELD),
        ("a file's name", FILE),
        ("a file's content", CONTENT),
        ("a cookie", COOKIE),
        ("an address on the way", ELSEWHERE),
        ("the last address's query", "private-query"),
    ];
    let given = [
        ("the PIN", pin.as_str()),
        ("the end user's token", &user.token),
        ("the agent's token", &sam.token),
        ("a ticket", &ticket),
        ("an invitation", &invitation),
        ("the agent's address", &email),
        ("the agent's password", &password),
        ("the agent's name", &name),
    ];
    let found = everywhere(&stand, &Search::new(&[&lasting[..], &given].concat()));
    assert!(found.is_empty(), "of people is in the cluster:\n{}", found.join("\n"));
    finds_what_is_there(&stand, &session);
}

/// What both do on the live stream.
async fn act(own: &Viewer, sees: &Viewer) {
    let text = TextInput { commit: TYPED.into(), ..Default::default() };
    let chat = Guidance { body: Some(guidance::Body::Chat(ChatMessage { text: CHAT.into() })), ..Default::default() };
    for (who, body) in [
        (own, Up::Input(Input { seq: 1, body: Some(input::Body::Text(text.clone())) })),
        (sees, Up::Input(Input { seq: 1, body: Some(input::Body::Text(text)) })),
        (sees, Up::Guidance(chat)),
        (own, command(1, command::Body::ProtectedText(ProtectedText { field_id: "1".into(), text: PROTECTED.into() }))),
        (own, command(2, command::Body::Clipboard(ClipboardText { text: PASTED.into() }))),
        (
            own,
            command(
                3,
                command::Body::Dialog(DialogAnswer { dialog_id: "1".into(), accept: true, prompt_text: ANSWER.into() }),
            ),
        ),
    ] {
        let message = Some(ClientMessage { body: Some(body) });
        who.up.send(AttachRequest { message }).await.expect("the stream is open");
    }
}

fn command(id: u32, body: command::Body) -> Up {
    Up::Command(Command { id, body: Some(body) })
}

/// What the end user does by calls. The pod has no page to do it in, and says so.
async fn calls(user: &mut Person) {
    let part = FilePart { chooser_id: "1".into(), name: FILE.into(), content: CONTENT.into(), ..Default::default() };
    let upload = UploadFileRequest { session_id: user.session.clone(), part: Some(part) };
    user.client.upload_file(with(&user.token, upload)).await.expect_err("there is no page");
    let to = Some(navigate_command::To::Url(format!("https://{ELSEWHERE}.example/?of={QUERY}")));
    let navigate = NavigateRequest { session_id: user.session.clone(), navigate: Some(NavigateCommand { to }) };
    user.client.navigate(with(&user.token, navigate)).await.expect_err("there is no page");
    let mut get = with(&user.token, GetSessionRequest { session_id: user.session.clone() });
    get.metadata_mut().insert("cookie", format!("basket={COOKIE}").parse().expect("a header"));
    user.client.get_session(get).await.expect("may see it");
}

async fn hears(viewer: &mut Viewer, wanted: impl Fn(&event::Body) -> bool) {
    let heard = viewer.find(|body| match body {
        server_message::Body::Event(Event { body: Some(body), .. }) => wanted(body).then_some(()),
        _ => None,
    });
    heard.await.expect("what is planted comes through");
}

/// What the program that started the cluster keeps.
fn run() -> PathBuf {
    std::env::var_os("CLUSTER_RUN").map(PathBuf::from).expect("a cluster of `make cluster-up`, whose disk can be read")
}

/// All that is found in the files of etcd, in what the API server gives out, and in the logs of all programs.
fn everywhere(stand: &Stand, search: &Search) -> Vec<String> {
    let mut found = search.found_in(&run().join("etcd"));
    found.extend(search.found_in(&run().join("log")));
    let logs = stand.logs();
    assert!(logs.len() >= 2, "operator and session-api log");
    found.extend(logs.iter().flat_map(|log| search.found_in(log)));
    found.extend(search.found(objects(stand).as_bytes()));
    found
}

/// Every object of the namespace and every event of the cluster, with who wrote which field.
fn objects(stand: &Stand) -> String {
    let kinds = stand.kubectl(&["api-resources", "--verbs=list", "--namespaced", "-o", "name"]);
    let kinds = kinds.split_whitespace().collect::<Vec<_>>().join(",");
    let own = stand.kubectl(&["get", &kinds, "-o", "json", "--show-managed-fields"]);
    let events = stand.kubectl(&["get", "events", "--all-namespaces", "-o", "json", "--show-managed-fields"]);
    own + &events
}

/// The controls: the same search finds what is there, in each place; and of our kinds nothing but their keys is readable on the disk.
fn finds_what_is_there(stand: &Stand, session: &str) {
    let etcd = run().join("etcd");
    let host = stand.shop();
    let host = host.trim_start_matches("https://");
    let key = format!("/registry/cobrowse.dev/cobrowsesessions/{}/{session}", stand.namespace);
    let (key, host) = (Search::new(&[("the key", &key)]), Search::new(&[("the site", host)]));
    assert!(!key.found_in(&etcd).is_empty(), "the session's key is in etcd: {:?}", files(&etcd));
    assert_eq!(host.found_in(&etcd), [""; 0], "our kinds are readable on the disk");
    assert!(!host.found(objects(stand).as_bytes()).is_empty(), "the API server gives them out");
    let name = Search::new(&[("the session", session)]);
    assert!(!name.found_in(&run().join("log")).is_empty(), "the API server tells who wrote it");
    // The operator's log tells of no session that goes well.
    let told = Search::new(&[("the session", session), ("a leader", "this replica leads")]);
    for log in stand.logs() {
        assert!(!told.found_in(&log).is_empty(), "{} tells what happened", log.display());
    }
}
