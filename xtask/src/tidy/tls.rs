//! Only `identity` builds TLS configurations and certificates, so that no weaker one can slip in elsewhere. The certificates of the
//! tests' cluster are Kubernetes' own, and none of the product.

use super::{Fault, Source};

const BUILDERS: [&str; 4] = ["ServerConfig::builder", "ClientConfig::builder", "CertificateParams::", "dangerous()"];

/// Finds TLS configurations and certificates that are built outside of `identity`.
pub(crate) fn check(source: &Source) -> Vec<Fault> {
    let other = ["identity/", "xtask/", "e2e/cluster/"].iter().any(|folder| source.path.starts_with(folder));
    if source.ending() != "rs" || other {
        return Vec::new();
    }
    let (body, _) = source.body_and_tests();
    let found = BUILDERS.iter().filter(|builder| body.iter().any(|line| line.contains(**builder)));
    let text = |builder: &str| format!("`{builder}` belongs to the crate identity: add what is missing there");
    found.map(|builder| Fault::new("tls", &source.path, text(builder))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_identity_builds_tls() {
        let text = "let config = rustls::ServerConfig::builder();\n";
        assert_eq!(check(&Source::new("session-api/src/serve.rs", text)).len(), 1);
        assert_eq!(check(&Source::new("identity/src/server.rs", text)), []);
    }
}
