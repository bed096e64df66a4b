//! From layers to the newest picture: only what changed is painted and converted to I420.

use std::collections::BTreeMap;
use std::sync::Arc;

use dcv_color_primitives::{ColorSpace, ErrorKind, ImageFormat, PixelFormat, convert_image};

use super::buffer::Pixels;
use super::screen::Layer;
use super::state::State;
use super::surface::Surface;
use crate::display::FORMAT;
use crate::display::area::Area;
use crate::display::damage::Damage;
use crate::display::latest::{Latest, Planes};

impl State {
    /// Brings the picture up to date, if anything may look different.
    pub(super) fn compose(&mut self) {
        if !self.screen.changed || !self.follow_size() {
            return;
        }
        self.screen.changed = false;
        let mut layers = self.layers();
        self.add_drag_icon(&mut layers);
        let scale = self.screen.shown_scale();
        let whole = self.screen.shown_area().scaled(scale);
        let mut damage = self.collect_damage(&layers, scale);
        let latest_size = self.latest().size();
        let straight = self.straight(&layers, whole).cloned();
        let (width, height) = (length(whole.w), length(whole.h));
        if latest_size != (width, height) || (self.screen.direct && straight.is_none()) {
            damage.add(whole);
        }
        self.screen.layers.clone_from(&layers);
        let damage = damage.even_within(whole.w, whole.h);
        if damage.is_empty() || layers.is_empty() {
            return;
        }
        self.screen.direct = straight.is_some();
        if straight.is_none() {
            let mut canvas = std::mem::take(&mut self.screen.canvas);
            canvas.resize(width * height * 4, 0);
            for area in damage.areas() {
                self.paint(&layers, *area, scale, &mut canvas, width);
            }
            self.screen.canvas = canvas;
        }
        let tell = {
            let mut latest = self.latest();
            if latest.size() != (width, height) {
                latest.reset(width, height);
            }
            let source = match &straight {
                Some(pixels) => (pixels.bytes(), pixels.stride),
                None => (self.screen.canvas.as_slice(), width * 4),
            };
            store(&mut latest, source, damage)
        };
        self.outbox.frame |= tell;
    }

    /// The pixels that are the whole picture as they are, if there are such.
    fn straight(&self, layers: &[Layer], whole: Area) -> Option<&Arc<Pixels>> {
        let layer = layers.iter().rposition(|layer| layer.fills)?;
        let [top] = layers.get(layer..)? else { return None };
        let surface = self.surfaces.get(&top.surface)?;
        let pixels = &surface.attached.as_ref()?.pixels;
        let plain = surface.shown(pixels) == [0.0, 0.0, f64::from(whole.w), f64::from(whole.h)];
        (plain && top.area == self.screen.shown_area() && pixels.width == whole.w && pixels.height == whole.h)
            .then_some(pixels)
    }

    /// What may look different since the last composition, in device pixels.
    fn collect_damage(&mut self, layers: &[Layer], scale: i32) -> Damage {
        let mut damage = Damage::default();
        let before: BTreeMap<_, _> = self.screen.layers.iter().map(|layer| (layer.surface, layer.area)).collect();
        let now: BTreeMap<_, _> = layers.iter().map(|layer| (layer.surface, layer.area)).collect();
        let order = |from: &[Layer], in_both: &BTreeMap<_, Area>| -> Vec<_> {
            from.iter().map(|layer| layer.surface).filter(|id| in_both.contains_key(id)).collect()
        };
        if order(&self.screen.layers, &now) != order(layers, &before) {
            damage.add(self.screen.shown_area().scaled(scale));
        }
        for (id, area) in &before {
            if now.get(id) != Some(area) {
                damage.add(area.scaled(scale));
            }
        }
        for layer in layers {
            let Some(surface) = self.surfaces.get_mut(&layer.surface) else { continue };
            if before.get(&layer.surface) != Some(&layer.area) {
                damage.add(layer.area.scaled(scale));
            }
            let extent = Area::new(0, 0, layer.area.w, layer.area.h);
            for area in surface.damage.areas().iter().filter_map(|area| area.and(extent)) {
                damage.add(area.moved(layer.area.x, layer.area.y).scaled(scale));
            }
            surface.damage.clear();
        }
        damage
    }

    /// Paints all layers over one area of the canvas, beginning with the topmost one that hides those below.
    fn paint(&self, layers: &[Layer], area: Area, scale: i32, canvas: &mut [u8], width: usize) {
        let hides = |layer: &Layer| {
            let solid = self.surfaces.get(&layer.surface).is_some_and(|surface| layer.fills || is_opaque(surface));
            solid && layer.area.scaled(scale).covers(area)
        };
        let first = layers.iter().rposition(hides);
        if first.is_none() {
            for y in area.y..area.bottom() {
                row_of(canvas, width, y, area.x, area.right()).fill(0);
            }
        }
        for layer in layers.iter().skip(first.unwrap_or(0)) {
            let Some(surface) = self.surfaces.get(&layer.surface) else { continue };
            paint_layer(surface, layer, layer.area.scaled(scale), area, canvas, width);
        }
    }
}

fn is_opaque(surface: &Surface) -> bool {
    surface.attached.as_ref().is_some_and(|attached| attached.pixels.opaque)
}

fn length(side: i32) -> usize {
    usize::try_from(side).unwrap_or(0)
}

