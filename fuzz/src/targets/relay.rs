//! What a pod that was taken over sends down to a viewer through session-api: nothing of the end user's, and no picture while
//! the session is stopped or from before.

use cobrowse_session::pin::PinHash;
use cobrowse_session::policy::SessionPolicy;
use cobrowse_session::secret::SecretHash;
use cobrowse_session::waiting::{NewSession, Row};
use cobrowse_session::{ParticipantId, PersonName, Role, SessionId, TenantId, Timestamp};
use cobrowse_session_api::relay::fuzzing::Judge;
use cobrowse_wire::v1::server_message::Body;
use cobrowse_wire::v1::{Audience, ServerMessage, event};
use prost::Message;

use crate::script::Script;

/// Steps: 0 is a counted message, 1 stops, 2 goes on.
pub fn target(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let row = row();
    let (mut agent, mut end_user) = (Judge::new(Role::Agent, row.clone()), Judge::new(Role::EndUser, row));
    let (mut paused, mut epoch) = (false, 0);
    while !script.is_over() {
        match script.byte() % 3 {
            0 => {
                let Ok(message) = ServerMessage::decode(script.counted()) else { continue };
                assert!(end_user.passes(&message));
                if agent.passes(&message) {
                    is_for_the_agent(&message, paused, epoch);
                }
                continue;
            }
            1 => (paused, epoch) = (true, epoch + u32::from(!paused)),
            _ => paused = false,
        }
        agent.know(paused, epoch);
        end_user.know(paused, epoch);
    }
}

fn is_for_the_agent(message: &ServerMessage, paused: bool, epoch: u32) {
    let Some(Body::Event(event)) = &message.body else { return };
    assert_eq!(event.audience(), Audience::All);
    match &event.body {
        Some(event::Body::Picture(_)) => assert!(!paused && event.pause_epoch >= epoch, "a picture of before"),
        Some(event::Body::ProtectedFields(_)) => panic!("these are the end user's"),
        _ => {}
    }
}

fn row() -> Row {
    let new = NewSession {
        id: SessionId::from_random([1; 16]),
        tenant: TenantId::parse("northwind").expect("a label"),
        policy: SessionPolicy::default().waiting(),
        end_user: ParticipantId::from_random([2; 8]),
        end_user_name: PersonName::parse("Customer").expect("a name"),
        end_user_token: SecretHash::from_bytes([0; 32]),
        pin: PinHash::from_bytes([0; 32]),
    };
    Row::start(new, Timestamp::from_millis(0))
}
