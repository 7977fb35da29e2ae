//! Live edges: kept weights that lie on a complete path of kept weights from an input to an output.
//!
//! A mask's density counts edges that lead nowhere; masks of different rules compare at equal live density.

use super::Mask;

impl Mask {
    /// The live part of one mask per layer of an MLP, each (out, in).
    ///
    /// # Panics
    /// If the widths of neighbouring layers differ.
    pub fn live(masks: &[Mask]) -> Vec<Mask> {
        let dimension = |mask: &Mask| (mask.shape()[0], mask.shape()[1]);
        // fed[l]: neurons of layer l that an input reaches; read[l]: those that reach an output.
        let mut fed = vec![vec![true; masks.first().map_or(0, |mask| dimension(mask).1)]];
        for mask in masks {
            let (neurons, inputs) = dimension(mask);
            let below = fed.last().expect("one was there");
            assert_eq!(below.len(), inputs, "neighbouring layers share a width");
            let mut reached = vec![false; neurons];
            mask.indices().filter(|at| below[at % inputs]).for_each(|at| reached[at / inputs] = true);
            fed.push(reached);
        }
        let mut read = vec![true; masks.last().map_or(0, |mask| dimension(mask).0)];
        let mut live: Vec<Mask> = Vec::with_capacity(masks.len());
        for (mask, fed) in masks.iter().zip(&fed).rev() {
            let inputs = dimension(mask).1;
            live.push(Mask::from_indices(
                mask.shape(),
                mask.indices().filter(|at| fed[at % inputs] && read[at / inputs]),
            ));
            let mut reaches = vec![false; inputs];
            mask.indices().filter(|at| read[at / inputs]).for_each(|at| reaches[at % inputs] = true);
            read = reaches;
        }
        live.reverse();
        live
    }

    /// Hidden neurons of each layer with a live edge, from the live masks of all layers.
    pub fn active_widths(live: &[Mask]) -> Vec<usize> {
        let above_input = &live[..live.len().saturating_sub(1)];
        let fed = |mask: &Mask| {
            let inputs = mask.shape()[1];
            let mut fed = vec![false; mask.shape()[0]];
            mask.indices().for_each(|at| fed[at / inputs] = true);
            fed.into_iter().filter(|fed| *fed).count()
        };
        above_input.iter().map(fed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fraction::KeepFraction;
    use crate::key::Key;

    #[test]
    fn an_edge_lives_if_some_path_of_kept_edges_runs_through_it() {
        // Enumerates all paths of a network 3-4-3-2.
        for replica in 0..50 {
            let key = Key::root("live").replica(replica);
            let keep = KeepFraction::new(0.3).unwrap();
            let masks = Mask::random_global(&[&[4, 3], &[3, 4], &[2, 3]], keep, &key);
            let mut active = [[false; 4], [false; 4]];
            let mut on_a_path = masks.iter().map(|mask| vec![false; mask.len()]).collect::<Vec<_>>();
            for path in 0..3 * 4 * 3 * 2 {
                let (i, j, k, o) = (path % 3, path / 3 % 4, path / 12 % 3, path / 36);
                let edges = [3 * j + i, 4 * k + j, 3 * o + k];
                if edges.iter().zip(&masks).all(|(at, mask)| mask.keeps(*at)) {
                    edges.iter().zip(&mut on_a_path).for_each(|(at, layer)| layer[*at] = true);
                    (active[0][j], active[1][k]) = (true, true);
                }
            }
            let active = active.map(|layer| layer.iter().filter(|active| **active).count());
            assert_eq!(Mask::active_widths(&Mask::live(&masks)), active);
            for (live, expected) in Mask::live(&masks).iter().zip(on_a_path) {
                assert!((0..live.len()).all(|at| live.keeps(at) == expected[at]));
            }
        }
    }
}
