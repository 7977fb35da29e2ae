//! One small network under one pruning rule: its weights, scores, kept and live edges, for the masks view.

use super::query::Query;
use super::{Lab, Refusal, Server};
use crate::engine::data::{Answers, LabelledData};
use crate::engine::fraction::KeepFraction;
use crate::engine::key::Key;
use crate::engine::mask::Mask;
use crate::engine::network::init::InitLaw;
use crate::engine::network::mlp::{Activation, Mlp, Samples};
use crate::engine::pruning::phew::{Bias, Walks};
use crate::engine::pruning::synflow_l2::Form;
use crate::engine::pruning::{self, Batch, Plan, PruningError, Rule, Scope};
use crate::engine::training::Loss;
use axum::Json as Body;
use axum::extract::State;
use axum::http::Uri;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Widest layer: more edges than a screen can tell apart.
const WIDEST: usize = 24;
/// Layers of units, input and output included.
const LAYERS: std::ops::RangeInclusive<usize> = 2..=7;
const RULES: [&str; 7] = ["random", "magnitude", "snip", "grasp", "synflow", "synflow-l2", "phew"];

/// `{layers: [{weights, scores, kept, live}], widths, active, weights, kept, live}` of rule, widths, keep, rounds, scope,
/// temperature, samples and key; entries row by row, `scores` null for the rules that have none.
pub(super) async fn answer(State(server): State<Arc<Server>>, uri: Uri) -> Result<Body<Json>, Refusal> {
    let asked = Asked::read(&uri, &server.lab)?;
    asked.answer().map(Body).map_err(|error| Refusal::bad(error.to_string()))
}

struct Asked {
    rule: String,
    widths: Vec<usize>,
    keep: KeepFraction,
    rounds: usize,
    scope: Scope,
    temperature: f64,
    samples: usize,
    key: String,
}

impl Asked {
    fn read(uri: &Uri, lab: &Lab) -> Result<Asked, Refusal> {
        let mut query = Query::read(uri)?;
        let rule = query.word("rule", &RULES)?;
        let written = query.text("widths", "12,16,10,4");
        let keep = query.number("keep", 0.2, [0.0, 1.0])?;
        let asked = Asked {
            widths: widths(&written)?,
            keep: KeepFraction::new(keep).expect("between 0 and 1"),
            rounds: query.count("rounds", if rule.starts_with("synflow") { 100 } else { 1 }, [1, 1000])? as usize,
            scope: if query.choice("scope", "global", &["global", "layer"])? == "layer" {
                Scope::Layer
            } else {
                Scope::Global
            },
            temperature: query.number("temperature", 200.0, [1e-3, 1e6])?,
            samples: query.count("samples", 40, [1, 1000])? as usize,
            key: query.text("key", &lab.key),
            rule,
        };
        query.end()?;
        Ok(asked)
    }

    fn answer(&self) -> Result<Json, PruningError> {
        let key = Key::root(&self.key).child("masks view").replica(0);
        let net = Mlp::<f64>::draw(&self.widths, Activation::Relu, false, InitLaw::HeNormal, 1.0, &key.child("init"));
        let dense = pruning::dense(&net);
        let rule = match self.rule.as_str() {
            "magnitude" => Some(Rule::Magnitude),
            "snip" => Some(Rule::Snip),
            "grasp" => Some(Rule::Grasp { temperature: self.temperature }),
            "synflow" => Some(Rule::SynFlow),
            "synflow-l2" => Some(Rule::SynFlowL2 { form: Form::Implemented }),
            _ => None,
        };
        let batch = self.batch(&key)?;
        let masks = match rule {
            Some(rule) => {
                rule.prune(&net, &dense, Some(&batch), &Plan::exponential(self.keep, self.scope, self.rounds))?
            }
            None if self.rule == "phew" => Walks::new(&net, Bias::Magnitude, &key.child("mask"))?.until(self.keep)?,
            None => self.random(&dense, &key.child("mask")),
        };
        let scores = rule.map(|rule| rule.scores(&net, &dense, Some(&batch))).transpose()?;
        let live = Mask::live(&masks);
        let entries = |mask: &Mask| (0..mask.len()).map(|at| mask.keeps(at)).collect::<Vec<_>>();
        let layers: Vec<Json> = (0..masks.len())
            .map(|at| {
                json!({
                    "weights": net.layers[at].w.iter().collect::<Vec<_>>(),
                    "scores": scores.as_ref().map(|scores| scores[at].iter().collect::<Vec<_>>()),
                    "kept": entries(&masks[at]),
                    "live": entries(&live[at]),
                })
            })
            .collect();
        let count = |masks: &[Mask]| masks.iter().map(Mask::kept).collect::<Vec<_>>();
        Ok(json!({
            "layers": layers,
            "widths": self.widths,
            "active": self.active(&live),
            "weights": dense.iter().map(Mask::len).collect::<Vec<_>>(),
            "kept": count(&masks),
            "live": count(&live),
        }))
    }

    fn random(&self, dense: &[Mask], key: &Key) -> Vec<Mask> {
        let shapes: Vec<&[usize]> = dense.iter().map(Mask::shape).collect();
        match self.scope {
            Scope::Global => Mask::random_global(&shapes, self.keep, key),
            Scope::Layer => {
                let layer = |(at, shape): (usize, &&[usize])| Mask::random(shape, self.keep, &key.replica(at as u64));
                shapes.iter().enumerate().map(layer).collect()
            }
        }
    }

    /// Gaussian inputs in balanced classes that mean nothing, for the rules that look at data.
    fn batch(&self, key: &Key) -> Result<Batch<f64>, PruningError> {
        let (dimension, outputs) = (self.widths[0], self.widths[self.widths.len() - 1]);
        let x = InitLaw::Normal.draw((self.samples, dimension), 1.0, &key.child("data"));
        let classes = (0..self.samples).map(|i| i % outputs.max(2)).collect();
        let data = LabelledData { x, y: Answers::Classes(classes) };
        let loss = if outputs == 1 { Loss::Logistic } else { Loss::CrossEntropy };
        Ok(Batch { samples: Arc::new(Samples::new(&data, outputs, loss)?), loss })
    }

    /// Units of every layer that some live edge touches.
    fn active(&self, live: &[Mask]) -> Vec<usize> {
        let mut touched: Vec<Vec<bool>> = self.widths.iter().map(|width| vec![false; *width]).collect();
        for (at, mask) in live.iter().enumerate() {
            let inputs = self.widths[at];
            for edge in mask.indices() {
                touched[at][edge % inputs] = true;
                touched[at + 1][edge / inputs] = true;
            }
        }
        touched.iter().map(|layer| layer.iter().filter(|unit| **unit).count()).collect()
    }
}

/// `12,16,4` as widths.
fn widths(written: &str) -> Result<Vec<usize>, Refusal> {
    let widths: Option<Vec<usize>> = written.split(',').map(|word| word.trim().parse().ok()).collect();
    let fits =
        |widths: &Vec<usize>| LAYERS.contains(&widths.len()) && widths.iter().all(|width| (1..=WIDEST).contains(width));
    widths.filter(fits).ok_or_else(|| {
        let allowed = format!("{} to {} whole numbers from 1 to {WIDEST}", LAYERS.start(), LAYERS.end());
        Refusal::bad(format!("`widths = {written}` is not allowed: {allowed}, such as 12,16,10,4"))
    })
}
