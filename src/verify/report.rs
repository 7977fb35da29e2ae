//! What came of one claim: the fields of the JSON, and nothing that they do not say.

use super::{Ask, Check};
use crate::theorems::{Card, Finding, Verdict, worst};
use serde_json::{Value, json};

/// The answer to one claim.
#[derive(Clone, Debug)]
pub struct Report {
    /// The claim.
    pub card: &'static Card,
    /// The worst over the in-scope points of the version that we stand behind.
    pub verdict: Verdict,
    /// Replicas that count at the point that decides.
    pub replicas: u64,
    /// Failures among them, where failures are counted.
    pub failures: Option<u64>,
    /// The claimed rate of failures there, where there is one.
    pub claimed_failure_rate: Option<f64>,
    /// The level of this claim, where chance enters.
    pub alpha: Option<f64>,
    /// P-value of "the claim is true" for `violated`, else of "the claim is false": every point must hold.
    pub p_value: Option<f64>,
    /// Every version of the statement, ours first.
    pub versions: Vec<Version>,
    /// Every finding.
    pub points: Vec<Finding>,
    /// What was computed, one per evidence.
    pub config: Vec<Config>,
    /// Root text of all randomness.
    pub key: String,
    /// Wall time of the check, rows included.
    pub seconds: f64,
    /// The one command that re-runs what shows the violation.
    pub witness: Option<String>,
    /// Anything else that a reader should know.
    pub notes: Vec<String>,
}

/// One version of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Its name.
    pub name: &'static str,
    /// The worst over its in-scope points.
    pub verdict: Verdict,
}

/// One evidence: what was run, and where its rows lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The sim, or the claim itself for its own trials.
    pub experiment: &'static str,
    /// Address in the store.
    pub address: String,
    /// Replicas per point.
    pub replicas: u64,
    /// Points.
    pub points: usize,
    /// Canonical text of the settings.
    pub settings: String,
}

impl Check<'_> {
    pub(super) fn report(self, ask: &Ask) -> Report {
        let (card, verdict) = (self.claim.card(), self.verdict());
        let in_scope = |finding: &&Finding| !matches!(finding.verdict, Verdict::OutOfScope { .. });
        let deciding = self.ours().find(|finding| finding.verdict == verdict);
        let p_value = p_value(&verdict, &self.ours().filter(in_scope).collect::<Vec<_>>());
        let mut names: Vec<(bool, &'static str)> = Vec::new();
        for finding in &self.findings {
            if !names.iter().any(|(_, name)| *name == finding.version) {
                names.push((finding.ours, finding.version));
            }
        }
        names.sort_by_key(|(ours, _)| !ours);
        let version = |(_, name): (bool, &'static str)| Version {
            name,
            verdict: worst(self.findings.iter().filter(|finding| finding.version == name)),
        };
        Report {
            card,
            replicas: deciding.map_or(0, |finding| finding.replicas),
            failures: deciding.and_then(|finding| finding.failures),
            claimed_failure_rate: deciding.and_then(|finding| finding.claimed_rate),
            alpha: card.class.statistical().then_some(self.level.alpha),
            p_value,
            versions: names.into_iter().map(version).collect(),
            config: self.config(),
            key: ask.key.clone(),
            seconds: self.seconds,
            witness: super::witness::command(card, &verdict, self.level.alpha, ask),
            notes: self.notes,
            points: self.findings,
            verdict,
        }
    }
}

/// The claim's p-value from its points in scope.
fn p_value(verdict: &Verdict, points: &[&Finding]) -> Option<f64> {
    if verdict.refutes() {
        // One point sufficed; the p-values of points that do not refute are about the other side.
        let refuting = points.iter().filter(|finding| finding.verdict.refutes());
        let least = refuting.filter_map(|finding| finding.p_value).reduce(f64::min);
        return least.map(|p| (p * points.len() as f64).min(1.0));
    }
    // All points have to hold, and one without a p-value leaves the claim without.
    let of_all: Option<Vec<f64>> = points.iter().map(|finding| finding.p_value).collect();
    of_all.and_then(|p_values| p_values.into_iter().reduce(f64::max))
}

/// A point as `key=value` words.
pub fn words(at: &[(String, String)]) -> String {
    at.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
}

