//! The part of CBOR (RFC 8949) that the format uses, in its one deterministic form (section 4.2.1): numbers, bytes, texts, arrays, one
//! tag, null. What is read is what would be written, so that two of the same content are the same bytes. It borrows and makes
//! no trees, so foreign bytes cannot make it use memory. No general reader; the messages and headers of COSE are `coset`'s.

/// Foreign bytes that are no CBOR, or not in the one form, or not what must stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("failed to read byte {at}: {expected}")]
pub struct Malformed {
    /// Where, counted from 0.
    pub at: usize,
    /// What had to be there.
    pub expected: &'static str,
}

/// The largest number: all that a double holds exactly, so that a reader in any language can do with its own numbers.
pub(crate) const NUMBER_MAX: u64 = (1 << 53) - 1;

/// The major types (RFC 8949, 3.1).
#[derive(Clone, Copy, PartialEq)]
enum Major {
    Unsigned = 0,
    Negative = 1,
    Bytes = 2,
    Text = 3,
    Array = 4,
    Map = 5,
    Tag = 6,
    Simple = 7,
}

/// `null`, as its whole encoding.
const NULL: u8 = 0xf6;

/// Bytes that are read from the front.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// A number of 0 to `most`.
    pub(crate) fn number(&mut self, most: u64, expected: &'static str) -> Result<u64, Malformed> {
        self.head(Major::Unsigned, most, expected)
    }

    /// A number below zero or not, as the algorithms of COSE have.
    pub(crate) fn signed(&mut self, expected: &'static str) -> Result<i64, Malformed> {
        let negative = self.bytes.get(self.at).is_some_and(|byte| byte >> 5 == Major::Negative as u8);
        let major = if negative { Major::Negative } else { Major::Unsigned };
        let value = i64::try_from(self.head(major, NUMBER_MAX, expected)?).map_err(|_| self.wrong(expected))?;
        Ok(if negative { -1 - value } else { value })
    }

    /// At most so many bytes.
    pub(crate) fn bytes(&mut self, most: usize, expected: &'static str) -> Result<&'a [u8], Malformed> {
        let length = self.head(Major::Bytes, most as u64, expected)?;
        self.take(length, expected)
    }

    /// Exactly `N` bytes.
    pub(crate) fn exactly<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], Malformed> {
        let before = self.at;
        self.bytes(N, expected)?.try_into().map_err(|_| Malformed { at: before, expected })
    }

    /// A text of at most so many bytes.
    pub(crate) fn text(&mut self, most: usize, expected: &'static str) -> Result<&'a str, Malformed> {
        let before = self.at;
        let length = self.head(Major::Text, most as u64, expected)?;
        std::str::from_utf8(self.take(length, expected)?).map_err(|_| Malformed { at: before, expected })
    }

    /// The head of an array of at most so many items; they follow.
    pub(crate) fn array(&mut self, most: usize, expected: &'static str) -> Result<usize, Malformed> {
        let length = self.head(Major::Array, most as u64, expected)?;
        usize::try_from(length).map_err(|_| self.wrong(expected))
    }

    /// The head of an array of exactly so many items.
    pub(crate) fn list(&mut self, length: usize, expected: &'static str) -> Result<(), Malformed> {
        let before = self.at;
        let found = self.array(length, expected)?;
        if found == length { Ok(()) } else { Err(Malformed { at: before, expected }) }
    }

    /// This tag; what it tags follows.
    pub(crate) fn tag(&mut self, tag: u64, expected: &'static str) -> Result<(), Malformed> {
        let before = self.at;
        let found = self.head(Major::Tag, tag, expected)?;
        if found == tag { Ok(()) } else { Err(Malformed { at: before, expected }) }
    }

    /// A map without entries.
    pub(crate) fn empty_map(&mut self, expected: &'static str) -> Result<(), Malformed> {
        self.head(Major::Map, 0, expected).map(drop)
    }

    /// Whether `null` stands here; then it is passed.
    pub(crate) fn null(&mut self) -> bool {
        let is = self.bytes.get(self.at) == Some(&NULL);
        self.at += usize::from(is);
        is
    }

    /// Nothing may follow.
    pub(crate) fn end(self) -> Result<(), Malformed> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(self.wrong("the end")) }
    }

    /// Where the next byte is.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// A head of this type whose argument is at most `most`, in the shortest form.
    fn head(&mut self, major: Major, most: u64, expected: &'static str) -> Result<u64, Malformed> {
        let wrong = self.wrong(expected);
        let first = *self.bytes.get(self.at).ok_or(wrong)?;
        let (shortest, size) = match first & 31 {
            small @ 0..=23 => (u64::from(small), 0),
            24 => (24, 1),
            25 => (1 << 8, 2),
            26 => (1 << 16, 4),
            27 => (1 << 32, 8),
            _ => return Err(wrong),
        };
        let argument = self.bytes.get(self.at + 1..self.at + 1 + size).ok_or(wrong)?;
        let value = argument.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        let value = if size == 0 { shortest } else { value };
        if first >> 5 != major as u8 || value < shortest || value > most {
            return Err(wrong);
        }
        self.at += 1 + size;
        Ok(value)
    }

    fn take(&mut self, length: u64, expected: &'static str) -> Result<&'a [u8], Malformed> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = usize::try_from(length).ok().and_then(|length| rest.get(..length));
        let taken = taken.ok_or_else(|| self.wrong(expected))?;
        self.at += taken.len();
        Ok(taken)
    }

    fn wrong(&self, expected: &'static str) -> Malformed {
        Malformed { at: self.at, expected }
    }
}

