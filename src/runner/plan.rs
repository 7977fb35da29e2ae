//! What a call would compute and what it would cost; and the refusal of what does not fit.

use super::fill::place;
use super::{How, RunError, Study, memory, readable};
use crate::engine::settings::{Domain, Settings, SettingsError, Value, address, plain};
use crate::engine::table::Cell;
use crate::store::{Store, axes};
use serde::Serialize;
use std::collections::BTreeSet;

/// Floating-point operations per second of one thread, assumed where nothing was measured yet.
const NOMINAL_RATE: f64 = 4e9;

/// What a call would do.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The experiment.
    pub id: String,
    /// The address of its results.
    pub address: String,
    /// The table's path, whether it exists or not.
    pub table: String,
    /// The cells.
    pub cells: Vec<PlannedCell>,
    /// Damaged and foreign files, which would be set aside.
    pub damaged: Vec<String>,
    /// Where nothing is there yet: how the nearest stored settings of this experiment differ.
    pub differs: Option<String>,
    /// Worker threads.
    pub threads: usize,
    /// Wall-clock seconds of all that is missing; `None` if nothing is known.
    pub seconds: Option<f64>,
    /// Bytes of memory while it runs; `None` if nothing is known.
    pub bytes: Option<f64>,
}

/// One cell of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct PlannedCell {
    /// Its axes.
    pub at: Vec<(String, String)>,
    /// Replicas that are there.
    pub there: u64,
    /// Replicas that this call would compute.
    pub missing: u64,
    /// Why they are not there.
    pub why: String,
    /// CPU seconds of those.
    pub seconds: Option<f64>,
    /// Bytes of memory of one replica.
    pub bytes: Option<f64>,
}

/// What [`fill`](super::fill) would do. Computes nothing and writes nothing.
///
/// # Errors
/// As [`fill`](super::fill) would, before it began to compute.
pub fn plan(store: &Store, study: &Study, how: &How) -> Result<Plan, RunError> {
    let cells = study.request.cells();
    refuse_what_does_not_fit(study, &cells)?;
    let place = place(store, study);
    let damaged: Vec<String> = place.flaws()?.iter().map(ToString::to_string).collect();
    let present = place.present(&cells)?;
    let measured = place.seconds(&cells)?;
    let flops: Vec<Option<f64>> = cells.iter().map(|cell| study.experiment.cost(cell).map(|cost| cost.flops)).collect();
    // Cells that ran tell how fast this machine works through the sim's own count of operations.
    let known = measured.iter().zip(&flops).filter_map(|(seconds, flops)| Some((seconds.as_ref()?, (*flops)?)));
    let (spent, worked) = known.fold((0.0, 0.0), |(s, w), (seconds, flops)| (s + seconds, w + flops));
    let rate = if spent > 0.0 && worked > 0.0 { worked / spent } else { NOMINAL_RATE };
    let mut planned = Vec::with_capacity(cells.len());
    for (index, cell) in cells.iter().enumerate() {
        let asked = (0..study.request.replicas).filter(|replica| study.holds(*replica, index));
        let (there, missing): (Vec<u64>, Vec<u64>) = asked.partition(|replica| present.has(index, *replica));
        let each = measured[index].or(flops[index].map(|flops| flops / rate));
        let why = match (missing.is_empty(), there.is_empty(), damaged.is_empty()) {
            (true, ..) => "",
            (_, _, false) => "not computed, or in a damaged file",
            (_, true, _) => "not computed",
            (_, false, _) => "more replicas than before, or interrupted",
        };
        let names =
            cell.iter().filter(|(field, _)| field.axis).map(|(field, value)| (field.name.to_owned(), plain(value)));
        planned.push(PlannedCell {
            at: names.collect(),
            there: there.len() as u64,
            missing: missing.len() as u64,
            why: why.to_owned(),
            seconds: each.map(|each| each * missing.len() as f64),
            bytes: study.experiment.cost(cell).map(|cost| cost.bytes),
        });
    }
    let seconds = planned.iter().map(|cell| cell.seconds.or((cell.missing == 0).then_some(0.0))).sum::<Option<f64>>();
    let bytes = planned.iter().map(|cell| cell.bytes).collect::<Option<Vec<f64>>>();
    let nothing = planned.iter().all(|cell| cell.there == 0);
    let busy = how.threads.min(planned.iter().map(|cell| cell.missing).sum::<u64>().max(1) as usize);
    Ok(Plan {
        id: study.experiment.id().to_owned(),
        address: study.address(),
        table: place.table().display().to_string(),
        differs: if nothing { nearest_stored(store, study) } else { None },
        cells: planned,
        damaged,
        threads: how.threads,
        seconds: seconds.map(|seconds| seconds / busy as f64),
        bytes: bytes.map(|bytes| bytes.into_iter().fold(0.0, f64::max) * busy as f64),
    })
}

