//! Tables: `KeyboardEvent.code` to evdev code, `KeyboardEvent.key` to X11 keysym, mouse buttons to Linux codes. From the UI
//! Events specification, linux/input-event-codes.h and keysymdef.h.

/// No meaning of its own: for releases.
pub(super) const NO_SYMBOL: u32 = 0;

/// Codes of the keys that others are combined with.
pub(super) const CONTROL: [u32; 2] = [29, 97];
pub(super) const SHIFT: [u32; 2] = [42, 54];
pub(super) const ALT: [u32; 1] = [56];
pub(super) const META: [u32; 2] = [125, 126];

/// Linux code of a DOM mouse button.
pub(super) fn button(number: u32) -> Option<u32> {
    Some(match number {
        0 => 0x110,
        1 => 0x112,
        2 => 0x111,
        3 => 0x113,
        4 => 0x114,
        _ => return None,
    })
}

/// The evdev code of a key, by its place or, where a phone tells no place, by its name.
pub(super) fn code(code: &str, key: &str) -> Option<u32> {
    let by_place = CODES.iter().find(|(name, _)| *name == code);
    let by_name = CODES.iter().find(|(name, _)| code.is_empty() && *name == key && key.chars().count() > 1);
    by_place.or(by_name).map(|(_, code)| *code)
}

/// The place of the modifier that a key means, when it is none by its place `code`.
pub(super) fn modifier(key: &str, code: u32) -> Option<u32> {
    let own = match key {
        "Control" => CONTROL.as_slice(),
        "Shift" => &SHIFT,
        "Alt" => &ALT,
        "Meta" => &META,
        _ => return None,
    };
    own.first().copied().filter(|_| !own.contains(&code))
}

/// Where a US keyboard has this meaning, letters in either case.
pub(super) fn place_of(key: &str) -> Option<u32> {
    let mut characters = key.chars();
    match (characters.next(), characters.next()) {
        (Some(' '), None) => code("Space", ""),
        (Some(letter), None) if letter.is_ascii_alphabetic() => {
            code(&format!("Key{}", letter.to_ascii_uppercase()), "")
        }
        (Some(_), None) => None,
        _ => code(key, ""),
    }
}

/// The keysym of a key's meaning; none for meanings that are not typed, such as dead keys.
pub(super) fn keysym(key: &str) -> Option<u32> {
    let mut characters = key.chars();
    match (characters.next(), characters.next()) {
        (Some(only), None) => character(only),
        _ => SYMBOLS.iter().find(|(name, _)| *name == key).map(|(_, symbol)| *symbol),
    }
}

fn character(character: char) -> Option<u32> {
    let point = u32::from(character);
    match point {
        0x20..=0x7e | 0xa0..=0xff => Some(point),
        _ if character.is_control() => None,
        // Unicode characters beyond Latin-1 have keysyms of this form.
        _ => Some(0x0100_0000 | point),
    }
}

const CODES: &[(&str, u32)] = &[
    ("Escape", 1),
    ("Digit1", 2),
    ("Digit2", 3),
    ("Digit3", 4),
    ("Digit4", 5),
    ("Digit5", 6),
    ("Digit6", 7),
    ("Digit7", 8),
    ("Digit8", 9),
    ("Digit9", 10),
    ("Digit0", 11),
    ("Minus", 12),
    ("Equal", 13),
    ("Backspace", 14),
    ("Tab", 15),
    ("KeyQ", 16),
    ("KeyW", 17),
    ("KeyE", 18),
    ("KeyR", 19),
    ("KeyT", 20),
    ("KeyY", 21),
    ("KeyU", 22),
    ("KeyI", 23),
    ("KeyO", 24),
    ("KeyP", 25),
    ("BracketLeft", 26),
    ("BracketRight", 27),
    ("Enter", 28),
    ("ControlLeft", 29),
    ("KeyA", 30),
    ("KeyS", 31),
    ("KeyD", 32),
    ("KeyF", 33),
    ("KeyG", 34),
    ("KeyH", 35),
    ("KeyJ", 36),
    ("KeyK", 37),
    ("KeyL", 38),
    ("Semicolon", 39),
    ("Quote", 40),
    ("Backquote", 41),
    ("ShiftLeft", 42),
    ("Backslash", 43),
    ("KeyZ", 44),
    ("KeyX", 45),
    ("KeyC", 46),
    ("KeyV", 47),
    ("KeyB", 48),
    ("KeyN", 49),
    ("KeyM", 50),
    ("Comma", 51),
    ("Period", 52),
    ("Slash", 53),
    ("ShiftRight", 54),
    ("NumpadMultiply", 55),
    ("AltLeft", 56),
    ("Space", 57),
    ("CapsLock", 58),
    ("F1", 59),
    ("F2", 60),
    ("F3", 61),
    ("F4", 62),
    ("F5", 63),
    ("F6", 64),
    ("F7", 65),
    ("F8", 66),
    ("F9", 67),
    ("F10", 68),
    ("NumLock", 69),
    ("ScrollLock", 70),
    ("Numpad7", 71),
    ("Numpad8", 72),
    ("Numpad9", 73),
    ("NumpadSubtract", 74),
    ("Numpad4", 75),
    ("Numpad5", 76),
    ("Numpad6", 77),
    ("NumpadAdd", 78),
    ("Numpad1", 79),
    ("Numpad2", 80),
    ("Numpad3", 81),
    ("Numpad0", 82),
    ("NumpadDecimal", 83),
    ("IntlBackslash", 86),
    ("F11", 87),
    ("F12", 88),
    ("IntlRo", 89),
    ("Convert", 92),
    ("KanaMode", 93),
    ("NonConvert", 94),
    ("NumpadEnter", 96),
    ("ControlRight", 97),
    ("NumpadDivide", 98),
    ("PrintScreen", 99),
    ("AltRight", 100),
    ("Home", 102),
    ("ArrowUp", 103),
    ("PageUp", 104),
    ("ArrowLeft", 105),
    ("ArrowRight", 106),
    ("End", 107),
    ("ArrowDown", 108),
    ("PageDown", 109),
    ("Insert", 110),
    ("Delete", 111),
    ("NumpadEqual", 117),
    ("Pause", 119),
    ("NumpadComma", 121),
    ("IntlYen", 124),
    ("MetaLeft", 125),
    ("MetaRight", 126),
    ("ContextMenu", 127),
];

