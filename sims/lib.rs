//! Every experiment, one file each.
//!
//! * [`sim`]: the trait, a job, and the rows it gives
//! * [`pruning_fraction_sweep`], [`pruning_trajectory`]: random pruning against generalization
//! * [`patches`]: what sims on the two-patch law share
//! * [`SIMS`]: the registry

mod labelled;
pub mod patches;
pub mod pruning_fraction_sweep;
pub mod pruning_trajectory;
pub mod sim;

pub use sim::{Cost, Job, Rows, Sim, SimCard};

/// Every experiment. Adding one is one file and one line here.
pub static SIMS: &[&dyn Sim] = &[&pruning_fraction_sweep::PruningFractionSweep, &pruning_trajectory::PruningTrajectory];

/// The experiment of this id.
pub fn find(id: &str) -> Option<&'static dyn Sim> {
    SIMS.iter().copied().find(|sim| sim.card().id == id)
}
