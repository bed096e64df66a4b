//! Which facts a viewer gets: late comers, those who may not see, and those who come back.

use super::*;

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
