//! The rows of one cell, as a judge reads them.

use prunelaw_engine::table::{Column, Row, Table};

/// One point of a regime: a cell's axes, and its rows in replica order.
#[derive(Clone, Copy, Debug)]
pub struct Point<'t> {
    table: &'t Table,
    axes: usize,
    /// The rows, in replica order.
    pub rows: &'t [Row],
}

/// The points of a table whose rows are sorted by axes and replica; the axes are the columns before `replica`.
pub fn points(table: &Table) -> Vec<Point<'_>> {
    let axes = table.position("replica").unwrap_or(0);
    let same = |a: &Row, b: &Row| a[..axes] == b[..axes];
    table.rows.chunk_by(same).map(|rows| Point { table, axes, rows }).collect()
}

impl Point<'_> {
    /// The axes as `key=value` words.
    pub fn at(&self) -> Vec<(String, String)> {
        let word = |(column, cell): (&Column, &_)| (column.name.to_owned(), text(cell));
        self.table.columns.iter().zip(&self.rows[0]).take(self.axes).map(word).collect()
    }

    /// A column as numbers, in replica order.
    ///
    /// # Panics
    /// If the table lacks the column.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        let at = self.table.index(name);
        self.rows.iter().map(|row| row[at].number()).collect()
    }

    /// The value of an axis, or of any column that is the same in all rows.
    ///
    /// # Panics
    /// If the table lacks the column.
    pub fn number(&self, name: &str) -> f64 {
        self.rows[0][self.table.index(name)].number()
    }

    /// The word of an axis.
    ///
    /// # Panics
    /// If the table lacks the column.
    pub fn word(&self, name: &str) -> String {
        text(&self.rows[0][self.table.index(name)])
    }

    /// A column as words, in replica order.
    ///
    /// # Panics
    /// If the table lacks the column.
    pub fn words(&self, name: &str) -> Vec<String> {
        let at = self.table.index(name);
        self.rows.iter().map(|row| text(&row[at])).collect()
    }

    /// Index of the replica in row `row`.
    pub fn replica(&self, row: usize) -> u64 {
        self.rows[row][self.axes].number() as u64
    }
}

fn text(cell: &prunelaw_engine::table::Cell) -> String {
    let mut out = String::new();
    cell.write(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_the_cells_in_order() {
        let columns =
            [Column::real("keep", "1", "p"), Column::integer("replica", "1", "r"), Column::real("x", "1", "x")];
        let mut table = Table::new(&columns);
        for (keep, replica, x) in [(0.1, 0usize, 5.0), (0.1, 1, 6.0), (1.0, 0, 7.0)] {
            table.rows.push(vec![keep.into(), replica.into(), x.into()]);
        }
        let found = points(&table);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].at(), [("keep".to_owned(), "0.1".to_owned())]);
        assert_eq!((found[0].numbers("x"), found[0].replica(1)), (vec![5.0, 6.0], 1));
        assert_eq!((found[1].number("keep"), found[1].rows.len()), (1.0, 1));
        assert!(points(&Table::new(&columns)).is_empty());
    }
}
