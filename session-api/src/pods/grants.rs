//! What a pod may reach, as its tenant says, signed for the gateway of embedded mode. On a cluster the operator signs.

use cobrowse_crds::{Tenant, Tenants};
use cobrowse_identity::grant::{Grant, GrantLimits, GrantMode, LIFE_MAX};
use cobrowse_identity::name::PodUid;
use cobrowse_session::SessionId;
use cobrowse_session::egress::{Limits, Mode};
use cobrowse_session::site::{HostPattern, Origin};
use std::collections::BTreeSet;
use std::time::SystemTime;

/// Ports of hosts that no pattern names, and those of sites that are only sent on from plain HTTP.
const PORTS: [u16; 2] = [80, 443];
/// This machine, in both families.
const THIS_MACHINE: [&str; 2] = ["127.0.0.0/8", "::1/128"];

/// The grant of a pod that has this session of this tenant, from now on.
pub fn grant(tenant: &Tenant, session: &SessionId, pod: &PodUid, now: SystemTime) -> Grant {
    let Limits { connections, bytes_per_second, bytes, connection_seconds } = Limits::default();
    Grant {
        session: session.to_string(),
        pod: pod.clone(),
        tenant: tenant.id.to_string(),
        mode: match tenant.egress.mode {
            Mode::Strict => GrantMode::Strict,
            Mode::Listed => GrantMode::Listed,
            Mode::Open => GrantMode::Open,
            Mode::ReportOnly => GrantMode::ReportOnly,
        },
        sites: tenant.sites.iter().map(HostPattern::to_string).collect(),
        listed: tenant.egress.listed.iter().map(HostPattern::to_string).collect(),
        ports: PORTS.to_vec(),
        limits: GrantLimits { connections, bytes_per_second, bytes, connection_seconds },
        address_class: None,
        issued_at: now,
        expires_at: now + LIFE_MAX,
    }
}

/// Sites and listed hosts of this very machine, by their names, as private targets of the gateway: each by its exact name and port, and
/// nothing else that listens here. They are what is tried out in embedded mode.
pub fn own_sites(tenants: &Tenants) -> Vec<String> {
    let patterns = tenants.iter().flat_map(|(tenant, _)| tenant.sites.iter().chain(&tenant.egress.listed));
    // A pattern with a star is no origin: what it may cover is not known before.
    let origins = patterns.filter_map(|pattern| Origin::of_address(&pattern.to_string()).ok());
    let local: BTreeSet<Origin> = origins.filter(|origin| origin.host().is_local()).collect();
    let one = |origin: &Origin| {
        let (host, port) = (origin.host().as_str().to_owned(), origin.port());
        THIS_MACHINE.map(|range| format!("{host}@{range}:{port}"))
    };
    local.iter().flat_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cobrowse_identity::grant::{GrantKey, GrantKeys};
    use cobrowse_session::egress::PrivateTarget;

    fn tenants(sites: &[&str]) -> Tenants {
        let sites: String = sites.iter().map(|site| format!("    - pattern: \"{site}\"\n")).collect();
        let text = format!(
            "apiVersion: cobrowse.dev/v1alpha1\nkind: CoBrowseTenant\nmetadata:\n  name: acme\nspec:\n  displayName: Acme\n  sites:\n{sites}"
        );
        Tenants::new(vec![Tenant::from_yaml(&text).expect("a tenant")]).expect("tenants")
    }

    #[test]
    fn the_gateway_reads_what_is_signed() {
        let tenants = tenants(&["*.shop.example.com", "http://shop.localhost:8300"]);
        let (tenant, _) = tenants.iter().next().expect("one");
        let session = SessionId::from_random([7; 16]);
        let (key, pod, now) =
            (GrantKey::generate().expect("a key"), PodUid::parse("a1").expect("a uid"), SystemTime::now());
        let signed = key.sign(&grant(tenant, &session, &pod, now)).expect("signed");
        let keys = GrantKeys::from_pem(&key.public_pem()).expect("keys");
        let read = keys.verify(&signed, &pod, now).expect("good");
        assert_eq!((read.session.as_str(), read.tenant.as_str()), (session.as_str(), "acme"));
        assert_eq!(read.sites, ["https://*.shop.example.com", "http://shop.localhost:8300"]);
        assert!(keys.verify(&signed, &pod, now + LIFE_MAX).is_err());
    }

    #[test]
    fn only_sites_of_this_machine_are_private_targets() {
        let sites = ["http://shop.localhost:8300", "*.wild.localhost", "shop.example.com", "https://wiki.internal"];
        let own = own_sites(&tenants(&sites));
        assert_eq!(own, ["shop.localhost@127.0.0.0/8:8300", "shop.localhost@::1/128:8300"]);
        for target in own {
            assert!(PrivateTarget::parse(&target).is_ok(), "{target}");
        }
    }
}
