//! Chrome's own interface on our screen: pickers, tooltips, full screen, questions and windows over windows. What is chosen
//! there with the mouse must arrive in the page, which says so by its colour.

use std::time::Duration;

use cobrowse_browser_pod::display::{Event, Frame, Input};

use crate::browser::Browser;
use crate::picture::{BLUE, GREEN, RED, WHITE};
use crate::press;

/// How long the picture must not change to be called still.
const STILL: Duration = Duration::from_millis(400);

/// A box of pixels: left, top, right, bottom.
type Area = (u32, u32, u32, u32);

/// A page that is red with an input of this kind, and green once `good` holds for its value `v`.
fn input(kind: &str, attributes: &str, good: &str) -> String {
    format!(
        "<body style='margin:0;background:#f00'>
         <input id=i type={kind} {attributes} style='position:absolute;left:100px;top:40px;width:200px;height:40px'>
         <script>i.oninput = () => {{ const v = i.value; document.body.style.background = {good} ? '#0f0' : '#00f' }};
         onmousedown = e => {{ if (e.target !== i) i.blur() }};
         i.onclick = () => i.showPicker()</script>"
    )
}

/// Takes frames until none came for a while.
fn still(browser: &mut Browser) -> Frame {
    loop {
        browser.screen.take_frame(&mut browser.frame);
        let Some(Event::Frame) = browser.next_event(STILL) else {
            if browser.frame.width > 0 {
                return browser.frame.clone();
            }
            continue;
        };
    }
}

/// The box around all that differs between two pictures.
fn changed(before: &Frame, after: &Frame) -> Option<Area> {
    let width = before.width;
    let differs = before.luma.iter().zip(&after.luma).enumerate().filter(|(_, (a, b))| a.abs_diff(**b) > 12);
    differs.fold(None, |area: Option<Area>, (at, _)| {
        let at = u32::try_from(at).expect("a small picture");
        let (x, y) = (at % width, at / width);
        let (left, top, right, bottom) = area.unwrap_or((x, y, x, y));
        Some((left.min(x), top.min(y), right.max(x), bottom.max(y)))
    })
}

/// Opens what a click at this point opens, and says where it is.
fn open(browser: &mut Browser, at: (f64, f64)) -> Area {
    let before = still(browser);
    browser.click(at.0, at.1);
    browser.wait_for("something that opens", |frame| {
        changed(&before, frame).is_some_and(|(left, top, right, bottom)| right - left > 100 && bottom - top > 100)
    });
    let after = still(browser);
    changed(&before, &after).expect("it opened")
}

/// A point of a box, in parts of its width and height, away from what lies above `from`.
fn inside((left, top, right, bottom): Area, from: u32, x: f64, y: f64) -> (f64, f64) {
    let top = top.max(from);
    let (width, height) = (f64::from(right - left), f64::from(bottom - top));
    (f64::from(left) + width * x, f64::from(top) + height * y)
}

/// Chooses at a point of a picker and closes it.
fn choose(browser: &mut Browser, (x, y): (f64, f64)) {
    browser.inject(Input::Move { x: x - 2.0, y: y - 2.0 });
    browser.click(x, y);
}

#[test]
fn a_date_is_chosen_in_the_calendar() {
    let good = "/^2026-03-\\d\\d$/.test(v) && v !== '2026-03-31'";
    let attributes = "value=2026-03-31 min=2026-03-01 max=2026-03-31";
    let mut browser = Browser::start(&input("date", attributes, good));
    browser.wait_for_colour((640, 700), RED);
    let calendar = open(&mut browser, (150.0, 60.0));
    // The third of its weeks: whole in any month.
    choose(&mut browser, inside(calendar, 84, 0.5, 0.55));
    browser.wait_for_colour((640, 700), GREEN);
    browser.wait_for_colour((200, 300), GREEN);
}

