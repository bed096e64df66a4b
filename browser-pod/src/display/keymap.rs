//! The keyboard that Chrome is told about: a US keyboard whose keys are given other meanings on demand, so that any
//! character of any layout can be typed by a key. Pure; written as the text that xkb reads.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::keysym;

/// Real modifiers of xkb, by their bits.
pub(crate) const SHIFT: u32 = 1;
/// Caps lock.
pub(crate) const LOCK: u32 = 2;
pub(crate) const CONTROL: u32 = 4;
pub(crate) const ALT: u32 = 8;
pub(crate) const SUPER: u32 = 64;
/// AltGr.
pub(crate) const LEVEL3: u32 = 128;

/// Evdev codes plus this are xkb's.
const OFFSET: u32 = 8;
/// Last evdev code that an xkb code of one byte can name.
const LAST_CODE: u32 = 255 - OFFSET;
/// Keys (F13 to F24) that take characters which no key has. Chrome drops codes that it does not know, so they must be known.
const SPARE: std::ops::RangeInclusive<u32> = 183..=194;

/// What a key means plain, with shift, with AltGr, with both. 0 is nothing.
type Levels = [u32; 4];

/// A keyboard layout that changes on demand.
#[derive(Debug)]
pub(crate) struct Keymap {
    keys: BTreeMap<u32, Levels>,
    next_spare: u32,
}

/// How to type a keysym.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stroke {
    /// Evdev code.
    pub(crate) code: u32,
    /// Modifiers that must be on, all of them.
    pub(crate) modifiers: u32,
    /// Clients need the new keymap first.
    pub(crate) remapped: bool,
}

/// The modifier that a keysym is, or 0.
pub(crate) fn modifier_of(keysym: u32) -> u32 {
    match keysym {
        0xffe1 | 0xffe2 => SHIFT,
        0xffe3 | 0xffe4 => CONTROL,
        0xffe7..=0xffea => ALT,
        0xffeb | 0xffec => SUPER,
        keysym::LEVEL3_SHIFT => LEVEL3,
        _ => 0,
    }
}

impl Default for Keymap {
    fn default() -> Keymap {
        let mut keys = BTreeMap::new();
        for (first, plain, shifted) in ROWS {
            for (code, (plain, shifted)) in (*first..).zip(plain.chars().zip(shifted.chars())) {
                keys.insert(code, [keysym::of_char(plain), keysym::of_char(shifted), 0, 0]);
            }
        }
        for (code, keysym) in NAMED {
            keys.insert(*code, [*keysym; 4]);
        }
        // Shift and Tab is a keysym of its own in xkb.
        keys.insert(15, [0xff09, 0xfe20, 0xff09, 0xfe20]);
        for code in SPARE {
            keys.insert(code, [0; 4]);
        }
        Keymap { keys, next_spare: *SPARE.start() }
    }
}

impl Keymap {
    /// What a key means with nothing held, or 0.
    pub(crate) fn plain(&self, code: u32) -> u32 {
        self.keys.get(&code).map_or(0, |levels| levels[0])
    }

    /// How to type `keysym` with the key `code` (0 for none in particular) while the modifiers `held` are on.
    pub(crate) fn stroke(&mut self, code: u32, keysym: u32, held: u32) -> Option<Stroke> {
        if !keysym::is_valid(keysym) {
            return self.keys.contains_key(&code).then_some(Stroke { code, modifiers: held, remapped: false });
        }
        if code == 0 || code > LAST_CODE {
            return Some(self.stroke_anywhere(keysym, held));
        }
        let levels = self.keys.entry(code).or_insert([keysym; 4]);
        let held = if is_third_level(levels, keysym, held) { held & !(CONTROL | ALT) | LEVEL3 } else { held };
        let level = usize::from(held & SHIFT != 0) + 2 * usize::from(held & LEVEL3 != 0);
        if same(levels[level], keysym) {
            return Some(Stroke { code, modifiers: held, remapped: false });
        }
        if is_letter_pair(levels) && level < 2 && levels[1 - level] == keysym {
            return Some(Stroke { code, modifiers: held | LOCK, remapped: false });
        }
        levels[level] = keysym;
        Some(Stroke { code, modifiers: held, remapped: true })
    }

