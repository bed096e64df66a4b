//! What goes wrong with the browser or the page, as the two people are told of it, and that it is mended.

use cobrowse_wire::v1::event;
use std::time::Instant;

use crate::pod::{PATIENCE, Started};
use crate::site::{Page, Site};
use crate::viewer::{BLUE, GREEN, RED, Viewer};
use crate::{reload, to, untrusted, watched, watched_among};

const HOME: &str = "<title>home</title><body style='margin:0;height:100vh;background:#f00'>";

const NEXT: &str = "<title>next</title><body style='margin:0;height:100vh;background:#0f0'>";

/// Fills memory from the first click on.
const FILLS: &str =
    "<title>fills</title><body style='margin:0;height:100vh;background:#00f' onmousedown='fill()'><script>
    const all = []; let make = (i) => new Uint8Array(1 << 24).fill(i);
    function fill() {
      try { for (let i = 0; i < 8; i++) all.push(make(i)) } catch { make = (i) => new Array(1e6).fill(i + 0.5) }
      setTimeout(fill) }</script>";

/// Asks for all that a stored credential could be, and says in its title what came of it.
const CREDENTIALS: &str = "<title>asks</title><body style='margin:0;height:100vh;background:#00f'><script>
    onmousedown = async () => {
      const challenge = new Uint8Array(32), user = { id: challenge, name: 'a', displayName: 'a' };
      const publicKey = { challenge, rp: { name: 'x' }, user, pubKeyCredParams: [{ type: 'public-key', alg: -7 }] };
      const asked = [
        navigator.credentials.get({ publicKey: { challenge } }), navigator.credentials.get({ password: true }),
        navigator.credentials.get({ otp: { transport: ['sms'] } }),
        navigator.credentials.get({ identity: { providers: [{ configURL: location.origin + '/c', clientId: 'a' }] } }),
        navigator.credentials.create({ publicKey }),
        navigator.credentials.create({ password: { id: 'a', password: 'b' } }),
      ];
      const all = await Promise.allSettled(asked);
      document.title = all.map((one) => one.reason?.name ?? one.status).join(' ');
    }</script>";

/// Asks for everything that Chrome asks people for, in bubbles of its own, and says in its title how many came to an end.
const PERMISSIONS: &str = "<title>asks</title><body style='margin:0;height:100vh;background:#00f'><script>
    const refused = (ask) => new Promise((done) => { try { Promise.resolve(ask()).then(() => done('given'), () => done('refused')) } catch { done('none') } });
    onmousedown = async () => {
      const all = {
        place: () => new Promise((yes, no) => navigator.geolocation.getCurrentPosition(yes, no)),
        notify: () => Notification.requestPermission().then((one) => { if (one !== 'granted') throw one }),
        camera: () => navigator.mediaDevices.getUserMedia({ video: true }), sound: () => navigator.mediaDevices.getUserMedia({ audio: true }),
        screen: () => navigator.mediaDevices.getDisplayMedia(), midi: () => navigator.requestMIDIAccess({ sysex: true }),
        usb: () => navigator.usb.requestDevice({ filters: [] }), serial: () => navigator.serial.requestPort(),
        hid: () => navigator.hid.requestDevice({ filters: [] }).then((all) => { if (all.length === 0) throw all }),
        bluetooth: () => navigator.bluetooth.requestDevice({ acceptAllDevices: true }),
        fonts: () => queryLocalFonts().then((all) => { if (all.length === 0) throw all }),
        screens: () => getScreenDetails(), idle: () => IdleDetector.requestPermission().then((one) => { if (one !== 'granted') throw one }),
        folder: () => showDirectoryPicker(), save: () => showSaveFilePicker(),
      };
      const said = await Promise.all(Object.entries(all).map(async ([name, ask]) => name + ':' + (await refused(ask))));
      document.title = 'asked ' + said.join(' ');
    }</script>";

