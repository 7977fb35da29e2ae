//! The folder of one address: what lies in it, what is damaged, and how new rows come in.

use super::lock::Lock;
use super::manifest::Checksum;
use super::merge::{Same, Source, merge};
use super::part::{self, Line, Lines};
use super::write::{self, Draft};
use super::{Flaw, Layout, Manifest, Present, StoreError, clock, names};
use crate::engine::settings::Settings;
use crate::engine::settings::address::hex;
use crate::engine::table::{Cell, Column, Row, Table};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

/// Files open at once while merging.
const FAN_IN: usize = 128;

/// What an address is the address of.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The experiment.
    pub id: String,
    /// Its protocol.
    pub protocol: u32,
    /// SHA-256 of `settings`.
    pub address: String,
    /// The canonical text.
    pub settings: String,
    /// The text of `config.toml`.
    pub config: String,
    /// The table's columns.
    pub layout: Layout,
}

/// Who is computing.
#[derive(Clone, Debug)]
pub struct Session {
    /// Names of the devices.
    pub devices: BTreeSet<String>,
    /// Names of their kernel families.
    pub kernels: BTreeSet<String>,
    /// Worker threads.
    pub threads: usize,
    /// When the call began, UTC.
    pub started: String,
}

/// `runs/<id>/<address>`.
#[derive(Clone, Debug)]
pub struct Place {
    folder: PathBuf,
    identity: Identity,
}

/// What lies in a folder, every file examined.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) manifest: Option<Manifest>,
    pub(super) table: Option<PathBuf>,
    pub(super) timing: Option<PathBuf>,
    pub(super) parts: Vec<PathBuf>,
    pub(super) flaws: Vec<Flaw>,
}

/// Rows on their way into a table.
#[derive(Default)]
struct Incoming<'a> {
    /// Another store's table of the same address.
    table: Option<&'a Path>,
    /// Its timings.
    timing: Option<&'a Path>,
    parts: &'a [PathBuf],
    /// Sorted rows that never became a part.
    rest: Vec<Line>,
}

impl Place {
    pub(super) fn new(folder: PathBuf, identity: Identity) -> Place {
        Place { folder, identity }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn timing(&self) -> PathBuf {
        self.folder.join(names::TIMING)
    }

    /// The table's path, whether it exists or not.
    pub fn table(&self) -> PathBuf {
        self.folder.join(names::TABLE)
    }

    /// Makes the folder ready for new rows: settings and manifest are there, damaged files are set aside and named to
    /// `note`, and parts that a killed run left behind are merged.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn open(&self, session: &Session, note: &dyn Fn(&str)) -> Result<(), StoreError> {
        fs::create_dir_all(&self.folder).map_err(StoreError::io("create folder", &self.folder))?;
        self.write_config()?;
        self.merge(Vec::new(), session, note)
    }

    fn write_config(&self) -> Result<(), StoreError> {
        // Without the lock, whoever merges would take the draft for one of a process that died.
        let _lock = Lock::shared(&self.folder)?;
        let config = self.folder.join(names::CONFIG);
        if fs::read(&config).ok().as_deref() == Some(self.identity.config.as_bytes()) {
            return Ok(());
        }
        write::replace(&config, self.identity.config.as_bytes())
    }

    /// Stores rows as a part. They may come in any order, but all rows of a replica come together.
    ///
    /// # Errors
    /// If the part cannot be written; nothing of it is left.
    pub fn write_part(&self, mut lines: Vec<Line>) -> Result<(), StoreError> {
        lines.sort_by(|a, b| a.key.cmp(&b.key));
        let _lock = Lock::shared(&self.folder)?;
        let path = self.folder.join(names::part(&write::unique()));
        part::write(&path, &lines, &self.identity.layout, &self.identity.address)
    }

