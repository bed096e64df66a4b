//! Roles, permissions, participants, end reasons, account roles.

use cobrowse_session::participant::{EndReason, Participant, Permissions, PersonName, Role};
use cobrowse_session::permission::AccountRole;
use cobrowse_session::{ParticipantId, participant};

use super::Error;
use crate::v1;

impl From<Role> for v1::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::EndUser => v1::Role::EndUser,
            Role::Agent => v1::Role::Agent,
            Role::Observer => v1::Role::Observer,
            Role::Recorder => v1::Role::Recorder,
        }
    }
}

impl TryFrom<v1::Role> for Role {
    type Error = Error;

    fn try_from(role: v1::Role) -> Result<Self, Error> {
        match role {
            v1::Role::Unspecified => Err(Error::Value { field: "role", value: role.into() }),
            v1::Role::EndUser => Ok(Role::EndUser),
            v1::Role::Agent => Ok(Role::Agent),
            v1::Role::Observer => Ok(Role::Observer),
            v1::Role::Recorder => Ok(Role::Recorder),
        }
    }
}

impl From<Permissions> for v1::Permissions {
    fn from(permissions: Permissions) -> Self {
        let Permissions { view, point, act, clipboard } = permissions;
        Self { view, point, act, clipboard }
    }
}

impl From<v1::Permissions> for Permissions {
    fn from(permissions: v1::Permissions) -> Self {
        let v1::Permissions { view, point, act, clipboard } = permissions;
        Self { view, point, act, clipboard }
    }
}

impl From<&Participant> for v1::Participant {
    fn from(participant: &Participant) -> Self {
        Self {
            id: participant.id.to_string(),
            role: v1::Role::from(participant.role).into(),
            name: participant.name.to_string(),
            company: participant.company.as_ref().map(PersonName::to_string).unwrap_or_default(),
            permissions: Some(participant.permissions.into()),
            connected: participant.connected,
        }
    }
}

impl TryFrom<v1::Participant> for Participant {
    type Error = Error;

    /// Permissions that are not there count as none; permissions beyond the role's are cut.
    fn try_from(message: v1::Participant) -> Result<Self, Error> {
        let value = message.role;
        let role = v1::Role::try_from(value).map_err(|_| Error::Value { field: "role", value })?;
        let role = Role::try_from(role)?;
        let company = Some(message.company).filter(|company| !company.is_empty());
        Ok(Self {
            id: ParticipantId::parse(&message.id).map_err(|source| Error::Id { field: "participant id", source })?,
            role,
            name: parse_name("name", &message.name)?,
            company: company.map(|company| parse_name("company", &company)).transpose()?,
            permissions: Permissions::from(message.permissions.unwrap_or_default()).within(role),
            connected: message.connected,
        })
    }
}

fn parse_name(field: &'static str, text: &str) -> Result<PersonName, Error> {
    PersonName::parse(text).map_err(|source: participant::NameError| Error::Name { field, source })
}

impl From<EndReason> for v1::EndReason {
    fn from(reason: EndReason) -> Self {
        match reason {
            EndReason::EndUser => v1::EndReason::EndUser,
            EndReason::Agent => v1::EndReason::Agent,
            EndReason::Administrator => v1::EndReason::Administrator,
            EndReason::Stopped => v1::EndReason::Stopped,
            EndReason::Disconnected => v1::EndReason::Disconnected,
            EndReason::Idle => v1::EndReason::Idle,
            EndReason::MaxDuration => v1::EndReason::MaxDuration,
            EndReason::PinExpired => v1::EndReason::PinExpired,
            EndReason::PinLocked => v1::EndReason::PinLocked,
            EndReason::BrowserCrashed => v1::EndReason::BrowserCrashed,
            EndReason::PodLost => v1::EndReason::PodLost,
            EndReason::NoCapacity => v1::EndReason::NoCapacity,
            EndReason::TenantSuspended => v1::EndReason::TenantSuspended,
            EndReason::NetworkNotEnforced => v1::EndReason::NetworkNotEnforced,
        }
    }
}

impl TryFrom<v1::EndReason> for EndReason {
    type Error = Error;

    fn try_from(reason: v1::EndReason) -> Result<Self, Error> {
        match reason {
            v1::EndReason::Unspecified => Err(Error::Value { field: "end_reason", value: reason.into() }),
            v1::EndReason::EndUser => Ok(EndReason::EndUser),
            v1::EndReason::Agent => Ok(EndReason::Agent),
            v1::EndReason::Administrator => Ok(EndReason::Administrator),
            v1::EndReason::Stopped => Ok(EndReason::Stopped),
            v1::EndReason::Disconnected => Ok(EndReason::Disconnected),
            v1::EndReason::Idle => Ok(EndReason::Idle),
            v1::EndReason::MaxDuration => Ok(EndReason::MaxDuration),
            v1::EndReason::PinExpired => Ok(EndReason::PinExpired),
            v1::EndReason::PinLocked => Ok(EndReason::PinLocked),
            v1::EndReason::BrowserCrashed => Ok(EndReason::BrowserCrashed),
            v1::EndReason::PodLost => Ok(EndReason::PodLost),
            v1::EndReason::NoCapacity => Ok(EndReason::NoCapacity),
            v1::EndReason::TenantSuspended => Ok(EndReason::TenantSuspended),
            v1::EndReason::NetworkNotEnforced => Ok(EndReason::NetworkNotEnforced),
        }
    }
}

impl TryFrom<v1::AccountRole> for AccountRole {
    type Error = Error;

    fn try_from(role: v1::AccountRole) -> Result<Self, Error> {
        match role {
            v1::AccountRole::Agent => Ok(AccountRole::Agent),
            v1::AccountRole::Supervisor => Ok(AccountRole::Supervisor),
            v1::AccountRole::Auditor => Ok(AccountRole::Auditor),
            v1::AccountRole::Administrator => Ok(AccountRole::Administrator),
            v1::AccountRole::Unspecified => Err(Error::Value { field: "role", value: role.into() }),
        }
    }
}

impl From<AccountRole> for v1::AccountRole {
    fn from(role: AccountRole) -> Self {
        match role {
            AccountRole::Agent => v1::AccountRole::Agent,
            AccountRole::Supervisor => v1::AccountRole::Supervisor,
            AccountRole::Auditor => v1::AccountRole::Auditor,
            AccountRole::Administrator => v1::AccountRole::Administrator,
        }
    }
}
