//! What the phase diagrams of random pruning share: test accuracy over the keep fraction and one more axis, as a map with
//! the contour at half accuracy and the derived boundaries.
//!
//! Model and regimes: arXiv 2301.00335 (JMLR 26(84), 2025), Theorems 3 and 9, which say nothing about the keep fractions
//! between theirs. The boundaries are derived here and labelled so.

use crate::axis::{Axis, Scale};
use crate::caption;
use crate::contour;
use crate::drawing::{Drawing, Ink, Layer, Panel, Tile, centres};
use crate::patch_law::{Boundary, PatchLaw};
use crate::style::number;
use crate::{Need, Source};
use prunelaw_engine::settings::Assignment;
use prunelaw_engine::statistics::mean::Mean;
use prunelaw_engine::table::{Cell, Table};
use prunelaw_theorems::pruned_training::boundaries::memorization_keep_with_logs;

/// Confidence of the interval of each mean, which stands in the table behind the figure.
const CONFIDENCE: f64 = 0.95;

/// Beside an axis of signal-to-noise ratios.
pub(crate) const SNR_LABEL: &str = "SNR = μ / (σₙ √d)";

/// The axis across the keep fraction.
#[derive(Debug)]
pub(crate) struct Across {
    /// Its column.
    pub(crate) column: &'static str,
    /// In words, for title and caption.
    pub(crate) name: &'static str,
    /// Its letter.
    pub(crate) letter: &'static str,
    /// With its unit, beside the axis.
    pub(crate) label: &'static str,
    /// The law at a value of the axis.
    pub(crate) law: fn(PatchLaw, f64) -> PatchLaw,
    /// The values at which boundaries are drawn, from the lower to the upper edge of the map.
    pub(crate) values: fn(f64, f64) -> Vec<f64>,
}

/// The grid of the sim, with these settings beside those of the effort.
pub(crate) fn need(settings: Vec<Assignment>) -> Need {
    let columns = &["keep", "neurons", "snr", "replica", "outcome", "test_accuracy"];
    Need { id: "pruning_phase_grid", settings, columns }
}

/// The diagram; `more` gives boundaries of this diagram alone, from the law and the keep fractions on the panel, with what
/// the caption says of them.
pub(crate) fn draw(
    Source { table, request }: &Source,
    across: &Across,
    more: impl Fn(&PatchLaw, [f64; 2]) -> Vec<(Layer, String)>,
) -> Drawing {
    let Some(law) = PatchLaw::of(request) else { return Drawing { panels: Vec::new(), caption: String::new() } };
    let tiles = tiles(table, across.column);
    let (keeps, ys) = (centres(&tiles, |tile| tile.x), centres(&tiles, |tile| tile.y));
    let (across_keep, up) = (Scale::Log.edges(&keeps), Scale::Log.edges(&ys));
    let ends = |edges: &[f64]| edges.first().zip(edges.last()).map_or([0.1, 1.0], |(first, last)| [*first, *last]);
    let ([least, most], [low, high]) = (ends(&across_keep), ends(&up));

    let half = 0.5 * (1.0 + 1.0 / law.classes as f64);
    let at = contour::of_cells(&tiles, [Scale::Log; 2], half);
    let line = Layer::Line { name: format!("accuracy {}", number(half, 4)), ink: Ink::Black, derived: false, at };
    let shade = Axis::new("test accuracy (fraction)", Scale::Linear).from_to(0.0, 1.0);
    let mut layers = vec![Layer::Cells { name: "mean test accuracy".to_owned(), shade, at: tiles.clone() }];
    let laws = Laws { across, law, low, high };
    layers.extend(laws.layers());
    let (extra, mut said): (Vec<Layer>, Vec<String>) = more(&law, [least, most.min(1.0)]).into_iter().unzip();
    layers.extend(extra);
    layers.push(line);
    said.splice(0..0, laws.words(&ys));
    let panel = Panel {
        title: format!("Mean test accuracy by {} and p", across.name),
        // As in the curves over the prune fraction, pruning grows to the right.
        x: Axis::new("keep fraction p", Scale::Log).from_to(most, least),
        y: Axis::new(across.label, Scale::Log).from_to(low, high),
        layers,
    };
    let mut parameters = caption::parameters(request);
    if across.column != "snr" {
        parameters.push(format!("SNR = {}", number(law.snr, 3)));
    }
    let worst = tiles.iter().map(|tile| tile.standard_error).filter(|error| error.is_finite()).fold(0.0, f64::max);
    let mut sentences = vec![format!(
        "Two-layer networks on the two-patch law, pruned entry by entry at random before training: test accuracy over the \
         keep fraction p and the {}. Parameters: {}. {} replicas per cell, key \"{}\"; a replica has the same draws in every \
         cell, and its masks are nested. Colour: mean over the replicas of a cell that did not diverge, at the last step; \
         largest standard error of a mean: {}; 95 % t intervals are in the table behind the figure. Discs: the share of \
         replicas that did not converge, which are in the mean unless they diverged.",
        across.name,
        parameters.join(", "),
        request.replicas,
        request.key,
        number(worst, 2),
    )];
    sentences.extend(caption::endings(table, request));
    sentences.push(format!(
        "Solid: mean accuracy {}, half way from chance 1/K to 1, linear between the centres of cells on the scales of the \
         axes. Dashed, where they lie on the panel: boundaries in the keep fraction, derived here and not in the paper ({}).",
        number(half, 4),
        said.join("; ")
    ));
    Drawing { panels: vec![panel], caption: sentences.join(" ") }
}