    fn stroke_anywhere(&mut self, keysym: u32, held: u32) -> Stroke {
        let modifiers = held & !(SHIFT | LEVEL3);
        for (code, levels) in &self.keys {
            if levels[0] == keysym {
                return Stroke { code: *code, modifiers, remapped: false };
            }
            if levels[1] == keysym {
                return Stroke { code: *code, modifiers: modifiers | SHIFT, remapped: false };
            }
        }
        let code = self.next_spare;
        self.next_spare = if code == *SPARE.end() { *SPARE.start() } else { code + 1 };
        self.keys.insert(code, [keysym; 4]);
        Stroke { code, modifiers, remapped: true }
    }

    /// The keymap as xkb text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::with_capacity(24 << 10);
        text.push_str("xkb_keymap {\nxkb_keycodes \"cobrowse\" {\nminimum = 8;\nmaximum = 255;\n");
        for code in self.keys.keys() {
            let _ = writeln!(text, "<I{0}> = {0};", code + OFFSET);
        }
        text.push_str(TYPES_AND_COMPATIBILITY);
        text.push_str("xkb_symbols \"cobrowse\" {\n");
        for (code, levels) in &self.keys {
            let kind = if is_letter_pair(levels) { "LETTER" } else { "FOUR" };
            let symbols = levels.map(|keysym| if keysym == 0 { "NoSymbol".to_owned() } else { format!("{keysym:#x}") });
            let _ = writeln!(text, "key <I{}> {{ type = \"{kind}\", [{}] }};", code + OFFSET, symbols.join(", "));
        }
        for (name, modifier) in MODIFIER_NAMES {
            let is_it = |levels: &Levels| modifier_of(levels[0]) == *modifier;
            let keys = self.keys.iter().filter(|(_, levels)| is_it(levels));
            let keys: Vec<String> = keys.map(|(code, _)| format!("<I{}>", code + OFFSET)).collect();
            if !keys.is_empty() {
                let _ = writeln!(text, "modifier_map {name} {{ {} }};", keys.join(", "));
            }
        }
        text.push_str("modifier_map Lock { <I66> };\n};\n};\n");
        text
    }
}

/// Whether modifiers are held to write this character (AltGr, Windows' Ctrl+Alt for it, or Option of a Mac), not for a
/// shortcut. Letters and digits of ASCII that come with them are shortcuts.
fn is_third_level(levels: &Levels, keysym: u32, held: u32) -> bool {
    let written =
        keysym::to_char(keysym).is_some_and(|character| !character.is_ascii_alphanumeric() && character != ' ');
    let first = levels[..2].contains(&keysym);
    held & ALT != 0 && written && !first
}

/// Shift and Tab may be told as either.
fn same(a: u32, b: u32) -> bool {
    let plain = |keysym| if keysym == 0xfe20 { 0xff09 } else { keysym };
    plain(a) == plain(b)
}

fn is_letter_pair(levels: &Levels) -> bool {
    let (Some(small), Some(large)) = (keysym::to_char(levels[0]), keysym::to_char(levels[1])) else { return false };
    small != large && small.to_uppercase().eq([large])
}

/// Rows of the US keyboard: evdev code of the first key, what the keys write, and with shift.
const ROWS: &[(u32, &str, &str)] = &[
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", "ASDFGHJKL:\"~"),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
    (86, "<", ">"),
];

