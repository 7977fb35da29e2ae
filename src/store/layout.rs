//! The shape of a stored table: its columns, and how many of them are the key of a row.

use crate::engine::settings::{Domain, Field, Schema, Settings, Value, plain};
use crate::engine::table::{Cell, Column, Kind};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// The heading of a column, with its unit and meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// Name.
    pub name: String,
    /// `integer`, `real` or `text`.
    pub kind: String,
    /// Unit in words.
    pub unit: String,
    /// One line.
    pub meaning: String,
}

/// Columns in order: axes, `replica`, perhaps `step`, measures. Rows are sorted by all before the measures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The columns of `table.csv`.
    pub columns: Vec<Heading>,
    /// How many of them are axes.
    pub axes: usize,
    /// How many of them are the key of a row.
    pub keys: usize,
}

impl Layout {
    /// The layout of an experiment's table.
    pub fn new(schema: &'static Schema, measures: &[Column]) -> Layout {
        let heading = |column: Column| Heading {
            name: column.name.to_owned(),
            kind: word(column.kind).to_owned(),
            unit: column.unit.to_owned(),
            meaning: column.meaning.to_owned(),
        };
        let axes = schema.axes().count();
        let trajectory = measures.first().is_some_and(|column| column.name == "step");
        Layout {
            columns: columns(schema, measures).into_iter().map(heading).collect(),
            axes,
            keys: axes + 1 + usize::from(trajectory),
        }
    }

    /// The first line of `table.csv`.
    pub fn header(&self) -> String {
        self.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(",")
    }

    /// The first line of a part.
    pub fn part_header(&self) -> String {
        format!("{},cpu_seconds", self.header())
    }

    /// The first line of `timing.csv`.
    pub fn timing_header(&self) -> String {
        let names: Vec<&str> = self.columns[..=self.axes].iter().map(|column| column.name.as_str()).collect();
        format!("{},cpu_seconds", names.join(","))
    }

    /// The key of a line: its first `count` cells; `None` if the line is not of this layout.
    pub(super) fn key(&self, line: &str, count: usize) -> Option<RowKey> {
        let mut cells = line.split(',');
        let key = self.columns[..count].iter().map(|column| Cell::parse(kind(&column.kind)?, cells.next()?));
        key.collect::<Option<_>>().map(RowKey)
    }
}

/// What rows are sorted by.
#[derive(Clone, Debug)]
pub(super) struct RowKey(pub(super) Vec<Cell>);

impl Ord for RowKey {
    fn cmp(&self, other: &RowKey) -> Ordering {
        let orders = self.0.iter().zip(&other.0).map(|(a, b)| a.order(b));
        orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for RowKey {
    fn partial_cmp(&self, other: &RowKey) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for RowKey {
    fn eq(&self, other: &RowKey) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for RowKey {}

/// The columns of an experiment's table: axes, `replica`, measures.
pub fn columns(schema: &'static Schema, measures: &[Column]) -> Vec<Column> {
    let axis = |field: &'static Field| Column {
        name: field.name,
        kind: match field.domain {
            Domain::Integer { .. } => Kind::Integer,
            Domain::Real { .. } => Kind::Real,
            Domain::Choice(_) | Domain::Source { .. } | Domain::Integers { .. } => Kind::Text,
        },
        unit: field.unit,
        meaning: field.help,
    };
    let replica = Column::integer("replica", "1", "index of the replica from 0; equal ones share their draws");
    schema.axes().map(axis).chain([replica]).chain(measures.iter().copied()).collect()
}

/// The axes of a cell as table cells.
pub fn axes(cell: &Settings) -> Vec<Cell> {
    let axis = |value: &Value| match value {
        Value::Integer(value) => Cell::Integer(*value),
        Value::Real(value) => Cell::Real(*value),
        value => Cell::Text(plain(value)),
    };
    cell.iter().filter(|(field, _)| field.axis).map(|(_, value)| axis(value)).collect()
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "integer",
        Kind::Real => "real",
        Kind::Text => "text",
    }
}

fn kind(word: &str) -> Option<Kind> {
    [Kind::Integer, Kind::Real, Kind::Text].into_iter().find(|kind| self::word(*kind) == word)
}