    /// Merges all parts, and `rest` that never became one, into the table and the timings.
    ///
    /// # Errors
    /// If a file cannot be read or written, or rows of one replica differ. The parts are kept then.
    pub fn merge(&self, mut rest: Vec<Line>, session: &Session, note: &dyn Fn(&str)) -> Result<(), StoreError> {
        let _lock = Lock::alone(&self.folder)?;
        remove_temporaries(&self.folder)?;
        let mut found = examine(&self.folder, Some(&self.identity))?;
        for flaw in &found.flaws {
            note(&format!("{flaw}; set aside as {}, its rows are computed again", set_aside(&flaw.path)?));
        }
        let fresh = found.manifest.is_none();
        let mut manifest = found.manifest.take().unwrap_or_else(|| self.manifest());
        if found.parts.is_empty() && rest.is_empty() {
            if fresh {
                manifest.sign(session);
                manifest.write(&self.folder)?;
            }
            return Ok(());
        }
        manifest.sign(session);
        rest.sort_by(|a, b| a.key.cmp(&b.key));
        let parts = std::mem::take(&mut found.parts);
        for batch in parts.chunks(FAN_IN) {
            self.exchange(&mut manifest, &found, Incoming { parts: batch, ..Incoming::default() })?;
            batch.iter().try_for_each(|path| fs::remove_file(path).map_err(StoreError::io("remove", path)))?;
            (found.table, found.timing) = (Some(self.table()), Some(self.timing()));
        }
        if !rest.is_empty() {
            self.exchange(&mut manifest, &found, Incoming { rest, ..Incoming::default() })?;
        }
        Ok(())
    }

    /// Takes in what was found in another store's folder of the same address.
    pub(super) fn take(&self, from: &Found, session: &Session) -> Result<Manifest, StoreError> {
        let _lock = Lock::alone(&self.folder)?;
        let mut found = examine(&self.folder, Some(&self.identity))?;
        let mut manifest = found.manifest.take().unwrap_or_else(|| self.manifest());
        manifest.sign(session);
        let tables = Incoming { table: from.table.as_deref(), timing: from.timing.as_deref(), ..Incoming::default() };
        let parts = from.parts.chunks(FAN_IN).map(|parts| Incoming { parts, ..Incoming::default() });
        for incoming in [tables].into_iter().chain(parts) {
            self.exchange(&mut manifest, &found, incoming)?;
            (found.table, found.timing) = (Some(self.table()), Some(self.timing()));
        }
        Ok(manifest)
    }

    /// Merges new rows into the table: drafts, then the manifest that vouches for both the old and the new files, then
    /// the renames; the caller removes parts afterwards. A kill between any two of these steps loses nothing and leaves
    /// nothing damaged.
    fn exchange(&self, manifest: &mut Manifest, found: &Found, incoming: Incoming<'_>) -> Result<(), StoreError> {
        let layout = &self.identity.layout;
        let Incoming { table, timing, parts, rest } = incoming;
        let sources = |stored: [Option<&Path>; 2], keys: usize, timed: bool| -> Result<Vec<Source>, StoreError> {
            let mut sources = Vec::with_capacity(parts.len() + 3);
            for path in stored.into_iter().flatten() {
                sources.push(Source::new(path.to_owned(), Lines::open(path, layout, keys, timed)?));
            }
            for path in parts {
                sources
                    .push(Source::new(path.clone(), Lines::open(path, layout, layout.keys, true)?).view(layout, timed));
            }
            let new = rest.clone().into_iter().map(Ok);
            sources.push(Source::new(self.table(), new).view(layout, timed));
            Ok(sources)
        };

        let mut new_table = Draft::create(&self.table())?;
        new_table.write((layout.header() + "\n").as_bytes())?;
        manifest.rows = 0;
        merge(sources([found.table.as_deref(), table], layout.keys, false)?, Same::MustAgree, |line| {
            manifest.rows += 1;
            new_table.write(line.text.as_bytes())?;
            new_table.write(b"\n")
        })?;

        let mut new_timing = Draft::create(&self.timing())?;
        new_timing.write((layout.timing_header() + "\n").as_bytes())?;
        (manifest.replicas, manifest.cpu_seconds) = (0, 0.0);
        merge(sources([found.timing.as_deref(), timing], layout.axes + 1, true)?, Same::FirstWins, |line| {
            manifest.replicas += 1;
            manifest.cpu_seconds += line.cpu.parse::<f64>().unwrap_or(0.0);
            new_timing.write(format!("{},{}\n", line.text, line.cpu).as_bytes())
        })?;

        manifest.table = Checksum { sha256: Some(new_table.sha256()), before: checksum_if(found.table.as_ref())? };
        manifest.timing = Checksum { sha256: Some(new_timing.sha256()), before: checksum_if(found.timing.as_ref())? };
        manifest.finished = Some(clock::now());
        let (new_table, new_timing) = (new_table.finish()?, new_timing.finish()?);
        manifest.write(&self.folder)?;
        new_table.publish()?;
        new_timing.publish()
    }