fn site(pages: &[(&'static str, Page)]) -> Site {
    let mut all = vec![("/", Page::Html(HOME)), ("/green", Page::Html(NEXT))];
    all.extend_from_slice(pages);
    Site::start(&all)
}

/// Waits until both were told this.
async fn told(people: [&mut Viewer; 2], code: &str) {
    for viewer in people {
        let notice = |body: &event::Body| matches!(body, event::Body::Notice(notice) if notice.code == code);
        viewer.fact(|body| notice(body).then_some(())).await;
    }
}

/// The title of a page that has loaded, once it begins like this.
async fn title(viewer: &mut Viewer, start: &str) -> String {
    viewer
        .fact(|body| match body {
            event::Body::Navigation(now) if now.title.starts_with(start) && !now.loading => Some(now.title.clone()),
            _ => None,
        })
        .await
}

/// Has the end user open a blue page and click on it.
async fn open_and_click(end_user: &mut Viewer, url: &str, start: &str) {
    assert!(end_user.command(to(url)).await.ok);
    title(end_user, start).await;
    end_user.wait_for_colour((640, 360), BLUE).await;
    end_user.click((600.0, 300.0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chrome_that_ends_before_enrollment_ends_the_pod_with_the_reason() {
    let mut pod = Started::new().await;
    pod.until_chrome_is_taken_over().await;
    pod.kill_chrome();
    pod.ended("END_REASON_BROWSER_CRASHED").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_crashes_is_told_to_both_and_loaded_again() {
    let site = site(&[]);
    let (pod, mut end_user, mut agent) = watched(&site).await;
    assert!(pod.kill_chromes("--type=renderer") > 0);
    told([&mut end_user, &mut agent], "PageCrashed").await;
    assert!(agent.command(reload()).await.ok);
    for viewer in [&mut end_user, &mut agent] {
        viewer.wait_for_colour((640, 360), RED).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_fills_memory_ends_alone_and_is_loaded_again() {
    let site = site(&[("/fills", Page::Html(FILLS))]);
    let (pod, mut end_user, mut agent) = watched(&site).await;
    open_and_click(&mut end_user, &site.url("shop", "/fills"), "fills").await;
    pod.has_bounded_memory(2 << 30);
    told([&mut end_user, &mut agent], "PageCrashed").await;
    assert!(end_user.command(reload()).await.ok);
    for viewer in [&mut end_user, &mut agent] {
        viewer.wait_for_colour((640, 360), BLUE).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_asks_for_a_stored_credential_is_refused_and_both_are_told() {
    let site = site(&[("/asks", Page::Html(CREDENTIALS))]);
    let (_pod, mut end_user, mut agent) = watched(&site).await;
    open_and_click(&mut end_user, &site.url("shop", "/asks"), "asks").await;
    told([&mut end_user, &mut agent], "PasskeyUnsupported").await;
    assert_eq!(title(&mut agent, "NotAllowed").await, ["NotAllowedError"; 6].join(" "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_asks_for_a_permission_gets_a_refusal_and_nothing_waits() {
    let site = site(&[("/asks", Page::Html(PERMISSIONS))]);
    let (_pod, mut end_user, _agent) = watched(&site).await;
    open_and_click(&mut end_user, &site.url("shop", "/asks"), "asks").await;
    let said = title(&mut end_user, "asked ").await;
    assert!(said.contains("place:refused") && !said.contains("given"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_never_answers_is_an_error_and_the_next_page_opens() {
    let site = site(&[("/silent", Page::Silent)]);
    let (_pod, mut end_user, mut agent) = watched(&site).await;
    let asked = Instant::now();
    let answer = end_user.command(to(&site.url("shop", "/silent"))).await;
    assert_eq!((answer.ok, answer.reason.as_str()), (false, "Timeout"));
    assert!(asked.elapsed() < PATIENCE / 2, "{:?}", asked.elapsed());
    assert!(agent.command(to(&site.url("shop", "/green"))).await.ok);
    for viewer in [&mut end_user, &mut agent] {
        viewer.wait_for_colour((640, 360), GREEN).await;
        assert!(!viewer.was_told("PageCrashed"), "the page before it is not to blame");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_takes_its_time_is_not_waited_for_when_another_page_is_wanted() {
    let site = site(&[("/silent", Page::Silent)]);
    let (_pod, mut end_user, mut agent) = watched(&site).await;
    end_user.send_command(to(&site.url("shop", "/silent"))).await;
    let loads = |body: &event::Body| matches!(body, event::Body::Navigation(now) if now.loading);
    agent.fact(|body| loads(body).then_some(())).await;
    let asked = Instant::now();
    assert!(agent.command(to(&site.url("shop", "/green"))).await.ok);
    assert!(asked.elapsed() < PATIENCE / 2, "{:?}", asked.elapsed());
    for viewer in [&mut end_user, &mut agent] {
        viewer.wait_for_colour((640, 360), GREEN).await;
        assert!(!viewer.was_told("PageCrashed"), "a page that answers is not ended");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_certificate_is_told_to_both_and_the_next_page_opens() {
    let (site, untrusted) = (site(&[]), untrusted::start().await);
    let (_pod, mut end_user, mut agent) =
        watched_among(&site, "/", (640, 360), &[format!("https://{untrusted}")]).await;
    agent.send_command(to(&format!("https://{untrusted}/"))).await;
    told([&mut end_user, &mut agent], "CertificateInvalid").await;
    assert!(end_user.command(to(&site.url("shop", "/green"))).await.ok);
    for viewer in [&mut end_user, &mut agent] {
        viewer.wait_for_colour((640, 360), GREEN).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ways_out_of_the_sites_are_refused_and_told_to_both() {
    let away = "http://evil.localhost:PORT/";
    let script = "<title>script</title><script>location = 'http://evil.localhost:PORT/script'</script>";
    let popup = "<title>popup</title><script>setTimeout(() => open('http://evil.localhost:PORT/popup'))</script>";
    let pages = [("/away", Page::Redirect(away)), ("/script", Page::Html(script)), ("/popup", Page::Html(popup))];
    let site = site(&pages);
    let (_pod, mut end_user, mut agent) = watched(&site).await;
    for (path, _) in &pages {
        // Whether it counts as opened is up to how it leads away.
        agent.send_command(to(&site.url("shop", path))).await;
        told([&mut end_user, &mut agent], "SiteNotAllowed").await;
    }
    assert_eq!(site.asked("evil"), Vec::<String>::new());
}
