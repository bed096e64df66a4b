//! Pages that fill the screen and want the keyboard to themselves.

use crate::people::{MIDDLE, People, trap};
use crate::site::Page;
use crate::viewer::RED;

/// Its title says which keys it got.
const KEYS: &str = "<title>keys</title><body style='margin:0;height:100vh;background:#f00'><script>
    let heard = 'heard'; addEventListener('keydown', ({ key }) => { document.title = heard += ' ' + key })</script>";

/// Fills the screen, asks for the keyboard by every way that it has, and says what came of it and when the screen is left.
const LOCKS: &str =
    "const windows = [window], frame = (more) => { const one = Object.assign(document.createElement('iframe'), more);
      document.body.append(one); windows.push(one.contentWindow) };
    frame({ hidden: true }); frame({ hidden: true, srcdoc: '<p>' }); frame({ hidden: true, src: '/small' });
    await new Promise((done) => (windows[3].frameElement.onload = done));
    document.onfullscreenchange = () => { if (!document.fullscreenElement) document.title = 'left' };
    addEventListener('keydown', ({ key }) => { document.title = 'got ' + key });
    const screen = await document.documentElement.requestFullscreen().then(() => 'full', (error) => error.name);
    const found = [];
    for (const one of windows) for (const keyboard of [one.navigator.keyboard, navigator.keyboard]) {
      const lock = one.Keyboard.prototype.lock;
      found.push(await lock.call(keyboard, ['Escape']).then(() => 'locked', (error) => error.name));
    }
    document.title = `${screen} ${[...new Set(found)]}`";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_full_screen_keeps_neither_the_keyboard_nor_the_people() {
    let mut people = People::on(&[("/locks", trap(LOCKS)), ("/keys", Page::Html(KEYS))]).await;
    assert_eq!(people.fall_into("/locks", "full ").await, "full InvalidStateError");
    people.end_user.key("Escape", "Escape").await;
    assert_eq!(people.titled("left").await, "left");
    people.are_in_charge().await;
    // It fills the screen again, and is left while it does.
    assert_eq!(people.fall_into("/locks", "full ").await, "full InvalidStateError");
    people.open("/keys").await;
    // What it is called may have been told before it was said to be open.
    people.agent.wait_for_colour(MIDDLE, RED).await;
    // Not Escape: where Chrome leaves full screen just then, it takes that key for itself.
    people.agent.key("Enter", "Enter").await;
    assert_eq!(people.titled("heard Enter").await, "heard Enter");
    people.are_in_charge().await;
    people.end().await;
}
