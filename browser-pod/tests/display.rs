//! The compositor as Chromium's screen: a real Chromium, sandbox on, and assertions on decoded pixels. Pages say what they
//! know by painting colours.

#[path = "display/browser.rs"]
mod browser;
#[path = "display/native.rs"]
mod native;
#[path = "display/picture.rs"]
mod picture;

use std::time::{Duration, Instant};

use browser::Browser;
use cobrowse_browser_pod::display::{Cursor, Event, Input, Pace, Size, keysym};
use picture::{BLUE, GREEN, RED, WHITE, colour_at, near};

const KEY_LEFTSHIFT: u32 = 42;
const KEY_LEFTCTRL: u32 = 29;

pub(crate) fn press(browser: &Browser, code: u32, keysym: u32) {
    browser.inject(Input::Key { code, keysym, down: true });
    browser.inject(Input::Key { code, keysym, down: false });
}

fn type_char(browser: &Browser, code: u32, character: char) {
    press(browser, code, keysym::of_char(character));
}

fn with(browser: &Browser, code: u32, keysym: u32, act: impl FnOnce()) {
    browser.inject(Input::Key { code, keysym, down: true });
    act();
    browser.inject(Input::Key { code, keysym, down: false });
}

/// A page with a text field that is green while it holds `wanted`, and red before.
fn field(wanted: &str) -> String {
    format!(
        "<body style='margin:0;background:#f00'><textarea id=t autofocus style='width:400px;height:200px'></textarea>
         <script>t.focus(); t.oninput = () => {{
           document.title = t.value;
           document.body.style.background = t.value === {wanted:?} ? '#0f0' : t.value === 'grüne' ? '#fff' : '#00f';
         }}</script>"
    )
}

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

#[test]
fn any_character_can_be_typed() {
    let mut browser = Browser::start(&field("aA€é日@ŁB"));
    browser.wait_for_colour((640, 500), RED);
    browser.click(200.0, 100.0);
    type_char(&browser, 30, 'a');
    with(&browser, KEY_LEFTSHIFT, keysym::SHIFT_L, || type_char(&browser, 30, 'A'));
    with(&browser, 100, keysym::LEVEL3_SHIFT, || type_char(&browser, 18, '€'));
    type_char(&browser, 3, 'é');
    type_char(&browser, 0, '日');
    // AltGr of a Windows keyboard.
    with(&browser, KEY_LEFTCTRL, 0xffe3, || with(&browser, 56, 0xffe9, || type_char(&browser, 16, '@')));
    type_char(&browser, 0, 'Ł');
    // Caps lock.
    type_char(&browser, 48, 'B');
    browser.wait_for_colour((640, 500), GREEN);
}

#[test]
fn shortcuts_copy_and_paste() {
    let mut browser = Browser::start(&field("grünezwei"));
    browser.wait_for_colour((640, 500), RED);
    browser.click(200.0, 100.0);
    let control = |browser: &Browser, code: u32, character: char| {
        with(browser, KEY_LEFTCTRL, 0xffe3, || type_char(browser, code, character));
    };
    for (code, character) in [(30, 'a'), (31, 's'), (32, 'd')] {
        type_char(&browser, code, character);
    }
    browser.wait_for_colour((640, 500), BLUE);
    control(&browser, 30, 'a');
    control(&browser, 46, 'c');
    let copied = browser.wait_for_event("copied text", |event| matches!(event, Event::Copied(_)));
    assert_eq!(copied, Event::Copied("asd".to_owned()));
    browser.screen.offer_clipboard("grüne".to_owned());
    control(&browser, 30, 'a');
    control(&browser, 47, 'v');
    browser.wait_for_colour((640, 500), WHITE);
    browser.screen.offer_clipboard("zwei".to_owned());
    control(&browser, 47, 'v');
    browser.wait_for_colour((640, 500), GREEN);
}

