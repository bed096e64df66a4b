//! True reports are read, and hostile ones refused without a panic or a word of their content.

use super::{Error, Focus, Kind, Report, parse};

const TRUE: &str = r#"{"kind":"fields","sequence":2,"fields":[{"id":"f1","kind":"card","look":"field","x":20,"y":53.25,"w":177,"h":21,
"text":"4111111111111111","font":13.25,"password":false,"multiline":false,"focused":true,"selection":[0,16]}],
"frames":[{"name":"9F1C","x":22,"y":164.75,"scale":1,"seen":{"x":20,"y":162.75,"w":304,"h":44}}],"zoom":null}"#;

#[test]
fn a_true_report_is_read() {
    let Report::Fields(report) = parse(TRUE).unwrap() else { panic!("no fields") };
    assert_eq!(report.fields[0].kind, Kind::Card);
    assert_eq!(report.fields[0].selection, Some((0, 16)));
    assert_eq!(report.frames[0].name, "9F1C");
    let focus = r#"{"kind":"focus","sequence":7,"focused":true,"protected":true,"id":"f1","frame":null}"#;
    let Report::Focus(focus) = parse(focus).unwrap() else { panic!("no focus") };
    assert!(focus.blocks() && focus.sequence == 7);
    assert!(!Focus::parse(r#"{"focused":false,"protected":true,"id":"f1","frame":"A"}"#).unwrap().blocks());
    assert!(matches!(parse(r#"{"kind":"alive","sequence":3}"#), Ok(Report::Alive)));
}

#[test]
fn hostile_payloads_are_refused() {
    let corpus = include_str!("hostile.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut count = 0;
    for line in corpus {
        assert!(parse(line).is_err(), "accepted: {line}");
        count += 1;
    }
    assert!(count >= 20);
}

#[test]
fn counts_and_lengths_have_limits() {
    let field = TRUE.lines().next().unwrap().split_once("[").unwrap().1.to_owned()
        + TRUE.lines().nth(1).unwrap().split_once(']').unwrap().0
        + "]}";
    let many = vec![field; 201].join(",");
    let report = format!(r#"{{"kind":"fields","sequence":2,"fields":[{many}],"frames":[],"zoom":null}}"#);
    assert!(matches!(parse(&report), Err(Error::OutOfRange("the number of fields"))));
    let long = TRUE.replace("4111111111111111", &"4".repeat(4_097));
    assert!(matches!(parse(&long), Err(Error::OutOfRange("a text"))));
    let many = vec!["\"x\""; 265].join(",");
    let secrets = format!(r#"{{"kind":"secrets","sequence":1,"values":[{many}]}}"#);
    assert!(matches!(parse(&secrets), Err(Error::OutOfRange("the number of values"))));
    assert!(matches!(parse(&" ".repeat((4 << 20) + 1)), Err(Error::TooLong(_))));
}

#[test]
fn neither_errors_nor_debug_say_the_content() {
    let Report::Fields(report) = parse(TRUE).unwrap() else { panic!("no fields") };
    assert!(!format!("{report:?}").contains("4111"));
    let secrets = parse(r#"{"kind":"secrets","sequence":1,"values":["hunter2"]}"#).unwrap();
    assert!(!format!("{secrets:?}").contains("hunter2"));
    let broken = TRUE.replace("\"w\":177", "\"w\":\"4111111111111111\"");
    assert!(!format!("{:?}", parse(&broken).unwrap_err()).contains("4111"));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(cut in 0usize..400, insert in ".{0,6}") {
        let mut text = TRUE.to_owned();
        let at = cut.min(text.len());
        if text.is_char_boundary(at) {
            text.insert_str(at, &insert);
        }
        let _ = parse(&text);
        let _ = parse(text.get(..at).unwrap_or_default());
    }
}
