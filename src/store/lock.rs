//! The advisory lock of one address, so that two processes can share a folder.
//!
//! Whoever exchanges tables holds it alone; whoever reads tables or writes a part shares it. A temporary file seen by
//! the holder alone therefore belongs to a process that died.

use super::{StoreError, names};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Held until dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: Option<File>,
}

impl Lock {
    pub(super) fn alone(folder: &Path) -> Result<Lock, StoreError> {
        Lock::take(folder, File::lock)
    }

    pub(super) fn shared(folder: &Path) -> Result<Lock, StoreError> {
        Lock::take(folder, File::lock_shared)
    }

    /// Shared, for somebody who must not write: a folder without a lock has no writer.
    pub(super) fn looking(folder: &Path) -> Result<Lock, StoreError> {
        match File::open(folder.join(names::LOCK)) {
            Ok(file) => Lock::held(folder, file, File::lock_shared),
            Err(_) => Ok(Lock { _file: None }),
        }
    }

    fn take(folder: &Path, how: fn(&File) -> io::Result<()>) -> Result<Lock, StoreError> {
        let path = folder.join(names::LOCK);
        let file = File::options().create(true).truncate(false).read(true).write(true).open(&path);
        Lock::held(folder, file.map_err(StoreError::io("write", &path))?, how)
    }

    fn held(folder: &Path, file: File, how: fn(&File) -> io::Result<()>) -> Result<Lock, StoreError> {
        match how(&file) {
            // A file system without locks: the promise about two processes does not hold there, all others do.
            Err(error) if error.kind() != ErrorKind::Unsupported => {
                Err(StoreError::io("lock", &folder.join(names::LOCK))(error))
            }
            _ => Ok(Lock { _file: Some(file) }),
        }
    }
}
