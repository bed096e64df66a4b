//! A search for planted values in whatever a cluster kept: the bytes of etcd's files and of logs, and what the API server gives out. Values
//! are looked for as they are and as base64 and hexadecimal would hide them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Forms are told apart by their first bytes, so that a file is gone through once.
const HEAD: usize = 4;

/// What is looked for.
pub(crate) struct Search {
    forms: HashMap<[u8; HEAD], Vec<Form>>,
}

struct Form {
    what: &'static str,
    bytes: Vec<u8>,
    /// Digits alone come up by chance in times and longer numbers.
    digits: bool,
}

impl Search {
    /// For these values, each with a name for who reads that it was found.
    pub(crate) fn new(values: &[(&'static str, &str)]) -> Self {
        let mut forms: HashMap<[u8; HEAD], Vec<Form>> = HashMap::new();
        for (what, value) in values {
            assert!(value.len() >= 6, "{what} is too short to be told from chance");
            let digits = value.bytes().all(|byte| byte.is_ascii_digit());
            for bytes in disguises(value) {
                let head = bytes[..HEAD].try_into().expect("so long");
                forms.entry(head).or_default().push(Form { what, bytes, digits });
            }
        }
        Self { forms }
    }

    /// The names of those that are in these bytes, each with what stands around it.
    pub(crate) fn found(&self, bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        for (at, head) in bytes.windows(HEAD).enumerate() {
            let head: &[u8; HEAD] = head.try_into().expect("so long");
            let forms = self.forms.get(head).into_iter().flatten();
            let here = forms.filter(|form| {
                bytes[at..].starts_with(&form.bytes) && (!form.digits || alone(bytes, at, form.bytes.len()))
            });
            found.extend(here.map(|form| format!("{} in {:?}", form.what, around(bytes, at, form.bytes.len()))));
        }
        found
    }

    /// The same in a file, or in all files below a folder.
    pub(crate) fn found_in(&self, place: &Path) -> Vec<String> {
        let told = |path: PathBuf| {
            let bytes = std::fs::read(&path).unwrap_or_default();
            // A log of writes is made longer than it is.
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            self.found(&bytes[..end]).into_iter().map(move |found| format!("{}: {found}", path.display()))
        };
        files(place).into_iter().flat_map(told).collect()
    }
}

/// All files below a folder, or the file itself.
pub(crate) fn files(place: &Path) -> Vec<PathBuf> {
    if !place.is_dir() {
        return vec![place.to_owned()];
    }
    let entries = std::fs::read_dir(place).expect("a folder that may be read");
    entries.flat_map(|entry| files(&entry.expect("an entry").path())).collect()
}

/// The value, its hexadecimal, and what of its base64 depends on it alone, wherever it begins.
fn disguises(value: &str) -> Vec<Vec<u8>> {
    let hexadecimal: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let cores = (0..3).map(|shift| {
        let encoded = STANDARD.encode([&vec![0; shift][..], value.as_bytes()].concat());
        let (from, to) = ((shift * 8).div_ceil(6), (shift + value.len()) * 8 / 6);
        encoded.as_bytes()[from..to].to_vec()
    });
    [value.as_bytes().to_vec(), hexadecimal.into_bytes()].into_iter().chain(cores).collect()
}

/// Whether neither a letter nor a digit stands beside it, nor a point, as in times.
fn alone(bytes: &[u8], at: usize, length: usize) -> bool {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+' | b'/' | b'=');
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    !before.is_some_and(part) && !bytes.get(at + length).is_some_and(part)
}

fn around(bytes: &[u8], at: usize, length: usize) -> String {
    const MORE: usize = 60;
    let part = &bytes[at.saturating_sub(MORE)..(at + length + MORE).min(bytes.len())];
    String::from_utf8_lossy(part).into_owned()
}