/// Keys that mean the same with every modifier: evdev code and keysym.
const NAMED: &[(u32, u32)] = &[
    (1, 0xff1b),
    (14, 0xff08),
    (28, 0xff0d),
    (29, 0xffe3),
    (42, 0xffe1),
    (54, 0xffe2),
    (55, 0xffaa),
    (56, 0xffe9),
    (58, 0xffe5),
    (59, 0xffbe),
    (60, 0xffbf),
    (61, 0xffc0),
    (62, 0xffc1),
    (63, 0xffc2),
    (64, 0xffc3),
    (65, 0xffc4),
    (66, 0xffc5),
    (67, 0xffc6),
    (68, 0xffc7),
    (69, 0xff7f),
    (70, 0xff14),
    (71, 0xffb7),
    (72, 0xffb8),
    (73, 0xffb9),
    (74, 0xffad),
    (75, 0xffb4),
    (76, 0xffb5),
    (77, 0xffb6),
    (78, 0xffab),
    (79, 0xffb1),
    (80, 0xffb2),
    (81, 0xffb3),
    (82, 0xffb0),
    (83, 0xffae),
    (87, 0xffc8),
    (88, 0xffc9),
    (96, 0xff8d),
    (97, 0xffe4),
    (98, 0xffaf),
    (99, 0xff61),
    (100, 0xfe03),
    (102, 0xff50),
    (103, 0xff52),
    (104, 0xff55),
    (105, 0xff51),
    (106, 0xff53),
    (107, 0xff57),
    (108, 0xff54),
    (109, 0xff56),
    (110, 0xff63),
    (111, 0xffff),
    (119, 0xff13),
    (125, 0xffeb),
    (126, 0xffec),
    (127, 0xff67),
];

const MODIFIER_NAMES: &[(&str, u32)] =
    &[("Shift", SHIFT), ("Control", CONTROL), ("Mod1", ALT), ("Mod4", SUPER), ("Mod5", LEVEL3)];

