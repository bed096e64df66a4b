//! The first message of a stream: its ticket says who this is and where.

use super::{Ending, Receive, Relay, Up};
use crate::door::Prefix;
use crate::hub::Known;
use crate::refusal::Refusal;
use crate::sessions::Admitted;
use crate::sessions::change::Actor;
use crate::sessions::links::PICTURE_BYTES;
use cobrowse_session::Participant;
use cobrowse_session::permission::TenantScope;
use cobrowse_session::waiting::Row;
use cobrowse_wire::v1::client_message::Body;
use cobrowse_wire::v1::pod_service_client::PodServiceClient;
use cobrowse_wire::v1::{self, Attach};
use std::time::Duration;
use tokio::sync::watch;
use tonic::transport::Channel;

/// From the link to its first message.
const FIRST: Duration = Duration::from_secs(5);
/// Codecs that a viewer can name; there are three.
const CODECS: usize = 8;

/// A viewer who was let in.
pub(super) struct Admission {
    pub(super) scope: TenantScope,
    pub(super) participant: Participant,
    /// The same, for the audit.
    pub(super) actor: Actor,
    pub(super) known: watch::Receiver<Known>,
    pub(super) pod: PodServiceClient<Channel>,
    /// As the pod gets it: without the ticket, with who this is.
    pub(super) attach: Attach,
}

impl Relay {
    /// Reads the first message and spends its ticket.
    pub(super) async fn admit(&self, up: &mut impl Receive, prefix: Prefix) -> Result<Admission, Ending> {
        let first = tokio::time::timeout(FIRST, up.receive()).await.map_err(|_| Ending::SILENT)?;
        let Up::Message(message) = first else { return Err(Ending::MALFORMED) };
        let Some(Body::Attach(attach)) = message.body else { return Err(Ending::MALFORMED) };
        if attach.protocol_version != cobrowse_wire::PROTOCOL_VERSION || attach.codecs.len() > CODECS {
            return Err(Ending::MALFORMED);
        }
        // Tickets are 256 bits, but trying them costs the store a query.
        self.gate.take_call(prefix).map_err(|_| Ending::TICKET)?;
        let admitted = self.sessions.spend_ticket(&attach.ticket, prefix).await.map_err(|r| ending(&r))?;
        let span = tracing::Span::current();
        span.record("session_id", tracing::field::display(&admitted.row.id));
        span.record("role", tracing::field::debug(admitted.participant.role));
        let known = self.sessions.parts().hub.watch(admitted.row.clone());
        let pod = self.pod(&admitted.row).await?;
        let attach = Attach {
            ticket: String::new(),
            participant: Some(v1::Participant::from(&admitted.participant)),
            recorder_epoch: 0,
            ..attach
        };
        let Admitted { scope, participant, actor, .. } = admitted;
        Ok(Admission { scope, participant, actor, known, pod, attach })
    }

    async fn pod(&self, row: &Row) -> Result<PodServiceClient<Channel>, Ending> {
        let pod = self.sessions.parts().links.pod(row).await.map_err(|refusal| match refusal {
            Refusal::SessionEnded => Ending::ended(row.end_reason),
            other => ending(&other),
        });
        pod.map(|pod| pod.max_decoding_message_size(PICTURE_BYTES))
    }
}

fn ending(refusal: &Refusal) -> Ending {
    match refusal {
        Refusal::SessionEnded => Ending::ended(None),
        Refusal::NotReady => Ending::NOT_READY,
        Refusal::Denied => Ending::DENIED,
        Refusal::PodUnreachable => Ending::POD_LOST,
        Refusal::StoreUnavailable | Refusal::Conflict => Ending::of("StoreUnavailable", true),
        _ => Ending::TICKET,
    }
}
