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

/// Says what is in its fields in a title, in questions, and in the address of the next page.
const TALKS: &str = "<title>start</title><input id=p type=password style='position:fixed;left:0;top:0;width:200px;height:40px'>\
    <div style='height:3000px'></div><input id=far type=password><input id=c autocomplete=one-time-code><script>\
    far.value='out-of-view';c.value='4821';p.oninput=()=>{const all=[p.value,far.value,c.value,'4111 1111 1111 1111'].join(' ');\
    document.title='T '+all;setTimeout(()=>{confirm('C '+all);prompt('P '+all,all);location.assign('/next/'+encodeURIComponent(p.value))},200)}</script>";

#[tokio::test(flavor = "multi_thread")]
async fn no_title_question_or_address_says_what_is_protected() {
    let next = "<title>next</title><script>document.title='N hünter 22 out-of-view 4821'</script>";
    let pages = [("/", Page::Html(TALKS)), ("/next/h%C3%BCnter%2022", Page::Html(next))];
    let site = Site::start(&pages);
    let mut stand = Stand::start(&[site.url("shop", "").trim_end_matches('/').to_owned()]).await;
    stand.chrome.navigate(&site.url("shop", "/")).await.expect("opened");
    let fields = protected(&mut stand, |fields| !fields.is_empty()).await;
    stand.chrome.acting(Actor::EndUser);
    stand.chrome.fill(&fields[0].id, "hünter 22").await.expect("filled");
    stand.state(|now| now.title == "T •••• •••• •••• ••••").await;
    for (kind, default_text) in [("C", ""), ("P", "•••• •••• •••• ••••")] {
        let asked = stand.wait(|event| match event {
            Event::Dialog(asked) => Some(asked.clone()),
            _ => None,
        });
        let asked = asked.await;
        assert_eq!(
            (asked.message, asked.default_text),
            (format!("{kind} •••• •••• •••• ••••"), default_text.to_owned())
        );
        stand.chrome.answer_dialog(asked.id, true, None).await.expect("answered");
    }
    let now = stand.state(|now| now.title == "N •••• •••• ••••").await;
    assert!(now.shared_url.ends_with("/next/••••"), "{}", now.shared_url);
    assert!(now.tabs.iter().all(|tab| tab.title == now.title), "{now:?}");
}

/// What Chrome shows of a value outside of the page's text. `VALUE` stands for what is protected.
const SHOWN: &str = "<title>shown</title><style>body{font:20px sans-serif;margin:8px}*{caret-color:transparent}</style>\
    <div id=tip title='VALUE' style='position:fixed;left:20px;top:20px;width:100px;height:40px;background:#ccc'></div>\
    <select style='position:fixed;left:20px;top:80px;width:200px;height:40px'><option>VALUE<option>VALUE<optgroup label='VALUE'><option label='VALUE'>b</optgroup></select>\
    <div id=d draggable=true style='position:fixed;left:300px;top:20px'>VALUE</div>\
    <div style='position:fixed;left:20px;top:250px'><input placeholder='VALUE'><br><input type=button value='VALUE'><br><img alt='VALUE' src='/none' width=300 height=30><br>\
    <svg width=300 height=30><title>VALUE</title><text y=20>VALUE</text></svg><br><b id=late>x</b></div>\
    <script>d.ondragstart=e=>{e.dataTransfer.setData('text/plain','VALUE');e.dataTransfer.setDragImage(d,0,0)};\
    setTimeout(()=>{late.title='VALUE';late.textContent='VALUE'},50)</script>";

#[tokio::test(flavor = "multi_thread")]
async fn tooltips_lists_placeholders_buttons_and_dragged_pictures_show_nothing() {
    let values = ["4111111111111111", "5500 0055 5555 5559"];
    let site = Site::start(&[("/a", page(SHOWN, "", values[0])), ("/b", page(SHOWN, "", values[1]))]);
    let mut stand = Stand::start(&[site.url("shop", "").trim_end_matches('/').to_owned()]).await;
    let mut pictures = Vec::new();
    for path in ["/a", "/b"] {
        stand.screen.inject(Input::Move { x: 630.0, y: 470.0 });
        stand.chrome.navigate(&site.url("shop", path)).await.expect("opened");
        stand.state(|now| now.url.ends_with(path) && now.title == "shown" && !now.loading).await;
        let mut all = vec![stand.picture().await];
        // A tooltip comes within half a second.
        for x in [60.0, 62.0, 64.0] {
            stand.screen.inject(Input::Move { x, y: 40.0 });
        }
        all.push(stand.picture().await);
        // The list opens at the end user's own device alone.
        stand.click(100.0, 100.0);
        let picker = stand.wait(|event| match event {
            Event::Picker { id, picker } => Some((*id, picker.options[0].label.clone())),
            _ => None,
        });
        let (id, label) = picker.await;
        assert!(values.contains(&label.as_str()), "{label}");
        all.push(stand.picture().await);
        stand.chrome.pick(id, None).await.expect("cancelled");
        for (code, keysym) in [(57, 0x20), (28, 0xff0d), (62, 0xffc1)] {
            for down in [true, false] {
                stand.screen.inject(Input::Key { code, keysym, down });
            }
            all.push(stand.picture().await);
        }
        stand.screen.inject(Input::Move { x: 320.0, y: 30.0 });
        stand.screen.inject(Input::Button { code: 0x110, down: true });
        for x in [330.0, 360.0, 400.0] {
            stand.screen.inject(Input::Move { x, y: 150.0 });
        }
        all.push(stand.picture().await);
        stand.screen.inject(Input::Button { code: 0x110, down: false });
        pictures.push(all);
    }
    for (number, (one, two)) in pictures[0].iter().zip(&pictures[1]).enumerate() {
        assert_eq!(differs(one, two), None, "picture {number}");
    }
}

fn key(stand: &Stand, code: u32, keysym: u32) {
    for down in [true, false] {
        stand.screen.inject(Input::Key { code, keysym, down });
    }
}
