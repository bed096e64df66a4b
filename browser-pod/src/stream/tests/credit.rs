//! Which pictures a viewer gets, and how many before it acknowledges.

use super::*;

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
    assert_eq!(stream.wanted(0), Wanted { h264: true, hold_until: Some(200), ..Wanted::default() });
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

/// Offers a picture every 16 ms for a second, each acknowledged at once; the seqs that went to `id`.
fn second(stream: &mut Stream, ids: &[ViewerId], from: u64) -> Vec<Vec<u64>> {
    let mut went = vec![Vec::new(); ids.len()];
    for now in (from..from + 1_000).step_by(16) {
        let wanted = stream.wanted(now);
        if wanted.h264 && wanted.hold_until.is_none_or(|until| until <= now) {
            put(stream, picture(wanted.key, 1_000));
        }
        if wanted.jpeg {
            put(stream, jpeg());
        }
        for (id, went) in ids.iter().zip(&mut went) {
            for seq in drain(stream, *id, now) {
                went.push(seq);
                stream.ack(*id, seq);
            }
        }
    }
    went
}

#[test]
fn who_is_alone_gets_as_many_pictures_as_wished_and_no_more_are_made() {
    let mut stream = Stream::default();
    let id = stream.open(Opening { max_fps: 10, ..agent() });
    let went = second(&mut stream, &[id], 0);
    assert!((10..=12).contains(&went[0].len()), "{went:?}");
    assert_eq!(stream.head(), went[0].len() as u64, "pictures were made that nobody got");
}

#[test]
fn a_wish_for_few_pictures_costs_the_others_none() {
    let mut stream = Stream::default();
    let slow = stream.open(Opening { max_fps: 5, ..agent() });
    let fast = stream.open(end_user());
    let went = second(&mut stream, &[slow, fast], 0);
    assert!(went[1].len() >= 62, "the other got {}", went[1].len());
    assert!((1..=2).contains(&went[0].len()), "{:?}", went[0]);
    // Then nothing changes any more: the last picture is a key for the one who wished for few.
    let wanted = stream.wanted(3_000);
    assert!(wanted.h264 && wanted.key, "{wanted:?}");
    let last = put(&mut stream, picture(true, 1_000));
    assert_eq!(drain(&mut stream, slow, 3_000), [last]);
}

#[test]
fn a_picture_that_comes_early_waits_for_its_time_and_a_newer_one_takes_its_place() {
    let mut stream = Stream::default();
    let id = stream.open(Opening { codec: Codec::Jpeg, max_fps: 10, ..agent() });
    put(&mut stream, jpeg());
    assert_eq!(drain(&mut stream, id, 1_000), [1]);
    stream.ack(id, 1);
    put(&mut stream, jpeg());
    assert_eq!(drain(&mut stream, id, 1_020), Vec::<u64>::new());
    let wanted = stream.wanted(1_020);
    assert_eq!((wanted.jpeg, wanted.due), (false, Some(1_100)));
    put(&mut stream, jpeg());
    put(&mut stream, jpeg());
    assert_eq!(drain(&mut stream, id, 1_099), Vec::<u64>::new());
    assert_eq!(drain(&mut stream, id, 1_100), [4]);
}

#[test]
fn bits_beyond_the_wish_are_not_sent_and_facts_pass() {
    let mut stream = Stream::default();
    let id = stream.open(Opening { max_kbit: 200, ..agent() });
    // 400,000 bits: four times what half a second lets through.
    put(&mut stream, picture(true, 50_000));
    assert_eq!(drain(&mut stream, id, 0), [1]);
    stream.ack(id, 1);
    put(&mut stream, picture(false, 50_000));
    let fact = put(&mut stream, roster());
    assert_eq!(drain(&mut stream, id, 10), [fact], "facts wait for no picture");
    assert_eq!(stream.wanted(10).hold_until, Some(1_500));
    assert!(stream.wanted(1_500).key);
    let key = put(&mut stream, picture(true, 1_000));
    assert_eq!(drain(&mut stream, id, 1_500), [key]);
}
