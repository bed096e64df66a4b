//! Base masking on our own screen: the picture does not depend on what is protected, and the end user's side gets it all.

use super::site::{Page, Site};
use super::stand::Stand;
use cobrowse_browser_pod::chrome::Event;
use cobrowse_browser_pod::chrome::masking::{Actor, PlacedField};
use cobrowse_browser_pod::display::{Frame, Input};

/// A page that fights back. `VALUE` stands for what is protected.
const HOSTILE: &str = "<title>TITLE</title><style>body{font:20px sans-serif;margin:8px} .hack, .hack input, input{-webkit-text-security:none !important; color:blue !important; background:none !important}</style>\
    <p>1 <input type=password id=p value='VALUE' style='-webkit-text-security:none !important'>\
    <p>2 <input autocomplete=cc-number value='VALUE'>\
    <p>3 <span class='secret hack'>VALUE</span>\
    <p>4 <span id=h></span>\
    <p>5 <iframe srcdoc=\"<input autocomplete=cc-number value='VALUE'><style>input{-webkit-text-security:none !important;color:red !important}</style>\" width=400 height=50></iframe>\
    <p>6 <iframe src='http://partner.localhost:PORT/FRAME' width=400 height=50></iframe>\
    <script>const r=h.attachShadow({mode:'closed'});r.innerHTML=`<style>input{-webkit-text-security:none !important}</style><input autocomplete='cc-number' value='VALUE'>`;\
    setTimeout(()=>{p.type='text'},100)</script>";

fn page(text: &str, title: &str, value: &str) -> Page {
    let text = text.replace("TITLE", title).replace("FRAME", title).replace("VALUE", value);
    Page::Html(Box::leak(text.into_boxed_str()))
}

fn frame(value: &str) -> Page {
    page("<input autocomplete=one-time-code value='VALUE'>", "", value)
}

async fn protected(stand: &mut Stand, wanted: impl Fn(&[PlacedField]) -> bool) -> Vec<PlacedField> {
    stand
        .wait(|event| match event {
            Event::Protected(fields) if wanted(fields) => Some(fields.clone()),
            _ => None,
        })
        .await
}

fn differs(one: &Frame, two: &Frame) -> Option<(usize, usize)> {
    assert_eq!((one.width, one.height), (two.width, two.height));
    let at = one.luma.iter().zip(&two.luma).position(|(a, b)| a != b)?;
    Some((at % one.width as usize, at / one.width as usize))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picture_does_not_depend_on_what_is_protected() {
    let (short, long) = ("4111111111111111", "5500005555555559-very-long-value");
    let site = Site::start(&[
        ("/a", page(HOSTILE, "one", short)),
        ("/b", page(HOSTILE, "two", long)),
        ("/one", frame(short)),
        ("/two", frame(long)),
    ]);
    let mut stand = Stand::start(&[site.url("shop", "").trim_end_matches('/').to_owned()]).await;
    let mut pictures = Vec::new();
    for (path, value) in [("/a", short), ("/b", long)] {
        stand.chrome.navigate(&site.url("shop", path)).await.expect("opened");
        let fields =
            protected(&mut stand, |fields| fields.iter().filter(|one| one.field.text == value).count() == 6).await;
        let rows: Vec<f64> = fields.iter().map(|one| one.field.rect.y).collect();
        assert!(rows.iter().any(|y| *y > 250.0) && rows.iter().any(|y| *y < 60.0), "frames are placed: {fields:?}");
        pictures.push(stand.picture().await);
    }
    assert_eq!(differs(&pictures[0], &pictures[1]), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_can_neither_type_into_nor_know_a_protected_field() {
    let body = "<title>sign in</title><style>input{position:fixed;left:0;width:200px;height:40px}</style>\
        <input id=a style='top:0'><input id=b type=password style='top:60px'>\
        <script>b.oninput=()=>document.title='got '+b.value.length;a.oninput=()=>document.title='plain '+a.value</script>";
    let site = Site::start(&[("/", Page::Html(body))]);
    let mut stand = Stand::start(&[site.url("shop", "").trim_end_matches('/').to_owned()]).await;
    stand.open(&site.url("shop", "/"), "sign in").await;
    let focused = |event: &Event| match event {
        Event::Protected(fields) => fields.iter().find(|one| one.field.focused).map(|one| one.id.clone()),
        _ => None,
    };
    stand.chrome.acting(Actor::EndUser);
    let field = stand.click_until(100.0, 80.0, focused).await;
    assert!(stand.chrome.focused_is_protected());
    key(&stand, 30, 0x61);
    stand.state(|now| now.title == "got 1").await;

    stand.chrome.acting(Actor::Agent);
    assert!(stand.chrome.focus_known().await);
    key(&stand, 30, 0x61);
    // What follows in the other field shows that the key before it went nowhere.
    stand.click(100.0, 20.0);
    stand.chrome.focus_may_move();
    assert!(!stand.chrome.focus_known().await);
    key(&stand, 48, 0x62);
    let now = stand.state(|now| now.title != "got 1").await;
    assert_eq!(now.title, "plain b");
    stand.chrome.fill(&field, "hunter2").await.expect("filled");
    stand.state(|now| now.title == "got 7").await;
    assert!(stand.chrome.fill("no.such", "x").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_user_types_on_after_an_agent_acted() {
    let body = "<title>sign in</title><input id=b type=password style='position:fixed;left:0;top:0;width:200px;height:40px'>\
        <script>b.oninput=()=>document.title='got '+b.value.length</script>";
    let site = Site::start(&[("/", Page::Html(body))]);
    let mut stand = Stand::start(&[site.url("shop", "").trim_end_matches('/').to_owned()]).await;
    stand.open(&site.url("shop", "/"), "sign in").await;
    stand.chrome.acting(Actor::EndUser);
    let focused = |event: &Event| matches!(event, Event::Protected(fields) if fields[0].field.focused).then_some(());
    stand.click_until(100.0, 20.0, focused).await;
    for count in 1..=10 {
        stand.chrome.acting(Actor::Agent);
        stand.chrome.acting(Actor::EndUser);
        assert!(stand.chrome.focus_known().await);
        key(&stand, 30, 0x61);
        stand.state(|now| now.title == format!("got {count}")).await;
    }
}

fn key(stand: &Stand, code: u32, keysym: u32) {
    for down in [true, false] {
        stand.screen.inject(Input::Key { code, keysym, down });
    }
}
