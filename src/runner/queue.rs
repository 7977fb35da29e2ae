//! The jobs that are missing, in order: all cells of a replica before the next replica, so that a prefix of replicas is
//! complete early, and cells that share their draws run together.

use super::{Shard, Study};
use crate::engine::key::Key;
use crate::engine::settings::Settings;
use crate::sims::Job;
use crate::store::Present;

/// Missing jobs, found one by one: a sweep of any length takes no memory here.
pub(super) struct Queue<'a> {
    cells: &'a [Settings],
    present: &'a Present,
    shard: Option<Shard>,
    replicas: u64,
    key: Key,
    next: (u64, usize),
}

impl<'a> Queue<'a> {
    pub(super) fn new(study: &Study, cells: &'a [Settings], present: &'a Present) -> Queue<'a> {
        let key = Key::root(&study.request.key).child(study.experiment.family());
        Queue { cells, present, shard: study.shard, replicas: study.request.replicas, key, next: (0, 0) }
    }

    /// The next missing jobs of one replica, at most `most`; none if all are taken.
    pub(super) fn next_group(&mut self, most: usize) -> Vec<Job> {
        let mut jobs = Vec::new();
        while self.next.0 < self.replicas {
            let (replica, cell) = self.next;
            if cell == self.cells.len() {
                self.next = (replica + 1, 0);
                if !jobs.is_empty() {
                    return jobs;
                }
                continue;
            }
            self.next.1 += 1;
            if holds(self.shard, replica, cell) && !self.present.has(cell, replica) {
                let settings = self.cells[cell].clone();
                jobs.push(Job { settings, replica, key: self.key.replica(replica) });
                if jobs.len() == most {
                    return jobs;
                }
            }
        }
        jobs
    }
}

impl Study {
    /// Replicas of the cell at this position that are asked for, and those of them that are there. Takes as long as
    /// there are stored ones, however many are asked for.
    pub(super) fn count(&self, cell: usize, present: &Present) -> (u64, u64) {
        let replicas = self.request.replicas;
        let asked = self.shard.map_or(replicas, |shard| shard.count(replicas, cell));
        let there = present.replicas(cell).filter(|replica| *replica < replicas && holds(self.shard, *replica, cell));
        (asked, there.count() as u64)
    }
}

fn holds(shard: Option<Shard>, replica: u64, cell: usize) -> bool {
    shard.is_none_or(|shard| shard.holds(replica, cell))
}

impl Shard {
    /// Whether a job is in this part: depends on the request alone, not on what is stored. Expensive cells wander
    /// through the parts.
    fn holds(self, replica: u64, cell: usize) -> bool {
        (replica + cell as u64) % self.of == self.index - 1
    }

    /// How many replicas below `replicas` of a cell are in this part.
    fn count(self, replicas: u64, cell: usize) -> u64 {
        let (ahead, shift) = (self.index - 1, cell as u64 % self.of);
        let first = if ahead >= shift { ahead - shift } else { self.of - (shift - ahead) };
        if replicas > first { (replicas - first - 1) / self.of + 1 } else { 0 }
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let shape = || format!("a shard is I/N with I from 1 to N, such as 2/3; `{text}` is not");
        let (index, of) = text.split_once('/').ok_or_else(shape)?;
        let index: u64 = index.trim().parse().map_err(|_| shape())?;
        let of: u64 = of.trim().parse().map_err(|_| shape())?;
        if of == 0 || !(1..=of).contains(&index) {
            return Err(format!("{}; nearest: {}/{}", shape(), index.clamp(1, of.max(1)), of.max(1)));
        }
        Ok(Shard { index, of })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_a_partition_of_nearly_equal_parts() {
        for (cells, replicas, of) in [(1, 10, 3), (3, 7, 3), (8, 5, 4), (5, 100, 7)] {
            let mut sizes = vec![0u64; of as usize];
            for replica in 0..replicas {
                for cell in 0..cells {
                    let holders: Vec<u64> =
                        (1..=of).filter(|&index| Shard { index, of }.holds(replica, cell)).collect();
                    let [holder] = holders[..] else { panic!("one part holds each job") };
                    sizes[holder as usize - 1] += 1;
                }
            }
            let counted = |index| (0..cells).map(|cell| Shard { index, of }.count(replicas, cell)).sum::<u64>();
            assert_eq!((1..=of).map(counted).collect::<Vec<_>>(), sizes);
            let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
            assert!(most - least <= of, "{sizes:?}");
        }
    }

    #[test]
    fn shards_count_from_one() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, of: 3 }));
        for bad in ["0/3", "4/3", "1/0", "1", "a/b", "-1/3", "1/3/5"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
        assert!("4/3".parse::<Shard>().unwrap_err().contains("nearest: 3/3"));
    }
}
