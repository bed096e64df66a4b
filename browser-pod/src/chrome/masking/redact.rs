//! Takes protected content out of text that goes another way than the picture: dialogs, titles, addresses, the clipboard.

/// What stands in the place of what was taken out.
const MASK: &str = "\u{2022}\u{2022}\u{2022}\u{2022}";
/// Shorter values would be found in ordinary words.
const SHORTEST: usize = 6;

/// The text without card numbers and without the values.
#[must_use]
pub fn redact<'a>(text: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = without_cards(text);
    for value in values {
        let value = value.trim();
        if value.chars().count() >= SHORTEST {
            out = out.replace(value, MASK);
        }
    }
    out
}

fn without_cards(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = run(from);
        let (digits, after) = from.split_at(end);
        out.push_str(before);
        out.push_str(if is_card(digits) { MASK } else { digits });
        rest = after;
    }
    out.push_str(rest);
    out
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
        assert_eq!(redact("hello Secret77!", ["Secret77", "he"]), "hello ••••!");
        assert_eq!(redact("é5 5é 12-", none), "é5 5é 12-");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC{0,80}") {
            let _ = redact(&text, ["secret"]);
        }
    }
}
