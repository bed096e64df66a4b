//! Keysyms: the numbers that say what a key means.

/// Left shift.
pub const SHIFT_L: u32 = 0xffe1;
/// AltGr: chooses the third level of a key.
pub const LEVEL3_SHIFT: u32 = 0xfe03;

/// Set in keysyms that are a character's number.
const UNICODE: u32 = 0x0100_0000;

/// The keysym of a character.
#[must_use]
pub fn of_char(character: char) -> u32 {
    match u32::from(character) {
        0x08 => 0xff08,
        0x09 => 0xff09,
        0x0a | 0x0d => 0xff0d,
        0x1b => 0xff1b,
        0x7f => 0xffff,
        latin @ (0x20..=0x7e | 0xa0..=0xff) => latin,
        other => UNICODE | other,
    }
}

/// The character of a keysym; none for keys that write nothing.
#[must_use]
pub fn to_char(keysym: u32) -> Option<char> {
    match keysym {
        0x20..=0x7e | 0xa0..=0xff => char::from_u32(keysym),
        0x0100_0100..=0x0110_ffff => char::from_u32(keysym - UNICODE),
        // Legacy number of the euro sign, which some sources still give.
        0x20ac => Some('€'),
        _ => None,
    }
}

/// Whether a keymap can hold it: no number that means nothing.
pub(crate) fn is_valid(keysym: u32) -> bool {
    keysym != 0
        && (keysym <= 0xffff
            || (0x0100_0100..=0x0110_ffff).contains(&keysym)
            || (0x1000_0000..=0x1fff_ffff).contains(&keysym))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn characters_survive(character in any::<char>()) {
            let keysym = of_char(character);
            prop_assert!(is_valid(keysym) || u32::from(character) < 0xa0);
            if u32::from(character) >= 0xa0 {
                prop_assert_eq!(to_char(keysym), Some(character));
            }
        }
    }
}
