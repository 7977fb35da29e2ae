//! Filling the store: worker threads take groups of missing jobs, one thread per group, and one writer stores the rows.

use super::machine::{cpu_time, memory};
use super::plan::NOMINAL_RATE;
use super::queue::Queue;
use super::{Done, How, RunError, Study, Watch, refuse_what_does_not_fit};
use crate::engine::settings::{Settings, address};
use crate::engine::stop::Stop;
use crate::engine::table::{Cell, Row, Table};
use crate::sims::Job;
use crate::store::{self, Identity, Layout, Line, Place, Session, Store, config};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// A part closes after this time ...
const PART_AGE: Duration = Duration::from_secs(5);
/// ... or at this many rows.
const PART_ROWS: usize = 4096;
/// Parts are merged when there are this many.
const MOST_PARTS: usize = 64;
/// Jobs of one group at most: enough to fill vector units, few enough that rows keep coming.
const GROUP_JOBS: u64 = 64;
/// Floating-point operations of one group of several jobs at most: about three seconds.
const GROUP_FLOPS: f64 = 3.0 * NOMINAL_RATE;

/// What filling the store came to; the rows lie in `place`.
#[derive(Clone, Debug)]
pub struct Filled {
    /// The folder with the table.
    pub place: Place,
    /// The cells of the study.
    pub cells: Vec<Settings>,
    /// The address.
    pub address: String,
    /// Replicas asked for.
    pub total: u64,
    /// Replicas of those that are stored now.
    pub stored: u64,
    /// Replicas computed by this call.
    pub computed: u64,
    /// CPU time of those, from draw to finished row.
    pub cpu_seconds: f64,
}

impl Filled {
    /// Whether everything asked for is there.
    pub fn complete(&self) -> bool {
        self.stored == self.total
    }
}

/// The place of a study's results.
pub(super) fn place(store: &Store, study: &Study) -> Place {
    let Study { experiment, request, .. } = study;
    let (id, protocol) = (experiment.id(), experiment.protocol());
    store.place(Identity {
        id: id.to_owned(),
        protocol,
        address: study.address(),
        settings: address::canonical(id, protocol, request),
        config: config::text(id, protocol, request),
        layout: Layout::new(request.schema(), experiment.columns(request.schema())),
    })
}

/// Computes what is missing of `study` and stores it.
///
/// # Errors
/// [`RunError`]; nothing is left half-written.
pub fn fill(store: &Store, study: &Study, how: &How, stop: &Stop, watch: &dyn Watch) -> Result<Filled, RunError> {
    let cells = study.request.cells();
    let bytes = refuse_what_does_not_fit(study, &cells)?;
    let threads = threads_that_fit(how.threads, bytes, watch);
    let session = Session {
        devices: BTreeSet::from([how.device.name().to_owned()]),
        kernels: BTreeSet::from([how.device.kernel().to_owned()]),
        threads,
        started: store::now(),
    };
    let place = place(store, study);
    place.open(&session, &|text| watch.note(text))?;
    let present = place.present(&cells)?;
    let queue = Queue::new(study, &cells, &present);
    let counts = (0..cells.len()).map(|cell| study.count(cell, &present));
    let (total, there) = counts.fold((0, 0), |(total, there), count| (total + count.0, there + count.1));
    let missing = total - there;
    let group = group_size(study, &cells, missing, threads, bytes);
    let mut writer =
        Writer { place: &place, session: &session, watch, lines: Vec::new(), opened: Instant::now(), parts: 0 };
    let mut filled = Filled {
        address: study.address(),
        total,
        stored: there,
        computed: 0,
        cpu_seconds: 0.0,
        place: place.clone(),
        cells: cells.clone(),
    };
    watch.progress(filled.stored, total);
    if missing > 0 && !stop.requested() {
        // Raised when the store fails: what is running has nowhere to go.
        let broken = Stop::new();
        let workers = Workers {
            study,
            how,
            stop,
            broken: &broken,
            layout: Layout::new(study.request.schema(), study.experiment.columns(study.request.schema())),
            queue: Mutex::new(queue),
            group,
        };
        let (send, receive) = sync_channel::<Batch>(4 * threads);
        thread::scope(|scope| {
            for _ in 0..threads {
                let send = send.clone();
                let workers = &workers;
                scope.spawn(move || workers.work(&send));
            }
            drop(send);
            loop {
                let stored = match receive.recv_timeout(PART_AGE) {
                    Ok(batch) => {
                        for why in &batch.failures {
                            watch.note(why);
                        }
                        watch.rows(&batch.rows);
                        filled.stored += batch.replicas;
                        filled.computed += batch.replicas;
                        filled.cpu_seconds += batch.cpu_seconds;
                        watch.progress(filled.stored, total);
                        writer.push(batch.lines)
                    }
                    Err(RecvTimeoutError::Timeout) => writer.push(Vec::new()),
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                };
                if let Err(error) = stored {
                    broken.request();
                    return Err(error);
                }
            }
        })?;
    }
    writer.finish()?;
    Ok(filled)
}

/// Computes what is missing of `study`, stores it, and gives the rows asked for.
///
/// Asking again with more replicas computes only those that are new, so that a sequential test can look as it goes.
///
/// # Errors
/// [`RunError`]; nothing is left half-written.
pub fn compute(store: &Store, study: &Study, how: &How, stop: &Stop, watch: &dyn Watch) -> Result<Done, RunError> {
    let filled = fill(store, study, how, stop, watch)?;
    let schema = study.request.schema();
    let columns = store::columns(schema, study.experiment.columns(schema));
    let table = filled.place.load(&columns, &filled.cells, study.request.replicas)?;
    let (complete, computed, cpu_seconds) = (filled.complete(), filled.computed, filled.cpu_seconds);
    Ok(Done { table, address: filled.address, complete, computed, cpu_seconds })
}

