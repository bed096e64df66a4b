//! A segment: records in their order, and the numbers it answers for. As bytes it is what an object holds in cipher; encryption is
//! `object`'s. It does not look into records.

use crate::cbor::{Malformed, NUMBER_MAX, Reader, Writer};
use crate::record::{self, Audience, Kind, PICTURE_BYTES_MAX, Record};

/// Most records in a segment: 2 s of all that people may send and a pod may answer.
pub const RECORDS_MAX: usize = 1 << 14;
/// The most that a record needs besides its bytes: five heads, three of them of numbers as long as can be.
pub(crate) const RECORD_HEAD_BYTES: usize = 28;
/// The most that a segment needs besides its records.
pub(crate) const SEGMENT_HEAD_BYTES: usize = 25;
/// The longest segment, in bytes before encryption: one record as long as can be.
pub const SEGMENT_BYTES_MAX: usize = PICTURE_BYTES_MAX + RECORD_HEAD_BYTES + SEGMENT_HEAD_BYTES;

/// The layout of a segment. Another one gets another number.
const LAYOUT: u64 = 1;

/// Why records make no segment, or bytes are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Without a record.
    #[error("failed to accept a segment: it has no record")]
    Empty,
    /// More records, or more bytes, than a segment may have.
    #[error("failed to accept a segment: it has more than {RECORDS_MAX} records or {SEGMENT_BYTES_MAX} bytes")]
    TooLarge,
    /// A record that does not come after the one before it, or not within what the segment answers for.
    #[error("failed to accept a segment: record {seq} is not in its order")]
    Order {
        /// Its number.
        seq: u64,
    },
    /// No CBOR of this form.
    #[error("failed to read a segment")]
    Malformed(#[from] Malformed),
    /// A layout that this program does not know.
    #[error("failed to read a segment: its layout {0} is unknown")]
    Layout(u64),
    /// A kind that does not exist, or a key that is no picture.
    #[error("failed to read a segment: record {seq} is of no known kind")]
    Kind {
        /// Its number.
        seq: u64,
    },
    /// A record that could not be made.
    #[error("failed to read a segment")]
    Record(#[from] record::Error),
}

/// Where a picture is that needs no earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyAt {
    /// Its number.
    pub seq: u64,
    /// Its time, in microseconds.
    pub at_us: u64,
}

/// Records of one recorder, one after the other, with nothing between them that could have been recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    first_seq: u64,
    records: Vec<Record>,
}

impl Segment {
    /// Of records whose numbers rise, whose times do not fall, and the first number that the segment answers for: the one after the
    /// segment before it. It need not be the first record's, since what is for the end user alone has numbers too.
    pub fn new(first_seq: u64, records: Vec<Record>) -> Result<Self, Error> {
        let bytes: usize = records.iter().map(|record| record.payload().len() + RECORD_HEAD_BYTES).sum();
        if records.len() > RECORDS_MAX || bytes + SEGMENT_HEAD_BYTES > SEGMENT_BYTES_MAX {
            return Err(Error::TooLarge);
        }
        let first = records.first().ok_or(Error::Empty)?;
        if first_seq == 0 || first.seq() < first_seq {
            return Err(Error::Order { seq: first.seq() });
        }
        let fault = records.windows(2).find(|pair| pair[1].seq() <= pair[0].seq() || pair[1].at_us() < pair[0].at_us());
        match fault {
            Some(pair) => Err(Error::Order { seq: pair[1].seq() }),
            None => Ok(Self { first_seq, records }),
        }
    }

