//! `SystemScope`: the right to what is of no one tenant. It is no proof of who somebody is; what it is for stands in its name.

/// What a call of the store takes that cannot take a `TenantScope`: one that comes before it is known whose tenant it is about,
/// and the sweeps over all of them. `xtask tidy` knows every file that may make one, and lets no call of the store take neither.
#[derive(Clone, Copy, Debug)]
pub struct SystemScope(());

impl SystemScope {
    /// To prove a secret or a password: what is read becomes a scope, or is forgotten.
    pub const fn to_prove() -> Self {
        Self(())
    }

    /// To look after the sessions of all tenants: deadlines, lost pods, notices of other replicas.
    pub const fn to_sweep() -> Self {
        Self(())
    }

    /// To count the installation's places and give them out.
    pub const fn to_place() -> Self {
        Self(())
    }
}
