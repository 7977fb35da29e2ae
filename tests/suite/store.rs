//! The store and the runner: whatever happens on the way, the table has the same bytes.

use prunelaw::engine::device::Device;
use prunelaw::engine::effort::Effort;
use prunelaw::engine::settings::vocabulary::{DIMENSION, KEEP, NOISE, PRECISION, SIGNAL};
use prunelaw::engine::settings::{Assignment, Field, Schema, Settings, SettingsError};
use prunelaw::engine::stop::Stop;
use prunelaw::engine::table::{Cell, Column, Row};
use prunelaw::runner::{
    Experiment, Filled, How, Layers, RunError, Shard, Study, Watch, compute, fill, plan, sim_request,
};
use prunelaw::sims::{Cost, Job, Rows, Sim, SimCard};
use prunelaw::store::{Store, collect};
use rand::Rng;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::Duration;
use tempfile::TempDir;

/// A random walk with a few recorded steps: as cheap as a draw, and a trajectory.
struct Walk {
    card: &'static SimCard,
    /// Added to every position: two sims that differ in it disagree.
    offset: f64,
    pause: Duration,
}

const fn card(id: &'static str) -> SimCard {
    SimCard { id, was: None, says: "", about: "", source: "", subject: "", family: "walks", protocol: 1 }
}

static CARD: SimCard = card("walk");
static WALK: Walk = Walk { card: &CARD, offset: 0.0, pause: Duration::ZERO };
static OTHER: Walk = Walk { card: &CARD, offset: 1.0, pause: Duration::ZERO };
static SLOW: Walk = Walk { card: &CARD, offset: 0.0, pause: Duration::from_millis(1) };

static FIELDS: [Field; 5] = [DIMENSION.integer(10), SIGNAL, NOISE.by_alias(0.5).axis(), KEEP.axis(), PRECISION];
static SCHEMAS: [Schema; 1] = [Schema { when: "a walk", fields: &FIELDS, rules: &[] }];
static COLUMNS: [Column; 3] = [
    Column::integer("step", "steps", "updates made"),
    Column::real("position", "1", "position of the walk"),
    Column::text("outcome", "a word"),
];
const STEPS: usize = 10;

impl Sim for Walk {
    fn card(&self) -> &'static SimCard {
        self.card
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

    fn cost(&self, cell: &Settings) -> Cost {
        Cost { flops: 1e3, bytes: 1e6 * cell.real("dimension") }
    }

    fn run(&self, jobs: &[Job], _: &dyn Device, _: &Stop) -> Vec<Option<Rows>> {
        let walk = |job: &Job| {
            sleep(self.pause);
            let mut rng = job.key.child("walk").rng();
            let mut position = self.offset;
            let step = |step: usize| -> Row {
                position += job.settings.real("keep") * (rng.next_u64() as f64 / u64::MAX as f64 - 0.5);
                vec![step.into(), position.into(), "cap".into()]
            };
            Some((0..STEPS).map(step).collect())
        };
        jobs.iter().map(walk).collect()
    }
}

fn study(sim: &'static Walk, words: &[&str]) -> Study {
    let set: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let layers = Layers::read(None, &set, None, None).unwrap();
    Study::new(Experiment::Sim(sim), sim_request(sim, Effort::Smoke, &layers).unwrap())
}

fn threads(threads: usize) -> How {
    How { threads, ..How::default() }
}

fn run(folder: &Path, study: &Study) -> Filled {
    fill(&Store::new(folder), study, &threads(2), &Stop::new(), &()).unwrap()
}

/// The table's bytes.
fn table(folder: &Path) -> Vec<u8> {
    fs::read(only(folder).join("table.csv")).unwrap()
}

/// The only address of a store.
fn only(store: &Path) -> PathBuf {
    let mut addresses = fs::read_dir(store.join("runs/walk")).unwrap().map(|entry| entry.unwrap().path());
    let only = addresses.next().expect("an address");
    assert!(addresses.next().is_none(), "one address");
    only
}

fn parts(folder: &Path) -> Vec<PathBuf> {
    let names = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    names.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("part-")).collect()
}

/// What the runner said.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Watch for Notes {
    fn note(&self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }
}

fn run_noting(folder: &Path, study: &Study) -> (Filled, Vec<String>) {
    let notes = Notes::default();
    let filled = fill(&Store::new(folder), study, &threads(2), &Stop::new(), &notes).unwrap();
    (filled, notes.0.into_inner().unwrap())
}

