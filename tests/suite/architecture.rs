//! The invariants of ARCHITECTURE.md, held by reading the sources.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const MEMBERS: [&str; 4] = ["engine", "theorems", "sims", "figures"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Rust file below `folder`, as (path from the root, text).
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The part of a file that ships: without its test module, its comments, and its doc examples.
fn shipped(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or("");
    code.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

#[test]
fn dependencies_follow_the_arrows() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("engine", &[][..]),
        ("theorems", &["prunelaw-engine"][..]),
        ("sims", &["prunelaw-engine", "prunelaw-theorems"][..]),
        ("figures", &["prunelaw-engine", "prunelaw-theorems"][..]),
    ]);
    for member in MEMBERS {
        let manifest: toml::Table = read(format!("{member}/Cargo.toml")).parse().unwrap();
        let sections = ["dependencies", "dev-dependencies", "build-dependencies"];
        let named = sections.iter().filter_map(|name| manifest.get(*name)?.as_table()).flat_map(|table| table.keys());
        for name in named.filter(|name| name.starts_with("prunelaw")) {
            assert!(allowed[member].contains(&name.as_str()), "{member} depends on {name}");
        }
    }
}

/// Sources of the members touch the world only where ARCHITECTURE lists it.
#[test]
fn members_open_no_file_read_no_clock_and_print_nothing() {
    let forbidden = [
        "std::fs",
        "File::",
        "std::env",
        "std::net",
        "std::process",
        "std::thread",
        "Instant::",
        "SystemTime",
        "println!",
        "print!",
        "eprintln!",
        "eprint!",
        "dbg!",
        "include_bytes!",
        "include_str!",
    ];
    let exceptions = [
        ("engine/data/digits.rs", "include_str!"),
        ("theorems/ledger.rs", "include_str!"),
        ("figures/font.rs", "include_bytes!"),
    ];
    for member in MEMBERS {
        for (name, text) in sources(member) {
            let code = shipped(&text);
            for word in forbidden {
                let excepted = exceptions.contains(&(name.as_str(), word));
                assert!(excepted || !code.contains(word), "{name} uses {word}");
            }
        }
    }
}

#[test]
fn no_member_has_a_folder_that_cargo_reads_by_itself() {
    for member in MEMBERS {
        for (name, _) in sources(member) {
            let parts: Vec<&str> = name.split('/').collect();
            assert!(!parts.contains(&"build.rs"), "{name}");
            assert!(!parts.iter().any(|part| ["tests", "benches", "examples"].contains(part)), "{name}");
        }
    }
}

/// "Sparsity" means the pruned fraction in one code and the kept fraction in the next: it names nothing here.
#[test]
fn nothing_is_named_sparsity() {
    for folder in MEMBERS.into_iter().chain(["src"]) {
        for (name, text) in sources(folder) {
            for (number, line) in shipped(&text).lines().enumerate() {
                // Text in quotes may speak of it: the papers do.
                let code: String = line.split('"').step_by(2).collect();
                // One claim of the ledger has the word of its paper's title in its id.
                let code = code.replace("sparsity_of_strong_tickets", "");
                assert!(!code.to_lowercase().contains("sparsity"), "{name}:{} {line}", number + 1);
            }
        }
    }
}

#[test]
fn every_number_comes_from_a_key() {
    let forbidden = ["thread_rng", "rand::rng()", "from_os_rng", "from_entropy", "StdRng", "SmallRng", "rand::random"];
    for folder in MEMBERS.into_iter().chain(["src", "tests", "examples", "benches"]) {
        for (name, text) in sources(folder).into_iter().filter(|(name, _)| !name.ends_with("architecture.rs")) {
            for word in forbidden {
                assert!(!shipped(&text).contains(word), "{name} uses {word}");
            }
        }
    }
}

/// The rows of a Markdown table below a heading, cells trimmed.
fn table_below(text: &str, heading: &str) -> Vec<Vec<String>> {
    let start = text.find(heading).unwrap_or_else(|| panic!("no heading `{heading}`"));
    let lines =
        text[start..].lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    lines.skip(2).map(cells).collect()
}

#[test]
fn every_package_named_by_the_user_has_its_job() {
    let rows = table_below(&read("ARCHITECTURE.md"), "## Packages and their jobs");
    for package in ["ndarray", "ndarray-linalg", "nalgebra", "rand_distr", "statrs", "plotters", "proptest"] {
        let row =
            rows.iter().find(|row| row[0] == format!("`{package}`")).unwrap_or_else(|| panic!("{package} has no row"));
        let [_, job, place] = row.as_slice() else { panic!("{package}: a row has package, job, place") };
        assert!(job.len() > 20, "{package} has no job");
        if let Some(later) = place.strip_prefix("later: ") {
            assert!(later.len() > 10, "{package} names no later work");
            continue;
        }
        let file = place.trim_matches('`');
        assert!(read(file).contains(&package.replace('-', "_")), "{file} does not use {package}");
    }
}

#[test]
fn every_invariant_names_a_test_that_exists() {
    let rows = table_below(&read("ARCHITECTURE.md"), "## Invariants");
    assert!(rows.len() >= 10, "the table of invariants was not found");
    let all: String =
        ["src", "tests", "examples"].into_iter().chain(MEMBERS).flat_map(sources).map(|(_, text)| text).collect();
    for row in rows {
        let test = row.last().unwrap().trim_matches('`');
        assert!(all.contains(&format!("fn {test}(")), "no test is called `{test}` ({})", row[0]);
    }
}

#[test]
fn no_path_of_a_machine_stands_in_the_project() {
    let folders = MEMBERS.into_iter().chain(["src", "tests", "examples", "benches"]);
    let texts = folders.flat_map(sources).chain(
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", ".ci/run", ".ci/long"]
            .map(|name| (name.to_owned(), read(name))),
    );
    for (name, text) in texts.filter(|(name, _)| !name.ends_with("architecture.rs")) {
        // Spelt without their slashes, so that this file names no such path either.
        for folder in ["work", "root", "home"] {
            assert!(!text.contains(&format!("/{folder}/")), "{name} names /{folder}/");
        }
    }
}
