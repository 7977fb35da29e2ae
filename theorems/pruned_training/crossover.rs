//! Where a mean curve passes a level, measured against a place that was derived, within a factor: what the claims about
//! phase boundaries share.

use super::{held_back, untrained};
use crate::point::Point;
use crate::{Finding, Level, Verdict, Witness};
use prunelaw_engine::statistics::estimate::Estimate;
use prunelaw_engine::statistics::{CannotDecide, Interval, Place};

/// A place that is claimed within a factor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Boundary {
    /// Name of the version of the statement.
    pub(super) version: &'static str,
    /// Whether it is the version that we stand behind.
    pub(super) ours: bool,
    /// What is measured, in words, such as `"crossover at keep"`.
    pub(super) what: &'static str,
    /// Where it is claimed to be; above 0.
    pub(super) place: f64,
    /// How far off it may be, either way.
    pub(super) factor: f64,
}

impl Boundary {
    /// The finding on an estimate of ln(measured / place), one of `rows` that make the claim's verdict.
    pub(super) fn judge(
        &self,
        estimate: Result<Estimate, CannotDecide>,
        row: &[Point<'_>],
        at: Vec<(String, String)>,
        level: &Level,
        rows: usize,
    ) -> Finding {
        let Boundary { version, ours, what, place, factor } = *self;
        let band = Interval::around(0.0, factor.ln());
        let seen = match &estimate {
            Ok(found) => format!(
                "{what} {:.4}, {:.2} of {place:.4}; its logarithm +- {:.3}, allowed is a factor {factor}",
                place * found.value.exp(),
                found.value.exp(),
                found.standard_error,
            ),
            Err(error) => error.to_string(),
        };
        let inconclusive = |because| Verdict::Inconclusive { replicas_needed: None, because };
        let decide = |found: &Estimate| -> Result<(Verdict, f64), CannotDecide> {
            let margin = 1.0 - found.value.abs() / band.high;
            Ok(if found.against(band, level.per_point(rows))? == Place::Outside {
                let witness = Witness { at: at.clone(), replica: None, seen: seen.clone() };
                (Verdict::Violated { margin, witness }, found.p_in_band(band))
            } else if found.against(band, level.alpha)? == Place::Inside {
                (Verdict::Holds { margin }, found.p_out_of_band(band))
            } else {
                (inconclusive(format!("not clear of the band: {seen}")), found.p_out_of_band(band))
            })
        };
        let (verdict, p_value) = match estimate.and_then(|found| decide(&found)) {
            Ok((verdict, p_value)) => (verdict, Some(p_value)),
            Err(error) => (inconclusive(error.to_string()), None),
        };
        let replicas = row.iter().map(|point| point.rows.len()).min().unwrap_or(0) as u64;
        let finding =
            Finding { version, ours, point: at, verdict, p_value, replicas, failures: None, claimed_rate: None, seen };
        held_back(finding, &untrained(row))
    }
}

/// The mean over a set of replicas, given as indices.
pub(super) fn mean_over(values: &[f64], drawn: &[usize]) -> f64 {
    drawn.iter().map(|r| values[*r]).sum::<f64>() / drawn.len() as f64
}

/// Where a curve through (x, y), x ascending, first rises above `level` on the way from the largest x down, linear in
/// ln x; the end of the grid beyond which it does.
pub(super) fn crossing(x: &[f64], y: &[f64], level: f64) -> f64 {
    let n = x.len().min(y.len());
    if n == 0 || y.iter().any(|y| y.is_nan()) {
        return f64::NAN;
    }
    match (0..n).rev().find(|i| y[*i] > level) {
        None => x[0],
        Some(last) if last + 1 == n => x[last],
        Some(below) => {
            let part = (y[below] - level) / (y[below] - y[below + 1]);
            (x[below].ln() * (1.0 - part) + x[below + 1].ln() * part).exp()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crossing_is_the_first_one_from_the_right_end() {
        let x = [0.1, 0.2, 0.4, 0.8];
        let at = |y: [f64; 4]| crossing(&x, &y, 0.5);
        assert!((at([1.0, 1.0, 0.0, 0.0]) - 0.08f64.sqrt()).abs() < 1e-12);
        // What is lost at the left does not count.
        assert!((at([0.2, 1.0, 0.75, 0.25]) - 0.32f64.sqrt()).abs() < 1e-12);
        // Beyond an end it is that end.
        assert_eq!((at([0.4, 0.3, 0.2, 0.1]), at([1.0, 1.0, 0.9, 0.8])), (0.1, 0.8));
        assert!(at([1.0, f64::NAN, 0.0, 0.0]).is_nan());
    }
}
