//! From a drawing to SVG text and PNG bytes: one layout, two surfaces, the same bytes for the same drawing.

use crate::axis::{Axis, Ruler};
use crate::drawing::{Drawing, Ink, Layer, Panel};
use crate::font::{LINE_OF_EM, font, text_width};
use crate::style::{self, DARK, GRID, LEFT, LINE, PANEL_HEIGHT, POINT, RIGHT, RULE, Rgb, SPREAD, TEXT, WIDTH};
use plotters::prelude::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontTransform, RGBAColor, ShapeStyle, TextStyle};

/// Device units per point of a drawing: plotters places things on whole units.
const FINE: f64 = 4.0;
/// Device units per pixel of a PNG: averaged, so that edges are smooth.
const BLOCK: usize = 2;
/// Pixels of a PNG per point of a drawing.
pub const PNG_SCALE: f64 = FINE / BLOCK as f64;

/// Why a drawing could not be rendered; only a broken font or encoder can cause it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot render: {0}")]
pub struct RenderError(String);

impl RenderError {
    fn new(error: impl std::fmt::Display) -> RenderError {
        RenderError(error.to_string())
    }
}

/// The drawing as a stand-alone SVG document with real text; the caption travels in its description.
///
/// # Errors
/// [`RenderError`] if the embedded font cannot be used.
pub fn svg(drawing: &Drawing) -> Result<String, RenderError> {
    let layout = Layout::of(drawing);
    let (width, height) = layout.device_size();
    let mut text = String::new();
    // In an SVG a font's size is its em; plotters divides by 1.24.
    layout.draw(Canvas { backend: SVGBackend::with_string(&mut text, (width, height)), em: 1.24, drop: 0.0 })?;
    let body = text.split_once('\n').map_or("", |(_, body)| body);
    let caption = match drawing.caption.as_str() {
        "" => String::new(),
        caption => {
            format!("<desc>{}</desc>\n", caption.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
        }
    };
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\">\n{caption}{body}",
        WIDTH,
        layout.height.ceil(),
    ))
}

/// The drawing as a PNG, [`PNG_SCALE`] pixels per point; the caption travels in its `Description`.
///
/// # Errors
/// [`RenderError`] if the embedded font or the encoder fails.
pub fn png(drawing: &Drawing) -> Result<Vec<u8>, RenderError> {
    let layout = Layout::of(drawing);
    let (width, height) = layout.device_size();
    let mut fine = vec![255; 3 * width as usize * height as usize];
    // The rasteriser takes ascent plus descent, and puts the baseline higher than an SVG viewer.
    let backend = BitMapBackend::with_buffer(&mut fine, (width, height));
    layout.draw(Canvas { backend, em: LINE_OF_EM, drop: 0.16 })?;
    let (pixels, columns) = (averaged(&fine, width as usize), width as usize / BLOCK);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, columns as u32, (pixels.len() / 3 / columns) as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(png::FilterType::Up);
    encoder.set_compression(png::Compression::Default);
    if !drawing.caption.is_empty() {
        encoder.add_itxt_chunk("Description".to_owned(), drawing.caption.clone()).map_err(RenderError::new)?;
    }
    let mut writer = encoder.write_header().map_err(RenderError::new)?;
    writer.write_image_data(&pixels).and_then(|()| writer.finish()).map_err(RenderError::new)?;
    Ok(bytes)
}

/// Mean over blocks of device units: one RGB pixel each.
fn averaged(fine: &[u8], width: usize) -> Vec<u8> {
    let (columns, rows) = (width / BLOCK, fine.len() / 3 / width / BLOCK);
    let mut pixels = Vec::with_capacity(3 * columns * rows);
    for row in 0..rows {
        for column in 0..columns {
            for channel in 0..3 {
                let inside = (0..BLOCK).flat_map(|y| (0..BLOCK).map(move |x| (x, y)));
                let sum: usize = inside
                    .map(|(x, y)| fine[3 * ((row * BLOCK + y) * width + column * BLOCK + x) + channel] as usize)
                    .sum();
                pixels.push(((sum + BLOCK * BLOCK / 2) / (BLOCK * BLOCK)) as u8);
            }
        }
    }
    pixels
}

