//! Limits on starts, on PINs that wait and on wrong PINs, of each kind by itself: it holds, and only for whom it is about.

use crate::door::TestDoor;
use crate::people::{BANK, Person, SHOP, agent, reason, start};
use cobrowse_session::permission::{AccountRole, SignInRecord, TenantScope};
use cobrowse_session::secret::{Purpose, Secret};
use cobrowse_session::{AccountId, Timestamp};
use cobrowse_session_api::args::Settings;
use cobrowse_session_api::clock;
use cobrowse_session_api::store;
use cobrowse_wire::v1::session_service_client::SessionServiceClient;
use std::net::Ipv4Addr;
use std::time::Duration;
use tempfile::TempDir;

/// A second site of the shop's tenant.
const OUTLET: &str = "http://outlet.localhost:8302/";

/// The demo's tenants, but the shop's has two sites.
fn two_sites() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, sites) in [("northwind", [SHOP, OUTLET].as_slice()), ("contoso", &[BANK])] {
        let mut yaml = format!(
            "apiVersion: cobrowse.dev/v1alpha1\nkind: CoBrowseTenant\nmetadata:\n  name: {name}\nspec:\n  \
             displayName: {name}\n  demo: true\n  sites:\n"
        );
        for site in sites {
            let origin = site.split("/?").next().expect("the first part").trim_end_matches('/');
            yaml += &format!("    - pattern: {origin}\n      startUrl: {origin}/\n      title: {origin}\n");
        }
        std::fs::write(folder.path().join(format!("{name}.yaml")), yaml).expect("written");
    }
    folder
}

/// What a start comes to: "" or the reason of the refusal.
async fn started(door: &TestDoor, url: &str) -> String {
    start(door, url).await.err().map(|status| reason(&status)).unwrap_or_default()
}

#[tokio::test]
async fn a_site_and_a_tenant_cannot_start_without_end() {
    let tenants = two_sites();
    let door = TestDoor::with(|settings| Settings {
        tenants: Some(tenants.path().to_owned()),
        starts_per_site: Some(2),
        starts_per_tenant: Some(3),
        ..settings
    })
    .await;
    // The third of the shop is refused for its site; then one is left of the tenant, and the bank is another's.
    for (url, wanted) in
        [(SHOP, ""), (SHOP, ""), (SHOP, "RateLimited"), (OUTLET, ""), (OUTLET, "RateLimited"), (BANK, "")]
    {
        assert_eq!(started(&door, url).await, wanted, "{url}");
    }
    door.running.stop().await;
}

#[tokio::test]
async fn a_site_and_a_tenant_have_so_many_waiting_and_no_more() {
    let tenants = two_sites();
    let door = TestDoor::with(|settings| Settings {
        tenants: Some(tenants.path().to_owned()),
        waiting_per_site: Some(2),
        waiting_per_tenant: Some(3),
        ..settings
    })
    .await;
    let mut first = start(&door, SHOP).await.expect("there is room");
    let rows = [(SHOP, ""), (SHOP, "TooManyWaiting"), (OUTLET, ""), (OUTLET, "TooManyWaiting"), (BANK, "")];
    for (url, wanted) in rows {
        assert_eq!(started(&door, url).await, wanted, "{url}");
    }
    first.person.end().await;
    assert_eq!(started(&door, OUTLET).await, "", "who waits no more leaves room");
    door.running.stop().await;
}

/// Signed-in agents of the shop's tenant, straight from the store: the door's own way makes few of them a minute.
async fn agents(door: &TestDoor, count: usize) -> Vec<String> {
    let parts = door.running.sessions.parts();
    let tenants = parts.tenants.now();
    let owner = tenants.iter().find(|(tenant, _)| tenant.id.as_str() == "northwind").expect("the shop's").1;
    let scope = TenantScope::of_site_owner(&owner);
    let mut write = parts.store.write().await.expect("begins");
    let mut tokens = Vec::new();
    for n in 0..count {
        let secret = Secret::mint(&mut clock::source()).expect("random bytes");
        let (id, tenant, role) = (AccountId::from_random(clock::random()), scope.tenant().clone(), AccountRole::Agent);
        let account = store::Account {
            id: id.clone(),
            tenant: tenant.clone(),
            email: format!("agent{n}@northwind.example"),
            name: format!("Agent {n}"),
            role,
            password: String::new(),
            disabled: false,
        };
        write.add_account(&scope, &account, clock::now()).await.expect("added");
        let expires_at = clock::now() + Duration::from_secs(60);
        let record = SignInRecord { account: id, tenant, role, token: secret.hash(Purpose::SignIn), expires_at };
        write.add_sign_in(&scope, &record, Timestamp::default()).await.expect("added");
        tokens.push(secret.expose().to_owned());
    }
    write.commit().await.expect("commits");
    tokens
}

/// What a wrong PIN of this agent from this address comes to.
async fn wrong(door: &TestDoor, token: &str, from: u8) -> String {
    let client = SessionServiceClient::new(door.channel_from(Ipv4Addr::new(127, 0, 1, from)).await);
    let mut person = Person { client, token: token.to_owned(), session: String::new() };
    reason(&person.join("000000").await.expect_err("wrong"))
}

#[tokio::test]
async fn wrong_pins_lock_an_address_and_then_the_tenant_for_everybody_there() {
    let door = TestDoor::open().await;
    let agents = agents(&door, 22).await;
    let (fresh, spent) = agents.split_last().expect("there are some");
    // Five wrong ones are an agent's share, so four agents are an address's and twenty the tenant's.
    for (n, agent) in (0u8..).zip(&spent[..20]) {
        let address = 1 + n / 4;
        for _ in 0..5 {
            assert_eq!(wrong(&door, agent, address).await, "PinInvalid", "agent {n}");
        }
        assert_eq!(wrong(&door, agent, 200).await, "PinLocked", "an agent's share is used up wherever they are");
        if n == 3 {
            assert_eq!(wrong(&door, fresh, 1).await, "PinLocked", "the address's share is used up for everybody");
        }
    }
    assert_eq!(wrong(&door, fresh, 201).await, "PinLocked", "the tenant's share is used up");
    let ana = agent(&door, "ana@contoso.example").await;
    assert_eq!(wrong(&door, &ana.token, 1).await, "PinInvalid", "another tenant's agents go on, from there too");
    door.running.stop().await;
}
