//! A pod: the live rules, and what their outputs made of the world. Pictures go where the outputs said, not where the rules
//! would say if asked.

use std::collections::BTreeSet;

use cobrowse_session::live::{Command, ControlAction, Input, Live, Output};
use cobrowse_session::policy::SessionPolicy;
use cobrowse_session::{Participant, ParticipantId, Role, Timestamp};

use crate::model::Model;

pub(crate) struct Pod {
    pub(crate) live: Live,
    pub(crate) pictures: BTreeSet<ParticipantId>,
}

impl Pod {
    pub(crate) fn new(now: Timestamp, participants: Vec<Participant>, model: &mut Model) -> Self {
        model.lose_pod();
        model.in_pod = participants.iter().map(|person| (person.id.clone(), person.role)).collect();
        let live = Live::new(now, SessionPolicy::default().live(false), participants).expect("a row makes a session");
        Self { live, pictures: BTreeSet::new() }
    }

    /// Lets time pass until `now`, deadline by deadline.
    pub(crate) fn run_until(&mut self, now: Timestamp, model: &mut Model) {
        for _ in 0..1_000 {
            match self.live.next_deadline() {
                Some((at, _)) if at <= now => self.give(at, Input::Tick, model),
                _ => return,
            }
        }
        panic!("deadlines without end: {:?}", self.live.next_deadline());
    }

    pub(crate) fn give(&mut self, now: Timestamp, input: Input, model: &mut Model) {
        let before = self.live.pause_epoch();
        let outputs = self.live.handle(now, input.clone());
        self.note_input(&input, &outputs, model);
        for output in &outputs {
            self.note_output(output, model);
        }
        assert!(self.live.pause_epoch() >= before, "the pause epoch fell");
        let ended = self.live.ended().is_some();
        assert_eq!(self.live.next_deadline().is_none(), ended, "deadlines and the end disagree");
        assert!(self.live.next_deadline().is_none_or(|(at, _)| at > now), "a deadline was missed");
        self.check(model);
    }

    fn note_input(&self, input: &Input, outputs: &[Output], model: &mut Model) {
        let accepted = outputs.iter().any(|output| matches!(output, Output::Accepted { .. }));
        match input {
            Input::Admit(person) => {
                let refused = outputs.iter().any(|output| matches!(output, Output::NotAdmitted { .. }));
                if !refused {
                    assert!(!model.left.contains(&person.id), "one who left came back without a new Allow");
                    model.in_pod.entry(person.id.clone()).or_insert(person.role);
                }
            }
            Input::Attached(id) if model.in_pod.contains_key(id) && self.live.ended().is_none() => {
                model.connected.insert(id.clone());
            }
            Input::Detached(id) => {
                model.connected.remove(id);
                if model.in_pod.get(id) != Some(&Role::EndUser) && !model.ended {
                    model.holder.take_if(|holder| holder == id);
                }
            }
            Input::Administered { paused, .. } if self.live.ended().is_none() => model.held = *paused,
            Input::Command { by, command, .. } if accepted => self.note_command(by, command, model),
            _ => {}
        }
    }

    fn note_command(&self, by: &ParticipantId, command: &Command, model: &mut Model) {
        let end_user = model.in_pod.get(by) == Some(&Role::EndUser);
        match command {
            Command::Pause | Command::Resume => {
                assert!(end_user, "somebody else than the end user stopped or continued");
                model.paused = *command == Command::Pause;
            }
            Command::Permit { participant, permissions } => {
                assert!(end_user, "somebody else than the end user switched permissions");
                let role = model.in_pod[participant];
                model.permissions.insert(participant.clone(), permissions.within(role));
                if !permissions.within(role).act {
                    model.holder.take_if(|holder| holder == participant);
                }
            }
            Command::Control(action) => match action {
                ControlAction::Request => {}
                ControlAction::Release => _ = model.holder.take_if(|holder| holder == by),
                ControlAction::Grant(_) | ControlAction::Revoke | ControlAction::Take => {
                    assert!(end_user, "somebody else than the end user decided on control");
                    model.holder = match action {
                        ControlAction::Grant(to) => Some(to.clone()),
                        ControlAction::Take => Some(by.clone()),
                        _ => None,
                    };
                }
            },
            Command::End | Command::Extend => {}
        }
    }

    fn note_output(&mut self, output: &Output, model: &mut Model) {
        match output {
            Output::PicturesFor(id, true) => _ = self.pictures.insert(id.clone()),
            Output::PicturesFor(id, false) => _ = self.pictures.remove(id),
            Output::Remove(id) => {
                if model.in_pod.remove(id).is_some() {
                    model.left.insert(id.clone());
                }
                model.connected.remove(id);
                model.holder.take_if(|holder| holder == id);
            }
            Output::End(_) => model.ended = true,
            _ => {}
        }
    }

    fn check(&self, model: &Model) {
        assert_eq!(self.live.holder(), model.holder.as_ref(), "the holders differ");
        let roster: Vec<_> = self.live.roster().map(|person| person.id.clone()).collect();
        assert_eq!(roster.iter().collect::<BTreeSet<_>>(), model.in_pod.keys().collect(), "the rosters differ");
        for (id, role) in &model.in_pod {
            assert_eq!(self.pictures.contains(id), model.sees(id, *role), "pictures for {id} {role:?}");
            assert_eq!(self.live.may_input(id), model.acts(id, *role), "input of {id} {role:?}");
        }
        let strangers = self.pictures.iter().filter(|id| !model.in_pod.contains_key(*id)).count();
        assert_eq!(strangers, 0, "pictures for strangers");
    }
}