/// The rows asked for that are stored already. Computes and writes nothing.
///
/// # Errors
/// If the table cannot be read, or is damaged; [`fill`] sets a damaged one aside.
pub fn stored(store: &Store, study: &Study) -> Result<Table, RunError> {
    let schema = study.request.schema();
    let columns = store::columns(schema, study.experiment.columns(schema));
    let place = place(store, study);
    if !place.folder().is_dir() {
        return Ok(Table::new(&columns));
    }
    Ok(place.load(&columns, &study.request.cells(), study.request.replicas)?)
}

/// Finished rows of a group.
struct Batch {
    rows: Vec<Row>,
    lines: Vec<Line>,
    replicas: u64,
    cpu_seconds: f64,
    failures: Vec<String>,
}

struct Workers<'a> {
    study: &'a Study,
    how: &'a How,
    stop: &'a Stop,
    broken: &'a Stop,
    layout: Layout,
    queue: Mutex<Queue<'a>>,
    group: usize,
}

impl Workers<'_> {
    fn work(&self, send: &SyncSender<Batch>) {
        let _alarm = Alarm(self.broken);
        let cut = if self.how.cut { self.stop } else { self.broken };
        while !self.stop.requested() && !self.broken.requested() {
            let jobs = self.queue.lock().expect("no worker panics with the queue").next_group(self.group);
            if jobs.is_empty() || send.send(self.run(&jobs, cut)).is_err() {
                return;
            }
        }
    }

    fn run(&self, jobs: &[Job], cut: &Stop) -> Batch {
        let experiment = &self.study.experiment;
        let failures = Mutex::new(Vec::new());
        let failed = |job: &Job, why: &str| {
            let text = format!("{}: replica {} failed: {why}", experiment.id(), job.replica);
            failures.lock().expect("nothing panics here").push(text);
        };
        let before = cpu_time();
        let ran = experiment.run(jobs, self.how.device, cut, &failed);
        assert_eq!(ran.len(), jobs.len(), "{}: one answer per job", experiment.id());
        let mut batch =
            Batch { rows: Vec::new(), lines: Vec::new(), replicas: 0, cpu_seconds: 0.0, failures: Vec::new() };
        for (job, measured) in jobs.iter().zip(ran) {
            let Some(measured) = measured else { continue };
            assert!(!measured.is_empty(), "{}: a finished replica has a row", experiment.id());
            batch.replicas += 1;
            for measures in measured {
                let mut row = store::axes(&job.settings);
                row.push(Cell::Integer(job.replica as i64));
                row.extend(measures);
                assert_eq!(row.len(), self.layout.columns.len(), "{}: a cell per column", experiment.id());
                batch.rows.push(row);
            }
        }
        // Shared equally within a group; a part repeats a replica's time in each of its rows.
        batch.cpu_seconds = cpu_time() - before;
        let each = batch.cpu_seconds / batch.replicas.max(1) as f64;
        batch.lines = batch.rows.iter().map(|row| Line::new(row, &self.layout, each)).collect();
        batch.failures = failures.into_inner().expect("nothing panics here");
        batch
    }
}

/// Stops the other workers if this one panics: one bug, one message.
struct Alarm<'a>(&'a Stop);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.request();
        }
    }
}

/// Rows on their way to the disk.
struct Writer<'a> {
    place: &'a Place,
    session: &'a Session,
    watch: &'a dyn Watch,
    lines: Vec<Line>,
    opened: Instant,
    parts: usize,
}

impl Writer<'_> {
    fn push(&mut self, lines: Vec<Line>) -> Result<(), RunError> {
        if self.lines.is_empty() {
            self.opened = Instant::now();
        }
        self.lines.extend(lines);
        let full = self.lines.len() >= PART_ROWS || self.opened.elapsed() >= PART_AGE;
        if full && !self.lines.is_empty() {
            self.place.write_part(std::mem::take(&mut self.lines))?;
            self.parts += 1;
        }
        if self.parts >= MOST_PARTS {
            self.parts = 0;
            self.place.merge(Vec::new(), self.session, &|text| self.watch.note(text))?;
        }
        Ok(())
    }

    /// What never filled a part goes straight into the table.
    fn finish(self) -> Result<(), RunError> {
        Ok(self.place.merge(self.lines, self.session, &|text| self.watch.note(text))?)
    }
}

/// Fewer threads where their replicas would not fit together.
fn threads_that_fit(asked: usize, bytes: f64, watch: &dyn Watch) -> usize {
    let fit = memory().map_or(asked, |memory| ((memory / bytes.max(1.0)) as usize).clamp(1, asked.max(1)));
    if fit < asked {
        watch.note(&format!("{fit} threads instead of {asked}: more replicas at once do not fit in memory"));
    }
    fit
}

/// Jobs per group: all cells of a replica if they are cheap, few enough to keep every thread busy to the end.
fn group_size(study: &Study, cells: &[Settings], missing: u64, threads: usize, bytes: f64) -> usize {
    let flops = cells.iter().filter_map(|cell| study.experiment.cost(cell)).map(|cost| cost.flops).fold(0.0, f64::max);
    let by_work = (GROUP_FLOPS / flops.max(1.0)) as u64;
    let by_memory = memory().map_or(u64::MAX, |memory| (memory / 2.0 / threads as f64 / bytes.max(1.0)) as u64);
    let by_threads = missing / (4 * threads as u64);
    GROUP_JOBS.min(by_work).min(by_memory).min(by_threads).max(1) as usize
}
