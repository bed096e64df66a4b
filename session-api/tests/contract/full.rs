//! A full disk: who wants something kept hears so, who is in a session goes on and can stop it, and with room all is as before.
//! The data folder is on a small file system of its own, in namespaces of its own, so that nobody else's disk is full.

use crate::door::TestDoor;
use crate::people::{SHOP, live, reason, start};
use crate::viewer::Viewer;
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::server_message::Body as Down;
use cobrowse_wire::v1::*;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command as Process;
use tonic::Code;

/// The inner test's name, and where it finds the small disk.
const INNER: &str = "full::on_a_small_disk";
const DISK: &str = "CONTRACT_SMALL_DISK";

#[test]
fn a_full_disk_refuses_clearly_and_stops_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = std::env::current_exe().expect("this program");
    let script = "mount -t tmpfs -o size=4m none \"$1\" && shift && exec \"$@\"";
    let mut inner = Process::new("unshare");
    inner.args(["-rm", "sh", "-c", script, "sh"]).arg(folder.path()).arg(program);
    inner.args(["--exact", INNER, "--ignored", "--nocapture"]).env("TMPDIR", folder.path()).env(DISK, folder.path());
    let done = inner.output().expect("util-linux is there");
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
}

/// A file that takes all the room there is.
struct Hog(PathBuf);

impl Hog {
    fn fill() -> Self {
        let path = PathBuf::from(std::env::var(DISK).expect("run by the other test")).join("hog");
        let mut file = std::fs::File::create(&path).expect("there is room for a name");
        while file.write_all(&[7; 4096]).is_ok() {}
        Self(path)
    }

    fn leave(self) {
        std::fs::remove_file(self.0).expect("it was there");
    }
}

#[tokio::test]
#[ignore = "needs the small disk that a_full_disk_refuses_clearly_and_stops_nobody makes"]
async fn on_a_small_disk() {
    let door = TestDoor::open().await;
    let (mut user, mut sam) = live(&door).await;
    let mut other = start(&door, SHOP).await.expect("there is room");
    let pod = door.runner.pod_of(&user.person.session);
    let mut sees = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    let mut own = Viewer::attached(&door, &user.person.ticket().await.expect("is in")).await;
    let hog = Hog::fill();
    // Until the write-ahead log is full too; it was made larger than what is in it.
    let refused = async {
        loop {
            if let Err(status) = start(&door, SHOP).await {
                return status;
            }
        }
    };
    let refused = tokio::time::timeout(crate::people::PATIENCE, refused).await.expect("the disk is full");
    assert_eq!((reason(&refused).as_str(), refused.code()), ("StoreUnavailable", Code::Unavailable));
    let ticket = sam.ticket().await.expect_err("it would be kept");
    assert_eq!((reason(&ticket).as_str(), ticket.code()), ("StoreUnavailable", Code::Unavailable));
    assert_eq!(user.person.get().await.expect("reading goes on").phase(), Phase::Live);

    pod.show(b"goes on");
    assert_eq!(sees.picture().await, b"goes on");
    own.stops_in_time(&mut sees).await;
    own.find(|down| matches!(down, Down::Result(_)).then_some(())).await;
    assert_eq!(pod.pause_epoch(), 1, "the pod was told");
    assert_eq!(user.person.get().await.expect("reading goes on").phase(), Phase::Live, "the store took no Stop");

    // With room again the store hears of the Stop, of what comes after it, and of the end.
    hog.leave();
    user.person.until(Phase::Paused).await;
    own.send(Up::Command(Command { id: 2, body: Some(command::Body::Resume(ResumeCommand {})) })).await;
    user.person.until(Phase::Live).await;
    pod.show(b"as before");
    assert_eq!(sees.picture().await, b"as before");
    start(&door, SHOP).await.expect("there is room");

    let hog = Hog::fill();
    while start(&door, SHOP).await.is_ok() {}
    own.send(Up::Command(Command { id: 3, body: Some(command::Body::End(EndCommand {})) })).await;
    own.closed().await;
    hog.leave();
    user.person.until(Phase::Ended).await;
    other.person.end().await;
    door.running.stop().await;
}
