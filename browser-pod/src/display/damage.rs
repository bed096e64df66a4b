//! A short list of changed areas. It never misses a change; when the list would grow long it covers more than changed.

use super::area::Area;

/// Most areas kept apart. Each costs a conversion call and a message entry, so few and larger is better.
const MOST: usize = 16;

/// Pixels that may be covered needlessly to save one area (a 64 x 64 tile).
const SLACK: i64 = 64 * 64;

/// Changed areas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Damage {
    areas: Vec<Area>,
}

impl Damage {
    pub(crate) fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.areas.clear();
    }

    pub(crate) fn areas(&self) -> &[Area] {
        &self.areas
    }

    pub(crate) fn add(&mut self, area: Area) {
        if area.is_empty() || self.areas.iter().any(|known| known.covers(area)) {
            return;
        }
        let mut area = area;
        while let Some(near) = self.areas.iter().position(|known| cheap_to_join(*known, area)) {
            area = area.or(self.areas.swap_remove(near));
        }
        self.areas.push(area);
        if self.areas.len() > MOST {
            let all = self.areas.drain(..).fold(Area::default(), Area::or);
            self.areas.push(all);
        }
    }

    pub(crate) fn add_all(&mut self, other: &Damage) {
        for area in &other.areas {
            self.add(*area);
        }
    }

    /// The same changes on the even grid of a picture, without overlaps that joining can avoid.
    pub(crate) fn even_within(&self, width: i32, height: i32) -> Damage {
        let mut even = Damage::default();
        for area in self.areas.iter().filter_map(|area| area.even_within(width, height)) {
            even.add(area);
        }
        even
    }
}

fn cheap_to_join(a: Area, b: Area) -> bool {
    let shared = a.and(b).map_or(0, Area::pixels);
    a.or(b).pixels() <= a.pixels() + b.pixels() - shared + SLACK
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn far_areas_stay_apart_and_near_ones_join() {
        let mut damage = Damage::default();
        damage.add(Area::new(0, 0, 10, 10));
        damage.add(Area::new(1000, 600, 10, 10));
        assert_eq!(damage.areas().len(), 2);
        damage.add(Area::new(8, 0, 10, 10));
        assert_eq!(damage.areas().len(), 2);
        damage.add(Area::new(0, 0, 2000, 1000));
        assert_eq!(damage.areas(), [Area::new(0, 0, 2000, 1000)]);
    }

    proptest! {
        #[test]
        fn every_changed_pixel_is_covered(areas in prop::collection::vec((0..300i32, 0..300i32, 1..80i32, 1..80i32), 1..60)) {
            let mut damage = Damage::default();
            for (x, y, w, h) in &areas {
                damage.add(Area::new(*x, *y, *w, *h));
            }
            prop_assert!(damage.areas().len() <= MOST);
            for (x, y, w, h) in areas {
                prop_assert!(damage.areas().iter().any(|known| known.covers(Area::new(x, y, w, h))));
            }
        }
    }
}
