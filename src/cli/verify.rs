//! `prunelaw verify`

use super::plans::print_plans;
use super::{CliError, Exit, Global, Progress, note, say, stop_on_signals, unknown};
use crate::theorems::{Claim, THEOREMS, Verdict, ledger};
use crate::verify::witness::{self, Place};
use crate::verify::{self, Ask, Report, Stored, VerifyError};
use clap::Args;

/// Check claims, each with margin, replicas and error rate
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Verify {
    /// Ids or subjects; all claims if none is named
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Bound on the chance of any false `violated` of this call, and likewise of any false `holds`
    #[arg(long, value_name = "A", default_value_t = 1e-3)]
    alpha: f64,
    /// Check the false siblings instead: each must come out violated
    #[arg(long)]
    sabotage: bool,
    /// Draw one replica of one point again, as the witness of a violation names it
    #[arg(long, value_name = "'AXIS=VALUE ... replica=R'")]
    witness: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  prunelaw verify                                    every claim that is built
  prunelaw verify pruned_training --effort smoke     one subject, in seconds
  prunelaw verify surviving_signal_neurons --json    one claim, every field
  prunelaw verify --sabotage                         every false sibling must be violated

Exit codes: 0 nothing was refuted (with --sabotage: everything was); 1 otherwise; 2 bad usage; 3 interrupted";

impl Verify {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let mut claims = named(&self.ids)?;
        if self.sabotage {
            claims = claims.into_iter().map(Claim::false_sibling).collect();
        }
        let ask = Ask {
            effort: global.effort,
            alpha: self.alpha,
            key: global.key.clone().unwrap_or_else(|| "0".to_owned()),
            sabotage: self.sabotage,
        };
        if global.plan {
            print_plans(&verify::studies(&claims, &ask)?, global)?;
            return Ok(Exit::Done);
        }
        let checked = match &self.witness {
            Some(text) => rerun(&claims, &ask, text),
            None => {
                let (store, how, stop) = (global.store(), global.how(), stop_on_signals()?);
                let watch = Progress::new("verify", global.quiet);
                let bench = Stored { store: &store, how: &how, stop: &stop, watch: &watch };
                verify::run(&claims, &ask, &bench)
            }
        };
        let reports = match checked {
            Ok(reports) => reports,
            Err(VerifyError::Interrupted) => {
                note(&VerifyError::Interrupted.to_string());
                return Ok(Exit::Interrupted);
            }
            Err(error) => return Err(error.into()),
        };
        if global.json {
            say(&format!("{:#}", verify::to_json(&reports)))?;
        } else {
            say(text(&reports).trim_end())?;
        }
        let refuted = reports.iter().filter(|report| report.verdict.refutes()).count();
        let as_expected = if self.sabotage { refuted == reports.len() } else { refuted == 0 };
        Ok(if as_expected { Exit::Done } else { Exit::Refuted })
    }
}

/// The claims of these ids and subjects, each once, in the registry's order; all if nothing is named.
pub(super) fn named(words: &[String]) -> Result<Vec<&'static dyn Claim>, CliError> {
    for word in words {
        let known = |claim: &&&dyn Claim| {
            let card = claim.card();
            card.id == word || card.was == Some(word) || card.subject.id == word
        };
        if THEOREMS.iter().any(|claim| known(&claim)) {
            continue;
        }
        if let Some(entry) = ledger::find(word).filter(|entry| entry.kind == ledger::Kind::Theorem) {
            return Err(CliError(format!("`{word}` cannot be verified yet ({})", entry.status())));
        }
        let subjects = ledger::ledger().iter().filter_map(|entry| entry.subject.as_deref());
        if subjects.clone().any(|subject| subject == word) {
            return Err(CliError(format!(
                "no claim of `{word}` can be verified yet; `prunelaw list` gives the reasons"
            )));
        }
        let ids = ledger::ledger().iter().filter(|e| e.kind == ledger::Kind::Theorem).map(|e| e.id.as_str());
        return Err(unknown("claim or subject", word, ids.chain(subjects)));
    }
    let wanted = |claim: &&&dyn Claim| {
        let card = claim.card();
        words.is_empty()
            || words.iter().any(|word| card.id == word || card.was == Some(word) || card.subject.id == word)
    };
    Ok(THEOREMS.iter().filter(|claim| wanted(claim)).copied().collect())
}

fn rerun(claims: &[&'static dyn Claim], ask: &Ask, text: &str) -> Result<Vec<Report>, VerifyError> {
    let [claim] = claims else { return Err(VerifyError::OneClaim { got: claims.len() }) };
    let place = Place::parse(text).ok_or_else(|| VerifyError::NoPlace { got: text.to_owned() })?;
    Ok(vec![witness::rerun(*claim, ask, &place)?])
}

/// One line per claim, then what a reader should know of those that do not hold.
pub(super) fn text(reports: &[Report]) -> String {
    let width = reports.iter().map(|report| report.card.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for report in reports {
        out += &line(report, width);
    }
    for report in reports {
        let holds = matches!(report.verdict, Verdict::Holds { .. } | Verdict::ScalingAgrees { .. });
        if holds && report.notes.is_empty() {
            continue;
        }
        out += &format!("\n{}: {}\n  {}\n", report.card.id, report.verdict, report.card.says);
        for finding in report.points.iter().filter(|finding| !matches!(finding.verdict, Verdict::Holds { .. })) {
            let because = verify::because(&finding.verdict).unwrap_or_default();
            out +=
                &format!("  {} [{}] {}: {because}\n", verify::words(&finding.point), finding.version, finding.verdict);
        }
        for note in &report.notes {
            out += &format!("  {note}\n");
        }
        if let Some(witness) = &report.witness {
            out += &format!("  again: {witness}\n");
        }
    }
    out
}

fn line(report: &Report, width: usize) -> String {
    let margin = report.verdict.margin().map_or("-".to_owned(), |margin| format!("{margin:.3}"));
    let error = report.alpha.map_or("no chance enters".to_owned(), |alpha| format!("error rate {alpha:.1e}"));
    format!(
        "{:<width$}  {:<17}  margin {margin:>6}  replicas {:>6}  {error}  {:.1} s\n",
        report.card.id,
        report.verdict.name(),
        report.replicas,
        report.seconds,
    )
}
