//! Who made the rows of an address, with what, and the checksums of its tables.

use super::{Layout, StoreError, names, write};
use crate::engine::settings::address::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::Path;

/// SHA-256 of a file, and of the file that it is about to replace: a kill between writing the manifest and renaming the
/// file leaves the older one, which is sound.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    /// Of the file; `null` before the first one.
    pub sha256: Option<String>,
    /// Of the file before.
    pub before: Option<String>,
}

impl Checksum {
    pub(super) fn vouches(&self, found: &str) -> bool {
        [&self.sha256, &self.before].into_iter().flatten().any(|sum| sum == found)
    }
}

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The experiment.
    pub id: String,
    /// Its protocol.
    pub protocol: u32,
    /// SHA-256 of `settings`, and the folder's name.
    pub address: String,
    /// The canonical text.
    pub settings: String,
    /// The table's columns.
    pub layout: Layout,
    /// Version of the program that wrote last.
    pub code_version: String,
    /// Every device that made rows.
    pub devices: BTreeSet<String>,
    /// Every kernel family that made rows.
    pub kernels: BTreeSet<String>,
    /// Worker threads of the last call.
    pub threads: usize,
    /// When the last call began, UTC.
    pub started: String,
    /// When rows were last merged, UTC.
    pub finished: Option<String>,
    /// Rows of the table.
    pub rows: u64,
    /// Replicas with a CPU time.
    pub replicas: u64,
    /// Sum of their CPU times.
    pub cpu_seconds: f64,
    /// Checksum of `table.csv`.
    pub table: Checksum,
    /// Checksum of `timing.csv`.
    pub timing: Checksum,
}

impl Manifest {
    /// Reads a manifest; `Err` says in words why it cannot be believed.
    pub(super) fn read(path: &Path) -> Result<Manifest, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("it cannot be read: {error}"))?;
        let manifest: Manifest = serde_json::from_str(&text).map_err(|error| format!("it is no manifest: {error}"))?;
        let address = hex(&Sha256::digest(&manifest.settings));
        let folder = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        if address != manifest.address || folder.as_deref() != Some(&address) {
            return Err("its address is not that of its settings and its folder".to_owned());
        }
        Ok(manifest)
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), StoreError> {
        let text = serde_json::to_string_pretty(self).expect("a manifest is plain data");
        write::replace(&folder.join(names::MANIFEST), (text + "\n").as_bytes())
    }
}
