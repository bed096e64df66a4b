//! The log and its viewers: tables by subject, and a property test over many histories. What they share is here.

mod credit;
mod facts;
mod history;
mod recorder;

use bytes::Bytes;
use cobrowse_wire::v1::guidance;

use super::*;

const ALL: v1::Audience = v1::Audience::All;
const END_USER: v1::Audience = v1::Audience::EndUser;

fn agent() -> Opening {
    Opening {
        end_user: false,
        codec: Codec::H264,
        patches: false,
        resume_after: 0,
        sees: true,
        max_fps: 0,
        max_kbit: 0,
    }
}

fn end_user() -> Opening {
    Opening { end_user: true, ..agent() }
}

fn picture(key: bool, bytes: usize) -> Body {
    let data = Bytes::from(vec![0; bytes]);
    let (codec, area) = (v1::Codec::H264.into(), None);
    Body::Picture(v1::Picture { codec, key, width: 64, height: 64, data, area })
}

fn patch(bytes: usize) -> Body {
    let (codec, data) = (v1::Codec::Patch.into(), Bytes::from(vec![0; bytes]));
    let area = Some(v1::PixelArea { x: 0, y: 0, width: 2, height: 2 });
    Body::Picture(v1::Picture { codec, key: false, width: 64, height: 64, data, area })
}

fn jpeg() -> Body {
    Body::Picture(v1::Picture {
        codec: v1::Codec::Jpeg.into(),
        key: true,
        width: 64,
        height: 64,
        data: Bytes::from_static(&[0; 9]),
        area: None,
    })
}

fn cursor(name: &str) -> Body {
    Body::Cursor(v1::Cursor { name: name.into(), ..v1::Cursor::default() })
}

fn roster() -> Body {
    Body::Roster(v1::Roster::default())
}

fn chat(text: &str) -> Body {
    let body = Some(guidance::Body::Chat(v1::ChatMessage { text: text.into() }));
    Body::Guidance(v1::Guidance { participant_id: "p".into(), body })
}

fn stroke(author: &str) -> Body {
    let body = Some(guidance::Body::Stroke(v1::Stroke::default()));
    Body::Guidance(v1::Guidance { participant_id: author.into(), body })
}

fn clear(author: &str, all: bool) -> Body {
    Body::Guidance(v1::Guidance { participant_id: author.into(), body: Some(guidance::Body::Clear(all)) })
}

/// Seqs handed out until there is nothing more.
fn drain(stream: &mut Stream, id: ViewerId, now: u64) -> Vec<u64> {
    std::iter::from_fn(|| stream.next(id, now)).map(|event| event.seq).collect()
}

fn put(stream: &mut Stream, body: Body) -> u64 {
    stream.publish(0, 0, ALL, body)
}
