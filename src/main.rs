//! prunelaw.
fn main() {}
