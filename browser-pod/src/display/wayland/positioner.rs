//! `xdg_positioner`: where a popup goes so that it stays on the screen.

use std::sync::{Mutex, PoisonError};

use wayland_protocols::xdg::shell::server::xdg_positioner::{
    self, Anchor, ConstraintAdjustment, Gravity, XdgPositioner,
};
use wayland_server::backend::ClientId;
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, Resource, WEnum};

use super::state::State;
use crate::display::area::Area;

/// What a client asks of a popup's place. Sides are -1 (left, top), 0 (middle) or 1 (right, bottom).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rules {
    size: (i32, i32),
    /// Relative to the parent's window geometry.
    anchor_area: Option<Area>,
    anchor: (i32, i32),
    gravity: (i32, i32),
    offset: (i32, i32),
    adjust: ConstraintAdjustment,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            size: (0, 0),
            anchor_area: None,
            anchor: (0, 0),
            gravity: (0, 0),
            offset: (0, 0),
            adjust: ConstraintAdjustment::None,
        }
    }
}

/// One direction of the rules and how it may be mended.
#[derive(Clone, Copy)]
struct Axis {
    length: i32,
    start: i32,
    extent: i32,
    anchor: i32,
    gravity: i32,
    offset: i32,
    flip: bool,
    slide: bool,
    resize: bool,
}

impl Axis {
    fn natural(&self) -> i32 {
        let anchor = match self.anchor {
            -1 => self.start,
            1 => self.start.saturating_add(self.extent),
            _ => self.start.saturating_add(self.extent / 2),
        };
        let place = match self.gravity {
            -1 => anchor.saturating_sub(self.length),
            1 => anchor,
            _ => anchor.saturating_sub(self.length / 2),
        };
        place.saturating_add(self.offset)
    }

    /// Start and length between `low` and `high`, as far as the rules allow mending.
    fn solve(self, low: i32, high: i32) -> (i32, i32) {
        let fits = |at: i32| at >= low && at.saturating_add(self.length) <= high;
        let at = self.natural();
        if fits(at) {
            return (at, self.length);
        }
        if self.flip {
            let offset = self.offset.saturating_neg();
            let flipped = Axis { anchor: -self.anchor, gravity: -self.gravity, offset, ..self }.natural();
            if fits(flipped) {
                return (flipped, self.length);
            }
        }
        let mut at = at;
        if self.slide {
            let last = high.saturating_sub(self.length);
            at = if self.gravity < 0 { at.max(low).min(last) } else { at.min(last).max(low) };
        }
        if self.resize && !fits(at) {
            let (start, end) = (at.max(low), at.saturating_add(self.length).min(high));
            if end > start {
                return (start, end - start);
            }
        }
        (at, self.length)
    }
}

impl Rules {
    /// Whether the client said what must be said.
    pub(super) fn complete(&self) -> bool {
        self.size.0 > 0 && self.size.1 > 0 && self.anchor_area.is_some()
    }

    /// The popup's geometry relative to the parent's, kept inside `bounds` (also relative to it) as far as allowed.
    pub(super) fn place(&self, bounds: Area) -> Area {
        let anchor = self.anchor_area.unwrap_or_default();
        let may = |adjustment| self.adjust.contains(adjustment);
        let (x, w) = Axis {
            length: self.size.0,
            start: anchor.x,
            extent: anchor.w,
            anchor: self.anchor.0,
            gravity: self.gravity.0,
            offset: self.offset.0,
            flip: may(ConstraintAdjustment::FlipX),
            slide: may(ConstraintAdjustment::SlideX),
            resize: may(ConstraintAdjustment::ResizeX),
        }
        .solve(bounds.x, bounds.right());
        let (y, h) = Axis {
            length: self.size.1,
            start: anchor.y,
            extent: anchor.h,
            anchor: self.anchor.1,
            gravity: self.gravity.1,
            offset: self.offset.1,
            flip: may(ConstraintAdjustment::FlipY),
            slide: may(ConstraintAdjustment::SlideY),
            resize: may(ConstraintAdjustment::ResizeY),
        }
        .solve(bounds.y, bounds.bottom());
        Area::new(x, y, w, h)
    }
}

fn anchor_sides(anchor: Anchor) -> (i32, i32) {
    match anchor {
        Anchor::Top => (0, -1),
        Anchor::Bottom => (0, 1),
        Anchor::Left => (-1, 0),
        Anchor::Right => (1, 0),
        Anchor::TopLeft => (-1, -1),
        Anchor::BottomLeft => (-1, 1),
        Anchor::TopRight => (1, -1),
        Anchor::BottomRight => (1, 1),
        _ => (0, 0),
    }
}

fn gravity_sides(gravity: Gravity) -> (i32, i32) {
    match gravity {
        Gravity::Top => (0, -1),
        Gravity::Bottom => (0, 1),
        Gravity::Left => (-1, 0),
        Gravity::Right => (1, 0),
        Gravity::TopLeft => (-1, -1),
        Gravity::BottomLeft => (-1, 1),
        Gravity::TopRight => (1, -1),
        Gravity::BottomRight => (1, 1),
        _ => (0, 0),
    }
}

