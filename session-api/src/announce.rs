//! What a person at the terminal is told when the program has started. The only place that writes to
//! the terminal itself.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is for the person who started the program, not for logs"
)]

use crate::accounts::demo::Shown;
use crate::serve::Running;

/// Tells where people can go and, once, the demo sign-ins.
pub fn started(running: &Running) {
    let port = running.address.port();
    println!("CoBrowse is ready.");
    println!("  end users:  https://localhost:{port}/");
    println!("  agents:     https://localhost:{port}/agent");
    println!("  metrics:    http://{}/metrics", running.admin_address);
    if !running.demo.is_empty() {
        println!("Demo sign-ins, shown this once:");
    }
    sign_ins(&running.demo);
    // The last line, by which a program that reads this knows that it has read all.
    println!("Ctrl-C ends it.");
}

/// Tells demo sign-ins, which nobody is told again.
pub fn sign_ins(all: &[Shown]) {
    for shown in all {
        println!("  {:<13}  {:<24}  {}  {}", shown.role, shown.email, shown.password.as_str(), shown.company);
    }
}

/// Tells why the program did not start, with all causes on one line.
pub fn not_started(error: &anyhow::Error) {
    eprintln!("session-api: {error:#}");
}
