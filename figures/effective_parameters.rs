//! Effective parameters, p_eff = I(mask; data) + E|mask|_1, by pruning rule and keep fraction.
//!
//! Of I only bounds are known here: it is exactly 0 for a mask that never saw the data, and at most ln C(p, s) for the others
//! (arXiv 2402.01089, sec. 4.1). How much that matters hangs on what a kept weight costs: 1 in the informal count, the nats of
//! its grid in Thm 3, a covering in Thm 4. The log factor is no decoration, and each count has a curve of its own.

use crate::axis::{Axis, Scale};
use crate::drawing::{Drawing, Ink, Layer, Panel, Span};
use crate::memorization::{Method, PUBLISHED, alpha, means};
use crate::style::number;
use crate::{Figure, FigureCard, Need, Source, Tables};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::information::upper;
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::table::{Row, Table};
use prunelaw_theorems::robustness::effective_parameters::{bits, continuous, finite, informal, ln_grid, price};

/// The figure.
#[derive(Debug)]
pub struct EffectiveParameters;

static CARD: FigureCard = FigureCard {
    id: "effective_parameters",
    was: None,
    says: "information and kept weights by method and keep fraction",
    subject: "robustness",
    source: "arXiv 2402.01089, secs. 4.1 and 5.2, and memorization in the setting of its Fig. 1a",
};

/// Bits per weight of the grid in Thm 3's count.
const GRID: f64 = 8.0;
/// Thm 4's count: weights in [-B, B], inputs within radius r sqrt(d), and how far below the noise the fit is.
const BOX: f64 = 5.0;
const RADIUS: f64 = 1.5;
const EPS: f64 = 0.9;

/// Inputs and hidden neurons of the network that the price of Thm 4 is taken for: one hidden layer, without biases.
const INPUTS: f64 = 30.0;
const HIDDEN: &str = "60";

/// ln(1 + 60 W J / eps) for h neurons on d inputs, one output: W = 2 B sqrt(p) and J = B R sqrt(h (d + 1)) = B R sqrt(p).
fn theorem_four(weights: f64) -> f64 {
    price(2.0 * BOX * weights.sqrt(), BOX * RADIUS * INPUTS.sqrt() * weights.sqrt(), EPS)
}

impl Figure for EffectiveParameters {
    fn card(&self) -> &'static FigureCard {
        &CARD
    }

    fn needs(&self, _: Effort) -> Vec<Need> {
        let columns = &["rule", "keep", "ablation", "replica", "memorized", "weights", "kept_weights"];
        vec![Need { id: "memorization_by_method", settings: vec![Assignment::own("widths", HIDDEN)], columns }]
    }

    fn draw(&self, tables: &Tables) -> Drawing {
        let Source { table, .. } = &tables[0];
        let count = |name: &str, ink, of: &dyn Fn(f64, f64, f64) -> f64| between(table, name, ink, of);
        let counts = vec![
            count("Thm 4, real weights", Ink::Orange, &|i, kept, all| continuous(i, kept, theorem_four(all))),
            count("Thm 3, 8-bit weights", Ink::Green, &|i, kept, _| finite(i, ln_grid(GRID, kept))),
            count("informal: a weight costs 1", Ink::Blue, &|i, kept, _| informal(i, kept)),
        ];
        let memorized = |method: &Method| Layer::Band {
            name: method.name.to_owned(),
            ink: method.ink,
            at: means(table, method.rule, "memorized", |table, row| {
                informal(information(method.rule, table, row), kept(table, row))
            }),
        };
        let panels = vec![
            Panel {
                title: "Effective parameters, I from 0 to ln C(p, s)".to_owned(),
                x: Axis::new("prune fraction α", Scale::Fraction),
                y: Axis::new("p_eff (nats)", Scale::Log),
                layers: counts,
            },
            Panel {
                title: "Memorized against the largest informal count".to_owned(),
                x: Axis::new("largest I + kept weights (nats)", Scale::Log),
                y: Axis::new("points memorized", Scale::Linear),
                layers: PUBLISHED.iter().rev().map(memorized).collect(),
            },
        ];
        Drawing { panels, caption: words(&tables[0]) }
    }
}

/// A count between masks that know nothing and masks that know as much as their size allows, at every keep fraction.
fn between(table: &Table, name: &str, ink: Ink, of: &dyn Fn(f64, f64, f64) -> f64) -> Layer {
    let keep = table.index("keep");
    let span = |cell| {
        let rows = table.filter(|row| row[keep] == cell);
        let row = rows.rows.first()?;
        let (kept, all) = (kept(&rows, row), row[rows.index("weights")].number());
        let (low, high) = (of(0.0, kept, all), of(upper::size(all as u64, kept as u64), kept, all));
        Some(Span { x: alpha(&rows, row), low, y: high, high })
    };
    Layer::Band { name: name.to_owned(), ink, at: table.distinct("keep").into_iter().rev().filter_map(span).collect() }
}

fn kept(table: &Table, row: &Row) -> f64 {
    row[table.index("kept_weights")].number()
}

