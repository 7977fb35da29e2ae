//! The program from outside: conventions, exit codes, JSON, bad input, signals.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;
use tempfile::TempDir;

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prunelaw"));
    command.current_dir(folder).stdin(Stdio::null()).env_remove("NO_COLOR");
    command
}

fn prunelaw(folder: &Path, words: &[&str]) -> Output {
    program(folder).args(words).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

const SIM: &str = "pruning_fraction_sweep";

/// A sweep that takes milliseconds.
const SMALL: [&str; 8] =
    ["run", SIM, "--set", "keep=0.2,1", "dimension=40", "neurons=4", "samples=8", "test_samples=10"];

fn small<'a>(more: &[&'a str]) -> Vec<&'a str> {
    SMALL.iter().chain(&["steps=50", "replicas=6"]).chain(more).copied().collect()
}

#[test]
fn run_gives_its_table_and_finds_it_again() {
    let folder = TempDir::new().unwrap();
    let first = prunelaw(folder.path(), &small(&["--json"]));
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    let answer = json(&first);
    let keys: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "address", "table", "cells", "rows", "computed", "outcomes", "seconds"]);
    assert_eq!((&answer["id"], &answer["cells"]), (&Value::from(SIM), &Value::from(2)));
    assert_eq!((&answer["rows"], &answer["computed"]), (&Value::from(12), &Value::from(12)));
    let counted: u64 = answer["outcomes"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(counted, 12);
    let table = folder.path().join(answer["table"].as_str().unwrap());
    let text = fs::read_to_string(&table).unwrap();
    assert_eq!(text.lines().count(), 13);
    assert!(text.starts_with("noise,keep,replica,outcome,"), "{text}");

    let again = json(&prunelaw(folder.path(), &small(&["--json"])));
    assert_eq!((&again["computed"], &again["rows"]), (&Value::from(0), &Value::from(12)));
    assert_eq!(fs::read_to_string(&table).unwrap(), text);
}

#[test]
fn the_stored_config_is_readable_and_has_the_same_address() {
    let folder = TempDir::new().unwrap();
    let first = json(&prunelaw(folder.path(), &small(&["--json", "--key", "mine"])));
    let config = folder.path().join(first["table"].as_str().unwrap()).with_file_name("config.toml");
    let config = config.to_str().unwrap();
    let again = prunelaw(
        folder.path(),
        &["run", SIM, "--config", config, "--set", "keep=0.2,1", "--replicas", "6", "--effort", "smoke", "--json"],
    );
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    let again = json(&again);
    assert_eq!(again["address"], first["address"]);
    assert_eq!(again["computed"], 0, "noise is an axis and has its default");
}

#[test]
fn set_wins_over_config_and_config_over_effort() {
    let folder = TempDir::new().unwrap();
    let config = folder.path().join("a.toml");
    fs::write(
        &config,
        "keep = [0.2, 1]\ndimension = 40\nneurons = 4\nsamples = 8\ntest_samples = 10\nsteps = 50\nreplicas = 2\n",
    )
    .unwrap();
    let ran = prunelaw(folder.path(), &["run", SIM, "--config", "a.toml", "--set", "keep=0.5", "--json"]);
    let answer = json(&ran);
    assert_eq!((&answer["cells"], &answer["rows"]), (&Value::from(1), &Value::from(2)));
}

