//! Who may call what: one enum of permissions, one table. And `TenantScope`, the proof of a tenant that every store call takes.

use crate::id::{AccountId, TenantId};
use crate::secret::SecretHash;
use crate::site::SiteOwner;
use crate::time::Timestamp;
use crate::waiting::Row;

/// What an account of a tenant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountRole {
    /// Helps end users.
    Agent,
    /// Helps, and looks over agents' shoulders.
    Supervisor,
    /// Reads reports and audit, and nothing else.
    Auditor,
    /// Sets the tenant up and can end any of its sessions.
    Administrator,
}

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallerRole {
    /// Somebody without token or sign-in.
    Visitor,
    /// The end user of one session, by its token.
    EndUser,
    /// A signed-in account.
    Account(AccountRole),
}

/// Everything that can be asked of session-api.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// `SessionService.ResolveSite`
    ResolveSite,
    /// `SessionService.StartSession`
    StartSession,
    /// `SessionService.RenewPin`
    RenewPin,
    /// `SessionService.JoinSession`
    JoinSession,
    /// `SessionService.AllowParticipant`
    AllowParticipant,
    /// `SessionService.DenyParticipant`
    DenyParticipant,
    /// `SessionService.GetSession`
    GetSession,
    /// `SessionService.WatchSession`
    WatchSession,
    /// `SessionService.CreateTicket`
    CreateTicket,
    /// `SessionService.CreateInvitation`
    CreateInvitation,
    /// `SessionService.AcceptInvitation`
    AcceptInvitation,
    /// `SessionService.Attach`, also by WebSocket
    Attach,
    /// `SessionService.PauseSession`
    PauseSession,
    /// `SessionService.ResumeSession`
    ResumeSession,
    /// `SessionService.EndSession` of a session the caller is in
    EndSession,
    /// `SessionService.EndSession` of any session of the tenant
    EndAnySession,
    /// `SessionService.Navigate`
    Navigate,
    /// `SessionService.SendGuidance`
    SendGuidance,
    /// `SessionService.UploadFile`
    UploadFile,
    /// `SessionService.DownloadFile`
    DownloadFile,
    /// `AccountService.SignIn`
    SignIn,
    /// `AccountService.SetUpAdministrator`
    SetUpAdministrator,
    /// `AccountService.SignOut`
    SignOut,
    /// `AccountService.GetAccount`
    GetAccount,
    /// `AccountService.ListReports`
    ListReports,
    /// `AccountService.ListAccounts`
    ListAccounts,
    /// `AccountService.CreateAccount`
    CreateAccount,
    /// `AccountService.DisableAccount`
    DisableAccount,
    /// `AccountService.ResetPassword`
    ResetPassword,
    /// `AccountService.ChangeRole`
    ChangeRole,
}

/// The one table: whether a caller of this role may ask for this at all. Which session and what in it, the rules of
/// `waiting` and `live` decide afterwards.
pub const fn may(caller: CallerRole, permission: Permission) -> bool {
    use AccountRole::{Administrator, Agent, Auditor, Supervisor};
    use CallerRole::{Account, EndUser, Visitor};
    match permission {
        // The invitation is the proof of who may be set up.
        Permission::ResolveSite | Permission::StartSession | Permission::SignIn | Permission::SetUpAdministrator => {
            true
        }
        Permission::RenewPin
        | Permission::AllowParticipant
        | Permission::DenyParticipant
        | Permission::PauseSession
        | Permission::ResumeSession
        | Permission::UploadFile
        | Permission::DownloadFile => matches!(caller, EndUser),
        Permission::JoinSession => matches!(caller, Account(Agent | Supervisor)),
        // A visitor accepts the one invitation that makes an end user.
        Permission::AcceptInvitation => matches!(caller, Visitor | Account(Agent | Supervisor)),
        Permission::GetSession
        | Permission::WatchSession
        | Permission::CreateTicket
        | Permission::CreateInvitation
        | Permission::EndSession
        | Permission::Navigate
        | Permission::SendGuidance => matches!(caller, EndUser | Account(Agent | Supervisor)),
        // The ticket in the stream's first message is the proof of who it is.
        Permission::Attach => true,
        Permission::EndAnySession
        | Permission::ListAccounts
        | Permission::CreateAccount
        | Permission::DisableAccount
        | Permission::ResetPassword
        | Permission::ChangeRole => matches!(caller, Account(Administrator)),
        Permission::SignOut | Permission::GetAccount => !matches!(caller, Visitor | EndUser),
        Permission::ListReports => matches!(caller, Account(Supervisor | Auditor | Administrator)),
    }
}

