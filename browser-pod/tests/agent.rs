//! The whole pod: the real program under `supervise`, real Chromium, enrollment and mutual TLS, and assertions on decoded
//! pixels and on what the page itself knows.

#[path = "agent/containers.rs"]
mod containers;
#[allow(dead_code, reason = "the gateway serves other tests too, which use more of it")]
#[path = "egress/gateway.rs"]
mod gateway;
#[path = "agent/impostors.rs"]
mod impostors;
#[path = "agent/listeners.rs"]
mod listeners;
#[path = "agent/pod.rs"]
mod pod;
#[path = "agent/processes.rs"]
mod processes;
#[path = "agent/recorder.rs"]
mod recorder;
#[allow(dead_code, reason = "the scanner serves other tests too, which use more of it")]
#[path = "../../identity/tests/listener/scan.rs"]
mod scan;
#[path = "agent/side_ways.rs"]
mod side_ways;
#[path = "agent/sight.rs"]
mod sight;
#[allow(dead_code, reason = "the website serves other tests too, which use more of it")]
#[path = "chrome/site.rs"]
mod site;
#[path = "agent/trouble.rs"]
mod trouble;
#[path = "chrome/untrusted.rs"]
mod untrusted;
#[allow(dead_code, reason = "viewers serve other tests too, which use more of them")]
#[path = "agent/viewer.rs"]
mod viewer;
#[path = "agent/way_out.rs"]
mod way_out;
#[path = "agent/workers.rs"]
mod workers;

use cobrowse_wire::v1::{self, command, event, navigate_command, server_message};
use pod::{AGENT, END_USER, Pod};
use rustix::process::Signal;
use site::{Page, Site};
use viewer::{BLUE, GREEN, RED, Viewer};

/// Red; green once clicked, blue once a key was typed.
const COLOURS: &str = "<title>Colours</title><body style='margin:0;height:100vh;background:#f00'
    onmousedown=\"document.body.style.background='#0f0'\" onkeydown=\"document.body.style.background='#00f'\">";

/// A card number at the top, a file below it, a link to a file at the bottom.
const FORM: &str = "<title>Form</title><body style='margin:0;background:#f00'>
    <input autocomplete=cc-number style='position:absolute;left:0;top:0;width:400px;height:60px'>
    <input type=file onchange='document.title = this.files[0].name + \" \" + this.files[0].size'
      style='position:absolute;left:0;top:200px;width:400px;height:60px'>
    <a href=/file style='position:absolute;left:0;top:400px;width:400px;height:60px;background:#fff'>file</a>";

/// Its title says which keys it got. O opens a green one in a tab, C closes it.
const KEYS: &str = "<title>none</title><body style='margin:0;height:100vh;background:#f00'><a href=/keys>1</a><a href=/keys>2</a>
    <script>if (location.hash) document.body.style.background = location.hash; let heard = ''; addEventListener('keydown', ({ key }) => { document.title = heard += key + ' ';
      if (key === 'o') window.open('/keys#0f0'); if (key === 'c') window.close(); })</script>";

fn site() -> Site {
    let file = Page::File("notes.txt", b"what the page offers".repeat(20_000));
    Site::start(&[
        ("/", Page::Html(COLOURS)),
        ("/form", Page::Html(FORM)),
        ("/keys", Page::Html(KEYS)),
        ("/file", file),
    ])
}

/// The content of the first protected field, once it has this many characters.
fn protected(length: usize) -> impl FnMut(&event::Body) -> Option<String> {
    move |body| match body {
        event::Body::ProtectedFields(fields) => {
            fields.fields.first().map(|field| field.text.clone()).filter(|text| text.len() == length)
        }
        _ => None,
    }
}

/// A pod that shows the colours, with the end user and an agent watching.
async fn watched(site: &Site) -> (Pod, Viewer, Viewer) {
    watched_at(site, "/", (640, 360)).await
}

/// The same on another page, which is red at this point.
async fn watched_at(site: &Site, path: &str, red: (usize, usize)) -> (Pod, Viewer, Viewer) {
    watched_among(site, path, red, &[]).await
}

/// The same where people may go to more sites.
async fn watched_among(site: &Site, path: &str, red: (usize, usize), more: &[String]) -> (Pod, Viewer, Viewer) {
    let mut pod = Pod::start().await;
    pod.bind(&[&[site.host("shop")], more].concat()).await;
    let mut end_user = pod.attach(END_USER, v1::Codec::H264).await;
    pod.open(&site.url("shop", path)).await.expect("a first picture");
    pod.admit(AGENT).await.expect("admitted");
    let mut agent = pod.attach(AGENT, v1::Codec::H264).await;
    end_user.wait_for_colour(red, RED).await;
    agent.wait_for_colour(red, RED).await;
    (pod, end_user, agent)
}

fn to(url: &str) -> command::Body {
    let to = Some(navigate_command::To::Url(url.to_owned()));
    command::Body::Navigate(v1::NavigateCommand { to })
}

fn reload() -> command::Body {
    command::Body::Navigate(v1::NavigateCommand { to: Some(navigate_command::To::Reload(true)) })
}