#[test]
fn a_plan_writes_nothing() {
    let folder = TempDir::new().unwrap();
    let planned = prunelaw(folder.path(), &small(&["--plan"]));
    assert_eq!(planned.status.code(), Some(0));
    assert!(stdout(&planned).contains("12 replicas to compute"), "{planned:?}");
    let planned = json(&prunelaw(folder.path(), &small(&["--plan", "--json"])));
    assert_eq!(planned["cells"][0]["missing"], 6);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn shards_are_collected() {
    let folder = TempDir::new().unwrap();
    let whole = json(&prunelaw(folder.path(), &small(&["--json"])));
    for shard in ["1/2", "2/2"] {
        let out = format!("part{}", &shard[..1]);
        assert_eq!(prunelaw(folder.path(), &small(&["--shard", shard, "--out", &out])).status.code(), Some(0));
    }
    let merged = prunelaw(folder.path(), &["collect", "part2", "part1", "--out", "merged", "--json"]);
    assert_eq!(merged.status.code(), Some(0), "{merged:?}");
    let merged = json(&merged);
    assert_eq!(merged[0]["rows"], 12);
    let read = |answer: &Value| fs::read(folder.path().join(answer["table"].as_str().unwrap())).unwrap();
    assert_eq!(read(&merged[0]), read(&whole));
}

/// Every wrong input is one clear error on stderr, exit 2, and leaves nothing behind.
#[test]
fn bad_input_is_named_with_its_nearest_choice() {
    let folder = TempDir::new().unwrap();
    let inside = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    inside("broken.toml", "keep = = 3\n");
    inside("unknown.toml", "keep = 1\n\nnuerons = 3\n");
    inside("file", "in the folder's place");
    inside("bad.npz", "no archive");
    let count = || fs::read_dir(folder.path()).unwrap().count();
    let before = count();
    let run = |words: &[&'static str]| [&["run", SIM][..], words].concat();
    let table: Vec<(Vec<&str>, &[&str])> = vec![
        (vec!["run", "pruning_fraction_swep"], &["`pruning_fraction_swep`", "did you mean `pruning_fraction_sweep`"]),
        (vec!["show", "surviving_signal_neuron"], &["did you mean `surviving_signal_neurons`"]),
        (vec!["cite", "yang"], &["did you mean `yang2025random`"]),
        (vec!["verify", "surviving_signal_neuron"], &["surviving_signal_neurons"]),
        (vec!["lst"], &["lst", "list"]),
        (vec!["list", "sim"], &["'sim'", "sims"]),
        (vec![], &["Usage"]),
        (run(&["--set", "kep=1"]), &["`kep = 1`", "(--set)", "did you mean `keep`"]),
        (run(&["--set", "keep"]), &["`keep`", "key=value"]),
        (run(&["--set", "keep=2"]), &["`keep = 2`", "0 to 1", "nearest: 1"]),
        (run(&["--set", "keep=much"]), &["`keep = much`", "a number"]),
        (run(&["--set", "keep=0.1", "prune=0.9"]), &["`prune = 0.9`", "`keep = 0.1`"]),
        (run(&["--set", "noise=1", "snr=1"]), &["`snr = 1`", "`noise = 1`"]),
        (run(&["--set", "dimension=10,20"]), &["`dimension = 10,20`", "does not vary"]),
        (run(&["--set", "momentum=0.5"]), &["momentum"]),
        (run(&["--set", "samples=0"]), &["`samples = 0`", "nearest: 1"]),
        (run(&["--replicas", "0"]), &["`replicas = 0`", "(--replicas)"]),
        (run(&["--replicas", "2", "--set", "replicas=3"]), &["says again"]),
        (run(&["--key", "1", "--set", "key=2"]), &["says again"]),
        (run(&["--set", "keep=lin(0,1,100000)", "noise=lin(1,2,100000)"]), &["10000000000 cells", "nearest"]),
        (run(&["--set", "dimension=1000000000"]), &["`dimension = 1000000000`", "one replica needs", "nearest: "]),
        (
            run(&["--set", "data=digits", "widths=300,1000000,1000000"]),
            &["`widths = 300,1000000,1000000`", "one replica needs", "nearest: 300,"],
        ),
        (run(&["--set", "classes=100000", "dimension=200000"]), &["one replica needs", "nearest: "]),
        (
            vec!["run", "pruning_trajectory", "--set", "test_samples=1000000000"],
            &["`test_samples = 1000000000`", "one replica needs", "nearest: "],
        ),
        (run(&["--set", "signal=1.7e308", "dimension=3"]), &["`signal = 1.7e308`", "(--set)", "noise = inf"]),
        (run(&["--set", "data=mnist"]), &["`data = mnist`"]),
        (run(&["--set", "data=idx:nowhere"]), &["nowhere"]),
        (run(&["--set", "data=npz:bad.npz"]), &["bad.npz"]),
        (run(&["--config", "missing.toml"]), &["missing.toml"]),
        (run(&["--config", "broken.toml"]), &["broken.toml", "line 1"]),
        (run(&["--config", "unknown.toml"]), &["unknown.toml, line 3", "`neurons`"]),
        (run(&["--shard", "0/3"]), &["0/3", "nearest: 1/3"]),
        (run(&["--shard", "4/3"]), &["4/3", "nearest: 3/3"]),
        (run(&["--threads", "0"]), &["--threads"]),
        (run(&["--effort", "fast"]), &["smoke, normal, paper"]),
        (run(&["--device", "cpu"]), &["--device"]),
        (run(&["--out", "file"]), &["file"]),
        (run(&["--out", "/dev/full"]), &["/dev/full"]),
        (vec!["collect", "nowhere", "--out", "merged"], &["nowhere", "no runs"]),
        (vec!["completions", "dosh"], &["dosh"]),
    ];
    for (words, parts) in table {
        let output = prunelaw(folder.path(), &words);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {output:?}");
        assert!(output.stdout.is_empty(), "{words:?} wrote results");
        assert!(!said.contains("panicked"), "{words:?}: {said}");
        for part in parts {
            assert!(said.contains(part), "{words:?} said `{said}`, which lacks `{part}`");
        }
        assert_eq!(count(), before, "{words:?} left something behind");
    }
    assert_eq!(fs::read_to_string(folder.path().join("file")).unwrap(), "in the folder's place");
}

#[test]
fn a_full_stdout_is_an_error_and_a_closed_one_is_not() {
    let folder = TempDir::new().unwrap();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = program(folder.path()).arg("list").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("cannot write to stdout"), "{output:?}");

    let mut running = program(folder.path()).arg("list").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(running.stdout.take());
    let output = running.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = TempDir::new().unwrap();
    let help = stdout(&prunelaw(folder.path(), &["--help"]));
    assert!(help.contains("Examples:"));
    for command in [
        "list",
        "show",
        "verify",
        "run",
        "claim",
        "mask",
        "ticket",
        "figures",
        "reproduce",
        "collect",
        "cite",
        "info",
        "completions",
    ] {
        assert!(help.contains(&format!("\n  {command} ")), "{command} is not in the help");
        let output = prunelaw(folder.path(), &[command, "--help"]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("Example"), "{command} --help has no example");
    }
}

#[test]
fn list_has_the_documented_fields() {
    let folder = TempDir::new().unwrap();
    let all = json(&prunelaw(folder.path(), &["list", "--json"]));
    let mut kinds = [("theorem", 0), ("sim", 0), ("figure", 0)];
    for entry in all.as_array().unwrap() {
        let keys: Vec<&str> = entry.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys[..7], ["id", "kind", "subject", "source", "class", "says", "status"]);
        assert!(keys.len() == 7 || keys[7] == "was");
        let status = entry["status"].as_str().unwrap();
        assert!(status == "built" || status.starts_with("gap: "), "{status}");
        kinds.iter_mut().find(|(kind, _)| entry["kind"] == *kind).unwrap().1 += 1;
    }
    for (kind, count) in kinds {
        let some = json(&prunelaw(folder.path(), &["list", &format!("{kind}s"), "--json"]));
        assert_eq!(some.as_array().unwrap().len(), count);
        assert!(count > 0);
    }
}

