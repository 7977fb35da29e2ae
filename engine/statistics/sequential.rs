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
        ln_mixture(self.ones as f64, self.outcomes as f64, rate)
    }

    /// The rates that M_t does not exclude at `level`: the confidence sequence at this t alone, rounded outward.
    ///
    /// # Errors
    /// `OutOfRange` for a level outside (0, 1).
    pub fn interval(self, level: f64) -> Result<Interval, CannotDecide> {
        let bar = -open_unit("level", level)?.ln();
        Ok(Interval { low: self.limit(0.0, bar), high: self.limit(1.0, bar) })
    }

    // The rate between `end` and the seen frequency at which ln M_t crosses `bar`, by bisection; kept outside.
    fn limit(self, end: f64, bar: f64) -> f64 {
        if self.ln_e_value(end) < bar {
            return end;
        }
        let (mut out, mut inn) = (end, self.ones as f64 / self.outcomes as f64);
        loop {
            let middle = 0.5 * (out + inn);
            if middle == out || middle == inn {
                return out;
            }
            if self.ln_e_value(middle) < bar {
                inn = middle;
            } else {
                out = middle;
            }
        }
    }
}

pub(super) fn ln_mixture(ones: f64, outcomes: f64, rate: f64) -> f64 {
    let zeros = outcomes - ones;
    let ln_beta = ln_gamma(ones + 0.5) + ln_gamma(zeros + 0.5) - ln_gamma(outcomes + 1.0);
    // 0 ln 0 = 0
    let seen = |count: f64, ln: f64| if count == 0.0 { 0.0 } else { count * ln };
    ln_beta - PI.ln() - seen(ones, rate.ln()) - seen(zeros, (-rate).ln_1p())
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
        let seen = self.tally.ones as f64 / self.tally.outcomes as f64;
        let (low, high) = (self.tally.ln_e_value(self.band.low), self.tally.ln_e_value(self.band.high));
        // Against "rate <= edge" counts the smallest e-value of those rates: that of the edge if more was seen, else
        // at most 1, which never raises the record.
        let raise = |record: &mut f64, counts: bool, value: f64| *record = record.max(if counts { value } else { 0.0 });
        raise(&mut self.below_low, seen > self.band.low, low);
        raise(&mut self.above_low, seen < self.band.low, low);
        raise(&mut self.below_high, seen > self.band.high, high);
        raise(&mut self.above_high, seen < self.band.high, high);
        self.narrow();
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
    fn narrow(&mut self) {
        let seen = self.tally.ones as f64 / self.tally.outcomes as f64;
        if seen > self.interval.low && self.tally.ln_e_value(self.interval.low) >= self.bar {
            self.interval.low = self.interval.low.max(self.tally.limit(0.0, self.bar));
        }
        if seen < self.interval.high && self.tally.ln_e_value(self.interval.high) >= self.bar {
            self.interval.high = self.interval.high.min(self.tally.limit(1.0, self.bar));
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
        watch.narrow();
    }
    Ok(watch.interval)
}
