//! prunelaw checks the laws of neural-network pruning by running them.
//!
//! This library is the program's inside and a facade over the member crates, so that one dependency gives a library
//! user everything:
//! * [`engine`]: settings, keys, tables, data laws, networks, masks, training, statistics
//! * [`theorems`], [`sims`], [`figures`]: every claim, experiment and plot, one file each
//! * [`record`]: one network in a file, as `train` reads it
//! * [`outside`]: files that settings name; [`network_file`]: a network in one of them
//! * [`store`]: where tables lie, and how they survive a kill at any moment
//! * [`runner`]: threads, groups, shards, resume, the clock
//! * [`verify`]: evidence, levels, verdicts; [`claim`]: the verdict on somebody's own bound
//! * [`report`]: figures from the store, and the HTML report
//! * [`explore`]: the local page with sliders
//! * [`cli`]: the command line
//! * `testing` (feature `testing`): strategies for proptest, and `check_claim` for a bound of one's own

pub use prunelaw_engine as engine;
pub use prunelaw_figures as figures;
pub use prunelaw_sims as sims;
pub use prunelaw_theorems as theorems;

pub mod claim;
pub mod cli;
pub mod explore;
pub mod network_file;
pub mod outside;
pub mod record;
pub mod report;
pub mod runner;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod verify;
