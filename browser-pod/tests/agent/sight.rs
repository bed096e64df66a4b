//! What could not be checked for sensitive content is nothing to an agent, whatever became of the masking extension; and
//! which pictures a viewer gets: no more than it wished for, and patches when all draw them.

use cobrowse_wire::v1::{self, event, server_message};
use std::time::Duration;

use crate::pod::{AGENT, END_USER};
use crate::site::{Page, Site};
use crate::viewer::{BLUE, GREEN, RED, Viewer};
use crate::{to, watched, watched_at};

const RED_PAGE: &str = "<title>red</title><body style='margin:0;height:100vh;background:#f00'>";
const GREEN_PAGE: &str = "<title>green</title><body style='margin:0;height:100vh;background:#0f0'>";
/// Changes with every frame, and is red at its edge.
const MOVING: &str = "<title>moving</title><body style='margin:0;height:100vh;background:#f00'><div id=d style='width:100px;height:100px'></div>
    <script>let n = 0; const draw = () => { d.style.background = `rgb(${n++ % 256} 0 255)`; requestAnimationFrame(draw) }; draw()</script>";
/// A square in the middle that changes with each press, blue at first.
const SQUARE: &str = "<title>square</title><body style='margin:0;height:100vh;background:#f00'>
    <div id=d style='position:absolute;left:600px;top:320px;width:80px;height:80px;background:#00f'></div>
    <script>let n = 0; onmousedown = () => d.style.background = ++n % 2 ? '#0f0' : '#00f'</script>";

/// A whole, small PDF: one page, without any text.
const PDF: &[u8] =
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

fn site() -> Site {
    Site::start(&[
        ("/", Page::Html(RED_PAGE)),
        ("/green", Page::Html(GREEN_PAGE)),
        ("/moving", Page::Html(MOVING)),
        ("/square", Page::Html(SQUARE)),
        ("/bill", Page::Kind("application/pdf", PDF.to_vec())),
        (
            "/frames",
            Page::Html(
                "<title>frames</title><body style='margin:0;height:100vh;background:#0f0'><iframe src='/bill'></iframe>",
            ),
        ),
    ])
}

/// Waits until this viewer is told to show nothing and why. A picture that comes after is a fault.
async fn shows_nothing(agent: &mut Viewer) {
    agent.wait(|body| matches!(body, server_message::Body::Blank(_)).then_some(())).await;
    let hidden = |body: &event::Body| matches!(body, event::Body::Notice(notice) if notice.code == "PageHidden");
    agent.fact(|body| hidden(body).then_some(())).await;
    agent.expect_no_picture().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_whose_process_is_killed_comes_back_and_the_next_page_is_shown() {
    let site = site();
    let (pod, mut end_user, mut agent) = watched(&site).await;
    assert!(pod.kill_chromes("--extension-process") > 0, "the extension runs");
    assert!(end_user.command(to(&site.url("shop", "/green"))).await.ok);
    for viewer in [&mut end_user, &mut agent] {
        viewer.wait_for_colour((640, 360), GREEN).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_cannot_be_looked_into_is_hidden_and_the_next_is_not() {
    let site = site();
    let (_pod, mut end_user, mut agent) = watched(&site).await;
    for path in ["/bill", "/frames"] {
        end_user.send_command(to(&site.url("shop", path))).await;
        shows_nothing(&mut agent).await;
        end_user.send_command(to(&site.url("shop", "/"))).await;
        let next = agent.wait_for_next_picture().await;
        agent.wait_for_colour((640, 360), RED).await;
        assert_eq!(next, Some(RED), "the first picture is of the page after it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_gets_no_more_pictures_than_it_wished_for_and_the_others_theirs() {
    let site = site();
    let (pod, mut end_user, agent) = watched_at(&site, "/moving", (900, 600)).await;
    drop(agent);
    let time = Duration::from_secs(4);
    let wishes = || v1::Attach { max_fps: 5, ..v1::Attach::default() };
    let mut agent = pod.attach_with(AGENT, wishes()).await;
    let (few, all) = tokio::join!(agent.pictures_within(time), end_user.pictures_within(time));
    assert!((2..=22).contains(&few), "{few} pictures in {time:?} at 5 per second");
    assert!(all > few * 2, "{all} for the other and {few}");
    // With nobody who wants more, no more are made.
    drop(end_user);
    let mut end_user = pod.attach_with(END_USER, wishes()).await;
    end_user.wait_for_colour((900, 600), RED).await;
    let (one, two) = tokio::join!(agent.pictures_within(time), end_user.pictures_within(time));
    for count in [one, two] {
        assert!((8..=22).contains(&count), "{count} pictures in {time:?} at 5 per second");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_change_is_a_patch_when_all_draw_them_and_a_whole_picture_otherwise() {
    let site = site();
    let (pod, ..) = watched_at(&site, "/square", (900, 600)).await;
    let patches = || {
        let codecs = vec![v1::Codec::H264.into(), v1::Codec::Patch.into()];
        v1::Attach { codecs, ..v1::Attach::default() }
    };
    let mut end_user = pod.attach_with(END_USER, patches()).await;
    let mut agent = pod.attach_with(AGENT, patches()).await;
    for viewer in [&mut end_user, &mut agent] {
        viewer.wait_for_colour((640, 360), BLUE).await;
        viewer.until_still().await;
    }
    agent.click((640.0, 360.0)).await;
    for viewer in [&mut end_user, &mut agent] {
        viewer.wait_for_colour((640, 360), GREEN).await;
        assert!(viewer.patches > 0, "the change came as a whole picture");
        let before = (viewer.pictures(), viewer.patches);
        while (viewer.pictures() - before.0) == (viewer.patches - before.1) {
            viewer.wait_for_next_picture().await;
        }
        viewer.wait_for_colour((640, 360), GREEN).await;
        viewer.wait_for_colour((900, 600), RED).await;
    }
    // Somebody who does not draw them gets whole pictures, and so do all then.
    let mut end_user = pod.attach_with(END_USER, v1::Attach::default()).await;
    end_user.wait_for_colour((640, 360), GREEN).await;
    let before = agent.patches;
    agent.click((640.0, 360.0)).await;
    for viewer in [&mut end_user, &mut agent] {
        viewer.wait_for_colour((640, 360), BLUE).await;
    }
    assert_eq!((agent.patches, end_user.patches), (before, 0));
}
