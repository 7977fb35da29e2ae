//! How many random labels a pruned network memorizes, by pruning rule: Fig. 1a of arXiv 2402.01089 beside our runs.
//!
//! The paper's values are read off its figure to 0.02 and stand beside ours as rings; its width and optimizer are not stated,
//! so that they are context and no target. SynFlow, which never sees data, is second in both.

use crate::axis::{Axis, Scale};
use crate::caption;
use crate::drawing::{Drawing, Layer, Panel, Span};
use crate::memorization::{MAGNITUDES, Method, PUBLISHED, alpha, means};
use crate::{Figure, FigureCard, Need, Source, Tables};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::table::Table;
use prunelaw_theorems::robustness::published_memorization::{PRECISION, readings};

/// The figure.
#[derive(Debug)]
pub struct MemorizationCapacity;

static CARD: FigureCard = FigureCard {
    id: "memorization_capacity",
    was: None,
    says: "memorized fraction against the prune fraction by method, with the paper's readings",
    subject: "robustness",
    source: "arXiv 2402.01089, Fig. 1a; width, optimizer and rounds are ours",
};

impl Figure for MemorizationCapacity {
    fn card(&self) -> &'static FigureCard {
        &CARD
    }

    fn needs(&self, _: Effort) -> Vec<Need> {
        let columns = &["rule", "keep", "ablation", "replica", "outcome", "memorized", "weights"];
        let need = |settings| Need { id: "memorization_by_method", settings, columns };
        vec![need(Vec::new()), need(vec![Assignment::own("widths", "60")])]
    }

    fn draw(&self, tables: &Tables) -> Drawing {
        let [deep, flat] = [&tables[0].table, &tables[1].table];
        let mut published = curves(deep, &PUBLISHED);
        published.extend(PUBLISHED.iter().map(rings));
        let panels = vec![
            panel("Two hidden layers, the rules of the paper", published),
            panel("Two hidden layers, magnitudes", curves(deep, &MAGNITUDES)),
            panel("One hidden layer", curves(flat, &PUBLISHED)),
        ];
        Drawing { panels, caption: words(tables) }
    }
}

fn panel(title: &str, layers: Vec<Layer>) -> Panel {
    Panel {
        title: title.to_owned(),
        x: Axis::new("prune fraction α = 1 − p", Scale::Fraction),
        y: Axis::new("points memorized", Scale::Linear),
        layers,
    }
}

fn curves(table: &Table, methods: &[Method]) -> Vec<Layer> {
    let curve = |method: &Method| Layer::Band {
        name: method.name.to_owned(),
        ink: method.ink,
        at: means(table, method.rule, "memorized", alpha),
    };
    // The first on top.
    methods.iter().rev().map(curve).collect()
}

/// What was read off the paper's figure.
fn rings(method: &Method) -> Layer {
    let ring = |(x, y): (f64, f64)| Span { x, low: y - PRECISION, y, high: y + PRECISION };
    let name = match method.name.split_once(' ') {
        Some((first, _)) => format!("{first} (paper)"),
        None => format!("{} (paper)", method.name),
    };
    Layer::Bars { name, ink: method.ink, at: readings(method.rule).into_iter().map(ring).collect() }
}

fn words(tables: &Tables) -> String {
    let Source { table, request } = &tables[0];
    let sizes = tables.iter().filter_map(|source| source.table.rows.first().map(|row| (source, row)));
    let weights: Vec<String> =
        sizes.map(|(source, row)| row[source.table.index("weights")].number().to_string()).collect();
    let mut said = vec![
        format!(
            "Gaussian inputs with random labels: fraction of the training points whose loss is at most (ln 2)/10 after \
             training, against the prune fraction, by pruning rule, for ReLU networks of {} weights (two hidden layers, one \
             hidden layer), all layers pruned together. Parameters: {}. {} replicas, key \"{}\"; all rules and prune fractions \
             of a replica share data and initial weights. Lines: means; bands: their 95 % t intervals, each for itself.",
            weights.join(" and "),
            caption::parameters(request).join(", "),
            request.replicas,
            request.key
        ),
        format!(
            "Rings in a rule's colour: values read off Fig. 1a of arXiv 2402.01089, with {PRECISION} for the reading; the paper \
             states neither width, optimizer nor rounds, and magnitudes are not in it. Random, magnitude at initialization and \
             SynFlow never see the data: their masks know nothing about them."
        ),
    ];
    said.extend(caption::endings(table, request));
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render;
    use prunelaw_engine::settings::vocabulary::*;
    use prunelaw_engine::settings::{Field, Request, Schema};
    use prunelaw_engine::table::{Cell, Column};

    static FIELDS: [Field; 3] = [RULE.axis(), KEEP.axis(), SAMPLES.integer(30)];
    static SCHEMAS: [Schema; 1] = [Schema { when: "any network", fields: &FIELDS, rules: &[] }];
    static COLUMNS: [Column; 6] = [
        Column::text("rule", "rule"),
        Column::real("keep", "fraction", "p"),
        Column::integer("replica", "1", "index"),
        Column::text("outcome", "how it ended"),
        Column::real("memorized", "fraction", "M"),
        Column::integer("weights", "weights", "all"),
    ];

    fn source(replicas: u64) -> Source {
        let layer = [Assignment::own("keep", "0.02,0.1"), Assignment::own("replicas", replicas.to_string())];
        let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[&layer]).unwrap();
        let mut table = Table::new(&COLUMNS);
        for (at, method) in PUBLISHED.iter().chain(&MAGNITUDES[1..]).enumerate() {
            for keep in [0.02, 0.1] {
                for replica in 0..replicas {
                    let memorized = keep * (10.0 - at as f64) * (0.9 + 0.01 * replica as f64);
                    let row: [Cell; 6] = [
                        method.rule.into(),
                        keep.into(),
                        replica.into(),
                        "cap".into(),
                        memorized.into(),
                        1830_u64.into(),
                    ];
                    table.rows.push(row.to_vec());
                }
            }
        }
        Source { table, request }
    }

    #[test]
    fn every_rule_has_its_curve_and_readings_stand_beside_them() {
        let drawing = MemorizationCapacity.draw(&[source(11), source(11)]);
        let band = |panel: usize, name: &str| {
            drawing.panels[panel].layers.iter().find_map(|layer| match layer {
                Layer::Band { name: of, at, .. } if of == name => Some(at.clone()),
                _ => None,
            })
        };
        let first = band(0, "iterative magnitude").unwrap();
        assert!(first[0].x == 0.9 && first[1].x == 0.98 && (first[0].y - 0.95).abs() < 1e-12);
        assert!(first.iter().all(|span| span.low < span.y && span.y < span.high));
        assert!(
            band(1, "magnitude after training").is_some() && band(2, "SNIP").is_some() && band(1, "SNIP").is_none()
        );
        let csv = drawing.table().to_csv();
        assert!(csv.contains("0.87"), "the reading of iterative pruning at 0.98");
        for part in ["11 replicas", "arXiv 2402.01089", "1830 and 1830 weights", "n = 30"] {
            assert!(drawing.caption.contains(part), "the caption lacks `{part}`: {}", drawing.caption);
        }
    }

    #[test]
    fn one_replica_and_no_rows_can_be_drawn() {
        let mut source = source(1);
        assert!(render::svg(&MemorizationCapacity.draw(&[source.clone(), source.clone()])).is_ok());
        source.table.rows.clear();
        assert!(render::png(&MemorizationCapacity.draw(&[source.clone(), source])).is_ok());
    }
}
