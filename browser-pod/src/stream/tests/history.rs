//! Many histories of many viewers, each watched by a model of the viewer's own program.

use proptest::prelude::*;

use super::*;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Open { end_user: bool, jpeg: bool, patches: bool, sees: bool, max_fps: u32, max_kbit: u32 },
    Close(usize),
    Sees(usize, bool),
    Picture { key: bool, bytes: usize, paused: bool },
    Patch { bytes: usize, paused: bool },
    Fact { page: bool, end_user: bool },
    Ack(usize),
    KeyRequest(usize),
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), wishes())
            .prop_map(|(end_user, jpeg, patches, sees, (max_fps, max_kbit))| Step::Open { end_user, jpeg, patches, sees, max_fps, max_kbit }),
        1 => any::<usize>().prop_map(Step::Close),
        3 => (any::<usize>(), any::<bool>()).prop_map(|(who, sees)| Step::Sees(who, sees)),
        9 => (prop::bool::weighted(0.2), 1..200_000_usize, prop::bool::weighted(0.1))
            .prop_map(|(key, bytes, paused)| Step::Picture { key, bytes, paused }),
        9 => (1..24_000_usize, prop::bool::weighted(0.1)).prop_map(|(bytes, paused)| Step::Patch { bytes, paused }),
        4 => (any::<bool>(), any::<bool>()).prop_map(|(page, end_user)| Step::Fact { page, end_user }),
        6 => any::<usize>().prop_map(Step::Ack),
        1 => any::<usize>().prop_map(Step::KeyRequest),
        3 => (1..400_u64).prop_map(Step::Pass),
    ]
}

/// Pictures and kilobits per second; mostly none.
fn wishes() -> impl Strategy<Value = (u32, u32)> {
    let fps = prop_oneof![3 => Just(0), 1 => 1..60_u32];
    let kbit = prop_oneof![3 => Just(0), 1 => 1_000..50_000_u32];
    (fps, kbit)
}

/// A viewer as its own program would keep it.
#[derive(Debug)]
struct Watcher {
    id: ViewerId,
    opening: Opening,
    sees: bool,
    /// Seq, bytes and quarters of a picture.
    unacked: Vec<(u64, usize, usize)>,
    last_session: u64,
    last_picture: u64,
    /// The newest H.264 picture that everything up to it was decodable.
    decoded: Option<u64>,
    /// The newest patch over it; 0 for none.
    patched: u64,
    /// When each picture came, and its bytes.
    times: Vec<(u64, usize)>,
}

#[derive(Default)]
struct World {
    stream: Stream,
    watchers: Vec<Watcher>,
    now: u64,
    /// H.264 pictures and patches: seq, the picture before, the patch before.
    pictures: Vec<(u64, u64, u64)>,
    newest: BTreeMap<bool, u64>,
    newest_patch: u64,
}

