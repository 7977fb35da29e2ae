//! Parts: rows on their way to the table, in files that know whether they are whole.
//!
//! A part is CSV with the CPU seconds of each row's replica as a last column and a trailer
//! `# address=... rows=... sha256=...` over everything above it; a cut or flipped part is recognised by it. It holds
//! whole replicas only, sorted like the table.

use super::layout::RowKey;
use super::write::Draft;
use super::{Flaw, Layout, StoreError};
use crate::engine::settings::address::hex;
use crate::engine::table::{Cell, shortest, write_row};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// One row with its key, as the line that will stand in the table.
#[derive(Clone, Debug)]
pub struct Line {
    pub(super) key: RowKey,
    /// Without line end.
    pub(super) text: String,
    /// CPU seconds of its replica, as text; empty where they are not known.
    pub(super) cpu: String,
}

impl Line {
    /// The line of a full row: axes, replica, measures.
    pub fn new(row: &[Cell], layout: &Layout, cpu_seconds: f64) -> Line {
        let mut text = String::with_capacity(16 * row.len());
        write_row(row, &mut text);
        text.pop();
        Line { key: RowKey(row[..layout.keys].to_vec()), text, cpu: shortest(cpu_seconds) }
    }
}

/// Writes sorted lines as a part.
pub(super) fn write(path: &Path, lines: &[Line], layout: &Layout, address: &str) -> Result<(), StoreError> {
    let mut draft = Draft::create(path)?;
    draft.write(layout.part_header().as_bytes())?;
    draft.write(b"\n")?;
    for line in lines {
        draft.write(format!("{},{}\n", line.text, line.cpu).as_bytes())?;
    }
    let trailer = format!("# address={address} rows={} sha256={}\n", lines.len(), draft.sha256());
    draft.write(trailer.as_bytes())?;
    draft.finish()?.publish()
}

/// Whether a part is whole, and of this address.
pub(super) fn examine(path: &Path, layout: &Layout, address: &str) -> Result<Result<(), Flaw>, StoreError> {
    let flawed = |why: &str| Ok(Err(Flaw::new(path, why)));
    let mut reader = BufReader::new(File::open(path).map_err(StoreError::io("read", path))?);
    let (mut hash, mut rows, mut line) = (Sha256::new(), 0u64, Vec::new());
    let mut header = true;
    loop {
        line.clear();
        reader.read_until(b'\n', &mut line).map_err(StoreError::io("read", path))?;
        if line.last() != Some(&b'\n') {
            return flawed("it is cut off");
        }
        if line.starts_with(b"# ") {
            break;
        }
        if header && line[..line.len() - 1] != *layout.part_header().as_bytes() {
            return flawed("its columns are not those of this experiment");
        }
        hash.update(&line);
        rows += u64::from(!header);
        header = false;
    }
    let expected = format!("# address={address} rows={rows} sha256={}\n", hex(&hash.finalize()));
    let rest = reader.fill_buf().map_err(StoreError::io("read", path))?;
    if !line.starts_with(format!("# address={address} ").as_bytes()) {
        flawed("it belongs to other settings")
    } else if line != expected.as_bytes() || !rest.is_empty() {
        flawed("it does not match its checksum")
    } else {
        Ok(Ok(()))
    }
}

/// The lines of a file that has been examined.
pub(super) struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    layout: Layout,
    /// Cells of a line's key.
    keys: usize,
    /// Whether a last cell is the CPU time.
    timed: bool,
}

impl Lines {
    /// Of a table, of a part (`timed`), or of timings (`timed`, keyed by axes and replica).
    pub(super) fn open(path: &Path, layout: &Layout, keys: usize, timed: bool) -> Result<Lines, StoreError> {
        let mut reader = BufReader::new(File::open(path).map_err(StoreError::io("read", path))?);
        reader.read_line(&mut String::new()).map_err(StoreError::io("read", path))?;
        Ok(Lines { path: path.to_owned(), reader, layout: layout.clone(), keys, timed })
    }

    fn parse(&self, mut text: String) -> Option<Line> {
        let key = self.layout.key(&text, self.keys)?;
        let mut cpu = String::new();
        if self.timed {
            cpu = text.split_off(text.rfind(',')?).split_off(1);
        }
        Some(Line { key, text, cpu })
    }
}

impl Iterator for Lines {
    type Item = Result<Line, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut text = String::new();
        if let Err(error) = self.reader.read_line(&mut text) {
            return Some(Err(StoreError::io("read", &self.path)(error)));
        }
        if text.is_empty() || text.starts_with("# ") {
            return None;
        }
        text.pop();
        let damaged = || StoreError::Damaged(vec![Flaw::new(&self.path, &format!("`{text}` is no row of it"))]);
        Some(self.parse(text.clone()).ok_or_else(damaged))
    }
}
