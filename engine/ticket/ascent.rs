//! The largest value that a search finds of a positively homogeneous function on the unit sphere: a lower bound of its
//! supremum over the ball, and never called that.
//!
//! |f - g| of two ReLU networks without biases is positively homogeneous and piecewise linear inside a norm, so that its
//! supremum over the ball lies on the sphere. Random points fall short of it, the more the higher the dimension; from each
//! start the search goes along the gradient, back to the sphere, and accepts only improvements.

use crate::key::Key;
use rand::RngExt;
use rand_distr::StandardNormal;

/// Steps of one start, at most.
const STEPS: usize = 200;
/// Step at which a start ends.
const SHORTEST: f64 = 1e-5;

/// The largest value of `value` that the search finds on the unit sphere of dimension `inputs`, and where.
///
/// `value(x, gradient)` gives the value at x and overwrites the gradient there. Starts are drawn from `key`.
pub fn ascend(
    inputs: usize,
    starts: usize,
    key: &Key,
    mut value: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> (f64, Vec<f64>) {
    let mut rng = key.rng();
    let (mut best, mut place) = (0.0, vec![0.0; inputs]);
    let [mut x, mut there, mut gradient, mut next] = std::array::from_fn(|_| vec![0.0; inputs]);
    for _ in 0..starts {
        x.fill_with(|| rng.sample(StandardNormal));
        normalise(&mut x);
        let mut here = value(&x, &mut gradient);
        let mut step = 1.0;
        for _ in 0..STEPS {
            let slope = length(&gradient);
            if slope == 0.0 || step < SHORTEST {
                break;
            }
            for ((t, x), g) in there.iter_mut().zip(&x).zip(&gradient) {
                *t = x + step * g / slope;
            }
            normalise(&mut there);
            let found = value(&there, &mut next);
            if found > here {
                here = found;
                std::mem::swap(&mut x, &mut there);
                std::mem::swap(&mut gradient, &mut next);
                step *= 2.0;
            } else {
                step *= 0.25;
            }
        }
        if here > best {
            best = here;
            place.copy_from_slice(&x);
        }
    }
    (best, place)
}

fn length(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn normalise(x: &mut [f64]) {
    let length = length(x);
    if length > 0.0 {
        x.iter_mut().for_each(|x| *x /= length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_norm_of_a_linear_map_is_found() {
        // |diag(1, 3, 2) x| is largest, 3, at the second axis.
        let scale = [1.0, 3.0, 2.0];
        let (best, place) = ascend(3, 20, &Key::root("ascent"), |x, gradient| {
            let y: Vec<f64> = x.iter().zip(scale).map(|(x, s)| s * x).collect();
            let norm = length(&y);
            for (g, (y, s)) in gradient.iter_mut().zip(y.iter().zip(scale)) {
                *g = s * y / norm;
            }
            norm
        });
        assert!((best - 3.0).abs() < 1e-6 && best <= 3.0 + 1e-12 && place[1].abs() > 0.999, "{best} at {place:?}");
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        assert_eq!(
            ascend(4, 5, &Key::root("flat"), |_, gradient| {
                gradient.fill(0.0);
                0.0
            })
            .0,
            0.0
        );
    }
}
