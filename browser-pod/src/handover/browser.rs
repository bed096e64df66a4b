//! The agent side's view of the browser side: the first message with the descriptors, then orders and their answers.

use super::{Error, Note, Order, Place, Socket};
use cobrowse_session::pool::Trouble;
use rustix::fs::{FileType, MemfdFlags, SealFlags};
use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// How long the browser side may take for one order. Files come from and go to memory; this is for a stalled machine.
const ANSWER: Duration = Duration::from_secs(20);
/// Bytes of one file in either direction.
pub(crate) const MAX_FILE: u64 = 64 << 20;

/// What the browser side hands over when Chrome was started.
#[derive(Debug)]
pub struct Handover {
    /// A listening Wayland socket; Chrome connects to it.
    pub wayland: OwnedFd,
    /// DevTools messages of Chrome.
    pub cdp_in: OwnedFd,
    /// DevTools messages to Chrome.
    pub cdp_out: OwnedFd,
    /// For files, and to learn of Chrome's end.
    pub browser: Browser,
}

/// Waits for the browser side's first message. Blocks; call it before or beside the runtime.
pub fn accept(socket: Socket) -> Result<Handover, Error> {
    let (note, fds) = socket.receive::<Note>()?;
    let folders = match note {
        Note::Started { downloads, extension } => ChromeFolders { downloads, extension },
        Note::Exited { code, reason, trouble } => {
            return Err(Error::Exited(Exit::told(code, reason, trouble.as_deref())));
        }
        _ => return Err(Error::Malformed("not the first message")),
    };
    let [wayland, cdp_in, cdp_out]: [OwnedFd; 3] =
        fds.try_into().map_err(|_| Error::Malformed("not three descriptors"))?;
    Ok(Handover { wayland, cdp_in, cdp_out, browser: Browser::start(socket, folders)? })
}

/// How Chrome ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// The exit status; none when a signal ended it or the browser side died with it.
    pub code: Option<i32>,
    /// What is known about the cause.
    pub reason: Option<String>,
    /// The cause, where it is a known one.
    pub trouble: Option<Trouble>,
}

impl Exit {
    /// Nothing is known.
    const SILENT: Self = Self { code: None, reason: None, trouble: None };

    fn told(code: Option<i32>, reason: Option<String>, trouble: Option<&str>) -> Self {
        Self { code, reason, trouble: trouble.and_then(Trouble::parse) }
    }
}

impl Display for Exit {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        match (&self.reason, self.code) {
            (Some(reason), _) => to.write_str(reason),
            (None, Some(code)) => write!(to, "Chrome ended with status {code}"),
            (None, None) => to.write_str("Chrome ended"),
        }
    }
}

type Answer = Result<(String, Option<OwnedFd>), Error>;

#[derive(Debug, Default)]
struct Pending {
    next: u64,
    gone: bool,
    waiting: HashMap<u64, oneshot::Sender<Answer>>,
}

/// A handle on the browser side. Dropping the last one ends Chrome.
#[derive(Debug, Clone)]
pub struct Browser {
    shared: Arc<Shared>,
    told: watch::Receiver<Told>,
}

/// What the browser side said of Chrome.
#[derive(Debug, Default)]
struct Told {
    sandboxed: bool,
    exit: Option<Exit>,
}

#[derive(Debug)]
struct Shared {
    socket: Socket,
    pending: Arc<Mutex<Pending>>,
    folders: ChromeFolders,
}

/// Folders of the browser side that Chrome must be told.
#[derive(Debug)]
pub(crate) struct ChromeFolders {
    pub(crate) downloads: String,
    pub(crate) extension: String,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.socket.shut();
    }
}

impl Browser {
    fn start(socket: Socket, folders: ChromeFolders) -> Result<Self, Error> {
        let reader = socket.share()?;
        let pending = Arc::new(Mutex::new(Pending::default()));
        let (tell, told) = watch::channel(Told::default());
        let for_reader = Arc::clone(&pending);
        std::thread::Builder::new()
            .name("handover".into())
            .spawn(move || read(&reader, &for_reader, &tell))
            .map_err(Error::Socket)?;
        Ok(Self { shared: Arc::new(Shared { socket, pending, folders }), told })
    }

    /// Where Chrome puts downloads and finds the extension.
    pub(crate) fn folders(&self) -> &ChromeFolders {
        &self.shared.folders
    }

    /// Waits until Chrome is gone.
    pub async fn exited(&self) -> Exit {
        let mut told = self.told.clone();
        match told.wait_for(|told| told.exit.is_some()).await {
            Ok(told) => told.exit.clone().unwrap_or(Exit::SILENT),
            Err(_) => Exit::SILENT,
        }
    }

