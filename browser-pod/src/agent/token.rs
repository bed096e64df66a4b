//! The enrollment token: a line of the parent's, or a file that the kubelet renews. It never appears in a log.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::Error;

/// Bytes of the line.
pub(super) const LINE_BYTES: u64 = 1_024;
/// Bytes of the file: a signed token of a service account is one or two thousand.
const FILE_BYTES: u64 = 16_384;

/// Where the token is.
#[derive(Debug)]
pub(super) enum Token {
    /// Given once.
    Given(Zeroizing<String>),
    /// In a file whose content changes long before it runs out.
    File(PathBuf),
}

impl Token {
    /// The first line, which must be whole.
    pub(super) fn line(input: &mut impl BufRead) -> Result<Self, Error> {
        let mut line = Zeroizing::new(String::new());
        input.take(LINE_BYTES).read_line(&mut line).map_err(|_| Error::Token)?;
        let token = line.trim_end();
        if token.is_empty() || !line.ends_with('\n') {
            return Err(Error::Token);
        }
        Ok(Self::Given(Zeroizing::new(token.to_owned())))
    }

    /// The file, which must hold a token already.
    pub(super) fn file(path: PathBuf) -> Result<Self, Error> {
        let token = Self::File(path);
        token.read()?;
        Ok(token)
    }

    /// The token as it is now.
    pub(super) fn read(&self) -> Result<Zeroizing<String>, Error> {
        match self {
            Self::Given(token) => Ok(token.clone()),
            Self::File(path) => content(path).map_err(|error| Error::TokenFile(path.clone(), error)),
        }
    }
}

fn content(path: &PathBuf) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    let read = File::open(path)?.take(FILE_BYTES + 1).read_to_string(&mut text)?;
    let token = text.trim();
    if token.is_empty() || read as u64 > FILE_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is empty or too large"));
    }
    Ok(Zeroizing::new(token.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_the_first_line_and_must_be_whole() {
        let cases = [("abc\nrest", Some("abc")), ("abc", None), ("\n", None), ("", None), (&"x".repeat(2_000), None)];
        for (input, wanted) in cases {
            let read = Token::line(&mut input.as_bytes()).and_then(|token| token.read()).ok();
            assert_eq!(read.as_ref().map(|token| token.as_str()), wanted, "{input:?}");
        }
    }

    #[test]
    fn a_renewed_file_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        assert!(matches!(Token::file(path.clone()), Err(Error::TokenFile(..))));
        std::fs::write(&path, "first\n").expect("written");
        let token = Token::file(path.clone()).expect("a token");
        std::fs::write(&path, "second").expect("written");
        assert_eq!(token.read().expect("read").as_str(), "second");
        std::fs::write(&path, "x".repeat(20_000)).expect("written");
        assert!(token.read().is_err());
    }
}
