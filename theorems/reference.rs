//! Numbers of others, published or simulated before, beside ours: agreement within four combined standard errors.

use crate::point::Point;
use crate::{Finding, Verdict, Witness};

/// A number that somebody else measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reference {
    /// Name of the version, with whose number it is.
    pub(crate) version: &'static str,
    /// The number.
    pub(crate) value: f64,
    /// Its standard error.
    pub(crate) error: f64,
}

impl Reference {
    /// A rate with the standard error of a count.
    pub(crate) fn rate(version: &'static str, value: f64, draws: f64) -> Reference {
        Reference { version, value, error: (value * (1.0 - value) / draws).sqrt() }
    }

    /// Gating: ours, with its standard error, has to differ by at most four combined ones.
    pub(crate) fn reproduced(&self, point: &Point<'_>, ours: f64, error: f64) -> Finding {
        Finding { ours: true, ..self.beside(point, ours, error) }
    }

    /// Reported, never gating: whether ours, with its standard error, differs by at most four combined ones.
    pub(crate) fn beside(&self, point: &Point<'_>, ours: f64, error: f64) -> Finding {
        let combined = self.error.hypot(error);
        let seen = format!("{ours:.4e} +- {error:.1e}, theirs {:.4e} +- {:.1e}", self.value, self.error);
        let margin = 1.0 - (ours - self.value).abs() / (4.0 * combined);
        let verdict = if !(margin.is_finite() && combined > 0.0) {
            Verdict::Inconclusive { replicas_needed: None, because: seen.clone() }
        } else if margin >= 0.0 {
            Verdict::Holds { margin }
        } else {
            Verdict::Violated { margin, witness: Witness { at: point.at(), replica: None, seen: seen.clone() } }
        };
        Finding {
            version: self.version,
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
}
