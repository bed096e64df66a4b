//! Text focus, the viewer's own pickers, the element at a point, and the end user's language.

use super::site::{Page, Site};
use super::stand::Stand;
use cobrowse_browser_pod::chrome::{Event, PickerKind};
use cobrowse_browser_pod::display::Input;

const FIELDS: &str = "<title>fields</title><style>body{margin:0} input,select,iframe,button{position:fixed;left:0;width:200px;height:40px;border:0;padding:0;margin:0}</style>\
    <input id=a style='top:0' inputmode=numeric><input type=password style='top:60px'>\
    <select id=s style='top:120px'><option value=1>One<optgroup label=G><option value=2>Two</optgroup></select>\
    <iframe src='http://partner.localhost:PORT/frame' style='left:100px;top:200px;width:300px;height:100px'></iframe>\
    <script>s.onchange=()=>document.title='chose '+s.value;</script>";

fn site() -> Site {
    Site::start(&[
        ("/", Page::Html(FIELDS)),
        (
            "/frame",
            Page::Html(
                "<style>body{margin:0}button{position:fixed;left:10px;top:20px;width:50px;height:30px}</style><button>b</button>",
            ),
        ),
        (
            "/who",
            Page::Html(
                "<script>document.title=[navigator.language,Intl.DateTimeFormat().resolvedOptions().timeZone,'ontouchstart' in window].join()</script>",
            ),
        ),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn text_focus_and_boxes_are_told() {
    let site = site();
    let mut stand = Stand::start(&[site.url("shop", "").trim_end_matches('/').to_owned()]).await;
    stand.open(&site.url("shop", "/who"), "nl-NL,Europe/Amsterdam,false").await;
    stand.open(&site.url("shop", "/"), "fields").await;
    let focus = |event: &Event| match event {
        Event::EditFocus { editable: true, protected, input_mode, rect } => {
            Some((*protected, input_mode.clone(), *rect))
        }
        _ => None,
    };
    let (protected, mode, rect) = stand.click_until(50.0, 20.0, focus).await;
    assert_eq!((protected, mode.as_str()), (false, "numeric"));
    let rect = rect.expect("not in a frame");
    assert_eq!((rect.x, rect.y, rect.w, rect.h), (0.0, 0.0, 200.0, 40.0));
    stand.click_until(50.0, 80.0, |event| focus(event).filter(|(protected, ..)| *protected)).await;

    let button = stand.chrome.element_at(120.0, 230.0).await.expect("a button in a frame");
    assert_eq!((button.x, button.y, button.w, button.h), (110.0, 220.0, 50.0, 30.0));
    assert!(stand.chrome.element_at(-5.0, f64::NAN).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finger_gets_the_viewers_own_picker() {
    let site = site();
    let mut stand = Stand::start_with(&[site.url("shop", "").trim_end_matches('/').to_owned()], true).await;
    stand.open(&site.url("shop", "/who"), "nl-NL,Europe/Amsterdam,true").await;
    stand.open(&site.url("shop", "/"), "fields").await;
    let mut found = None;
    for _ in 0..20 {
        stand.screen.inject(Input::TouchDown { id: 0, x: 50.0, y: 140.0 });
        stand.screen.inject(Input::TouchUp { id: 0 });
        let picker = stand.wait(|event| match event {
            Event::Picker { id, picker } => Some((*id, picker.clone())),
            _ => None,
        });
        if let Ok(picker) = tokio::time::timeout(std::time::Duration::from_secs(2), picker).await {
            found = Some(picker);
            break;
        }
    }
    let (id, picker) = found.expect("a picker");
    assert_eq!(picker.kind, PickerKind::Select);
    let labels: Vec<_> =
        picker.options.iter().map(|one| (one.label.as_str(), one.group.as_str(), one.selected)).collect();
    assert_eq!(labels, [("One", "", true), ("Two", "G", false)]);
    stand.chrome.pick(id, Some(&["2".into()])).await.expect("chosen");
    stand.state(|now| now.title == "chose 2").await;
    assert!(stand.chrome.pick(id, Some(&["1".into()])).await.is_err(), "answered already");
}