    /// Which replicas of these cells are stored in sound files. Writes nothing.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn present(&self, cells: &[Settings]) -> Result<Present, StoreError> {
        let mut present = Present::new(cells);
        if !self.folder.is_dir() {
            return Ok(present);
        }
        let _lock = Lock::looking(&self.folder)?;
        let found = examine(&self.folder, Some(&self.identity))?;
        let layout = &self.identity.layout;
        for (path, timed) in found.table.iter().map(|path| (path, false)).chain(found.parts.iter().map(|p| (p, true))) {
            for line in Lines::open(path, layout, layout.keys, timed)? {
                let line = line?;
                present.insert(&line.text, layout.axes);
            }
        }
        Ok(present)
    }

    /// Mean CPU seconds of a stored replica of each of these cells, where some are known. Writes nothing.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn seconds(&self, cells: &[Settings]) -> Result<Vec<Option<f64>>, StoreError> {
        let mut sums = vec![(0.0, 0u64); cells.len()];
        if self.folder.is_dir() {
            let _lock = Lock::looking(&self.folder)?;
            let found = examine(&self.folder, Some(&self.identity))?;
            let (layout, asked) = (&self.identity.layout, Present::new(cells));
            if let Some(path) = &found.timing {
                for line in Lines::open(path, layout, layout.axes + 1, true)? {
                    let line = line?;
                    if let (Some((cell, _)), Ok(seconds)) =
                        (asked.locate(&line.text, layout.axes), line.cpu.parse::<f64>())
                    {
                        sums[cell] = (sums[cell].0 + seconds, sums[cell].1 + 1);
                    }
                }
            }
        }
        Ok(sums.into_iter().map(|(sum, count)| (count > 0).then(|| sum / count as f64)).collect())
    }

    /// Damaged and foreign files, by name. Writes nothing.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn flaws(&self) -> Result<Vec<Flaw>, StoreError> {
        if !self.folder.is_dir() {
            return Ok(Vec::new());
        }
        let _lock = Lock::looking(&self.folder)?;
        Ok(examine(&self.folder, Some(&self.identity))?.flaws)
    }

    /// The stored rows of these cells with a replica index below `replicas`, in the table's order.
    ///
    /// # Errors
    /// If the table cannot be read, or is not what was written.
    pub fn load(&self, columns: &[Column], cells: &[Settings], replicas: u64) -> Result<Table, StoreError> {
        let mut table = Table::new(columns);
        self.each(columns, cells, replicas, |row| table.rows.push(row))?;
        Ok(table)
    }

    /// Gives the rows of [`Place::load`] one by one, for tables that nobody wants in memory.
    ///
    /// # Errors
    /// As [`Place::load`].
    pub fn each(
        &self,
        columns: &[Column],
        cells: &[Settings],
        replicas: u64,
        mut sink: impl FnMut(Row),
    ) -> Result<(), StoreError> {
        let _lock = Lock::looking(&self.folder)?;
        let found = examine(&self.folder, Some(&self.identity))?;
        let Some(path) = found.table else {
            let flaws: Vec<Flaw> = found.flaws.into_iter().filter(|flaw| flaw.path == self.table()).collect();
            return if flaws.is_empty() { Ok(()) } else { Err(StoreError::Damaged(flaws)) };
        };
        let layout = &self.identity.layout;
        let asked = Present::new(cells);
        for line in Lines::open(&path, layout, layout.keys, false)? {
            let line = line?;
            if asked.locate(&line.text, layout.axes).is_none_or(|(_, replica)| replica >= replicas) {
                continue;
            }
            let cells = line.text.split(',').zip(columns).map(|(cell, column)| Cell::parse(column.kind, cell));
            let row: Option<Row> = cells.collect();
            let row = row.filter(|row| row.len() == columns.len());
            sink(row.ok_or_else(|| {
                StoreError::Damaged(vec![Flaw::new(&path, &format!("`{}` is no row of it", line.text))])
            })?);
        }
        Ok(())
    }

    fn manifest(&self) -> Manifest {
        let Identity { id, protocol, address, settings, layout, .. } = self.identity.clone();
        Manifest {
            id,
            protocol,
            address,
            settings,
            layout,
            code_version: String::new(),
            devices: BTreeSet::new(),
            kernels: BTreeSet::new(),
            threads: 0,
            started: String::new(),
            finished: None,
            rows: 0,
            replicas: 0,
            cpu_seconds: 0.0,
            table: Checksum::default(),
            timing: Checksum::default(),
        }
    }
}

