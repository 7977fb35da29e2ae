//! What samples of masks prove from below about their entropy, and with it about I(mask; data).
//!
//! A deterministic pruner, given its initial weights, has I(mask; data | init) = H(mask | init). Then each limit here bounds
//! the information; for a pruner with randomness of its own only [`identification`] does.

use super::entropy::{of_counts, of_event};
use super::{Estimate, LowerLimit};
use crate::statistics::CannotDecide;
use crate::statistics::binomial::clopper_pearson;

/// The plug-in entropy of a sample with these counts per distinct mask. Its mean is at most the truth; never above ln N.
///
/// # Errors
/// `TooFew` without samples.
pub fn plug_in(counts: &[u64]) -> Result<Estimate, CannotDecide> {
    let samples = total(counts, 1)?;
    Ok(Estimate { nats: of_counts(counts), ceiling: samples.ln() })
}

/// The plug-in entropy plus (S - 1)/(2N) for S distinct masks in N: an estimate, no bound; it may exceed the truth.
///
/// # Errors
/// `TooFew` without samples.
pub fn miller_madow(counts: &[u64]) -> Result<Estimate, CannotDecide> {
    let samples = total(counts, 1)?;
    let distinct = counts.iter().filter(|count| **count > 0).count() as f64;
    let nats = of_counts(counts) + (distinct - 1.0) / (2.0 * samples);
    Ok(Estimate { nats, ceiling: samples.ln() + (samples - 1.0) / (2.0 * samples) })
}

/// A lower limit from the plug-in entropy: one sample moves it by at most 2 ln N / N, so that it exceeds its mean, which is at
/// most H, by ln N sqrt(2 ln(1/a)/N) with chance at most a = 1 - confidence.
///
/// # Errors
/// `TooFew` for fewer than two samples; `OutOfRange` for a confidence outside (0, 1).
pub fn plug_in_limit(counts: &[u64], confidence: f64) -> Result<LowerLimit, CannotDecide> {
    let samples = total(counts, 2)?;
    let penalty = samples.ln() * (2.0 * error(confidence)?.recip().ln() / samples).sqrt();
    let limit = |nats: f64| (nats - penalty).max(0.0);
    Ok(LowerLimit { nats: limit(of_counts(counts)), confidence, ceiling: limit(samples.ln()) })
}

/// A lower limit from collisions: H >= -ln sum p^2. Of the N/2 disjoint pairs of consecutive samples, `pairs` are given and
/// `collisions` of them agree; the Clopper-Pearson upper end of that rate is an upper end of sum p^2.
///
/// # Errors
/// As [`clopper_pearson`].
pub fn collision_limit(collisions: u64, pairs: u64, confidence: f64) -> Result<LowerLimit, CannotDecide> {
    // One-sided: the whole error goes to the upper end.
    let two_sided = 1.0 - 2.0 * error(confidence)?;
    let limit = |collisions| -> Result<f64, CannotDecide> {
        let high = if two_sided > 0.0 { clopper_pearson(collisions, pairs, two_sided)?.high } else { 1.0 };
        Ok((-high.ln()).max(0.0))
    };
    Ok(LowerLimit { nats: limit(collisions)?, confidence, ceiling: limit(0)? })
}

