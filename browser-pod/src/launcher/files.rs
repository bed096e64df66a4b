//! Carries out the agent side's orders about files. Names come from outside: each is one plain component or refused.

use super::folders::Folders;
use crate::handover::{MAX_FILE, Note, Order, Place};
use rustix::fs::{FileType, Mode, OFlags};
use std::fs::File;
use std::io::{Read, Seek};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// Files of all uploads of a session.
const MAX_UPLOADS: usize = 256;

/// Does what is asked and says how it went.
pub(super) fn carry_out(folders: &Folders, order: Order, fds: Vec<OwnedFd>) -> (Note, Option<OwnedFd>) {
    let (id, outcome) = match order {
        Order::Put { id, place, name } => (id, put(folders, place, &name, fds).map(|path| (path, None))),
        Order::Take { id, guid } => (id, take(folders, &guid).map(|file| (String::new(), Some(file)))),
        Order::Remove { id, guid } => (id, remove(folders, &guid).map(|()| (String::new(), None))),
    };
    match outcome {
        Ok((path, file)) => (Note::Done { id, path }, file),
        Err(reason) => (Note::Failed { id, reason: reason.to_owned() }, None),
    }
}

fn put(folders: &Folders, place: Place, name: &str, mut fds: Vec<OwnedFd>) -> Result<String, &'static str> {
    let mut from = File::from(fds.pop().ok_or("no file came with the order")?);
    let folder = match place {
        Place::Extension => folders.extension.clone(),
        Place::Upload(batch) => folders.uploads.join(batch.to_string()),
    };
    if let Place::Upload(_) = place {
        if std::fs::read_dir(&folders.uploads).map_or(0, Iterator::count) >= MAX_UPLOADS {
            return Err("too many uploads");
        }
        std::fs::create_dir_all(&folder).map_err(|_| "the folder cannot be made")?;
    }
    let path = component(&folder, name)?;
    from.rewind().map_err(|_| "the file cannot be read")?;
    let mut to = File::create(&path).map_err(|_| "the file cannot be made")?;
    let copied =
        std::io::copy(&mut (&from).take(MAX_FILE + 1), &mut to).map_err(|_| "there is no room for the file")?;
    if copied > MAX_FILE {
        // A part of a file is worse than none.
        let _ = std::fs::remove_file(&path);
        return Err("the file is too large");
    }
    path.into_os_string().into_string().map_err(|_| "the name is no text")
}

fn take(folders: &Folders, guid: &str) -> Result<OwnedFd, &'static str> {
    let path = component(&folders.downloads, guid)?;
    // Chrome may have put a pipe there, which would never open.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::open(&path, flags, Mode::empty()).map_err(|_| "there is no such download")?;
    let known = rustix::fs::fstat(&file).map_err(|_| "the download cannot be read")?;
    if FileType::from_raw_mode(known.st_mode) != FileType::RegularFile {
        return Err("there is no such download");
    }
    let size = u64::try_from(known.st_size).map_err(|_| "the download cannot be read")?;
    if size > MAX_FILE { Err("the download is too large") } else { Ok(file) }
}

fn remove(folders: &Folders, guid: &str) -> Result<(), &'static str> {
    let path = component(&folders.downloads, guid)?;
    std::fs::remove_file(path).map_err(|_| "there is no such download")
}

/// `folder/name`, for a name that is one plain component.
fn component(folder: &Path, name: &str) -> Result<PathBuf, &'static str> {
    let plain = !name.is_empty() && name.len() <= 255 && name != "." && name != ".." && !name.contains(['/', '\0']);
    if plain { Ok(folder.join(name)) } else { Err("the name is not that of a file") }
}

#[cfg(test)]
mod tests {
    use super::{FileType, Folders, Mode, carry_out};
    use crate::handover::{Note, Order, Place};
    use std::io::{Read, Write};

    fn folders() -> (tempfile::TempDir, Folders) {
        let root = tempfile::tempdir().expect("a folder");
        let folders = Folders::make(root.path()).expect("folders");
        (root, folders)
    }

    #[test]
    fn an_upload_is_written_whole_and_only_below_its_folder() {
        let (_root, folders) = folders();
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"photo").expect("written");
        let again = file.try_clone().expect("cloned");
        let put = |name: &str| Order::Put { id: 7, place: Place::Upload(1), name: name.into() };
        let (note, _) = carry_out(&folders, put("a b.png"), vec![file.into()]);
        let Note::Done { id: 7, path } = note else { panic!("not done: {note:?}") };
        assert_eq!(std::fs::read(path).expect("read"), b"photo");
        let (note, _) = carry_out(&folders, put("../evil"), vec![again.into()]);
        assert!(matches!(note, Note::Failed { id: 7, .. }));
    }

    #[test]
    fn a_download_is_taken_and_a_link_is_not() {
        let (_root, folders) = folders();
        std::fs::write(folders.downloads.join("guid"), b"bill").expect("written");
        std::os::unix::fs::symlink("/etc/passwd", folders.downloads.join("link")).expect("linked");
        let (note, file) = carry_out(&folders, Order::Take { id: 1, guid: "guid".into() }, vec![]);
        assert!(matches!(note, Note::Done { .. }));
        let mut text = String::new();
        std::fs::File::from(file.expect("a file")).read_to_string(&mut text).expect("read");
        assert_eq!(text, "bill");
        let (note, file) = carry_out(&folders, Order::Take { id: 2, guid: "link".into() }, vec![]);
        assert!(matches!(note, Note::Failed { .. }) && file.is_none());
        let pipe = folders.downloads.join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, FileType::Fifo, Mode::RWXU, 0).expect("a pipe");
        let (note, file) = carry_out(&folders, Order::Take { id: 4, guid: "pipe".into() }, vec![]);
        assert!(matches!(note, Note::Failed { .. }) && file.is_none());
        let (note, _) = carry_out(&folders, Order::Remove { id: 3, guid: "guid".into() }, vec![]);
        assert!(matches!(note, Note::Done { .. }));
    }
}
