//! How far networks follow the noise of their labels: through cycles of magnitude pruning, and at several rates and levels of
//! gradient noise.
//!
//! Figs. 2 and 3 of arXiv 2402.01089. The correlation alone bounds no information, because a steep network has it for nothing;
//! the last panel has it over a certified Lipschitz constant, for two layers, where that is within reach.

use crate::axis::{Axis, Scale};
use crate::caption;
use crate::drawing::{Drawing, Ink, Layer, Panel, Span};
use crate::style::number;
use crate::{Figure, FigureCard, Need, Source, Tables};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::{Assignment, Value};
use prunelaw_engine::statistics::mean::Mean;
use prunelaw_engine::table::{Cell, Table};

/// The figure.
#[derive(Debug)]
pub struct NoiseCorrelationCycles;

static CARD: FigureCard = FigureCard {
    id: "noise_correlation_cycles",
    was: None,
    says: "noise correlation through pruning cycles",
    subject: "robustness",
    source: "arXiv 2402.01089, Figs. 2 and 3; sizes and what the paper leaves open are ours",
};

/// Confidence of the bands.
const CONFIDENCE: f64 = 0.95;
const INKS: [Ink; 5] = [Ink::Blue, Ink::Orange, Ink::Green, Ink::Purple, Ink::Black];
const COLUMNS: &[&str] =
    &["rate", "gradient_noise", "replica", "step", "round_step", "outcome", "correlation", "normalised"];

impl Figure for NoiseCorrelationCycles {
    fn card(&self) -> &'static FigureCard {
        &CARD
    }

    /// Cycles of the sim's own student; rates; gradient noise; cycles of a student of two layers.
    fn needs(&self, effort: Effort) -> Vec<Need> {
        let need = |words: &[(&'static str, &str)]| Need {
            id: "noise_correlation",
            settings: words.iter().map(|(key, value)| Assignment::own(key, *value)).collect(),
            columns: COLUMNS,
        };
        let (rates, noises, wide) = match effort {
            Effort::Smoke => ("0.001,0.003", "0,0.3", "32"),
            Effort::Normal => ("0.0001,0.00025,0.0005,0.00075,0.001", "0,0.1,0.2,0.3,0.5", "64"),
            Effort::Paper => ("0.0001,0.00025,0.0005,0.00075,0.001", "0,0.1,0.2,0.3,0.5", "100"),
        };
        vec![
            need(&[]),
            need(&[("rounds", "1"), ("rate", rates)]),
            need(&[("rounds", "1"), ("gradient_noise", noises)]),
            need(&[("widths", wide)]),
        ]
    }

    fn draw(&self, tables: &Tables) -> Drawing {
        let [cycles, rates, noises, shallow] = tables else { panic!("four needs have four tables") };
        let cycle = |title: &str, y: &str, source: &Source, measure: &str| Panel {
            title: title.to_owned(),
            x: Axis::new("updates and rewinds", Scale::Linear),
            y: Axis::new(y, Scale::Linear),
            layers: vec![
                Layer::Horizontal { name: "0".to_owned(), y: 0.0 },
                Layer::Band { name: "mean and 95 %".to_owned(), ink: Ink::Blue, at: spans(&source.table, measure) },
            ],
        };
        let arms = |title: &str, source: &Source, axis: &str, letter: &str| Panel {
            title: title.to_owned(),
            x: Axis::new("steps", Scale::Linear),
            y: Axis::new("correlation", Scale::Linear),
            layers: series(source, axis, letter),
        };
        let panels = vec![
            cycle("Pruning cycles", "correlation", cycles, "correlation"),
            arms("Learning rates, no pruning", rates, "rate", "η"),
            arms("Gradient noise, no pruning", noises, "gradient_noise", "s"),
            cycle("Two layers, over Lipschitz constant and noise", "normalised", shallow, "normalised"),
        ];
        Drawing { panels, caption: words(cycles, shallow, tables) }
    }
}

/// One band per value of an axis.
fn series(source: &Source, axis: &str, letter: &str) -> Vec<Layer> {
    let at = source.table.index(axis);
    let band = |(cell, ink): (Cell, Ink)| Layer::Band {
        name: format!("{letter} = {}", number(cell.number(), 3)),
        ink,
        at: spans(&source.table.filter(|row| row[at].order(&cell).is_eq()), "correlation"),
    };
    source.table.distinct(axis).into_iter().zip(INKS).map(band).collect()
}

/// Mean over replicas at every recorded step, with its interval.
fn spans(rows: &Table, measure: &str) -> Vec<Span> {
    let (step, value) = (rows.index("step"), rows.index(measure));
    let mut at: Vec<(f64, f64)> = rows.rows.iter().map(|row| (row[step].number(), row[value].number())).collect();
    at.retain(|(_, value)| value.is_finite());
    at.sort_by(|a, b| a.0.total_cmp(&b.0));
    let span = |values: &[(f64, f64)]| {
        let (x, all): (f64, Vec<f64>) = (values[0].0, values.iter().map(|(_, value)| *value).collect());
        match Mean::of(&all).and_then(|mean| Ok((mean.mean, mean.interval(CONFIDENCE)?))) {
            Ok((y, interval)) => Span { x, low: interval.low, y, high: interval.high },
            Err(_) => Span { x, low: all[0], y: all[0], high: all[0] },
        }
    };
    at.chunk_by(|a, b| a.0 == b.0).map(span).collect()
}

