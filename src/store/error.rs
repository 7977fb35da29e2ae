//! Why the store cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};

/// One refusal.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Two rows of one replica differ: they come from different code or another kernel family.
    #[error("{} and another file hold different rows for {at}; move one of them away", path.display())]
    Disagree {
        /// The file with the later of the two rows.
        path: PathBuf,
        /// The row's axes, replica and step.
        at: String,
    },
    /// Files that are not what was written; nothing was read from them.
    #[error("damaged files, nothing was merged:{}", .0.iter().map(|flaw| format!("\n  {flaw}")).collect::<String>())]
    Damaged(Vec<super::Flaw>),
    /// A folder holds no runs.
    #[error("{} holds no runs", path.display())]
    NoRuns {
        /// The folder.
        path: PathBuf,
    },
}

impl StoreError {
    /// Wraps a refusal of the system: "cannot `what` `path`".
    pub fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
        move |source| StoreError::Io { what, path: path.to_owned(), source }
    }
}
