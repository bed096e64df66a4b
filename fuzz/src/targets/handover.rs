//! The socket between the two sides of a pod: each side gets packets that the other never sends, and the browser side acts
//! on orders with hostile names.

use std::fs;
use std::io::{IoSlice, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use cobrowse_browser_pod::handover::{Note, Order, Socket};
use cobrowse_browser_pod::launcher::fuzzing::Stage;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

use crate::script::Script;

/// What stands outside of the folders that an order may touch.
const CANARY: &str = "nobody may read or change this";

/// Steps: descriptors that go along, then a counted packet.
pub fn target(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("inside");
    let stage = Stage::new(&root).expect("folders");
    fs::write(folder.path().join("canary"), CANARY).expect("written");
    let link = root.join("downloads/link");
    std::os::unix::fs::symlink(folder.path().join("canary"), link).expect("linked");
    for _ in 0..16 {
        if script.is_over() {
            break;
        }
        let (files, packet) = (script.byte(), script.counted());
        let Some((ours, theirs)) = packet_of(packet, files) else { continue };
        agent_side(&ours);
        let Ok((order, fds)) = theirs.receive::<Order>() else { continue };
        let id = match &order {
            Order::Put { id, .. } | Order::Take { id, .. } | Order::Remove { id, .. } => *id,
        };
        let (note, taken) = stage.carry_out(order, fds);
        assert!(matches!(&note, Note::Done { id: named, .. } | Note::Failed { id: named, .. } if *named == id));
        if let Note::Done { path, .. } = &note {
            assert!(path.is_empty() || is_below(Path::new(path), &root), "{path}");
        }
        if let Some(file) = taken {
            let mut text = String::new();
            let _ = fs::File::from(file).take(1_000).read_to_string(&mut text);
            assert_ne!(text, CANARY);
        }
    }
    outside_is_as_it_was(folder.path());
}

/// Two sockets on which the same packet waits to be received.
fn packet_of(packet: &[u8], files: u8) -> Option<(Socket, Socket)> {
    let send = || {
        let (from, to) = Socket::pair().ok()?;
        let file: OwnedFd = tempfile::tempfile().ok()?.into();
        let fds = vec![file.as_fd(); usize::from(files % 6)];
        let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(6))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !fds.is_empty() {
            control.push(SendAncillaryMessage::ScmRights(&fds));
        }
        sendmsg(&from, &[IoSlice::new(packet)], &mut control, SendFlags::NOSIGNAL).ok()?;
        Some(Socket::new(to))
    };
    Some((send()?, send()?))
}

fn agent_side(socket: &Socket) {
    if let Ok((note, fds)) = socket.receive::<Note>() {
        assert!(fds.len() <= 3);
        let again = serde_json::to_vec(&note).expect("a note is JSON");
        assert_eq!(serde_json::from_slice::<Note>(&again).ok(), Some(note));
    }
}

fn is_below(path: &Path, root: &Path) -> bool {
    let parent = path.parent().and_then(|parent| parent.canonicalize().ok());
    parent.is_some_and(|parent| root.canonicalize().is_ok_and(|root| parent.starts_with(root)))
}

fn outside_is_as_it_was(folder: &Path) {
    assert_eq!(fs::read_to_string(folder.join("canary")).expect("it is still there"), CANARY);
    let names: Vec<PathBuf> =
        fs::read_dir(folder).expect("readable").filter_map(|one| Some(one.ok()?.path())).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}
