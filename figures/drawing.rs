//! What is drawn, as data: panels, axes, layers, a caption. The renderer and the table behind a figure read the same
//! layers, so that a figure cannot show a number that its table lacks.

use crate::axis::Axis;
use prunelaw_engine::table::{Cell, Column, Table};

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
    /// The layers, lowest first.
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

/// Something on a panel.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// One point per replica. Points at one x are spread sideways by replica, so that a mixture stays visible.
    Points {
        /// In the legend.
        name: String,
        /// Colour.
        ink: Ink,
        /// The replicas.
        at: Vec<Mark>,
    },
    /// A line through points.
    Line {
        /// In the legend.
        name: String,
        /// Colour.
        ink: Ink,
        /// Whether it is a law and not a measurement; drawn dashed, and named "derived".
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
            Layer::Points { name, .. }
            | Layer::Line { name, .. }
            | Layer::Bars { name, .. }
            | Layer::Band { name, .. }
            | Layer::Vertical { name, .. }
            | Layer::Horizontal { name, .. }
            | Layer::Note { name, .. } => name.clone(),
        }
    }

    /// Everything that the layer places, as (replica, x, low, y, high); `nan` where a place has no such number.
    fn places(&self) -> Vec<(Option<u64>, [f64; 4])> {
        const NONE: f64 = f64::NAN;
        match self {
            Layer::Points { at, .. } => {
                at.iter().map(|mark| (Some(mark.replica), [mark.x, NONE, mark.y, NONE])).collect()
            }
            Layer::Line { at, .. } => at.iter().map(|[x, y]| (None, [*x, NONE, *y, NONE])).collect(),
            Layer::Bars { at, .. } | Layer::Band { at, .. } => {
                at.iter().map(|span| (None, [span.x, span.low, span.y, span.high])).collect()
            }
            Layer::Vertical { x, .. } => vec![(None, [*x, NONE, NONE, NONE])],
            Layer::Horizontal { y, .. } => vec![(None, [NONE, NONE, *y, NONE])],
            Layer::Note { x, y, .. } => vec![(None, [*x, NONE, *y, NONE])],
        }
    }
}

impl Panel {
    /// All x of the panel that an axis has to show.
    pub(crate) fn xs(&self) -> impl Iterator<Item = f64> {
        // A boundary beyond the data does not stretch the axis; the caption has its number.
        let data = self.layers.iter().filter(|layer| !matches!(layer, Layer::Vertical { .. }));
        data.flat_map(Layer::places).map(|(_, [x, ..])| x).filter(|x| x.is_finite())
    }

    /// All y of the panel that an axis has to show. An interval that is wider than everything measured does not stretch
    /// the axis; it is cut at the frame and has no cap there.
    pub(crate) fn ys(&self) -> impl Iterator<Item = f64> {
        self.layers.iter().flat_map(Layer::places).map(|(_, [_, _, y, _])| y).filter(|y| y.is_finite())
    }
}

/// Columns of the table behind a figure.
pub const COLUMNS: [Column; 7] = [
    Column::text("panel", "title of the panel"),
    Column::text("layer", "name of the layer, as in the legend or on the label"),
    Column::integer("replica", "replicas", "which replica; -1 for what is not one replica"),
    Column::real("x", "as on the axis", "place along x; nan for a horizontal line"),
    Column::real("low", "as on the axis", "lower end of the interval; nan where there is none"),
    Column::real("y", "as on the axis", "value; nan for a vertical line or a diverged replica"),
    Column::real("high", "as on the axis", "upper end of the interval; nan where there is none"),
];

impl Drawing {
    /// The table behind the figure: every number that is drawn, one row each, in drawing order.
    pub fn table(&self) -> Table {
        let mut table = Table::new(&COLUMNS);
        for panel in &self.panels {
            for layer in &panel.layers {
                let (panel, name) = (word(&panel.title), word(&layer.label()));
                for (replica, [x, low, y, high]) in layer.places() {
                    let replica = replica.map_or(Cell::Integer(-1), Cell::from);
                    let names = [Cell::from(panel.as_str()), Cell::from(name.as_str()), replica];
                    table.rows.push(names.into_iter().chain([x, low, y, high].map(Cell::from)).collect());
                }
            }
        }
        table
    }
}

/// Words as one cell of a table, which holds no commas, quotes or line ends.
fn word(text: &str) -> String {
    text.replace(',', ";").replace(['"', '\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::axis::Scale;

    #[test]
    fn the_table_holds_every_number_that_is_drawn() {
        let axis = |label: &str| Axis::new(label, Scale::Linear);
        let layers = vec![
            Layer::Points {
                name: "a, b".to_owned(),
                ink: Ink::Blue,
                at: vec![Mark { replica: 3, x: 0.5, y: f64::NAN }],
            },
            Layer::Bars {
                name: "mean".to_owned(),
                ink: Ink::Black,
                at: vec![Span { x: 0.5, low: 1.0, y: 2.0, high: 3.0 }],
            },
            Layer::Vertical { name: "edge".to_owned(), derived: true, x: 0.25 },
        ];
        let panels = vec![Panel { title: "loss".to_owned(), x: axis("x"), y: axis("y"), layers }];
        let csv = Drawing { panels, caption: String::new() }.table().to_csv();
        assert_eq!(
            csv,
            "panel,layer,replica,x,low,y,high\nloss,a; b,3,0.5,nan,nan,nan\nloss,mean,-1,0.5,1,2,3\n\
             loss,edge (derived),-1,0.25,nan,nan,nan\n"
        );
        assert!(Table::from_csv(&COLUMNS, &csv).is_ok());
    }
}
