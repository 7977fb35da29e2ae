//! Covering radii of random subset sums: how well the sums of n random numbers cover all targets in [-h, h].
//!
//! rho <= eps is the event of Lueker's theorem and of every strong ticket built on it (arXiv 2006.07990, 2204.13929),
//! uniform in the target; beside it stands the error at one random target, which is what published code measures. Up to
//! 26 numbers other than 0 the radius is exact, beyond it is bracketed on a grid of step 2^-22. A replica's first n draws
//! are those of every larger n, and the two product laws share them, so that cells are paired.
//!
//! With `values = "npz:FILE"` the numbers come from a file, one sample per replica.

use crate::{Cost, Job, Rows, Sim, SimCard};
use prunelaw_engine::device::Device;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::vocabulary::*;
use prunelaw_engine::settings::{Assignment, Domain, Field, Schema, Settings, SettingsError};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::subset_sum::{Covering, CoveringRadius, Reach, SampleLaw, SubsetSumError, SubsetSums, covering};
use prunelaw_engine::table::{Column, Row};

/// Step 2^-22 of the grid where the radius is not exact: brackets of half-width n/8 steps, far below eps = 2^-16.
const GRID_BITS: i32 = 22;
/// Numbers other than 0 up to which the error at one target is exact: half a millisecond; the grid has it anyway.
const MOST_MATCHED: usize = 32;

/// The sim.
#[derive(Debug)]
pub struct CoveringRadii;

static CARD: SimCard = SimCard {
    id: "covering_radius",
    was: None,
    says: "covering radius of random subset sums by enumeration",
    about: "n numbers are drawn from a law (or read from a file), and the largest distance of a target in [-h, h] from \
            its nearest subset sum is computed, exactly or between two bounds; range and precision apart, and the \
            error at one random target beside it.",
    source: "arXiv 2006.07990, sec. 3, and 2204.13929, Theorem 1; laws of arXiv 2410.14754 and 2006.12156",
    subject: "strong_tickets",
    family: "subset_sums",
    protocol: 1,
};

const HALF_WIDTH_OF_TARGETS: Field = Field { symbol: "h", help: "targets are the numbers from -h to h", ..HALF_WIDTH };

static DRAWN: [Field; 3] = [
    Field { help: "numbers whose subsets are summed", unit: "numbers", ..SAMPLES }
        .within(Domain::Integer { min: 1, max: 256 })
        .integer(15)
        .axis(),
    LAW.axis(),
    HALF_WIDTH_OF_TARGETS.axis(),
];
// No axis: the table of a file has its rows and nothing else.
static READ: [Field; 2] = [VALUES, HALF_WIDTH_OF_TARGETS];

static SCHEMAS: [Schema; 2] = [
    Schema { when: "a law of numbers", fields: &DRAWN, rules: &[] },
    Schema { when: "values = \"npz:FILE\"", fields: &READ, rules: &[] },
];

static COLUMNS: [Column; 10] = [
    Column::integer("n", "numbers", "numbers whose subsets are summed"),
    Column::integer("live", "numbers", "those that are not 0"),
    Column::real("radius", "1", "largest distance of a target in [-h, h] from its nearest subset sum, at most"),
    Column::real("radius_lower", "1", "the same, at least; below `radius` only where more than 26 numbers are not 0"),
    Column::real("range_gap", "1", "how far an end of [-h, h] lies beyond all sums; 0 if both ends are reached"),
    Column::real("precision", "1", "radius over the targets between smallest and largest sum, at most"),
    Column::real("target", "1", "one random target, uniform in [-h, h]"),
    Column::real("target_error", "1", "distance of that target from its nearest subset sum, at most"),
    Column::real("sums_mean", "1", "mean of all subset sums: half the sum of the numbers"),
    Column::real("sums_sd", "1", "standard deviation of all subset sums: half the root of the sum of squares"),
];

impl Sim for CoveringRadii {
    fn card(&self) -> &'static SimCard {
        &CARD
    }

    fn schemas(&self) -> &'static [Schema] {
        &SCHEMAS
    }

    fn schema_for(&self, _: &str) -> Option<&'static Schema> {
        Some(&SCHEMAS[1])
    }

    fn expand(&self, schema: &'static Schema, effort: Effort) -> Vec<Assignment> {
        let own = |words: &[(&str, &str)]| words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        // A file has its own sizes and replicas.
        if schema.field(VALUES.name).is_some() {
            return Vec::new();
        }
        let laws = "uniform,live-product,strict-half,gaussian";
        match effort {
            Effort::Smoke => own(&[("samples", "4,8,12"), ("law", "uniform,strict-half"), ("replicas", "100")]),
            Effort::Normal => own(&[("samples", "lin(8,20,13)"), ("law", laws), ("replicas", "1500")]),
            Effort::Paper => own(&[("samples", "lin(4,24,21)"), ("law", laws), ("replicas", "2000")]),
        }
    }

    fn columns(&self, _: &'static Schema) -> &'static [Column] {
        &COLUMNS
    }

    fn check(&self, cell: &Settings) -> Result<(), SettingsError> {
        let Some(values) = cell.outside().and_then(|outside| outside.values()) else { return Ok(()) };
        let size = |row: usize| values.row(row).iter().map(|x| x.abs()).sum::<f64>() + cell.real("half_width");
        match (0..values.nrows()).find(|row| !(size(*row) <= 1e300)) {
            Some(row) => {
                let must = format!("in row {row} {}", SubsetSumError::TooLarge);
                Err(SettingsError::conflict("values", cell.text("values"), must, None))
            }
            None => Ok(()),
        }
    }

    fn cost(&self, cell: &Settings) -> Cost {
        let n = match cell.outside().and_then(|outside| outside.values()) {
            Some(values) => values.ncols(),
            None => cell.count("samples"),
        };
        // In operations of the dense f32 kernel: 80 of them in a nanosecond.
        if n <= covering::MOST {
            let sums = 2f64.powi(n as i32);
            Cost { flops: 80.0 * (5_000.0 + 0.3 * sums), bytes: 8.0 * sums + 1e6 }
        } else {
            let words = 2f64.powi(GRID_BITS) * (0.25 * n as f64 + 4.0) / 64.0;
            Cost { flops: 80.0 * 0.3 * words * n as f64, bytes: 8.0 * words + 1e7 }
        }
    }

    fn run(&self, jobs: &[Job], _: &dyn Device, stop: &Stop) -> Vec<Option<Rows>> {
        let mut workspace = Workspace::default();
        jobs.iter().map(|job| (!stop.requested()).then(|| vec![workspace.row(job)])).collect()
    }
}