#[test]
fn a_time_is_chosen_in_the_list() {
    let mut browser = Browser::start(&input("time", "value=10:30", "/^\\d\\d:30$/.test(v) && v !== '10:30'"));
    browser.wait_for_colour((640, 700), RED);
    let list = open(&mut browser, (150.0, 60.0));
    // Another hour, some lines below the one that is chosen.
    choose(&mut browser, inside(list, 84, 0.15, 0.6));
    browser.wait_for_colour((640, 700), GREEN);
    press(&browser, 28, 0xff0d);
    browser.wait_for_colour((200, 200), GREEN);
}

#[test]
fn a_colour_is_chosen_in_the_well() {
    let mut browser = Browser::start(&input("color", "value=#0000ff", "v !== '#0000ff'"));
    browser.wait_for_colour((640, 700), RED);
    let well = open(&mut browser, (150.0, 60.0));
    choose(&mut browser, inside(well, 84, 0.3, 0.2));
    browser.wait_for_colour((640, 700), GREEN);
    press(&browser, 28, 0xff0d);
    browser.wait_for_colour((200, 200), GREEN);
}

#[test]
fn a_picker_that_is_left_changes_nothing() {
    for leave in [true, false] {
        let mut browser = Browser::start(&input("date", "value=2026-03-31", "true"));
        browser.wait_for_colour((640, 700), RED);
        let before = still(&mut browser);
        open(&mut browser, (150.0, 60.0));
        match leave {
            true => press(&browser, 1, 0xff1b),
            false => browser.click(900.0, 600.0),
        }
        browser.wait_for("the calendar gone", |frame| {
            // The field itself has the focus now.
            changed(&before, frame).is_none_or(|(.., bottom)| bottom < 90)
        });
        browser.wait_for_colour((640, 700), RED);
    }
}

#[test]
fn a_list_is_chosen_from_by_keyboard() {
    let mut browser = Browser::start(
        "<body style='margin:0;background:#f00'><select id=s style='position:absolute;left:100px;top:40px;width:200px;
         height:40px'><option>a<option>b<optgroup label=g><option>c</optgroup></select><script>
         s.onchange = () => document.body.style.background = s.value == 'c' ? '#0f0' : '#00f'</script>",
    );
    browser.wait_for_colour((640, 700), RED);
    let before = still(&mut browser);
    browser.click(150.0, 60.0);
    browser.wait_for("the list", |frame| changed(&before, frame).is_some_and(|(.., bottom)| bottom > 100));
    for _ in 0..2 {
        press(&browser, 108, 0xff54);
    }
    press(&browser, 28, 0xff0d);
    browser.wait_for_colour((640, 700), GREEN);
}

#[test]
fn a_tooltip_appears_and_goes() {
    let mut browser = Browser::start(
        "<body style='margin:0;background:#fff'><div title='what this is' style='position:absolute;left:300px;top:200px;
         width:200px;height:100px;background:#f00'></div><script>
         onmousemove = e => { if (e.clientX == 20) document.body.style.background = '#00f' }</script>",
    );
    browser.wait_for_colour((350, 250), RED);
    let before = still(&mut browser);
    for x in [390.0, 395.0, 400.0] {
        browser.inject(Input::Move { x, y: 250.0 });
    }
    browser.wait_for("the tooltip", |frame| {
        changed(&before, frame).is_some_and(|(left, top, right, bottom)| right - left > 40 && bottom - top < 60)
    });
    let shown = still(&mut browser);
    let (_, top, _, bottom) = changed(&before, &shown).expect("the tooltip");
    assert!(top > 240 && bottom < 320, "the tooltip is at {top} to {bottom}, not at the pointer");
    browser.inject(Input::Move { x: 20.0, y: 20.0 });
    browser.wait_for_colour((640, 700), BLUE);
    browser.wait_for_colour((400, 290), RED);
}

