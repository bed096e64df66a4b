//! Where the top level may go, and that nothing of ours reaches another place.

use super::site::{Page, Site};
use super::stand::Stand;
use cobrowse_browser_pod::chrome::{Error, Event};

const HOME: &str = "<title>home</title><a id=out href='http://evil.localhost:PORT/link'>out</a>\
    <iframe src='http://partner.localhost:PORT/frame'></iframe>";

fn site() -> Site {
    Site::start(&[
        ("/", Page::Html(HOME)),
        ("/two", Page::Html("<title>two</title>")),
        ("/frame", Page::Html("<title>frame</title>")),
        ("/away", Page::Redirect("http://evil.localhost:PORT/redirected")),
        ("/inside", Page::Redirect("http://shop.localhost:PORT/two")),
        ("/script", Page::Html("<title>script</title><script>location='http://evil.localhost:PORT/script'</script>")),
        (
            "/form",
            Page::Html(
                "<title>form</title><form method=post action='http://evil.localhost:PORT/post'><input name=a value=b></form><script>document.forms[0].submit()</script>",
            ),
        ),
        ("/frames", Page::Html("<title>frames</title><iframe src='/bust'></iframe>")),
        ("/bust", Page::Html("<script>try{top.location='http://evil.localhost:PORT/top'}catch(e){}</script>")),
        (
            "/popup",
            Page::Html("<title>popup</title><script>setTimeout(()=>open('/two','x','width=300,height=200'))</script>"),
        ),
        (
            "/blank",
            Page::Html(
                "<title>blank</title><a id=a href='/two' target=_blank>x</a><script>setTimeout(()=>a.click())</script>",
            ),
        ),
        (
            "/popup-out",
            Page::Html(
                "<title>popup-out</title><script>setTimeout(()=>open('http://evil.localhost:PORT/popup'))</script>",
            ),
        ),
        (
            "/many",
            Page::Html(
                "<title>many</title><script>setTimeout(()=>{for(let i=0;i<100;i++)open('/two','w'+i)})</script>",
            ),
        ),
    ])
}

fn pattern(site: &Site) -> Vec<String> {
    vec![site.url("shop", "").trim_end_matches('/').to_owned()]
}

fn blocked(event: &Event) -> Option<String> {
    match event {
        Event::Blocked { host } => Some(host.clone()),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sites_open_with_history_and_frames_from_elsewhere() {
    let site = site();
    let mut stand = Stand::start(&pattern(&site)).await;
    stand.open(&site.url("shop", "/?q=secret"), "home").await;
    let now = stand.open(&site.url("shop", "/two"), "two").await;
    let now = if now.can_go_back { now } else { stand.state(|now| now.can_go_back).await };
    assert!(!now.can_go_forward, "{now:?}");
    assert_eq!(site.asked("partner"), ["/frame"]);
    stand.chrome.back().await.expect("back");
    let now = stand.state(|now| now.title == "home" && now.can_go_forward).await;
    assert!(!now.can_go_back, "the blank page before the first is no page: {now:?}");
    assert_eq!(now.url, site.url("shop", "/?q=secret"));
    stand.chrome.forward().await.expect("forward");
    stand.state(|now| now.title == "two" && now.can_go_back).await;
    stand.chrome.reload().await.expect("reload");
    stand.open(&site.url("shop", "/inside"), "two").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_way_leads_out_of_the_sites() {
    let site = site();
    let mut stand = Stand::start(&pattern(&site)).await;
    stand.open(&site.url("shop", "/"), "home").await;
    for url in
        [site.url("evil", "/"), "data:text/html,x".into(), "file:///etc/passwd".into(), "chrome://version".into()]
    {
        let refused = stand.chrome.navigate(&url).await;
        assert!(matches!(refused, Err(Error::SiteNotAllowed { .. })), "{url}: {refused:?}");
    }
    for path in ["/away", "/script", "/form", "/frames"] {
        stand.chrome.navigate(&site.url("shop", path)).await.expect("a page of the site");
        let host = stand.wait(blocked).await;
        assert_eq!(host, site.host("evil"), "{path}");
    }
    assert_eq!(site.asked("evil"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn popups_become_tabs_in_front_within_the_limit() {
    let site = site();
    let mut stand = Stand::start(&pattern(&site)).await;
    stand.chrome.navigate(&site.url("shop", "/popup")).await.expect("opened");
    let now = stand.state(|now| now.title == "two" && now.tabs.len() == 2).await;
    let popup = now.tabs.iter().find(|tab| tab.active).expect("one in front").id.clone();
    stand.chrome.close(&popup).await.expect("closed");
    let now = stand.state(|now| now.tabs.len() == 1).await;
    assert_eq!(now.title, "popup");
    assert!(matches!(stand.chrome.close(&now.tabs[0].id).await, Err(Error::NoSuch(_))), "the last tab stays");

    // A tab that has no opener has no process either until it runs.
    stand.chrome.navigate(&site.url("shop", "/blank")).await.expect("opened");
    let now = stand.state(|now| now.title == "two" && now.tabs.len() == 2).await;
    let blank = now.tabs.iter().find(|tab| tab.active).expect("one in front").id.clone();
    stand.chrome.close(&blank).await.expect("closed");
    stand.state(|now| now.tabs.len() == 1 && now.title == "blank").await;

    stand.chrome.navigate(&site.url("shop", "/popup-out")).await.expect("opened");
    assert_eq!(stand.wait(blocked).await, site.host("evil"));
    stand.state(|now| now.tabs.len() == 1 && now.title == "popup-out").await;
    assert_eq!(site.asked("evil"), Vec::<String>::new());

    stand.chrome.navigate(&site.url("shop", "/many")).await.expect("opened");
    // Of a hundred at once twenty are windows, and of these two have a place.
    for _ in 0..18 {
        stand.wait(|event| matches!(event, Event::TabLimit).then_some(())).await;
        assert!(stand.chrome.navigation().tabs.len() <= 3);
    }
    stand.chrome.navigate(&site.url("shop", "/frame")).await.expect("Chrome goes on");
    stand.state(|now| now.title == "frame").await;
}
