//! Parts of files that people upload, in whatever order, and the names of files in both directions.

use cobrowse_browser_pod::agent::fuzzing::Files;
use cobrowse_browser_pod::chrome::fuzzing::file_name;
use cobrowse_wire::v1;

use crate::script::Script;

/// Steps of one part each.
pub fn target(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let mut files = Files::default();
    for _ in 0..64 {
        if script.is_over() {
            return;
        }
        let part = part(&mut script);
        let offered = file_name(&part.name);
        is_plain(&offered);
        assert!(!offered.starts_with('.') && offered.len() <= 240);
        let Ok(Some(taken)) = files.take(&part) else { continue };
        assert!((1..=10).contains(&taken.len()));
        for file in taken {
            is_plain(&file.name);
            assert!(file.content.len() <= 32 << 20);
            is_plain(&file_name(&file.name));
        }
    }
}

fn part(script: &mut Script<'_>) -> v1::FilePart {
    let flags = script.byte();
    let offset = if flags & 8 == 0 { u64::from(script.byte()) } else { u64::from(script.number()) << (flags >> 4) };
    v1::FilePart {
        chooser_id: if flags & 4 == 0 { "1".into() } else { script.text() },
        file_index: if flags & 16 == 0 { u32::from(script.byte() % 4) } else { script.number() },
        name: script.text(),
        offset,
        end_of_file: flags & 1 != 0,
        end_of_files: flags & 2 != 0,
        content: bytes::Bytes::copy_from_slice(script.counted()),
    }
}

/// One component of a path that names a file.
fn is_plain(name: &str) {
    assert!(!name.is_empty() && name.len() <= 255, "{name:?}");
    assert!(!name.contains(['/', '\\', '\0']) && !name.contains(char::is_control), "{name:?}");
    assert!(!matches!(name, "." | ".."), "{name:?}");
}