#[test]
fn show_and_cite_answer_for_all_that_is_listed() {
    let folder = TempDir::new().unwrap();
    let page = stdout(&prunelaw(folder.path(), &["show", SIM]));
    for part in ["keep", "numbers from 0 to 1", "an axis", "default 50", "test_accuracy", "2301.00335"] {
        assert!(page.contains(part), "{page}");
    }
    assert!(!page.contains('\x1b'), "colour in a pipe");
    assert_eq!(json(&prunelaw(folder.path(), &["show", SIM, "--json"]))["kind"], "sim");
    let cited = stdout(&prunelaw(folder.path(), &["cite", SIM, "pruned_training", "tanaka2020pruning"]));
    assert_eq!(cited.matches("@article{yang2025random").count(), 1);
    assert!(cited.contains("@inproceedings{tanaka2020pruning"));
}

#[test]
fn info_measures_the_machine_and_counts_the_store() {
    let folder = TempDir::new().unwrap();
    prunelaw(folder.path(), &small(&[]));
    let info = json(&prunelaw(folder.path(), &["info", "--json"]));
    assert!(info["fma_peak_gflops"].as_f64().unwrap() > 0.0 && info["sgemm_gflops"].as_f64().unwrap() > 0.0);
    assert_eq!((&info["store"]["addresses"], &info["store"]["rows"]), (&Value::from(1), &Value::from(12)));
}

