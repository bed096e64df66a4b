//! The audit: every act of a person is in it, with who, from where and what became of it, and nothing that anybody typed.

use crate::door::TestDoor;
use crate::people::{ALL, Person, SHOP, agent, live, reason, with};
use crate::viewer::Viewer;
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::command::Body as Do;
use cobrowse_wire::v1::navigate_command::To;
use cobrowse_wire::v1::server_message::Body as Down;
use cobrowse_wire::v1::*;
use sqlx::any::AnyPoolOptions;
use std::path::Path;

/// A row, as `who act detail`, and what must never be in one.
struct Row {
    says: String,
    address: String,
    session: Option<String>,
}

/// The rows of a store that nobody has open any more, oldest first.
async fn rows(data: &Path) -> Vec<Row> {
    use sqlx::Row as _;
    let url = format!("sqlite://{}", data.join("cobrowse.db").display());
    let pool = AnyPoolOptions::new().connect(&url).await.expect("opens");
    let sql = "SELECT who, act, detail, address, session FROM audit ORDER BY at_ms, rowid";
    let found = sqlx::query(sql).fetch_all(&pool).await.expect("reads");
    let row = |row: &sqlx::any::AnyRow| {
        let text = |column: &str| row.try_get::<String, _>(column).expect("text");
        let says = format!("{} {} {}", text("who"), text("act"), text("detail")).trim_end().to_owned();
        Row { says, address: text("address"), session: row.try_get("session").expect("text or none") }
    };
    let rows = found.iter().map(row).collect();
    pool.close().await;
    rows
}

/// Sends a command on the stream and waits for its result.
async fn command(viewer: &mut Viewer, body: Do) {
    viewer.send(Up::Command(Command { id: 7, body: Some(body) })).await;
    viewer.find(|down| matches!(down, Down::Result(_)).then_some(())).await;
}

async fn account(door: &TestDoor, token: &str) -> String {
    let own = door.accounts().await.get_account(with(token, GetAccountRequest {})).await.expect("is in");
    format!("account:{}", own.into_inner().account.expect("an account").id)
}

/// Commands with something in each that must not be kept.
fn commands(sam: &str) -> Vec<(Do, String)> {
    let secret = || "typed-secret".to_owned();
    let control = ControlCommand { action: ControlAction::Grant.into(), participant_id: sam.to_owned() };
    let permit = PermitCommand { participant_id: sam.to_owned(), permissions: Some(ALL) };
    let refused = |act: &str| format!("{act} refused NotAllowed");
    vec![
        (
            Do::Navigate(NavigateCommand { to: Some(To::Url(SHOP.to_owned())) }),
            "Navigate http://shop.localhost:8300".to_owned(),
        ),
        (Do::Control(control), refused(&format!("Control GRANT {sam}"))),
        (Do::Permit(permit), refused(&format!("Permit {sam} view,point,act,clipboard"))),
        (
            Do::Dialog(DialogAnswer { accept: true, prompt_text: secret(), ..DialogAnswer::default() }),
            refused("AnswerDialog Accept"),
        ),
        (Do::Tab(TabCommand { tab_id: secret(), close: true }), refused("Tab Close")),
        (
            Do::Picker(PickerAnswer { values: vec![secret()], ..PickerAnswer::default() }),
            refused("AnswerPicker Choose"),
        ),
        (Do::ProtectedText(ProtectedText { text: secret(), ..ProtectedText::default() }), refused("TypeProtected")),
        (Do::ProtectedText(ProtectedText { text: secret(), ..ProtectedText::default() }), String::new()),
        (Do::Clipboard(ClipboardText { text: secret() }), refused("Paste")),
        (Do::ChooserCancel(ChooserCancel { chooser_id: secret() }), refused("CancelUpload")),
        (Do::Extend(ExtendCommand {}), refused("Extend")),
        (Do::Resize(ResizeCommand::default()), String::new()),
        (Do::Pause(PauseCommand {}), "Pause".to_owned()),
        (Do::Resume(ResumeCommand {}), "Resume".to_owned()),
    ]
}

