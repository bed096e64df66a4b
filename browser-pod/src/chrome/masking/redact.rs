//! Takes protected content out of text that goes another way than the picture: dialogs, titles, addresses, the clipboard.

use std::ops::Range;

/// What stands in the place of what was taken out.
const MASK: &str = "\u{2022}\u{2022}\u{2022}\u{2022}";
/// Shorter values would be found in ordinary words: they count as whole words only, and with a digit in them.
const LONG: usize = 6;
/// Nothing shorter counts.
const SHORTEST: usize = 3;
/// Digits of a card number.
const CARD: std::ops::RangeInclusive<usize> = 13..=19;
/// What may stand between the digits of one number. An address writes a blank as + or %20.
const SEPARATORS: [&str; 6] = ["%20", " ", "-", "+", "\u{a0}", "\u{202f}"];

/// The text without card numbers and without the values, also as an address writes them.
#[must_use]
pub fn redact<'a>(text: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    // All are looked for in the text as it came: what is a part of another must not break that one up.
    let found = values.into_iter().flat_map(|value| places(text, value.trim()));
    let out = without(text, found.chain(cards(text)).collect());
    // A value may have stood right before a number.
    without(&out, cards(&out))
}

/// Where a value stands.
fn places(text: &str, value: &str) -> Vec<Range<usize>> {
    let all = |value: &str| text.match_indices(value).map(|(at, value)| at..at + value.len()).collect::<Vec<_>>();
    if value.chars().count() >= LONG {
        let escaped = escape(value);
        let other = if escaped == value { Vec::new() } else { all(&escaped) };
        return [all(value), other].concat();
    }
    if value.len() < SHORTEST || !value.contains(|letter: char| letter.is_ascii_digit()) {
        return Vec::new();
    }
    all(value).into_iter().filter(|place| is_word(text, place)).collect()
}

/// No letter or digit is beside it.
fn is_word(text: &str, place: &Range<usize>) -> bool {
    let beside = [text[..place.start].chars().next_back(), text[place.end..].chars().next()];
    !beside.into_iter().flatten().any(char::is_alphanumeric)
}

/// As an address writes it in a path.
fn escape(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
    let write = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    value.bytes().map(write).collect()
}

/// The text with a mask in the place of each of these parts, one for those that meet.
fn without(text: &str, mut parts: Vec<Range<usize>>) -> String {
    parts.sort_unstable_by_key(|part| part.start);
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for part in parts {
        if part.start >= end {
            out.push_str(&text[end..part.start]);
            out.push_str(MASK);
        }
        end = end.max(part.end);
    }
    out.push_str(&text[end..]);
    out
}

/// Where card numbers stand. Other numbers may stand beside one with a separator between, so each sequence of whole groups
/// of digits may be one; the longest counts.
fn cards(text: &str) -> Vec<Range<usize>> {
    let groups = groups(text);
    let mut cards = Vec::new();
    let mut first = 0;
    while first < groups.len() {
        let card = card_at(text, &groups[first..]);
        if let Some(count) = card {
            cards.push(groups[first].digits.start..groups[first + count - 1].digits.end);
        }
        first += card.unwrap_or(1);
    }
    cards
}

/// Digits without anything between them.
struct Group {
    digits: Range<usize>,
    /// One separator stands between the group before and this one.
    joined: bool,
}

fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let (mut at, mut separators) = (0, 0);
    while let Some(letter) = text[at..].chars().next() {
        let separator = SEPARATORS.iter().find(|one| text[at..].starts_with(**one));
        if let Some(separator) = separator {
            separators += 1;
            at += separator.len();
        } else if letter.is_ascii_digit() {
            let length = text[at..].find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len() - at);
            groups.push(Group { digits: at..at + length, joined: separators == 1 });
            separators = 0;
            at += length;
        } else {
            separators = 2;
            at += letter.len_utf8();
        }
    }
    groups
}

/// How many groups from the first on are a card number.
fn card_at(text: &str, groups: &[Group]) -> Option<usize> {
    let (mut digits, mut card) = (Vec::new(), None);
    for (index, group) in groups.iter().enumerate() {
        if (index > 0 && !group.joined) || digits.len() + group.digits.len() > *CARD.end() {
            break;
        }
        digits.extend(text[group.digits.clone()].bytes().map(|digit| u32::from(digit - b'0')));
        if is_card(&digits) {
            card = Some(index + 1);
        }
    }
    card
}

fn is_card(digits: &[u32]) -> bool {
    if !CARD.contains(&digits.len()) || digits[0] == 0 {
        return false;
    }
    let double = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(i, digit)| if i % 2 == 1 { double(*digit) } else { *digit }).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn card_numbers_and_values_go_and_the_rest_stays() {
        let none = [];
        assert_eq!(redact("pay with 4111 1111-1111 1111 now", none), "pay with •••• now");
        assert_eq!(redact("/pay?n=4111%201111%201111%201111&x=1", none), "/pay?n=••••&x=1");
        assert_eq!(redact("order 4111111111111112, 20 items", none), "order 4111111111111112, 20 items");
        assert_eq!(redact("4821 4111 1111 1111 1111 12/30", none), "4821 •••• 12/30");
        assert_eq!(redact("1-5500%200055%205555%205559+2", none), "1-••••+2");
        assert_eq!(redact("hello Secret77!", ["Secret77", "he"]), "hello ••••!");
        assert_eq!(redact("é5 5é 12-", none), "é5 5é 12-");
        assert_eq!(redact("/reset/h%C3%BCnt%20er%202/x", ["hünt er 2"]), "/reset/••••/x");
    }

    #[test]
    fn short_values_count_as_whole_words_with_a_digit() {
        assert_eq!(redact("code 123, not 1234 or a123", ["123"]), "code ••••, not 1234 or a123");
        assert_eq!(redact("123 love 12", ["123", "love", "12"]), "•••• love 12");
        assert_eq!(redact("pin 4821 is 4821x4821", ["4821", "4821x4821"]), "pin •••• is ••••");
    }

    #[test]
    fn numbers_beside_a_card_number_do_not_hide_it() {
        let none = [];
        assert_eq!(redact("2 4111111111111111", none), "2 ••••");
        assert_eq!(redact("12-4111 1111 1111 1111 12 27", none), "12-•••• 12 27");
        assert_eq!(redact("/pay?n=%204111111111111111", none), "/pay?n=%20••••");
        assert_eq!(redact("00 4111111111111111", none), "00 ••••");
        assert_eq!(redact("1234567890123456789012 4111111111111111", none), "1234567890123456789012 ••••");
    }

    #[test]
    fn values_that_hold_each_other_go_whole() {
        assert_eq!(redact("Secret77extra", ["Secret", "Secret77extra"]), "••••");
        assert_eq!(redact("4111111111111111", ["411111"]), "••••");
        assert_eq!(redact("4111111111111111 exp 12/27", ["4111111111111111 exp 12/27"]), "••••");
        assert_eq!(redact("Secret4111111111111111", ["Secret"]), "••••••••");
        assert_eq!(redact("1234564111111111111111", ["123456"]), "••••••••");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC{0,80}") {
            let _ = redact(&text, ["secret"]);
        }
    }
}
