//! Writing whole files or nothing: a temporary file, fsync, rename.

use super::{StoreError, names};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A word that no other process or call gives.
pub(super) fn unique() -> String {
    static BORN: OnceLock<u128> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let born = BORN.get_or_init(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_nanos()));
    format!("{born:x}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Writes `bytes` to `path`, whole or not at all, creating the folders above it.
///
/// # Errors
/// If the system refuses; what was there before is still there.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(StoreError::io("create folder", folder))?;
    }
    let mut draft = Draft::create(path)?;
    draft.write(bytes)?;
    draft.finish()?.publish()
}

/// A file being written, under a temporary name; dropped unfinished it is gone.
pub(super) struct Draft {
    path: PathBuf,
    temporary: PathBuf,
    out: Option<BufWriter<File>>,
    hash: Sha256,
}

impl Draft {
    pub(super) fn create(path: &Path) -> Result<Draft, StoreError> {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let temporary = path.with_file_name(names::temporary(&name, &unique()));
        let file = File::create_new(&temporary).map_err(StoreError::io("write", path))?;
        Ok(Draft { path: path.to_owned(), temporary, out: Some(BufWriter::new(file)), hash: Sha256::new() })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.hash.update(bytes);
        let out = self.out.as_mut().expect("open until finished");
        out.write_all(bytes).map_err(StoreError::io("write", &self.path))
    }

    /// SHA-256 of what was written so far.
    pub(super) fn sha256(&self) -> String {
        crate::engine::settings::address::hex(&self.hash.clone().finalize())
    }

    /// Brings everything to the disk, still under the temporary name.
    pub(super) fn finish(mut self) -> Result<Finished, StoreError> {
        let out = self.out.take().expect("open until finished");
        let synced = out.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| file.sync_all());
        synced.map_err(StoreError::io("write", &self.path))?;
        Ok(Finished(self))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        self.out = None;
        // After a rename there is nothing under this name.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// A complete file that only lacks its name.
pub(super) struct Finished(Draft);

impl Finished {
    pub(super) fn publish(self) -> Result<(), StoreError> {
        let Draft { path, temporary, .. } = &self.0;
        fs::rename(temporary, path).map_err(StoreError::io("write", path))?;
        // The new name must survive a power cut; a system that cannot sync folders has no such promise to keep.
        if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}
