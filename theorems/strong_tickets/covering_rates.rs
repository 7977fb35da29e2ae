//! Rates that the claim on covering counts: median, tail and range, Lueker's number of samples with a constant that
//! somebody sets, and the smallest n that covers as often as asked.
//!
//! The laws are derived here, their constants simulated; see [`super::covering`].

use super::covering::{counting_radius, lueker_accuracy, range_failure, range_floor};
use crate::point::Point;
use crate::rate::Event;
use crate::{Finding, Level, Verdict, Witness};
use prunelaw_engine::statistics::sequential::RateLaw;

/// Range of median rho 2^n / n^(3/2), for n = 16 to 24.
const MEDIAN: (f64, f64) = (0.43, 0.62);

/// Range of delta eps 2^n / n^(3/2), and where it is checked: eps is above twice the median radius.
const TAIL: (f64, f64) = (0.25, 0.52);
const TAIL_AT: [(usize, f64); 3] = [(12, 0.02), (14, 0.01), (14, 0.02)];

/// Where the floor P(rho > eps) >= P(one end is out of reach by more than eps) is checked.
const FLOOR_AT: [(usize, [f64; 3]); 2] = [(8, [0.05, 0.2, 0.4]), (10, [0.05, 0.2, 0.4])];

/// Where the rate of range failures is checked, and how far from the exact one it may be.
const RANGE_AT: [(usize, [f64; 2]); 3] = [(8, [0.05, 0.2]), (10, [0.05, 0.2]), (14, [0.05, 0.2])];
const TOLERANCE: f64 = 0.03;

/// Constants C that stand in for Lueker's hidden one, and the n at which they are tried.
pub(super) const CONSTANTS: [(&str, f64); 3] =
    [("Lueker, C = 1 (hidden)", 1.0), ("Lueker, C = 2 (hidden)", 2.0), ("Lueker, C = 3 (hidden)", 3.0)];
const CONSTANTS_AT: [usize; 3] = [9, 12, 15];

/// Smallest n that keeps the chance of a miss at eps = 2^-1, 2^-2, ... below eps, with the neighbours that earlier runs
/// could not tell apart; simulated.
const SMALLEST: [(usize, usize); 8] = [(4, 4), (7, 8), (10, 10), (12, 13), (15, 15), (17, 18), (19, 20), (21, 22)];

/// Misses to be expected at such an n, from which on it is read off.
const MISSES: f64 = 100.0;

/// An event of which the rate is claimed, with its outcome in every replica.
pub(super) struct Count<'p, 't> {
    point: &'p Point<'t>,
    event: Event,
    outcomes: Vec<bool>,
}

impl<'p, 't> Count<'p, 't> {
    fn new(
        point: &'p Point<'t>,
        version: &'static str,
        law: RateLaw,
        column: &str,
        occurs: impl Fn(f64) -> bool,
    ) -> Count<'p, 't> {
        let outcomes = point.numbers(column).into_iter().map(occurs).collect();
        Count { point, event: Event { version, law }, outcomes }
    }

    /// The finding, one of `events` that make the claim's verdict.
    pub(super) fn judge(&self, level: &Level, events: usize) -> Finding {
        self.event.judge(self.point, &self.outcomes, level, events)
    }
}

fn size(point: &Point<'_>) -> usize {
    point.number("samples") as usize
}

/// n^(3/2) 2^-n, the unit of median and tail.
fn unit(n: usize) -> f64 {
    (n as f64).powf(1.5) * counting_radius(n)
}

