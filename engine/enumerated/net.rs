//! The 3-4-1 ReLU network with biases: parameters, initial law, loss, gradient and Hessian products of one data set.
//!
//! A parameter vector has w (4, 3) row by row, then b (4), v (4) and c: f(x) = c + sum_j v_j max(0, w_j x + b_j).

use super::PARAMETERS;
use super::data::{Dataset, POINTS};
use crate::key::Key;
use rand::RngExt;
use rand_distr::StandardNormal;

/// Hidden units.
pub const HIDDEN: usize = 4;
/// Where b begins.
pub const B: usize = 12;
/// Where v begins.
pub const V: usize = 16;
/// Where c is.
pub const C: usize = 20;

/// All parameters, or a number for each.
pub type Theta = [f64; PARAMETERS];

/// Initial weights: w of N(0, 0.7^2 * 2/3), v of N(0, 1/4), all biases of N(0, 0.01).
pub fn initial(key: &Key) -> Theta {
    let mut rng = key.rng();
    let scale = |i: usize| match i {
        0..B => 0.7 * (2.0_f64 / 3.0).sqrt(),
        V..C => 0.5,
        _ => 0.1,
    };
    std::array::from_fn(|i| scale(i) * rng.sample::<f64, _>(StandardNormal))
}

/// The parameters with those that a mask prunes at 0; bit i keeps parameter i.
pub fn masked(theta: &Theta, kept: u32) -> Theta {
    std::array::from_fn(|i| if kept >> i & 1 == 1 { theta[i] } else { 0.0 })
}

/// w_j x + b_j.
pub fn activation(theta: &Theta, j: usize, x: &[f64; 3]) -> f64 {
    let w = &theta[3 * j..3 * j + 3];
    theta[B + j] + w[0] * x[0] + w[1] * x[1] + w[2] * x[2]
}

/// f(x).
pub fn output(theta: &Theta, x: &[f64; 3]) -> f64 {
    theta[C] + (0..HIDDEN).map(|j| theta[V + j] * activation(theta, j, x).max(0.0)).sum::<f64>()
}

/// Mean squared error.
pub fn loss(theta: &Theta, data: &Dataset) -> f64 {
    data.x.iter().zip(&data.y).map(|(x, y)| (output(theta, x) - y).powi(2)).sum::<f64>() / POINTS as f64
}

/// Whether f has the label's sign at every point.
pub fn fits(theta: &Theta, data: &Dataset) -> bool {
    data.x.iter().zip(&data.y).all(|(x, y)| y * output(theta, x) > 0.0)
}

/// Gradient of the mean squared error.
pub fn gradient(theta: &Theta, data: &Dataset) -> Theta {
    let mut gradient = [0.0; PARAMETERS];
    for (x, y) in data.x.iter().zip(&data.y) {
        let error = 2.0 / POINTS as f64 * (output(theta, x) - y);
        gradient[C] += error;
        for j in 0..HIDDEN {
            let z = activation(theta, j, x);
            if z > 0.0 {
                gradient[V + j] += error * z;
                gradient[B + j] += error * theta[V + j];
                (0..3).for_each(|i| gradient[3 * j + i] += error * theta[V + j] * x[i]);
            }
        }
    }
    gradient
}

/// The Hessian of the mean squared error times `along`, where no activation is 0.
pub fn hessian_times(theta: &Theta, along: &Theta, data: &Dataset) -> Theta {
    let mut product = [0.0; PARAMETERS];
    for (x, y) in data.x.iter().zip(&data.y) {
        let scale = 2.0 / POINTS as f64;
        let error = scale * (output(theta, x) - y);
        // How every part moves along the direction.
        let moves = |j: usize| if activation(theta, j, x) > 0.0 { activation(along, j, x) } else { 0.0 };
        let part = |j: usize| along[V + j] * activation(theta, j, x).max(0.0) + theta[V + j] * moves(j);
        let turned = scale * (along[C] + (0..HIDDEN).map(part).sum::<f64>());
        product[C] += turned;
        for j in 0..HIDDEN {
            let z = activation(theta, j, x);
            if z > 0.0 {
                product[V + j] += turned * z + error * moves(j);
                let back = turned * theta[V + j] + error * along[V + j];
                product[B + j] += back;
                (0..3).for_each(|i| product[3 * j + i] += back * x[i]);
            }
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enumerated::data::dataset;

    fn moved(theta: &Theta, along: &Theta, step: f64) -> Theta {
        std::array::from_fn(|i| theta[i] + step * along[i])
    }

    #[test]
    fn derivatives_are_central_differences() {
        for index in [0, 777, 1791] {
            let (theta, data) = (initial(&Key::root("net").replica(index as u64)), dataset(index));
            let along = gradient(&theta, &data);
            let product = hessian_times(&theta, &along, &data);
            for i in 0..PARAMETERS {
                let unit: Theta = std::array::from_fn(|k| f64::from(u8::from(k == i)));
                let slope =
                    (loss(&moved(&theta, &unit, 1e-6), &data) - loss(&moved(&theta, &unit, -1e-6), &data)) / 2e-6;
                assert!((slope - along[i]).abs() < 1e-8, "{i}");
                let at = |step| gradient(&moved(&theta, &along, step), &data)[i];
                assert!(((at(1e-6) - at(-1e-6)) / 2e-6 - product[i]).abs() < 1e-7, "{i}");
            }
        }
    }

    #[test]
    fn initial_weights_have_their_spreads() {
        let draws: Vec<Theta> = (0..2000).map(|r| initial(&Key::root("init").replica(r))).collect();
        let variance = |i: usize| draws.iter().map(|theta| theta[i] * theta[i]).sum::<f64>() / 2000.0;
        for (i, expected) in [(0, 0.3267), (11, 0.3267), (B, 0.01), (V, 0.25), (C, 0.01)] {
            // Five standard errors of a variance.
            assert!((variance(i) / expected - 1.0).abs() < 5.0 * (2.0_f64 / 2000.0).sqrt(), "{i}: {}", variance(i));
        }
    }
}
