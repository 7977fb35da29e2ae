//! Alignment with the signal and with the training noise against steps, at several keep fractions: which is learned first.
//!
//! In the growth phase of arXiv 2301.00335 (JMLR 26(84), 2025; Lemmas 5 and 12) the largest correlation with the signal and
//! the largest with a sample's own noise race to 1. Dense, in a setting with p_c < 1, noise wins and the network memorizes;
//! pruned below p_c the signal wins; pruned until no signal entry survives, noise again.
//!
//! Replicas stop at different steps, when their training loss reaches the target. From there on their weights stay what
//! they are, and so do their values here: every step shows all replicas, and none drops out because it was quick.

use crate::axis::{Axis, Scale};
use crate::caption::{self, real};
use crate::drawing::{Drawing, Ink, Layer, Panel, Span};
use crate::patch_law::PatchLaw;
use crate::style::number;
use crate::{Figure, FigureCard, Need, Source, Tables};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::statistics::mean::quantile;
use prunelaw_engine::table::Table;
use std::collections::BTreeMap;

/// The figure.
#[derive(Debug)]
pub struct FeatureVersusNoise;

static CARD: FigureCard = FigureCard {
    id: "feature_versus_noise",
    was: None,
    says: "signal and noise alignment over training",
    subject: "pruned_training",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), section 3; sizes of setting A are ours",
};

/// The band of replicas: these quantiles.
const BAND: [f64; 2] = [0.1, 0.9];
/// What counts as learned.
const LEARNED: f64 = 1.0;

impl Figure for FeatureVersusNoise {
    fn card(&self) -> &'static FigureCard {
        &CARD
    }

    fn needs(&self, _: Effort) -> Vec<Need> {
        let columns = &["keep", "replica", "step", "train_loss", "signal_alignment", "noise_alignment"];
        vec![Need { id: "pruning_trajectory", settings: Vec::new(), columns }]
    }

    fn draw(&self, tables: &Tables) -> Drawing {
        let Source { table, request } = &tables[0];
        let keep = table.index("keep");
        let last = table.numbers("step").into_iter().fold(10.0, f64::max);
        let mut races = Vec::new();
        let mut panels = Vec::new();
        for cell in table.distinct("keep").into_iter().rev() {
            let rows = table.filter(|row| row[keep].order(&cell).is_eq());
            let race = Race::of(&rows);
            let band = |name: &str, ink, measure| Layer::Band { name: name.to_owned(), ink, at: spans(&rows, measure) };
            panels.push(Panel {
                title: format!("p = {}, first past 1: {}", number(cell.number(), 3), race.words()),
                x: Axis::new("steps", Scale::Log).from_to(1.0, last),
                y: Axis::new("alignment", Scale::Linear),
                layers: vec![
                    Layer::Horizontal { name: "1".to_owned(), y: LEARNED },
                    band("signal, median and 10–90 %", Ink::Blue, "signal_alignment"),
                    band("noise, median and 10–90 %", Ink::Orange, "noise_alignment"),
                ],
            });
            races.push((cell.number(), race));
        }
        let mut parameters = caption::parameters(request);
        let law = PatchLaw::of(request);
        parameters.extend(law.map(|law| format!("SNR = {}", number(law.snr, 3))));
        let mut said = vec![format!(
            "Two-layer networks on the two-patch law, pruned entry by entry at random before training, while they train. \
             Signal: mean over classes of max_r ⟨w_kr, μ_k⟩; noise: mean over training samples of max_r ⟨w_yr, ξ⟩. \
             Parameters: {}. {} replicas per keep fraction p, key \"{}\", with the same draws at every p and nested masks. \
             Lines: median over replicas at a step; bands: their 10 % to 90 % quantiles. A replica whose training has \
             stopped keeps its last values, so that every step shows all replicas; each panel ends where its last replica \
             stops. Step 0 has no place on the axis.",
            parameters.join(", "),
            request.replicas,
            request.key,
        )];
        said.extend(endings(table, real(request, "target_loss").unwrap_or(0.0)));
        said.push("First past 1: which of the two is at 1 or more at an earlier recorded step (every step to 10, then 10 % apart), by replica.".to_owned());
        said.extend(crossovers(&races, law));
        Drawing { panels, caption: said.join(" ") }
    }
}

/// The rows of each replica, by step: (step, value).
fn by_replica(rows: &Table, measure: &str) -> BTreeMap<u64, Vec<(f64, f64)>> {
    let [replica, step, value] = ["replica", "step", measure].map(|name| rows.index(name));
    let mut found: BTreeMap<u64, Vec<(f64, f64)>> = BTreeMap::new();
    for row in &rows.rows {
        let at = (row[step].number(), row[value].number());
        found.entry(row[replica].number() as u64).or_default().push(at);
    }
    found.values_mut().for_each(|rows| rows.sort_by(|a, b| a.0.total_cmp(&b.0)));
    found
}

