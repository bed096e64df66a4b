//! The limits of the store's side that no tenant sets. They bound every row, and end every history.

use std::time::Duration;

/// How long somebody waits for Allow before the answer counts as no.
pub const KNOCK_LIFE: Duration = Duration::from_secs(300);
/// How long after its PIN expired the end user may still ask for another. At least [`KNOCK_LIFE`], so that a knock in the
/// PIN's last moment is answered first.
pub const RENEW_GRACE: Duration = Duration::from_secs(300);
/// How long a session queues for a place.
pub const QUEUE_LIFE: Duration = Duration::from_secs(1800);
/// How long a place that came free is kept for somebody who does not fetch the first PIN. The page fetches it at once.
pub const PLACE_LIFE: Duration = Duration::from_secs(60);
/// PINs of one session, the first included.
pub const PINS_MAX: u32 = 10;
/// How long an invitation admits.
pub const INVITATION_LIFE: Duration = Duration::from_secs(600);
/// Invitations of one session.
pub const INVITATIONS_MAX: u32 = 20;
/// How long a ticket opens a stream.
pub const TICKET_LIFE: Duration = Duration::from_secs(30);
/// Open tickets of one participant.
pub const TICKETS_MAX: usize = 8;
/// How long replicas have to take up a wanted claim before they are told again.
pub const CLAIM_PATIENCE: Duration = Duration::from_secs(2);
/// How long a replica may be silent while it makes a browser. `ClaimStarted` renews it.
pub const CLAIM_LEASE: Duration = Duration::from_secs(30);
/// Browsers that may fail to be made for one session.
pub const CLAIM_FAILURES_MAX: u32 = 3;
/// From the first Allow to the page.
pub const START_LIMIT: Duration = Duration::from_secs(120);
/// How long after the pod should have ended a stopped session the store does.
pub const STOP_SLACK: Duration = Duration::from_secs(5);
/// How long after the pod should have ended a session by its maximum duration the store does.
pub const EXPIRY_SLACK: Duration = Duration::from_secs(60);
/// The longest text of a failure or of a pod's place, in bytes; what is longer is cut.
pub const TEXT_BYTES_MAX: usize = 1024;
