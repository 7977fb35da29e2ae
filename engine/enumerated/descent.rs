//! Full-batch gradient descent on the mean squared error, on all data sets at once: eight labellings of the same six points
//! per vector, so that inputs are scalars. Pruned parameters are 0 and stay 0.

use super::PARAMETERS;
use super::data::{DATASETS, LABELLINGS, POINTS, members, point, subsets};
use super::net::{B, C, HIDDEN, Theta, V};
use crate::kernel::lanes::Lanes;
use crate::kernel::{Family, Task};
use std::array::from_fn;

/// Learning rate.
pub const RATE: f64 = 0.1;
/// Steps.
pub const STEPS: usize = 500;

/// Bits of the parameters that a mask keeps.
pub type Kept = u32;

/// Everything is kept.
pub const ALL: Kept = (1 << PARAMETERS) - 1;

/// The weights of every data set after [`STEPS`] steps from `start` under its own mask.
///
/// # Panics
/// If there is not one mask per data set.
pub fn trained(start: &Theta, kept: &[Kept]) -> Vec<Theta> {
    trained_for(STEPS, start, kept)
}

/// The same after `steps` steps.
///
/// # Panics
/// As [`trained`].
pub fn trained_for(steps: usize, start: &Theta, kept: &[Kept]) -> Vec<Theta> {
    trained_by(Family::best(), start, kept, steps)
}

fn trained_by(family: Family, start: &Theta, kept: &[Kept], steps: usize) -> Vec<Theta> {
    assert_eq!(kept.len(), DATASETS, "one mask per data set");
    let mut theta = vec![[0.0; PARAMETERS]; DATASETS];
    family.run(Descent { start, kept, steps, theta: &mut theta });
    theta
}

struct Descent<'a> {
    start: &'a Theta,
    kept: &'a [Kept],
    steps: usize,
    theta: &'a mut [Theta],
}

impl Task<f64> for Descent<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<f64>>(self) {
        for (subset, bits) in subsets().into_iter().enumerate() {
            let x = members(bits).map(point);
            for first in (0..LABELLINGS).step_by(L::COUNT) {
                let here = subset * LABELLINGS + first..subset * LABELLINGS + first + L::COUNT;
                let trained = block::<L>(&x, first, self.start, &self.kept[here.clone()], self.steps);
                for (i, values) in trained.into_iter().enumerate() {
                    let mut lanes = [0.0; 16];
                    values.store_some(&mut lanes[..L::COUNT]);
                    self.theta[here.clone()].iter_mut().zip(lanes).for_each(|(theta, value)| theta[i] = value);
                }
            }
        }
    }
}

/// One vector of data sets: the labellings from `first` on of the points `x`.
#[inline(always)]
fn block<L: Lanes<f64>>(
    x: &[[f64; 3]; POINTS],
    first: usize,
    start: &Theta,
    kept: &[Kept],
    steps: usize,
) -> [L; PARAMETERS] {
    let y: [L; POINTS] = from_fn(|s| fill(|lane| if (first + lane) >> s & 1 == 1 { 1.0 } else { -1.0 }));
    let keeps = |lane: usize, i: usize| f64::from(kept[lane] >> i & 1);
    // A step is -rate times the gradient, whose factor 2/6 is taken along; 0 where pruned.
    let pace: [L; PARAMETERS] = from_fn(|i| fill(|lane| -RATE * 2.0 / POINTS as f64 * keeps(lane, i)));
    let mut theta: [L; PARAMETERS] = from_fn(|i| fill(|lane| start[i] * keeps(lane, i)));
    for _ in 0..steps {
        let gradient = gradient(&theta, x, &y);
        for i in 0..PARAMETERS {
            theta[i] = gradient[i].fma(pace[i], theta[i]);
        }
    }
    theta
}

/// The vector whose lanes are `of` their numbers.
#[inline(always)]
fn fill<L: Lanes<f64>>(of: impl Fn(usize) -> f64) -> L {
    let values: [f64; 16] = from_fn(|lane| if lane < L::COUNT { of(lane) } else { 0.0 });
    L::load_part(&values[..L::COUNT])
}

/// The gradient of half the sum of squared errors.
#[inline(always)]
fn gradient<L: Lanes<f64>>(theta: &[L; PARAMETERS], x: &[[f64; 3]; POINTS], y: &[L; POINTS]) -> [L; PARAMETERS] {
    let mut gradient = [L::splat(0.0); PARAMETERS];
    for s in 0..POINTS {
        let inputs: [L; 3] = from_fn(|i| L::splat(x[s][i]));
        let activations: [L; HIDDEN] =
            from_fn(|j| (0..3).fold(theta[B + j], |z, i| theta[3 * j + i].fma(inputs[i], z)));
        let output = (0..HIDDEN).fold(theta[C], |f, j| {
            let z = activations[j];
            theta[V + j].fma(z.if_positive(z), f)
        });
        let error = output.sub(y[s]);
        gradient[C] = gradient[C].add(error);
        for j in 0..HIDDEN {
            let z = activations[j];
            gradient[V + j] = error.fma(z.if_positive(z), gradient[V + j]);
            let back = z.if_positive(error.mul(theta[V + j]));
            gradient[B + j] = gradient[B + j].add(back);
            for i in 0..3 {
                gradient[3 * j + i] = back.fma(inputs[i], gradient[3 * j + i]);
            }
        }
    }
    gradient
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enumerated::data::{dataset, datasets};
    use crate::enumerated::net;
    use crate::key::Key;

    /// Masks of all kinds, one per data set.
    fn masks() -> Vec<Kept> {
        (0..DATASETS as u32).map(|d| if d % 3 == 0 { ALL } else { ALL & d.wrapping_mul(0x9E37_79B9) }).collect()
    }

    #[test]
    fn every_data_set_is_trained_as_by_itself() {
        let (start, masks) = (net::initial(&Key::root("descent")), masks());
        let all = trained_by(Family::best(), &start, &masks, 40);
        for index in (0..DATASETS).step_by(97) {
            let (data, keeps) = (dataset(index), |i: usize| f64::from(masks[index] >> i & 1));
            let mut theta: Theta = from_fn(|i| start[i] * keeps(i));
            for _ in 0..40 {
                let gradient = net::gradient(&theta, &data);
                theta = from_fn(|i| theta[i] - RATE * keeps(i) * gradient[i]);
            }
            for i in 0..PARAMETERS {
                assert!((theta[i] - all[index][i]).abs() < 1e-12, "{index} {i}");
                assert!(keeps(i) == 1.0 || all[index][i] == 0.0);
            }
        }
    }

    #[test]
    fn families_agree_to_the_bit_and_the_loss_falls() {
        let start = net::initial(&Key::root("families"));
        let run = |family| trained_by(family, &start, &[ALL; DATASETS], 60);
        let best = run(Family::best());
        for family in Family::ALL.into_iter().filter(|family| family.available()) {
            assert_eq!(run(family), best);
        }
        let total =
            |theta: &[Theta]| datasets().iter().zip(theta).map(|(data, theta)| net::loss(theta, data)).sum::<f64>();
        assert!(total(&best) < 0.8 * total(&vec![start; DATASETS]));
    }
}
