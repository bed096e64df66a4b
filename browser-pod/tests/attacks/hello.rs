//! First messages of TLS, by hand: good ones, and whatever an attack makes of them.

/// One that names this host, as browsers send it.
pub(crate) fn hello(name: &str) -> Vec<u8> {
    record(&message(&[extension(10, &[0, 2, 0, 29]), named(name.as_bytes()), extension(43, &[2, 3, 4])]))
}

pub(crate) fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    [kind.to_be_bytes().as_slice(), &counted(content)].concat()
}

pub(crate) fn named(name: &[u8]) -> Vec<u8> {
    extension(0, &counted(&[&[0], counted(name).as_slice()].concat()))
}

/// Two names in one list.
pub(crate) fn named_twice(first: &[u8], second: &[u8]) -> Vec<u8> {
    let one = |name: &[u8]| [&[0], counted(name).as_slice()].concat();
    extension(0, &counted(&[one(first), one(second)].concat()))
}

/// With another message inside, encrypted.
pub(crate) fn encrypted() -> Vec<u8> {
    extension(0xfe0d, &[0, 0, 1, 0, 1, 0, 0, 32, 7, 7, 7, 7])
}

/// The message, without records.
pub(crate) fn message(extensions: &[Vec<u8>]) -> Vec<u8> {
    let session = [&[32], [7; 32].as_slice()].concat();
    let parts =
        [&[3, 3], [9; 32].as_slice(), &session, &counted(&[0x13, 0x01]), &[1, 0], &counted(&extensions.concat())];
    let body = parts.concat();
    let [_, a, b, c] = u32::try_from(body.len()).expect("short").to_be_bytes();
    [&[1, a, b, c], body.as_slice()].concat()
}

pub(crate) fn record(content: &[u8]) -> Vec<u8> {
    [&[22, 3, 1], counted(content).as_slice()].concat()
}

fn counted(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("short");
    [length.to_be_bytes().as_slice(), content].concat()
}