    /// Reads what [`Self::write`] wrote, all of the bytes. Fails on anything else, and on the same in another form.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > SEGMENT_BYTES_MAX {
            return Err(Error::TooLarge);
        }
        let mut reader = Reader::new(bytes);
        reader.list(4, "a segment")?;
        match reader.number(NUMBER_MAX, "a segment's layout")? {
            LAYOUT => {}
            other => return Err(Error::Layout(other)),
        }
        let first_seq = reader.number(NUMBER_MAX, "a segment's first number")?;
        let begin_us = reader.number(NUMBER_MAX, "a segment's first time")?;
        let mut before = (first_seq.checked_sub(1).ok_or(Error::Order { seq: 0 })?, begin_us);
        let count = reader.array(RECORDS_MAX, "a segment's records")?;
        let mut records = Vec::new();
        for _ in 0..count {
            let record = read_record(&mut reader, before)?;
            before = (record.seq(), record.at_us());
            records.push(record);
        }
        reader.end()?;
        let segment = Self::new(first_seq, records)?;
        // The first record has the segment's time, so that there is one form of each.
        if segment.first_us() == begin_us { Ok(segment) } else { Err(Error::Order { seq: first_seq }) }
    }

    /// The segment as bytes, before encryption.
    pub fn write(&self) -> Vec<u8> {
        let bytes: usize = self.records.iter().map(|record| record.payload().len() + RECORD_HEAD_BYTES).sum();
        // Room for the cipher's tag, which is put behind it.
        let mut writer = Writer::with_capacity(bytes + SEGMENT_HEAD_BYTES + 16);
        writer.array(4);
        writer.number(LAYOUT);
        writer.number(self.first_seq);
        writer.number(self.first_us());
        writer.array(self.records.len());
        let mut before = (self.first_seq - 1, self.first_us());
        for record in &self.records {
            write_record(&mut writer, before, record);
            before = (record.seq(), record.at_us());
        }
        writer.into_bytes()
    }

    /// The first number that it answers for.
    pub fn first_seq(&self) -> u64 {
        self.first_seq
    }

    /// The last number that it answers for: its last record's.
    pub fn last_seq(&self) -> u64 {
        self.records.last().map_or(self.first_seq, Record::seq)
    }

    /// Its first record's time, in microseconds.
    pub fn first_us(&self) -> u64 {
        self.records.first().map_or(0, Record::at_us)
    }

    /// Its last record's time, in microseconds.
    pub fn last_us(&self) -> u64 {
        self.records.last().map_or(0, Record::at_us)
    }

    /// Its first picture that needs no earlier one.
    pub fn first_key(&self) -> Option<KeyAt> {
        let key = self.records.iter().find(|record| record.kind().is_key())?;
        Some(KeyAt { seq: key.seq(), at_us: key.at_us() })
    }

    /// Which record to begin with to show this time, in microseconds: the last picture at or before it that needs no earlier one.
    pub fn start(&self, at_us: u64) -> Option<usize> {
        self.records.iter().rposition(|record| record.kind().is_key() && record.at_us() <= at_us)
    }

    /// Its records.
    pub fn records(&self) -> &[Record] {
        &self.records
    }
}

/// After the record before it, by number and time.
fn write_record(writer: &mut Writer, (seq, at_us): (u64, u64), record: &Record) {
    writer.array(5);
    writer.number(record.seq() - seq);
    writer.number(record.at_us() - at_us);
    writer.number(record.kind().number());
    writer.number(u64::from(record.kind().is_key()));
    writer.bytes(record.payload());
}

