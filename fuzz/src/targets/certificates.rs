//! What a pod that nobody knows yet sends to prove itself: its certificate and its signing request, DER both.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use cobrowse_identity::authority::Authority;
use cobrowse_identity::enrollment::{PodKey, check_possession};
use cobrowse_identity::mutual;
use cobrowse_identity::name::{PeerName, PodUid};
use rustls_pki_types::CertificateDer;

use crate::script::Script;

static AUTHORITY: LazyLock<Authority> =
    LazyLock::new(|| Authority::generate(SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30)).expect("a key"));

static KEY: LazyLock<PodKey> = LazyLock::new(|| PodKey::generate().expect("a key"));

/// A counted certificate, then a signing request.
pub fn target(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let (certificate, request) = (script.counted(), script.rest());
    let leaf = [CertificateDer::from(certificate)];
    if let Ok(name) = PeerName::of_peer(Some(&leaf)) {
        let again = PeerName::parse(&name.to_string()).expect("a name that was read is written as one");
        assert_eq!(again, name);
    }
    let _ = check_possession(Some(&leaf), request);
    // As what a pod is certified with: a chain of nobody's key, and an authority.
    let owned = |bytes: &[u8]| CertificateDer::from(bytes.to_vec());
    for (chain, authority) in [(certificate, request), (request, certificate)] {
        let made = mutual::server(&KEY, vec![owned(chain)], owned(authority));
        assert!(made.is_err(), "a certificate of another key is taken for the pod's");
    }
    let uid = PodUid::parse("a-pod").expect("a label");
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30);
    if let Ok(issued) = AUTHORITY.issue_pod(request, &uid, now, Duration::from_secs(3_600)) {
        // Whatever the request asks for, the certificate has the name that was decided on.
        let name = PeerName::of_peer(Some(&[issued])).expect("our own certificate");
        assert_eq!(name, PeerName::Pod(uid));
    }
}
