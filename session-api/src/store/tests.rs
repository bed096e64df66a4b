//! The store on real files: versions, tenants, attempts, migrations, a full disk.

use super::*;
use cobrowse_session::attempts::{Attempts, Limits};
use cobrowse_session::permission::TenantScope;
use cobrowse_session::pin::PinHash;
use cobrowse_session::policy::SessionPolicy;
use cobrowse_session::secret::SecretHash;
use cobrowse_session::site::{HostPattern, SiteTable};
use cobrowse_session::waiting::{NewSession, Row};
use cobrowse_session::{ParticipantId, PersonName, SessionId, TenantId, Timestamp};
use tempfile::TempDir;

async fn store() -> (Store, TempDir) {
    let dir = tempfile::tempdir().expect("a folder");
    (Store::open(&dir.path().join("t.db")).await.expect("opens"), dir)
}

fn scope(tenant: &str) -> TenantScope {
    let patterns = vec![HostPattern::parse(&format!("{tenant}.example")).expect("a pattern")];
    let table = SiteTable::new(vec![(TenantId::parse(tenant).expect("a label"), patterns)]).expect("one tenant");
    TenantScope::of_site_owner(&table.owners().next().expect("one owner"))
}

fn row(n: u8, tenant: &str, pin: u8) -> Row {
    let new = NewSession {
        id: SessionId::from_random([n; 16]),
        tenant: TenantId::parse(tenant).expect("a label"),
        policy: SessionPolicy::default().waiting(),
        end_user: ParticipantId::from_random([n; 8]),
        end_user_name: PersonName::parse("Customer").expect("a name"),
        end_user_token: SecretHash::from_bytes([n; 32]),
        pin: PinHash::from_bytes([pin; 32]),
    };
    Row { version: 1, ..Row::start(new, Timestamp::from_millis(1000)) }
}

fn start() -> Start {
    Start {
        url: "sealed".to_owned(),
        width: 1280,
        height: 720,
        scale_percent: 100,
        touch: false,
        locale: "en-US".to_owned(),
        timezone: "UTC".to_owned(),
        origin: "https://a.example".to_owned(),
        address: "127.0.0.1".to_owned(),
    }
}

async fn add(store: &Store, row: &Row) -> Result<(), Error> {
    let mut write = store.write().await?;
    write.add_session(&scope(row.tenant.as_str()), row, &start(), 0).await?;
    write.commit().await
}

#[tokio::test]
async fn only_one_writes_over_a_version() {
    let (store, _dir) = store().await;
    let (scope, row) = (scope("a"), row(1, "a", 1));
    add(&store, &row).await.expect("added");
    let next = Row { version: 2, paused: true, ..row.clone() };
    for (read, fits) in [(1, true), (1, false), (7, false)] {
        let mut write = store.write().await.expect("begins");
        let changed = write.change_session(&scope, read, &next, Timestamp::from_millis(5)).await;
        assert_eq!(changed.is_ok(), fits, "{read}");
        write.commit().await.expect("commits");
    }
    let stored = store.session(&scope, &row.id).await.expect("found");
    assert_eq!((stored.row, stored.start), (next, start()));
}

#[tokio::test]
async fn tenants_are_apart() {
    let (store, _dir) = store().await;
    let row = row(1, "a", 1);
    add(&store, &row).await.expect("added");
    let (own, other) = (scope("a"), scope("b"));
    assert!(matches!(store.session(&other, &row.id).await, Err(Error::Absent)));
    assert_eq!(store.session_of_pin(&other, &row.pin.hash).await.expect("answers"), None);
    assert_eq!(store.session_of_pin(&own, &row.pin.hash).await.expect("answers"), Some(row.id.clone()));
    let mut write = store.write().await.expect("begins");
    let next = Row { version: 2, ..row.clone() };
    let changed = write.change_session(&other, 1, &next, Timestamp::from_millis(5)).await;
    assert!(matches!(changed, Err(Error::Conflict)));
    assert_eq!(store.live_pins(&other).await.expect("answers"), 0);
    assert_eq!(store.live_pins(&own).await.expect("answers"), 1);
}

