//! What the recorder gets: all that an agent could, in order, once, over any number of recorders; and what it never gets.

use super::super::recorder::{KEPT_BYTES, KEPT_US, SEEK_UNITS};
use super::*;

/// A stream whose page is shown, and its recorder of epoch 1.
fn recorded() -> (Stream, ViewerId) {
    let mut stream = Stream::default();
    stream.set_shown(true);
    let (id, after) = stream.record(1, 0).expect("the first");
    assert_eq!(after, 0);
    (stream, id)
}

fn end() -> Body {
    Body::End(v1::End::default())
}

/// Seq and, of a gap, whether it was on purpose.
fn gaps(stream: &mut Stream, id: ViewerId) -> Vec<(u64, Option<bool>)> {
    let told = |event: Arc<v1::Event>| match &event.body {
        Some(Body::Gap(gap)) => {
            assert_eq!(gap.up_to_seq, event.seq);
            (event.seq, Some(gap.withheld))
        }
        _ => (event.seq, None),
    };
    std::iter::from_fn(|| stream.next(id, 0)).map(told).collect()
}

#[test]
fn no_credit_holds_it_back_and_it_holds_nobody_back() {
    let (mut stream, id) = recorded();
    let agent = stream.open(agent());
    for _ in 0..40 {
        put(&mut stream, picture(true, 100_000));
        assert_eq!(drain(&mut stream, id, 0).len(), 1, "each at once, though it acknowledges none");
        let shown = drain(&mut stream, agent, 0);
        shown.into_iter().for_each(|seq| stream.ack(agent, seq));
        assert_eq!(stream.wanted(0).hold_until, None, "nobody waits for it");
    }
}

#[test]
fn it_gets_patches_and_never_jpeg_nor_what_is_the_end_users_or_of_no_recording() {
    let (mut stream, id) = recorded();
    let wanted = [put(&mut stream, picture(true, 10)), put(&mut stream, patch(10)), put(&mut stream, patch(10))];
    put(&mut stream, jpeg());
    stream.publish(0, 0, END_USER, Body::ProtectedFields(v1::ProtectedFields::default()));
    stream.publish(0, 0, END_USER, Body::Navigation(v1::Navigation::default()));
    let left_out = [
        Body::EditFocus(v1::EditFocus::default()),
        Body::Picker(v1::Picker::default()),
        Body::ProtectedFields(v1::ProtectedFields::default()),
        Body::FileChooser(v1::FileChooser::default()),
        Body::Download(v1::Download::default()),
        Body::Clipboard(v1::ClipboardText { text: "4111".into() }),
    ];
    for body in left_out {
        put(&mut stream, body);
    }
    let kept = [put(&mut stream, chat("hello")), put(&mut stream, cursor("text")), put(&mut stream, roster())];
    assert_eq!(drain(&mut stream, id, 0), [&wanted[..], &kept[..]].concat());
}

#[test]
fn it_begins_with_what_holds_a_note_of_what_was_before_and_a_key() {
    let mut stream = Stream::default();
    for body in [cursor("text"), roster(), cursor("default"), picture(true, 10), chat("hello"), picture(false, 10)] {
        put(&mut stream, body);
    }
    stream.set_shown(true);
    let (id, _) = stream.record(1, 0).expect("the first");
    assert_eq!(gaps(&mut stream, id), [(2, None), (3, None), (5, None), (6, Some(true))]);
    assert!(stream.wanted(0).key);
    put(&mut stream, picture(false, 10));
    let key = put(&mut stream, picture(true, 10));
    assert_eq!(gaps(&mut stream, id), [(key - 1, Some(true)), (key, None)], "what cannot be decoded is not recorded");
    assert!(!stream.wanted(1_000).key);
}

#[test]
fn only_the_highest_epoch_is_served_and_none_twice() {
    let (mut stream, first) = recorded();
    put(&mut stream, picture(true, 10));
    assert_eq!(stream.record(1, 0), None);
    assert_eq!(stream.record(0, 0), None);
    let (second, _) = stream.record(7, 0).expect("higher");
    put(&mut stream, picture(false, 10));
    assert_eq!(drain(&mut stream, first, 0), Vec::<u64>::new());
    assert_eq!(drain(&mut stream, second, 0), [1, 2]);
    stream.ack(first, 2);
    stream.close(first);
    assert_eq!(stream.record(6, 0), None);
    let (third, after) = stream.record(8, 0).expect("higher");
    assert_eq!((after, drain(&mut stream, third, 0)), (0, vec![1, 2]), "who was replaced acknowledges nothing");
}

#[test]
fn another_goes_on_after_what_was_acknowledged_or_is_in_the_store() {
    let (mut stream, first) = recorded();
    for key in [true, false, false, false] {
        put(&mut stream, picture(key, 10));
    }
    assert_eq!(drain(&mut stream, first, 0), [1, 2, 3, 4]);
    stream.ack(first, 2);
    stream.close(first);
    assert!(stream.wanted(0).h264, "pictures are still wanted while another one comes");
    put(&mut stream, picture(false, 10));
    let (second, after) = stream.record(2, 0).expect("higher");
    assert_eq!((after, drain(&mut stream, second, 0)), (2, vec![3, 4, 5]));
    let (third, after) = stream.record(3, 4).expect("higher");
    assert_eq!((after, drain(&mut stream, third, 0)), (4, vec![5]));
    assert!(!stream.wanted(0).key, "no key for a take-over");
    let (fourth, after) = stream.record(4, 99).expect("higher");
    assert_eq!((after, drain(&mut stream, fourth, 0)), (4, vec![5]), "nobody has what was not published");
    stream.ack(fourth, 99);
    let (fifth, after) = stream.record(5, 0).expect("higher");
    assert_eq!((after, drain(&mut stream, fifth, 0)), (5, vec![]));
}

