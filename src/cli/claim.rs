//! `prunelaw claim`: somebody's own bound over a sim's regime.

use super::plans::print_plans;
use super::verify::text;
use super::{CliError, Exit, Given, Global, Progress, note, say, stop_on_signals, unknown};
use crate::claim::{ClaimError, OwnClaim};
use crate::sims::{self, SIMS};
use crate::verify::to_json;
use clap::Args;

/// Check your own bound over a sim's regime
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Claim {
    /// The bound: LEFT >= RIGHT, or with <=, >, <
    #[arg(value_name = "EXPRESSION", allow_hyphen_values = true)]
    expression: String,
    /// The sim whose rows it speaks of
    #[arg(long, value_name = "SIM")]
    sim: String,
    #[command(flatten)]
    given: Given,
}

const EXAMPLES: &str = "\
Examples:
  prunelaw claim 'radius >= 2^-n' --sim covering_radius
  prunelaw claim 'lip_lower >= 0.5*eps*sqrt(n*d/p_eff)' --sim robustness_width_sweep
  prunelaw claim 'test_accuracy >= 1 - 2*test_loss' --sim pruning_phase_grid --set keep=lin(0.1,1,10)
  prunelaw claim 'train_loss <= 0.1*sqrt(d/n)/keep' --sim pruning_phase_grid --effort smoke --json

Names are the sim's measures and settings (`prunelaw show SIM`; of two with one name the measure counts), n d K m for
samples, dimension, classes and neurons, prune and snr. There are + - * / ^, functions such as sqrt, ln, log2, exp, abs,
min and max, and the constants PI and e; log is natural. The bound has to hold in every row, to the last bit.

Verdicts, JSON and exit codes are those of `verify`: 0 not refuted; 1 violated, with the smallest settings found at which
it still is and the command that runs them; 2 bad usage; 3 interrupted. A bound is vacuous where it says no more of a
measured fraction than that it lies in [0, 1]; inconclusive where a side is not finite. One side has a measure at least.";

impl Claim {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let ids = SIMS.iter().map(|sim| sim.card().id);
        let sim = sims::find(&self.sim).ok_or_else(|| unknown("sim", &self.sim, ids))?;
        let claim = OwnClaim::new(&self.expression, sim, global.effort, &global.layers(&self.given)?)?;
        if global.plan {
            print_plans(std::slice::from_ref(&claim.study), global)?;
            return Ok(Exit::Done);
        }
        let (store, how, stop) = (global.store(), global.how(), stop_on_signals()?);
        let watch = Progress::new(&self.sim, global.quiet);
        let checked = claim.check(&store, &how, &stop, &watch);
        drop(watch);
        let report = match checked {
            Err(ClaimError::Interrupted) => {
                note(&ClaimError::Interrupted.to_string());
                return Ok(Exit::Interrupted);
            }
            checked => checked?,
        };
        let refuted = report.verdict.refutes();
        let reports = [report];
        if global.json {
            say(&format!("{:#}", to_json(&reports)))?;
        } else {
            say(text(&reports).trim_end())?;
        }
        Ok(if refuted { Exit::Refuted } else { Exit::Done })
    }
}
