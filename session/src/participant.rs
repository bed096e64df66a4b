//! A person in a session: role, name, company, and what the end user lets them do.

use std::fmt;

use thiserror::Error;

use crate::id::ParticipantId;

/// What a person is in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The person whose session it is. Exactly one per session.
    EndUser,
    /// A customer-service agent of the session's tenant.
    Agent,
    /// A person who may look but never point or act.
    Observer,
    /// Not a person: the process that records.
    Recorder,
}

/// What the end user lets one participant do. Each is off until allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Permissions {
    /// May see the picture. Nothing else works without it.
    pub view: bool,
    /// May point, highlight, draw and write messages.
    pub point: bool,
    /// May send pointer, keyboard and touch input to the page.
    pub act: bool,
    /// May copy from and paste into the page.
    pub clipboard: bool,
}

impl Permissions {
    /// Nothing.
    pub const NONE: Permissions = Permissions { view: false, point: false, act: false, clipboard: false };
    /// Everything that can be allowed.
    pub const ALL: Permissions = Permissions { view: true, point: true, act: true, clipboard: true };
    /// Looking alone.
    pub const VIEW: Permissions = Permissions { view: true, ..Permissions::NONE };

    /// The most that a role can ever be allowed.
    pub const fn most(role: Role) -> Permissions {
        match role {
            Role::EndUser | Role::Agent => Permissions::ALL,
            Role::Observer | Role::Recorder => Permissions::VIEW,
        }
    }

    /// These permissions, less what `role` can never have, and nothing at all without `view`.
    #[must_use]
    pub const fn within(self, role: Role) -> Permissions {
        if !self.view {
            return Permissions::NONE;
        }
        let most = Permissions::most(role);
        Permissions {
            view: most.view,
            point: self.point && most.point,
            act: self.act && most.act,
            clipboard: self.clipboard && most.clipboard,
        }
    }
}

/// One person in one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Unique in the session.
    pub id: ParticipantId,
    /// What this person is.
    pub role: Role,
    /// The name shown to others.
    pub name: PersonName,
    /// The company shown to the end user; none for the end user.
    pub company: Option<PersonName>,
    /// What the end user allowed. The end user has all.
    pub permissions: Permissions,
    /// False while the link is down and the grace has not run out.
    pub connected: bool,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndReason {
    /// The end user ended it.
    EndUser,
    /// An agent ended it.
    Agent,
    /// An administrator ended it.
    Administrator,
    /// The end user pressed Stop and chose nothing in time.
    Stopped,
    /// The end user's link was down longer than the grace.
    Disconnected,
    /// Nobody did anything for too long.
    Idle,
    /// The maximum duration was reached.
    MaxDuration,
    /// The PIN's life ran out before anybody was allowed.
    PinExpired,
    /// The session used up its PINs before anybody was allowed.
    PinLocked,
    /// Chrome died.
    BrowserCrashed,
    /// The pod died or could not be reached.
    PodLost,
    /// No browser could be made in time.
    NoCapacity,
    /// The tenant was suspended.
    TenantSuspended,
    /// The pod reached what it must not: the network holds no policies.
    NetworkNotEnforced,
}

impl EndReason {
    /// Every reason, in the contract's order.
    pub const ALL: [EndReason; 14] = [
        EndReason::EndUser,
        EndReason::Agent,
        EndReason::Administrator,
        EndReason::Stopped,
        EndReason::Disconnected,
        EndReason::Idle,
        EndReason::MaxDuration,
        EndReason::PinExpired,
        EndReason::PinLocked,
        EndReason::BrowserCrashed,
        EndReason::PodLost,
        EndReason::NoCapacity,
        EndReason::TenantSuspended,
        EndReason::NetworkNotEnforced,
    ];

    /// The stable CamelCase name, for stores, conditions and metrics.
    pub const fn reason(self) -> &'static str {
        match self {
            EndReason::EndUser => "EndUser",
            EndReason::Agent => "Agent",
            EndReason::Administrator => "Administrator",
            EndReason::Stopped => "Stopped",
            EndReason::Disconnected => "Disconnected",
            EndReason::Idle => "Idle",
            EndReason::MaxDuration => "MaxDuration",
            EndReason::PinExpired => "PinExpired",
            EndReason::PinLocked => "PinLocked",
            EndReason::BrowserCrashed => "BrowserCrashed",
            EndReason::PodLost => "PodLost",
            EndReason::NoCapacity => "NoCapacity",
            EndReason::TenantSuspended => "TenantSuspended",
            EndReason::NetworkNotEnforced => "NetworkNotEnforced",
        }
    }

    /// The reason with this stable name.
    pub fn from_reason(name: &str) -> Option<EndReason> {
        Self::ALL.into_iter().find(|reason| reason.reason() == name)
    }
}

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NameError {
    /// Empty, or more than 80 characters.
    #[error("failed to read a name: it has {0} characters, allowed are 1 to {NAME_CHARS_MAX}")]
    Length(usize),
    /// Control or direction characters, which could make one name look like another.
    #[error("failed to read a name: it has control or direction characters, or space at an end")]
    Character,
}

const NAME_CHARS_MAX: usize = 80;

/// A person's or company's name as others see it: 1 to 80 characters, none of them invisible or turning the reading direction.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let length = text.chars().count();
        if length == 0 || length > NAME_CHARS_MAX {
            return Err(NameError::Length(length));
        }
        if text.trim() != text || text.chars().any(|c| c.is_control() || is_unseen(c)) {
            return Err(NameError::Character);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Zero-width, direction and line-separating characters of Unicode. Zero-width joiners stay: some scripts need them.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{00ad}' | '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_keep_to_the_role() {
        let cases = [
            (Permissions::ALL, Role::Agent, Permissions::ALL),
            (Permissions::ALL, Role::Observer, Permissions::VIEW),
            (Permissions::ALL, Role::Recorder, Permissions::VIEW),
            (Permissions { view: false, ..Permissions::ALL }, Role::Agent, Permissions::NONE),
            (Permissions::NONE, Role::Agent, Permissions::NONE),
        ];
        for (wished, role, given) in cases {
            assert_eq!(wished.within(role), given, "{wished:?} as {role:?}");
        }
    }

    #[test]
    fn names() {
        let long = "a".repeat(81);
        let cases = [
            ("Sam de Vries", true),
            ("सैम", true),
            (&long[..80], true),
            (&long, false),
            ("", false),
            (" Sam", false),
            ("Sam\n", false),
            ("S\u{202e}ma", false),
            ("S\u{200b}am", false),
        ];
        for (text, good) in cases {
            assert_eq!(PersonName::parse(text).is_ok(), good, "{text:?}");
        }
    }

    #[test]
    fn end_reasons_read_back() {
        for reason in EndReason::ALL {
            assert_eq!(EndReason::from_reason(reason.reason()), Some(reason));
        }
        assert_eq!(EndReason::from_reason("enduser"), None);
    }
}