#[test]
fn a_page_fills_the_screen_and_comes_back() {
    let mut browser = Browser::start(
        "<body style='margin:0;background:#f00'><div id=d style='width:100px;height:100px;background:#00f'></div>
         <div style='position:absolute;left:400px;top:400px;width:100px;height:100px;background:#fff'></div><script>
         d.onmousedown = () => document.fullscreenElement ? document.exitFullscreen() : d.requestFullscreen();
         document.onfullscreenchange = () => {
           const on = document.fullscreenElement === d && innerWidth === 1280 && innerHeight === 720;
           d.style.background = on ? '#0f0' : '#00f' }</script>",
    );
    browser.wait_for_colour((50, 50), BLUE);
    for leave in [true, false] {
        browser.click(50.0, 50.0);
        browser.wait_for_colour((1270, 710), GREEN);
        browser.wait_for_colour((450, 450), GREEN);
        match leave {
            true => press(&browser, 1, 0xff1b),
            false => browser.click(60.0, 600.0),
        }
        browser.wait_for_colour((1270, 710), RED);
        browser.wait_for_colour((450, 450), WHITE);
        browser.wait_for_colour((50, 50), BLUE);
    }
}

#[test]
fn windows_lie_over_each_other_and_any_may_close_first() {
    let mut browser = Browser::start(
        "<body style='margin:0;height:100vh;background:#f00'><script>
         const make = (from, colour) => { const w = from.open('about:blank', '', 'popup,width=500,height=400');
           w.document.body.style = 'margin:0;height:100vh;background:' + colour; return w };
         let one, two;
         onmousedown = () => {
           one = make(window, '#0f0'); one.onmousedown = () => { two = make(one, '#00f'); two.onmousedown = e => (e.clientX < 640 ? one : two).close() } };
         setInterval(() => { if (two && two.closed) document.body.style.background = '#fff' }, 50)</script>",
    );
    browser.wait_for_colour((640, 360), RED);
    browser.click(300.0, 300.0);
    browser.wait_for_colour((640, 360), GREEN);
    browser.click(300.0, 300.0);
    browser.wait_for_colour((640, 360), BLUE);
    // The one below goes; the one on top stays and takes input.
    browser.click(300.0, 300.0);
    browser.wait_for_colour((640, 360), BLUE);
    browser.click(900.0, 300.0);
    browser.wait_for_colour((640, 360), WHITE);
    browser.wait_for_colour((10, 10), WHITE);
}

#[test]
fn a_question_of_the_page_is_in_the_picture_and_answered_there() {
    let mut browser = Browser::start(
        "<body style='margin:0;background:#f00'><script>
         onmousedown = () => setTimeout(() => document.body.style.background = confirm('sure?') ? '#0f0' : '#00f')</script>",
    );
    browser.wait_for_colour((640, 700), RED);
    for (key, keysym, colour) in [(28, 0xff0d, GREEN), (1, 0xff1b, BLUE)] {
        let before = still(&mut browser);
        browser.click(100.0, 600.0);
        browser.wait_for("the question", |frame| {
            changed(&before, frame).is_some_and(|(left, top, right, bottom)| right - left > 200 && bottom - top > 80)
        });
        still(&mut browser);
        press(&browser, key, keysym);
        browser.wait_for_colour((640, 700), colour);
    }
}

#[test]
fn the_right_button_is_the_pages_own() {
    let mut browser = Browser::start(
        "<body style='margin:0;background:#f00'><script>
         oncontextmenu = e => document.body.style.background = e.clientX === 300 && e.isTrusted ? '#0f0' : '#00f';
         onmousedown = e => { if (e.button === 0) document.body.style.background = '#fff' }</script>",
    );
    browser.wait_for_colour((640, 360), RED);
    browser.inject(Input::Move { x: 300.0, y: 300.0 });
    for down in [true, false] {
        browser.inject(Input::Button { code: 0x111, down });
    }
    browser.wait_for_colour((640, 360), GREEN);
    // Nothing lies over the page, and nothing takes the next click away.
    let shown = still(&mut browser);
    let first = shown.luma[0];
    assert!(shown.luma.iter().all(|luma| luma.abs_diff(first) < 12), "a menu is over the page");
    browser.click(300.0, 310.0);
    browser.wait_for_colour((640, 360), WHITE);
}
