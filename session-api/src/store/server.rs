//! The address of a PostgreSQL server, checked: where it is, whom to trust, and that nothing less than full verification is
//! asked for. Its password stays in here.

use sqlx::any::AnyConnectOptions;
use std::fmt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Bytes of an address.
const ADDRESS_BYTES: usize = 4096;
/// The server's usual port.
const PORT: u16 = 5432;

/// Why a text is no address of a database. Each message says the mend, and none repeats the text: a password may be in it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("failed to read {path}: check the path and that it may be read")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not of this form.
    #[error(
        "failed to read the database's address: write \
         postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full&sslrootcert=FILE"
    )]
    Form,
    /// Encryption without verification protects from nobody who stands in between.
    #[error("failed to accept the database's address: its sslmode must be verify-full")]
    Mode,
    /// Without it nobody is trusted.
    #[error("failed to accept the database's address: sslrootcert must name the file with the authority's certificate")]
    Roots,
    /// Something that nobody would honour.
    #[error("failed to accept the database's address: there is no parameter {0}; write sslmode and sslrootcert alone")]
    Parameter(String),
}

/// Where a server is, and with what to go there.
#[derive(Clone)]
pub struct Server {
    url: Zeroizing<String>,
    /// Name or address.
    pub(super) host: String,
    /// Port.
    pub(super) port: u16,
    /// PEM of the authorities to trust.
    pub(super) roots: PathBuf,
}

impl fmt::Debug for Server {
    /// Without user and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl Server {
    /// Reads the address from a file.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map(Zeroizing::new);
        let text = text.map_err(|source| Error::File { path: path.to_owned(), source })?;
        Self::parse(text.trim())
    }

    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > ADDRESS_BYTES {
            return Err(Error::Form);
        }
        let url = text.parse::<AnyConnectOptions>().map_err(|_| Error::Form)?.database_url;
        let fits = matches!(url.scheme(), "postgres" | "postgresql") && !url.username().is_empty();
        let host = url.host_str().filter(|_| fits && url.path().len() > 1).ok_or(Error::Form)?.to_owned();
        let (mut mode, mut roots) = (None, None);
        for (name, value) in url.query_pairs() {
            match &*name {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => roots = Some(PathBuf::from(value.into_owned())),
                _ => return Err(Error::Parameter(name.into_owned())),
            }
        }
        if mode.as_deref() != Some("verify-full") {
            return Err(Error::Mode);
        }
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let (port, roots) = (url.port().unwrap_or(PORT), roots.ok_or(Error::Roots)?);
        Ok(Self { url: Zeroizing::new(text.to_owned()), host, port, roots })
    }

    /// What the driver is given: the same user, password and database, at the near end of the link, which does the TLS.
    pub(super) fn through(&self, near: std::net::SocketAddr) -> Result<Zeroizing<String>, Error> {
        let mut url = self.url.parse::<AnyConnectOptions>().map_err(|_| Error::Form)?.database_url;
        url.set_ip_host(near.ip()).map_err(|()| Error::Form)?;
        url.set_port(Some(near.port())).map_err(|()| Error::Form)?;
        url.set_query(Some("sslmode=disable&application_name=session-api"));
        Ok(Zeroizing::new(String::from(url)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "postgres://api:p%40ss@db.example:6432/cobrowse?sslmode=verify-full&sslrootcert=/run/ca.crt";

    #[test]
    fn the_driver_gets_the_near_end_and_the_rest_as_it_is() {
        let server = Server::parse(GOOD).expect("is right");
        assert_eq!((server.host.as_str(), server.port), ("db.example", 6432));
        assert_eq!(server.roots, Path::new("/run/ca.crt"));
        let near = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
        let through = server.through(near).expect("is an address");
        assert_eq!(*through, "postgres://api:p%40ss@127.0.0.1:9/cobrowse?sslmode=disable&application_name=session-api");
        assert_eq!(format!("{server:?}"), "db.example:6432");
        let six = Server::parse("postgres://a@[::1]/d?sslmode=verify-full&sslrootcert=x").expect("is right");
        assert_eq!((six.host.as_str(), six.port), ("::1", 5432));
    }

    #[test]
    fn what_is_less_is_refused_with_the_mend_and_without_the_password() {
        let rows = [
            ("", "write postgres://"),
            ("mysql://a:secret@h/d", "write postgres://"),
            ("postgres://h/d?sslmode=verify-full", "write postgres://"),
            ("postgres://a:secret@h?sslmode=verify-full", "write postgres://"),
            ("postgres://a:secret@h/d", "verify-full"),
            ("postgres://a:secret@h/d?sslmode=require&sslrootcert=x", "verify-full"),
            ("postgres://a:secret@h/d?sslmode=verify-full", "sslrootcert"),
            ("postgres://a:secret@h/d?sslmode=verify-full&sslrootcert=x&options=y", "no parameter options"),
        ];
        for (text, mend) in rows {
            let error = Server::parse(text).expect_err(text).to_string();
            assert!(error.contains(mend) && !error.contains("secret"), "{text}: {error}");
        }
    }
}
