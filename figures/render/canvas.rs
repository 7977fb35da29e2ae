//! A surface in points, over whichever backend writes it.

use super::{RenderError, line};
use crate::font::font;
use crate::style::{DARK, Rgb};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontTransform, RGBAColor, ShapeStyle, TextStyle};

/// Device units per point of a drawing: plotters places things on whole units.
pub(super) const FINE: f64 = 4.0;

/// A surface in points.
pub(super) struct Canvas<B: DrawingBackend> {
    pub(super) backend: B,
    /// What this backend calls the size of a font of one em.
    pub(super) em: f64,
    /// How far down, in em, this backend's text has to move to stand where an SVG viewer puts it.
    pub(super) drop: f64,
}

/// Where a text stands relative to its point.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Stand {
    Start,
    Middle,
    End,
    /// Centred, reading upwards.
    Upwards,
}

impl<B: DrawingBackend> Canvas<B> {
    fn at(&self, [x, y]: [f64; 2]) -> (i32, i32) {
        ((x * FINE).round() as i32, (y * FINE).round() as i32)
    }

    fn ink(color: Rgb, alpha: f64, width: f64) -> ShapeStyle {
        let color = RGBAColor(color.0, color.1, color.2, alpha);
        ShapeStyle { color, filled: true, stroke_width: (width * FINE).round().max(1.0) as u32 }
    }

    pub(super) fn line(&mut self, from: [f64; 2], to: [f64; 2], color: Rgb, width: f64) -> Result<(), RenderError> {
        let (from, to) = (self.at(from), self.at(to));
        self.backend.draw_line(from, to, &Self::ink(color, 1.0, width)).map_err(RenderError::new)
    }

    pub(super) fn path(&mut self, points: &[[f64; 2]], color: Rgb, width: f64) -> Result<(), RenderError> {
        let points: Vec<(i32, i32)> = points.iter().map(|point| self.at(*point)).collect();
        self.backend.draw_path(points, &Self::ink(color, 1.0, width)).map_err(RenderError::new)
    }

    /// A line through points in dashes of `pattern`: lengths drawn and left out, in turn.
    pub(super) fn dashes(
        &mut self,
        points: &[[f64; 2]],
        pattern: &[f64],
        color: Rgb,
        width: f64,
    ) -> Result<(), RenderError> {
        line::dashes(points, pattern).iter().try_for_each(|dash| self.path(dash, color, width))
    }

    pub(super) fn area(&mut self, points: &[[f64; 2]], color: Rgb, alpha: f64) -> Result<(), RenderError> {
        let points: Vec<(i32, i32)> = points.iter().map(|point| self.at(*point)).collect();
        self.backend.fill_polygon(points, &Self::ink(color, alpha, 1.0)).map_err(RenderError::new)
    }

    pub(super) fn rect(&mut self, from: [f64; 2], to: [f64; 2], color: Rgb) -> Result<(), RenderError> {
        let (from, to) = (self.at(from), self.at(to));
        self.backend.draw_rect(from, to, &Self::ink(color, 1.0, 1.0), true).map_err(RenderError::new)
    }

    pub(super) fn disc(&mut self, at: [f64; 2], radius: f64, color: Rgb, alpha: f64) -> Result<(), RenderError> {
        let at = self.at(at);
        let radius = (radius * FINE).round() as u32;
        self.backend.draw_circle(at, radius, &Self::ink(color, alpha, 1.0), true).map_err(RenderError::new)
    }

    pub(super) fn text(
        &mut self,
        text: &str,
        at: [f64; 2],
        size: f64,
        bold: bool,
        stand: Stand,
    ) -> Result<(), RenderError> {
        let h_pos = match stand {
            Stand::Start => HPos::Left,
            Stand::End => HPos::Right,
            Stand::Middle | Stand::Upwards => HPos::Center,
        };
        let drop = self.drop * size;
        let (turn, at) = match stand {
            Stand::Upwards => (FontTransform::Rotate270, [at[0] + drop, at[1]]),
            _ => (FontTransform::None, [at[0], at[1] + drop]),
        };
        let color = RGBAColor(DARK.0, DARK.1, DARK.2, 1.0);
        let style = TextStyle::from(font(size * self.em * FINE, bold).transform(turn))
            .color(&color)
            .pos(Pos::new(h_pos, VPos::Center));
        let at = self.at(at);
        self.backend.draw_text(text, &style, at).map_err(RenderError::new)
    }
}