    /// Waits until the kernel was seen to keep Chrome's pages in Chrome's own sandbox.
    ///
    /// # Errors
    /// Chrome ended, or was ended since it is otherwise.
    pub async fn sandboxed(&self) -> Result<(), Exit> {
        let mut told = self.told.clone();
        match told.wait_for(|told| told.exit.is_some() || told.sandboxed).await {
            Ok(told) => told.exit.clone().map_or(Ok(()), Err),
            Err(_) => Err(Exit::SILENT),
        }
    }

    /// Writes a file where Chrome can read it and says its path there.
    pub async fn put(&self, place: Place, name: &str, content: &[u8]) -> Result<String, Error> {
        let size = content.len() as u64;
        if size > MAX_FILE {
            return Err(Error::FileTooLarge { size, limit: MAX_FILE });
        }
        let file = sealed(content)?;
        let name = name.to_owned();
        self.order(Some(file), move |id| Order::Put { id, place, name }).await.map(|(path, _)| path)
    }

    /// Opens a finished download. What is read is Chrome's: its size may be anything, so read with a limit.
    pub async fn take(&self, guid: &str) -> Result<OwnedFd, Error> {
        let guid = guid.to_owned();
        let (_, file) = self.order(None, move |id| Order::Take { id, guid }).await?;
        // Reading anything else may never end.
        file.filter(is_regular).ok_or(Error::Malformed("no file"))
    }

    /// Removes a download.
    pub async fn remove(&self, guid: &str) -> Result<(), Error> {
        let guid = guid.to_owned();
        self.order(None, move |id| Order::Remove { id, guid }).await.map(|_| ())
    }

    async fn order(&self, file: Option<OwnedFd>, make: impl FnOnce(u64) -> Order) -> Answer {
        let (tell, answer) = oneshot::channel();
        let id = {
            let mut pending = lock(&self.shared.pending);
            if pending.gone {
                return Err(Error::Gone);
            }
            pending.next += 1;
            let id = pending.next;
            pending.waiting.insert(id, tell);
            id
        };
        let fds: Vec<_> = file.iter().map(AsFd::as_fd).collect();
        let sent = self.shared.socket.send(&make(id), &fds);
        let answer = match sent {
            Ok(()) => tokio::time::timeout(ANSWER, answer).await,
            Err(error) => Ok(Ok(Err(error))),
        };
        lock(&self.shared.pending).waiting.remove(&id);
        match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Error::Gone),
            Err(_) => Err(Error::Timeout),
        }
    }
}

fn lock(pending: &Mutex<Pending>) -> MutexGuard<'_, Pending> {
    pending.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_regular(file: &OwnedFd) -> bool {
    rustix::fs::fstat(file).is_ok_and(|known| FileType::from_raw_mode(known.st_mode) == FileType::RegularFile)
}

/// Memory that nobody can change any more.
fn sealed(content: &[u8]) -> Result<OwnedFd, Error> {
    let fd = rustix::fs::memfd_create("file", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    let mut file = std::fs::File::from(fd);
    file.write_all(content).map_err(Error::Socket)?;
    rustix::fs::fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL)?;
    Ok(file.into())
}

fn read(socket: &Socket, pending: &Mutex<Pending>, told: &watch::Sender<Told>) {
    let exit = loop {
        match socket.receive::<Note>() {
            Ok((Note::Exited { code, reason, trouble }, _)) => break Exit::told(code, reason, trouble.as_deref()),
            Ok((Note::Sandboxed, _)) => {
                told.send_modify(|told| told.sandboxed = true);
            }
            Ok((Note::Done { id, path }, mut fds)) => answer(pending, id, Ok((path, fds.pop()))),
            Ok((Note::Failed { id, reason }, _)) => answer(pending, id, Err(Error::Refused(reason))),
            Ok((Note::Started { .. }, _)) | Err(Error::Malformed(_)) => {
                tracing::warn!("the browser side sent an unexpected message");
            }
            Err(_) => break Exit::SILENT,
        }
    };
    let mut pending = lock(pending);
    pending.gone = true;
    pending.waiting.clear();
    told.send_modify(|told| told.exit = Some(exit));
}

fn answer(pending: &Mutex<Pending>, id: u64, answer: Answer) {
    if let Some(waiting) = lock(pending).waiting.remove(&id) {
        // Nobody may be waiting any more.
        let _ = waiting.send(answer);
    }
}