/// Median and band over replicas at every recorded step from 1 on.
fn spans(rows: &Table, measure: &str) -> Vec<Span> {
    let replicas = by_replica(rows, measure);
    let span = |step: f64| {
        let now = |rows: &Vec<(f64, f64)>| rows.iter().take_while(|row| row.0 <= step).last().map(|row| row.1);
        let values: Vec<f64> = replicas.values().filter_map(now).filter(|value| value.is_finite()).collect();
        let at = |fraction: f64| quantile(&values, fraction).ok();
        Some(Span { x: step, low: at(BAND[0])?, y: at(0.5)?, high: at(BAND[1])? })
    };
    let steps = rows.distinct("step").into_iter().map(|step| step.number());
    steps.filter(|step| *step >= 1.0).filter_map(span).collect()
}

/// How many replicas learned what first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Race {
    signal: usize,
    noise: usize,
    /// Both at the same recorded step.
    tied: usize,
    neither: usize,
}

impl Race {
    fn of(rows: &Table) -> Race {
        let first = |measure: &str| {
            let passed = |rows: Vec<(f64, f64)>| rows.into_iter().find(|row| row.1 >= LEARNED).map(|row| row.0);
            by_replica(rows, measure).into_values().map(passed).collect::<Vec<Option<f64>>>()
        };
        let mut race = Race::default();
        for pair in first("signal_alignment").into_iter().zip(first("noise_alignment")) {
            *match pair {
                (None, None) => &mut race.neither,
                (Some(signal), Some(noise)) if signal == noise => &mut race.tied,
                (Some(signal), noise) if noise.is_none_or(|noise| signal < noise) => &mut race.signal,
                _ => &mut race.noise,
            } += 1;
        }
        race
    }

    fn replicas(self) -> usize {
        self.signal + self.noise + self.tied + self.neither
    }

    /// What more than half of the replicas learned first.
    fn winner(self) -> Option<&'static str> {
        let most = |count: usize| 2 * count > self.replicas();
        if most(self.signal) {
            Some("signal")
        } else if most(self.noise) {
            Some("noise")
        } else {
            None
        }
    }

    fn words(self) -> String {
        let counts = [("signal", self.signal), ("noise", self.noise), ("tied", self.tied), ("neither", self.neither)];
        let said = counts.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} {count}"));
        format!("{} of {}", said.collect::<Vec<_>>().join(", "), self.replicas())
    }
}

/// Sentences on how the replicas ended, whose trajectories hold no word for it.
fn endings(table: &Table, target: f64) -> [String; 2] {
    let [keep, replica, loss] = ["keep", "replica", "train_loss"].map(|name| table.index(name));
    // Rows are sorted by axes, replica and step: the last of each run stays.
    let mut last: BTreeMap<(String, u64), f64> = BTreeMap::new();
    for row in &table.rows {
        last.insert((row[keep].number().to_string(), row[replica].number() as u64), row[loss].number());
    }
    let count = |of: &dyn Fn(f64) -> bool| last.values().filter(|loss| of(**loss)).count();
    let (open, diverged) = (count(&|loss| loss.is_finite() && loss > target), count(&|loss| !loss.is_finite()));
    [
        format!(
            "Training stops at a train loss of {}, which {open} of {} runs did not reach.",
            number(target, 3),
            last.len()
        ),
        format!("{diverged} of {} runs diverged.", last.len()),
    ]
}

