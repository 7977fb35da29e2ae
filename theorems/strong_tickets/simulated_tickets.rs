//! Errors of tickets for 8-16-1 targets as simulated before, beside ours.
//!
//! Medians over runs of the largest error found on the sphere, with the tenth and ninetieth percentile. The laws have long
//! tails: a table of 12 to 60 runs knows its medians to a factor. Adaptive halves are compared by a factor of 2.5; strict ones
//! by four combined standard errors of the median, of 60 runs there and 200 here.

use crate::point::Point;
use crate::reference::Reference;
use crate::{Evidence, Finding, Replicas, Verdict, Witness};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::statistics::{bootstrap, mean};

/// Within which adaptive medians agree.
const FACTOR: f64 = 2.5;
/// n, median; sign-adaptive halves, 25 to 60 runs.
const ADAPTIVE: [(f64, f64); 6] =
    [(8.0, 0.117), (12.0, 0.046), (16.0, 3.0e-3), (20.0, 1.9e-4), (24.0, 1.5e-5), (28.0, 1.7e-6)];
/// n, tenth percentile, median, ninetieth; strict halves, 60 runs. Above n = 16 a quarter of the runs lacks the range, and the
/// median of 12 to 25 runs is anywhere between.
const STRICT: [(f64, f64, f64, f64); 2] = [(8.0, 0.20, 0.284, 0.37), (16.0, 0.084, 0.139, 0.225)];
const RUNS: f64 = 60.0;
/// Standard error of a median over that of a mean, for a normal law; its tenths are 2.563 deviations apart.
const MEDIAN: f64 = 1.2533;
const TENTHS: f64 = 2.563;

/// The runs, in the sim's own sizes; none at `smoke`.
pub(super) fn evidence(effort: Effort) -> Vec<Evidence> {
    let sim = |variant: &str, n: &str, replicas| Evidence::Sim {
        id: "ticket_construction",
        settings: [("variant", variant), ("n", n)].map(|(key, value)| Assignment::own(key, value)).to_vec(),
        columns: &["error_lower"],
        replicas: Replicas::Fixed(replicas),
    };
    match effort {
        Effort::Smoke => Vec::new(),
        Effort::Normal | Effort::Paper => {
            vec![sim("adaptive", "8,12,16,20,24,28", 60), sim("strict", "8,16", 200)]
        }
    }
}

/// What a point says beside the table: reported, never gating.
pub(super) fn beside(point: &Point<'_>) -> Option<Finding> {
    let (n, errors) = (point.number("n"), point.numbers("error_lower"));
    let ours = mean::quantile(&errors, 0.5).unwrap_or(f64::NAN);
    if point.word("variant") == "adaptive" {
        let (_, theirs) = ADAPTIVE.into_iter().find(|(at, _)| *at == n)?;
        return Some(within(point, ours, theirs));
    }
    let (_, low, value, high) = STRICT.into_iter().find(|(at, ..)| *at == n)?;
    let median_of = |drawn: &[usize]| {
        let drawn: Vec<f64> = drawn.iter().map(|&run| errors[run]).collect();
        mean::quantile(&drawn, 0.5).unwrap_or(f64::NAN)
    };
    let key = Key::root("simulated tickets").child(&n.to_string());
    let error = bootstrap::standard_error(errors.len(), bootstrap::RESAMPLES, &key, median_of).unwrap_or(f64::NAN);
    let theirs = MEDIAN * (high - low) / TENTHS / RUNS.sqrt();
    let reference = Reference { version: "8-16-1, strict, simulated before", value, error: theirs };
    Some(reference.beside(point, ours, error))
}

/// Whether two medians agree within the factor; margin 1 where they are equal.
fn within(point: &Point<'_>, ours: f64, theirs: f64) -> Finding {
    let seen = format!("median {ours:.2e} of {} runs, theirs {theirs:.2e}", point.rows.len());
    let margin = 1.0 - (ours / theirs).ln().abs() / FACTOR.ln();
    let verdict = if !margin.is_finite() {
        Verdict::Inconclusive { replicas_needed: None, because: seen.clone() }
    } else if margin >= 0.0 {
        Verdict::Holds { margin }
    } else {
        Verdict::Violated { margin, witness: Witness { at: point.at(), replica: None, seen: seen.clone() } }
    };
    Finding {
        version: "8-16-1, adaptive, within a factor 2.5 of simulated before",
        ours: false,
        point: point.at(),
        verdict,
        p_value: None,
        replicas: point.rows.len() as u64,
        failures: None,
        claimed_rate: None,
        seen,
    }
}
