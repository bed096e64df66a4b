//! The contract's messages: bytes, messages, and the rules' types on both sides of them.

use cobrowse_session::Participant;
use cobrowse_session::participant::EndReason;
use cobrowse_wire::v1::{self, client_message::Body};
use cobrowse_wire::{BoundPolicy, moment, rule_command, timestamp};
use prost::Message;

/// A byte that chooses the message, then its bytes.
pub fn target(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    match kind % 8 {
        0 => read(bytes, up),
        1 => read(bytes, |message: v1::ServerMessage| again(&message)),
        2 => read(bytes, policy),
        3 => read(bytes, participant),
        4 => read(bytes, facts),
        5 => read(bytes, |message: v1::BindRequest| again(&message)),
        6 => read(bytes, |message: v1::StartSessionRequest| again(&message)),
        _ => read(bytes, |command: v1::Command| drop(rule_command(&command))),
    }
}

fn read<M: Message + Default + PartialEq>(bytes: &[u8], check: impl FnOnce(M)) {
    if let Ok(message) = M::decode(bytes) {
        check(message);
    }
}

/// A message is the same after it was written. Numbers that are none are equal to nothing, so bytes are compared.
fn again<M: Message + Default>(message: &M) {
    let bytes = message.encode_to_vec();
    let read = M::decode(bytes.as_slice()).expect("our own bytes");
    // The order of a map is free.
    assert_eq!(read.encoded_len(), bytes.len());
}

fn up(message: v1::ClientMessage) {
    again(&message);
    match message.body {
        Some(Body::Command(command)) => {
            if let Err(error) = rule_command(&command) {
                assert!(!error.field().is_empty());
            }
        }
        Some(Body::Attach(v1::Attach { participant: Some(person), .. })) => participant(person),
        _ => {}
    }
}

fn policy(message: v1::Policy) {
    let Ok(read) = BoundPolicy::try_from(message) else { return };
    assert!(!read.sites.is_empty() && read.live.max_tabs >= 1 && read.live.max_participants >= 1);
    assert_eq!(BoundPolicy::try_from(v1::Policy::from(&read)), Ok(read));
}

fn participant(message: v1::Participant) {
    let Ok(read) = Participant::try_from(message) else { return };
    assert_eq!(read.permissions, read.permissions.within(read.role), "nobody has more than the role may");
    assert_eq!(Participant::try_from(v1::Participant::from(&read)), Ok(read));
}

fn facts(message: v1::WatchResponse) {
    again(&message);
    if let Ok(reason) = EndReason::try_from(message.end_reason()) {
        assert_eq!(v1::EndReason::from(reason), message.end_reason());
    }
    if let Some(at) = &message.expires_at {
        let read = moment(at);
        assert_eq!(moment(&timestamp(read)), read);
    }
    message.participants.into_iter().for_each(participant);
}
