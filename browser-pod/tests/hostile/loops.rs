//! Pages that never give the processor back.

use crate::people::{People, trap};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_never_answers_again_is_left() {
    let unload = trap("onbeforeunload = () => { for (;;); }; document.title = 'set'");
    let hide = trap("onpagehide = () => { for (;;); }; document.title = 'set'");
    let mut people = People::on(&[("/loop", trap("for (;;);")), ("/unload", unload), ("/hide", hide)]).await;
    people.click_into("/loop").await;
    people.are_in_charge().await;
    for path in ["/unload", "/hide"] {
        people.fall_into(path, "set").await;
        people.are_in_charge().await;
    }
    people.end().await;
}