const SYMBOLS: &[(&str, u32)] = &[
    ("Backspace", 0xff08),
    ("Tab", 0xff09),
    ("Enter", 0xff0d),
    ("Pause", 0xff13),
    ("ScrollLock", 0xff14),
    ("Escape", 0xff1b),
    ("Home", 0xff50),
    ("ArrowLeft", 0xff51),
    ("ArrowUp", 0xff52),
    ("ArrowRight", 0xff53),
    ("ArrowDown", 0xff54),
    ("PageUp", 0xff55),
    ("PageDown", 0xff56),
    ("End", 0xff57),
    ("PrintScreen", 0xff61),
    ("Insert", 0xff63),
    ("ContextMenu", 0xff67),
    ("NumLock", 0xff7f),
    ("F1", 0xffbe),
    ("F2", 0xffbf),
    ("F3", 0xffc0),
    ("F4", 0xffc1),
    ("F5", 0xffc2),
    ("F6", 0xffc3),
    ("F7", 0xffc4),
    ("F8", 0xffc5),
    ("F9", 0xffc6),
    ("F10", 0xffc7),
    ("F11", 0xffc8),
    ("F12", 0xffc9),
    ("Shift", 0xffe1),
    ("Control", 0xffe3),
    ("CapsLock", 0xffe5),
    ("Alt", 0xffe9),
    ("Meta", 0xffeb),
    ("AltGraph", 0xfe03),
    ("Delete", 0xffff),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_a_place_and_a_meaning() {
        let cases = [
            (("KeyA", "a"), (30, 0x61)),
            (("KeyA", "A"), (30, 0x41)),
            (("KeyQ", "a"), (16, 0x61)),
            (("KeyE", "€"), (18, 0x0100_20ac)),
            (("KeyU", "ü"), (22, 0xfc)),
            (("Enter", "Enter"), (28, 0xff0d)),
            (("", "Backspace"), (14, 0xff08)),
            (("ShiftRight", "Shift"), (54, 0xffe1)),
            (("Space", " "), (57, 0x20)),
        ];
        for ((place, key), (evdev, symbol)) in cases {
            assert_eq!((code(place, key), keysym(key)), (Some(evdev), Some(symbol)), "{place} {key}");
        }
    }

    #[test]
    fn a_meaning_has_a_place() {
        let cases = [("t", Some(20)), ("T", Some(20)), ("F4", Some(62)), (" ", Some(57)), ("é", None), ("", None)];
        for (key, place) in cases {
            assert_eq!(place_of(key), place, "{key}");
        }
        assert_eq!(modifier("Control", 30), Some(29));
        assert_eq!((modifier("Control", 97), modifier("Alt", 56), modifier("a", 29)), (None, None, None));
        assert_eq!(modifier("Alt", 100), Some(56));
    }

    #[test]
    fn what_is_no_key_has_none() {
        for key in ["Dead", "Process", "Unidentified", "", "\u{8}", "LaunchMail"] {
            assert_eq!(keysym(key), None, "{key:?}");
        }
        for place in ["", "KeyÄ", "PowerOff", "BrowserHome"] {
            assert_eq!(code(place, "x"), None, "{place:?}");
        }
    }

    #[test]
    fn no_place_and_no_name_stands_twice() {
        for table in [CODES, SYMBOLS] {
            let mut names: Vec<_> = table.iter().map(|(name, _)| name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), table.len());
        }
    }
}
