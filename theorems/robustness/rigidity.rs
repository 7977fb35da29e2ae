//! How large the jumps of a network's gradient are beside its Lipschitz constant (arXiv 2607.07778).
//!
//! On both sides of a hyperplane the gradient is at most the constant long, so that no jump is above twice the constant.
//! On the sphere this is about the part of the jump along it, and needs a point where no other hyperplane passes: on the circle
//! there may be none.

use super::draw::TwoLayer;
use crate::TrialError;
use ndarray::{Array1, Array2, Axis, concatenate};
use prunelaw_engine::key::Key;
use prunelaw_engine::lipschitz::{Domain, Method};
use prunelaw_engine::network::init::InitLaw;
use rand::RngExt;

/// Inputs of the random networks, and their neurons without the fold: half of them almost parallel to the other half.
const SMALL: (usize, usize) = (3, 8);

/// Random neurons, beside each an almost parallel one with almost the opposite outer weight, and a fold a |w.x + b| that is
/// steeper than all of them: its jump is almost twice the constant.
pub(super) fn planted(key: &Key) -> TwoLayer {
    let (d, k) = SMALL;
    let net = TwoLayer::random(k / 2, d, true, key);
    let near = TwoLayer::random(k / 2, d, true, &key.child("beside")).inner * 0.01 + &net.inner;
    let bias = net.bias.unwrap_or_else(|| Array1::zeros(k / 2)) * 0.3;
    let fold = InitLaw::Normal.draw((1, d), 1.0, &key.child("fold"));
    let steep = 10.0 * key.child("fold weight").rng().random_range(0.0..10.0);
    TwoLayer {
        inner: concatenate![Axis(0), net.inner, near, fold, -&fold],
        bias: Some(concatenate![Axis(0), bias, bias, Array1::zeros(2)]),
        outer: concatenate![Axis(0), net.outer, -&net.outer, Array1::from_elem(2, steep)],
    }
}

/// Four units whose lines are the sides 12, 23, 34, 41 of points of the circle at the angles -3h, h, -h, 3h, with jumps
/// that cancel at every point.
///
/// Along the circle relu(u.x - t) gains sqrt(1 - t^2) of slope at both ends of its arc, so that weights +-1 / sqrt(1 - t^2)
/// of alternate signs leave none.
pub(super) fn cycle(key: &Key) -> TwoLayer {
    let mut rng = key.rng();
    let (h, turn) = (rng.random_range(0.02..0.2), rng.random_range(0.0..std::f64::consts::TAU));
    let at = [-3.0, 1.0, -1.0, 3.0].map(|i| turn + i * h);
    let side = |i: usize| {
        let (from, to) = (at[i], at[(i + 1) % 4]);
        (0.5 * (from + to), 0.5 * (to - from).abs())
    };
    let sign = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
    let outer = |i: usize| sign(i) / side(i).1.sin();
    TwoLayer {
        inner: Array2::from_shape_fn((4, 2), |(i, c)| if c == 0 { side(i).0.cos() } else { side(i).0.sin() }),
        bias: Some(Array1::from_shape_fn(4, |i| -side(i).1.cos())),
        outer: Array1::from_shape_fn(4, outer),
    }
}

/// The largest jump, on the sphere along it, over twice the constant: exact where a method is, else from above.
pub(super) fn rigidity(net: &TwoLayer, domain: Domain, key: &Key) -> Result<f64, TrialError> {
    let jumps = net.kinks(domain)?.jumps();
    let along = |offset: f64| if domain == Domain::Sphere { (1.0 - offset * offset).max(0.0).sqrt() } else { 1.0 };
    let largest = jumps.iter().map(|(jump, offset)| jump * along(*offset)).fold(0.0, f64::max);
    let exact = domain != Domain::Sphere || net.inner.ncols() == 2;
    let methods: &[Method] = if exact { &[Method::Exact] } else { &[Method::Shor, Method::Balanced, Method::Path] };
    let mut least = f64::INFINITY;
    for method in methods {
        least = net.end(*method, domain, &key.child("ends"))?.map_or(least, |end| least.min(end.value));
    }
    Ok(largest / (2.0 * least))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cycle_hides_its_kinks() {
        // Slopes of at most a third of the jumps, in the limit of near points.
        let key = Key::root("cycle");
        for replica in 0..5 {
            let key = key.replica(replica);
            let ratio = rigidity(&cycle(&key), Domain::Sphere, &key).unwrap();
            assert!(ratio > 1.2 && ratio < 1.6, "{ratio}");
        }
    }

    #[test]
    fn a_steep_fold_jumps_by_almost_twice_the_constant_and_no_more() {
        let key = Key::root("planted");
        let ratios: Vec<f64> =
            (0..8).map(|replica| rigidity(&planted(&key.replica(replica)), Domain::Ball(1.0), &key).unwrap()).collect();
        assert!(ratios.iter().all(|ratio| *ratio > 0.3 && *ratio <= 1.0 + 1e-12), "{ratios:?}");
        assert!(ratios.iter().any(|ratio| *ratio > 0.9), "{ratios:?}");
    }
}
