//! Page addresses and their origins, read strictly: what a browser would repair, this refuses.

use std::fmt;

use thiserror::Error;

/// The longest page address, in bytes.
pub const URL_BYTES_MAX: usize = 2048;
const HOST_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;

/// Why a text is not the address of a page.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum UrlError {
    /// Longer than 2,048 bytes.
    #[error("failed to read an address: it is longer than {URL_BYTES_MAX} bytes")]
    TooLong,
    /// Control characters, spaces or backslashes, which browsers silently repair.
    #[error("failed to read an address: it has a space, a backslash or a control character")]
    Character,
    /// Neither http nor https.
    #[error("failed to read an address: it must begin with https:// or http://")]
    Scheme,
    /// A user name or password before the host.
    #[error("failed to read an address: it must not have a user name before the host")]
    UserInfo,
    /// The host is no DNS name.
    #[error(
        "failed to read an address: the host must be a DNS name of labels with a-z, 0-9 and -, other scripts as xn--"
    )]
    Host,
    /// A numeric host.
    #[error("failed to read an address: the host must be a name, not an IP address")]
    IpAddress,
    /// The port is no number of 1 to 65535.
    #[error("failed to read an address: the port must be a number from 1 to 65535")]
    Port,
    /// Plain http to something else than this machine.
    #[error("failed to read an address: http is allowed for localhost alone, write https://")]
    Plain,
}

/// How a page is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Plain, for localhost alone.
    Http,
    /// TLS.
    Https,
}

impl Scheme {
    /// "http" or "https".
    pub const fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    /// The port that goes without saying.
    pub const fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

/// A DNS name in lower case, without trailing dot, never an IP address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(String);

impl Host {
    /// Reads a host name. Upper-case letters are refused.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        if text.is_empty() || text.len() > HOST_BYTES_MAX || !text.split('.').all(is_label) {
            return Err(UrlError::Host);
        }
        // Browsers read a host whose last label is a number, also hexadecimal, as an IPv4 address.
        let last = text.rsplit('.').next().unwrap_or(text);
        let hex = last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        if hex || last.bytes().all(|b| b.is_ascii_digit()) {
            return Err(UrlError::IpAddress);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is `localhost` or a name below it: this machine, by RFC 6761.
    pub fn is_local(&self) -> bool {
        self.0 == "localhost" || self.0.ends_with(".localhost")
    }
}

fn is_label(label: &str) -> bool {
    let inside = label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
    !label.is_empty() && label.len() <= LABEL_BYTES_MAX && inside && !label.starts_with('-') && !label.ends_with('-')
}

/// Scheme, host and port: what a page may trust.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    pub(super) scheme: Scheme,
    pub(super) host: Host,
    pub(super) port: u16,
}

impl Origin {
    /// The origin of an address that a browser reports. Pages may go to longer addresses than people may start at, so there
    /// is no limit of length here.
    pub fn of_address(text: &str) -> Result<Self, UrlError> {
        split(text).map(|(origin, _)| origin)
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port, also when it goes without saying.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Origin {
    /// As browsers write it: the default port is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host.as_str())?;
        if self.port == self.scheme.default_port() { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// The address of a page, at most 2,048 bytes. Its query and fragment can be private: `Debug` shows the origin alone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PageUrl {
    origin: Origin,
    /// Path, query and fragment, from the slash on.
    rest: String,
}

impl PageUrl {
    /// Reads an address. Upper-case letters in scheme and host are made lower case, as browsers do.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        if text.len() > URL_BYTES_MAX {
            return Err(UrlError::TooLong);
        }
        let (origin, rest) = split(text)?;
        let rest = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
        let url = Self { origin, rest };
        // The slash that was missing counts: whoever reads it next must find it short enough too.
        if url.expose().len() > URL_BYTES_MAX { Err(UrlError::TooLong) } else { Ok(url) }
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The whole address, query and fragment included.
    pub fn expose(&self) -> String {
        format!("{}{}", self.origin, self.rest)
    }

    /// The address without query and fragment, as agents and logs may see it.
    pub fn without_query(&self) -> String {
        let end = self.rest.find(['?', '#']).unwrap_or(self.rest.len());
        format!("{}{}", self.origin, &self.rest[..end])
    }
}

impl fmt::Debug for PageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PageUrl({}/..)", self.origin)
    }
}

/// The origin, and all that follows it.
fn split(text: &str) -> Result<(Origin, &str), UrlError> {
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(UrlError::Character);
    }
    let (scheme, after) = split_scheme(text)?;
    let end = after.find(['/', '?', '#']).unwrap_or(after.len());
    let (authority, rest) = after.split_at(end);
    Ok((parse_authority(scheme, &authority.to_ascii_lowercase())?, rest))
}

fn split_scheme(text: &str) -> Result<(Scheme, &str), UrlError> {
    let (scheme, after) = text.split_once("://").ok_or(UrlError::Scheme)?;
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok((Scheme::Https, after)),
        "http" => Ok((Scheme::Http, after)),
        _ => Err(UrlError::Scheme),
    }
}

fn parse_authority(scheme: Scheme, authority: &str) -> Result<Origin, UrlError> {
    if authority.contains('@') {
        return Err(UrlError::UserInfo);
    }
    if authority.starts_with('[') {
        return Err(UrlError::IpAddress);
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, parse_port(port).ok_or(UrlError::Port)?),
        None => (authority, scheme.default_port()),
    };
    let host = Host::parse(host)?;
    if scheme == Scheme::Http && !host.is_local() {
        return Err(UrlError::Plain);
    }
    Ok(Origin { scheme, host, port })
}

/// A port in plain decimal: no sign, no leading zero, not 0.
pub(super) fn parse_port(text: &str) -> Option<u16> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if plain { text.parse().ok() } else { None }
}