/// A sign-in as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRecord {
    /// Whose.
    pub account: AccountId,
    /// The account's tenant.
    pub tenant: TenantId,
    /// The account's role.
    pub role: AccountRole,
    /// Hash of the sign-in's secret, `Purpose::SignIn`.
    pub token: SecretHash,
    /// When it stops counting.
    pub expires_at: Timestamp,
}

/// The invitation of a tenant's administrator, as the tenant's object tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdministratorInvitation {
    /// The tenant.
    pub tenant: TenantId,
    /// Hash of its secret, `Purpose::Administrator`.
    pub hash: SecretHash,
    /// From then on it makes nobody an administrator.
    pub expires_at: Timestamp,
    /// Whoever runs the installation asked for it by name. One that came by itself is for the first administrator alone.
    pub asked: bool,
    /// It was used, or nobody needs it.
    pub used: bool,
}

impl AdministratorInvitation {
    /// Whether it may make an administrator now.
    pub fn counts(&self, now: Timestamp) -> bool {
        !self.used && now < self.expires_at
    }
}

/// A person whose sign-in was proven. Made by [`SignedIn::prove`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    account: AccountId,
    role: AccountRole,
    scope: TenantScope,
}

impl SignedIn {
    /// The person of this record, when the presented secret is the record's and it has not expired.
    pub fn prove(record: &SignInRecord, presented: &SecretHash, now: Timestamp) -> Option<Self> {
        if record.token != *presented || record.expires_at <= now {
            return None;
        }
        let scope = TenantScope { tenant: record.tenant.clone() };
        Some(Self { account: record.account.clone(), role: record.role, scope })
    }

    /// Whose sign-in it is.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The account's role.
    pub fn role(&self) -> AccountRole {
        self.role
    }

    /// Whether this person may take rights from that account: administrators do it to others, never to themselves, so that
    /// a tenant always keeps one.
    pub fn may_demote(&self, account: &AccountId) -> bool {
        self.role == AccountRole::Administrator && self.account != *account
    }

    /// The account's tenant, for store calls.
    pub fn scope(&self) -> &TenantScope {
        &self.scope
    }
}

/// The right to read and write one tenant's data. It is made from a proof and in no other way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TenantScope {
    tenant: TenantId,
}

impl TenantScope {
    /// From the session row whose end user's token was presented.
    pub fn of_end_user(row: &Row, presented: &SecretHash) -> Option<Self> {
        (row.end_user_token == *presented).then(|| Self { tenant: row.tenant.clone() })
    }

    /// From the session row that holds the presented ticket. Whether the ticket still counts is `waiting::decide`'s matter.
    pub fn of_ticket(row: &Row, presented: &SecretHash) -> Option<Self> {
        row.tickets.iter().any(|ticket| ticket.hash == *presented).then(|| Self { tenant: row.tenant.clone() })
    }

    /// From the session row that holds the presented invitation of its end user. Whether it still counts is `waiting::decide`'s
    /// matter.
    pub fn of_seat(row: &Row, presented: &SecretHash) -> Option<Self> {
        let for_seat = |invitation: &crate::waiting::Invitation| {
            invitation.role == crate::participant::Role::EndUser && invitation.hash == *presented
        };
        row.invitations.iter().any(for_seat).then(|| Self { tenant: row.tenant.clone() })
    }

    /// From the invitation of the tenant's administrator whose secret was presented, while it counts. That it was not used before,
    /// the store knows.
    pub fn of_administrator(
        invitation: &AdministratorInvitation,
        presented: &SecretHash,
        now: Timestamp,
    ) -> Option<Self> {
        let counts = invitation.hash == *presented && invitation.counts(now);
        counts.then(|| Self { tenant: invitation.tenant.clone() })
    }

    /// From a session row that is due, for the program that keeps deadlines.
    pub fn of_due_session(row: &Row, now: Timestamp) -> Option<Self> {
        let due = crate::waiting::next_deadline(row).is_some_and(|at| at <= now);
        due.then(|| Self { tenant: row.tenant.clone() })
    }

    /// From a session row that queues, for the program that gives places.
    pub fn of_queued_session(row: &Row) -> Option<Self> {
        (row.stage == crate::waiting::Stage::Queued).then(|| Self { tenant: row.tenant.clone() })
    }

    /// From the installation's own configuration: the tenant that owns a site. For starting a session, and for setting up
    /// the tenant's first accounts.
    pub fn of_site_owner(owner: &SiteOwner<'_>) -> Self {
        Self { tenant: owner.tenant().clone() }
    }

    /// The tenant.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{Purpose, Secret};

