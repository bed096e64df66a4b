//! The rules of a co-browsing session: who may see, join and act, and how long.
//! Pure: it does no I/O, reads no clock and draws no randomness; time and random bytes come in as arguments.

pub mod attempts;
pub mod canary;
pub mod capacity;
pub mod claim;
pub mod egress;
pub mod id;
pub mod live;
pub mod participant;
pub mod permission;
pub mod pin;
pub mod policy;
pub mod pool;
pub mod random;
pub mod secret;
pub mod site;
pub mod time;
pub mod uid;
pub mod waiting;

pub use id::{AccountId, ParticipantId, SessionId, TenantId};
pub use participant::{EndReason, Participant, Permissions, PersonName, Role};
pub use time::Timestamp;
pub use uid::{PodUid, SessionUid};
