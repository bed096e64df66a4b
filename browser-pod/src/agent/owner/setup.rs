//! Bind, Start and Admit: the steps between an enrolled pod and its first picture.

use std::sync::Arc;
use std::time::Duration;

use cobrowse_session::live::{Input, Live, Output};
use cobrowse_session::participant::{Participant, Role};
use cobrowse_session::policy::LONGEST_LIFE;
use cobrowse_session::{ParticipantId, SessionId};
use cobrowse_wire::BoundPolicy;
use cobrowse_wire::v1;
use futures::FutureExt;
use tonic::Status;

use super::super::page::{Order, Reason, Setup};
use super::super::status;
use super::{Begun, Message, Owner, Session, StartReply, Starting};
use crate::display::Size;
use crate::encode::worker::Picture;

/// The smallest and largest side of a page, in CSS pixels.
const SIDES: std::ops::RangeInclusive<u32> = 240..=2_560;
/// How long the start page may take to its first picture.
const START_MS: u64 = 60_000;
/// A committed page that has not changed the screen for this long looks like the empty one.
const SAME_MS: u64 = 1_000;
/// Bytes of a start address.
const URL_BYTES: usize = 2_048;
/// Bytes of locale and timezone.
const NAME_BYTES: usize = 64;

impl Owner {
    /// Gives the pod its session. The same again is success; another one is refused for ever.
    pub(super) fn bind(&mut self, request: v1::BindRequest) -> Result<(), Status> {
        let id = SessionId::parse(&request.session_id).map_err(|_| status::invalid("session_id"))?;
        if let Some(session) = &self.session {
            let same = session.id == id && session.tenant == request.tenant;
            return if same { Ok(()) } else { Err(status::other_session()) };
        }
        let viewport = viewport(request.viewport)?;
        if request.locale.len() > NAME_BYTES || request.timezone.len() > NAME_BYTES {
            return Err(status::invalid("locale or timezone"));
        }
        let policy = request.policy.ok_or_else(|| status::invalid("policy"))?;
        let policy = BoundPolicy::try_from(policy).map_err(|error| status::invalid(&error.to_string()))?;
        let people = people(request.participants)?;
        let end_user = people.iter().find(|person| person.role == Role::EndUser).map(|person| person.id.clone());
        let live = Live::new(self.clock.now(), policy.live, people).map_err(|e| status::invalid(&e.to_string()))?;
        let (locale, timezone, max_tabs) = (request.locale, request.timezone, policy.live.max_tabs);
        let (sites, mask_selectors) = (policy.sites, policy.mask_selectors);
        self.page_setup(Setup { sites, mask_selectors, locale, timezone, viewport, max_tabs });
        self.session = Some(Session { id, tenant: request.tenant, live, viewport, end_user });
        self.resize_screen(viewport);
        self.tell_all();
        Ok(())
    }

    /// Prepares Chrome at once; Start waits for it.
    fn page_setup(&mut self, setup: Setup) {
        self.ready = self.page.bind(setup).shared();
        let ready = self.ready.clone();
        tokio::spawn(async move {
            if let Err(reason) = ready.await {
                tracing::error!(reason, "the page could not be prepared");
            }
        });
    }

    /// The screen follows the viewport.
    pub(super) fn resize_screen(&mut self, viewport: v1::Viewport) {
        let scale = if viewport.scale_percent >= 200 { 2 } else { 1 };
        let (width, height) = (viewport.width & !1, viewport.height & !1);
        self.display.resize(Size { width, height, scale });
        self.injector.resize(width, height);
    }

    /// Loads the start page, once; whoever asks again waits for the same outcome.
    pub(super) fn start(&mut self, request: v1::StartRequest, reply: StartReply) {
        if let Err(status) = self.startable(&request) {
            return drop(reply.send(Err(status)));
        }
        match &mut self.starting {
            Starting::No if request.query_follows => self.prepare(reply),
            Starting::No => {
                self.starting = Starting::Opening { since: self.clock.micros(), waiting: vec![reply] };
                self.started_us = Some(self.clock.micros());
                self.open(request.start_url);
            }
            Starting::Opening { waiting, .. } | Starting::Committed { waiting, .. } => waiting.push(reply),
            Starting::Started { first_picture_us } => drop(reply.send(Ok(Ok(Begun::FirstPicture(*first_picture_us))))),
            Starting::Failed(reason) => drop(reply.send(Ok(Err(reason)))),
        }
    }

    fn startable(&self, request: &v1::StartRequest) -> Result<(), Status> {
        self.serves(&request.session_id)?;
        let missing = request.start_url.is_empty() && !request.query_follows;
        if missing || request.start_url.len() > URL_BYTES { Err(status::invalid("start_url")) } else { Ok(()) }
    }

    /// Answers once the page could be loaded, and loads nothing: the whole address is still to come.
    fn prepare(&self, reply: StartReply) {
        let ready = self.ready.clone();
        tokio::spawn(async move {
            let prepared = ready.await.map(|()| Begun::AwaitsQuery);
            drop(reply.send(Ok(prepared)));
        });
    }

    fn open(&mut self, url: String) {
        let (ready, page, mailbox) = (self.ready.clone(), Arc::clone(&self.page), self.mailbox.clone());
        tokio::spawn(async move {
            let result = match ready.await {
                Ok(()) => page.carry_out(Order::Open(url)).await,
                Err(reason) => Err(reason),
            };
            // The owner may be gone already.
            let _ = mailbox.urgent.send(Message::Opened(result)).await;
        });
    }

