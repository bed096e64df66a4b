//! Tables for the order and credit of one viewer, and a property test over many histories.

use bytes::Bytes;
use cobrowse_wire::v1::guidance;
use proptest::prelude::*;

use super::*;

const ALL: v1::Audience = v1::Audience::All;
const END_USER: v1::Audience = v1::Audience::EndUser;

fn agent() -> Opening {
    Opening { end_user: false, codec: Codec::H264, resume_after: 0, sees: true }
}

fn end_user() -> Opening {
    Opening { end_user: true, ..agent() }
}

fn picture(key: bool, bytes: usize) -> Body {
    let data = Bytes::from(vec![0; bytes]);
    Body::Picture(v1::Picture { codec: v1::Codec::H264.into(), key, width: 64, height: 64, data })
}

fn jpeg() -> Body {
    Body::Picture(v1::Picture {
        codec: v1::Codec::Jpeg.into(),
        key: true,
        width: 64,
        height: 64,
        data: Bytes::from_static(&[0; 9]),
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

#[test]
fn a_late_comer_gets_the_facts_that_hold_and_asks_for_a_key() {
    let mut stream = Stream::default();
    for body in [cursor("text"), roster(), cursor("default"), picture(true, 10), chat("hello"), roster()] {
        put(&mut stream, body);
    }
    let id = stream.open(agent());
    assert_eq!(drain(&mut stream, id, 0), [3, 5, 6]);
    assert!(stream.wanted(0).key);
}

#[test]
fn pictures_after_the_key_follow_without_another() {
    let mut stream = Stream::default();
    let id = stream.open(agent());
    put(&mut stream, picture(false, 10));
    assert_eq!(drain(&mut stream, id, 0), Vec::<u64>::new());
    put(&mut stream, picture(true, 10));
    put(&mut stream, picture(false, 10));
    assert_eq!(drain(&mut stream, id, 0), [2, 3]);
    assert!(!stream.wanted(0).key);
}

#[test]
fn credit_is_two_pictures_and_returns_with_the_acknowledgement() {
    let mut stream = Stream::default();
    let id = stream.open(agent());
    for key in [true, false, false] {
        put(&mut stream, picture(key, 10));
    }
    assert_eq!(drain(&mut stream, id, 0), [1, 2]);
    assert_eq!(stream.wanted(0), Wanted { h264: true, jpeg: false, key: false, hold_until: Some(200) });
    stream.ack(id, 1);
    assert_eq!(drain(&mut stream, id, 10), [3]);
}

#[test]
fn credit_is_256_kib_but_a_larger_picture_goes_out_alone() {
    let mut stream = Stream::default();
    let id = stream.open(agent());
    put(&mut stream, picture(true, CREDIT_BYTES * 2));
    put(&mut stream, picture(false, 1));
    assert_eq!(drain(&mut stream, id, 0), [1]);
    stream.ack(id, 1);
    assert_eq!(drain(&mut stream, id, 0), [2]);
}

#[test]
fn old_pictures_are_never_queued_the_newest_comes_as_a_key() {
    let mut stream = Stream::default();
    let id = stream.open(agent());
    for key in [true, false, false, false, false] {
        put(&mut stream, picture(key, 10));
    }
    assert_eq!(drain(&mut stream, id, 0), [1, 2]);
    stream.ack(id, 2);
    assert!(stream.wanted(500).key);
    put(&mut stream, picture(true, 10));
    assert_eq!(drain(&mut stream, id, 500), [6]);
}

#[test]
fn facts_pass_a_viewer_that_never_acknowledges() {
    let mut stream = Stream::default();
    let id = stream.open(agent());
    for key in [true, false] {
        put(&mut stream, picture(key, 10));
    }
    drain(&mut stream, id, 0);
    assert_eq!(stream.wanted(300), Wanted::default());
    put(&mut stream, picture(false, 10));
    put(&mut stream, roster());
    assert_eq!(drain(&mut stream, id, 300), [4]);
}

#[test]
fn who_does_not_see_gets_the_session_and_later_the_page_as_it_is_then() {
    let mut stream = Stream::default();
    let id = stream.open(agent());
    stream.set_sees(id, false);
    for body in [cursor("text"), roster(), picture(true, 10), cursor("wait"), chat("hi")] {
        put(&mut stream, body);
    }
    assert_eq!(drain(&mut stream, id, 0), [2]);
    stream.set_sees(id, true);
    assert_eq!(drain(&mut stream, id, 0), [4, 5]);
    assert!(stream.wanted(0).key);
}

#[test]
fn what_is_for_the_end_user_reaches_the_end_user_alone() {
    let mut stream = Stream::default();
    let (theirs, ours) = (stream.open(end_user()), stream.open(agent()));
    stream.publish(0, 0, END_USER, Body::ProtectedFields(v1::ProtectedFields::default()));
    stream.publish(0, 1, END_USER, picture(true, 10));
    assert_eq!(drain(&mut stream, theirs, 0), [1, 2]);
    assert_eq!(drain(&mut stream, ours, 0), Vec::<u64>::new());
    let late = stream.open(agent());
    assert_eq!(drain(&mut stream, late, 0), Vec::<u64>::new());
}

#[test]
fn after_a_picture_for_the_end_user_alone_the_others_need_a_key() {
    let mut stream = Stream::default();
    let id = stream.open(agent());
    put(&mut stream, picture(true, 10));
    stream.publish(0, 1, END_USER, picture(false, 10));
    put(&mut stream, picture(false, 10));
    assert_eq!(drain(&mut stream, id, 0), [1]);
    assert!(stream.wanted(1_000).key);
}

#[test]
fn a_viewer_that_comes_back_gets_what_it_missed() {
    let mut stream = Stream::default();
    for name in ["a", "b", "c"] {
        put(&mut stream, cursor(name));
    }
    let id = stream.open(Opening { resume_after: 1, ..agent() });
    assert_eq!(drain(&mut stream, id, 0), [2, 3]);
}

#[test]
fn a_viewer_that_comes_back_too_late_or_from_nowhere_gets_a_gap_and_the_facts_that_hold() {
    let mut stream = Stream::default();
    put(&mut stream, roster());
    for _ in 0..5_000 {
        put(&mut stream, cursor("text"));
    }
    for resume_after in [1, 9_999] {
        let id = stream.open(Opening { resume_after, ..agent() });
        let gap = stream.next(id, 0).expect("a gap");
        assert!(matches!(&gap.body, Some(Body::Gap(gap)) if gap.up_to_seq == 5_001));
        assert_eq!(drain(&mut stream, id, 0), [1, 5_001]);
    }
}

#[test]
fn cleared_drawings_are_not_shown_to_late_comers_chat_is() {
    let mut stream = Stream::default();
    for body in [chat("hello"), stroke("a"), stroke("b"), clear("a", false)] {
        put(&mut stream, body);
    }
    let id = stream.open(agent());
    assert_eq!(drain(&mut stream, id, 0), [1, 3]);
    put(&mut stream, clear("u", true));
    let id = stream.open(agent());
    assert_eq!(drain(&mut stream, id, 0), [1]);
}

#[test]
fn jpeg_viewers_get_the_newest_alone_and_hold_nobody_up() {
    let mut stream = Stream::default();
    let id = stream.open(Opening { codec: Codec::Jpeg, ..agent() });
    for body in [jpeg(), picture(true, 10), jpeg(), jpeg()] {
        put(&mut stream, body);
    }
    assert_eq!(drain(&mut stream, id, 0), [4]);
    put(&mut stream, jpeg());
    assert_eq!(drain(&mut stream, id, 0), [5]);
    assert_eq!(stream.wanted(0), Wanted::default());
    put(&mut stream, jpeg());
    assert_eq!(drain(&mut stream, id, 0), Vec::<u64>::new());
    stream.ack(id, 5);
    assert!(stream.wanted(0).key);
}

#[test]
fn memory_stays_bounded() {
    let mut stream = Stream::default();
    let id = stream.open(agent());
    for number in 0..3_000_u32 {
        put(&mut stream, picture(number % 100 == 0, 100_000));
        put(&mut stream, chat(&"x".repeat(2_000)));
        put(&mut stream, Body::Download(v1::Download { id: number.to_string(), ..v1::Download::default() }));
    }
    let bytes: usize = drain_events(&mut stream, id).iter().map(prost::Message::encoded_len).sum();
    assert!(bytes < 12 << 20, "{bytes} bytes were kept");
}

fn drain_events(stream: &mut Stream, id: ViewerId) -> Vec<v1::Event> {
    std::iter::from_fn(|| stream.next(id, 0)).map(|event| (*event).clone()).collect()
}

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Open { end_user: bool, jpeg: bool, sees: bool },
    Close(usize),
    Sees(usize, bool),
    Picture { key: bool, bytes: usize, paused: bool },
    Fact { page: bool, end_user: bool },
    Ack(usize),
    KeyRequest(usize),
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(end_user, jpeg, sees)| Step::Open { end_user, jpeg, sees }),
        1 => any::<usize>().prop_map(Step::Close),
        3 => (any::<usize>(), any::<bool>()).prop_map(|(who, sees)| Step::Sees(who, sees)),
        9 => (prop::bool::weighted(0.2), 1..200_000_usize, prop::bool::weighted(0.1))
            .prop_map(|(key, bytes, paused)| Step::Picture { key, bytes, paused }),
        4 => (any::<bool>(), any::<bool>()).prop_map(|(page, end_user)| Step::Fact { page, end_user }),
        6 => any::<usize>().prop_map(Step::Ack),
        1 => any::<usize>().prop_map(Step::KeyRequest),
        3 => (1..400_u64).prop_map(Step::Pass),
    ]
}

