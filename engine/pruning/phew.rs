//! PHEW (arXiv 2010.11354): the edges that random walks through the initial network visit.
//!
//! Walks go forward from an input and backward from an output in turn; starts are taken one after the other, for inputs and
//! outputs by themselves, and not at random. A forward step from unit i goes to j with probability |w_ji| / sum over j' (its
//! outgoing edges), a backward step from j to i with |w_ji| / sum over i' (its incoming edges): two normalisations of one
//! matrix. A unit whose weights are all 0 steps uniformly. Without data, and without a score: every kept edge lies on a
//! complete path, and no layer is ever empty.
//!
//! The last walk is completed, so that a mask has up to L - 1 edges more than asked for.

use super::PruningError;
use crate::fraction::KeepFraction;
use crate::key::Key;
use crate::mask::Mask;
use crate::network::mlp::Mlp;
use crate::real::Real;
use ndarray::ArrayView1;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// What a step is drawn by; all but the first are ablations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bias {
    /// |w|.
    Magnitude,
    /// Evenly.
    Uniform,
    /// 1 / |w|.
    Inverse,
    /// w^2.
    Squared,
}

impl Bias {
    /// All of them.
    pub const ALL: [Bias; 4] = [Bias::Magnitude, Bias::Uniform, Bias::Inverse, Bias::Squared];

    /// The word in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Bias::Magnitude => "magnitude",
            Bias::Uniform => "uniform",
            Bias::Inverse => "inverse",
            Bias::Squared => "squared",
        }
    }

    /// The share of an edge; a weight of 0 is walked on only where all are 0.
    fn of(self, w: f64) -> f64 {
        match self {
            Bias::Magnitude => w.abs(),
            Bias::Uniform => 1.0,
            Bias::Inverse if w == 0.0 => 0.0,
            Bias::Inverse => 1.0 / w.abs(),
            Bias::Squared => w * w,
        }
    }
}

/// Walks in a row without a new edge after which the rest counts as out of reach.
const PATIENCE: usize = 1_000_000;

/// Walks through one network, which go on from mask to mask.
#[derive(Clone, Debug)]
pub struct Walks {
    /// For every layer and unit below it, where its outgoing edges end on [0, total].
    forward: Vec<Steps>,
    /// The same for every unit above and its incoming edges.
    backward: Vec<Steps>,
    /// (out, in) of every layer, and the edges that were walked on.
    shapes: Vec<[usize; 2]>,
    walked: Vec<Vec<bool>>,
    kept: usize,
    walks: usize,
    rng: ChaCha8Rng,
}

impl Walks {
    /// No edge walked on yet.
    ///
    /// # Errors
    /// [`PruningError::NotFinite`] if a weight has no finite share of its unit's steps.
    pub fn new<R: Real>(net: &Mlp<R>, bias: Bias, key: &Key) -> Result<Walks, PruningError> {
        for (at, layer) in net.layers.iter().enumerate() {
            if let Some(((row, column), w)) = layer.w.indexed_iter().find(|(_, w)| !bias.of(w.to_f64()).is_finite()) {
                let (rule, layer, score) = ("phew", at + 1, bias.of(w.to_f64()));
                return Err(PruningError::NotFinite { rule, layer, row, column, score });
            }
        }
        let layers = || net.layers.iter().map(|layer| &layer.w);
        let shapes: Vec<[usize; 2]> = layers().map(|w| [w.nrows(), w.ncols()]).collect();
        Ok(Walks {
            forward: layers().map(|w| Steps::of(w.columns(), bias)).collect(),
            backward: layers().map(|w| Steps::of(w.rows(), bias)).collect(),
            walked: shapes.iter().map(|[out, into]| vec![false; out * into]).collect(),
            shapes,
            kept: 0,
            walks: 0,
            rng: key.rng(),
        })
    }