/// A surface in points.
struct Canvas<B: DrawingBackend> {
    backend: B,
    /// What this backend calls the size of a font of one em.
    em: f64,
    /// How far down, in em, this backend's text has to move to stand where an SVG viewer puts it.
    drop: f64,
}

/// Where a text stands relative to its point.
#[derive(Clone, Copy, PartialEq)]
enum Stand {
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

    fn line(&mut self, from: [f64; 2], to: [f64; 2], color: Rgb, width: f64) -> Result<(), RenderError> {
        let (from, to) = (self.at(from), self.at(to));
        self.backend.draw_line(from, to, &Self::ink(color, 1.0, width)).map_err(RenderError::new)
    }

    fn path(&mut self, points: &[[f64; 2]], color: Rgb, width: f64) -> Result<(), RenderError> {
        let points: Vec<(i32, i32)> = points.iter().map(|point| self.at(*point)).collect();
        self.backend.draw_path(points, &Self::ink(color, 1.0, width)).map_err(RenderError::new)
    }

    fn dashes(&mut self, from: [f64; 2], to: [f64; 2], color: Rgb, width: f64) -> Result<(), RenderError> {
        let length = (to[0] - from[0]).hypot(to[1] - from[1]);
        let along = |s: f64| [0, 1].map(|i| from[i] + (to[i] - from[i]) * s / length);
        let mut s = 0.0;
        while s < length {
            self.line(along(s), along((s + 7.0).min(length)), color, width)?;
            s += 11.0;
        }
        Ok(())
    }

    fn area(&mut self, points: &[[f64; 2]], color: Rgb, alpha: f64) -> Result<(), RenderError> {
        let points: Vec<(i32, i32)> = points.iter().map(|point| self.at(*point)).collect();
        self.backend.fill_polygon(points, &Self::ink(color, alpha, 1.0)).map_err(RenderError::new)
    }

    fn rect(&mut self, from: [f64; 2], to: [f64; 2], color: Rgb) -> Result<(), RenderError> {
        let (from, to) = (self.at(from), self.at(to));
        self.backend.draw_rect(from, to, &Self::ink(color, 1.0, 1.0), true).map_err(RenderError::new)
    }

    fn disc(&mut self, at: [f64; 2], radius: f64, color: Rgb, alpha: f64) -> Result<(), RenderError> {
        let at = self.at(at);
        let radius = (radius * FINE).round() as u32;
        self.backend.draw_circle(at, radius, &Self::ink(color, alpha, 1.0), true).map_err(RenderError::new)
    }

    fn text(&mut self, text: &str, at: [f64; 2], size: f64, bold: bool, stand: Stand) -> Result<(), RenderError> {
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

/// Where everything of a drawing stands.
struct Layout<'a> {
    frames: Vec<Frame<'a>>,
    height: f64,
}

/// Where everything of one panel stands.
struct Frame<'a> {
    panel: &'a Panel,
    x: Ruler,
    y: Ruler,
    title_at: f64,
    /// Entries that no panel above has shown.
    legend: Vec<Entry<'a>>,
    /// Boundary labels that no panel above has shown.
    labels: Vec<Label>,
    top: f64,
    /// Whether ticks and label of the x axis stand below this panel, or below one under it.
    x_axis: bool,
}

struct Entry<'a> {
    layer: &'a Layer,
    at: [f64; 2],
}

struct Label {
    text: String,
    /// The boundary.
    x: f64,
    y: f64,
    stand: Stand,
}

/// Gap between a legend's sample and its words.
const SAMPLE: f64 = 30.0;
const LEGEND_LEFT: f64 = 24.0;

