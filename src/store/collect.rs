//! Merging stores: shards that ran anywhere become one store of the same layout.

use super::lock::Lock;
use super::place::{Found, examine};
use super::{Flaw, Identity, Manifest, Session, Store, StoreError, names};
use std::fs;
use std::path::{Path, PathBuf};

/// One address that was merged.
#[derive(Clone, Debug, PartialEq)]
pub struct Collected {
    /// The experiment.
    pub id: String,
    /// The address.
    pub address: String,
    /// The merged table.
    pub table: PathBuf,
    /// Its rows.
    pub rows: u64,
}

/// Merges every address of `stores` into `out`. The inputs are only read.
///
/// # Errors
/// All damaged input files by name, before anything is written; rows that disagree; what the system refuses.
pub fn collect(stores: &[Store], out: &Store, note: &dyn Fn(&str)) -> Result<Vec<Collected>, StoreError> {
    let (mut inputs, mut locks) = (Vec::new(), Vec::new());
    let mut flaws = Vec::new();
    let same =
        |store: &&Store| store.root().canonicalize().is_ok_and(|path| Some(path) == out.root().canonicalize().ok());
    for store in stores.iter().filter(|store| !same(store)) {
        for folder in addresses(store)? {
            locks.push(Lock::looking(&folder)?);
            let found = examine(&folder, None)?;
            let nothing = found.table.is_none() && found.parts.is_empty();
            flaws.extend(found.flaws.iter().cloned());
            match found.manifest.clone() {
                Some(_) if nothing => {}
                Some(manifest) => inputs.push((folder, manifest, found)),
                None if found.flaws.is_empty() => {}
                None => flaws.push(Flaw::new(&folder, "it has no sound manifest")),
            }
        }
    }
    if !flaws.is_empty() {
        return Err(StoreError::Damaged(flaws));
    }
    let mut collected: Vec<Collected> = Vec::new();
    for (folder, manifest, found) in inputs {
        let (id, address) = (manifest.id.clone(), manifest.address.clone());
        let (rows, table) = take(&folder, manifest, &found, out, note)?;
        collected.retain(|earlier| earlier.table != table);
        collected.push(Collected { id, address, table, rows });
    }
    Ok(collected)
}

fn take(
    folder: &Path,
    manifest: Manifest,
    found: &Found,
    out: &Store,
    note: &dyn Fn(&str),
) -> Result<(u64, PathBuf), StoreError> {
    let path = folder.join(names::CONFIG);
    let config = fs::read_to_string(&path).map_err(StoreError::io("read", &path))?;
    let Manifest { id, protocol, address, settings, layout, threads, started, devices, kernels, .. } = manifest;
    let place = out.place(Identity { id, protocol, address, settings, config, layout });
    let session = Session { devices, kernels, threads, started };
    place.open(&session, note)?;
    let manifest = place.take(found, &session)?;
    Ok((manifest.rows, place.table()))
}

/// The folders of all addresses of a store, sorted.
pub(super) fn addresses(store: &Store) -> Result<Vec<PathBuf>, StoreError> {
    let runs = store.root().join(names::RUNS);
    if !runs.is_dir() {
        return Err(StoreError::NoRuns { path: store.root().to_owned() });
    }
    let mut found = Vec::new();
    for id in folders(&runs)? {
        found.extend(folders(&id)?);
    }
    Ok(found)
}

fn folders(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let refuse = || StoreError::io("read", path);
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(refuse())? {
        let entry = entry.map_err(refuse())?.path();
        if entry.is_dir() {
            found.push(entry);
        }
    }
    found.sort();
    Ok(found)
}