    /// Walks on until at least round(keep N) edges are kept; masks of growing keep fractions nest.
    ///
    /// # Errors
    /// [`PruningError::KeepsNothing`] if not one edge per layer is to be kept, with the smallest fraction that works; and
    /// [`PruningError::Unreachable`] if edges that are never walked on are needed.
    pub fn until(&mut self, keep: KeepFraction) -> Result<Vec<Mask>, PruningError> {
        let (layers, weights) = (self.shapes.len(), self.walked.iter().map(Vec::len).sum::<usize>());
        let target = keep.count_of(weights);
        if target < layers {
            let (what, keep) = (format!("the network, which has {layers} layers"), keep.get());
            let smallest = (layers as f64 - 0.5) / weights as f64;
            return Err(PruningError::KeepsNothing { what, keep, weights, smallest });
        }
        // A walk finds nothing new ever more often as the mask fills, and never an edge that has no share.
        let mut idle = 0;
        while self.kept < target {
            let before = self.kept;
            self.walk();
            idle = if self.kept > before { 0 } else { idle + 1 };
            if idle > PATIENCE {
                return Err(PruningError::Unreachable { keep: keep.get(), asked: target, kept: self.kept });
            }
        }
        let mask = |(walked, shape): (&Vec<bool>, &[usize; 2])| Mask::from_fn(shape, |at| walked[at]);
        Ok(self.walked.iter().zip(&self.shapes).map(mask).collect())
    }

    /// One walk through all layers.
    fn walk(&mut self) {
        let (backwards, turn) = (self.walks % 2 == 1, self.walks / 2);
        self.walks += 1;
        let layers = self.shapes.len();
        if backwards {
            let mut unit = turn % self.shapes[layers - 1][0];
            for at in (0..layers).rev() {
                let below = self.backward[at].draw(unit, &mut self.rng);
                self.visit(at, unit, below);
                unit = below;
            }
        } else {
            let mut unit = turn % self.shapes[0][1];
            for at in 0..layers {
                let above = self.forward[at].draw(unit, &mut self.rng);
                self.visit(at, above, unit);
                unit = above;
            }
        }
    }

    fn visit(&mut self, layer: usize, above: usize, below: usize) {
        let edge = &mut self.walked[layer][above * self.shapes[layer][1] + below];
        self.kept += usize::from(!*edge);
        *edge = true;
    }
}

/// The running sums of the shares of every unit's edges, unit after unit.
#[derive(Clone, Debug)]
struct Steps {
    edges: usize,
    sums: Vec<f64>,
}

