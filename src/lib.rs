//! prunelaw.
