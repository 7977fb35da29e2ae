//! The explorer over plain HTTP: what it serves, what it streams, what it refuses, and when it stops working.

use prunelaw::engine::data::npz::Npz;
use prunelaw::engine::device::Device;
use prunelaw::engine::effort::Effort;
use prunelaw::engine::settings::vocabulary::{CLASSES, DIMENSION, KEEP, NEURONS, NOISE, POWER, SAMPLES, SIGNAL, STEPS};
use prunelaw::engine::settings::{Assignment, Field, Schema, Settings, SettingsError};
use prunelaw::engine::stop::Stop;
use prunelaw::engine::table::{Cell, Column};
use prunelaw::explore::{ExploreError, Explorer, Lab};
use prunelaw::runner::{Experiment, How, Layers, Study, compute, sim_request};
use prunelaw::sims::{Cost, Job, Rows, Sim, SimCard};
use prunelaw::store::Store;
use prunelaw::theorems::THEOREMS;
use serde_json::{Value as Json, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// A sim that trains nothing: each job waits `steps` milliseconds, and looks at its stop while it waits.
#[derive(Debug)]
struct Waiting;

static CARD: SimCard = SimCard {
    id: "waiting",
    was: None,
    says: "waits",
    about: "Waits.",
    source: "here",
    subject: "pruned_training",
    family: "waiting",
    protocol: 1,
};

static FIELDS: [Field; 9] = [
    CLASSES,
    NEURONS.integer(50),
    DIMENSION.integer(20_000),
    SAMPLES.integer(20),
    SIGNAL.real(1.0),
    NOISE.by_alias(0.3).axis(),
    POWER.real(3.0),
    KEEP.axis(),
    STEPS.integer(1),
];
static SCHEMAS: [Schema; 1] = [Schema { when: "always", fields: &FIELDS, rules: &[] }];
static COLUMNS: [Column; 3] = [
    Column::text("outcome", "converged or diverged"),
    Column::real("test_loss", "nats", "nan where keep is below 0.01"),
    Column::real("test_accuracy", "fraction", "1 - keep / (1 + replica)"),
];
/// A `steps` that no test lives long enough to see the end of.
const FOREVER: usize = 100_000_000;
/// Jobs of so many steps that are waiting now.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Counts itself while it lives.
struct Running;

impl Running {
    fn begin() -> Running {
        RUNNING.fetch_add(1, Ordering::SeqCst);
        Running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Sim for Waiting {
    fn card(&self) -> &'static SimCard {
        &CARD
    }

    fn schemas(&self) -> &'static [Schema] {
        &SCHEMAS
    }

    fn expand(&self, _: &'static Schema, _: Effort) -> Vec<Assignment> {
        vec![Assignment::own("keep", "0.1,0.5,1"), Assignment::own("replicas", "3")]
    }

    fn columns(&self, _: &'static Schema) -> &'static [Column] {
        &COLUMNS
    }

    fn check(&self, cell: &Settings) -> Result<(), SettingsError> {
        match cell.count("samples") {
            13 => panic!("a sim that crashes"),
            samples if samples < 2 => Err(SettingsError::conflict("samples", samples, "two or more", None)),
            _ => Ok(()),
        }
    }

    fn cost(&self, _: &Settings) -> Cost {
        Cost { flops: 1.0, bytes: 1.0 }
    }

    fn run(&self, jobs: &[Job], _: &dyn Device, stop: &Stop) -> Vec<Option<Rows>> {
        let run = |job: &Job| {
            let steps = job.settings.count("steps");
            let _running = (steps == FOREVER).then(Running::begin);
            for _ in 0..steps {
                if stop.requested() {
                    return None;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            assert!(job.settings.count("samples") != 14, "a job that crashes");
            let (keep, replica) = (job.settings.real("keep"), job.replica as f64);
            let loss = if keep < 0.01 { f64::NAN } else { keep + replica };
            Some(vec![vec!["converged".into(), loss.into(), (1.0 - keep / (1.0 + replica)).into()]])
        };
        jobs.iter().map(run).collect()
    }
}

/// A server of its own for one test.
struct Served {
    port: u16,
    store: Store,
    stop: Stop,
    thread: Option<JoinHandle<()>>,
    _folder: tempfile::TempDir,
}

fn lab(store: &Store) -> Lab {
    // One thread, so that cells finish in their order.
    let how = How { threads: 1, ..How::default() };
    Lab { store: store.clone(), how, sims: &[&Waiting], claims: THEOREMS, effort: Effort::Smoke, key: "0".to_owned() }
}

impl Served {
    fn new() -> Served {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let explorer = Explorer::bind("127.0.0.1", 0, lab(&store)).unwrap();
        let port = explorer.url().trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
        let stop = Stop::new();
        let serving = stop.clone();
        let thread = Some(std::thread::spawn(move || explorer.serve(&serving).unwrap()));
        Served { port, store, stop, thread, _folder: folder }
    }

    fn open(&self, method: &str, path: &str, headers: &str) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let host = if headers.contains("Host:") { "" } else { "Host: 127.0.0.1\r\n" };
        write!(stream, "{method} {path} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n").unwrap();
        BufReader::new(stream)
    }

    /// Status and everything after it.
    fn get(&self, path: &str, headers: &str) -> (u16, String) {
        read(self.open("GET", path, headers))
    }

    /// The events of a stream until it ends.
    fn events(&self, query: &str) -> Vec<(String, Json)> {
        events(&read(self.open("GET", &format!("/api/stream?{query}"), "")).1)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.request();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking());
        }
    }
}

fn read(mut answer: BufReader<TcpStream>) -> (u16, String) {
    let mut text = String::new();
    answer.read_to_string(&mut text).unwrap();
    let status = text.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("{text:?}"));
    (status, text)
}

