//! Every claim, one file each, in a folder per subject.
//!
//! In reading order:
//! * [`card`]: what a claim says, from where, under which assumptions, and what is not checked
//! * [`evidence`]: what has to be computed before a claim can be judged
//! * [`point`]: the rows of one cell, as a judge reads them
//! * [`verdict`]: the answers, and how findings at points become one verdict
//! * [`claim`]: the trait
//! * [`ledger`]: every result owed, held against the registry by a test
//! * [`THEOREMS`]: the registry

pub mod card;
pub mod claim;
pub mod evidence;
pub mod ledger;
pub mod point;
pub mod pruned_training;
pub mod verdict;

pub use card::{Assumption, Card, Class, Provenance, Subject, Symbol};
pub use claim::Claim;
pub use evidence::{Draw, Evidence, Replicas, Trial, TrialError};
pub use verdict::{Finding, Level, Verdict, Witness, worst};

/// Every claim. Adding one is one file and one line here.
pub static THEOREMS: &[&dyn Claim] = &[];
