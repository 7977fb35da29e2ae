//! A rate watched while replicas arrive, with an error rate that holds at every look at once.
//!
//! For 0/1 outcomes with s ones among the first t, and any rate p, the mixture likelihood ratio
//!
//! ```text
//! M_t(p) = int q^s (1-q)^(t-s) dBeta(1/2,1/2)(q) / (p^s (1-p)^(t-s)) = B(s + 1/2, t - s + 1/2) / (pi p^s (1-p)^(t-s))
//! ```
//!
//! is a martingale of mean 1 if p is the true rate, so that P(M_t(p) >= 1/a for any t) <= a (Ville). The rates with
//! M_t(p) < 1/a form an interval, as ln M_t is convex in p; all those intervals hold the true rate at once with
//! probability 1 - a, and so does their running intersection. One may look after every outcome and stop at will.
//!
//! A decision is taken at the first outcome that permits it and depends on nothing that follows.

use super::{CannotDecide, Interval, Place, closed_unit, open_unit};
use statrs::function::gamma::ln_gamma;
use std::f64::consts::PI;

/// Counts of outcomes so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Outcomes t.
    pub outcomes: u64,
    /// Ones s among them (failures, where failures are counted).
    pub ones: u64,
}

impl Tally {
    /// Counts one more outcome.
    pub fn push(&mut self, one: bool) {
        self.outcomes += 1;
        self.ones += u64::from(one);
    }

    /// ln M_t(rate): the log of the e-value against the rate. Infinite if the rate cannot produce the outcomes.
    pub fn ln_e_value(self, rate: f64) -> f64 {
        self.mixture().ln_against(rate)
    }

    /// The rates that M_t does not exclude at `level`: the confidence sequence at this t alone.
    ///
    /// # Errors
    /// `OutOfRange` for a level outside (0, 1).
    pub fn interval(self, level: f64) -> Result<Interval, CannotDecide> {
        let bar = -open_unit("level", level)?.ln();
        let mixture = self.mixture();
        Ok(Interval { low: mixture.low(0.0, bar), high: mixture.high(1.0, bar) })
    }

    /// The mixture's own prediction of the next outcome, (s + 1/2) / (t + 1): an estimate that is never 0 or 1.
    pub fn estimate(self) -> f64 {
        (self.ones as f64 + 0.5) / (self.outcomes as f64 + 1.0)
    }

    fn mixture(self) -> Mixture {
        Mixture::new(self.ones as f64, self.outcomes as f64)
    }
}

/// The outcomes as the mixture sees them; counts are real numbers so that [`super::power`] can ask for typical ones.
#[derive(Clone, Copy)]
pub(super) struct Mixture {
    ones: f64,
    zeros: f64,
    // ln B(s + 1/2, t - s + 1/2) - ln pi
    ln_marginal: f64,
}

impl Mixture {
    pub(super) fn new(ones: f64, outcomes: f64) -> Mixture {
        let zeros = outcomes - ones;
        let ln_beta = ln_gamma(ones + 0.5) + ln_gamma(zeros + 0.5) - ln_gamma(outcomes + 1.0);
        Mixture { ones, zeros, ln_marginal: ln_beta - PI.ln() }
    }

    /// ln M_t(rate).
    pub(super) fn ln_against(self, rate: f64) -> f64 {
        // 0 ln 0 = 0
        let seen = |count: f64, ln: f64| if count == 0.0 { 0.0 } else { count * ln };
        self.ln_marginal - seen(self.ones, rate.ln()) - seen(self.zeros, (-rate).ln_1p())
    }

    fn frequency(self) -> f64 {
        self.ones / (self.ones + self.zeros)
    }

    /// The limit below the seen frequency at which ln M_t crosses `bar`, from an excluded rate or 0.
    ///
    /// By Newton's method from outside: ln M_t is convex, so every step stays outside and comes nearer.
    fn low(self, from: f64, bar: f64) -> f64 {
        if self.ones == 0.0 {
            return 0.0;
        }
        // Excluded too, and never 0: without the zeros' share, which only adds, ln M_t would be `bar` here.
        let mut rate = from.max(((self.ln_marginal - bar) / self.ones).exp());
        for _ in 0..100 {
            let slope = self.zeros / (1.0 - rate) - self.ones / rate;
            let next = rate - (self.ln_against(rate) - bar) / slope;
            if next.is_nan() || next <= rate {
                break;
            }
            rate = next;
        }
        rate
    }

