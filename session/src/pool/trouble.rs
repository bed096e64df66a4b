//! Why a pod cannot start, as a closed list: a pod tells a word of it, and a pool's status the word and the mend. It has no
//! free text, so that a pod can write nothing of its own into a status.

use std::fmt::{self, Display, Formatter};

/// What a page's process lacks of Chrome's own sandbox, as the kernel shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lack {
    /// A process namespace of its own.
    Processes,
    /// A user namespace of its own.
    Users,
    /// A network namespace of its own.
    Network,
    /// An empty root folder.
    Root,
    /// A filter of system calls besides the container's.
    Filter,
    /// `no_new_privs`.
    NoNewPrivs,
    /// To be without capabilities.
    NoCapabilities,
}

/// Why a pod cannot start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Chrome may not make a user namespace, so that its sandbox cannot be.
    SandboxUnavailable,
    /// There are fewer user namespaces than Chrome's sandbox takes.
    NamespacesUsedUp,
    /// Chrome may not empty the root of its pages.
    ChrootRefused,
    /// No process of a page starts.
    PagesCannotStart,
    /// A page runs, but outside of Chrome's sandbox.
    NotSandboxed(Lack),
    /// Chrome's program is not where it should be, or its folder cannot be written to.
    BrowserMissing,
    /// Chrome has no screen.
    ScreenMissing,
    /// The node does not have the seccomp profile.
    ProfileMissing,
    /// The image cannot be had.
    ImageUnavailable,
    /// The node cannot make a container.
    ContainerRefused,
}

impl Lack {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Processes, Self::Users, Self::Network, Self::Root, Self::Filter, Self::NoNewPrivs, Self::NoCapabilities];

    const fn word(self) -> &'static str {
        match self {
            Self::Processes => "NotSandboxed:Processes",
            Self::Users => "NotSandboxed:Users",
            Self::Network => "NotSandboxed:Network",
            Self::Root => "NotSandboxed:Root",
            Self::Filter => "NotSandboxed:Filter",
            Self::NoNewPrivs => "NotSandboxed:NoNewPrivs",
            Self::NoCapabilities => "NotSandboxed:Capabilities",
        }
    }

    /// What there is instead.
    const fn told(self) -> &'static str {
        match self {
            Self::Processes => "it has no process namespace of its own",
            Self::Users => "it has no user namespace of its own",
            Self::Network => "it has no network namespace of its own",
            Self::Root => "it sees the container's files",
            Self::Filter => "it has no filter of system calls of its own",
            Self::NoNewPrivs => "no_new_privs is off",
            Self::NoCapabilities => "it has capabilities",
        }
    }
}

impl Display for Lack {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.write_str(self.told())
    }
}

impl Trouble {
    const PLAIN: [Self; 9] = [
        Self::SandboxUnavailable,
        Self::NamespacesUsedUp,
        Self::ChrootRefused,
        Self::PagesCannotStart,
        Self::BrowserMissing,
        Self::ScreenMissing,
        Self::ProfileMissing,
        Self::ImageUnavailable,
        Self::ContainerRefused,
    ];

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::PLAIN.into_iter().chain(Lack::ALL.map(Self::NotSandboxed))
    }

    /// The stable word, which can be a condition's reason.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SandboxUnavailable => "SandboxUnavailable",
            Self::NamespacesUsedUp => "NamespacesUsedUp",
            Self::ChrootRefused => "ChrootRefused",
            Self::PagesCannotStart => "PagesCannotStart",
            Self::NotSandboxed(lack) => lack.word(),
            Self::BrowserMissing => "BrowserMissing",
            Self::ScreenMissing => "ScreenMissing",
            Self::ProfileMissing => "ProfileMissing",
            Self::ImageUnavailable => "ImageUnavailable",
            Self::ContainerRefused => "ContainerRefused",
        }
    }

    /// The one with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::all().find(|one| one.word() == word)
    }
}

/// What people read, with the mend.
impl Display for Trouble {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::SandboxUnavailable => {
                "Chrome's sandbox cannot start: allow unprivileged user namespaces (sysctl user.max_user_namespaces >= 16, \
                 kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0) or give the pod the \
                 seccomp profile of this product"
            }
            Self::NamespacesUsedUp => {
                "Chrome's sandbox cannot start: raise sysctl user.max_user_namespaces to 16 or more for each browser"
            }
            Self::ChrootRefused => "Chrome's sandbox cannot start: the seccomp profile must allow chroot",
            Self::PagesCannotStart => {
                "Chrome cannot start page processes: raise sysctl user.max_pid_namespaces and the limit of processes, or allow \
                 clone(CLONE_NEWPID) in the seccomp profile"
            }
            Self::NotSandboxed(lack) => {
                return write!(
                    to,
                    "a page's process is not in Chrome's sandbox: {lack}; use the browser image as it is shipped"
                );
            }
            Self::BrowserMissing => {
                "Chrome cannot be started: use the browser image as it is shipped, with its folders in writable memory"
            }
            Self::ScreenMissing => "Chrome found no screen: use the browser image as it is shipped",
            Self::ProfileMissing => {
                "the node does not have the seccomp profile cobrowse/chrome.json: see seccomp.installer of the chart"
            }
            Self::ImageUnavailable => {
                "the image cannot be had: check spec.image, spec.imagePullSecrets and the registry"
            }
            Self::ContainerRefused => "the node cannot make the pod's containers: `kubectl describe pod` says why",
        };
        to.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_word_means_one_trouble_and_can_be_a_condition_s_reason() {
        let words: BTreeSet<&str> = Trouble::all().map(Trouble::word).collect();
        assert_eq!(words.len(), Trouble::all().count());
        for trouble in Trouble::all() {
            let word = trouble.word();
            assert_eq!(Trouble::parse(word), Some(trouble));
            // As Kubernetes asks of a reason.
            assert!(word.starts_with(|first: char| first.is_ascii_alphabetic()) && word.len() <= 64, "{word}");
            assert!(
                word.chars().all(|one| one.is_ascii_alphanumeric() || one == ':') && !word.ends_with(':'),
                "{word}"
            );
            assert!(trouble.to_string().len() > 20, "{word} has no mend");
        }
        for other in ["", "sandboxunavailable", "NotSandboxed", "anything a pod may say"] {
            assert_eq!(Trouble::parse(other), None);
        }
    }
}