const WORDS: [&str; 2] = ["keep=0.1,1", "replicas=40"];

#[test]
fn one_thread_and_two_give_the_same_bytes() {
    let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let study = study(&WALK, &WORDS);
    fill(&Store::new(one.path()), &study, &threads(1), &Stop::new(), &()).unwrap();
    run(two.path(), &study);
    assert_eq!(table(one.path()), table(two.path()));
    let lines = String::from_utf8(table(one.path())).unwrap();
    assert_eq!(lines.lines().count(), 1 + 2 * 40 * STEPS);
    assert!(lines.starts_with("noise,keep,replica,step,position,outcome\n"));
}

#[test]
fn more_replicas_and_cells_compute_only_what_is_new() {
    let (grown, whole) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    assert_eq!(run(grown.path(), &study(&WALK, &["keep=1", "replicas=7"])).computed, 7);
    assert_eq!(run(grown.path(), &study(&WALK, &["keep=1", "replicas=40"])).computed, 33);
    assert_eq!(run(grown.path(), &study(&WALK, &WORDS)).computed, 40);
    assert_eq!(run(grown.path(), &study(&WALK, &WORDS)).computed, 0);
    run(whole.path(), &study(&WALK, &WORDS));
    assert_eq!(table(grown.path()), table(whole.path()));
}

#[test]
fn what_is_asked_for_is_what_comes_back() {
    let folder = TempDir::new().unwrap();
    run(folder.path(), &study(&WALK, &WORDS));
    let few = study(&WALK, &["keep=0.1", "replicas=3"]);
    let done = compute(&Store::new(folder.path()), &few, &How::default(), &Stop::new(), &()).unwrap();
    assert!(done.complete);
    assert_eq!((done.computed, done.table.rows.len()), (0, 3 * STEPS));
    assert_eq!(done.table.distinct("keep"), [Cell::Real(0.1)]);
    assert_eq!(done.table.numbers("replica").into_iter().fold(0.0, f64::max), 2.0);
}

#[test]
fn shards_merged_in_any_order_are_the_whole() {
    let whole = TempDir::new().unwrap();
    run(whole.path(), &study(&WALK, &WORDS));
    let shards: Vec<(TempDir, Filled)> = (1..=3)
        .map(|index| {
            let folder = TempDir::new().unwrap();
            let study = Study { shard: Some(Shard { index, of: 3 }), ..study(&WALK, &WORDS) };
            let filled = run(folder.path(), &study);
            assert!(filled.complete());
            (folder, filled)
        })
        .collect();
    assert_eq!(shards.iter().map(|(_, filled)| filled.computed).sum::<u64>(), 80);
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let out = TempDir::new().unwrap();
        let stores: Vec<Store> = order.iter().map(|&i| Store::new(shards[i].0.path())).collect();
        let collected = collect(&stores, &Store::new(out.path()), &|note| panic!("{note}")).unwrap();
        assert_eq!(collected.iter().map(|one| one.rows).collect::<Vec<_>>(), [80 * STEPS as u64]);
        assert_eq!(table(out.path()), table(whole.path()));
        assert_eq!(run(out.path(), &study(&WALK, &WORDS)).computed, 0);
    }
    // Into a store that is one of them, and into a folder that they share.
    let stores: Vec<Store> = shards.iter().map(|(folder, _)| Store::new(folder.path())).collect();
    collect(&stores, &stores[0], &|note| panic!("{note}")).unwrap();
    assert_eq!(table(shards[0].0.path()), table(whole.path()));
    let shared = TempDir::new().unwrap();
    for index in [3, 1, 2] {
        run(shared.path(), &Study { shard: Some(Shard { index, of: 3 }), ..study(&WALK, &WORDS) });
    }
    assert_eq!(table(shared.path()), table(whole.path()));
}

#[test]
fn collect_names_damaged_inputs_and_writes_nothing() {
    let (good, bad, out) = (TempDir::new().unwrap(), TempDir::new().unwrap(), TempDir::new().unwrap());
    run(good.path(), &study(&WALK, &WORDS));
    run(bad.path(), &study(&WALK, &WORDS));
    flip(&only(bad.path()).join("table.csv"));
    let stores = [Store::new(good.path()), Store::new(bad.path())];
    let said = collect(&stores, &Store::new(out.path()), &|_| {}).unwrap_err().to_string();
    assert!(said.contains(&only(bad.path()).join("table.csv").display().to_string()), "{said}");
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}

