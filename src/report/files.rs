//! Where the files of this module lie, and how they are written.

use crate::store::{Store, StoreError};
use std::path::{Path, PathBuf};

/// The folder of drawings.
pub(super) fn figures(store: &Store) -> PathBuf {
    store.root().join("figures")
}

/// Writes `bytes` to `path`, creating the folders above it.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let io = |what| move |source| StoreError::Io { what, path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(io("create folder"))?;
    }
    std::fs::write(path, bytes).map_err(io("write"))
}
