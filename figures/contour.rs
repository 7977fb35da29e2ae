//! Contour lines of a map: where the value, linear between the centres of neighbouring cells on the scales of the axes,
//! passes a level.
//!
//! Marching squares: each square between four centres gives no, one or two straight pieces from edge to edge; where two
//! diagonal corners lie above the level, the bilinear saddle value decides which corners are joined. Pieces are then
//! linked into lines. A square with a corner that has no value gives nothing, and nothing lies outside the outermost
//! centres.

use crate::axis::Scale;
use crate::drawing::{Tile, centres};
use std::collections::BTreeMap;

/// Values on the product of two lists of coordinates.
#[derive(Debug)]
pub struct Grid<'a> {
    /// Ascending, with the scale of their axis.
    pub x: (Scale, &'a [f64]),
    /// Ascending, with the scale of their axis.
    pub y: (Scale, &'a [f64]),
    /// `values[j][i]` at `(x[i], y[j])`; not finite where there is none.
    pub values: &'a [Vec<f64>],
}

/// An edge between two centres: from (i, j) one to the right, or one up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    i: usize,
    j: usize,
    up: bool,
}

/// The lines on which the value is `level`, as points; a closed line ends where it begins.
pub fn contour(grid: &Grid<'_>, level: f64) -> Vec<Vec<[f64; 2]>> {
    let lines = link(&segments(grid, level));
    lines.into_iter().map(|line| line.into_iter().map(|edge| crossing(grid, level, edge)).collect()).collect()
}

/// The contour of the values of a map's cells, its pieces apart, as a line of a panel with these scales.
pub fn of_cells(tiles: &[Tile], [x, y]: [Scale; 2], level: f64) -> Vec<[f64; 2]> {
    let (xs, ys) = (centres(tiles, |tile| tile.x), centres(tiles, |tile| tile.y));
    let value =
        |x: f64, y: f64| tiles.iter().find(|tile| tile.x == x && tile.y == y).map_or(f64::NAN, |tile| tile.value);
    let values: Vec<Vec<f64>> = ys.iter().map(|y| xs.iter().map(|x| value(*x, *y)).collect()).collect();
    contour(&Grid { x: (x, &xs), y: (y, &ys), values: &values }, level).join(&[f64::NAN; 2])
}

/// The pieces of every square, from edge to edge.
fn segments(grid: &Grid<'_>, level: f64) -> Vec<[Edge; 2]> {
    let mut found = Vec::new();
    for j in 0..grid.y.1.len().saturating_sub(1) {
        for i in 0..grid.x.1.len().saturating_sub(1) {
            let value = |right: usize, up: usize| grid.values[j + up][i + right];
            // Around the square, from the lower left corner.
            let corners = [value(0, 0), value(1, 0), value(1, 1), value(0, 1)];
            if corners.iter().any(|corner| !corner.is_finite()) {
                continue;
            }
            // The edge from each corner to the next.
            let edges = [
                Edge { i, j, up: false },
                Edge { i: i + 1, j, up: true },
                Edge { i, j: j + 1, up: false },
                Edge { i, j, up: true },
            ];
            let above = corners.map(|corner| corner >= level);
            let crossed: Vec<Edge> = (0..4).filter(|k| above[*k] != above[(k + 1) % 4]).map(|k| edges[k]).collect();
            match *crossed.as_slice() {
                [a, b] => found.push([a, b]),
                [a, b, c, d] => {
                    let [v00, v10, v11, v01] = corners;
                    let saddle = (v00 * v11 - v10 * v01) / (v00 + v11 - v10 - v01);
                    // Above the level at the saddle, the corners above it are joined: pieces cut off the other two.
                    found.extend(if (saddle >= level) == above[0] { [[a, b], [c, d]] } else { [[d, a], [b, c]] });
                }
                _ => {}
            }
        }
    }
    found
}

/// Links pieces that share an edge into lines: first the open ones, from their ends, then the closed ones.
fn link(segments: &[[Edge; 2]]) -> Vec<Vec<Edge>> {
    let mut at: BTreeMap<Edge, Vec<usize>> = BTreeMap::new();
    for (index, segment) in segments.iter().enumerate() {
        segment.iter().for_each(|edge| at.entry(*edge).or_default().push(index));
    }
    let ends = at.iter().filter(|(_, met)| met.len() == 1).map(|(edge, _)| *edge);
    let starts: Vec<Edge> = ends.chain(at.keys().copied()).collect();
    let mut used = vec![false; segments.len()];
    let mut lines = Vec::new();
    for start in starts {
        let (mut line, mut here) = (vec![start], start);
        while let Some(next) = at[&here].iter().copied().find(|index| !used[*index]) {
            used[next] = true;
            let [a, b] = segments[next];
            here = if a == here { b } else { a };
            line.push(here);
        }
        if line.len() > 1 {
            lines.push(line);
        }
    }
    lines
}

