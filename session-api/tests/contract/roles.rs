//! Who may call what, asked of the real door: every call of every service as everybody there is.

use crate::bytes;
use crate::door::TestDoor;
use crate::people::{agent, end_user, reason, with};
use cobrowse_wire::v1::account_service_client::AccountServiceClient;
use cobrowse_wire::v1::*;
use tonic::transport::Channel;

/// Who may, as letters: Visitor, End user, Agent, Supervisor, aUditor, aDministrator. Written by hand, so that a call that
/// nobody thought about fails here.
const TABLE: [(&str, &str); 29] = [
    ("AccountService/SignIn", "VEASUD"),
    // The invitation says who may be set up.
    ("AccountService/SetUpAdministrator", "VEASUD"),
    ("AccountService/SignOut", "--ASUD"),
    ("AccountService/GetAccount", "--ASUD"),
    ("AccountService/ListReports", "---SUD"),
    ("AccountService/ListAccounts", "-----D"),
    ("AccountService/CreateAccount", "-----D"),
    ("AccountService/DisableAccount", "-----D"),
    ("AccountService/ResetPassword", "-----D"),
    ("AccountService/ChangeRole", "-----D"),
    ("SessionService/ResolveSite", "VEASUD"),
    ("SessionService/StartSession", "VEASUD"),
    ("SessionService/RenewPin", "-E----"),
    ("SessionService/JoinSession", "--AS--"),
    ("SessionService/AllowParticipant", "-E----"),
    ("SessionService/DenyParticipant", "-E----"),
    ("SessionService/GetSession", "-EAS--"),
    ("SessionService/WatchSession", "-EAS--"),
    ("SessionService/CreateTicket", "-EAS--"),
    ("SessionService/CreateInvitation", "-EAS--"),
    ("SessionService/AcceptInvitation", "V-AS--"),
    // The ticket in the first message says who it is.
    ("SessionService/Attach", "VEASUD"),
    ("SessionService/PauseSession", "-E----"),
    ("SessionService/ResumeSession", "-E----"),
    // An administrator ends sessions that others are in.
    ("SessionService/EndSession", "-EAS-D"),
    ("SessionService/Navigate", "-EAS--"),
    ("SessionService/SendGuidance", "-EAS--"),
    ("SessionService/UploadFile", "-E----"),
    ("SessionService/DownloadFile", "-E----"),
];

async fn create(
    accounts: &mut AccountServiceClient<Channel>,
    by: &str,
    email: &str,
    role: AccountRole,
) -> Result<(Account, String), tonic::Status> {
    let request = CreateAccountRequest { email: email.to_owned(), name: "Uma Audit".to_owned(), role: role.into() };
    let created = accounts.create_account(with(by, request)).await?.into_inner();
    Ok((created.account.expect("an account"), created.password))
}

async fn sign_in(accounts: &mut AccountServiceClient<Channel>, email: &str, password: &str) -> Result<String, String> {
    let request = SignInRequest { email: email.to_owned(), password: password.to_owned() };
    match accounts.sign_in(request).await {
        Ok(answer) => Ok(answer.into_inner().token),
        Err(status) => Err(reason(&status)),
    }
}

#[tokio::test]
async fn every_call_as_everybody() {
    let door = TestDoor::open().await;
    let mut accounts = door.accounts().await;
    let administrator = agent(&door, "kim@northwind.example").await.token;
    let (_, password) =
        create(&mut accounts, &administrator, "uma@northwind.example", AccountRole::Auditor).await.expect("may create");
    let callers = [
        ('V', String::new()),
        ('E', end_user(&door).await.person.token),
        ('A', agent(&door, "sam@northwind.example").await.token),
        ('S', agent(&door, "priya@northwind.example").await.token),
        ('U', sign_in(&mut accounts, "uma@northwind.example", &password).await.expect("the password is right")),
        ('D', administrator),
    ];
    let mut paths = bytes::paths();
    // Signing out comes last, or the calls after it would be a visitor's.
    paths.sort_by_key(|path| path.ends_with("/SignOut"));
    assert_eq!(paths.len(), TABLE.len(), "the table has calls that the contract has not, or the reverse");
    let channel = door.channel().await;
    for path in paths {
        let row = TABLE.iter().find(|(call, _)| path == format!("/cobrowse.v1.{call}"));
        let (_, allowed) = row.unwrap_or_else(|| panic!("nobody wrote down who may call {path}"));
        let mut found = String::new();
        for (letter, token) in &callers {
            let answer = bytes::call(&channel, &path, "application/grpc", token, bytes::framed(&[])).await;
            let said = answer.status.as_ref().map(reason).unwrap_or_default();
            let turned_away = ["PermissionDenied", "Unauthenticated"].contains(&said.as_str());
            assert!(!turned_away || (said == "Unauthenticated") == (*letter == 'V'), "{path} as {letter}: {said}");
            found.push(if turned_away { '-' } else { *letter });
        }
        assert_eq!(&found, allowed, "{path}");
    }
    door.running.stop().await;
}

