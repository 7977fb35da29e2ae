//! LipSDP-Neuron (arXiv 1906.04893) beside Shor's bound: two semidefinite programs with one value.
//!
//! For f = a . relu(W x + b): the least rho with T diagonal, T >= 0, and
//! M = [[-rho I, W^T T], [T W, -2 T + a a^T]] negative semidefinite; Lip(f) <= sqrt(rho). Derived here: by a Schur complement
//! and Sherman and Morrison's formula M says that sum_j t_j w_j w_j^T / 2 + W^T a a^T W / (4 (1 - c)) <= rho I with
//! c = sum_j a_j^2 / (2 t_j), which is Shor's dual for y_j = rho a_j^2 / (2 t_j) and y_0 = rho (1 - c). So each feasible point of
//! one program is a feasible point of the other, of the same value.
//!
//! The checks below do not use that algebra: they look at M as it is printed. No solver of its own, no layers beyond two.

use super::shor::{certify, multipliers};
use crate::eigenvalues::symmetric_eigenvalues;
use crate::key::Key;
use nalgebra::DMatrix;
use ndarray::{Array1, Array2, s};
use rand::RngExt;
use rand_distr::StandardNormal;

/// Other points of the program that are tried around the one from Shor's dual, and how far away, in the logarithm of T.
const TRIES: usize = 30;
const SPREADS: [f64; 3] = [1e-3, 1e-2, 1e-1];

/// How LipSDP and Shor's bound compare on one network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The largest eigenvalue of M at Shor's value and the T of Shor's dual, over the largest entry of M: at most 0 but for
    /// rounding if LipSDP is at most Shor's bound.
    pub defect: f64,
    /// The least value of LipSDP at the other points, over Shor's: at least 1 but for the solver if Shor's is the least.
    pub lowest: f64,
}

impl Comparison {
    /// Of the network of these weights, W (k, d) and a (k); no weight is 0.
    pub fn of(w: &Array2<f64>, a: &Array1<f64>, key: &Key) -> Comparison {
        let jumps = w * &a.view().insert_axis(ndarray::Axis(1)) / 2.0;
        let middle = jumps.sum_axis(ndarray::Axis(0));
        let rows: Vec<Vec<f64>> =
            [middle.to_vec()].into_iter().chain(jumps.rows().into_iter().map(|row| row.to_vec())).collect();
        let dual = certify(&rows, multipliers(&rows, &key.child("vectors")));
        let rho = dual.y.iter().sum::<f64>() + rows.len() as f64 * dual.missing;
        let t: Array1<f64> = a.iter().zip(&dual.y[1..]).map(|(a, y)| 0.5 * a * a * rho / y).collect();
        let m = printed(w, a, &t, rho);
        let largest = m.iter().fold(0.0_f64, |most, entry| most.max(entry.abs()));
        let mut rng = key.child("tries").rng();
        let mut lowest = f64::INFINITY;
        for spread in SPREADS {
            for _ in 0..TRIES {
                let other = t.mapv(|t| t * (spread * rng.sample::<f64, _>(StandardNormal)).exp());
                lowest = lowest.min(value(w, a, &other).map_or(f64::INFINITY, |value| (value / rho).sqrt()));
            }
        }
        Comparison { defect: symmetric_eigenvalues(&m)[0] / largest, lowest }
    }
}

/// M.
fn printed(w: &Array2<f64>, a: &Array1<f64>, t: &Array1<f64>, rho: f64) -> Array2<f64> {
    let (k, d) = w.dim();
    let mut m = Array2::zeros((d + k, d + k));
    m.slice_mut(s![..d, ..d]).diag_mut().fill(-rho);
    let tw = w * &t.view().insert_axis(ndarray::Axis(1));
    m.slice_mut(s![d.., ..d]).assign(&tw);
    m.slice_mut(s![..d, d..]).assign(&tw.t());
    m.slice_mut(s![d.., d..])
        .assign(&Array2::from_shape_fn((k, k), |(i, j)| a[i] * a[j] - if i == j { 2.0 * t[i] } else { 0.0 }));
    m
}

/// The least rho for this T, the largest eigenvalue of W^T T (2 T - a a^T)^-1 T W; none if no rho serves it.
fn value(w: &Array2<f64>, a: &Array1<f64>, t: &Array1<f64>) -> Option<f64> {
    let (k, d) = w.dim();
    let middle = DMatrix::from_fn(k, k, |i, j| (if i == j { 2.0 * t[i] } else { 0.0 }) - a[i] * a[j]);
    let tw = DMatrix::from_fn(k, d, |i, j| t[i] * w[[i, j]]);
    let solved = middle.cholesky()?.solve(&tw);
    let product = tw.transpose() * solved;
    Some(symmetric_eigenvalues(&Array2::from_shape_fn((d, d), |(i, j)| product[(i, j)]))[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lipschitz::{Domain, Kinks, Method};
    use crate::network::init::InitLaw;

    #[test]
    fn one_neuron_is_as_steep_as_its_weights() {
        // f = 3 relu(2 x): T = a^2 gives rho = 36.
        let (w, a) = (ndarray::array![[2.0]], ndarray::array![3.0]);
        assert!((value(&w, &a, &ndarray::array![9.0]).unwrap() - 36.0).abs() < 1e-12);
        assert!(value(&w, &a, &ndarray::array![4.0]).is_none());
        let seen = Comparison::of(&w, &a, &Key::root("one"));
        assert!(seen.defect < 1e-9 && seen.lowest >= 1.0 - 1e-9, "{seen:?}");
    }

    #[test]
    fn the_two_programs_have_one_value_and_a_smaller_one_is_infeasible() {
        for replica in 0..5 {
            let key = Key::root("lipsdp").replica(replica);
            let w = InitLaw::Normal.draw((9, 3), 1.0, &key.child("w"));
            let a = InitLaw::Normal.draw((1, 9), 1.0, &key.child("a")).row(0).to_owned();
            let seen = Comparison::of(&w, &a, &key);
            assert!(seen.defect < 1e-9 && seen.lowest > 1.0 - 1e-6, "{seen:?}");
            // The bound that is in use is the one that is compared.
            let b = Array1::linspace(-1.0, 1.0, 9);
            let kinks = Kinks::new(w.view(), Some(b.view()), a.view(), Domain::All).unwrap();
            let shor = Method::Shor.end(&kinks, &key).unwrap().unwrap().value;
            let rows: Vec<Vec<f64>> = super::super::shor::rows(&kinks);
            let dual = certify(&rows, multipliers(&rows, &key));
            assert!((dual.total.sqrt() / shor - 1.0).abs() < 1e-6);
            // At nine tenths of the value M has a positive eigenvalue, whatever T: here the one of the dual.
            let t: Array1<f64> = a.iter().zip(&dual.y[1..]).map(|(a, y)| 0.5 * a * a * dual.total / y).collect();
            assert!(symmetric_eigenvalues(&printed(&w, &a, &t, 0.81 * dual.total))[0] > 0.0);
        }
    }
}
