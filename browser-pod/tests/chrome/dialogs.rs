//! A page's questions.

use super::site::{Page, Site};
use super::stand::Stand;
use cobrowse_browser_pod::chrome::{Dialog, DialogKind, Event};

fn dialog(event: &Event) -> Option<Dialog> {
    match event {
        Event::Dialog(dialog) => Some(dialog.clone()),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_told_answered_and_limited() {
    let site = Site::start(&[
        (
            "/",
            Page::Html(
                "<title>ask</title><script>setTimeout(()=>{document.title=[confirm('sure?'),prompt('name','Sam')].join()})</script>",
            ),
        ),
        (
            "/many",
            Page::Html(
                "<title>many</title><script>setTimeout(()=>{for(let i=0;i<100;i++)alert(i);document.title='over'})</script>",
            ),
        ),
        (
            "/passkey",
            Page::Html(
                "<title>passkey</title><script>navigator.credentials.get({publicKey:{challenge:new Uint8Array(32)}}).catch(e=>document.title=e.name)</script>",
            ),
        ),
    ]);
    let mut stand = Stand::start(&[site.url("shop", "").trim_end_matches('/').to_owned()]).await;
    stand.chrome.navigate(&site.url("shop", "/")).await.expect("opened");
    let asked = stand.wait(dialog).await;
    assert_eq!((asked.kind, asked.message.as_str()), (DialogKind::Confirm, "sure?"));
    assert_eq!(asked.origin, site.url("shop", ""));
    stand.chrome.answer_dialog(asked.id, true, None).await.expect("answered");
    let asked = stand.wait(dialog).await;
    assert_eq!((asked.kind, asked.default_text.as_str()), (DialogKind::Prompt, "Sam"));
    stand.chrome.answer_dialog(asked.id, true, Some("Ada")).await.expect("answered");
    stand.state(|now| now.title == "true,Ada").await;
    assert!(stand.chrome.answer_dialog(asked.id, true, None).await.is_err(), "closed already");

    stand.chrome.navigate(&site.url("shop", "/many")).await.expect("opened");
    let mut count = 0;
    while let Some(asked) = stand
        .wait(|event| match event {
            Event::Dialog(dialog) => Some(Some(dialog.clone())),
            Event::DialogLimit => Some(None),
            _ => None,
        })
        .await
    {
        count += 1;
        stand.chrome.answer_dialog(asked.id, true, None).await.expect("answered");
    }
    assert_eq!(count, 20);
    stand.state(|now| now.title == "over").await;

    stand.open(&site.url("shop", "/passkey"), "NotAllowedError").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_asks_again_and_again_before_it_is_left_is_left() {
    let stay = "<title>stay</title><body style='height:100vh' onmousedown=\"location.assign('/left')\">
        <script>onbeforeunload = (e) => e.preventDefault()</script>";
    let site = Site::start(&[("/", Page::Html(stay)), ("/left", Page::Html("<title>left</title>"))]);
    let mut stand = Stand::start(&[site.url("shop", "").trim_end_matches('/').to_owned()]).await;
    stand.open(&site.url("shop", "/"), "stay").await;
    let mut count = 0;
    let asked = |event: &Event| match event {
        Event::DialogLimit => Some(None),
        event => dialog(event).map(Some),
    };
    while let Some(asked) = stand.click_until(100.0, 100.0, asked).await {
        assert_eq!(asked.kind, DialogKind::BeforeUnload);
        count += 1;
        stand.chrome.answer_dialog(asked.id, false, None).await.expect("answered");
    }
    assert_eq!(count, 20);
    stand.state(|now| now.title == "left").await;
}
