//! What is drawn, as data: panels, axes, layers, a caption. The renderer and the table behind a figure ([`table`]) read
//! the same layers, so that a figure cannot show a number that its table lacks.

pub mod table;

use crate::axis::Axis;

/// A figure, ready to be rendered: panels one below the other, so that it stays readable in one column of a paper.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// Panels, top to bottom.
    pub panels: Vec<Panel>,
    /// What is shown: parameters, replicas, what the intervals are, what was left out.
    pub caption: String,
}

/// One pair of axes with layers on it, drawn in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What is plotted, in words; also the name of the panel in the table.
    pub title: String,
    /// The axis along the bottom.
    pub x: Axis,
    /// The axis at the left.
    pub y: Axis,
    /// The layers, lowest first; maps lie below all others.
    pub layers: Vec<Layer>,
}

/// The role of a colour; [`style`](crate::style) says which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Summaries: means, medians, text.
    Black,
    /// Secondary quantities and context.
    Grey,
    /// First series.
    Blue,
    /// Second series.
    Orange,
    /// Third series.
    Green,
    /// Fourth series.
    Purple,
}

/// One replica.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Which replica.
    pub replica: u64,
    /// Place along x.
    pub x: f64,
    /// Place along y; not drawn where it is not finite, but in the table.
    pub y: f64,
}

/// A value with an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Place along x.
    pub x: f64,
    /// Lower end.
    pub low: f64,
    /// The value.
    pub y: f64,
    /// Upper end.
    pub high: f64,
}

/// One cell of a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tile {
    /// Centre along x.
    pub x: f64,
    /// Centre along y.
    pub y: f64,
    /// What the colour shows; a cell whose value is not finite is crossed out.
    pub value: f64,
    /// Lower end of the value's interval.
    pub low: f64,
    /// Upper end of the value's interval.
    pub high: f64,
    /// Standard error of the value.
    pub standard_error: f64,
    /// Replicas of the cell.
    pub replicas: u64,
    /// Those of them that ended at the step cap.
    pub unconverged: u64,
    /// Those of them that diverged.
    pub diverged: u64,
}

impl Tile {
    /// The share of replicas whose training did not come to its end, and which the value may not speak for.
    pub fn unsettled(&self) -> f64 {
        (self.unconverged + self.diverged) as f64 / self.replicas.max(1) as f64
    }
}

/// The coordinates of cells along one axis, ascending and each once.
pub(crate) fn centres(tiles: &[Tile], along: fn(&Tile) -> f64) -> Vec<f64> {
    let mut centres: Vec<f64> = tiles.iter().map(along).filter(|centre| centre.is_finite()).collect();
    centres.sort_by(f64::total_cmp);
    centres.dedup();
    centres
}

/// Something on a panel.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// A map: cells of colour with a colour bar beside the panel. Cells reach halfway to their neighbours on the scales of
    /// the axes; a disc in a cell has the share of its replicas that did not converge as its share of the largest disc.
    Cells {
        /// What a value is, in the table.
        name: String,
        /// The colour bar: label with unit, scale and ends.
        shade: Axis,
        /// The cells, in any order.
        at: Vec<Tile>,
    },
    /// One point per replica. Points at one x are spread sideways by replica, so that a mixture stays visible.
    Points {
        /// In the legend.
        name: String,
        /// Colour.
        ink: Ink,
        /// The replicas.
        at: Vec<Mark>,
    },
    /// A line through points, in pieces: a point that is not finite ends one.
    Line {
        /// In the legend.
        name: String,
        /// Colour.
        ink: Ink,
        /// Whether it is a law and not a measurement; drawn in dashes of its colour's own, and named "derived".
        derived: bool,
        /// (x, y).
        at: Vec<[f64; 2]>,
    },
    /// Values with interval bars.
    Bars {
        /// In the legend.
        name: String,
        /// Colour.
        ink: Ink,
        /// The values.
        at: Vec<Span>,
    },
    /// A band between two lines.
    Band {
        /// In the legend.
        name: String,
        /// Colour.
        ink: Ink,
        /// The values.
        at: Vec<Span>,
    },
    /// A line across the panel at one x, labelled above it.
    Vertical {
        /// The label.
        name: String,
        /// Whether it is derived here and not the paper's; the label then says so.
        derived: bool,
        /// Place along x.
        x: f64,
    },
    /// A line across the panel at one y, labelled to the right of it.
    Horizontal {
        /// The label.
        name: String,
        /// Place along y.
        y: f64,
    },
    /// Words at a place.
    Note {
        /// The words.
        name: String,
        /// Place along x.
        x: f64,
        /// Place along y.
        y: f64,
    },
}

impl Layer {
    /// The layer's name as it is shown: what is derived says so.
    pub fn label(&self) -> String {
        match self {
            Layer::Vertical { name, derived: true, .. } | Layer::Line { name, derived: true, .. } => {
                format!("{name} (derived)")
            }
            Layer::Cells { name, .. }
            | Layer::Points { name, .. }
            | Layer::Line { name, .. }
            | Layer::Bars { name, .. }
            | Layer::Band { name, .. }
            | Layer::Vertical { name, .. }
            | Layer::Horizontal { name, .. }
            | Layer::Note { name, .. } => name.clone(),
        }
    }
}

impl Panel {
    /// Whether the panel shows a map.
    pub(crate) fn has_map(&self) -> bool {
        self.layers.iter().any(|layer| matches!(layer, Layer::Cells { .. }))
    }

    /// All x of the panel that an axis has to show.
    pub(crate) fn xs(&self) -> impl Iterator<Item = f64> {
        // A boundary beyond the data does not stretch the axis; the caption has its number.
        let data = self.layers.iter().filter(|layer| !matches!(layer, Layer::Vertical { .. }));
        data.flat_map(Layer::places).map(|place| place.x).filter(|x| x.is_finite())
    }

    /// All y of the panel that an axis has to show, the edges of bands among them. An interval bar that is wider than
    /// everything measured does not stretch the axis; it is cut at the frame and has no cap there.
    pub(crate) fn ys(&self) -> impl Iterator<Item = f64> {
        let ys = |layer: &Layer| -> Vec<f64> {
            match layer {
                Layer::Band { at, .. } => at.iter().flat_map(|span| [span.low, span.y, span.high]).collect(),
                layer => layer.places().into_iter().map(|place| place.y).collect(),
            }
        };
        self.layers.iter().flat_map(ys).filter(|y| y.is_finite())
    }
}
