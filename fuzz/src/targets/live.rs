//! The live stream in the pod: messages of an end user and an agent who say anything in any order, between news of the page,
//! the screen and the encoder.

use cobrowse_browser_pod::agent::fuzzing::{AGENT, END_USER, Happening, Stage};
use cobrowse_browser_pod::display::{Cursor, Input, Rect};
use cobrowse_browser_pod::encode::worker::{Picture, Stamp};
use cobrowse_browser_pod::encode::{Codec, Coded};
use cobrowse_wire::v1::{self, Audience, ClientMessage, client_message, event, server_message};
use prost::Message;

use crate::script::Script;

/// What only the end user may get.
const SECRET: &str = "Planted77secret";
/// Steps of one input.
const STEPS: usize = 128;
/// Control by keysym, and the letters that with it leave the page: E T W U O P S D H J K L B N.
const CONTROL: [u32; 2] = [0xffe3, 0xffe4];
const LEAVING: &str = "etwuopsdhjklbn";

/// Steps: a byte that says who or what, then a counted message.
pub fn target(bytes: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let mut stage = Stage::new(SECRET).expect("two people are let in");
        let mut script = Script::new(bytes);
        let mut screen = Screen::default();
        for _ in 0..STEPS {
            if script.is_over() {
                break;
            }
            let (before, could) = (stage.facts().phase(), reads_the_clipboard(&stage));
            let by = step(&mut stage, &mut script, &mut screen);
            // Answers of the page come by tasks of their own.
            tokio::task::yield_now().await;
            stage.carry_on();
            let after = stage.facts().phase();
            let stopped = before == v1::Phase::Paused && after == v1::Phase::Paused;
            screen.see(&stage.acts(), by == Some(1) && stopped);
            is_for_the_agent(&stage.heard(1), could || reads_the_clipboard(&stage));
            stage.heard(0);
        }
    });
}

/// Takes a step; gives the person who did something.
fn step(stage: &mut Stage, script: &mut Script<'_>, screen: &mut Screen) -> Option<usize> {
    let kind = script.byte();
    match kind % 8 {
        person @ (0 | 1) => {
            let body = ClientMessage::decode(script.counted()).ok()?.body?;
            screen.typed |= matches!(&body, client_message::Body::Input(_));
            stage.say(usize::from(person), body);
            return Some(usize::from(person));
        }
        2 => {
            let who = usize::from(kind >> 3 & 1);
            let attach = v1::Attach::decode(script.counted()).ok()?;
            // session-api says who it is; people cannot.
            let id = [END_USER, AGENT][who];
            let participant = Some(v1::Participant { id: id.into(), ..v1::Participant::default() });
            stage.again(who, v1::Attach { protocol_version: 1, participant, ..attach });
        }
        3 => stage.happen(Happening::Copied(format!("{}{SECRET}", script.text()))),
        4 => stage.happen(fact(script)),
        5 => stage.happen(Happening::Picture(picture(script))),
        6 => {
            screen.protected = kind >> 3 & 1 == 1;
            stage.happen(Happening::Protected(screen.protected));
        }
        _ => stage.happen(Happening::Cursor(cursor(script))),
    }
    None
}

/// A fact of the page. What holds the secret is for the end user, as `facts` says it.
fn fact(script: &mut Script<'_>) -> Happening {
    let private = v1::ProtectedField { text: SECRET.into(), id: script.text(), ..v1::ProtectedField::default() };
    match script.byte() % 4 {
        0 => {
            let fields = v1::ProtectedFields { fields: vec![private] };
            Happening::Fact(Audience::EndUser, event::Body::ProtectedFields(fields))
        }
        1 => {
            let url = format!("https://a.example/?{SECRET}");
            let navigation = v1::Navigation { url, ..v1::Navigation::default() };
            Happening::Fact(Audience::EndUser, event::Body::Navigation(navigation))
        }
        2 => {
            let dialog = v1::Dialog { id: script.text(), open: script.bit(), ..v1::Dialog::default() };
            Happening::Fact(Audience::All, event::Body::Dialog(dialog))
        }
        _ => {
            let focus = v1::EditFocus { editable: script.bit(), ..v1::EditFocus::default() };
            Happening::Fact(Audience::All, event::Body::EditFocus(focus))
        }
    }
}