#[tokio::test]
async fn administrators_keep_accounts() {
    let door = TestDoor::open().await;
    let mut accounts = door.accounts().await;
    let kim = agent(&door, "kim@northwind.example").await.token;
    let (new, first) = create(&mut accounts, &kim, " New@Northwind.example", AccountRole::Agent).await.expect("may");
    assert_eq!((new.email.as_str(), new.role(), new.disabled), ("new@northwind.example", AccountRole::Agent, false));
    let taken = create(&mut accounts, &kim, "NEW@northwind.example", AccountRole::Agent).await.expect_err("taken");
    assert_eq!(reason(&taken), "EmailTaken");
    let list = ListAccountsRequest { page_size: 3, page_token: String::new() };
    let page = accounts.list_accounts(with(&kim, list)).await.expect("may").into_inner();
    let next = ListAccountsRequest { page_size: 3, page_token: page.next_page_token };
    let rest = accounts.list_accounts(with(&kim, next)).await.expect("may").into_inner();
    let emails: Vec<_> = page.accounts.iter().chain(&rest.accounts).map(|account| account.email.as_str()).collect();
    assert_eq!(emails, ["kim", "new", "priya", "sam"].map(|name| format!("{name}@northwind.example")));
    assert!(rest.next_page_token.is_empty());

    let token = sign_in(&mut accounts, &new.email, &first).await.expect("the password is right");
    let change = ChangeRoleRequest { account_id: new.id.clone(), role: AccountRole::Supervisor.into() };
    accounts.change_role(with(&kim, change)).await.expect("may");
    accounts.list_reports(with(&token, ListReportsRequest::default())).await.expect("counts at once");
    let disable = DisableAccountRequest { account_id: new.id.clone() };
    let gone = accounts.disable_account(with(&kim, disable.clone())).await.expect("may").into_inner();
    assert!(gone.account.expect("an account").disabled);
    accounts.disable_account(with(&kim, disable)).await.expect("is idempotent");
    let out = accounts.get_account(with(&token, GetAccountRequest {})).await.expect_err("its sign-ins are over");
    assert_eq!(reason(&out), "Unauthenticated");
    assert_eq!(sign_in(&mut accounts, &new.email, &first).await, Err("SignInFailed".to_owned()));
    let reset = ResetPasswordRequest { account_id: new.id.clone() };
    let reset = accounts.reset_password(with(&kim, reset)).await.expect("may").into_inner();
    assert_eq!(sign_in(&mut accounts, &new.email, &first).await, Err("SignInFailed".to_owned()), "the old one");
    sign_in(&mut accounts, &new.email, &reset.password).await.expect("the new one");
    let stored = String::from_utf8_lossy(&door.stored_bytes()).into_owned();
    assert!(!stored.contains(&first) && !stored.contains(&reset.password), "a password is in the store");
    for act in ["AccountCreated", "RoleChanged", "AccountDisabled", "PasswordReset"] {
        assert!(stored.contains(act), "{act} is not in the audit");
    }
    door.running.stop().await;
}

#[tokio::test]
async fn administrators_reach_neither_other_tenants_nor_their_own_rights() {
    let door = TestDoor::open().await;
    let mut accounts = door.accounts().await;
    let kim = agent(&door, "kim@northwind.example").await.token;
    let own = accounts.get_account(with(&kim, GetAccountRequest {})).await.expect("is in").into_inner();
    let own = own.account.expect("an account").id;
    let ana = agent(&door, "ana@contoso.example").await.token;
    let other = accounts.get_account(with(&ana, GetAccountRequest {})).await.expect("is in").into_inner();
    for id in [other.account.expect("an account").id, "a-ffffffffffffffffffffffffffffffff".to_owned(), "x".to_owned()] {
        let disable = accounts.disable_account(with(&kim, DisableAccountRequest { account_id: id.clone() })).await;
        let reset = accounts.reset_password(with(&kim, ResetPasswordRequest { account_id: id.clone() })).await;
        let change = ChangeRoleRequest { account_id: id, role: AccountRole::Auditor.into() };
        let change = accounts.change_role(with(&kim, change)).await;
        assert_eq!(reason(&disable.expect_err("not ours")), "AccountNotFound");
        assert_eq!(reason(&reset.expect_err("not ours")), "AccountNotFound");
        assert_eq!(reason(&change.expect_err("not ours")), "AccountNotFound");
    }
    accounts.get_account(with(&ana, GetAccountRequest {})).await.expect("nothing happened to her");
    let disable = DisableAccountRequest { account_id: own.clone() };
    assert_eq!(reason(&accounts.disable_account(with(&kim, disable)).await.expect_err("the own")), "Invalid");
    let change = ChangeRoleRequest { account_id: own, role: AccountRole::Agent.into() };
    assert_eq!(reason(&accounts.change_role(with(&kim, change)).await.expect_err("the own")), "Invalid");
    let (role, email) = (AccountRole::Unspecified, "x@northwind.example");
    assert_eq!(reason(&create(&mut accounts, &kim, email, role).await.expect_err("no role")), "Invalid");
    let bad = create(&mut accounts, &kim, "no address", AccountRole::Agent).await.expect_err("no address");
    assert_eq!(reason(&bad), "Invalid");
    door.running.stop().await;
}
