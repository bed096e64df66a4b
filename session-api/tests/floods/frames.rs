//! HTTP/2 as bytes: what no ordinary client sends.

/// The preface and empty settings.
pub(crate) const START: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
/// HEADERS that are whole but whose stream goes on.
const HEADERS: (u8, u8) = (1, 4);
/// The same, and nothing follows.
const REQUEST: (u8, u8) = (1, 5);
const RESET: (u8, u8) = (3, 0);

fn frame((kind, flags): (u8, u8), stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("small").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn literal(head: &[u8], value: &str) -> Vec<u8> {
    let length = u8::try_from(value.len()).expect("short");
    assert!(length < 127, "one byte holds its length");
    [head, &[length], value.as_bytes()].concat()
}

/// A call of the contract that is asked for and given up at once.
pub(crate) fn reset_at_once(stream: u32) -> Vec<u8> {
    let path = literal(&[0x04], "/cobrowse.v1.SessionService/ResolveSite");
    let kind = literal(&[0x0f, 0x10], "application/grpc");
    let head = [&[0x83, 0x87][..], &path, &literal(&[0x01], "localhost"), &kind].concat();
    [frame(HEADERS, stream, &head), frame(RESET, stream, &8_u32.to_be_bytes())].concat()
}

/// A page that is asked for. Nobody reads the answer.
pub(crate) fn page(stream: u32) -> Vec<u8> {
    frame(REQUEST, stream, &[&[0x82, 0x87, 0x84][..], &literal(&[0x01], "localhost")].concat())
}
