//! Puts the parts of uploaded files together. Pure.

use bytes::{Bytes, BytesMut};
use cobrowse_wire::v1;

use super::page::Reason;
use crate::chrome::Upload;

/// Files of one answer.
const FILES: usize = 10;
/// Bytes of one file.
const FILE_BYTES: usize = 32 << 20;
/// Bytes of a name.
const NAME_BYTES: usize = 255;

/// The files of the chooser that is being answered.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    chooser: String,
    files: Vec<(String, BytesMut, bool)>,
}

impl Uploads {
    /// Takes one part; gives the files after the last. Anything out of place forgets all of this chooser.
    pub(super) fn take(&mut self, part: &v1::FilePart) -> Result<Option<Vec<Upload>>, Reason> {
        let taken = self.append(part);
        if taken.is_err() || part.end_of_files {
            let files = std::mem::take(self).files;
            taken?;
            return whole(files).map(Some);
        }
        Ok(None)
    }

    fn append(&mut self, part: &v1::FilePart) -> Result<(), Reason> {
        let index = usize::try_from(part.file_index).map_err(|_| "TooManyFiles")?;
        if index >= FILES {
            return Err("TooManyFiles");
        }
        if index == 0 && part.offset == 0 {
            *self = Self { chooser: part.chooser_id.clone(), files: Vec::new() };
        }
        if part.offset == 0 && index == self.files.len() {
            self.files.push((name(&part.name)?, BytesMut::new(), false));
        }
        let here = self.chooser == part.chooser_id && index + 1 == self.files.len();
        let (_, content, ended) = self.files.last_mut().filter(|_| here).ok_or("OutOfOrder")?;
        if *ended || part.offset != content.len() as u64 {
            return Err("OutOfOrder");
        }
        if content.len() + part.content.len() > FILE_BYTES {
            return Err("FileTooLarge");
        }
        content.extend_from_slice(&part.content);
        *ended = part.end_of_file || part.end_of_files;
        Ok(())
    }
}

fn whole(files: Vec<(String, BytesMut, bool)>) -> Result<Vec<Upload>, Reason> {
    let whole =
        files.into_iter().map(|(name, content, ended)| ended.then(|| Upload { name, content: content.freeze() }));
    whole.collect::<Option<Vec<_>>>().ok_or("OutOfOrder")
}

/// A file's name without folders, and nothing that is none.
fn name(text: &str) -> Result<String, Reason> {
    let name = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let odd =
        name.is_empty() || name.len() > NAME_BYTES || matches!(name, "." | "..") || name.contains(char::is_control);
    if odd { Err("Malformed") } else { Ok(name.to_owned()) }
}

/// A download's content is passed on in parts of this size.
pub(super) const PART: usize = 64 << 10;
/// Bytes of one download.
const DOWNLOAD_BYTES: u64 = 64 << 20;

/// Reads a download to its end, or to the limit, and hands it on in parts. Blocks.
pub(super) fn read(file: std::fs::File, tell: &tokio::sync::mpsc::Sender<Bytes>) {
    use std::io::Read;
    let mut file = file.take(DOWNLOAD_BYTES);
    loop {
        let mut part = vec![0; PART];
        match file.read(&mut part) {
            Ok(count) if count > 0 => {
                part.truncate(count);
                if tell.blocking_send(Bytes::from(part)).is_err() {
                    return;
                }
            }
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(file_index: u32, offset: u64, content: &'static [u8], ends: (bool, bool)) -> v1::FilePart {
        let (end_of_file, end_of_files) = ends;
        let (chooser_id, name) = ("1".into(), format!("dir/{file_index}.txt"));
        v1::FilePart { chooser_id, file_index, name, offset, content: content.into(), end_of_file, end_of_files }
    }

    const MORE: (bool, bool) = (false, false);
    const FILE: (bool, bool) = (true, false);
    const ALL: (bool, bool) = (true, true);

    #[test]
    fn two_files_in_three_parts() {
        let mut uploads = Uploads::default();
        assert!(uploads.take(&part(0, 0, b"ab", MORE)).expect("in place").is_none());
        assert!(uploads.take(&part(0, 2, b"c", FILE)).expect("in place").is_none());
        let files = uploads.take(&part(1, 0, b"d", ALL)).expect("in place").expect("all");
        let files: Vec<_> = files.iter().map(|file| (file.name.as_str(), &file.content[..])).collect();
        assert_eq!(files, [("0.txt", &b"abc"[..]), ("1.txt", b"d")]);
    }

    #[test]
    fn what_is_out_of_place_is_refused_and_forgets_the_rest() {
        let other = v1::FilePart { chooser_id: "2".into(), ..part(0, 2, b"c", ALL) };
        let cases = [
            (part(0, 3, b"c", MORE), "OutOfOrder"),
            (part(1, 0, b"c", MORE), "OutOfOrder"),
            (part(2, 0, b"c", MORE), "OutOfOrder"),
            (part(10, 0, b"c", MORE), "TooManyFiles"),
            (other, "OutOfOrder"),
        ];
        for (wrong, reason) in cases {
            let mut uploads = Uploads::default();
            uploads.take(&part(0, 0, b"ab", MORE)).expect("in place");
            let result = uploads.take(&wrong).and_then(|_| uploads.take(&part(1, 1, b"", ALL)));
            assert_eq!(result.map(drop).expect_err("out of place"), reason, "{wrong:?}");
            assert!(uploads.files.is_empty());
        }
    }

    #[test]
    fn names_have_no_folders() {
        assert_eq!(name("C:\\a\\b.txt"), Ok("b.txt".into()));
        for odd in ["", "/", "..", "a/..", "a\nb", &"x".repeat(256)] {
            assert_eq!(name(odd), Err("Malformed"), "{odd:?}");
        }
    }
}