/// How the stored settings that differ least from the study's differ from them; `None` if nothing else is stored.
fn nearest_stored(store: &Store, study: &Study) -> Option<String> {
    let canonical = address::canonical(study.experiment.id(), study.experiment.protocol(), &study.request);
    let ours: BTreeSet<&str> = canonical.lines().collect();
    let manifests = store.manifests();
    let others = manifests.iter().filter(|other| other.id == study.experiment.id() && other.settings != canonical);
    let difference = |theirs: &str| {
        let theirs: BTreeSet<&str> = theirs.lines().collect();
        let list = |lines: Vec<&&str>| match lines.as_slice() {
            [] => "the default".to_owned(),
            lines => lines.iter().map(|line| **line).collect::<Vec<_>>().join(", "),
        };
        let (here, there) =
            (ours.difference(&theirs).collect::<Vec<_>>(), theirs.difference(&ours).collect::<Vec<_>>());
        (here.len() + there.len(), format!("{} here, {} there", list(here), list(there)))
    };
    others.map(|other| difference(&other.settings)).min().map(|(_, text)| text)
}

/// Bytes of the largest replica, which fits in the machine's memory.
///
/// # Errors
/// If it does not: names the setting to change and its largest value that fits.
pub(super) fn refuse_what_does_not_fit(study: &Study, cells: &[Settings]) -> Result<f64, RunError> {
    let bytes = |cell: &Settings| study.experiment.cost(cell).map_or(0.0, |cost| cost.bytes);
    let Some(largest) = cells.iter().max_by(|a, b| bytes(a).total_cmp(&bytes(b))) else { return Ok(0.0) };
    let needed = bytes(largest);
    match memory() {
        Some(memory) if needed > memory => Err(study.request.locate(too_large(largest, needed, memory, bytes)).into()),
        _ => Ok(needed),
    }
}

/// The error for a cell that needs more memory than there is: about the size that has to shrink least.
fn too_large(cell: &Settings, needed: f64, memory: f64, bytes: impl Fn(&Settings) -> f64) -> SettingsError {
    let must = format!("one replica needs {} and this machine has {}", readable(needed), readable(memory));
    let sizes = cell.iter().filter_map(|(field, value)| match (field.domain, value) {
        (Domain::Integer { min, .. }, Value::Integer(now)) => {
            let fits = |size: i64| bytes(&cell.with(field.name, Value::Integer(size))) <= memory;
            fits(min).then(|| (field.name, *now, largest_that(fits, min, *now)))
        }
        _ => None,
    });
    match sizes.max_by(|a, b| (a.2 as f64 / a.1 as f64).total_cmp(&(b.2 as f64 / b.1 as f64))) {
        Some((name, now, fits)) => SettingsError::conflict(name, now, must, Some(fits.to_string())),
        None => {
            let shown = axes(cell).iter().map(text).collect::<Vec<_>>().join(",");
            SettingsError::conflict("settings", shown, must, None)
        }
    }
}

fn text(cell: &Cell) -> String {
    let mut out = String::new();
    cell.write(&mut out);
    out
}

/// The largest value in `low..high` with `fits`, which holds at `low` and not at `high`.
fn largest_that(fits: impl Fn(i64) -> bool, mut low: i64, mut high: i64) -> i64 {
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        *(if fits(middle) { &mut low } else { &mut high }) = middle;
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_value_is_found() {
        assert_eq!(largest_that(|x| x * x <= 1000, 1, 1_000_000), 31);
        assert_eq!(largest_that(|x| x <= 1, 1, 2), 1);
    }
}
