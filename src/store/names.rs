//! Every file name of the store, once.

/// Folder of tables: `runs/<id>/<address>/`.
pub const RUNS: &str = "runs";
/// The settings of an address, readable by `--config`.
pub const CONFIG: &str = "config.toml";
/// Who made the rows, and the checksums of the tables.
pub const MANIFEST: &str = "manifest.json";
/// Every stored row of an address.
pub const TABLE: &str = "table.csv";
/// CPU seconds of every replica.
pub const TIMING: &str = "timing.csv";
/// Held while files of an address are exchanged.
pub const LOCK: &str = ".lock";
/// Folder of drawings: `figures/ID.{svg,png,csv}`.
pub const FIGURES: &str = "figures";
/// The answers of the last `verify` or `reproduce`.
pub const VERDICTS: &str = "verdicts.json";
/// The page for people.
pub const REPORT: &str = "report.html";

/// A closed part; `unique` differs between all parts ever written.
pub fn part(unique: &str) -> String {
    format!("part-{unique}.csv")
}

/// Whether this is the name of a closed part.
pub fn is_part(name: &str) -> bool {
    name.starts_with("part-") && name.ends_with(".csv")
}

/// The file in which `name` is written before it takes its name.
pub fn temporary(name: &str, unique: &str) -> String {
    format!(".{name}.{unique}.tmp")
}

/// Whether this is the name of a file that never got its own.
pub fn is_temporary(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".tmp")
}

/// Where a damaged file is set aside, the `count`-th of its name.
pub fn damaged(name: &str, count: usize) -> String {
    if count == 1 { format!("{name}.damaged") } else { format!("{name}.{count}.damaged") }
}