/// Bytes that are written to the end.
#[derive(Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    pub(crate) fn number(&mut self, value: u64) {
        self.head(Major::Unsigned, value);
    }

    pub(crate) fn signed(&mut self, value: i64) {
        let major = if value < 0 { Major::Negative } else { Major::Unsigned };
        self.head(major, if value < 0 { !value } else { value }.unsigned_abs());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.head(Major::Bytes, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.head(Major::Text, text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn array(&mut self, length: usize) {
        self.head(Major::Array, length as u64);
    }

    pub(crate) fn null(&mut self) {
        self.head(Major::Simple, u64::from(NULL & 31));
    }

    /// What was written elsewhere.
    pub(crate) fn encoded(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn head(&mut self, major: Major, value: u64) {
        let bytes = value.to_be_bytes();
        let (short, size) = match value {
            0..=23 => (bytes[7], 0),
            24..=0xff => (24, 1),
            0x100..=0xffff => (25, 2),
            0x1_0000..=0xffff_ffff => (26, 4),
            _ => (27, 8),
        };
        self.0.push((major as u8) << 5 | short);
        self.0.extend_from_slice(&bytes[8 - size..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coset::cbor::{Value, from_reader, into_writer};
    use proptest::prelude::*;

    fn other_library(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        into_writer(value, &mut bytes).expect("a vector takes all");
        bytes
    }

    #[test]
    fn whatever_is_longer_than_it_need_be_is_refused() {
        let numbers: [(&[u8], Option<u64>); 12] = [
            (&[0x17], Some(23)),
            (&[0x18, 0x17], None),
            (&[0x18, 0x18], Some(24)),
            (&[0x19, 0x00, 0xff], None),
            (&[0x19, 0x01, 0x00], Some(256)),
            (&[0x1a, 0x00, 0x00, 0xff, 0xff], None),
            (&[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], None),
            (&[0x1b, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Some(NUMBER_MAX)),
            (&[0x1b, 0, 0x20, 0, 0, 0, 0, 0, 0], None),
            (&[0x1c], None),
            (&[0x1f], None),
            (&[0x19, 0x01], None),
        ];
        for (bytes, expected) in numbers {
            assert_eq!(Reader::new(bytes).number(NUMBER_MAX, "a number").ok(), expected, "{bytes:02x?}");
        }
        assert!(Reader::new(&[0x5f, 0x41, 0x00, 0xff]).bytes(9, "bytes").is_err(), "of indefinite length");
        assert!(Reader::new(&[0x61, 0xff]).text(9, "a text").is_err(), "no UTF-8");
    }

    #[test]
    fn faults_say_where() {
        let mut reader = Reader::new(&[0x82, 0x01, 0x41]);
        reader.list(2, "two").expect("two");
        reader.number(1, "one").expect("one");
        let error = reader.bytes(1, "a byte").expect_err("cut");
        assert_eq!(error.to_string(), "failed to read byte 3: a byte");
    }

    proptest! {
        #[test]
        fn it_writes_as_another_library_does(number in any::<u64>(), signed in any::<i64>(), bytes in any::<Vec<u8>>(), text in ".*") {
            let mut ours = Writer::default();
            ours.array(5);
            ours.number(number);
            ours.signed(signed);
            ours.bytes(&bytes);
            ours.text(&text);
            ours.null();
            let theirs = [number.into(), signed.into(), Value::Bytes(bytes), Value::Text(text), Value::Null];
            prop_assert_eq!(ours.into_bytes(), other_library(&Value::Array(theirs.into())));
        }

        #[test]
        fn what_it_reads_has_one_form(bytes in prop::collection::vec(any::<u8>(), 1..12)) {
            let read = |read: fn(&mut Reader<'_>) -> bool| {
                let mut reader = Reader::new(&bytes);
                read(&mut reader).then(|| reader.at())
            };
            let number = read(|reader| reader.signed("a number").is_ok());
            let text = read(|reader| reader.text(12, "a text").is_ok());
            let end = number.or(text).or(read(|reader| reader.bytes(12, "bytes").is_ok()));
            if let Some(end) = end {
                let value: Value = from_reader(&bytes[..end]).expect("well-formed");
                prop_assert_eq!(&other_library(&value), &bytes[..end]);
            }
        }
    }
}
