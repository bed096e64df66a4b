//! Pages that ask: questions, permissions, names and passwords, windows of Chrome's own.

use crate::people::{People, trap};
use crate::site::Page;
use cobrowse_wire::v1::{self, command, event};

#[tokio::test(flavor = "multi_thread")]
async fn questions_without_end_come_to_an_end() {
    let alerts = "setTimeout(() => { for (let i = 0; i < 200; i++) { history.pushState(0, '', `?${i}`); alert(`again ${i}`) } document.title = 'over' })";
    let huge = "setTimeout(() => { alert('x'.repeat(60e6)); document.title = 'over' })";
    let mut people = People::on(&[("/alerts", trap(alerts)), ("/huge", trap(huge))]).await;
    people.click_into("/alerts").await;
    let mut count = 0;
    loop {
        let asked = people.end_user.fact(|body| match body {
            event::Body::Dialog(dialog) if dialog.open => Some(Some(dialog.id.clone())),
            event::Body::Notice(notice) if notice.code == "DialogLimit" => Some(None),
            _ => None,
        });
        let Some(dialog_id) = asked.await else { break };
        count += 1;
        let answer = v1::DialogAnswer { dialog_id, accept: true, prompt_text: String::new() };
        assert!(people.end_user.command(command::Body::Dialog(answer)).await.ok);
    }
    assert_eq!(count, 20, "a page cannot ask more by changing its address");
    people.titled("over").await;
    people.click_into("/huge").await;
    people.are_in_charge().await;
    people.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_chromes_own_opens() {
    let rows = [
        ("/print", "for (let i = 0; i < 20; i++) print(); document.title = 'went on'"),
        ("/permissions", "for (let i = 0; i < 100; i++) { Notification.requestPermission(); navigator.geolocation.getCurrentPosition(() => {}, () => {});
            navigator.mediaDevices?.getUserMedia({ video: true }).catch(() => {}) } document.title = 'went on'"),
        ("/clipboard", "document.title = await navigator.clipboard.readText().then(() => 'read', () => 'went on')"),
        ("/dropper", "document.title = 'went on'; new EyeDropper().open().catch(() => {})"),
        ("/picture", "document.title = 'went on'; const w = await documentPictureInPicture.requestWindow({ width: 1200, height: 700 });
            w.document.body.style.background = '#f0f'; document.title = 'opened'"),
        ("/handler", "try { navigator.registerProtocolHandler('mailto', '/h?%s') } catch {} document.title = 'went on'"),
        ("/mail", "for (const url of ['mailto:somebody@example.com', 'tel:1', 'zoommtg:join']) { const link = document.createElement('a');
            link.href = url; document.body.append(link); link.click() } document.title = 'went on'"),
        ("/programs", "document.title = 'went on'; for (let i = 0; i < 50; i++) { const frame = document.createElement('iframe');
            frame.hidden = true; frame.src = `zoommtg:join${i}`; document.body.append(frame) }"),
        ("/share", "document.title = 'went on'; navigator.share?.({ text: 'x' }).catch(() => {})"),
    ];
    let pages: Vec<_> = rows.iter().map(|(path, script)| (*path, trap(script))).collect();
    let mut people = People::on(&pages).await;
    for (path, _) in rows {
        println!("{path}");
        people.fall_into(path, "went on").await;
        people.end_user.until_still().await;
        assert!(people.end_user.is_plain_blue(), "{path}: something lies over the page");
        people.are_in_charge().await;
    }
    people.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_website_that_wants_a_name_and_a_password_shows_its_own_page() {
    let mut people = People::on(&[("/secret", Page::Auth), ("/ask", trap("location = '/secret'"))]).await;
    people.fall_into("/ask", "closed").await;
    people.are_in_charge().await;
    people.end().await;
}
