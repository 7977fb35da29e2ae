//! Conservation of synaptic saliency (arXiv 2006.05467, theorems 1 and 2): where it holds, the scores of the weights into a
//! hidden unit add up to those of the weights out of it, and so do whole layers.
//!
//! It holds for S = w dR/dw, R any function of the outputs, if activations are homogeneous and the bias counts as a weight into
//! its unit. It does not hold for |S| (SNIP), for GraSP, or for tanh: there a defect says by how much.

use super::Scores;
use ndarray::{Array1, Axis};

/// What the scores of one network add up to.
#[derive(Clone, Debug, PartialEq)]
pub struct Conservation {
    /// The sum over the weights of each layer, and over its biases where they are scored.
    pub layers: Vec<f64>,
    /// For each hidden layer, into each unit less out of it.
    pub defects: Vec<Array1<f64>>,
    /// The largest defect, over the largest sum of a unit; 0 if all sums are 0.
    pub relative: f64,
}

impl Conservation {
    /// Of these scores, (out, in) per layer, and of those of the biases, (out) per layer, where there are any.
    pub fn of(scores: &Scores, biases: &[Option<Array1<f64>>]) -> Conservation {
        let into: Vec<Array1<f64>> = (0..scores.len())
            .map(|at| {
                let sums = scores[at].sum_axis(Axis(1));
                biases.get(at).and_then(Option::as_ref).map_or(sums.clone(), |bias| &sums + bias)
            })
            .collect();
        let out: Vec<Array1<f64>> = scores.iter().skip(1).map(|layer| layer.sum_axis(Axis(0))).collect();
        let defects: Vec<Array1<f64>> = into.iter().zip(&out).map(|(into, out)| into - out).collect();
        let largest = |sums: &mut dyn Iterator<Item = f64>| sums.fold(0.0, |most: f64, sum| most.max(sum.abs()));
        let scale = largest(&mut into.iter().zip(&out).flat_map(|(into, out)| into.iter().chain(out).copied()));
        let worst = largest(&mut defects.iter().flatten().copied());
        let relative = if scale > 0.0 { worst / scale } else { 0.0 };
        Conservation { layers: into.iter().map(|sums| sums.sum()).collect(), defects, relative }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_unit_is_conserved_if_what_goes_in_comes_out() {
        let scores = vec![array![[1.0, 2.0], [4.0, 0.0]], array![[2.0, 1.0], [1.0, 2.0]]];
        let said = Conservation::of(&scores, &[]);
        assert_eq!((said.layers, said.defects, said.relative), (vec![7.0, 6.0], vec![array![0.0, 1.0]], 0.25));
        let said = Conservation::of(&scores, &[Some(array![0.0, -1.0]), None]);
        assert_eq!((said.layers, said.relative), (vec![6.0, 6.0], 0.0));
    }
}
