//! People, as their programs call a replica. They move to another one when theirs is gone.

use crate::program::until;
use crate::stand::{Replica, Stand};
use cobrowse_identity::{ServerName, door};
use cobrowse_wire::v1::account_service_client::AccountServiceClient;
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::server_message::Body as Down;
use cobrowse_wire::v1::session_service_client::SessionServiceClient;
use cobrowse_wire::v1::*;
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status, Streaming};

/// Nothing here takes this long unless it is broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
const ALL: Permissions = Permissions { view: true, point: true, act: true, clipboard: true };

/// Somebody with a token, at a replica.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) client: SessionServiceClient<Channel>,
    pub(crate) token: String,
    pub(crate) session: String,
}

/// A live stream.
pub(crate) struct Viewer {
    pub(crate) up: mpsc::Sender<AttachRequest>,
    down: Streaming<AttachResponse>,
}

/// A channel to a replica.
pub(crate) async fn channel(stand: &Stand, replica: &Replica) -> Result<Channel, Status> {
    let (tls, address) = (door::client(&stand.certificate, &["h2"]).expect("a client"), replica.address);
    let connector = tower::service_fn(move |_: http::Uri| {
        let tls = tls.clone();
        async move {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let name = ServerName::try_from("localhost").expect("a name");
            TlsConnector::from(tls).connect(name, stream).await.map(TokioIo::new)
        }
    });
    let connected = Endpoint::from_static("http://localhost").connect_with_connector(connector).await;
    connected.map_err(|error| Status::unavailable(error.to_string()))
}

/// A call of whoever has this token.
pub(crate) fn with<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().expect("a header"));
    request
}

/// Starts a session at an address. With the PIN.
pub(crate) async fn start(stand: &Stand, replica: &Replica, url: &str) -> Result<(Person, String), Status> {
    let mut client = SessionServiceClient::new(channel(stand, replica).await?);
    let viewport = Viewport { width: 1280, height: 720, scale_percent: 100, touch: false };
    let request = StartSessionRequest { start_url: url.to_owned(), viewport: Some(viewport), ..Default::default() };
    let started = client.start_session(request).await?.into_inner();
    let session = started.session.expect("a session").id;
    Ok((Person { client, token: started.token, session }, started.pin))
}

/// The agent of a tenant, signed in.
pub(crate) async fn agent(stand: &Stand, replica: &Replica, tenant: &str) -> Person {
    let (email, password) = stand.agent(tenant).await;
    let channel = channel(stand, replica).await.expect("connects");
    let request = SignInRequest { email, password };
    let token = AccountServiceClient::new(channel.clone()).sign_in(request).await.expect("signs in").into_inner().token;
    Person { client: SessionServiceClient::new(channel), token, session: String::new() }
}

/// The same at a site whose owner the operator says in its time.
pub(crate) async fn supported(stand: &Stand, replica: &Replica, url: &str) -> (Person, String) {
    until("the site is supported", PATIENCE, || async { start(stand, replica, url).await.ok() }).await
}

/// An end user and an agent in a live session of the shop, at this address.
pub(crate) async fn live(stand: &Stand, replica: &Replica, url: &str) -> (Person, Person) {
    let (mut user, pin) = supported(stand, replica, url).await;
    let mut agent = agent(stand, replica, "northwind").await;
    let knocking = agent.join(&pin).await.expect("the PIN admits");
    user.allow(&knocking.self_id).await;
    user.until(Phase::Live).await;
    (user, agent)
}

/// Whom an invitation makes the end user of a session that somebody made by hand.
pub(crate) async fn seated(stand: &Stand, replica: &Replica, invitation: &str) -> Result<Person, Status> {
    let mut client = SessionServiceClient::new(channel(stand, replica).await?);
    let request = AcceptInvitationRequest { invitation: invitation.to_owned() };
    let accepted = client.accept_invitation(request).await?.into_inner();
    let session = accepted.session.expect("a session").id;
    Ok(Person { client, token: accepted.token, session })
}

impl Person {
    /// A one-use invitation to a session.
    pub(crate) async fn invite(&mut self, session: &str, role: Role) -> Result<String, Status> {
        let request = CreateInvitationRequest { session_id: session.to_owned(), role: role.into() };
        Ok(self.client.create_invitation(with(&self.token, request)).await?.into_inner().invitation)
    }

    /// Knocks with an invitation.
    pub(crate) async fn accept(&mut self, invitation: &str) -> Session {
        let request = with(&self.token, AcceptInvitationRequest { invitation: invitation.to_owned() });
        let accepted = self.client.accept_invitation(request).await.expect("it is for an account").into_inner();
        let session = accepted.session.expect("a session");
        self.session.clone_from(&session.id);
        session
    }

