//! The gateway from outside: pods with real certificates, real TLS and HTTP/2 on loopback, websites behind a dialler that leads public
//! addresses there, and a resolver that says what a test wants.

#[path = "gateway/answers.rs"]
mod answers;
#[path = "gateway/ends.rs"]
mod ends;
#[path = "gateway/grants.rs"]
mod grants;
#[path = "gateway/hellos.rs"]
mod hellos;
#[path = "gateway/limits.rs"]
mod limits;
#[path = "gateway/plain.rs"]
mod plain;
#[path = "gateway/pod.rs"]
mod pod;
#[path = "gateway/program.rs"]
mod program;
#[allow(dead_code, reason = "the scanner serves other tests too, which use more of it")]
#[path = "../../identity/tests/listener/scan.rs"]
mod scan;
#[path = "gateway/targets.rs"]
mod targets;
#[path = "gateway/website.rs"]
mod website;
#[path = "gateway/windows.rs"]
mod windows;
#[path = "gateway/world.rs"]
mod world;