    /// The limit above the seen frequency, likewise: the lower one with ones and zeros exchanged.
    fn high(self, from: f64, bar: f64) -> f64 {
        let mirrored = Mixture { ones: self.zeros, zeros: self.ones, ..self };
        1.0 - mirrored.low(1.0 - from, bar)
    }
}

/// What is claimed of a rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RateLaw {
    /// The rate is at most this.
    AtMost(f64),
    /// The rate is this, give or take.
    Within {
        /// The claimed rate.
        rate: f64,
        /// The card's tolerance.
        tolerance: f64,
    },
}

impl RateLaw {
    /// The rates that the claim allows.
    pub fn band(self) -> Interval {
        match self {
            RateLaw::AtMost(rate) => Interval { low: 0.0, high: rate },
            RateLaw::Within { rate, tolerance } => {
                Interval { low: (rate - tolerance).max(0.0), high: (rate + tolerance).min(1.0) }
            }
        }
    }

    pub(super) fn checked(self) -> Result<Interval, CannotDecide> {
        match self {
            RateLaw::AtMost(rate) => closed_unit("rate", rate).map(|_| self.band()),
            RateLaw::Within { rate, tolerance } => {
                closed_unit("rate", rate)?;
                closed_unit("tolerance", tolerance)?;
                Ok(self.band())
            }
        }
    }
}

/// What a sequential test has said by some outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// `Inside`: the claim holds; `Outside`: it is violated; `Undecided` when the outcomes ran out.
    pub place: Place,
    /// The outcomes that count: those up to the decision, all of them if there is none.
    pub tally: Tally,
    /// Running intersection of the confidence sequence over those outcomes.
    pub interval: Interval,
    /// Anytime p-value of "the claim is true"; at most the level exactly if the claim is violated.
    pub p_true: f64,
    /// Anytime p-value of "the claim is false"; at most the level exactly if the claim holds.
    pub p_false: f64,
}

/// The sequential test: feed it outcomes in replica order; after its decision it ignores what follows.
#[derive(Clone, Debug)]
pub struct Watch {
    band: Interval,
    bar: f64,
    tally: Tally,
    interval: Interval,
    // Largest log e-values so far against: rate <= low edge, rate >= low edge, rate <= high edge, rate >= high edge.
    below_low: f64,
    above_low: f64,
    below_high: f64,
    above_high: f64,
    place: Place,
}

impl Watch {
    /// A test of `law` that errs with probability at most `level` in either direction, however long it runs.
    ///
    /// # Errors
    /// `OutOfRange` for rate or tolerance outside [0, 1] or level outside (0, 1).
    pub fn new(law: RateLaw, level: f64) -> Result<Watch, CannotDecide> {
        Ok(Watch {
            band: law.checked()?,
            bar: -open_unit("level", level)?.ln(),
            tally: Tally::default(),
            interval: Interval { low: 0.0, high: 1.0 },
            below_low: 0.0,
            above_low: 0.0,
            below_high: 0.0,
            above_high: 0.0,
            place: Place::Undecided,
        })
    }

    /// Takes the next outcome; true once decided.
    pub fn push(&mut self, one: bool) -> bool {
        if self.place != Place::Undecided {
            return true;
        }
        self.tally.push(one);
        let mixture = self.tally.mixture();
        // Against "rate <= edge" counts the smallest e-value of those rates: that of the edge if more was seen, else
        // at most 1, which never raises the record.
        for (edge, below, above) in [
            (self.band.low, &mut self.below_low, &mut self.above_low),
            (self.band.high, &mut self.below_high, &mut self.above_high),
        ] {
            let against = mixture.ln_against(edge);
            if mixture.frequency() > edge {
                *below = below.max(against);
            } else if mixture.frequency() < edge {
                *above = above.max(against);
            }
        }
        self.narrow(mixture);
        self.place = if self.below_high.max(self.above_low) >= self.bar {
            Place::Outside
        } else if self.ln_false() >= self.bar {
            Place::Inside
        } else {
            Place::Undecided
        };
        self.place != Place::Undecided
    }