/// The rates that we stand behind at a point.
pub(super) fn pinned<'p, 't>(point: &'p Point<'t>) -> Vec<Count<'p, 't>> {
    let n = size(point);
    let mut counts = Vec::new();
    if (16..=24).contains(&n) {
        let (low, high) = (MEDIAN.0 * unit(n), MEDIAN.1 * unit(n));
        let half = RateLaw::AtMost(0.5);
        counts.push(Count::new(point, "median, from above", half, "radius", |radius| radius > high));
        counts.push(Count::new(point, "median, from below", half, "radius", |radius| radius < low));
    }
    for (_, eps) in TAIL_AT.into_iter().filter(|(at, _)| *at == n) {
        let (low, high) = (TAIL.0 * unit(n) / eps, TAIL.1 * unit(n) / eps);
        let law = RateLaw::Within { rate: 0.5 * (low + high), tolerance: 0.5 * (high - low) };
        counts.push(Count::new(point, "tail", law, "radius", |radius| radius > eps));
    }
    for eps in FLOOR_AT.into_iter().filter(|(at, _)| *at == n).flat_map(|(_, eps)| eps) {
        let law = RateLaw::AtMost(1.0 - range_floor(n, eps));
        counts.push(Count::new(point, "range floor", law, "radius", |radius| radius <= eps));
    }
    for eps in RANGE_AT.into_iter().filter(|(at, _)| *at == n).flat_map(|(_, eps)| eps) {
        let law = RateLaw::Within { rate: range_failure(n, eps), tolerance: TOLERANCE };
        counts.push(Count::new(point, "range failure", law, "range_gap", |gap| gap > eps));
    }
    counts
}

/// The false sibling's: with n = log2(1/eps) samples, at least half of the draws cover to within eps.
pub(super) fn counting_suffices<'p, 't>(point: &'p Point<'t>) -> Vec<Count<'p, 't>> {
    let eps = counting_radius(size(point));
    vec![Count::new(point, "n = log2(1/eps)", RateLaw::AtMost(0.5), "radius", |radius| radius > eps)]
}

/// Lueker's statement with delta = eps and this constant, at the eps for which n is its number of samples.
pub(super) fn lueker<'p, 't>(point: &'p Point<'t>, (version, constant): (&'static str, f64)) -> Option<Count<'p, 't>> {
    let n = size(point);
    CONSTANTS_AT.contains(&n).then(|| {
        let eps = lueker_accuracy(constant, n);
        Count::new(point, version, RateLaw::AtMost(eps), "radius", |radius| radius > eps)
    })
}

/// The smallest n seen with P(rho <= eps) >= 1 - eps, beside earlier readings; reported where there are replicas enough.
pub(super) fn smallest(points: &[Point<'_>]) -> Vec<Finding> {
    let mut sorted: Vec<&Point<'_>> = points.iter().collect();
    sorted.sort_by_key(|point| size(point));
    let readings = (1..).zip(SMALLEST);
    let finding = |(bits, (least, most)): (i32, (usize, usize))| {
        let eps = 0.5_f64.powi(bits);
        let missed = |point: &Point<'_>| {
            let radii = point.numbers("radius");
            radii.iter().filter(|radius| **radius > eps).count() as f64 / radii.len() as f64
        };
        let first = sorted.iter().find(|point| missed(point) <= eps)?;
        if (first.rows.len() as f64) * eps < MISSES {
            return None;
        }
        let (n, missed) = (size(first), missed(first));
        let seen =
            format!("smallest n with P(rho <= 2^-{bits}) >= 1 - 2^-{bits}: {n}, earlier readings {least} to {most}");
        let at = vec![("eps".to_owned(), eps.to_string())];
        let verdict = if (least..=most).contains(&n) {
            Verdict::Holds { margin: 1.0 - missed / eps }
        } else {
            let off = n.abs_diff(least).min(n.abs_diff(most));
            Verdict::Violated {
                margin: -(off as f64),
                witness: Witness { at: at.clone(), replica: None, seen: seen.clone() },
            }
        };
        Some(Finding {
            version: "smallest n",
            ours: false,
            point: at,
            verdict,
            p_value: None,
            replicas: first.rows.len() as u64,
            failures: None,
            claimed_rate: None,
            seen,
        })
    };
    readings.filter_map(finding).collect()
}
