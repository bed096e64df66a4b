//! Names and secrets that people and programs write: sites, addresses, ids, PINs, secrets, people, peers, places in traces,
//! hexadecimal text, keys. What is read is written back the same, and nothing private shows.

use cobrowse_browser_pod::chrome::{Sites, fuzzing as chrome};
use cobrowse_crds::trace::TraceParent;
use cobrowse_identity::name::{PeerName, PodUid};
use cobrowse_session::pin::JoinPin;
use cobrowse_session::secret::{Secret, SessionSecret};
use cobrowse_session::site::{HostPattern, Origin, PageUrl};
use cobrowse_session::{AccountId, ParticipantId, PersonName, SessionId, TenantId};
use cobrowse_session_api::hex;

/// Two texts with a line feed between them; each is read as everything.
pub fn target(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (one, other) = text.split_once('\n').unwrap_or((&text, ""));
    for text in [one, other] {
        ids(text);
        people(text);
        secrets(text);
        address(text);
    }
    sites(one, other);
}

fn ids(text: &str) {
    let all = [
        SessionId::parse(text).ok().map(|id| id.to_string()),
        TenantId::parse(text).ok().map(|id| id.to_string()),
        ParticipantId::parse(text).ok().map(|id| id.to_string()),
        AccountId::parse(text).ok().map(|id| id.to_string()),
        PodUid::parse(text).ok().map(|uid| uid.as_str().to_owned()),
    ];
    for id in all.into_iter().flatten() {
        assert_eq!(id, text);
        assert!((1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
    }
    if let Ok(name) = PeerName::parse(text) {
        assert_eq!(name.to_string(), text);
        // Must be a name that TLS can ask for.
        let _ = name.server_name();
    }
    if let Some(place) = TraceParent::parse(text) {
        let written = place.to_string();
        assert_eq!((TraceParent::parse(&written), &written[..53]), (Some(place), &text[..53]));
    }
    if let Some(read) = hex::decode::<16>(text) {
        assert_eq!(hex::encode(&read), text.to_ascii_lowercase());
    }
}

fn people(text: &str) {
    if let Ok(name) = PersonName::parse(text) {
        assert_eq!(name.as_str(), text);
        assert!(!text.is_empty() && text.chars().count() <= 80 && !text.chars().any(char::is_control));
    }
}

fn secrets(text: &str) {
    if let Ok(pin) = JoinPin::parse(text) {
        assert!((6..=12).contains(&pin.expose().len()) && pin.expose().bytes().all(|b| b.is_ascii_digit()));
        let again = JoinPin::parse(&pin.grouped()).expect("as it is shown, it is read");
        assert_eq!(again.expose(), pin.expose());
        assert!(!format!("{pin:?}").contains(pin.expose()));
    }
    if let Ok(secret) = Secret::parse(text) {
        assert_eq!(secret.expose(), text);
        assert!(!format!("{secret:?}").contains(text));
    }
    if let Ok(secret) = SessionSecret::parse(text) {
        assert!(text.starts_with(secret.session().as_str()));
        assert!(!format!("{secret:?}").contains(text));
    }
}

fn address(text: &str) {
    if let Ok(url) = PageUrl::parse(text) {
        let written = url.expose();
        assert_eq!(PageUrl::parse(&written).map(|url| url.expose()), Ok(written.clone()), "{text}");
        let plain = url.without_query();
        assert!(!plain.contains(['?', '#']) && written.starts_with(&plain));
        assert!(written.starts_with(&url.origin().to_string()));
        assert_eq!(Origin::of_address(text).as_ref(), Ok(url.origin()));
    }
    if let Ok(origin) = Origin::of_address(text) {
        assert_eq!(Origin::of_address(&origin.to_string()), Ok(origin));
    }
    let [host, origin] = chrome::told_of(text);
    for told in [&host, &origin] {
        assert!(told.len() <= 2_048 && !told.contains(['?', '#', '@']), "{told}");
    }
}

fn sites(pattern: &str, other: &str) {
    let Ok(pattern) = HostPattern::parse(pattern) else { return };
    assert_eq!(HostPattern::parse(&pattern.to_string()), Ok(pattern.clone()));
    assert!(pattern.overlaps(&pattern));
    if let Ok(second) = HostPattern::parse(other) {
        assert_eq!(pattern.overlaps(&second), second.overlaps(&pattern));
    }
    let sites = Sites::new(vec![pattern.clone()]);
    match Origin::of_address(other) {
        Ok(origin) => {
            let exact = HostPattern::parse(&origin.to_string()).expect("an origin is a pattern of itself");
            assert_eq!(pattern.matches(&origin), pattern.overlaps(&exact), "{pattern} {origin}");
            assert_eq!(chrome::is_site(&sites, other), pattern.matches(&origin), "{pattern} {other}");
        }
        // What no origin can be read of is no site; blobs are their maker's.
        Err(_) if !other.starts_with("blob:") => assert!(!is_readable(other) || !chrome::is_site(&sites, other)),
        Err(_) => {}
    }
}

/// Chrome writes addresses without these; the rule for its top level looks at the origin alone.
fn is_readable(url: &str) -> bool {
    !url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\')
}
