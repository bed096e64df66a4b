//! The newest picture and what changed when, so that each taker copies only what is new to it.

use std::collections::VecDeque;

use super::area::Area;
use super::damage::Damage;
use super::{Frame, Rect};

/// Changes remembered. A taker that is further behind copies the whole picture.
const REMEMBERED: usize = 120;

/// The newest picture as I420, limited range BT.709.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    width: usize,
    height: usize,
    luma: Vec<u8>,
    cb: Vec<u8>,
    cr: Vec<u8>,
    generation: u64,
    changes: VecDeque<(u64, Damage)>,
    announced: bool,
}

/// Where a converter writes.
pub(crate) struct Planes<'a> {
    pub(crate) width: usize,
    pub(crate) luma: &'a mut [u8],
    pub(crate) cb: &'a mut [u8],
    pub(crate) cr: &'a mut [u8],
}

impl Latest {
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Begins a black picture of another size (both even).
    pub(crate) fn reset(&mut self, width: usize, height: usize) {
        let quarter = (width / 2) * (height / 2);
        (self.width, self.height) = (width, height);
        self.luma = vec![16; width * height];
        self.cb = vec![128; quarter];
        self.cr = vec![128; quarter];
        self.changes.clear();
    }

    pub(crate) fn planes(&mut self) -> Planes<'_> {
        Planes { width: self.width, luma: &mut self.luma, cb: &mut self.cb, cr: &mut self.cr }
    }

    /// Records what was written (even-aligned, inside) and says whether a taker must be told.
    pub(crate) fn changed(&mut self, damage: Damage) -> bool {
        self.generation += 1;
        self.changes.push_back((self.generation, damage));
        if self.changes.len() > REMEMBERED {
            self.changes.pop_front();
        }
        !std::mem::replace(&mut self.announced, true)
    }

    /// As [`super::Display::take_frame`].
    pub(crate) fn take(&mut self, frame: &mut Frame) -> bool {
        self.announced = false;
        if self.generation == 0 || frame.generation == self.generation {
            frame.damage.clear();
            return false;
        }
        let known = frame.generation;
        let remembered = self.changes.front().is_some_and(|(first, _)| *first <= known + 1);
        if (frame.width as usize, frame.height as usize) != self.size() || known == 0 || !remembered {
            self.copy_whole(frame);
        } else {
            self.copy_since(known, frame);
        }
        frame.generation = self.generation;
        true
    }

    fn copy_whole(&self, frame: &mut Frame) {
        frame.luma.clone_from(&self.luma);
        frame.cb.clone_from(&self.cb);
        frame.cr.clone_from(&self.cr);
        (frame.width, frame.height) = (side(self.width), side(self.height));
        frame.damage.clear();
        frame.damage.push(Rect { x: 0, y: 0, width: frame.width, height: frame.height });
    }

    fn copy_since(&self, known: u64, frame: &mut Frame) {
        let mut damage = Damage::default();
        for (_, change) in self.changes.iter().filter(|(generation, _)| *generation > known) {
            damage.add_all(change);
        }
        frame.damage.clear();
        for area in damage.areas() {
            copy_area(&self.luma, &mut frame.luma, self.width, *area, 1);
            copy_area(&self.cb, &mut frame.cb, self.width / 2, *area, 2);
            copy_area(&self.cr, &mut frame.cr, self.width / 2, *area, 2);
            frame.damage.extend(area.to_rect());
        }
    }
}

fn side(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(0)
}

/// Copies `area` (luma pixels) of a plane that is `part` times smaller. A frame with planes too short is left as it is.
fn copy_area(from: &[u8], to: &mut [u8], stride: usize, area: Area, part: i32) {
    let at = |v: i32| usize::try_from(v / part).unwrap_or(0);
    for row in at(area.y)..at(area.bottom()) {
        let span = row * stride + at(area.x)..row * stride + at(area.right());
        if let (Some(from), Some(to)) = (from.get(span.clone()), to.get_mut(span)) {
            to.copy_from_slice(from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paint(latest: &mut Latest, area: Area, value: u8) {
        let width = latest.width;
        let planes = latest.planes();
        for y in area.y as usize..area.bottom() as usize {
            planes.luma[y * width + area.x as usize..y * width + area.right() as usize].fill(value);
        }
        let mut damage = Damage::default();
        damage.add(area);
        latest.changed(damage);
    }

    #[test]
    fn each_taker_gets_what_is_new_to_it() {
        let mut latest = Latest::default();
        let (mut a, mut b) = (Frame::default(), Frame::default());
        assert!(!latest.take(&mut a));
        latest.reset(400, 200);
        paint(&mut latest, Area::new(0, 0, 400, 200), 1);
        assert!(latest.take(&mut a));
        assert_eq!(a.damage, [Rect { x: 0, y: 0, width: 400, height: 200 }]);
        assert!(!latest.take(&mut a));
        paint(&mut latest, Area::new(2, 2, 4, 4), 7);
        assert!(latest.take(&mut a));
        assert_eq!(a.damage, [Rect { x: 2, y: 2, width: 4, height: 4 }]);
        assert!(latest.take(&mut b));
        assert_eq!(b.damage.len(), 1);
        assert_eq!(a.luma, b.luma);
        paint(&mut latest, Area::new(300, 100, 4, 4), 9);
        paint(&mut latest, Area::new(0, 20, 4, 4), 8);
        assert!(latest.take(&mut b));
        assert_eq!(b.damage.len(), 2);
        assert_eq!(b.luma, latest.luma);
    }

    #[test]
    fn a_new_size_or_a_long_absence_copies_all() {
        let mut latest = Latest::default();
        let mut frame = Frame::default();
        latest.reset(8, 8);
        paint(&mut latest, Area::new(0, 0, 8, 8), 1);
        latest.take(&mut frame);
        latest.reset(16, 8);
        paint(&mut latest, Area::new(0, 0, 2, 2), 1);
        assert!(latest.take(&mut frame));
        assert_eq!((frame.width, frame.luma.len(), frame.damage[0].width), (16, 128, 16));
        for value in 0..200 {
            paint(&mut latest, Area::new(4, 4, 2, 2), value);
        }
        assert!(latest.take(&mut frame));
        assert_eq!(frame.damage[0].width, 16);
    }
}
