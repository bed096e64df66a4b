//! Rectangles that may lie anywhere, as clients name them. No arithmetic here can overflow: sides are kept in a small range.

use super::Rect;

/// Farthest coordinate and longest side that is taken from a client. Far above any screen, far below an overflow.
const FAR: i32 = 1 << 20;

/// A rectangle in whole pixels, perhaps empty, perhaps outside the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Area {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) w: i32,
    pub(crate) h: i32,
}

impl Area {
    /// Takes any four numbers; negative sides make an empty area.
    pub(crate) fn new(x: i32, y: i32, w: i32, h: i32) -> Area {
        Area { x: x.clamp(-FAR, FAR), y: y.clamp(-FAR, FAR), w: w.clamp(0, 2 * FAR), h: h.clamp(0, 2 * FAR) }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.w <= 0 || self.h <= 0
    }

    pub(crate) fn right(self) -> i32 {
        self.x.saturating_add(self.w)
    }

    pub(crate) fn bottom(self) -> i32 {
        self.y.saturating_add(self.h)
    }

    pub(crate) fn pixels(self) -> i64 {
        i64::from(self.w.max(0)) * i64::from(self.h.max(0))
    }

    pub(crate) fn moved(self, dx: i32, dy: i32) -> Area {
        Area::new(self.x.saturating_add(dx), self.y.saturating_add(dy), self.w, self.h)
    }

    pub(crate) fn scaled(self, scale: i32) -> Area {
        let times = |v: i32| v.saturating_mul(scale);
        Area::new(times(self.x), times(self.y), times(self.w), times(self.h))
    }

    /// The part that both have; none if that is empty.
    pub(crate) fn and(self, other: Area) -> Option<Area> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let (right, bottom) = (self.right().min(other.right()), self.bottom().min(other.bottom()));
        (right > x && bottom > y).then(|| Area { x, y, w: right - x, h: bottom - y })
    }

    /// The smallest area around both.
    pub(crate) fn or(self, other: Area) -> Area {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Area::new(x, y, self.right().max(other.right()) - x, self.bottom().max(other.bottom()) - y)
    }

    pub(crate) fn covers(self, other: Area) -> bool {
        self.x <= other.x && self.y <= other.y && self.right() >= other.right() && self.bottom() >= other.bottom()
    }

    pub(crate) fn has_point(self, x: f64, y: f64) -> bool {
        x >= f64::from(self.x) && y >= f64::from(self.y) && x < f64::from(self.right()) && y < f64::from(self.bottom())
    }

    /// Grows to even edges, as pictures with halved colour need, and stays inside `width` by `height` (both even).
    pub(crate) fn even_within(self, width: i32, height: i32) -> Option<Area> {
        let inside = self.and(Area { x: 0, y: 0, w: width, h: height })?;
        let (x, y) = (inside.x & !1, inside.y & !1);
        let (right, bottom) = ((inside.right() + 1) & !1, (inside.bottom() + 1) & !1);
        Some(Area { x, y, w: right.min(width) - x, h: bottom.min(height) - y })
    }

    /// As a rectangle of the picture; none if empty or partly outside on the left or top.
    pub(crate) fn to_rect(self) -> Option<Rect> {
        let whole = |v: i32| u32::try_from(v).ok();
        if self.is_empty() {
            return None;
        }
        Some(Rect { x: whole(self.x)?, y: whole(self.y)?, width: whole(self.w)?, height: whole(self.h)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn even_areas_cover_and_stay_inside() {
        let area = Area::new(3, 5, 4, 1).even_within(100, 50);
        assert_eq!(area, Some(Area { x: 2, y: 4, w: 6, h: 2 }));
        assert_eq!(Area::new(99, 49, 10, 10).even_within(100, 50), Some(Area { x: 98, y: 48, w: 2, h: 2 }));
        assert_eq!(Area::new(100, 0, 1, 1).even_within(100, 50), None);
    }

    proptest! {
        #[test]
        fn nothing_overflows(a in any::<[i32; 4]>(), b in any::<[i32; 4]>(), scale in 1..3) {
            let (a, b) = (Area::new(a[0], a[1], a[2], a[3]), Area::new(b[0], b[1], b[2], b[3]));
            let both = a.or(b);
            if let Some(part) = a.and(b) {
                prop_assert!(a.covers(part) && b.covers(part) && both.covers(part));
            }
            let _ = (a.scaled(scale).moved(b.x, b.y), a.pixels(), b.even_within(1280, 720));
        }
    }
}
