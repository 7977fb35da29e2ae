//! How many replicas a test needs to see an alternative, with a stated power.

use super::sequential::{Mixture, RateLaw};
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
    // The smallest count that rejects; more than all replicas is none.
    let critical = first(0, |k| binomial::at_least(k, replicas, null) <= level).unwrap_or(u64::MAX);
    binomial::at_least(critical, replicas, truth)
}

/// Replicas from which on the exact one-sided test of "the rate is at most `null`" sees the rate `truth`, such as twice
/// it, with at least the power.
///
/// The power is a sawtooth in the replicas: it rises while the count k that rejects stays, and drops where k steps up.
/// So this looks for the first tooth that starts high enough, and for where the tooth before it gets there.
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
    // The smallest number of replicas of which k - 1 do not reject.
    let start = |k: u64| first(k.max(1), |n| binomial::at_least(k.saturating_sub(1), n, null) > level);
    let sees = |k: u64, n: u64| binomial::at_least(k, n, truth) >= power;
    let tooth = first(1, |k| start(k).is_none_or(|n| sees(k, n))).unwrap_or(MOST);
    let before = tooth.saturating_sub(1).max(1);
    let found = start(before).and_then(|from| first(from, |n| sees(before, n))).unwrap_or(MOST);
    Ok(start(tooth).map_or(found, |next| found.min(next)))
}

/// Outcomes that the sequential test of `law` at `level` needs to decide with probability about `power` when the rate is
/// `truth`; `None` if that rate lies on an edge of the claim, which no number decides.
///
/// The smallest t at which M_t excludes the nearest edges when the count of ones is unlucky by the normal quantile of
/// the power (of half the remaining chance each, if both edges must be excluded). Deciding earlier on the way is not
/// counted, so it errs to the careful side: asked for 0.8, the
/// statistical suite measures 0.85 where one edge must be excluded and 0.93 where both must.
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
            (ones < t * edge) == (truth < edge) && Mixture::new(ones, t).ln_against(edge) >= bar
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t_power_is_the_noncentral_t_tail() {
        // scipy: nct.sf(t.isf(level, R - 1), R - 1, effect * sqrt(R))
        for (effect, replicas, level, expected) in [
            (0.5, 20, 0.05, 0.6951493382443412),
            (1.0, 20, 1e-4, 0.48382774863534034),
            (0.8, 40, 1e-3, 0.9509999901712562),
            (2.0, 5, 0.01, 0.7274948548974516),
        ] {
            assert!((paired_t(effect, replicas, level) - expected).abs() < 1e-6);
        }
        for (effect, level, expected) in [(0.5, 0.05, 27), (1.0, 1e-4, 28), (0.8, 1e-3, 29)] {
            assert_eq!(paired_t_replicas(effect, level, POWER), Ok(expected));
        }
    }

    #[test]
    fn without_effect_the_power_is_the_level() {
        assert!((paired_t(0.0, 12, 0.01) - 0.01).abs() < 1e-7);
    }

    #[test]
    fn from_the_binomial_count_on_the_power_stays() {
        // The last count with less power, by scanning all up to 4000 with scipy, and one more.
        for (null, truth, level, expected) in [(0.05, 0.1, 1e-3, 417), (0.02, 0.04, 1e-4, 1446), (0.1, 0.2, 0.05, 89)] {
            assert_eq!(binomial_replicas(null, truth, level, POWER), Ok(expected));
            assert!(binomial(null, truth, expected - 1, level) < POWER);
            assert!((expected..2 * expected).all(|n| binomial(null, truth, n, level) >= POWER));
        }
    }

    #[test]
    fn one_failure_refutes_a_rate_of_zero() {
        // 1 - 0.9^n >= 0.8 first at n = 16
        assert_eq!(binomial_replicas(0.0, 0.1, 1e-3, POWER), Ok(16));
    }

    #[test]
    fn on_the_edge_no_number_decides() {
        assert_eq!(sequential_replicas(RateLaw::AtMost(0.1), 0.1, 1e-3, POWER), Ok(None));
        assert!(sequential_replicas(RateLaw::AtMost(0.1), 0.05, 1e-3, POWER).unwrap().unwrap() < 2000);
    }

    #[test]
    fn senseless_questions_are_refused() {
        assert!(paired_t_replicas(0.0, 0.05, POWER).is_err());
        assert!(paired_t_replicas(f64::NAN, 0.05, POWER).is_err());
        assert!(binomial_replicas(0.2, 0.1, 0.05, POWER).is_err());
        assert!(sequential_replicas(RateLaw::AtMost(f64::NAN), 0.1, 0.05, POWER).is_err());
    }
}