/// A lower limit from identification: `right` of `trials` times the right one of `candidates` data sets M was named, from a
/// mask made of one of them. Fano: I >= ln M - h(e) - e ln(M - 1) at error rate e, which falls with e up to 1 - 1/M.
///
/// # Errors
/// As [`clopper_pearson`]; `TooFew` for fewer than two candidates.
pub fn identification(candidates: u64, right: u64, trials: u64, confidence: f64) -> Result<LowerLimit, CannotDecide> {
    if candidates < 2 {
        return Err(CannotDecide::TooFew { got: candidates as usize, needed: 2 });
    }
    let m = candidates as f64;
    let wrong = trials.saturating_sub(right);
    let two_sided = 1.0 - 2.0 * error(confidence)?;
    let limit = |wrong| -> Result<f64, CannotDecide> {
        let high = if two_sided > 0.0 { clopper_pearson(wrong, trials, two_sided)?.high } else { 1.0 };
        let e = high.min(1.0 - 1.0 / m);
        Ok((m.ln() - of_event(e) - e * (m - 1.0).ln()).max(0.0))
    };
    if right > trials {
        // With the words of the interval.
        clopper_pearson(right, trials, 0.5)?;
    }
    Ok(LowerLimit { nats: limit(wrong)?, confidence, ceiling: limit(0)? })
}

/// How many of the disjoint pairs of consecutive values agree, and how many pairs there are.
pub fn collisions<T: PartialEq>(values: &[T]) -> (u64, u64) {
    let pairs = values.chunks_exact(2);
    (pairs.clone().filter(|pair| pair[0] == pair[1]).count() as u64, pairs.len() as u64)
}

fn total(counts: &[u64], needed: usize) -> Result<f64, CannotDecide> {
    match counts.iter().sum::<u64>() {
        samples if (samples as usize) < needed => Err(CannotDecide::TooFew { got: samples as usize, needed }),
        samples => Ok(samples as f64),
    }
}

fn error(confidence: f64) -> Result<f64, CannotDecide> {
    let open = confidence > 0.0 && confidence < 1.0;
    let refused = CannotDecide::OutOfRange { name: "confidence", got: confidence, allowed: "(0, 1)" };
    if open { Ok(1.0 - confidence) } else { Err(refused) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_penalty_is_that_of_the_sheet() {
        let limit = plug_in_limit(&[1; 32_000], 0.999).unwrap();
        // 32000 samples at 1e-3: 0.22 nats.
        assert!((32_000.0_f64.ln() - limit.nats - 0.2156).abs() < 1e-3, "{limit:?}");
        assert_eq!(limit.nats, limit.ceiling);
        assert_eq!(plug_in_limit(&[5, 5], 0.999).unwrap().nats, 0.0);
        assert!(plug_in_limit(&[1], 0.9).is_err() && plug_in_limit(&[2], 1.0).is_err() && plug_in(&[]).is_err());
    }

    #[test]
    fn miller_madow_adds_half_the_distinct() {
        let counts = [50, 30, 20];
        let (plug, corrected) = (plug_in(&counts).unwrap(), miller_madow(&counts).unwrap());
        assert!((corrected.nats - plug.nats - 0.01).abs() < 1e-15 && corrected.ceiling > plug.ceiling);
    }

    #[test]
    fn collisions_bound_from_below() {
        let values: Vec<u64> = (0..2000).map(|i| i * i % 7).collect();
        let (seen, pairs) = collisions(&values);
        assert_eq!(pairs, 1000);
        let limit = collision_limit(seen, pairs, 0.999).unwrap();
        assert!(limit.nats < limit.ceiling && limit.nats >= 0.0);
        // No collision in 1000 pairs: sum p^2 <= 6.9e-3.
        assert!((collision_limit(0, 1000, 0.999).unwrap().nats - 4.977).abs() < 1e-2);
        assert!(collision_limit(1, 0, 0.999).is_err());
    }

    #[test]
    fn identification_is_fano() {
        let sure = identification(16, 100_000, 100_000, 0.999).unwrap();
        assert!(sure.nats > 2.77 && sure.nats < 16.0_f64.ln() && sure.nats == sure.ceiling);
        assert_eq!(identification(16, 0, 1000, 0.999).unwrap().nats, 0.0);
        assert!(identification(16, 6, 5, 0.999).is_err() && identification(1, 1, 1, 0.9).is_err());
        let half = identification(16, 500, 1000, 0.999).unwrap().nats;
        assert!((0.5..1.0).contains(&half), "{half}");
    }
}