fn row_of(canvas: &mut [u8], width: usize, y: i32, left: i32, right: i32) -> &mut [u8] {
    let start = length(y) * width;
    canvas.get_mut((start + length(left)) * 4..(start + length(right)) * 4).unwrap_or(&mut [])
}

/// Paints the part of a surface (which lies at `place`) inside `area`.
fn paint_layer(surface: &Surface, layer: &Layer, place: Area, area: Area, canvas: &mut [u8], width: usize) {
    let (Some(attached), Some(part)) = (&surface.attached, place.and(area)) else { return };
    let pixels = &attached.pixels;
    let opaque = layer.fills || pixels.opaque;
    let [sx, sy, sw, sh] = surface.shown(pixels);
    let plain = sx.fract() == 0.0 && sy.fract() == 0.0 && sw == f64::from(place.w) && sh == f64::from(place.h);
    let (fx, fy) = (sw / f64::from(place.w.max(1)), sh / f64::from(place.h.max(1)));
    for y in part.y..part.bottom() {
        let from = pixels.row(nearest(sy, fy, y - place.y));
        let to = row_of(canvas, width, y, part.x, part.right());
        let left = nearest(sx, fx, part.x - place.x);
        if plain {
            let start = length(left) * 4;
            let from = from.get(start..start + to.len()).unwrap_or(&[]);
            paint_row(from, to, opaque);
        } else {
            for (x, pixel) in (part.x..part.right()).zip(to.chunks_exact_mut(4)) {
                let start = length(nearest(sx, fx, x - place.x)) * 4;
                paint_row(from.get(start..start + 4).unwrap_or(&[]), pixel, opaque);
            }
        }
    }
}

/// The pixel of the source that lies under the middle of a pixel of the target.
#[expect(
    clippy::cast_possible_truncation,
    reason = "casts from floats saturate; rows and pixels are looked up checked"
)]
fn nearest(start: f64, step: f64, at: i32) -> i32 {
    (start + (f64::from(at) + 0.5) * step).floor() as i32
}

/// Lays pixels (colour already multiplied by alpha) over others.
fn paint_row(from: &[u8], to: &mut [u8], opaque: bool) {
    if opaque {
        if from.len() == to.len() {
            to.copy_from_slice(from);
        }
        return;
    }
    for (from, to) in from.chunks_exact(4).zip(to.chunks_exact_mut(4)) {
        let rest = 255 - u32::from(from[3]);
        for (from, to) in from.iter().zip(to.iter_mut()) {
            let sum = u32::from(*from) + (u32::from(*to) * rest + 127) / 255;
            *to = u8::try_from(sum).unwrap_or(255);
        }
    }
}

/// Converts the damaged parts of `source` (pixels and bytes per row, of the picture's size) and records them.
fn store(latest: &mut Latest, source: (&[u8], usize), damage: Damage) -> bool {
    for area in damage.areas() {
        if let Err(error) = convert(latest.planes(), source, *area) {
            tracing::warn!(%error, "failed to convert a part of the picture");
        }
    }
    latest.changed(damage)
}

/// Converts one area, and writes nothing around it.
fn convert(planes: Planes<'_>, (pixels, stride): (&[u8], usize), area: Area) -> Result<(), ErrorKind> {
    let (x, y) = (length(area.x), length(area.y));
    let pixels = pixels.get(y * stride + x * 4..).unwrap_or(&[]);
    let corner = y * planes.width + x;
    let quarter = (y / 2) * (planes.width / 2) + x / 2;
    let to = &mut [
        planes.luma.get_mut(corner..).unwrap_or(&mut []),
        planes.cb.get_mut(quarter..).unwrap_or(&mut []),
        planes.cr.get_mut(quarter..).unwrap_or(&mut []),
    ];
    let strides = [planes.width, planes.width / 2, planes.width / 2];
    let number = |v: i32| u32::try_from(v).unwrap_or(0);
    convert_image(number(area.w), number(area.h), &BGRA, Some(&[stride]), &[pixels], &FORMAT, Some(&strides), to)
}

/// What Chrome draws.
const BGRA: ImageFormat = ImageFormat { pixel_format: PixelFormat::Bgra, color_space: ColorSpace::Rgb, num_planes: 1 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_transparent_pixels_mix() {
        let mut to = [0u8, 0, 0, 255, 200, 200, 200, 255];
        paint_row(&[64, 0, 0, 128, 0, 0, 0, 0], &mut to, false);
        assert_eq!(to[..3], [64, 0, 0]);
        assert_eq!(to[4..7], [200, 200, 200]);
        paint_row(&[255, 255, 255, 1], &mut to[..4], false);
        assert_eq!(to[..3], [255, 255, 255]);
    }

    #[test]
    fn only_the_damaged_part_is_converted() {
        let mut latest = Latest::default();
        latest.reset(64, 32);
        let white = vec![255u8; 64 * 32 * 4];
        let mut damage = Damage::default();
        damage.add(Area::new(2, 4, 6, 2));
        assert!(store(&mut latest, (&white, 64 * 4), damage));
        let planes = latest.planes();
        let bright: Vec<usize> = (0..planes.luma.len()).filter(|at| planes.luma[*at] > 230).collect();
        assert_eq!(bright.len(), 12);
        assert_eq!((bright[0], bright[11]), (4 * 64 + 2, 5 * 64 + 7));
        assert_eq!(planes.luma[4 * 64 + 2], 235);
        assert_eq!(planes.cb[2 * 32 + 1], 128);
    }
}
