//! Which replicas of which cells are stored.

use super::layout::axes;
use crate::engine::settings::Settings;
use crate::engine::table::write_row;
use std::collections::HashMap;

/// A bit per replica of each cell asked for.
#[derive(Clone, Debug)]
pub struct Present {
    cells: HashMap<String, usize>,
    bits: Vec<Vec<u64>>,
}

impl Present {
    pub(super) fn new(cells: &[Settings]) -> Present {
        let text = |cell: &Settings| {
            let mut text = String::new();
            write_row(&axes(cell), &mut text);
            text.pop();
            text
        };
        let cells: HashMap<String, usize> = cells.iter().enumerate().map(|(at, cell)| (text(cell), at)).collect();
        let bits = vec![Vec::new(); cells.len()];
        Present { cells, bits }
    }

    /// Cell and replica of a table's line, if the cell is asked for.
    pub(super) fn locate(&self, line: &str, axes: usize) -> Option<(usize, u64)> {
        let start = match axes {
            0 => 0,
            axes => line.match_indices(',').nth(axes - 1)?.0 + 1,
        };
        let cell = *self.cells.get(&line[..start.saturating_sub(1)])?;
        let replica = line[start..].split(',').next()?.parse().ok()?;
        Some((cell, replica))
    }

    pub(super) fn insert(&mut self, line: &str, axes: usize) {
        if let Some((cell, replica)) = self.locate(line, axes) {
            let (word, bit) = ((replica / 64) as usize, replica % 64);
            let bits = &mut self.bits[cell];
            if bits.len() <= word {
                bits.resize(word + 1, 0);
            }
            bits[word] |= 1 << bit;
        }
    }

    /// The replicas of the cell at this position that are there, ascending.
    pub fn replicas(&self, cell: usize) -> impl Iterator<Item = u64> {
        let words = (0u64..).zip(&self.bits[cell]);
        words.flat_map(|(at, word)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| 64 * at + bit))
    }

    /// Whether this replica of the cell at this position is there.
    pub fn has(&self, cell: usize, replica: u64) -> bool {
        let word = self.bits[cell].get((replica / 64) as usize);
        word.is_some_and(|word| word >> (replica % 64) & 1 == 1)
    }
}
