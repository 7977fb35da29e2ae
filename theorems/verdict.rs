//! Verdicts: how a claim is answered, and how findings at points become one answer.

use std::fmt;

/// The level at which a claim is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Bound on the chance of a false `violated` of this claim, and likewise of a false `holds`.
    pub alpha: f64,
}

impl Level {
    /// The level of one of `points` in-scope points.
    pub fn per_point(self, points: usize) -> f64 {
        self.alpha / points.max(1) as f64
    }
}

/// What a check says.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Proved positive, with this margin (relative slack; 0 is the edge, 1 is all of it).
    Holds {
        /// Relative slack.
        margin: f64,
    },
    /// Refuted.
    Violated {
        /// By how much, relative; negative.
        margin: f64,
        /// The replica that shows it best.
        witness: Witness,
    },
    /// An assumption fails here: the claim says nothing.
    OutOfScope {
        /// Names of the failed assumptions.
        failed: Vec<String>,
    },
    /// True for free.
    Vacuous {
        /// The bound.
        bound: f64,
        /// The trivial value that it does not beat.
        trivial: f64,
    },
    /// Neither proved nor refuted.
    Inconclusive {
        /// Replicas per point that would probably decide; `None` if no number would.
        replicas_needed: Option<u64>,
        /// Why.
        because: String,
    },
    /// The fitted exponent lies in the card's band.
    ScalingAgrees {
        /// Fitted.
        exponent: f64,
        /// Claimed.
        expected: f64,
        /// Standard error of the fit.
        std_err: f64,
    },
    /// The fitted exponent lies outside the card's band.
    ScalingDisagrees {
        /// Fitted.
        exponent: f64,
        /// Claimed.
        expected: f64,
        /// Standard error of the fit.
        std_err: f64,
    },
}

impl Verdict {
    /// The word in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Holds { .. } => "holds",
            Verdict::Violated { .. } => "violated",
            Verdict::OutOfScope { .. } => "out_of_scope",
            Verdict::Vacuous { .. } => "vacuous",
            Verdict::Inconclusive { .. } => "inconclusive",
            Verdict::ScalingAgrees { .. } => "scaling_agrees",
            Verdict::ScalingDisagrees { .. } => "scaling_disagrees",
        }
    }

    /// Whether it refutes the claim.
    pub fn refutes(&self) -> bool {
        matches!(self, Verdict::Violated { .. } | Verdict::ScalingDisagrees { .. })
    }

    /// The margin, where the verdict has one.
    pub fn margin(&self) -> Option<f64> {
        match self {
            Verdict::Holds { margin } | Verdict::Violated { margin, .. } => Some(*margin),
            _ => None,
        }
    }

    /// By what factor a vacuous bound misses what is free: at least 1.
    pub fn factor(&self) -> Option<f64> {
        match self {
            Verdict::Vacuous { bound, trivial } => Some((bound / trivial).max(trivial / bound)),
            _ => None,
        }
    }

    // violated > inconclusive > vacuous > scaling agrees > holds; out of scope says nothing. A scaling leaves constants
    // open that `holds` does not, so of both together it speaks.
    fn rank(&self) -> u8 {
        match self {
            Verdict::OutOfScope { .. } => 0,
            Verdict::Holds { .. } => 1,
            Verdict::ScalingAgrees { .. } => 2,
            Verdict::Vacuous { .. } => 3,
            Verdict::Inconclusive { .. } => 4,
            Verdict::Violated { .. } | Verdict::ScalingDisagrees { .. } => 5,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The replica that shows a violation, for the one command that re-runs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// The cell's axes, as `key=value` words.
    pub at: Vec<(String, String)>,
    /// The replica, or `None` if the violation is one of a whole cell.
    pub replica: Option<u64>,
    /// What was seen there, in words with numbers.
    pub seen: String,
}

/// The answer at one point for one version of the statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The version: `"as stated"`, `"printed"`, `"corrected"`, `"sharp"`, ....
    pub version: &'static str,
    /// Whether this is the version we stand behind, which makes the claim's verdict.
    pub ours: bool,
    /// The point, as `key=value` words of its axes.
    pub point: Vec<(String, String)>,
    /// The answer.
    pub verdict: Verdict,
    /// P-value of "the claim is true" if this point refutes it, else of "the claim is false"; where there is a test.
    pub p_value: Option<f64>,
    /// Replicas that count here: for a sequential test those up to its decision.
    pub replicas: u64,
    /// Failures among them, where failures are counted.
    pub failures: Option<u64>,
    /// The claimed rate of failures at this point, where there is one.
    pub claimed_rate: Option<f64>,
    /// Measured and claimed numbers in words.
    pub seen: String,
}

/// The worst of the findings: violated > inconclusive > vacuous > scaling agrees > holds, out of scope only if all are.
///
/// Among equally bad ones the smallest margin or the largest factor speaks. No finding at all is inconclusive: a verdict is proved positive.
pub fn worst<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Verdict {
    let badness = |verdict: &Verdict| {
        let worse = verdict.margin().map(|margin| -margin).or(verdict.factor());
        (verdict.rank(), worse.unwrap_or(f64::NEG_INFINITY))
    };
    let worse =
        |a: &&Verdict, b: &&Verdict| badness(a).0.cmp(&badness(b).0).then(badness(a).1.total_cmp(&badness(b).1));
    findings.into_iter().map(|finding| &finding.verdict).max_by(worse).cloned().unwrap_or_else(|| {
        Verdict::Inconclusive { replicas_needed: None, because: "there was nothing to judge".to_owned() }
    })
}
