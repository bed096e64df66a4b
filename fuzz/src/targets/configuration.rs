//! The configuration file of session-api, and two files of which one wins.

use cobrowse_session_api::args::Settings;
use cobrowse_session_api::config::{Backend, check, layers};

/// TOML; a line of `---` parts what wins from what it wins over.
pub fn target(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (upper, lower) = text.split_once("\n---\n").unwrap_or((&text, ""));
    let (Ok(upper), Ok(lower)) = (layers::parse(upper), layers::parse(lower)) else { return };
    one(upper.clone());
    one(lower.clone());
    let (wanted, merged) = (upper.max_pods.or(lower.max_pods), layers::merge(upper, lower));
    assert_eq!(merged.max_pods, wanted);
    one(merged);
}

fn one(settings: Settings) {
    let Ok(config) = check(settings) else { return };
    assert!(config.limits.connections >= 16 && config.limits.calls_per_second >= 1);
    assert!(config.listen != config.admin_listen || config.listen.port() == 0);
    match &config.backend {
        Backend::Embedded(embedded) => {
            assert!(embedded.pods.warm <= embedded.pods.most && (1..=200).contains(&embedded.pods.most));
            assert!(!config.demo || config.listen.ip().is_loopback());
        }
        Backend::Kubernetes(cluster) => {
            assert!(cluster.pod_port > 0 && config.database.is_some() && config.certificate.is_some());
        }
    }
    if let Some(origin) = config.public_origin {
        assert!(origin.starts_with("https://") && origin.len() > 8 && !origin[8..].contains('/'));
    }
}
