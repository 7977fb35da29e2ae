//! One panel: its axes, its layers, and the labels on it.

use super::RenderError;
use super::canvas::{Canvas, Stand};
use super::layout::Label;
use super::legend::{Entry, LEGEND_LEFT};
use super::line;
use crate::axis::Ruler;
use crate::drawing::{Ink, Layer, Panel, Span};
use crate::font::text_width;
use crate::style::{self, DARK, GRID, LEFT, LINE, POINT, RULE, Rgb, SPREAD, TEXT};
use plotters::prelude::DrawingBackend;

/// Where everything of one panel stands.
pub(super) struct Frame<'a> {
    pub(super) panel: &'a Panel,
    pub(super) x: Ruler,
    pub(super) y: Ruler,
    pub(super) title_at: f64,
    /// Entries that no panel above has shown.
    pub(super) legend: Vec<Entry>,
    /// Boundary labels that no panel above has shown.
    pub(super) labels: Vec<Label>,
    pub(super) top: f64,
    /// Height of the plotting area.
    pub(super) tall: f64,
    /// The right edge of the plotting area.
    pub(super) right: f64,
    /// Whether ticks and label of the x axis stand below this panel, or below one under it.
    pub(super) x_axis: bool,
}

impl Frame<'_> {
    pub(super) fn bottom(&self) -> f64 {
        self.top + self.tall
    }

    /// The point of a place in the unit square.
    fn spot(&self, x: f64, y: f64) -> [f64; 2] {
        [LEFT + x * (self.right - LEFT), self.bottom() - y * self.tall]
    }

    fn px(&self, x: f64) -> Option<f64> {
        self.x.place(x).map(|place| self.spot(place, 0.0)[0])
    }

    fn py(&self, y: f64) -> Option<f64> {
        self.y.place(y).map(|place| self.spot(0.0, place)[1])
    }

    pub(super) fn at(&self, x: f64, y: f64) -> Option<[f64; 2]> {
        Some([self.px(x)?, self.py(y)?])
    }

    pub(super) fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) -> Result<(), RenderError> {
        canvas.text(&self.panel.title, [LEGEND_LEFT, self.title_at], style::TITLE, true, Stand::Start)?;
        self.draw_axes(canvas)?;
        self.draw_maps(canvas)?;
        for layer in &self.panel.layers {
            self.draw_rule(canvas, layer)?;
        }
        for layer in &self.panel.layers {
            self.draw_layer(canvas, layer)?;
        }
        self.draw_discs(canvas)?;
        self.draw_labels(canvas)?;
        self.legend.iter().try_for_each(|entry| entry.draw(canvas))
    }

    fn draw_axes<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) -> Result<(), RenderError> {
        let (right, bottom) = (self.right, self.bottom());
        let mut last = f64::NEG_INFINITY;
        for tick in self.x.ticks(8) {
            let x = LEFT + tick.place * (right - LEFT);
            let long = if tick.label.is_some() { 7.0 } else { 4.0 };
            if tick.label.is_some() {
                canvas.line([x, self.top], [x, bottom], GRID, 1.0)?;
            }
            canvas.line([x, bottom], [x, bottom + long], DARK, 1.0)?;
            if let (Some(label), true) = (&tick.label, self.x_axis) {
                let half = text_width(label, TEXT) / 2.0;
                // Where two labels would touch, the later one stays away.
                if x - half > last + 6.0 {
                    canvas.text(label, [x, bottom + 20.0], TEXT, false, Stand::Middle)?;
                    last = x + half;
                }
            }
        }
        for tick in self.y.ticks(5) {
            let y = bottom - tick.place * self.tall;
            let long = if tick.label.is_some() { 7.0 } else { 4.0 };
            if let Some(label) = &tick.label {
                canvas.line([LEFT, y], [right, y], GRID, 1.0)?;
                canvas.text(label, [LEFT - 11.0, y], TEXT, false, Stand::End)?;
            }
            canvas.line([LEFT - long, y], [LEFT, y], DARK, 1.0)?;
        }
        canvas.line([LEFT, self.top], [LEFT, bottom], DARK, 1.25)?;
        canvas.line([LEFT, bottom], [right, bottom], DARK, 1.25)?;
        let middle = self.top + self.tall / 2.0;
        canvas.text(&self.panel.y.label, [18.0, middle], TEXT, false, Stand::Upwards)?;
        if self.x_axis {
            let middle = (LEFT + right) / 2.0;
            canvas.text(&self.panel.x.label, [middle, bottom + 20.0 + LINE], TEXT, false, Stand::Middle)?;
        }
        Ok(())
    }

    /// Lines across the panel, below everything else.
    fn draw_rule<B: DrawingBackend>(&self, canvas: &mut Canvas<B>, layer: &Layer) -> Result<(), RenderError> {
        match layer {
            Layer::Vertical { x, .. } if self.x.shows(*x) => {
                let Some(x) = self.px(*x) else { return Ok(()) };
                canvas.dashes(&[[x, self.top], [x, self.bottom()]], style::dash(Ink::Black), RULE, 1.5)
            }
            Layer::Horizontal { y, .. } if self.y.shows(*y) => {
                let Some(y) = self.py(*y) else { return Ok(()) };
                canvas.line([LEFT, y], [self.right, y], RULE, 1.25)
            }
            _ => Ok(()),
        }
    }

    fn draw_layer<B: DrawingBackend>(&self, canvas: &mut Canvas<B>, layer: &Layer) -> Result<(), RenderError> {
        match layer {
            Layer::Points { ink, at, .. } => {
                let (spread, replicas) = (self.spread(), self.replicas());
                for mark in at {
                    if let Some([x, y]) = self.at(mark.x, mark.y) {
                        let aside = (mark.replica as f64 + 0.5) / replicas * 2.0 - 1.0;
                        canvas.disc([x + spread * aside, y], POINT, style::rgb(*ink), 0.72)?;
                    }
                }
                Ok(())
            }
            Layer::Line { ink, derived, at, .. } => self.draw_line(canvas, *ink, *derived, at),
            Layer::Bars { ink, at, .. } => {
                // Beside the points of the same x, not over them.
                let aside = if self.has_points() { self.spread() + 4.0 } else { 0.0 };
                for span in at {
                    if let Some([x, y]) = self.at(span.x, span.y) {
                        let end = |end: f64| (self.py(end).unwrap_or(y), self.y.shows(end));
                        bar(canvas, [x - aside, y], [end(span.low), end(span.high)], style::rgb(*ink))?;
                    }
                }
                Ok(())
            }
            Layer::Band { ink, at, .. } => {
                let edge = |end: fn(&Span) -> f64| {
                    at.iter().filter_map(move |span| self.at(span.x, end(span))).collect::<Vec<_>>()
                };
                let (mut outline, upper) = (edge(|span| span.low), edge(|span| span.high));
                outline.extend(upper.into_iter().rev());
                if outline.len() < 4 {
                    return Ok(());
                }
                canvas.area(&outline, style::rgb(*ink), 0.2)?;
                let middle: Vec<[f64; 2]> = at.iter().filter_map(|span| self.at(span.x, span.y)).collect();
                canvas.path(&middle, style::rgb(*ink), 2.0)
            }
            Layer::Note { name, x, y } => match self.at(*x, *y) {
                Some(at) => canvas.text(name, at, TEXT, false, Stand::Middle),
                None => Ok(()),
            },
            Layer::Cells { .. } | Layer::Vertical { .. } | Layer::Horizontal { .. } => Ok(()),
        }
    }

    /// A line as far as it lies on the panel; over a map it has a light rim, so that it can be seen on any colour.
    fn draw_line<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        ink: Ink,
        derived: bool,
        at: &[[f64; 2]],
    ) -> Result<(), RenderError> {
        let rim = self.panel.has_map();
        for piece in line::visible(&self.x, &self.y, at) {
            let points: Vec<[f64; 2]> = piece.into_iter().map(|[x, y]| self.spot(x, y)).collect();
            if rim {
                canvas.path(&points, (255, 255, 255), 4.5)?;
            }
            match derived {
                false => canvas.path(&points, style::rgb(ink), 2.0)?,
                true => canvas.dashes(&points, style::dash(ink), style::rgb(ink), 2.0)?,
            }
        }
        Ok(())
    }

    fn draw_labels<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) -> Result<(), RenderError> {
        for label in &self.labels {
            canvas.line([label.x, label.y - 9.0], [label.x, self.top], RULE, 1.0)?;
        }
        for label in &self.labels {
            let width = text_width(&label.text, TEXT);
            let (from, x) = match label.stand {
                Stand::End => (label.x - 8.0 - width, label.x - 8.0),
                _ => (label.x + 8.0, label.x + 8.0),
            };
            let half = LINE / 2.0 - 2.0;
            canvas.rect([from - 2.0, label.y - half], [from + width + 2.0, label.y + half], (255, 255, 255))?;
            canvas.text(&label.text, [x, label.y], TEXT, false, label.stand)?;
        }
        let mut sides: Vec<(f64, &str)> = Vec::new();
        for layer in &self.panel.layers {
            if let Layer::Horizontal { name, y } = layer
                && let (Some(at), true) = (self.py(*y), self.y.shows(*y))
            {
                sides.push((at, name));
            }
        }
        sides.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut last = f64::NEG_INFINITY;
        for (y, name) in sides {
            last = y.max(last + 20.0);
            canvas.text(name, [self.right + 8.0, last], TEXT, false, Stand::Start)?;
        }
        Ok(())
    }

    /// How far to either side points of one x are spread: never into the points of the next x.
    fn spread(&self) -> f64 {
        let mut places: Vec<f64> = self.panel.xs().filter_map(|x| self.px(x)).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        let gap = places.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        (0.28 * gap).min(SPREAD)
    }

    fn has_points(&self) -> bool {
        self.panel.layers.iter().any(|layer| matches!(layer, Layer::Points { .. }))
    }

    fn replicas(&self) -> f64 {
        let marks = self.panel.layers.iter().flat_map(|layer| match layer {
            Layer::Points { at, .. } => at.as_slice(),
            _ => &[],
        });
        marks.map(|mark| mark.replica + 1).max().unwrap_or(1) as f64
    }
}

/// An interval bar with its value as a ring; each end says whether it has a cap.
pub(super) fn bar<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    [x, y]: [f64; 2],
    ends: [(f64, bool); 2],
    color: Rgb,
) -> Result<(), RenderError> {
    canvas.line([x, ends[0].0], [x, ends[1].0], color, 1.75)?;
    for (end, _) in ends.into_iter().filter(|(_, capped)| *capped) {
        canvas.line([x - 4.0, end], [x + 4.0, end], color, 1.75)?;
    }
    canvas.disc([x, y], 4.5, color, 1.0)?;
    canvas.disc([x, y], 2.75, (255, 255, 255), 1.0)
}