/// What the two do by call.
async fn calls(user: &mut Person, sam: &mut Person) {
    let id = || user.session.clone();
    let navigate = NavigateRequest { session_id: id(), navigate: Some(NavigateCommand { to: Some(To::Back(true)) }) };
    sam.client.navigate(with(&sam.token, navigate)).await.expect("passes");
    for _ in 0..2 {
        let guidance = Guidance { body: Some(guidance::Body::Clear(true)), ..Guidance::default() };
        let request = SendGuidanceRequest { session_id: id(), guidance: Some(guidance) };
        sam.client.send_guidance(with(&sam.token, request)).await.expect("passes");
    }
    for (n, end_of_file) in [(0, false), (1, true)] {
        let content = vec![7; 1000].into();
        let part = FilePart {
            name: "typed-secret.txt".to_owned(),
            offset: n * 1000,
            content,
            end_of_file,
            ..FilePart::default()
        };
        let upload = UploadFileRequest { session_id: id(), part: Some(part) };
        user.client.upload_file(with(&user.token, upload)).await.expect("passes");
    }
    let download = DownloadFileRequest { session_id: id(), download_id: "typed-secret".to_owned() };
    user.client.download_file(with(&user.token, download)).await.expect("passes");
    user.client.pause_session(with(&user.token, PauseSessionRequest { session_id: id() })).await.expect("passes");
    user.client.resume_session(with(&user.token, ResumeSessionRequest { session_id: id() })).await.expect("passes");
}

/// Who looks at what is of others, and who does not get in. Their entries.
async fn accounts(door: &TestDoor) -> Vec<String> {
    let (priya, kim) =
        (agent(door, "priya@northwind.example").await.token, agent(door, "kim@northwind.example").await.token);
    let mut accounts = door.accounts().await;
    accounts.list_reports(with(&priya, ListReportsRequest::default())).await.expect("may");
    accounts.list_accounts(with(&kim, ListAccountsRequest::default())).await.expect("may");
    for email in ["priya@northwind.example", "nobody@northwind.example"] {
        let request = SignInRequest { email: email.to_owned(), password: "typed-secret".to_owned() };
        assert_eq!(reason(&accounts.sign_in(request).await.expect_err("wrong")), "SignInFailed");
    }
    let (priya, kim) = (account(door, &priya).await, account(door, &kim).await);
    let tried = priya.trim_start_matches("account:");
    vec![
        format!("{priya} ReportsListed"),
        format!("{kim} AccountsListed"),
        format!("visitor SignInRefused {tried}"),
        "visitor SignInRefused".to_owned(),
    ]
}

#[tokio::test]
async fn every_act_is_in_the_audit_and_nothing_that_was_typed() {
    let door = TestDoor::open().await;
    let (mut user, mut sam) = live(&door).await;
    let sam_id = sam.get().await.expect("is in").self_id;
    let mut own = Viewer::attached(&door, &user.person.ticket().await.expect("is in")).await;
    let commands = commands(&sam_id);
    let mut wanted: Vec<_> = commands
        .iter()
        .map(|(_, said)| said)
        .filter(|said| !said.is_empty())
        .map(|said| format!("end-user {said}"))
        .collect();
    for (body, _) in commands {
        command(&mut own, body).await;
    }
    calls(&mut user.person, &mut sam).await;
    let who = account(&door, &sam.token).await;
    wanted.extend([format!("{who} Navigate Back"), format!("{who} Guidance"), format!("{who} TicketSpent")]);
    wanted
        .extend(["UploadFile 2000 bytes", "DownloadFile", "TicketSpent", "End"].map(|said| format!("end-user {said}")));
    let mut sees = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    wanted.extend(accounts(&door).await);
    // The last message of the session may come before the result.
    own.send(Up::Command(Command { id: 8, body: Some(Do::End(EndCommand {})) })).await;
    assert_eq!(sees.closed().await.reason, "Ended");
    user.person.until(Phase::Ended).await;

    let (data, session) = (door.data(), user.person.session.clone());
    let folder = door.folder();
    door.running.stop().await;
    let rows = rows(&data).await;
    drop(folder);
    let all: Vec<_> = rows.iter().map(|row| row.says.as_str()).collect();
    for wanted in &wanted {
        let row = rows.iter().find(|row| row.says == *wanted).unwrap_or_else(|| panic!("no {wanted} in {all:#?}"));
        assert_eq!(row.address, "127.0.0.1", "{wanted}");
        let of_nobody = ["Listed", "SignInRefused"].iter().any(|act| wanted.contains(act));
        assert_eq!(row.session.as_deref(), (!of_nobody).then_some(session.as_str()), "{wanted}");
    }
    // By stream and by call; the page that was stopped by nobody else says who did it.
    for (said, times) in [("end-user Pause", 2), ("end-user Resume", 2), ("end-user Extend refused NotAllowed", 1)] {
        assert_eq!(all.iter().filter(|says| **says == said).count(), times, "{said} in {all:#?}");
    }
    for (said, times) in [("Guidance", 1), ("TypeProtected", 1), ("UploadFile", 1), ("Resize", 0), ("SignInRefused", 2)]
    {
        assert_eq!(all.iter().filter(|says| says.contains(said)).count(), times, "{said} in {all:#?}");
    }
    for secret in ["typed-secret", "planted-query", user.pin.as_str(), user.person.token.as_str()] {
        assert!(!all.iter().any(|says| says.contains(secret)), "{secret} in {all:#?}");
    }
}
