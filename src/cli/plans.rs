//! `--plan` of the commands that compute many studies.

use super::run::print_plan;
use super::{CliError, Global, say};
use crate::runner::{Study, plan};

/// Prints what the studies would compute; studies of one address and size are planned once.
pub(super) fn print_plans(studies: &[Study], global: &Global) -> Result<(), CliError> {
    let (store, how) = (global.store(), global.how());
    let mut seen = Vec::new();
    let mut plans = Vec::new();
    for study in studies {
        let same = (study.address(), study.request.replicas, study.request.cells().len());
        if !seen.contains(&same) {
            seen.push(same);
            plans.push(plan(&store, study, &how)?);
        }
    }
    if global.json {
        return say(&serde_json::to_string_pretty(&plans)?);
    }
    plans.iter().try_for_each(|plan| print_plan(plan, false))
}
