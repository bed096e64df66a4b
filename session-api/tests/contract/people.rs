//! An end user and agents, as their programs call the door.

use crate::door::TestDoor;
use cobrowse_wire::v1::session_service_client::SessionServiceClient;
use cobrowse_wire::v1::*;
use std::time::Duration;
use tonic::transport::Channel;
use tonic::{Request, Status, Streaming};
use tonic_types::StatusExt;

/// Nothing here takes this long unless it is broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const ALL: Permissions = Permissions { view: true, point: true, act: true, clipboard: true };

/// Somebody with a token.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) client: SessionServiceClient<Channel>,
    pub(crate) token: String,
    pub(crate) session: String,
}

/// An end user with a PIN.
pub(crate) struct EndUser {
    pub(crate) person: Person,
    pub(crate) pin: String,
}

/// A request with a bearer token.
pub(crate) fn with<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let value = format!("Bearer {token}").parse().expect("a header");
    request.metadata_mut().insert("authorization", value);
    request
}

/// The stable reason of a refusal.
pub(crate) fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_else(|| format!("{status:?}"))
}

pub(crate) async fn start(door: &TestDoor, url: &str) -> Result<EndUser, Status> {
    let mut client = door.sessions().await;
    let viewport = Viewport { width: 1280, height: 720, scale_percent: 100, touch: false };
    let request = StartSessionRequest { start_url: url.to_owned(), viewport: Some(viewport), ..Default::default() };
    let started = client.start_session(request).await?.into_inner();
    let session = started.session.expect("a session").id;
    Ok(EndUser { person: Person { client, token: started.token, session }, pin: started.pin })
}

pub(crate) const SHOP: &str = "http://shop.localhost:8300/?utm=planted-query";
pub(crate) const BANK: &str = "http://bank.localhost:8301/";

pub(crate) async fn end_user(door: &TestDoor) -> EndUser {
    start(door, SHOP).await.expect("the shop is supported")
}

pub(crate) async fn agent(door: &TestDoor, email: &str) -> Person {
    let request = SignInRequest { email: email.to_owned(), password: door.password(email) };
    let token = door.accounts().await.sign_in(request).await.expect("signs in").into_inner().token;
    Person { client: door.sessions().await, token, session: String::new() }
}

impl Person {
    pub(crate) async fn join(&mut self, pin: &str) -> Result<Session, Status> {
        let request = with(&self.token, JoinSessionRequest { pin: pin.to_owned() });
        let session = self.client.join_session(request).await?.into_inner().session.expect("a session");
        self.session = session.id.clone();
        Ok(session)
    }

    pub(crate) async fn get(&mut self) -> Result<Session, Status> {
        let request = with(&self.token, GetSessionRequest { session_id: self.session.clone() });
        Ok(self.client.get_session(request).await?.into_inner().session.expect("a session"))
    }

    pub(crate) async fn allow(&mut self, participant: &str) -> Result<Session, Status> {
        let session_id = self.session.clone();
        let participant_id = participant.to_owned();
        let request = AllowParticipantRequest { session_id, participant_id, permissions: Some(ALL) };
        let allowed = self.client.allow_participant(with(&self.token, request)).await?;
        Ok(allowed.into_inner().session.expect("a session"))
    }

    pub(crate) async fn ticket(&mut self) -> Result<String, Status> {
        let request = with(&self.token, CreateTicketRequest { session_id: self.session.clone() });
        Ok(self.client.create_ticket(request).await?.into_inner().ticket)
    }

    pub(crate) async fn end(&mut self) {
        let request = with(&self.token, EndSessionRequest { session_id: self.session.clone() });
        self.client.end_session(request).await.expect("may end");
    }

    pub(crate) async fn watch(&mut self) -> Streaming<WatchSessionResponse> {
        let request = with(&self.token, WatchSessionRequest { session_id: self.session.clone() });
        self.client.watch_session(request).await.expect("may watch").into_inner()
    }

    /// Watches until the session is in this phase.
    pub(crate) async fn until(&mut self, phase: Phase) -> Session {
        let mut stream = self.watch().await;
        let seen = async {
            loop {
                let next = stream.message().await.expect("may watch").expect("not over yet");
                let session = next.session.expect("a session");
                if session.phase() == phase {
                    return session;
                }
            }
        };
        tokio::time::timeout(PATIENCE, seen).await.unwrap_or_else(|_| panic!("never came to {phase:?}"))
    }
}

/// An end user and an agent in a live session of the shop.
pub(crate) async fn live(door: &TestDoor) -> (EndUser, Person) {
    let mut user = end_user(door).await;
    let mut agent = agent(door, "sam@northwind.example").await;
    let knocking = agent.join(&user.pin).await.expect("the PIN admits");
    user.person.allow(&knocking.self_id).await.expect("may allow");
    user.person.until(Phase::Live).await;
    (user, agent)
}
