//! Who may see the screen: everybody only while the masking extension works in all that is on it.

use cobrowse_browser_pod::chrome::Event;

use super::site::{Page, Site};
use super::stand::Stand;

const PAGE: &str = "<title>page</title><p>text<iframe srcdoc='<p>inside'></iframe><iframe src='/inner'></iframe><iframe></iframe>\
    <iframe src='http://partner.localhost:PORT/inner' style='display:none'></iframe><iframe src='http://gone.localhost:9/'></iframe>";
const PDF: &[u8] =
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

async fn stand() -> (Site, Stand) {
    let site = Site::start(&[
        ("/", Page::Html(PAGE)),
        ("/inner", Page::Html("<p>inner")),
        ("/bill", Page::Kind("application/pdf", PDF.to_vec())),
        ("/file", Page::File("a.txt", b"text".to_vec())),
        ("/embeds", Page::Html("<title>embeds</title><embed src='/bill' type='application/pdf' width=300 height=200>")),
        (
            "/popup",
            Page::Html(
                "<title>opener</title><script>setTimeout(() => { const w = open('about:blank'); w.document.write('<title>written</title><p>text') })</script>",
            ),
        ),
    ]);
    let stand = Stand::start(&[site.url("shop", "").trim_end_matches('/').to_owned()]).await;
    (site, stand)
}

#[tokio::test(flavor = "multi_thread")]
async fn ordinary_pages_with_frames_of_all_kinds_are_for_everybody() {
    let (site, mut stand) = stand().await;
    assert!(!stand.chrome.sight().clear, "nothing is there");
    for _ in 0..3 {
        stand.open(&site.url("shop", "/"), "page").await;
        stand.sight(true).await;
    }
    // A file is no page: the one before it stays, and stays as it is.
    stand.chrome.navigate(&site.url("shop", "/file")).await.expect("a download");
    stand.sight(true).await;
    let before = stand.chrome.sight().turn;
    stand.chrome.reload().await.expect("reloaded");
    // It may have been hidden and clear again by now.
    while stand.chrome.sight().turn < before + 2 {
        stand.wait(|event| matches!(event, Event::Sight).then_some(())).await;
    }
    stand.sight(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_extension_cannot_look_into_is_the_end_users() {
    let (site, mut stand) = stand().await;
    for path in ["/bill", "/embeds"] {
        stand.open(&site.url("shop", "/"), "page").await;
        stand.sight(true).await;
        let _ = stand.chrome.navigate(&site.url("shop", path)).await;
        stand.state(|now| now.url.ends_with(path) && !now.loading).await;
        stand.picture().await;
        assert!(!stand.chrome.sight().clear, "{path}");
    }
    let _ = stand.chrome.navigate("http://shop.localhost:9/").await;
    let _ = stand.chrome.navigate(&site.url("shop", "/popup")).await;
    let now = stand.state(|now| now.tabs.len() == 2 && now.title == "written").await;
    let popup = now.tabs.iter().find(|tab| tab.active).expect("in front").id.clone();
    stand.chrome.close(&popup).await.expect("closed");
    stand.sight(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_extension_nothing_is_for_everybody_until_it_is_back_and_the_page_opened_again() {
    let (site, mut stand) = stand().await;
    stand.open(&site.url("shop", "/"), "page").await;
    stand.sight(true).await;
    stand.pipe.remove_extension();
    // The next page, before anybody noticed.
    stand.open(&site.url("shop", "/?next"), "page").await;
    stand.picture().await;
    assert!(!stand.chrome.sight().clear, "the extension is gone");
    // It is loaded again within seconds; what was opened before stays hidden.
    loop {
        stand.chrome.reload().await.expect("reloaded");
        let back = stand.sight(true);
        if tokio::time::timeout(std::time::Duration::from_secs(4), back).await.is_ok() {
            break;
        }
    }
    // A page that is there is hidden, too, once the extension says no more that it works.
    stand.pipe.remove_extension();
    stand.sight(false).await;
}