fn words(cycles: &Source, shallow: &Source, tables: &Tables) -> String {
    let widths = |source: &Source| match source.request.values("widths") {
        [Value::Integers(list)] => list.iter().map(i64::to_string).collect::<Vec<_>>().join("-"),
        _ => String::new(),
    };
    let rows: usize = tables.iter().map(|source| source.table.rows.len()).sum();
    let diverged =
        |source: &Source| source.table.rows.iter().filter(|row| caption::ended(&source.table, row, "diverged")).count();
    let diverged: usize = tables.iter().map(diverged).sum();
    format!(
        "Correlation mean((f(xᵢ) − E f) zᵢ) of a student with the noise zᵢ of its training labels, E f over fresh samples. \
         Labels are those of a random ReLU teacher with two hidden layers of half the student's width, plus normal noise; \
         inputs are standard normal. Parameters: {}. Students have hidden widths {} and biases, and train by Adam on the \
         squared error. Pruning cycles: after each training the smallest fifth of the weights left, over all layers, is \
         pruned, and the rest goes back to its initial values. Gradient noise: normal, of standard deviation s on every \
         coordinate at every step. The paper says neither batch size and rewind point nor how its gradient noise is scaled. \
         Bottom: a student of width {}; the correlation over a certified upper bound of its Lipschitz constant on all of \
         space and the root mean square of z. Squared, times n/2, its mean is a lower bound of the nats that f knows about \
         the inputs given the noise (derived here and not in the paper); the correlation of the other panels bounds none. \
         Lines: means over {} replicas, key \"{}\"; bands: their 95 % t intervals at each step. {diverged} of {rows} rows \
         are of runs that had diverged and have no value.",
        caption::parameters(&cycles.request).join(", "),
        widths(cycles),
        widths(shallow),
        cycles.request.replicas,
        cycles.request.key,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render;
    use prunelaw_engine::settings::vocabulary::{GRADIENT_NOISE, RATE, SAMPLES, WIDTHS};
    use prunelaw_engine::settings::{Field, Request, Schema};
    use prunelaw_engine::table::Column;

    static FIELDS: [Field; 4] = [SAMPLES, WIDTHS, RATE.axis(), GRADIENT_NOISE.axis()];
    static SCHEMA: Schema = Schema { when: "a test", fields: &FIELDS, rules: &[] };
    static TABLE: [Column; 7] = [
        Column::real("rate", "1", ""),
        Column::real("gradient_noise", "1", ""),
        Column::integer("replica", "1", ""),
        Column::integer("step", "1", ""),
        Column::text("outcome", ""),
        Column::real("correlation", "1", ""),
        Column::real("normalised", "1", ""),
    ];

    fn source(words: &[(&str, &str)], rates: &[f64], replicas: usize) -> Source {
        let words: Vec<Assignment> = words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        let request = Request::resolve(&SCHEMA, &[], &[&words]).unwrap();
        let mut table = Table::new(&TABLE);
        for rate in rates {
            for replica in 0..replicas {
                for step in 0..4_usize {
                    let value = if step == 3 && replica == 1 { f64::NAN } else { rate * step as f64 + replica as f64 };
                    let outcome = if value.is_nan() { "diverged" } else { "cap" };
                    let row: [Cell; 7] = [
                        (*rate).into(),
                        0.0.into(),
                        replica.into(),
                        step.into(),
                        outcome.into(),
                        value.into(),
                        (value / 2.0).into(),
                    ];
                    table.rows.push(row.to_vec());
                }
            }
        }
        Source { table, request }
    }

    fn sources(replicas: usize) -> [Source; 4] {
        [
            source(&[("widths", "8,8"), ("samples", "30")], &[1.0], replicas),
            source(&[], &[0.5, 1.0], replicas),
            source(&[], &[1.0], replicas),
            source(&[("widths", "9")], &[1.0], replicas),
        ]
    }

    #[test]
    fn panels_have_the_means_and_the_caption_says_what_is_ours() {
        let drawing = NoiseCorrelationCycles.draw(&sources(3));
        assert_eq!(drawing.panels.len(), 4);
        let Layer::Band { at, .. } = &drawing.panels[0].layers[1] else { panic!("a band") };
        assert_eq!((at.len(), at[1].x, at[1].y), (4, 1.0, 2.0));
        // Without the replica that has no value.
        assert_eq!(at[3].y, 4.0);
        assert_eq!(drawing.panels[1].layers.len(), 2);
        for part in ["n = 30", "8-8", "width 9", "5 of 60 rows", "derived here and not in the paper"] {
            assert!(drawing.caption.contains(part), "the caption lacks `{part}`: {}", drawing.caption);
        }
    }

    #[test]
    fn one_replica_and_no_rows_can_be_drawn() {
        let mut sources = sources(1);
        assert!(render::svg(&NoiseCorrelationCycles.draw(&sources)).is_ok());
        sources.iter_mut().for_each(|source| source.table.rows.clear());
        assert!(render::png(&NoiseCorrelationCycles.draw(&sources)).is_ok());
    }
}
