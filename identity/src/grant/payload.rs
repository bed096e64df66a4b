//! The fields of a grant as bytes and back. Numbers are big-endian; texts and lists have their length before them. What is read is
//! what would be written: nothing may follow, and no length or number has a second form.

use super::{Error, Grant, GrantLimits, GrantMode, NAME_BYTES_MAX, PATTERN_BYTES_MAX, PATTERNS_MAX, PORTS_MAX};
use crate::name::PodUid;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Writes a grant, or says which field cannot be.
pub(super) fn write(grant: &Grant) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(512);
    write_name(&mut out, &grant.session, "the session")?;
    write_name(&mut out, grant.pod.as_str(), "the pod")?;
    write_name(&mut out, &grant.tenant, "the tenant")?;
    out.push(grant.mode.number());
    write_patterns(&mut out, &grant.sites, "a site")?;
    write_patterns(&mut out, &grant.listed, "a listed host")?;
    out.push(short(grant.ports.len(), PORTS_MAX, "the ports")?);
    grant.ports.iter().for_each(|port| out.extend(port.to_be_bytes()));
    out.extend(grant.limits.connections.to_be_bytes());
    out.extend(grant.limits.bytes_per_second.to_be_bytes());
    out.extend(grant.limits.bytes.to_be_bytes());
    out.extend(grant.limits.connection_seconds.to_be_bytes());
    match &grant.address_class {
        None => out.push(0),
        Some(class) => write_name(&mut out, class, "the address class")?,
    }
    out.extend(seconds(grant.issued_at)?.to_be_bytes());
    out.extend(seconds(grant.expires_at)?.to_be_bytes());
    Ok(out)
}

/// Reads a grant, all of the bytes.
pub(super) fn read(bytes: &[u8]) -> Result<Grant, Error> {
    let mut rest = Reader(bytes);
    let grant = Grant {
        session: rest.name("the session")?,
        pod: PodUid::parse(&rest.name("the pod")?).map_err(|_| Error::Field("the pod"))?,
        tenant: rest.name("the tenant")?,
        mode: GrantMode::of(rest.byte()?)?,
        sites: rest.patterns("a site")?,
        listed: rest.patterns("a listed host")?,
        ports: rest.ports()?,
        limits: GrantLimits {
            connections: u32::from_be_bytes(rest.array()?),
            bytes_per_second: u64::from_be_bytes(rest.array()?),
            bytes: u64::from_be_bytes(rest.array()?),
            connection_seconds: u32::from_be_bytes(rest.array()?),
        },
        address_class: rest.optional_name("the address class")?,
        issued_at: rest.time()?,
        expires_at: rest.time()?,
    };
    if rest.0.is_empty() { Ok(grant) } else { Err(Error::Field("the end")) }
}

impl GrantMode {
    fn number(self) -> u8 {
        match self {
            Self::Strict => 1,
            Self::Listed => 2,
            Self::Open => 3,
            Self::ReportOnly => 4,
        }
    }

    fn of(number: u8) -> Result<Self, Error> {
        [Self::Strict, Self::Listed, Self::Open, Self::ReportOnly]
            .into_iter()
            .find(|mode| mode.number() == number)
            .ok_or(Error::Field("the mode"))
    }
}

fn short(length: usize, most: usize, field: &'static str) -> Result<u8, Error> {
    u8::try_from(length).ok().filter(|_| length <= most).ok_or(Error::Field(field))
}

fn write_name(out: &mut Vec<u8>, name: &str, field: &'static str) -> Result<(), Error> {
    if !is_name(name) {
        return Err(Error::Field(field));
    }
    out.push(short(name.len(), NAME_BYTES_MAX, field)?);
    out.extend(name.as_bytes());
    Ok(())
}

fn write_patterns(out: &mut Vec<u8>, patterns: &[String], field: &'static str) -> Result<(), Error> {
    out.push(short(patterns.len(), PATTERNS_MAX, field)?);
    for pattern in patterns {
        if !is_pattern(pattern) {
            return Err(Error::Field(field));
        }
        out.extend(u16::try_from(pattern.len()).map_err(|_| Error::Field(field))?.to_be_bytes());
        out.extend(pattern.as_bytes());
    }
    Ok(())
}

fn seconds(time: SystemTime) -> Result<u64, Error> {
    time.duration_since(UNIX_EPOCH).map(|since| since.as_secs()).map_err(|_| Error::Field("the time"))
}

/// One DNS label.
fn is_name(text: &str) -> bool {
    (1..=NAME_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Printable, and no longer than any pattern. Whether it is one, the rules say.
fn is_pattern(text: &str) -> bool {
    (1..=PATTERN_BYTES_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// What is still to be read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Error::Cut)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        self.take(N)?.try_into().map_err(|_| Error::Cut)
    }

    fn byte(&mut self) -> Result<u8, Error> {
        self.array().map(|[byte]| byte)
    }

    fn text(&mut self, length: usize, good: fn(&str) -> bool, field: &'static str) -> Result<String, Error> {
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| Error::Field(field))?;
        if good(text) { Ok(text.to_owned()) } else { Err(Error::Field(field)) }
    }

    fn name(&mut self, field: &'static str) -> Result<String, Error> {
        let length = self.byte()?;
        self.text(length.into(), is_name, field)
    }

    fn optional_name(&mut self, field: &'static str) -> Result<Option<String>, Error> {
        match self.byte()? {
            0 => Ok(None),
            length => self.text(length.into(), is_name, field).map(Some),
        }
    }

    fn patterns(&mut self, field: &'static str) -> Result<Vec<String>, Error> {
        let count = self.byte()?;
        if usize::from(count) > PATTERNS_MAX {
            return Err(Error::Field(field));
        }
        let one = |_| {
            let length = u16::from_be_bytes(self.array()?);
            self.text(length.into(), is_pattern, field)
        };
        (0..count).map(one).collect()
    }

    fn ports(&mut self) -> Result<Vec<u16>, Error> {
        let count = self.byte()?;
        if usize::from(count) > PORTS_MAX {
            return Err(Error::Field("the ports"));
        }
        (0..count).map(|_| self.array().map(u16::from_be_bytes)).collect()
    }

    fn time(&mut self) -> Result<SystemTime, Error> {
        let since = Duration::from_secs(u64::from_be_bytes(self.array()?));
        UNIX_EPOCH.checked_add(since).ok_or(Error::Field("the time"))
    }
}
