//! Why a page's connection is not made, as an answer to Chrome: a status, the word in a header, and a page in plain words without
//! scripts. One small catalogue says what each word means to people.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::{Either, Full};
use hyper::body::Incoming;

/// The header that says why, by a word of CamelCase. The gateway's and ours.
pub const REASON: HeaderName = HeaderName::from_static("cobrowse-reason");

/// Letters of a word.
const WORD_BYTES: usize = 40;

/// A body of the website's, or ours.
pub(super) type Body = Either<Incoming, Full<Bytes>>;

/// Why nothing is connected: a status for Chrome, and a word that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    reason: HeaderValue,
}

/// What people are told.
struct Told {
    words: &'static [&'static str],
    title: &'static str,
    text: &'static str,
}

/// What words mean. A word that is in no line is told as the last one.
const CATALOGUE: [Told; 8] = [
    Told {
        words: &["HostNotAllowed", "PortNotAllowed", "HostMismatch"],
        title: "This website is not open in this session",
        text: "The company whose website you visit together has not opened this address. Go back, or ask to have it opened.",
    },
    Told {
        words: &[
            "AddressLiteral",
            "LocalName",
            "Unspecified",
            "Loopback",
            "Private",
            "SharedAddress",
            "LinkLocal",
            "Metadata",
            "Multicast",
            "Broadcast",
            "Documentation",
            "Benchmarking",
            "Reserved",
            "Translated",
            "UniqueLocal",
            "Cluster",
        ],
        title: "This address is closed",
        text: "It is not an address of the public internet. Nobody reaches such addresses from a shared browser.",
    },
    Told {
        words: &["NameNotFound", "NoAddress", "NameTimeout"],
        title: "This website was not found",
        text: "Its name leads nowhere. Look whether the address is written correctly.",
    },
    Told {
        words: &["NotReached", "ReachTimeout"],
        title: "This website does not answer",
        text: "It may be down for a moment. Load the page again in a while.",
    },
    Told {
        words: &["TooManyConnections", "TooManyBytes"],
        title: "This session has loaded as much as it may",
        text: "Close tabs that are not needed, and load the page again.",
    },
    Told {
        words: &["GatewayAway", "Draining"],
        title: "The way to the internet is interrupted",
        text: "It comes back by itself as a rule. Load the page again in a moment.",
    },
    Told {
        words: &["InvalidTarget", "UnknownRequest"],
        title: "This address cannot be opened",
        text: "A shared browser opens addresses that begin with http or https and name a website.",
    },
    Told {
        words: &[],
        title: "This session may not open websites at the moment",
        text: "Load the page again in a moment. If that does not help, end the session and begin a new one.",
    },
];

impl Refusal {
    /// The gateway cannot be reached.
    pub(super) const GATEWAY_AWAY: Self = Self::own(StatusCode::BAD_GATEWAY, "GatewayAway");
    /// The replica ends; another one connects.
    pub(super) const DRAINING: Self = Self::own(StatusCode::SERVICE_UNAVAILABLE, "Draining");
    /// No grant was given to this pod yet.
    pub(super) const GRANT_MISSING: Self = Self::own(StatusCode::SERVICE_UNAVAILABLE, "GrantMissing");
    /// Nothing that a proxy does.
    pub(super) const UNKNOWN_REQUEST: Self = Self::own(StatusCode::BAD_REQUEST, "UnknownRequest");
    /// The website broke off.
    pub(super) const NOT_REACHED: Self = Self::own(StatusCode::BAD_GATEWAY, "NotReached");

    const fn own(status: StatusCode, word: &'static str) -> Self {
        Self { status, reason: HeaderValue::from_static(word) }
    }

    /// What the gateway answered.
    pub(super) fn of(answer: &Response<Incoming>) -> Self {
        let word = |reason: &&HeaderValue| {
            reason.len() <= WORD_BYTES && reason.as_bytes().iter().all(u8::is_ascii_alphanumeric)
        };
        let reason = answer.headers().get(REASON).filter(word);
        let reason = reason.cloned().unwrap_or(HeaderValue::from_static("UnknownRequest"));
        let status = match answer.status() {
            // Chrome would ask people for a name and a password.
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => StatusCode::SERVICE_UNAVAILABLE,
            status if status.is_client_error() || status.is_server_error() => status,
            _ => StatusCode::BAD_GATEWAY,
        };
        Self { status, reason }
    }

    /// The word.
    pub(super) fn word(&self) -> &str {
        self.reason.to_str().unwrap_or_default()
    }

    /// The answer to Chrome. It shows the page for plain http; for a CONNECT it shows its own, and the word is in the header.
    pub(super) fn response(&self) -> Response<Body> {
        let Told { title, text, .. } = told(self.word());
        let page = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
             <style>body{{font:1rem/1.5 sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;color:#1f2328;background:#fff}}\
             h1{{font-size:1.5rem}}small{{color:#57606a}}</style></head>\
             <body><main><h1>{title}</h1><p>{text}</p><p><small>{}</small></p></main></body></html>\n",
            self.word()
        );
        let mut response = Response::new(Either::Right(Full::from(page)));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(REASON, self.reason.clone());
        let fixed = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        headers.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
        response
    }
}

fn told(word: &str) -> &'static Told {
    let [lines @ .., last] = &CATALOGUE;
    lines.iter().find(|told| told.words.contains(&word)).unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_grant_lacks_is_told_as_the_session_s_trouble() {
        for word in ["GrantMissing", "GrantExpired", "GrantOfOtherPod", "AddressClassUnknown", "SomethingNew"] {
            assert_eq!(told(word).title, "This session may not open websites at the moment", "{word}");
        }
    }

    #[test]
    fn a_word_has_one_meaning() {
        let words: Vec<_> = CATALOGUE.iter().flat_map(|told| told.words).collect();
        let once: std::collections::HashSet<_> = words.iter().collect();
        assert_eq!(once.len(), words.len());
        assert!(words.iter().all(|word| word.len() <= WORD_BYTES));
    }

    #[test]
    fn the_page_has_no_script_and_says_the_word() {
        let response = Refusal::GATEWAY_AWAY.response();
        assert_eq!(response.headers()[REASON], "GatewayAway");
        assert!(response.headers()[header::CONTENT_SECURITY_POLICY].to_str().is_ok_and(|csp| csp.contains("'none'")));
        let Either::Right(body) = response.into_body() else { panic!("our own page") };
        let page = format!("{body:?}");
        assert!(page.contains("interrupted") && !page.contains("<script"), "{page}");
    }
}