impl Manifest {
    fn sign(&mut self, session: &Session) {
        self.code_version = env!("CARGO_PKG_VERSION").to_owned();
        self.devices.extend(session.devices.iter().cloned());
        self.kernels.extend(session.kernels.iter().cloned());
        self.threads = session.threads;
        self.started = session.started.clone();
    }
}

/// Examines every file of a folder: as those of `identity`, or as what its own manifest says.
pub(super) fn examine(folder: &Path, identity: Option<&Identity>) -> Result<Found, StoreError> {
    let mut found = Found { manifest: None, table: None, timing: None, parts: Vec::new(), flaws: Vec::new() };
    let path = folder.join(names::MANIFEST);
    if exists(&path)? {
        match Manifest::read(&path) {
            Ok(manifest) if identity.is_none_or(|ours| ours.layout == manifest.layout) => {
                found.manifest = Some(manifest);
            }
            Ok(_) => found.flaws.push(Flaw::new(&path, "its columns are not those of this experiment")),
            Err(why) => found.flaws.push(Flaw::new(&path, &why)),
        }
    }
    for (name, of) in [(names::TABLE, 0), (names::TIMING, 1)] {
        let path = folder.join(name);
        if !exists(&path)? {
            continue;
        }
        let sum = found.manifest.as_ref().map(|manifest| [&manifest.table, &manifest.timing][of]);
        match sum {
            None => found.flaws.push(Flaw::new(&path, "no manifest vouches for it")),
            Some(sum) if sum.vouches(&checksum(&path)?) => *[&mut found.table, &mut found.timing][of] = Some(path),
            Some(_) => found.flaws.push(Flaw::new(&path, "it does not match its checksum")),
        }
    }
    let described = found.manifest.as_ref().map(|manifest| (manifest.layout.clone(), manifest.address.clone()));
    let described = identity.map(|ours| (ours.layout.clone(), ours.address.clone())).or(described);
    for path in list(folder, names::is_part)? {
        let Some((layout, address)) = &described else {
            found.flaws.push(Flaw::new(&path, "no manifest says what it holds"));
            continue;
        };
        match part::examine(&path, layout, address)? {
            Ok(()) => found.parts.push(path),
            Err(flaw) => found.flaws.push(flaw),
        }
    }
    Ok(found)
}

/// The files of a folder whose names are so, sorted.
fn list(folder: &Path, wanted: fn(&str) -> bool) -> Result<Vec<PathBuf>, StoreError> {
    let refuse = || StoreError::io("read", folder);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(refuse())? {
        let entry = entry.map_err(refuse())?;
        if entry.file_name().to_str().is_some_and(wanted) {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn remove_temporaries(folder: &Path) -> Result<(), StoreError> {
    list(folder, names::is_temporary)?
        .iter()
        .try_for_each(|path| fs::remove_file(path).map_err(StoreError::io("remove", path)))
}

/// Renames a damaged file; gives its new name.
fn set_aside(path: &Path) -> Result<String, StoreError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let free = (1..).map(|count| names::damaged(&name, count)).find(|name| !path.with_file_name(name).exists());
    let free = free.expect("some count is free");
    fs::rename(path, path.with_file_name(&free)).map_err(StoreError::io("set aside", path))?;
    Ok(free)
}

fn exists(path: &Path) -> Result<bool, StoreError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::io("read", path)(error)),
    }
}

fn checksum(path: &Path) -> Result<String, StoreError> {
    let mut hash = Sha256::new();
    let mut reader = BufReader::with_capacity(1 << 18, File::open(path).map_err(StoreError::io("read", path))?);
    loop {
        let bytes = reader.fill_buf().map_err(StoreError::io("read", path))?;
        if bytes.is_empty() {
            break;
        }
        hash.update(bytes);
        let read = bytes.len();
        reader.consume(read);
    }
    Ok(hex(&hash.finalize()))
}

fn checksum_if(path: Option<&PathBuf>) -> Result<Option<String>, StoreError> {
    path.map(|path| checksum(path)).transpose()
}
