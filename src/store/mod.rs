//! Store: where tables lie, and how they survive a kill at any moment.
//!
//! ```text
//! DIR/runs/<id>/<address>/{config.toml, manifest.json, part-*.csv, table.csv, timing.csv}
//! ```
//!
//! Rows come in as parts, each whole or absent; parts are merged into the table, whose checksum stands in the manifest.
//! What is damaged is named and set aside, never read.
//!
//! * [`names`]: every file name
//! * [`Place`]: the folder of one address
//! * [`Manifest`], [`Layout`]: what its files say about themselves
//! * [`replace`]: writes any file whole or not at all
//! * [`collect`]: merges stores

mod clock;
mod collect;
pub mod config;
mod error;
mod layout;
mod lock;
mod manifest;
mod merge;
pub mod names;
mod part;
mod place;
mod present;
mod write;

pub use clock::now;
pub use collect::{Collected, collect};
pub use error::StoreError;
pub use layout::{Heading, Layout, axes, columns};
pub use manifest::{Checksum, Manifest};
pub use part::Line;
pub use place::{Identity, Place, Session};
pub use present::Present;
pub use write::replace;

use std::fmt;
use std::path::{Path, PathBuf};

/// A store: one folder, named by `--out`.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// The store in this folder, which need not exist yet.
    pub fn new(root: &Path) -> Store {
        Store { root: root.to_owned() }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of an address.
    pub fn place(&self, identity: Identity) -> Place {
        Place::new(self.root.join(names::RUNS).join(&identity.id).join(&identity.address), identity)
    }

    /// The readable manifests of all addresses, sorted by experiment and address.
    pub fn manifests(&self) -> Vec<Manifest> {
        let folders = collect::addresses(self).unwrap_or_default();
        folders.iter().filter_map(|folder| Manifest::read(&folder.join(names::MANIFEST)).ok()).collect()
    }

    /// The folder of drawings.
    pub fn figures(&self) -> PathBuf {
        self.root.join(names::FIGURES)
    }

    /// The file of verdicts.
    pub fn verdicts(&self) -> PathBuf {
        self.root.join(names::VERDICTS)
    }

    /// The report.
    pub fn report(&self) -> PathBuf {
        self.root.join(names::REPORT)
    }
}

/// A file that is not what was written, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

impl Flaw {
    fn new(path: &Path, why: &str) -> Flaw {
        Flaw { path: path.to_owned(), why: why.to_owned() }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is damaged or foreign: {}", self.path.display(), self.why)
    }
}
