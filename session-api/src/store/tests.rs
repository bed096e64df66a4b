//! The store on real databases, a file and a server: versions, tenants, attempts, migrations, replicas, a full disk.

#[path = "../../tests/server/postgres.rs"]
mod postgres;

use super::*;
use cobrowse_session::attempts::{Attempts, Limits};
use cobrowse_session::permission::TenantScope;
use cobrowse_session::pin::PinHash;
use cobrowse_session::policy::SessionPolicy;
use cobrowse_session::secret::SecretHash;
use cobrowse_session::site::{HostPattern, SiteTable};
use cobrowse_session::waiting::{NewSession, Row};
use cobrowse_session::{ParticipantId, PersonName, SessionId, TenantId, Timestamp};
use postgres::Postgres;
use tempfile::TempDir;

/// A new database, and how to open it again.
enum Fresh {
    File(TempDir),
    Server(String),
}

impl Fresh {
    fn on_sqlite() -> Self {
        Self::File(tempfile::tempdir().expect("a folder"))
    }

    fn on_postgresql() -> Self {
        Self::Server(Postgres::fresh())
    }

    async fn try_open(&self) -> Result<Store, Error> {
        match self {
            Self::File(dir) => Store::open(&dir.path().join("t.db")).await,
            Self::Server(address) => Store::connect(&Server::parse(address).expect("an address")).await,
        }
    }

    async fn open(&self) -> Store {
        self.try_open().await.expect("opens")
    }
}

/// Each of these must hold on both databases.
macro_rules! on_both {
    ($($body:ident),+ $(,)?) => {
        $(mod $body {
            #[tokio::test]
            async fn on_sqlite() {
                super::$body(super::Fresh::on_sqlite()).await;
            }

            #[tokio::test]
            async fn on_postgresql() {
                super::$body(super::Fresh::on_postgresql()).await;
            }
        })+
    };
}

on_both!(
    only_one_writes_over_a_version,
    tenants_are_apart,
    a_damaged_row_keeps_nobody_else_from_ending,
    two_waiting_sessions_of_a_tenant_never_share_a_pin,
    wrong_tries_are_kept_and_forgotten,
    a_newer_database_is_refused_and_the_same_opens_again,
    tables_are_made_once_by_all_who_come_at_once,
    turns_are_taken_one_by_one,
    what_is_not_committed_is_undone,
    accounts_and_reports_come_back,
    sessions_of_a_replica_that_went_are_found,
);

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
        by_hand: false,
    }
}

async fn add(store: &Store, row: &Row) -> Result<(), Error> {
    let mut write = store.write().await?;
    write.add_session(&scope(row.tenant.as_str()), row, &start(), 0).await?;
    write.commit().await
}