#[test]
fn progress_is_plain_in_a_pipe_and_silent_when_quiet() {
    let folder = TempDir::new().unwrap();
    let said = stderr(&prunelaw(folder.path(), &small(&[])));
    assert!(said.contains("12 of 12 replicas") && !said.contains('\x1b'), "{said}");
    let said = stderr(&prunelaw(folder.path(), &small(&["--quiet", "--key", "other"])));
    assert_eq!(said, "");
}

/// Long enough to be interrupted, short replicas.
const LONG: [&str; 11] = [
    "run",
    SIM,
    "--set",
    "keep=0.2,1",
    "dimension=200",
    "neurons=10",
    "samples=10",
    "test_samples=10",
    "steps=1000",
    "target_loss=0",
    "replicas=50",
];

fn signal(name: &str, process: u32) {
    assert!(Command::new("kill").args([name, &process.to_string()]).status().unwrap().success());
}

#[test]
fn a_signal_stores_what_runs_and_the_same_command_continues() {
    let folder = TempDir::new().unwrap();
    let whole = TempDir::new().unwrap();
    for (name, out) in [("-INT", "int"), ("-TERM", "term")] {
        let mut running = program(folder.path())
            .args(LONG)
            .args(["--out", out, "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The manifest says that the run has begun, and its handlers stand since before that.
        while !manifest_exists(&folder.path().join(out)) {
            assert!(running.try_wait().unwrap().is_none(), "it was over before it was interrupted");
            sleep(Duration::from_millis(1));
        }
        signal(name, running.id());
        let output = running.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        assert!(stderr(&output).contains("the same command continues"), "{output:?}");
        let stored = json(&output)["rows"].as_u64().unwrap();
        assert!(stored < 100);
        let rest = json(&prunelaw(folder.path(), &[&LONG[..], &["--out", out, "--json"]].concat()));
        assert_eq!(rest["computed"].as_u64().unwrap(), 100 - stored);
        let read = |folder: &Path, answer: &Value| fs::read(folder.join(answer["table"].as_str().unwrap())).unwrap();
        let all = json(&prunelaw(whole.path(), &[&LONG[..], &["--json"]].concat()));
        assert_eq!(read(folder.path(), &rest), read(whole.path(), &all));
    }
}

fn manifest_exists(out: &Path) -> bool {
    let addresses = fs::read_dir(out.join("runs").join(SIM)).into_iter().flatten();
    addresses.flatten().any(|address| address.path().join("manifest.json").exists())
}

/// Hundredths of a second that a process has computed.
fn cpu_ticks(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    after_name.split(' ').nth(11).and_then(|ticks| ticks.parse().ok()).unwrap_or(0)
}

#[test]
fn a_second_signal_stops_at_once() {
    let folder = TempDir::new().unwrap();
    // One replica of some hours.
    let mut running = program(folder.path())
        .args(["run", SIM, "--set", "keep=1", "steps=1000000000", "target_loss=0", "replicas=1", "--quiet"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Before its replica the program needs almost no CPU time.
    while cpu_ticks(running.id()) < 20 {
        assert!(running.try_wait().unwrap().is_none());
        sleep(Duration::from_millis(5));
    }
    signal("-INT", running.id());
    sleep(Duration::from_millis(200));
    assert!(running.try_wait().unwrap().is_none(), "the first signal lets the replica finish");
    signal("-INT", running.id());
    assert_eq!(running.wait().unwrap().code(), Some(3));
}

#[test]
fn results_and_words_go_to_their_own_streams() {
    let folder = TempDir::new().unwrap();
    let output = prunelaw(folder.path(), &small(&["--json"]));
    json(&output);
    assert!(stderr(&output).lines().all(|line| line.contains("replicas")), "{output:?}");
}