/// Where the winner changes from one keep fraction to the next.
fn crossovers(races: &[(f64, Race)], law: Option<PatchLaw>) -> Option<String> {
    let changes: Vec<String> = races
        .windows(2)
        .filter_map(|pair| {
            let [(above, before), (below, after)] = [pair[0], pair[1]];
            let (from, to) = (before.winner()?, after.winner()?);
            (from != to)
                .then(|| format!("from {from} to {to} between p = {} and {}", number(above, 3), number(below, 3)))
        })
        .collect();
    if changes.is_empty() {
        return None;
    }
    let boundary = law.and_then(|law| law.boundaries().into_iter().find(|boundary| boundary.name == "memorization"));
    let derived = boundary.map_or(String::new(), |boundary| {
        format!(
            " (memorization boundary, derived here and not in the paper: p = {} = {})",
            boundary.formula,
            number(boundary.keep, 3)
        )
    });
    Some(format!(
        "Crossover: what more than half of the replicas learn first changes {}{derived}.",
        changes.join(", and ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render;
    use prunelaw_engine::settings::vocabulary::*;
    use prunelaw_engine::settings::{Assignment, Field, Request, Schema};
    use prunelaw_engine::table::{Cell, Column};

    static FIELDS: [Field; 9] = [
        CLASSES.integer(2),
        NEURONS.integer(50),
        DIMENSION.integer(20_000),
        SAMPLES.integer(20),
        SIGNAL,
        NOISE.by_alias(0.3).axis(),
        POWER.real(3.0),
        KEEP.axis(),
        TARGET_LOSS,
    ];
    static SCHEMAS: [Schema; 1] = [Schema { when: "data = \"patches\"", fields: &FIELDS, rules: &[] }];
    static COLUMNS: [Column; 6] = [
        Column::real("keep", "fraction", "p"),
        Column::integer("replica", "1", "index"),
        Column::integer("step", "steps", "so far"),
        Column::real("train_loss", "nats", "now"),
        Column::real("signal_alignment", "1", "now"),
        Column::real("noise_alignment", "1", "now"),
    ];

    /// Noise grows by 0.1 p a step and signal by 0.05; replica r stops at step 20 + r, and `stuck` ones above the target.
    fn source(replicas: u64, stuck: u64) -> Source {
        let layer = [Assignment::own("keep", "0.2,1"), Assignment::own("replicas", replicas.to_string())];
        let request = Request::resolve(&SCHEMAS[0], &SCHEMAS, &[&layer]).unwrap();
        let mut table = Table::new(&COLUMNS);
        for keep in [0.2, 1.0] {
            for replica in 0..replicas {
                for step in 0..=20 + replica {
                    let t = step as f64;
                    let end = if replica < stuck { 0.3 } else { 0.01 };
                    let row: [Cell; 6] = [
                        keep.into(),
                        replica.into(),
                        step.into(),
                        end.into(),
                        (0.05 * t).into(),
                        (0.1 * keep * t).into(),
                    ];
                    table.rows.push(row.to_vec());
                }
            }
        }
        Source { table, request }
    }

    #[test]
    fn the_winner_is_counted_and_the_crossover_is_named() {
        let drawing = FeatureVersusNoise.draw(&[source(5, 1)]);
        assert_eq!(drawing.panels[0].title, "p = 1, first past 1: noise 5 of 5");
        assert_eq!(drawing.panels[1].title, "p = 0.2, first past 1: signal 5 of 5");
        for part in [
            "from noise to signal between p = 1 and 0.2",
            "derived here and not in the paper: p = (n SNR^q / K)^(2/q) = 0.418",
            "5 replicas per keep fraction",
            "2 of 10 runs did not reach",
            "0 of 10 runs diverged",
            "keeps its last values",
        ] {
            assert!(drawing.caption.contains(part), "the caption lacks `{part}`: {}", drawing.caption);
        }
    }

    #[test]
    fn a_replica_that_has_stopped_keeps_its_last_value() {
        let Source { table, .. } = source(3, 0);
        let dense = table.filter(|row| row[0].number() == 1.0);
        let spans = spans(&dense, "signal_alignment");
        // Replicas stop at 20, 21 and 22 with 0.05 times that.
        let last = spans.last().unwrap();
        assert_eq!((last.x, last.y), (22.0, 0.05 * 21.0));
        assert!((last.low - 0.05 * 20.2).abs() < 1e-12 && (last.high - 0.05 * 21.8).abs() < 1e-12);
        assert_eq!(spans.first().unwrap().x, 1.0);
    }

    #[test]
    fn races_may_be_tied_or_lost_by_both() {
        let race = |rows: &[(u64, u64, f64, f64)]| {
            let mut table = Table::new(&COLUMNS);
            for (replica, step, signal, noise) in rows {
                table.rows.push(vec![
                    1.0.into(),
                    (*replica).into(),
                    (*step).into(),
                    0.0.into(),
                    (*signal).into(),
                    (*noise).into(),
                ]);
            }
            Race::of(&table)
        };
        let found =
            race(&[(0, 1, 1.0, 1.0), (1, 1, 0.5, 0.5), (2, 1, 0.5, 2.0), (3, 1, 0.1, f64::NAN), (3, 2, 1.5, 1.0)]);
        assert_eq!(found, Race { signal: 0, noise: 1, tied: 2, neither: 1 });
        assert_eq!(found.words(), "noise 1, tied 2, neither 1 of 4");
        assert_eq!(found.winner(), None);
    }

    #[test]
    fn one_replica_and_no_rows_can_be_drawn() {
        let mut source = source(1, 0);
        assert!(render::svg(&FeatureVersusNoise.draw(&[source.clone()])).is_ok());
        source.table.rows.clear();
        assert!(render::png(&FeatureVersusNoise.draw(&[source])).is_ok());
    }
}