/// Memory that serves all jobs of a group.
#[derive(Default)]
struct Workspace {
    exact: CoveringRadius,
    reach: Reach,
    sums: SubsetSums,
}

impl Workspace {
    fn row(&mut self, job: &Job) -> Row {
        let (cell, half_width) = (&job.settings, job.settings.real("half_width"));
        let numbers = match cell.outside().and_then(|outside| outside.values()) {
            Some(values) => values.row(job.replica as usize).to_vec(),
            None => {
                let law = SampleLaw::named(cell.text("law")).expect("the vocabulary has the laws' words");
                law.draw(cell.count("samples"), &job.key.child("samples"))
            }
        };
        let live: Vec<f64> = numbers.iter().copied().filter(|x| *x != 0.0).collect();
        let target = half_width * SampleLaw::Uniform.draw(1, &job.key.child("target"))[0];
        let solved = self.solve(&live, half_width, target);
        let (covering, error) = solved.expect("a checked cell has finite numbers and a positive half width");
        vec![
            numbers.len().into(),
            live.len().into(),
            covering.upper.into(),
            covering.lower.into(),
            covering.range_gap.into(),
            covering.precision_upper.into(),
            target.into(),
            error.into(),
            (0.5 * live.iter().sum::<f64>() + 0.0).into(),
            (0.5 * live.iter().map(|x| x * x).sum::<f64>().sqrt()).into(),
        ]
    }

    /// How well the interval is covered, and the error at one target in it.
    fn solve(&mut self, live: &[f64], half_width: f64, target: f64) -> Result<(Covering, f64), SubsetSumError> {
        if live.len() > covering::MOST {
            let covering = self.reach.of(live, half_width, GRID_BITS)?;
            if live.len() > MOST_MATCHED {
                return Ok((covering, self.reach.error(target)?.1));
            }
            self.sums.prepare(live)?;
            return Ok((covering, self.sums.closest(target)?.error));
        }
        let covering = self.exact.of(live, half_width)?;
        self.sums.prepare(live)?;
        Ok((covering, self.sums.closest(target)?.error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prunelaw_engine::device::Cpu;
    use prunelaw_engine::key::Key;
    use prunelaw_engine::settings::Request;
    use prunelaw_engine::table::Table;

    fn table(words: &[(&str, &str)], replicas: u64) -> Table {
        let words: Vec<Assignment> = words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[&words]).unwrap();
        let jobs: Vec<Job> = (0..replicas)
            .flat_map(|replica| request.cells().into_iter().map(move |settings| (settings, replica)))
            .map(|(settings, replica)| Job { settings, replica, key: Key::root("covering").replica(replica) })
            .collect();
        let mut table = Table::new(&COLUMNS);
        table.rows = CoveringRadii.run(&jobs, &Cpu, &Stop::new()).into_iter().flatten().flatten().collect();
        table
    }

    #[test]
    fn one_target_is_never_worse_than_all_of_them() {
        let table =
            table(&[("samples", "5,14,28,40"), ("law", "uniform,live-product,strict-half,gaussian,hyperbolic")], 3);
        assert_eq!(table.rows.len(), 60);
        let (radius, error) = (table.numbers("radius"), table.numbers("target_error"));
        assert!(radius.iter().zip(&error).all(|(radius, error)| error <= radius && radius.is_finite()));
        let parts = table.numbers("range_gap").into_iter().zip(table.numbers("precision"));
        assert!(parts.zip(&radius).all(|((range, precision), radius)| range.max(precision) == *radius));
        assert!(table.numbers("radius_lower").iter().zip(&radius).all(|(lower, upper)| lower <= upper));
    }

    #[test]
    fn radii_fall_along_the_numbers_of_a_replica() {
        for replica in 0..5 {
            let radii = table(&[("samples", "lin(1,20,20)")], replica + 1).numbers("radius");
            let last = &radii[radii.len() - 20..];
            assert!(last.windows(2).all(|pair| pair[1] <= pair[0]), "{last:?}");
        }
    }

    #[test]
    fn a_raised_stop_gives_no_rows() {
        let stop = Stop::new();
        stop.request();
        let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[]).unwrap();
        let job = Job { settings: request.cells().remove(0), replica: 0, key: Key::root("stop") };
        assert_eq!(CoveringRadii.run(&[job], &Cpu, &stop), [None]);
    }
}
