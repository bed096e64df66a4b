//! The session's row as text, and back. The text is JSON whose fields mirror `session::waiting::Row`; a row that does not
//! read back whole is damaged, never guessed at.

use super::Error;
use crate::hex;
use cobrowse_session::id::ReplicaId;
use cobrowse_session::pin::PinHash;
use cobrowse_session::policy::WaitingPolicy;
use cobrowse_session::secret::SecretHash;
use cobrowse_session::waiting::{Claim, Consent, Invitation, Person, Pin, Row, Stage, Ticket};
use cobrowse_session::{
    AccountId, EndReason, Participant, ParticipantId, Permissions, PersonName, Role, SessionId, TenantId, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Serialize, Deserialize)]
struct Text {
    id: String,
    tenant: String,
    pin_life_ms: u64,
    stop_choice_ms: u64,
    max_participants: u32,
    stage: String,
    paused: bool,
    pause_epoch: u32,
    paused_at: Option<u64>,
    pin_hash: String,
    pin_expires_at: u64,
    pin_used: bool,
    pins_made: u32,
    end_user_token: String,
    #[serde(default)]
    awaits_end_user: bool,
    people: Vec<PersonText>,
    invitations: Vec<(String, String, u64)>,
    invitations_made: u32,
    tickets: Vec<(String, String, u64)>,
    claim: ClaimText,
    claim_failures: u32,
    created_at: u64,
    /// Rows of before there were places have none, and hold one all the same.
    #[serde(default)]
    placed_at: Option<u64>,
    allowed_at: Option<u64>,
    live_at: Option<u64>,
    expires_at: Option<u64>,
    ended_at: Option<u64>,
    end_reason: Option<String>,
    failure: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct PersonText {
    id: String,
    role: String,
    name: String,
    company: Option<String>,
    permissions: [bool; 4],
    connected: bool,
    account: Option<String>,
    consent: String,
    since: u64,
    in_pod: bool,
}

#[derive(Serialize, Deserialize)]
enum ClaimText {
    None,
    Wanted { since: u64 },
    Claiming { by: String, at: u64 },
    Bound { by: String, pod: String },
}

/// The row as text, without its version, which has a column of its own.
pub(super) fn encode(row: &Row) -> Result<String, Error> {
    let text = Text {
        id: row.id.to_string(),
        tenant: row.tenant.to_string(),
        pin_life_ms: millis(row.policy.pin_life),
        stop_choice_ms: millis(row.policy.stop_choice),
        max_participants: row.policy.max_participants,
        stage: stage_name(row.stage).to_owned(),
        paused: row.paused,
        pause_epoch: row.pause_epoch,
        paused_at: row.paused_at.map(Timestamp::as_millis),
        pin_hash: hex::encode(row.pin.hash.as_bytes()),
        pin_expires_at: row.pin.expires_at.as_millis(),
        pin_used: row.pin.used,
        pins_made: row.pins_made,
        end_user_token: hex::encode(row.end_user_token.as_bytes()),
        awaits_end_user: row.awaits_end_user,
        people: row.people.iter().map(person_text).collect(),
        invitations: row.invitations.iter().map(invitation_text).collect(),
        invitations_made: row.invitations_made,
        tickets: row.tickets.iter().map(ticket_text).collect(),
        claim: claim_text(&row.claim),
        claim_failures: row.claim_failures,
        created_at: row.created_at.as_millis(),
        placed_at: row.placed_at.map(Timestamp::as_millis),
        allowed_at: row.allowed_at.map(Timestamp::as_millis),
        live_at: row.live_at.map(Timestamp::as_millis),
        expires_at: row.expires_at.map(Timestamp::as_millis),
        ended_at: row.ended_at.map(Timestamp::as_millis),
        end_reason: row.end_reason.map(|reason| reason.reason().to_owned()),
        failure: row.failure.clone(),
    };
    serde_json::to_string(&text).map_err(|_| damaged())
}

/// The row of a text.
pub(super) fn decode(text: &str, version: u64) -> Result<Row, Error> {
    let text: Text = serde_json::from_str(text).map_err(|_| damaged())?;
    read(text, version).ok_or_else(damaged)
}

fn read(text: Text, version: u64) -> Option<Row> {
    let at = |ms: Option<u64>| ms.map(Timestamp::from_millis);
    let end_reason = match text.end_reason {
        Some(reason) => Some(EndReason::from_reason(&reason)?),
        None => None,
    };
    Some(Row {
        id: SessionId::parse(&text.id).ok()?,
        tenant: TenantId::parse(&text.tenant).ok()?,
        version,
        policy: WaitingPolicy {
            pin_life: Duration::from_millis(text.pin_life_ms),
            stop_choice: Duration::from_millis(text.stop_choice_ms),
            max_participants: text.max_participants,
        },
        stage: stage_of(&text.stage)?,
        paused: text.paused,
        pause_epoch: text.pause_epoch,
        paused_at: at(text.paused_at),
        pin: Pin {
            hash: PinHash::from_bytes(hex::decode(&text.pin_hash)?),
            expires_at: Timestamp::from_millis(text.pin_expires_at),
            used: text.pin_used,
        },
        pins_made: text.pins_made,
        end_user_token: SecretHash::from_bytes(hex::decode(&text.end_user_token)?),
        awaits_end_user: text.awaits_end_user,
        people: text.people.into_iter().map(person).collect::<Option<_>>()?,
        invitations: text.invitations.into_iter().map(invitation).collect::<Option<_>>()?,
        invitations_made: text.invitations_made,
        tickets: text.tickets.into_iter().map(ticket).collect::<Option<_>>()?,
        claim: claim(text.claim)?,
        claim_failures: text.claim_failures,
        created_at: Timestamp::from_millis(text.created_at),
        placed_at: at(text.placed_at),
        allowed_at: at(text.allowed_at),
        live_at: at(text.live_at),
        expires_at: at(text.expires_at),
        ended_at: at(text.ended_at),
        end_reason,
        failure: text.failure,
    })
}

fn person_text(person: &Person) -> PersonText {
    let participant = &person.participant;
    let Permissions { view, point, act, clipboard } = participant.permissions;
    PersonText {
        id: participant.id.to_string(),
        role: role_name(participant.role).to_owned(),
        name: participant.name.to_string(),
        company: participant.company.as_ref().map(PersonName::to_string),
        permissions: [view, point, act, clipboard],
        connected: participant.connected,
        account: person.account.as_ref().map(AccountId::to_string),
        consent: consent_name(person.consent).to_owned(),
        since: person.since.as_millis(),
        in_pod: person.in_pod,
    }
}

fn person(text: PersonText) -> Option<Person> {
    let [view, point, act, clipboard] = text.permissions;
    let company = text.company.map(|name| PersonName::parse(&name)).transpose().ok()?;
    let participant = Participant {
        id: ParticipantId::parse(&text.id).ok()?,
        role: role_of(&text.role)?,
        name: PersonName::parse(&text.name).ok()?,
        company,
        permissions: Permissions { view, point, act, clipboard },
        connected: text.connected,
    };
    Some(Person {
        participant,
        account: text.account.map(|id| AccountId::parse(&id)).transpose().ok()?,
        consent: consent_of(&text.consent)?,
        since: Timestamp::from_millis(text.since),
        in_pod: text.in_pod,
    })
}

fn invitation_text(invitation: &Invitation) -> (String, String, u64) {
    let hash = hex::encode(invitation.hash.as_bytes());
    (hash, role_name(invitation.role).to_owned(), invitation.expires_at.as_millis())
}

fn invitation((hash, role, at): (String, String, u64)) -> Option<Invitation> {
    let hash = SecretHash::from_bytes(hex::decode(&hash)?);
    Some(Invitation { hash, role: role_of(&role)?, expires_at: Timestamp::from_millis(at) })
}

fn ticket_text(ticket: &Ticket) -> (String, String, u64) {
    (hex::encode(ticket.hash.as_bytes()), ticket.participant.to_string(), ticket.expires_at.as_millis())
}

fn ticket((hash, participant, at): (String, String, u64)) -> Option<Ticket> {
    let hash = SecretHash::from_bytes(hex::decode(&hash)?);
    let participant = ParticipantId::parse(&participant).ok()?;
    Some(Ticket { hash, participant, expires_at: Timestamp::from_millis(at) })
}

fn claim_text(claim: &Claim) -> ClaimText {
    match claim {
        Claim::None => ClaimText::None,
        Claim::Wanted { since } => ClaimText::Wanted { since: since.as_millis() },
        Claim::Claiming { by, at } => ClaimText::Claiming { by: by.to_string(), at: at.as_millis() },
        Claim::Bound { by, pod } => ClaimText::Bound { by: by.to_string(), pod: pod.clone() },
    }
}

fn claim(text: ClaimText) -> Option<Claim> {
    Some(match text {
        ClaimText::None => Claim::None,
        ClaimText::Wanted { since } => Claim::Wanted { since: Timestamp::from_millis(since) },
        ClaimText::Claiming { by, at } => {
            Claim::Claiming { by: ReplicaId::parse(&by).ok()?, at: Timestamp::from_millis(at) }
        }
        ClaimText::Bound { by, pod } => Claim::Bound { by: ReplicaId::parse(&by).ok()?, pod },
    })
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Queued => "Queued",
        Stage::Waiting => "Waiting",
        Stage::Starting => "Starting",
        Stage::Live => "Live",
        Stage::Ended => "Ended",
    }
}

