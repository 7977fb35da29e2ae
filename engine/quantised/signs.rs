//! A network without weights to choose: its mask picks the sign of every coordinate, and fits by that alone.
//!
//! Of two hidden neurons per coordinate, a relu(+-x_l) and -a relu(+-x_l), the mask keeps one input weight of two each, so that
//! together they are a s_l x_l with s_l = +1 or -1: f(x) = a sum_l s_l x_l, clipped to [-1, 1], is steep by a sqrt(d) exactly.
//! The mask copies the signs of c_l = sum_i y_i x_il, each flipped with chance q. For normal inputs the signs are independent
//! and fair, so I(mask; D) = d (ln 2 - h(q)), and no weight carries anything.
//!
//! mean(f y) = a (1 - 2q) sqrt(2 d / (pi n)) before clipping, so that mean(f y) / Lip(f) is sqrt(1 / (pi ln 2)) = 0.678 of the
//! most that S2 allows at q = 0, and sqrt(2 / pi) = 0.798 of it as q goes to 1/2.

use crate::data::random_labels::RandomLabels;
use crate::information::copy_mask::CopyMask;
use crate::key::Key;
use crate::statistics::CannotDecide;
use rand::RngExt;
use std::f64::consts::PI;

/// A fitted mask.
#[derive(Clone, Debug, PartialEq)]
pub struct Signs {
    /// s_l; (d).
    pub signs: Vec<f64>,
    /// f at the samples, clipped to [-1, 1].
    pub outputs: Vec<f64>,
    /// Lip(f) over R^d before clipping, exactly.
    pub lipschitz: f64,
}

/// I(mask; data) = d (ln 2 - h(flip)) in nats; 0 for a flip that no channel has.
pub fn information(dimension: usize, flip: f64) -> f64 {
    dimension as f64 * CopyMask::new(1, flip).map_or(0.0, |one| one.information())
}

/// The size a that fits best on average at q = 0: m / (1 + m^2) with m = sqrt(2 d / (pi n)). It knows n and d only.
pub fn amplitude(samples: usize, dimension: usize) -> f64 {
    let m = (2.0 * dimension as f64 / (PI * samples as f64)).sqrt();
    m / (1.0 + m * m)
}

/// Copies the signs, each flipped with chance `flip`.
///
/// # Errors
/// `OutOfRange` for a flip outside [0, 1/2].
pub fn copy(data: &RandomLabels, flip: f64, key: &Key) -> Result<Signs, CannotDecide> {
    let (n, d) = data.x.dim();
    CopyMask::new(1, flip)?;
    let mut rng = key.rng();
    let signs: Vec<f64> = data
        .x
        .columns()
        .into_iter()
        .map(|x| {
            let score: f64 = x.iter().zip(&data.y).map(|(x, y)| x * y).sum();
            if (score > 0.0) != (rng.random::<f64>() < flip) { 1.0 } else { -1.0 }
        })
        .collect();
    let a = amplitude(n, d);
    let f = |x: ndarray::ArrayView1<'_, f64>| a * x.iter().zip(&signs).map(|(x, s)| x * s).sum::<f64>();
    let outputs = data.x.rows().into_iter().map(|x| f(x).clamp(-1.0, 1.0)).collect();
    Ok(Signs { outputs, signs, lipschitz: a * (d as f64).sqrt() })
}

#[cfg(test)]
mod tests {
    use super::super::{correlation, squared_error};
    use super::*;
    use crate::lipschitz::{Bracket, Domain, Kinks, Method};
    use ndarray::{Array1, Array2};

    #[test]
    fn the_mask_alone_fits_noise_and_knows_nothing_without_the_data() {
        let data = RandomLabels::draw(50, 400, &Key::root("signs"));
        let key = Key::root("channel");
        let [exact, blind] = [0.0, 0.5].map(|flip| copy(&data, flip, &key).unwrap());
        assert!(squared_error(&exact.outputs, &data.y) < 0.3 && correlation(&exact.outputs, &data.y) > 0.7);
        assert!(correlation(&blind.outputs, &data.y).abs() < 0.3);
        assert!((information(400, 0.0) - 400.0 * std::f64::consts::LN_2).abs() < 1e-9 && information(400, 0.5) < 1e-9);
    }

    #[test]
    fn the_pruned_network_is_the_linear_function_it_is_said_to_be() {
        let (n, d) = (9, 6);
        let data = RandomLabels::draw(n, d, &Key::root("linear"));
        let found = copy(&data, 0.1, &Key::root("channel")).unwrap();
        // Neurons 2l and 2l + 1 with the kept weights s_l and -s_l on coordinate l.
        let side = |j: usize| if j.is_multiple_of(2) { 1.0 } else { -1.0 };
        let w = Array2::from_shape_fn((2 * d, d), |(j, l)| if j / 2 == l { side(j) * found.signs[l] } else { 0.0 });
        let a = Array1::from_shape_fn(2 * d, |j| side(j) * amplitude(n, d));
        let f = data.x.dot(&w.t()).mapv(|z| z.max(0.0)).dot(&a);
        assert!(f.iter().zip(&found.outputs).all(|(f, out)| (f.clamp(-1.0, 1.0) - out).abs() < 1e-12));
        let kinks = Kinks::new(w.view(), None, a.view(), Domain::All).unwrap();
        let ends =
            [Method::Sampled, Method::Eigenvalue].map(|method| method.end(&kinks, &Key::root("lip")).unwrap().unwrap());
        let Bracket { lower, upper, .. } = Bracket::of(&ends);
        assert!(lower <= found.lipschitz && found.lipschitz <= upper && upper - lower < 1e-12);
    }
}
