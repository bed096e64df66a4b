//! Files in and out.

use super::site::{Page, Site};
use super::stand::Stand;
use cobrowse_browser_pod::chrome::{Download, Error, Event, Upload};
use std::io::Read;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_gets_chosen_files_and_its_downloads_come_out() {
    let body = "<title>files</title><input type=file id=f accept='image/*' multiple style='position:fixed;left:0;top:0;width:200px;height:40px'>\
        <script>f.onchange=async()=>{document.title=[...f.files].map(x=>x.name+x.size).join()+await f.files[0].text()};</script>";
    let bill = vec![7_u8; 300_000];
    let site = Site::start(&[("/", Page::Html(body)), ("/bill", Page::File("bill.pdf", bill.clone()))]);
    let mut stand = Stand::start(&[site.url("shop", "").trim_end_matches('/').to_owned()]).await;
    stand.open(&site.url("shop", "/"), "files").await;
    let chooser = stand.click_until(30.0, 20.0, |event| match event {
        Event::FileChooser { id, multiple, accept } => Some((*id, *multiple, accept.clone())),
        _ => None,
    });
    let (id, multiple, accept) = chooser.await;
    assert!(multiple && accept == "image/*");
    let file = |name: &str, content: &'static [u8]| Upload { name: name.into(), content: content.into() };
    let files = vec![file("../a.png", b"hello"), file("b.png", b"you")];
    stand.chrome.choose_files(id, files).await.expect("chosen");
    stand.state(|now| now.title == "a.png5,b.png3hello").await;
    let again = stand.chrome.choose_files(id, vec![file("c.png", b"")]).await;
    assert!(matches!(again, Err(Error::NoSuch(_))), "{again:?}");

    stand.chrome.navigate(&site.url("shop", "/bill")).await.expect("a download is no page");
    let download = stand.wait(|event| match event {
        Event::Download(download @ Download { complete: true, .. }) => Some(download.clone()),
        _ => None,
    });
    let download = download.await;
    assert_eq!((download.name.as_str(), download.size), ("bill.pdf", 300_000));
    let mut content = Vec::new();
    let fd = stand.chrome.download(&download.id).await.expect("there");
    std::fs::File::from(fd).read_to_end(&mut content).expect("read");
    assert_eq!(content, bill);
    assert!(stand.chrome.download("../../etc/passwd").await.is_err());
    assert_eq!(stand.chrome.navigation().title, "a.png5,b.png3hello", "the page stays");
}