fn picture(script: &mut Script<'_>) -> Picture {
    let flags = script.byte();
    let stamp = Stamp { pause_epoch: u32::from(script.byte() % 4), paused: flags & 1 != 0, mark: 0, sight: 0 };
    let codec = match (flags & 2, flags & 8) {
        (0, 0) => Codec::H264,
        (0, _) => Codec::Patch,
        _ => Codec::Jpeg,
    };
    let data = vec![0; usize::from(script.short())].into();
    let (width, height) = (1_280, 720);
    let area = (codec == Codec::Patch).then_some(Rect { x: 2, y: 2, width: 64, height: 32 });
    Picture { coded: Coded { codec, key: flags & 4 != 0, width, height, area, data }, stamp, fresh: true }
}

fn cursor(script: &mut Script<'_>) -> Cursor {
    let (width, height) = (u32::from(script.byte() % 16), u32::from(script.byte() % 16));
    let rgba = script.counted().to_vec();
    Cursor::Image { width, height, rgba, hotspot_x: script.number(), hotspot_y: script.number() }
}

/// What reached Chrome's screen.
#[derive(Default)]
struct Screen {
    control: bool,
    protected: bool,
    typed: bool,
}

impl Screen {
    /// `halted`: all of this follows from an act of the agent while the session is stopped.
    fn see(&mut self, acts: &[Input], halted: bool) {
        for act in acts {
            assert!(!halted || is_release(act), "an agent acts while stopped: {act:?}");
            self.act(act);
        }
    }

    fn act(&mut self, act: &Input) {
        match act {
            Input::Key { keysym, down, .. } if CONTROL.contains(keysym) => self.control = *down,
            // A release names no meaning.
            Input::Key { code: 29 | 97, down: false, .. } => self.control = false,
            Input::Key { keysym, down: true, .. } if self.control => {
                let letter = char::from_u32(*keysym).map(|letter| letter.to_ascii_lowercase());
                assert!(!letter.is_some_and(|letter| LEAVING.contains(letter)), "a shortcut of Chrome: {act:?}");
            }
            Input::Move { x, y } | Input::TouchDown { x, y, .. } | Input::TouchMove { x, y, .. } => {
                assert!((0.0..2_560.0).contains(x) && (0.0..2_560.0).contains(y), "{act:?}");
            }
            Input::Wheel { dx, dy } => assert!(dx.abs() <= 4_000.0 && dy.abs() <= 4_000.0),
            Input::Text { preedit, commit, delete_before, delete_after } => {
                assert!(preedit.len() <= 4_096 && commit.len() <= 4_096);
                assert!(*delete_before <= 4_096 && *delete_after <= 4_096);
                assert!(!commit.chars().any(|letter| letter.is_control() && letter != '\n'));
            }
            _ => {}
        }
    }
}

/// What a person held down is let go of whatever happens.
fn is_release(act: &Input) -> bool {
    matches!(
        act,
        Input::Key { down: false, .. } | Input::Button { down: false, .. } | Input::TouchUp { .. } | Input::TouchCancel
    )
}

fn reads_the_clipboard(stage: &Stage) -> bool {
    let allowed = |person: &v1::Participant| person.permissions.is_some_and(|allowed| allowed.clipboard);
    stage.facts().participants.iter().any(|person| person.id == AGENT && allowed(person))
}

fn is_for_the_agent(heard: &[server_message::Body], reads_the_clipboard: bool) {
    for body in heard {
        if let server_message::Body::Event(event) = body {
            assert_eq!(event.audience(), Audience::All, "{event:?}");
            let copied = matches!(event.body, Some(event::Body::Clipboard(_)));
            assert!(!copied || reads_the_clipboard, "the end user did not allow it");
        }
        let mut bytes = Vec::new();
        body.encode(&mut bytes);
        let found = bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes());
        assert!(!found, "what is protected goes to the agent");
    }
}