/// Lets the agent see, and act and point or not.
fn permit_agent(on: bool) -> command::Body {
    let permissions = v1::Permissions { view: true, point: on, act: on, clipboard: false };
    command::Body::Permit(v1::PermitCommand { participant_id: AGENT.into(), permissions: Some(permissions) })
}

/// A word beside the page.
fn text(text: &str) -> v1::guidance::Body {
    v1::guidance::Body::Text(v1::TextLabel { at: Some(v1::Point { x: 5.0, y: 5.0 }), text: text.into() })
}

fn pause() -> command::Body {
    command::Body::Pause(v1::PauseCommand {})
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_see_one_page_and_act_in_it_until_the_end() {
    let site = site();
    let (mut pod, mut end_user, mut agent) = watched(&site).await;
    agent.click((600.0, 300.0)).await;
    end_user.wait_for_colour((640, 360), GREEN).await;
    agent.wait_for_colour((1_279, 719), GREEN).await;
    end_user.key("KeyA", "a").await;
    agent.wait_for_colour((640, 360), BLUE).await;
    assert!(end_user.command(command::Body::End(v1::EndCommand {})).await.ok);
    for viewer in [&mut end_user, &mut agent] {
        let closed = viewer.closed().await;
        assert_eq!((closed.reason.as_str(), closed.end_reason()), ("Ended", v1::EndReason::EndUser));
    }
    pod.ended("END_REASON_END_USER").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_blanks_the_agent_and_continue_shows_the_page_again() {
    let site = site();
    let (pod, mut end_user, mut agent) = watched(&site).await;
    assert_eq!(agent.command(pause()).await.reason, "NotAllowed");
    let pressed = std::time::Instant::now();
    end_user.send_command(pause()).await;
    let blank = agent.wait(|body| match body {
        server_message::Body::Blank(blank) => Some(blank.pause_epoch),
        _ => None,
    });
    assert_eq!(blank.await, 1);
    let took = pressed.elapsed();
    assert!(took < std::time::Duration::from_millis(200), "Blank took {took:?}");
    agent.click((600.0, 300.0)).await;
    end_user.click((600.0, 300.0)).await;
    end_user.wait_for_colour((640, 360), GREEN).await;
    agent.expect_no_picture().await;
    assert!(end_user.command(command::Body::Resume(v1::ResumeCommand {})).await.ok);
    agent.wait_for_colour((640, 360), GREEN).await;
    drop(pod);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_without_h264_gets_jpeg_pictures_of_the_same_page() {
    let site = site();
    let (pod, mut end_user, _agent) = watched(&site).await;
    let mut agent = pod.attach(AGENT, v1::Codec::Jpeg).await;
    let red = agent.wait_for_jpeg(&[]).await;
    end_user.click((10.0, 10.0)).await;
    agent.wait_for_jpeg(&red).await;
    drop(pod);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_is_not_allowed_fails_the_start_with_its_reason() {
    let site = site();
    let mut pod = Pod::start().await;
    pod.bind(&[site.host("shop")]).await;
    assert_eq!(pod.open(&site.url("other", "/")).await, Err("SiteNotAllowed".to_owned()));
    assert!(site.asked("other").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_was_admitted_attaches_and_only_to_the_bound_session() {
    let site = site();
    let mut pod = Pod::start().await;
    let refused = |status: tonic::Status| pod::reason(&status);
    let early = pod.try_attach(END_USER, v1::Codec::H264).await.map(drop).expect_err("not bound");
    assert_eq!(refused(early), "NotBound");
    pod.bind(&[site.host("shop")]).await;
    pod.bind(&[site.host("shop")]).await;
    assert_eq!(refused(pod.bind_as("s-other").await.expect_err("another session")), "OtherSession");
    let stranger = pod.try_attach(AGENT, v1::Codec::H264).await.map(drop).expect_err("not admitted");
    assert_eq!(refused(stranger), "NotParticipant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_another_authority_is_not_served() {
    let pod = Pod::start().await;
    assert!(pod.try_as_stranger().await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_that_is_killed_leaves_nothing() {
    let site = site();
    let (mut pod, _end_user, _agent) = watched(&site).await;
    let processes = pod.processes();
    assert!(processes.len() > 4, "{processes:?}");
    pod.kill();
    processes::wait_until_gone(&processes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guidance_reaches_the_others_with_its_author() {
    let site = site();
    let (_pod, mut end_user, agent) = watched(&site).await;
    let at = Some(v1::Point { x: 10_000.0, y: 5.0 });
    let label = v1::TextLabel { at, text: "here".into() };
    agent.guide(v1::guidance::Body::Text(label)).await;
    let got = end_user.wait(|body| match body {
        server_message::Body::Event(v1::Event { body: Some(event::Body::Guidance(guidance)), .. }) => {
            Some(guidance.clone())
        }
        _ => None,
    });
    let got = got.await;
    assert_eq!(got.participant_id, AGENT);
    let wanted = v1::TextLabel { at: Some(v1::Point { x: 1_279.0, y: 5.0 }), text: "here".into() };
    assert_eq!(got.body, Some(v1::guidance::Body::Text(wanted)));
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_holds_while_chrome_stands_still() {
    let site = site();
    let (pod, mut end_user, mut agent) = watched(&site).await;
    agent.click((600.0, 300.0)).await;
    end_user.wait_for_colour((640, 360), GREEN).await;
    pod.signal_chrome(Signal::STOP);
    let pressed = std::time::Instant::now();
    end_user.send_command(pause()).await;
    agent.wait(|body| matches!(body, server_message::Body::Blank(_)).then_some(())).await;
    assert!(pressed.elapsed() < std::time::Duration::from_millis(200), "{:?}", pressed.elapsed());
    agent.key("KeyA", "a").await;
    pod.signal_chrome(Signal::CONT);
    assert!(end_user.command(command::Body::Resume(v1::ResumeCommand {})).await.ok);
    agent.wait_for_colour((640, 360), GREEN).await;
    end_user.key("KeyA", "a").await;
    agent.wait_for_colour((640, 360), BLUE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_gets_the_first_key_before_anybody_clicked() {
    let site = site();
    let (_pod, mut end_user, mut agent) = watched_at(&site, "/keys", (900, 600)).await;
    let titled = |title: &'static str| {
        move |body: &event::Body| matches!(body, event::Body::Navigation(now) if now.title == title).then_some(())
    };
    end_user.key("Tab", "Tab").await;
    agent.fact(titled("Tab")).await;
    agent.key("KeyO", "o").await;
    agent.wait_for_colour((900, 600), GREEN).await;
    agent.key("Tab", "Tab").await;
    agent.fact(titled("Tab")).await;
    end_user.key("KeyC", "c").await;
    agent.fact(titled("Tab o")).await;
    end_user.key("Tab", "Tab").await;
    agent.fact(titled("Tab o Tab")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_end_user_switched_off_the_pod_itself_refuses() {
    let site = site();
    let (_pod, mut end_user, mut agent) = watched_at(&site, "/keys", (900, 600)).await;
    assert!(end_user.command(permit_agent(false)).await.ok);
    agent.click((900.0, 600.0)).await;
    agent.key("KeyX", "x").await;
    agent.guide(text("refused")).await;
    // Its answer comes after whatever became of what was sent before.
    let refused = agent.command(reload()).await;
    assert_eq!((refused.ok, refused.reason.as_str()), (false, "NotPermitted"));
    assert!(end_user.command(permit_agent(true)).await.ok);
    agent.key("KeyY", "y").await;
    agent.guide(text("allowed")).await;
    let first = end_user.fact(|body| match body {
        event::Body::Guidance(guidance) => Some(guidance.body.clone()),
        _ => None,
    });
    assert_eq!(first.await, Some(text("allowed")));
    let titled = agent.fact(|body| match body {
        event::Body::Navigation(now) if now.title.contains('y') => Some(now.title.clone()),
        _ => None,
    });
    assert_eq!(titled.await, "y");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_number_is_the_end_users_alone_and_agents_cannot_type_there() {
    let site = site();
    let (_pod, mut end_user, mut agent) = watched_at(&site, "/form", (900, 600)).await;
    end_user.click((100.0, 30.0)).await;
    end_user.digits("4111111111111111").await;
    assert_eq!(end_user.fact(protected(16)).await, "4111111111111111");
    agent.click((200.0, 30.0)).await;
    agent.digits("9").await;
    let blocked = |body: &event::Body| {
        matches!(body, event::Body::Notice(notice) if notice.code == "AgentTypingBlocked").then_some(())
    };
    agent.fact(blocked).await;
    end_user.digits("2").await;
    let text = end_user.fact(protected(17)).await;
    assert_eq!(text.matches('2').count(), 1, "{text}");
    assert!(!text.contains('9'), "an agent typed into a protected field: {text}");
    assert!(!agent.heard("4111"), "the card number reached the agent");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_user_alone_gives_and_gets_files() {
    let site = site();
    let (mut pod, mut end_user, mut agent) = watched_at(&site, "/form", (900, 600)).await;
    agent.click((100.0, 230.0)).await;
    let chooser = end_user.fact(|body| match body {
        event::Body::FileChooser(chooser) if chooser.open => Some(chooser.id.clone()),
        _ => None,
    });
    let chooser = chooser.await;
    let refused = pod.upload(AGENT, &chooser, "a.txt", b"x").await.expect_err("an agent's file");
    assert_eq!(pod::reason(&refused), "NotAllowed");
    pod.upload(END_USER, &chooser, "dir/a.txt", &vec![b'x'; 250_000]).await.expect("taken");
    let titled =
        |body: &event::Body| matches!(body, event::Body::Navigation(now) if now.title == "a.txt 250000").then_some(());
    agent.fact(titled).await;
    end_user.click((100.0, 430.0)).await;
    let download = end_user.fact(|body| match body {
        event::Body::Download(download) if download.complete => Some((download.id.clone(), download.name.clone())),
        _ => None,
    });
    let (id, name) = download.await;
    assert_eq!(name, "notes.txt");
    assert_eq!(pod.download(END_USER, &id).await.expect("read").len(), 400_000);
    assert!(pod.download(AGENT, &id).await.is_err());
}
