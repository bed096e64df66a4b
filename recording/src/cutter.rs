//! Where a recording is cut into segments: by time and by size, never by what pictures need. It has no clock: times are the records',
//! and whoever holds one asks [`Cutter::due_us`] and calls [`Cutter::cut`] when nothing comes any more.

use crate::record::Record;
use crate::segment::{Error, RECORD_HEAD_BYTES, RECORDS_MAX, SEGMENT_HEAD_BYTES, Segment};

/// The longest time of content in a segment, in microseconds: what a recorder that dies has to fetch again, and more is too
/// much to fetch for a picture somewhere in it.
pub const SEGMENT_US: u64 = 2_000_000;
/// Bytes of a segment before encryption, but for one that has a single larger record.
pub const SEGMENT_BYTES: usize = 1 << 20;

/// The segment that is being filled.
#[derive(Debug)]
pub struct Cutter {
    /// The last number that an earlier segment answers for.
    after: u64,
    /// The time of its last record, in microseconds.
    after_us: u64,
    records: Vec<Record>,
    bytes: usize,
}

impl Cutter {
    /// Begins after this number: the last one that an earlier segment answers for, 0 for none.
    pub fn new(after: u64) -> Self {
        Self { after, after_us: 0, records: Vec::new(), bytes: SEGMENT_HEAD_BYTES }
    }

    /// Takes the next record, and gives the segment that ends before it, if it does. Fails for a record that is not after the
    /// last one, and then has changed nothing.
    pub fn push(&mut self, record: Record) -> Result<Option<Segment>, Error> {
        let last = self.records.last();
        let (seq, at_us) = last.map_or((self.after, self.after_us), |last| (last.seq(), last.at_us()));
        if record.seq() <= seq || record.at_us() < at_us {
            return Err(Error::Order { seq: record.seq() });
        }
        let ended = if self.has_room(&record) { None } else { self.cut()? };
        self.bytes += record.payload().len() + RECORD_HEAD_BYTES;
        self.records.push(record);
        Ok(ended)
    }

    /// Ends the segment now; none if it is empty.
    pub fn cut(&mut self) -> Result<Option<Segment>, Error> {
        if self.records.is_empty() {
            return Ok(None);
        }
        let segment = Segment::new(self.after + 1, std::mem::take(&mut self.records))?;
        (self.after, self.after_us) = (segment.last_seq(), segment.last_us());
        self.bytes = SEGMENT_HEAD_BYTES;
        Ok(Some(segment))
    }

    /// When the segment must be cut though nothing comes, on the records' clock; none if it is empty.
    pub fn due_us(&self) -> Option<u64> {
        self.records.first().map(|first| first.at_us().saturating_add(SEGMENT_US))
    }

    fn has_room(&self, record: &Record) -> bool {
        let bytes = self.bytes + record.payload().len() + RECORD_HEAD_BYTES;
        let early = self.due_us().is_none_or(|due| record.at_us() < due);
        self.records.is_empty() || (early && bytes <= SEGMENT_BYTES && self.records.len() < RECORDS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Audience, Kind, PICTURE_BYTES_MAX};

    fn record(seq: u64, at_us: u64, bytes: usize) -> Record {
        let kind = Kind::Picture { key: false };
        Record::admit(Audience::All, seq, at_us, kind, vec![1; bytes]).expect("a record")
    }

    /// First and last number of each segment, with the rest that is cut at the end.
    fn cut(records: Vec<Record>) -> Vec<(u64, u64)> {
        let mut cutter = Cutter::new(4);
        let mut cut: Vec<Segment> =
            records.into_iter().filter_map(|record| cutter.push(record).expect("in order")).collect();
        cut.extend(cutter.cut().expect("in order"));
        assert!(cut.iter().all(|segment| segment.records().len() == 1 || segment.write().len() <= SEGMENT_BYTES));
        assert_eq!(cutter.cut(), Ok(None));
        cut.iter().map(|segment| (segment.first_seq(), segment.last_seq())).collect()
    }

    #[test]
    fn by_time_and_by_size() {
        let half = SEGMENT_BYTES / 2;
        let cases = [
            ("nothing", vec![], vec![]),
            ("within two seconds", vec![record(5, 0, 9), record(9, SEGMENT_US - 1, 9)], vec![(5, 9)]),
            ("two seconds", vec![record(6, 7, 9), record(9, SEGMENT_US + 7, 9)], vec![(5, 6), (7, 9)]),
            ("a still page", vec![record(5, 0, 9), record(6, 90 * SEGMENT_US, 9)], vec![(5, 5), (6, 6)]),
            ("its size", vec![record(5, 0, half), record(6, 0, half)], vec![(5, 5), (6, 6)]),
            ("just its size", vec![record(5, 0, half), record(6, 0, half - 100)], vec![(5, 6)]),
            (
                "one larger than a segment",
                vec![record(5, 0, 9), record(6, 0, PICTURE_BYTES_MAX), record(7, 0, 9)],
                vec![(5, 5), (6, 6), (7, 7)],
            ),
        ];
        for (name, records, expected) in cases {
            assert_eq!(cut(records), expected, "{name}");
        }
    }

    #[test]
    fn by_number_of_records() {
        let many = (5..5 + RECORDS_MAX as u64 + 1).map(|seq| record(seq, 0, 1)).collect();
        let last = 4 + RECORDS_MAX as u64;
        assert_eq!(cut(many), [(5, last), (last + 1, last + 1)]);
    }

    #[test]
    fn what_is_not_next_changes_nothing() {
        let mut cutter = Cutter::new(4);
        assert_eq!(cutter.push(record(4, 0, 0)), Err(Error::Order { seq: 4 }));
        assert_eq!(cutter.due_us(), None);
        cutter.push(record(5, 10, 0)).expect("next");
        for wrong in [record(5, 10, 0), record(6, 9, 0)] {
            let seq = wrong.seq();
            assert_eq!(cutter.push(wrong), Err(Error::Order { seq }));
        }
        assert_eq!(cutter.due_us(), Some(SEGMENT_US + 10));
        assert_eq!(cutter.cut().expect("in order").expect("one").records().len(), 1);
        assert_eq!(cutter.push(record(6, 9, 0)), Err(Error::Order { seq: 6 }), "also after a cut");
    }
}