/// One cell for each keep fraction and value of `column`: the mean test accuracy over the replicas that have one.
fn tiles(table: &Table, column: &str) -> Vec<Tile> {
    let [x, y] = ["keep", column].map(|name| table.index(name));
    let (keeps, ys) = (table.distinct("keep"), table.distinct(column));
    let cell = |at: &Cell, up: &Cell| {
        let rows = table.filter(|row| row[x].order(at).is_eq() && row[y].order(up).is_eq());
        let ended = |how: &str| rows.rows.iter().filter(|row| caption::ended(&rows, row, how)).count() as u64;
        let values: Vec<f64> = rows.numbers("test_accuracy").into_iter().filter(|value| value.is_finite()).collect();
        let mean = Mean::of(&values).ok();
        let interval = mean.and_then(|mean| mean.interval(CONFIDENCE).ok());
        (!rows.rows.is_empty()).then_some(Tile {
            x: at.number(),
            y: up.number(),
            // One replica is a value without an error.
            value: mean.map_or(if values.len() == 1 { values[0] } else { f64::NAN }, |mean| mean.mean),
            low: interval.map_or(f64::NAN, |interval| interval.low),
            high: interval.map_or(f64::NAN, |interval| interval.high),
            standard_error: mean.map_or(f64::NAN, |mean| mean.standard_error),
            replicas: rows.rows.len() as u64,
            unconverged: ended("cap"),
            diverged: ended("diverged"),
        })
    };
    ys.iter().flat_map(|up| keeps.iter().filter_map(move |at| cell(at, up))).collect()
}

/// The derived boundaries along the axis across the keep fraction.
struct Laws<'a> {
    across: &'a Across,
    law: PatchLaw,
    low: f64,
    high: f64,
}