#[test]
fn an_input_method_composes() {
    let mut browser = Browser::start(&field("日本😀x"));
    browser.wait_for_colour((640, 500), RED);
    browser.click(200.0, 100.0);
    browser.wait_for_event("a text field", |event| *event == Event::TextInput { active: true });
    let text = |preedit: &str, commit: &str, delete_before: u32| Input::Text {
        preedit: preedit.to_owned(),
        commit: commit.to_owned(),
        delete_before,
        delete_after: 0,
    };
    browser.inject(text("にほ", "", 0));
    browser.wait_for_colour((640, 500), BLUE);
    browser.inject(text("", "日本語", 0));
    browser.wait_for("the committed text", |frame| frame.generation > 0);
    press(&browser, 14, 0xff08);
    press(&browser, 0, keysym::of_char('😀'));
    press(&browser, 45, keysym::of_char('x'));
    browser.wait_for_colour((640, 500), GREEN);
}

#[test]
fn a_list_opens_in_the_picture_and_a_choice_works() {
    let mut browser = Browser::start(
        "<body style='margin:0;background:#0f0'>
         <select id=s style='position:absolute;left:100px;top:100px;width:200px;height:40px;font-size:20px'>
         <option style='background:#f00'>red<option style='background:#0f0'>green<option style='background:#00f'>blue
         </select><script>s.onchange = () => document.body.style.background = ['#f00', '#0f0', '#00f'][s.selectedIndex]
         </script>",
    );
    browser.wait_for_colour((640, 360), GREEN);
    browser.click(200.0, 120.0);
    let mut place = None;
    browser.wait_for("the list", |frame| {
        let column = (140..400u32).filter(|y| near(colour_at(frame, (280, *y)), BLUE));
        place = column.collect::<Vec<_>>().get(8).copied();
        place.is_some()
    });
    let y = f64::from(place.expect("it was found"));
    browser.inject(Input::Move { x: 270.0, y: y - 1.0 });
    browser.click(270.0, y);
    browser.wait_for_colour((640, 360), BLUE);
    browser.wait_for_colour((280, 160), BLUE);
}

#[test]
fn a_new_window_lies_over_the_first() {
    let mut browser = Browser::start(
        "<body style='margin:0;height:100vh;background:#f00'><script>onmousedown = () => {
         const w = open('about:blank', '', 'popup,width=500,height=400');
         w.document.body.style = 'margin:0;height:100vh;background:#0f0';
         w.onmousedown = () => { w.close(); document.body.style.background = '#00f' } }</script>",
    );
    browser.wait_for_colour((640, 360), RED);
    browser.click(300.0, 300.0);
    browser.wait_for_colour((640, 500), GREEN);
    browser.wait_for_colour((1270, 710), GREEN);
    browser.click(640.0, 500.0);
    browser.wait_for_colour((640, 360), BLUE);
    browser.wait_for_colour((10, 10), BLUE);
}

#[test]
fn the_wheel_scrolls_as_far_as_it_says() {
    let mut browser = Browser::start(
        "<body style='margin:0;height:5000px'><div style='height:1000px;background:#f00'></div>
         <div style='height:1000px;background:#0f0'></div><script>
         onscrollend = () => { document.body.style.background = scrollY === 600 ? '#00f' : '#fff';
           document.querySelector('div').style.background = scrollY === 600 ? '#00f' : '#fff'; }</script>",
    );
    browser.wait_for_colour((640, 360), RED);
    browser.inject(Input::Move { x: 600.0, y: 300.0 });
    for _ in 0..6 {
        browser.inject(Input::Wheel { dx: 0.0, dy: 100.0 });
    }
    browser.wait_for_colour((640, 500), GREEN);
    browser.wait_for_colour((640, 200), BLUE);
}

