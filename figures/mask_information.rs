//! What a mask knows about the data against how much it prunes, exactly, on the enumerated 21-parameter network.
//!
//! Fig. 4 (left) of arXiv 2402.01089 draws the same from 32000 sampled data sets and says neither the law of the data nor the
//! number of initializations. Here every data set is there once, and the mean is over initializations.

use crate::axis::{Axis, Scale};
use crate::drawing::{Drawing, Ink, Layer, Panel, Span};
use crate::style::number;
use crate::{Figure, FigureCard, Need, Source, Tables};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::information::{bits, upper};
use prunelaw_engine::statistics::mean::Mean;
use prunelaw_engine::table::Table;

/// The figure.
#[derive(Debug)]
pub struct MaskInformation;

static CARD: FigureCard = FigureCard {
    id: "mask_information",
    was: None,
    says: "exact bits of a mask about the data against the pruned count",
    subject: "robustness",
    source: "arXiv 2402.01089, Fig. 4 left; readings of that figure are approximate",
};

/// Confidence of the interval of each mean.
const CONFIDENCE: f64 = 0.95;
/// Parameters of the network.
const PARAMETERS: u64 = 21;
/// Equally likely data sets.
const DATASETS: f64 = 1792.0;
/// Most that the counts of layers of 16 and 5 parameters can tell: ln 6 nats.
const LAYERS: [u64; 2] = [16, 5];
/// Ceilings are drawn up to here, in bits: beyond they are far from everything measured.
const HEADROOM: f64 = 12.6;

/// A rule: its word, its name, its colour.
const RULES: [(&str, &str, Ink); 4] = [
    ("magnitude-after", "magnitude after training", Ink::Blue),
    ("imp", "iterative magnitude", Ink::Green),
    ("snip", "SNIP", Ink::Orange),
    ("grasp", "GraSP (highest pruned)", Ink::Purple),
];

/// Readings of the published figure, to about a tenth of a bit: rule, pruned, bits.
const READINGS: [(&str, f64, f64); 7] = [
    ("magnitude-after", 7.0, 8.9),
    ("magnitude-after", 9.0, 8.95),
    ("imp", 9.0, 8.8),
    ("imp", 18.0, 6.0),
    ("snip", 9.0, 7.1),
    ("snip", 12.0, 7.1),
    ("grasp", 7.0, 6.2),
];

const COLUMNS: &[&str] = &["rule", "pruned", "replica", "bits", "shuffled_bits", "plug_in_1000", "plug_in_32000"];

impl Figure for MaskInformation {
    fn card(&self) -> &'static FigureCard {
        &CARD
    }

    fn needs(&self, _: Effort) -> Vec<Need> {
        vec![Need { id: "mask_information_toy", settings: Vec::new(), columns: COLUMNS }]
    }

    fn draw(&self, tables: &Tables) -> Drawing {
        let Source { table, request } = &tables[0];
        let axis = || Axis::new("pruned parameters of 21", Scale::Linear);
        let band = |rule: &str, name: String, ink, column: &str| {
            let at = means(&of(table, rule), |row: &Table| row.numbers(column));
            Layer::Band { name, ink, at }
        };
        let mut exact: Vec<Layer> =
            RULES.map(|(rule, name, ink)| band(rule, name.to_owned(), ink, "bits")).into_iter().collect();
        let ring = |(_, x, y): (&str, f64, f64)| Span { x, low: y, y, high: y };
        let published = READINGS.into_iter().map(ring).collect();
        exact.push(Layer::Bars { name: "published figure".to_owned(), ink: Ink::Black, at: published });
        let subsets = (0..=PARAMETERS).map(|kept| {
            let most = bits(upper::size(PARAMETERS, kept));
            [(PARAMETERS - kept) as f64, if most <= HEADROOM { most } else { f64::NAN }]
        });
        exact.push(Layer::Line {
            name: "log₂ C(21, k)".to_owned(),
            ink: Ink::Grey,
            derived: true,
            at: subsets.collect(),
        });
        exact.push(Layer::Horizontal { name: "log₂1792".to_owned(), y: DATASETS.log2() });
        let mut shuffled: Vec<Layer> =
            RULES.map(|(rule, name, ink)| band(rule, name.to_owned(), ink, "shuffled_bits")).into_iter().collect();
        shuffled.push(Layer::Horizontal { name: "log₂ 6".to_owned(), y: bits(upper::layer_counts(&LAYERS, 10)) });
        let missed = |name: &str, ink, column: &str| {
            let trained = of(table, "magnitude-after");
            let short = |row: &Table| -> Vec<f64> {
                row.numbers("bits").iter().zip(row.numbers(column)).map(|(exact, seen)| exact - seen).collect()
            };
            Layer::Band { name: name.to_owned(), ink, at: means(&trained, short) }
        };
        let panel = |title: &str, y: &str, layers| Panel {
            title: title.to_owned(),
            x: axis(),
            y: Axis::new(y, Scale::Linear),
            layers,
        };
        let panels = vec![
            panel("What the mask knows", "I(m; D | init), bits", exact),
            panel("Shuffled within its layers", "bits", shuffled),
            panel(
                "What sampling misses (magnitude after training)",
                "bits",
                vec![missed("N = 1000", Ink::Orange, "plug_in_1000"), missed("N = 32000", Ink::Blue, "plug_in_32000")],
            ),
        ];
        Drawing { panels, caption: caption(table, request.replicas, &request.key) }
    }
}