impl Laws<'_> {
    fn at(&self, y: f64) -> Vec<Boundary> {
        let law = (self.across.law)(self.law, y);
        let mut found = law.boundaries();
        if law.power > 2.0 {
            let keep = memorization_keep_with_logs(law.samples, law.snr, law.classes, law.power, law.neurons);
            let with_logs = Boundary {
                name: "memorization with logs",
                formula: "((n SNR^q / K) (ln(m p) / ln m)^((q−2)/2))^(2/q)",
                keep: keep.unwrap_or(f64::NAN),
                note: "",
            };
            found.insert(1, with_logs);
        }
        found
    }

    fn layers(&self) -> Vec<Layer> {
        const INKS: [(&str, Ink); 4] = [
            ("memorization", Ink::Black),
            ("memorization with logs", Ink::Blue),
            ("signal loss", Ink::Green),
            ("chance floor", Ink::Orange),
        ];
        let values = (self.across.values)(self.low, self.high);
        let line = |(name, ink): (&str, Ink)| {
            let at: Vec<[f64; 2]> = values
                .iter()
                .filter_map(|y| {
                    let found = self.at(*y).into_iter().find(|boundary| boundary.name == name)?;
                    // Beyond p = 1 there is no network: the line ends.
                    Some([if found.keep < 1.0 { found.keep } else { f64::NAN }, *y])
                })
                .collect();
            (!at.is_empty()).then(|| Layer::Line { name: name.to_owned(), ink, derived: true, at })
        };
        INKS.into_iter().filter_map(line).collect()
    }

    /// Each boundary at the first and the last row of the map.
    fn words(&self, ys: &[f64]) -> Vec<String> {
        let Some((first, last)) = ys.first().zip(ys.last()) else { return Vec::new() };
        let both = self.at(*first).into_iter().zip(self.at(*last));
        both.map(|(low, high)| {
            if low.keep == high.keep {
                return low.words();
            }
            let at = |keep: f64, y: f64| {
                let keep = if keep.is_nan() { "none".to_owned() } else { number(keep, 3) };
                format!("{keep} at {} = {}", self.across.letter, number(y, 3))
            };
            let (from, to) = (at(low.keep, *first), at(high.keep, *last));
            format!("{}: p = {}, {from} and {to}{}", low.name, low.formula, low.note)
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phase_diagram_pruning::PhaseDiagramPruning;
    use crate::phase_diagram_width::PhaseDiagramWidth;
    use crate::{Figure, render};
    use prunelaw_engine::settings::vocabulary::*;
    use prunelaw_engine::settings::{Field, Request, Schema};
    use prunelaw_engine::table::Column;

    static FIELDS: [Field; 11] = [
        CLASSES.integer(4),
        NEURONS.integer(60).axis(),
        DIMENSION.integer(1000),
        SAMPLES.integer(80),
        SIGNAL,
        NOISE.by_alias(0.3).axis(),
        INIT_SCALE.real(0.1),
        POWER.real(3.0),
        KEEP.axis(),
        STEPS.integer(4000),
        TARGET_LOSS,
    ];
    static SCHEMAS: [Schema; 1] = [Schema { when: "data = \"patches\"", fields: &FIELDS, rules: &[] }];
    static COLUMNS: [Column; 6] = [
        Column::real("keep", "fraction", "p"),
        Column::integer("neurons", "neurons", "m"),
        Column::real("snr", "1", "mu / (sigma_n sqrt(d))"),
        Column::integer("replica", "1", "index"),
        Column::text("outcome", "how it ended"),
        Column::real("test_accuracy", "fraction", "last"),
    ];

    /// Accuracy 1/4 above p_c and 1 below it; at p = 0.05 the first replica ends at the cap, the second diverges.
    fn source(settings: &[(&str, &str)], replicas: u64) -> Source {
        let mut layer: Vec<Assignment> = settings.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        layer.push(Assignment::own("replicas", replicas.to_string()));
        let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[&layer]).unwrap();
        let mut table = Table::new(&COLUMNS);
        for cell in request.cells() {
            let snr = 1.0 / (cell.real("noise") * 1000f64.sqrt());
            let snr = (snr * 1e9).round() / 1e9;
            for replica in 0..replicas {
                let accuracy = if cell.real("keep") < (20.0 * snr.powi(3)).powf(2.0 / 3.0) { 1.0 } else { 0.25 };
                let (outcome, accuracy) = match (cell.real("keep") == 0.05, replica) {
                    (true, 0) => ("cap", accuracy),
                    (true, 1) => ("diverged at step 3", f64::NAN),
                    _ => ("converged", accuracy),
                };
                let (keep, neurons) = (cell.real("keep"), cell.count("neurons"));
                table.rows.push(vec![
                    keep.into(),
                    neurons.into(),
                    snr.into(),
                    replica.into(),
                    outcome.into(),
                    accuracy.into(),
                ]);
            }
        }
        Source { table, request }
    }

    const OVER_SNR: [(&str, &str); 2] = [("snr", "0.15,0.25,0.4"), ("keep", "1,0.5,0.25,0.12,0.05")];
    const OVER_WIDTH: [(&str, &str); 3] = [("snr", "0.25"), ("neurons", "8,30,120"), ("keep", "1,0.5,0.25,0.12,0.05")];

    fn layer<'a>(drawing: &'a Drawing, name: &str) -> &'a Layer {
        drawing.panels[0].layers.iter().find(|layer| layer.label() == name).unwrap_or_else(|| panic!("no layer {name}"))
    }

    #[test]
    fn cells_count_what_did_not_converge_and_leave_out_what_diverged() {
        let drawing = PhaseDiagramPruning.draw(&[source(&OVER_SNR, 4)]);
        let Layer::Cells { at, .. } = layer(&drawing, "mean test accuracy") else { panic!("a map") };
        assert_eq!(at.len(), 15);
        let pruned = at.iter().find(|tile| tile.x == 0.05 && tile.y == 0.25).unwrap();
        assert_eq!((pruned.value, pruned.replicas, pruned.unconverged, pruned.diverged), (1.0, 4, 1, 1));
        let dense = at.iter().find(|tile| tile.x == 1.0 && tile.y == 0.15).unwrap();
        assert_eq!((dense.value, dense.unsettled()), (0.25, 0.0));
    }

    #[test]
    fn the_contour_lies_between_the_cells_on_both_sides_of_the_level() {
        let drawing = PhaseDiagramPruning.draw(&[source(&OVER_SNR, 4)]);
        let Layer::Line { at, derived: false, .. } = layer(&drawing, "accuracy 0.625") else { panic!("a line") };
        // p_c is 0.166, 0.461 and 1.18: the means pass from 1/4 to 1 between 0.12 and 0.25, and between 0.25 and 0.5.
        for (snr, low, high) in [(0.15, 0.12_f64, 0.25), (0.25, 0.25, 0.5)] {
            let crossing = at.iter().find(|point| point[1] == snr).unwrap()[0];
            assert!((crossing - (low * high).sqrt()).abs() < 1e-9, "{crossing} at {snr}");
        }
    }

    #[test]
    fn boundaries_are_derived_and_end_where_nothing_can_be_kept() {
        let drawing = PhaseDiagramPruning.draw(&[source(&OVER_SNR, 2)]);
        for name in ["memorization (derived)", "memorization with logs (derived)", "signal loss (derived)"] {
            let Layer::Line { at, .. } = layer(&drawing, name) else { panic!("a line") };
            assert!(at.iter().all(|[keep, _]| keep.is_nan() || *keep < 1.0), "{name}");
        }
        let svg = render::svg(&drawing).unwrap();
        assert_eq!(svg.matches("(derived)").count(), 3, "the chance floor lies beside the panel");
        assert!(drawing.caption.contains("chance floor: p = 1/(K m log d) = 0.000603"));
        assert!(drawing.caption.contains("0.166 at SNR = 0.15 and 1.18 at SNR = 0.4"), "{}", drawing.caption);
    }

    #[test]
    fn over_width_the_minimum_width_is_where_two_boundaries_meet() {
        let drawing = PhaseDiagramWidth.draw(&[source(&OVER_WIDTH, 2)]);
        let Layer::Line { at, .. } = layer(&drawing, "minimum width (derived)") else { panic!("a line") };
        assert!((at[0][1] - 16.0).abs() < 0.05 && at[0][1] == at[1][1]);
        let Layer::Line { at, .. } = layer(&drawing, "signal loss (derived)") else { panic!("a line") };
        assert!(at.iter().any(|[keep, m]| *m == 16.0 && (keep - 0.461).abs() < 0.001));
        assert!(drawing.caption.contains("SNR = 0.25") && !drawing.caption.contains("m = 60"));
        let [Layer::Vertical { x, .. }, Layer::Line { at, .. }] = drawing.panels[1].layers.as_slice() else {
            panic!("a line and where the map stands on it")
        };
        assert!((x - 0.25).abs() < 1e-9 && (at[50][1] - 16.0).abs() < 0.05);
        // m is 2 log(K/delta) where the dense network generalizes: no width is needed to make room for pruning.
        assert!((at[100][1] - 2.0 * 40f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn the_caption_says_what_was_run_and_what_went_wrong() {
        let caption = PhaseDiagramPruning.draw(&[source(&OVER_SNR, 4)]).caption;
        for part in [
            "4 replicas per cell",
            "largest standard error of a mean: 0",
            "3 of 60 runs ended at the step cap of 4000 steps.",
            "3 of 60 runs diverged",
            "K = 4, m = 60, d = 1000, n = 80",
            "mean accuracy 0.625, half way from chance 1/K to 1",
            "derived here and not in the paper",
        ] {
            assert!(caption.contains(part), "the caption lacks `{part}`: {caption}");
        }
    }

    #[test]
    fn one_replica_one_row_and_no_rows_can_be_drawn() {
        for (settings, replicas) in
            [(&OVER_SNR[..], 1), (&[("snr", "0.25"), ("keep", "1,0.5")], 2), (&[("keep", "1")], 1)]
        {
            let mut source = source(settings, replicas);
            for figure in [&PhaseDiagramPruning as &dyn Figure, &PhaseDiagramWidth] {
                assert!(render::svg(&figure.draw(&[source.clone()])).is_ok());
            }
            source.table.rows.clear();
            assert!(render::png(&PhaseDiagramPruning.draw(&[source])).is_ok());
        }
    }
}