    const CALLERS: [CallerRole; 6] = [
        CallerRole::Visitor,
        CallerRole::EndUser,
        CallerRole::Account(AccountRole::Agent),
        CallerRole::Account(AccountRole::Supervisor),
        CallerRole::Account(AccountRole::Auditor),
        CallerRole::Account(AccountRole::Administrator),
    ];

    /// Who may, as letters in the order of `CALLERS`: Visitor, End user, Agent, Supervisor, aUditor, aDministrator.
    fn check(permission: Permission, expected: &str) {
        let letters = CALLERS.into_iter().zip("VEASUD".chars());
        let found: String =
            letters.map(|(caller, letter)| if may(caller, permission) { letter } else { '-' }).collect();
        assert_eq!(found, expected, "{permission:?}");
    }

    #[test]
    fn the_table() {
        check(Permission::ResolveSite, "VEASUD");
        check(Permission::StartSession, "VEASUD");
        check(Permission::RenewPin, "-E----");
        check(Permission::JoinSession, "--AS--");
        check(Permission::AllowParticipant, "-E----");
        check(Permission::DenyParticipant, "-E----");
        check(Permission::GetSession, "-EAS--");
        check(Permission::WatchSession, "-EAS--");
        check(Permission::CreateTicket, "-EAS--");
        check(Permission::CreateInvitation, "-EAS--");
        check(Permission::AcceptInvitation, "V-AS--");
        check(Permission::Attach, "VEASUD");
        check(Permission::PauseSession, "-E----");
        check(Permission::ResumeSession, "-E----");
        check(Permission::EndSession, "-EAS--");
        check(Permission::EndAnySession, "-----D");
        check(Permission::Navigate, "-EAS--");
        check(Permission::SendGuidance, "-EAS--");
        check(Permission::UploadFile, "-E----");
        check(Permission::DownloadFile, "-E----");
        check(Permission::SignIn, "VEASUD");
        check(Permission::SetUpAdministrator, "VEASUD");
        check(Permission::SignOut, "--ASUD");
        check(Permission::GetAccount, "--ASUD");
        check(Permission::ListReports, "---SUD");
        check(Permission::ListAccounts, "-----D");
        check(Permission::CreateAccount, "-----D");
        check(Permission::DisableAccount, "-----D");
        check(Permission::ResetPassword, "-----D");
        check(Permission::ChangeRole, "-----D");
    }

    #[test]
    fn an_administrators_invitation_counts_with_its_secret_until_it_is_used_or_expires() {
        let (hash, other) = (SecretHash::from_bytes([1; 32]), SecretHash::from_bytes([2; 32]));
        let (before, expiry) = (Timestamp::from_millis(99), Timestamp::from_millis(100));
        let tenant = TenantId::parse("northwind").expect("a label");
        let invitation =
            AdministratorInvitation { tenant: tenant.clone(), hash, expires_at: expiry, asked: false, used: false };
        let scope = TenantScope::of_administrator(&invitation, &hash, before).expect("counts");
        assert_eq!(scope.tenant(), &tenant);
        assert_eq!(TenantScope::of_administrator(&invitation, &other, before), None);
        assert_eq!(TenantScope::of_administrator(&invitation, &hash, expiry), None);
        let used = AdministratorInvitation { used: true, ..invitation };
        assert_eq!(TenantScope::of_administrator(&used, &hash, before), None);
    }

    #[test]
    fn a_sign_in_counts_with_its_secret_until_it_expires() {
        let hash = |byte| {
            let mut source = |out: &mut [u8]| {
                out.fill(byte);
                Ok(())
            };
            Secret::mint(&mut source).expect("fixed source").hash(Purpose::SignIn)
        };
        let tenant = TenantId::parse("northwind").expect("a label");
        let record = SignInRecord {
            account: AccountId::from_random([1; 16]),
            tenant: tenant.clone(),
            role: AccountRole::Agent,
            token: hash(1),
            expires_at: Timestamp::from_millis(100),
        };
        let signed_in = SignedIn::prove(&record, &hash(1), Timestamp::from_millis(99)).expect("the right secret");
        assert_eq!(signed_in.scope().tenant(), &tenant);
        assert!(!signed_in.may_demote(&AccountId::from_random([2; 16])), "is an agent");
        let record = SignInRecord { role: AccountRole::Administrator, ..record };
        let administrator = SignedIn::prove(&record, &hash(1), Timestamp::from_millis(99)).expect("the right secret");
        assert!(administrator.may_demote(&AccountId::from_random([2; 16])));
        assert!(!administrator.may_demote(&record.account), "would leave the tenant without");
        assert_eq!(SignedIn::prove(&record, &hash(1), Timestamp::from_millis(100)), None);
        assert_eq!(SignedIn::prove(&record, &hash(2), Timestamp::from_millis(0)), None);
    }
}