/// The JSON of `verify --json`: one object per claim, every field, null where it does not apply.
pub fn to_json(reports: &[Report]) -> Value {
    Value::Array(reports.iter().map(one).collect())
}

fn one(report: &Report) -> Value {
    let card = report.card;
    let points: Vec<Value> = report.points.iter().map(point).collect();
    let versions: Vec<Value> = report
        .versions
        .iter()
        .map(|version| {
            let verdict = &version.verdict;
            let (margin, factor) = (verdict.margin(), verdict.factor());
            json!({ "name": version.name, "verdict": verdict.name(), "margin": margin, "factor": factor })
        })
        .collect();
    let config: Vec<Value> = report
        .config
        .iter()
        .map(|config| {
            json!({
                "experiment": config.experiment, "address": config.address, "replicas": config.replicas,
                "points": config.points, "settings": config.settings,
            })
        })
        .collect();
    json!({
        "id": card.id,
        "subject": card.subject.id,
        "source": card.source,
        "class": card.class.name(),
        "verdict": report.verdict.name(),
        "margin": report.verdict.margin(),
        "replicas": report.replicas,
        "failures": report.failures,
        "claimed_failure_rate": report.claimed_failure_rate,
        "alpha": report.alpha,
        "p_value": report.p_value,
        "versions": versions,
        "points": points,
        "config": config,
        "key": report.key,
        "seconds": report.seconds,
        "witness": report.witness,
        "notes": report.notes,
    })
}

/// The JSON of one finding, as in `points`.
pub fn point(finding: &Finding) -> Value {
    let at: serde_json::Map<String, Value> = finding
        .point
        .iter()
        .map(|(key, value)| (key.clone(), value.parse::<f64>().map_or(json!(value), number)))
        .collect();
    json!({
        "version": finding.version,
        "at": at,
        "verdict": finding.verdict.name(),
        "margin": finding.verdict.margin(),
        "replicas": finding.replicas,
        "failures": finding.failures,
        "claimed_failure_rate": finding.claimed_rate,
        "p_value": finding.p_value,
        "seen": finding.seen,
        "because": because(&finding.verdict),
    })
}

/// Whole numbers without a point, so that `classes` is 2 and not 2.0.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
}

/// What a verdict without a margin has to say for itself.
pub fn because(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Holds { .. } => None,
        Verdict::Violated { witness, .. } => Some(witness.seen.clone()),
        Verdict::OutOfScope { failed } => Some(format!("assumption fails: {}", failed.join(", "))),
        Verdict::Vacuous { bound, trivial } => {
            let factor = verdict.factor().unwrap_or(f64::NAN);
            Some(format!("the bound {bound:.3e} misses {trivial:.3e}, which is free, by a factor {factor:.3e}"))
        }
        Verdict::Inconclusive { replicas_needed: None, because } => Some(because.clone()),
        Verdict::Inconclusive { replicas_needed: Some(needed), because } => {
            Some(format!("{because}; about {needed} replicas would decide"))
        }
        Verdict::ScalingAgrees { exponent, expected, std_err }
        | Verdict::ScalingDisagrees { exponent, expected, std_err } => {
            Some(format!("exponent {exponent:.4} +- {std_err:.4}, expected {expected}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theorems::Witness;

    #[test]
    fn a_point_that_holds_lends_no_p_value_to_a_violation() {
        let finding = |verdict, p_value| Finding {
            version: "as stated",
            ours: true,
            point: Vec::new(),
            verdict,
            p_value,
            replicas: 1,
            failures: None,
            claimed_rate: None,
            seen: String::new(),
        };
        let witness = Witness { at: Vec::new(), replica: None, seen: String::new() };
        let holds = finding(Verdict::Holds { margin: 0.5 }, Some(1e-9));
        let violated = finding(Verdict::Violated { margin: -0.5, witness }, Some(1e-4));
        let undecided = finding(Verdict::Inconclusive { replicas_needed: None, because: String::new() }, Some(0.3));
        assert_eq!(p_value(&violated.verdict, &[&holds, &violated]), Some(2e-4));
        assert_eq!(p_value(&undecided.verdict, &[&holds, &undecided]), Some(0.3));
        let untested = Finding { p_value: None, ..undecided.clone() };
        assert_eq!(p_value(&undecided.verdict, &[&holds, &undecided, &untested]), None);
    }
}
