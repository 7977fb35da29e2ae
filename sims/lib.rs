//! Every experiment, one file each.
//!
//! * [`sim`]: the trait, a job, and the rows it gives
//! * [`SIMS`]: the registry

pub mod sim;

pub use sim::{Cost, Job, Rows, Sim, SimCard};

/// Every experiment. Adding one is one file and one line here.
pub static SIMS: &[&dyn Sim] = &[];

/// The experiment of this id.
pub fn find(id: &str) -> Option<&'static dyn Sim> {
    SIMS.iter().copied().find(|sim| sim.card().id == id)
}