#[test]
fn the_screen_changes_its_size_and_scale() {
    let mut browser = Browser::start(
        "<body style='margin:0;background:#f00'><div style='position:fixed;right:0;bottom:0;width:20px;height:20px;
         background:#00f'></div><script>
         setInterval(() => document.body.style.background =
           innerWidth == 800 && innerHeight == 600 ? (devicePixelRatio == 2 ? '#00f' : '#0f0') : '#f00', 50)</script>",
    );
    browser.wait_for_colour((640, 360), RED);
    browser.screen.resize(Size { width: 800, height: 600, scale: 1 });
    browser.wait_for("800 by 600", |frame| (frame.width, frame.height) == (800, 600));
    browser.wait_for_colour((400, 300), GREEN);
    browser.wait_for_colour((795, 595), BLUE);
    browser.screen.resize(Size { width: 800, height: 600, scale: 2 });
    browser.wait_for("1600 by 1200", |frame| (frame.width, frame.height) == (1600, 1200));
    browser.wait_for_colour((800, 600), BLUE);
    browser.screen.resize(Size { width: 1280, height: 720, scale: 1 });
    browser.wait_for("1280 by 720", |frame| (frame.width, frame.height) == (1280, 720));
    browser.wait_for_colour((640, 360), RED);
    browser.wait_for_colour((1275, 715), BLUE);
}

#[test]
fn paused_nothing_is_drawn_and_then_it_goes_on() {
    let mut browser = Browser::start(
        "<body style='margin:0;background:#f00'><canvas id=c width=200 height=200></canvas><script>
         const g = c.getContext('2d'); let n = 0;
         const draw = () => { g.fillStyle = n++ % 2 ? '#0f0' : '#00f'; g.fillRect(0, 0, 200, 200);
           requestAnimationFrame(draw); }; draw()</script>",
    );
    browser.wait_for_colour((640, 360), RED);
    let pictures = |browser: &mut Browser, time: Duration| {
        let first = browser.frame.generation;
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            browser.next_event(left);
            browser.screen.take_frame(&mut browser.frame);
        }
        browser.frame.generation - first
    };
    let second = Duration::from_secs(1);
    let full = pictures(&mut browser, second);
    assert!(full > 30, "only {full} pictures in a second");
    browser.screen.set_pace(Pace::PerSecond(10));
    pictures(&mut browser, second);
    let slow = pictures(&mut browser, second);
    assert!((5..=15).contains(&slow), "{slow} pictures in a second instead of 10");
    browser.screen.set_pace(Pace::Paused);
    pictures(&mut browser, second);
    let paused = pictures(&mut browser, second);
    assert_eq!(paused, 0);
    browser.screen.set_pace(Pace::PerSecond(60));
    let before = browser.frame.generation;
    browser.wait_for("pictures after the pause", |frame| frame.generation > before + 10);
}

#[test]
fn fingers_touch() {
    let mut browser = Browser::start(
        "<body style='margin:0;height:100vh;background:#f00;touch-action:none'><script>
         const paint = c => document.body.style.background = c;
         if (!('ontouchstart' in window)) paint('#000');
         ontouchstart = e => { if (e.touches.length == 2) paint('#0f0') };
         ontouchend = e => { if (e.touches.length == 0) paint('#00f') };
         ontouchmove = e => { if (e.touches[0].clientX == 400) paint('#fff') };
         ontouchcancel = () => paint('#f00')</script>",
    );
    browser.wait_for_colour((640, 360), RED);
    browser.inject(Input::TouchDown { id: 0, x: 200.0, y: 200.0 });
    browser.inject(Input::TouchDown { id: 1, x: 300.0, y: 200.0 });
    browser.wait_for_colour((640, 360), GREEN);
    browser.inject(Input::TouchMove { id: 0, x: 400.0, y: 220.0 });
    browser.wait_for_colour((640, 360), WHITE);
    browser.inject(Input::TouchUp { id: 0 });
    browser.inject(Input::TouchUp { id: 1 });
    browser.wait_for_colour((640, 360), BLUE);
    browser.inject(Input::TouchDown { id: 3, x: 200.0, y: 200.0 });
    browser.inject(Input::TouchCancel);
    browser.wait_for_colour((640, 360), RED);
}