    pub(super) fn opened(&mut self, result: Result<(), Reason>) {
        let starting = std::mem::replace(&mut self.starting, Starting::No);
        self.starting = match (starting, result) {
            (Starting::Opening { since, waiting }, Ok(())) => {
                self.stamp.mark += 1;
                self.encoder.stamp(self.stamp);
                Starting::Committed { since, at: self.clock.millis(), mark: self.stamp.mark, waiting }
            }
            (Starting::Opening { waiting, .. } | Starting::Committed { waiting, .. }, Err(reason)) => {
                tracing::warn!(reason, "the start page could not be opened");
                waiting.into_iter().for_each(|reply| drop(reply.send(Ok(Err(reason)))));
                Starting::Failed(reason)
            }
            (starting, _) => starting,
        };
    }

    /// A page that looks like the empty one changes nothing on the screen; one that never comes is given up.
    pub(super) fn check_start(&mut self) {
        let waited = |since: u64| self.clock.micros().saturating_sub(since) > START_MS * 1_000;
        match &self.starting {
            Starting::Opening { since, .. } | Starting::Committed { since, .. } if waited(*since) => {
                self.opened(Err("Timeout"));
            }
            Starting::Committed { at, .. } if self.clock.millis() >= *at + SAME_MS => self.encoder.key(),
            _ => {}
        }
    }

    /// True while a picture is wanted for Start alone.
    pub(super) fn awaits_first_picture(&self) -> bool {
        matches!(self.starting, Starting::Opening { .. } | Starting::Committed { .. })
    }

    /// Answers Start when this picture is the page's first.
    pub(super) fn note_first_picture(&mut self, picture: &Picture) {
        let now = self.clock.millis();
        let Starting::Committed { since, at, mark, waiting } = &mut self.starting else { return };
        let shows_it = picture.fresh || now >= *at + SAME_MS;
        if picture.stamp.mark < *mark || !shows_it {
            return;
        }
        let first_picture_us = self.clock.micros().saturating_sub(*since);
        tracing::info!(first_picture_us, "the first picture of the page is there");
        waiting.drain(..).for_each(|reply| drop(reply.send(Ok(Ok(Begun::FirstPicture(first_picture_us))))));
        self.starting = Starting::Started { first_picture_us };
        self.tell_all();
    }

    /// Lets a person in that the end user allowed, or the end user where Bind came for nobody.
    pub(super) fn admit(&mut self, participant: v1::Participant) -> Result<(), Status> {
        let participant = Participant::try_from(participant).map_err(|e| status::invalid(&e.to_string()))?;
        let (id, role, now) = (participant.id.clone(), participant.role, self.clock.now());
        let session = self.session.as_mut().ok_or_else(status::not_bound)?;
        let outputs = session.live.handle(now, Input::Admit(participant));
        let refused = outputs.iter().find_map(|output| match output {
            Output::NotAdmitted { participant, reason } if *participant == id => Some(*reason),
            _ => None,
        });
        if role == Role::EndUser && refused.is_none() {
            session.end_user = Some(id);
        }
        self.carry_out(outputs);
        refused.map_or(Ok(()), |reason| Err(status::refused(reason)))
    }

    /// Takes an administrator's wishes.
    pub(super) fn adjust(&mut self, request: &v1::AdjustRequest) -> Result<v1::AdjustResponse, Status> {
        let max_duration = Duration::from_millis(request.max_duration_ms);
        if max_duration > LONGEST_LIFE {
            return Err(status::invalid("max_duration_ms"));
        }
        let max_duration = Some(max_duration).filter(|duration| !duration.is_zero());
        self.serves(&request.session_id)?;
        tracing::info!(
            paused = request.paused,
            max_ms = request.max_duration_ms,
            "an administrator adjusts the session"
        );
        self.rule(Input::Administered { paused: request.paused, max_duration });
        let now = self.clock.now();
        let expires_at = self.session.as_ref().map(|session| session.live.state(now).expires_at);
        Ok(v1::AdjustResponse { expires_at: expires_at.map(cobrowse_wire::timestamp) })
    }

    /// Refuses what is meant for another session than the pod's.
    pub(super) fn serves(&self, session: &str) -> Result<(), Status> {
        let own = self.session.as_ref().ok_or_else(status::not_bound)?;
        if own.id.as_str() == session { Ok(()) } else { Err(status::other_session()) }
    }

    /// Whether this is the end user.
    pub(super) fn is_end_user(&self, who: &ParticipantId) -> bool {
        self.session.as_ref().is_some_and(|session| session.end_user.as_ref() == Some(who))
    }
}

fn people(participants: Vec<v1::Participant>) -> Result<Vec<Participant>, Status> {
    let people = participants.into_iter().map(Participant::try_from).collect::<Result<Vec<_>, _>>();
    people.map_err(|error| status::invalid(&error.to_string()))
}

/// A viewport within its limits.
pub(super) fn viewport(viewport: Option<v1::Viewport>) -> Result<v1::Viewport, Status> {
    let viewport = viewport.ok_or_else(|| status::invalid("viewport"))?;
    let sized = SIDES.contains(&viewport.width) && SIDES.contains(&viewport.height);
    let scaled = matches!(viewport.scale_percent, 100 | 200);
    if sized && scaled { Ok(viewport) } else { Err(status::invalid("viewport")) }
}
