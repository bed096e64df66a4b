//! What a page causes without an act of anybody.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_has_told_without_end_is_told_a_few_times() {
    let (stand, mut end_user, _agent) = two().await;
    let notice = || {
        let body = Box::new(Body::Notice(v1::Notice { code: "TabLimit".into(), ..v1::Notice::default() }));
        Message::Page(News::Fact { audience: v1::Audience::All, body })
    };
    let drawn = || display::Cursor::Image { width: 1, height: 1, rgba: vec![0; 4], hotspot_x: 0, hotspot_y: 0 };
    for number in 0..500 {
        stand.ordinary(notice()).await;
        stand.ordinary(Message::Display(display::Event::Copied(format!("copy {number}")))).await;
        stand.ordinary(Message::Display(display::Event::Cursor(drawn()))).await;
    }
    stand.ordinary(Message::Display(display::Event::Cursor(display::Cursor::Named("wait".into())))).await;
    let (mut notices, mut copies, mut cursors) = (0, 0, 0);
    end_user
        .fact(|body| {
            match body {
                Body::Notice(_) => notices += 1,
                Body::Clipboard(_) => copies += 1,
                Body::Cursor(cursor) if cursor.name == "wait" => return Some(()),
                Body::Cursor(_) => cursors += 1,
                _ => {}
            }
            None
        })
        .await;
    // A copy is told twice: once without what is protected.
    let few = |count: i32, at_once: i32| (at_once..at_once * 3).contains(&count);
    assert!(few(notices, 20) && few(copies, 16) && few(cursors, 40), "{notices} {copies} {cursors}");
}