/// The most that a rule's mask can know: nothing without data, ln C(p, s) with them.
fn information(rule: &str, table: &Table, row: &Row) -> f64 {
    let all = row[table.index("weights")].number();
    if ["random", "magnitude", "synflow"].contains(&rule) {
        0.0
    } else {
        upper::size(all as u64, kept(table, row) as u64)
    }
}

fn words(source: &Source) -> String {
    let Source { table, request } = source;
    let all = table.rows.first().map_or(f64::NAN, |row| row[table.index("weights")].number());
    let four = theorem_four(all);
    format!(
        "Effective parameters p_eff = I + E|m|₁ of arXiv 2402.01089, for masks that keep s of the p = {} weights of a ReLU \
         network with one hidden layer. Above: each area reaches from a mask that knows nothing of the data (random, \
         magnitude at initialization, SynFlow: I = 0 exactly) to one that knows as much as its size allows, I = ln C(p, s) \
         nats; SNIP, GraSP and trained masks lie in between, where is not known here. Blue: the informal count, in which a kept \
         weight costs 1. Green: Thm 3 with weights of {GRID} bits, {} nats each. Orange: Thm 4 with ln(1 + 60WJ/ε) = {} nats \
         ({} bits) per kept weight, for weights within ±{BOX}, inputs within {RADIUS}√d and ε = {EPS}; the same in nats, where \
         the paper prints log₂. With I(m; D | init) for I(m; D), the fourth count, the ends are the same. Below: points \
         memorized by rule against the largest informal count that its masks can have: means with 95 % t intervals, {} \
         replicas, key \"{}\". The true count of SNIP, GraSP and iterative magnitude lies to the left of their curves, between \
         s and the place shown.",
        number(all, 6),
        number(ln_grid(GRID, 1.0), 3),
        number(four, 3),
        number(bits(four), 3),
        request.replicas,
        request.key
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render;
    use prunelaw_engine::settings::vocabulary::*;
    use prunelaw_engine::settings::{Field, Request, Schema};
    use prunelaw_engine::table::{Cell, Column};

    static FIELDS: [Field; 2] = [RULE.axis(), KEEP.axis()];
    static SCHEMAS: [Schema; 1] = [Schema { when: "any network", fields: &FIELDS, rules: &[] }];
    static COLUMNS: [Column; 6] = [
        Column::text("rule", "rule"),
        Column::real("keep", "fraction", "p"),
        Column::integer("replica", "1", "index"),
        Column::real("memorized", "fraction", "M"),
        Column::integer("weights", "weights", "all"),
        Column::integer("kept_weights", "weights", "kept"),
    ];

    fn source(replicas: u64) -> Source {
        let layer = [Assignment::own("keep", "0.02,0.1"), Assignment::own("replicas", replicas.to_string())];
        let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[&layer]).unwrap();
        let mut table = Table::new(&COLUMNS);
        for method in &PUBLISHED {
            for (keep, kept) in [(0.02, 37_u64), (0.1, 186)] {
                for replica in 0..replicas {
                    let memorized = 5.0 * keep + 0.01 * replica as f64;
                    let row: [Cell; 6] = [
                        method.rule.into(),
                        keep.into(),
                        replica.into(),
                        memorized.into(),
                        1860_u64.into(),
                        kept.into(),
                    ];
                    table.rows.push(row.to_vec());
                }
            }
        }
        Source { table, request }
    }

    #[test]
    fn areas_begin_where_nothing_is_known_and_counts_are_kept_apart() {
        let drawing = EffectiveParameters.draw(&[source(5)]);
        let at = |panel: usize, layer: usize| match &drawing.panels[panel].layers[layer] {
            Layer::Band { at, .. } => at.clone(),
            other => panic!("{other:?}"),
        };
        let [four, three, one] = [0, 1, 2].map(|layer| at(0, layer)[0]);
        assert_eq!((one.x, one.low), (0.9, 186.0));
        let most = upper::size(1860, 186);
        assert!([four, three, one].iter().all(|span| (span.high - span.low - most).abs() < 1e-9));
        assert!((three.low - 186.0 * 8.0 * 2f64.ln()).abs() < 1e-9 && four.low > 15.0 * 186.0);
        // Random last on the list, drawn first; iterative pruning to the right of it by the information.
        assert_eq!(at(1, 0)[0].x, 186.0);
        assert!((at(1, 4)[0].x - 186.0 - most).abs() < 1e-9);
        for part in ["p = 1860", "5 replicas", "I = 0 exactly", "log₂"] {
            assert!(drawing.caption.contains(part), "the caption lacks `{part}`: {}", drawing.caption);
        }
    }

    #[test]
    fn one_replica_and_no_rows_can_be_drawn() {
        let mut source = source(1);
        assert!(render::svg(&EffectiveParameters.draw(&[source.clone()])).is_ok());
        source.table.rows.clear();
        assert!(render::png(&EffectiveParameters.draw(&[source])).is_ok());
    }
}
