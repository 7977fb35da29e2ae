//! The statistical suite: our own tests, intervals and laws of draws are calibrated.
//!
//! **Level.** Every check has a false-alarm rate of [`check::ALARM`] = 1e-8 and there are at most [`check::CHECKS`] = 100
//! of them, counted while they run; so the suite's total is at most 1e-6. The rate is over the choice of the root key,
//! which is the fixed text "calibration": a check that passes once passes always, and no key was tried before it.
//!
//! **Checks.** Over 10^4 null runs, P(p <= a) <= a at every a: by the one-sided Dvoretzky-Kiefer-Wolfowitz bound with
//! Massart's constant, and by exact binomial tails at a = 0.001, 0.01, 0.05 and 0.2. For continuous tests and the
//! randomised form of discrete ones also from below: uniform, by Kolmogorov-Smirnov. Coverage by exact binomial tails,
//! or summed exactly where the law is discrete. Beside each test stands its power against a named alternative, from a
//! formula or from a longer run with another key, and held by the measured one.
//!
//! The laws of draws (keys, masks, data, initial weights) likewise: exact laws by Kolmogorov-Smirnov over 10^4 replicas,
//! counts by chi-square.
//!
//! A planted fault for each kind of check shows that it can fail (`check`).

mod check;
mod comparisons;
mod draws;
mod many;
mod rates;
mod sequential;
mod slopes;
