//! The legend above a panel: samples and words, each once in a drawing.

use super::RenderError;
use super::canvas::{Canvas, Stand};
use super::frame::{Frame, bar};
use super::{line, map};
use crate::axis::Ruler;
use crate::drawing::{Ink, Layer, Panel};
use crate::font::text_width;
use crate::style::{self, LINE, POINT, TEXT, WIDTH};
use plotters::prelude::DrawingBackend;

/// Room that a sample takes before its words.
const SAMPLE: f64 = 30.0;
/// Where a row of the legend begins.
pub(super) const LEGEND_LEFT: f64 = 24.0;

/// What stands before the words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sample {
    Point(Ink),
    Line(Ink),
    Dashes(Ink),
    Bar(Ink),
    Area(Ink),
    /// A cell of a map with replicas that did not converge.
    Unsettled,
    /// A cell of a map without a value.
    Empty,
}

impl Sample {
    /// Whether it need not stand beside the other under the same words: bars on a line are the line's.
    fn says_no_more_than(self, shown: Sample) -> bool {
        self == shown || matches!((self, shown), (Sample::Bar(bar), Sample::Line(line)) if bar == line)
    }
}

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) sample: Sample,
    pub(super) words: String,
    pub(super) at: [f64; 2],
}

/// Entries of a panel that no panel above has shown, in rows from `y` on, which moves below them.
pub(super) fn entries(panel: &Panel, rulers: [&Ruler; 2], above: &[Frame<'_>], y: &mut f64) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut x = LEGEND_LEFT;
    for (sample, words) in panel.layers.iter().flat_map(|layer| samples(layer, rulers)) {
        let mut shown = above.iter().flat_map(|frame| &frame.legend).chain(&entries);
        if words.is_empty() || shown.any(|entry| entry.words == words && sample.says_no_more_than(entry.sample)) {
            continue;
        }
        let width = SAMPLE + text_width(&words, TEXT);
        if x > LEGEND_LEFT && x + width > WIDTH - 8.0 {
            x = LEGEND_LEFT;
            *y += LINE;
        }
        entries.push(Entry { sample, words, at: [x, *y + LINE / 2.0] });
        x += width + 22.0;
    }
    if !entries.is_empty() {
        *y += LINE;
    }
    entries
}

/// What a layer has in the legend.
fn samples(layer: &Layer, [x, y]: [&Ruler; 2]) -> Vec<(Sample, String)> {
    let sample = match layer {
        Layer::Points { ink, .. } => Sample::Point(*ink),
        // A law that lies beside the panel has nothing to explain there.
        Layer::Line { derived: true, at, .. } if line::visible(x, y, at).is_empty() => return Vec::new(),
        Layer::Line { ink, derived: true, .. } => Sample::Dashes(*ink),
        Layer::Line { ink, .. } => Sample::Line(*ink),
        Layer::Bars { ink, .. } => Sample::Bar(*ink),
        Layer::Band { ink, .. } => Sample::Area(*ink),
        Layer::Cells { at, .. } => {
            let unsettled = at.iter().any(|tile| tile.value.is_finite() && tile.unsettled() > 0.0);
            let empty = at.iter().any(|tile| !tile.value.is_finite());
            let words = [(unsettled, Sample::Unsettled, map::UNSETTLED), (empty, Sample::Empty, map::EMPTY)];
            return words
                .into_iter()
                .filter(|(there, ..)| *there)
                .map(|(_, sample, text)| (sample, text.to_owned()))
                .collect();
        }
        Layer::Vertical { .. } | Layer::Horizontal { .. } | Layer::Note { .. } => return Vec::new(),
    };
    vec![(sample, layer.label())]
}

impl Entry {
    pub(super) fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) -> Result<(), RenderError> {
        let [x, y] = self.at;
        match self.sample {
            Sample::Point(ink) => canvas.disc([x + 12.0, y], POINT + 1.0, style::rgb(ink), 0.9)?,
            Sample::Line(ink) => canvas.line([x, y], [x + 24.0, y], style::rgb(ink), 2.0)?,
            Sample::Dashes(ink) => {
                canvas.dashes([[x, y], [x + 24.0, y]].as_slice(), style::dash(ink), style::rgb(ink), 2.0)?
            }
            Sample::Bar(ink) => bar(canvas, [x + 12.0, y], [(y - 9.0, true), (y + 9.0, true)], style::rgb(ink))?,
            Sample::Area(ink) => {
                let half = LINE / 2.0 - 6.0;
                let corners = [[x, y - half], [x + 24.0, y - half], [x + 24.0, y + half], [x, y + half]];
                canvas.area(&corners, style::rgb(ink), 0.35)?;
            }
            Sample::Unsettled => map::unsettled(canvas, [x + 12.0, y], map::LARGEST_DISC)?,
            Sample::Empty => map::empty(canvas, [x + 1.0, y - 9.0], [x + 23.0, y + 9.0])?,
        }
        canvas.text(&self.words, [x + SAMPLE, y], TEXT, false, Stand::Start)
    }
}