/// The rows of a rule.
fn of(table: &Table, rule: &str) -> Table {
    let at = table.index("rule");
    table.filter(|row| row[at] == rule.into())
}

/// The mean over initializations at every pruned count, with its t interval.
fn means(rows: &Table, of: impl Fn(&Table) -> Vec<f64>) -> Vec<Span> {
    let pruned = rows.index("pruned");
    let span = |cell: prunelaw_engine::table::Cell| {
        let values: Vec<f64> =
            of(&rows.filter(|row| row[pruned] == cell)).into_iter().filter(|value| value.is_finite()).collect();
        let mean = Mean::of(&values).ok()?;
        let interval = mean.interval(CONFIDENCE).ok()?;
        Some(Span { x: cell.number(), low: interval.low, y: mean.mean, high: interval.high })
    };
    rows.distinct("pruned").into_iter().filter_map(span).collect()
}

/// A reading in words.
fn reading((rule, pruned, bits): (&str, f64, f64)) -> String {
    let name = RULES.iter().find(|(word, ..)| *word == rule).map_or(rule, |(_, name, _)| name);
    format!("{name} {} at {}", number(bits, 3), number(pruned, 2))
}

fn caption(table: &Table, replicas: u64, key: &str) -> String {
    let mut said = vec![format!(
        "Information of a pruning mask m about the data D given the initial weights, by going through all {DATASETS} \
         equally likely data sets: six of the eight points of the cube, all labellings. A 3-4-1 ReLU network with biases, \
         21 parameters, full-batch descent on the mean squared error, rate 0.1, 500 steps. Lines: means over {replicas} \
         initializations, key \"{key}\"; bands: 95 % t intervals of the mean. Rings: read from the published figure, to about \
         a tenth of a bit: {}.",
        READINGS.map(reading).join(", "),
    )];
    let peaks = RULES.map(|(rule, name, _)| {
        let peak = means(&of(table, rule), |row: &Table| row.numbers("bits"));
        let peak = peak.into_iter().max_by(|a, b| a.y.total_cmp(&b.y));
        peak.map(|span| format!("{name} {} at {}", number(span.y, 3), number(span.x, 2))).unwrap_or_default()
    });
    said.push(format!("Largest means, in bits: {}.", peaks.join(", ")));
    said.push(
        "SynFlow and magnitude at initialization do not see the data and know 0 bits. No mask knows more than log₂ of the \
         number of masks of its size or of the data sets; shuffled within its two layers, no more than log₂ 6. Bottom: exact \
         less plug-in entropy of the masks of N sampled data sets."
            .to_owned(),
    );
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render;
    use prunelaw_engine::settings::vocabulary::*;
    use prunelaw_engine::settings::{Field, Request, Schema};
    use prunelaw_engine::table::{Cell, Column};

    static FIELDS: [Field; 1] = [PRUNED.axis()];
    static SCHEMAS: [Schema; 1] = [Schema { when: "the enumerated data sets", fields: &FIELDS, rules: &[] }];
    static TABLE: [Column; 7] = [
        Column::text("rule", "rule"),
        Column::integer("pruned", "parameters", "pruned"),
        Column::integer("replica", "1", "index"),
        Column::real("bits", "bits", "exact"),
        Column::real("shuffled_bits", "bits", "shuffled"),
        Column::real("plug_in_1000", "bits", "1000"),
        Column::real("plug_in_32000", "bits", "32000"),
    ];

    fn source(replicas: u64) -> Source {
        let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[]).unwrap();
        let mut table = Table::new(&TABLE);
        for (at, (rule, ..)) in RULES.into_iter().enumerate() {
            for pruned in 0..=21_usize {
                for replica in 0..replicas {
                    let bits = (pruned * (21 - pruned)) as f64 / 12.0 - at as f64 + 0.1 * replica as f64;
                    let row: [Cell; 7] = [
                        rule.into(),
                        pruned.into(),
                        replica.into(),
                        bits.into(),
                        (0.2 * bits).into(),
                        (bits - 0.5).into(),
                        (bits - 0.01).into(),
                    ];
                    table.rows.push(row.to_vec());
                }
            }
        }
        Source { table, request }
    }

    #[test]
    fn ceilings_readings_and_what_sampling_misses_are_drawn() {
        let drawing = MaskInformation.draw(&[source(5)]);
        let svg = render::svg(&drawing).unwrap();
        for part in ["log₂ C(21, k) (derived)", "log₂1792", "log₂ 6", "published figure", "N = 32000"] {
            assert!(svg.contains(part), "the picture lacks `{part}`");
        }
        assert!(drawing.caption.contains("SNIP 7.1 at 9") && drawing.caption.contains("Largest means"));
        let Layer::Band { at, .. } = &drawing.panels[2].layers[0] else { panic!("a band") };
        assert!(at.iter().all(|span| (span.y - 0.5).abs() < 1e-9));
    }

    #[test]
    fn one_replica_and_no_rows_can_be_drawn() {
        let mut source = source(1);
        assert!(render::svg(&MaskInformation.draw(&[source.clone()])).is_ok());
        source.table.rows.clear();
        assert!(render::png(&MaskInformation.draw(&[source])).is_ok());
    }
}
