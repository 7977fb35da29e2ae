//! Rows per second of the runner and the store on draws that cost almost nothing, and the memory they take.
//!
//! `cargo bench --bench runner`

use prunelaw::engine::device::Device;
use prunelaw::engine::effort::Effort;
use prunelaw::engine::settings::vocabulary::KEEP;
use prunelaw::engine::settings::{Assignment, Field, Schema, Settings, SettingsError};
use prunelaw::engine::stop::Stop;
use prunelaw::engine::table::Column;
use prunelaw::runner::{Experiment, How, Layers, Study, compute, fill, sim_request};
use prunelaw::sims::{Cost, Job, Rows, Sim, SimCard};
use prunelaw::store::Store;
use rand::Rng;
use std::time::Instant;

struct Coin;

static CARD: SimCard =
    SimCard { id: "coin", was: None, says: "", about: "", source: "", subject: "", family: "coins", protocol: 1 };
static FIELDS: [Field; 1] = [KEEP.axis()];
static SCHEMAS: [Schema; 1] = [Schema { when: "a coin", fields: &FIELDS, rules: &[] }];
static COLUMNS: [Column; 4] = [
    Column::real("a", "1", "a draw"),
    Column::real("b", "1", "a draw"),
    Column::integer("kept", "weights", "whether the first is below keep"),
    Column::text("outcome", "a word"),
];

impl Sim for Coin {
    fn card(&self) -> &'static SimCard {
        &CARD
    }
    fn schemas(&self) -> &'static [Schema] {
        &SCHEMAS
    }
    fn expand(&self, _: &'static Schema, _: Effort) -> Vec<Assignment> {
        Vec::new()
    }
    fn columns(&self, _: &'static Schema) -> &'static [Column] {
        &COLUMNS
    }
    fn check(&self, _: &Settings) -> Result<(), SettingsError> {
        Ok(())
    }
    fn cost(&self, _: &Settings) -> Cost {
        Cost { flops: 10.0, bytes: 100.0 }
    }
    fn run(&self, jobs: &[Job], _: &dyn Device, _: &Stop) -> Vec<Option<Rows>> {
        let toss = |job: &Job| {
            let mut rng = job.key.child("coin").rng();
            let mut draw = || rng.next_u64() as f64 / u64::MAX as f64;
            let (a, b) = (draw(), draw());
            Some(vec![vec![a.into(), b.into(), (a < job.settings.real("keep")).into(), "converged".into()]])
        };
        jobs.iter().map(toss).collect()
    }
}

fn study(words: &[&str]) -> Study {
    let layers = Layers::own(words.iter().map(|word| Assignment::from_word(word, "--set").unwrap()).collect());
    Study::new(Experiment::Sim(&Coin), sim_request(&Coin, Effort::Normal, &layers).unwrap())
}

/// Largest resident memory so far, MiB; 0 where the system does not tell.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

fn main() {
    let how = How::default();
    for (name, keep) in [("1 cell", "keep=0.1"), ("10 cells", "keep=lin(0.1,1,10)")] {
        let folder = tempfile::TempDir::new().unwrap();
        let store = Store::new(folder.path());
        let began = Instant::now();
        let filled = fill(&store, &study(&[keep, "replicas=100000"]), &how, &Stop::new(), &()).unwrap();
        let seconds = began.elapsed().as_secs_f64();
        println!(
            "{name}, 1e5 replicas: {:.0} rows/s ({seconds:.2} s, of which {:.2} s of CPU in draws), peak memory {:.0} MiB",
            filled.computed as f64 / seconds,
            filled.cpu_seconds,
            peak_memory()
        );
        let began = Instant::now();
        fill(&store, &study(&[keep, "replicas=100000"]), &how, &Stop::new(), &()).unwrap();
        println!("{name}, asked again: {:.3} s", began.elapsed().as_secs_f64());
    }
    let folder = tempfile::TempDir::new().unwrap();
    let store = Store::new(folder.path());
    let began = Instant::now();
    let (mut replicas, mut looks) = (64, 0);
    while replicas < 100_000 {
        let words = format!("replicas={replicas}");
        compute(&store, &study(&["keep=0.1", &words]), &how, &Stop::new(), &()).unwrap();
        (replicas, looks) = (2 * replicas, looks + 1);
    }
    println!("1 cell, {looks} looks up to {} replicas: {:.3} s", replicas / 2, began.elapsed().as_secs_f64());
}
