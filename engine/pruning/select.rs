//! From scores to masks: the k highest stay, k exact, and of equal scores the lower index.
//!
//! The order is that of layers, then of rows. Codes that prune by a threshold remove all of the weights at the threshold, and
//! with many scores at exactly 0 that is many: here the count is what was asked for. Linear time.

use super::{PruningError, Scores, fits};
use crate::mask::Mask;
use std::ops::Range;

/// Neighbouring layers that are ranked together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its layers, counted from 0.
    pub layers: Range<usize>,
    /// How many of their weights stay.
    pub kept: usize,
}

/// Of the weights that `current` keeps, those with the highest scores in their group. Layers without a group keep nothing.
///
/// # Errors
/// [`PruningError`]: scores and masks do not fit, a score of a kept weight is not finite, or a group is to keep more than it
/// has.
pub fn highest(
    rule: &'static str,
    scores: &Scores,
    current: &[Mask],
    groups: &[Group],
) -> Result<Vec<Mask>, PruningError> {
    let shapes: Vec<&[usize]> = current.iter().map(Mask::shape).collect();
    fits("scores", scores.iter().map(|layer| layer.shape()), &shapes)?;
    let mut chosen: Vec<Vec<usize>> = vec![Vec::new(); current.len()];
    let mut ranked: Vec<(f64, usize, usize)> = Vec::new();
    for group in groups {
        ranked.clear();
        for layer in group.layers.clone() {
            let (scores, columns) = (&scores[layer], scores[layer].ncols());
            for at in current[layer].indices() {
                let (row, column) = (at / columns, at % columns);
                let score = scores[[row, column]];
                if !score.is_finite() {
                    return Err(PruningError::NotFinite { rule, layer: layer + 1, row, column, score });
                }
                ranked.push((score, layer, at));
            }
        }
        if group.kept > ranked.len() {
            let keep = group.kept as f64 / group.layers.clone().map(|at| current[at].len()).sum::<usize>() as f64;
            let what = name(&group.layers, current.len());
            return Err(PruningError::AboveCurrent { what, keep, asked: group.kept, kept: ranked.len() });
        }
        if (1..ranked.len()).contains(&group.kept) {
            // Total on finite scores, and 0 and -0 are equal.
            ranked.select_nth_unstable_by(group.kept, |a, b| {
                let by_score = b.0.partial_cmp(&a.0).expect("finite scores");
                by_score.then((a.1, a.2).cmp(&(b.1, b.2)))
            });
        }
        ranked[..group.kept].iter().for_each(|(_, layer, at)| chosen[*layer].push(*at));
    }
    Ok(chosen.into_iter().zip(shapes).map(|(kept, shape)| Mask::from_indices(shape, kept)).collect())
}

/// What a group is called in an error.
pub(super) fn name(layers: &Range<usize>, all: usize) -> String {
    match layers.len() {
        1 => format!("layer {}", layers.start + 1),
        count if count == all => "the network".to_owned(),
        _ => format!("layers {} to {}", layers.start + 1, layers.end),
    }
}