async fn only_one_writes_over_a_version(fresh: Fresh) {
    let store = fresh.open().await;
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

async fn tenants_are_apart(fresh: Fresh) {
    let store = fresh.open().await;
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

async fn a_damaged_row_keeps_nobody_else_from_ending(fresh: Fresh) {
    let store = fresh.open().await;
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

async fn two_waiting_sessions_of_a_tenant_never_share_a_pin(fresh: Fresh) {
    let store = fresh.open().await;
    add(&store, &row(1, "a", 1)).await.expect("added");
    assert!(matches!(add(&store, &row(2, "a", 1)).await, Err(Error::Conflict)));
    add(&store, &row(3, "b", 1)).await.expect("another tenant's PIN is another PIN");
}

async fn wrong_tries_are_kept_and_forgotten(fresh: Fresh) {
    let store = fresh.open().await;
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

async fn a_newer_database_is_refused_and_the_same_opens_again(fresh: Fresh) {
    let first = fresh.open().await;
    let second = fresh.open().await;
    sqlx::query("INSERT INTO migrations (version) VALUES (99)").execute(second.pool()).await.expect("inserts");
    first.close().await;
    let error = fresh.try_open().await.expect_err("is newer");
    assert!(error.to_string().contains("start the newer program"), "{error}");
}

async fn tables_are_made_once_by_all_who_come_at_once(fresh: Fresh) {
    let opened = futures::future::join_all((0..4).map(|_| fresh.try_open())).await;
    let stores: Vec<_> = opened.into_iter().map(|opened| opened.expect("opens")).collect();
    add(&stores[0], &row(1, "a", 1)).await.expect("added");
    assert_eq!(stores[3].live_pins(&scope("a")).await.expect("answers"), 1);
}

async fn turns_are_taken_one_by_one(fresh: Fresh) {
    let stores = [fresh.open().await, fresh.open().await];
    let take = |n: usize| {
        let store = stores[n % 2].clone();
        async move {
            let mut write = store.write().await.expect("begins");
            let turn = write.next_turn(SystemScope::to_place()).await.expect("a turn");
            write.commit().await.expect("commits");
            turn
        }
    };
    let mut turns = futures::future::join_all((0..40).map(take)).await;
    turns.sort_unstable();
    assert_eq!(turns, (1..=40).collect::<Vec<u64>>());
}

async fn what_is_not_committed_is_undone(fresh: Fresh) {
    let store = fresh.open().await;
    for n in 0..20 {
        let mut write = store.write().await.expect("begins");
        write.add_session(&scope("a"), &row(n, "a", n), &start(), 0).await.expect("added");
        drop(write);
    }
    let absent = store.session(&scope("a"), &row(0, "a", 0).id).await;
    assert!(matches!(absent, Err(Error::Absent)));
    add(&store, &row(0, "a", 0)).await.expect("is free again");
}

async fn accounts_and_reports_come_back(fresh: Fresh) {
    let (store, own, other) = (fresh.open().await, scope("a"), scope("b"));
    let account = Account {
        id: cobrowse_session::AccountId::parse("acc-1").expect("an id"),
        tenant: TenantId::parse("a").expect("a label"),
        email: "sam@a.example".to_owned(),
        name: "Sam".to_owned(),
        role: cobrowse_session::permission::AccountRole::Agent,
        password: "$argon2id$".to_owned(),
        disabled: false,
    };
    let mut write = store.write().await.expect("begins");
    write.add_account(&own, &account, Timestamp::from_millis(1)).await.expect("added");
    let ended = Row { end_reason: Some(cobrowse_session::EndReason::Idle), ..row(1, "a", 1) };
    for row in [&row(1, "a", 1), &ended] {
        write.report(&own, row, "https://a.example").await.expect("kept");
    }
    let act = Act {
        at: Timestamp::from_millis(1),
        who: "system",
        act: "X",
        session: Some(&ended.id),
        detail: "",
        address: "",
    };
    write.audit(&own, &act).await.expect("kept");
    write.commit().await.expect("commits");
    let found = store.accounts(&own, "", 10).await.expect("lists");
    assert_eq!(found.iter().map(|found| found.email.as_str()).collect::<Vec<_>>(), ["sam@a.example"]);
    assert!(store.accounts(&other, "", 10).await.expect("lists").is_empty());
    let reports = store.reports(&own, None, 10).await.expect("lists");
    assert_eq!(reports.iter().map(|report| report.end_reason.as_str()).collect::<Vec<_>>(), ["Idle"]);
    assert!(store.reports(&other, None, 10).await.expect("lists").is_empty());
}

async fn sessions_of_a_replica_that_went_are_found(fresh: Fresh) {
    let (store, all) = (fresh.open().await, SystemScope::to_sweep());
    let replica = |n: u8| cobrowse_session::id::ReplicaId::from_random([n; 8]);
    for n in 1..=3 {
        let row = row(n, "a", n);
        add(&store, &row).await.expect("added");
        let claim = cobrowse_session::waiting::Claim::Bound { by: replica(n), pod: "somewhere".to_owned() };
        let driven = Row { version: 2, claim, ..row };
        let mut write = store.write().await.expect("begins");
        write.change_session(&scope("a"), 1, &driven, Timestamp::from_millis(5)).await.expect("changed");
        write.beat(all, &replica(n), u64::from(n)).await.expect("beats");
        write.commit().await.expect("commits");
    }
    assert!(store.orphans(all).await.expect("looks").is_empty());
    let mut write = store.write().await.expect("begins");
    assert!(!write.give_up(all, &replica(1), 7).await.expect("asks"), "it counted on");
    assert!(write.give_up(all, &replica(1), 1).await.expect("asks"));
    write.leave(all, &replica(2)).await.expect("goes");
    write.beat(all, &replica(3), 4).await.expect("beats");
    write.commit().await.expect("commits");
    assert_eq!(store.replicas(all).await.expect("looks"), [(replica(3), 4)]);
    let mut found: Vec<_> = store.orphans(all).await.expect("looks").into_iter().map(|row| row.id).collect();
    found.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
    assert_eq!(found, [row(1, "a", 1).id, row(2, "a", 2).id]);
}

#[tokio::test]
async fn replicas_on_a_server_hear_of_what_lasts_and_of_nothing_else() {
    let fresh = Fresh::on_postgresql();
    let (store, other) = (fresh.open().await, fresh.open().await);
    let row = row(1, "a", 1);
    add(&store, &row).await.expect("added");
    let mut listener = other.listen(SystemScope::to_sweep()).await.expect("listens").expect("there are notices");
    for (version, commits) in [(2, false), (2, true), (3, true)] {
        let next = Row { version, ..row.clone() };
        let mut write = store.write().await.expect("begins");
        write.change_session(&scope("a"), version - 1, &next, Timestamp::from_millis(5)).await.expect("changed");
        if commits {
            write.commit().await.expect("commits");
        }
    }
    for version in [2, 3] {
        let heard = tokio::time::timeout(Duration::from_secs(10), listener.next()).await.expect("in time");
        assert_eq!(heard.expect("hears"), Notice { id: row.id.clone(), version });
    }
    assert!(Fresh::on_sqlite().open().await.listen(SystemScope::to_sweep()).await.expect("answers").is_none());
}

#[tokio::test]
async fn a_server_by_another_name_or_of_another_authority_gets_nothing() {
    let good = Postgres::fresh();
    // The certificate names localhost alone.
    let elsewhere = good.replace("@localhost", "@127.0.0.1");
    let dir = tempfile::tempdir().expect("a folder");
    let (other, _) = cobrowse_identity::door::self_signed(&["localhost"], std::time::SystemTime::now()).expect("made");
    std::fs::write(dir.path().join("other.crt"), other).expect("written");
    let (before, _) = good.split_once("sslrootcert=").expect("it has one");
    let untrusted = format!("{before}sslrootcert={}", dir.path().join("other.crt").display());
    for address in [elsewhere, untrusted] {
        let error = Store::connect(&Server::parse(&address).expect("an address")).await.expect_err("is not trusted");
        let said = crate::chain(&error);
        assert!(said.contains("certificate") && !said.contains("planted-password"), "{said}");
    }
    Store::connect(&Server::parse(&good).expect("an address")).await.expect("opens");
}

#[tokio::test]
async fn a_full_disk_is_named() {
    let fresh = Fresh::on_sqlite();
    let store = fresh.open().await;
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
