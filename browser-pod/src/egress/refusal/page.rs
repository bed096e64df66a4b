//! The page that says why not: plain words in the reader's language, from the one catalogue of texts for people, without scripts and
//! without anything of the address.

use http::{HeaderName, header};

/// The catalogue's part, as the console has it. A line is `"key": "text",`.
const ENGLISH: &str = include_str!("../../../../console/src/core/catalogue/en-blocked.ts");
const DUTCH: &str = include_str!("../../../../console/src/core/catalogue/nl-blocked.ts");

/// What goes with the page.
pub(super) const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
];

/// A language that there are texts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::egress) enum Language {
    /// And whenever another is asked for.
    English,
    Dutch,
}

impl Language {
    /// By the first of a list as `Accept-Language` has it, or by one name, such as `nl-NL`.
    pub(in crate::egress) fn of(wanted: &str) -> Self {
        let first = wanted.split([',', ';', '-']).next().unwrap_or_default().trim();
        if first.eq_ignore_ascii_case("nl") { Self::Dutch } else { Self::English }
    }

    fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Dutch => "nl",
        }
    }

    fn text(self, key: &str) -> &'static str {
        let catalogue = match self {
            Self::English => ENGLISH,
            Self::Dutch => DUTCH,
        };
        let begin = format!("\"{key}\": \"");
        let line = catalogue.lines().find_map(|line| line.trim_start().strip_prefix(begin.as_str()));
        line.and_then(|rest| rest.strip_suffix("\",")).unwrap_or_default()
    }
}

/// Which words of a refusal mean what. A word that is in no line means the last one.
const MEANINGS: [(&str, &[&str]); 8] = [
    ("notOpen", &["HostNotAllowed", "PortNotAllowed", "HostMismatch"]),
    (
        "closed",
        &[
            "AddressLiteral",
            "LocalName",
            "Unspecified",
            "Loopback",
            "Private",
            "SharedAddress",
            "LinkLocal",
            "Metadata",
            "Multicast",
            "Broadcast",
            "Documentation",
            "Benchmarking",
            "Reserved",
            "Translated",
            "UniqueLocal",
            "Cluster",
        ],
    ),
    ("notFound", &["NameNotFound", "NoAddress", "NameTimeout"]),
    ("noAnswer", &["NotReached", "ReachTimeout"]),
    ("usedUp", &["TooManyConnections", "TooManyBytes"]),
    ("interrupted", &["GatewayAway", "Draining"]),
    ("unusable", &["InvalidTarget", "UnknownRequest"]),
    ("notNow", &[]),
];

/// The page for a word.
pub(super) fn html(word: &str, language: Language) -> String {
    let meaning = meaning(word);
    let title = language.text(&format!("blocked.{meaning}"));
    let text = language.text(&format!("blocked.{meaning}.text"));
    format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>body{{font:1rem/1.5 sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;color:#1f2328;background:#fff}}\
         h1{{font-size:1.5rem}}small{{color:#57606a}}</style></head>\
         <body><main><h1>{title}</h1><p>{text}</p><p><small>{word}</small></p></main></body></html>\n",
        language.code()
    )
}

fn meaning(word: &str) -> &'static str {
    let [lines @ .., (last, _)] = &MEANINGS;
    lines.iter().find(|(_, words)| words.contains(&word)).map_or(*last, |(meaning, _)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_grant_lacks_is_the_session_s_trouble() {
        for word in ["GrantMissing", "GrantExpired", "GrantOfOtherPod", "AddressClassUnknown", "SomethingNew"] {
            assert_eq!(meaning(word), "notNow", "{word}");
        }
    }

    #[test]
    fn a_word_has_one_meaning() {
        let words: Vec<_> = MEANINGS.iter().flat_map(|(_, words)| *words).collect();
        let once: std::collections::HashSet<_> = words.iter().collect();
        assert_eq!(once.len(), words.len());
    }

    #[test]
    fn every_meaning_has_a_text_in_both_languages() {
        for (meaning, _) in MEANINGS {
            for key in [format!("blocked.{meaning}"), format!("blocked.{meaning}.text")] {
                let (english, dutch) = (Language::English.text(&key), Language::Dutch.text(&key));
                assert!(!english.is_empty() && !dutch.is_empty() && english != dutch, "{key}");
                // They stand in the page as they are.
                assert!(![english, dutch].concat().contains(['<', '>', '&', '\\', '"', '{']), "{key}");
            }
        }
    }

    #[test]
    fn the_language_is_the_first_that_is_wanted() {
        for wanted in ["nl", "nl-NL", "nl-BE,nl;q=0.9,en;q=0.8", "NL"] {
            assert_eq!(Language::of(wanted), Language::Dutch, "{wanted}");
        }
        for wanted in ["", "en-GB,en;q=0.9,nl;q=0.8", "de", "nlx", "*"] {
            assert_eq!(Language::of(wanted), Language::English, "{wanted}");
        }
        assert!(html("HostNotAllowed", Language::Dutch).contains("<html lang=\"nl\">"));
    }
}
