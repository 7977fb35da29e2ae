//! Tables: long and dull. One row per replica (and step, in trajectories), one column per measure.
//!
//! Every column carries its unit and meaning. As text a table is CSV whose numbers are the shortest decimals that read
//! back to the same bits; `nan` and `inf` are spelt so. Missing values do not exist: a measure that could not be taken
//! is `nan`, and its row's `outcome` says why.

use std::cmp::Ordering;
use std::fmt::Write as _;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers: counts, indices, steps.
    Integer,
    /// Real numbers.
    Real,
    /// One word, such as an outcome.
    Text,
}

/// One column: name, what it holds, unit and meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// Heading, snake_case.
    pub name: &'static str,
    /// What the cells are.
    pub kind: Kind,
    /// Unit in words, `"1"` for a pure number.
    pub unit: &'static str,
    /// One line: what is measured, on what, and when.
    pub meaning: &'static str,
}

impl Column {
    /// A column of real numbers.
    pub const fn real(name: &'static str, unit: &'static str, meaning: &'static str) -> Column {
        Column { name, kind: Kind::Real, unit, meaning }
    }

    /// A column of whole numbers.
    pub const fn integer(name: &'static str, unit: &'static str, meaning: &'static str) -> Column {
        Column { name, kind: Kind::Integer, unit, meaning }
    }

    /// A column of words.
    pub const fn text(name: &'static str, meaning: &'static str) -> Column {
        Column { name, kind: Kind::Text, unit: "word", meaning }
    }
}

/// One value of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// In a [`Kind::Integer`] column.
    Integer(i64),
    /// In a [`Kind::Real`] column.
    Real(f64),
    /// In a [`Kind::Text`] column; no commas, quotes or line ends.
    Text(String),
}

impl Cell {
    /// The value as a number; `nan` for text.
    pub fn number(&self) -> f64 {
        match self {
            Cell::Integer(value) => *value as f64,
            Cell::Real(value) => *value,
            Cell::Text(_) => f64::NAN,
        }
    }

    /// Shortest text that reads back to the same value.
    pub fn write(&self, out: &mut String) {
        let _ = match self {
            Cell::Integer(value) => write!(out, "{value}"),
            Cell::Real(value) => {
                out.push_str(&shortest(*value));
                Ok(())
            }
            Cell::Text(value) => write!(out, "{value}"),
        };
    }

    /// Reads a cell of the given kind; `None` if the text is not of that kind.
    pub fn parse(kind: Kind, text: &str) -> Option<Cell> {
        match kind {
            Kind::Integer => text.parse().ok().map(Cell::Integer),
            Kind::Real => text.parse().ok().map(Cell::Real),
            Kind::Text => Some(Cell::Text(text.to_owned())),
        }
    }

