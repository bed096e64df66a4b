//! Every call of the store takes a proof: of a tenant, or a `SystemScope`, which only the files listed here may make.

use super::{Fault, Source};

const STORE: &str = "session-api/src/store";
/// Calls about the database as a whole, and where they stand. A notice is an id and a number, heard by who was let listen.
const OF_NO_ROW: [(&str, &[&str]); 3] = [
    ("session-api/src/store.rs", &["open", "connect", "ready", "close"]),
    ("session-api/src/store/write.rs", &["write", "commit"]),
    ("session-api/src/store/notices.rs", &["next"]),
];
/// Who may make a `SystemScope`, and what for. docs/adr/0008 has the reasons.
const MAKERS: [(&str, &[&str]); 3] = [
    (
        "to_prove",
        &[
            "session-api/src/accounts.rs",
            "session-api/src/caller.rs",
            "session-api/src/sessions/invite.rs",
            "session-api/src/sessions/tickets.rs",
        ],
    ),
    (
        "to_sweep",
        &[
            "session-api/src/adopt.rs",
            "session-api/src/hub.rs",
            "session-api/src/replicas.rs",
            "session-api/src/sessions/deadlines.rs",
            "session-api/src/sessions/lost.rs",
        ],
    ),
    (
        "to_place",
        &["session-api/src/adopt.rs", "session-api/src/sessions/queue.rs", "session-api/src/sessions/start.rs"],
    ),
];

/// Finds calls of the store without a proof, and system scopes made where nobody wrote down why.
pub(crate) fn check(source: &Source) -> Vec<Fault> {
    if source.ending() != "rs" || !source.path.starts_with("session-api/src/") || source.path.ends_with("/tests.rs") {
        return Vec::new();
    }
    let (body, _) = source.body_and_tests();
    let mut faults = made(source, &body);
    if source.path.starts_with(STORE) {
        faults.extend(calls(source, &body));
    }
    faults
}

fn made(source: &Source, body: &[&str]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for line in body {
        for rest in line.split("SystemScope::").skip(1) {
            let what: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let files = MAKERS.iter().find(|(name, _)| *name == what).map(|(_, files)| *files).unwrap_or_default();
            if !files.contains(&source.path.as_str()) {
                let text = format!(
                    "`SystemScope::{what}` has no place here: take a TenantScope, or write the reason into docs/adr/0008 and xtask/src/tidy/scopes.rs"
                );
                faults.push(Fault::new("scope", &source.path, text));
            }
        }
    }
    faults
}

fn calls(source: &Source, body: &[&str]) -> Vec<Fault> {
    let text = body.join("\n");
    let starts = text.match_indices("pub async fn ").map(|(at, found)| &text[at + found.len()..]);
    let signatures = starts.map(|rest| rest.split(" {\n").next().unwrap_or(rest));
    let name = |signature: &str| signature.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let here = OF_NO_ROW.iter().filter(|(file, _)| *file == source.path);
    let of_no_row = |name: &str| here.clone().any(|(_, names)| names.contains(&name));
    let bare = signatures.filter(|s| !["&TenantScope", ": SystemScope"].iter().any(|proof| s.contains(proof)));
    let bare = bare.map(name).filter(|name| !of_no_row(name));
    let text = |name: String| {
        format!("the store's call `{name}` takes no proof: give it a `&TenantScope`, or a `SystemScope`")
    };
    bare.map(|name| Fault::new("scope", &source.path, text(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_of_the_store_without_a_proof_is_a_fault() {
        let bare = "    pub async fn all(\n        &self,\n        most: u32,\n    ) -> Result<(), Error> {\n        a(&TenantScope)\n    }\n";
        assert_eq!(check(&Source::new("session-api/src/store/reports.rs", bare)).len(), 1);
        assert_eq!(check(&Source::new("session-api/src/accounts.rs", bare)), []);
        for proof in ["scope: &TenantScope", "_: SystemScope"] {
            let whole = bare.replace("most: u32", proof);
            assert_eq!(check(&Source::new("session-api/src/store/reports.rs", &whole)), []);
        }
        let open = "    pub async fn open(path: &Path) -> Result<Self, Error> {\n    }\n";
        assert_eq!(check(&Source::new("session-api/src/store.rs", open)), []);
        assert_eq!(check(&Source::new("session-api/src/store/reports.rs", open)).len(), 1);
    }

    #[test]
    fn a_system_scope_is_made_where_the_reason_is_written_down() {
        let prove = "store.sign_in(SystemScope::to_prove(), &token)\n";
        assert_eq!(check(&Source::new("session-api/src/caller.rs", prove)), []);
        assert_eq!(check(&Source::new("session-api/src/sessions/view.rs", prove)).len(), 1);
        assert_eq!(check(&Source::new("session-api/src/caller.rs", &prove.replace("prove", "sweep"))).len(), 1);
    }
}
