//! What people are shown of a page beside its picture: titles, questions, names of files, addresses.

use crate::people::{People, trap};
use cobrowse_wire::v1::event;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_people_are_told_turns_around_or_has_no_end() {
    let script = "const turned = 'pay \\u202emoc.elpmaxe\\u202c \\u2067x\\u2069'; document.title = turned + 'y'.repeat(1e6);
        const icon = document.createElement('link'); icon.rel = 'icon'; icon.href = `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'>${' '.repeat(1e6)}</svg>`;
        document.head.append(icon); history.pushState(0, '', '/\\u202e\\u0455hop?' + 'q'.repeat(1e6));
        const link = document.createElement('a'); link.href = URL.createObjectURL(new Blob(['x'])); link.download = 'bill\\u202efdp.exe'; link.click();
        setTimeout(() => confirm(turned))";
    let mut people = People::on(&[("/turned", trap(script))]).await;
    let title = people.fall_into("/turned", "pay ").await;
    assert!(title.starts_with("pay moc.elpmaxe xy") && title.chars().count() <= 2_000, "{}", &title[..60]);
    let question = people.agent.fact(|body| match body {
        event::Body::Dialog(dialog) if dialog.open => Some(dialog.message.clone()),
        _ => None,
    });
    assert_eq!(question.await, "pay moc.elpmaxe x");
    for heard in [people.end_user.heard_all(), people.agent.heard_all()] {
        assert!(!heard.contains("\\u{202e}") && !heard.contains("\\u{2067}"), "a letter that turns was told");
    }
    while !people.end_user.heard("fdp.exe") {
        people.end_user.fact(|body| matches!(body, event::Body::Download(_)).then_some(())).await;
    }
    assert!(people.end_user.heard("name: \"bill"), "what a file is is seen at its end");
    people.are_in_charge().await;
    people.end().await;
}