#[test]
fn rows_that_disagree_are_refused() {
    let (one, other, out) = (TempDir::new().unwrap(), TempDir::new().unwrap(), TempDir::new().unwrap());
    run(one.path(), &study(&WALK, &WORDS));
    run(other.path(), &study(&OTHER, &WORDS));
    let stores = [Store::new(one.path()), Store::new(other.path())];
    let said = collect(&stores, &Store::new(out.path()), &|_| {}).unwrap_err().to_string();
    assert!(said.contains("different rows"), "{said}");
    assert_eq!(table(out.path()), table(one.path()));
}

/// Changes one digit in the middle of a file.
fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    let at = middle + bytes[middle..].iter().position(u8::is_ascii_digit).unwrap();
    bytes[at] = if bytes[at] == b'7' { b'8' } else { b'7' };
    fs::write(path, bytes).unwrap();
}

fn cut(path: &Path) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..bytes.len() * 2 / 3]).unwrap();
}

#[test]
fn damaged_tables_are_named_set_aside_and_computed_again() {
    let whole = TempDir::new().unwrap();
    run(whole.path(), &study(&WALK, &WORDS));
    let damages: [(&str, fn(&Path)); 5] = [
        ("table.csv", flip),
        ("table.csv", cut),
        ("manifest.json", cut),
        ("manifest.json", |path| fs::remove_file(path).unwrap()),
        ("timing.csv", flip),
    ];
    for (name, damage) in damages {
        let folder = TempDir::new().unwrap();
        run(folder.path(), &study(&WALK, &WORDS));
        damage(&only(folder.path()).join(name));
        let planned = plan(&Store::new(folder.path()), &study(&WALK, &WORDS), &How::default()).unwrap();
        assert!(!planned.damaged.is_empty(), "{name} is not seen by --plan");
        let (filled, notes) = run_noting(folder.path(), &study(&WALK, &WORDS));
        assert!(filled.complete());
        assert!(
            notes.iter().any(|note| note.contains(".damaged") && note.contains("is damaged or foreign")),
            "{notes:?}"
        );
        assert_eq!(table(folder.path()), table(whole.path()), "{name}");
        assert!(run_noting(folder.path(), &study(&WALK, &WORDS)).1.is_empty());
    }
}

#[test]
fn a_kill_between_two_renames_is_no_damage() {
    let folder = TempDir::new().unwrap();
    run(folder.path(), &study(&WALK, &["keep=0.1,1", "replicas=20"]));
    let before = ["table.csv", "timing.csv"].map(|name| fs::read(only(folder.path()).join(name)).unwrap());
    run(folder.path(), &study(&WALK, &WORDS));
    let after = table(folder.path());
    // The manifest was written, then nothing more; or then the table, and not the timings.
    for kept in [&["table.csv", "timing.csv"][..], &["timing.csv"]] {
        for name in kept {
            let at = ["table.csv", "timing.csv"].iter().position(|other| other == name).unwrap();
            fs::write(only(folder.path()).join(name), &before[at]).unwrap();
        }
        let (filled, notes) = run_noting(folder.path(), &study(&WALK, &WORDS));
        assert!(filled.complete() && notes.is_empty(), "{notes:?}");
        assert_eq!(table(folder.path()), after);
    }
}

/// The body of a child process; see [`child`].
#[test]
#[ignore = "the child process of other tests"]
fn walk_in_another_process() {
    let folder = std::env::var_os("PRUNELAW_TEST_STORE").expect("run by its parent");
    run(Path::new(&folder), &study(&SLOW, &MANY));
}

const MANY: [&str; 2] = ["keep=0.1,1", "replicas=1000"];

