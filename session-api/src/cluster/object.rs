//! The object of a session. It says how the browser is to start and nothing about people; of the address it has neither query nor
//! fragment.

use crate::store::Start;
use cobrowse_crds::Tenant;
use cobrowse_crds::kind::CoBrowseSession;
use cobrowse_crds::kind::reference::{PoolRef, TenantRef};
use cobrowse_crds::kind::session::{Lifecycle, SessionSpec, Viewport, WhenPoolEmpty};
use cobrowse_crds::trace::{TRACE_CONTEXT, TraceParent};
use cobrowse_session::site::PageUrl;
use cobrowse_session::waiting::Row;

/// How long it may wait for a pod: less than the row waits for the page.
const CLAIM_DEADLINE: &str = "90s";

/// None when the page is on no site of the tenant any more, or a number does not fit. With a place in a trace the operator goes on there.
pub(super) fn of(
    row: &Row,
    start: &Start,
    url: &PageUrl,
    tenant: &Tenant,
    pool: &str,
    from: Option<TraceParent>,
) -> Option<CoBrowseSession> {
    let site = tenant.sites.iter().find(|site| site.matches(url.origin()))?;
    let number = |number: u32| i32::try_from(number).ok();
    let viewport = Viewport {
        width: number(start.width)?,
        height: number(start.height)?,
        scale_percent: number(start.scale_percent)?,
        touch: start.touch,
    };
    let spec = SessionSpec {
        tenant_ref: TenantRef { name: tenant.id.to_string() },
        pool_ref: PoolRef { name: pool.to_owned() },
        site: site.to_string(),
        start_url: Some(url.without_query()),
        query_follows: true,
        viewport,
        locale: start.locale.clone(),
        timezone: start.timezone.clone(),
        recording: None,
        when_pool_empty: WhenPoolEmpty::Wait,
        claim_deadline: CLAIM_DEADLINE.to_owned(),
        lifecycle: Lifecycle::default(),
    };
    let mut object = CoBrowseSession::new(row.id.as_str(), spec);
    object.metadata.annotations = from.map(|from| [(TRACE_CONTEXT.to_owned(), from.to_string())].into());
    Some(object)
}
