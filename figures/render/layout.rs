//! Where the panels of a drawing stand, one below the other, and where the labels of their boundaries do.

use super::RenderError;
use super::canvas::{Canvas, FINE, Stand};
use super::frame::Frame;
use super::legend;
use crate::axis::{Axis, Ruler};
use crate::drawing::{Drawing, Layer, Panel};
use crate::font::text_width;
use crate::style::{LEFT, LINE, LOW_PANEL_HEIGHT, MAP_RIGHT, PANEL_HEIGHT, RIGHT, TEXT, WIDTH};
use plotters::prelude::DrawingBackend;

/// Where everything of a drawing stands.
pub(super) struct Layout<'a> {
    pub(super) frames: Vec<Frame<'a>>,
    pub(super) height: f64,
}

/// The label of a boundary.
pub(super) struct Label {
    pub(super) text: String,
    /// The boundary.
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) stand: Stand,
}

impl<'a> Layout<'a> {
    pub(super) fn of(drawing: &'a Drawing) -> Layout<'a> {
        let mut y = 8.0;
        let right = WIDTH - if drawing.panels.iter().any(Panel::has_map) { MAP_RIGHT } else { RIGHT };
        let tall = if drawing.panels.len() > 2 { LOW_PANEL_HEIGHT } else { PANEL_HEIGHT };
        let mut frames: Vec<Frame<'a>> = Vec::new();
        for (i, panel) in drawing.panels.iter().enumerate() {
            let x = Ruler::fit(&panel.x, shared_xs(drawing, &panel.x));
            let across = Ruler::fit(&panel.y, panel.ys());
            let title_at = y + LINE / 2.0;
            y += LINE + 3.0;
            let legend = legend::entries(panel, [&x, &across], &frames, &mut y);
            let labels = labels(panel, &x, right, &frames, &mut y);
            let top = y + 6.0;
            let x_axis = drawing.panels.get(i + 1).is_none_or(|next| next.x != panel.x);
            y = top + tall + if x_axis { 2.0 * LINE + 16.0 } else { 18.0 };
            frames.push(Frame { panel, x, y: across, title_at, legend, labels, top, tall, right, x_axis });
        }
        Layout { frames, height: y }
    }

    pub(super) fn device_size(&self) -> (u32, u32) {
        // Whole pixels.
        let whole = |x: f64| x.ceil() as u32 * FINE as u32;
        (whole(WIDTH), whole(self.height))
    }

    pub(super) fn draw<B: DrawingBackend>(&self, mut canvas: Canvas<B>) -> Result<(), RenderError> {
        canvas.rect([0.0, 0.0], [WIDTH, self.height.ceil()], (255, 255, 255))?;
        for frame in &self.frames {
            frame.draw(&mut canvas)?;
        }
        canvas.backend.present().map_err(RenderError::new)
    }
}

/// Panels with the same x axis share its range.
fn shared_xs<'a>(drawing: &'a Drawing, axis: &'a Axis) -> impl Iterator<Item = f64> + 'a {
    drawing.panels.iter().filter(move |panel| panel.x == *axis).flat_map(Panel::xs)
}

/// Labels of boundaries in rows from `y` on, which moves below them: no text over a text, and few lines through one.
///
/// Labels that reach to the right stand the higher the further left their line is; those that would leave the figure
/// reach to the left and stand above them.
fn labels(panel: &Panel, ruler: &Ruler, right: f64, above: &[Frame<'_>], y: &mut f64) -> Vec<Label> {
    let mut rightwards = Vec::new();
    let mut leftwards = Vec::new();
    for layer in &panel.layers {
        let Layer::Vertical { x, .. } = layer else { continue };
        let text = layer.label();
        let shown = above.iter().flat_map(|frame| &frame.labels).any(|label| label.text == text);
        if let (Some(place), false, true) = (ruler.place(*x), shown, ruler.shows(*x)) {
            let x = LEFT + place * (right - LEFT);
            let fits = x + 8.0 + text_width(&text, TEXT) < WIDTH - 4.0;
            let stand = if fits { Stand::Start } else { Stand::End };
            if fits { &mut rightwards } else { &mut leftwards }.push(Label { text, x, y: 0.0, stand });
        }
    }
    rightwards.sort_by(|a, b| a.x.total_cmp(&b.x));
    leftwards.sort_by(|a, b| b.x.total_cmp(&a.x));
    let mut labels: Vec<Label> = leftwards.into_iter().chain(rightwards).collect();
    for label in &mut labels {
        label.y = *y + LINE / 2.0;
        *y += LINE;
    }
    labels
}