    /// Total order within one kind: numbers by value, text by bytes.
    pub fn order(&self, other: &Cell) -> Ordering {
        match (self, other) {
            (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
            (Cell::Integer(a), Cell::Integer(b)) => a.cmp(b),
            (a, b) => a.number().total_cmp(&b.number()),
        }
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Cell {
        Cell::Real(value)
    }
}

impl From<f32> for Cell {
    fn from(value: f32) -> Cell {
        Cell::Real(f64::from(value))
    }
}

impl From<usize> for Cell {
    fn from(value: usize) -> Cell {
        Cell::Integer(value as i64)
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Cell {
        Cell::Integer(value as i64)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Cell {
        Cell::Integer(i64::from(value))
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Cell {
        Cell::Text(value)
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Cell {
        Cell::Text(value.to_owned())
    }
}

/// The shortest decimal that denotes `value`; with an exponent where plain digits would be long.
pub fn shortest(value: f64) -> String {
    if value.is_nan() {
        // One spelling: the sign and payload of a NaN mean nothing here.
        "nan".to_owned()
    } else if value.is_infinite() || value == 0.0 || (1e-5..1e17).contains(&value.abs()) {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

/// One row, in the order of the table's columns.
pub type Row = Vec<Cell>;

/// Columns and rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The headings, with unit and meaning.
    pub columns: Vec<Column>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Row>,
}

/// Why a text is not the table that was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The first line does not name the expected columns.
    #[error("header is `{got}`, expected `{expected}`")]
    Header {
        /// The line found.
        got: String,
        /// The line expected.
        expected: String,
    },
    /// A row has too few or too many cells.
    #[error("line {line} has {got} cells, expected {expected}")]
    Width {
        /// Line number from 1.
        line: usize,
        /// Cells found.
        got: usize,
        /// Cells expected.
        expected: usize,
    },
    /// A cell is not of its column's kind.
    #[error("line {line}: `{got}` is no {expected:?} for column `{column}`")]
    CellKind {
        /// Line number from 1.
        line: usize,
        /// The column's name.
        column: &'static str,
        /// The text found.
        got: String,
        /// The kind expected.
        expected: Kind,
    },
    /// The last line has no line end: the file was cut off.
    #[error("the last line is cut off")]
    CutOff,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: &[Column]) -> Table {
        Table { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Position of a column, if it is there.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Position of a column.
    ///
    /// # Panics
    /// If the table lacks the column: a claim or figure that asks for what it did not declare is a bug.
    pub fn index(&self, name: &str) -> usize {
        self.position(name).unwrap_or_else(|| panic!("table has no column `{name}`"))
    }

    /// A column as numbers, in row order.
    ///
    /// # Panics
    /// If the table lacks the column.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        let at = self.index(name);
        self.rows.iter().map(|row| row[at].number()).collect()
    }

    /// The rows for which `keep` says so, with the same columns.
    pub fn filter(&self, mut keep: impl FnMut(&Row) -> bool) -> Table {
        Table { columns: self.columns.clone(), rows: self.rows.iter().filter(|row| keep(row)).cloned().collect() }
    }

    /// The distinct values of a column in ascending order.
    ///
    /// # Panics
    /// If the table lacks the column.
    pub fn distinct(&self, name: &str) -> Vec<Cell> {
        let at = self.index(name);
        let mut values: Vec<Cell> = self.rows.iter().map(|row| row[at].clone()).collect();
        values.sort_by(Cell::order);
        values.dedup_by(|a, b| a.order(b).is_eq());
        values
    }

    /// Sorts rows by the first `keys` columns, left to right.
    pub fn sort(&mut self, keys: usize) {
        self.rows.sort_by(|a, b| {
            a.iter().zip(b).take(keys).map(|(x, y)| x.order(y)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
    }

    /// The heading line, without its line end.
    pub fn header(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(",")
    }

    /// The whole table as CSV, each line ended by `\n`.
    pub fn to_csv(&self) -> String {
        let mut out = self.header();
        out.push('\n');
        for row in &self.rows {
            write_row(row, &mut out);
        }
        out
    }

    /// Reads what [`Table::to_csv`] wrote, with exactly these columns.
    ///
    /// # Errors
    /// [`TableError`] names the line that is not as expected. A text that was cut off in its last line is refused.
    pub fn from_csv(columns: &[Column], text: &str) -> Result<Table, TableError> {
        let mut table = Table::new(columns);
        if !text.ends_with('\n') {
            return Err(TableError::CutOff);
        }
        let mut lines = text.lines();
        let got = lines.next().unwrap_or("");
        let expected = table.header();
        if got != expected {
            return Err(TableError::Header { got: got.to_owned(), expected });
        }
        for (number, line) in lines.enumerate() {
            let cells: Vec<&str> = line.split(',').collect();
            if cells.len() != columns.len() {
                return Err(TableError::Width { line: number + 2, got: cells.len(), expected: columns.len() });
            }
            let row = columns.iter().zip(cells).map(|(column, cell)| {
                Cell::parse(column.kind, cell).ok_or_else(|| TableError::CellKind {
                    line: number + 2,
                    column: column.name,
                    got: cell.to_owned(),
                    expected: column.kind,
                })
            });
            table.rows.push(row.collect::<Result<_, _>>()?);
        }
        Ok(table)
    }
}

/// Appends one CSV line with its line end.
pub fn write_row(row: &[Cell], out: &mut String) {
    for (i, cell) in row.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        cell.write(out);
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column::real("x", "1", "a number"),
        Column::integer("n", "samples", "a count"),
        Column::text("outcome", "a word"),
    ];

    #[test]
    fn csv_reads_back_to_the_same_bits() {
        let values = [0.1, -0.0, 1.0 / 3.0, 5e-324, f64::MAX, f64::MIN_POSITIVE, 1e16, 1e17, 1e-5, f64::INFINITY];
        let mut table = Table::new(&COLUMNS);
        for (i, x) in values.into_iter().enumerate() {
            table.rows.push(vec![x.into(), i.into(), "converged".into()]);
        }
        let back = Table::from_csv(&COLUMNS, &table.to_csv()).unwrap();
        for (a, b) in table.rows.iter().zip(&back.rows) {
            assert_eq!(a[0].number().to_bits(), b[0].number().to_bits());
            assert_eq!(a[1..], b[1..]);
        }
    }

    #[test]
    fn damage_is_named() {
        let good = "x,n,outcome\n1,2,cap\n";
        assert!(Table::from_csv(&COLUMNS, good).is_ok());
        assert_eq!(Table::from_csv(&COLUMNS, &good[..good.len() - 1]), Err(TableError::CutOff));
        assert!(matches!(Table::from_csv(&COLUMNS, "x,n\n1,2\n"), Err(TableError::Header { .. })));
        assert!(matches!(Table::from_csv(&COLUMNS, "x,n,outcome\n1,2\n"), Err(TableError::Width { line: 2, .. })));
        assert!(matches!(
            Table::from_csv(&COLUMNS, "x,n,outcome\n1,2.5,cap\n"),
            Err(TableError::CellKind { line: 2, .. })
        ));
    }

    #[test]
    fn rows_sort_by_their_keys() {
        let mut table = Table::new(&COLUMNS);
        for (x, n) in [(1.0, 2usize), (0.5, 3), (1.0, 1)] {
            table.rows.push(vec![x.into(), n.into(), "cap".into()]);
        }
        table.sort(2);
        assert_eq!(table.numbers("n"), [3.0, 1.0, 2.0]);
        assert_eq!(table.distinct("x").len(), 2);
    }
}