/// Every event is one chunk, so that its lines are whole.
fn events(text: &str) -> Vec<(String, Json)> {
    let mut name = String::new();
    let mut found = Vec::new();
    for line in text.lines() {
        if let Some(word) = line.strip_prefix("event: ") {
            name = word.to_owned();
        } else if let Some(data) = line.strip_prefix("data: ") {
            found.push((name.clone(), serde_json::from_str(data).unwrap()));
        }
    }
    found
}

/// Reads a stream until an event of this name.
fn wait_for(stream: &mut BufReader<TcpStream>, name: &str) {
    let mut line = String::new();
    while line.trim_end() != format!("event: {name}") {
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "the stream ended before `{name}`");
    }
}

fn wait_until(there: impl Fn() -> bool) {
    while !there() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn error_of((status, text): (u16, String)) -> (u16, String) {
    let json = &text[text.find("\r\n\r\n").unwrap()..];
    let json = &json[json.find('{').unwrap()..=json.rfind('}').unwrap()];
    (status, serde_json::from_str::<Json>(json).unwrap()["error"].as_str().unwrap().to_owned())
}

#[test]
fn the_page_loads_nothing_from_elsewhere() {
    let served = Served::new();
    let (status, page) = served.get("/", "");
    assert_eq!(status, 200);
    assert!(page.contains("default-src 'self'"), "no content security policy");
    let mut open = vec![page];
    let mut seen = Vec::new();
    while let Some(text) = open.pop() {
        for word in ["https://", "url(", "//cdn", "@import"] {
            // `url(#name)` is a part of the same drawing.
            assert!(!text.replace("url(#", "").contains(word), "{word} in {}", &text[..200]);
        }
        // The names of XML's own vocabularies look like addresses and are none.
        assert!(!text.replace("http://www.w3.org/", "").contains("http://"));
        let words = text.split(['"', '\'']);
        for path in words.filter(|word| [".js", ".css", ".svg"].iter().any(|end| word.ends_with(end))) {
            let path = format!("/{}", path.trim_start_matches(['.', '/']));
            if !seen.contains(&path) {
                let (status, text) = served.get(&path, "");
                assert_eq!(status, 200, "{path}");
                seen.push(path);
                open.push(text);
            }
        }
    }
    assert!(seen.len() >= 6, "{seen:?}");
}

#[test]
fn a_stream_gives_the_rows_of_compute() {
    let served = Served::new();
    let query = "view=threshold&sim=waiting&snr=0.4&prune=0,0.5,0.999&replicas=4&near=keep%3D0.4";
    let text = served.get(&format!("/api/stream?{query}"), "").1;
    let events = events(&text);
    // As they travelled: reading a number into serde_json's own may cost its last bit.
    let batches = text.split("event: rows\ndata: [[").skip(1).map(|batch| batch.split("]]").next().unwrap());
    let mut rows: Vec<String> = batches.flat_map(|batch| batch.split("],[")).map(|row| format!("[{row}]")).collect();
    rows.sort();
    let words: Vec<Assignment> =
        ["snr=0.4", "prune=0,0.5,0.999", "replicas=4"].map(|word| Assignment::from_word(word, "--set").unwrap()).into();
    let request = sim_request(&Waiting, Effort::Smoke, &Layers::own(words)).unwrap();
    let study = Study::new(Experiment::Sim(&Waiting), request);
    let done = compute(&served.store, &study, &How::default(), &Stop::new(), &()).unwrap();
    let cell = |cell: &Cell| match cell {
        Cell::Integer(value) => Json::from(*value),
        Cell::Real(value) => Json::from(*value),
        Cell::Text(value) => Json::from(value.as_str()),
    };
    let mut expected: Vec<String> =
        done.table.rows.iter().map(|row| Json::from_iter(row.iter().map(cell)).to_string()).collect();
    expected.sort();
    assert_eq!(expected.len(), 12);
    assert_eq!(rows, expected);

    let (first, begin) = &events[0];
    assert_eq!(first, "begin");
    assert_eq!(begin["address"], done.address);
    assert_eq!(
        begin["command"].as_str().unwrap().split(" --out").next().unwrap(),
        "prunelaw run waiting --effort smoke --set snr=0.4 prune=0,0.5,0.999 --replicas 4"
    );
    assert_eq!(begin["marks"].as_array().unwrap().iter().filter(|mark| mark["provenance"] == "derived").count(), 3);
    assert_eq!(events.last().unwrap().1["complete"], true);

    // The nearest cell is first: keep 0.5 lies closer to 0.4 than 1 does.
    let first: Vec<&str> = text.split("event: rows\ndata: [[").nth(1).unwrap().split(',').collect();
    assert_eq!(first[1], "0.5");
    let cells = events.iter().filter(|(name, _)| name == "cells").flat_map(|(_, cells)| cells.as_array().unwrap());
    let last: Vec<&Json> = cells.collect();
    // Mean of 0.5 + {0, 1, 2, 3}, t interval with 3 degrees of freedom and standard error sqrt(5/12).
    let half = last.iter().rfind(|cell| cell["axes"][1] == 0.5).unwrap();
    let half: Vec<f64> = half["test_loss"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    let reach = 3.182_446_305_284 * (5.0f64 / 12.0).sqrt();
    for (got, want) in half.iter().zip([2.0, 2.0 - reach, 2.0 + reach, 4.0]) {
        assert!((got - want).abs() < 1e-9, "{half:?}");
    }
    // What is not finite is told as such.
    let none = last.iter().rfind(|cell| cell["axes"][1] == 0.001).unwrap();
    assert_eq!(none["test_loss"].to_string(), "[null,null,null,0]");
}

#[test]
fn what_is_stored_is_not_computed_again() {
    let served = Served::new();
    let query = "view=threshold&sim=waiting&keep=0.2,0.3&replicas=2";
    let done = |events: &[(String, Json)]| events.last().unwrap().1["computed"].as_u64().unwrap();
    let only = served.events(&format!("{query}&only=stored"));
    assert_eq!((only.last().unwrap().1["complete"].as_bool(), done(&only)), (Some(false), 0));
    assert_eq!(done(&served.events(query)), 4);
    let again = served.events(query);
    assert_eq!(done(&again), 0);
    assert_eq!(again.iter().filter(|(name, _)| name == "rows").count(), 1);
    assert_eq!(done(&served.events("view=threshold&sim=waiting&keep=0.3,0.4&replicas=3")), 4);
}

#[test]
fn a_wrong_question_gets_the_message_of_the_command_line() {
    let served = Served::new();
    for (query, word) in [
        ("snr=0", "snr=0"),
        ("snr=big", "snr=big"),
        ("kepe=0.1", "kepe=0.1"),
        ("samples=1", "samples=1"),
        ("samples=20%2C30", "samples=20,30"),
        ("keep=0.1&prune=0.2", "keep=0.1 prune=0.2"),
        ("keep=log(0.1%2C1%2C0)", "keep=log(0.1,1,0)"),
    ] {
        let words: Vec<String> = word.split(' ').map(str::to_owned).collect();
        let layers = Layers::read(None, &words, None, None).unwrap();
        let expected = sim_request(&Waiting, Effort::Smoke, &layers).unwrap_err().to_string();
        let got = error_of(served.get(&format!("/api/stream?view=threshold&sim=waiting&{query}"), ""));
        assert_eq!(got, (400, expected));
    }
    for (query, part) in [
        ("sim=waiting", "`view` is missing"),
        ("view=curves&sim=wating", "did you mean `waiting`?"),
        ("view=curves&sim=waiting&effort=some", "smoke"),
        ("view=curves&sim=waiting&replicas=0", "replicas"),
        ("view=curves&sim=waiting&replicas=1&replicas=2", "twice"),
        ("view=curves&sim=waiting&replicas=1000000", "more than"),
        ("view=curves&sim=waiting&near=keep", "near"),
        ("view=curves&sim=waiting&data=npz:secret.npz", "reads no files"),
        ("view=curves&sim=waiting&%ff=1", ""),
    ] {
        let (status, message) = error_of(served.get(&format!("/api/stream?{query}"), ""));
        assert_eq!(status, 400, "{query}");
        assert!(message.contains(part), "{query}: {message}");
    }
    assert_eq!(error_of(served.get("/nothing.js", "")).0, 404);
    assert_eq!(error_of(served.get("/api/nothing", "")).0, 404);
    assert_eq!(read(served.open("POST", "/api/stream", "Content-Length: 0\r\n")).0, 405);
}

#[test]
fn only_its_own_page_drives_it() {
    let served = Served::new();
    for host in ["localhost", "localhost:99", "127.0.0.1", "[::1]:1", "127.0.0.1:8417"] {
        assert_eq!(served.get("/", &format!("Host: {host}\r\n")).0, 200, "{host}");
    }
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "192.0.2.1", ""] {
        assert_eq!(served.get("/", &format!("Host: {host}\r\n")).0, 403, "{host}");
    }
    for foreign in ["Origin: http://evil.example\r\n", "Sec-Fetch-Site: cross-site\r\n", "Origin: null\r\n"] {
        assert_eq!(served.get("/api/start", foreign).0, 403, "{foreign}");
    }
    let own = format!("Host: 127.0.0.1:{0}\r\nOrigin: http://127.0.0.1:{0}\r\n", served.port);
    let (status, answer) = served.get("/api/start", &own);
    assert_eq!(status, 200);
    assert!(!answer.to_lowercase().contains("access-control"));
}

#[test]
fn a_newer_question_makes_the_older_one_moot() {
    let served = Served::new();
    let mut old = served.open("GET", &format!("/api/stream?view=curves&sim=waiting&steps={FOREVER}"), "");
    wait_for(&mut old, "begin");
    wait_until(|| RUNNING.load(Ordering::SeqCst) > 0);
    let new = served.events("view=curves&sim=waiting&replicas=1");
    assert_eq!(new.last().unwrap().1["complete"], true);
    wait_for(&mut old, "moot");
}

#[test]
fn a_page_that_goes_away_stops_its_work() {
    let served = Served::new();
    let mut page = served.open("GET", &format!("/api/stream?view=threshold&sim=waiting&steps={FOREVER}"), "");
    wait_for(&mut page, "begin");
    wait_until(|| RUNNING.load(Ordering::SeqCst) > 0);
    drop(page);
    // Another test's job ends too, by its newer question.
    wait_until(|| RUNNING.load(Ordering::SeqCst) == 0);
}

#[test]
fn a_crash_does_not_take_the_server_down() {
    let served = Served::new();
    let events = served.events("view=curves&sim=waiting&samples=14");
    assert_eq!(events.last().unwrap().0, "failed");
    let _ = served.open("GET", "/api/stream?view=curves&sim=waiting&samples=13", "").read_to_string(&mut String::new());
    assert_eq!(served.events("view=curves&sim=waiting").last().unwrap().0, "done");
}

#[test]
fn a_boundary_follows_the_axis_across() {
    let served = Served::new();
    let events = served.events("view=phase&sim=waiting&snr=0.2,0.4&keep=0.1,0.5&replicas=1&only=stored");
    let marks = events[0].1["marks"].as_array().unwrap();
    let memorization = marks.iter().find(|mark| mark["name"] == "memorization").unwrap();
    let along = &memorization["along"];
    assert_eq!(along["axis"], "noise");
    // p_c = (n SNR^q / K)^(2/q) with q = 3: twice the ratio is four times the fraction.
    let keep = |at: usize| along["at"][at][1].as_f64().unwrap();
    assert!((keep(1) / keep(0) - 4.0).abs() < 1e-9, "{along}");
    assert!(marks.iter().all(|mark| mark["provenance"] == "derived"));
}

#[test]
fn files_hold_what_is_stored() {
    let served = Served::new();
    let query = "sim=waiting&snr=0.3&keep=0.2,0.3&replicas=2";
    let (status, message) = error_of(served.get(&format!("/api/file?{query}&format=csv"), ""));
    assert_eq!((status, message.contains("nothing of this is stored")), (400, true), "{message}");
    served.events(&format!("view=phase&{query}"));
    let (status, csv) = served.get(&format!("/api/file?{query}&format=csv"), "");
    assert_eq!(status, 200);
    assert!(
        csv.contains("noise,keep,replica,outcome,test_loss,test_accuracy") && csv.contains(",0.2,1,converged,1.2,")
    );
    assert!(csv.contains("attachment; filename=\"waiting.csv\""));
    let mut bytes = Vec::new();
    served.open("GET", &format!("/api/file?{query}&format=npz"), "").read_to_end(&mut bytes).unwrap();
    let body = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let mut archive = Npz::open(&bytes[body..]).unwrap();
    assert_eq!(archive.numbers("test_loss").unwrap().into_raw_vec_and_offset().0, [0.2, 1.2, 0.3, 1.3]);
    let (status, page) = served.get(&format!("/api/file?{query}&format=html"), "");
    assert!(status == 200 && page.contains("module_offline") && page.contains("\"rows\":[[") && !page.contains("{{"));
    for (words, part) in [
        ("format=pdf", "csv"),
        ("format=html&steps=2", "nothing of this is stored"),
        ("format=svg", "`figure` is missing"),
        ("format=svg&figure=pruning_threshold_curve", "there is no figure"),
        ("", "`format` is missing"),
    ] {
        let (status, message) = error_of(served.get(&format!("/api/file?{query}&{words}"), ""));
        assert_eq!(status, 400);
        assert!(message.contains(part), "{words}: {message}");
    }
}

#[test]
fn a_check_is_watched_look_by_look() {
    let served = Served::new();
    let (status, claims) = served.get("/api/claims", "");
    assert!(status == 200 && claims.contains("\"id\":\"surviving_signal_neurons\""));
    let check = |query: &str| events(&read(served.open("GET", &format!("/api/check?{query}"), "")).1);
    let seen = check("id=surviving_signal_neurons&effort=smoke");
    let looks: Vec<u64> =
        seen.iter().filter(|(name, _)| name == "look").map(|(_, data)| data["replicas"].as_u64().unwrap()).collect();
    assert!(looks.len() > 2 && looks.windows(2).all(|pair| pair[0] < pair[1]), "{looks:?}");
    let (last, report) = seen.last().unwrap();
    assert_eq!((last.as_str(), &report["id"]), ("done", &Json::from("surviving_signal_neurons")));
    // The last look is what the verdict says.
    let look = &seen.iter().rfind(|(name, _)| name == "look").unwrap().1;
    let verdicts = |points: &Json| points.as_array().unwrap().iter().map(|p| p["verdict"].clone()).collect::<Vec<_>>();
    assert_eq!(verdicts(&look["points"]), verdicts(&report["points"]));
    for (query, part) in [
        ("", "`id` is missing"),
        ("id=surviving_signal_neuron", "did you mean `surviving_signal_neurons`?"),
        ("id=surviving_signal_neurons&effort=some", "smoke"),
        ("id=surviving_signal_neurons&alpha=1", "`alpha` has no effect"),
        ("id=growth_step_identity&key=1&key=2", "twice"),
    ] {
        let (status, message) = error_of(served.get(&format!("/api/check?{query}"), ""));
        assert_eq!(status, 400, "{query}");
        assert!(message.contains(part), "{query}: {message}");
    }
}

#[test]
fn sums_are_those_of_the_replica_and_bounds_carry_their_factor() {
    let served = Served::new();
    let answer = |path: &str| -> Json {
        let (status, text) = served.get(path, "");
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text[text.find('{').unwrap()..=text.rfind('}').unwrap()]).unwrap()
    };
    let seen = answer("/api/sums?law=uniform&samples=6&replica=3&constant=2");
    assert_eq!(seen["sums"].as_array().unwrap().len(), 64);
    let words = ["samples=6", "law=uniform"].map(|word| Assignment::from_word(word, "--set").unwrap());
    let layers = Layers::own(words.into()).over(vec![Assignment::own("replicas", "4")]);
    let sim = prunelaw::sims::find("covering_radius").unwrap();
    let study = Study::new(Experiment::Sim(sim), sim_request(sim, Effort::Smoke, &layers).unwrap());
    let done = compute(&served.store, &study, &How::default(), &Stop::new(), &()).unwrap();
    assert_eq!(seen["radius"].as_f64().unwrap(), done.table.numbers("radius")[3]);
    let eps = |line: usize, n: usize| seen["lines"][line]["at"][n - 1][1].as_f64().unwrap();
    // 2^-n, and n = C log2(2/eps) solved for eps.
    assert!((eps(0, 10) - 2f64.powi(-10)).abs() < 1e-15 && (eps(2, 10) - 2.0 * 2f64.powf(-5.0)).abs() < 1e-12);

    let mask = answer("/api/mask?rule=magnitude&widths=3,4,2&keep=0.5");
    assert_eq!((&mask["weights"], &mask["active"][2]), (&json!([12, 8]), &json!(2)));
    let kept: u64 = mask["kept"].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum();
    let (scores, first) = (&mask["layers"][0]["scores"], &mask["layers"][0]["weights"]);
    assert_eq!((kept, scores[0].as_f64().unwrap()), (10, first[0].as_f64().unwrap().abs()));

    let bounds = answer("/api/bounds?samples=200&dimension=20&neurons=64&eps=0.9&delta=0.1&keep=1");
    // Printed at these sizes: 7.4e-4 of Thm 3, and vacuous by the factor to 1.
    let first = &bounds["bounds"][0];
    assert!((first["value"].as_f64().unwrap() / 7.4e-4 - 1.0).abs() < 0.05, "{first}");
    assert_eq!(first["vacuous"], true);
    let counts =
        |share: &str| answer(&format!("/api/bounds?keep=0.1&share={share}"))["p_eff"][0]["nats"].as_f64().unwrap();
    assert!(counts("1") > counts("0.5") && counts("0.5") > counts("0"));
    for (path, part) in [
        ("/api/sums", "`law` is missing"),
        ("/api/sums?law=uniform&samples=15", "from 1 to 14"),
        ("/api/sums?law=uniform&n=3", "`n` has no effect"),
        ("/api/mask?rule=synflow&widths=3", "`widths = 3` is not allowed"),
        ("/api/mask?rule=magnitude&keep=0", "keeps"),
        ("/api/bounds?keep=2", "`keep = 2` is not allowed"),
        ("/api/bounds?keep=nan", "from 0 to 1"),
    ] {
        let (status, message) = error_of(served.get(path, ""));
        assert_eq!(status, 400, "{path}");
        assert!(message.contains(part), "{path}: {message}");
    }
}

#[test]
fn a_taken_port_is_one_clear_error() {
    let served = Served::new();
    let error = Explorer::bind("127.0.0.1", served.port, lab(&served.store)).err().unwrap();
    assert!(matches!(error, ExploreError::PortTaken { .. }));
    assert!(error.to_string().contains("--port 0"));
    let error = Explorer::bind("no.such.host.invalid", 0, lab(&served.store)).err().unwrap();
    assert!(error.to_string().contains("no.such.host.invalid"));
}