    /// What it says by now.
    pub fn decision(&self) -> Decision {
        Decision {
            place: self.place,
            tally: self.tally,
            interval: self.interval,
            p_true: (-self.below_high.max(self.above_low)).exp().min(1.0),
            p_false: (-self.ln_false()).exp().min(1.0),
        }
    }

    // Log e-value against every rate outside the band. An edge at 0 or 1 has no rates beyond it to exclude.
    fn ln_false(&self) -> f64 {
        let low = if self.band.low > 0.0 { self.below_low } else { f64::INFINITY };
        let high = if self.band.high < 1.0 { self.above_high } else { f64::INFINITY };
        low.min(high)
    }

    // Running intersection. A limit is solved for only when this outcome moved it inward, so most cost one e-value.
    fn narrow(&mut self, mixture: Mixture) {
        let seen = mixture.frequency();
        if seen > self.interval.low && mixture.ln_against(self.interval.low) >= self.bar {
            self.interval.low = mixture.low(self.interval.low, self.bar);
        }
        if seen < self.interval.high && mixture.ln_against(self.interval.high) >= self.bar {
            self.interval.high = mixture.high(self.interval.high, self.bar);
        }
    }
}

/// The test on outcomes in replica order: its decision is the first that a prefix permits.
///
/// # Errors
/// As [`Watch::new`].
pub fn decide(outcomes: &[bool], law: RateLaw, level: f64) -> Result<Decision, CannotDecide> {
    let mut watch = Watch::new(law, level)?;
    let _ = outcomes.iter().any(|&one| watch.push(one));
    Ok(watch.decision())
}

