//! The table behind a figure: every number that is drawn.

use super::{Drawing, Layer, Tile};
use prunelaw_engine::table::{Cell, Column, Table};

/// Columns of the table behind a figure.
pub const COLUMNS: [Column; 12] = [
    Column::text("panel", "title of the panel"),
    Column::text("layer", "name of the layer, as in the legend or on the label"),
    Column::integer("replica", "replicas", "which replica; -1 for what is not one replica"),
    Column::real("x", "as on the axis", "place along x; nan for a horizontal line and between pieces of a line"),
    Column::real(
        "low",
        "as on the axis",
        "lower end of the interval (of a cell, of its value); nan where there is none",
    ),
    Column::real(
        "y",
        "as on the axis",
        "value, or place along y of a cell; nan for a vertical line or a diverged replica",
    ),
    Column::real(
        "high",
        "as on the axis",
        "upper end of the interval (of a cell, of its value); nan where there is none",
    ),
    Column::real(
        "value",
        "as on the colour bar",
        "value of a cell of a map; nan for what is none, and where none could be taken",
    ),
    Column::real("standard_error", "as on the colour bar", "standard error of a cell's value; nan where there is none"),
    Column::integer("replicas", "replicas", "replicas of a cell; -1 for what is no cell"),
    Column::integer("unconverged", "replicas", "those of a cell that ended at the step cap; -1 for what is no cell"),
    Column::integer("diverged", "replicas", "those of a cell that diverged; -1 for what is no cell"),
];

/// One thing that a layer places; `nan` where it has no such number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    replica: Option<u64>,
    pub(crate) x: f64,
    low: f64,
    pub(crate) y: f64,
    high: f64,
    /// The cell of a map.
    tile: Option<Tile>,
}

impl Place {
    const NOWHERE: Place = Place { replica: None, x: f64::NAN, low: f64::NAN, y: f64::NAN, high: f64::NAN, tile: None };
}

impl Layer {
    /// Everything that the layer places, in its order.
    pub(crate) fn places(&self) -> Vec<Place> {
        const NOWHERE: Place = Place::NOWHERE;
        match self {
            Layer::Cells { at, .. } => {
                let place = |tile: &Tile| Place { x: tile.x, y: tile.y, tile: Some(*tile), ..NOWHERE };
                at.iter().map(|tile| Place { low: tile.low, high: tile.high, ..place(tile) }).collect()
            }
            Layer::Points { at, .. } => {
                at.iter().map(|mark| Place { replica: Some(mark.replica), x: mark.x, y: mark.y, ..NOWHERE }).collect()
            }
            Layer::Line { at, .. } => at.iter().map(|[x, y]| Place { x: *x, y: *y, ..NOWHERE }).collect(),
            Layer::Bars { at, .. } | Layer::Band { at, .. } => at
                .iter()
                .map(|span| Place { x: span.x, low: span.low, y: span.y, high: span.high, ..NOWHERE })
                .collect(),
            Layer::Vertical { x, .. } => vec![Place { x: *x, ..NOWHERE }],
            Layer::Horizontal { y, .. } => vec![Place { y: *y, ..NOWHERE }],
            Layer::Note { x, y, .. } => vec![Place { x: *x, y: *y, ..NOWHERE }],
        }
    }
}

impl Drawing {
    /// The table behind the figure: every number that is drawn, one row each, in drawing order.
    pub fn table(&self) -> Table {
        let mut table = Table::new(&COLUMNS);
        for panel in &self.panels {
            for layer in &panel.layers {
                let (panel, name) = (word(&panel.title), word(&layer.label()));
                for Place { replica, x, low, y, high, tile } in layer.places() {
                    let whole = |count: Option<u64>| count.map_or(Cell::Integer(-1), Cell::from);
                    let of_cell = |number: fn(&Tile) -> f64| Cell::from(tile.as_ref().map_or(f64::NAN, number));
                    table.rows.push(vec![
                        Cell::from(panel.as_str()),
                        Cell::from(name.as_str()),
                        whole(replica),
                        x.into(),
                        low.into(),
                        y.into(),
                        high.into(),
                        of_cell(|tile| tile.value),
                        of_cell(|tile| tile.standard_error),
                        whole(tile.map(|tile| tile.replicas)),
                        whole(tile.map(|tile| tile.unconverged)),
                        whole(tile.map(|tile| tile.diverged)),
                    ]);
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
    use crate::axis::{Axis, Scale};
    use crate::drawing::{Ink, Mark, Panel, Span};

    #[test]
    fn the_table_holds_every_number_that_is_drawn() {
        let axis = |label: &str| Axis::new(label, Scale::Linear);
        let tile = Tile {
            x: 0.5,
            y: 0.25,
            value: 0.75,
            low: 0.625,
            high: 0.875,
            standard_error: 0.0625,
            replicas: 6,
            unconverged: 2,
            diverged: 1,
        };
        let layers = vec![
            Layer::Cells { name: "accuracy".to_owned(), shade: axis("accuracy"), at: vec![tile] },
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
            Layer::Line {
                name: "level".to_owned(),
                ink: Ink::Black,
                derived: false,
                at: vec![[1.0, 2.0], [f64::NAN; 2]],
            },
            Layer::Vertical { name: "edge".to_owned(), derived: true, x: 0.25 },
        ];
        let panels = vec![Panel { title: "loss".to_owned(), x: axis("x"), y: axis("y"), layers }];
        let csv = Drawing { panels, caption: String::new() }.table().to_csv();
        assert_eq!(
            csv,
            "panel,layer,replica,x,low,y,high,value,standard_error,replicas,unconverged,diverged\n\
             loss,accuracy,-1,0.5,0.625,0.25,0.875,0.75,0.0625,6,2,1\n\
             loss,a; b,3,0.5,nan,nan,nan,nan,nan,-1,-1,-1\n\
             loss,mean,-1,0.5,1,2,3,nan,nan,-1,-1,-1\n\
             loss,level,-1,1,nan,2,nan,nan,nan,-1,-1,-1\n\
             loss,level,-1,nan,nan,nan,nan,nan,nan,-1,-1,-1\n\
             loss,edge (derived),-1,0.25,nan,nan,nan,nan,nan,-1,-1,-1\n"
        );
        assert!(Table::from_csv(&COLUMNS, &csv).is_ok());
    }
}
