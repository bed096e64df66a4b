//! The first message of TLS, as far as it says whom a connection is for. It is read strictly, all of it or nothing, and never changed.

/// Bytes of the largest first message that is read; with keys that withstand quantum computers Chrome sends about 1,800.
const MESSAGE_MAX: usize = 16 << 10;
/// Bytes to hold until the message is whole, the heads of its records included. It may be cut into no more records than that.
pub const HELD_MAX: usize = MESSAGE_MAX + 1_024;
const RECORD_HEAD: usize = 5;
/// The largest record (RFC 8446, 5.1).
const RECORD_MAX: usize = 1 << 14;
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_NAME: u16 = 0;
const HOST_NAME: u8 = 0;
const ENCRYPTED_CLIENT_HELLO: u16 = 0xfe0d;

/// What a first message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The name asked for, as it was written.
    pub server_name: Option<String>,
    /// Whether there is a second, encrypted message inside, with a name that nobody here can read.
    pub encrypted: bool,
}

/// Not the first message of TLS, or not a well-formed one.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("failed to read the first message of TLS")]
pub struct Malformed;

/// Reads what has come so far. Nothing: more must come first.
pub fn read(bytes: &[u8]) -> Result<Option<Hello>, Malformed> {
    let mut message = Vec::new();
    let mut rest = bytes;
    loop {
        // Whoever is not at TLS is told by the first byte, not by a wait.
        if rest.first().is_some_and(|kind| *kind != HANDSHAKE) {
            return Err(Malformed);
        }
        let Some((head, after)) = rest.split_first_chunk::<RECORD_HEAD>() else { return Ok(None) };
        let [_, major, _, high, low] = *head;
        let length = usize::from(u16::from_be_bytes([high, low]));
        if major != 3 || length == 0 || length > RECORD_MAX {
            return Err(Malformed);
        }
        let (part, after) = after.split_at(length.min(after.len()));
        message.extend_from_slice(part);
        match whole(&message)? {
            Some(body) if part.len() == length => return hello(body).map(Some),
            _ if part.len() < length => return Ok(None),
            _ => rest = after,
        }
    }
}

/// The body of the message, when all of it is there. Nothing may follow it in its record.
fn whole(message: &[u8]) -> Result<Option<&[u8]>, Malformed> {
    let Some((head, body)) = message.split_first_chunk::<4>() else {
        return if message.first().is_some_and(|kind| *kind != CLIENT_HELLO) { Err(Malformed) } else { Ok(None) };
    };
    let [kind, a, b, c] = *head;
    let length = usize::try_from(u32::from_be_bytes([0, a, b, c])).map_err(|_| Malformed)?;
    if kind != CLIENT_HELLO || length > MESSAGE_MAX || body.len() > length {
        return Err(Malformed);
    }
    Ok((body.len() == length).then_some(body))
}

fn hello(body: &[u8]) -> Result<Hello, Malformed> {
    let mut body = Parts(body);
    // Version and random.
    body.take(34)?;
    let _session = body.counted::<1>()?;
    let _suites = body.counted::<2>()?;
    let _compression = body.counted::<1>()?;
    let mut found = Hello { server_name: None, encrypted: false };
    if body.0.is_empty() {
        return Ok(found);
    }
    let mut extensions = Parts(body.counted::<2>()?);
    if !body.0.is_empty() {
        return Err(Malformed);
    }
    while !extensions.0.is_empty() {
        let kind = extensions.number::<2>()?;
        let content = extensions.counted::<2>()?;
        if kind == usize::from(SERVER_NAME) {
            // Two names would be one for us and one for the server.
            if found.server_name.replace(server_name(content)?).is_some() {
                return Err(Malformed);
            }
        }
        found.encrypted |= kind == usize::from(ENCRYPTED_CLIENT_HELLO);
    }
    Ok(found)
}

/// A list of exactly one name (RFC 6066, 3).
fn server_name(content: &[u8]) -> Result<String, Malformed> {
    let mut content = Parts(content);
    let mut list = Parts(content.counted::<2>()?);
    let kind = list.number::<1>()?;
    let name = list.counted::<2>()?;
    if !content.0.is_empty() || !list.0.is_empty() || kind != usize::from(HOST_NAME) || !name.is_ascii() {
        return Err(Malformed);
    }
    String::from_utf8(name.to_vec()).map_err(|_| Malformed)
}

/// What is still to be read.
struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    /// A big-endian number of one or two bytes.
    fn number<const N: usize>(&mut self) -> Result<usize, Malformed> {
        Ok(self.take(N)?.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    /// Bytes with their number before them.
    fn counted<const N: usize>(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.number::<N>()?;
        self.take(length)
    }
}