fn read_record(reader: &mut Reader<'_>, (seq, at_us): (u64, u64)) -> Result<Record, Error> {
    reader.list(5, "a record")?;
    // Neither sum can be more than 2^54.
    let seq = seq + reader.number(NUMBER_MAX, "a record's number")?;
    let at_us = at_us + reader.number(NUMBER_MAX, "a record's time")?;
    let number = reader.number(NUMBER_MAX, "a record's kind")?;
    let kind = match (Kind::of_number(number), reader.number(1, "whether a record is a key")?) {
        (Some(kind), 0) => kind,
        (Some(Kind::Picture { .. }), _) => Kind::Picture { key: true },
        _ => return Err(Error::Kind { seq }),
    };
    let payload = reader.bytes(kind.bytes_max(), "a record's bytes")?;
    Ok(Record::admit(Audience::All, seq, at_us, kind, payload.to_vec())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(seq: u64, at_us: u64, kind: Kind) -> Record {
        Record::admit(Audience::All, seq, at_us, kind, Vec::new()).expect("a record")
    }

    const KEY: Kind = Kind::Picture { key: true };
    const PART: Kind = Kind::Picture { key: false };

    #[test]
    fn records_keep_their_order() {
        type Case = (&'static str, u64, &'static [(u64, u64)], Option<Error>);
        let cases: [Case; 8] = [
            ("as they come", 1, &[(1, 0), (2, 0), (5, 9)], None),
            ("after numbers of others", 3, &[(7, 0)], None),
            ("none", 1, &[], Some(Error::Empty)),
            ("from nowhere", 0, &[(1, 0)], Some(Error::Order { seq: 1 })),
            ("before its first number", 3, &[(2, 0)], Some(Error::Order { seq: 2 })),
            ("twice", 1, &[(2, 0), (2, 0)], Some(Error::Order { seq: 2 })),
            ("backwards", 1, &[(2, 0), (1, 0)], Some(Error::Order { seq: 1 })),
            ("back in time", 1, &[(1, 5), (2, 4)], Some(Error::Order { seq: 2 })),
        ];
        for (name, first, records, expected) in cases {
            let records = records.iter().map(|(seq, at_us)| record(*seq, *at_us, Kind::State)).collect();
            assert_eq!(Segment::new(first, records).err(), expected, "{name}");
        }
    }

    #[test]
    fn it_is_no_larger_than_it_may_be() {
        let many = |count: u64| Segment::new(1, (1..=count).map(|seq| record(seq, 0, Kind::State)).collect());
        assert!(many(RECORDS_MAX as u64).is_ok());
        assert_eq!(many(RECORDS_MAX as u64 + 1), Err(Error::TooLarge));
        let picture = |seq| Record::admit(Audience::All, seq, 0, KEY, vec![7; PICTURE_BYTES_MAX]).expect("a record");
        let one = Segment::new(1, vec![picture(1)]).expect("one as large as can be");
        assert!(one.write().len() <= SEGMENT_BYTES_MAX);
        assert_eq!(Segment::read(&one.write()), Ok(one));
        assert_eq!(Segment::new(1, vec![picture(1), picture(2)]), Err(Error::TooLarge));
    }

    #[test]
    fn a_time_is_found() {
        let kinds = [(2, 10, PART), (3, 20, KEY), (4, 30, PART), (5, 40, KEY), (6, 40, PART)];
        let records = kinds.into_iter().map(|(seq, at_us, kind)| record(seq, at_us, kind)).collect();
        let segment = Segment::new(1, records).expect("a segment");
        assert_eq!(segment.first_key(), Some(KeyAt { seq: 3, at_us: 20 }));
        for (at_us, expected) in
            [(0, None), (19, None), (20, Some(1)), (39, Some(1)), (40, Some(3)), (u64::MAX, Some(3))]
        {
            assert_eq!(segment.start(at_us), expected, "{at_us}");
        }
    }

    #[test]
    fn only_one_form_is_read() {
        let good = Segment::new(1, vec![record(1, 9, KEY)]).expect("a segment").write();
        assert_eq!(good, [0x84, 1, 1, 9, 0x81, 0x85, 1, 0, 6, 1, 0x40]);
        let cases: [(&str, &[(usize, u8)]); 9] = [
            ("another layout", &[(1, 2)]),
            ("no first number", &[(2, 0)]),
            ("a later time than the first's", &[(7, 1)]),
            ("the number of the one before it", &[(6, 0)]),
            ("no such kind", &[(8, 5)]),
            ("a key that is no picture", &[(8, 7)]),
            ("half a key", &[(9, 2)]),
            ("a record too few", &[(4, 0x80)]),
            ("a list too long", &[(5, 0x86)]),
        ];
        for (name, changes) in cases {
            let mut bytes = good.clone();
            changes.iter().for_each(|(at, byte)| bytes[*at] = *byte);
            assert!(Segment::read(&bytes).is_err(), "{name}");
        }
        assert!(Segment::read(&[&good[..], &[0]].concat()).is_err(), "something follows");
        assert!(Segment::read(&good[..good.len() - 1]).is_err(), "cut");
    }
}
