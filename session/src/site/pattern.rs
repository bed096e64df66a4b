//! Host patterns, `[scheme://]host[:port]`: the sites of a tenant.

use std::fmt;

use thiserror::Error;

use super::origin::{Host, Origin, Scheme, UrlError, parse_port};

/// Why a text is not a host pattern. Each message says how to write it.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PatternError {
    /// Upper-case letters.
    #[error("failed to read a host pattern: write it in lower case")]
    UpperCase,
    /// A character outside ASCII.
    #[error("failed to read a host pattern: write names in other scripts in their xn-- form")]
    NotAscii,
    /// A scheme other than http and https.
    #[error("failed to read a host pattern: the scheme must be https or http")]
    Scheme,
    /// A user name.
    #[error("failed to read a host pattern: leave out the user name and the @")]
    UserInfo,
    /// A path, query or fragment.
    #[error("failed to read a host pattern: leave out what follows the host and port, also the last slash")]
    Path,
    /// A dot at the end.
    #[error("failed to read a host pattern: leave out the dot at the end")]
    TrailingDot,
    /// A star elsewhere than as the whole first label.
    #[error("failed to read a host pattern: a star stands only as the whole first label, as in *.example.com")]
    Star,
    /// A star right before a top-level name.
    #[error("failed to read a host pattern: a star needs a name of two labels or more behind it, as in *.example.com")]
    StarTooWide,
    /// An IP address.
    #[error("failed to read a host pattern: write a name, not an IP address")]
    IpAddress,
    /// No DNS name.
    #[error("failed to read a host pattern: the host must be a DNS name of labels with a-z, 0-9 and -")]
    Host,
    /// No port number.
    #[error("failed to read a host pattern: the port must be a number from 1 to 65535 without leading zeros")]
    Port,
    /// Plain http to another machine.
    #[error("failed to read a host pattern: http:// is for localhost and *.localhost alone, write https://")]
    Plain,
}

/// A pattern of origins. `https://` goes without saying, `*.` stands for one or more labels.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostPattern {
    scheme: Scheme,
    /// Whether `*.` stands before the host.
    star: bool,
    host: Host,
    port: u16,
}

impl HostPattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        check_characters(text)?;
        let (scheme, rest) = match text.split_once("://") {
            Some(("https", rest)) => (Scheme::Https, rest),
            Some(("http", rest)) => (Scheme::Http, rest),
            Some(_) => return Err(PatternError::Scheme),
            None => (Scheme::Https, text),
        };
        if rest.contains(['/', '?', '#', '\\']) {
            return Err(PatternError::Path);
        }
        let (name, port) = match rest.split_once(':') {
            Some((name, port)) => (name, parse_port(port).ok_or(PatternError::Port)?),
            None => (rest, scheme.default_port()),
        };
        let (star, host) = parse_name(name)?;
        if scheme == Scheme::Http && !host.is_local() {
            return Err(PatternError::Plain);
        }
        Ok(Self { scheme, star, host, port })
    }

    /// Whether this origin is one of the pattern's.
    pub fn matches(&self, origin: &Origin) -> bool {
        self.covers(&origin.host) && origin.scheme == self.scheme && origin.port == self.port
    }

    /// Whether this host is one of the pattern's, whatever scheme and port.
    pub fn covers(&self, host: &Host) -> bool {
        let host = host.as_str();
        if self.star { is_below(host, self.host.as_str()) } else { host == self.host.as_str() }
    }

    /// The scheme, also when it goes without saying.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The port, also when it goes without saying.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether some origin matches both patterns.
    pub fn overlaps(&self, other: &HostPattern) -> bool {
        let (a, b) = (self.host.as_str(), other.host.as_str());
        let hosts_meet = match (self.star, other.star) {
            (false, false) => a == b,
            (true, false) => is_below(b, a),
            (false, true) => is_below(a, b),
            (true, true) => a == b || is_below(a, b) || is_below(b, a),
        };
        hosts_meet && self.scheme == other.scheme && self.port == other.port
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.star { "*." } else { "" };
        write!(f, "{}://{star}{}", self.scheme.as_str(), self.host.as_str())?;
        if self.port == self.scheme.default_port() { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

fn is_below(host: &str, parent: &str) -> bool {
    host.strip_suffix(parent).is_some_and(|labels| labels.len() > 1 && labels.ends_with('.'))
}

fn check_characters(text: &str) -> Result<(), PatternError> {
    if !text.is_ascii() {
        return Err(PatternError::NotAscii);
    }
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(PatternError::UpperCase);
    }
    if text.contains('@') {
        return Err(PatternError::UserInfo);
    }
    if text.contains(['[', ']']) {
        return Err(PatternError::IpAddress);
    }
    Ok(())
}

fn parse_name(name: &str) -> Result<(bool, Host), PatternError> {
    if name.ends_with('.') {
        return Err(PatternError::TrailingDot);
    }
    let (star, bare) = name.strip_prefix("*.").map_or((false, name), |bare| (true, bare));
    if bare.contains('*') {
        return Err(PatternError::Star);
    }
    let host = Host::parse(bare).map_err(|error| match error {
        UrlError::IpAddress => PatternError::IpAddress,
        _ => PatternError::Host,
    })?;
    if star && !bare.contains('.') && bare != "localhost" {
        return Err(PatternError::StarTooWide);
    }
    Ok((star, host))
}
