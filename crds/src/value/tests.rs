//! The rules and the parsers of `session::site` speak of the same texts: whatever the rules let through, the parser reads. The
//! rules may be stricter, where a text has two ways to be written.

use cobrowse_session::site::{HostPattern, PageUrl};
use schemars::JsonSchema;
use serde_json::json;

use super::*;
use crate::kind::Rules;

fn rules<T: JsonSchema>() -> Rules {
    let schema = T::json_schema(&mut schemars::SchemaGenerator::default());
    Rules::of_schema(json!({ "type": "object", "properties": { "text": schema } }))
}

/// Every text of one part from each list.
fn product(lists: &[&[&str]]) -> Vec<String> {
    lists.iter().fold(vec![String::new()], |texts, parts| {
        texts.iter().flat_map(|text| parts.iter().map(move |part| format!("{text}{part}"))).collect()
    })
}

const NAMES: [&str; 14] = [
    "a.example",
    "localhost",
    "x.localhost",
    "notlocalhost",
    "example",
    "a_.b-c.example",
    "-a.example",
    "a-.example",
    "a..b",
    "1.2.3.4",
    "0x7f.1",
    "a.0x",
    "[::1]",
    "A.example",
];

#[test]
fn host_patterns() {
    let rules = rules::<HostPatternText>();
    let schemes = ["", "https://", "http://"];
    let texts = product(&[&schemes, &["", "*.", "*"], &NAMES, &["", ".", ":8443", ":443", ":80", ":0", ":65536", "/"]]);
    let mut accepted = 0;
    for text in texts {
        let by_rules = rules.check(&json!({ "text": text }), None).is_ok();
        let by_parser = HostPattern::parse(&text).is_ok();
        let said_twice = text.ends_with(if text.starts_with("http:") { ":80" } else { ":443" });
        assert_eq!(by_rules, by_parser && !said_twice, "{text}");
        accepted += usize::from(by_rules);
    }
    assert!(accepted > 60, "{accepted}");
}

#[test]
fn addresses() {
    let (page, start) = (rules::<PageAddress>(), rules::<StartAddress>());
    let schemes = ["https://", "http://"];
    let texts = product(&[
        &schemes,
        &["", "u@"],
        &NAMES[..12],
        &["", ":1", ":99999"],
        &["", "/", "/a?b#c", "?b", "/\\b", "/a@b"],
    ]);
    let mut accepted = 0;
    for text in texts {
        let object = json!({ "text": text });
        let by_start = start.check(&object, None).is_ok();
        let by_page = by_start || page.check(&object, None).is_ok();
        assert!(!by_page || PageUrl::parse(&text).is_ok(), "{text}");
        assert!(!by_start || !text.contains(['?', '#', '@']), "{text}");
        accepted += usize::from(by_page);
    }
    assert!(accepted > 40, "{accepted}");
}
