//! Takes protected content out of text that goes another way than the picture: dialogs, titles, addresses, the clipboard.

/// What stands in the place of what was taken out.
const MASK: &str = "\u{2022}\u{2022}\u{2022}\u{2022}";
/// Shorter values would be found in ordinary words: they count as whole words only, and with a digit in them.
const LONG: usize = 6;
/// Nothing shorter counts.
const SHORTEST: usize = 3;

/// The text without card numbers and without the values, also as an address writes them.
#[must_use]
pub fn redact<'a>(text: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = without_cards(text);
    let mut values: Vec<&str> = values.into_iter().map(str::trim).collect();
    // A value may be a part of another.
    values.sort_unstable_by_key(|value| std::cmp::Reverse(value.len()));
    for value in values {
        let long = value.chars().count() >= LONG;
        if long {
            out = out.replace(value, MASK);
        } else if value.len() >= SHORTEST && value.contains(|letter: char| letter.is_ascii_digit()) {
            out = without_word(&out, value);
        }
        let escaped = escape(value);
        if long && escaped != value {
            out = out.replace(&escaped, MASK);
        }
    }
    out
}

/// The text without this where no letter or digit is beside it.
fn without_word(text: &str, value: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(value) {
        let (before, from) = rest.split_at(at);
        let after = &from[value.len()..];
        let beside = [before.chars().next_back().or(out.chars().next_back()), after.chars().next()];
        let word = !beside.into_iter().flatten().any(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if word { MASK } else { value });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// As an address writes it in a path.
fn escape(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
    let write = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    value.bytes().map(write).collect()
}

fn without_cards(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = run(from);
        let (digits, after) = from.split_at(end);
        out.push_str(before);
        push_without_cards(&mut out, digits);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Adds digits with separators between them, without the groups of them that are a card: another number may stand right
/// beside it.
fn push_without_cards(out: &mut String, run: &str) {
    let mut rest = run;
    while !rest.is_empty() {
        let ends = group_ends(rest);
        let card = ends.iter().rev().copied().find(|end| is_card(&rest[..*end]));
        let end = card.or(ends.first().copied()).unwrap_or(rest.len());
        out.push_str(if card.is_some() { MASK } else { &rest[..end] });
        let next = rest[end..].find(|letter: char| letter.is_ascii_digit());
        // Of an escaped blank the digits are the separator's.
        let blank = if rest[end..].starts_with("%20") { 3 } else { next.unwrap_or(rest.len() - end) };
        out.push_str(&rest[end..end + blank]);
        rest = &rest[end + blank..];
    }
}

/// Where the first groups of digits end, as many as a card may have.
fn group_ends(run: &str) -> Vec<usize> {
    let (mut ends, mut at) = (Vec::new(), 0);
    while at < run.len() && ends.len() < 19 {
        let group = run[at..].find(|letter: char| !letter.is_ascii_digit()).unwrap_or(run.len() - at);
        ends.push(at + group);
        at += group;
        let gap = if run[at..].starts_with("%20") { 3 } else { run[at..].chars().next().map_or(0, char::len_utf8) };
        at += gap;
    }
    ends
}

/// The length in bytes of the digits at the start, with single separators between them. An address writes a blank as + or %20.
fn run(text: &str) -> usize {
    let mut end = 0;
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        if letter.is_ascii_digit() {
            at += 1;
            end = at;
        } else if let Some(separator) =
            [" ", "-", "+", "%20", "\u{a0}", "\u{202f}"].iter().find(|one| text[at..].starts_with(**one))
        {
            if end != at {
                break;
            }
            at += separator.len();
        } else {
            break;
        }
    }
    end
}

fn is_card(run: &str) -> bool {
    let run = run.replace("%20", " ");
    let digits: Vec<u32> = run.chars().filter_map(|letter| letter.to_digit(10)).collect();
    if !(13..=19).contains(&digits.len()) || digits[0] == 0 {
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

    proptest::proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC{0,80}") {
            let _ = redact(&text, ["secret"]);
        }
    }
}
