//! Starting a session, and the PINs of sessions.

use super::change::Actor;
use super::{Sessions, sites};
use crate::caller::Caller;
use crate::clock;
use crate::config::Limits;
use crate::door::Prefix;
use crate::door::rate::Rate;
use crate::refusal::Refusal;
use crate::store::{self, Act, Start, SystemScope, Waiting};
use cobrowse_crds::Tenant;
use cobrowse_session::attempts;
use cobrowse_session::capacity::Answer;
use cobrowse_session::permission::TenantScope;
use cobrowse_session::pin::{self, JoinPin, PinLength};
use cobrowse_session::secret::{Purpose, SessionSecret};
use cobrowse_session::site::PageUrl;
use cobrowse_session::waiting::{Event, NewSession, Row, Stage};
use cobrowse_session::{ParticipantId, PersonName, SessionId, TenantId};
use cobrowse_wire::timestamp;
use cobrowse_wire::v1::{RenewPinRequest, RenewPinResponse, StartSessionRequest, StartSessionResponse, Viewport};
use std::time::{Duration, Instant};

/// How often a PIN that another session has is drawn again. Two in a row are less likely than 1e-4.
const DRAWS: usize = 10;
/// Starts are counted over this time.
const STARTS_PERIOD: Duration = Duration::from_secs(600);
/// How others see the end user.
const END_USER_NAME: &str = "Customer";
/// CSS pixels of a viewport, as the contract says.
const VIEWPORT: std::ops::RangeInclusive<u32> = 240..=2560;
/// Bytes of a locale or a time zone's name.
const NAME_BYTES: usize = 64;

/// How fast sessions may be started here.
pub(super) struct Starts {
    of_address: Rate<Prefix>,
    of_site: Rate<String>,
    of_tenant: Rate<TenantId>,
}

impl Starts {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            of_address: Rate::new(limits.starts_per_address, STARTS_PERIOD),
            of_site: Rate::new(limits.starts_per_site, STARTS_PERIOD),
            of_tenant: Rate::new(limits.starts_per_tenant, STARTS_PERIOD),
        }
    }

    /// Counts one start that passed for its address. What a site may not costs its tenant nothing.
    fn take(&self, site: &str, tenant: &TenantId) -> Result<(), Refusal> {
        let now = Instant::now();
        self.of_site.take(site.to_owned(), now).map_err(Refusal::RateLimited)?;
        self.of_tenant.take(tenant.clone(), now).map_err(Refusal::RateLimited)
    }
}

impl Sessions {
    /// Answers `StartSession`.
    pub(super) async fn start(
        &self,
        caller: &Caller,
        request: StartSessionRequest,
    ) -> Result<StartSessionResponse, Refusal> {
        self.starts.of_address.take(caller.prefix, Instant::now()).map_err(Refusal::RateLimited)?;
        let url = sites::page(&request.start_url)?;
        let tenants = self.parts.tenants.now();
        let (tenant, owner) = tenants.owner_of(url.origin()).ok_or(Refusal::SiteNotSupported)?;
        self.starts.take(&url.origin().to_string(), &tenant.id)?;
        let scope = TenantScope::of_site_owner(&owner);
        let id = SessionId::from_random(clock::random());
        let start = self.start_facts(&id, &url, &request, caller)?;
        let token = SessionSecret::mint(id.clone(), &mut clock::source()).map_err(|_| Refusal::Internal)?;
        for _ in 0..DRAWS {
            let pin = self.draw_pin(&scope, tenant).await?;
            let new = self.new_session(&id, tenant, &pin, &token)?;
            match self.add(&scope, new, &start, caller).await {
                Ok(row) => {
                    let queued = row.stage == Stage::Queued;
                    self.parts.metrics.starts.inc();
                    tracing::info!(session_id = %id, tenant = %tenant.id, queued, "a session was started");
                    let session = self.placed(&scope, &row, self.view_of_end_user(&row)?).await?;
                    let pin = if queued { String::new() } else { pin.expose().to_owned() };
                    return Ok(StartSessionResponse { session: Some(session), token: token.expose(), pin });
                }
                Err(Failed::Store(store::Error::Conflict)) => {}
                Err(Failed::Store(error)) => return Err(error.into()),
                Err(Failed::TooMany) => return Err(Refusal::TooManyWaiting),
                Err(Failed::Full) => return Err(Refusal::NoCapacity),
            }
        }
        Err(Refusal::Conflict)
    }

