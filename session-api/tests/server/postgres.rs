//! A PostgreSQL server of the tests' own: in a temporary folder, on a port of loopback, with TLS alone, run by an ordinary user. It
//! ends with the process that started it, however that ends.

use cobrowse_identity::door;
use std::fs;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// From the first program to the first connection, on a busy machine.
const START: Duration = Duration::from_secs(60);
/// Whom root runs it as; the package makes this user.
const USER: &str = "postgres";
const PASSWORD: &str = "planted-password";
/// Runs the server until its own standard input closes, then ends it and takes the folder away.
const WATCHED: &str = r#"folder=$1; shift; exec 3<&0; "$@" 3<&- & server=$!
  (cat <&3 >/dev/null; kill -QUIT $server) & wait $server; kill $! 2>/dev/null; rm -rf "$folder""#;
/// Connections of clients in clear are refused, as a server of an installation should.
const WHO: &str = "local all all trust\nhostssl all all all scram-sha-256\n";

/// A running server.
pub(crate) struct Postgres {
    folder: PathBuf,
    port: u16,
    _watched: (Child, ChildStdin),
}

impl Postgres {
    /// The server of this process, started when it is first asked for.
    pub(crate) fn shared() -> &'static Self {
        static SERVER: OnceLock<Postgres> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    /// A new, empty database of the shared server: its address.
    pub(crate) fn fresh() -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = Self::shared();
        let name = format!("test{}", NEXT.fetch_add(1, Ordering::Relaxed));
        server.sql("postgres", &format!("CREATE DATABASE {name} OWNER api"));
        server.address("localhost", &name)
    }

    /// The address of a database by a name of this machine.
    pub(crate) fn address(&self, host: &str, database: &str) -> String {
        let (port, roots) = (self.port, self.folder.join("server.crt"));
        format!(
            "postgres://api:{PASSWORD}@{host}:{port}/{database}?sslmode=verify-full&sslrootcert={}",
            roots.display()
        )
    }

    /// Says something to the server as its owner, and gives what it answers.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let (folder, port) = (self.folder.display().to_string(), self.port.to_string());
        let mut psql = program("psql");
        psql.args(["-h", &folder, "-p", &port, "-U", USER, "-d", database, "-v", "ON_ERROR_STOP=1", "-qAtc", sql]);
        let output = psql.output().expect("psql is there: install postgresql");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("cobrowse-postgres").tempdir().expect("a folder").keep();
        let (certificate, key) = door::self_signed(&["localhost"], SystemTime::now()).expect("a certificate");
        for (name, text) in
            [("server.crt", certificate.as_str()), ("server.key", &key), ("password", PASSWORD), ("who", WHO)]
        {
            fs::write(folder.join(name), text).expect("written");
            fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o600)).expect("set");
        }
        give(&folder);
        // Those who trust it read it too.
        fs::set_permissions(folder.join("server.crt"), fs::Permissions::from_mode(0o644)).expect("set");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o711)).expect("set");
        let data = folder.join("data");
        let mut init = program("initdb");
        init.args(["--no-sync", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "-U", USER]);
        init.arg("--pwfile").arg(folder.join("password")).arg("-D").arg(&data);
        let output = init.output().expect("initdb is there: install postgresql");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let port = free_port();
        let mut server = Self { _watched: watched(&folder, &data, port), folder, port };
        server.wait();
        server.sql("postgres", &format!("CREATE ROLE api LOGIN PASSWORD '{PASSWORD}'"));
        server
    }

    fn wait(&mut self) {
        let begun = Instant::now();
        while !self.answers() {
            let ended = self._watched.0.try_wait().expect("may be asked");
            if ended.is_some() || begun.elapsed() > START {
                let mut said = String::new();
                let log = fs::File::open(self.folder.join("log")).and_then(|mut file| file.read_to_string(&mut said));
                panic!("the server did not start: {log:?} {said}");
            }
            std::thread::yield_now();
        }
    }

    fn answers(&self) -> bool {
        if TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            return false;
        }
        let mut ready = program("pg_isready");
        ready.arg("-h").arg(&self.folder).args(["-p", &self.port.to_string(), "-q"]);
        ready.status().is_ok_and(|status| status.success())
    }
}

/// One of the server's programs, of its newest version here, as an ordinary user.
fn program(name: &str) -> Command {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is there: install postgresql");
    let mut folders: Vec<PathBuf> = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    folders.sort();
    let path = folders.pop().expect("a version").join(name);
    let mut command = if rustix::process::geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", USER, "--regid", USER, "--init-groups", "--"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    // It must be able to stand in its folder.
    command.current_dir("/").stdin(Stdio::null());
    command
}

/// Root's files become the server's.
fn give(folder: &Path) {
    if rustix::process::geteuid().is_root() {
        let given = Command::new("chown").args(["-R", &format!("{USER}:{USER}")]).arg(folder).status();
        assert!(given.is_ok_and(|status| status.success()), "the package's user {USER} is missing");
    }
}

fn watched(folder: &Path, data: &Path, port: u16) -> (Child, ChildStdin) {
    let set = |name: &str, value: &str| ["-c".to_owned(), format!("{name}={value}")];
    let file = |name: &str| folder.join(name).display().to_string();
    let settings = [
        set("listen_addresses", "127.0.0.1"),
        set("port", &port.to_string()),
        set("unix_socket_directories", &folder.display().to_string()),
        set("ssl", "on"),
        set("ssl_cert_file", &file("server.crt")),
        set("ssl_key_file", &file("server.key")),
        set("hba_file", &file("who")),
        set("fsync", "off"),
        set("max_connections", "300"),
        set("shared_buffers", "32MB"),
    ];
    let server = program("postgres");
    let mut watched = Command::new("sh");
    watched.args(["-c", WATCHED, "sh"]).arg(folder).arg(server.get_program()).args(server.get_args());
    watched.arg("-D").arg(data).args(settings.iter().flatten()).current_dir("/");
    let log = fs::File::create(folder.join("log")).expect("a log");
    watched.stdout(log.try_clone().expect("a log")).stderr(log).stdin(Stdio::piped());
    let mut child = watched.spawn().expect("a shell");
    let stdin = child.stdin.take().expect("it is piped");
    (child, stdin)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    listener.local_addr().expect("it listens").port()
}
