//! How many replicas a test needs to see an alternative, with a stated power.

use super::sequential::{RateLaw, ln_mixture};
use super::student::critical;
use super::{CannotDecide, Interval, Place, binomial, closed_unit, open_unit};
use statrs::distribution::{Continuous, ContinuousCDF, Gamma, Normal};

/// The power that cards state.
pub const POWER: f64 = 0.8;

/// The most replicas that are searched for.
pub const MOST: u64 = 1 << 40;

/// Power of the one-sided paired t test at `level` with `replicas` pairs, when the mean difference is `effect` standard
/// deviations: P(Z + effect sqrt(R) > t S) over S^2 ~ chi^2(R-1) / (R-1), by quadrature.
pub fn paired_t(effect: f64, replicas: u64, level: f64) -> f64 {
    if replicas < 2 {
        return 0.0;
    }
    let df = replicas as f64 - 1.0;
    let (Ok(variance), Ok(normal)) = (Gamma::new(0.5 * df, 0.5 * df), Normal::new(0.0, 1.0)) else { return f64::NAN };
    let bar = critical(level, df);
    let shift = effect * (replicas as f64).sqrt();
    // Midpoints in s = sqrt(variance), over all but 1e-15 of the law.
    let reach = 6.0 / df.sqrt();
    let (from, to) = ((1.0 - reach).max(0.0), 1.0 + reach);
    let step = (to - from) / 400.0;
    (0..400)
        .map(|i| from + (f64::from(i) + 0.5) * step)
        .map(|s| 2.0 * s * variance.pdf(s * s) * normal.sf(bar * s - shift) * step)
        .sum()
}

/// Pairs for the one-sided paired t test at `level` to see a mean difference of `effect` standard deviations.
///
/// # Errors
/// `OutOfRange` for an effect that is not positive and finite, or level or power outside (0, 1).
pub fn paired_t_replicas(effect: f64, level: f64, power: f64) -> Result<u64, CannotDecide> {
    if !(effect > 0.0 && effect.is_finite()) {
        return Err(CannotDecide::OutOfRange { name: "effect", got: effect, allowed: "(0, inf)" });
    }
    open_unit("level", level)?;
    open_unit("power", power)?;
    Ok(first(2, |replicas| paired_t(effect, replicas, level) >= power).unwrap_or(MOST))
}

/// Power of the exact one-sided test of "the rate is at most `null`" at `level`, when the rate is `truth`.
pub fn binomial(null: f64, truth: f64, replicas: u64, level: f64) -> f64 {
    // The smallest count that rejects.
    match first(0, |k| k > replicas || binomial::at_least(k, replicas, null) <= level) {
        Some(k) => binomial::at_least(k, replicas, truth),
        None => 0.0,
    }
}

/// Replicas for the exact one-sided test of "the rate is at most `null`" to see the rate `truth`, such as twice it.
/// Power is a sawtooth in the replicas; this is a count from which it has been reached, found by doubling and bisection.
///
/// # Errors
/// `OutOfRange` for rates outside [0, 1], `truth` not above `null`, or level or power outside (0, 1).
pub fn binomial_replicas(null: f64, truth: f64, level: f64, power: f64) -> Result<u64, CannotDecide> {
    closed_unit("null", null)?;
    closed_unit("truth", truth)?;
    open_unit("level", level)?;
    open_unit("power", power)?;
    if truth <= null {
        return Err(CannotDecide::OutOfRange { name: "truth", got: truth, allowed: "above the null rate" });
    }
    Ok(first(1, |replicas| binomial(null, truth, replicas, level) >= power).unwrap_or(MOST))
}

/// Outcomes that the sequential test of `law` at `level` needs to decide with probability about `power` when the rate is
/// `truth`; `None` if that rate lies on an edge of the claim, which no number decides.
///
/// The smallest t at which M_t excludes the nearest edges when the count of ones is unlucky by the normal quantile of
/// the power (of half the remaining chance each, if both edges must be excluded). Deciding earlier on the way is not
/// counted, so it errs to the careful side.
///
/// # Errors
/// `OutOfRange` for rates or tolerance outside [0, 1], or level or power outside (0, 1).
pub fn sequential_replicas(law: RateLaw, truth: f64, level: f64, power: f64) -> Result<Option<u64>, CannotDecide> {
    let band = law.checked()?;
    closed_unit("truth", truth)?;
    let bar = -open_unit("level", level)?.ln();
    let miss = 1.0 - open_unit("power", power)?;
    let edges: Vec<f64> = match (Interval { low: truth, high: truth }).against(band) {
        Place::Inside => [band.low, band.high].into_iter().filter(|&edge| edge > 0.0 && edge < 1.0).collect(),
        _ if truth < band.low => vec![band.low],
        _ => vec![band.high],
    };
    if edges.contains(&truth) {
        return Ok(None);
    }
    let unlucky = Normal::standard().inverse_cdf(1.0 - miss / edges.len().max(1) as f64);
    Ok(first(1, |t| {
        let t = t as f64;
        let slack = unlucky * (t * truth * (1.0 - truth)).sqrt();
        edges.iter().all(|&edge| {
            let ones = if edge > truth { t * truth + slack } else { t * truth - slack };
            let ones = ones.clamp(0.0, t);
            (ones < t * edge) == (truth < edge) && ln_mixture(ones, t, edge) >= bar
        })
    }))
}

/// The smallest count from `from` on that satisfies a condition which stays true once it is, up to [`MOST`].
fn first(from: u64, enough: impl Fn(u64) -> bool) -> Option<u64> {
    let mut step = 1;
    let mut low = from;
    if enough(from) {
        return Some(from);
    }
    while !enough(low + step) {
        low += step;
        step *= 2;
        if low > MOST {
            return None;
        }
    }
    let mut high = low + step;
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if enough(middle) { high = middle } else { low = middle }
    }
    Some(high)
}