    /// Goes to another replica.
    pub(crate) async fn move_to(&mut self, stand: &Stand, replica: &Replica) {
        self.tries(stand, replica).await.expect("connects");
    }

    /// The same, if that one is there.
    pub(crate) async fn tries(&mut self, stand: &Stand, replica: &Replica) -> Result<(), Status> {
        self.client = SessionServiceClient::new(channel(stand, replica).await?);
        Ok(())
    }

    pub(crate) async fn join(&mut self, pin: &str) -> Result<Session, Status> {
        let request = with(&self.token, JoinSessionRequest { pin: pin.to_owned() });
        let session = self.client.join_session(request).await?.into_inner().session.expect("a session");
        self.session.clone_from(&session.id);
        Ok(session)
    }

    pub(crate) async fn allow(&mut self, participant: &str) {
        self.allows(participant).await.expect("may allow");
    }

    /// The same, if the replica lives.
    pub(crate) async fn allows(&mut self, participant: &str) -> Result<(), Status> {
        let (session_id, participant_id) = (self.session.clone(), participant.to_owned());
        let request = AllowParticipantRequest { session_id, participant_id, permissions: Some(ALL) };
        self.client.allow_participant(with(&self.token, request)).await.map(drop)
    }

    pub(crate) async fn get(&mut self) -> Session {
        self.looks().await.expect("may see it")
    }

    /// The same, if the replica lives.
    pub(crate) async fn looks(&mut self) -> Result<Session, Status> {
        let request = with(&self.token, GetSessionRequest { session_id: self.session.clone() });
        Ok(self.client.get_session(request).await?.into_inner().session.expect("a session"))
    }

    pub(crate) async fn end(&mut self) {
        self.ends().await.expect("may end");
    }

    /// The same, if the replica lives.
    pub(crate) async fn ends(&mut self) -> Result<(), Status> {
        let request = with(&self.token, EndSessionRequest { session_id: self.session.clone() });
        self.client.end_session(request).await.map(drop)
    }

    pub(crate) async fn pause(&mut self) {
        let request = with(&self.token, PauseSessionRequest { session_id: self.session.clone() });
        self.client.pause_session(request).await.expect("may stop");
    }

    /// Watches until the session is in this phase.
    pub(crate) async fn until(&mut self, phase: Phase) -> Session {
        let request = with(&self.token, WatchSessionRequest { session_id: self.session.clone() });
        let mut stream = self.client.watch_session(request).await.expect("may watch").into_inner();
        let mut last = Phase::Unspecified;
        let seen = async {
            loop {
                let next = stream.message().await.expect("may watch").expect("not over yet");
                let session = next.session.expect("a session");
                last = session.phase();
                if last == phase {
                    return session;
                }
            }
        };
        let seen = tokio::time::timeout(PATIENCE, seen).await;
        seen.unwrap_or_else(|_| panic!("never came to {phase:?}, but to {last:?}"))
    }

    /// A ticket to a live stream.
    pub(crate) async fn ticket(&mut self) -> String {
        let request = with(&self.token, CreateTicketRequest { session_id: self.session.clone() });
        self.client.create_ticket(request).await.expect("is in").into_inner().ticket
    }

    /// Opens a live stream.
    pub(crate) async fn attach(&mut self) -> Viewer {
        let ticket = self.ticket().await;
        let (up, sent) = mpsc::channel(8);
        let attach = Attach { protocol_version: 1, ticket, codecs: vec![Codec::H264.into()], ..Attach::default() };
        let message = Some(ClientMessage { body: Some(Up::Attach(attach)) });
        up.send(AttachRequest { message }).await.expect("is open");
        let down = self.client.attach(ReceiverStream::new(sent)).await.expect("is served").into_inner();
        let mut viewer = Viewer { up, down };
        viewer.find(|body| matches!(body, Down::Attached(_)).then_some(())).await.expect("is attached");
        viewer
    }
}

impl Viewer {
    /// The next message that is wanted; `None` when the stream is over.
    pub(crate) async fn find<T>(&mut self, mut wanted: impl FnMut(&Down) -> Option<T>) -> Option<T> {
        let found = async {
            loop {
                let Ok(Some(response)) = self.down.message().await else { return None };
                let found = response.message.and_then(|message| message.body).and_then(|body| wanted(&body));
                if found.is_some() {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("something comes")
    }

    /// Waits for this picture.
    pub(crate) async fn picture(&mut self, wanted: &[u8]) {
        let found = self.find(|body| match body {
            Down::Event(Event { body: Some(event::Body::Picture(picture)), .. }) => {
                (picture.data == wanted).then_some(())
            }
            _ => None,
        });
        found.await.expect("the stream goes on");
    }

    /// Waits until the replica is gone.
    pub(crate) async fn cut(mut self) {
        while self.find(|_| Some(())).await.is_some() {}
        drop(self.up);
    }
}