impl<'a> Layout<'a> {
    fn of(drawing: &'a Drawing) -> Layout<'a> {
        let mut y = 8.0;
        let mut frames: Vec<Frame<'a>> = Vec::new();
        for (i, panel) in drawing.panels.iter().enumerate() {
            let x = Ruler::fit(&panel.x, shared_xs(drawing, &panel.x));
            let title_at = y + LINE / 2.0;
            y += LINE + 3.0;
            let legend = legend(panel, &frames, &mut y);
            let labels = labels(panel, &x, &frames, &mut y);
            let top = y + 6.0;
            let x_axis = drawing.panels.get(i + 1).is_none_or(|next| next.x != panel.x);
            y = top + PANEL_HEIGHT + if x_axis { 2.0 * LINE + 16.0 } else { 18.0 };
            frames.push(Frame { panel, x, y: Ruler::fit(&panel.y, panel.ys()), title_at, legend, labels, top, x_axis });
        }
        Layout { frames, height: y }
    }

    fn device_size(&self) -> (u32, u32) {
        // Whole pixels.
        let whole = |x: f64| x.ceil() as u32 * FINE as u32;
        (whole(WIDTH), whole(self.height))
    }

    fn draw<B: DrawingBackend>(&self, mut canvas: Canvas<B>) -> Result<(), RenderError> {
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

/// Legend entries in rows from `y` on, which moves below them.
fn legend<'a>(panel: &'a Panel, above: &[Frame<'a>], y: &mut f64) -> Vec<Entry<'a>> {
    let kind = |layer: &Layer| (std::mem::discriminant(layer), layer.label(), ink_of(layer));
    let mut entries: Vec<Entry<'a>> = Vec::new();
    let mut x = LEGEND_LEFT;
    for layer in panel.layers.iter().filter(|layer| ink_of(layer).is_some() && !layer.label().is_empty()) {
        let shown = above.iter().flat_map(|frame| &frame.legend).chain(&entries);
        if shown.into_iter().any(|entry| kind(entry.layer) == kind(layer)) {
            continue;
        }
        let width = SAMPLE + text_width(&layer.label(), TEXT);
        if x > LEGEND_LEFT && x + width > WIDTH - 8.0 {
            x = LEGEND_LEFT;
            *y += LINE;
        }
        entries.push(Entry { layer, at: [x, *y + LINE / 2.0] });
        x += width + 22.0;
    }
    if !entries.is_empty() {
        *y += LINE;
    }
    entries
}

/// Labels of boundaries in rows from `y` on, which moves below them: no text over a text, and few lines through one.
///
/// Labels that reach to the right stand the higher the further left their line is; those that would leave the figure
/// reach to the left and stand above them.
fn labels(panel: &Panel, ruler: &Ruler, above: &[Frame<'_>], y: &mut f64) -> Vec<Label> {
    let mut rightwards = Vec::new();
    let mut leftwards = Vec::new();
    for layer in &panel.layers {
        let Layer::Vertical { x, .. } = layer else { continue };
        let text = layer.label();
        let shown = above.iter().flat_map(|frame| &frame.labels).any(|label| label.text == text);
        if let (Some(place), false, true) = (ruler.place(*x), shown, ruler.shows(*x)) {
            let x = LEFT + place * (WIDTH - LEFT - RIGHT);
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

/// The colour of layers that stand in the legend.
fn ink_of(layer: &Layer) -> Option<Ink> {
    match layer {
        Layer::Points { ink, .. } | Layer::Line { ink, .. } | Layer::Bars { ink, .. } | Layer::Band { ink, .. } => {
            Some(*ink)
        }
        Layer::Vertical { .. } | Layer::Horizontal { .. } | Layer::Note { .. } => None,
    }
}

impl Frame<'_> {
    fn bottom(&self) -> f64 {
        self.top + PANEL_HEIGHT
    }

    fn right() -> f64 {
        WIDTH - RIGHT
    }

    fn px(&self, x: f64) -> Option<f64> {
        self.x.place(x).map(|place| LEFT + place * (Self::right() - LEFT))
    }

    fn py(&self, y: f64) -> Option<f64> {
        self.y.place(y).map(|place| self.bottom() - place * PANEL_HEIGHT)
    }

    fn at(&self, x: f64, y: f64) -> Option<[f64; 2]> {
        Some([self.px(x)?, self.py(y)?])
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) -> Result<(), RenderError> {
        canvas.text(&self.panel.title, [LEGEND_LEFT, self.title_at], style::TITLE, true, Stand::Start)?;
        self.draw_axes(canvas)?;
        for layer in &self.panel.layers {
            self.draw_rule(canvas, layer)?;
        }
        for layer in &self.panel.layers {
            self.draw_layer(canvas, layer)?;
        }
        self.draw_labels(canvas)?;
        for Entry { layer, at } in &self.legend {
            sample(canvas, layer, *at)?;
            canvas.text(&layer.label(), [at[0] + SAMPLE, at[1]], TEXT, false, Stand::Start)?;
        }
        Ok(())
    }

    fn draw_axes<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) -> Result<(), RenderError> {
        let (right, bottom) = (Self::right(), self.bottom());
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
            let y = bottom - tick.place * PANEL_HEIGHT;
            let long = if tick.label.is_some() { 7.0 } else { 4.0 };
            if let Some(label) = &tick.label {
                canvas.line([LEFT, y], [right, y], GRID, 1.0)?;
                canvas.text(label, [LEFT - 11.0, y], TEXT, false, Stand::End)?;
            }
            canvas.line([LEFT - long, y], [LEFT, y], DARK, 1.0)?;
        }
        canvas.line([LEFT, self.top], [LEFT, bottom], DARK, 1.25)?;
        canvas.line([LEFT, bottom], [right, bottom], DARK, 1.25)?;
        let middle = self.top + PANEL_HEIGHT / 2.0;
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
                canvas.dashes([x, self.top], [x, self.bottom()], RULE, 1.5)
            }
            Layer::Horizontal { y, .. } if self.y.shows(*y) => {
                let Some(y) = self.py(*y) else { return Ok(()) };
                canvas.line([LEFT, y], [Self::right(), y], RULE, 1.25)
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
            Layer::Line { ink, derived, at, .. } => {
                let points: Vec<[f64; 2]> = at.iter().filter_map(|[x, y]| self.at(*x, *y)).collect();
                match (points.len(), derived) {
                    (0, _) => Ok(()),
                    (_, false) => canvas.path(&points, style::rgb(*ink), 2.0),
                    (_, true) => {
                        let steps = points.windows(2).step_by(2);
                        steps.into_iter().try_for_each(|pair| canvas.path(pair, style::rgb(*ink), 2.0))
                    }
                }
            }
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
                let edge = |end: fn(&crate::drawing::Span) -> f64| {
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
            Layer::Vertical { .. } | Layer::Horizontal { .. } => Ok(()),
        }
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
            canvas.text(name, [Self::right() + 8.0, last], TEXT, false, Stand::Start)?;
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
fn bar<B: DrawingBackend>(
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

/// What stands before a legend's words.
fn sample<B: DrawingBackend>(canvas: &mut Canvas<B>, layer: &Layer, [x, y]: [f64; 2]) -> Result<(), RenderError> {
    let Some(color) = ink_of(layer).map(style::rgb) else { return Ok(()) };
    match layer {
        Layer::Points { .. } => canvas.disc([x + 12.0, y], POINT + 1.0, color, 0.9),
        Layer::Line { derived: false, .. } => canvas.line([x, y], [x + 24.0, y], color, 2.0),
        Layer::Line { .. } => canvas.dashes([x, y], [x + 24.0, y], color, 2.0),
        Layer::Bars { .. } => bar(canvas, [x + 12.0, y], [(y - 9.0, true), (y + 9.0, true)], color),
        _ => {
            let half = LINE / 2.0 - 6.0;
            canvas.area(&[[x, y - half], [x + 24.0, y - half], [x + 24.0, y + half], [x, y + half]], color, 0.35)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::axis::Scale;
    use crate::drawing::{Mark, Span};

    fn small() -> Drawing {
        let words = "points < & > \"marks\"".to_owned();
        let layers = vec![
            Layer::Band {
                name: "band".to_owned(),
                ink: Ink::Green,
                at: [0.1, 0.5].map(|x| Span { x, low: x / 2.0, y: x, high: 2.0 * x }).to_vec(),
            },
            Layer::Points {
                name: words,
                ink: Ink::Blue,
                at: (0..5).map(|replica| Mark { replica, x: 0.2, y: 0.1 * replica as f64 }).collect(),
            },
            Layer::Line { name: "law".to_owned(), ink: Ink::Purple, derived: true, at: vec![[0.1, 0.1], [0.5, 0.9]] },
            Layer::Bars {
                name: "mean".to_owned(),
                ink: Ink::Black,
                at: vec![Span { x: 0.2, low: -7.0, y: 0.2, high: f64::NAN }],
            },
            Layer::Vertical { name: "edge".to_owned(), derived: true, x: 0.3 },
            Layer::Horizontal { name: "floor".to_owned(), y: 0.05 },
            Layer::Note { name: "note".to_owned(), x: 0.4, y: 0.3 },
        ];
        let panel = |scale| Panel {
            title: "a".to_owned(),
            x: Axis::new("x (1)", Scale::Linear),
            y: Axis::new("y (1)", scale),
            layers: layers.clone(),
        };
        Drawing { panels: vec![panel(Scale::Linear), panel(Scale::Log)], caption: "p < 1".to_owned() }
    }

    #[test]
    fn the_same_drawing_gives_the_same_bytes() {
        assert_eq!(svg(&small()), svg(&small()));
        assert_eq!(png(&small()), png(&small()));
    }

    /// Every tag is closed in order, every attribute quoted, and no text holds a bare sign of markup.
    #[test]
    fn the_svg_is_well_formed() {
        let text = svg(&small()).unwrap();
        let mut open: Vec<&str> = Vec::new();
        for piece in text.split('<').skip(1) {
            let (tag, words) = piece.split_once('>').unwrap();
            assert!(!words.contains('>'), "{words}");
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            match tag.strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop(), Some(closed)),
                None if tag.ends_with('/') => {}
                None => open.push(tag.split(' ').next().unwrap()),
            }
        }
        assert_eq!(open, Vec::<&str>::new());
        assert!(text.contains("<desc>p &lt; 1</desc>"));
        assert!(text.contains("points &lt; &amp; &gt; &quot;marks&quot;"));
        assert!(text.contains("font-family=\"DejaVu Sans, Verdana, Arial, sans-serif\""));
    }

    #[test]
    fn the_png_decodes_to_the_size_of_the_drawing() {
        let bytes = png(&small()).unwrap();
        let mut reader = png::Decoder::new(bytes.as_slice()).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(f64::from(frame.width), PNG_SCALE * WIDTH);
        assert_eq!(f64::from(frame.height), PNG_SCALE * Layout::of(&small()).height.ceil());
        assert_eq!(reader.info().utf8_text[0].get_text().unwrap(), "p < 1");
        assert!(pixels.iter().any(|channel| *channel != 255), "the picture is not empty");
    }

    #[test]
    fn a_boundary_is_labelled_once_and_as_derived() {
        assert_eq!(svg(&small()).unwrap().matches("edge (derived)").count(), 1);
        assert_eq!(svg(&small()).unwrap().matches("law (derived)").count(), 1);
    }
}
