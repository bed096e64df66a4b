//! The crypto policy: which versions, suites, groups and keys count. Every TLS configuration of the product begins here and
//! nowhere else, so a change of the policy is a change of this file and of its number.

use crate::Error;
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs};
use rustls::server::NoServerSessionStorage;
use rustls::{
    ClientConfig, ConfigBuilder, ServerConfig, SupportedCipherSuite, SupportedProtocolVersion, WantsVerifier, version,
};
use std::sync::Arc;

/// The policy's number. It grows with every change of what is accepted or offered.
pub const VERSION: u16 = 1;
/// The fewest bits of an RSA key.
pub const RSA_BITS_LEAST: usize = 2048;

/// Between whom a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Between two programs of ours: TLS 1.3 alone, and no connection goes by what an earlier one proved, so that an
    /// authority that is given up counts no more from the next connection on.
    Inside,
    /// With people's browsers, gateways, databases and API servers: TLS 1.2 and 1.3.
    Outside,
}

static INSIDE: [&SupportedProtocolVersion; 1] = [&version::TLS13];
static OUTSIDE: [&SupportedProtocolVersion; 2] = [&version::TLS13, &version::TLS12];

impl Side {
    fn versions(self) -> &'static [&'static SupportedProtocolVersion] {
        match self {
            Self::Inside => &INSIDE,
            Self::Outside => &OUTSIDE,
        }
    }
}

/// AES-256-GCM with SHA-384, and ChaCha20 for machines without AES in hardware. The first is preferred.
fn suites() -> Vec<SupportedCipherSuite> {
    use aws_lc_rs::cipher_suite as suite;
    vec![
        suite::TLS13_AES_256_GCM_SHA384,
        suite::TLS13_CHACHA20_POLY1305_SHA256,
        suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]
}

/// The hybrid with ML-KEM first: what is recorded today is not read by a quantum computer later.
fn groups() -> Vec<&'static dyn SupportedKxGroup> {
    use aws_lc_rs::kx_group as group;
    vec![group::X25519MLKEM768, group::X25519, group::SECP256R1, group::SECP384R1]
}

/// The one crypto provider, cut down to the policy. Its signatures begin at P-256, Ed25519 and RSA of 2048 bits, with SHA-256.
pub(crate) fn provider() -> CryptoProvider {
    CryptoProvider { cipher_suites: suites(), kx_groups: groups(), ..aws_lc_rs::default_provider() }
}

/// Makes the policy the process's own, for libraries that build a TLS configuration themselves: the client of the API server.
/// The first call counts; what was built before is not changed.
pub fn install() {
    // Somebody was first: with the same, as nobody else calls it.
    let _ = provider().install_default();
}

/// Begins what a server speaks.
pub(crate) fn server(side: Side) -> Result<ConfigBuilder<ServerConfig, WantsVerifier>, Error> {
    let builder = ServerConfig::builder_with_provider(Arc::new(provider()));
    builder.with_protocol_versions(side.versions()).map_err(Error::Configuration)
}

/// Begins what a client speaks.
pub(crate) fn client(side: Side) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(provider()));
    builder.with_protocol_versions(side.versions()).map_err(Error::Configuration)
}

/// Ends a server's configuration. Nothing counts before the handshake does (no 0-RTT), whatever rustls's defaults become.
pub(crate) fn serving(mut config: ServerConfig, side: Side, protocols: &[&str]) -> Arc<ServerConfig> {
    config.max_early_data_size = 0;
    config.send_half_rtt_data = false;
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    if side == Side::Inside {
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    Arc::new(config)
}

/// Ends a client's configuration, in the same way.
pub(crate) fn dialling(mut config: ClientConfig, side: Side, protocols: &[&str]) -> Arc<ClientConfig> {
    config.enable_early_data = false;
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    if side == Side::Inside {
        config.resumption = Resumption::disabled();
    }
    Arc::new(config)
}
