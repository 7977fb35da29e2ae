//! Maps: cells of colour that reach halfway to their neighbours, marks on cells that need a word of caution, and the
//! colour bar.

use super::RenderError;
use super::canvas::{Canvas, FINE, Stand};
use super::frame::Frame;
use crate::axis::{Axis, Ruler, Scale};
use crate::drawing::{Layer, Tile, centres};
use crate::ramp;
use crate::style::{DARK, RULE, TEXT, WIDTH};
use plotters::prelude::DrawingBackend;

/// Words of the legend for a disc in a cell.
pub(super) const UNSETTLED: &str = "replicas that did not converge (full disc: all)";
/// Words of the legend for a cell that is crossed out.
pub(super) const EMPTY: &str = "no value";
/// Radius of the disc of a cell none of whose replicas converged, if the cells are large enough.
pub(super) const LARGEST_DISC: f64 = 6.5;

/// Gap between a panel and its colour bar.
const GAP: f64 = 16.0;
/// Width of the colour bar.
const BAR: f64 = 16.0;

/// The two edges of the cell around a centre.
fn around(scale: Scale, centres: &[f64], centre: f64) -> Option<[f64; 2]> {
    let at = centres.iter().position(|other| *other == centre)?;
    let edges = scale.edges(centres);
    Some([edges[at], edges[at + 1]])
}

impl Frame<'_> {
    /// The cells of every map of the panel, and the colour bar.
    pub(super) fn draw_maps<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) -> Result<(), RenderError> {
        for layer in &self.panel.layers {
            let Layer::Cells { shade, at, .. } = layer else { continue };
            let shades = Ruler::fit(shade, at.iter().map(|tile| tile.value));
            for (tile, [from, to]) in self.cells(at) {
                match shades.place(tile.value).filter(|_| tile.value.is_finite()) {
                    // One device unit over the edge, so that no viewer shows the seam between two cells.
                    Some(place) => {
                        let to = [(to[0] + 1.0 / FINE).min(self.right), (to[1] + 1.0 / FINE).min(self.bottom())];
                        canvas.rect(from, to, ramp::color(place))?;
                    }
                    None => empty(canvas, from, to)?,
                }
            }
            self.draw_bar(canvas, shade, &shades)?;
        }
        Ok(())
    }

    /// The discs of every map of the panel, over its lines.
    pub(super) fn draw_discs<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) -> Result<(), RenderError> {
        for layer in &self.panel.layers {
            let Layer::Cells { at, .. } = layer else { continue };
            let cells = self.cells(at);
            let sides = cells.iter().flat_map(|(_, [from, to])| [to[0] - from[0], to[1] - from[1]]);
            let largest = sides.map(|side| 0.4 * side).fold(LARGEST_DISC, f64::min);
            for (tile, [from, to]) in cells {
                if tile.value.is_finite() && tile.unsettled() > 0.0 {
                    let middle = [0.5 * (from[0] + to[0]), 0.5 * (from[1] + to[1])];
                    unsettled(canvas, middle, largest * tile.unsettled().sqrt())?;
                }
            }
        }
        Ok(())
    }

    /// Each cell with its upper left and lower right corner.
    fn cells<'t>(&self, at: &'t [Tile]) -> Vec<(&'t Tile, [[f64; 2]; 2])> {
        let (xs, ys) = (centres(at, |tile| tile.x), centres(at, |tile| tile.y));
        let corners = |tile: &Tile| {
            let x = around(self.panel.x.scale, &xs, tile.x)?;
            let y = around(self.panel.y.scale, &ys, tile.y)?;
            let (a, b) = (self.at(x[0], y[0])?, self.at(x[1], y[1])?);
            Some([[a[0].min(b[0]), a[1].min(b[1])], [a[0].max(b[0]), a[1].max(b[1])]])
        };
        at.iter().filter_map(|tile| Some((tile, corners(tile)?))).collect()
    }

    /// The colour bar to the right of the panel.
    fn draw_bar<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        shade: &Axis,
        shades: &Ruler,
    ) -> Result<(), RenderError> {
        const SLICES: u32 = 125;
        let (left, right) = (self.right + GAP, self.right + GAP + BAR);
        for slice in 0..SLICES {
            let up = |k: u32| self.bottom() - self.tall * f64::from(k) / f64::from(SLICES);
            let color = ramp::color((f64::from(slice) + 0.5) / f64::from(SLICES));
            canvas.rect([left, up(slice + 1)], [right, up(slice)], color)?;
        }
        for tick in shades.ticks(5) {
            let y = self.bottom() - tick.place * self.tall;
            let long = if tick.label.is_some() { 5.0 } else { 3.0 };
            canvas.line([right, y], [right + long, y], DARK, 1.0)?;
            if let Some(label) = &tick.label {
                canvas.text(label, [right + 8.0, y], TEXT, false, Stand::Start)?;
            }
        }
        let middle = self.top + self.tall / 2.0;
        canvas.text(&shade.label, [WIDTH - 14.0, middle], TEXT, false, Stand::Upwards)
    }
}

/// A disc that can be seen on any colour.
pub(super) fn unsettled<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    at: [f64; 2],
    radius: f64,
) -> Result<(), RenderError> {
    canvas.disc(at, radius + 1.25, (255, 255, 255), 1.0)?;
    canvas.disc(at, radius, DARK, 1.0)
}

/// A cell without a value, crossed out.
pub(super) fn empty<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    from: [f64; 2],
    to: [f64; 2],
) -> Result<(), RenderError> {
    canvas.rect(from, to, (255, 255, 255))?;
    canvas.line(from, to, RULE, 1.0)?;
    canvas.line([from[0], to[1]], [to[0], from[1]], RULE, 1.0)
}
