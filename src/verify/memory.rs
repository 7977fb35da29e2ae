//! Rows drawn in memory, one after another: for a library user's own claim, and for a witness. Nothing touches the disk.

use super::Bench;
use crate::engine::device::Cpu;
use crate::engine::key::Key;
use crate::engine::settings::Settings;
use crate::engine::stop::Stop;
use crate::engine::table::{Cell, Table};
use crate::runner::{Done, RunError, Study};
use crate::sims::Job;
use crate::store::{axes, columns};
use std::ops::Range;

/// A bench without a store, on one thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct InMemory;

impl Bench for InMemory {
    fn rows(&self, study: &Study) -> Result<Done, RunError> {
        Ok(draw(study, &study.request.cells(), 0..study.request.replicas))
    }
}

/// The rows of these replicas of these cells, sorted by axes and replica.
pub(crate) fn draw(study: &Study, cells: &[Settings], replicas: Range<u64>) -> Done {
    let (experiment, request) = (&study.experiment, &study.request);
    let measures = experiment.columns(request.schema());
    let mut table = Table::new(&columns(request.schema(), measures));
    let key = Key::root(&request.key).child(experiment.family());
    let mut computed = 0;
    for cell in cells {
        let axes = axes(cell);
        for replica in replicas.clone() {
            let job = Job { settings: cell.clone(), replica, key: key.replica(replica) };
            for rows in experiment.run(&[job], &Cpu, &Stop::new(), &|_, _| ()).into_iter().flatten() {
                let head = || axes.iter().cloned().chain([Cell::Integer(replica as i64)]);
                table.rows.extend(rows.into_iter().map(|row| head().chain(row).collect()));
                computed += 1;
            }
        }
    }
    let step = measures.first().is_some_and(|column| column.name == "step");
    table.sort(request.schema().axes().count() + 1 + usize::from(step));
    Done { table, address: study.address(), complete: true, computed, cpu_seconds: 0.0 }
}