/// The running intersection of the confidence sequence over all the outcomes; empty (low > high) only with probability
/// at most `level`.
///
/// # Errors
/// `OutOfRange` for a level outside (0, 1).
pub fn interval(outcomes: &[bool], level: f64) -> Result<Interval, CannotDecide> {
    // A claim that nothing can decide.
    let mut watch = Watch::new(RateLaw::AtMost(1.0), level)?;
    for &one in outcomes {
        watch.tally.push(one);
        watch.narrow(watch.tally.mixture());
    }
    Ok(watch.interval)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use rand::RngExt;

    fn outcomes(count: usize, rate: f64, name: &str) -> Vec<bool> {
        let mut rng = Key::root("sequential").child(name).rng();
        (0..count).map(|_| rng.random::<f64>() < rate).collect()
    }

    #[test]
    fn e_values_as_the_formula() {
        // mpmath, 40 digits: ln(beta(s + 1/2, t - s + 1/2) / (pi p^s (1-p)^(t-s)))
        for (ones, count, rate, expected) in [
            (3, 10, 0.5, -0.5823328142196552),
            (0, 5, 0.5, 2.0636931847116968),
            (2, 2, 0.5, 0.40546510810816438),
            (20_000, 1_000_000, 0.0195, -0.64988150271116999),
        ] {
            let seen = Tally { outcomes: count, ones }.ln_e_value(rate);
            assert!((seen - expected).abs() < 1e-7, "{seen} against {expected}");
        }
        // Two ones: int q^2 dBeta(1/2,1/2) = 3/8, over 1/4.
        assert!((Tally { outcomes: 2, ones: 2 }.ln_e_value(0.5) - 1.5f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn the_e_value_is_a_martingale() {
        let rate = 0.3;
        let mut tally = Tally::default();
        for one in outcomes(200, rate, "martingale") {
            let next = |one: bool| {
                let mut next = tally;
                next.push(one);
                next.ln_e_value(rate).exp()
            };
            let mean = rate * next(true) + (1.0 - rate) * next(false);
            assert!((mean / tally.ln_e_value(rate).exp() - 1.0).abs() < 1e-10);
            tally.push(one);
        }
    }

    #[test]
    fn limits_solve_the_equation() {
        // mpmath: roots of ln M_t(p) = -ln(level)
        let interval = Tally { outcomes: 100, ones: 30 }.interval(0.05).unwrap();
        assert!((interval.low - 0.16565153538786662).abs() < 1e-12);
        assert!((interval.high - 0.46283986514171306).abs() < 1e-12);
        let none = Tally { outcomes: 50, ones: 0 }.interval(1e-3).unwrap();
        assert!(none.low == 0.0 && (none.high - 0.17202526111824212).abs() < 1e-12);
        assert_eq!(Tally::default().interval(0.05), Ok(Interval { low: 0.0, high: 1.0 }));
    }

    // The naive twin: the intersection of the intervals of all prefixes, decided where it first leaves an edge behind.
    fn naive(seen: &[bool], law: RateLaw, level: f64) -> (Place, u64, Interval) {
        let mut tally = Tally::default();
        let mut running = Interval { low: 0.0, high: 1.0 };
        for &one in seen {
            tally.push(one);
            let here = tally.interval(level).unwrap();
            running = Interval { low: running.low.max(here.low), high: running.high.min(here.high) };
            let place = running.against(law.band());
            if place != Place::Undecided {
                return (place, tally.outcomes, running);
            }
        }
        (Place::Undecided, tally.outcomes, running)
    }

    #[test]
    fn the_decision_is_that_of_the_running_intersection() {
        for (i, rate) in [0.0, 0.02, 0.1, 0.12, 0.3, 0.9, 1.0].into_iter().enumerate() {
            let seen = outcomes(1500, rate, &format!("twin {i}"));
            for law in [RateLaw::AtMost(0.1), RateLaw::Within { rate: 0.1, tolerance: 0.05 }, RateLaw::AtMost(0.0)] {
                let fast = decide(&seen, law, 1e-3).unwrap();
                let (place, count, running) = naive(&seen, law, 1e-3);
                assert_eq!((fast.place, fast.tally.outcomes), (place, count));
                assert!((fast.interval.low - running.low).abs() < 1e-12);
                assert!((fast.interval.high - running.high).abs() < 1e-12);
                assert_eq!(fast.p_true <= 1e-3, place == Place::Outside);
                assert_eq!(fast.p_false <= 1e-3, place == Place::Inside);
            }
        }
    }

    #[test]
    fn what_follows_a_decision_changes_nothing() {
        let law = RateLaw::AtMost(0.1);
        let mut seen = outcomes(2000, 0.3, "extra");
        let decided = decide(&seen, law, 1e-3).unwrap();
        assert_eq!(decided.place, Place::Outside);
        let at = decided.tally.outcomes as usize;
        assert_eq!(decide(&seen[..at], law, 1e-3).unwrap(), decided);
        assert_eq!(decide(&seen[..at - 1], law, 1e-3).unwrap().place, Place::Undecided);
        seen[at..].fill(false);
        assert_eq!(decide(&seen, law, 1e-3).unwrap(), decided);
    }

    #[test]
    fn one_failure_refutes_a_rate_of_zero() {
        let decided = decide(&[false, false, true, false], RateLaw::AtMost(0.0), 1e-9).unwrap();
        assert_eq!((decided.place, decided.tally.outcomes, decided.p_true), (Place::Outside, 3, 0.0));
    }

    #[test]
    fn a_million_outcomes_are_stable() {
        let seen = outcomes(1_000_000, 0.02, "million");
        let decided = decide(&seen, RateLaw::Within { rate: 0.02, tolerance: 1e-6 }, 1e-3).unwrap();
        assert_eq!(decided.place, Place::Undecided);
        assert!(decided.interval.width() < 2e-3 && decided.interval.contains(0.02));
        assert_eq!(decided.interval, interval(&seen, 1e-3).unwrap());
    }

    #[test]
    fn degenerate_input_decides_nothing() {
        assert_eq!(decide(&[], RateLaw::AtMost(0.1), 1e-3).unwrap().place, Place::Undecided);
        for bad in [f64::NAN, -0.1, 1.1, f64::INFINITY] {
            assert!(decide(&[true], RateLaw::AtMost(bad), 1e-3).is_err());
            assert!(decide(&[true], RateLaw::Within { rate: 0.1, tolerance: bad }, 1e-3).is_err());
            assert!(decide(&[true], RateLaw::AtMost(0.1), bad).is_err());
            assert!(interval(&[true], bad).is_err());
        }
    }
}