#[tokio::test]
async fn a_damaged_row_keeps_nobody_else_from_ending() {
    let (store, _dir) = store().await;
    for n in 1..=3 {
        add(&store, &row(n, "a", n)).await.expect("added");
    }
    let damage = "UPDATE sessions SET waiting = '{}' WHERE id = $1";
    sqlx::query(damage).bind(row(2, "a", 2).id.to_string()).execute(store.pool()).await.expect("damaged");
    let due = store
        .sessions_due(SystemScope::to_sweep(), Timestamp::from_millis(u64::MAX / 2))
        .await
        .expect("the rest is found");
    assert_eq!(due.iter().map(|row| row.id.clone()).collect::<Vec<_>>(), [row(1, "a", 1).id, row(3, "a", 3).id]);
}

#[tokio::test]
async fn two_waiting_sessions_of_a_tenant_never_share_a_pin() {
    let (store, _dir) = store().await;
    add(&store, &row(1, "a", 1)).await.expect("added");
    assert!(matches!(add(&store, &row(2, "a", 1)).await, Err(Error::Conflict)));
    add(&store, &row(3, "b", 1)).await.expect("another tenant's PIN is another PIN");
}

#[tokio::test]
async fn wrong_tries_are_kept_and_forgotten() {
    let (store, _dir) = store().await;
    let (limit, own, other) = (Limits::default().agent, scope("a"), scope("b"));
    let now = Timestamp::from_millis(10_000);
    let mut write = store.write().await.expect("begins");
    let mut attempts = write.attempts(&own, "agent:a").await.expect("reads");
    assert_eq!(attempts, Attempts::default());
    attempts.record(&limit, now);
    write.keep_attempts(&own, "agent:a", &attempts, now + limit.window).await.expect("keeps");
    write.commit().await.expect("commits");
    let mut write = store.write().await.expect("begins");
    assert_eq!(write.attempts(&own, "agent:a").await.expect("reads"), attempts);
    assert_eq!(write.attempts(&other, "agent:a").await.expect("reads"), Attempts::default(), "another tenant's");
    assert_eq!(write.forget_attempts(SystemScope::to_sweep(), now).await.expect("sweeps"), 1, "the empty one");
    assert_eq!(write.forget_attempts(SystemScope::to_sweep(), now + limit.window).await.expect("sweeps"), 1);
}

#[tokio::test]
async fn a_newer_database_is_refused_and_the_same_opens_again() {
    let (first, dir) = store().await;
    let path = dir.path().join("t.db");
    let second = Store::open(&path).await.expect("opens twice");
    sqlx::query("INSERT INTO migrations (version) VALUES (99)").execute(second.pool()).await.expect("inserts");
    first.close().await;
    let error = Store::open(&path).await.expect_err("is newer");
    assert!(error.to_string().contains("start the newer program"), "{error}");
}

#[tokio::test]
async fn a_full_disk_is_named() {
    let (store, _dir) = store().await;
    let mut write = store.write().await.expect("begins");
    // SQLite answers a full disk and a full file alike.
    let pages = "PRAGMA max_page_count = 1";
    sqlx::query(pages).execute(write.connection()).await.expect("a setting");
    let large = Row { failure: Some("x".repeat(1_000_000)), ..row(1, "a", 1) };
    let error = write.add_session(&scope("a"), &large, &start(), 0).await.expect_err("there is no room");
    assert!(matches!(error, Error::Full(_)), "{error:?}");
    drop(write);
    assert!(store.ready().await.is_ok(), "reading goes on");
    assert!(
        store.row_for_proof(SystemScope::to_prove(), &large.id).await.expect("reads").is_none(),
        "and nothing is there by half"
    );
}
