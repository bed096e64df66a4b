//! The compositor as Chromium's screen: a real Chromium, sandbox on, and assertions on decoded pixels. Pages say what they
//! know by painting colours.

#[path = "display/browser.rs"]
mod browser;
#[path = "display/picture.rs"]
mod picture;

use browser::Browser;
use cobrowse_browser_pod::display::Input;
use picture::{BLUE, GREEN, RED};

#[test]
fn a_page_appears_and_a_click_changes_it() {
    let mut browser = Browser::start(
        "<body style='margin:0;height:100vh;background:#f00' onmousedown=\"document.body.style.background='#0f0'\"
          onmouseup=\"document.body.style.background='#00f'\">",
    );
    browser.wait_for_colour((640, 360), RED);
    browser.inject(Input::Move { x: 600.0, y: 300.0 });
    browser.inject(Input::Button { code: 0x110, down: true });
    browser.wait_for_colour((640, 360), GREEN);
    browser.inject(Input::Button { code: 0x110, down: false });
    browser.wait_for_colour((640, 360), BLUE);
    browser.wait_for_colour((1279, 719), BLUE);
}