#[test]
fn what_is_too_much_is_lost_to_the_next_one_and_says_so() {
    let (mut stream, first) = recorded();
    stream.close(first);
    let size = 1 << 20;
    put(&mut stream, picture(true, size));
    let fact = put(&mut stream, roster());
    for _ in 0..KEPT_BYTES / size {
        put(&mut stream, picture(false, size));
    }
    let newest = put(&mut stream, picture(false, size));
    let (second, _) = stream.record(2, 0).expect("higher");
    let all = [(fact, None), (newest, Some(false))];
    assert_eq!(gaps(&mut stream, second), all, "all pictures went over ones that are gone");
    assert!(stream.wanted(0).key);
    let key = put(&mut stream, picture(true, size));
    assert_eq!(drain(&mut stream, second, 0), [key]);
}

#[test]
fn what_is_too_old_is_lost_up_to_the_next_key() {
    let (mut stream, first) = recorded();
    stream.close(first);
    let mut at = |t_us: u64, body: Body| stream.publish(t_us, 0, ALL, body);
    at(0, picture(true, 9));
    at(1_000_000, picture(false, 9));
    let fact = at(1_000_000, roster());
    let key = at(2_000_000, picture(true, 9));
    let last = at(KEPT_US + 500_000, picture(false, 9));
    let (second, _) = stream.record(2, 0).expect("higher");
    assert_eq!(gaps(&mut stream, second), [(2, Some(false)), (fact, None), (key, None), (last, None)]);
}

#[test]
fn what_the_recorder_has_got_is_no_loss_to_it() {
    let (mut stream, id) = recorded();
    let mut sent = 0;
    for number in 0..60_u64 {
        stream.publish(number * 1_000_000, 0, ALL, picture(number == 0, 1 << 20));
        sent += drain(&mut stream, id, 0).len();
    }
    assert_eq!(sent, 60, "a minute of nothing acknowledged, and no gap");
    stream.ack(id, 60);
    assert!(stream.recorded());
}

#[test]
fn a_stop_halts_it_and_what_was_left_out_is_said() {
    let (mut stream, id) = recorded();
    put(&mut stream, picture(true, 10));
    stream.set_shown(false);
    for body in [chat("while stopped"), cursor("wait"), roster()] {
        put(&mut stream, body);
    }
    stream.publish(0, 1, END_USER, picture(false, 10));
    assert!(!stream.wanted(0).h264, "nothing is coded for it");
    assert_eq!(drain(&mut stream, id, 0), [1]);
    stream.set_shown(true);
    assert_eq!(gaps(&mut stream, id), [(2, None), (3, None), (4, None), (5, Some(true))]);
    assert!(stream.wanted(0).key);
}

#[test]
fn the_end_is_recorded_also_while_stopped() {
    let (mut stream, id) = recorded();
    stream.set_shown(false);
    put(&mut stream, roster());
    let last = put(&mut stream, end());
    put(&mut stream, roster());
    assert_eq!(gaps(&mut stream, id), [(last - 1, Some(true)), (last, None)]);
    assert!(!stream.recorded());
    stream.ack(id, last);
    assert!(stream.recorded());
}

#[test]
fn a_key_is_sought_after_ninety_units_of_change_and_wanted_by_nobody_on_a_still_page() {
    let (mut stream, _) = recorded();
    put(&mut stream, picture(true, 10));
    for number in 1..SEEK_UNITS {
        put(&mut stream, if number % 2 == 0 { picture(false, 10) } else { patch(10) });
        assert!(!stream.wanted(0).seek, "after {number}");
    }
    put(&mut stream, picture(false, 10));
    for now in [0, 60_000, 3_600_000] {
        let wanted = stream.wanted(now);
        assert!(wanted.seek && !wanted.key, "the next change is a key; without one nothing is asked for");
    }
    put(&mut stream, picture(true, 10));
    assert!(!stream.wanted(0).seek);
}

#[test]
fn who_is_gone_for_long_needs_no_pictures() {
    let (mut stream, id) = recorded();
    put(&mut stream, picture(true, 10));
    stream.close(id);
    assert!(stream.wanted(1_000).h264);
    assert!(stream.wanted(15_999).h264);
    assert!(!stream.wanted(16_000).h264);
    stream.record(2, 0).expect("higher");
    assert!(stream.wanted(16_000).h264);
}

#[test]
fn without_a_recorder_nothing_is_kept_or_wanted() {
    let mut stream = Stream::default();
    stream.set_shown(true);
    put(&mut stream, picture(true, 10));
    let wanted = stream.wanted(0);
    assert!(stream.recorded() && !wanted.h264 && !wanted.key && !wanted.seek);
}