/// Where the value passes the level on an edge.
fn crossing(grid: &Grid<'_>, level: f64, Edge { i, j, up }: Edge) -> [f64; 2] {
    let (right, above) = (usize::from(!up), usize::from(up));
    let (a, b) = (grid.values[j][i], grid.values[j + above][i + right]);
    let part = (level - a) / (b - a);
    let between = |(scale, at): (Scale, &[f64]), from: usize, to: usize| {
        if from == to {
            return at[from];
        }
        let (low, high) = (scale.stretch(at[from]), scale.stretch(at[to]));
        scale.relax(low + part * (high - low))
    };
    [between(grid.x, i, i + right), between(grid.y, j, j + above)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid<R>(
        x: (Scale, &[f64]),
        y: (Scale, &[f64]),
        value: impl Fn(f64, f64) -> f64,
        then: impl FnOnce(&Grid<'_>) -> R,
    ) -> R {
        let values: Vec<Vec<f64>> = y.1.iter().map(|y| x.1.iter().map(|x| value(*x, *y)).collect()).collect();
        then(&Grid { x, y, values: &values })
    }

    const FIVE: [f64; 5] = [0.0, 1.0, 2.0, 3.0, 4.0];

    fn linear() -> (Scale, &'static [f64]) {
        (Scale::Linear, &FIVE)
    }

    #[test]
    fn a_plane_has_one_straight_contour() {
        let lines = grid(linear(), linear(), |x, y| x + 2.0 * y, |grid| contour(grid, 5.5));
        assert_eq!(lines.len(), 1);
        assert!(lines[0].iter().all(|[x, y]| (x + 2.0 * y - 5.5).abs() < 1e-12));
        // From the left edge (or the top) to the bottom (or the right), through every edge on its way.
        assert_eq!(lines[0].len(), 7);
    }

    #[test]
    fn on_log_scales_a_power_law_has_a_straight_contour() {
        let at = [0.01, 0.1, 1.0, 10.0];
        let log = (Scale::Log, at.as_slice());
        let lines = grid(log, log, |x, y| (x * x * y).log10(), |grid| contour(grid, -0.7));
        assert_eq!(lines.len(), 1);
        for [x, y] in &lines[0] {
            assert!((2.0 * x.log10() + y.log10() + 0.7).abs() < 1e-9);
        }
    }

    #[test]
    fn a_hill_has_a_closed_contour() {
        let hill = |x: f64, y: f64| -(x - 2.0).powi(2) - (y - 2.0).powi(2);
        let lines = grid(linear(), linear(), hill, |grid| contour(grid, -2.5));
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        assert_eq!(lines[0].len(), 13);
    }

    #[test]
    fn two_hills_have_two_pieces_and_the_saddle_joins_what_lies_above_it() {
        let at = [0.0, 1.0];
        let square = (Scale::Linear, at.as_slice());
        // Corners 1, 0, 1, 0 around the square: the saddle is 1/2.
        let corner = |x: f64, y: f64| if x == y { 1.0 } else { 0.0 };
        for (level, joined) in [(0.4, true), (0.6, false)] {
            let lines = grid(square, square, corner, |grid| contour(grid, level));
            assert_eq!(lines.len(), 2);
            // With the high corners joined, each piece cuts off a low corner: (1, 0) or (0, 1).
            let cuts_low = |line: &[[f64; 2]]| line.iter().all(|[x, y]| (x - y).abs() > 0.5);
            assert_eq!(lines.iter().all(|line| cuts_low(line)), joined, "{lines:?}");
        }
    }

    #[test]
    fn holes_and_flat_maps_have_no_contour() {
        let hole = |x: f64, y: f64| if x == 2.0 { f64::NAN } else { x + y };
        let lines = grid(linear(), linear(), hole, |grid| contour(grid, 4.5));
        assert!(lines.iter().flatten().all(|[x, _]| *x <= 1.0 || *x >= 3.0));
        assert!(grid(linear(), linear(), |_, _| 1.0, |grid| contour(grid, 0.5)).is_empty());
        assert!(grid((Scale::Linear, &[]), linear(), |_, _| 1.0, |grid| contour(grid, 0.5)).is_empty());
    }

    /// The naive twin: on every row, the crossings between neighbours, one by one.
    #[test]
    fn rows_are_crossed_where_neighbours_lie_on_two_sides() {
        let rough = |x: f64, y: f64| (3.1 * x + 1.7 * y).sin() + 0.3 * (5.3 * x * y).cos();
        let level = 0.1;
        let lines = grid(linear(), linear(), rough, |grid| contour(grid, level));
        for y in FIVE {
            let mut got: Vec<f64> = lines
                .iter()
                .flat_map(|line| {
                    // A closed line has its first point twice.
                    let open = if line.first() == line.last() { &line[1..] } else { &line[..] };
                    open.iter().filter(|point| point[1] == y).map(|point| point[0]).collect::<Vec<_>>()
                })
                .collect();
            got.sort_by(f64::total_cmp);
            let crossing = |pair: &[f64]| {
                let (a, b) = (rough(pair[0], y), rough(pair[1], y));
                ((a >= level) != (b >= level)).then(|| pair[0] + (level - a) / (b - a) * (pair[1] - pair[0]))
            };
            let naive: Vec<f64> = FIVE.windows(2).filter_map(crossing).collect();
            assert_eq!(got.len(), naive.len(), "row {y}");
            assert!(got.iter().zip(&naive).all(|(a, b)| (a - b).abs() < 1e-12));
        }
    }
}
