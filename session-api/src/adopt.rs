//! Sessions that somebody made by hand on the cluster, with kubectl or by its API. They have a pod before they have a row: this gives
//! them one, so that people can be let in. Who is to be the end user comes by an invitation, and so does everybody else.

use crate::clock;
use crate::cluster::Cluster;
use crate::refusal::Refusal;
use crate::sessions::Sessions;
use crate::store::{self, Act, Start, SystemScope};
use crate::traces;
use cobrowse_crds::Tenant;
use cobrowse_crds::kind::session::SessionSpec;
use cobrowse_session::permission::TenantScope;
use cobrowse_session::pin::PinHash;
use cobrowse_session::secret::SecretHash;
use cobrowse_session::site::{HostPattern, PageUrl};
use cobrowse_session::waiting::{NewSession, Row};
use cobrowse_session::{ParticipantId, PersonName, SessionId};
use std::collections::HashSet;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often new ones are looked for. A pod waits for its end user for longer.
const LOOK: Duration = Duration::from_secs(1);
/// Names remembered that need no further look.
const KNOWN: usize = 10_000;
/// How others see the end user.
const END_USER_NAME: &str = "Customer";

/// Gives rows to sessions that have none, until `stop`. Every replica does it; the row's name lets one of them win.
pub async fn watch(sessions: Sessions, cluster: Cluster, stop: CancellationToken) {
    let mut known = HashSet::new();
    while stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_some() {
        if known.len() >= KNOWN {
            known.clear();
        }
        for (name, spec) in cluster.objects().by_hand() {
            if known.contains(&name) {
                continue;
            }
            match adopt(&sessions, &name, &spec).await {
                Ok(()) => drop(known.insert(name)),
                Err(refusal) => {
                    tracing::warn!(
                        session_id = name,
                        reason = refusal.reason(),
                        "a session could not be adopted this time"
                    );
                }
            }
        }
    }
}

/// One session. What cannot be adopted at all is left to its pod, which ends without an end user.
async fn adopt(sessions: &Sessions, name: &str, spec: &SessionSpec) -> Result<(), Refusal> {
    let Ok(id) = SessionId::parse(name) else { return Ok(()) };
    let (parts, all) = (sessions.parts(), SystemScope::to_sweep());
    if parts.store.row_for_proof(all, &id).await?.is_some() {
        return Ok(());
    }
    let tenants = parts.tenants.now();
    let owner = tenants.iter().find(|(tenant, _)| tenant.id.as_str() == spec.tenant_ref.name);
    let (tenant, owner) = owner.ok_or(Refusal::SessionNotFound)?;
    let scope = TenantScope::of_site_owner(&owner);
    let row = Row { version: 1, ..Row::adopt(new_session(&id, tenant)?, clock::now()) };
    let start = start(sessions, &id, spec, tenant)?;
    let mut write = parts.store.write().await?;
    let turn = write.next_turn(SystemScope::to_place()).await?;
    match write.add_session(&scope, &row, &start, turn).await {
        Ok(()) => {}
        // Another replica was faster.
        Err(store::Error::Conflict) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    let act = Act {
        at: row.created_at,
        who: "system",
        act: "Adopted",
        session: Some(&id),
        detail: &start.origin,
        address: "",
    };
    write.audit(&scope, &act).await?;
    write.report(&scope, &row, &start.origin).await?;
    write.commit().await?;
    tracing::info!(session_id = %id, tenant = %tenant.id, "a session that was made by hand was adopted");
    // Only at the end of the program does nobody listen.
    let _ = parts.wanted.send((scope, id, traces::here()));
    Ok(())
}

/// Token and PIN are drawn and thrown away: nobody has them.
fn new_session(id: &SessionId, tenant: &Tenant) -> Result<NewSession, Refusal> {
    Ok(NewSession {
        id: id.clone(),
        tenant: tenant.id.clone(),
        policy: tenant.policy.waiting(),
        end_user: ParticipantId::from_random(clock::random()),
        end_user_name: PersonName::parse(END_USER_NAME).map_err(|_| Refusal::Internal)?,
        end_user_token: SecretHash::from_bytes(clock::random()),
        pin: PinHash::from_bytes(clock::random()),
    })
}

fn start(sessions: &Sessions, id: &SessionId, spec: &SessionSpec, tenant: &Tenant) -> Result<Start, Refusal> {
    let url = page(spec, tenant).ok_or_else(|| Refusal::invalid("site", "has no page to start on"))?;
    let number = |number: i32| u32::try_from(number).unwrap_or_default();
    Ok(Start {
        url: sessions.parts().sealer.seal(id, &url.expose()).map_err(|_| Refusal::Internal)?,
        width: number(spec.viewport.width),
        height: number(spec.viewport.height),
        scale_percent: number(spec.viewport.scale_percent),
        touch: spec.viewport.touch,
        locale: spec.locale.clone(),
        timezone: spec.timezone.clone(),
        origin: url.origin().to_string(),
        address: String::new(),
        by_hand: true,
    })
}

/// The page that the operator has loaded: the object's, the site's own, or its front page.
fn page(spec: &SessionSpec, tenant: &Tenant) -> Option<PageUrl> {
    let site = HostPattern::parse(&spec.site).ok()?;
    let own = spec.start_url.as_deref().and_then(|text| PageUrl::parse(text).ok());
    let of_site =
        || tenant.start_pages.iter().find(|page| site.matches(page.url.origin())).map(|page| page.url.clone());
    own.or_else(of_site).or_else(|| PageUrl::parse(&format!("{site}/")).ok())
}