#[test]
fn things_are_dragged_and_dropped() {
    let mut browser = Browser::start(
        "<body style='margin:0;background:#f00'>
         <div id=a draggable=true style='position:absolute;left:100px;top:100px;width:100px;height:100px;background:#00f'>
         </div><div id=b style='position:absolute;left:500px;top:100px;width:300px;height:300px;background:#fff'></div>
         <script>a.ondragstart = e => e.dataTransfer.setData('text/plain', 'dropped');
         b.ondragover = e => { e.preventDefault(); b.style.background = '#00f' };
         b.ondrop = e => { e.preventDefault();
           document.body.style.background = e.dataTransfer.getData('text/plain') == 'dropped' ? '#0f0' : '#fff' }</script>",
    );
    browser.wait_for_colour((640, 500), RED);
    browser.inject(Input::Move { x: 150.0, y: 150.0 });
    browser.inject(Input::Button { code: 0x110, down: true });
    browser.inject(Input::Move { x: 160.0, y: 155.0 });
    browser.inject(Input::Move { x: 180.0, y: 160.0 });
    browser.wait_for("the dragged picture", |frame| {
        near(colour_at(frame, (215, 140)), [135, 0, 120]) || {
            let [r, g, b] = colour_at(frame, (215, 140));
            r < 240 && g < 60 && b > 60
        }
    });
    for x in [300.0, 500.0, 600.0, 610.0] {
        browser.inject(Input::Move { x, y: 200.0 });
    }
    browser.wait_for_colour((550, 380), BLUE);
    browser.inject(Input::Button { code: 0x110, down: false });
    browser.wait_for_colour((640, 500), GREEN);
}

#[test]
fn the_cursor_follows_the_page() {
    let mut browser = Browser::start(
        "<body style='margin:0;background:#f00'><div style='height:100px;cursor:pointer'></div>
         <div style='height:100px;cursor:text'></div><div style='height:100px;cursor:none'></div>
         <div style='height:100px;cursor:url(data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABAAAAAQAQMAAAAlPW0iAAAAA1BMVEX/AAAZ4gk3AAAADElEQVQI12NgIA0AAAAwAAHHqoWOAAAAAElFTkSuQmCC) 4 4,auto'>
         </div>",
    );
    browser.wait_for_colour((640, 600), RED);
    browser.inject(Input::Move { x: 50.0, y: 50.0 });
    browser.wait_for_event("a hand", |event| *event == Event::Cursor(Cursor::Named("pointer".to_owned())));
    browser.inject(Input::Move { x: 50.0, y: 150.0 });
    browser.wait_for_event("a bar", |event| *event == Event::Cursor(Cursor::Named("text".to_owned())));
    browser.inject(Input::Move { x: 50.0, y: 250.0 });
    browser.wait_for_event("no cursor", |event| *event == Event::Cursor(Cursor::Hidden));
    browser.inject(Input::Move { x: 50.0, y: 350.0 });
    let image = browser.wait_for_event("a picture", |event| matches!(event, Event::Cursor(Cursor::Image { .. })));
    let Event::Cursor(Cursor::Image { width, height, rgba, hotspot_x, hotspot_y }) = image else {
        panic!("it was a picture");
    };
    assert_eq!((width, height, hotspot_x, hotspot_y, &rgba[..4]), (16, 16, 4, 4, &[255, 0, 0, 255][..]));
}

#[test]
fn the_end_of_the_browser_is_told() {
    let mut browser = Browser::start("<body style='background:#f00'>");
    browser.wait_for_colour((640, 360), RED);
    browser.kill();
    browser.wait_for_event("the end", |event| *event == Event::Gone);
}
