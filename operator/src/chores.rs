//! What the program does besides being the operator: short tasks of an installation, each with an exit code and one line for people. They
//! need no lease and no key.

mod node;
mod profile;
mod session;
mod uninstall;

use clap::Parser;
use std::ffi::OsString;

/// A task.
#[derive(Parser, Clone, Debug)]
#[command(name = "operator", version, max_term_width = 110)]
pub enum Chore {
    /// Fails while sessions live, before an uninstall takes their operator away.
    CheckUninstall(uninstall::Arguments),
    /// Makes a session, waits for its first picture, and ends it.
    CheckSession(session::Arguments),
    /// Keeps the seccomp profile of Chrome's sandbox in a node's folder, until it is told to end.
    InstallProfile(profile::Arguments),
    /// Says what the node that it runs on lacks for browser pods.
    CheckNode(node::Arguments),
}

/// Why a task failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Before an uninstall.
    #[error(transparent)]
    Uninstall(#[from] uninstall::Error),
    /// A session for a check.
    #[error(transparent)]
    Session(#[from] session::Error),
    /// The profile.
    #[error(transparent)]
    Profile(#[from] profile::Error),
    /// The node.
    #[error(transparent)]
    Node(#[from] node::Error),
}

/// The names of the tasks, as the first argument has them.
const NAMES: [&str; 4] = ["check-uninstall", "check-session", "install-profile", "check-node"];

/// Whether the program is called for a task.
pub fn asked(arguments: impl IntoIterator<Item = OsString>) -> bool {
    arguments.into_iter().nth(1).is_some_and(|first| NAMES.iter().any(|name| first == *name))
}

/// Does a task and gives the line that says what came of it.
///
/// # Errors
/// What kept it, with the mend.
pub async fn run(chore: Chore) -> Result<String, Error> {
    match chore {
        Chore::CheckUninstall(arguments) => Ok(uninstall::check(&arguments).await?),
        Chore::CheckSession(arguments) => Ok(session::check(&arguments).await?),
        Chore::InstallProfile(arguments) => Ok(profile::keep(&arguments).await?),
        Chore::CheckNode(arguments) => Ok(node::check(&arguments)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_names_are_those_of_the_tasks() {
        let command = Chore::command();
        let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        assert_eq!(names, NAMES);
        let asked = |first: &str| asked(["operator", first].map(OsString::from));
        assert!(NAMES.iter().all(|name| asked(name)));
        assert!(!asked("--namespace") && !super::asked([OsString::from("operator")]));
    }
}
