//! What a pod must not reach, and which of that it reached. Names alone, no addresses: they stand in a pool's status, in metrics and in
//! a pod's last words.

use std::fmt;

/// Something that no browser pod may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Forbidden {
    /// The cluster's API server.
    ApiServer,
    /// The metadata of the machine, as clouds serve it.
    Metadata,
    /// The cluster's DNS. Forbidden where the egress gateway resolves names.
    Dns,
    /// Another pod.
    Pod,
    /// A node, for example its kubelet.
    Node,
    /// An address outside of the cluster. Forbidden where only the egress gateway goes there.
    Outside,
}

impl Forbidden {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::ApiServer, Self::Metadata, Self::Dns, Self::Pod, Self::Node, Self::Outside];

    /// The stable CamelCase name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ApiServer => "ApiServer",
            Self::Metadata => "Metadata",
            Self::Dns => "Dns",
            Self::Pod => "Pod",
            Self::Node => "Node",
            Self::Outside => "Outside",
        }
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Which of it was reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reached(u8);

impl Reached {
    /// Nothing.
    pub const NOTHING: Self = Self(0);

    /// Whether nothing was.
    pub const fn is_nothing(self) -> bool {
        self.0 == 0
    }

    /// This, and one more.
    #[must_use]
    pub const fn and(self, one: Forbidden) -> Self {
        Self(self.0 | one.bit())
    }

    /// Each that was reached.
    pub fn iter(self) -> impl Iterator<Item = Forbidden> {
        Forbidden::ALL.into_iter().filter(move |one| self.0 & one.bit() != 0)
    }

    /// Of names; what is none is left out, since who wrote them may be anybody.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        names.into_iter().filter_map(Forbidden::from_name).collect()
    }
}

impl FromIterator<Forbidden> for Reached {
    fn from_iter<I: IntoIterator<Item = Forbidden>>(all: I) -> Self {
        all.into_iter().fold(Self::NOTHING, Self::and)
    }
}

/// The names, for people.
impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Forbidden::name).collect();
        f.write_str(&names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_nonsense_is_left_out() {
        let all: Reached = Forbidden::ALL.into_iter().collect();
        assert_eq!(Reached::of_names(Forbidden::ALL.map(Forbidden::name)), all);
        assert_eq!(all.iter().count(), Forbidden::ALL.len());
        let some = Reached::of_names(["Metadata", "nonsense", "", "ApiServer", "ApiServer"]);
        assert_eq!(some.to_string(), "ApiServer, Metadata");
        assert!(Reached::of_names(["apiserver"]).is_nothing() && !some.is_nothing());
    }
}