impl World {
    fn apply(&mut self, step: &Step) {
        let count = self.watchers.len().max(1);
        match *step {
            Step::Open { end_user, jpeg, patches, sees, max_fps, max_kbit } => {
                let codec = if jpeg { Codec::Jpeg } else { Codec::H264 };
                let patches = patches && !jpeg;
                let opening = Opening { end_user, codec, patches, resume_after: 0, sees, max_fps, max_kbit };
                let id = self.stream.open(opening);
                self.watchers.push(Watcher::new(id, opening));
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
            Step::Patch { bytes, paused } => self.patch(bytes, paused),
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
        self.pictures.push((seq, before, 0));
        self.newest_patch = 0;
        let seq = self.stream.publish(0, 0, audience, jpeg());
        self.newest.insert(true, seq);
    }

    fn patch(&mut self, bytes: usize, paused: bool) {
        let audience = if paused { END_USER } else { ALL };
        let seq = self.stream.publish(0, 0, audience, patch(bytes));
        let below = self.newest.get(&false).copied().unwrap_or(0);
        let after = std::mem::replace(&mut self.newest_patch, seq);
        self.pictures.push((seq, below, after));
    }

    fn ack(&mut self, who: usize) {
        let Some(watcher) = self.watchers.get_mut(who) else { return };
        if let Some((seq, ..)) = watcher.unacked.first().copied() {
            watcher.unacked.remove(0);
            self.stream.ack(watcher.id, seq);
        }
    }

    fn pump(&mut self) {
        for watcher in &mut self.watchers {
            while let Some(event) = self.stream.next(watcher.id, self.now) {
                watcher.receive(&event, &self.pictures, self.now);
            }
        }
        self.stream.trim();
    }
}

impl Watcher {
    fn new(id: ViewerId, opening: Opening) -> Self {
        let (unacked, times, sees) = (Vec::new(), Vec::new(), opening.sees);
        Self { id, opening, sees, unacked, last_session: 0, last_picture: 0, decoded: None, patched: 0, times }
    }

    fn receive(&mut self, event: &v1::Event, pictures: &[(u64, u64, u64)], now: u64) {
        assert!(self.opening.end_user || event.audience() == ALL, "an event of the end user's went to another");
        match &event.body {
            Some(Body::Picture(picture)) => {
                self.receive_picture(event.seq, picture, pictures);
                self.times.push((now, picture.data.len()));
                self.check_wishes(now);
            }
            Some(Body::Roster(_)) => {
                assert!(event.seq > self.last_session, "facts out of order");
                self.last_session = event.seq;
            }
            _ => assert!(self.sees, "the page was told to one who does not see"),
        }
    }

    /// From any picture to this one no more came than was wished.
    fn check_wishes(&self, now: u64) {
        let Opening { max_fps, max_kbit, .. } = self.opening;
        let (mut count, mut before) = (0, 0);
        for (from, bytes) in self.times.iter().rev() {
            let (passed, bits) = (now - from, before * 8);
            count += 1;
            let few = max_fps == 0 || count <= passed * u64::from(max_fps) / 1_000 + 2;
            assert!(few, "{count} pictures came in {passed} ms, at {max_fps} per second");
            // The newest may be of any size; those before it were within the rate and half a second more.
            let allowed = u64::from(max_kbit) * (passed + 501);
            let older = self.times.last().map_or(0, |(_, bytes)| *bytes as u64) * 8;
            assert!(max_kbit == 0 || bits <= allowed + older, "{bits} bits came in {passed} ms, at {max_kbit} kbit/s");
            before += *bytes as u64;
        }
    }

    fn receive_picture(&mut self, seq: u64, picture: &v1::Picture, pictures: &[(u64, u64, u64)]) {
        assert!(self.sees, "a picture went to one who does not see");
        assert!(seq > self.last_picture, "pictures out of order");
        let is_patch = picture.codec() == v1::Codec::Patch;
        let quarters = if is_patch { 1 } else { 4 };
        let held: usize = self.unacked.iter().map(|(_, bytes, _)| bytes).sum();
        let heavy = self.unacked.iter().map(|(.., quarters)| quarters).sum::<usize>() + quarters;
        let room = heavy <= CREDIT_PICTURES * 4 && held + picture.data.len() <= CREDIT_BYTES;
        assert!(self.unacked.is_empty() || room, "credit was exceeded");
        let known = pictures.iter().find(|(own, ..)| *own == seq).map(|(_, before, after)| (*before, *after));
        if is_patch {
            assert!(self.opening.patches, "a patch came that was not asked for");
            assert_eq!(known, Some((self.decoded.unwrap_or(0), self.patched)), "a patch came for what is not there");
            self.patched = seq;
        } else {
            if picture.codec() == v1::Codec::H264 && !picture.key {
                let before = known.map(|(before, _)| before);
                assert_eq!(before, self.decoded, "a picture came that cannot be decoded");
            }
            (self.decoded, self.patched) = (Some(seq), 0);
        }
        self.last_picture = seq;
        self.unacked.push((seq, picture.data.len(), quarters));
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
        // What patches showed follows, the encoder does as it is told, and everybody acknowledges.
        world.apply(&Step::Picture { key: false, bytes: 1_000, paused: false });
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
        // All who see are at the newest picture now: a patch is asked for only when each of them draws it.
        world.apply(&Step::Pass(60_000));
        let patches = world.stream.wanted(world.now).patches;
        let h264 = || world.watchers.iter().filter(|watcher| watcher.opening.codec == Codec::H264);
        prop_assert_eq!(patches, h264().count() > 0 && h264().all(|watcher| watcher.opening.patches));
        world.apply(&Step::Patch { bytes: 500, paused: false });
        for watcher in world.watchers.iter().filter(|watcher| watcher.opening.patches) {
            prop_assert_eq!(watcher.last_picture, world.newest_patch);
        }
    }
}
