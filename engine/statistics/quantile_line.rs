//! A line through quantiles: least squares of what a sweep varies on a function of a quantile of what it measures.
//!
//! For measures with heavy tails, whose means say little. Cells share their draws, so whole replicas are resampled, as for
//! [`super::slope`].

use super::slope::Slope;
use super::{CannotDecide, bootstrap, closed_unit, spreads, usable};
use crate::key::Key;

/// Fits `y[cell]` on `scale(quantile of values[cell][replica])`; the quantile at `fraction` is the order statistic of rank
/// ceil(fraction R), at least 1. Every cell has the same replicas in the same order.
///
/// # Errors
/// `TooFew` below two cells or replicas; `Unpaired`; `NotFinite` for a value, or the scale of a quantile, that is not
/// finite; `NoSpread` if all quantiles agree; `OutOfRange` for a fraction outside [0, 1].
pub fn fit(
    y: &[f64],
    values: &[Vec<f64>],
    fraction: f64,
    scale: impl Fn(f64) -> f64,
    key: &Key,
) -> Result<Slope, CannotDecide> {
    closed_unit("fraction", fraction)?;
    let replicas = values.first().map_or(0, Vec::len);
    let odd = values.iter().map(Vec::len).find(|&len| len != replicas);
    if let Some((first, second)) =
        odd.map(|odd| (replicas, odd)).or((y.len() != values.len()).then_some((y.len(), values.len())))
    {
        return Err(CannotDecide::Unpaired { first, second });
    }
    usable(y, 2)?;
    usable(&values.concat(), 2)?;
    let rank = ((fraction * replicas as f64).ceil() as usize).clamp(1, replicas) - 1;
    let mut drawn_values = vec![0.0; replicas];
    let mut line = |drawn: &[usize]| {
        let quantiles = values.iter().map(|cell| {
            drawn_values.iter_mut().zip(drawn).for_each(|(value, &r)| *value = cell[r]);
            scale(*drawn_values.select_nth_unstable_by(rank, f64::total_cmp).1)
        });
        least_squares(&quantiles.collect::<Vec<_>>(), y)
    };
    let all: Vec<usize> = (0..replicas).collect();
    let (slope, intercept) = line(&all);
    if !slope.is_finite() {
        return Err(CannotDecide::NoSpread);
    }
    let slopes = bootstrap::resampled(replicas, bootstrap::RESAMPLES, key, |drawn| line(drawn).0)?;
    let standard_error = if spreads(&slopes, slope.abs()) {
        let spread = super::mean::Mean::of(&slopes)?.standard_deviation;
        spread * (replicas as f64 / (replicas as f64 - 1.0)).sqrt()
    } else {
        0.0
    };
    Ok(Slope { slope, intercept, standard_error, replicas })
}

/// Slope and intercept of y on x; not finite if x does not spread.
fn least_squares(x: &[f64], y: &[f64]) -> (f64, f64) {
    let cells = x.len() as f64;
    let (middle, height) = (x.iter().sum::<f64>() / cells, y.iter().sum::<f64>() / cells);
    let spread: f64 = x.iter().map(|x| (x - middle).powi(2)).sum();
    let slope = x.iter().zip(y).map(|(x, y)| (x - middle) * (y - height)).sum::<f64>() / spread;
    (slope, height - slope * middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Replica r of the cell at n is 2^(-n/2) times a factor of its own.
    fn cells(ns: &[f64], factors: &[f64]) -> Vec<Vec<f64>> {
        ns.iter().map(|n| factors.iter().map(|factor| factor * (-0.5 * n).exp2()).collect()).collect()
    }

    #[test]
    fn the_line_goes_through_the_quantiles() {
        let ns = [4.0, 6.0, 10.0];
        let factors = [1.0, 0.25, 16.0, 0.5, 1024.0];
        let bits = |x: f64| -x.log2();
        let median = fit(&ns, &cells(&ns, &factors), 0.5, bits, &Key::root("line")).unwrap();
        assert!((median.slope - 2.0).abs() < 1e-12 && median.intercept.abs() < 1e-12);
        let upper = fit(&ns, &cells(&ns, &factors), 0.8, bits, &Key::root("line")).unwrap();
        // The second largest factor is 2^4: n = 2 (bits + 4).
        assert!((upper.slope - 2.0).abs() < 1e-12 && (upper.intercept - 8.0).abs() < 1e-12);
    }

    #[test]
    fn its_error_shrinks_with_the_root_of_the_replicas() {
        let ns = [1.0, 2.0, 3.0, 4.0];
        let error = |replicas: i32| {
            let value = |n: f64, r: i32| (-n + (f64::from(r) * 1.7 + n * n).sin()).exp2();
            let values: Vec<Vec<f64>> = ns.iter().map(|n| (0..replicas).map(|r| value(*n, r)).collect()).collect();
            fit(&ns, &values, 0.5, |x| -x.log2(), &Key::root("line")).unwrap().standard_error
        };
        let ratio = error(100) / error(1600);
        assert!((2.5..6.0).contains(&ratio), "{ratio}");
    }

    #[test]
    fn degenerate_input_decides_nothing() {
        let key = Key::root("line");
        let line = |y: &[f64], values: &[Vec<f64>]| fit(y, values, 0.5, |x| -x.log2(), &key);
        assert!(line(&[1.0], &[vec![1.0, 2.0]]).is_err() && line(&[], &[]).is_err());
        assert!(line(&[1.0, 2.0], &[vec![1.0, 2.0], vec![1.0]]).is_err());
        assert!(line(&[1.0, 2.0, 3.0], &[vec![1.0, 2.0], vec![1.0, 2.0]]).is_err());
        assert!(line(&[1.0, 2.0], &[vec![1.0, f64::NAN], vec![1.0, 2.0]]).is_err());
        assert!(line(&[1.0, 2.0], &[vec![1.0, 1.0], vec![1.0, 1.0]]).is_err());
        assert!(line(&[1.0, 2.0], &[vec![0.0, 0.0], vec![1.0, 1.0]]).is_err());
    }
}