    /// Answers `RenewPin`.
    pub(super) async fn renew_pin(
        &self,
        caller: &Caller,
        request: RenewPinRequest,
    ) -> Result<RenewPinResponse, Refusal> {
        let (stored, person) = self.find_allowed(caller, &request.session_id).await?;
        let (scope, tenant) = (caller.scope()?, self.tenant(&stored.row.tenant)?);
        for _ in 0..DRAWS {
            let pin = self.draw_pin(scope, &tenant).await?;
            let hash = pin.hash(&self.parts.pin_key, &tenant.id);
            let event = Event::RenewPin { by: person.participant.id.clone(), pin: hash };
            match self.change(scope, &stored.row.id, event, &Actor::caller(caller)).await {
                Ok(changed) => {
                    let expires = timestamp(changed.stored.row.pin.expires_at);
                    return Ok(RenewPinResponse { pin: pin.expose().to_owned(), pin_expires_at: Some(expires) });
                }
                Err(Refusal::Conflict) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Err(Refusal::Conflict)
    }

    async fn draw_pin(&self, scope: &TenantScope, tenant: &Tenant) -> Result<JoinPin, Refusal> {
        let live = self.parts.store.live_pins(scope).await?.saturating_add(1);
        let tries = attempts::Limits::default().tenant.tries_within(tenant.policy.pin_life);
        let length = PinLength::for_load(tries, live).map_err(|_| Refusal::TooManyWaiting)?;
        JoinPin::mint(length, &mut clock::source()).map_err(|error| match error {
            pin::Error::TooManyLive => Refusal::TooManyWaiting,
            pin::Error::Malformed | pin::Error::Random(_) => Refusal::Internal,
        })
    }

    fn new_session(
        &self,
        id: &SessionId,
        tenant: &Tenant,
        pin: &JoinPin,
        token: &SessionSecret,
    ) -> Result<NewSession, Refusal> {
        Ok(NewSession {
            id: id.clone(),
            tenant: tenant.id.clone(),
            policy: tenant.policy.waiting(),
            end_user: ParticipantId::from_random(clock::random()),
            end_user_name: PersonName::parse(END_USER_NAME).map_err(|_| Refusal::Internal)?,
            end_user_token: token.hash(Purpose::EndUser),
            pin: pin.hash(&self.parts.pin_key, &tenant.id),
        })
    }

    fn start_facts(
        &self,
        id: &SessionId,
        url: &PageUrl,
        request: &StartSessionRequest,
        caller: &Caller,
    ) -> Result<Start, Refusal> {
        let Viewport { width, height, scale_percent, touch } =
            request.viewport.ok_or_else(|| Refusal::invalid("viewport", "is missing"))?;
        if !VIEWPORT.contains(&width) || !VIEWPORT.contains(&height) {
            return Err(Refusal::invalid("viewport", "width and height must be 240 to 2560 CSS pixels"));
        }
        if !matches!(scale_percent, 100 | 200) {
            return Err(Refusal::invalid("viewport", "scale_percent must be 100 or 200"));
        }
        Ok(Start {
            url: self.parts.sealer.seal(id, &url.expose()).map_err(|_| Refusal::Internal)?,
            width,
            height,
            scale_percent,
            touch,
            locale: name("locale", &request.locale, "en-US", "-")?,
            timezone: name("timezone", &request.timezone, "UTC", "-_+/")?,
            origin: url.origin().to_string(),
            address: caller.prefix.to_string(),
            by_hand: false,
        })
    }

    /// Writes the new session: with a place and its PIN, or in the queue.
    async fn add(&self, scope: &TenantScope, new: NewSession, start: &Start, caller: &Caller) -> Result<Row, Failed> {
        let mut write = self.parts.store.write().await?;
        let all = SystemScope::to_place();
        let turn = write.next_turn(all).await?;
        let row = match self.parts.capacity.ask(write.load(all).await?) {
            Answer::Place => Row::start(new, clock::now()),
            Answer::Queue => Row::queue(new, clock::now()),
            Answer::Full => return Err(Failed::Full),
        };
        let row = Row { version: 1, ..row };
        write.add_session(scope, &row, start, turn).await?;
        let Waiting { of_address, of_site, of_tenant } = write.count_waiting(scope, start).await?;
        let limits = &self.parts.limits;
        let over = of_address > u64::from(limits.waiting_per_address)
            || of_site > u64::from(limits.waiting_per_site)
            || of_tenant > u64::from(limits.waiting_per_tenant);
        if over {
            return Err(Failed::TooMany);
        }
        let who = caller.audited();
        let (at, session, address) = (row.created_at, Some(&row.id), start.address.as_str());
        let act = Act { at, who: &who, act: "Started", session, detail: &start.origin, address };
        write.audit(scope, &act).await?;
        write.report(scope, &row, &start.origin).await?;
        write.commit().await?;
        Ok(row)
    }
}

enum Failed {
    Store(store::Error),
    TooMany,
    Full,
}

impl From<store::Error> for Failed {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// Reads a locale's or time zone's name: letters, digits and the given marks.
fn name(field: &'static str, text: &str, default: &str, marks: &str) -> Result<String, Refusal> {
    if text.is_empty() {
        return Ok(default.to_owned());
    }
    let fits = text.len() <= NAME_BYTES && text.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c));
    match fits {
        true => Ok(text.to_owned()),
        false => Err(Refusal::invalid(field, "must be a name such as nl-NL or Europe/Amsterdam")),
    }
}
