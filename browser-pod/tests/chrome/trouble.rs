//! Pages that fail: bad certificates, nobody there, crashes, and Chrome's own end.

use super::site::{Page, Site};
use super::stand::Stand;
use super::{tree, untrusted};
use cobrowse_browser_pod::chrome::{Error, Event};

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_certificate_is_refused_and_told() {
    let untrusted = untrusted::start().await;
    let mut stand = Stand::start(&[format!("https://{untrusted}")]).await;
    // Whether the answer says it too is up to Chrome; the event is the contract.
    let _ = stand.chrome.navigate(&format!("https://{untrusted}/")).await;
    let host = stand.wait(|event| match event {
        Event::CertificateInvalid { host } => Some(host.clone()),
        _ => None,
    });
    assert_eq!(host.await, untrusted);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_and_a_crash_are_told_and_a_reload_helps() {
    let site = Site::start(&[("/", Page::Html("<title>here</title>"))]);
    let mut stand =
        Stand::start(&[site.url("shop", "").trim_end_matches('/').to_owned(), "http://gone.localhost:9".into()]).await;
    let _ = stand.chrome.navigate("http://gone.localhost:9/").await;
    let failed = stand.wait(|event| match event {
        Event::LoadFailed { host, code } => Some((host.clone(), code.clone())),
        _ => None,
    });
    let (host, code) = failed.await;
    assert_eq!(host, "gone.localhost:9");
    assert!(code.starts_with("ERR_"), "{code}");

    stand.open(&site.url("shop", "/"), "here").await;
    let crashed = |event: &Event| matches!(event, Event::Crashed).then_some(());
    for process in tree::below(stand.launcher()).iter().filter(|one| one.command.contains("--type=renderer")) {
        process.kill();
    }
    stand.wait(crashed).await;
    stand.chrome.reload().await.expect("reloaded");
    stand.state(|now| now.title == "here" && now.loading).await;
    stand.state(|now| now.title == "here" && !now.loading).await;

    let all = tree::below(stand.launcher());
    all.iter().find(|one| !one.command.contains("--type=")).expect("Chrome").kill();
    stand.wait(|event| matches!(event, Event::Gone).then_some(())).await;
    let exit = stand.chrome.exited().await;
    assert_eq!(exit.reason.as_deref(), Some("ended by signal 9"));
    assert!(stand.chrome.reload().await.is_err(), "a clear error");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_never_answers_is_an_error_in_time() {
    let site = Site::start(&[("/silent", Page::Silent), ("/", Page::Html("<title>here</title>"))]);
    let mut stand = Stand::start(&[site.url("shop", "").trim_end_matches('/').to_owned()]).await;
    stand.open(&site.url("shop", "/"), "here").await;
    let silent = stand.chrome.navigate(&site.url("shop", "/silent")).await;
    assert!(matches!(silent, Err(Error::Timeout(_))), "{silent:?}");
    assert_eq!(stand.chrome.navigation().title, "here", "the page before it stays");
    stand.open(&site.url("shop", "/?again"), "here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_cannot_keep_the_pointer() {
    let body = "<title>game</title><body style='height:100vh'><script>
        onmousedown = async (e) => {
          if (e.clientX > 200) return void (document.title = `free at ${e.clientX} ${document.pointerLockElement}`);
          const heard = new Promise((done) => (document.onpointerlockerror = () => done('told')));
          document.title = await document.body.requestPointerLock().catch((error) => error.name) + ' ' + (await heard) };</script>";
    let site = Site::start(&[("/", Page::Html(body))]);
    let mut stand = Stand::start(&[site.url("shop", "").trim_end_matches('/').to_owned()]).await;
    stand.open(&site.url("shop", "/"), "game").await;
    let refused = |event: &Event| match event {
        Event::Navigation(now) if now.title != "game" => Some(now.title.clone()),
        _ => None,
    };
    assert_eq!(stand.click_until(100.0, 100.0, refused).await, "NotSupportedError told");
    stand.click(300.0, 100.0);
    stand.state(|now| now.title == "free at 300 null").await;
}
