//! Every experiment, one file each.
//!
//! * [`sim`]: the trait, a job, and the rows it gives
//! * [`pruning_fraction_sweep`], [`pruning_phase_grid`], [`dense_regime_sweep`], [`pruning_trajectory`]: random pruning
//!   against generalization
//! * [`paper_synthetic_figure`]: the paper's own experiment, with what it leaves open as settings
//! * [`covering_radius`]: how well random subset sums cover an interval
//! * [`ticket_construction`]: strong tickets by subset sums
//! * [`robustness_width_sweep`]: how steep networks are that fit random labels
//! * [`mask_information_toy`]: what masks know about the data, by enumeration
//! * [`memorization_by_method`]: how many random labels networks of every pruning rule memorize
//! * [`noise_correlation`]: how far networks follow the noise of their labels through pruning cycles
//! * [`patches`]: what sims on the two-patch law share
//! * [`SIMS`]: the registry

pub mod covering_radius;
pub mod dense_regime_sweep;
mod labelled;
pub mod mask_information_toy;
pub mod memorization_by_method;
pub mod noise_correlation;
pub mod paper_synthetic_figure;
mod patch_sweep;
pub mod patches;
pub mod pruning_fraction_sweep;
pub mod pruning_phase_grid;
pub mod pruning_trajectory;
mod relu_patches;
pub mod robustness_width_sweep;
pub mod sim;
pub mod ticket_construction;

pub use sim::{Cost, Job, Rows, Sim, SimCard};

/// Every experiment. Adding one is one file and one line here.
pub static SIMS: &[&dyn Sim] = &[
    &pruning_fraction_sweep::PruningFractionSweep,
    &pruning_phase_grid::PruningPhaseGrid,
    &dense_regime_sweep::DenseRegimeSweep,
    &pruning_trajectory::PruningTrajectory,
    &paper_synthetic_figure::PaperSyntheticFigure,
    &robustness_width_sweep::RobustnessWidthSweep,
    &memorization_by_method::MemorizationByMethod,
    &noise_correlation::NoiseCorrelation,
    &covering_radius::CoveringRadii,
    &ticket_construction::TicketConstruction,
    &mask_information_toy::MaskInformationToy,
];

/// The experiment of this id.
pub fn find(id: &str) -> Option<&'static dyn Sim> {
    SIMS.iter().copied().find(|sim| sim.card().id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use prunelaw_engine::effort::Effort;
    use prunelaw_engine::settings::{Assignment, Request, address};
    use std::collections::BTreeSet;

    fn request(sim: &dyn Sim, data: &str, effort: Effort) -> Request {
        let takes_data = sim.schemas()[0].field("data").is_some();
        let schema = if takes_data { sim.schema_for(data).expect("a word of the sim") } else { &sim.schemas()[0] };
        let data = takes_data.then(|| Assignment::own("data", data)).into_iter().collect();
        let layers = [sim.expand(schema, effort), data];
        Request::resolve(schema, sim.schemas(), &[&layers[0], &layers[1]]).expect("an effort is allowed")
    }

    #[test]
    fn every_effort_of_every_sim_passes_its_own_checks() {
        for sim in SIMS {
            for effort in Effort::ALL {
                for cell in request(*sim, "patches", effort).cells() {
                    sim.check(&cell).unwrap_or_else(|error| panic!("{}: {error}", sim.card().id));
                    assert!(sim.cost(&cell).flops > 0.0 && sim.cost(&cell).bytes > 0.0);
                }
            }
        }
    }

    #[test]
    fn results_on_different_data_have_different_addresses() {
        let sim = find("pruning_fraction_sweep").unwrap();
        let address = |data| address::address(sim.card().id, sim.card().protocol, &request(sim, data, Effort::Normal));
        assert_eq!(["patches", "digits", "npz:a", "npz:b"].map(address).into_iter().collect::<BTreeSet<_>>().len(), 4);
    }
}
