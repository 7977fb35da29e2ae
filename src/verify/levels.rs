//! Holm's step-down over the statistical claims of a call.
//!
//! A claim's p-value is the smallest level at which its judge decides it, so that comparing the p-values with A/N,
//! A/(N-1), ... is the same as judging again what is undecided at those levels. The two directions are two families of
//! hypotheses ("the claim is true", "the claim is false"), each with its own count of rejections: the chance of any
//! false `violated` stays at most A, and so does that of any false `holds`. A verdict is never undone.

use super::Check;
use crate::theorems::{Level, Verdict, worst};

/// Decides what Holm permits of what is still inconclusive.
pub(super) fn holm(checks: &mut [Check<'_>], alpha: f64, statistical: usize) {
    for refuting in [true, false] {
        let rejected = |verdict: &Verdict| if refuting { verdict.refutes() } else { supports(verdict) };
        loop {
            let counts = |check: &&Check<'_>| check.claim.card().class.statistical() && rejected(&check.verdict());
            let done = checks.iter().filter(counts).count();
            if done == 0 || done >= statistical {
                break;
            }
            let level = Level { alpha: alpha / (statistical - done) as f64 };
            let mut changed = false;
            for check in checks.iter_mut().filter(|check| check.claim.card().class.statistical()) {
                if !matches!(check.verdict(), Verdict::Inconclusive { .. }) {
                    continue;
                }
                let findings = check.judged(level);
                let again = worst(findings.iter().filter(|finding| finding.ours));
                if rejected(&again) {
                    check.notes.push(format!(
                        "decided by Holm's step-down at level {:.3e}, after {done} of {statistical} claims",
                        level.alpha
                    ));
                    (check.findings, check.level, changed) = (findings, level, true);
                }
            }
            if !changed {
                break;
            }
        }
    }
}

fn supports(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Holds { .. } | Verdict::ScalingAgrees { .. })
}