const TYPES_AND_COMPATIBILITY: &str = r#"};
xkb_types "cobrowse" {
virtual_modifiers Alt, Super, LevelThree;
type "FOUR" {
modifiers = Shift+Mod5;
map[Shift] = Level2;
map[Mod5] = Level3;
map[Shift+Mod5] = Level4;
level_name[Level1] = "Plain";
level_name[Level2] = "Shift";
level_name[Level3] = "AltGr";
level_name[Level4] = "Shift AltGr";
};
type "LETTER" {
modifiers = Shift+Lock+Mod5;
map[Shift] = Level2;
map[Lock] = Level2;
map[Mod5] = Level3;
map[Shift+Mod5] = Level4;
map[Lock+Mod5] = Level4;
map[Shift+Lock+Mod5] = Level3;
level_name[Level1] = "Plain";
level_name[Level2] = "Shift";
level_name[Level3] = "AltGr";
level_name[Level4] = "Shift AltGr";
};
};
xkb_compatibility "cobrowse" {
virtual_modifiers Alt, Super, LevelThree;
interpret Alt_L { virtualModifier = Alt; action = SetMods(modifiers=modMapMods); };
interpret Super_L { virtualModifier = Super; action = SetMods(modifiers=modMapMods); };
interpret ISO_Level3_Shift { virtualModifier = LevelThree; action = SetMods(modifiers=modMapMods); };
interpret Any+Exactly(Lock) { action = LockMods(modifiers=Lock); };
interpret Any+AnyOf(all) { action = SetMods(modifiers=modMapMods); };
};
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY_A: u32 = 30;
    const KEY_E: u32 = 18;
    const KEY_Q: u32 = 16;
    const KEY_2: u32 = 3;

    fn typed(keymap: &mut Keymap, code: u32, character: char, held: u32) -> Stroke {
        keymap.stroke(code, keysym::of_char(character), held).expect("characters can be typed")
    }

    #[test]
    fn a_us_keyboard_needs_no_remapping() {
        let mut keymap = Keymap::default();
        let plain = |code, modifiers| Stroke { code, modifiers, remapped: false };
        assert_eq!(typed(&mut keymap, KEY_A, 'a', 0), plain(KEY_A, 0));
        assert_eq!(typed(&mut keymap, KEY_A, 'A', SHIFT), plain(KEY_A, SHIFT));
        assert_eq!(typed(&mut keymap, KEY_2, '@', SHIFT), plain(KEY_2, SHIFT));
        assert_eq!(typed(&mut keymap, KEY_A, 'a', CONTROL), plain(KEY_A, CONTROL));
        assert_eq!(keymap.stroke(15, 0xff09, SHIFT), Some(plain(15, SHIFT)));
        assert_eq!(keymap.stroke(28, 0xff0d, CONTROL | SHIFT), Some(plain(28, CONTROL | SHIFT)));
    }

    #[test]
    fn caps_lock_needs_no_remapping() {
        let mut keymap = Keymap::default();
        assert_eq!(typed(&mut keymap, KEY_A, 'A', 0), Stroke { code: KEY_A, modifiers: LOCK, remapped: false });
        let both = Stroke { code: KEY_A, modifiers: SHIFT | LOCK, remapped: false };
        assert_eq!(typed(&mut keymap, KEY_A, 'a', SHIFT), both);
    }

    #[test]
    fn another_layout_is_learnt_once() {
        let mut keymap = Keymap::default();
        assert!(typed(&mut keymap, KEY_Q, 'a', 0).remapped);
        assert!(typed(&mut keymap, KEY_2, 'é', 0).remapped);
        assert!(typed(&mut keymap, KEY_2, '2', SHIFT).remapped);
        for _ in 0..2 {
            assert!(!typed(&mut keymap, KEY_Q, 'a', 0).remapped);
            assert!(!typed(&mut keymap, KEY_2, 'é', 0).remapped);
            assert!(!typed(&mut keymap, KEY_2, '2', SHIFT).remapped);
        }
        assert!(keymap.text().contains("key <I11> { type = \"FOUR\", [0xe9, 0x32, NoSymbol, NoSymbol] };"));
    }

    #[test]
    fn alt_gr_in_all_its_forms_writes() {
        for held in [LEVEL3, CONTROL | ALT, ALT] {
            let mut keymap = Keymap::default();
            let stroke = typed(&mut keymap, KEY_E, '€', held);
            assert_eq!(stroke, Stroke { code: KEY_E, modifiers: LEVEL3, remapped: true });
            assert!(!typed(&mut keymap, KEY_E, 'e', 0).remapped);
            assert!(!typed(&mut keymap, KEY_E, '€', held).remapped);
        }
        let shortcut = Stroke { code: KEY_E, modifiers: CONTROL | ALT, remapped: false };
        assert_eq!(typed(&mut Keymap::default(), KEY_E, 'e', CONTROL | ALT), shortcut);
    }

    #[test]
    fn characters_without_a_key_get_one() {
        let mut keymap = Keymap::default();
        assert_eq!(typed(&mut keymap, 0, 'B', 0), Stroke { code: 48, modifiers: SHIFT, remapped: false });
        let first = typed(&mut keymap, 0, '日', SHIFT);
        assert!(first.remapped && SPARE.contains(&first.code) && first.modifiers == 0);
        let again = typed(&mut keymap, 0, '日', 0);
        assert_eq!((again.code, again.remapped), (first.code, false));
        for number in 0..100 {
            let character = char::from_u32(0x4e00 + number).expect("a character");
            assert!(SPARE.contains(&typed(&mut keymap, 9999, character, 0).code));
        }
    }

    #[test]
    fn unknown_meanings_keep_the_key() {
        let mut keymap = Keymap::default();
        assert_eq!(keymap.stroke(KEY_A, 0, 0), Some(Stroke { code: KEY_A, modifiers: 0, remapped: false }));
        assert_eq!(keymap.stroke(240, 0, 0), None);
        assert!(keymap.stroke(240, 0x1008_ff18, 0).is_some());
    }

    proptest! {
        #[test]
        fn a_stroke_types_what_it_must(code in 0..300u32, character in any::<char>(), held in 0..256u32) {
            prop_assume!(!character.is_control());
            let mut keymap = Keymap::default();
            let stroke = typed(&mut keymap, code, character, held & !LOCK);
            let levels = keymap.keys[&stroke.code];
            let shift = stroke.modifiers & SHIFT != 0;
            let shift = shift != (stroke.modifiers & LOCK != 0 && is_letter_pair(&levels));
            let level = usize::from(shift) + 2 * usize::from(stroke.modifiers & LEVEL3 != 0);
            prop_assert_eq!(levels[level], keysym::of_char(character));
            prop_assert!(keymap.text().len() < 32 << 10);
        }
    }
}