fn stage_of(name: &str) -> Option<Stage> {
    use Stage::{Ended, Live, Queued, Starting, Waiting};
    [Queued, Waiting, Starting, Live, Ended].into_iter().find(|stage| stage_name(*stage) == name)
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::EndUser => "EndUser",
        Role::Agent => "Agent",
        Role::Observer => "Observer",
        Role::Recorder => "Recorder",
    }
}

fn role_of(name: &str) -> Option<Role> {
    [Role::EndUser, Role::Agent, Role::Observer, Role::Recorder].into_iter().find(|role| role_name(*role) == name)
}

fn consent_name(consent: Consent) -> &'static str {
    match consent {
        Consent::Asked => "Asked",
        Consent::Allowed => "Allowed",
        Consent::Denied => "Denied",
        Consent::Unanswered => "Unanswered",
        Consent::Left => "Left",
    }
}

fn consent_of(name: &str) -> Option<Consent> {
    use Consent::{Allowed, Asked, Denied, Left, Unanswered};
    [Asked, Allowed, Denied, Unanswered, Left].into_iter().find(|consent| consent_name(*consent) == name)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn damaged() -> Error {
    Error::Damaged { what: "a session" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cobrowse_session::waiting::NewSession;

    fn row() -> Row {
        let hash = SecretHash::from_bytes([7; 32]);
        let new = NewSession {
            id: SessionId::from_random([1; 16]),
            tenant: TenantId::parse("northwind").expect("a label"),
            policy: cobrowse_session::policy::SessionPolicy::default().waiting(),
            end_user: ParticipantId::from_random([2; 8]),
            end_user_name: PersonName::parse("Customer").expect("a name"),
            end_user_token: hash,
            pin: PinHash::from_bytes([9; 32]),
        };
        let mut row = Row::start(new, Timestamp::from_millis(1000));
        let agent = ParticipantId::from_random([3; 8]);
        row.invitations.push(Invitation { hash, role: Role::Observer, expires_at: Timestamp::from_millis(5) });
        row.tickets.push(Ticket { hash, participant: agent, expires_at: Timestamp::from_millis(6) });
        row.end_reason = Some(EndReason::Idle);
        row.awaits_end_user = true;
        row.version = 3;
        row
    }

    #[test]
    fn a_row_comes_back_whole() {
        let by = ReplicaId::from_random([4; 8]);
        let at = Timestamp::from_millis(8);
        let claims = [
            Claim::None,
            Claim::Wanted { since: at },
            Claim::Claiming { by: by.clone(), at },
            Claim::Bound { by, pod: "127.0.0.1:1 x".to_owned() },
        ];
        for claim in claims {
            let row = Row { claim, ..row() };
            assert_eq!(decode(&encode(&row).expect("writes"), 3).expect("reads"), row);
        }
    }

    #[test]
    fn a_damaged_row_is_an_error() {
        let text = encode(&row()).expect("writes");
        for bad in ["", "{}", &text.replace("Waiting", "Wating"), &text[..text.len() - 2]] {
            assert!(matches!(decode(bad, 1), Err(Error::Damaged { .. })), "{bad}");
        }
    }
}
