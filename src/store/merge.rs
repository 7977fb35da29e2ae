//! Many sorted files into one, row by row, so that memory does not grow with the table.

use super::part::Line;
use super::{Layout, StoreError};
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::path::PathBuf;

/// Sorted lines, and the file they come from.
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) lines: Box<dyn Iterator<Item = Result<Line, StoreError>>>,
}

impl Source {
    pub(super) fn new(path: PathBuf, lines: impl Iterator<Item = Result<Line, StoreError>> + 'static) -> Source {
        Source { path, lines: Box::new(lines) }
    }

    /// The same lines for the table, or if `timed` for the timings: axes, replica, and the CPU time beside them.
    pub(super) fn view(self, layout: &Layout, timed: bool) -> Source {
        if !timed {
            return self;
        }
        let keys = layout.axes + 1;
        let project = move |mut line: Line| {
            line.key.0.truncate(keys);
            let end = line.text.match_indices(',').nth(keys - 1).map_or(line.text.len(), |(at, _)| at);
            line.text.truncate(end);
            line
        };
        Source { path: self.path, lines: Box::new(self.lines.map(move |line| line.map(project))) }
    }
}

/// What to do with two lines of one key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Same {
    /// Rows depend on settings and key alone: they must be equal.
    MustAgree,
    /// Times differ between runs: the first source knows.
    FirstWins,
}

struct Head {
    line: Line,
    source: usize,
}

impl Ord for Head {
    // The heap gives its greatest: the smallest key, and of equal keys the earlier source.
    fn cmp(&self, other: &Head) -> Ordering {
        other.line.key.cmp(&self.line.key).then(other.source.cmp(&self.source))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Head) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Head) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

/// Gives the union of sorted sources to `sink`, sorted.
pub(super) fn merge(
    mut sources: Vec<Source>,
    same: Same,
    mut sink: impl FnMut(&Line) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut heap = BinaryHeap::new();
    for (source, from) in sources.iter_mut().enumerate() {
        if let Some(line) = from.lines.next() {
            heap.push(Head { line: line?, source });
        }
    }
    let mut last: Option<Line> = None;
    while let Some(Head { line, source }) = heap.pop() {
        if let Some(next) = sources[source].lines.next() {
            heap.push(Head { line: next?, source });
        }
        match &last {
            Some(before) if before.key == line.key => {
                if same == Same::MustAgree && before.text != line.text {
                    let cells = before.text.split(',').take(line.key.0.len()).collect::<Vec<_>>();
                    return Err(StoreError::Disagree { path: sources[source].path.clone(), at: cells.join(",") });
                }
            }
            _ => {
                sink(&line)?;
                last = Some(line);
            }
        }
    }
    Ok(())
}
