//! Commands that the rules decide on. All others are the pod's to carry out, after asking `Live::may`.

use cobrowse_session::ParticipantId;
use cobrowse_session::live::{Command, ControlAction};

use super::Error;
use crate::v1;
use crate::v1::command::Body;

/// The rules' command in this message; none when the command is the pod's to carry out.
pub fn rule_command(message: &v1::Command) -> Result<Option<Command>, Error> {
    let body = message.body.as_ref().ok_or(Error::Missing("command.body"))?;
    Ok(match body {
        Body::Pause(_) => Some(Command::Pause),
        Body::Resume(_) => Some(Command::Resume),
        Body::End(_) => Some(Command::End),
        Body::Extend(_) => Some(Command::Extend),
        Body::Control(control) => Some(Command::Control(control_action(control)?)),
        Body::Permit(permit) => Some(Command::Permit {
            participant: parse_id(&permit.participant_id)?,
            permissions: permit.permissions.ok_or(Error::Missing("permit.permissions"))?.into(),
        }),
        Body::Navigate(_)
        | Body::Dialog(_)
        | Body::Tab(_)
        | Body::Resize(_)
        | Body::Picker(_)
        | Body::ProtectedText(_)
        | Body::ChooserCancel(_)
        | Body::Clipboard(_)
        | Body::OpenLink(_) => None,
    })
}

fn control_action(message: &v1::ControlCommand) -> Result<ControlAction, Error> {
    let value = message.action;
    let unknown = Error::Value { field: "control.action", value };
    match v1::ControlAction::try_from(value).map_err(|_| unknown.clone())? {
        v1::ControlAction::Unspecified => Err(unknown),
        v1::ControlAction::Request => Ok(ControlAction::Request),
        v1::ControlAction::Grant => Ok(ControlAction::Grant(parse_id(&message.participant_id)?)),
        v1::ControlAction::Release => Ok(ControlAction::Release),
        v1::ControlAction::Revoke => Ok(ControlAction::Revoke),
        v1::ControlAction::Take => Ok(ControlAction::Take),
    }
}

fn parse_id(text: &str) -> Result<ParticipantId, Error> {
    ParticipantId::parse(text).map_err(|source| Error::Id { field: "participant_id", source })
}
