//! The page's menu: for whom it comes, and what of it they get.

use super::*;
use crate::chrome;

fn right(down: bool) -> input::Body {
    input::Body::Button(v1::PointerButton { at: Some(v1::Point { x: 7.0, y: 9.0 }), button: 2, down })
}

/// What this person is told of menus until the page has said something else.
async fn menus(stand: &Stand, person: &mut Watching, mark: &str) -> Vec<v1::PageMenu> {
    let dialog = Box::new(Body::Dialog(v1::Dialog { id: mark.into(), open: true, ..v1::Dialog::default() }));
    stand.ordinary(Message::Page(News::Fact { audience: v1::Audience::All, body: dialog })).await;
    let mut found = Vec::new();
    let over = |body: &server_message::Body| match body {
        server_message::Body::Menu(menu) => {
            found.push(menu.clone());
            None
        }
        server_message::Body::Event(event) => match &event.body {
            Some(Body::Dialog(dialog)) if dialog.id == mark => Some(()),
            _ => None,
        },
        _ => None,
    };
    person.wait(over).await;
    found
}

/// The menu, which waits until it is known where the focus is.
async fn menu(person: &mut Watching) -> v1::PageMenu {
    let told = |body: &server_message::Body| match body {
        server_message::Body::Menu(menu) => Some(menu.clone()),
        _ => None,
    };
    person.wait(told).await
}

async fn asks_at_a_link(stand: &Stand, person: &Watching, link: &str) {
    stand.act(person, right(true)).await;
    stand.screen.wait_for(&Input::Button { code: 0x111, down: true }).await;
    let menu = chrome::Menu { link: link.into(), editable: true, ..chrome::Menu::default() };
    stand.ordinary(Message::Page(News::Menu(menu))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_menu_is_for_who_asked_alone_and_so_is_its_link() {
    let (mut stand, mut end_user, mut agent) = two().await;
    stand.page.protect(true);
    asks_at_a_link(&stand, &agent, "https://a.example/?q=1").await;
    let menu = menu(&mut agent).await;
    assert_eq!(menus(&stand, &mut agent, "d1").await, []);
    // This agent may not copy, and gets no address to copy.
    assert_eq!((menu.link_url.as_str(), menu.at), ("", Some(v1::Point { x: 7.0, y: 9.0 })));
    assert!(menu.protected && !menu.link_id.is_empty());
    assert_eq!(menus(&stand, &mut end_user, "d2").await, []);
    let open = || command::Body::OpenLink(v1::OpenLinkCommand { link_id: menu.link_id.clone() });
    let id = stand.command(&end_user, open()).await;
    assert_eq!(end_user.result(id).await.reason, "NotFound");
    let id = stand.command(&agent, open()).await;
    assert!(agent.result(id).await.ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_user_gets_the_address_and_a_menu_that_nobody_asked_for_goes_to_nobody() {
    let (stand, mut end_user, mut agent) = two().await;
    stand.ordinary(Message::Page(News::Menu(chrome::Menu::default()))).await;
    assert_eq!(menus(&stand, &mut end_user, "d1").await, []);
    asks_at_a_link(&stand, &end_user, "https://a.example/?q=4111").await;
    assert_eq!(menu(&mut end_user).await.link_url, "https://a.example/?q=4111");
    assert_eq!(menus(&stand, &mut end_user, "d2").await, []);
    assert_eq!(menus(&stand, &mut agent, "d3").await, []);
}
