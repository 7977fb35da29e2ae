//! What a call would compute and what it would cost; and the refusal of what does not fit.

use super::fill::place;
use super::{How, RunError, Study, memory, readable};
use crate::engine::settings::{Domain, Settings, SettingsError, Value, address, plain};
use crate::engine::table::Cell;
use crate::store::{Store, axes};
use serde::Serialize;
use std::collections::BTreeSet;

/// Floating-point operations per second of one thread, assumed where nothing was measured yet: what the dense kernels
/// reach in f32.
pub(super) const NOMINAL_RATE: f64 = 8e10;

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
        let (asked, there) = study.count(index, &present);
        let missing = asked - there;
        let each = measured[index].or(flops[index].map(|flops| flops / rate));
        let why = match (missing == 0, there == 0, damaged.is_empty()) {
            (true, ..) => "",
            (_, _, false) => "not computed, or in a damaged file",
            (_, true, _) => "not computed",
            (_, false, _) => "more replicas than before, or interrupted",
        };
        let names =
            cell.iter().filter(|(field, _)| field.axis).map(|(field, value)| (field.name.to_owned(), plain(value)));
        planned.push(PlannedCell {
            at: names.collect(),
            there,
            missing,
            why: why.to_owned(),
            seconds: each.map(|each| each * missing as f64),
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
        Some(memory) if needed > memory => {
            let fits = |cell: &Settings| bytes(cell) <= memory && study.experiment.check(cell).is_ok();
            Err(study.request.locate(too_large(largest, needed, memory, fits)).into())
        }
        _ => Ok(needed),
    }
}

/// The error for a cell that needs more memory than there is: about the size that has to shrink least.
fn too_large(cell: &Settings, needed: f64, memory: f64, fits: impl Fn(&Settings) -> bool) -> SettingsError {
    let must = format!("one replica needs {} and this machine has {}", readable(needed), readable(memory));
    let sizes = cell.iter().filter_map(|(field, value)| {
        let (Domain::Integer { min, .. } | Domain::Integers { min, .. }) = field.domain else { return None };
        let now = match value {
            Value::Integers(list) => *list.iter().max()?,
            value => plain(value).parse().ok()?,
        };
        // Of a list of sizes, the largest shrink first.
        let shrunk = |size: i64| match value {
            Value::Integers(list) => Value::Integers(list.iter().map(|one| size.min(*one)).collect()),
            _ => Value::Integer(size),
        };
        let fits = |size: i64| fits(&cell.with(field.name, shrunk(size)));
        // 0 may stand for all there is, and the smallest sizes may be too small for other settings.
        let floor = min.max(1);
        let least =
            (0..63).map(|power| floor.max(1 << power)).take_while(|size| *size < now).find(|size| fits(*size))?;
        let largest = largest_that(fits, least, now);
        Some((field.name, value, shrunk(largest), largest as f64 / now as f64))
    });
    match sizes.max_by(|a, b| a.3.total_cmp(&b.3)) {
        Some((name, now, nearest, _)) => SettingsError::conflict(name, plain(now), must, Some(plain(&nearest))),
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
