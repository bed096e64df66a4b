//! Chrome's own shortcuts that leave the page: developer tools would show what is masked, file dialogs the pod's disk, other
//! windows have no address check in sight. Nobody gets them, in no combination.

use std::collections::BTreeSet;

use super::keys::{ALT, CONTROL, META, SHIFT};

/// With Control: E, T, W, U, O, P, S, D, H, J, K, L, B, N, F4, and again with Shift.
const WITH_CONTROL: &[u32] = &[18, 20, 17, 22, 24, 25, 31, 32, 35, 36, 37, 38, 48, 49, 62];
/// With Control and Shift also: I, C, Q, M, Delete, A.
const WITH_CONTROL_SHIFT: &[u32] = &[23, 46, 16, 50, 111, 30];
/// With Alt: F4, Home, D, E, F, Space.
const WITH_ALT: &[u32] = &[62, 102, 32, 18, 33, 57];
/// Alone: F1, F3, F6, F7, F10, F11, F12, PrintScreen.
const ALONE: &[u32] = &[59, 61, 64, 65, 68, 87, 88, 99];
const ESCAPE: u32 = 1;
const F10: u32 = 68;

/// Whether pressing `code` while `held` keys are down is Chrome's and not the page's.
pub(super) fn reserved(code: u32, held: &BTreeSet<u32>) -> bool {
    let down = |keys: &[u32]| keys.iter().any(|key| held.contains(key));
    let (control, shift) = (down(&CONTROL), down(&SHIFT));
    // With Shift it asks the page for its menu, as the menu key does.
    let asks_menu = code == F10 && shift && !control && !down(&ALT);
    (ALONE.contains(&code) && !asks_menu)
        || META.contains(&code)
        || (control && WITH_CONTROL.contains(&code))
        || (control && shift && WITH_CONTROL_SHIFT.contains(&code))
        || (down(&ALT) && WITH_ALT.contains(&code))
        || (shift && code == ESCAPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_page_is_reserved_and_editing_is_not() {
        let cases = [
            (88, &[][..], true),
            (23, &[29, 42], true),
            (23, &[97, 54], true),
            (22, &[29], true),
            (24, &[29], true),
            (62, &[56], true),
            (1, &[42], true),
            (125, &[], true),
            (46, &[29], false),
            (47, &[29], false),
            (45, &[29], false),
            (30, &[29], false),
            (44, &[29], false),
            (33, &[29], false),
            (23, &[42], false),
            (1, &[], false),
            (63, &[], false),
            (68, &[], true),
            (68, &[42], false),
            (68, &[29, 42], true),
            (68, &[56, 42], true),
        ];
        for (code, held, wanted) in cases {
            assert_eq!(reserved(code, &held.iter().copied().collect()), wanted, "{code} with {held:?}");
        }
    }
}