/// A viewer as its own program would keep it.
#[derive(Debug)]
struct Watcher {
    id: ViewerId,
    opening: Opening,
    sees: bool,
    unacked: Vec<(u64, usize)>,
    last_session: u64,
    last_picture: u64,
    /// The newest H.264 picture that everything up to it was decodable.
    decoded: Option<u64>,
}

#[derive(Default)]
struct World {
    stream: Stream,
    watchers: Vec<Watcher>,
    now: u64,
    /// H.264 pictures: seq and the one before.
    pictures: Vec<(u64, u64)>,
    newest: BTreeMap<bool, u64>,
}

impl World {
    fn apply(&mut self, step: &Step) {
        let count = self.watchers.len().max(1);
        match *step {
            Step::Open { end_user, jpeg, sees } => {
                let codec = if jpeg { Codec::Jpeg } else { Codec::H264 };
                let opening = Opening { end_user, codec, resume_after: 0, sees };
                let id = self.stream.open(opening);
                let (unacked, decoded) = (Vec::new(), None);
                self.watchers.push(Watcher { id, opening, sees, unacked, last_session: 0, last_picture: 0, decoded });
            }
            Step::Close(who) if who % count < self.watchers.len() => {
                let gone = self.watchers.remove(who % count);
                self.stream.close(gone.id);
            }
            Step::Sees(who, sees) => {
                if let Some(watcher) = self.watchers.get_mut(who % count) {
                    if !sees && watcher.sees {
                        watcher.unacked.clear();
                    }
                    watcher.sees = sees;
                    self.stream.set_sees(watcher.id, sees);
                }
            }
            Step::Picture { key, bytes, paused } => self.picture(key, bytes, paused),
            Step::Fact { page, end_user } => {
                let audience = if end_user { END_USER } else { ALL };
                self.stream.publish(0, 0, audience, if page { cursor("x") } else { roster() });
            }
            Step::Ack(who) => self.ack(who % count),
            Step::KeyRequest(who) => {
                if let Some(watcher) = self.watchers.get(who % count) {
                    self.stream.key_request(watcher.id);
                }
            }
            Step::Pass(time) => self.now += time,
            Step::Close(_) => {}
        }
        self.pump();
    }

