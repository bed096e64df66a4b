//! Every TLS configuration begins in `identity/src/policy.rs`, and only `identity` makes certificates, so that nothing weaker can slip
//! in elsewhere. The certificates of the tests' cluster are Kubernetes' own, and none of the product.

use super::{Fault, Source};

/// Where a configuration begins.
const POLICY: &str = "identity/src/policy.rs";
const BUILDERS: [&str; 7] = [
    "ServerConfig::builder",
    "ClientConfig::builder",
    "aws_lc_rs::default_provider",
    "ring::default_provider",
    "ClientTlsConfig",
    "ServerTlsConfig",
    ".with_protocol_versions(",
];
/// What the rest of `identity` does besides.
const MAKERS: [&str; 2] = ["CertificateParams::", "dangerous()"];

/// Finds TLS configurations that do not begin with the policy, and certificates that are made outside of `identity`.
pub(crate) fn check(source: &Source) -> Vec<Fault> {
    let place = |folders: &[&str]| folders.iter().any(|folder| source.path.starts_with(folder));
    if source.ending() != "rs" || source.path == POLICY || place(&["xtask/", "e2e/cluster/", "identity/tests/"]) {
        return Vec::new();
    }
    let makers = if place(&["identity/"]) { &[][..] } else { &MAKERS[..] };
    let (body, _) = source.body_and_tests();
    let found = BUILDERS.iter().chain(makers).filter(|builder| body.iter().any(|line| line.contains(**builder)));
    let text =
        |builder: &str| format!("`{builder}` belongs to {POLICY} or the crate around it: add what is missing there");
    found.map(|builder| Fault::new("tls", &source.path, text(builder))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_policy_begins_tls() {
        let text = "let config = rustls::ServerConfig::builder();\n";
        for path in ["session-api/src/serve.rs", "identity/src/door.rs", "e2e/tests/door/people.rs"] {
            assert_eq!(check(&Source::new(path, text)).len(), 1, "{path}");
        }
        assert_eq!(check(&Source::new(POLICY, text)), []);
        assert_eq!(check(&Source::new("operator/src/run.rs", "ClientTlsConfig::new()\n")).len(), 1);
    }

    #[test]
    fn only_identity_makes_certificates() {
        let text = "config.dangerous();\nlet params = CertificateParams::default();\n";
        assert_eq!(check(&Source::new("session-api/src/serve.rs", text)).len(), 2);
        assert_eq!(check(&Source::new("identity/src/enrollment.rs", text)), []);
    }
}
