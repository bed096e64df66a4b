//! What the cluster is built from: a folder under `modules/` each, whose `go.mod` and `go.sum` pin everything.

use crate::Profile;

/// A Go module whose tools are built.
#[derive(Debug)]
pub(crate) struct Module {
    /// Its folder.
    pub(crate) name: &'static str,
    /// The least profile that needs it.
    pub(crate) profile: Profile,
    /// Each tool's name as `go build` makes it, and the name it is called by.
    pub(crate) tools: &'static [(&'static str, &'static str)],
    /// The module whose version is written into the tools, and the variable it goes to; the linker gets both.
    pub(crate) stamp: Option<(&'static str, &'static str)>,
    /// Build tags.
    pub(crate) tags: &'static str,
    /// Whether it has parts in C.
    pub(crate) c: bool,
    /// Folders of a module's source that are needed at run time: the module, and the folders, which keep their last name.
    pub(crate) kept: (&'static str, &'static [&'static str]),
    /// A change to the source of that module.
    pub(crate) change: Option<Change>,
}

/// One text in one file that is replaced.
#[derive(Debug)]
pub(crate) struct Change {
    /// The file, in the module.
    pub(crate) file: &'static str,
    /// What stands there, once.
    pub(crate) from: &'static str,
    /// What is to stand there.
    pub(crate) to: &'static str,
}

const fn plain(name: &'static str, profile: Profile, tools: &'static [(&'static str, &'static str)]) -> Module {
    Module { name, profile, tools, stamp: None, tags: "", c: false, kept: ("", &[]), change: None }
}

/// All of them, in the order in which they are built.
pub(crate) const MODULES: [Module; 10] = [
    plain("etcd", Profile::Api, &[("server", "etcd"), ("etcdctl", "etcdctl")]),
    Module {
        stamp: Some(("k8s.io/kubernetes", "k8s.io/component-base/version.gitVersion={version}")),
        ..plain(
            "kubernetes",
            Profile::Api,
            &[
                ("kube-apiserver", "kube-apiserver"),
                ("kube-controller-manager", "kube-controller-manager"),
                ("kube-scheduler", "kube-scheduler"),
                ("kube-proxy", "kube-proxy"),
                ("kubelet", "kubelet"),
                ("kubectl", "kubectl"),
            ],
        )
    },
    // Without its stages it does nothing.
    Module { kept: ("sigs.k8s.io/kwok", &["kustomize/stage"]), ..plain("kwok", Profile::Api, &[("kwok", "kwok")]) },
    plain("helm", Profile::Api, &[("helm", "helm")]),
    Module {
        stamp: Some((
            "github.com/containerd/containerd/v2",
            "github.com/containerd/containerd/v2/version.Version={version}",
        )),
        ..plain(
            "containerd",
            Profile::Node,
            &[("containerd", "containerd"), ("containerd-shim-runc-v2", "containerd-shim-runc-v2"), ("ctr", "ctr")],
        )
    },
    Module { tags: "seccomp", c: true, ..plain("runc", Profile::Node, &[("runc", "runc")]) },
    plain(
        "cni",
        Profile::Node,
        &[
            ("bridge", "cni/bridge"),
            ("host-local", "cni/host-local"),
            ("loopback", "cni/loopback"),
            ("portmap", "cni/portmap"),
        ],
    ),
    plain("coredns", Profile::Node, &[("coredns", "coredns")]),
    plain("probe", Profile::Node, &[("probe", "probe")]),
    Module {
        stamp: Some(("github.com/cilium/cilium", "github.com/cilium/cilium/pkg/version.ciliumVersion={version}")),
        tags: "ipam_provider_operator",
        kept: ("github.com/cilium/cilium", &["bpf", "install/kubernetes/cilium", "pkg/k8s/apis/cilium.io/client/crds"]),
        // A kernel without loadable modules has no list of them; what it has is built in.
        change: Some(Change {
            file: "pkg/datapath/linux/modules/modules_linux.go",
            from: "\"/proc/modules\"",
            to: "\"/dev/null\"",
        }),
        // Its operator would define its kinds, which is done without it, and clean up after nodes that go.
        ..plain("cilium", Profile::Policy, &[("daemon", "cilium-agent"), ("cilium-cni", "cni/cilium-cni")])
    },
];

/// Those that a profile needs.
pub(crate) fn of(profile: Profile) -> impl Iterator<Item = &'static Module> {
    MODULES.iter().filter(move |module| module.profile <= profile)
}

/// The version that a `go.mod` requires of a module, without its `v`.
pub(crate) fn version<'a>(go_mod: &'a str, of: &str) -> Option<&'a str> {
    go_mod.lines().find_map(|line| {
        let line = line.trim().trim_start_matches("require ").trim();
        line.strip_prefix(of)?.strip_prefix(" v")?.split_whitespace().next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_a_line_or_a_block() {
        let text = "module m\n\nrequire a.io/b v1.2.3\n\nrequire (\n\ta.io/b/v2 v2.4.2 // indirect\n)\n";
        assert_eq!(version(text, "a.io/b"), Some("1.2.3"));
        assert_eq!(version(text, "a.io/b/v2"), Some("2.4.2"));
        assert_eq!(version(text, "a.io"), None);
    }

    #[test]
    fn a_profile_holds_the_one_before() {
        let names = |profile| of(profile).map(|module| module.name).collect::<Vec<_>>();
        assert_eq!(names(Profile::Api), ["etcd", "kubernetes", "kwok", "helm"]);
        assert!(names(Profile::Policy).starts_with(&names(Profile::Node)));
        assert_eq!(names(Profile::Policy).len(), MODULES.len());
    }
}