    fn picture(&mut self, key: bool, bytes: usize, paused: bool) {
        let audience = if paused { END_USER } else { ALL };
        let seq = self.stream.publish(0, 0, audience, picture(key, bytes));
        let before = self.newest.insert(false, seq).unwrap_or(0);
        self.pictures.push((seq, before));
        let seq = self.stream.publish(0, 0, audience, jpeg());
        self.newest.insert(true, seq);
    }

    fn ack(&mut self, who: usize) {
        let Some(watcher) = self.watchers.get_mut(who) else { return };
        if let Some((seq, _)) = watcher.unacked.first().copied() {
            watcher.unacked.remove(0);
            self.stream.ack(watcher.id, seq);
        }
    }

    fn pump(&mut self) {
        for watcher in &mut self.watchers {
            while let Some(event) = self.stream.next(watcher.id, self.now) {
                watcher.receive(&event, &self.pictures);
            }
        }
        self.stream.trim();
    }
}

impl Watcher {
    fn receive(&mut self, event: &v1::Event, pictures: &[(u64, u64)]) {
        assert!(self.opening.end_user || event.audience() == ALL, "an event of the end user's went to another");
        match &event.body {
            Some(Body::Picture(picture)) => self.receive_picture(event.seq, picture, pictures),
            Some(Body::Roster(_)) => {
                assert!(event.seq > self.last_session, "facts out of order");
                self.last_session = event.seq;
            }
            _ => assert!(self.sees, "the page was told to one who does not see"),
        }
    }

    fn receive_picture(&mut self, seq: u64, picture: &v1::Picture, pictures: &[(u64, u64)]) {
        assert!(self.sees, "a picture went to one who does not see");
        assert!(seq > self.last_picture, "pictures out of order");
        let held: usize = self.unacked.iter().map(|(_, bytes)| bytes).sum();
        let room = self.unacked.len() < CREDIT_PICTURES && held + picture.data.len() <= CREDIT_BYTES;
        assert!(self.unacked.is_empty() || room, "credit was exceeded");
        if picture.codec() == v1::Codec::H264 && !picture.key {
            let before = pictures.iter().find(|(own, _)| *own == seq).map(|(_, before)| *before);
            assert_eq!(before, self.decoded, "a picture came that cannot be decoded");
        }
        self.decoded = Some(seq);
        self.last_picture = seq;
        self.unacked.push((seq, picture.data.len()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_nobody_gets_too_much_and_all_come_to_the_newest_picture(history in prop::collection::vec(steps(), 1..120)) {
        let mut world = World::default();
        for step in &history {
            world.apply(step);
        }
        for who in 0..world.watchers.len() {
            world.apply(&Step::Sees(who, true));
        }
        // The encoder does as it is told, and everybody acknowledges.
        for _ in 0..20 {
            world.apply(&Step::Pass(2_000));
            for who in 0..world.watchers.len() {
                world.apply(&Step::Ack(who));
                world.apply(&Step::Ack(who));
            }
            let wanted = world.stream.wanted(world.now);
            if wanted.key {
                world.apply(&Step::Picture { key: true, bytes: 1_000, paused: false });
            }
        }
        for watcher in &world.watchers {
            let newest = world.newest.get(&(watcher.opening.codec == Codec::Jpeg)).copied().unwrap_or(0);
            prop_assert_eq!(watcher.last_picture, newest);
        }
    }
}