impl Steps {
    fn of<'a, R: Real>(units: impl IntoIterator<Item = ArrayView1<'a, R>>, bias: Bias) -> Steps {
        let (mut sums, mut edges) = (Vec::new(), 0);
        for unit in units {
            edges = unit.len();
            let from = sums.len();
            let mut sum = 0.0;
            sums.extend(unit.iter().map(|w| {
                sum += bias.of(w.to_f64());
                sum
            }));
            if sum == 0.0 {
                sums[from..].iter_mut().enumerate().for_each(|(at, sum)| *sum = (at + 1) as f64);
            }
        }
        Steps { edges, sums }
    }

    /// The end of one of the unit's edges.
    fn draw(&self, unit: usize, rng: &mut ChaCha8Rng) -> usize {
        let sums = &self.sums[unit * self.edges..(unit + 1) * self.edges];
        let place = rng.random::<f64>() * sums[self.edges - 1];
        sums.partition_point(|sum| *sum <= place).min(self.edges - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::init::InitLaw;
    use crate::network::mlp::Activation;

    fn network(widths: &[usize]) -> Mlp<f64> {
        Mlp::draw(widths, Activation::Relu, false, InitLaw::HeNormal, 1.0, &Key::root("phew"))
    }

    fn kept(masks: &[Mask]) -> usize {
        masks.iter().map(Mask::kept).sum()
    }

    #[test]
    fn all_edges_lie_on_paths_and_masks_nest() {
        let net = network(&[12, 30, 8, 20, 5]);
        for bias in Bias::ALL {
            let mut walks = Walks::new(&net, bias, &Key::root("walks")).unwrap();
            let weights: usize = net.layers.iter().map(|layer| layer.w.len()).sum();
            let mut before: Option<Vec<Mask>> = None;
            for keep in [0.005, 0.05, 0.3, 0.6] {
                let keep = KeepFraction::new(keep).unwrap();
                let masks = walks.until(keep).unwrap();
                assert!((keep.count_of(weights)..keep.count_of(weights) + 4).contains(&kept(&masks)));
                assert_eq!(Mask::live(&masks), masks, "{bias:?}");
                let nested =
                    |few: &Vec<Mask>| few.iter().zip(&masks).all(|(few, many)| few.intersection(many).unwrap() == *few);
                assert!(before.as_ref().is_none_or(nested));
                before = Some(masks);
            }
        }
    }

    #[test]
    fn starts_go_round_and_directions_alternate() {
        let net = network(&[4, 50, 3]);
        let mut walks = Walks::new(&net, Bias::Magnitude, &Key::root("turns")).unwrap();
        let mut started = [Vec::new(), Vec::new()];
        for walk in 0..16 {
            let before = walks.walked.clone();
            walks.walk();
            // With 50 hidden units nearly every walk has an edge of its own at its start.
            let (layer, forward) = if walk % 2 == 0 { (0, true) } else { (1, false) };
            let new = (0..before[layer].len()).find(|at| walks.walked[layer][*at] && !before[layer][*at]);
            let inputs = walks.shapes[layer][1];
            started[layer].extend(new.map(|at| (walk / 2, if forward { at % inputs } else { at / inputs })));
        }
        assert!(started.iter().all(|started| started.len() >= 5));
        assert!(started[0].iter().all(|(turn, unit)| *unit == turn % 4));
        assert!(started[1].iter().all(|(turn, unit)| *unit == turn % 3));
    }

    #[test]
    fn steps_follow_the_shares_of_their_own_direction() {
        // 2 inputs, 4 hidden units, 2 outputs: the first walk is forward from input 0, the second backward from output 0.
        let net = network(&[2, 4, 2]);
        let trials = 4000;
        for (bias, power) in [(Bias::Magnitude, 1), (Bias::Squared, 2), (Bias::Inverse, -1), (Bias::Uniform, 0)] {
            let mut counts = [[0.0; 4]; 2];
            for replica in 0..trials {
                let mut walks = Walks::new(&net, bias, &Key::root("law").replica(replica)).unwrap();
                walks.walk();
                let hidden = (0..4).find(|j| walks.walked[0][2 * j]).unwrap();
                counts[0][hidden] += 1.0;
                walks.walked.iter_mut().for_each(|layer| layer.fill(false));
                walks.walk();
                let hidden = (0..4).find(|j| walks.walked[1][*j]).unwrap();
                counts[1][hidden] += 1.0;
            }
            let shares = [
                net.layers[0].w.column(0).mapv(|w| w.abs().powi(power)),
                net.layers[1].w.row(0).mapv(|w| w.abs().powi(power)),
            ];
            for (counts, shares) in counts.iter().zip(shares) {
                for (count, share) in counts.iter().zip(&shares / shares.sum()) {
                    // Beyond 5 standard deviations for one of 32: below 2e-5.
                    let deviation = (trials as f64 * share * (1.0 - share)).sqrt();
                    assert!((count - trials as f64 * share).abs() < 5.0 * deviation + 1e-9, "{bias:?}");
                }
            }
        }
    }

    #[test]
    fn a_unit_without_weights_steps_evenly_and_what_cannot_be_walked_is_an_error() {
        let mut net = network(&[2, 4, 2]);
        net.layers[0].w.column_mut(0).fill(0.0);
        let ends: std::collections::BTreeSet<usize> = (0..200)
            .map(|replica| {
                let mut walks = Walks::new(&net, Bias::Magnitude, &Key::root("even").replica(replica)).unwrap();
                walks.walk();
                (0..4).find(|j| walks.walked[0][2 * j]).unwrap()
            })
            .collect();
        assert_eq!(ends.len(), 4);
        let mut walks = Walks::new(&net, Bias::Magnitude, &Key::root("few")).unwrap();
        let few = walks.until(KeepFraction::new(0.05).unwrap()).unwrap_err();
        let says = "0.05 keeps less than one of the 16 weights of the network, which has 2 layers; the smallest keep fraction \
                    is 0.09375";
        assert_eq!(few.to_string(), says);
        // An edge of weight 0 beside others is never walked on.
        let mut net = network(&[1, 2, 1]);
        net.layers[1].w[[0, 1]] = 0.0;
        net.layers[0].w[[1, 0]] = 0.0;
        let mut walks = Walks::new(&net, Bias::Magnitude, &Key::root("never")).unwrap();
        assert!(walks.until(KeepFraction::new(0.5).unwrap()).is_ok());
        let never = walks.until(KeepFraction::DENSE).unwrap_err();
        assert_eq!(never, PruningError::Unreachable { keep: 1.0, asked: 4, kept: 2 });
        net.layers[0].w[[1, 0]] = f64::NAN;
        assert!(matches!(
            Walks::new(&net, Bias::Squared, &Key::root("nan")).unwrap_err(),
            PruningError::NotFinite { rule: "phew", layer: 1, row: 1, column: 0, .. }
        ));
    }
}