impl Dispatch<XdgPositioner, Mutex<Rules>> for State {
    fn request(
        _: &mut State,
        _: &Client,
        resource: &XdgPositioner,
        request: xdg_positioner::Request,
        rules: &Mutex<Rules>,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        let mut rules = rules.lock().unwrap_or_else(PoisonError::into_inner);
        let refuse = |why: &str| resource.post_error(xdg_positioner::Error::InvalidInput, why);
        match request {
            xdg_positioner::Request::SetSize { width, height } => {
                if width <= 0 || height <= 0 {
                    return refuse("size is not positive");
                }
                let size = Area::new(0, 0, width, height);
                rules.size = (size.w, size.h);
            }
            xdg_positioner::Request::SetAnchorRect { x, y, width, height } => {
                if width < 0 || height < 0 {
                    return refuse("anchor is negative");
                }
                rules.anchor_area = Some(Area::new(x, y, width, height));
            }
            xdg_positioner::Request::SetAnchor { anchor } => match anchor {
                WEnum::Value(anchor) => rules.anchor = anchor_sides(anchor),
                WEnum::Unknown(_) => refuse("anchor is unknown"),
            },
            xdg_positioner::Request::SetGravity { gravity } => match gravity {
                WEnum::Value(gravity) => rules.gravity = gravity_sides(gravity),
                WEnum::Unknown(_) => refuse("gravity is unknown"),
            },
            xdg_positioner::Request::SetConstraintAdjustment { constraint_adjustment } => match constraint_adjustment {
                WEnum::Value(adjust) => rules.adjust = adjust,
                WEnum::Unknown(_) => refuse("constraint adjustment is unknown"),
            },
            xdg_positioner::Request::SetOffset { x, y } => rules.offset = (x, y),
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &XdgPositioner, _: &Mutex<Rules>) {
        state.counts.positioners = state.counts.positioners.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SCREEN: Area = Area { x: 0, y: 0, w: 1280, h: 720 };

    fn below(anchor: Area, size: (i32, i32), adjust: ConstraintAdjustment) -> Rules {
        Rules { size, anchor_area: Some(anchor), anchor: (-1, 1), gravity: (1, 1), offset: (0, 0), adjust }
    }

    #[test]
    fn a_list_opens_below_its_field() {
        let rules = below(Area::new(100, 100, 80, 20), (80, 200), ConstraintAdjustment::FlipY);
        assert_eq!(rules.place(SCREEN), Area::new(100, 120, 80, 200));
    }

    #[test]
    fn a_list_at_the_bottom_flips_above() {
        let rules = below(Area::new(100, 680, 80, 20), (80, 200), ConstraintAdjustment::FlipY);
        assert_eq!(rules.place(SCREEN), Area::new(100, 480, 80, 200));
    }

    #[test]
    fn what_cannot_flip_slides() {
        let rules = below(Area::new(1250, 10, 20, 20), (80, 20), ConstraintAdjustment::SlideX);
        assert_eq!(rules.place(SCREEN), Area::new(1200, 30, 80, 20));
    }

    #[test]
    fn what_cannot_slide_shrinks() {
        let rules = below(Area::new(0, 600, 20, 20), (80, 200), ConstraintAdjustment::ResizeY);
        assert_eq!(rules.place(SCREEN), Area::new(0, 620, 80, 100));
    }

    #[test]
    fn without_leave_it_stays() {
        let rules = below(Area::new(1250, 700, 20, 20), (80, 200), ConstraintAdjustment::None);
        assert_eq!(rules.place(SCREEN), Area::new(1250, 720, 80, 200));
    }

    #[test]
    fn a_list_higher_than_the_screen_begins_at_the_top_and_shrinks() {
        let adjust = ConstraintAdjustment::FlipY | ConstraintAdjustment::SlideY | ConstraintAdjustment::ResizeY;
        let rules = below(Area::new(100, 300, 80, 20), (80, 900), adjust);
        assert_eq!(rules.place(SCREEN), Area::new(100, 0, 80, 720));
    }

    proptest! {
        #[test]
        fn a_popup_that_may_slide_is_on_the_screen(
            x in any::<i32>(), y in any::<i32>(), w in 0..=i32::MAX, h in 0..=i32::MAX, size in (1..1280i32, 1..720i32),
            sides in (-1..=1i32, -1..=1i32, -1..=1i32, -1..=1i32), offset in any::<(i32, i32)>(), bits in 0..64u32,
        ) {
            let adjust = ConstraintAdjustment::from_bits_truncate(bits);
            let anchor_area = Some(Area::new(x, y, w, h));
            let (anchor, gravity) = ((sides.0, sides.1), (sides.2, sides.3));
            let placed = Rules { size, anchor_area, anchor, gravity, offset, adjust }.place(SCREEN);
            if adjust.contains(ConstraintAdjustment::SlideX) {
                prop_assert!(placed.x >= 0 && placed.right() <= 1280);
            }
            if adjust.contains(ConstraintAdjustment::SlideY) {
                prop_assert!(placed.y >= 0 && placed.bottom() <= 720);
            }
        }
    }
}
