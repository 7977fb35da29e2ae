//! The neural tangent kernel of one network on some samples, Theta = J J^T (arXiv 1806.07572), J the derivatives of every
//! output at every sample by the kept weights and all biases.

use super::Mlp;
use crate::mask::Mask;
use ndarray::{Array1, Array2};

impl Mlp<f64> {
    /// J, (n K, kept weights and biases) for x (n, d): row i K + k is output k of sample i.
    ///
    /// # Panics
    /// If layers, masks and samples do not fit together.
    pub fn jacobian(&self, masks: &[Mask], x: &Array2<f64>) -> Array2<f64> {
        let outputs = self.layers.last().map_or(0, |layer| layer.w.nrows());
        let biases = |layer: &super::Layer<f64>| layer.b.as_ref().map_or(0, Array1::len);
        let sizes: Vec<usize> =
            self.layers.iter().zip(masks).map(|(layer, mask)| mask.kept() + biases(layer)).collect();
        let mut jacobian = Array2::zeros((x.nrows() * outputs, sizes.iter().sum()));
        for (at, sample) in x.rows().into_iter().enumerate() {
            // What comes into every layer.
            let mut inputs = vec![sample.to_owned()];
            for layer in &self.layers[..self.layers.len() - 1] {
                let mut z = layer.w.dot(inputs.last().expect("one was there"));
                layer.b.iter().for_each(|b| z += b);
                self.activation.apply(z.as_slice_mut().expect("contiguous"));
                inputs.push(z);
            }
            for k in 0..outputs {
                let mut row = jacobian.row_mut(at * outputs + k);
                let mut first = sizes.iter().sum::<usize>();
                let mut delta = Array1::zeros(outputs);
                delta[k] = 1.0;
                for (l, layer) in self.layers.iter().enumerate().rev() {
                    first -= sizes[l];
                    let columns = layer.w.ncols();
                    for (to, edge) in masks[l].indices().enumerate() {
                        row[first + to] = delta[edge / columns] * inputs[l][edge % columns];
                    }
                    if layer.b.is_some() {
                        delta.iter().enumerate().for_each(|(to, d)| row[first + masks[l].kept() + to] = *d);
                    }
                    delta = layer.w.t().dot(&delta);
                    if l > 0 {
                        let into = inputs[l].as_slice().expect("contiguous");
                        self.activation.chain(into, delta.as_slice_mut().expect("contiguous"));
                    }
                }
            }
        }
        jacobian
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fraction::KeepFraction;
    use crate::key::Key;
    use crate::network::init::InitLaw;
    use crate::network::mlp::Activation;

    #[test]
    fn rows_are_central_differences_of_the_outputs() {
        for activation in Activation::ALL {
            let key = Key::root("tangent");
            let mut net: Mlp<f64> = Mlp::draw(&[3, 5, 4, 2], activation, true, InitLaw::HeNormal, 1.0, &key);
            let masks: Vec<Mask> = net
                .layers
                .iter()
                .map(|layer| Mask::random(layer.w.shape(), KeepFraction::new(0.7).unwrap(), &key))
                .collect();
            for (layer, mask) in net.layers.iter_mut().zip(&masks) {
                layer.w.iter_mut().enumerate().filter(|(at, _)| !mask.keeps(*at)).for_each(|(_, w)| *w = 0.0);
                layer.b.iter_mut().for_each(|b| b.fill(0.1));
            }
            let x = InitLaw::Normal.draw((6, 3), 1.0, &key.child("x"));
            let jacobian = net.jacobian(&masks, &x);
            let mut column = 0;
            let step = 1e-5;
            for (l, mask) in masks.iter().enumerate() {
                let columns = net.layers[l].w.ncols();
                let weights = mask.indices().map(Some).chain((0..net.layers[l].w.nrows()).map(|_| None));
                for (at, weight) in weights.enumerate() {
                    let moved = |by: f64| {
                        let mut moved = net.clone();
                        match weight {
                            Some(edge) => moved.layers[l].w[[edge / columns, edge % columns]] += by,
                            None => moved.layers[l].b.as_mut().unwrap()[at - mask.kept()] += by,
                        }
                        moved.outputs(&x).unwrap()
                    };
                    let slope = (moved(step) - moved(-step)) / (2.0 * step);
                    for (row, value) in jacobian.column(column).iter().enumerate() {
                        assert!((value - slope[[row % 2, row / 2]]).abs() < 1e-7, "{activation:?}");
                    }
                    column += 1;
                }
            }
            assert_eq!(column, jacobian.ncols());
        }
    }
}