fn child(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["store::walk_in_another_process", "--exact", "--ignored"])
        .env("PRUNELAW_TEST_STORE", folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until the child has closed a part more than there were, then kills it; whether it was killed in time.
fn kill_after_a_part(folder: &Path) -> bool {
    let address = folder.join("runs/walk").join(study(&WALK, &MANY).address());
    let mut running = child(folder);
    let killed = loop {
        if running.try_wait().unwrap().is_some() {
            break false;
        }
        if !parts(&address).is_empty() {
            running.kill().unwrap();
            break true;
        }
        sleep(Duration::from_millis(2));
    };
    running.wait().unwrap();
    killed
}

#[test]
fn three_kills_change_nothing() {
    let (whole, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    run(whole.path(), &study(&WALK, &MANY));
    for _ in 0..3 {
        assert!(kill_after_a_part(folder.path()), "the child was too fast to be killed");
    }
    let rest = run(folder.path(), &study(&WALK, &MANY));
    assert!(rest.computed < 2000, "the kills lost everything");
    assert!(rest.computed > 0, "nothing was left after the kills");
    assert_eq!(table(folder.path()), table(whole.path()));
    assert!(parts(&only(folder.path())).is_empty());
}

#[test]
fn damaged_parts_are_named_and_computed_again() {
    let whole = TempDir::new().unwrap();
    run(whole.path(), &study(&WALK, &MANY));
    for damage in [flip, cut] {
        let folder = TempDir::new().unwrap();
        assert!(kill_after_a_part(folder.path()), "the child was too fast to be killed");
        let part = parts(&only(folder.path())).remove(0);
        damage(&part);
        let (_, notes) = run_noting(folder.path(), &study(&WALK, &MANY));
        assert!(notes.iter().any(|note| note.contains(&part.display().to_string())), "{notes:?}");
        assert_eq!(table(folder.path()), table(whole.path()));
    }
}

#[test]
fn a_part_of_other_settings_is_not_read() {
    let (whole, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    run(whole.path(), &study(&WALK, &["keep=0.1,1", "replicas=40", "key=other"]));
    assert!(kill_after_a_part(folder.path()), "the child was too fast to be killed");
    let part = parts(&only(folder.path())).remove(0);
    let there = only(whole.path()).join(part.file_name().unwrap());
    let before = table(whole.path());
    fs::copy(&part, &there).unwrap();
    let (filled, notes) = run_noting(whole.path(), &study(&WALK, &["keep=0.1,1", "replicas=40", "key=other"]));
    assert_eq!(filled.computed, 0);
    assert!(notes.iter().any(|note| note.contains("other settings")), "{notes:?}");
    assert_eq!(table(whole.path()), before);
}

#[test]
fn two_processes_can_share_a_folder() {
    let (whole, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    run(whole.path(), &study(&WALK, &MANY));
    let mut running = [child(folder.path()), child(folder.path())];
    for one in &mut running {
        assert!(one.wait().unwrap().success());
    }
    assert_eq!(table(folder.path()), table(whole.path()));
    assert!(parts(&only(folder.path())).is_empty());
}

#[test]
fn shards_that_start_together_share_a_fresh_folder() {
    let whole = TempDir::new().unwrap();
    run(whole.path(), &study(&WALK, &WORDS));
    for _ in 0..20 {
        let shared = TempDir::new().unwrap();
        std::thread::scope(|scope| {
            for index in 1..=8 {
                let part = Study { shard: Some(Shard { index, of: 8 }), ..study(&WALK, &WORDS) };
                scope.spawn(|| run(shared.path(), &{ part }));
            }
        });
        assert_eq!(table(shared.path()), table(whole.path()));
    }
}

#[test]
fn a_stop_keeps_what_was_finished() {
    struct StopAfter(Stop);
    impl Watch for StopAfter {
        fn rows(&self, _: &[Row]) {
            self.0.request();
        }
    }
    let (whole, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    run(whole.path(), &study(&WALK, &MANY));
    let stop = Stop::new();
    let store = Store::new(folder.path());
    let filled = fill(&store, &study(&SLOW, &MANY), &threads(2), &stop, &StopAfter(stop.clone())).unwrap();
    assert!(!filled.complete() && filled.stored > 0);
    assert_eq!(run(folder.path(), &study(&WALK, &MANY)).computed, filled.total - filled.stored);
    assert_eq!(table(folder.path()), table(whole.path()));
}

#[test]
fn times_are_kept_beside_the_table_one_per_replica() {
    let folder = TempDir::new().unwrap();
    let filled = run(folder.path(), &study(&WALK, &WORDS));
    let timing = fs::read_to_string(only(folder.path()).join("timing.csv")).unwrap();
    assert!(timing.starts_with("noise,keep,replica,cpu_seconds\n"));
    let times: Vec<f64> =
        timing.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse().unwrap()).collect();
    assert_eq!(times.len(), 80);
    let sum: f64 = times.iter().sum();
    assert!((sum - filled.cpu_seconds).abs() <= 1e-9 * sum, "{sum} and {}", filled.cpu_seconds);
    assert!(times.iter().all(|seconds| *seconds > 0.0));
}

#[test]
fn a_plan_computes_and_writes_nothing() {
    let folder = TempDir::new().unwrap();
    let store = Store::new(&folder.path().join("new"));
    let planned = plan(&store, &study(&WALK, &WORDS), &How::default()).unwrap();
    assert_eq!(planned.cells.iter().map(|cell| (cell.there, cell.missing)).collect::<Vec<_>>(), [(0, 40), (0, 40)]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    fill(&store, &study(&WALK, &["keep=1", "replicas=10"]), &How::default(), &Stop::new(), &()).unwrap();
    let files =
        || fs::read_dir(only(store.root())).unwrap().map(|f| f.unwrap().metadata().unwrap().modified().unwrap());
    let before: Vec<_> = files().collect();
    let planned = plan(&store, &study(&WALK, &WORDS), &How::default()).unwrap();
    assert_eq!(planned.cells.iter().map(|cell| (cell.there, cell.missing)).collect::<Vec<_>>(), [(0, 40), (10, 30)]);
    assert_eq!(planned.differs, None);
    let other = plan(&store, &study(&WALK, &["dimension=20"]), &How::default()).unwrap();
    assert_eq!(other.differs.as_deref(), Some("dimension = 20 here, the default there"));
    assert!(planned.seconds.unwrap() > 0.0 && planned.bytes.unwrap() >= 1e7);
    assert_eq!(files().collect::<Vec<_>>(), before);
}

#[test]
fn a_plan_counts_what_nobody_could_list() {
    let folder = TempDir::new().unwrap();
    let store = Store::new(folder.path());
    fill(&store, &study(&WALK, &["keep=1", "replicas=10"]), &How::default(), &Stop::new(), &()).unwrap();
    let whole = study(&WALK, &["keep=0.5,1", "replicas=1000000000"]);
    let counts = |study: &Study| -> Vec<(u64, u64)> {
        let planned = plan(&store, study, &How::default()).unwrap();
        planned.cells.iter().map(|cell| (cell.there, cell.missing)).collect()
    };
    assert_eq!(counts(&whole), [(0, 1_000_000_000), (10, 999_999_990)]);
    // The second cell is one ahead: 2, 5, 8 are there, of every third from there on.
    let third = Study { shard: Some(Shard { index: 1, of: 3 }), ..whole };
    assert_eq!(counts(&third), [(0, 333_333_334), (3, 333_333_330)]);
}

#[test]
fn a_replica_larger_than_the_machine_is_refused_with_the_largest_that_fits() {
    let folder = TempDir::new().unwrap();
    let Err(RunError::Settings(error)) = fill(
        &Store::new(&folder.path().join("new")),
        &study(&WALK, &["dimension=900000000"]),
        &How::default(),
        &Stop::new(),
        &(),
    ) else {
        panic!("it was not refused")
    };
    let said = error.to_string();
    let nearest: u64 = said.rsplit("nearest: ").next().unwrap().parse().unwrap();
    let memory = prunelaw::runner::memory().unwrap();
    assert!(said.contains("`dimension = 900000000` (--set)"), "{said}");
    assert!(nearest as f64 * 1e6 <= memory && (nearest + 1) as f64 * 1e6 > memory, "{said}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_file_in_the_folders_place_is_one_clear_error() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "mine").unwrap();
    for out in [file.as_path(), Path::new("/dev/full")] {
        let error = fill(&Store::new(out), &study(&WALK, &WORDS), &How::default(), &Stop::new(), &()).unwrap_err();
        assert!(error.to_string().contains(&out.display().to_string()), "{error}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    // A file that cannot take its name: nothing half-written stays.
    let store = Store::new(&folder.path().join("store"));
    let place = folder.path().join("store/runs/walk").join(study(&WALK, &WORDS).address());
    fs::create_dir_all(place.join("config.toml")).unwrap();
    fs::write(place.join("config.toml/x"), "").unwrap();
    let error = fill(&store, &study(&WALK, &WORDS), &How::default(), &Stop::new(), &()).unwrap_err();
    assert!(error.to_string().contains("config.toml"), "{error}");
    let left: Vec<_> = fs::read_dir(&place).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    assert!(left.iter().all(|name| !name.ends_with(".tmp")), "{left:?}");
}
